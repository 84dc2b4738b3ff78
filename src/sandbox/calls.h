/* SPDX-License-Identifier: BSD-2-Clause */
/* calls.h - which system calls there are. Private to src/sandbox. */
#ifndef SANDBOX_CALLS_H
#define SANDBOX_CALLS_H

#include <stdbool.h>

bool calls_possible(void);
bool calls_forbid(void);     /* those that nobody needs who reads captures */
bool calls_allow_only(void); /* those of a process that detects */
bool calls_refuse(void);     /* as calls_forbid, but for starting programs; a call fails, and nothing is stopped */
const char *calls_name(int number); /* of a call that calls_forbid forbids, or NULL; for signal handlers */

#endif
