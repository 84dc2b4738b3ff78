/* SPDX-License-Identifier: BSD-2-Clause */
/* records.h - messages that end with a list of records, each with its length in front: type, length, value. */
#ifndef UNKNOWN_RECORDS_H
#define UNKNOWN_RECORDS_H

#include "unknown/message.h"

struct records {
    bool found;
    uint32_t at;       /* where the first begins */
    uint8_t type_size; /* bytes in front of the length */
    struct number_form length;
    bool whole;        /* the length counts the record's header, too */
    uint8_t align;     /* what the size of a record is rounded up to */
    uint32_t hits, of; /* messages that end with a record, of those with all their bytes */
    uint32_t least, most; /* records of a message */
};

/* behind: bytes at the end that are of something else. */
void records_find(const struct messages *m, uint32_t behind, struct records *out);

#endif
