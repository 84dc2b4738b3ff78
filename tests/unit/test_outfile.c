/* SPDX-License-Identifier: BSD-2-Clause */
/* test_outfile.c - names, kinds of targets, failures, and that nothing is left behind. */
#include "io/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct fixture {
    char dir[32], path[64], other[64];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    strcpy(f->dir, "/tmp/dpitool-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    alarm(60); /* a pipe that nobody serves would wait for ever */
    snprintf(f->path, sizeof(f->path), "%s/out.csv", f->dir);
    snprintf(f->other, sizeof(f->other), "%s/other", f->dir);
    signal(SIGPIPE, SIG_IGN);
    umask(022);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    chmod(f->dir, 0700);
    unlink(f->path);
    rmdir(f->path);
    unlink(f->other);
    int rc = rmdir(f->dir); /* fails, and with it the test, when something was left behind */
    free(f);
    return rc;
}

static void put(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void expect_text(const char *path, const char *text)
{
    char buf[256] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    buf[fread(buf, 1, sizeof(buf) - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(buf, text);
}

static size_t count_entries(const char *dir)
{
    DIR *d = opendir(dir);
    assert_non_null(d);
    size_t n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode;
}

static struct outfile *must_open(const char *path)
{
    struct dpi_err err = {0};
    struct outfile *o;
    enum dpi_status status = outfile_open(&o, path, &err);
    if (status != DPI_OK)
        fail_msg("%s", err.msg);
    return o;
}

static void must_write(const char *path, const char *text)
{
    struct dpi_err err = {0};
    struct outfile *o = must_open(path);
    fputs(text, outfile_stream(o));
    assert_int_equal(outfile_check(o, &err), DPI_OK);
    assert_int_equal(outfile_commit(o, &err), DPI_OK);
}

static void a_new_file_appears_only_when_whole(void **state)
{
    struct fixture *f = *state;
    struct dpi_err err = {0};
    struct outfile *o = must_open(f->path);
    assert_string_equal(outfile_name(o), f->path);
    assert_false(outfile_is_tty(o));
    fputs("a,b\n", outfile_stream(o));
    fflush(outfile_stream(o));
    assert_int_equal(access(f->path, F_OK), -1);
    assert_int_equal(outfile_commit(o, &err), DPI_OK);
    expect_text(f->path, "a,b\n");
    assert_int_equal(mode_of(f->path), S_IFREG | 0644);
    assert_int_equal(count_entries(f->dir), 1);
}

static void discard_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct outfile *o = must_open(f->path);
    fputs("a,b\n", outfile_stream(o));
    outfile_discard(o);
    outfile_discard(NULL);
    assert_int_equal(count_entries(f->dir), 0);
}

static void a_file_is_replaced_whole_and_keeps_its_mode(void **state)
{
    struct fixture *f = *state;
    put(f->path, "old", 0640);
    struct outfile *o = must_open(f->path);
    fputs("new", outfile_stream(o));
    fflush(outfile_stream(o));
    expect_text(f->path, "old");
    outfile_discard(o);
    expect_text(f->path, "old");
    must_write(f->path, "new");
    expect_text(f->path, "new");
    assert_int_equal(mode_of(f->path), S_IFREG | 0640);
}

static void a_symlink_is_replaced_not_followed(void **state)
{
    struct fixture *f = *state;
    put(f->other, "precious", 0644);
    assert_int_equal(symlink(f->other, f->path), 0);
    must_write(f->path, "new");
    assert_true(S_ISREG(mode_of(f->path)));
    expect_text(f->path, "new");
    expect_text(f->other, "precious");
}

static void a_plain_name_goes_to_the_working_folder_of_the_open(void **state)
{
    struct fixture *f = *state;
    struct dpi_err err = {0};
    char *cwd = getcwd(NULL, 0);
    assert_int_equal(chdir(f->dir), 0);
    struct outfile *o = must_open("out.csv");
    assert_int_equal(chdir("/"), 0);
    fputs("x", outfile_stream(o));
    assert_int_equal(outfile_commit(o, &err), DPI_OK);
    assert_int_equal(chdir(cwd), 0);
    free(cwd);
    expect_text(f->path, "x");
}

static void two_names_of_one_file_are_seen_through(void **state)
{
    struct fixture *f = *state;
    char other[256], link_path[256];
    const char *slash = strrchr(f->path, '/');
    snprintf(other, sizeof(other), "%.*s/.%s", (int)(slash - f->path), f->path, slash);
    snprintf(link_path, sizeof(link_path), "%s.link", f->path);
    struct outfile *a = must_open(f->path), *b = must_open(other), *null1 = must_open("/dev/null"),
                   *null2 = must_open("/dev/null"), *elsewhere = must_open(link_path);
    assert_true(outfile_same(a, b));
    assert_false(outfile_same(a, elsewhere));
    assert_false(outfile_same(null1, null2));
    outfile_discard(a);
    outfile_discard(b);
    outfile_discard(null1);
    outfile_discard(null2);
    outfile_discard(elsewhere);
}

static void a_file_that_is_read_is_recognised(void **state)
{
    struct fixture *f = *state;
    char hard[256], soft[256];
    snprintf(hard, sizeof(hard), "%s.hard", f->path);
    snprintf(soft, sizeof(soft), "%s.soft", f->path);
    put(f->path, "evidence", 0644);
    assert_int_equal(link(f->path, hard), 0);
    assert_int_equal(symlink(f->path, soft), 0);
    const char *const names[] = {f->path, hard, soft};
    for (size_t i = 0; i < 3; i++) {
        struct outfile *o = must_open(names[i]);
        assert_true(outfile_is_input(o, f->path));
        assert_false(outfile_is_input(o, "/dev/null"));
        outfile_discard(o);
    }
    struct outfile *o = must_open("/dev/null");
    assert_false(outfile_is_input(o, f->path));
    outfile_discard(o);
    expect_text(f->path, "evidence");
    unlink(hard);
    unlink(soft);
}

static void expect_refused(const char *path, const char *word)
{
    struct dpi_err err = {0};
    struct outfile *o = (struct outfile *)&err;
    assert_int_equal(outfile_open(&o, path, &err), DPI_OUTPUT);
    assert_null(o);
    assert_non_null(strstr(err.msg, path));
    assert_non_null(strstr(err.msg, word));
}

static void what_cannot_be_written_is_said(void **state)
{
    struct fixture *f = *state;
    char path[512];
    expect_refused(f->dir, "folder");
    snprintf(path, sizeof(path), "%s/", f->dir);
    expect_refused(path, "folder");
    snprintf(path, sizeof(path), "%s/..", f->dir);
    expect_refused(path, "folder");
    expect_refused("", "folder");
    snprintf(path, sizeof(path), "%s/no/x", f->dir);
    expect_refused(path, "No such file");
    snprintf(path, sizeof(path), "%s/%0300d", f->dir, 0);
    expect_refused(path, "too long");
    expect_refused("/dev/fd/987", "Bad file descriptor");
    expect_refused("/proc/self/no-such-file", "");
    assert_int_equal(mkdir(f->path, 0700), 0);
    expect_refused(f->path, "folder");
}

/* In a child that is nobody where we are root, whom the kernel asks no permission. */
static void expect_no_permission(const char *path)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct dpi_err err = {0};
        struct outfile *o;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(1);
        if (outfile_open(&o, path, &err) != DPI_OUTPUT)
            _exit(2);
        _exit(strstr(err.msg, "Permission denied") && strstr(err.msg, path) ? 0 : 3);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void read_only_targets_are_refused(void **state)
{
    struct fixture *f = *state;
    put(f->path, "old", 0444);
    assert_int_equal(chmod(f->dir, 0777), 0);
    expect_no_permission(f->path); /* the file is read-only, its folder is not */
    expect_text(f->path, "old");
    assert_int_equal(chmod(f->dir, 0555), 0);
    expect_no_permission(f->other);
    assert_int_equal(chmod(f->dir, 0), 0);
    expect_no_permission(f->other);
}

static void a_full_device_is_said(void **state)
{
    (void)state;
    struct dpi_err err = {0};
    struct outfile *o = must_open("/dev/full");
    fputs("x", outfile_stream(o));
    assert_int_equal(outfile_check(o, &err), DPI_OK);
    assert_int_equal(outfile_commit(o, &err), DPI_OUTPUT);
    assert_non_null(strstr(err.msg, "/dev/full"));
    assert_non_null(strstr(err.msg, "No space left"));
    assert_true(S_ISCHR(mode_of("/dev/full")));
}

static void fill(struct outfile *o, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fputc('x', outfile_stream(o));
}

static void a_file_that_may_not_grow_is_removed(void **state)
{
    struct fixture *f = *state;
    put(f->path, "old", 0644);
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){100000, old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    struct dpi_err err = {0};
    struct outfile *o = must_open(f->path);
    fill(o, 1000000);
    enum dpi_status checked = outfile_check(o, &err), committed = outfile_commit(o, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(checked, DPI_OUTPUT);
    assert_int_equal(committed, DPI_OUTPUT);
    assert_non_null(strstr(err.msg, "File too large"));
    expect_text(f->path, "old");
    assert_int_equal(count_entries(f->dir), 1);
}

static void a_folder_that_took_the_name_meanwhile_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct dpi_err err = {0};
    struct outfile *o = must_open(f->path);
    fputs("x", outfile_stream(o));
    assert_int_equal(mkdir(f->path, 0700), 0);
    assert_int_equal(outfile_commit(o, &err), DPI_OUTPUT);
    assert_non_null(strstr(err.msg, f->path));
    assert_int_equal(count_entries(f->dir), 1);
}

static void a_fifo_is_written_directly(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkfifo(f->path, 0600), 0);
    int r = open(f->path, O_RDONLY | O_NONBLOCK);
    must_write(f->path, "through");
    char buf[16];
    assert_int_equal(read(r, buf, sizeof(buf)), 7);
    assert_memory_equal(buf, "through", 7);
    close(r);
    assert_true(S_ISFIFO(mode_of(f->path)));
}

static void a_reader_that_went_away_is_a_closed_pipe(void **state)
{
    struct fixture *f = *state;
    struct dpi_err err = {0};
    assert_int_equal(mkfifo(f->path, 0600), 0);
    int r = open(f->path, O_RDONLY | O_NONBLOCK);
    struct outfile *o = must_open(f->path);
    close(r);
    fill(o, 1000000);
    assert_int_equal(outfile_check(o, &err), DPI_PIPE);
    assert_int_equal(outfile_commit(o, &err), DPI_PIPE);
    assert_true(S_ISFIFO(mode_of(f->path)));
}

static void a_descriptor_of_the_shell_is_written(void **state)
{
    (void)state;
    int p[2];
    char path[32], buf[16];
    assert_int_equal(pipe(p), 0);
    snprintf(path, sizeof(path), "/dev/fd/%d", p[1]);
    must_write(path, "sub");
    assert_int_equal(read(p[0], buf, sizeof(buf)), 3);
    close(p[0]);
    close(p[1]);
}

/* Runs check in a child whose standard output is the pipe, and returns what arrives there. */
static void with_stdout(void (*check)(void), int close_which, char out[static 64])
{
    int p[2], status;
    assert_int_equal(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(p[1], STDOUT_FILENO);
        close(p[0]);
        close(p[1]);
        for (int fd = 0; fd <= 2; fd++)
            if (close_which & 1 << fd)
                close(fd);
        check();
        _exit(0);
    }
    close(p[1]);
    size_t got = 0;
    for (ssize_t n; got < 63 && (n = read(p[0], out + got, 63 - got)) > 0;)
        got += (size_t)n;
    out[got] = '\0';
    close(p[0]);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void require(bool ok, int code)
{
    if (!ok)
        _exit(code);
}

static void guarded_write(void)
{
    struct dpi_err err;
    struct outfile *o;
    require(outfile_guard_stdout(&err) == DPI_OK, 1);
    require(write(STDOUT_FILENO, "library noise", 13) == 13, 2);
    require(outfile_open(&o, NULL, &err) == DPI_OK, 3);
    require(strcmp(outfile_name(o), "standard output") == 0, 4);
    fputs("data", outfile_stream(o));
    require(outfile_commit(o, &err) == DPI_OK, 5);
    require(outfile_open(&o, "/dev/stdout", &err) == DPI_OK, 6);
    fputs("+more", outfile_stream(o));
    require(outfile_commit(o, &err) == DPI_OK, 7);
}

static void noise_of_libraries_does_not_reach_standard_output(void **state)
{
    (void)state;
    char out[64];
    with_stdout(guarded_write, 0, out);
    assert_string_equal(out, "data+more");
}

static void write_without_stdout(void)
{
    struct dpi_err err;
    struct outfile *o;
    require(outfile_guard_stdout(&err) == DPI_OK, 1);
    require(outfile_open(&o, "-", &err) == DPI_OUTPUT, 2);
    require(strstr(err.msg, "standard output") != NULL, 3);
    require(open("/dev/null", O_RDONLY) > 2, 4);
}

static void a_closed_standard_output_is_said(void **state)
{
    (void)state;
    char out[64];
    with_stdout(write_without_stdout, 1 << 1, out);
    with_stdout(write_without_stdout, 7, out);
    assert_string_equal(out, "");
}

static void read_closed_stdin(void)
{
    char c;
    guarded_write();
    require(read(STDIN_FILENO, &c, 1) < 0 && errno == EBADF, 8);
    require(open("/dev/null", O_RDONLY) > 2, 9);
}

static void a_closed_standard_input_is_no_empty_file(void **state)
{
    (void)state;
    char out[64];
    with_stdout(read_closed_stdin, 1 << 0, out);
    assert_string_equal(out, "data+more");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_new_file_appears_only_when_whole),
        T(discard_leaves_nothing),
        T(a_file_is_replaced_whole_and_keeps_its_mode),
        T(a_symlink_is_replaced_not_followed),
        T(a_plain_name_goes_to_the_working_folder_of_the_open),
        T(two_names_of_one_file_are_seen_through),
        T(a_file_that_is_read_is_recognised),
        T(what_cannot_be_written_is_said),
        T(read_only_targets_are_refused),
        T(a_full_device_is_said),
        T(a_file_that_may_not_grow_is_removed),
        T(a_folder_that_took_the_name_meanwhile_is_left_alone),
        T(a_fifo_is_written_directly),
        T(a_reader_that_went_away_is_a_closed_pipe),
        T(a_descriptor_of_the_shell_is_written),
        T(noise_of_libraries_does_not_reach_standard_output),
        T(a_closed_standard_output_is_said),
        T(a_closed_standard_input_is_no_empty_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
