/* SPDX-License-Identifier: BSD-2-Clause */
/* test_tshark.c - what is counted of a script, and what a script cannot do. Skipped without tshark, or where the kernel
 * has no sandbox for it. */
#include "trial/tshark.h"

#include "sandbox/sandbox.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two datagrams of UDP to port 7000, one with four bytes and one empty. */
static const uint8_t two_datagrams[] =
    "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0"
    "\0\0\0\0\0\0\0\0\x20\0\0\0\x20\0\0\0\x45\0\0\x20\0\0\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2\x1f\x40\x1b\x58\0\x0c\0\0"
    "abcd"
    "\0\0\0\0\0\0\0\0\x1c\0\0\0\x1c\0\0\0\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2\x1f\x40\x1b\x58\0\x08\0\0";

static struct tshark *start(void)
{
    struct sandbox_state possible = sandbox_possible();
    struct tshark *t = possible.files && possible.calls ? tshark_new(getenv("PATH"), true) : NULL;
    if (!t)
        skip();
    return t;
}

static bool try(struct tshark *t, const char *text, struct tshark_result *r)
{
    struct buf script = {0}, capture = {0};
    struct tshark_trial trial = {"zz", &script, &capture, {false, false}};
    buf_str(&script, text);
    buf_add(&capture, two_datagrams, sizeof(two_datagrams) - 1);
    bool ran = tshark_try(t, &trial, r);
    buf_free(&script);
    buf_free(&capture);
    return ran;
}

#define DISSECTOR(code)                                                     \
    "local p = Proto('zz', 'zz')\n"                                         \
    "function p.dissector(tvb, pinfo, tree) tree:add(p, tvb()) " code " end\n" \
    "DissectorTable.get('udp.port'):add(7000, p)\n"

static void counts_what_is_claimed(void **state)
{
    struct tshark *t = start();
    struct tshark_result r = {0};
    (void)state;
    assert_true(try(t, DISSECTOR(""), &r));
    assert_int_equal(r.packets, 1);
    assert_int_equal(r.claimed, 1);
    assert_int_equal(r.malformed + r.errors, 0);
    assert_true(try(t, DISSECTOR("tvb(0, 5)"), &r)); /* one more than there are */
    assert_int_equal(r.claimed, 1);
    assert_true(r.malformed + r.errors > 0);
    assert_true(try(t, DISSECTOR("error('no')"), &r));
    assert_int_equal(r.errors, 1);
    assert_true(try(t, "local p = Proto('zz', 'zz')\n", &r));
    assert_int_equal(r.claimed, 0);
    tshark_free(t);
}

static void a_script_that_is_none_does_not_run(void **state)
{
    struct tshark *t = start();
    struct tshark_result r;
    (void)state;
    assert_false(try(t, "this is no Lua", &r));
    assert_false(try(t, "local p = Proto('other', 'other')\n", &r));
    assert_true(try(t, DISSECTOR(""), &r));
    tshark_free(t);
}

static void a_script_does_nothing_else(void **state)
{
    static char folder[] = "/tmp/test-tshark-XXXXXX";
    char script[512], file[64], trace[64];
    struct tshark *t = start();
    struct tshark_result r;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/file", folder);
    snprintf(trace, sizeof(trace), "%s/trace", folder);
    snprintf(script, sizeof(script), "assert(not io.open('%s', 'w'))\nassert(not os.execute('echo > %s'))\n"
                                     "assert(not os.remove('%s'))\n" DISSECTOR(""), file, trace, folder);
    assert_true(try(t, script, &r)); /* an assertion that fails leaves no protocol behind */
    assert_int_equal(r.claimed, 1);
    tshark_free(t);
    assert_int_equal(rmdir(folder), 0); /* as nothing is in it */
}

static void without_a_program_there_is_none(void **state)
{
    (void)state;
    assert_null(tshark_new("/nonexistent:relative", true));
    assert_null(tshark_new(NULL, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_is_claimed),
        cmocka_unit_test(a_script_that_is_none_does_not_run),
        cmocka_unit_test(a_script_does_nothing_else),
        cmocka_unit_test(without_a_program_there_is_none),
    };
    return cmocka_run_group_tests_name("tshark", tests, NULL, NULL);
}
