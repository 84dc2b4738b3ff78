/* SPDX-License-Identifier: BSD-2-Clause */
/* fields.c - fields.def as a table of getters, and lists of columns. */
#include "dpitool/field.h"

#include <stdlib.h>

#include "dpitool/record.h"
#include "record/value_of.h"
#include "util/nearest.h"
#include "util/xalloc.h"

#define F(name, kind, args, width, show, unit, doc)                                                \
    static void read_##name(const struct dpi_record *r, struct dpi_value *v)                       \
    {                                                                                              \
        (void)r;                                                                                   \
        *v = dpi_v_##kind args;                                                                    \
    }
#define A(name, kind, width, show, unit, doc)                                                      \
    static void read_##name(const struct dpi_record *r, struct dpi_value *v)                       \
    {                                                                                              \
        *v = dpi_record_attr(r, DPI_FIELD_##name);                                                 \
    }
#include "dpitool/fields.def"
#undef F
#undef A

const struct dpi_field dpi_fields[DPI_FIELD_COUNT] = {
#define F(name, kind, args, width, show, unit, doc)                                                \
    {#name, DPI_FIELD_##name, DPI_KIND_OF_##kind, DPI_ALWAYS_##kind, false, width, show, unit, doc, read_##name},
#define A(name, kind, width, show, unit, doc)                                                      \
    {#name, DPI_FIELD_##name, DPI_KIND_OF_##kind, false, true, width, show, unit, doc, read_##name},
#include "dpitool/fields.def"
#undef F
#undef A
};

const struct dpi_field *dpi_field_find(const char *name, size_t n)
{
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        if (strlen(dpi_fields[i].name) == n && memcmp(dpi_fields[i].name, name, n) == 0)
            return &dpi_fields[i];
    return NULL;
}

static const char *name_at(size_t i, void *unused)
{
    (void)unused;
    return i < DPI_FIELD_COUNT ? dpi_fields[i].name : NULL;
}

enum dpi_status dpi_field_parse(const struct dpi_field **f, const char *name, size_t n,
                                struct dpi_err *err)
{
    *f = dpi_field_find(name, n);
    if (*f)
        return DPI_OK;
    const char *meant = nearest(name, n, name_at, NULL);
    return dpi_fail(err, DPI_USAGE, "no field '%.*s'; %s%s%s", (int)(n < 64 ? n : 64), name,
                    meant ? "did you mean " : "dpitool fields lists them all", meant ? meant : "",
                    meant ? "?" : "");
}

static void add(struct dpi_columns *c, const struct dpi_field *f)
{
    c->v = xrealloc(c->v, c->n + 1, sizeof(*c->v));
    c->v[c->n++] = f;
}

static void add_all(struct dpi_columns *c, bool only_shown)
{
    *c = (struct dpi_columns){0};
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        if (!only_shown || dpi_fields[i].show)
            add(c, &dpi_fields[i]);
}

void dpi_columns_all(struct dpi_columns *c)
{
    add_all(c, false);
}

void dpi_columns_default(struct dpi_columns *c)
{
    add_all(c, true);
}

static enum dpi_status add_name(struct dpi_columns *c, const char *name, size_t n, struct dpi_err *err)
{
    const struct dpi_field *f;
    while (n > 0 && *name == ' ')
        name++, n--;
    while (n > 0 && name[n - 1] == ' ')
        n--;
    if (n == 0)
        return dpi_fail(err, DPI_USAGE, "an empty name in the list of fields; expected name,name,...");
    DPI_TRY(dpi_field_parse(&f, name, n, err));
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i] == f)
            return dpi_fail(err, DPI_USAGE, "field '%s' is in the list twice", f->name);
    add(c, f);
    return DPI_OK;
}

enum dpi_status dpi_columns_parse(struct dpi_columns *c, const char *list, struct dpi_err *err)
{
    enum dpi_status st;
    *c = (struct dpi_columns){0};
    for (;; list++) {
        size_t n = strcspn(list, ",");
        st = add_name(c, list, n, err);
        list += n;
        if (st != DPI_OK || !*list)
            break;
    }
    if (st != DPI_OK)
        dpi_columns_free(c);
    return st;
}

void dpi_columns_free(struct dpi_columns *c)
{
    free(c->v);
    *c = (struct dpi_columns){0};
}
