/* SPDX-License-Identifier: BSD-2-Clause */
/* field.h - fields.def as an enum and a table, and lists of columns made from it. */
#ifndef DPITOOL_FIELD_H
#define DPITOOL_FIELD_H

#include "dpitool/status.h"
#include "dpitool/value.h"

struct dpi_record;

enum dpi_field_id {
#define F(name, kind, args, width, show, unit, doc) DPI_FIELD_##name,
#define A(name, kind, width, show, unit, doc)       DPI_FIELD_##name,
#include "dpitool/fields.def"
#undef F
#undef A
    DPI_FIELD_COUNT
};

struct dpi_field {
    const char *name;
    enum dpi_field_id id;
    enum dpi_kind kind; /* never DPI_ABSENT */
    bool always;        /* in every record, never DPI_ABSENT */
    bool extracted;     /* kept as an attribute */
    unsigned width;     /* columns of a text or list in a table, where space is short */
    unsigned show;      /* 0: not in a table by default; else 1 or higher, the highest dropped first */
    const char *unit, *doc;
    /* Puts the value in r into *v, where it is made; kind DPI_ABSENT when r has none. Borrows from r. */
    void (*read)(const struct dpi_record *r, struct dpi_value *v);
};

static inline struct dpi_value dpi_field_get(const struct dpi_field *f, const struct dpi_record *r)
{
    struct dpi_value v;
    f->read(r, &v);
    return v;
}

extern const struct dpi_field dpi_fields[DPI_FIELD_COUNT];

/* The field called name (n bytes), or NULL. */
const struct dpi_field *dpi_field_find(const char *name, size_t n);

/* The same, or DPI_USAGE with a message that proposes the nearest name. */
enum dpi_status dpi_field_parse(const struct dpi_field **f, const char *name, size_t n, struct dpi_err *err);

/* A list of columns. v is owned; free with dpi_columns_free. */
struct dpi_columns {
    const struct dpi_field **v;
    size_t n;
};

void dpi_columns_all(struct dpi_columns *c);
void dpi_columns_default(struct dpi_columns *c); /* what a table shows */

/* Parses "a,b,c", blanks around a name allowed; DPI_USAGE names the first unknown or repeated field and the
 * nearest known one. */
enum dpi_status dpi_columns_parse(struct dpi_columns *c, const char *list, struct dpi_err *err);
void dpi_columns_free(struct dpi_columns *c);

#endif
