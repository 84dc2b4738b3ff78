/* SPDX-License-Identifier: BSD-2-Clause */
/* test_name_reader.c - TLS, certificates, HTTP and DNS as one side of a connection sends them: whole, cut at every byte,
 * byte by byte, and too long. */
#include "names/reader.h"

#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are built from the inside out. */
struct blob {
    size_t n;
    uint8_t *p; /* owned */
};

static struct blob blob(const void *p, size_t n)
{
    struct blob b = {n, malloc(n + 1)};
    memcpy(b.p, p, n);
    return b;
}

#define TEXT(s) blob(s, sizeof(s) - 1)

/* a and b one behind the other; both are used up. */
static struct blob both(struct blob a, struct blob b)
{
    a.p = realloc(a.p, a.n + b.n + 1);
    memcpy(a.p + a.n, b.p, b.n);
    a.n += b.n;
    free(b.p);
    return a;
}

/* A length of so many bytes in front of b. */
static struct blob sized(unsigned bytes, struct blob b)
{
    uint8_t head[4];
    for (unsigned i = 0; i < bytes; i++)
        head[i] = (uint8_t)(b.n >> 8 * (bytes - 1 - i));
    return both(blob(head, bytes), b);
}

static struct blob der(uint8_t tag, struct blob b)
{
    b = b.n < 0x80 ? sized(1, b) : both(TEXT("\x83"), sized(3, b));
    return both(blob(&tag, 1), b);
}

static struct blob extension(uint16_t type, struct blob b)
{
    const uint8_t head[] = {(uint8_t)(type >> 8), (uint8_t)type};
    return both(blob(head, 2), sized(2, b));
}

/* A handshake message in records of at most max bytes. */
static struct blob records(uint8_t type, struct blob body, size_t max)
{
    struct blob message = both(blob(&type, 1), sized(3, body)), all = {0, malloc(1)};
    for (size_t at = 0, n; at < message.n; at += n) {
        n = message.n - at < max ? message.n - at : max;
        all = both(all, both(TEXT("\x16\3\3"), sized(2, blob(message.p + at, n))));
    }
    free(message.p);
    return all;
}

static struct blob client_hello(const char *name, size_t padding)
{
    char random[32] = {0};
    struct blob sni = extension(0, sized(2, both(TEXT("\0"), sized(2, blob(name, strlen(name))))));
    struct blob alpn = extension(16, sized(2, both(sized(1, TEXT("h2")), sized(1, TEXT("http/1.1")))));
    struct blob pad = {padding, calloc(1, padding + 1)};
    struct blob all = both(extension(21, pad), both(sni, both(alpn, extension(0xfe0d, TEXT("\0abc")))));
    return both(both(TEXT("\3\3"), blob(random, 32)),
                both(both(sized(1, TEXT("")), sized(2, TEXT("\x13\1"))), both(sized(1, TEXT("\0")), sized(2, all))));
}

static struct blob certificate(unsigned names)
{
    char name[32];
    struct blob list = {0, malloc(1)};
    for (unsigned i = 0; i < names; i++)
        list = both(list, der(0x82, blob(name, (size_t)snprintf(name, sizeof(name), "n%05u.example.org", i))));
    struct blob san = der(0x30, both(TEXT("\6\3\x55\x1d\x11"), der(4, der(0x30, list))));
    struct blob cn = der(0x30, der(0x31, der(0x30, both(TEXT("\6\3\x55\4\3"), der(0x13, TEXT("common.example.org"))))));
    struct blob front = both(TEXT("\xa0\3\2\1\2\2\1\1\x30\0\x30\0\x30\0"), cn); /* version, serial ... validity */
    struct blob tbs = both(front, both(TEXT("\x30\0"), der(0xa3, der(0x30, san))));
    return der(0x30, both(der(0x30, tbs), TEXT("\x30\0\3\0")));
}

static struct blob server_flight(unsigned names, size_t max)
{
    char random[32] = {0};
    struct blob hello = both(both(TEXT("\3\3"), blob(random, 32)), TEXT("\0\xc0\x2f\0\0\0"));
    struct blob list = sized(3, both(sized(3, certificate(names)), sized(3, TEXT("another"))));
    return both(records(2, hello, max), records(11, list, max));
}

struct log {
    size_t n;
    char first[512]; /* the first ones as text */
    char last[64];
    unsigned dns;
};

static void take_name(void *ctx, enum name_kind kind, const void *p, size_t n)
{
    struct log *l = ctx;
    size_t used = strlen(l->first);
    l->n++;
    snprintf(l->first + used, sizeof(l->first) - used, "%s:%.*s ", name_kind_word(kind), (int)n, (const char *)p);
    snprintf(l->last, sizeof(l->last), "%.*s", (int)n, (const char *)p);
}

static void take_dns(void *ctx, const void *message, size_t n)
{
    struct log *l = ctx;
    (void)message;
    l->dns += n > 0;
}

/* Reads n bytes in pieces; returns whether more was wanted at the end. */
static bool read_n(const struct blob *b, size_t n, size_t piece, bool is_dns, struct log *l)
{
    struct name_sink sink = {.name = take_name, .dns = take_dns, .ctx = l};
    struct name_reader *r = name_reader_new(is_dns);
    bool wants = true;
    *l = (struct log){.n = 0};
    for (size_t at = 0, size; at < n && wants; at += size) {
        size = n - at < piece ? n - at : piece;
        uint8_t *copy = malloc(size);
        memcpy(copy, b->p + at, size);
        wants = name_reader_push(r, copy, size, &sink);
        free(copy);
    }
    if (wants)
        name_reader_finish(r, &sink);
    name_reader_free(r);
    return wants;
}

/* Whole and in pieces the same, and cut anywhere no more than that; uses b up. */
static void expect(struct blob b, const char *want, bool wants_more)
{
    static const size_t pieces[] = {1 << 20, 1, 2, 7, 100};
    struct log l;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        assert_int_equal(read_n(&b, b.n, pieces[i], false, &l), wants_more);
        assert_string_equal(l.first, want);
    }
    for (size_t n = 0; n < b.n; n++) {
        read_n(&b, n, b.n, false, &l);
        for (char *word = strtok(l.first, " "); word; word = strtok(NULL, " "))
            assert_non_null(strstr(want, word));
    }
    free(b.p);
}

static const char hello_names[] = "sni:www.Example.com alpn:h2 alpn:http/1.1 ech:outer ";

static void client_hellos(void **state)
{
    (void)state;
    expect(records(1, client_hello("www.Example.com", 0), 1 << 14), hello_names, false);
    expect(records(1, client_hello("www.Example.com", 300), 50), hello_names, false); /* over many records */
}

static void hello_over_ten_segments(void **state)
{
    (void)state;
    struct log l;
    struct blob b = records(1, client_hello("www.Example.com", 13000), 1 << 14);
    assert_false(read_n(&b, b.n, b.n / 10, false, &l));
    assert_string_equal(l.first, hello_names);
    read_n(&b, b.n - 22, b.n / 10, false, &l); /* the end is missing: what is whole counts */
    assert_string_equal(l.first, "sni:www.Example.com ");
    free(b.p);
}

static void hello_without_end(void **state)
{
    (void)state;
    struct log l;
    struct blob b = {1 << 20, calloc(1, 1 << 20)}; /* 16 MiB by its length */
    for (size_t at = 0; at + 16389 < b.n; at += 16389)
        memcpy(b.p + at, "\x16\3\1\x40\0", 5);
    memcpy(b.p + 5, "\1\xff\xff\xff\3\3", 6);
    assert_false(read_n(&b, b.n, 1460, false, &l));
    free(b.p);
}

static void certificates(void **state)
{
    (void)state;
    expect(server_flight(2, 1 << 14),
           "certificate:n00000.example.org certificate:n00001.example.org certificate:common.example.org ", false);
    expect(server_flight(1, 20), "certificate:n00000.example.org certificate:common.example.org ", false);
}

static void ten_thousand_names(void **state)
{
    (void)state;
    struct log l;
    struct blob b = server_flight(10000, 1 << 14);
    assert_false(read_n(&b, b.n, 1460, false, &l));
    assert_int_equal(l.n, 10001);
    assert_string_equal(l.last, "common.example.org");
    read_n(&b, b.n / 2, 1460, false, &l);
    assert_in_range(l.n, 4900, 5100);
    free(b.p);
}

static void tls13_has_no_certificate(void **state)
{
    (void)state;
    char random[32] = {0};
    struct log l;
    struct blob hello = both(both(TEXT("\3\3"), blob(random, 32)),
                             both(TEXT("\0\x13\1\0"), sized(2, extension(43, TEXT("\3\4")))));
    struct blob b = both(records(2, hello, 1000), TEXT("\x14\3\3\0\1\1"));
    assert_false(read_n(&b, b.n, b.n, false, &l));
    assert_int_equal(l.n, 0);
    free(b.p);
}

static void tls_behind_text(void **state)
{
    (void)state;
    struct blob hello = records(1, client_hello("www.Example.com", 0), 1 << 14);
    expect(both(TEXT("EHLO a.example\r\nSTARTTLS\r\n"), hello), hello_names, false);
}

static void http_requests(void **state)
{
    (void)state;
    expect(TEXT("GET / HTTP/1.1\r\nHost: www.Example.com\r\nCookie: Host: x\r\n\r\n"
                "POST /a HTTP/1.1\r\nContent-Length: 17\r\nhost:b.example:8080 \r\n\r\nHost: no.example\n"
                "PUT /b HTTP/1.1\nTransfer-Encoding: chunked\nHost: [2001:db8::1]:80\n\n"
                "6;x=y\r\nHost: \r\n0\r\nHost: trailer.example\r\n\r\n"
                "GET http://user@proxied.example:3128/path HTTP/1.1\r\nHost: proxied.example\r\n\r\n"),
           "http-host:www.Example.com http-host:b.example http-host:[2001:db8::1] http-host:proxied.example "
           "http-host:proxied.example ", true);
    expect(TEXT("ABCDEFGHIJKLMNOPQRSTUVWX / HTTP/1.1\r\nHost: a.example\r\n\r\n"), /* the longest that is tried */
           "http-host:a.example ", true);
}

static void http_tunnels(void **state)
{
    (void)state;
    struct blob hello = records(1, client_hello("www.Example.com", 0), 1 << 14);
    char want[256];
    snprintf(want, sizeof(want), "http-host:proxied.example %s", hello_names);
    expect(both(TEXT("CONNECT proxied.example:443 HTTP/1.1\r\n\r\n"), hello), want, false);
    expect(both(TEXT("HTTP/1.1 200 OK\r\nHost: no.example\r\n\r\n"), server_flight(1, 5000)),
           "certificate:n00000.example.org certificate:common.example.org ", false);
    expect(TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), "", false);
}

static void endless_head(void **state)
{
    (void)state;
    struct log l;
    struct blob b = {200000, malloc(200000)};
    memset(b.p, 'a', b.n);
    memcpy(b.p, "GET / HTTP/1.1\r\nHost: a.example\r\nX: ", 36);
    assert_false(read_n(&b, b.n, 1460, false, &l));
    assert_string_equal(l.first, "http-host:a.example ");
    memset(b.p, 'A', b.n);
    assert_false(read_n(&b, b.n, 1460, false, &l));
    memcpy(b.p, "GET ", 4);
    assert_false(read_n(&b, b.n, 1460, false, &l));
    free(b.p);
}

static void what_is_neither(void **state)
{
    (void)state;
    struct log l;
    struct blob b = TEXT("\0\1\2\3 GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assert_false(read_n(&b, b.n, 1, false, &l));
    assert_int_equal(l.n, 0);
    free(b.p);
    b = both(TEXT("GET / RTSP/1.0\r\nHost: a.example\r\n\r\n"), TEXT("\1"));
    assert_false(read_n(&b, b.n, 3, false, &l));
    assert_int_equal(l.n, 0);
    free(b.p);
}

static void dns_messages(void **state)
{
    (void)state;
    struct log l;
    struct blob b = both(sized(2, TEXT("first")), sized(2, TEXT("second message")));
    for (size_t piece = 1; piece <= b.n; piece++) {
        assert_true(read_n(&b, b.n, piece, true, &l));
        assert_int_equal(l.dns, 2);
    }
    free(b.p);
}

static void random_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *p;
        size_t n;
    } heads[] = {{"\x16\3\1\1\0\1\0\0\x90\3\3", 11}, {"\x16\3\1\1\0\2\0\0\x50\3\3", 11}, {"GET / HTTP/1.1\r\n", 16}, {"", 0}};
    uint64_t random = 7;
    struct log l;
    uint8_t bytes[600];
    for (unsigned i = 0; i < 20000; i++) {
        struct blob b = {sizeof(bytes), bytes};
        for (size_t at = 0; at < b.n; at++)
            bytes[at] = (uint8_t)(unit_random(&random) >> (i % 3 ? 56 : 62));
        if (heads[i % 4].n)
            memcpy(bytes, heads[i % 4].p, heads[i % 4].n);
        read_n(&b, b.n, 1 + i % 97, i % 11 == 0, &l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_hellos),
        cmocka_unit_test(hello_over_ten_segments),
        cmocka_unit_test(hello_without_end),
        cmocka_unit_test(certificates),
        cmocka_unit_test(ten_thousand_names),
        cmocka_unit_test(tls13_has_no_certificate),
        cmocka_unit_test(tls_behind_text),
        cmocka_unit_test(http_requests),
        cmocka_unit_test(http_tunnels),
        cmocka_unit_test(endless_head),
        cmocka_unit_test(what_is_neither),
        cmocka_unit_test(dns_messages),
        cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
