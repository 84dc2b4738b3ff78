/* SPDX-License-Identifier: BSD-2-Clause */
/* attrs.c - writes and reads the flat form of extracted attributes. The reader trusts nothing: the
 * bytes may come from a process that died while writing them. */
#include "detect/attrs.h"

#include <string.h>

static void put(struct attrs_writer *w, enum dpi_field_id field, enum dpi_kind kind, const void *p,
                size_t n)
{
    uint16_t id = (uint16_t)field, len = (uint16_t)n;
    uint8_t *out = w->p + w->n;
    memcpy(out, &id, sizeof(id));
    out[2] = (uint8_t)kind;
    memcpy(out + 3, &len, sizeof(len));
    memcpy(out + ATTRS_HEAD, p, n);
    w->n += ATTRS_HEAD + n;
}

static size_t room(const struct attrs_writer *w)
{
    size_t left = w->max - w->n;
    left = left > ATTRS_HEAD ? left - ATTRS_HEAD : 0;
    return left < UINT16_MAX ? left : UINT16_MAX;
}

void attrs_u64(struct attrs_writer *w, enum dpi_field_id field, uint64_t v)
{
    if (room(w) < sizeof(v))
        w->cut = true;
    else
        put(w, field, DPI_U64, &v, sizeof(v));
}

/* At most max of the n bytes at p, without the beginning of a character whose end is cut off. */
static size_t shorten(const char *p, size_t n, size_t max)
{
    if (n <= max)
        return n;
    n = max;
    while (n > 0 && max - n < 3 && ((unsigned char)p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

void attrs_text(struct attrs_writer *w, enum dpi_field_id field, const char *p, size_t n)
{
    if (!p)
        return;
    size_t len = shorten(p, n, room(w));
    if (len < n)
        w->cut = true;
    if (len > 0 || (n == 0 && w->max - w->n >= ATTRS_HEAD))
        put(w, field, DPI_TEXT, p, len);
    else
        w->cut = true;
}

bool attrs_next(const uint8_t *bytes, size_t n, size_t *pos, struct attrs_entry *e)
{
    uint16_t id, len;
    if (*pos > n || n - *pos < ATTRS_HEAD)
        return false;
    const uint8_t *p = bytes + *pos;
    memcpy(&id, p, sizeof(id));
    memcpy(&len, p + 3, sizeof(len));
    *e = (struct attrs_entry){.field = (enum dpi_field_id)id, .kind = (enum dpi_kind)p[2]};
    if (id >= DPI_FIELD_COUNT || len > n - *pos - ATTRS_HEAD)
        return false;
    p += ATTRS_HEAD;
    if (e->kind == DPI_TEXT)
        e->text = (struct dpi_text){(const char *)p, len};
    else if (e->kind == DPI_U64 && len == sizeof(e->u64))
        memcpy(&e->u64, p, sizeof(e->u64));
    else
        return false;
    *pos += ATTRS_HEAD + (size_t)len;
    return true;
}
