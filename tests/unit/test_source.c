/* SPDX-License-Identifier: BSD-2-Clause */
/* test_source.c - files, pipes, FIFOs and memory as sources; views over the borders of the buffer. */
#include "io/source.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

enum { FILE_SIZE = 700001 };

struct fixture {
    char dir[32], path[64];
    int saved_stdin;
};

static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 7 + i / 251);
}

static void write_pattern(const char *path)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (size_t i = 0; i < FILE_SIZE; i++)
        fputc(pattern(i), f);
    assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    strcpy(f->dir, "/tmp/dpitool-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    alarm(60); /* a pipe that nobody serves would wait for ever */
    snprintf(f->path, sizeof(f->path), "%s/data", f->dir);
    f->saved_stdin = dup(STDIN_FILENO);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    dup2(f->saved_stdin, STDIN_FILENO);
    close(f->saved_stdin);
    chmod(f->path, 0600);
    unlink(f->path);
    rmdir(f->path);
    rmdir(f->dir);
    free(f);
    return 0;
}

static struct source *must_open(const char *path)
{
    struct dpi_err err = {0};
    struct source *s;
    assert_int_equal(source_open(&s, path, &err), DPI_OK);
    return s;
}

static void read_pieces(struct source *s, size_t piece)
{
    struct dpi_err err = {0};
    uint8_t *buf = malloc(piece);
    size_t got, done = 0;
    do {
        assert_int_equal(source_offset(s), done);
        assert_int_equal(source_read(s, buf, piece, &got, &err), DPI_OK);
        for (size_t i = 0; i < got; i++)
            if (buf[i] != pattern(done + i))
                fail_msg("byte %zu differs", done + i);
        done += got;
    } while (got == piece);
    assert_int_equal(done, FILE_SIZE);
    free(buf);
}

static void reads_a_file_in_pieces_of_any_size(void **state)
{
    struct fixture *f = *state;
    write_pattern(f->path);
    static const size_t pieces[] = {1, 13, 4096, 262144, 262145, 699999, 700001, 900000};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        struct source *s = must_open(f->path);
        assert_true(source_can_reopen(s));
        read_pieces(s, pieces[i]);
        source_close(s);
    }
}

static void view_pieces(struct source *s, size_t piece)
{
    struct dpi_err err = {0};
    const uint8_t *p;
    size_t got, done = 0;
    do {
        assert_int_equal(source_view(s, piece, &p, &got, &err), DPI_OK);
        assert_int_equal(source_offset(s), done);
        source_skip(s, got);
        for (size_t i = 0; i < got; i++)
            if (p[i] != pattern(done + i))
                fail_msg("byte %zu differs", done + i);
        done += got;
    } while (got == piece);
    assert_int_equal(done, FILE_SIZE);
}

static void views_go_over_the_border_of_the_buffer(void **state)
{
    struct fixture *f = *state;
    write_pattern(f->path);
    static const size_t pieces[] = {64, 1000, 262144, 262147, 500000, 700001, 900000};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        struct source *s = must_open(f->path);
        view_pieces(s, pieces[i]);
        source_close(s);
    }
}

static void all_is_the_same_when_it_is_read_ahead(void **state)
{
    struct fixture *f = *state;
    write_pattern(f->path);
    static const size_t pieces[] = {13, 65536, 65537, 196608, 262145, 500000, 700001, 900000};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
        for (int view = 0; view < 2; view++) {
            struct source *s = must_open(f->path);
            source_read_ahead(s);
            (view ? view_pieces : read_pieces)(s, pieces[i]);
            source_close(s);
        }
}

/* Views, skips and reads of any size in any order, from any place on, and the end at any place. */
static void any_use_is_the_same_when_it_is_read_ahead(void **state)
{
    struct fixture *f = *state;
    static uint8_t buf[FILE_SIZE];
    uint64_t seed = 3;
    write_pattern(f->path);
    for (int round = 0; round < 60; round++) {
        struct source *s = must_open(f->path);
        struct dpi_err err = {0};
        const uint8_t *p = buf;
        size_t at = 0, got, ahead_from = unit_random(&seed) % 20, most = (size_t)1 << (4 + unit_random(&seed) % 17);
        for (size_t step = 0, left = unit_random(&seed) % 200; left && at < FILE_SIZE; step++, left--) {
            size_t n = 1 + unit_random(&seed) % most;
            if (step == ahead_from)
                source_read_ahead(s);
            unsigned how = unit_random(&seed) % 3;
            assert_int_equal(how == 0   ? source_view(s, n, &p, &got, &err)
                             : how == 1 ? source_read(s, buf, n, &got, &err)
                                        : source_some(s, buf, n, &got, &err),
                             DPI_OK);
            if (how == 2)
                assert_true(got > 0 && got <= n);
            else
                assert_int_equal(got, n < FILE_SIZE - at ? n : FILE_SIZE - at);
            for (size_t i = 0; i < got; i++)
                if ((how ? buf : p)[i] != pattern(at + i))
                    fail_msg("byte %zu differs", at + i);
            size_t used = how ? got : unit_random(&seed) % (got + 1);
            if (!how)
                source_skip(s, used);
            at += used;
            assert_int_equal(source_offset(s), at);
        }
        source_close(s);
    }
}

/* A capture's first packet is looked at before the thread starts, and used behind that. */
static void a_view_outlives_the_start_of_the_thread(void **state)
{
    struct fixture *f = *state;
    struct dpi_err err = {0};
    const uint8_t *p;
    size_t got;
    write_pattern(f->path);
    struct source *s = must_open(f->path);
    assert_int_equal(source_view(s, 1000, &p, &got, &err), DPI_OK);
    source_skip(s, 1000);
    source_read_ahead(s);
    for (size_t i = 0; i < got; i++)
        assert_int_equal(p[i], pattern(i));
    source_close(s);
}

/* Whose process has no memory at address 0 to show. */
static void an_error_ahead_is_told(void **state)
{
    (void)state;
    struct source *s = must_open("/proc/self/mem");
    struct dpi_err err = {0};
    char c;
    size_t got;
    source_read_ahead(s);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(source_read(s, &c, 1, &got, &err), DPI_INPUT);
        assert_non_null(strstr(err.msg, "cannot read '/proc/self/mem' behind byte 0"));
    }
    source_close(s);
}

static void a_view_consumes_nothing(void **state)
{
    (void)state;
    struct dpi_err err = {0};
    struct source *s = source_memory("abcdef", 6);
    const uint8_t *p;
    size_t got;
    char buf[8];
    assert_int_equal(source_view(s, 4, &p, &got, &err), DPI_OK);
    assert_int_equal(got, 4);
    assert_memory_equal(p, "abcd", 4);
    assert_int_equal(source_offset(s), 0);
    assert_int_equal(source_read(s, buf, 8, &got, &err), DPI_OK);
    assert_int_equal(got, 6);
    assert_memory_equal(buf, "abcdef", 6);
    assert_int_equal(source_view(s, 4, &p, &got, &err), DPI_OK);
    assert_int_equal(got, 0);
    assert_int_equal(source_offset(s), 6);
    source_close(s);
}

static void empty_memory_is_at_its_end(void **state)
{
    (void)state;
    struct dpi_err err = {0};
    struct source *s = source_memory(NULL, 0);
    const uint8_t *p;
    size_t got = 9;
    assert_int_equal(source_view(s, 4, &p, &got, &err), DPI_OK);
    assert_int_equal(got, 0);
    source_close(s);
    source_close(NULL);
}

static void expect_refused(const char *path, const char *word)
{
    struct dpi_err err = {0};
    struct source *s = (struct source *)&err;
    assert_int_equal(source_open(&s, path, &err), DPI_INPUT);
    assert_null(s);
    assert_non_null(strstr(err.msg, path));
    assert_non_null(strstr(err.msg, word));
    assert_null(strchr(err.msg, '\n'));
}

static void what_cannot_be_opened_is_said(void **state)
{
    struct fixture *f = *state;
    expect_refused(f->path, "No such file");
    expect_refused(f->dir, "folder");
    expect_refused("/dev/null/x", "Not a directory");
    write_pattern(f->path);
    chmod(f->path, 0);
    if (geteuid() != 0)
        expect_refused(f->path, "Permission denied");
}

/* In a child: writes the pattern in small pieces and exits. */
static pid_t write_from_child(int fd, unsigned pause_us)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    alarm(60); /* not inherited */
    uint8_t buf[777];
    for (size_t at = 0; at < FILE_SIZE; at += sizeof(buf)) {
        size_t n = FILE_SIZE - at < sizeof(buf) ? FILE_SIZE - at : sizeof(buf);
        for (size_t i = 0; i < n; i++)
            buf[i] = pattern(at + i);
        if (at == 0)
            usleep(pause_us);
        if (write(fd, buf, n) != (ssize_t)n)
            _exit(1);
    }
    _exit(0);
}

static void expect_child_ok(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void reads_standard_input_even_when_it_does_not_block(void **state)
{
    (void)state;
    for (int nonblocking = 0; nonblocking <= 1; nonblocking++) {
        int p[2];
        assert_int_equal(pipe(p), 0);
        pid_t pid = write_from_child(p[1], 30000);
        close(p[1]);
        dup2(p[0], STDIN_FILENO);
        close(p[0]);
        if (nonblocking)
            fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
        struct source *s = must_open("-");
        assert_string_equal(source_label(s), "standard input");
        assert_false(source_can_reopen(s));
        read_pieces(s, 5000);
        source_close(s);
        expect_child_ok(pid);
    }
}

static void reads_a_fifo(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkfifo(f->path, 0600), 0);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        int fd = open(f->path, O_WRONLY);
        pid_t writer = write_from_child(fd, 0);
        int status = 1;
        waitpid(writer, &status, 0);
        _exit(status != 0);
    }
    struct source *s = must_open(f->path);
    assert_false(source_can_reopen(s));
    read_pieces(s, 5000);
    source_close(s);
    expect_child_ok(pid);
}

static void on_alarm(int sig)
{
    (void)sig;
}

static void a_signal_ends_the_wait_for_data(void **state)
{
    (void)state;
    int p[2];
    assert_int_equal(pipe(p), 0);
    dup2(p[0], STDIN_FILENO);
    close(p[0]);
    struct sigaction old, act = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &act, &old);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 20000}, {0, 20000}}, NULL);
    struct source *s = must_open("-");
    struct dpi_err err = {0};
    char c;
    size_t got;
    assert_int_equal(source_read(s, &c, 1, &got, &err), DPI_INTERRUPTED);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    sigaction(SIGALRM, &old, NULL);
    source_close(s);
    close(p[1]);
}

static void a_read_error_says_where(void **state)
{
    (void)state;
    int fd = open("/dev/null", O_WRONLY);
    dup2(fd, STDIN_FILENO);
    close(fd);
    struct source *s = must_open("-");
    struct dpi_err err = {0};
    char c;
    size_t got;
    assert_int_equal(source_read(s, &c, 1, &got, &err), DPI_INPUT);
    assert_non_null(strstr(err.msg, "standard input behind byte 0"));
    source_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_a_file_in_pieces_of_any_size, setup, teardown),
        cmocka_unit_test_setup_teardown(views_go_over_the_border_of_the_buffer, setup, teardown),
        cmocka_unit_test_setup_teardown(all_is_the_same_when_it_is_read_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(any_use_is_the_same_when_it_is_read_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(a_view_outlives_the_start_of_the_thread, setup, teardown),
        cmocka_unit_test(an_error_ahead_is_told),
        cmocka_unit_test(a_view_consumes_nothing),
        cmocka_unit_test(empty_memory_is_at_its_end),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_standard_input_even_when_it_does_not_block, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_a_fifo, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signal_ends_the_wait_for_data, setup, teardown),
        cmocka_unit_test_setup_teardown(a_read_error_says_where, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
