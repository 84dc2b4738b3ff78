/* SPDX-License-Identifier: BSD-2-Clause */
#include "util/cpu_time.h"

#include <time.h>

static int64_t ns_of(clockid_t clock)
{
    struct timespec t;
    return clock_gettime(clock, &t) == 0 ? t.tv_sec * INT64_C(1000000000) + t.tv_nsec : -1;
}

int64_t cpu_time_of(pid_t process)
{
    clockid_t clock;
    return clock_getcpuclockid(process, &clock) == 0 ? ns_of(clock) : -1;
}

int64_t cpu_time_here(void)
{
    return ns_of(CLOCK_THREAD_CPUTIME_ID);
}

int64_t cpu_time_wall(void)
{
    return ns_of(CLOCK_MONOTONIC);
}
