/* SPDX-License-Identifier: BSD-2-Clause */
/* test_siphash.c - the test vector of the SipHash paper (appendix A) and neighbours of it. */
#include "util/siphash.h"

#include "unit.h"

static void equals_the_paper(void **state)
{
    (void)state;
    const struct siphash_key key = {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
    uint8_t m[15];
    for (uint8_t i = 0; i < sizeof(m); i++)
        m[i] = i;
    assert_true(siphash(&key, m, sizeof(m)) == UINT64_C(0xa129ca6149be45e5));
    assert_true(siphash(&key, m, 0) == UINT64_C(0x726fdb47dd0e0e31));
}

static void key_changes_the_hash(void **state)
{
    (void)state;
    struct siphash_key a = siphash_random_key(), b = siphash_random_key();
    assert_true(siphash(&a, "flow", 4) != siphash(&b, "flow", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_paper),
        cmocka_unit_test(key_changes_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
