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

static void start(struct packet_clock *c, int64_t ts_ns)
{
    c->now = ts_ns;
    c->started = true;
}

static void far_ahead(struct packet_clock *c, int64_t ts_ns, uint64_t packet)
{
    if (c->ahead && distance(ts_ns, c->ahead_ns) <= max_ahead) {
        event(&c->jumps, c->ahead_packet);
        c->ahead = false;
        c->now = ts_ns;
        return;
    }
    if (c->ahead)
        event(&c->strays, c->ahead_packet);
    c->ahead = true;
    c->ahead_ns = ts_ns;
    c->ahead_packet = packet;
}

int64_t clock_advance(struct packet_clock *c, int64_t ts_ns, uint64_t packet)
{
    if (!c->started) {
        start(c, ts_ns);
        return c->now;
    }
    if (ts_ns > c->now && distance(ts_ns, c->now) > max_ahead) {
        far_ahead(c, ts_ns, packet);
        return c->now;
    }
    if (c->ahead) {
        event(&c->strays, c->ahead_packet);
        c->ahead = false;
    }
    if (ts_ns > c->now) {
        c->now = ts_ns;
    } else if (distance(ts_ns, c->now) > max_back) {
        event(&c->backs, packet);
        c->now = ts_ns;
    }
    return c->now;
}
