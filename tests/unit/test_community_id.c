/* SPDX-License-Identifier: BSD-2-Clause */
/* test_community_id.c - the values of the specification, in both directions of each flow. */
#include "unit.h"

#include <string.h>

#include <arpa/inet.h>

#include "record/community_id.h"
#include "util/icmp_pairs.h"

static struct dpi_addr addr(const char *text)
{
    struct dpi_addr a = {.family = strchr(text, ':') ? 6 : 4};
    assert_int_equal(inet_pton(a.family == 6 ? AF_INET6 : AF_INET, text, a.b), 1);
    return a;
}

/* Ports -1: a transport without ports. */
static const struct row {
    uint8_t transport;
    const char *src;
    int src_port;
    const char *dst;
    int dst_port;
    const char *seed0, *seed1;
} rows[] = {
    {6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
     "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
    {17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
    {6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", "1:eJYTW6AOzFLlSUoESovMjnu7rMw="},
    {132, "192.168.170.8", 7, "192.168.170.56", 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
     "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg="},
    {46, "10.1.12.1", -1, "10.1.12.2", -1, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=", "1:rYir8gphR31noO9iDRQmF/BteEI="},
};

/* ICMP: type and code of a message, and the type of the answer or -1. */
static const struct icmp_row {
    uint8_t transport;
    const char *src, *dst;
    uint8_t type, code;
    int answer;
    const char *seed0, *seed1;
} icmp_rows[] = {
    {1, "192.168.0.89", "192.168.0.1", 8, 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
    {1, "10.0.0.1", "10.0.0.2", 11, 0, -1, "1:YHxtAirCG//0OzkcVAukqKQN9xM=", "1:XjUibYHaafLQ3pxQeiMI8g25q20="},
    {58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, 136, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
     "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="},
    {58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 0, 129, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
     "1:GfZxjAkDk2MkegpBYHV6tadtFXQ="},
    {58, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4, -1,
     "1:hLZd0XGWojozrvxqE0dWB1iM6R0=", "1:W8MHwXpWzpoSTD+cGcaJr4u0ys8="},
    {58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0, -1, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=",
     "1:lVEtCZpYu84Xqaa++3lXFyuu2n4="},
    {58, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 0, 134, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
     "1:L7Ka0ZMYu+J3bL4ulW2PrqyXNo8="},
};

static void check(const char *expected, uint16_t seed, const char *src, const char *dst, uint8_t transport,
                  bool has_ports, int src_port, int dst_port)
{
    char out[COMMUNITY_ID_MAX];
    struct dpi_addr a = addr(src), b = addr(dst);
    size_t n = community_id(out, seed, &a, &b, transport, has_ports, (uint16_t)src_port, (uint16_t)dst_port);
    assert_string_equal(out, expected);
    assert_int_equal(n, strlen(expected));
}

static void equals_the_specification(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        bool ports = r->src_port >= 0;
        for (uint16_t seed = 0; seed < 2; seed++) {
            const char *expected = seed ? r->seed1 : r->seed0;
            check(expected, seed, r->src, r->dst, r->transport, ports, r->src_port, r->dst_port);
            check(expected, seed, r->dst, r->src, r->transport, ports, r->dst_port, r->src_port);
        }
    }
}

static void maps_icmp(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(icmp_rows) / sizeof(icmp_rows[0]); i++) {
        const struct icmp_row *r = &icmp_rows[i];
        check(r->seed0, 0, r->src, r->dst, r->transport, false, r->type, r->code);
        check(r->seed1, 1, r->src, r->dst, r->transport, true, r->type, r->code);
        if (r->answer >= 0)
            check(r->seed0, 0, r->dst, r->src, r->transport, false, r->answer, 0);
    }
}

static void says_nothing_without_addresses(void **state)
{
    char out[COMMUNITY_ID_MAX] = "x";
    struct dpi_addr none = {0};
    (void)state;
    assert_int_equal(community_id(out, 0, &none, &none, 6, true, 1, 2), 0);
    assert_string_equal(out, "");
}

static void pairs_go_both_ways(void **state)
{
    unsigned pairs = 0;
    (void)state;
    for (unsigned transport = 0; transport < 256; transport++)
        for (unsigned type = 0; type < 256; type++) {
            uint8_t other, back;
            if (!icmp_counterpart((uint8_t)transport, (uint8_t)type, &other))
                continue;
            pairs++;
            assert_true(transport == 1 || transport == 58);
            assert_true(icmp_counterpart((uint8_t)transport, other, &back));
            assert_int_equal(back, type);
        }
    assert_int_equal(pairs, 2 * (5 + 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_specification),
        cmocka_unit_test(maps_icmp),
        cmocka_unit_test(says_nothing_without_addresses),
        cmocka_unit_test(pairs_go_both_ways),
    };
    return cmocka_run_group_tests_name("community_id", tests, NULL, NULL);
}
