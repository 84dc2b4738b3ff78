/* SPDX-License-Identifier: BSD-2-Clause */
/* named.h - the names of a flow, our own and those that the detector found, and the attributes made of them. */
#ifndef RECORD_NAMED_H
#define RECORD_NAMED_H

#include "dpitool/record.h"
#include "flow/naming.h"
#include "util/arena.h"

/* The name that the client asked for, as our own parsers read it; absent when they read none. */
struct dpi_text named_host(const struct flow *f);

struct named {
    enum name_kind kind;
    struct dpi_text text;
};

/* All names of f, each one once, in the order of kinds: what a rule is matched with. attrs are those of the detector;
 * protocol is what the flow speaks, which tells the kind of the detector's name. Allocated from a; returns how many. */
size_t named_all(struct arena *a, const struct flow *f, struct dpi_text protocol, const struct dpi_attr *attrs,
                 size_t n, struct named **all);

enum { NAMED_ATTRS = 9 }; /* that named_attrs may add */

/* Puts what our own parsers read into the attributes, in place of what the detector did; v has room for
 * NAMED_ATTRS more. Returns how many there are then. */
size_t named_attrs(struct arena *a, const struct flow *f, struct dpi_text protocol, struct dpi_attr *v, size_t n);

#endif
