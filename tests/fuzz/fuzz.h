/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.h - what the fuzzers share: a file for what takes only paths, input taken from the front, claims that hold for
 * any input. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "decode/cursor.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Unlike assert, also in builds without assertions. */
#define CLAIM(holds)                                                                               \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The next byte of the input, 0 behind its end. */
static inline uint8_t take_byte(struct cursor *c)
{
    uint8_t b = 0;
    cursor_u8(c, &b);
    return b;
}

/* Up to n of the next bytes, in memory of their own so that reading behind them is seen; free p. */
struct taken {
    uint8_t *p;
    size_t n;
};
struct taken take_bytes(struct cursor *c, size_t n);

/* A regular file without a name that has these bytes. */
struct fuzz_file {
    int fd;
    char path[32];
};
struct fuzz_file fuzz_file(const uint8_t *data, size_t n);
void fuzz_file_close(struct fuzz_file *f);

/* Reads it as a capture, as it is and going on behind damage. */
void fuzz_capture(const uint8_t *data, size_t n);

#endif
