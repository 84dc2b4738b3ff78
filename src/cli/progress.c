/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.c - when to draw the line, and what it says. */
#include "cli/progress.h"

#include "cli/diag.h"
#include "cli/screen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define MOST_SECONDS (100.0 * 3600) /* more is no forecast */

enum { LINE_BYTES = 160, MARGIN = 3 /* the last column wraps, and a ^C is echoed behind the line */ };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

void progress_start(struct progress *p, enum progress_when when, bool shared)
{
    p->always = when == PROGRESS_ALWAYS;
    p->on = p->always || (when == PROGRESS_AUTO && !shared && isatty(STDERR_FILENO));
    p->began = now();
    p->next = p->began + (p->always ? 0 : SECOND / 2); /* a short run needs no line */
}

/* The terminal is somebody else's while the program runs in the background of a shell. */
static bool in_background(void)
{
    pid_t foreground = tcgetpgrp(STDERR_FILENO);
    return foreground > 0 && foreground != getpgrp();
}

void progress_draw(void *ctx, uint64_t read, uint64_t total, uint64_t packets)
{
    struct progress *p = ctx;
    char line[LINE_BYTES];
    int64_t t = p->on ? now() : 0;
    if (!p->on || t < p->next)
        return;
    p->next = t + SECOND / 5;
    if (!p->always && in_background())
        return;
    struct progress_state s = {.read = read, .total = total, .packets = packets, .elapsed = t - p->began};
    unsigned width = screen_width(STDERR_FILENO);
    progress_text(line, sizeof(line), &s, width > MARGIN ? width - MARGIN : 0);
    diag_passing(line);
}

/* Adds a part, or nothing when it does not fit. */
__attribute__((format(printf, 4, 5))) static void add(char *line, size_t size, unsigned width, const char *fmt, ...)
{
    char part[LINE_BYTES];
    size_t used = strlen(line);
    const char *between = used ? ", " : "";
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(part, sizeof(part), fmt, ap);
    va_end(ap);
    size_t end = used + strlen(between) + strlen(part);
    if (end <= width && end < size)
        snprintf(line + used, size - used, "%s%s", between, part);
}

/* "3.1 GB" */
static void amount(char out[static 16], double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
        bytes /= 1000;
    snprintf(out, 16, "%.*f %s", unit && bytes < 9.95 ? 1 : 0, bytes, units[unit]);
}

/* How long it still takes when it goes on as fast. */
static void add_time_left(char *line, size_t size, unsigned width, double bytes, double rate)
{
    if (bytes > rate * MOST_SECONDS)
        return;
    unsigned s = (unsigned)(bytes / rate + 0.5);
    if (s >= 3600)
        add(line, size, width, "%u:%02u:%02u left", s / 3600, s / 60 % 60, s % 60);
    else
        add(line, size, width, "%u:%02u left", s / 60, s % 60);
}

void progress_text(char *out, size_t size, const struct progress_state *s, unsigned width)
{
    char bytes[16];
    double read = (double)s->read, rest = s->total > s->read ? (double)(s->total - s->read) : 0;
    double rate = s->elapsed >= SECOND / 5 ? read / ((double)s->elapsed / (double)SECOND) : 0;
    out[0] = '\0';
    amount(bytes, s->total ? (double)s->total : read);
    if (s->total) /* a file that grows while it is read has more than its size */
        add(out, size, width, "%u %% of %s", (unsigned)(rest > 0 ? 100 * (read / (double)s->total) : 100), bytes);
    else
        add(out, size, width, "%s", bytes);
    if (rate > 0 && s->total)
        add_time_left(out, size, width, rest, rate);
    amount(bytes, rate);
    if (rate > 0)
        add(out, size, width, "%s/s", bytes);
    add(out, size, width, "%" PRIu64 " packets", s->packets);
}
