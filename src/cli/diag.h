/* SPDX-License-Identifier: BSD-2-Clause */
/* diag.h - lines for the person at the terminal: always on standard error, never active there. */
#ifndef CLI_DIAG_H
#define CLI_DIAG_H

/* "dpitool: " and one line; whatever the arguments hold is made safe for a terminal. */
void diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line that passes: it stands on standard error until the next of its kind, a message, or NULL takes it away.
 * Of printable ASCII, and shorter than the terminal is wide. */
void diag_passing(const char *line);

#endif
