/* SPDX-License-Identifier: BSD-2-Clause */
/* index.h - datagrams of which fragments are missing, by key. The hash is keyed at random, so that nobody can choose
 * datagrams that collide. */
#ifndef DEFRAG_INDEX_H
#define DEFRAG_INDEX_H

#include "defrag/datagram.h"

enum { INDEX_KEY_MAX = 64 + DECODE_MAX_TUNNELS * 48 };

struct index;

struct index *index_new(void);
void index_free(struct index *x); /* NULL is fine; datagrams are not touched */

/* What tells datagrams apart: addresses, id, the protocol (not in IPv6, RFC 8200, 4.5), VLAN and tunnel path. Writes
 * at most INDEX_KEY_MAX bytes and returns how many. */
size_t index_key(uint8_t key[static INDEX_KEY_MAX], const struct decoded *d, bool ignore_vlan);

struct datagram *index_find(const struct index *x, const uint8_t *key, size_t n); /* NULL: there is none ... */
struct datagram *index_add(struct index *x, const uint8_t *key, size_t n);        /* ... yet */
void index_remove(struct index *x, struct datagram *g);

#endif
