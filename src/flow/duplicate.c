/* SPDX-License-Identifier: BSD-2-Clause */
/* duplicate.c - a mark for each packet: what its headers, with the checksums in them, and its end come to. */
#include "flow/duplicate.h"

#include "util/mix.h"

enum {
    HEAD_BYTES = 64,
    TAIL_BYTES = 8,
    SAME_MS = 5,
};

static uint32_t mark_of(const struct decoded *d)
{
    uint32_t head = d->ip_cap < HEAD_BYTES ? d->ip_cap : HEAD_BYTES;
    uint32_t tail = d->ip_cap - head < TAIL_BYTES ? d->ip_cap - head : TAIL_BYTES;
    uint32_t half = head / 2; /* two at once: a step of mix waits for the one before it */
    uint64_t h = mix(mix_bytes(d->ip_len, d->ip, half), mix_bytes(0, d->ip + half, head - half));
    uint32_t mark = (uint32_t)(mix_bytes(h, d->ip + d->ip_cap - tail, tail) >> 32);
    return mark ? mark : 1;
}

static bool has_identification(const struct decoded *d)
{
    return d->src.family == 4 && (d->ip[4] | d->ip[5]) != 0;
}

bool duplicate_check(struct recent *r, const struct decoded *d, int64_t ts_ns)
{
    uint32_t mark = mark_of(d), ms = (uint32_t)(ts_ns / 1000000);
    bool identified = has_identification(d);
    for (unsigned i = 0; i < DUPLICATE_BEHIND; i++)
        if (r->mark[i] == mark && (identified || ms - r->ms[i] <= SAME_MS))
            return true;
    r->mark[r->at] = mark;
    r->ms[r->at] = ms;
    r->at = (r->at + 1) % DUPLICATE_BEHIND;
    return false;
}
