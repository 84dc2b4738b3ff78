/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_state.c - TCP flags and initial sequence numbers. */
#include "flow/tcp_state.h"

enum { BOTH_SIDES = 3 };

/* Bytes that may have been captured ahead of the SYN they follow: a window without scaling. */
static const uint32_t reordered_max = 65535;

static void note_isn(struct flow *f, unsigned sender, const struct decoded *d)
{
    struct flow_side *s = &f->side[sender], *peer = &f->side[!sender];
    bool opens = d->tcp_flags & TCP_SYN;
    if (!s->isn_known || (opens && !s->syn && !s->syn_ack)) {
        s->isn = opens ? d->tcp_seq : d->tcp_seq - 1;
        s->isn_known = true;
    }
    /* A SYN-ACK tells the number of the SYN that was not captured, or will be later. */
    if (opens && (d->tcp_flags & TCP_ACK) && !peer->isn_known) {
        peer->isn = d->tcp_ack - 1;
        peer->isn_known = true;
    }
}

void tcp_note(struct flow *f, unsigned sender, const struct decoded *d)
{
    struct flow_side *s = &f->side[sender];
    if (!d->has_tcp)
        return;
    note_isn(f, sender, d);
    s->tcp_flags |= d->tcp_flags;
    if (d->tcp_flags & TCP_SYN)
        *(d->tcp_flags & TCP_ACK ? &s->syn_ack : &s->syn) = true;
    if (d->tcp_flags & TCP_FIN)
        f->fin |= (uint8_t)(1u << sender);
    if (d->tcp_flags & TCP_RST)
        f->rst = true;
}

bool tcp_is_new(const struct flow *f, unsigned sender, const struct decoded *d)
{
    const struct flow_side *s = &f->side[sender];
    if (!d->has_tcp || (d->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || !s->isn_known)
        return false;
    if (s->syn || s->syn_ack || f->rst || f->fin)
        return d->tcp_seq != s->isn;
    return s->isn - d->tcp_seq > reordered_max; /* modulo 2^32 */
}

enum end_reason tcp_close_reason(const struct flow *f, enum end_reason otherwise)
{
    if (f->rst)
        return END_rst;
    return f->fin == BOTH_SIDES ? END_fin : otherwise;
}

bool tcp_is_attempt(const struct flow *f)
{
    const struct flow_side *a = &f->side[f->first_side], *b = &f->side[!f->first_side];
    return f->key.transport == IPPROTO_NUM_TCP && a->syn && b->packets == 0 &&
           (a->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}
