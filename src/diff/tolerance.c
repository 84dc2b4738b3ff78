/* SPDX-License-Identifier: BSD-2-Clause */
/* tolerance.c - what --tolerance says, and the arithmetic. */
#include "diff/tolerance.h"

#include "expr/operand.h"
#include "util/when.h"

enum { MILLION = 1000000, PERCENT = MILLION / 100 };

/* "5%", "0.25%": false when it is none, or over 100. */
static bool parse_percent(const char *s, uint32_t *millionth)
{
    uint32_t v = 0, unit = PERCENT;
    bool any = false, point = false;
    for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        unit = point ? unit / 10 : unit;
        v = point ? v + unit * (uint32_t)(*s - '0') : v * 10 + PERCENT * (uint32_t)(*s - '0');
        any = true;
        if (v > MILLION)
            return false;
    }
    if (!any || strcmp(s, "%") != 0)
        return false;
    *millionth = v;
    return true;
}

static bool measures(const struct dpi_field *f)
{
    return f->unit[0] && (f->kind == DPI_U64 || f->kind == DPI_SPAN);
}

static enum dpi_status add_to_all(struct tolerance *t, const char *text, struct dpi_err *err)
{
    uint32_t millionth;
    if (!parse_percent(text, &millionth))
        return dpi_fail(err, DPI_USAGE, "--tolerance: '%s' is neither a share such as 5%% nor FIELD=VALUE", text);
    for (unsigned i = 0; i < DPI_FIELD_COUNT; i++)
        if (measures(&dpi_fields[i]))
            t->rows[i].millionth = millionth;
    return DPI_OK;
}

static enum dpi_status add_to_field(struct tolerance *t, const struct dpi_field *f, const char *value,
                                    struct dpi_err *err)
{
    struct tolerance_row *row = &t->rows[f - dpi_fields];
    struct operand by;
    if (f->kind != DPI_U64 && f->kind != DPI_SPAN && f->kind != DPI_TIME)
        return dpi_fail(err, DPI_USAGE, "--tolerance: %s is no number and no time", f->name);
    if (f->kind != DPI_TIME && parse_percent(value, &row->millionth))
        return DPI_OK;
    const char *expected = operand_parse(&by, f->kind == DPI_U64 ? DPI_U64 : DPI_SPAN, dpi_text_of(value));
    if (expected)
        return dpi_fail(err, DPI_USAGE, "--tolerance: %s takes %s%s, not '%s'", f->name, expected,
                        f->kind == DPI_TIME ? "" : ", or a share up to 100%", value);
    row->by = f->kind == DPI_U64 ? by.u64 : (uint64_t)by.ns;
    return DPI_OK;
}

enum dpi_status tolerance_add(struct tolerance *t, const char *text, struct dpi_err *err)
{
    const struct dpi_field *f;
    struct dpi_err why;
    const char *sign = strchr(text, '=');
    if (!sign)
        return add_to_all(t, text, err);
    if (dpi_field_parse(&f, text, (size_t)(sign - text), &why) != DPI_OK)
        return dpi_fail(err, DPI_USAGE, "--tolerance: %s", why.msg);
    return add_to_field(t, f, sign + 1, err);
}

/* The value that the results hold as text. */
static int64_t number_of(enum dpi_kind kind, struct dpi_text text)
{
    struct operand o = {0};
    if (kind == DPI_TIME && when_parse(text.p, &o.ns))
        return o.ns;
    if (operand_parse(&o, kind, text))
        return 0;
    return kind == DPI_U64 ? o.u64 > INT64_MAX ? INT64_MAX : (int64_t)o.u64 : o.ns;
}

bool tolerance_allows(const struct tolerance *t, unsigned column, struct dpi_text a, struct dpi_text b)
{
    const struct tolerance_row *row = &t->rows[column % DPI_FIELD_COUNT];
    if (column >= DPI_FIELD_COUNT || !(row->by | row->millionth))
        return false;
    enum dpi_kind kind = dpi_fields[column].kind;
    int64_t x = number_of(kind, a), y = number_of(kind, b);
    uint64_t apart = x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x;
    double larger = (double)(x > y ? x : y);
    return apart <= row->by || (double)apart * MILLION <= larger * row->millionth;
}
