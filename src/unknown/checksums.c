/* SPDX-License-Identifier: BSD-2-Clause */
/* checksums.c - tries the usual sums and cyclic codes over the usual ranges. Parameters of the codes are those of the
 * catalogue of parametrised CRC algorithms (reveng). */
#include "unknown/checksums.h"

#include "util/xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TRIED = 64, IN_PLACE = 16, EVIDENCE_BITS = 24, COPIES_TRIED = 64, DISTINCT_LEAST = 4 };

struct algorithm {
    const char *name;
    uint8_t width; /* bytes */
    uint32_t (*sum)(const struct algorithm *a, const uint8_t *p, size_t n);
    uint32_t poly, init, out; /* of a CRC */
    bool reflected;
};

static uint32_t sum8(const struct algorithm *a, const uint8_t *p, size_t n)
{
    uint32_t s = a->init;
    for (size_t i = 0; i < n; i++)
        s += p[i];
    return (s ^ a->out) + (a->out & 1);
}

static uint32_t xor8(const struct algorithm *a, const uint8_t *p, size_t n)
{
    uint32_t s = a->init;
    for (size_t i = 0; i < n; i++)
        s ^= p[i];
    return s;
}

/* RFC 1071 */
static uint32_t internet(const struct algorithm *a, const uint8_t *p, size_t n)
{
    uint32_t s = a->init;
    for (size_t i = 0; i < n; i++)
        s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return ~s;
}

/* Two running sums modulo poly: Fletcher's, and with init 1 Adler's (RFC 1950). */
static uint32_t two_sums(const struct algorithm *a, const uint8_t *p, size_t n)
{
    uint32_t low = a->init, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = (low + p[i]) % a->poly;
        high = (high + low) % a->poly;
    }
    return high << (a->width * 4) | low;
}

static uint32_t crc_reflected(const struct algorithm *a, const uint8_t *p, size_t n)
{
    uint32_t r = a->init;
    for (size_t i = 0; i < n; i++) {
        r ^= p[i];
        for (unsigned bit = 0; bit < 8; bit++)
            r = r & 1 ? r >> 1 ^ a->poly : r >> 1;
    }
    return r ^ a->out;
}

static uint32_t crc(const struct algorithm *a, const uint8_t *p, size_t n)
{
    if (a->reflected)
        return crc_reflected(a, p, n);
    uint32_t r = a->init, top = UINT32_C(1) << (a->width * 8 - 1);
    for (size_t i = 0; i < n; i++) {
        r ^= (uint32_t)p[i] << (a->width * 8 - 8);
        for (unsigned bit = 0; bit < 8; bit++)
            r = r & top ? r << 1 ^ a->poly : r << 1;
    }
    return r ^ a->out;
}

static const struct algorithm algorithms[] = {
    {"sum of bytes", 1, sum8, 0, 0, 0, false},
    {"negated sum of bytes", 1, sum8, 0, 0, UINT32_MAX, false},
    {"xor of bytes", 1, xor8, 0, 0, 0, false},
    {"CRC-8", 1, crc, 0x07, 0, 0, false},
    {"CRC-8/MAXIM", 1, crc, 0x8c, 0, 0, true},
    {"sum of bytes", 2, sum8, 0, 0, 0, false},
    {"Internet checksum", 2, internet, 0, 0, 0, false},
    {"Fletcher-16", 2, two_sums, 255, 0, 0, false},
    {"CRC-16/CCITT-FFFF", 2, crc, 0x1021, 0xffff, 0, false},
    {"CRC-16/XMODEM", 2, crc, 0x1021, 0, 0, false},
    {"CRC-16/GENIBUS", 2, crc, 0x1021, 0xffff, 0xffff, false},
    {"CRC-16/MODBUS", 2, crc, 0xa001, 0xffff, 0, true},
    {"CRC-16/ARC", 2, crc, 0xa001, 0, 0, true},
    {"CRC-16/X-25", 2, crc, 0x8408, 0xffff, 0xffff, true},
    {"CRC-16/KERMIT", 2, crc, 0x8408, 0, 0, true},
    {"CRC-16/DNP", 2, crc, 0xa6bc, 0, 0xffff, true},
    {"CRC-32", 4, crc, 0xedb88320, UINT32_MAX, UINT32_MAX, true},
    {"CRC-32C", 4, crc, 0x82f63b78, UINT32_MAX, UINT32_MAX, true},
    {"Adler-32", 4, two_sums, 65521, 1, 0, false},
};

enum { ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0]) };

/* What is summed. */
enum range { RANGE_ALL, RANGE_FROM_1, RANGE_FROM_2, RANGE_FROM_4, RANGE_BEHIND, RANGES };

static const char *const range_names[RANGES] = {"0", "1", "2", "4", "behind it"};

struct trial {
    const struct messages *m;
    const struct message **whole; /* those with all their bytes, each once */
    size_t n;
    uint8_t scratch[4096];
};

/* The bytes summed: all from the range's begin to the end, the field itself as zeros; at the end without the field. */
static size_t range_of(struct trial *t, const struct message *m, const struct field *f, enum range r, const uint8_t **p)
{
    static const uint32_t begins[] = {0, 1, 2, 4};
    uint32_t n = m->kept < sizeof(t->scratch) ? m->kept : (uint32_t)sizeof(t->scratch);
    memcpy(t->scratch, m->bytes, n);
    *p = t->scratch;
    if (f->from_end) {
        n -= f->size;
    } else if (r == RANGE_BEHIND) {
        *p += f->at + f->size;
        return n - f->at - f->size;
    } else {
        memset(t->scratch + f->at, 0, f->size);
    }
    *p += begins[r];
    return n > begins[r] ? n - begins[r] : 0;
}

static bool stored(const struct message *m, const struct field *f, uint64_t *v)
{
    if (m->kept < f->size || m->kept < 2 * f->size)
        return false;
    return message_number(m, f->from_end ? m->kept - f->size : f->at, (struct number_form){(uint8_t)f->size, f->little},
                          v);
}

static bool right(struct trial *t, const struct algorithm *a, const struct field *f, enum range r,
                  const struct message *m)
{
    const uint8_t *p;
    uint64_t v;
    if (!stored(m, f, &v))
        return false;
    size_t n = range_of(t, m, f, r, &p);
    uint32_t mask = a->width == 4 ? UINT32_MAX : (UINT32_C(1) << (a->width * 8)) - 1;
    return n && (a->sum(a, p, n) & mask) == v;
}

static bool holds(struct trial *t, const struct algorithm *a, const struct field *f, enum range r)
{
    for (size_t i = 0; i < t->n; i++)
        if (!right(t, a, f, r, t->whole[i]))
            return false;
    return true;
}

/* A sum that does not vary proves nothing. */
static bool place_varies(const struct trial *t, struct field *f)
{
    uint64_t values[MOST_TRIED];
    for (size_t i = 0; i < t->n; i++)
        if (!stored(t->whole[i], f, &values[i]))
            return false;
    f->distinct = distinct_of(values, t->n);
    return f->distinct >= DISTINCT_LEAST;
}

/* Where the value is but a copy of another byte, a sum over bytes of which only that one varies is right, too. */
static bool is_copy(const struct trial *t, const struct field *f)
{
    for (uint32_t at = 0; at < COPIES_TRIED; at++) {
        size_t equal = 0;
        for (size_t i = 0; i < t->n; i++) {
            const struct message *m = t->whole[i];
            uint32_t begin = f->from_end ? m->kept - f->size : f->at;
            uint64_t v = 0;
            bool inside = at >= begin && at < begin + f->size;
            equal += !inside && stored(m, f, &v) && message_at(m, at) == (int)(v & 0xff);
        }
        if (equal == t->n)
            return true;
    }
    return false;
}

static bool is_outside(const struct field *f, enum range r)
{
    uint32_t end = f->at + f->size;
    return r == RANGE_BEHIND || (r == RANGE_FROM_4 && end <= 4) || (r == RANGE_FROM_2 && end <= 2);
}

static bool try_place(struct trial *t, const struct algorithm *a, struct field *f)
{
    if (!place_varies(t, f))
        return false;
    for (enum range r = 0; r < (f->from_end ? RANGE_BEHIND : RANGES); r++)
        if (holds(t, a, f, r) && (a->sum == crc || !is_copy(t, f))) {
            field_say(f, "%s, from %s %s", a->name, range_names[r],
                      f->from_end ? "to before it" : is_outside(f, r) ? "to the end" : "to the end, itself as zeros");
            f->hits = f->of = (uint32_t)t->n;
            return true;
        }
    return false;
}

static bool try_algorithm(struct trial *t, const struct algorithm *a, struct field *out)
{
    for (unsigned little = 0; little < (a->width > 1 ? 2u : 1u); little++) {
        *out = (struct field){.at = a->width, .size = a->width, .from_end = true, .role = ROLE_CHECKSUM,
                              .number = a->width > 1, .little = little, .sure = true};
        if (try_place(t, a, out))
            return true;
        out->from_end = false;
        for (out->at = 0; out->at < IN_PLACE; out->at++)
            if (try_place(t, a, out))
                return true;
    }
    return false;
}

static bool is_new(const struct trial *t, const struct message *m)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->whole[i]->kept == m->kept && memcmp(t->whole[i]->bytes, m->bytes, m->kept) == 0)
            return false;
    return true;
}

/* The shortest is tested first, for most attempts end with it. */
static int shortest_first(const void *a, const void *b)
{
    const struct message *x = *(const struct message *const *)a, *y = *(const struct message *const *)b;
    return (x->kept > y->kept) - (x->kept < y->kept);
}

static void choose_whole(struct trial *t)
{
    t->whole = xcalloc(MOST_TRIED, sizeof(*t->whole));
    for (size_t i = 0; i < t->m->n && t->n < MOST_TRIED; i++)
        if (t->m->v[i].kept == t->m->v[i].size && t->m->v[i].kept && is_new(t, &t->m->v[i]))
            t->whole[t->n++] = &t->m->v[i];
    qsort(t->whole, t->n, sizeof(*t->whole), shortest_first);
}

bool checksum_find(const struct messages *m, struct field *out)
{
    struct trial *t = xcalloc(1, sizeof(*t));
    bool found = false;
    double bits = log2(ALGORITHMS * 2.0 * (IN_PLACE + 1) * RANGES) + EVIDENCE_BITS;
    t->m = m;
    choose_whole(t);
    for (size_t i = ALGORITHMS; i-- > 0 && !found;)
        found = t->n >= 4 && (double)t->n * algorithms[i].width * 8 >= bits && try_algorithm(t, &algorithms[i], out);
    free(t->whole);
    free(t);
    return found;
}
