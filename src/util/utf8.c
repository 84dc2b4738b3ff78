/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8.c - UTF-8 (RFC 3629) and what a terminal does with a character. */
#include "util/utf8.h"

enum kind { UNSAFE, ZERO, WIDE };

static const struct range {
    uint32_t first, last;
    enum kind kind;
} ranges[] = {
#define R(first, last, kind) {first, last, kind},
#include "util/unicode.def"
#undef R
};

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_decode(const char *s, size_t n, uint32_t *cp)
{
    /* What a lead byte says: its bits that count, and the least code point that needs the length. */
    static const struct {
        uint8_t mask, lead, bits;
        uint32_t least;
    } leads[] = {
        {0x80, 0x00, 0x7f, 0}, {0xe0, 0xc0, 0x1f, 0x80}, {0xf0, 0xe0, 0x0f, 0x800}, {0xf8, 0xf0, 0x07, 0x10000},
    };
    uint8_t first = (uint8_t)s[0];
    if (n > 0 && first < 0x80) {
        *cp = first;
        return 1;
    }
    for (size_t len = 1; len <= 4 && len <= n; len++) {
        if (len > 1 && !continues(s[len - 1]))
            return 0;
        if ((first & leads[len - 1].mask) != leads[len - 1].lead)
            continue;
        uint32_t c = first & leads[len - 1].bits;
        for (size_t i = 1; i < len; i++)
            c = c << 6 | ((uint8_t)s[i] & 0x3f);
        *cp = c;
        return c < leads[len - 1].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : len;
    }
    return 0;
}

bool utf8_valid(const char *s, size_t n)
{
    uint32_t cp;
    for (size_t i = 0, len; i < n; i += len) {
        len = (unsigned char)s[i] < 0x80 ? 1 : utf8_decode(s + i, n - i, &cp);
        if (len == 0)
            return false;
    }
    return true;
}

static const struct range *find(uint32_t cp)
{
    size_t lo = 0, hi = sizeof(ranges) / sizeof(ranges[0]);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (ranges[mid].last < cp)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < sizeof(ranges) / sizeof(ranges[0]) && ranges[lo].first <= cp ? &ranges[lo] : NULL;
}

unsigned utf8_width(uint32_t cp)
{
    static const unsigned width[] = {[UNSAFE] = 0, [ZERO] = 0, [WIDE] = 2};
    const struct range *r = cp >= 0x20 && cp < 0x7f ? NULL : find(cp);
    return r ? width[r->kind] : 1;
}

bool utf8_unsafe(uint32_t cp)
{
    const struct range *r = cp >= 0x20 && cp < 0x7f ? NULL : find(cp);
    return r && r->kind == UNSAFE;
}
