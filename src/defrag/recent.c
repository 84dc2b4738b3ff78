/* SPDX-License-Identifier: BSD-2-Clause */
/* recent.c - a ring of completed datagrams. */
#include "defrag/recent.h"

#include <string.h>

static const int64_t LATE = 1000000000; /* ns */

enum { BYTES_MAX = 1 << 17, FRAMES_MAX = 256 };

void recent_keep(struct recent *r, struct datagram *g, const struct decoded *d, int64_t now)
{
    if (g->n_bytes > BYTES_MAX || g->n_frames > FRAMES_MAX) {
        datagram_free(g);
        return;
    }
    *g->around = *d;
    g->around->ip = g->around->payload = NULL;
    /* Nothing new is to be detected or counted. */
    g->around->ip_len = g->around->ip_cap = g->around->payload_len = g->around->payload_cap = 0;
    datagram_free(r->v[r->next]);
    r->v[r->next] = g;
    r->completed[r->next] = now;
    r->next = (r->next + 1) % RECENT_DATAGRAMS;
}

const struct decoded *recent_find(const struct recent *r, const uint8_t *key, size_t n, const struct piece *piece,
                                  int64_t now)
{
    for (unsigned i = 0; i < RECENT_DATAGRAMS; i++) {
        const struct datagram *g = r->v[i];
        if (!g || now < r->completed[i] || now - r->completed[i] > LATE)
            continue;
        if (g->key_len == n && memcmp(g->key, key, n) == 0 && datagram_has(g, piece))
            return g->around;
    }
    return NULL;
}

void recent_free(struct recent *r)
{
    for (unsigned i = 0; i < RECENT_DATAGRAMS; i++)
        datagram_free(r->v[i]);
}
