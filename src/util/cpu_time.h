/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu_time.h - nanoseconds by the clocks that tell who worked for how long. */
#ifndef UTIL_CPU_TIME_H
#define UTIL_CPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

int64_t cpu_time_of(pid_t process); /* of all of its threads; -1: there is no such process */
int64_t cpu_time_here(void);        /* of the calling thread */
int64_t cpu_time_wall(void);        /* nobody's: that passed since some moment */

#endif
