/* SPDX-License-Identifier: BSD-2-Clause */
/* test_veto.c - what is left of a label when parts of it are not wanted. */
#include "ndpi/veto.h"

#include "unit.h"

enum { NONE, TLS, DNS, NETFLIX, WHATSAPP_CALL, STUN, NAMES };

static const char *name(const void *ctx, uint16_t id)
{
    static const char *const names[NAMES] = {"Unknown", "TLS", "DNS", "NetFlix", "WhatsAppCall", "STUN"};
    (void)ctx;
    return names[id];
}

struct row {
    const char *not_wanted;
    uint16_t master, app, left_master, left_app;
};

static void leaves_what_is_wanted(void **state)
{
    static const struct row rows[] = {
        {"DNS", TLS, NETFLIX, TLS, NETFLIX},
        {"tls", TLS, NETFLIX, NONE, NONE},      /* the application was found in it */
        {"tls", NONE, TLS, NONE, NONE},
        {"TLS", NONE, NETFLIX, NONE, NETFLIX}, /* found by its address: nothing says what it runs on */
        {"netflix", TLS, NETFLIX, NONE, TLS},
        {"netflix", NONE, NETFLIX, NONE, NONE},
        {"STUN", NONE, WHATSAPP_CALL, NONE, NONE},
        {"unknown", NONE, NONE, NONE, NONE},
        {"TLS", NONE, DNS, NONE, DNS},
        {"TLS", NONE, NAMES + 5, NONE, NAMES + 5}, /* a number that the library has no name for */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        uint16_t master = r->master, app = r->app;
        struct veto *v = veto_new(&r->not_wanted, 1, name, NULL, NAMES);
        bool changed = veto_apply(v, &master, &app);
        if (master != r->left_master || app != r->left_app)
            fail_msg("row %zu: %u.%u is left", i, master, app);
        assert_int_equal(changed, master != r->master || app != r->app);
        veto_free(v);
    }
}

static void nothing_is_not_wanted(void **state)
{
    uint16_t master = TLS, app = NETFLIX;
    (void)state;
    struct veto *v = veto_new(NULL, 0, name, NULL, NAMES);
    assert_null(v);
    assert_false(veto_apply(v, &master, &app));
    assert_false(veto_has(v, TLS));
    veto_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_is_wanted),
        cmocka_unit_test(nothing_is_not_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
