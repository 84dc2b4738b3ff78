/* SPDX-License-Identifier: BSD-2-Clause */
/* naming.c - which parser a packet goes to, and what becomes of what it finds. */
#include "flow/naming.h"

#include "names/dhcp.h"
#include "names/dns_names.h"
#include "names/reader.h"
#include "reasm/stream.h"
#include "util/xalloc.h"

#include <stdlib.h>

/* What a flow has names in. */
struct flow_names {
    struct naming *naming;
    struct flow *flow;
    struct name_set *set;          /* NULL: none yet */
    struct stream *stream;         /* NULL: nothing is read in order, or not any more */
    struct name_reader *reader[2]; /* of each side; NULL: not begun, or over */
    bool over[2];
    bool cut;
    uint32_t charged;              /* to the ledger */
    unsigned client;               /* the side that asked, of the DNS message that is read */
    uint64_t hint_packet;
    struct flow_names *older, *newer; /* while there is a stream */
};

struct naming {
    struct siphash_key key;
    struct ledger *ledger;
    const struct packet_clock *clock;
    bool reassembly;
    uint64_t packet; /* the one that is read */
    struct hints *hints;
    uint64_t hints_charged;
    struct flow_names *oldest, *newest; /* with a stream, in the order in which they began */
};

struct naming *naming_new(struct ledger *ledger, const struct packet_clock *clock, bool reassembly)
{
    enum { HINTS_SHARE = 8, HINTS_MAX = 64 << 20 }; /* an eighth of the memory, and enough for half a million */
    struct naming *n = xcalloc(1, sizeof(*n));
    uint64_t share = ledger->limit / HINTS_SHARE;
    n->key = siphash_random_key();
    n->ledger = ledger;
    n->clock = clock;
    n->reassembly = reassembly;
    n->hints = hints_new(&n->key, share && share < HINTS_MAX ? share : HINTS_MAX);
    return n;
}

void naming_free(struct naming *n)
{
    if (!n)
        return;
    hints_free(n->hints);
    free(n);
}

struct hints *naming_hints(struct naming *n)
{
    return n->hints;
}

const struct name_set *naming_names(const struct flow *f)
{
    return f->names ? f->names->set : NULL;
}

uint64_t naming_hint_packet(const struct flow *f)
{
    return f->names ? f->names->hint_packet : 0;
}

bool naming_is_cut(const struct flow *f)
{
    return f->names && f->names->cut;
}

/* --- what is kept ------------------------------------------------------------------------------------- */

static struct flow_names *names_of(struct naming *n, struct flow *f)
{
    if (!f->names) {
        f->names = xcalloc(1, sizeof(*f->names));
        f->names->naming = n;
        f->names->flow = f;
    }
    return f->names;
}

static uint64_t bytes_of(const struct flow_names *fn)
{
    return sizeof(*fn) + name_set_bytes(fn->set) + name_reader_bytes(fn->reader[0]) +
           name_reader_bytes(fn->reader[1]) + (fn->stream ? stream_bytes(fn->stream) : 0);
}

/* Brings the ledger up to date with what is kept. */
static void charge(struct naming *n, struct flow *f)
{
    struct flow_names *fn = f->names;
    uint64_t hints = hints_bytes(n->hints);
    if (hints != n->hints_charged) {
        ledger_add(n->ledger, LEDGER_hint_byte, hints);
        ledger_sub(n->ledger, LEDGER_hint_byte, n->hints_charged);
        n->hints_charged = hints;
    }
    if (!fn)
        return;
    uint32_t now = (uint32_t)bytes_of(fn);
    if (now == fn->charged)
        return;
    ledger_add(n->ledger, LEDGER_name_byte, now);
    ledger_sub(n->ledger, LEDGER_name_byte, fn->charged);
    fn->charged = now;
}

static void write_off(struct naming *n, struct flow *f)
{
    if (!f->names)
        return;
    ledger_sub(n->ledger, LEDGER_name_byte, f->names->charged);
    f->names->charged = 0;
}

static void drop_stream(struct naming *n, struct flow_names *fn)
{
    if (!fn->stream)
        return;
    *(fn->older ? &fn->older->newer : &n->oldest) = fn->newer;
    *(fn->newer ? &fn->newer->older : &n->newest) = fn->older;
    stream_free(fn->stream);
    fn->stream = NULL;
    for (unsigned side = 0; side < 2; side++) {
        name_reader_free(fn->reader[side]);
        fn->reader[side] = NULL;
    }
}

void naming_drop(struct naming *n, struct flow *f)
{
    if (!f->names)
        return;
    drop_stream(n, f->names);
    name_set_free(f->names->set);
    free(f->names);
    f->names = NULL;
}

/* --- what is found ------------------------------------------------------------------------------------ */

static void add_name(struct flow_names *fn, enum name_kind kind, const void *p, size_t n)
{
    if (!fn->set)
        fn->set = name_set_new(&fn->naming->key);
    fn->cut |= !name_set_add(fn->set, kind, p, n);
}

static void name_found(void *ctx, enum name_kind kind, const void *p, size_t n)
{
    add_name(ctx, kind, p, n);
}

static void hint_found(void *ctx, const struct dns_name *name, const struct dpi_addr *addr, uint32_t ttl)
{
    const struct flow_names *fn = ctx;
    int64_t now = fn->naming->clock->now;
    hints_add(fn->naming->hints, &(struct hint){
                                     .client = key_addr(&fn->flow->key, fn->client),
                                     .addr = *addr,
                                     .name = {name->text, name->n},
                                     .learned = now,
                                     .expires = hint_expiry(now, ttl),
                                     .packet = fn->naming->packet,
                                 });
}

static void dns_found(void *ctx, const void *message, size_t n)
{
    if (dns_names(message, n, name_found, ctx))
        dns_hints(message, n, hint_found, ctx);
}

static const struct name_sink *sink_of(struct flow_names *fn, struct name_sink *sink)
{
    *sink = (struct name_sink){.name = name_found, .dns = dns_found, .ctx = fn};
    return sink;
}

/* --- TCP ---------------------------------------------------------------------------------------------- */

enum { DNS_PORT = 53 };

static bool has_port(const struct flow *f, uint16_t port)
{
    return f->key.port[0] == port || f->key.port[1] == port;
}

static void reader_over(struct flow_names *fn, unsigned side)
{
    if (fn->reader[side])
        fn->cut |= name_reader_cut(fn->reader[side]);
    name_reader_free(fn->reader[side]);
    fn->reader[side] = NULL;
    fn->over[side] = true;
}

static void read_bytes(struct flow_names *fn, unsigned side, const uint8_t *p, size_t n)
{
    struct name_sink sink;
    if (fn->over[side])
        return;
    if (!fn->reader[side])
        fn->reader[side] = name_reader_new(has_port(fn->flow, DNS_PORT));
    fn->client = !side;
    if (!name_reader_push(fn->reader[side], p, n, sink_of(fn, &sink)))
        reader_over(fn, side);
}

static void read_end(struct flow_names *fn, unsigned side)
{
    struct name_sink sink;
    if (fn->reader[side])
        name_reader_finish(fn->reader[side], sink_of(fn, &sink));
    reader_over(fn, side);
}

static void take_piece(void *ctx, const struct stream_piece *p)
{
    struct flow_names *fn = ctx;
    if (p->gap)
        read_end(fn, p->side);
    else
        read_bytes(fn, p->side, p->data, p->n);
}

static bool sent_syn(const struct flow *f, unsigned side)
{
    return f->side[side].syn || (f->side[side].syn_ack && f->side[!side].syn);
}

static void begin_stream(struct naming *n, struct flow_names *fn)
{
    static const struct stream_options small = {.queue_bytes = 128 << 10, .queue_pieces = 64, .patience = 16};
    const struct flow *f = fn->flow;
    fn->stream = stream_new(&small, take_piece, fn);
    fn->older = n->newest;
    fn->newer = NULL;
    *(n->newest ? &n->newest->newer : &n->oldest) = fn;
    n->newest = fn;
    for (unsigned side = 0; side < 2; side++)
        if (sent_syn(f, side))
            stream_push(fn->stream, side, &(struct stream_segment){.seq = f->side[side].isn, .flags = TCP_SYN});
}

/* Nothing more is read of the connection. */
static void stop(struct naming *n, struct flow *f)
{
    f->speech = NAMING_DONE;
    if (f->names)
        drop_stream(n, f->names);
}

/* The sides are read apart, so what one acknowledges is not told: else it would wait for bytes of the other that are
 * not shown any more. */
static void push_segment(struct flow_names *fn, unsigned sender, const struct decoded *d)
{
    struct stream_segment s = {
        .seq = d->tcp_seq,
        .flags = d->tcp_flags & (TCP_SYN | TCP_RST),
        .len = d->payload_len,
        .cap = d->payload_cap,
        .data = d->payload,
    };
    if (!fn->over[sender] || (d->tcp_flags & TCP_SYN))
        stream_push(fn->stream, sender, &s);
}

static void read_segment(struct naming *n, struct flow *f, unsigned sender, const struct decoded *d)
{
    if (!f->names || !f->names->stream) {
        if (d->payload_len == 0)
            return;
        begin_stream(n, names_of(n, f));
    }
    push_segment(f->names, sender, d);
    if (f->names->over[0] && f->names->over[1])
        stop(n, f);
}

/* As if nothing had come before it and nothing would come behind it. */
static void read_alone(struct flow_names *fn, unsigned side, const struct decoded *d)
{
    fn->over[side] = false;
    read_bytes(fn, side, d->payload, d->payload_cap);
    read_end(fn, side);
}

static void read_tcp(struct naming *n, struct flow *f, unsigned sender, const struct decoded *d, bool is_copy)
{
    if (!d->has_tcp)
        return;
    if (!n->reassembly && d->payload_cap)
        read_alone(names_of(n, f), sender, d);
    else if (n->reassembly && !is_copy)
        read_segment(n, f, sender, d);
}

/* --- UDP ---------------------------------------------------------------------------------------------- */

static void read_dns(struct flow_names *fn, const struct decoded *d)
{
    dns_found(fn, d->payload, d->payload_cap);
}

static void read_dhcp(struct flow_names *fn, const struct decoded *d)
{
    dhcp_names(d->payload, d->payload_cap, name_found, fn);
}

static void read_dhcpv6(struct flow_names *fn, const struct decoded *d)
{
    dhcpv6_names(d->payload, d->payload_cap, name_found, fn);
}

static void read_udp(struct naming *n, struct flow *f, unsigned sender, const struct decoded *d)
{
    static void (*const read[])(struct flow_names *fn, const struct decoded *d) = {
        [NAMING_DNS] = read_dns, [NAMING_DHCP] = read_dhcp, [NAMING_DHCPV6] = read_dhcpv6};
    if (d->payload_cap == 0)
        return;
    names_of(n, f)->client = !sender;
    read[f->speech](f->names, d);
}

static enum naming_speech speech_of(const struct flow *f)
{
    static const struct {
        uint16_t port;
        enum naming_speech speech;
    } ports[] = {{DNS_PORT, NAMING_DNS}, {5353, NAMING_DNS},   {5355, NAMING_DNS},  {67, NAMING_DHCP},
                 {68, NAMING_DHCP},      {546, NAMING_DHCPV6}, {547, NAMING_DHCPV6}};
    if (f->key.transport == IPPROTO_NUM_TCP)
        return NAMING_TCP;
    if (f->key.transport == IPPROTO_NUM_UDP)
        for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
            if (has_port(f, ports[i].port))
                return ports[i].speech;
    return NAMING_DONE;
}

/* --- the life of a flow ------------------------------------------------------------------------------- */

static void take_hint(struct naming *n, struct flow *f)
{
    unsigned client = flow_client(f);
    struct dpi_addr from = key_addr(&f->key, client), to = key_addr(&f->key, !client);
    struct hint hint;
    if (!hints_find(n->hints, &from, &to, n->clock->now, &hint))
        return;
    add_name(names_of(n, f), NAME_DNS_HINT, hint.name.p, hint.name.n);
    f->names->hint_packet = hint.packet;
}

void naming_open(struct naming *n, struct flow *f)
{
    f->speech = (uint8_t)speech_of(f);
    take_hint(n, f);
    charge(n, f);
}

void naming_packet(struct naming *n, struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d,
                   bool is_copy)
{
    n->packet = p->number;
    if (f->speech == NAMING_TCP)
        read_tcp(n, f, sender, d, is_copy);
    else
        read_udp(n, f, sender, d);
    charge(n, f);
}

static void read_rest(struct naming *n, struct flow *f)
{
    if (f->names && f->names->stream) {
        stream_finish(f->names->stream);
        read_end(f->names, 0);
        read_end(f->names, 1);
    }
    stop(n, f);
}

void naming_end(struct naming *n, struct flow *f)
{
    read_rest(n, f);
    charge(n, f);
    write_off(n, f);
}

void naming_slice(struct naming *n, struct flow *f, struct flow *part)
{
    struct flow_names *fn = f->names;
    part->names = NULL;
    part->speech = NAMING_DONE;
    if (!fn)
        return;
    struct flow_names *copy = names_of(n, part);
    copy->cut = fn->cut;
    copy->hint_packet = fn->hint_packet;
    copy->set = fn->set ? name_set_dup(fn->set) : NULL;
    charge(n, f);
}

bool naming_relieve(struct naming *n)
{
    struct flow_names *fn = n->oldest;
    if (!fn)
        return false;
    struct flow *f = fn->flow;
    fn->cut = true;
    read_rest(n, f);
    charge(n, f);
    return true;
}
