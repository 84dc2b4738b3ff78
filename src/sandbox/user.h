/* SPDX-License-Identifier: BSD-2-Clause */
/* user.h - root given up. Private to src/sandbox; the kernel's calls for capabilities have no wrappers in glibc. */
#ifndef SANDBOX_USER_H
#define SANDBOX_USER_H

#include "sandbox/sandbox.h"

bool user_is_root(void);

/* Whether there is somebody else to become: a user namespace may have root alone. */
bool user_has_others(void);

/* Becomes the owner of the first of the paths that is not root's, or nobody, without groups. What is left of root is
 * its right to files: captures that only root can read, and folders that only root can write to. */
enum sandbox_root user_become(const char *const *paths, size_t n);

/* Gives up that, too; a process that still is root becomes nobody. */
void user_narrow(void);

#endif
