/* SPDX-License-Identifier: BSD-2-Clause */
#include "util/fds.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { HIGHEST = 65536 }; /* that is closed one by one */

static void close_from(unsigned first, unsigned last)
{
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
        return;
    for (unsigned fd = first; fd <= last && fd < HIGHEST; fd++) /* Linux before 5.9 */
        close((int)fd);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

void fds_close_others(int *kept, size_t n)
{
    unsigned first = STDERR_FILENO + 1;
    qsort(kept, n, sizeof(*kept), by_number);
    for (size_t i = 0; i < n; i++) {
        if (kept[i] < (int)first)
            continue;
        close_from(first, (unsigned)kept[i] - 1);
        first = (unsigned)kept[i] + 1;
    }
    close_from(first, UINT_MAX);
}
