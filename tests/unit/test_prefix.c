/* SPDX-License-Identifier: BSD-2-Clause */
/* test_prefix.c - what is a prefix, and what lies in it. */
#include "util/prefix.h"

#include "unit.h"

#include <arpa/inet.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct dpi_addr addr_of(const char *text)
{
    struct dpi_addr a = {.family = strchr(text, ':') ? 6 : 4};
    assert_int_equal(inet_pton(a.family == 6 ? AF_INET6 : AF_INET, text, a.b), 1);
    return a;
}

static void has_what_begins_with_its_bits(void **state)
{
    static const struct {
        const char *prefix, *addr;
        bool has;
    } rows[] = {
        {"10.0.0.0/8", "10.255.255.255", true},   {"10.0.0.0/8", "11.0.0.0", false},
        {"10.1.2.3/8", "10.9.9.9", true},         {"192.0.2.128/25", "192.0.2.128", true},
        {"192.0.2.128/25", "192.0.2.127", false}, {"172.16.0.0/12", "172.31.255.255", true},
        {"172.16.0.0/12", "172.32.0.0", false},   {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},        {"192.0.2.0/31", "192.0.2.1", true},
        {"0.0.0.0/0", "255.255.255.255", true},   {"0.0.0.0/0", "::", false},
        {"::/0", "ff02::1", true},                {"::/0", "0.0.0.0", false},
        {"fd00::/8", "fdff::1", true},            {"fd00::/8", "fe80::1", false},
        {"2001:db8::/33", "2001:db8:8000::", false}, {"2001:db8::1", "2001:db8::1", true},
        {"::ffff:192.0.2.1", "192.0.2.1", false},
    };
    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct prefix p;
        struct dpi_addr a = addr_of(rows[i].addr);
        assert_true(prefix_parse(&p, rows[i].prefix));
        if (prefix_has(&p, &a) != rows[i].has)
            fail_msg("%s in %s", rows[i].addr, rows[i].prefix);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {
        "",           "/",          "/8",         "10.0.0.0/",  "10.0.0.0/33",  "10.0.0.0/-1", "10.0.0.0/8 ",
        "10.0.0/8",   "10.0.0.0/+8", "10.0.0.0/0x8", "::/129",  "fd00::/1280",  "fd00:/8",     "example.com",
        "10.0.0.0/8/8", "10.0.0.0/99999999999999999999", "10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
    };
    (void)state;
    for (size_t i = 0; i < N(texts); i++) {
        struct prefix p;
        if (prefix_parse(&p, texts[i]))
            fail_msg("'%s' is taken", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_what_begins_with_its_bits),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
