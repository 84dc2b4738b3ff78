/* SPDX-License-Identifier: BSD-2-Clause */
/* test_detector.c - the detector through its seam: what it answers, when, how often, and that no
 * message can hurt it. Conversations are made here, packet by packet. */
#include "detect/attrs.h"
#include "detect/detect.h"
#include "ndpi/labels.h"

#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TCP = 6, UDP = 17, FROM_CLIENT = 0, FROM_SERVER = 1, SYN = 2, ACK = 0x10 };

struct rig {
    struct detector *d;
    struct detect_batch *b;
    uint64_t time_ms;
    uint32_t seq[2]; /* of client and server, since the last open_slot */
};

static int start_with(void **state, struct detector_options opt)
{
    struct dpi_err err;
    struct rig *r = calloc(1, sizeof(*r));
    r->b = calloc(1, sizeof(*r->b));
    r->b->msg = calloc(DETECT_BATCH_MSGS, sizeof(*r->b->msg));
    r->b->bytes = calloc(1, DETECT_BATCH_BYTES);
    *state = r;
    return detector_new(&r->d, &opt, &err) == DPI_OK ? 0 : -1;
}

static int start(void **state)
{
    return start_with(state, (struct detector_options){.guess = true});
}

static int start_contained(void **state)
{
    return start_with(state, (struct detector_options){.guess = true, .contain = true});
}

static int start_without_guess(void **state)
{
    return start_with(state, (struct detector_options){.guess = false});
}

static int stop(void **state)
{
    struct rig *r = *state;
    detector_free(r->d);
    free(r->b->msg);
    free(r->b->bytes);
    free(r->b);
    free(r);
    return 0;
}

static struct detect_msg *say(struct rig *r, enum detect_op op, uint32_t slot)
{
    assert_true(r->b->n < DETECT_BATCH_MSGS);
    struct detect_msg *m = &r->b->msg[r->b->n++];
    *m = (struct detect_msg){.slot = slot, .op = (uint8_t)op};
    return m;
}

static void open_slot(struct rig *r, uint32_t slot, uint8_t transport)
{
    say(r, DETECT_OPEN, slot)->transport = transport;
    r->seq[FROM_CLIENT] = 1000;
    r->seq[FROM_SERVER] = 5000;
}

static void put16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

/* IPv4 and TCP or UDP headers with no checksums, between 192.168.1.1 and 192.168.2.2. */
struct packet {
    uint8_t transport, flags;
    int from;
    uint16_t client_port, server_port;
    const void *data;
    size_t n;
};

static void packet(struct rig *r, uint32_t slot, struct packet k)
{
    size_t l4 = k.transport == TCP ? 20 : 8, len = 20 + l4 + k.n;
    struct detect_msg *m = say(r, DETECT_PACKET, slot);
    assert_true(len <= DETECT_BATCH_BYTES - r->b->used);
    *m = (struct detect_msg){.slot = slot, .op = DETECT_PACKET, .len = (uint16_t)len};
    m->offset = r->b->used;
    m->time_ms = r->time_ms++;
    uint8_t *p = r->b->bytes + m->offset;
    r->b->used += (uint32_t)len;
    memset(p, 0, 20 + l4);
    p[0] = 0x45;
    put16(p + 2, len);
    p[8] = 64;
    p[9] = k.transport;
    memcpy(p + 12, "\xc0\xa8\x01\x01\xc0\xa8\x02\x02", 8);
    put16(p + 20, k.client_port);
    put16(p + 22, k.server_port);
    if (k.from == FROM_SERVER) {
        memcpy(p + 12, "\xc0\xa8\x02\x02\xc0\xa8\x01\x01", 8);
        put16(p + 20, k.server_port);
        put16(p + 22, k.client_port);
    }
    if (k.transport == TCP) {
        p[32] = 0x50;
        p[33] = k.flags ? k.flags : ACK;
        put32(p + 24, r->seq[k.from]);
        put32(p + 28, r->seq[!k.from]);
        r->seq[k.from] += (uint32_t)k.n + (k.flags & SYN ? 1 : 0);
    } else {
        put16(p + 24, 8 + k.n);
    }
    if (k.n)
        memcpy(p + 20 + l4, k.data, k.n);
}

static void udp(struct rig *r, uint32_t slot, int from, uint16_t port, const void *data, size_t n)
{
    packet(r, slot, (struct packet){UDP, 0, from, 40000, port, data, n});
}

static void tcp(struct rig *r, uint32_t slot, int from, uint16_t port, const void *data, size_t n)
{
    packet(r, slot, (struct packet){TCP, 0, from, 40000, port, data, n});
}

static void tcp_text(struct rig *r, uint32_t slot, int from, uint16_t port, const char *text)
{
    tcp(r, slot, from, port, text, strlen(text));
}

static void handshake(struct rig *r, uint32_t slot, uint16_t port)
{
    packet(r, slot, (struct packet){TCP, SYN, FROM_CLIENT, 40000, port, NULL, 0});
    packet(r, slot, (struct packet){TCP, SYN | ACK, FROM_SERVER, 40000, port, NULL, 0});
    packet(r, slot, (struct packet){TCP, ACK, FROM_CLIENT, 40000, port, NULL, 0});
}

static void hand_over(struct rig *r)
{
    struct detect_batch *b = detector_batch(r->d);
    memcpy(b->msg, r->b->msg, DETECT_BATCH_MSGS * sizeof(*b->msg));
    memcpy(b->bytes, r->b->bytes, DETECT_BATCH_BYTES);
    b->n = r->b->n;
    b->used = r->b->used;
    detector_submit(r->d);
    r->b->n = 0;
    r->b->used = 0;
}

/* Hands the batch over and gives its reply. */
static const struct detect_reply *submit(struct rig *r)
{
    hand_over(r);
    return detector_collect(r->d);
}

static const struct detect_verdict *only_verdict(const struct detect_reply *reply, uint32_t slot)
{
    assert_int_equal(reply->n, 1);
    assert_int_equal(reply->verdict[0].slot, slot);
    return &reply->verdict[0];
}

static void check_label(struct rig *r, const struct detect_verdict *v, const char *label)
{
    char out[LABEL_MAX];
    label_ndpi(detector_labels(r->d), v, out);
    assert_string_equal(out, label);
}

/* The index-th value of a field, as text; "" when there is none. */
static const char *attr(const struct detect_reply *reply, const struct detect_verdict *v,
                        enum dpi_field_id field, size_t index, char out[static 256])
{
    struct attrs_entry e;
    out[0] = '\0';
    for (size_t pos = 0; attrs_next(reply->bytes + v->attrs, v->attrs_len, &pos, &e);) {
        if (e.field != field || index-- != 0)
            continue;
        if (e.kind == DPI_U64)
            snprintf(out, 256, "%llu", (unsigned long long)e.u64);
        else
            snprintf(out, 256, "%.*s", (int)e.text.n, e.text.p);
        break;
    }
    return out;
}

static void check_attr(const struct detect_reply *reply, enum dpi_field_id field, const char *value)
{
    char out[256];
    assert_string_equal(attr(reply, &reply->verdict[0], field, 0, out), value);
}

static const char dns_query[] = "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07"
                                "example\x03org\0\0\x01\0\x01";
static const char dns_answer[] =
    "\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0\x07"
    "example\x03org\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07";

static void dns(struct rig *r, uint32_t slot)
{
    open_slot(r, slot, UDP);
    udp(r, slot, FROM_CLIENT, 53, dns_query, sizeof(dns_query) - 1);
    udp(r, slot, FROM_SERVER, 53, dns_answer, sizeof(dns_answer) - 1);
}

static void names_a_dns_flow(void **state)
{
    struct rig *r = *state;
    dns(r, 3);
    const struct detect_reply *reply = submit(r);
    const struct detect_verdict *v = only_verdict(reply, 3);
    check_label(r, v, "DNS");
    assert_int_equal(v->by, DETECT_BY_DPI);
    assert_int_equal(v->app_by, DETECT_BY_DPI);
    assert_false(v->name_cut || v->attrs_cut);
    check_attr(reply, DPI_FIELD_hostname, "example.org");
    check_attr(reply, DPI_FIELD_dns_queries, "1");
    check_attr(reply, DPI_FIELD_dns_answers, "1");
    check_attr(reply, DPI_FIELD_dns_reply_code, "0");
    check_attr(reply, DPI_FIELD_dns_query_type, "1");
    check_attr(reply, DPI_FIELD_dns_response_type, "1");
    check_attr(reply, DPI_FIELD_dns_address, "192.0.2.7");
}

/* What is said after each packet of the slot that is traced; of the other one nothing. */
static void tells_its_steps_when_asked(void **state)
{
    struct rig *r = *state;
    open_slot(r, 1, TCP);
    uint32_t from = r->b->n;
    handshake(r, 1, 80);
    tcp_text(r, 1, FROM_CLIENT, 80, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    tcp_text(r, 1, FROM_SERVER, 80, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    tcp_text(r, 1, FROM_CLIENT, 80, "behind the answer");
    for (uint32_t i = from; i < r->b->n; i++)
        r->b->msg[i].trace = true;
    dns(r, 2);
    const struct detect_reply *reply = submit(r);
    assert_int_equal(reply->n, 2);
    assert_int_equal(reply->n_steps, 5);
    for (uint32_t i = 0; i < 5; i++) {
        const struct detect_step *s = &reply->step[i];
        assert_int_equal(s->slot, 1);
        assert_int_equal(s->state, i < 4 ? DETECT_MORE : DETECT_FINAL);
        assert_int_equal(s->by, i < 3 ? DETECT_BY_NONE : DETECT_BY_DPI);
        check_label(r, &(struct detect_verdict){.master = s->master, .app = s->app}, i < 3 ? "Unknown" : "HTTP");
    }
    assert_int_equal(submit(r)->n_steps, 0);
}

static void tells_that_it_gave_up(void **state)
{
    struct rig *r = *state;
    open_slot(r, 0, TCP);
    uint32_t from = r->b->n;
    handshake(r, 0, 22);
    say(r, DETECT_END, 0);
    for (uint32_t i = from; i < r->b->n; i++)
        r->b->msg[i].trace = true;
    const struct detect_reply *reply = submit(r);
    assert_int_equal(reply->n_steps, 4);
    assert_int_equal(reply->step[2].state, DETECT_MORE);
    assert_int_equal(reply->step[3].state, DETECT_GAVE_UP);
    assert_int_equal(reply->step[3].by, DETECT_BY_PORT);
    assert_int_equal(reply->step[3].app, only_verdict(reply, 0)->app);
}

/* As many as a reply may have: each flow is given up by its last message. */
static void has_room_for_all_steps(void **state)
{
    struct rig *r = *state;
    for (uint32_t i = 0; i < DETECT_BATCH_MSGS; i++)
        open_slot(r, i, UDP);
    submit(r);
    for (uint32_t k = 0; k < 24; k++) {
        for (uint32_t i = 0; i < DETECT_BATCH_MSGS; i++)
            udp(r, i, FROM_CLIENT, 40001, "\x99\x98\x97", 3);
        assert_int_equal(submit(r)->n_steps, 0);
    }
    for (uint32_t i = 0; i < DETECT_BATCH_MSGS; i++) {
        udp(r, i, FROM_CLIENT, 40001, "\x99\x98\x97", 3);
        r->b->msg[i].trace = true;
    }
    const struct detect_reply *reply = submit(r);
    assert_int_equal(reply->n, DETECT_BATCH_MSGS);
    assert_int_equal(reply->n_steps, DETECT_BATCH_STEPS);
    assert_int_equal(reply->step[0].state, DETECT_ENOUGH);
    assert_int_equal(reply->step[1].state, DETECT_GAVE_UP);
    assert_int_equal(reply->step[1].by, DETECT_BY_NONE);
}

static void answers_once(void **state)
{
    struct rig *r = *state;
    dns(r, 0);
    udp(r, 0, FROM_CLIENT, 53, dns_query, sizeof(dns_query) - 1);
    say(r, DETECT_END, 0);
    say(r, DETECT_END, 0);
    only_verdict(submit(r), 0);
    udp(r, 0, FROM_CLIENT, 53, dns_query, sizeof(dns_query) - 1);
    say(r, DETECT_END, 0);
    assert_int_equal(submit(r)->n, 0);
}

static void opens_a_slot_again(void **state)
{
    struct rig *r = *state;
    for (unsigned i = 0; i < 3; i++)
        dns(r, 7);
    const struct detect_reply *reply = submit(r);
    assert_int_equal(reply->n, 3);
    for (unsigned i = 0; i < 3; i++)
        check_label(r, &reply->verdict[i], "DNS");
    /* an undecided flow is forgotten when its slot is opened again */
    open_slot(r, 7, UDP);
    udp(r, 7, FROM_CLIENT, 53, dns_query, sizeof(dns_query) - 1);
    open_slot(r, 7, TCP);
    say(r, DETECT_END, 7);
    check_label(r, only_verdict(submit(r), 7), "Unknown");
}

static void gives_up_at_the_end(void **state)
{
    struct rig *r = *state;
    open_slot(r, 1, UDP);
    udp(r, 1, FROM_CLIENT, 40001, "\x01\x02\x03\x04", 4);
    assert_int_equal(submit(r)->n, 0);
    say(r, DETECT_END, 1);
    const struct detect_reply *reply = submit(r);
    const struct detect_verdict *v = only_verdict(reply, 1);
    check_label(r, v, "Unknown");
    assert_int_equal(v->by, DETECT_BY_NONE);
    assert_int_equal(v->app_by, DETECT_BY_NONE);
}

static void end_without_a_packet_is_unknown(void **state)
{
    struct rig *r = *state;
    open_slot(r, 1, TCP);
    say(r, DETECT_END, 1);
    check_label(r, only_verdict(submit(r), 1), "Unknown");
}

static void syn_to_ssh(struct rig *r)
{
    open_slot(r, 0, TCP);
    packet(r, 0, (struct packet){TCP, SYN, FROM_CLIENT, 40000, 22, NULL, 0});
    say(r, DETECT_END, 0);
}

static void guesses_by_port(void **state)
{
    struct rig *r = *state;
    syn_to_ssh(r);
    const struct detect_verdict *v = only_verdict(submit(r), 0);
    check_label(r, v, "SSH");
    assert_int_equal(v->by, DETECT_BY_PORT);
    struct label_names names;
    label_split(detector_labels(r->d), v, &names);
    assert_string_equal(names.confidence, "Match by port");
}

static void does_not_guess_when_told(void **state)
{
    struct rig *r = *state;
    syn_to_ssh(r);
    const struct detect_verdict *v = only_verdict(submit(r), 0);
    check_label(r, v, "Unknown");
    assert_int_equal(v->by, DETECT_BY_NONE);
}

/* Feeds packets that nothing recognises; returns the packet that decided the flow. */
static unsigned packets_until_decided(struct rig *r, uint8_t transport)
{
    uint64_t seed = 7;
    open_slot(r, 0, transport);
    submit(r);
    for (unsigned i = 1; i <= 200; i++) {
        uint8_t noise[64];
        for (size_t k = 0; k < sizeof(noise); k++)
            noise[k] = (uint8_t)(unit_random(&seed) >> 24 & 0x3f); /* RTP would start with 0x80 */
        bool syn = transport == TCP && i == 1;
        packet(r, 0,
               (struct packet){transport, syn ? SYN : ACK, FROM_CLIENT, 40000, 40001, noise,
                               syn ? 0 : sizeof(noise)});
        const struct detect_reply *reply = submit(r);
        if (reply->n) {
            check_label(r, only_verdict(reply, 0), "Unknown");
            return i;
        }
    }
    return 0;
}

/* ndpiReader stops behind 24 and 80 packets; from 4.6 on also when nDPI gave up by itself. */
static void stops_where_ndpireader_does(void **state)
{
    struct rig *r = *state;
    const char *version = label_version(detector_labels(r->d));
    bool exact = strncmp(version, "4.2.", 4) == 0 || strncmp(version, "4.4.", 4) == 0;
    unsigned datagrams = packets_until_decided(r, UDP), segments = packets_until_decided(r, TCP);
    assert_in_range(datagrams, exact ? 25 : 1, 25);
    assert_in_range(segments, exact ? 81 : 1, 81);
}

static void extracts_http(void **state)
{
    struct rig *r = *state;
    open_slot(r, 0, TCP);
    handshake(r, 0, 80);
    tcp_text(r, 0, FROM_CLIENT, 80,
             "GET /a?b=c HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: test/1.0\r\n\r\n");
    tcp_text(r, 0, FROM_SERVER, 80,
             "HTTP/1.1 200 OK\r\nServer: none\r\nContent-Length: 2\r\n\r\nok");
    say(r, DETECT_END, 0);
    const struct detect_reply *reply = submit(r);
    check_label(r, only_verdict(reply, 0), "HTTP");
    check_attr(reply, DPI_FIELD_hostname, "www.example.org");
    check_attr(reply, DPI_FIELD_http_method, "GET");
    check_attr(reply, DPI_FIELD_http_url, "www.example.org/a?b=c");
    check_attr(reply, DPI_FIELD_http_status, "200");
    check_attr(reply, DPI_FIELD_http_user_agent, "test/1.0");
}

static void finds_attacks_in_urls(void **state)
{
    struct rig *r = *state;
    char out[256];
    bool found = false;
    open_slot(r, 0, TCP);
    handshake(r, 0, 80);
    tcp_text(r, 0, FROM_CLIENT, 80,
             "GET /?q=<script>alert(1)</script> HTTP/1.1\r\nHost: www.example.org\r\n"
             "User-Agent: test/1.0\r\n\r\n");
    say(r, DETECT_END, 0);
    const struct detect_reply *reply = submit(r);
    only_verdict(reply, 0);
    for (size_t i = 0; *attr(reply, &reply->verdict[0], DPI_FIELD_risks, i, out); i++)
        found |= strstr(out, "XSS") != NULL;
    assert_true(found);
    assert_true(atoi(attr(reply, &reply->verdict[0], DPI_FIELD_risk_score, 0, out)) > 0);
}

static void says_that_a_name_is_cut(void **state)
{
    struct rig *r = *state;
    for (size_t n = 70; n <= 100; n++) {
        char name[128], request[256];
        memset(name, 'a', n);
        memcpy(name + n - 12, ".example.org", 13);
        snprintf(request, sizeof(request),
                 "GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: test/1.0\r\n\r\n", name);
        open_slot(r, 0, TCP);
        handshake(r, 0, 80);
        tcp_text(r, 0, FROM_CLIENT, 80, request);
        say(r, DETECT_END, 0);
        assert_int_equal(only_verdict(submit(r), 0)->name_cut, n >= 79);
    }
}

/* Other texts than the hostname: nDPI keeps 47 bytes of a banner. */
static void says_that_a_banner_is_cut(void **state)
{
    struct rig *r = *state;
    for (size_t n = 40; n <= 60; n++) {
        char banner[64];
        memset(banner, 'a', n);
        memcpy(banner, "SSH-2.0-", 8);
        memcpy(banner + n, "\r\n", 3);
        open_slot(r, 0, TCP);
        handshake(r, 0, 22);
        tcp_text(r, 0, FROM_CLIENT, 22, banner);
        tcp_text(r, 0, FROM_SERVER, 22, "SSH-2.0-test\r\n");
        say(r, DETECT_END, 0);
        const struct detect_verdict *v = only_verdict(submit(r), 0);
        assert_int_equal(v->attrs_cut, n >= 47);
        assert_false(v->name_cut);
    }
}

/* A ClientHello of TLS 1.2 with one cipher suite, ALPN h2 and the name of a server. */
static size_t client_hello(uint8_t *p, const char *name)
{
    static const char head[] = "\x16\x03\x01\0\0\x01\0\0\0\x03\x03";
    static const char middle[] = "\0\0\x02\xc0\x2f\x01\0";
    static const char alpn[] = "\0\x10\0\x05\0\x03\x02h2";
    size_t name_len = strlen(name), n = sizeof(head) - 1;
    memcpy(p, head, n);
    memset(p + n, 0x5a, 32); /* random */
    n += 32;
    memcpy(p + n, middle, sizeof(middle) - 1);
    n += sizeof(middle) - 1;
    uint8_t *ext = p + n;
    n += 2;
    put16(p + n, 0);
    put16(p + n + 2, name_len + 5);
    put16(p + n + 4, name_len + 3);
    p[n + 6] = 0;
    put16(p + n + 7, name_len);
    memcpy(p + n + 9, name, name_len);
    n += 9 + name_len;
    memcpy(p + n, alpn, sizeof(alpn) - 1);
    n += sizeof(alpn) - 1;
    put16(ext, (size_t)(p + n - ext - 2));
    put16(p + 3, n - 5);
    put16(p + 7, n - 9);
    return n;
}

static void extracts_tls(void **state)
{
    struct rig *r = *state;
    uint8_t hello[512];
    size_t n = client_hello(hello, "www.example.org");
    open_slot(r, 0, TCP);
    handshake(r, 0, 443);
    tcp(r, 0, FROM_CLIENT, 443, hello, n);
    say(r, DETECT_END, 0);
    const struct detect_reply *reply = submit(r);
    const struct detect_verdict *v = only_verdict(reply, 0);
    check_label(r, v, "TLS");
    assert_int_equal(v->by, DETECT_BY_DPI);
    check_attr(reply, DPI_FIELD_hostname, "www.example.org");
    check_attr(reply, DPI_FIELD_tls_version, "TLSv1.2");
    check_attr(reply, DPI_FIELD_tls_alpn, "h2");
}

static void keeps_user_names_and_no_passwords(void **state)
{
    struct rig *r = *state;
    open_slot(r, 0, TCP);
    handshake(r, 0, 21);
    tcp_text(r, 0, FROM_SERVER, 21, "220 ready\r\n");
    tcp_text(r, 0, FROM_CLIENT, 21, "USER anna\r\n");
    tcp_text(r, 0, FROM_SERVER, 21, "331 password please\r\n");
    tcp_text(r, 0, FROM_CLIENT, 21, "PASS swordfish\r\n");
    tcp_text(r, 0, FROM_SERVER, 21, "530 no\r\n");
    say(r, DETECT_END, 0);
    const struct detect_reply *reply = submit(r);
    const struct detect_verdict *v = only_verdict(reply, 0);
    check_label(r, v, "FTP_CONTROL");
    check_attr(reply, DPI_FIELD_user, "anna");
    assert_null(memmem(reply->bytes + v->attrs, v->attrs_len, "swordfish", 9));
}

static void keeps_batches_under_way(void **state)
{
    struct rig *r = *state;
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t slot = 1; slot <= DETECT_UNDER_WAY; slot++) {
            dns(r, slot);
            hand_over(r);
        }
        for (uint32_t slot = 1; slot <= DETECT_UNDER_WAY; slot++)
            only_verdict(detector_collect(r->d), slot);
        dns(r, 1);
        only_verdict(submit(r), 1);
    }
}

static void fills_a_whole_reply(void **state)
{
    struct rig *r = *state;
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < DETECT_BATCH_MSGS; i++)
            open_slot(r, i, UDP);
        assert_int_equal(submit(r)->n, 0);
        for (uint32_t i = 0; i < DETECT_BATCH_MSGS; i++)
            say(r, DETECT_END, DETECT_BATCH_MSGS - 1 - i);
        const struct detect_reply *reply = submit(r);
        assert_int_equal(reply->n, DETECT_BATCH_MSGS);
        for (uint32_t i = 0; i < DETECT_BATCH_MSGS; i++)
            assert_int_equal(reply->verdict[i].slot, DETECT_BATCH_MSGS - 1 - i);
    }
}

static void ignores_messages_that_make_no_sense(void **state)
{
    static const struct detect_msg bad[] = {
        {.slot = 5, .op = DETECT_PACKET, .len = 60}, /* never opened */
        {.slot = 5, .op = DETECT_END},
        {.slot = UINT32_MAX, .op = DETECT_OPEN, .transport = TCP}, /* no such slot */
        {.slot = UINT32_MAX, .op = DETECT_PACKET, .len = 60},
        {.slot = UINT32_MAX, .op = DETECT_END},
        {.slot = DETECT_SLOTS_MAX, .op = DETECT_OPEN},
        {.slot = 0, .op = 99}, /* no such message */
        {.slot = 0, .op = DETECT_PACKET, .len = 0},
        {.slot = 0, .op = DETECT_PACKET, .len = 65535},            /* longer than a packet may be */
        {.slot = 0, .op = DETECT_PACKET, .len = 60, .offset = 41}, /* behind what is used */
        {.slot = 0, .op = DETECT_PACKET, .len = 1, .offset = 100},
        {.slot = 0, .op = DETECT_PACKET, .len = 60, .offset = UINT32_MAX},
        {.slot = 0, .op = DETECT_PACKET, .len = 60, .offset = UINT32_MAX - 59},
    };
    struct rig *r = *state;
    open_slot(r, 0, UDP);
    memcpy(&r->b->msg[1], bad, sizeof(bad));
    r->b->n += sizeof(bad) / sizeof(bad[0]);
    r->b->used = 100;
    assert_int_equal(submit(r)->n, 0);
    r->b->used = UINT32_MAX; /* more than there can be */
    *say(r, DETECT_PACKET, 0) =
        (struct detect_msg){.op = DETECT_PACKET, .len = 60, .offset = DETECT_BATCH_BYTES - 59};
    assert_int_equal(submit(r)->n, 0);
    r->b->n = UINT32_MAX;
    assert_true(submit(r)->n <= 1);
    dns(r, 0);
    check_label(r, only_verdict(submit(r), 0), "DNS");
}

/* nDPI must not be hurt by our headers, and we not by what it makes of noise. */
static void survives_noise(void **state)
{
    static const uint16_t ports[] = {53, 80,  443, 21,   22,   25,   110,  143,
                                     88, 123, 67,  1900, 5060, 3478, 40001};
    struct rig *r = *state;
    uint64_t seed = 42;
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t noise[1500];
        uint8_t transport = i & 1 ? TCP : UDP;
        uint16_t port = ports[unit_random(&seed) % (sizeof(ports) / sizeof(ports[0]))];
        size_t n = unit_random(&seed) % sizeof(noise);
        for (size_t k = 0; k < n; k++)
            noise[k] = (uint8_t)(unit_random(&seed) >> 24);
        open_slot(r, i % 16, transport);
        packet(r, i % 16, (struct packet){transport, SYN, FROM_CLIENT, 40000, port, NULL, 0});
        packet(r, i % 16,
               (struct packet){transport, ACK, (int)(i >> 1 & 1), 40000, port, noise, n});
        struct detect_msg *last = &r->b->msg[r->b->n - 1];
        for (size_t k = 0; k < 3; k++) /* and headers that lie */
            r->b->bytes[last->offset + unit_random(&seed) % 40] ^=
                (uint8_t)(1u << unit_random(&seed) % 8);
        say(r, DETECT_END, i % 16);
        assert_int_equal(submit(r)->n, 1);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
#define CONTAINED(test) cmocka_unit_test_setup_teardown(test, start_contained, stop)

/* More than what stands between two checkpoints, again and again, with as much under way as may be. */
static void works_off_more_than_the_memory_has_room_for(void **state)
{
    struct rig *r = *state;
    enum { BATCHES = 1200, PAYLOAD = 1400, HEADERS = 100 };
    static const uint8_t payload[PAYLOAD];
    for (uint32_t i = 0; i < BATCHES + DETECT_UNDER_WAY - 1; i++) {
        if (i < BATCHES) {
            open_slot(r, i, UDP);
            while (r->b->used + PAYLOAD + HEADERS <= DETECT_BATCH_BYTES)
                packet(r, i, (struct packet){UDP, 0, FROM_CLIENT, 40000, 50000, payload, sizeof(payload)});
            say(r, DETECT_END, i);
            hand_over(r);
        }
        if (i + 1 >= DETECT_UNDER_WAY)
            only_verdict(detector_collect(r->d), i + 1 - DETECT_UNDER_WAY);
    }
    assert_int_equal(detector_faults(r->d).crashes, 0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(names_a_dns_flow),
        TEST(tells_its_steps_when_asked),
        TEST(tells_that_it_gave_up),
        TEST(has_room_for_all_steps),
        TEST(answers_once),
        TEST(opens_a_slot_again),
        TEST(gives_up_at_the_end),
        TEST(end_without_a_packet_is_unknown),
        TEST(guesses_by_port),
        cmocka_unit_test_setup_teardown(does_not_guess_when_told, start_without_guess, stop),
        TEST(stops_where_ndpireader_does),
        TEST(extracts_http),
        TEST(finds_attacks_in_urls),
        TEST(says_that_a_name_is_cut),
        TEST(says_that_a_banner_is_cut),
        TEST(extracts_tls),
        TEST(keeps_user_names_and_no_passwords),
        TEST(keeps_batches_under_way),
        TEST(fills_a_whole_reply),
        TEST(ignores_messages_that_make_no_sense),
        TEST(survives_noise),
        CONTAINED(names_a_dns_flow),
        CONTAINED(end_without_a_packet_is_unknown),
        CONTAINED(extracts_http),
        CONTAINED(keeps_batches_under_way),
        CONTAINED(fills_a_whole_reply),
        CONTAINED(survives_noise),
        CONTAINED(works_off_more_than_the_memory_has_room_for),
    };
    return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
