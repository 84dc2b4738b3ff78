/* SPDX-License-Identifier: BSD-2-Clause */
/* expr.c - from tokens to tests and the steps that join them: operators wait on a stack of their own, so that neither
 * reading nor matching calls itself. */
#include "expr/expr.h"

#include "expr/lex.h"
#include "expr/operand.h"
#include "util/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* WAITING_MAX: operators and parentheses that wait; the results that wait are one more, and are the bits of a word. */
enum { EXPR_MAX = 16384, WAITING_MAX = 63 };

enum test_kind { TEST_PRESENT, TEST_COMPARE, TEST_IN, TEST_NOT_IN };

struct test {
    enum test_kind kind;
    enum compare compare; /* TEST_COMPARE */
    const struct dpi_field *field;
    size_t operands, n; /* where its operands begin, and how many they are */
};

enum step { STEP_TEST, STEP_NOT, STEP_AND, STEP_OR };

struct expr {
    struct arena arena;
    struct test *tests;
    struct operand *operands;
    enum step *steps; /* tests in their order, operators behind what they join */
    size_t n_tests, n_operands, n_steps;
};

struct waiting {
    enum token_kind kind; /* TOKEN_OR, AND, NOT or OPEN */
    size_t at;
};

struct parser {
    struct expr *e;
    struct lexer lexer;
    struct token token; /* the one at hand */
    struct waiting waiting[WAITING_MAX];
    size_t n_waiting;
    struct dpi_err *err;
};

/* --- messages ----------------------------------------------------------------------------------------- */

/* As people count: a character of UTF-8 is one. */
static size_t position(const char *text, size_t at)
{
    size_t n = 1;
    for (size_t i = 0; i < at; i++)
        n += ((uint8_t)text[i] & 0xc0) != 0x80;
    return n;
}

static enum dpi_status wrong(struct parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static enum dpi_status wrong(struct parser *p, size_t at, const char *fmt, ...)
{
    char what[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return dpi_fail(p->err, DPI_USAGE, "at character %zu: %s", position(p->lexer.text, at), what);
}

static enum dpi_status not_expected(struct parser *p, const char *expected)
{
    const struct token *t = &p->token;
    if (t->kind == TOKEN_BAD)
        return wrong(p, t->at, "%s", t->text.p);
    if (t->kind == TOKEN_END)
        return wrong(p, t->at, "%s is expected, and the expression ends", expected);
    return wrong(p, t->at, "%s is expected, not '%.*s'", expected, (int)(t->text.n < 64 ? t->text.n : 64), t->text.p);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static void advance(struct parser *p)
{
    p->token = lex_next(&p->lexer);
}

static bool is_value(const struct token *t)
{
    return t->kind == TOKEN_WORD || t->kind == TOKEN_STRING;
}

/* The value at hand, for the test. */
static enum dpi_status take_value(struct parser *p, struct test *test)
{
    struct expr *e = p->e;
    struct token t = p->token;
    if (!is_value(&t))
        return not_expected(p, "a value");
    if (t.kind == TOKEN_WORD && dpi_field_find(t.text.p, t.text.n))
        return wrong(p, t.at, "'%.*s' is a field, and fields are compared with values; a text of that name stands in "
                              "quotes", (int)t.text.n, t.text.p);
    t.text.p = arena_text(&e->arena, t.text.p, t.text.n);
    e->operands = xrealloc(e->operands, e->n_operands + 1, sizeof(*e->operands));
    const char *expected = operand_parse(&e->operands[e->n_operands], test->field->kind, t.text);
    if (expected)
        return wrong(p, t.at, "%s is compared with %s, not with '%.*s'", test->field->name, expected,
                     (int)(t.text.n < 64 ? t.text.n : 64), t.text.p);
    e->n_operands++;
    test->n++;
    advance(p);
    return DPI_OK;
}

/* Behind in: a value, or several in parentheses. */
static enum dpi_status take_values(struct parser *p, struct test *test)
{
    if (p->token.kind != TOKEN_OPEN)
        return take_value(p, test);
    do {
        advance(p);
        DPI_TRY(take_value(p, test));
    } while (p->token.kind == TOKEN_COMMA);
    if (p->token.kind != TOKEN_CLOSE)
        return not_expected(p, "a comma or )");
    advance(p);
    return DPI_OK;
}

static enum dpi_status take_comparison(struct parser *p, struct test *test)
{
    struct token sign = p->token;
    test->kind = TEST_COMPARE;
    test->compare = sign.compare;
    if (!operand_allows(test->field->kind, sign.compare))
        return wrong(p, sign.at, "%s cannot be compared with '%.*s': it is of the kind %s", test->field->name,
                     (int)sign.text.n, sign.text.p, dpi_kind_names[test->field->kind]);
    advance(p);
    if (test->field->kind == DPI_ADDR && is_value(&p->token) && memchr(p->token.text.p, '/', p->token.text.n))
        return wrong(p, p->token.at, "an address is in a network, not equal to it: %s in %.*s", test->field->name,
                     (int)(p->token.text.n < 64 ? p->token.text.n : 64), p->token.text.p);
    return take_value(p, test);
}

static enum dpi_status take_condition(struct parser *p, struct test *test)
{
    if (p->token.kind == TOKEN_COMPARE)
        return take_comparison(p, test);
    if (p->token.kind != TOKEN_IN && p->token.kind != TOKEN_NOT)
        return DPI_OK;
    test->kind = p->token.kind == TOKEN_IN ? TEST_IN : TEST_NOT_IN;
    if (p->token.kind == TOKEN_NOT) {
        advance(p);
        if (p->token.kind != TOKEN_IN)
            return not_expected(p, "in, behind a field and not,");
    }
    advance(p);
    return take_values(p, test);
}

static void add_step(struct expr *e, enum step step)
{
    e->steps = xrealloc(e->steps, e->n_steps + 1, sizeof(*e->steps));
    e->steps[e->n_steps++] = step;
}

static enum dpi_status take_test(struct parser *p)
{
    struct expr *e = p->e;
    struct test test = {.operands = e->n_operands};
    struct dpi_err err;
    if (dpi_field_parse(&test.field, p->token.text.p, p->token.text.n, &err) != DPI_OK)
        return wrong(p, p->token.at, "%s", err.msg);
    advance(p);
    DPI_TRY(take_condition(p, &test));
    e->tests = xrealloc(e->tests, e->n_tests + 1, sizeof(*e->tests));
    e->tests[e->n_tests++] = test;
    add_step(e, STEP_TEST);
    return DPI_OK;
}

/* --- operators ---------------------------------------------------------------------------------------- */

static enum dpi_status wait_for(struct parser *p)
{
    if (p->n_waiting == WAITING_MAX)
        return wrong(p, p->token.at, "nested too deep: %d levels are possible", WAITING_MAX);
    p->waiting[p->n_waiting++] = (struct waiting){p->token.kind, p->token.at};
    advance(p);
    return DPI_OK;
}

static unsigned closeness(enum token_kind kind)
{
    return kind == TOKEN_NOT ? 3 : kind == TOKEN_AND ? 2 : kind == TOKEN_OR ? 1 : 0;
}

/* Ends the operators that wait and bind at least so close. */
static void end_waiting(struct parser *p, unsigned least)
{
    while (p->n_waiting && closeness(p->waiting[p->n_waiting - 1].kind) >= least) {
        enum token_kind kind = p->waiting[--p->n_waiting].kind;
        add_step(p->e, kind == TOKEN_NOT ? STEP_NOT : kind == TOKEN_AND ? STEP_AND : STEP_OR);
    }
}

/* What stands before something that is true or false: not, parentheses; then the test itself. */
static enum dpi_status take_operand(struct parser *p)
{
    while (p->token.kind == TOKEN_NOT || p->token.kind == TOKEN_OPEN)
        DPI_TRY(wait_for(p));
    return p->token.kind == TOKEN_WORD ? take_test(p) : not_expected(p, "a field, not or (");
}

static enum dpi_status close_parentheses(struct parser *p)
{
    while (p->token.kind == TOKEN_CLOSE) {
        end_waiting(p, 1);
        if (!p->n_waiting)
            return wrong(p, p->token.at, ") closes nothing");
        p->n_waiting--;
        advance(p);
    }
    return DPI_OK;
}

static enum dpi_status take_all(struct parser *p)
{
    for (;;) {
        DPI_TRY(take_operand(p));
        DPI_TRY(close_parentheses(p));
        if (p->token.kind != TOKEN_AND && p->token.kind != TOKEN_OR)
            break;
        end_waiting(p, closeness(p->token.kind));
        DPI_TRY(wait_for(p));
    }
    if (p->token.kind != TOKEN_END)
        return not_expected(p, "and, or, or the end");
    end_waiting(p, 1);
    return p->n_waiting ? wrong(p, p->waiting[p->n_waiting - 1].at, "( is not closed") : DPI_OK;
}

enum dpi_status expr_parse(struct expr **e, const char *text, struct dpi_err *err)
{
    *e = NULL;
    if (strlen(text) > EXPR_MAX)
        return dpi_fail(err, DPI_USAGE, "an expression of %zu bytes; %d are possible", strlen(text), EXPR_MAX);
    struct parser p = {.e = xcalloc(1, sizeof(*p.e)), .lexer = {.text = text}, .err = err};
    p.lexer.arena = &p.e->arena;
    advance(&p);
    enum dpi_status st = take_all(&p);
    if (st == DPI_OK)
        *e = p.e;
    else
        expr_free(p.e);
    return st;
}

void expr_free(struct expr *e)
{
    if (!e)
        return;
    arena_free(&e->arena);
    free(e->tests);
    free(e->operands);
    free(e->steps);
    free(e);
}

/* --- matching ----------------------------------------------------------------------------------------- */

static bool is_one_of(const struct expr *e, const struct test *t, const struct dpi_value *v)
{
    for (size_t i = 0; i < t->n; i++)
        if (operand_test(v, COMPARE_EQ, &e->operands[t->operands + i]))
            return true;
    return false;
}

static bool test(const struct expr *e, const struct test *t, const struct dpi_record *r)
{
    struct dpi_value v = dpi_field_get(t->field, r);
    if (v.kind == DPI_ABSENT)
        return false;
    switch (t->kind) {
    case TEST_COMPARE:
        return operand_test(&v, t->compare, &e->operands[t->operands]);
    case TEST_IN:
        return is_one_of(e, t, &v);
    case TEST_NOT_IN:
        return !is_one_of(e, t, &v);
    default:
        return true;
    }
}

bool expr_match(const struct expr *e, const struct dpi_record *r)
{
    uint64_t results = 0; /* the last one is bit 0 */
    const struct test *next = e->tests;
    for (size_t i = 0; i < e->n_steps; i++) {
        uint64_t last = results & 1, rest = results >> 1;
        switch (e->steps[i]) {
        case STEP_TEST:
            results = results << 1 | test(e, next++, r);
            break;
        case STEP_NOT:
            results ^= 1;
            break;
        case STEP_AND:
            results = last ? rest : rest & ~UINT64_C(1);
            break;
        case STEP_OR:
            results = rest | last;
            break;
        }
    }
    return results & 1;
}
