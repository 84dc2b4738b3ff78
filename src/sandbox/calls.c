/* SPDX-License-Identifier: BSD-2-Clause */
/* calls.c - two lists of system calls, handed to libseccomp. */
#include "sandbox/calls.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <linux/seccomp.h>

/* Other programs, with the first so many calls; other processes, the network, and the machine itself. */
enum { STARTS_PROGRAMS = 2 };
static const struct {
    int number;
    const char *name;
} forbidden[] = {
#define CALL(name) {SCMP_SYS(name), #name}
    CALL(execve), CALL(execveat),
    CALL(socket), CALL(socketpair), CALL(connect), CALL(bind), CALL(listen), CALL(accept), CALL(accept4),
#ifndef __SANITIZE_ADDRESS__ /* its leak check is a ptrace(2) of the program by a copy */
    CALL(ptrace),
#endif
    CALL(process_vm_readv), CALL(process_vm_writev), CALL(pidfd_getfd), CALL(kcmp),
    CALL(bpf), CALL(perf_event_open), CALL(userfaultfd), CALL(io_uring_setup),
    CALL(keyctl), CALL(add_key), CALL(request_key),
    CALL(mount), CALL(umount2), CALL(pivot_root), CALL(chroot), CALL(unshare), CALL(setns),
    CALL(init_module), CALL(finit_module), CALL(delete_module), CALL(kexec_load), CALL(reboot),
    CALL(swapon), CALL(swapoff), CALL(open_by_handle_at), CALL(personality),
#undef CALL
};

/* Memory, pipes that are open, time, copies of itself. */
static const int needed[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(ioctl), SCMP_SYS(fcntl),
    SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall), SCMP_SYS(sysinfo), SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getrusage), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit),
    SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(fork), SCMP_SYS(wait4), SCMP_SYS(kill), SCMP_SYS(tgkill),
    SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address), SCMP_SYS(rseq), SCMP_SYS(prctl),
    SCMP_SYS(exit), SCMP_SYS(exit_group),
};

bool calls_possible(void)
{
    /* EFAULT: there are filters, but none at NULL */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
}

/* From the i-th call on. */
static bool forbid_from(size_t i, uint32_t action)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool done = filter != NULL;
    for (; done && i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        if (forbidden[i].number >= 0) /* else this machine does not have it */
            done = seccomp_rule_add(filter, action, forbidden[i].number, 0) == 0;
    done = done && seccomp_load(filter) == 0;
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

/* A library that asks for a file is told that there is none, instead of being stopped. */
bool calls_allow_only(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    bool done = filter != NULL;
    for (size_t i = 0; done && i < sizeof(needed) / sizeof(needed[0]); i++)
        if (needed[i] >= 0)
            done = seccomp_rule_add(filter, SCMP_ACT_ALLOW, needed[i], 0) == 0;
    done = done && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(open), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(openat), 0) == 0 && seccomp_load(filter) == 0;
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
