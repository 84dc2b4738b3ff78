/* SPDX-License-Identifier: BSD-2-Clause */
/* test_unknown_grouping.c - which flows are put together, what is said of them, and that their order is no matter. */
#include "unknown/distance.h"
#include "unknown/grouping.h"
#include "unknown/linkage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"
#include "unknown_made.h"

static void fill(struct samples *s)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < 12; i++) {
        made_binary(s, &state, 17, 7000);
        made_text(s, &state, 2525);
        made_noise(s, &state, 17, 9000);
    }
    for (unsigned i = 0; i < 4; i++)
        made_fixed(s, 17, 5000, "\0\0\0\0\0\0\0\0\0\0\0\0", 12, 3);
    made_fixed(s, 6, 6000, "ping again and again, \x01\x02\x03\x04", 26, 5);
    made_flow(s, 6, 1); /* said nothing */
}

static const struct group *group_of(const struct groups *g, const struct samples *s, uint16_t port)
{
    for (size_t i = 0; i < g->n; i++)
        if (s->v[g->v[i].member[0]]->port[1] == port)
            return &g->v[i];
    return NULL;
}

static void tells_kinds(enum grouping_by by)
{
    struct samples s = {0};
    struct groups g;
    fill(&s);
    groups_make(&g, &s, by);
    assert_int_equal(g.n, 6);
    assert_int_equal(group_of(&g, &s, 7000)->kind, GROUP_BINARY);
    assert_int_equal(group_of(&g, &s, 7000)->n, 12);
    assert_int_equal(group_of(&g, &s, 2525)->kind, GROUP_TEXT);
    assert_int_equal(group_of(&g, &s, 2525)->n, 12);
    assert_int_equal(group_of(&g, &s, 9000)->kind, GROUP_RANDOM);
    assert_int_equal(group_of(&g, &s, 9000)->n, 12);
    assert_int_equal(group_of(&g, &s, 5000)->kind, GROUP_ZERO);
    assert_int_equal(group_of(&g, &s, 6000)->kind, GROUP_SAME);
    assert_true(group_of(&g, &s, 6000)->small);
    assert_int_equal(group_of(&g, &s, 1)->kind, GROUP_EMPTY);
    assert_ptr_equal(group_of(&g, &s, 1), &g.v[5]);
    groups_free(&g);
    samples_free(&s);
}

static void with_port(void **state)
{
    (void)state;
    tells_kinds(GROUP_BY_BOTH);
}

static void by_payload(void **state)
{
    (void)state;
    tells_kinds(GROUP_BY_PAYLOAD);
}

static void by_port_alone(void **state)
{
    (void)state;
    struct samples s = {0};
    struct groups g;
    uint64_t random = 3;
    made_binary(&s, &random, 17, 7000);
    made_noise(&s, &random, 17, 7000);
    made_binary(&s, &random, 17, 7001);
    made_binary(&s, &random, 6, 7000);
    groups_make(&g, &s, GROUP_BY_PORT);
    assert_int_equal(g.n, 3);
    assert_int_equal(g.v[0].n, 2);
    groups_free(&g);
    samples_free(&s);
}

/* How many groups there are, of which the first has so many flows. */
static void are_groups(struct samples *s, enum grouping_by by, size_t n, size_t flows)
{
    struct groups g;
    groups_make(&g, s, by);
    assert_int_equal(g.n, n);
    assert_int_equal(g.v[0].n, flows);
    groups_free(&g);
    samples_free(s);
}

static void one_protocol_on_several_ports(void **state)
{
    (void)state;
    struct samples s = {0};
    uint64_t random = 5;
    for (uint16_t i = 0; i < 10; i++)
        made_binary(&s, &random, 17, (uint16_t)(7000 + i));
    are_groups(&s, GROUP_BY_BOTH, 1, 10);
}

/* Beside a byte, nothing but numbers that go up and an id: no value is that of another flow. */
static void numbers_that_go_up(void **state)
{
    (void)state;
    struct samples s = {0};
    uint64_t random = 33;
    for (uint16_t i = 0; i < 6; i++) {
        struct sample *f = made_flow(&s, 17, (uint16_t)(20000 + 111 * i));
        uint8_t bytes[400] = {0x80, 0x08};
        uint32_t n = 172 + 40u * i;
        made_bytes(&random, bytes + 2, 10);
        bytes[3] &= 0x7f;
        for (unsigned k = 0; k < 8; k++, bytes[3]++) {
            made_bytes(&random, bytes + 12, n - 12);
            sample_add(f, 0, INT64_C(1700000000000000000) + k, bytes, n, n);
        }
    }
    are_groups(&s, GROUP_BY_PAYLOAD, 1, s.n);
}

/* Segments of two bytes here, whole messages there. */
static void segments_are_no_matter(void **state)
{
    (void)state;
    struct samples s = {0};
    for (uint16_t i = 0; i < 8; i++) {
        static const uint32_t sizes[] = {2, 19, 1448};
        struct sample *f = made_flow(&s, 6, (uint16_t)(7000 + i));
        uint8_t bytes[60];
        for (unsigned k = 0; k < sizeof(bytes); k++)
            bytes[k] = (uint8_t)(k < 40 ? 0xa0 + k : i * 50 + k);
        for (uint32_t at = 0, n; at < sizeof(bytes); at += n) {
            n = sizeof(bytes) - at < sizes[i % 3] ? (uint32_t)sizeof(bytes) - at : sizes[i % 3];
            sample_add(f, 0, INT64_C(1700000000000000000) + at, bytes + at, n, n);
        }
    }
    are_groups(&s, GROUP_BY_PAYLOAD, 1, s.n);
}

/* The same talk, but one capture took the server for the client. */
static void sides_that_are_crossed(void **state)
{
    (void)state;
    static const uint8_t sent[2][24] = {"\x10\x20\x01\x02\x03\x04question one", "\x90\x80\x97\xa6\xb5\xc4\xd3\xe2\xf1"};
    static const uint32_t sizes[2] = {24, 9};
    struct samples s = {0};
    for (uint16_t i = 0; i < 6; i++) {
        struct sample *f = made_flow(&s, 17, 7000);
        bool crossed = i % 2;
        for (unsigned side = 0; side < 2; side++)
            sample_add(f, side, INT64_C(1700000000000000000) + side, sent[side ^ crossed], sizes[side ^ crossed],
                       sizes[side ^ crossed]);
        if (crossed) {
            f->port[1] = (uint16_t)(50000 + i);
            f->port[0] = 7000;
        }
    }
    are_groups(&s, GROUP_BY_BOTH, 1, s.n);
}

/* Distance of two flows of other clients at ports a and b, after a change. */
static float apart(uint16_t a, uint16_t b, void (*change)(struct features *x, struct features *y))
{
    struct samples s = {0};
    uint64_t random = 7;
    struct features x, y;
    made_binary(&s, &random, 17, a);
    made_binary(&s, &random, 17, b);
    features_of(&x, s.v[0]);
    features_of(&y, s.v[1]);
    if (change)
        change(&x, &y);
    float d = distance(&x, &y, true);
    samples_free(&s);
    return d;
}

static void both_are_known(struct features *x, struct features *y)
{
    x->at_known_port = y->at_known_port = true;
}

static void client_is_the_same(struct features *x, struct features *y)
{
    y->port[0] = x->port[0];
    y->addr[0] = x->addr[0];
}

/* As in TFTP: the answer comes from another port, to the socket that asked. */
static void client_is_the_server(struct features *x, struct features *y)
{
    y->port[1] = x->port[0];
    y->addr[1] = x->addr[0];
}

static void what_ports_say(void **state)
{
    (void)state;
    float nothing = apart(7000, 8000, NULL);
    assert_true(apart(7000, 7000, NULL) < nothing);
    assert_true(apart(7000, 8000, client_is_the_same) < nothing);
    assert_true(apart(7000, 8000, client_is_the_server) < nothing);
    assert_true(apart(7000, 8000, both_are_known) > nothing);
    assert_true(apart(7000, 7000, both_are_known) < nothing);
}

static void add_first(struct samples *s, uint8_t transport, uint16_t port, const char *bytes, uint32_t n)
{
    sample_add(made_flow(s, transport, port), 0, INT64_C(1700000000000000000), (const uint8_t *)bytes, n, n);
}

/* A length that is now and then a digit or letter. */
static void length_before_text(void **state)
{
    (void)state;
    struct samples s = {0};
    uint64_t random = 11;
    for (unsigned i = 0; i < 24; i++) {
        char bytes[72];
        uint32_t n = 16 + 2 * i;
        snprintf(bytes, sizeof(bytes), "%cuser=", (int)n);
        for (uint32_t k = 6; k <= n; k++)
            bytes[k] = (char)('a' + made_random(&random) % 26);
        add_first(&s, 17, (uint16_t)(7000 + i), bytes, n + 1);
    }
    are_groups(&s, GROUP_BY_PAYLOAD, 1, 24);
}

/* The one server greets, the other waits. */
static void who_speaks_first(void **state)
{
    (void)state;
    static const char *const lines[2] = {"LOGIN somebody\n", "100 station ready\r\n"};
    struct samples s = {0};
    for (unsigned i = 0; i < 16; i++) {
        struct sample *f = made_flow(&s, 6, 7100);
        for (unsigned k = 0; k < 2; k++)
            sample_add(f, (i + k) % 2, INT64_C(1700000000000000000) + k, (const uint8_t *)lines[k],
                       (uint32_t)strlen(lines[k]), (uint32_t)strlen(lines[k]));
    }
    are_groups(&s, GROUP_BY_BOTH, 2, 8);
}

/* One layout, but each known port has a magic of its own; one flow to it is an exception. */
static void magics_of_known_ports(void **state)
{
    (void)state;
    struct samples s = {0};
    uint64_t random = 13;
    for (unsigned i = 0; i < 36; i++) {
        uint8_t bytes[40];
        uint32_t n = 20 + made_random(&random) % 20;
        made_bytes(&random, bytes, sizeof(bytes));
        memcpy(bytes, (const char *[]){"\xa7\x51", "\x3c\x09", "\x77\xe2"}[i % 3], 2);
        memcpy(bytes + 2, "\0\1\x10\x20\x03\x44", 6);
        bytes[0] ^= i < 3;
        bytes[8] = (uint8_t)n;
        add_first(&s, 17, (uint16_t)(7000 + i % 3), (const char *)bytes, n);
    }
    are_groups(&s, GROUP_BY_BOTH, 3, 12);
}

/* More that begin otherwise than are compared with each other: what they begin with alone tells that they are one. */
static void more_than_are_compared(void **state)
{
    (void)state;
    struct samples s = {0};
    for (unsigned i = 0; i < 3000; i++) {
        const uint8_t bytes[12] = {(uint8_t)(i >> 8), (uint8_t)i, 0xa7, 0x51, 0xc3, 0x99, 0x81, 9, 1, 2, 3, 4};
        add_first(&s, 17, (uint16_t)(7000 + i), (const char *)bytes, sizeof(bytes));
    }
    are_groups(&s, GROUP_BY_PAYLOAD, 1, 3000);
}

/* As an update service that speaks its own protocol at port 80. */
static void text_is_not_binary(void **state)
{
    (void)state;
    struct samples s = {0};
    for (unsigned i = 0; i < 8; i++) {
        char text[40], binary[] = "UPDT\0\x60\1\1\0\0\3\1\x14\x31\x57\x6f BRE\x14";
        int n = snprintf(text, sizeof(text), "GET /page/%u HTTP/1.1\r\n\r\n", i);
        binary[12] = (char)(0x50 + 7 * i);
        add_first(&s, 6, 80, text, (uint32_t)n);
        add_first(&s, 6, 80, binary, sizeof(binary) - 1);
    }
    are_groups(&s, GROUP_BY_BOTH, 2, 8);
}

/* Hellos of which most is zero, but what is not differs. */
static void zeros_are_in_common_to_many(void **state)
{
    (void)state;
    struct samples s = {0};
    for (unsigned i = 0; i < 5; i++) {
        char a[] = "\x21\x40\0\0\0\0\0\0\0\0\x11\x10\x80\0\0\0\0\0\0\0\0\x55\x66\x01";
        char b[48] = "\6\0\xff\7\0\0\0\0\0\0\0\0\0\x09\x20\x18\0\0\0\0\0\0\x81\x8e";
        a[22] = (char)(0x60 + i);
        b[23] = (char)(0xa0 + i);
        add_first(&s, 17, (uint16_t)(7000 + i), a, sizeof(a) - 1);
        add_first(&s, 17, (uint16_t)(9000 + i), b, sizeof(b));
    }
    are_groups(&s, GROUP_BY_PAYLOAD, 2, 5);
}

/* Answers from another port, to the socket that asked; and flows at one server's socket, which say nothing. */
static void answers_are_partners(void **state)
{
    (void)state;
    enum { TRANSFERS = 6 };
    static const uint8_t ask[] = "\0\1some file\0octet", data[] = "\0\3\0\1\x81\x92\xa3\xb4\xc5\xd6\xe7\xf8";
    struct samples s = {0};
    struct groups g;
    for (uint16_t i = 0; i < TRANSFERS; i++) {
        struct sample *question = made_flow(&s, 17, 69), *answer = made_flow(&s, 17, (uint16_t)(40000 + i));
        question->port[0] = answer->port[1];
        question->addr[0] = answer->addr[1] = (struct dpi_addr){4, {10, 1, 1, (uint8_t)i}};
        answer->addr[0] = question->addr[1];
        answer->port[0] = (uint16_t)(50000 + i);
        sample_add(question, 0, INT64_C(1700000000000000000), ask, sizeof(ask), sizeof(ask));
        sample_add(answer, 0, INT64_C(1700000000000000001), data, 12, 516);
    }
    struct sample *other = made_flow(&s, 17, 69);
    other->addr[1] = s.v[0]->addr[1];
    for (unsigned k = 0; k < 4; k++)
        sample_add(other, 0, INT64_C(1700000000000000000) + k, (const uint8_t[]){0xff, 0xee, (uint8_t)k}, 3, 3);
    groups_make(&g, &s, GROUP_BY_PAYLOAD);
    assert_int_equal(g.n, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(g.v[i].n, TRANSFERS);
        assert_int_equal(g.v[i].partner, 1 - i);
        assert_int_equal(g.v[i].partner_flows, TRANSFERS);
    }
    assert_int_equal(g.v[2].partner_flows, 0);
    groups_free(&g);
    samples_free(&s);
}

/* The numbers of each group, and its flows by the port of their client, which is another one for each, as text. */
static void describe(char *out, size_t room, struct samples *s)
{
    struct groups g;
    size_t n = 0;
    groups_make(&g, s, GROUP_BY_BOTH);
    for (size_t i = 0; i < g.n; i++) {
        n += (size_t)snprintf(out + n, room - n, "|%d %.4f %zu:", (int)g.v[i].kind, (double)g.v[i].cohesion,
                              g.v[i].nearest);
        uint64_t clients = 0;
        for (size_t k = 0; k < g.v[i].n; k++)
            clients |= UINT64_C(1) << (s->v[g.v[i].member[k]]->port[0] - 40000);
        n += (size_t)snprintf(out + n, room - n, " %" PRIx64, clients);
    }
    groups_free(&g);
}

static void order_is_no_matter(void **state)
{
    (void)state;
    static char first[8192], again[8192];
    struct samples s = {0};
    uint64_t random = 7;
    fill(&s);
    describe(first, sizeof(first), &s);
    for (unsigned turn = 0; turn < 20; turn++) {
        for (size_t i = s.n - 1; i > 0; i--) {
            size_t k = made_random(&random) % (i + 1);
            struct sample *other = s.v[i];
            s.v[i] = s.v[k];
            s.v[k] = other;
        }
        for (size_t i = 0; i < s.n; i++) /* the order in which they began */
            s.v[i]->flow_id = i + 1;
        describe(again, sizeof(again), &s);
        assert_string_equal(first, again);
    }
    samples_free(&s);
}

static void many_flows(void **state)
{
    (void)state;
    struct samples s = {0};
    uint64_t random = 9;
    for (unsigned i = 0; i < 4000; i++)
        made_fixed(&s, 17, 7000, (uint8_t[]){0xa7, 0x51, 1, 0, 0, 1, (uint8_t)made_random(&random), 9, 1, 2, 3, 4}, 12, 1);
    are_groups(&s, GROUP_BY_BOTH, 1, 4000);
}

static void nothing(void **state)
{
    (void)state;
    struct samples s = {0};
    struct groups g;
    groups_make(&g, &s, GROUP_BY_BOTH);
    assert_int_equal(g.n, 0);
    groups_free(&g);
}

/* Things on a line; the mean distance between heaps decides, not that of their nearest. */
static void links_by_the_mean(void **state)
{
    (void)state;
    static const float at[] = {0, 1, 2, 3, 10, 11};
    const uint32_t weight[] = {1, 1, 1, 1, 1, 1};
    float distances[15];
    uint32_t heap[6];
    for (size_t i = 1; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            distances[linkage_at(i, k)] = at[i] - at[k];
    linkage(distances, weight, 6, 1.5f, heap);
    assert_int_equal(heap[1], heap[0]);
    assert_int_equal(heap[3], heap[2]);
    assert_int_not_equal(heap[2], heap[0]); /* 2 on average */
    assert_int_equal(heap[5], heap[4]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_port),          cmocka_unit_test(by_payload),
        cmocka_unit_test(by_port_alone),      cmocka_unit_test(one_protocol_on_several_ports),
        cmocka_unit_test(order_is_no_matter), cmocka_unit_test(many_flows),
        cmocka_unit_test(nothing),            cmocka_unit_test(links_by_the_mean),
        cmocka_unit_test(numbers_that_go_up), cmocka_unit_test(segments_are_no_matter),
        cmocka_unit_test(sides_that_are_crossed), cmocka_unit_test(what_ports_say),
        cmocka_unit_test(text_is_not_binary),
        cmocka_unit_test(length_before_text),
        cmocka_unit_test(who_speaks_first),
        cmocka_unit_test(magics_of_known_ports),
        cmocka_unit_test(more_than_are_compared),
        cmocka_unit_test(zeros_are_in_common_to_many),
        cmocka_unit_test(answers_are_partners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
