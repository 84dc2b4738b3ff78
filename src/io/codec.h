/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.h - the compressions that a source undoes, behind one shape. Private to src/io. */
#ifndef IO_CODEC_H
#define IO_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that must be seen to tell where a frame begins, when so many are left. */
enum { CODEC_MAGIC_MAX = 6 };

/* A piece of work: in[0..in_n) to out[0..out_n). */
struct codec_step {
    const uint8_t *in;
    size_t in_n, in_used;
    uint8_t *out;
    size_t out_n, out_used;
    const char *why; /* set with CODEC_BAD */
};

enum codec_result {
    CODEC_MORE,
    CODEC_FRAME_END, /* a member, frame or stream is whole and its checksum right */
    CODEC_BAD,
};

struct codec {
    const char *name;
    bool (*begins)(const uint8_t *p, size_t n); /* a frame begins here */
    void *(*open)(void);                        /* NULL: the library failed */
    enum codec_result (*step)(void *state, struct codec_step *s);
    void (*close)(void *state);
};

/* The codec whose frame begins at p, or NULL. */
const struct codec *codec_of(const uint8_t *p, size_t n);

#endif
