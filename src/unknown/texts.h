/* SPDX-License-Identifier: BSD-2-Clause */
/* texts.h - how lines of a text protocol begin. */
#ifndef UNKNOWN_TEXTS_H
#define UNKNOWN_TEXTS_H

#include "unknown/message.h"

enum { TEXT_WORDS = 16, TEXT_WORD = 24 };

struct text_word {
    char text[TEXT_WORD]; /* printable ASCII */
    uint32_t n;
};

struct text_shape {
    bool found;           /* nine in ten bytes are printable */
    const char *line_end; /* CRLF, LF, NUL, or NULL: none of them at the end of nine in ten messages */
    uint32_t crlf;        /* messages that end with CRLF: with LF, too */
    struct text_word v[TEXT_WORDS]; /* first words of at least 2 % of the messages, the most frequent first */
    uint32_t n;
    bool codes;           /* they are numbers */
};

void texts_find(const struct messages *m, struct text_shape *out);

#endif
