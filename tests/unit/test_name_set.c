/* SPDX-License-Identifier: BSD-2-Clause */
/* test_name_set.c - the names of a flow: each once, in the order of kinds, bounded; and DHCP, which fills it. */
#include "names/set.h"

#include "names/dhcp.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct siphash_key key = {{3, 4}};

static void each_once_in_order(void **state)
{
    (void)state;
    struct name_set *s = name_set_new(&key);
    struct name_walk w = {0};
    assert_false(name_walk(NULL, NAME_KINDS, &w));
    assert_true(name_set_add(s, NAME_DNS, "b", 1));
    assert_true(name_set_add(s, NAME_SNI, "a", 1));
    assert_true(name_set_add(s, NAME_DNS, "b", 1));
    assert_true(name_set_add(s, NAME_DNS, "a", 1));
    char text[64] = "";
    for (w = (struct name_walk){0}; name_walk(s, NAME_KINDS, &w);)
        sprintf(text + strlen(text), "%s:%.*s ", name_kind_word(w.kind), (int)w.text.n, w.text.p);
    assert_string_equal(text, "sni:a dns:b dns:a ");
    assert_true(name_set_first(s, NAME_DHCP).p == NULL);
    name_set_free(s);
}

static void many_are_found(void **state)
{
    (void)state;
    struct name_set *s = name_set_new(&key), *copy;
    char name[16];
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 10000; i++)
            assert_true(name_set_add(s, i % 3 ? NAME_DNS : NAME_CERTIFICATE, name,
                                     (size_t)snprintf(name, sizeof(name), "n%u", i)));
    copy = name_set_dup(s);
    name_set_free(s);
    unsigned n = 0;
    for (struct name_walk w = {0}; name_walk(copy, NAME_KINDS, &w); n++)
        ;
    assert_int_equal(n, 10000);
    assert_true(name_set_has(copy, NAME_DNS, dpi_text_of("n1")));
    assert_false(name_set_has(copy, NAME_CERTIFICATE, dpi_text_of("n1")));
    assert_false(name_set_has(copy, NAME_DNS, dpi_text_of("n10000")));
    name_set_free(copy);
}

static void has_a_bound(void **state)
{
    (void)state;
    struct name_set *s = name_set_new(&key);
    static char name[70000];
    bool room = true;
    unsigned n = 0;
    assert_false(name_set_add(s, NAME_SNI, name, sizeof(name)));
    while (room) {
        room = name_set_add(s, NAME_DNS, name, 1000);
        memcpy(name, &n, sizeof(n));
        n++;
    }
    assert_in_range(name_set_bytes(s), NAME_SET_MAX / 2, 3 * NAME_SET_MAX);
    assert_true(name_set_add(s, NAME_DNS, "\0", 1));
    name_set_free(s);
}

/* --- DHCP --------------------------------------------------------------------------------------------- */

static char found[256];

static void take(void *ctx, enum name_kind kind, const void *p, size_t n)
{
    (void)ctx;
    assert_int_equal(kind, NAME_DHCP);
    sprintf(found + strlen(found), "%.*s ", (int)n, (const char *)p);
}

typedef void parser(const void *message, size_t n, name_fn *fn, void *ctx);

/* Cut anywhere it finds no more than whole, and reads nothing beyond. */
static void expect(parser *parse, const void *message, size_t n, const char *want)
{
    found[0] = '\0';
    parse(message, n, take, NULL);
    assert_string_equal(found, want);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, message, cut);
        found[0] = '\0';
        parse(copy, cut, take, NULL);
        free(copy);
    }
}

static void dhcp_options(void **state)
{
    (void)state;
    uint8_t m[300] = {1};
    memcpy(m + 44, "\14\3abc\377", 6); /* the server name's place, used for options */
    memcpy(m + 236, "\x63\x82\x53\x63", 4);
    memcpy(m + 240, "\0\x34\1\2\14\3lap\x51\17\4\0\0\3lap\7example\377", 28);
    expect(dhcp_names, m, sizeof(m), "lapabc lap.example ");
    memcpy(m + 240, "\14\2la\14\3p\0\0\x51\6\0\0\0p.q\377", 19); /* in two parts; in ASCII */
    expect(dhcp_names, m, sizeof(m), "lap p.q ");
    m[236] = 0;
    expect(dhcp_names, m, sizeof(m), "");
}

static void dhcpv6_options(void **state)
{
    (void)state;
    static const char inner[] = "\1abc\0\1\0\2xx\0\47\0\15\0\3lap\7example";
    char relayed[128] = "\14";
    size_t n = sizeof(inner) - 1;
    expect(dhcpv6_names, inner, n, "lap.example ");
    memcpy(relayed + 34, "\0\11\0", 3);
    relayed[37] = (char)n;
    memcpy(relayed + 38, inner, n);
    expect(dhcpv6_names, relayed, 38 + n, "lap.example ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_once_in_order), cmocka_unit_test(many_are_found), cmocka_unit_test(has_a_bound),
        cmocka_unit_test(dhcp_options),       cmocka_unit_test(dhcpv6_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
