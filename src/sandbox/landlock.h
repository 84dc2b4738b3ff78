/* SPDX-License-Identifier: BSD-2-Clause */
/* landlock.h - the file system seen through Landlock. Private to src/sandbox. */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include "sandbox/sandbox.h"

bool landlock_possible(void);
/* After no new privileges; false: the kernel does not have it. */
bool landlock_enter(const struct sandbox_paths *paths);
/* Everything can be read, nothing written, and only these programs started. */
bool landlock_enter_program(const char *const *programs, size_t n);

#endif
