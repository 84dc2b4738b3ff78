/* SPDX-License-Identifier: BSD-2-Clause */
/* opening.h - the first payload of a TCP connection, kept for a second look with its segments put together.
 *
 * A detector that looks at packets does not recognise a message that was cut into other segments than its sender's
 * system would have made, or takes a piece of it for something else. Where segments look like that, it is shown the
 * same bytes once more: what one side sent until the other spoke, as one packet. */
#ifndef REASM_OPENING_H
#define REASM_OPENING_H

#include "reasm/segment.h"

struct opening;

enum { OPENING_PACKET_MAX = 60000 }; /* bytes of a packet that opening_next makes */

struct opening *opening_new(void);
void opening_free(struct opening *o); /* NULL is fine */

/* Empties o for another connection, without giving its memory back; for opening_bytes it is as a new one. */
void opening_reset(struct opening *o);

/* s went out to the detector, but for the first skip bytes of its payload. What is beyond the bounds is left out. */
void opening_add(struct opening *o, const struct segment *s, uint32_t skip, bool gap);

/* Whether a message seems to go on behind a segment that had room for more. */
bool opening_is_cut(const struct opening *o);

/* Makes the next packet at out, an IP packet whose length is right; returns its length, 0 behind the last. *pos is 0
 * at first. */
uint32_t opening_next(const struct opening *o, uint32_t *pos, uint8_t out[static OPENING_PACKET_MAX]);

/* What the packet is made of that took *pos from one place to another. */
struct opening_made {
    uint32_t header;   /* bytes in front of its payload */
    unsigned segments; /* whose payloads are behind each other in it: all that were added have one */
    uint8_t side;      /* that sent them */
};

struct opening_made opening_made(const struct opening *o, uint32_t from, uint32_t to);

/* Makes the packet without payload that would open the connection, as far as the segments kept tell: step 0 the SYN of
 * client, 1 the answer to it, 2 the acknowledgement. Returns its length, 0 when nothing of that side was kept. */
uint32_t opening_handshake(const struct opening *o, unsigned client, unsigned step,
                           uint8_t out[static OPENING_PACKET_MAX]);

uint32_t opening_bytes(const struct opening *o); /* of memory, for the ledger; 0 of NULL */

#endif
