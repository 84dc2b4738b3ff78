/* SPDX-License-Identifier: BSD-2-Clause */
/* calls.c - lists of system calls, handed to libseccomp. */
#include "sandbox/calls.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#ifdef __s390__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

struct call {
    int number;
    const char *name;
    unsigned n; /* of conditions: 0 or 1 */
    struct scmp_arg_cmp only; /* with such an argument; of an int the kernel looks at 32 bits */
};

/* Other programs, with the first so many calls; what files are beside their bytes, which Landlock does not guard, as
 * it does not truncate(2) before Linux 6.2; other processes, the network, what is typed, and the machine itself. */
enum { STARTS_PROGRAMS = 2 };
static const struct call forbidden[] = {
#define CALL(c) {.number = SCMP_SYS(c), .name = #c}
/* That libseccomp may not know yet; from 424 on all machines count alike, from a start of their own. */
#define CALL_BY_NUMBER(i, c) {.number = SYS_landlock_create_ruleset - 444 + (i), .name = #c}
#define CALL_WITH(c, ...) {.number = SCMP_SYS(c), .name = #c, .n = 1, .only = {__VA_ARGS__}}
    CALL(execve), CALL(execveat),
    CALL(truncate), CALL(truncate64), CALL(chmod), CALL(fchmodat), CALL_BY_NUMBER(452, fchmodat2),
    CALL(chown), CALL(chown32), CALL(lchown), CALL(lchown32), CALL(fchown), CALL(fchown32), CALL(fchownat),
    CALL(utime), CALL(utimes), CALL(futimesat), CALL(utimensat), CALL(utimensat_time64),
    CALL(setxattr), CALL(lsetxattr), CALL(fsetxattr), CALL_BY_NUMBER(463, setxattrat),
    CALL(removexattr), CALL(lremovexattr), CALL(fremovexattr), CALL_BY_NUMBER(466, removexattrat),
    CALL_BY_NUMBER(469, file_setattr),
    CALL(socket), CALL(socketpair), CALL(connect), CALL(bind), CALL(listen), CALL(accept), CALL(accept4),
#ifndef __SANITIZE_ADDRESS__ /* its leak check is a ptrace(2) of the program by a copy */
    CALL(ptrace),
#endif
    CALL(process_vm_readv), CALL(process_vm_writev), CALL(pidfd_getfd), CALL(kcmp),
    CALL_WITH(prlimit64, 0, SCMP_CMP_NE, 0, 0), /* no time left ends a process */
    CALL_WITH(ioctl, 1, SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCSTI),
    CALL_WITH(ioctl, 1, SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCLINUX), /* pastes */
    CALL(bpf), CALL(perf_event_open), CALL(userfaultfd), CALL(io_uring_setup),
    CALL(keyctl), CALL(add_key), CALL(request_key),
    CALL(mount), CALL(umount2), CALL(pivot_root), CALL(chroot), CALL(unshare), CALL(setns),
    CALL_WITH(clone, CLONE_FLAGS, SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER),
    CALL_BY_NUMBER(428, open_tree), CALL_BY_NUMBER(429, move_mount), CALL_BY_NUMBER(430, fsopen),
    CALL_BY_NUMBER(432, fsmount), CALL_BY_NUMBER(433, fspick), CALL_BY_NUMBER(442, mount_setattr),
    CALL_BY_NUMBER(467, open_tree_attr),
    CALL(init_module), CALL(finit_module), CALL(delete_module), CALL(kexec_load), CALL(reboot),
    CALL(swapon), CALL(swapoff), CALL(open_by_handle_at), CALL(personality),
#undef CALL_WITH
#undef CALL_BY_NUMBER
#undef CALL
};

/* Memory, pipes that are open, time, copies of itself. */
static const int needed[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(fcntl),
    SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall), SCMP_SYS(sysinfo), SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getrusage), SCMP_SYS(getrlimit),
    SCMP_SYS(fork), SCMP_SYS(wait4), SCMP_SYS(kill), SCMP_SYS(tgkill),
    SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address), SCMP_SYS(rseq), SCMP_SYS(prctl),
    SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigtimedwait), SCMP_SYS(pipe), /* harmless, and valgrind needs them to look after signals and copies */
};

/* Of these only its own limits and processors, and copies that stay in its user namespace. */
static const struct call needed_with[] = {
    {.number = SCMP_SYS(prlimit64), .n = 1, .only = {0, SCMP_CMP_MASKED_EQ, UINT32_MAX, 0}},
    {.number = SCMP_SYS(sched_setaffinity), .n = 1, .only = {0, SCMP_CMP_MASKED_EQ, UINT32_MAX, 0}},
    {.number = SCMP_SYS(clone), .n = 1, .only = {CLONE_FLAGS, SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, 0}},
};

/* A library that asks for a file or a terminal is told that there is none, instead of being stopped. */
static const struct {
    int number, error;
} told[] = {
    {SCMP_SYS(open), ENOENT}, {SCMP_SYS(openat), ENOENT}, {SCMP_SYS(ioctl), ENOTTY},
};

bool calls_possible(void)
{
    /* EFAULT: there are filters, but none at NULL */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

static bool add(scmp_filter_ctx filter, uint32_t action, const struct call *c)
{
    if (c->number < 0) /* this machine does not have it */
        return true;
    return seccomp_rule_add_array(filter, action, c->number, c->n, &c->only) == 0;
}

/* Its flags lie in memory, where no filter sees a user namespace among them; glibc then takes clone(2). */
static bool add_no_clone3(scmp_filter_ctx filter)
{
    return add(filter, SCMP_ACT_ERRNO(ENOSYS), &(struct call){.number = SCMP_SYS(clone3)});
}

/* From the i-th call on. */
static bool forbid_from(size_t i, uint32_t action)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool done = filter != NULL;
    for (; done && i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        done = add(filter, action, &forbidden[i]);
    done = done && add_no_clone3(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

bool calls_forbid(void)
{
    return forbid_from(0, SCMP_ACT_TRAP);
}

bool calls_refuse(void)
{
    return forbid_from(STARTS_PROGRAMS, SCMP_ACT_ERRNO(EPERM));
}

static bool add_told(scmp_filter_ctx filter)
{
    bool done = add_no_clone3(filter);
    for (size_t i = 0; done && i < sizeof(told) / sizeof(told[0]); i++)
        done = add(filter, SCMP_ACT_ERRNO(told[i].error), &(struct call){.number = told[i].number});
    return done;
}

bool calls_allow_only(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    bool done = filter != NULL;
    for (size_t i = 0; done && i < sizeof(needed) / sizeof(needed[0]); i++)
        done = add(filter, SCMP_ACT_ALLOW, &(struct call){.number = needed[i]});
    for (size_t i = 0; done && i < sizeof(needed_with) / sizeof(needed_with[0]); i++)
        done = add(filter, SCMP_ACT_ALLOW, &needed_with[i]);
    done = done && add_told(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

const char *calls_name(int number)
{
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        if (forbidden[i].number == number)
            return forbidden[i].name;
    return NULL;
}
