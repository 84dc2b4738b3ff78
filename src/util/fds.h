/* SPDX-License-Identifier: BSD-2-Clause */
/* fds.h - what a process that was forked still holds open. */
#ifndef UTIL_FDS_H
#define UTIL_FDS_H

#include <stddef.h>

/* Closes all descriptors but the standard streams and those n, which are sorted. */
void fds_close_others(int *kept, size_t n);

#endif
