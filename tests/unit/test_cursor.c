/* SPDX-License-Identifier: BSD-2-Clause */
/* test_cursor.c - every read at every distance from the end: it gives the right value and consumes it, or
 * consumes nothing. */
#include "decode/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static bool read_u8(struct cursor *c, uint32_t *out)
{
    uint8_t v = 0;
    bool ok = cursor_u8(c, &v);
    *out = v;
    return ok;
}

static bool read_be16(struct cursor *c, uint32_t *out)
{
    uint16_t v = 0;
    bool ok = cursor_be16(c, &v);
    *out = v;
    return ok;
}

static bool read_be32(struct cursor *c, uint32_t *out)
{
    *out = 0;
    return cursor_be32(c, out);
}

static bool read_bytes(struct cursor *c, uint32_t *out)
{
    const uint8_t *p = NULL;
    bool ok = cursor_bytes(c, &p, 3);
    *out = ok ? (uint32_t)(p[0] << 16 | p[1] << 8 | p[2]) : 0;
    return ok;
}

static const struct {
    const char *name;
    bool (*read)(struct cursor *c, uint32_t *out);
    size_t size;
    uint32_t value; /* of the bytes 81 92 a3 b4 */
} reads[] = {
    {"u8", read_u8, 1, 0x81},
    {"be16", read_be16, 2, 0x8192},
    {"bytes", read_bytes, 3, 0x8192a3},
    {"be32", read_be32, 4, 0x8192a3b4},
};

static void reads_are_checked(void **state)
{
    static const uint8_t bytes[] = {0x81, 0x92, 0xa3, 0xb4};

    (void)state;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        for (size_t n = 0; n <= sizeof bytes; n++) {
            uint8_t *copy = malloc(n ? n : 1); /* of that size, so that ASan sees a read behind it */
            uint32_t value;
            struct cursor c;

            memcpy(copy, bytes, n);
            c = cursor_of(copy, n);
            if (reads[i].read(&c, &value) != (n >= reads[i].size))
                fail_msg("%s of %zu bytes", reads[i].name, n);
            assert_int_equal(value, n >= reads[i].size ? reads[i].value : 0);
            assert_int_equal(cursor_left(&c), n >= reads[i].size ? n - reads[i].size : n);
            free(copy);
        }
    }
}

static void skip_never_passes_the_end(void **state)
{
    uint8_t bytes[8] = {0};
    struct cursor c = cursor_of(bytes, sizeof bytes);

    (void)state;
    assert_false(cursor_skip(&c, 9));
    assert_false(cursor_skip(&c, SIZE_MAX));
    assert_int_equal(cursor_left(&c), 8);
    assert_true(cursor_skip(&c, 8));
    assert_true(cursor_skip(&c, 0));
    assert_false(cursor_skip(&c, 1));
    assert_ptr_equal(c.p, bytes + 8);
}

static void nothing_is_a_cursor_too(void **state)
{
    struct cursor c = cursor_of(NULL, 0);
    uint8_t v;

    (void)state;
    assert_int_equal(cursor_left(&c), 0);
    assert_true(cursor_skip(&c, 0));
    assert_false(cursor_u8(&c, &v));
}

static void fields_of_a_header(void **state)
{
    static const uint8_t h[] = {0x81, 0x92, 0xa3, 0xb4};

    (void)state;
    assert_int_equal(be16_at(h), 0x8192);
    assert_int_equal(le16_at(h), 0x9281);
    assert_int_equal(be32_at(h), 0x8192a3b4);
    assert_int_equal(le32_at(h), 0xb4a39281);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_are_checked),
        cmocka_unit_test(skip_never_passes_the_end),
        cmocka_unit_test(nothing_is_a_cursor_too),
        cmocka_unit_test(fields_of_a_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
