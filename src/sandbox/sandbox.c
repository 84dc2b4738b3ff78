/* SPDX-License-Identifier: BSD-2-Clause */
/* sandbox.c - enters what there is. */
#include "sandbox/sandbox.h"

#include "sandbox/calls.h"
#include "sandbox/landlock.h"
#include "sandbox/user.h"

#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void (*on_stopped)(const char *call); /* a signal handler gets no argument of ours */

static void stop(int sig, siginfo_t *info, void *context)
{
    (void)context;
    const char *name = calls_name(info->si_syscall);
    if (on_stopped)
        on_stopped(name ? name : "a system call");
    _exit(128 + sig);
}

static void tell_of_violations(void (*stopped)(const char *call))
{
    on_stopped = stopped;
    struct sigaction sa = {.sa_sigaction = stop, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSYS, &sa, NULL);
}

struct sandbox_state sandbox_possible(void)
{
    enum sandbox_root root = user_has_others() ? SANDBOX_USER : SANDBOX_ROOT_WITHOUT_RIGHTS;
    return (struct sandbox_state){.root = user_is_root() ? root : SANDBOX_NOT_ROOT,
                                  .files = landlock_possible(), .calls = calls_possible(), .privileges = true};
}

struct sandbox_state sandbox_enter(const struct sandbox_paths *paths, void (*stopped)(const char *call))
{
    struct sandbox_state state = {.privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0};
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    tell_of_violations(stopped);
    state.files = landlock_enter(paths);
    state.root = user_become(paths->read, paths->n_read);
    state.calls = calls_forbid();
    return state;
}

void sandbox_narrow(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* Landlock asks for it, and there may have been no sandbox before */
    landlock_enter(&(struct sandbox_paths){.n_read = 0});
    user_narrow();
#ifndef __SANITIZE_ADDRESS__ /* which needs more, and only where it has something to report */
    calls_allow_only();
#endif
}

/* The loader that this program was started with, and every other one is; NULL: it was started without. */
static const char *loader(void)
{
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR); /* NOLINT: the kernel gives it as a number */
    unsigned long n = getauxval(AT_PHNUM);
    uintptr_t base = 0;
    for (unsigned long i = 0; header && i < n; i++)
        if (header[i].p_type == PT_PHDR)
            base = (uintptr_t)header - header[i].p_vaddr;
    for (unsigned long i = 0; header && i < n; i++)
        if (header[i].p_type == PT_INTERP)
            return (const char *)(base + header[i].p_vaddr);
    return NULL;
}

bool sandbox_program(const char *path)
{
    const char *programs[] = {path, loader()};
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !landlock_enter_program(programs, programs[1] ? 2 : 1))
        return false;
    user_become(NULL, 0);
    user_narrow();
    return calls_refuse();
}
