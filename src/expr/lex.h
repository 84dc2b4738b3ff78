/* SPDX-License-Identifier: BSD-2-Clause */
/* lex.h - an expression as tokens. */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include "dpitool/value.h"
#include "util/arena.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* a field, or a value without quotes */
    TOKEN_STRING, /* a value that stood in quotes */
    TOKEN_COMPARE,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_IN,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_BAD, /* text says what is wrong */
};

enum compare { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE, COMPARE_LIKE, COMPARE_UNLIKE };

struct token {
    enum token_kind kind;
    enum compare compare; /* TOKEN_COMPARE */
    size_t at;            /* of its first byte */
    struct dpi_text text; /* as it was written; of a string what it means */
};

struct lexer {
    const char *text; /* NUL-terminated */
    size_t at;
    struct arena *arena; /* of what strings mean */
};

struct token lex_next(struct lexer *l);

#endif
