/* SPDX-License-Identifier: BSD-2-Clause */
/* operand.h - what a field is compared with: a value of the field's kind. */
#ifndef EXPR_OPERAND_H
#define EXPR_OPERAND_H

#include "dpitool/value.h"
#include "expr/lex.h"
#include "util/prefix.h"

struct operand {
    union {
        uint64_t u64;
        int64_t ns;
        struct dpi_text text; /* borrowed */
        struct prefix prefix; /* an address is one of all its bits */
        uint8_t mac[6];
    };
};

/* Whether values of the kind can be compared so. */
bool operand_allows(enum dpi_kind kind, enum compare compare);

/* Reads text, NUL-terminated behind its n bytes, as a value of the kind. NULL, or what was expected. */
const char *operand_parse(struct operand *o, enum dpi_kind kind, struct dpi_text text);

/* v is present. Of a list: whether one of its texts is equal or alike; != and !~ are true when none is. */
bool operand_test(const struct dpi_value *v, enum compare compare, const struct operand *o);

#endif
