/* SPDX-License-Identifier: BSD-2-Clause */
/* hints.h - which name led to an address, from the DNS answers that were seen.
 *
 * Who asks for an address is given the newest live answer that the same client got for it; else the one that all live
 * answers for it agree on; else none. An answer lives as long as its TTL says, but between a minute (a TTL of 0 is for
 * the connection that follows at once) and half an hour of packet time. */
#ifndef NAMES_HINTS_H
#define NAMES_HINTS_H

#include "dpitool/value.h"
#include "util/siphash.h"

#include <stdbool.h>

enum { HINT_LIFE_MIN = 60, HINT_LIFE_MAX = 1800 }; /* seconds */

struct hints;

struct hint {
    struct dpi_addr client, addr; /* who was told, and what */
    struct dpi_text name;         /* not empty, at most 65535 bytes */
    int64_t learned, expires;     /* ns since 1970, both included */
    uint64_t packet;              /* that told it; 0: it comes from an earlier run */
};

/* At most so many bytes as hints_bytes counts are kept. What is over goes, and the oldest when there are more. */
struct hints *hints_new(const struct siphash_key *key, uint64_t max_bytes);
/* What is over stays until there is no room: for a later run, whose captures may be earlier. */
void hints_keep_over(struct hints *h);
void hints_free(struct hints *h); /* NULL is fine */

/* The time that an answer with a TTL expires which is learned now. */
int64_t hint_expiry(int64_t now, uint32_t ttl);

void hints_add(struct hints *h, const struct hint *hint);

/* out->name is borrowed until the next hints_add. */
bool hints_find(const struct hints *h, const struct dpi_addr *client, const struct dpi_addr *addr, int64_t now,
                struct hint *out);

/* The answers that clients got, the oldest first: NULL is behind the last, and in front of the first. */
struct hint_entry;
const struct hint_entry *hints_next(const struct hints *h, const struct hint_entry *e, struct hint *out);

uint64_t hints_bytes(const struct hints *h); /* of memory, for the ledger */
uint64_t hints_dropped(const struct hints *h); /* before they expired, to keep the bound */

#endif
