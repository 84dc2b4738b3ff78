/* SPDX-License-Identifier: BSD-2-Clause */
/* operand.c - each kind's values: how they are written, and how two of them compare. */
#include "expr/operand.h"

#include "expr/glob.h"
#include "util/when.h"

/* --- how they are written ----------------------------------------------------------------------------- */

struct unit {
    const char *suffix;
    uint64_t factor;
};

static const struct unit number_units[] = {
    {"", 1},
    {"k", UINT64_C(1) << 10}, {"K", UINT64_C(1) << 10},
    {"m", UINT64_C(1) << 20}, {"M", UINT64_C(1) << 20},
    {"g", UINT64_C(1) << 30}, {"G", UINT64_C(1) << 30},
    {NULL, 0},
};

/* In nanoseconds. */
#define S UINT64_C(1000000000)
static const struct unit span_units[] = {
    {"", S},      {"s", S},      {"ms", 1000000},  {"us", 1000},      {"ns", 1},
    {"m", 60 * S}, {"h", 3600 * S}, {"d", 86400 * S}, {NULL, 0},
};

static bool take_unit(const char *s, const struct unit *units, uint64_t *factor)
{
    for (; units->suffix; units++) {
        if (strcmp(s, units->suffix) != 0)
            continue;
        *factor = units->factor;
        return true;
    }
    return false;
}

/* Digits at *s, which is moved behind them. */
static bool take_digits(const char **s, uint64_t *out)
{
    const char *begin = *s;
    *out = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++)
        if (__builtin_mul_overflow(*out, 10, out) || __builtin_add_overflow(*out, (uint64_t)(**s - '0'), out))
            return false;
    return *s > begin;
}

static bool parse_u64(struct operand *o, const char *s)
{
    uint64_t v, factor;
    return take_digits(&s, &v) && take_unit(s, number_units, &factor) && !__builtin_mul_overflow(v, factor, &o->u64);
}

/* What the digits behind a point are worth, of a whole of factor; *s is moved behind them. */
static uint64_t take_fraction(const char **s, uint64_t factor)
{
    uint64_t sum = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++) {
        factor /= 10;
        sum += factor * (uint64_t)(**s - '0');
    }
    return sum;
}

static bool parse_span(struct operand *o, const char *s)
{
    uint64_t whole, factor, ns;
    if (!take_digits(&s, &whole))
        return false;
    const char *fraction = *s == '.' ? s + 1 : NULL;
    if (fraction)
        s = fraction + strspn(fraction, "0123456789");
    if (fraction == s || !take_unit(s, span_units, &factor) || __builtin_mul_overflow(whole, factor, &ns))
        return false;
    if (fraction && __builtin_add_overflow(ns, take_fraction(&fraction, factor), &ns))
        return false;
    o->ns = (int64_t)ns;
    return ns <= INT64_MAX;
}

static bool parse_time(struct operand *o, const char *s)
{
    return when_parse(s, &o->ns);
}

static bool parse_addr(struct operand *o, const char *s)
{
    return prefix_parse(&o->prefix, s);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_mac(struct operand *o, const char *s)
{
    for (unsigned i = 0; i < 6; i++, s += 3) {
        int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);
        if (low < 0 || s[2] != (i < 5 ? ':' : '\0'))
            return false;
        o->mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* --- how they compare --------------------------------------------------------------------------------- */

static bool test_u64(const struct dpi_value *v, enum compare compare, const struct operand *o);
static bool test_ns(const struct dpi_value *v, enum compare compare, const struct operand *o);
static bool test_text(const struct dpi_value *v, enum compare compare, const struct operand *o);
static bool test_addr(const struct dpi_value *v, enum compare compare, const struct operand *o);
static bool test_mac(const struct dpi_value *v, enum compare compare, const struct operand *o);
static bool test_list(const struct dpi_value *v, enum compare compare, const struct operand *o);

enum {
    EQUAL = 1 << COMPARE_EQ | 1 << COMPARE_NE,
    ALIKE = 1 << COMPARE_LIKE | 1 << COMPARE_UNLIKE,
    ORDER = 1 << COMPARE_LT | 1 << COMPARE_LE | 1 << COMPARE_GT | 1 << COMPARE_GE,
};

static const struct kind {
    bool (*parse)(struct operand *o, const char *s); /* NULL: every text is one */
    const char *expected;
    unsigned compares;
    bool (*test)(const struct dpi_value *v, enum compare compare, const struct operand *o);
} kinds[] = {
    [DPI_U64] = {parse_u64, "a number such as 443, 64k or 2M", EQUAL | ORDER, test_u64},
    [DPI_TIME] = {parse_time, "a time such as 2026-11-21T09:11:39.5Z or 2026-11-21", EQUAL | ORDER, test_ns},
    [DPI_SPAN] = {parse_span, "a length of time such as 0.5, 200ms, 90s or 5m", EQUAL | ORDER, test_ns},
    [DPI_TEXT] = {NULL, "a text", EQUAL | ORDER | ALIKE, test_text},
    [DPI_ADDR] = {parse_addr, "an address, or a network such as 10.0.0.0/8", EQUAL, test_addr},
    [DPI_MAC] = {parse_mac, "a link layer address such as 02:00:5e:10:00:01", EQUAL, test_mac},
    [DPI_LIST] = {NULL, "a text", EQUAL | ALIKE, test_list},
};

bool operand_allows(enum dpi_kind kind, enum compare compare)
{
    return kinds[kind].compares >> compare & 1;
}

const char *operand_parse(struct operand *o, enum dpi_kind kind, struct dpi_text text)
{
    const struct kind *k = &kinds[kind];
    *o = (struct operand){.text = text};
    return !k->parse || (strlen(text.p) == text.n && k->parse(o, text.p)) ? NULL : k->expected;
}

bool operand_test(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    return kinds[v->kind].test(v, compare, o);
}

/* By the order of two values, as memcmp tells it. */
static bool by_order(int order, enum compare compare)
{
    static const uint8_t wanted[] = {
        [COMPARE_EQ] = 2, [COMPARE_NE] = 5, [COMPARE_LT] = 1, [COMPARE_LE] = 3, [COMPARE_GT] = 4, [COMPARE_GE] = 6,
    };
    return wanted[compare] >> ((order > 0) - (order < 0) + 1) & 1;
}

static bool test_u64(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    return by_order((v->u64 > o->u64) - (v->u64 < o->u64), compare);
}

static bool test_ns(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    return by_order((v->ns > o->ns) - (v->ns < o->ns), compare);
}

static bool compare_text(struct dpi_text text, enum compare compare, const struct operand *o)
{
    if (compare == COMPARE_LIKE || compare == COMPARE_UNLIKE)
        return glob_match(o->text, text) == (compare == COMPARE_LIKE);
    return by_order(dpi_text_cmp(text, o->text), compare);
}

static bool test_text(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    return compare_text(v->text, compare, o);
}

static bool test_addr(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    return prefix_has(&o->prefix, &v->addr) == (compare == COMPARE_EQ);
}

static bool test_mac(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    return by_order(memcmp(v->mac, o->mac, sizeof(o->mac)), compare);
}

static bool test_list(const struct dpi_value *v, enum compare compare, const struct operand *o)
{
    bool negated = compare == COMPARE_NE || compare == COMPARE_UNLIKE;
    enum compare same = negated ? compare == COMPARE_NE ? COMPARE_EQ : COMPARE_LIKE : compare;
    for (size_t i = 0; i < v->list.n; i++)
        if (compare_text(v->list.v[i], same, o))
            return !negated;
    return negated;
}
