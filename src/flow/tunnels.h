/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnels.h - tunnel paths, interned: the layers around a flow as one number of its key.
 *
 * A path is what is the same in both directions: per layer the kind, the unordered pair of outer addresses, and the
 * number of the virtual network. */
#ifndef FLOW_TUNNELS_H
#define FLOW_TUNNELS_H

#include "decode/decode.h"
#include "util/siphash.h"

struct tunnels;

struct tunnel_path {
    unsigned n;
    struct tunnel_layer layer[DECODE_MAX_TUNNELS]; /* outermost first; src is the smaller address, id is not set */
};

struct tunnels *tunnels_new(const struct siphash_key *key);
void tunnels_free(struct tunnels *t); /* NULL is fine */

/* The number of the path a packet came through: 0 for none, else the same for every packet of the path as long
 * as somebody holds it. The caller holds it now. *is_new: nobody did so far. */
uint32_t tunnels_take(struct tunnels *t, const struct decoded *d, bool *is_new);

void tunnels_hold(struct tunnels *t, uint32_t id);
bool tunnels_drop(struct tunnels *t, uint32_t id); /* true: that was the last holder, the number is free */

const struct tunnel_path *tunnels_path(const struct tunnels *t, uint32_t id); /* id not 0 */

#endif
