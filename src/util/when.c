/* SPDX-License-Identifier: BSD-2-Clause */
/* when.c - RFC 3339 and seconds to nanoseconds since 1970. */
#include "util/when.h"

#include <string.h>

enum { NS_DIGITS = 9, NS_PER_S = 1000000000, S_PER_DAY = 86400 };

/* Exactly n digits. */
static bool take_digits(const char **p, unsigned n, unsigned *out)
{
    unsigned v = 0;
    for (unsigned i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        v = 10 * v + (unsigned)(**p - '0');
    }
    *out = v;
    return true;
}

static bool take(const char **p, const char *one_of)
{
    if (**p == '\0' || !strchr(one_of, **p))
        return false;
    (*p)++;
    return true;
}

/* A point and one to nine digits, as nanoseconds; nothing is 0. */
static bool take_fraction(const char **p, unsigned *ns)
{
    unsigned digits = 0;
    *ns = 0;
    if (!take(p, "."))
        return true;
    for (unsigned digit; digits < NS_DIGITS && take_digits(p, 1, &digit); digits++)
        *ns = 10 * *ns + digit;
    for (unsigned i = digits; i < NS_DIGITS; i++)
        *ns *= 10;
    return digits > 0;
}

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970-01-01, negative before. */
static bool take_date(const char **p, int64_t *days)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day, past = 0;
    if (!take_digits(p, 4, &year) || !take(p, "-") || !take_digits(p, 2, &month) || !take(p, "-") ||
        !take_digits(p, 2, &day) || year == 0 || month < 1 || month > 12 || day < 1)
        return false;
    if (day > lengths[month - 1] + (unsigned)(month == 2 && is_leap(year)))
        return false;
    for (unsigned m = 1; m < month; m++)
        past += lengths[m - 1] + (unsigned)(m == 2 && is_leap(year));
    unsigned years = year - 1;
    *days = (int64_t)years * 365 + years / 4 - years / 100 + years / 400 + past + day - 1 - 719162;
    return true;
}

/* Hours and minutes, then seconds where there are any; 60 is a leap second, as long as the next. */
static bool take_time(const char **p, int64_t *s, unsigned *ns)
{
    unsigned hour, minute, second = 0;
    *ns = 0;
    if (!take_digits(p, 2, &hour) || !take(p, ":") || !take_digits(p, 2, &minute) || hour > 23 || minute > 59)
        return false;
    if (take(p, ":") && (!take_digits(p, 2, &second) || second > 60 || !take_fraction(p, ns)))
        return false;
    *s = hour * INT64_C(3600) + minute * INT64_C(60) + second;
    return true;
}

/* Seconds by which the clock that was read is ahead of UTC. */
static bool take_zone(const char **p, int64_t *s)
{
    unsigned hour, minute;
    bool behind = **p == '-';
    *s = 0;
    if (take(p, "Zz"))
        return true;
    if (!take(p, "+-") || !take_digits(p, 2, &hour) || !take(p, ":") || !take_digits(p, 2, &minute) || hour > 23 ||
        minute > 59)
        return false;
    *s = (hour * INT64_C(3600) + minute * INT64_C(60)) * (behind ? -1 : 1);
    return true;
}

static bool join(int64_t s, unsigned ns, int64_t *out)
{
    return !__builtin_mul_overflow(s, NS_PER_S, out) && !__builtin_add_overflow(*out, (int64_t)ns, out);
}

static bool parse_seconds(const char *p, int64_t *out)
{
    int64_t s = 0;
    unsigned digit, ns;
    if (!take_digits(&p, 1, &digit))
        return false;
    do {
        if (__builtin_mul_overflow(s, 10, &s) || __builtin_add_overflow(s, (int64_t)digit, &s))
            return false;
    } while (take_digits(&p, 1, &digit));
    return take_fraction(&p, &ns) && *p == '\0' && join(s, ns, out);
}

bool when_parse(const char *text, int64_t *ns)
{
    const char *p = text;
    int64_t days, s = 0, ahead = 0;
    unsigned fraction = 0;
    if (strspn(text, "0123456789.") == strlen(text))
        return parse_seconds(text, ns);
    if (!take_date(&p, &days))
        return false;
    if (*p && !(take(&p, "Tt ") && take_time(&p, &s, &fraction) && take_zone(&p, &ahead)))
        return false;
    return *p == '\0' && join(days * S_PER_DAY + s - ahead, fraction, ns);
}
