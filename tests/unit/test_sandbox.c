/* SPDX-License-Identifier: BSD-2-Clause */
/* test_sandbox.c - what a process can no longer do; each in a child, for there is no way out. Where the kernel lacks
 * Landlock or seccomp, the tests of it are skipped. */
#include "sandbox/sandbox.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <linux/landlock.h>

static char folder[] = "/tmp/test-sandbox-XXXXXX";
static const char *forbidden; /* the call that a child is to be stopped at */
static char readable[64], output[64], elsewhere[64], link_to_readable[64];

enum { STOPPED = 77 };

static void stopped(const char *call)
{
    _exit(forbidden && strcmp(call, forbidden) == 0 ? STOPPED : 1);
}

static void enter(void)
{
    const char *const read[] = {readable}, *const write[] = {output};
    sandbox_enter(&(struct sandbox_paths){read, 1, write, 1}, stopped);
}

/* How a child ends, as waitpid(2) tells. */
static int without_sandbox(void (*run)(void))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGSYS, SIG_DFL); /* cmocka has a handler */
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void (*run_inside)(void);

static void enter_and_run(void)
{
    enter();
    run_inside();
}

/* The status that the child ends with. */
static int in_a_child(void (*run)(void))
{
    run_inside = run;
    int status = without_sandbox(enter_and_run);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define EXPECT(condition) \
    do {                  \
        if (!(condition)) \
            _exit(__LINE__ % 256); \
    } while (0)

static bool can_open(const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void use_files(void)
{
    EXPECT(can_open(readable, O_RDONLY));
    EXPECT(can_open(link_to_readable, O_RDONLY));
    EXPECT(!can_open(readable, O_WRONLY) && errno == EACCES);
    EXPECT(!can_open(elsewhere, O_RDONLY) && errno == EACCES);
    EXPECT(!can_open("/etc/passwd", O_RDONLY) && errno == EACCES);
    EXPECT(can_open(output, O_WRONLY | O_CREAT));
    EXPECT(unlink(output) == 0);
    EXPECT(unlink(elsewhere) != 0 && errno == EACCES);
}

static void only_what_is_named(void **state)
{
    (void)state;
    if (!sandbox_possible().files)
        skip();
    assert_int_equal(in_a_child(use_files), 0);
    assert_true(can_open(elsewhere, O_RDONLY)); /* out here it can */
}

static void reach_out(void)
{
    socket(AF_INET, SOCK_STREAM, 0);
}

static void start_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
}

static void cut(void)
{
    truncate(elsewhere, 0);
}

static void change_mode(void)
{
    chmod(elsewhere, 0777);
}

static void change_mode_newly(void)
{
    syscall(SYS_landlock_create_ruleset - 444 + 452, AT_FDCWD, elsewhere, 0777, 0);
}

static void change_owner(void)
{
    fchownat(AT_FDCWD, elsewhere, 1, 1, 0);
}

static void change_times(void)
{
    utimensat(AT_FDCWD, elsewhere, NULL, 0);
}

static void add_attribute(void)
{
    setxattr(elsewhere, "user.test", "1", 1, 0);
}

static void type_a_letter(void)
{
    ioctl(0, TIOCSTI, "x");
}

static void limit_another(void)
{
    struct rlimit limit;
    prlimit(1, RLIMIT_CPU, NULL, &limit);
}

static void be_root_elsewhere(void)
{
    syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
}

static const struct {
    const char *name;
    void (*make)(void);
} calls[] = {
    {"socket", reach_out}, {"execve", start_program}, {"truncate", cut}, {"fchmodat2", change_mode_newly},
#ifdef SYS_chmod /* else glibc has it from another */
    {"chmod", change_mode},
#else
    {"fchmodat", change_mode},
#endif
    {"fchownat", change_owner}, {"utimensat", change_times}, {"setxattr", add_attribute}, {"ioctl", type_a_letter},
    {"prlimit64", limit_another}, {"clone", be_root_elsewhere},
};

static void narrow_and_open(void)
{
    sandbox_narrow();
    EXPECT(!can_open(readable, O_RDONLY));
    EXPECT(!can_open("/dev/null", O_RDONLY));
    char *p = malloc(1 << 20); /* memory there still is */
    EXPECT(p);
    memset(p, 1, 1 << 20);
    free(p);
}

static void forbidden_calls_are_named(void **state)
{
    (void)state;
    if (!sandbox_possible().calls)
        skip();
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        forbidden = calls[i].name;
        assert_int_equal(in_a_child(calls[i].make), STOPPED);
    }
    forbidden = NULL;
}

/* What looks like those, and is needed. */
static void use_open_files_and_copies(void)
{
    struct winsize size;
    struct rlimit limit;
    int fd = open(output, O_WRONLY | O_CREAT, 0600), status;
    EXPECT(fd >= 0 && write(fd, "bytes", 5) == 5);
    EXPECT(fchmod(fd, 0640) == 0 && ftruncate(fd, 1) == 0);
    EXPECT(ioctl(fd, TIOCGWINSZ, &size) != 0 && errno == ENOTTY);
    EXPECT(close(fd) == 0 && unlink(output) == 0);
    EXPECT(getrlimit(RLIMIT_CPU, &limit) == 0 && setrlimit(RLIMIT_CPU, &limit) == 0);
    EXPECT(syscall(SYS_clone3, NULL, 0) != 0 && errno == ENOSYS);
    pid_t pid = fork();
    if (pid == 0)
        _exit(STOPPED);
    EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == STOPPED);
}

static void open_files_and_copies_are_allowed(void **state)
{
    (void)state;
    if (!sandbox_possible().calls)
        skip();
    assert_int_equal(in_a_child(use_open_files_and_copies), 0);
}

static void nothing_is_left_to_a_narrow_process(void **state)
{
    (void)state;
    if (!sandbox_possible().calls || !sandbox_possible().files)
        skip();
    assert_int_equal(in_a_child(narrow_and_open), 0);
}

#ifndef __SANITIZE_ADDRESS__ /* where the calls are not narrowed */
static void narrow_and_ask_for_a_terminal(void)
{
    sandbox_narrow();
    EXPECT(ioctl(0, TIOCSTI, "x") != 0 && errno == ENOTTY);
    EXPECT(syscall(SYS_clone3, NULL, 0) != 0 && errno == ENOSYS);
}

static void narrow_and_limit_itself(void)
{
    struct rlimit limit;
    sandbox_narrow();
    EXPECT(getrlimit(RLIMIT_CPU, &limit) == 0 && setrlimit(RLIMIT_CPU, &limit) == 0);
}

static void narrow_and_limit_another(void)
{
    sandbox_narrow();
    limit_another();
}

static void narrow_and_be_root_elsewhere(void)
{
    sandbox_narrow();
    be_root_elsewhere();
}

static void a_narrow_process_has_few_calls(void **state)
{
    (void)state;
    if (!sandbox_possible().calls)
        skip();
    assert_int_equal(without_sandbox(narrow_and_ask_for_a_terminal), 0);
    assert_int_equal(without_sandbox(narrow_and_limit_itself), 0);
    int status = without_sandbox(narrow_and_limit_another);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    status = without_sandbox(narrow_and_be_root_elsewhere);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}
#endif

/* To a process of the same user, which only Landlock keeps it from. */
static void narrow_and_signal(void)
{
    int status;
    pid_t parent = getpid();
    if (geteuid() == 0)
        EXPECT(setuid(65534) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        sandbox_narrow();
        EXPECT(kill(getpid(), 0) == 0);
        EXPECT(kill(parent, 0) != 0 && errno == EPERM);
        _exit(0);
    }
    EXPECT(pid > 0 && waitpid(pid, &status, 0) == pid);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* As with --no-sandbox. */
static void to_be_narrow_takes_no_sandbox_before(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 6)
        skip();
    assert_int_equal(without_sandbox(narrow_and_signal), 0);
}

/* Where there is nobody else to be, as in some user namespaces, it stays root without rights. */
static void be_nobody(void)
{
    uid_t real, effective, saved;
    EXPECT(getresuid(&real, &effective, &saved) == 0);
    EXPECT(real != 0 && effective != 0 && saved != 0);
    EXPECT(can_open(readable, O_RDONLY)); /* what only root may */
    EXPECT(setuid(0) != 0 && kill(1, 0) != 0);
    sandbox_narrow();
    EXPECT(!can_open(readable, O_RDONLY));
}

static void root_is_given_up(void **state)
{
    (void)state;
    if (geteuid() != 0 || !sandbox_possible().files)
        skip();
    int line = in_a_child(be_nobody);
    char map[64] = "";
    FILE *f = fopen("/proc/self/uid_map", "r");
    bool all = f && fgets(map, sizeof(map), f) && strstr(map, "4294967295");
    if (f)
        fclose(f);
    if (all)
        assert_int_equal(line, 0);
}

/* Not in the program's sandbox: that of what it starts. */
static void become_a_program_and_run(void)
{
    sandbox_program("/bin/true");
    run_inside();
}

static int of_a_program(void (*run)(void))
{
    run_inside = run;
    int status = without_sandbox(become_a_program_and_run);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void only_look(void)
{
    EXPECT(can_open("/etc/passwd", O_RDONLY));
    EXPECT(!can_open("/dev/null", O_WRONLY) && errno == EACCES);
    EXPECT(!can_open(output, O_WRONLY | O_CREAT) && errno == EACCES);
    EXPECT(unlink(elsewhere) != 0 && errno == EACCES);
    EXPECT(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
    EXPECT(truncate(elsewhere, 0) != 0 && (errno == EPERM || errno == EACCES));
    EXPECT(chmod(elsewhere, 0777) != 0 && errno == EPERM);
    EXPECT(ioctl(0, TIOCSTI, "x") != 0 && errno == EPERM);
    execl("/bin/cat", "cat", "/dev/null", (char *)NULL);
    EXPECT(errno == EACCES);
}

static void start_itself(void)
{
    start_program();
    _exit(1);
}

static void a_program_looks_and_starts_nothing(void **state)
{
    (void)state;
    if (!sandbox_possible().calls || !sandbox_possible().files)
        skip();
    assert_int_equal(of_a_program(only_look), 0);
    assert_int_equal(of_a_program(start_itself), 0);
}

static void make(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

/* FOLDER/in/capture is named, FOLDER/link leads there; FOLDER/out/file is an output. */
static int set_up(void **state)
{
    char path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/in", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/out", folder);
    mkdir(path, 0700);
    snprintf(readable, sizeof(readable), "%s/in/capture", folder);
    snprintf(elsewhere, sizeof(elsewhere), "%s/in/other", folder);
    snprintf(output, sizeof(output), "%s/out/file", folder);
    snprintf(link_to_readable, sizeof(link_to_readable), "%s/link", folder);
    make(readable);
    make(elsewhere);
    return symlink(readable, link_to_readable);
}

static int tear_down(void **state)
{
    char path[64];
    (void)state;
    unlink(readable);
    unlink(elsewhere);
    unlink(link_to_readable);
    snprintf(path, sizeof(path), "%s/in", folder);
    rmdir(path);
    snprintf(path, sizeof(path), "%s/out", folder);
    rmdir(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_named),
        cmocka_unit_test(forbidden_calls_are_named),
        cmocka_unit_test(open_files_and_copies_are_allowed),
        cmocka_unit_test(nothing_is_left_to_a_narrow_process),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(a_narrow_process_has_few_calls),
#endif
        cmocka_unit_test(to_be_narrow_takes_no_sandbox_before),
        cmocka_unit_test(root_is_given_up),
        cmocka_unit_test(a_program_looks_and_starts_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
