/* SPDX-License-Identifier: BSD-2-Clause */
/* recent.h - the datagrams completed last, by which copies of their fragments are known that come late: where every
 * frame was captured twice, that of the last fragment always does. */
#ifndef DEFRAG_RECENT_H
#define DEFRAG_RECENT_H

#include "defrag/datagram.h"

enum { RECENT_DATAGRAMS = 16 };

/* Zeroed is empty. */
struct recent {
    struct datagram *v[RECENT_DATAGRAMS];
    int64_t completed[RECENT_DATAGRAMS]; /* packet clock */
    unsigned next;
};

/* Takes g, which was decoded as d; what was kept longest goes. One of very many frames or bytes is freed at once. */
void recent_keep(struct recent *r, struct datagram *g, const struct decoded *d, int64_t now);

/* What the datagram of that key was decoded as when it has piece and was completed within the last second; no bytes of
 * it are there. Else NULL. */
const struct decoded *recent_find(const struct recent *r, const uint8_t *key, size_t n, const struct piece *piece,
                                  int64_t now);

void recent_free(struct recent *r);

#endif
