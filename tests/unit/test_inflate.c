/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inflate.c - compressed sources: each compression, several members, damage, bounds. */
#include "io/inflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "unit.h"

enum { PLAIN = 300000, ROOM = 1 << 20 };

struct fixture {
    FILE *ahead; /* not NULL: what is packed is read from it, by a thread */
    uint8_t plain[PLAIN], packed[ROOM], out[ROOM];
    struct source *src;
    struct dpi_err err;
};

/* Each compresses n bytes to out, which has room, and returns how many there are. */
static size_t pack_gzip(uint8_t *out, const uint8_t *in, size_t n)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n, .next_out = out, .avail_out = ROOM};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static size_t pack_zstd(uint8_t *out, const uint8_t *in, size_t n)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    size_t packed = ZSTD_compress2(c, out, ROOM, in, n);
    assert_false(ZSTD_isError(packed));
    ZSTD_freeCCtx(c);
    return packed;
}

static size_t pack_xz(uint8_t *out, const uint8_t *in, size_t n)
{
    size_t at = 0;
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, in, n, out, &at, ROOM), LZMA_OK);
    return at;
}

static size_t pack_bzip2(uint8_t *out, const uint8_t *in, size_t n)
{
    unsigned packed = ROOM;
    assert_int_equal(BZ2_bzBuffToBuffCompress((char *)out, &packed, (char *)(uintptr_t)in, (unsigned)n, 1, 0, 0),
                     BZ_OK);
    return packed;
}

static size_t pack_lz4(uint8_t *out, const uint8_t *in, size_t n)
{
    LZ4F_preferences_t p = {.frameInfo = {.contentChecksumFlag = LZ4F_contentChecksumEnabled}};
    size_t packed = LZ4F_compressFrame(out, ROOM, in, n, &p);
    assert_false(LZ4F_isError(packed));
    return packed;
}

static const struct {
    const char *name;
    size_t (*pack)(uint8_t *out, const uint8_t *in, size_t n);
    size_t block; /* what a cut may cost at most */
} codecs[] = {
    {"gzip", pack_gzip, 1},
    {"zstd", pack_zstd, 128 * 1024},
    {"xz", pack_xz, 64},
    {"bzip2", pack_bzip2, 100 * 1000},
    {"lz4", pack_lz4, 64 * 1024},
};

enum { N_CODECS = sizeof(codecs) / sizeof(*codecs) };

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    uint64_t seed = 7;
    for (size_t i = 0; f && i < PLAIN; i++)
        f->plain[i] = (uint8_t)(unit_random(&seed) >> 61); /* 3 bits a byte: every compression shrinks it */
    *state = f;
    return f ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    source_close(f->src);
    if (f->ahead)
        fclose(f->ahead);
    free(f);
    return 0;
}

static int setup_ahead(void **state)
{
    int failed = setup(state);
    struct fixture *f = *state;
    if (!failed)
        f->ahead = tmpfile();
    return failed || f->ahead == NULL;
}

/* packed[0..n), in memory, or in a file that is read ahead. */
static void open_packed(struct fixture *f, size_t n, uint64_t max)
{
    char path[32];
    source_close(f->src);
    if (f->ahead) {
        rewind(f->ahead);
        assert_int_equal(fwrite(f->packed, 1, n, f->ahead), n);
        assert_int_equal(fflush(f->ahead), 0);
        assert_int_equal(ftruncate(fileno(f->ahead), (off_t)n), 0);
        snprintf(path, sizeof(path), "/dev/fd/%d", fileno(f->ahead));
        assert_int_equal(source_open(&f->src, path, &f->err), DPI_OK);
    } else {
        f->src = source_memory(f->packed, n);
    }
    assert_int_equal(source_inflate(&f->src, max, &f->err), DPI_OK);
    if (f->ahead)
        source_read_ahead(f->src);
}

/* Reads packed[0..n) inflated; returns how many bytes came out. */
static size_t inflate_all(struct fixture *f, size_t n, uint64_t max, size_t piece)
{
    size_t got, total = 0;
    open_packed(f, n, max);
    do {
        assert_true(total + piece <= ROOM);
        assert_int_equal(source_read(f->src, f->out + total, piece, &got, &f->err), DPI_OK);
        total += got;
    } while (got == piece);
    assert_int_equal(source_offset(f->src), total);
    return total;
}

static void expect_damage(struct fixture *f, const char *name, const char *word)
{
    const char *why = source_damage(f->src);
    if (!why || !strstr(why, name) || !strstr(why, word))
        fail_msg("'%s': no '%s' or no '%s'", why ? why : "no damage", name, word);
}

static void each_compression_is_undone(void **state)
{
    struct fixture *f = *state;
    static const size_t pieces[] = {777, 40000, PLAIN};
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = codecs[c].pack(f->packed, f->plain, PLAIN);
        for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
            assert_int_equal(inflate_all(f, n, UINT64_MAX, pieces[i]), PLAIN);
            assert_memory_equal(f->out, f->plain, PLAIN);
            assert_null(source_damage(f->src));
            assert_string_equal(source_compression(f->src), codecs[c].name);
            assert_int_equal(source_file_offset(f->src), n);
        }
    }
}

static void what_is_not_compressed_is_left_alone(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = {0, 1, 3, 5, 100};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        memcpy(f->packed, "\xd4\xc3\xb2\xa1\x02", 5);
        assert_int_equal(inflate_all(f, sizes[i], UINT64_MAX, 1000), sizes[i]);
        assert_null(source_compression(f->src));
    }
}

static void members_are_one_stream(void **state)
{
    struct fixture *f = *state;
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = 0;
        n += codecs[c].pack(f->packed + n, f->plain, 10);
        n += codecs[c].pack(f->packed + n, f->plain, 0);
        n += codecs[c].pack(f->packed + n, f->plain, 100000);
        memset(f->packed + n, 0, 512); /* as tapes are filled up */
        assert_int_equal(inflate_all(f, n + 512, UINT64_MAX, 5000), 100010);
        assert_memory_equal(f->out, f->plain, 10);
        assert_memory_equal(f->out + 10, f->plain, 100000);
        assert_null(source_damage(f->src));
    }
}

static void frames_of_nothing_are_skipped(void **state)
{
    struct fixture *f = *state;
    memcpy(f->packed, "\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
    size_t n = 11 + pack_zstd(f->packed + 11, f->plain, 1000);
    memcpy(f->packed + n, "\x50\x2a\x4d\x18\0\0\0\0", 8);
    assert_int_equal(inflate_all(f, n + 8, UINT64_MAX, 5000), 1000);
    assert_null(source_damage(f->src));
}

static void a_cut_gives_all_before_it(void **state)
{
    struct fixture *f = *state;
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = codecs[c].pack(f->packed, f->plain, PLAIN);
        for (size_t cut = 10; cut < n; cut += n / 7) {
            size_t got = inflate_all(f, cut, UINT64_MAX, 5000);
            assert_memory_equal(f->out, f->plain, got);
            expect_damage(f, codecs[c].name, "is cut");
            /* The data is the same everywhere, so a part of the input is that part of the output. */
            size_t expected = (size_t)((double)cut / (double)n * PLAIN);
            assert_true(got + codecs[c].block + 3000 >= expected);
        }
    }
}

/* All blocks fit into the buffers of one call here: those before the spoiled one must not be lost with it. */
static void damage_costs_one_block(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = 9;
    for (size_t i = 0; i < PLAIN; i++)
        f->plain[i] = (uint8_t)(unit_random(&seed) >> 58 ? i % 3 : unit_random(&seed) >> 56);
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = codecs[c].pack(f->packed, f->plain, PLAIN), at = n * 7 / 10;
        memset(f->packed + at, 0xff, 8);
        size_t got = inflate_all(f, n, UINT64_MAX, 5000), sound = PLAIN * 6 / 10 - codecs[c].block;
        expect_damage(f, codecs[c].name, "cannot be decompressed");
        assert_true(got >= sound);
        assert_memory_equal(f->out, f->plain, sound);
    }
}

static void checksums_are_checked(void **state)
{
    struct fixture *f = *state;
    static const size_t from_end[N_CODECS] = {6, 2, 40, 3, 2};
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = codecs[c].pack(f->packed, f->plain, 5000);
        f->packed[n - from_end[c]] ^= 0x10;
        assert_int_equal(inflate_all(f, n, UINT64_MAX, 5000), 5000);
        expect_damage(f, codecs[c].name, "cannot be decompressed");
    }
}

static void other_bytes_behind_are_said(void **state)
{
    struct fixture *f = *state;
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = codecs[c].pack(f->packed, f->plain, 5000);
        memcpy(f->packed + n, "hello", 5);
        assert_int_equal(inflate_all(f, n + 5, UINT64_MAX, 700), 5000);
        assert_memory_equal(f->out, f->plain, 5000);
        expect_damage(f, codecs[c].name, "is followed by other bytes");
    }
}

static void the_bound_holds(void **state)
{
    struct fixture *f = *state;
    for (size_t c = 0; c < N_CODECS; c++) {
        size_t n = codecs[c].pack(f->packed, f->plain, PLAIN);
        assert_int_equal(inflate_all(f, n, PLAIN, 5000), PLAIN);
        assert_null(source_damage(f->src));
        assert_int_equal(inflate_all(f, n, PLAIN - 1, 5000), PLAIN - 1);
        expect_damage(f, codecs[c].name, "--max-input");
        assert_int_equal(inflate_all(f, n, 1, 5000), 1);
        expect_damage(f, codecs[c].name, "--max-input");
    }
}

static void compressed_twice_and_too_often(void **state)
{
    struct fixture *f = *state;
    size_t n = 0;
    for (size_t depth = 0; depth < 4; depth++) {
        memcpy(f->out, depth ? f->packed : f->plain, depth ? n : 1000);
        n = codecs[depth].pack(f->packed, f->out, depth ? n : 1000);
        if (depth < 3) {
            assert_int_equal(inflate_all(f, n, UINT64_MAX, 5000), 1000);
            assert_memory_equal(f->out, f->plain, 1000);
        }
    }
    source_close(f->src);
    f->src = source_memory(f->packed, n);
    assert_int_equal(source_inflate(&f->src, UINT64_MAX, &f->err), DPI_INPUT);
    assert_non_null(strstr(f->err.msg, "3 times"));
}

/* Makes the block of an xz file want a dictionary of 1 GiB. */
static void want_dictionary(uint8_t *block)
{
    enum { GIGABYTE = 36 }; /* as LZMA2's property has it */
    size_t crc_at = (size_t)block[0] * 4, i = 2;
    while (block[i] != 0x21 || block[i + 1] != 1) /* LZMA2, one byte of properties */
        i++;
    assert_true(i < crc_at);
    block[i + 2] = GIGABYTE;
    uint32_t crc = lzma_crc32(block, crc_at, 0);
    for (int byte = 0; byte < 4; byte++)
        block[crc_at + (size_t)byte] = (uint8_t)(crc >> 8 * byte);
}

static void huge_windows_are_refused(void **state)
{
    struct fixture *f = *state;
    memcpy(f->packed, "\x28\xb5\x2f\xfd\0\xa8\x01\0\0", 9); /* as zstd --long=31 begins */
    assert_int_equal(inflate_all(f, 9, UINT64_MAX, 100), 0);
    expect_damage(f, "zstd", "memory");
    size_t n = pack_xz(f->packed, f->plain, 100);
    want_dictionary(f->packed + LZMA_STREAM_HEADER_SIZE);
    assert_int_equal(inflate_all(f, n, UINT64_MAX, 100), 0);
    expect_damage(f, "xz", "128 MiB");
}

/* Whatever the bytes are, it ends. */
static void spoiled_bytes_do_no_harm(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = 42;
    for (size_t round = 0; round < 500; round++) {
        size_t n = codecs[round % N_CODECS].pack(f->packed, f->plain, 3000);
        for (int i = 0; i < 3; i++)
            f->packed[6 + unit_random(&seed) % (n - 6)] = (uint8_t)unit_random(&seed);
        assert_true(inflate_all(f, n, 100000, 1000) <= 100000);
    }
}

int main(void)
{
#define T(name)                                          \
    cmocka_unit_test_setup_teardown(name, setup, teardown), \
    {#name "_ahead", name, setup_ahead, teardown, NULL}
    const struct CMUnitTest tests[] = {
        T(each_compression_is_undone),
        T(what_is_not_compressed_is_left_alone),
        T(members_are_one_stream),
        T(frames_of_nothing_are_skipped),
        T(a_cut_gives_all_before_it),
        T(damage_costs_one_block),
        T(checksums_are_checked),
        T(other_bytes_behind_are_said),
        T(the_bound_holds),
        T(compressed_twice_and_too_often),
        T(huge_windows_are_refused),
        T(spoiled_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
