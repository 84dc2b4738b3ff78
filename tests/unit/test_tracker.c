/* SPDX-License-Identifier: BSD-2-Clause */
/* test_tracker.c - the life of flows, with a detector of our own at the seam that decides after a set number of
 * packets, so that what is tested is the tracker alone. */
#include "flow/tracker.h"

#include "unit.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- a detector that counts --------------------------------------------------------------------------- */

enum { MAX_SLOTS = 4096, MAX_ENDS = 20001, ENOUGH = 5 /* packets to be sure by payload */ };

struct detector {
    struct detect_batch batch;
    struct detect_reply *reply[DETECT_UNDER_WAY];
    unsigned submitted, collected;
    unsigned decide_after; /* packets; 0: only at the end */
    bool open[MAX_SLOTS];
    unsigned packets[MAX_SLOTS];
    uint64_t delivered;
    uint16_t last_ip_len; /* length field of the last IPv4 header delivered */
};

static void decide(struct detector *d, struct detect_reply *r, uint32_t slot)
{
    assert_true(d->open[slot]);
    d->open[slot] = false;
    r->verdict[r->n++] = (struct detect_verdict){
        .slot = slot,
        .app = (uint16_t)d->packets[slot],
        .app_by = d->packets[slot] >= ENOUGH ? DETECT_BY_DPI : DETECT_BY_PORT,
    };
}

static void add_step(struct detector *d, struct detect_reply *r, const struct detect_msg *m, enum detect_state state)
{
    if (m->trace)
        r->step[r->n_steps++] = (struct detect_step){
            .slot = m->slot, .app = (uint16_t)d->packets[m->slot], .state = (uint8_t)state};
}

static void take(struct detector *d, struct detect_reply *r, const struct detect_batch *b, const struct detect_msg *m)
{
    assert_in_range(m->slot, 0, MAX_SLOTS - 1);
    if (m->op == DETECT_OPEN) {
        assert_false(d->open[m->slot]);
        d->open[m->slot] = true;
        d->packets[m->slot] = 0;
    } else if (d->open[m->slot] && m->op == DETECT_PACKET) {
        const uint8_t *ip = b->bytes + m->offset;
        d->delivered++;
        d->last_ip_len = (uint16_t)(ip[2] << 8 | ip[3]);
        bool enough = ++d->packets[m->slot] == d->decide_after;
        add_step(d, r, m, enough ? DETECT_FINAL : DETECT_MORE);
        if (enough)
            decide(d, r, m->slot);
    } else if (d->open[m->slot]) {
        add_step(d, r, m, DETECT_GAVE_UP);
        decide(d, r, m->slot);
    }
}

struct detect_batch *detector_batch(struct detector *d)
{
    return &d->batch;
}

void detector_submit(struct detector *d)
{
    struct detect_batch *b = &d->batch;
    struct detect_reply *r = d->reply[d->submitted++ % DETECT_UNDER_WAY];
    assert_in_range(d->submitted - d->collected, 1, DETECT_UNDER_WAY);
    r->n = 0;
    r->n_steps = 0;
    for (uint32_t i = 0; i < b->n; i++)
        take(d, r, b, &b->msg[i]);
    b->n = b->used = 0;
}

const struct detect_reply *detector_collect(struct detector *d)
{
    assert_true(d->collected < d->submitted);
    return d->reply[d->collected++ % DETECT_UNDER_WAY];
}

/* --- a world to play packets in ------------------------------------------------------------------------- */

struct end {
    uint64_t id, packets[2];
    enum end_reason why;
    unsigned client, labelled_after;
    struct flow_key key;
    int64_t first_ns;
    uint64_t duplicates, out_of_order;
    uint16_t flags;
    uint8_t mac[2], mac_source[2]; /* the last byte of each */
    unsigned n_labels, last_label;
    uint64_t first_packet, bytes, frame_bytes, payload;
    int64_t last_ns;
    uint32_t tunnel_id[2]; /* of each side's last layer that has one */
};

struct world {
    struct detector detector;
    struct tracker *tracker;
    struct flow_options opt;
    struct end ends[MAX_ENDS];
    size_t n;
    uint64_t packet;
    unsigned relieved;
    bool untimed;
    uint8_t ip[64];
    uint16_t ip_id;
};

#define S(seconds) ((int64_t)((seconds) * 1e9))

static bool ended(void *ctx, struct flow *f)
{
    struct world *w = ctx;
    assert_true(f->has_verdict);
    assert_in_range(w->n, 0, MAX_ENDS - 1);
    w->ends[w->n++] = (struct end){
        .id = f->id,
        .packets = {f->side[0].packets, f->side[1].packets},
        .why = f->end,
        .client = flow_client(f),
        .labelled_after = f->verdict.app,
        .key = f->key,
        .first_ns = f->first_ns,
        .duplicates = f->duplicates,
        .out_of_order = f->side[0].out_of_order + f->side[1].out_of_order,
        .flags = f->flags,
        .mac = {f->mac[0][5], f->mac[1][5]},
        .mac_source = {f->mac_source[0], f->mac_source[1]},
        .n_labels = f->mpls ? f->mpls->n : 0,
        .last_label = f->mpls ? f->mpls->v[f->mpls->n - 1] : 0,
        .first_packet = f->first_packet,
        .bytes = f->side[0].bytes,
        .frame_bytes = f->side[0].frame_bytes,
        .payload = f->side[0].payload,
        .last_ns = f->last_ns,
    };
    for (unsigned side = 0; f->tunnel_ids && side < 2; side++)
        if (f->tunnel_ids->n[side])
            w->ends[w->n - 1].tunnel_id[side] = f->tunnel_ids->v[side][f->tunnel_ids->n[side] - 1].id;
    return false;
}

static void start(struct world *w)
{
    w->tracker = tracker_new(&w->opt, &w->detector, ended, w);
}

static struct world *world_new(void)
{
    struct world *w = xcalloc(1, sizeof(*w));
    w->detector.batch = (struct detect_batch){.msg = xcalloc(DETECT_BATCH_MSGS, sizeof(struct detect_msg)),
                                              .bytes = xmalloc(DETECT_BATCH_BYTES)};
    for (size_t i = 0; i < DETECT_UNDER_WAY; i++)
        w->detector.reply[i] = xcalloc(1, sizeof(struct detect_reply));
    w->opt = (struct flow_options){.tcp_idle = S(300), .udp_idle = S(120), .other_idle = S(60),
                                   .attempt = S(30), .closed = S(5)};
    return w;
}

static void world_free(struct world *w)
{
    tracker_free(w->tracker);
    free(w->detector.batch.msg);
    free(w->detector.batch.bytes);
    for (size_t i = 0; i < DETECT_UNDER_WAY; i++)
        free(w->detector.reply[i]);
    free(w);
}

/* Addresses are 10.0.0.HOST. */
static struct decoded packet_of(struct world *w, uint8_t transport, unsigned from, uint16_t sport, unsigned to,
                                uint16_t dport)
{
    w->ip[0] = 0x45;
    w->ip[4] = (uint8_t)(++w->ip_id >> 8); /* no packet is a copy of another */
    w->ip[5] = (uint8_t)w->ip_id;
    return (struct decoded){
        .bucket = DPI_BUCKET_flow,
        .src = {.family = 4, .b = {10, 0, 0, (uint8_t)from}},
        .dst = {.family = 4, .b = {10, 0, 0, (uint8_t)to}},
        .transport = transport,
        .ip = w->ip, .ip_len = 40, .ip_cap = 40, .payload_len = 10, .payload_cap = 10, .payload = w->ip + 40,
        .has_ports = transport == IPPROTO_NUM_TCP || transport == IPPROTO_NUM_UDP,
        .src_port = sport, .dst_port = dport,
        .has_tcp = transport == IPPROTO_NUM_TCP,
    };
}

static void play(struct world *w, double t, const struct decoded *d)
{
    static const struct capture_iface iface = {.capture = "test"};
    struct packet p = {.iface = &iface, .caplen = 54, .wirelen = 54, .ts_ns = S(t), .number = ++w->packet,
                       .untimed = w->untimed};
    tracker_packet(w->tracker, &p, d);
}

static void udp(struct world *w, double t, unsigned from, uint16_t sport, unsigned to, uint16_t dport)
{
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, from, sport, to, dport);
    play(w, t, &d);
}

/* Client 10.0.0.1:40000, server 10.0.0.2:80; from 1 or 2. */
static void tcp(struct world *w, double t, unsigned from, uint8_t flags, uint32_t seq, uint32_t ack)
{
    struct decoded d = from == 1 ? packet_of(w, IPPROTO_NUM_TCP, 1, 40000, 2, 80)
                                 : packet_of(w, IPPROTO_NUM_TCP, 2, 80, 1, 40000);
    d.tcp_flags = flags;
    d.tcp_seq = seq;
    d.tcp_ack = ack;
    play(w, t, &d);
}

static void handshake(struct world *w, double t, uint32_t isn)
{
    tcp(w, t, 1, TCP_SYN, isn, 0);
    tcp(w, t, 2, TCP_SYN | TCP_ACK, isn + 1000, isn + 1);
    tcp(w, t, 1, TCP_ACK, isn + 1, isn + 1001);
}

static void finish(struct world *w)
{
    tracker_finish(w->tracker);
}

static void expect(const struct world *w, size_t i, uint64_t id, enum end_reason why)
{
    assert_in_range(i, 0, w->n - 1);
    assert_int_equal(w->ends[i].id, id);
    assert_string_equal(end_reasons[w->ends[i].why].text, end_reasons[why].text);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static void both_directions_are_one_flow(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    udp(w, 1, 9, 5000, 3, 53);
    udp(w, 2, 3, 53, 9, 5000);
    udp(w, 2, 3, 53, 9, 5001);
    finish(w);
    assert_int_equal(w->n, 2);
    assert_int_equal(w->ends[0].packets[0], 1);
    assert_int_equal(w->ends[0].packets[1], 1);
    assert_int_equal(w->ends[1].client, 1); /* 10.0.0.9, by the port, though the other sent first */
    world_free(w);
}

static void idle_by_packet_time(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    udp(w, 0, 1, 5000, 2, 7);
    udp(w, 120, 1, 5000, 2, 7); /* not more than the timeout */
    udp(w, 240.5, 1, 5000, 2, 7);
    finish(w);
    expect(w, 0, 1, END_idle);
    expect(w, 1, 2, END_eof);
    assert_int_equal(w->ends[0].packets[0], 2);
    world_free(w);
}

static void records_leave_by_deadline_then_id(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    udp(w, 0, 1, 1, 2, 7);  /* 1 */
    udp(w, 0, 1, 2, 2, 7);  /* 2 */
    udp(w, 0, 1, 3, 2, 7);  /* 3 */
    udp(w, 10, 1, 1, 2, 7); /* 1 lives longer */
    udp(w, 10, 1, 4, 2, 7); /* 4, same deadline as 1 */
    udp(w, 1000, 1, 9, 2, 7);
    finish(w);
    const uint64_t order[] = {2, 3, 1, 4, 5};
    assert_int_equal(w->n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(w->ends[i].id, order[i]);
    world_free(w);
}

static void unanswered_syn_ends_early(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    tcp(w, 0, 1, TCP_SYN, 100, 0);
    tcp(w, 3, 1, TCP_SYN, 100, 0);
    udp(w, 33.5, 1, 1, 2, 7);
    finish(w);
    expect(w, 0, 1, END_attempt);
    assert_int_equal(w->ends[0].packets[0], 2);
    world_free(w);
}

static unsigned known_to_detector(const struct world *w)
{
    unsigned n = 0;
    for (size_t i = 0; i < MAX_SLOTS; i++)
        n += w->detector.open[i];
    return n;
}

/* Without payload, as those of scans are. */
static void bare(struct world *w, double t, unsigned from, uint16_t port, uint8_t flags)
{
    struct decoded d = from == 1 ? packet_of(w, IPPROTO_NUM_TCP, 1, port, 2, 80)
                                 : packet_of(w, IPPROTO_NUM_TCP, 2, 80, 1, port);
    d.payload_len = d.payload_cap = 0;
    d.tcp_flags = flags;
    d.tcp_seq = 100;
    play(w, t, &d);
}

static void flush_batches(struct world *w, double t)
{
    for (unsigned i = 0; i < DETECT_UNDER_WAY * DETECT_BATCH_PACKETS; i++)
        udp(w, t, 3, 7, 4, 7);
}

static void an_unanswered_syn_is_shown_when_it_ends(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->detector.decide_after = 1; /* the flow of udp is not in the way */
    start(w);
    flush_batches(w, 0);
    uint64_t shown = w->detector.delivered;
    for (uint16_t port = 1; port <= 100; port++)
        bare(w, 0, 1, port, TCP_SYN);
    bare(w, 1, 2, 1, TCP_RST | TCP_ACK); /* refused */
    bare(w, 1, 2, 2, TCP_SYN | TCP_ACK); /* answered */
    flush_batches(w, 2);
    assert_int_equal(known_to_detector(w), 0);
    assert_int_equal(w->detector.delivered, shown + 1); /* the SYN of port 2, which decides it */
    finish(w);
    assert_int_equal(w->n, 101);
    for (size_t i = 0; i < w->n; i++)
        assert_int_equal(w->ends[i].labelled_after, 1);
    world_free(w);
}

static void what_has_waited_is_shown_first(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    bare(w, 0, 1, 9, TCP_SYN);
    bare(w, 1, 1, 9, TCP_SYN);
    bare(w, 2, 2, 9, TCP_RST);
    finish(w);
    assert_int_equal(w->detector.delivered, 3);
    assert_int_equal(w->ends[0].labelled_after, 3);
    world_free(w);
}

static void fin_and_reset_close(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    handshake(w, 0, 100);
    tcp(w, 1, 1, TCP_FIN | TCP_ACK, 101, 1101);
    udp(w, 20, 1, 1, 2, 7); /* half closed: still there */
    assert_int_equal(w->n, 0);
    tcp(w, 21, 2, TCP_FIN | TCP_ACK, 1101, 102);
    tcp(w, 24, 1, TCP_ACK, 102, 1102); /* within the linger */
    udp(w, 29.5, 1, 1, 2, 7);
    handshake(w, 30, 5000);
    tcp(w, 30, 2, TCP_RST, 6001, 0);
    udp(w, 40, 1, 1, 2, 7);
    finish(w);
    expect(w, 0, 1, END_fin);
    expect(w, 1, 3, END_rst);
    world_free(w);
}

static void new_syn_is_a_new_flow(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    handshake(w, 0, 100);
    tcp(w, 1, 1, TCP_SYN, 100, 0); /* retransmitted: the same */
    handshake(w, 2, 7000000);
    finish(w);
    assert_int_equal(w->n, 2);
    expect(w, 0, 1, END_reuse);
    assert_int_equal(w->ends[0].packets[0] + w->ends[0].packets[1], 4);
    expect(w, 1, 2, END_eof);
    world_free(w);
}

static void conversations_never_split(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt = (struct flow_options){.key = {.conversations = true}};
    start(w);
    handshake(w, 0, 100);
    tcp(w, 1, 2, TCP_RST, 1101, 0);
    handshake(w, 90000, 7000000);
    finish(w);
    assert_int_equal(w->n, 1);
    world_free(w);
}

static void late_syn_belongs_to_its_data(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    tcp(w, 0, 1, TCP_ACK, 1101, 500);  /* second segment, captured first */
    tcp(w, 0, 1, TCP_SYN, 100, 0);
    tcp(w, 0, 1, TCP_SYN, 100, 0);
    finish(w);
    assert_int_equal(w->n, 1);
    world_free(w);
}

static void syn_ack_first_still_knows_the_client(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    tcp(w, 0, 2, TCP_SYN | TCP_ACK, 900, 101);
    tcp(w, 0, 1, TCP_SYN, 100, 0);
    finish(w);
    assert_int_equal(w->n, 1);
    assert_int_equal(w->ends[0].client, 0); /* 10.0.0.1 */
    world_free(w);
}

static void simultaneous_open_is_one_flow(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    tcp(w, 0, 2, TCP_SYN, 900, 0);
    tcp(w, 0, 1, TCP_SYN, 100, 0);
    tcp(w, 0, 2, TCP_SYN | TCP_ACK, 900, 101);
    finish(w);
    assert_int_equal(w->n, 1);
    assert_int_equal(w->ends[0].client, 1);
    world_free(w);
}

static void active_timeout_slices(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.active = S(10);
    start(w);
    for (int t = 0; t <= 25; t++)
        udp(w, t, 1, 5000, 2, 7);
    finish(w);
    assert_int_equal(w->n, 3);
    expect(w, 0, 1, END_active);
    expect(w, 1, 2, END_active);
    assert_int_equal(w->ends[0].packets[0], 11);
    world_free(w);
}

static void slices_keep_client_and_label(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.active = S(10);
    w->detector.decide_after = 2;
    start(w);
    tcp(w, 0, 1, TCP_SYN, 100, 0);
    for (int i = 0; i <= DETECT_UNDER_WAY * DETECT_BATCH_PACKETS; i++) /* past the verdict and its lag */
        tcp(w, 1, 2, TCP_SYN | TCP_ACK, 900, 101);
    tcp(w, 20, 2, TCP_ACK, 901, 101);
    tcp(w, 40, 2, TCP_ACK, 901, 101);
    finish(w);
    assert_int_equal(w->n, 3);
    expect(w, 0, 1, END_active);
    expect(w, 2, 3, END_eof);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w->ends[i].client, 0);
        assert_int_equal(w->ends[i].labelled_after, 2);
    }
    assert_int_equal(w->ends[1].packets[1], 1);
    world_free(w);
}

static void slices_inherit_a_label_that_comes_late(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.active = S(10);
    start(w);
    for (int i = 0; i < ENOUGH; i++)
        udp(w, 0, 1, 5000, 2, 7);
    for (int i = 1; i <= 3; i++) /* less than enough, each in a record of its own */
        udp(w, i * 20, 1, 5000, 2, 7);
    finish(w);
    assert_int_equal(w->n, 4);
    for (size_t i = 0; i < w->n; i++) {
        assert_int_equal(w->ends[i].id, i + 1);
        assert_int_equal(w->ends[i].labelled_after, ENOUGH);
    }
    world_free(w);
}

static void bounds_end_the_idle_longest(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.max_flows = 3;
    start(w);
    for (uint16_t port = 1; port <= 3; port++)
        udp(w, port, 1, port, 2, 7);
    udp(w, 4, 1, 1, 2, 7); /* 1 is fresh again */
    udp(w, 5, 1, 4, 2, 7);
    udp(w, 6, 1, 5, 2, 7);
    finish(w);
    expect(w, 0, 2, END_evicted);
    expect(w, 1, 3, END_evicted);
    assert_int_equal(tracker_stats(w->tracker)->evicted, 2);
    assert_int_equal(w->n, 5);
    world_free(w);
}

static void memory_bounds_too(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.memory = 100 * 1024;
    start(w);
    for (uint16_t port = 1; port <= 1000; port++)
        udp(w, 1, 1, port, 2, 7);
    assert_true(tracker_stats(w->tracker)->peak_memory < w->opt.memory + 4096);
    finish(w);
    assert_int_equal(w->n, 1000);
    world_free(w);
}

/* A datagram that came in frames 2, 3 and 5, and is taken behind frame 6, which is of the same flow. */
static void a_datagram_counts_every_frame_and_is_fed_once(void **state)
{
    (void)state;
    struct world *w = world_new();
    const struct capture_iface iface = {.capture = "test"};
    struct packet p[3];
    struct packet_part parts[3];
    const uint64_t numbers[] = {2, 3, 5};
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7), other = {.bucket = DPI_BUCKET_fragment_incomplete};
    d.fragment = d.fragment_overlap = true;
    start(w);
    for (uint64_t number = 1; number <= 5; number++)
        play(w, (double)number, &other);
    udp(w, 6, 1, 5000, 2, 7);
    for (int i = 0; i < 3; i++) {
        p[i] = (struct packet){.iface = &iface, .wirelen = 100, .ts_ns = S(numbers[i]), .number = numbers[i]};
        parts[i] = (struct packet_part){&p[i], (uint32_t)(50 + i)};
    }
    w->ip[5]++; /* it is no copy of the packet before */
    tracker_datagram(w->tracker, parts, 3, &d);
    finish(w);
    assert_int_equal(w->n, 1);
    const struct end *e = &w->ends[0];
    assert_int_equal(e->packets[0], 4);
    assert_int_equal(e->labelled_after, 2);
    assert_int_equal(e->first_packet, 2);
    assert_int_equal(e->first_ns, S(2));
    assert_int_equal(e->last_ns, S(6));
    assert_int_equal(e->bytes, 40 + 50 + 51 + 52);
    assert_int_equal(e->frame_bytes, 54 + 300);
    assert_int_equal(e->payload, 10 + 10);
    assert_int_equal(e->flags & (1 << FLOW_FLAG_fragmented | 1 << FLOW_FLAG_fragment_overlap |
                                 1 << FLOW_FLAG_fragment_gap),
                     1 << FLOW_FLAG_fragmented | 1 << FLOW_FLAG_fragment_overlap);
    world_free(w);
}

static bool take_off(void *ctx)
{
    struct world *w = ctx;
    if (w->relieved == 3)
        return false;
    w->relieved++;
    ledger_sub(tracker_ledger(w->tracker), LEDGER_datagram, 1);
    return true;
}

static void others_go_before_flows(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.memory = 3 * ledger_cost(LEDGER_datagram) + 5000;
    start(w);
    tracker_on_full(w->tracker, take_off, w);
    ledger_add(tracker_ledger(w->tracker), LEDGER_datagram, 3);
    for (uint16_t port = 1; port <= 100; port++) {
        udp(w, 1, 1, port, 2, 7);
        if (tracker_stats(w->tracker)->evicted)
            assert_int_equal(w->relieved, 3);
    }
    assert_true(tracker_stats(w->tracker)->evicted > 0);
    finish(w);
    world_free(w);
}

static void feeding_stops_at_the_verdict(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->detector.decide_after = 3;
    start(w);
    for (int i = 0; i < 10000; i++)
        udp(w, 1, 1, 5000, 2, 7);
    finish(w);
    assert_int_equal(w->n, 1);
    assert_int_equal(w->ends[0].labelled_after, 3);
    assert_int_equal(w->detector.delivered, 3);
    assert_int_equal(w->ends[0].packets[0], 10000);
    world_free(w);
}

static void copies_are_counted_but_not_shown(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7);
    play(w, 1, &d);
    play(w, 1, &d);
    play(w, 9, &d); /* however late, for the sender gave it an identification */
    w->ip[4] = w->ip[5] = 0;
    play(w, 10, &d);
    play(w, 11, &d); /* without one it may be a repetition */
    finish(w);
    assert_int_equal(w->n, 1);
    assert_int_equal(w->ends[0].packets[0], 5);
    assert_int_equal(w->ends[0].duplicates, 2);
    assert_int_equal(w->detector.delivered, 3);
    world_free(w);
}

static void segment_at(struct world *w, double t, unsigned from, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
    struct decoded d = from == 1 ? packet_of(w, IPPROTO_NUM_TCP, 1, 40000, 2, 80)
                                 : packet_of(w, IPPROTO_NUM_TCP, 2, 80, 1, 40000);
    d.tcp_flags = flags;
    d.tcp_seq = seq;
    d.tcp_ack = ack;
    d.ip_len = d.ip_cap = 40 + len;
    d.payload_len = d.payload_cap = len;
    d.payload = len ? w->ip + 40 : NULL;
    play(w, t, &d);
}

static void segment(struct world *w, unsigned from, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
    segment_at(w, 1, from, flags, seq, ack, len);
}

/* A request in three pieces: they are shown as they came, then the handshake and the whole. */
static void cut_messages_are_shown_once_more(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    segment(w, 1, TCP_SYN, 100, 0, 0);
    segment(w, 2, TCP_SYN | TCP_ACK, 1100, 101, 0);
    segment(w, 1, TCP_ACK, 111, 1101, 10);
    segment(w, 1, TCP_ACK, 101, 1101, 10);
    segment(w, 1, TCP_ACK, 121, 1101, 10);
    finish(w);
    assert_int_equal(w->n, 1);
    assert_int_equal(w->detector.delivered, 5 + 2 + 1); /* the server has sent nothing to make an answer of */
    assert_int_equal(w->detector.last_ip_len, 40 + 30);
    assert_int_equal(w->ends[0].labelled_after, 5); /* the second look was not surer */
    assert_int_equal(w->ends[0].out_of_order, 1);
    assert_true(w->ends[0].flags & 1u << FLOW_FLAG_reordered);
    world_free(w);
}

/* --- the watcher ---------------------------------------------------------------------------------------- */

struct watcher {
    uint64_t wanted; /* flow_id */
    uint64_t asked;  /* the last one */
    char log[256];   /* a letter an event, with the number of the packet, or what was put together, or said */
};

static bool wants(void *ctx, const struct flow *f)
{
    struct watcher *o = ctx;
    assert_int_equal(f->id, ++o->asked);
    return f->id == o->wanted;
}

static void note_event(void *ctx, const struct flow *f, const struct trace_event *e)
{
    static const char letters[] = {
        [TRACE_LOOK] = 'L', [TRACE_SHOWN] = 's', [TRACE_MADE] = 'm', [TRACE_COPY] = 'c',    [TRACE_OLD] = 'o',
        [TRACE_FLUSH] = 'F', [TRACE_SAID] = 'a', [TRACE_VERDICT] = 'V', [TRACE_CHOICE] = 'C', [TRACE_ENDED] = 'E',
    };
    struct watcher *o = ctx;
    size_t n = strlen(o->log);
    uint64_t number = e->kind == TRACE_MADE ? e->segments : e->kind == TRACE_SAID ? e->step->app : e->packet;
    assert_int_equal(f->id, o->wanted);
    snprintf(o->log + n, sizeof(o->log) - n, "%c", letters[e->kind]);
    if (number)
        snprintf(o->log + n + 1, sizeof(o->log) - n - 1, "%u", (unsigned)number);
}

/* The same flow, watched: in which order its packets are shown, what is said, and of what the whole is made. */
static void a_watcher_sees_both_looks(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct watcher o = {.wanted = 1};
    start(w);
    tracker_trace(w->tracker, &(struct trace){wants, note_event, &o});
    segment(w, 1, TCP_SYN, 100, 0, 0);
    segment(w, 2, TCP_SYN | TCP_ACK, 1100, 101, 0);
    segment(w, 1, TCP_ACK, 111, 1101, 10);
    segment(w, 1, TCP_ACK, 101, 1101, 10);
    segment(w, 1, TCP_ACK, 111, 1101, 10);
    segment(w, 1, TCP_ACK, 121, 1101, 10);
    udp(w, 1, 3, 5000, 4, 53); /* another flow */
    finish(w);
    assert_string_equal(o.log, "Ls1s2s4s3o5s6Fa1a2a3a4a5a5VLmmm3a1a2a3a3VCE");
    world_free(w);
}

static void a_watcher_sees_what_is_not_shown(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct watcher o = {.wanted = 2};
    start(w);
    w->detector.decide_after = 2;
    tracker_trace(w->tracker, &(struct trace){wants, note_event, &o});
    udp(w, 1, 1, 5000, 2, 53);
    udp(w, 1, 3, 5000, 2, 53);
    w->ip_id--; /* captured twice */
    udp(w, 1, 3, 5000, 2, 53);
    udp(w, 1, 3, 5000, 2, 53);
    udp(w, 1, 3, 5000, 2, 53); /* behind the answer, which is not known yet */
    finish(w);
    assert_string_equal(o.log, "Ls2c3s4s5a1a2VE");
    world_free(w);
}

/* Each record of a flow is a flow of its own to the watcher. */
static void a_watcher_sees_one_slice(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct watcher o = {.wanted = 2};
    w->opt.active = S(10);
    start(w);
    tracker_trace(w->tracker, &(struct trace){wants, note_event, &o});
    for (unsigned i = 0; i < 5; i++)
        udp(w, 6 * i, 1, 5000, 2, 53); /* records begin with packets 1, 3 and 5 */
    finish(w);
    assert_int_equal(w->n, 3);
    assert_string_equal(o.log, "Ls3s4a1a2a2VE");
    world_free(w);
}

/* Its segments do not wait for those that were shown with the record before. */
static void a_record_that_goes_on_has_its_order(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct watcher o = {.wanted = 2};
    w->opt.active = S(10);
    start(w);
    tracker_trace(w->tracker, &(struct trace){wants, note_event, &o});
    segment(w, 1, TCP_SYN, 100, 0, 0);
    segment(w, 2, TCP_SYN | TCP_ACK, 1100, 101, 0);
    segment(w, 1, TCP_ACK, 101, 1101, 10);
    for (unsigned i = 0; i < 5; i++)
        segment_at(w, 12, 1, TCP_ACK, 111 + 10 * i, 1101, 10);
    assert_string_equal(o.log, "Ls4s5s6s7s8");
    finish(w);
    world_free(w);
}

/* What the queues take is given up before flows are. */
static void memory_is_taken_from_queues_first(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.memory = 1024 * 1024;
    start(w);
    for (unsigned i = 0; i < 400; i++) { /* flows of which the first bytes never come */
        struct decoded d = packet_of(w, IPPROTO_NUM_TCP, 1, (uint16_t)(1000 + i), 2, 80);
        for (uint32_t k = 0; k < 3; k++) {
            d.tcp_flags = TCP_ACK;
            d.tcp_seq = 1000 + 10 * k;
            w->ip[6] = (uint8_t)k;
            play(w, 1, &d);
        }
    }
    assert_in_range(tracker_stats(w->tracker)->peak_memory, 1, w->opt.memory + 4096);
    finish(w);
    assert_int_equal(w->n, 400);
    assert_int_equal(w->detector.delivered, 1200);
    assert_int_equal(tracker_stats(w->tracker)->evicted, 0);
    world_free(w);
}

static void many_flows_all_come_out_once(void **state)
{
    (void)state;
    struct world *w = world_new();
    uint64_t random = 7;
    bool seen[MAX_ENDS] = {0};
    w->detector.decide_after = 2;
    w->opt.udp_idle = S(3);
    start(w);
    for (int i = 0; i < 20000; i++) {
        uint64_t r = unit_random(&random);
        udp(w, i * 0.01, 1 + (r & 1), (uint16_t)(r >> 8 & 255), 4 + (r >> 1 & 1), 7);
    }
    finish(w);
    uint64_t packets = 0;
    for (size_t i = 0; i < w->n; i++) {
        assert_false(seen[w->ends[i].id]);
        seen[w->ends[i].id] = true;
        packets += w->ends[i].packets[0] + w->ends[i].packets[1];
    }
    assert_int_equal(packets, 20000);
    assert_int_equal(w->n, tracker_stats(w->tracker)->flows);
    world_free(w);
}

static void packets_without_a_time_end_nothing(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    w->untimed = true;
    udp(w, 0, 1, 5000, 2, 7); /* before any packet with a time */
    w->untimed = false;
    udp(w, 1e9, 1, 6000, 2, 7);
    udp(w, 1e9, 1, 5000, 2, 7);
    finish(w);
    assert_int_equal(w->n, 2);
    expect(w, 0, 1, END_eof);
    assert_true(w->ends[0].first_ns == S(1e9));
    world_free(w);
}

static void header_length_follows_what_is_delivered(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7);
    d.ip_len = 1500;
    d.cut = true;
    play(w, 1, &d);
    finish(w);
    assert_int_equal(w->detector.last_ip_len, 40);
    world_free(w);
}

static void icmp_echo_is_one_flow_errors_are_not(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    struct decoded request = packet_of(w, IPPROTO_NUM_ICMP, 1, 8, 2, 0);
    struct decoded reply = packet_of(w, IPPROTO_NUM_ICMP, 2, 0, 1, 0);
    struct decoded error = packet_of(w, IPPROTO_NUM_ICMP, 2, 3, 1, 1);
    struct decoded back = packet_of(w, IPPROTO_NUM_ICMP, 1, 3, 2, 1);
    play(w, 1, &reply);
    play(w, 1, &request);
    play(w, 1, &error);
    play(w, 1, &back);
    finish(w);
    assert_int_equal(w->n, 3);
    assert_int_equal(w->ends[0].client, 0); /* 10.0.0.1: the answer tells, although it came first */
    world_free(w);
}

static void tunnel_is_part_of_the_key(void **state)
{
    (void)state;
    struct world *w = world_new();
    start(w);
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7), back = packet_of(w, IPPROTO_NUM_UDP, 2, 7, 1, 5000);
    d.n_tunnels = back.n_tunnels = 1;
    d.tunnels[0] = back.tunnels[0] = (struct tunnel_layer){.kind = TUNNEL_vxlan, .has_vni = true, .vni = 42};
    d.tunnels[0].src = back.tunnels[0].dst = (struct dpi_addr){.family = 4, .b = {192, 0, 2, 1}};
    d.tunnels[0].dst = back.tunnels[0].src = (struct dpi_addr){.family = 4, .b = {192, 0, 2, 9}};
    play(w, 1, &d);
    play(w, 1, &back); /* the other way through the same tunnel */
    d.tunnels[0].dst.b[3] = 10;
    play(w, 1, &d);
    d.tunnels[0].vni = 43; /* another network between the same two */
    play(w, 1, &d);
    udp(w, 1, 1, 5000, 2, 7);
    finish(w);
    assert_int_equal(w->n, 4);
    assert_int_equal(w->ends[0].packets[0] + w->ends[0].packets[1], 2);
    world_free(w);
}

/* What a tunnel has that differs by direction is noted by side, from the first packet, and splits no flow; records
 * that the active timeout cuts have it all. */
static void tunnel_ids_are_known_by_side(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.active = S(60);
    start(w);
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7), back = packet_of(w, IPPROTO_NUM_UDP, 2, 7, 1, 5000);
    d.n_tunnels = back.n_tunnels = 2;
    d.tunnels[0] = back.tunnels[0] = (struct tunnel_layer){.kind = TUNNEL_gre};
    d.tunnels[1] = (struct tunnel_layer){.kind = TUNNEL_gtp, .id_kind = TUNNEL_ID_TEID, .id = 7};
    back.tunnels[1] = (struct tunnel_layer){.kind = TUNNEL_gtp, .id_kind = TUNNEL_ID_TEID, .id = 8};
    play(w, 1, &d);
    play(w, 2, &back);
    d.tunnels[1].id = 9;
    play(w, 3, &d);
    play(w, 90, &d);
    finish(w);
    assert_int_equal(w->n, 2);
    for (size_t i = 0; i < w->n; i++) {
        assert_int_equal(w->ends[i].tunnel_id[0], 7);
        assert_int_equal(w->ends[i].tunnel_id[1], 8);
    }
    world_free(w);
}

/* From host 1 to host 2, or back; 0: the frame does not say. */
static void udp_with_macs(struct world *w, bool back, uint8_t src_mac, uint8_t dst_mac)
{
    struct decoded d = back ? packet_of(w, IPPROTO_NUM_UDP, 2, 7, 1, 5000) : packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7);
    d.has_src_mac = src_mac != 0;
    d.has_dst_mac = dst_mac != 0;
    d.src_mac[5] = src_mac;
    d.dst_mac[5] = dst_mac;
    play(w, 1, &d);
}

/* What a side sent with is its address; what was sent to it stands in for it. The first counts. */
static void macs_are_known_by_side(void **state)
{
    static const struct {
        uint8_t packets[3][3]; /* back, source, destination */
        uint8_t mac[2], source[2];
    } rows[] = {
        {{{0, 1, 2}, {0, 3, 4}}, {1, 2}, {MAC_OF_SENDER, MAC_OF_RECEIVER}},
        {{{0, 1, 0xff}, {1, 2, 1}, {1, 3, 1}}, {1, 2}, {MAC_OF_SENDER, MAC_OF_SENDER}},
        {{{0, 1, 0}}, {1, 0}, {MAC_OF_SENDER, MAC_UNKNOWN}},          /* Linux cooked, one way */
        {{{0, 1, 0}, {1, 2, 0}}, {1, 2}, {MAC_OF_SENDER, MAC_OF_SENDER}}, /* and both */
        {{{1, 0, 5}}, {5, 0}, {MAC_OF_RECEIVER, MAC_UNKNOWN}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world *w = world_new();
        start(w);
        for (size_t k = 0; k < 3; k++)
            if (rows[i].packets[k][1] || rows[i].packets[k][2])
                udp_with_macs(w, rows[i].packets[k][0], rows[i].packets[k][1], rows[i].packets[k][2]);
        finish(w);
        assert_int_equal(w->n, 1);
        assert_memory_equal(w->ends[0].mac, rows[i].mac, 2);
        assert_memory_equal(w->ends[0].mac_source, rows[i].source, 2);
        world_free(w);
    }
}

static void labels_are_those_of_the_first_packet(void **state)
{
    (void)state;
    struct world *w = world_new();
    w->opt.memory = 1 << 20;
    start(w);
    struct decoded d = packet_of(w, IPPROTO_NUM_UDP, 1, 5000, 2, 7);
    d.n_labels = 2;
    d.labels[0] = 16;
    d.labels[1] = 0xfffff;
    play(w, 1, &d);
    d.n_labels = 1;
    play(w, 1, &d);
    udp(w, 1, 1, 5001, 2, 7);
    finish(w);
    assert_int_equal(w->ends[0].n_labels, 2);
    assert_int_equal(w->ends[0].last_label, 0xfffff);
    assert_int_equal(w->ends[1].n_labels, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_are_one_flow),
        cmocka_unit_test(idle_by_packet_time),
        cmocka_unit_test(records_leave_by_deadline_then_id),
        cmocka_unit_test(unanswered_syn_ends_early),
        cmocka_unit_test(an_unanswered_syn_is_shown_when_it_ends),
        cmocka_unit_test(what_has_waited_is_shown_first),
        cmocka_unit_test(fin_and_reset_close),
        cmocka_unit_test(new_syn_is_a_new_flow),
        cmocka_unit_test(conversations_never_split),
        cmocka_unit_test(late_syn_belongs_to_its_data),
        cmocka_unit_test(syn_ack_first_still_knows_the_client),
        cmocka_unit_test(simultaneous_open_is_one_flow),
        cmocka_unit_test(active_timeout_slices),
        cmocka_unit_test(bounds_end_the_idle_longest),
        cmocka_unit_test(memory_bounds_too),
        cmocka_unit_test(a_datagram_counts_every_frame_and_is_fed_once),
        cmocka_unit_test(others_go_before_flows),
        cmocka_unit_test(feeding_stops_at_the_verdict),
        cmocka_unit_test(copies_are_counted_but_not_shown),
        cmocka_unit_test(cut_messages_are_shown_once_more),
        cmocka_unit_test(a_watcher_sees_both_looks),
        cmocka_unit_test(a_watcher_sees_what_is_not_shown),
        cmocka_unit_test(a_watcher_sees_one_slice),
        cmocka_unit_test(a_record_that_goes_on_has_its_order),
        cmocka_unit_test(memory_is_taken_from_queues_first),
        cmocka_unit_test(many_flows_all_come_out_once),
        cmocka_unit_test(packets_without_a_time_end_nothing),
        cmocka_unit_test(slices_keep_client_and_label),
        cmocka_unit_test(slices_inherit_a_label_that_comes_late),
        cmocka_unit_test(header_length_follows_what_is_delivered),
        cmocka_unit_test(icmp_echo_is_one_flow_errors_are_not),
        cmocka_unit_test(tunnel_is_part_of_the_key),
        cmocka_unit_test(tunnel_ids_are_known_by_side),
        cmocka_unit_test(macs_are_known_by_side),
        cmocka_unit_test(labels_are_those_of_the_first_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
