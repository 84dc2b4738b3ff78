/* SPDX-License-Identifier: BSD-2-Clause */
/* decimal.c - digits and the place of the point, without the locale and without rounding. */
#include "results/decimal.h"

enum { PLACES = 9, EXPONENT_MAX = 30 };

struct scan {
    const char *p, *end;
    uint64_t digits;
    int places; /* digits behind the point */
    bool any, bad;
};

static void add_digit(struct scan *s, char c, bool behind_point)
{
    s->bad |= __builtin_mul_overflow(s->digits, 10, &s->digits) ||
              __builtin_add_overflow(s->digits, (uint64_t)(c - '0'), &s->digits);
    s->places += behind_point;
    s->any = true;
}

static void take_digits(struct scan *s)
{
    bool behind_point = false;
    for (; s->p < s->end && ((*s->p >= '0' && *s->p <= '9') || (*s->p == '.' && !behind_point)); s->p++) {
        if (*s->p == '.')
            behind_point = true;
        else
            add_digit(s, *s->p, behind_point);
    }
}

/* What stands behind e; out of bounds is bad. */
static int take_exponent(struct scan *s)
{
    int exponent = 0;
    bool negative = false, any = false;
    if (s->p == s->end || (*s->p != 'e' && *s->p != 'E'))
        return 0;
    s->p++;
    if (s->p < s->end && (*s->p == '-' || *s->p == '+'))
        negative = *s->p++ == '-';
    for (; s->p < s->end && *s->p >= '0' && *s->p <= '9' && exponent <= EXPONENT_MAX; s->p++, any = true)
        exponent = exponent * 10 + (*s->p - '0');
    s->bad |= !any || exponent > EXPONENT_MAX;
    return negative ? -exponent : exponent;
}

/* digits * 10^shift, exactly. */
static bool scale(uint64_t *digits, int shift)
{
    for (; shift > 0 && *digits; shift--)
        if (__builtin_mul_overflow(*digits, 10, digits))
            return false;
    for (; shift < 0 && *digits; shift++) {
        if (*digits % 10)
            return false;
        *digits /= 10;
    }
    return true;
}

bool decimal_parse(const char *p, size_t n, int64_t *ns)
{
    struct scan s = {.p = p, .end = p + n};
    bool negative = n && *p == '-';
    s.p += negative;
    take_digits(&s);
    int exponent = take_exponent(&s);
    if (s.bad || !s.any || s.p != s.end || !scale(&s.digits, PLACES + exponent - s.places) || s.digits > INT64_MAX)
        return false;
    *ns = negative ? -(int64_t)s.digits : (int64_t)s.digits;
    return true;
}
