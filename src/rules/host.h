/* SPDX-License-Identifier: BSD-2-Clause */
/* host.h - host names, as rules give them and as flows have them. Private to src/rules. */
#ifndef RULES_HOST_H
#define RULES_HOST_H

#include "rules/model.h"

struct host {
    char text[HOST_MAX + 1]; /* lower case, A-labels, no dot at the end; NUL-ended */
    size_t n;
    size_t tail; /* bytes at its end that are whole labels without wildcard; n unless glob */
    bool exact, glob;
};

#define HOST_WHY_MAX 320

/* What a rule file says, n bytes of UTF-8. False: why says what is wrong. */
bool host_parse(struct host *h, const char *text, size_t n, char why[static HOST_WHY_MAX]);

/* A name of a flow in the form that rules have: in lower case, without a dot and a port at its end. Returns its
 * length, 0 when it is no name that a rule could match: an address, too long, with an empty label. */
size_t host_of_flow(char out[static HOST_MAX], struct dpi_text name);

/* Begin of the next label behind at; n when there is none. */
static inline size_t host_next_label(const char *name, size_t n, size_t at)
{
    const char *dot = at < n ? memchr(name + at, '.', n - at) : NULL;
    return dot ? (size_t)(dot - name) + 1 : n;
}

#endif
