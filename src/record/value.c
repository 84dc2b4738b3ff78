/* SPDX-License-Identifier: BSD-2-Clause */
/* value.c - values as text. By hand: every field of every flow comes through here, and neither the locale
 * nor the time zone may show. */
#include "dpitool/value.h"

const char *const dpi_kind_names[] = {
    [DPI_ABSENT] = "absent",   [DPI_U64] = "number", [DPI_TIME] = "time",        [DPI_SPAN] = "seconds",
    [DPI_TEXT] = "text",       [DPI_ADDR] = "IP address", [DPI_MAC] = "MAC address", [DPI_LIST] = "list",
};

enum { NS_PER_S = 1000000000, S_PER_DAY = 86400 };

static const char hex[] = "0123456789abcdef";

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                            "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

static char *put_2(char *p, unsigned v)
{
    memcpy(p, pairs + 2 * v, 2);
    return p + 2;
}

/* Exactly nine digits. */
static char *put_9(char *p, uint32_t v)
{
    for (int i = 7; i > 0; i -= 2, v /= 100)
        put_2(p + i, v % 100);
    *p = (char)('0' + v);
    return p + 9;
}

static char *put_u64(char *p, uint64_t v)
{
    unsigned n = 1;
    for (uint64_t limit = 10; n < DPI_U64_MAX - 1 && v >= limit; limit *= 10)
        n++;
    char *end = p + n, *at = end;
    for (; v >= 100; v /= 100)
        put_2(at -= 2, (unsigned)(v % 100));
    if (v >= 10)
        put_2(at - 2, (unsigned)v);
    else
        at[-1] = (char)('0' + v);
    return end;
}

static size_t end_text(const char *out, char *p)
{
    *p = '\0';
    return (size_t)(p - out);
}

size_t dpi_u64_text(char out[static DPI_U64_MAX], uint64_t v)
{
    return end_text(out, put_u64(out, v));
}

size_t dpi_span_text(char out[static DPI_SPAN_MAX], int64_t ns)
{
    char *p = out;
    uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    if (ns < 0)
        *p++ = '-';
    p = put_u64(p, v / NS_PER_S);
    *p++ = '.';
    return end_text(out, put_9(p, (uint32_t)(v % NS_PER_S)));
}

struct date {
    unsigned year, month, day;
};

/* Gregorian calendar from days since 1970-01-01. Years are counted from March, so that the leap day is the
 * last of a year; 400 of them are an era of 146097 days. */
static struct date civil(int64_t days)
{
    uint64_t since = (uint64_t)(days + 719468); /* 0000-03-01; 64 bits of ns never reach before it */
    uint64_t era = since / 146097, day_of_era = since % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t march_month = (5 * day_of_year + 2) / 153;
    unsigned month = (unsigned)(march_month < 10 ? march_month + 3 : march_month - 9);
    return (struct date){
        .year = (unsigned)(era * 400 + year_of_era) + (month <= 2),
        .month = month,
        .day = (unsigned)(day_of_year - (153 * march_month + 2) / 5) + 1,
    };
}

size_t dpi_time_text(char out[static DPI_TIME_MAX], int64_t ns)
{
    const int64_t ns_per_day = (int64_t)S_PER_DAY * NS_PER_S;
    int64_t days = ns / ns_per_day - (ns % ns_per_day < 0);
    /* In two steps: days * ns_per_day may lie below the least 64-bit number. */
    uint64_t rest = (uint64_t)(ns % ns_per_day + (ns % ns_per_day < 0 ? ns_per_day : 0));
    unsigned s = (unsigned)(rest / NS_PER_S);
    struct date d = civil(days);
    char *p = put_2(put_2(out, d.year / 100), d.year % 100);
    *p++ = '-';
    p = put_2(p, d.month);
    *p++ = '-';
    p = put_2(p, d.day);
    *p++ = 'T';
    p = put_2(p, s / 3600);
    *p++ = ':';
    p = put_2(p, s / 60 % 60);
    *p++ = ':';
    p = put_2(p, s % 60);
    *p++ = '.';
    p = put_9(p, (uint32_t)(rest % NS_PER_S));
    *p++ = 'Z';
    return end_text(out, p);
}

static char *put_ipv4(char *p, const uint8_t b[static 4])
{
    for (int i = 0; i < 4; i++) {
        p = put_u64(p, b[i]);
        *p++ = '.';
    }
    return p - 1;
}

static char *put_group(char *p, unsigned v)
{
    for (int shift = 12; shift >= 0; shift -= 4)
        if (shift == 0 || v >> shift)
            *p++ = hex[v >> shift & 15];
    return p;
}

/* RFC 5952, 4.2: the first of the longest runs of two or more zero groups, as [*from, *to). */
static void longest_zeros(const unsigned group[static 8], size_t *from, size_t *to)
{
    *from = *to = 8;
    for (size_t i = 0; i < 8; i++) {
        size_t end = i;
        while (end < 8 && group[end] == 0)
            end++;
        if (end - i >= 2 && end - i > *to - *from) {
            *from = i;
            *to = end;
        }
        if (end > i)
            i = end - 1;
    }
}

static char *put_ipv6(char *p, const uint8_t b[static 16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
    unsigned group[8];
    size_t from, to;
    if (memcmp(b, mapped, sizeof(mapped)) == 0) { /* RFC 5952, 5 */
        memcpy(p, "::ffff:", 7);
        return put_ipv4(p + 7, b + 12);
    }
    for (size_t i = 0; i < 8; i++)
        group[i] = (unsigned)b[2 * i] << 8 | b[2 * i + 1];
    longest_zeros(group, &from, &to);
    for (size_t i = 0; i < 8; i++) {
        if (i == from) {
            *p++ = ':';
            *p++ = ':';
            i = to;
            if (i == 8)
                break;
        } else if (i > 0) {
            *p++ = ':';
        }
        p = put_group(p, group[i]);
    }
    return p;
}

size_t dpi_addr_text(char out[static DPI_ADDR_MAX], const struct dpi_addr *a)
{
    char *p = out;
    if (a->family == 4)
        p = put_ipv4(p, a->b);
    else if (a->family == 6)
        p = put_ipv6(p, a->b);
    return end_text(out, p);
}

static size_t mac_text(char out[static DPI_MAC_MAX], const uint8_t mac[static 6])
{
    char *p = out;
    for (int i = 0; i < 6; i++) {
        *p++ = hex[mac[i] >> 4];
        *p++ = hex[mac[i] & 15];
        *p++ = ':';
    }
    return end_text(out, p - 1);
}

size_t dpi_scalar_text(char out[static DPI_SCALAR_MAX], const struct dpi_value *v)
{
    switch (v->kind) {
    case DPI_U64:
        return dpi_u64_text(out, v->u64);
    case DPI_TIME:
        return dpi_time_text(out, v->ns);
    case DPI_SPAN:
        return dpi_span_text(out, v->ns);
    case DPI_ADDR:
        return dpi_addr_text(out, &v->addr);
    case DPI_MAC:
        return mac_text(out, v->mac);
    case DPI_ABSENT:
    case DPI_TEXT:
    case DPI_LIST:
        break;
    }
    return end_text(out, out);
}
