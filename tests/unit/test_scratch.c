/* SPDX-License-Identifier: BSD-2-Clause */
/* test_scratch.c - temporary files, and inputs that are kept in them. */
#include "io/scratch.h"
#include "io/spool.h"

#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/dpitool-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* which says that nothing was left in it */
}

static struct scratch *open_scratch(void)
{
    struct scratch *s;
    struct dpi_err err;
    if (scratch_open(&s, folder, &err) != DPI_OK)
        fail_msg("%s", err.msg);
    return s;
}

/* Writes at random places, over more pages than are in memory, against an array. */
static void keeps_what_is_written(void **state)
{
    enum { SIZE = 4 << 20, WRITES = 3000, MOST = 40000 };
    uint8_t *model = calloc(1, SIZE + MOST), *bytes = malloc(MOST);
    struct scratch *s = open_scratch();
    struct dpi_err err;
    uint64_t seed = 1;
    (void)state;
    for (unsigned i = 0; i < WRITES; i++) {
        size_t at = unit_random(&seed) % SIZE, n = unit_random(&seed) % MOST;
        memset(bytes, (int)(i + 1), n);
        memcpy(model + at, bytes, n);
        assert_int_equal(scratch_write(s, at, bytes, n, &err), DPI_OK);
        at = unit_random(&seed) % SIZE;
        n = unit_random(&seed) % MOST;
        assert_int_equal(scratch_read(s, at, bytes, n, &err), DPI_OK);
        assert_memory_equal(bytes, model + at, n);
    }
    scratch_close(s);
    free(model);
    free(bytes);
}

static void reads_zeros_where_nothing_is(void **state)
{
    static const uint8_t zeros[100];
    uint8_t bytes[100];
    struct scratch *s = open_scratch();
    struct dpi_err err;
    (void)state;
    assert_int_equal(scratch_write(s, 1 << 20, "x", 1, &err), DPI_OK);
    assert_int_equal(scratch_read(s, 5000, bytes, sizeof(bytes), &err), DPI_OK);
    assert_memory_equal(bytes, zeros, sizeof(bytes));
    assert_int_equal(scratch_read(s, UINT64_C(1) << 40, bytes, sizeof(bytes), &err), DPI_OK);
    assert_memory_equal(bytes, zeros, sizeof(bytes));
    scratch_close(s);
}

static void says_why_it_cannot(void **state)
{
    struct scratch *s;
    struct dpi_err err;
    (void)state;
    assert_int_equal(scratch_open(&s, "/no/such/folder", &err), DPI_OUTPUT);
    assert_null(s);
    assert_string_equal(err.msg, "cannot make a temporary file in '/no/such/folder': No such file or directory");
}

static void read_source(struct spool *sp, const char *name, size_t most, const char *expected)
{
    struct source *s;
    struct dpi_err err;
    char bytes[64];
    size_t got;
    assert_int_equal(spool_open(sp, &s, name, &err), DPI_OK);
    assert_string_equal(source_label(s), "standard input");
    assert_int_equal(source_read(s, bytes, most, &got, &err), DPI_OK);
    assert_int_equal(got, strlen(expected));
    assert_memory_equal(bytes, expected, got);
    source_close(s);
}

/* Standard input, from a pipe, comes again from its beginning. */
static void gives_a_pipe_again(void **state)
{
    int ends[2], stdin_was = dup(STDIN_FILENO);
    struct spool *sp = spool_new(folder);
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "once upon a time", 16), 16);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    read_source(sp, "-", 64, "once upon a time");
    read_source(sp, "-", 4, "once");
    read_source(sp, "-", 64, "once upon a time");
    dup2(stdin_was, STDIN_FILENO);
    close(stdin_was);
    spool_free(sp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_written),
        cmocka_unit_test(reads_zeros_where_nothing_is),
        cmocka_unit_test(says_why_it_cannot),
        cmocka_unit_test(gives_a_pipe_again),
    };
    return cmocka_run_group_tests_name("scratch", tests, make_folder, remove_folder);
}
