/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inputs.c - several captures as one stream: order, numbers, damage in one of them, descriptors. */
#include "capture/inputs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "bytes.h"

enum { NAMES_MAX = 8, MANY = 200 };

struct fixture {
    char dir[32];
    int saved_stdin;
    struct inputs_options opt;
    struct inputs *in;
    struct dpi_err err;
    struct bytes bytes;
    char names[NAMES_MAX][64];
    const char *argv[NAMES_MAX];
    size_t n;
    uint64_t number; /* of the last packet */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    strcpy(f->dir, "/tmp/dpitool-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    alarm(60); /* a pipe that nobody serves would wait for ever */
    f->opt.max_input = INT64_MAX;
    f->saved_stdin = dup(STDIN_FILENO);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    inputs_free(f->in);
    dup2(f->saved_stdin, STDIN_FILENO);
    close(f->saved_stdin);
    for (size_t i = 0; i < f->n; i++)
        unlink(f->names[i]);
    int rc = rmdir(f->dir);
    free(f);
    return rc;
}

static void save(const struct bytes *b, const char *path)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(b->b, 1, b->n, out), b->n);
    assert_int_equal(fclose(out), 0);
}

/* A pcap of packets at the given seconds, ended by -1; cut bytes are taken off its end. */
static void make(struct bytes *b, const int *seconds, size_t cut)
{
    b->n = 0;
    put_pcap_header(b, 0xa1b2c3d4, 4, 65535, 1);
    for (; *seconds >= 0; seconds++)
        put_record(b, (uint32_t)*seconds, 0, 20, 20);
    b->n -= cut;
}

static void add(struct fixture *f, const int *seconds, size_t cut)
{
    size_t n = strlen(f->dir);
    memcpy(f->names[f->n], f->dir, n);
    snprintf(f->names[f->n] + n, sizeof(f->names[0]) - n, "/%zu", f->n);
    make(&f->bytes, seconds, cut);
    save(&f->bytes, f->names[f->n]);
    f->argv[f->n] = f->names[f->n];
    f->n++;
}

#define ADD(f, cut, ...) add(f, (const int[]){__VA_ARGS__}, cut)

static void must_open(struct fixture *f)
{
    if (inputs_open(&f->in, f->argv, f->n, &f->opt, &f->err) != DPI_OK)
        fail_msg("%s", f->err.msg);
}

static void expect_packet(struct fixture *f, size_t which, int second, uint32_t iface_index)
{
    struct packet p;
    if (inputs_next(f->in, &p, &f->err) != DPI_OK)
        fail_msg("%s", f->err.msg);
    assert_int_equal(p.ts_ns, second * INT64_C(1000000000));
    assert_int_equal(p.number, ++f->number);
    assert_int_equal(p.iface->index, iface_index);
    assert_string_equal(p.iface->capture, f->argv[which]);
    assert_int_equal(p.data[19], 19);
}

static void expect_end(struct fixture *f)
{
    struct packet p;
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_END);
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_END);
}

static void captures_are_read_in_the_order_of_their_first_packets(void **state)
{
    struct fixture *f = *state;
    ADD(f, 0, 30, 31, -1);
    ADD(f, 0, 10, 90, -1);
    ADD(f, 0, 10, -1); /* a tie: behind the one given before it */
    ADD(f, 0, -1);     /* no packet: first */
    must_open(f);
    expect_packet(f, 1, 10, 1);
    expect_packet(f, 1, 90, 1);
    expect_packet(f, 2, 10, 2);
    expect_packet(f, 0, 30, 3);
    expect_packet(f, 0, 31, 3);
    expect_end(f);
    static const size_t order[] = {3, 1, 2, 0}, packets[] = {0, 2, 1, 2};
    size_t n;
    const struct dpi_capture_info *info = inputs_captures(f->in, &n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_true(dpi_text_eq(info[i].name, dpi_text_of(f->argv[order[i]])));
        assert_int_equal(info[i].packets, packets[i]);
        assert_string_equal(info[i].format, "pcap");
        assert_null(info[i].damage);
    }
}

static void damage_ends_one_capture_not_the_run(void **state)
{
    struct fixture *f = *state;
    struct packet p;
    ADD(f, 5, 10, 11, -1);
    ADD(f, 5, 20, -1); /* damaged before its first packet */
    ADD(f, 0, 30, -1);
    must_open(f);
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_DAMAGED);
    assert_non_null(strstr(f->err.msg, f->argv[1]));
    expect_packet(f, 0, 10, 1);
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_DAMAGED);
    assert_non_null(strstr(f->err.msg, f->argv[0]));
    expect_packet(f, 2, 30, 2);
    expect_end(f);
    size_t n;
    const struct dpi_capture_info *info = inputs_captures(f->in, &n);
    assert_int_equal(n, 3);
    assert_int_equal(info[0].damage_offset, 24);
    assert_int_equal(info[1].damage_offset, 24 + 36);
    assert_int_equal(info[1].packets, 1);
    assert_non_null(strstr(info[1].damage, "only got 15"));
    assert_null(info[2].damage);
}

static void only_captures_that_were_begun_are_told(void **state)
{
    struct fixture *f = *state;
    size_t n;
    ADD(f, 0, 10, -1);
    ADD(f, 0, 20, -1);
    must_open(f);
    inputs_captures(f->in, &n);
    assert_int_equal(n, 0);
    expect_packet(f, 0, 10, 0);
    assert_int_equal(inputs_captures(f->in, &n)->packets, 1);
    assert_int_equal(n, 1);
}

/* Feeds standard input from a child. */
static pid_t stdin_from_child(const struct bytes *b)
{
    int p[2];
    assert_int_equal(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(write(p[1], b->b, b->n) != (ssize_t)b->n);
    close(p[1]);
    dup2(p[0], STDIN_FILENO);
    close(p[0]);
    return pid;
}

static void expect_child_ok(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void standard_input_takes_its_place_by_time(void **state)
{
    struct fixture *f = *state;
    make(&f->bytes, (const int[]){20, 21, -1}, 0);
    pid_t pid = stdin_from_child(&f->bytes);
    ADD(f, 0, 30, -1);
    ADD(f, 0, 10, 11, -1);
    strcpy(f->names[2], "-");
    f->argv[2] = f->names[2];
    f->n = 3;
    must_open(f);
    expect_packet(f, 1, 10, 0);
    expect_packet(f, 1, 11, 0);
    expect_packet(f, 2, 20, 1);
    expect_packet(f, 2, 21, 1);
    expect_packet(f, 0, 30, 2);
    expect_end(f);
    expect_child_ok(pid);
}

static void a_fifo_is_opened_once(void **state)
{
    struct fixture *f = *state;
    ADD(f, 0, 10, -1);
    ADD(f, 0, 5, 6, -1);
    unlink(f->names[1]);
    assert_int_equal(mkfifo(f->names[1], 0600), 0);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60); /* not inherited */
        int fd = open(f->names[1], O_WRONLY);
        _exit(write(fd, f->bytes.b, f->bytes.n) != (ssize_t)f->bytes.n);
    }
    must_open(f);
    expect_packet(f, 1, 5, 0);
    expect_packet(f, 1, 6, 0);
    expect_packet(f, 0, 10, 1);
    expect_end(f);
    expect_child_ok(pid);
}

static void expect_refused(struct fixture *f, enum dpi_status status, const char *word)
{
    assert_int_equal(inputs_open(&f->in, f->argv, f->n, &f->opt, &f->err), status);
    assert_null(f->in);
    if (!strstr(f->err.msg, word))
        fail_msg("%s: no '%s'", f->err.msg, word);
}

static void one_that_cannot_be_read_is_said_before_anything_is_read(void **state)
{
    struct fixture *f = *state;
    ADD(f, 0, 10, -1);
    ADD(f, 24, -1);
    expect_refused(f, DPI_INPUT, "empty");
    f->argv[1] = "/nowhere/at/all";
    expect_refused(f, DPI_INPUT, "/nowhere/at/all");
    f->argv[0] = f->argv[1] = "-";
    expect_refused(f, DPI_USAGE, "twice");
}

/* A file of the folder that ADD makes its files in, under a name of its own. */
static void add_other(struct fixture *f, const char *name, const void *bytes, size_t n)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", f->dir, name);
    f->bytes.n = 0;
    put(&f->bytes, bytes, n);
    save(&f->bytes, path);
}

static void remove_others(struct fixture *f, const char *const *names)
{
    char path[64];
    for (; *names; names++) {
        snprintf(path, sizeof(path), "%s/%s", f->dir, *names);
        if (unlink(path) != 0)
            rmdir(path);
    }
}

static void a_folder_means_the_captures_in_it(void **state)
{
    struct fixture *f = *state;
    static const char *const others[] = {"empty", ".hidden", "text", "cut.pcap", "sub", "fifo", NULL};
    char path[64];
    struct packet p;
    size_t n;
    const struct dpi_capture_info *info;
    ADD(f, 0, 20, -1);
    ADD(f, 0, 10, -1);
    add_other(f, "empty", "", 0);
    add_other(f, "text", "hello", 5);
    add_other(f, ".hidden", "hello", 5);
    add_other(f, "cut.pcap", "\xd4\xc3\xb2\xa1\2\0\4\0", 8);
    snprintf(path, sizeof(path), "%s/sub", f->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/fifo", f->dir);
    assert_int_equal(mkfifo(path, 0600), 0); /* would wait for a writer */
    const char *folder = f->dir;
    enum dpi_status status = inputs_open(&f->in, &folder, 1, &f->opt, &f->err);
    remove_others(f, others);
    assert_int_equal(status, DPI_OK);
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_INPUT);
    assert_non_null(strstr(f->err.msg, "cut.pcap"));
    expect_packet(f, 1, 10, 0);
    expect_packet(f, 0, 20, 1);
    expect_end(f);
    info = inputs_captures(f->in, &n);
    assert_int_equal(n, 3);
    assert_null(info[0].format);
    assert_non_null(strstr(info[0].damage, "cut.pcap"));
    const struct dpi_text *notes = inputs_notes(f->in, &n);
    assert_int_equal(n, 1);
    assert_non_null(strstr(notes[0].p, "files that are no captures: 2, folders: 1"));
}

static void a_folder_without_captures_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const others[] = {"text", NULL};
    f->argv[0] = f->dir;
    add_other(f, "text", "hello", 5);
    enum dpi_status status = inputs_open(&f->in, f->argv, 1, &f->opt, &f->err);
    remove_others(f, others);
    assert_int_equal(status, DPI_INPUT);
    assert_non_null(strstr(f->err.msg, "no capture in the folder"));
    assert_non_null(strstr(f->err.msg, "something else"));
}

/* A folder of that name, as extract --split - makes it, is ./- */
static void a_dash_is_standard_input_whatever_is_in_the_folder(void **state)
{
    struct fixture *f = *state;
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(f->dir), 0);
    assert_int_equal(mkdir("-", 0700), 0);
    int null = open("/dev/null", O_RDONLY), old = dup(STDIN_FILENO);
    dup2(null, STDIN_FILENO);
    f->argv[0] = "-";
    enum dpi_status status = inputs_open(&f->in, f->argv, 1, &f->opt, &f->err);
    dup2(old, STDIN_FILENO);
    close(old);
    close(null);
    assert_int_equal(rmdir("-"), 0);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(status, DPI_INPUT);
    assert_null(strstr(f->err.msg, "folder"));
}

static void names_come_with_their_capture(void **state)
{
    struct fixture *f = *state;
    static const uint8_t pcapng[] = {
        0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255,
        255, 28, 0, 0, 0,                                                   /* section */
        4, 0, 0, 0, 28, 0, 0, 0, 1, 0, 6, 0, 192, 0, 2, 1, 'a', 0, 0, 0,    /* a name */
        0, 0, 0, 0, 28, 0, 0, 0,
    };
    struct dpi_addr addr = {4, {192, 0, 2, 1}};
    struct packet p;
    ADD(f, 0, 20, -1);
    ADD(f, 0, -1);
    f->bytes.n = 0;
    put(&f->bytes, pcapng, sizeof(pcapng));
    save(&f->bytes, f->names[1]);
    must_open(f);
    assert_null(names_find(inputs_names(f->in), &addr).p); /* the peek does not count */
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_OK);
    assert_string_equal(names_find(inputs_names(f->in), &addr).p, "a");
}

static void progress_counts_the_bytes_of_files(void **state)
{
    struct fixture *f = *state;
    struct packet p;
    uint64_t read, total;
    ADD(f, 0, 10, -1);
    ADD(f, 0, 20, 21, -1);
    must_open(f);
    inputs_progress(f->in, &read, &total);
    assert_int_equal(read, 0);
    assert_int_equal(total, 24 + 36 + 24 + 72);
    while (inputs_next(f->in, &p, &f->err) == DPI_OK)
        ;
    inputs_progress(f->in, &read, &total);
    assert_int_equal(read, total);
}

static void one_that_vanishes_meanwhile_is_said(void **state)
{
    struct fixture *f = *state;
    struct packet p;
    ADD(f, 0, 10, -1);
    ADD(f, 0, 20, -1);
    must_open(f);
    unlink(f->names[0]);
    assert_int_equal(inputs_next(f->in, &p, &f->err), DPI_INPUT);
    assert_non_null(strstr(f->err.msg, f->names[0]));
    expect_packet(f, 1, 20, 0);
    expect_end(f);
    size_t n;
    const struct dpi_capture_info *info = inputs_captures(f->in, &n);
    assert_int_equal(n, 2);
    assert_non_null(info[0].damage);
}

/* A gzip file that is cut behind five bytes of text. */
static void damage_tells_why_what_is_compressed_is_no_capture(void **state)
{
    struct fixture *f = *state;
    static const char cut[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff" "\0\x05\0\xfa\xffhello";
    ADD(f, 0, -1);
    f->bytes.n = 0;
    put(&f->bytes, cut, sizeof(cut) - 1);
    save(&f->bytes, f->names[0]);
    expect_refused(f, DPI_INPUT, "not a capture: it is text; the gzip data is cut");
}

static void many_captures_need_few_descriptors(void **state)
{
    struct fixture *f = *state;
    ADD(f, 0, 10, -1);
    const char *names[MANY];
    for (size_t i = 0; i < MANY; i++)
        names[i] = f->names[0];
    struct rlimit old, low;
    getrlimit(RLIMIT_NOFILE, &old);
    low = (struct rlimit){16, old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    enum dpi_status status = inputs_open(&f->in, names, MANY, &f->opt, &f->err);
    struct packet p;
    size_t packets = 0, n;
    while (status == DPI_OK && (status = inputs_next(f->in, &p, &f->err)) == DPI_OK)
        packets++;
    setrlimit(RLIMIT_NOFILE, &old);
    assert_int_equal(status, DPI_END);
    assert_int_equal(packets, MANY);
    inputs_captures(f->in, &n);
    assert_int_equal(n, MANY);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(captures_are_read_in_the_order_of_their_first_packets),
        T(damage_ends_one_capture_not_the_run),
        T(only_captures_that_were_begun_are_told),
        T(standard_input_takes_its_place_by_time),
        T(a_fifo_is_opened_once),
        T(one_that_cannot_be_read_is_said_before_anything_is_read),
        T(damage_tells_why_what_is_compressed_is_no_capture),
        T(a_folder_means_the_captures_in_it),
        T(a_folder_without_captures_is_refused),
        T(a_dash_is_standard_input_whatever_is_in_the_folder),
        T(names_come_with_their_capture),
        T(progress_counts_the_bytes_of_files),
        T(one_that_vanishes_meanwhile_is_said),
        T(many_captures_need_few_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
