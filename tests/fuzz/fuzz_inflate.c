/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_inflate.c - gzip, zstd, xz, bzip2, lz4, also in each other, as sources undo them. */
#include "fuzz.h"

#include "io/inflate.h"

enum { MAX_INPUT = 1 << 20 };

/* Reads to the end; returns how much there was. */
static uint64_t drain(struct source *s, bool some)
{
    static const size_t piece = 4096;
    uint8_t *buf = malloc(piece);
    struct dpi_err err;
    size_t got = 0;
    uint64_t sum = 0;
    while ((some ? source_some : source_read)(s, buf, piece, &got, &err) == DPI_OK && got)
        sum += got;
    free(buf);
    return sum;
}

static uint64_t inflate(const uint8_t *data, size_t n, bool some)
{
    struct source *s = source_memory(data, n);
    struct dpi_err err;
    uint64_t sum = 0;
    if (source_inflate(&s, MAX_INPUT, &err) == DPI_OK) {
        sum = drain(s, some);
        CLAIM(source_compression(s) ? sum <= MAX_INPUT : sum == n);
        CLAIM(source_offset(s) == sum && source_file_offset(s) <= n);
    }
    source_close(s);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint64_t whole = inflate(data, n, false);
    CLAIM(inflate(data, n, true) == whole);
    return 0;
}
