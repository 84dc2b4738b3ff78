/* SPDX-License-Identifier: BSD-2-Clause */
/* codec.c - gzip, zstd, xz, bzip2 and lz4 by the libraries of their authors. Each checks the checksums that
 * its format has and holds no more memory than its window, which is bounded here. */
#include "io/codec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "util/xalloc.h"

/* 128 MiB: what zstd's own program agrees to without being asked, and twice what xz -9 makes. */
enum { WINDOW_LOG_MAX = 27 };
#define LZMA_MEMORY_MAX ((UINT64_C(1) << WINDOW_LOG_MAX) + (UINT64_C(1) << 20))

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static unsigned int to_uint(size_t n)
{
    return n < UINT_MAX ? (unsigned int)n : UINT_MAX;
}

static bool starts_with(const uint8_t *p, size_t n, const char *magic, size_t magic_n)
{
    return n >= magic_n && memcmp(p, magic, magic_n) == 0;
}

/* Zstandard's and LZ4's skippable frames share a range of magic numbers. */
static bool is_skippable(const uint8_t *p, size_t n)
{
    return n >= 4 && (p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0;
}

/* The libraries of zstd and lz4 give nothing of a call that meets damage, not even the sound blocks before it. So a
 * call gets no more than one block: what the last call asked for, without the header of the block behind it, and
 * nothing while output of the last call is left. */
struct paced {
    void *library;
    size_t wanted;   /* bytes that the last call asked for; 0: as few as can be */
    bool out_filled; /* by the last call */
};

static void *paced_new(void *library)
{
    struct paced *p = xcalloc(1, sizeof(*p));
    p->library = library;
    return p;
}

static size_t portion(const struct paced *p, const struct codec_step *s, size_t block_header)
{
    size_t n = p->wanted > block_header ? p->wanted - block_header : p->wanted;
    if (p->out_filled)
        return 0;
    n = n ? n : 1;
    return n < s->in_n ? n : s->in_n;
}

/* What a call that went well did. False: it had nothing to do but to find that no output was left; call again. */
static bool paced_done(struct paced *p, const struct codec_step *s, size_t wanted)
{
    bool idle = p->out_filled && s->out_used == 0 && wanted;
    p->wanted = wanted;
    p->out_filled = s->out_used == s->out_n;
    return !idle;
}

/* gzip, RFC 1952: only deflate exists. */
static bool gzip_begins(const uint8_t *p, size_t n)
{
    return starts_with(p, n, "\x1f\x8b\x08", 3);
}

static void *gzip_open(void)
{
    enum { GZIP_ONLY = 16 };
    z_stream *z = xcalloc(1, sizeof(*z));
    if (inflateInit2(z, GZIP_ONLY + MAX_WBITS) == Z_OK)
        return z;
    free(z);
    return NULL;
}

static enum codec_result gzip_step(void *state, struct codec_step *s)
{
    z_stream *z = state;
    z->next_in = (z_const Bytef *)(uintptr_t)s->in;
    z->avail_in = to_uint(s->in_n);
    z->next_out = s->out;
    z->avail_out = to_uint(s->out_n);
    int rc = inflate(z, Z_NO_FLUSH);
    s->in_used = (size_t)(z->next_in - s->in);
    s->out_used = (size_t)(z->next_out - s->out);
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return CODEC_MORE;
    if (rc == Z_STREAM_END && inflateReset(z) == Z_OK)
        return CODEC_FRAME_END;
    s->why = z->msg ? z->msg : "corrupt data";
    return CODEC_BAD;
}

static void gzip_close(void *state)
{
    inflateEnd(state);
    free(state);
}

/* Zstandard, RFC 8878. */
static bool zstd_begins(const uint8_t *p, size_t n)
{
    return starts_with(p, n, "\x28\xb5\x2f\xfd", 4) || is_skippable(p, n);
}

static void *zstd_open(void)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    if (!z)
        return NULL;
    ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return paced_new(z);
}

static enum codec_result zstd_step(void *state, struct codec_step *s)
{
    enum { BLOCK_HEADER = 3 };
    struct paced *p = state;
    size_t rc;
    do {
        ZSTD_inBuffer in = {.src = s->in, .size = portion(p, s, BLOCK_HEADER)};
        ZSTD_outBuffer out = {.dst = s->out, .size = s->out_n};
        rc = ZSTD_decompressStream(p->library, &out, &in);
        s->in_used = in.pos;
        s->out_used = out.pos;
        if (ZSTD_isError(rc)) {
            s->why = ZSTD_getErrorName(rc);
            return CODEC_BAD;
        }
    } while (!paced_done(p, s, rc));
    return rc == 0 ? CODEC_FRAME_END : CODEC_MORE;
}

static void zstd_close(void *state)
{
    struct paced *p = state;
    ZSTD_freeDCtx(p->library);
    free(p);
}

static bool xz_begins(const uint8_t *p, size_t n)
{
    return starts_with(p, n, "\xfd" "7zXZ\0", 6);
}

/* Also starts it again for the next stream of the file. */
static bool xz_start(lzma_stream *z)
{
    return lzma_stream_decoder(z, LZMA_MEMORY_MAX, 0) == LZMA_OK;
}

static void *xz_open(void)
{
    lzma_stream *z = xcalloc(1, sizeof(*z));
    *z = (lzma_stream)LZMA_STREAM_INIT;
    if (xz_start(z))
        return z;
    free(z);
    return NULL;
}

static const char *xz_why(lzma_ret rc)
{
    switch (rc) {
    case LZMA_MEMLIMIT_ERROR:
        return "it needs more than 128 MiB of memory";
    case LZMA_OPTIONS_ERROR:
        return "it uses options that liblzma does not know";
    case LZMA_MEM_ERROR:
        return "out of memory";
    default:
        return "corrupt data";
    }
}

static enum codec_result xz_step(void *state, struct codec_step *s)
{
    lzma_stream *z = state;
    z->next_in = s->in;
    z->avail_in = s->in_n;
    z->next_out = s->out;
    z->avail_out = s->out_n;
    lzma_ret rc = lzma_code(z, LZMA_RUN);
    s->in_used = s->in_n - z->avail_in;
    s->out_used = s->out_n - z->avail_out;
    if (rc == LZMA_OK || rc == LZMA_BUF_ERROR)
        return CODEC_MORE;
    s->why = xz_why(rc);
    return rc == LZMA_STREAM_END && xz_start(z) ? CODEC_FRAME_END : CODEC_BAD;
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

static bool bzip2_begins(const uint8_t *p, size_t n)
{
    return starts_with(p, n, "BZh", 3) && n > 3 && p[3] >= '1' && p[3] <= '9';
}

static void *bzip2_open(void)
{
    bz_stream *z = xcalloc(1, sizeof(*z));
    if (BZ2_bzDecompressInit(z, 0, 0) == BZ_OK)
        return z;
    free(z);
    return NULL;
}

/* The next stream of the file needs the library from the start. */
static enum codec_result bzip2_again(bz_stream *z)
{
    BZ2_bzDecompressEnd(z);
    *z = (bz_stream){0};
    return BZ2_bzDecompressInit(z, 0, 0) == BZ_OK ? CODEC_FRAME_END : CODEC_BAD;
}

static enum codec_result bzip2_step(void *state, struct codec_step *s)
{
    bz_stream *z = state;
    z->next_in = (char *)(uintptr_t)s->in;
    z->avail_in = to_uint(s->in_n);
    z->next_out = (char *)s->out;
    z->avail_out = to_uint(s->out_n);
    int rc = BZ2_bzDecompress(z);
    s->in_used = (size_t)((const uint8_t *)z->next_in - s->in);
    s->out_used = (size_t)((uint8_t *)z->next_out - s->out);
    s->why = rc == BZ_MEM_ERROR ? "out of memory" : "corrupt data";
    if (rc == BZ_OK)
        return CODEC_MORE;
    return rc == BZ_STREAM_END ? bzip2_again(z) : CODEC_BAD;
}

static void bzip2_close(void *state)
{
    BZ2_bzDecompressEnd(state);
    free(state);
}

static bool lz4_begins(const uint8_t *p, size_t n)
{
    return starts_with(p, n, "\x04\x22\x4d\x18", 4) || is_skippable(p, n);
}

static void *lz4_open(void)
{
    LZ4F_dctx *z;
    return LZ4F_isError(LZ4F_createDecompressionContext(&z, LZ4F_VERSION)) ? NULL : paced_new(z);
}

static enum codec_result lz4_step(void *state, struct codec_step *s)
{
    enum { BLOCK_HEADER = 4 };
    struct paced *p = state;
    size_t rc;
    do {
        s->in_used = portion(p, s, BLOCK_HEADER);
        s->out_used = s->out_n;
        rc = LZ4F_decompress(p->library, s->out, &s->out_used, s->in, &s->in_used, NULL);
        if (LZ4F_isError(rc)) {
            s->why = LZ4F_getErrorName(rc);
            s->out_used = 0;
            return CODEC_BAD;
        }
    } while (!paced_done(p, s, rc));
    return rc == 0 ? CODEC_FRAME_END : CODEC_MORE;
}

static void lz4_close(void *state)
{
    struct paced *p = state;
    LZ4F_freeDecompressionContext(p->library);
    free(p);
}

static const struct codec codecs[] = {
    {"gzip", gzip_begins, gzip_open, gzip_step, gzip_close},
    {"zstd", zstd_begins, zstd_open, zstd_step, zstd_close},
    {"xz", xz_begins, xz_open, xz_step, xz_close},
    {"bzip2", bzip2_begins, bzip2_open, bzip2_step, bzip2_close},
    {"lz4", lz4_begins, lz4_open, lz4_step, lz4_close},
};

const struct codec *codec_of(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < COUNT(codecs); i++)
        if (codecs[i].begins(p, n))
            return &codecs[i];
    return NULL;
}
