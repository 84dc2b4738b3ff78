/* SPDX-License-Identifier: BSD-2-Clause */
/* tracker.c - the life of flows: found or begun, counted, ended, given out. */
#include "flow/tracker.h"

#include "flow/inspect.h"
#include "flow/ledger.h"
#include "flow/naming.h"
#include "flow/slice.h"
#include "flow/table.h"
#include "flow/tcp_state.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct tracker {
    struct flow_options opt;
    struct flow_table *table;
    struct timers *timers;
    struct tunnels *tunnels;
    struct inspect *inspect;
    struct naming *naming;
    struct firsts *firsts; /* NULL: nobody asks for first messages */
    struct ledger ledger;
    struct tracker_stats stats;
    struct flow *oldest, *newest;          /* live flows by their last packet */
    struct flow *ended_first, *ended_last; /* queue, linked by chain */
    bool (*on_end)(void *ctx, struct flow *f);
    void *ctx;
    tracker_packet_fn *on_packet; /* NULL: nobody asks */
    void *packet_ctx;
    const struct trace *trace; /* NULL: nobody watches */
    bool (*relieve)(void *ctx); /* NULL: nobody else uses the ledger */
    void *relieve_ctx;
};

struct tracker *tracker_new(const struct flow_options *opt, struct detector *d,
                            bool (*on_end)(void *ctx, struct flow *f), void *ctx)
{
    struct siphash_key key = siphash_random_key();
    struct tracker *t = xcalloc(1, sizeof(*t));
    t->opt = *opt;
    t->table = flow_table_new(&key);
    t->timers = timers_new();
    t->tunnels = tunnels_new(&key);
    t->ledger.limit = opt->memory;
    t->inspect = inspect_new(d, &t->ledger, &t->stats.clock, !opt->no_reassembly);
    t->naming = naming_new(&t->ledger, &t->stats.clock, !opt->no_reassembly);
    if (opt->firsts.messages)
        t->firsts = firsts_new(&opt->firsts, &t->ledger, !opt->no_reassembly);
    t->on_end = on_end;
    t->ctx = ctx;
    return t;
}

struct ledger *tracker_ledger(struct tracker *t)
{
    return &t->ledger;
}

void tracker_on_full(struct tracker *t, bool (*relieve)(void *ctx), void *ctx)
{
    t->relieve = relieve;
    t->relieve_ctx = ctx;
}

void tracker_on_packet(struct tracker *t, tracker_packet_fn *on_packet, void *ctx)
{
    t->on_packet = on_packet;
    t->packet_ctx = ctx;
}

void tracker_trace(struct tracker *t, const struct trace *trace)
{
    t->trace = trace;
    inspect_trace(t->inspect, trace);
}

static void free_flow(struct tracker *t, struct flow *f)
{
    inspect_drop(t->inspect, f);
    feed_drop(f);
    naming_drop(t->naming, f);
    firsts_drop(f);
    free(f->side[0].holes);
    free(f->side[1].holes);
    free(f->attrs);
    free(f->mpls);
    free(f->tunnel_ids);
    slice_free(f);
    free(f);
}

void tracker_free(struct tracker *t)
{
    if (!t)
        return;
    for (struct flow *f = t->oldest, *next; f; f = next) {
        next = f->newer;
        free_flow(t, f);
    }
    for (struct flow *f = t->ended_first, *next; f; f = next) {
        next = f->chain;
        free_flow(t, f);
    }
    inspect_free(t->inspect);
    naming_free(t->naming);
    firsts_free(t->firsts);
    tunnels_free(t->tunnels);
    timers_free(t->timers);
    flow_table_free(t->table);
    free(t);
}

struct hints *tracker_hints(struct tracker *t)
{
    return naming_hints(t->naming);
}

const struct tunnel_path *tracker_tunnel(const struct tracker *t, const struct flow *f)
{
    return f->tunnel ? tunnels_path(t->tunnels, f->tunnel) : NULL;
}

/* --- the order of last packets ------------------------------------------------------------------------ */

static void idle_list_remove(struct tracker *t, struct flow *f)
{
    *(f->older ? &f->older->newer : &t->oldest) = f->newer;
    *(f->newer ? &f->newer->older : &t->newest) = f->older;
}

static void idle_list_append(struct tracker *t, struct flow *f)
{
    f->older = t->newest;
    f->newer = NULL;
    *(t->newest ? &t->newest->newer : &t->oldest) = f;
    t->newest = f;
}

/* --- ends --------------------------------------------------------------------------------------------- */

static void drop_tunnel(struct tracker *t, uint32_t tunnel)
{
    if (tunnel && tunnels_drop(t->tunnels, tunnel))
        ledger_sub(&t->ledger, LEDGER_tunnel, 1);
}

static void give_out(struct tracker *t, struct flow *f)
{
    struct flow *next = slice_settle(f);
    if (next && !next->ended)
        ledger_add(&t->ledger, LEDGER_attribute_byte, f->verdict.attrs_len);
    trace_tell(t->trace, f, &(struct trace_event){.kind = TRACE_ENDED});
    bool taken = t->on_end(t->ctx, f);
    drop_tunnel(t, f->tunnel);
    if (!taken)
        free_flow(t, f);
}

void tracker_give_back(struct tracker *t, struct flow *f)
{
    free_flow(t, f);
}

/* Gives out the ended flows up to the first whose verdict is still under way. */
static void give_out_ended(struct tracker *t)
{
    while (t->ended_first && t->ended_first->has_verdict) {
        struct flow *f = t->ended_first;
        t->ended_first = f->chain;
        if (!t->ended_first)
            t->ended_last = NULL;
        give_out(t, f);
    }
}

/* An ended flow is off the ledger though its verdict may be batches away: else keeping the bounds would end
 * ever more flows while it waits for the first. */
static void write_off(struct tracker *t, struct flow *f)
{
    ledger_sub(&t->ledger, LEDGER_flow, 1);
    if (f->mpls)
        ledger_sub(&t->ledger, LEDGER_mpls, 1);
    if (f->tunnel_ids)
        ledger_sub(&t->ledger, LEDGER_tunnel_ids, 1);
    if (f->slice && f->slice->has_label)
        ledger_sub(&t->ledger, LEDGER_attribute_byte, f->slice->verdict.attrs_len);
    if (f->has_verdict)
        ledger_sub(&t->ledger, LEDGER_attribute_byte, f->verdict.attrs_len);
    else
        inspect_write_off(t->inspect, f);
    for (unsigned side = 0; side < 2; side++)
        if (f->side[side].holes)
            ledger_sub(&t->ledger, LEDGER_holes, 1);
}

/* f, which is not live any more, leaves when its verdict is there. */
static void queue_ended(struct tracker *t, struct flow *f, enum end_reason why)
{
    f->end = (uint8_t)why;
    f->ended = true;
    f->chain = NULL;
    *(t->ended_last ? &t->ended_last->chain : &t->ended_first) = f;
    t->ended_last = f;
    if (!f->has_verdict)
        inspect_end(t->inspect, f);
}

/* Takes f out of all that is live. Its timer is out of the queue already. */
static void end_flow(struct tracker *t, struct flow *f, enum end_reason why)
{
    flow_table_remove(t->table, f);
    idle_list_remove(t, f);
    naming_end(t->naming, f);
    if (t->firsts)
        firsts_end(t->firsts, f);
    write_off(t, f);
    queue_ended(t, f, why);
}

static void end_early(struct tracker *t, struct flow *f, enum end_reason why)
{
    timers_remove(t->timers, &f->timer);
    end_flow(t, f, why);
}

/* from + timeout; a timeout of 0 never comes. */
static int64_t after(int64_t from, int64_t timeout)
{
    int64_t deadline;
    if (timeout == 0 || __builtin_add_overflow(from, timeout, &deadline))
        return INT64_MAX;
    return deadline;
}

static void end_due(struct tracker *t)
{
    struct timer *timer;
    while ((timer = timers_due(t->timers, t->stats.clock.now))) {
        struct flow *f = (struct flow *)timer;
        end_flow(t, f, tcp_close_reason(f, tcp_is_attempt(f) ? END_attempt : END_idle));
    }
}

static bool over_bounds(const struct tracker *t)
{
    if (t->opt.max_flows && flow_table_count(t->table) > t->opt.max_flows)
        return true;
    return ledger_full(&t->ledger);
}

/* Gives up queues, the oldest first; then ends the flows idle longest, but never the one the packet at hand belongs
 * to, which is the newest. */
static void keep_bounds(struct tracker *t)
{
    while (t->relieve && ledger_full(&t->ledger) && t->relieve(t->relieve_ctx))
        ;
    while (ledger_full(&t->ledger) && (inspect_relieve(t->inspect) || naming_relieve(t->naming)))
        ;
    while (over_bounds(t) && t->oldest != t->newest) {
        t->stats.evicted++;
        end_early(t, t->oldest, END_evicted);
    }
}

/* --- deadlines ---------------------------------------------------------------------------------------- */

static int64_t idle_timeout(const struct tracker *t, const struct flow *f)
{
    if (f->key.transport == IPPROTO_NUM_UDP)
        return t->opt.udp_idle;
    if (f->key.transport != IPPROTO_NUM_TCP)
        return t->opt.other_idle;
    if (tcp_close_reason(f, END_idle) != END_idle)
        return t->opt.closed;
    return tcp_is_attempt(f) ? t->opt.attempt : t->opt.tcp_idle;
}

/* When f times out unless another packet comes. Before the first packet with a time nothing can. */
static int64_t deadline_of(const struct tracker *t, const struct flow *f)
{
    return t->stats.clock.started ? after(t->stats.clock.now, idle_timeout(t, f)) : INT64_MAX;
}

static void set_deadline(struct tracker *t, struct flow *f)
{
    int64_t deadline = deadline_of(t, f);
    if (deadline < f->timer.deadline)
        timers_lower(t->timers, &f->timer, deadline);
    else
        f->timer.deadline = deadline;
}

/* --- packets ------------------------------------------------------------------------------------------ */

static void note_labels(struct tracker *t, struct flow *f, const struct decoded *d)
{
    if (d->n_labels == 0)
        return;
    f->mpls = xcalloc(1, sizeof(*f->mpls));
    f->mpls->n = d->n_labels;
    memcpy(f->mpls->v, d->labels, d->n_labels * sizeof(d->labels[0]));
    ledger_add(&t->ledger, LEDGER_mpls, 1);
}

/* Of the first packet of a side. */
static void note_tunnel_ids(struct tracker *t, struct flow *f, unsigned sender, const struct decoded *d)
{
    for (unsigned i = 0; i < d->n_tunnels; i++) {
        const struct tunnel_layer *layer = &d->tunnels[i];
        if (layer->id_kind == TUNNEL_ID_NONE)
            continue;
        if (!f->tunnel_ids) {
            f->tunnel_ids = xcalloc(1, sizeof(*f->tunnel_ids));
            ledger_add(&t->ledger, LEDGER_tunnel_ids, 1);
        }
        f->tunnel_ids->v[sender][f->tunnel_ids->n[sender]++] =
            (struct flow_tunnel_id){layer->kind, layer->id_kind, layer->id};
    }
}

/* f has a new record from packet p on. */
static void begin_record(struct tracker *t, struct flow *f, const struct packet *p)
{
    f->id = f->timer.id = ++t->stats.flows;
    f->first_packet = p->number;
    f->first_ns = f->last_ns = p->ts_ns;
    f->only_untimed = p->untimed;
    f->began = t->stats.clock.now;
    f->iface = p->iface;
}

static struct flow *begin_flow(struct tracker *t, const struct packet *p, const struct decoded *d,
                               const struct flow_key *key, unsigned sender, uint32_t hash, uint32_t tunnel)
{
    struct flow *f = xcalloc(1, sizeof(*f));
    f->key = *key;
    f->hash = hash;
    f->tunnel = tunnel;
    f->first_side = (uint8_t)sender;
    begin_record(t, f, p);
    if (d->transport == IPPROTO_NUM_ICMP || d->transport == IPPROTO_NUM_ICMPV6) {
        f->icmp_type = (uint8_t)d->src_port;
        f->icmp_code = (uint8_t)d->dst_port;
    }
    flow_table_add(t->table, f);
    idle_list_append(t, f);
    f->timer.deadline = deadline_of(t, f);
    timers_add(t->timers, &f->timer);
    ledger_add(&t->ledger, LEDGER_flow, 1);
    note_labels(t, f, d);
    f->traced = trace_wants(t->trace, f);
    inspect_open(t->inspect, f);
    if (flow_table_count(t->table) > t->stats.peak_flows)
        t->stats.peak_flows = flow_table_count(t->table);
    return f;
}


static void note_mac(struct flow *f, unsigned side, enum mac_source source, const uint8_t *mac)
{
    if (f->mac_source[side] >= source)
        return;
    memcpy(f->mac[side], mac, sizeof(f->mac[side]));
    f->mac_source[side] = (uint8_t)source;
}

static void note_time(struct flow *f, const struct packet *p)
{
    if (f->only_untimed && !p->untimed) {
        f->first_ns = f->last_ns = p->ts_ns;
        f->only_untimed = false;
    }
    if (p->ts_ns < f->first_ns)
        f->first_ns = p->ts_ns;
    if (p->ts_ns > f->last_ns)
        f->last_ns = p->ts_ns;
}

static uint16_t packet_flags(const struct packet *p, const struct decoded *d)
{
    return (uint16_t)(d->cut << FLOW_FLAG_cut | d->fragment << FLOW_FLAG_fragmented |
                      d->fragment_gap << FLOW_FLAG_fragment_gap |
                      d->fragment_overlap << FLOW_FLAG_fragment_overlap | d->fragment_bad << FLOW_FLAG_fragment_bad |
                      d->offload << FLOW_FLAG_offload | p->untimed << FLOW_FLAG_untimed);
}

static void count_part(struct flow *f, struct flow_side *s, const struct packet_part *part, const struct decoded *d)
{
    const struct packet *p = part->packet;
    s->packets++;
    s->bytes += part->ip_len;
    s->frame_bytes += p->wirelen;
    if (p->number < f->first_packet) /* a fragment that waited for the others */
        f->first_packet = p->number;
    note_time(f, p);
    f->flags |= packet_flags(p, d);
}

static void count_side(struct flow *f, unsigned sender, const struct packet_part *parts, size_t n,
                       const struct decoded *d)
{
    struct flow_side *side = &f->side[sender];
    if (d->has_src_mac)
        note_mac(f, sender, MAC_OF_SENDER, d->src_mac);
    if (d->has_dst_mac)
        note_mac(f, !sender, MAC_OF_RECEIVER, d->dst_mac);
    if (side->packets == 0)
        side->ttl = d->ttl;
    side->payload += d->payload_len;
    for (size_t i = 0; i < n; i++)
        count_part(f, side, &parts[i], d);
}

static void count_tcp(struct tracker *t, struct flow *f, unsigned sender, const struct decoded *d)
{
    bool had_holes = f->side[sender].holes != NULL;
    tcp_note(f, sender, d);
    if (!had_holes && f->side[sender].holes)
        ledger_add(&t->ledger, LEDGER_holes, 1);
}

/* Returns whether the packet was captured before; without bytes it is the copy of a fragment. A copy counts as a
 * packet, but tells nothing of the connection. */
static bool count_packet(struct tracker *t, struct flow *f, unsigned sender, const struct packet_part *parts, size_t n,
                         const struct decoded *d)
{
    bool is_copy = d->ip_cap == 0 || duplicate_check(&f->recent, d, parts[0].packet->ts_ns);
    count_side(f, sender, parts, n, d);
    if (is_copy) {
        f->duplicates++;
        t->stats.duplicates++;
        f->flags |= 1u << FLOW_FLAG_duplicate;
    } else if (d->transport == IPPROTO_NUM_TCP) {
        count_tcp(t, f, sender, d);
    }
    for (size_t i = 0; t->on_packet && i < n; i++)
        t->on_packet(t->packet_ctx, f, sender, parts[i].packet, i + 1 == n ? d : NULL);
    return is_copy;
}

static bool past_active(const struct tracker *t, const struct flow *f)
{
    return after(f->began, t->opt.active) < t->stats.clock.now;
}

/* What was counted so far leaves as a record of its own; f goes on from packet p as the flow it is: same client, same
 * label (slice.h). Where the label is not known yet, it is asked for now, and f is detected anew. */
static void slice(struct tracker *t, struct flow *f, const struct packet *p)
{
    struct flow *part = xmemdup(f, sizeof(*f));
    if (f->mpls)
        part->mpls = xmemdup(f->mpls, sizeof(*f->mpls));
    if (f->tunnel_ids)
        part->tunnel_ids = xmemdup(f->tunnel_ids, sizeof(*f->tunnel_ids));
    if (f->attrs)
        part->attrs = xmemdup(f->attrs, f->verdict.attrs_len);
    if (f->tunnel)
        tunnels_hold(t->tunnels, f->tunnel);
    slice_link(part, f);
    naming_slice(t->naming, f, part);
    firsts_slice(f, part);
    timers_remove(t->timers, &f->timer); /* the id is part of its order */
    begin_record(t, f, p);
    timers_add(t->timers, &f->timer);
    f->traced = trace_wants(t->trace, f);
    if (!f->has_verdict)
        inspect_hand_over(t->inspect, f, part);
    queue_ended(t, part, END_active);
    f->flags = 0;
    for (unsigned side = 0; side < 2; side++) {
        struct flow_side *s = &f->side[side];
        if (s->holes)
            ledger_sub(&t->ledger, LEDGER_holes, 1);
        *s = (struct flow_side){.isn = s->isn, .isn_known = s->isn_known, .syn = s->syn, .syn_ack = s->syn_ack,
                                .next = s->next};
    }
}

/* Whether the packet cannot belong to f any more although it has the same key; *why is then how f ended. */
static bool is_another(const struct tracker *t, const struct flow *f, unsigned sender,
                       const struct decoded *d, enum end_reason *why)
{
    if (t->opt.key.conversations || d->transport != IPPROTO_NUM_TCP || !tcp_is_new(f, sender, d))
        return false;
    *why = tcp_close_reason(f, END_reuse);
    return true;
}

static struct flow *flow_of(struct tracker *t, const struct packet *p, const struct decoded *d,
                            unsigned *sender)
{
    bool new_path = false;
    uint32_t tunnel = d->n_tunnels ? tunnels_take(t->tunnels, d, &new_path) : 0;
    if (new_path)
        ledger_add(&t->ledger, LEDGER_tunnel, 1);
    struct flow_key key;
    *sender = key_make(&key, d, tunnel, &t->opt.key);
    struct flow *f = flow_table_recent(t->table, &key);
    uint32_t hash = f ? f->hash : flow_table_hash(t->table, &key);
    if (!f)
        f = flow_table_find(t->table, &key, hash);
    enum end_reason why;
    if (f && is_another(t, f, *sender, d, &why)) {
        end_early(t, f, why);
        f = NULL;
    }
    if (!f)
        return begin_flow(t, p, d, &key, *sender, hash, tunnel);
    drop_tunnel(t, tunnel); /* f holds its own */
    if (past_active(t, f))
        slice(t, f, p);
    return f;
}

static void take(struct tracker *t, const struct packet_part *parts, size_t n, const struct decoded *d)
{
    unsigned sender;
    struct flow *f = flow_of(t, parts[0].packet, d, &sender);
    if (f != t->newest) {
        idle_list_remove(t, f);
        idle_list_append(t, f);
    }
    if (d->n_tunnels && !f->side[sender].packets && !(f->tunnel_ids && f->tunnel_ids->n[sender]))
        note_tunnel_ids(t, f, sender, d);
    bool is_new = f->side[0].packets + f->side[1].packets == 0;
    bool is_copy = count_packet(t, f, sender, parts, n, d);
    if (is_new && !f->slice)
        naming_open(t->naming, f);
    if (naming_wants(f) && d->ip_cap > 0)
        naming_packet(t->naming, f, sender, parts[n - 1].packet, d, is_copy);
    if (t->firsts && d->ip_cap > 0)
        firsts_packet(t->firsts, f, sender, d, is_copy);
    set_deadline(t, f);
    if (!f->has_verdict)
        inspect_packet(t->inspect, f, sender, d, parts[n - 1].packet->number, is_copy);
    keep_bounds(t);
}

void tracker_packet(struct tracker *t, const struct packet *p, const struct decoded *d)
{
    if (!p->untimed)
        clock_advance(&t->stats.clock, p->ts_ns, p->number, p->stray);
    end_due(t);
    inspect_take_verdicts(t->inspect);
    if (d->bucket == DPI_BUCKET_flow)
        take(t, &(struct packet_part){p, d->ip_len}, 1, d);
    inspect_tick(t->inspect);
    give_out_ended(t);
}

void tracker_datagram(struct tracker *t, const struct packet_part *parts, size_t n, const struct decoded *d)
{
    take(t, parts, n, d);
    give_out_ended(t);
}

bool tracker_far_ahead(const struct tracker *t, int64_t ts_ns)
{
    return clock_far_ahead(&t->stats.clock, ts_ns);
}

static int by_id(const void *a, const void *b)
{
    const struct flow *x = *(struct flow *const *)a, *y = *(struct flow *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

void tracker_finish(struct tracker *t)
{
    size_t n = flow_table_count(t->table), i = 0;
    struct flow **live = xrealloc(NULL, n, sizeof(struct flow *));
    for (struct flow *f = t->oldest; f; f = f->newer)
        live[i++] = f;
    qsort(live, n, sizeof(struct flow *), by_id);
    for (i = 0; i < n; i++) {
        end_early(t, live[i], tcp_close_reason(live[i], END_eof));
        give_out_ended(t);
    }
    free(live);
    inspect_flush(t->inspect);
    give_out_ended(t);
}

const struct tracker_stats *tracker_stats(struct tracker *t)
{
    t->stats.peak_memory = t->ledger.peak;
    t->stats.flow_cost = ledger_cost(LEDGER_flow);
    t->stats.undecided_cost = ledger_cost(LEDGER_undecided);
    t->stats.inspect = inspect_stats(t->inspect);
    return &t->stats;
}
