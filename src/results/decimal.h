/* SPDX-License-Identifier: BSD-2-Clause */
/* decimal.h - seconds as a decimal number, in nanoseconds. */
#ifndef RESULTS_DECIMAL_H
#define RESULTS_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "0.000356865", and what other programs make of it: "3.56865e-04", "5e-05", "12". False when it is none of these, has
 * digits below a nanosecond that are not 0, or does not fit. */
bool decimal_parse(const char *p, size_t n, int64_t *ns);

#endif
