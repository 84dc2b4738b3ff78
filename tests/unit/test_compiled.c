/* SPDX-License-Identifier: BSD-2-Clause */
/* test_compiled.c - rules that were compiled are the same rules; what is no such file is none. */
#include "rules/compiled.h"

#include "unit.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Behind the words, filled up, are two numbers of 32 bits, then the hash. */
enum { ORDER_AT = (sizeof("dpitool rules " DPITOOL_VERSION) + 7) / 8 * 8, HASH_AT = ORDER_AT + 8 };

static char path[] = "/tmp/dpitool-compiled-XXXXXX";

static struct rules *read_bytes(const char *bytes, size_t n, uint64_t hash)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return compiled_read(path, hash);
}

static uint64_t compile(const char *folder, struct buf *out)
{
    struct rules_problems problems = {0};
    struct dpi_err err;
    uint64_t hash;
    if (rules_compile(folder, out, &problems, &err) != DPI_OK)
        fail_msg("%s", err.msg);
    rules_problems_free(&problems);
    memcpy(&hash, out->p + HASH_AT, sizeof(hash));
    return hash;
}

/* What a set has of everything but tests is in its compiled form. */
static void is_the_same_set(void **state)
{
    static const char *const folders[] = {"tests/rules", "tests/signatures", "rules"};
    (void)state;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct buf first = {0}, second = {0};
        uint64_t hash = compile(folders[i], &first);
        struct rules *r = read_bytes(first.p, first.n, hash);
        assert_non_null(r);
        assert_true(r->n_applications + r->n_signatures > 0);
        compiled_write(r, hash, &second);
        assert_int_equal(first.n, second.n);
        assert_memory_equal(first.p, second.p, first.n);
        second.n = 0;
        assert_int_equal(compile(folders[i], &second), hash); /* as often as it is built */
        assert_int_equal(first.n, second.n);
        assert_memory_equal(first.p, second.p, first.n);
        rules_free(r);
        buf_free(&first);
        buf_free(&second);
    }
}

/* What is read is sealed; entries that are added then are found beside those. */
static void more_can_be_added(void **state)
{
    struct buf b = {0};
    (void)state;
    uint64_t hash = compile("tests/rules", &b);
    struct rules *r = read_bytes(b.p, b.n, hash);
    const struct entry *first = &r->entries[0];
    char key[UINT8_MAX];
    size_t n = first->hashed;
    enum entry_kind kind = (enum entry_kind)first->kind;
    uint32_t rule = first->scoped ? first->rule : NO_RULE;
    memcpy(key, entry_bytes(r, first) + first->n - n, n);
    uint32_t found = model_find(r, kind, rule, key, n);
    assert_int_not_equal(found, NO_ENTRY);
    assert_false(r->has_user);

    static const char added[] = "added.example";
    model_add_application(r)->id = "added";
    model_add_rule(r, (uint32_t)r->n_applications - 1);
    model_add_entry(r, ENTRY_HOST, added, sizeof(added) - 1, sizeof(added) - 1);
    assert_int_equal(model_find(r, ENTRY_HOST, NO_RULE, added, sizeof(added) - 1), NO_ENTRY);
    model_seal(r);
    assert_int_equal(model_find(r, ENTRY_HOST, NO_RULE, added, sizeof(added) - 1), r->n_entries - 1);
    assert_int_equal(model_find(r, kind, rule, key, n), found);
    assert_true(r->has_user);
    rules_free(r);
    buf_free(&b);
}

/* The room that there is at first in each array is what it has, were it one. */
static void each_array_grows(void **state)
{
    static const char file[] = "tests/rules/grows-%zu.yaml";
    struct rules *r = model_new();
    struct buf b = {0};
    char name[64];
    (void)state;
    model_add_file(r, "one.yaml");
    model_add_application(r)->id = "one";
    model_add_rule(r, 0);
    model_add_entry(r, ENTRY_HOST, "one.example", 11, 11);
    model_add_signature(r)->id = "signature";
    model_add_condition(r);
    model_seal(r);
    compiled_write(r, 1, &b);
    rules_free(r);
    r = read_bytes(b.p, b.n, 1);
    assert_non_null(r);
    for (size_t i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), file, i);
        assert_int_equal(model_add_file(r, name), i + 1);
        model_add_application(r)->id = "more";
        model_add_rule(r, (uint32_t)i + 1);
        model_add_entry(r, ENTRY_HOST, name, strlen(name), strlen(name));
        model_add_signature(r);
        model_add_condition(r);
    }
    model_seal(r);
    assert_int_equal(model_find(r, ENTRY_HOST, NO_RULE, name, strlen(name)), 100);
    assert_int_equal(model_find(r, ENTRY_HOST, NO_RULE, "one.example", 11), 0);
    rules_free(r);
    buf_free(&b);
}

static void others_are_none(void **state)
{
    struct buf b = {0};
    (void)state;
    uint64_t hash = compile("tests/rules", &b);
    assert_null(read_bytes(b.p, b.n, hash + 1));
    assert_null(compiled_read("/tmp/dpitool-compiled-none", hash));
    b.p[ORDER_AT] ^= 1; /* of a machine with other numbers */
    assert_null(read_bytes(b.p, b.n, hash));
    buf_free(&b);
}

/* Cut anywhere or with a byte changed it is none. */
static void damage_is_harmless(void **state)
{
    static const char *const folders[] = {"tests/rules", "tests/signatures"};
    (void)state;
    for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++) {
        struct buf b = {0};
        uint64_t hash = compile(folders[k], &b);
        for (size_t i = 0; i < b.n; i += i < 512 ? 1 : 23) {
            assert_null(read_bytes(b.p, i, hash));
            char *changed = xmemdup(b.p, b.n);
            changed[i] ^= (char)0xff;
            assert_null(read_bytes(changed, b.n, hash));
            free(changed);
        }
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_same_set),
        cmocka_unit_test(more_can_be_added),
        cmocka_unit_test(each_array_grows),
        cmocka_unit_test(others_are_none),
        cmocka_unit_test(damage_is_harmless),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int status = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return status;
}
