/* SPDX-License-Identifier: BSD-2-Clause */
/* sandbox.h - what the program can still do once it reads captures, whatever is in them.
 *
 * Files: by Landlock only those that were named, and the folders that outputs go to (Linux 5.13,
 * Documentation/userspace-api/landlock.rst). System calls: by seccomp (libseccomp) none that starts a program,
 * changes the mode, owner, times or attributes of a file by its name, reaches the network or looks into another
 * process; the process that detects keeps those few that it needs. No privilege is gained any more and no core is
 * dumped. Root is given up: the program becomes the owner of the first capture that is not root's, or nobody. What
 * the kernel does not have is left out, and told. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* Paths; one that does not exist is left out. */
struct sandbox_paths {
    const char *const *read; /* files, or folders with the files in them and what their symbolic links lead to */
    size_t n_read;
    const char *const *write; /* files that outputs go to: the file and its folder */
    size_t n_write;
};

enum sandbox_root {
    SANDBOX_NOT_ROOT,            /* nor was it */
    SANDBOX_USER,                /* it is somebody else, and has nothing of root's but the right to files */
    SANDBOX_ROOT_WITHOUT_RIGHTS, /* there is nobody else here to be, as in a user namespace, but the rights are gone */
    SANDBOX_ROOT,                /* it is root as before */
};

struct sandbox_state {
    enum sandbox_root root;
    bool files; /* Landlock */
    bool calls; /* seccomp */
    bool privileges; /* none can be gained */
};

/* For the rest of the process' life and that of its children. stopped is called when a call that is not allowed was
 * made, with its name, from a signal handler; then the process ends. */
struct sandbox_state sandbox_enter(const struct sandbox_paths *paths, void (*stopped)(const char *call));

/* The same, and in addition only what a process needs that works in memory, on pipes that are open, and on copies of
 * itself. Nothing is left of the file system, and nothing of root. */
void sandbox_narrow(void);

/* For a process that is about to become another program, which is to look at captures: it can read files, but write
 * none and reach no network; it is nobody where this is root. It can start itself and the loader of programs, and by
 * that any program that can be read, but all of them in this same sandbox. False: the kernel has not all that this
 * takes. */
bool sandbox_program(const char *path);

/* What sandbox_enter would come to on this machine, without entering. */
struct sandbox_state sandbox_possible(void);

#endif
