/* SPDX-License-Identifier: BSD-2-Clause */
/* test_select.c - flows named by number, Community ID and ends. */
#include "record/select.h"

#include "record/build.h"
#include "unit.h"

#include <string.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Flow 7: TCP from 10.0.0.2:50000 to 10.0.0.1:443. */
static struct flow tcp_flow(void)
{
    return (struct flow){
        .id = 7,
        .first_side = 1,
        .key = {.addr = {{10, 0, 0, 1}, {10, 0, 0, 2}}, .port = {443, 50000}, .family = 4,
                .transport = IPPROTO_NUM_TCP},
    };
}

static bool matches(const char *text, const struct flow *f)
{
    struct selection s;
    struct dpi_err err;
    if (selection_parse(&s, text, &err) != DPI_OK)
        fail_msg("%s", err.msg);
    return selection_matches(&s, f, 0, false);
}

static void finds_flows(void **state)
{
    static const struct {
        const char *text;
        bool match;
    } rows[] = {
        {"7", true},
        {"8", false},
        {"10.0.0.2:50000-10.0.0.1:443", true},
        {"10.0.0.1:443-10.0.0.2:50000", true},
        {"[10.0.0.1]:443-10.0.0.2:50000", true},
        {"10.0.0.1-10.0.0.2", true},
        {"10.0.0.1:443-10.0.0.2", true},
        {"10.0.0.1:444-10.0.0.2", false},
        {"10.0.0.1:50000-10.0.0.2:443", false},
        {"10.0.0.1-10.0.0.3", false},
        {"[fd00::1]:443-[fd00::2]:50000", false},
        {"1:Tp4rFLPbtDjJoPRejLnv0/7v/Ik=", false},
    };
    (void)state;
    struct flow f = tcp_flow();
    for (size_t i = 0; i < N(rows); i++)
        if (matches(rows[i].text, &f) != rows[i].match)
            fail_msg("%s: %d", rows[i].text, !rows[i].match);
}

static void finds_community_ids(void **state)
{
    char id[COMMUNITY_ID_MAX], other[COMMUNITY_ID_MAX];
    struct flow f = tcp_flow();
    struct selection s;
    struct dpi_err err;
    (void)state;
    assert_int_equal(record_community_id(id, &f, 0, false), 30);
    record_community_id(other, &f, 1, false);
    assert_true(matches(id, &f));
    assert_false(matches(other, &f));
    assert_int_equal(selection_parse(&s, other, &err), DPI_OK);
    assert_true(selection_matches(&s, &f, 1, false));
}

static void finds_ipv6(void **state)
{
    struct flow f = {.key = {.addr = {{0xfd, [15] = 1}, {0xfd, [15] = 2}}, .port = {80, 1024}, .family = 6,
                             .transport = IPPROTO_NUM_UDP}};
    (void)state;
    assert_true(matches("[fd00::2]:1024-[fd00::1]:80", &f));
    assert_true(matches("fd00::1-fd00::2", &f));
    assert_false(matches("[fd00::2]:80-[fd00::1]:1024", &f));
}

/* Where there are no ports, types of ICMP are not taken for them. */
static void takes_types_for_no_ports(void **state)
{
    struct flow f = tcp_flow();
    (void)state;
    f.key.transport = IPPROTO_NUM_ICMP;
    assert_true(matches("10.0.0.1-10.0.0.2", &f));
    assert_false(matches("10.0.0.1:443-10.0.0.2:50000", &f));
}

static void takes_the_first_and_names_the_others(void **state)
{
    struct flow f = tcp_flow();
    struct selection s;
    struct selected chosen = {0};
    struct dpi_err err;
    (void)state;
    assert_int_equal(selection_parse(&s, "10.0.0.1:443-10.0.0.2:50000", &err), DPI_OK);
    for (f.id = 5; f.id < 5 + 2 + SELECTED_OTHERS_MAX; f.id++)
        assert_int_equal(selected_look(&chosen, &s, &f, 0, false), f.id == 5);
    f.key.port[0]++;
    assert_false(selected_look(&chosen, &s, &f, 0, false));
    assert_int_equal(chosen.flow_id, 5);
    assert_int_equal(chosen.n_others, 1 + SELECTED_OTHERS_MAX);
    assert_int_equal(chosen.others[0], 6);
    assert_int_equal(chosen.others[SELECTED_OTHERS_MAX - 1], 5 + SELECTED_OTHERS_MAX);
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {
        "", "0", "-1", "7x", "99999999999999999999999", "1:short=", "1:Tp4rFLPbtDjJoPRejLnv0/7v/Ik", "10.0.0.1",
        "10.0.0.1:80", "10.0.0.1:80-", "-10.0.0.1:80", "10.0.0.1:99999-10.0.0.2:1", "10.0.0.1:-10.0.0.2:1",
        "10.0.0.1-fd00::1", "10.0.0.0/8-10.0.0.2", "[fd00::1-fd00::2", "[fd00::1]x-[fd00::2]", "host:80-10.0.0.1:90",
        "10.0.0.1:80-10.0.0.2:90-10.0.0.3:100",
    };
    (void)state;
    for (size_t i = 0; i < N(texts); i++) {
        struct selection s;
        struct dpi_err err;
        if (selection_parse(&s, texts[i], &err) != DPI_USAGE)
            fail_msg("'%s' is taken", texts[i]);
        assert_non_null(strstr(err.msg, "is no flow_id, no Community ID, and no pair of ends"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_flows),
        cmocka_unit_test(finds_community_ids),
        cmocka_unit_test(finds_ipv6),
        cmocka_unit_test(takes_types_for_no_ports),
        cmocka_unit_test(takes_the_first_and_names_the_others),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
