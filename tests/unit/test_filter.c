/* SPDX-License-Identifier: BSD-2-Clause */
/* test_filter.c - one expression on packets of several link types. */
#include "capture/filter.h"

#include "unit.h"

#include <string.h>

static const uint8_t ethernet_udp_53[] = {
    2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,                                      /* Ethernet */
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,            /* IPv4 */
    0x30, 0x39, 0, 53, 0, 8, 0, 0,                                                 /* UDP 12345 > 53 */
};

enum { ETHERNET = 1, RAW = 101, RADIO = 127, UNKNOWN = 9999 };

static struct packet packet_of(const struct capture_iface *iface)
{
    size_t skip = iface->link_type == ETHERNET ? 0 : 14;
    uint32_t n = (uint32_t)(sizeof(ethernet_udp_53) - skip);
    return (struct packet){.iface = iface, .data = ethernet_udp_53 + skip, .caplen = n, .wirelen = n};
}

static struct filter *must_new(const char *expr)
{
    struct dpi_err err = {0};
    struct filter *f;
    if (filter_new(&f, expr, &err) != DPI_OK)
        fail_msg("%s", err.msg);
    return f;
}

static const struct {
    const char *expr;
    bool ethernet, raw;
} cases[] = {
    {"udp port 53", true, true},
    {"", true, true},
    {"tcp", false, false},
    {"host 10.0.0.2 and src port 12345", true, true},
    {"ip6", false, false},
    {"len <= 28", false, true},
    {"tcp and udp", false, false},
    {"arp", false, false}, /* no packet of raw IP can match, which is no error */
};

static void an_expression_is_compiled_for_each_link_type(void **state)
{
    (void)state;
    const struct capture_iface ifaces[] = {{.link_type = ETHERNET}, {.link_type = RAW}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct filter *f = must_new(cases[i].expr);
        for (int round = 0; round < 6; round++) {
            struct dpi_err err = {0};
            struct packet p = packet_of(&ifaces[round % 2]);
            bool match;
            assert_int_equal(filter_match(f, &p, &match, &err), DPI_OK);
            assert_int_equal(match, round % 2 ? cases[i].raw : cases[i].ethernet);
        }
        filter_free(f);
    }
}

static void a_cut_packet_is_filtered_by_what_is_there(void **state)
{
    (void)state;
    struct dpi_err err = {0};
    const struct capture_iface iface = {.link_type = ETHERNET};
    struct packet p = packet_of(&iface);
    struct filter *port = must_new("udp port 53"), *size = must_new("greater 1000");
    bool match;
    p.caplen = 30;
    p.wirelen = 1200;
    assert_int_equal(filter_match(port, &p, &match, &err), DPI_OK);
    assert_false(match); /* the ports were not captured */
    assert_int_equal(filter_match(size, &p, &match, &err), DPI_OK);
    assert_true(match); /* len is that on the wire */
    filter_free(port);
    filter_free(size);
}

static void what_compiles_nowhere_is_said_at_once(void **state)
{
    (void)state;
    static const char *const wrong[] = {"udp prot 53", "port 99999", "(tcp", "host"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct dpi_err err = {0};
        struct filter *f = (struct filter *)&err;
        assert_int_equal(filter_new(&f, wrong[i], &err), DPI_USAGE);
        assert_null(f);
        assert_non_null(strstr(err.msg, wrong[i]));
        assert_non_null(strchr(err.msg, ':'));
        assert_null(strchr(err.msg, '\n'));
    }
}

static void what_does_not_compile_for_a_link_type_is_said_once(void **state)
{
    (void)state;
    struct dpi_err err = {0};
    const struct capture_iface radio = {.link_type = RADIO}, ethernet = {.link_type = ETHERNET},
                               unknown = {.link_type = UNKNOWN};
    struct filter *f = must_new("wlan type mgt"); /* 802.11 only */
    struct packet p = packet_of(&ethernet);
    bool match = true;
    assert_int_equal(filter_match(f, &p, &match, &err), DPI_USAGE);
    assert_non_null(strstr(err.msg, "link type 1:"));
    assert_false(match);
    match = true;
    assert_int_equal(filter_match(f, &p, &match, &err), DPI_OK);
    assert_false(match);
    p = packet_of(&radio);
    assert_int_equal(filter_match(f, &p, &match, &err), DPI_OK);
    p = packet_of(&unknown);
    assert_int_equal(filter_match(f, &p, &match, &err), DPI_USAGE);
    assert_int_equal(filter_match(f, &p, &match, &err), DPI_OK);
    assert_false(match);
    filter_free(f);
    filter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expression_is_compiled_for_each_link_type),
        cmocka_unit_test(a_cut_packet_is_filtered_by_what_is_there),
        cmocka_unit_test(what_compiles_nowhere_is_said_at_once),
        cmocka_unit_test(what_does_not_compile_for_a_link_type_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
