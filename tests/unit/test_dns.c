/* SPDX-License-Identifier: BSD-2-Clause */
/* test_dns.c - DNS messages: names, records, what is handed over, hints; cut, broken and made for trouble. */
#include "names/dns_names.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum { QUERY = 0x0100, ANSWER = 0x8180 };

static void put_header(struct bytes *b, uint16_t flags, unsigned qd, unsigned an, unsigned ns, unsigned ar)
{
    *b = (struct bytes){.big = true};
    put16(b, 7);
    put16(b, flags);
    put16(b, qd);
    put16(b, an);
    put16(b, ns);
    put16(b, ar);
}

/* "www.example.com": no escapes. */
static void put_name(struct bytes *b, const char *name)
{
    while (*name) {
        size_t n = strcspn(name, ".");
        put_number(b, n, 1);
        put(b, name, n);
        name += n + (name[n] == '.');
    }
    put_number(b, 0, 1);
}

static void put_question(struct bytes *b, const char *name, uint16_t type)
{
    put_name(b, name);
    put16(b, type);
    put16(b, DNS_CLASS_IN);
}

static void put_head(struct bytes *b, const char *owner, uint16_t type, uint32_t ttl, size_t n)
{
    put_name(b, owner);
    put16(b, type);
    put16(b, DNS_CLASS_IN);
    put32(b, ttl);
    put16(b, n);
}

static void put_a(struct bytes *b, const char *owner, uint32_t ttl, uint8_t last)
{
    put_head(b, owner, DNS_TYPE_A, ttl, 4);
    put(b, (uint8_t[]){192, 0, 2, last}, 4);
}

static void put_cname(struct bytes *b, const char *owner, uint32_t ttl, const char *target)
{
    put_head(b, owner, DNS_TYPE_CNAME, ttl, strlen(target) + 2);
    put_name(b, target);
}

struct log {
    char text[4096];
    unsigned n;
};

static void log_name(void *ctx, enum name_kind kind, const void *p, size_t n)
{
    struct log *l = ctx;
    size_t used = strlen(l->text);
    l->n++;
    assert_true(n > 0);
    if (kind == NAME_DNS_ADDRESS)
        snprintf(l->text + used, sizeof(l->text) - used, "@%u ", ((const uint8_t *)p)[n - 1]);
    else
        snprintf(l->text + used, sizeof(l->text) - used, "%s:%.*s ", name_kind_word(kind), (int)n, (const char *)p);
}

static void log_hint(void *ctx, const struct dns_name *name, const struct dpi_addr *addr, uint32_t ttl)
{
    struct log *l = ctx;
    size_t used = strlen(l->text);
    l->n++;
    snprintf(l->text + used, sizeof(l->text) - used, "%.*s=%u/%u ", name->n, name->text,
             addr->b[addr->family == 4 ? 3 : 15], (unsigned)ttl);
}

/* A copy of its very size: reading beyond is seen by the sanitizer. */
static bool names_of(const struct bytes *b, size_t n, struct log *l)
{
    uint8_t *copy = malloc(n + !n);
    memcpy(copy, b->b, n);
    *l = (struct log){.n = 0};
    bool is_dns = dns_names(copy, n, log_name, l);
    free(copy);
    return is_dns;
}

static void expect_names(const struct bytes *b, const char *want)
{
    struct log l;
    assert_true(names_of(b, b->n, &l));
    assert_string_equal(l.text, want);
}

static void expect_hints(const struct bytes *b, const char *want)
{
    struct log l = {.n = 0};
    dns_hints(b->b, b->n, log_hint, &l);
    assert_string_equal(l.text, want);
}

static void chain(struct bytes *b)
{
    put_header(b, ANSWER, 1, 4, 1, 1);
    put_question(b, "www.example.com", DNS_TYPE_A);
    put_a(b, "edge.example.net", 20, 1); /* before what leads to it */
    put_cname(b, "WWW.example.com", 300, "cdn.example.net");
    put_cname(b, "cdn.example.net", 5, "edge.example.net");
    put_a(b, "edge.example.net", 2, 2);
    put_head(b, "example.net", 2, 60, 4); /* NS */
    put_name(b, "ns");
    put_a(b, "ns", 60, 53);
}

static void follows_chains(void **state)
{
    (void)state;
    struct bytes b;
    chain(&b);
    expect_names(&b, "dns:www.example.com @1 dns-cname:cdn.example.net dns-cname:edge.example.net @2 ");
    expect_hints(&b, "www.example.com=1/5 www.example.com=2/2 ");
}

static void every_cut_gives_less(void **state)
{
    (void)state;
    struct bytes b;
    struct log whole, l;
    chain(&b);
    assert_true(names_of(&b, b.n, &whole));
    for (size_t n = 0; n < b.n; n++) {
        names_of(&b, n, &l);
        assert_memory_equal(l.text, whole.text, strlen(l.text));
    }
}

static void answers_itself_in_circles(void **state)
{
    (void)state;
    struct bytes b;
    put_header(&b, ANSWER, 1, 2, 0, 0);
    put_question(&b, "a.example", DNS_TYPE_A);
    put_cname(&b, "a.example", 300, "b.example");
    put_cname(&b, "b.example", 300, "a.example");
    expect_hints(&b, "");
}

static void errors_give_no_hints(void **state)
{
    (void)state;
    struct bytes b;
    put_header(&b, ANSWER | 3, 1, 1, 0, 0);
    put_question(&b, "a.example", DNS_TYPE_A);
    put_a(&b, "a.example", 300, 1);
    expect_hints(&b, "");
    put_header(&b, QUERY, 1, 1, 0, 0); /* known answers of mDNS (RFC 6762, 7.1) are no answers */
    put_question(&b, "a.example", DNS_TYPE_A);
    put_a(&b, "a.example", 300, 1);
    expect_hints(&b, "");
}

static void mdns_owners_are_names(void **state)
{
    (void)state;
    struct bytes b;
    put_header(&b, 0x8400, 0, 1, 0, 1);
    put_head(&b, "printer.local", 33, 120, 0);
    put_a(&b, "host.local", UINT32_MAX, 9);
    b.b[b.n - 12] = 0x80; /* cache flush (RFC 6762, 10.2) */
    expect_names(&b, "dns:printer.local dns:host.local @9 ");
    expect_hints(&b, "host.local=9/0 ");
}

static void escapes_dots_and_keeps_bytes(void **state)
{
    (void)state;
    struct bytes b;
    put_header(&b, QUERY, 1, 0, 0, 0);
    put(&b, "\5a.b\\c\3\xff\x01Z\0\0\x0c\0\1", 15);
    expect_names(&b, "dns:a\\.b\\\\c.\xff\x01Z ");
}

/* Questions whose name is so many pointers, each to the one before it. */
static void loops_are_refused(void **state)
{
    (void)state;
    struct bytes b;
    struct log l;
    put_header(&b, QUERY, 1, 0, 0, 0);
    put16(&b, 0xc00c); /* to itself */
    put32(&b, 0x00010001);
    assert_false(names_of(&b, b.n, &l));
    put_header(&b, QUERY, 1, 0, 0, 0);
    put16(&b, 0xc00e); /* to what is behind */
    put(&b, "\1a\0\0\1\0\1", 7);
    assert_false(names_of(&b, b.n, &l));
    put_header(&b, QUERY, 2, 0, 0, 0);
    put_question(&b, "a.example", 1);
    put(&b, "\1b\xc0\x0c\0\1\0\1", 8); /* as it should be */
    expect_names(&b, "dns:a.example dns:b.a.example ");
}

static void names_have_255_bytes_at_most(void **state)
{
    (void)state;
    struct bytes b;
    struct log l;
    char label[64];
    memset(label, '.', sizeof(label));
    for (unsigned last = 61; last <= 62; last++) {
        put_header(&b, QUERY, 1, 0, 0, 0);
        for (unsigned i = 0; i < 4; i++) {
            put_number(&b, i < 3 ? 63 : last, 1);
            put(&b, label, i < 3 ? 63 : last);
        }
        put(&b, "\0\0\1\0\1", 5);
        assert_int_equal(names_of(&b, b.n, &l), last == 61);
    }
    put_header(&b, QUERY, 1, 0, 0, 0); /* 64 KiB of labels without an end */
    while (b.n + 64 <= BYTES_MAX) {
        put_number(&b, 63, 1);
        put(&b, label, 63);
    }
    assert_false(names_of(&b, b.n, &l));
}

static void other_protocols_are_no_dns(void **state)
{
    (void)state;
    struct bytes b;
    struct log l;
    put_header(&b, QUERY, 1, 0, 0, 0);
    put(&b, "\1a\0\0\1\x12\x34", 7); /* a class that there is not */
    assert_false(names_of(&b, b.n, &l));
    put_header(&b, QUERY, 0, 0, 0, 0);
    assert_false(names_of(&b, b.n, &l));
    uint64_t random = 1;
    unsigned taken = 0;
    for (unsigned i = 0; i < 20000; i++) {
        b.n = 64;
        for (size_t at = 0; at < b.n; at++)
            b.b[at] = (uint8_t)(unit_random(&random) >> 56);
        taken += names_of(&b, b.n, &l);
    }
    assert_in_range(taken, 0, 2);
}

/* A message of 64 KiB, made to be walked often: questions that are all aliases of one another. */
static void work_is_bounded(void **state)
{
    (void)state;
    static struct bytes b;
    struct log l = {.n = 0};
    unsigned questions = 4000, answers = 2900;
    put_header(&b, ANSWER, questions, answers, 0, 0);
    put_question(&b, "a", DNS_TYPE_A);
    for (unsigned i = 1; i < questions; i++)
        put(&b, "\xc0\x0c\0\1\0\1", 6);
    for (unsigned i = 0; i < answers; i++)
        put(&b, "\xc0\x0c\0\5\0\1\0\0\0\1\0\2\xc0\x0c", 14);
    dns_hints(b.b, b.n, log_hint, &l);
    assert_int_equal(l.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_chains),
        cmocka_unit_test(every_cut_gives_less),
        cmocka_unit_test(answers_itself_in_circles),
        cmocka_unit_test(errors_give_no_hints),
        cmocka_unit_test(mdns_owners_are_names),
        cmocka_unit_test(escapes_dots_and_keeps_bytes),
        cmocka_unit_test(loops_are_refused),
        cmocka_unit_test(names_have_255_bytes_at_most),
        cmocka_unit_test(other_protocols_are_no_dns),
        cmocka_unit_test(work_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
