/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - a line that says how far the captures are read. It is drawn for a person at a terminal, by the clock
 * on the wall, and nothing that is written depends on it. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct progress {
    bool on, always;
    int64_t began, next; /* ns of the monotonic clock; when to draw again */
};

/* shared: other programs have the terminal, too, for an output goes to one: a pager, a filter. auto draws nothing
 * then, and only on a terminal. */
void progress_start(struct progress *p, enum progress_when when, bool shared);

/* An engine_progress_fn with the progress as ctx; diag_passing(NULL) takes the line away. */
void progress_draw(void *p, uint64_t read, uint64_t total, uint64_t packets);

struct progress_state {
    uint64_t read, total, packets; /* total 0: unknown */
    int64_t elapsed;               /* ns */
};

/* The line, of at most width columns and size - 1 bytes: parts that do not fit are left out. */
void progress_text(char *out, size_t size, const struct progress_state *s, unsigned width);

#endif
