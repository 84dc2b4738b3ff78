/* SPDX-License-Identifier: BSD-2-Clause */
/* mix.h - captures many times over, each time between other hosts. */
#ifndef BENCH_MIX_H
#define BENCH_MIX_H

#include <stdint.h>

/* At least packets packets of those captures that are Ethernet, in whole rounds. */
void mix_write(uint64_t packets, char *const *captures, int n);

#endif
