/* SPDX-License-Identifier: BSD-2-Clause */
/* inflate.c - a source that decompresses another one, in constant memory. */
#include "io/inflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/codec.h"
#include "io/source_kind.h"
#include "util/xalloc.h"

enum { IN_SIZE = 64 * 1024, DEPTH_MAX = 3, WHY_MAX = 160 };

struct inflater {
    const struct codec *codec;
    void *state;
    uint64_t made, max; /* bytes given, and at most */
    size_t at, end;     /* in[at..end) is compressed and not used */
    bool in_ended, in_frame;
    char why[WHY_MAX]; /* what source_damage says */
    uint8_t in[IN_SIZE];
};

/* Reads on until n <= IN_SIZE bytes are there or the compressed data ends. */
static enum dpi_status refill(struct source *s, struct inflater *z, size_t n, struct dpi_err *err)
{
    if (z->end - z->at >= n || z->in_ended)
        return DPI_OK;
    memmove(z->in, z->in + z->at, z->end - z->at);
    z->end -= z->at;
    z->at = 0;
    while (z->end < n && !z->in_ended) {
        size_t got;
        DPI_TRY(source_some(s->below, z->in + z->end, IN_SIZE - z->end, &got, err));
        z->end += got;
        z->in_ended = got == 0;
    }
    return DPI_OK;
}

/* The data ends here, and not as it should. */
static void end_damaged(struct source *s, struct inflater *z, const char *what, const char *detail)
{
    const char *below = source_damage(s->below);
    snprintf(z->why, sizeof(z->why), "the %s data %s%s%s%s", z->codec->name, what, detail,
             below ? ", and " : "", below ? below : "");
    s->damage = z->why;
    z->in_ended = true;
    z->at = z->end;
}

/* Where they begin in the file, or in what the layer below has decompressed. */
static void end_followed(struct source *s, struct inflater *z)
{
    char from[48];
    uint64_t unused = z->end - z->at;
    snprintf(from, sizeof(from), ", from its byte %llu on", (unsigned long long)(source_offset(s->below) - unused));
    end_damaged(s, z, "is followed by other bytes", from);
}

/* Between two members or frames: false when there is no other. Zeros fill up blocks of tapes. */
static enum dpi_status next_frame(struct source *s, struct inflater *z, struct dpi_err *err)
{
    do {
        while (z->at < z->end && z->in[z->at] == 0)
            z->at++;
        DPI_TRY(refill(s, z, CODEC_MAGIC_MAX, err));
    } while (z->at < z->end && z->in[z->at] == 0);
    if (z->codec->begins(z->in + z->at, z->end - z->at))
        z->in_frame = true;
    else if (z->at < z->end)
        end_followed(s, z);
    else if (source_damage(s->below))
        end_damaged(s, z, "may go on", "");
    return DPI_OK;
}

/* Decompresses into out until something comes out or the data ends. */
static enum dpi_status step(struct source *s, struct inflater *z, void *out, size_t n, size_t *got,
                            struct dpi_err *err)
{
    DPI_TRY(refill(s, z, 1, err));
    struct codec_step w = {.in = z->in + z->at, .in_n = z->end - z->at, .out = out, .out_n = n};
    enum codec_result result = z->codec->step(z->state, &w);
    z->at += w.in_used;
    *got = w.out_used;
    if (result == CODEC_BAD)
        end_damaged(s, z, "cannot be decompressed: ", w.why);
    else if (result == CODEC_FRAME_END)
        z->in_frame = false;
    else if (z->in_ended && !w.out_used && !w.in_used)
        end_damaged(s, z, "is cut", "");
    return DPI_OK;
}

static enum dpi_status inflate_read(struct source *s, void *buf, size_t n, size_t *got,
                                    struct dpi_err *err)
{
    struct inflater *z = s->state;
    *got = 0;
    while (*got == 0 && !s->damage) {
        if (!z->in_frame)
            DPI_TRY(next_frame(s, z, err));
        if (!z->in_frame)
            break;
        DPI_TRY(step(s, z, buf, n, got, err));
    }
    if (*got > z->max - z->made) {
        *got = (size_t)(z->max - z->made);
        end_damaged(s, z, "goes on, this is as much of it as --max-input allows", "");
    }
    z->made += *got;
    return DPI_OK;
}

static void inflate_close(struct source *s)
{
    struct inflater *z = s->state;
    z->codec->close(z->state);
    source_close(s->below);
    free(z);
}

static const struct source_ops inflate_ops = {.read = inflate_read, .close = inflate_close};

/* A source over below, which it takes over; NULL when the library of the codec fails. */
static struct source *inflate_over(struct source *below, const struct codec *codec, uint64_t max)
{
    void *state = codec->open();
    if (!state)
        return NULL;
    struct inflater *z = xcalloc(1, sizeof(*z));
    z->codec = codec;
    z->state = state;
    z->max = max;
    struct source *s = source_new(&inflate_ops, xstrdup(source_label(below)));
    s->state = z;
    s->below = below;
    s->can_reopen = below->can_reopen;
    s->file_size = below->file_size;
    s->compression = codec->name;
    return s;
}

enum dpi_status source_inflate(struct source **s, uint64_t max, struct dpi_err *err)
{
    for (int depth = 0;; depth++) {
        const uint8_t *head;
        size_t n;
        DPI_TRY(source_view(*s, CODEC_MAGIC_MAX, &head, &n, err));
        const struct codec *codec = codec_of(head, n);
        if (!codec)
            return DPI_OK;
        if (depth == DEPTH_MAX)
            return dpi_fail(err, DPI_INPUT, "%s is compressed more than %d times over: unpack it first",
                            source_label(*s), DEPTH_MAX);
        struct source *over = inflate_over(*s, codec, max);
        if (!over)
            return dpi_fail(err, DPI_INPUT, "cannot start to decompress %s with %s", source_label(*s),
                            codec->name);
        *s = over;
    }
}
