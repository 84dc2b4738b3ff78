/* SPDX-License-Identifier: BSD-2-Clause */
/* flow.c - words about flows, and the choice of client and server. */
#include "flow/flow.h"

#include <string.h>

const struct flow_word end_reasons[END_REASONS] = {
#define REASON(name, doc) [END_##name] = {#name, doc},
#include "flow/end_reasons.def"
#undef REASON
};

const struct flow_word flow_flags[FLOW_FLAGS] = {
#define FLAG(name, text, doc) [FLOW_FLAG_##name] = {text, doc},
#include "flow/flags.def"
#undef FLAG
};

enum { NOBODY = 2 };

/* 0 or 1 when exactly that side of the two has what is asked, else NOBODY. */
static unsigned the_one(bool side0, bool side1)
{
    if (side0 == side1)
        return NOBODY;
    return side0 ? 0 : 1;
}

static unsigned by_syn(const struct flow *f)
{
    if (f->side[0].syn && f->side[1].syn)
        return f->first_side; /* simultaneous open */
    unsigned sender = the_one(f->side[0].syn, f->side[1].syn);
    if (sender != NOBODY)
        return sender;
    unsigned answered = the_one(f->side[0].syn_ack, f->side[1].syn_ack);
    return answered == NOBODY ? NOBODY : !answered;
}

/* Types that answer: their sender is the server even when the request was not captured (RFC 792, 950, 4443,
 * 2710, 4620, 6275). Advertisements are left out: they also come unasked. */
static unsigned by_icmp(const struct flow *f)
{
    static const uint8_t answers4[] = {0, 14, 16, 18};
    static const uint8_t answers6[] = {129, 131, 140, 145};
    if (f->key.transport == IPPROTO_NUM_ICMP && memchr(answers4, f->icmp_type, sizeof(answers4)))
        return !f->first_side;
    if (f->key.transport == IPPROTO_NUM_ICMPV6 && memchr(answers6, f->icmp_type, sizeof(answers6)))
        return !f->first_side;
    return NOBODY;
}

static bool is_group(const struct flow_key *key, unsigned side)
{
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    const uint8_t *a = key->addr[side];
    if (key->family == 6)
        return a[0] == 0xff;
    return (a[0] & 0xf0) == 0xe0 || memcmp(a, broadcast, sizeof(broadcast)) == 0;
}

static unsigned by_group(const struct flow *f)
{
    return the_one(!is_group(&f->key, 0), !is_group(&f->key, 1));
}

static unsigned by_port(const struct flow *f)
{
    if (f->key.transport == IPPROTO_NUM_ICMP || f->key.transport == IPPROTO_NUM_ICMPV6)
        return NOBODY;
    return the_one(f->key.port[0] >= 1024, f->key.port[1] >= 1024);
}

unsigned flow_client(const struct flow *f)
{
    static unsigned (*const rules[])(const struct flow *) = {by_syn, by_icmp, by_group, by_port};
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        unsigned side = rules[i](f);
        if (side != NOBODY)
            return side;
    }
    return f->first_side;
}
