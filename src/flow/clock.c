/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.c - packet time. Differences are taken unsigned: times at both ends of the range do not overflow. */
#include "flow/clock.h"

#define SECOND INT64_C(1000000000)

static const uint64_t max_ahead = 3600 * SECOND;
static const uint64_t max_back = 60 * SECOND;

static void event(struct clock_event *e, uint64_t packet)
{
    if (e->count++ == 0)
        e->first_packet = packet;
}

static uint64_t distance(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

bool clock_far_ahead(const struct packet_clock *c, int64_t ts_ns)
{
    return c->started && ts_ns > c->now && distance(ts_ns, c->now) > max_ahead;
}

bool clock_confirms(int64_t ts_ns, int64_t behind_ns)
{
    return behind_ns >= ts_ns || distance(ts_ns, behind_ns) <= max_back;
}

int64_t clock_advance(struct packet_clock *c, int64_t ts_ns, uint64_t packet, bool stray)
{
    bool far = clock_far_ahead(c, ts_ns);
    if (far && stray) {
        event(&c->strays, packet);
        return c->now;
    }
    if (far)
        event(&c->jumps, packet);
    if (c->started && ts_ns < c->now) {
        if (distance(ts_ns, c->now) <= max_back)
            return c->now;
        event(&c->backs, packet);
    }
    c->started = true;
    c->now = ts_ns;
    return c->now;
}
