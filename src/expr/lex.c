/* SPDX-License-Identifier: BSD-2-Clause */
/* lex.c - signs, words and quotes. */
#include "expr/lex.h"

#include <strings.h>

struct sign {
    const char *text;
    enum token_kind kind;
    enum compare compare;
};

/* Longer ones before those that they begin with. */
static const struct sign signs[] = {
    {"==", TOKEN_COMPARE, COMPARE_EQ}, {"!=", TOKEN_COMPARE, COMPARE_NE},     {"<=", TOKEN_COMPARE, COMPARE_LE},
    {">=", TOKEN_COMPARE, COMPARE_GE}, {"!~", TOKEN_COMPARE, COMPARE_UNLIKE}, {"<", TOKEN_COMPARE, COMPARE_LT},
    {">", TOKEN_COMPARE, COMPARE_GT},  {"~", TOKEN_COMPARE, COMPARE_LIKE},    {"&&", TOKEN_AND, 0},
    {"||", TOKEN_OR, 0},               {"!", TOKEN_NOT, 0},                   {"(", TOKEN_OPEN, 0},
    {")", TOKEN_CLOSE, 0},             {",", TOKEN_COMMA, 0},
};

static const struct sign words[] = {
    {"and", TOKEN_AND, 0},
    {"or", TOKEN_OR, 0},
    {"not", TOKEN_NOT, 0},
    {"in", TOKEN_IN, 0},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BLANKS   " \t\r\n"

static struct token bad(size_t at, const char *what)
{
    return (struct token){.kind = TOKEN_BAD, .at = at, .text = dpi_text_of(what)};
}

/* In quotes, which a backslash takes as they are, like itself; before anything else it stands for itself, for
 * patterns have a use for it. */
static struct token string(struct lexer *l)
{
    const char *s = l->text + l->at;
    char quote = s[0];
    size_t n = 1, used = 0;
    while (s[n] && s[n] != quote)
        n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    if (!s[n])
        return bad(l->at, "the text in quotes does not end");
    char *out = arena_alloc(l->arena, n);
    for (size_t i = 1; i < n; i++) {
        if (s[i] == '\\' && (s[i + 1] == quote || s[i + 1] == '\\'))
            i++;
        out[used++] = s[i];
    }
    struct token t = {.kind = TOKEN_STRING, .at = l->at, .text = {out, used}};
    l->at += n + 1;
    return t;
}

static struct token word(struct lexer *l)
{
    const char *s = l->text + l->at;
    struct token t = {.kind = TOKEN_WORD, .at = l->at, .text = {s, strcspn(s, BLANKS "()<>=!~&|,\"'")}};
    for (size_t i = 0; i < COUNT(words); i++)
        if (strlen(words[i].text) == t.text.n && strncasecmp(words[i].text, s, t.text.n) == 0)
            t.kind = words[i].kind;
    l->at += t.text.n;
    return t;
}

struct token lex_next(struct lexer *l)
{
    l->at += strspn(l->text + l->at, BLANKS);
    const char *s = l->text + l->at;
    if (*s == '\0')
        return (struct token){.kind = TOKEN_END, .at = l->at, .text = {s, 0}};
    if (*s == '"' || *s == '\'')
        return string(l);
    for (size_t i = 0; i < COUNT(signs); i++) {
        size_t n = strlen(signs[i].text);
        if (strncmp(s, signs[i].text, n) != 0)
            continue;
        l->at += n;
        return (struct token){signs[i].kind, signs[i].compare, l->at - n, {s, n}};
    }
    if (*s == '=')
        return bad(l->at, "= is not known; equal is ==");
    if (*s == '&' || *s == '|')
        return bad(l->at, "and is && or and, or is || or or");
    return word(l);
}
