/* SPDX-License-Identifier: BSD-2-Clause */
/* attrs.h - extracted attributes as flat bytes, as they cross the seam and as a flow keeps them.
 *
 * A sequence of entries without padding, numbers in host byte order:
 *     u16 field (enum dpi_field_id) | u8 kind (DPI_U64 or DPI_TEXT) | u16 length | length bytes
 * A DPI_U64 has 8 bytes. The values of a list field are entries of their own, one after the other.
 * Entries stand in the order of fields.def. */
#ifndef DETECT_ATTRS_H
#define DETECT_ATTRS_H

#include "dpitool/field.h"

enum { ATTRS_HEAD = 5 }; /* bytes in front of each value */

struct attrs_writer {
    uint8_t *p; /* room for max bytes, not owned; n of them are used */
    size_t n, max;
    bool cut; /* something did not fit: a text was shortened, or an entry left out */
};

void attrs_u64(struct attrs_writer *w, enum dpi_field_id field, uint64_t v);

/* p NULL: nothing is written. What does not fit is cut, never inside a UTF-8 character. */
void attrs_text(struct attrs_writer *w, enum dpi_field_id field, const char *p, size_t n);

struct attrs_entry {
    enum dpi_field_id field;
    enum dpi_kind kind;
    uint64_t u64;
    struct dpi_text text; /* borrowed from the bytes */
};

/* Reads the entry at *pos and moves it on; false at the end or where bytes are not well formed. */
bool attrs_next(const uint8_t *bytes, size_t n, size_t *pos, struct attrs_entry *e);

#endif
