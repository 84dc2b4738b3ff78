/* SPDX-License-Identifier: BSD-2-Clause */
/* diag.h - lines for the person at the terminal: always on standard error, never active there. */
#ifndef CLI_DIAG_H
#define CLI_DIAG_H

/* "dpitool: " and one line; whatever the arguments hold is made safe for a terminal. */
void diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
