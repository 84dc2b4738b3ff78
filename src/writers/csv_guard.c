/* SPDX-License-Identifier: BSD-2-Clause */
#include "writers/csv_guard.h"

#include "util/utf8.h"

#include <stdint.h>

static bool is_space(uint32_t cp)
{
    return cp == ' ' || cp == 0xa0 || cp == 0x3000;
}

/* Spreadsheets trim blanks, and take the wide forms of these characters for the narrow ones. */
static bool starts_formula(const char *p, size_t n)
{
    static const uint32_t starts[] = {'=', '+', '-', '@', 0xff1d, 0xff0b, 0xff0d, 0xff20};
    uint32_t cp = 0;
    for (size_t len; n > 0 && (len = utf8_decode(p, n, &cp)) && is_space(cp);) {
        p += len;
        n -= len;
    }
    for (size_t i = 0; n > 0 && i < sizeof(starts) / sizeof(starts[0]); i++)
        if (cp == starts[i])
            return true;
    return false;
}

static size_t digits(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && p[i] >= '0' && p[i] <= '9')
        i++;
    return i;
}

/* Length of "123", "1,234,567", "1.5", ".5", "5." at p; 0 when there is none. */
static size_t decimal(const char *p, size_t n)
{
    size_t whole = digits(p, n), i = whole, fraction = 0;
    while (whole && whole <= 3 && i + 4 <= n && p[i] == ',' && digits(p + i + 1, 3) == 3)
        i += 4;
    if (i < n && p[i] == '.')
        fraction = 1 + digits(p + i + 1, n - i - 1);
    return whole || fraction > 1 ? i + fraction : 0;
}

/* Whether programs that take a quoted cell for a number too would show another one: "007", "1.10", "1e5", and what
 * has more digits than a double holds. */
static bool reads_as_other_number(const char *p, size_t n)
{
    enum { EXACT_DIGITS = 15 };
    size_t whole = n;
    while (n && p[n - 1] == ' ')
        n--;
    for (; n && *p == ' '; n--)
        p++;
    size_t i = decimal(p, n);
    if (i == 0 || (n == whole && digits(p, n) == n && n <= EXACT_DIGITS && (p[0] != '0' || n == 1)))
        return false;
    if (i < n && (p[i] == 'e' || p[i] == 'E')) {
        size_t sign = i + 1 < n && (p[i + 1] == '+' || p[i + 1] == '-');
        size_t exponent = digits(p + i + 1 + sign, n - i - 1 - sign);
        i += exponent ? 1 + sign + exponent : 0;
    }
    return i == n;
}

/* "2026-11-21", alone or with a time behind; one with a zone is a text to these programs. */
static bool reads_as_date(const char *p, size_t n)
{
    if (n < 10 || digits(p, n) != 4 || p[4] != '-' || digits(p + 5, n - 5) != 2 || p[7] != '-' ||
        digits(p + 8, n - 8) != 2)
        return false;
    return n == 10 || (p[10] == 'T' && p[n - 1] >= '0' && p[n - 1] <= '9');
}

bool csv_is_acted_on(const char *p, size_t n)
{
    return p[0] == '\'' || starts_formula(p, n) || reads_as_other_number(p, n) || reads_as_date(p, n);
}
