/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp_state.c - TCP flags and initial sequence numbers. */
#include "flow/tcp_state.h"

#include "util/seq.h"

enum { BOTH_SIDES = 3 };

/* Bytes that may have been captured ahead of the SYN they follow: a window without scaling. */
static const uint32_t reordered_max = 65535;

static void set_isn(struct flow_side *s, uint32_t isn)
{
    s->isn = isn;
    s->isn_known = true;
    s->next = s->wild = isn + 1;
}

static void note_isn(struct flow *f, unsigned sender, const struct decoded *d)
{
    struct flow_side *s = &f->side[sender], *peer = &f->side[!sender];
    bool opens = d->tcp_flags & TCP_SYN;
    if (!s->isn_known)
        set_isn(s, opens ? d->tcp_seq : d->tcp_seq - 1);
    else if (opens && !s->syn && !s->syn_ack)
        s->isn = d->tcp_seq;
    /* A SYN-ACK tells the number of the SYN that was not captured, or will be later. */
    if (opens && (d->tcp_flags & TCP_ACK) && !peer->isn_known)
        set_isn(peer, d->tcp_ack - 1);
}

/* --- the stream --------------------------------------------------------------------------------------- */

/* A segment far from all others is none of the stream, unless the next one goes on behind it. */
static void note_wild(struct flow_side *s, uint32_t seq, uint32_t end)
{
    if (seq == s->wild)
        s->next = end;
    s->wild = end;
}

/* RFC 9293, 3.8.4 */
static bool is_keep_alive(const struct flow_side *s, const struct decoded *d)
{
    return d->payload_len <= 1 && d->tcp_seq == s->next - 1 && !(d->tcp_flags & TCP_FIN);
}

/* Numbers that went by already: are they those of a hole, or of what was sent before the first packet captured? */
static void note_late(struct flow_side *s, const struct decoded *d, uint32_t seq, uint32_t end)
{
    uint32_t until = seq_diff(end, s->next) < 0 ? end : s->next;
    bool ahead_of_first = !s->syn && !s->syn_ack && seq_diff(seq, s->isn) <= 0;
    uint32_t filled = holes_fill(s->holes, seq, until);
    if (filled || ahead_of_first)
        s->out_of_order++;
    else if (end == until && !is_keep_alive(s, d))
        s->retransmits++;
    if (ahead_of_first)
        s->isn = seq - 1;
}

static void note_stream(struct flow_side *s, const struct decoded *d)
{
    uint32_t seq = d->tcp_seq + !!(d->tcp_flags & TCP_SYN);
    uint32_t span = d->payload_len + !!(d->tcp_flags & TCP_FIN), end = seq + span;
    if (seq == s->next) {
        s->next = end;
        return;
    }
    if (span == 0 || (d->tcp_flags & TCP_RST))
        return;
    if (seq_is_wild(seq, s->next)) {
        note_wild(s, seq, end);
        return;
    }
    if (seq_diff(seq, s->next) > 0)
        holes_add(&s->holes, s->next, seq);
    else
        note_late(s, d, seq, end);
    if (seq_diff(end, s->next) > 0)
        s->next = end;
}

void tcp_note(struct flow *f, unsigned sender, const struct decoded *d)
{
    struct flow_side *s = &f->side[sender];
    if (!d->has_tcp)
        return;
    note_isn(f, sender, d);
    if ((d->tcp_flags & TCP_SYN) && (s->syn || s->syn_ack))
        s->retransmits++;
    else
        note_stream(s, d);
    s->tcp_flags |= d->tcp_flags;
    s->syn |= (d->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    s->syn_ack |= (d->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    if (d->tcp_flags & TCP_FIN)
        f->fin |= (uint8_t)(1u << sender);
    if (d->tcp_flags & TCP_RST)
        f->rst = true;
}

uint64_t tcp_gap_bytes(const struct flow *f)
{
    return holes_bytes(f->side[0].holes) + holes_bytes(f->side[1].holes);
}

/* --- how far it came ---------------------------------------------------------------------------------- */

const char *tcp_state_name(const struct flow *f)
{
    const struct flow_side *a = &f->side[0], *b = &f->side[1];
    bool syn = a->syn || b->syn, answered = a->syn_ack || b->syn_ack;
    bool acked = (a->tcp_flags | b->tcp_flags) & TCP_ACK;
    if (f->rst)
        return syn && !answered && a->payload + b->payload == 0 ? "refused" : "reset";
    if (f->fin)
        return f->fin == BOTH_SIDES ? "closed" : "half-closed";
    if (syn && !answered && !acked)
        return "syn-sent";
    if (answered && a->packets + b->packets <= 2 && a->payload + b->payload == 0)
        return "syn-received";
    return "established";
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
