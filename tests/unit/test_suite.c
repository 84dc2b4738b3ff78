/* SPDX-License-Identifier: BSD-2-Clause */
/* test_suite.c - YAML as a tree, expected numbers, and reports that nothing breaks. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "suite/counts.h"
#include "yaml/tree.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static enum dpi_status read_tree(struct tree *t, const char *text, struct dpi_err *err)
{
    return tree_read(t, source_memory(text, strlen(text)), "x", err);
}

static void reads_yaml(void **state)
{
    struct tree t;
    struct dpi_err err;
    (void)state;
    assert_int_equal(read_tree(&t, "a: 1\nb:\n  - x\n  - {y: 'z'}\nc:\n", &err), DPI_OK);
    const struct tree_node *a = t.root->first, *b = a->next, *c = b->next;
    assert_string_equal(a->key, "a");
    assert_string_equal(a->text, "1");
    assert_true(a->plain);
    assert_int_equal(b->type, TREE_LIST);
    assert_string_equal(b->first->text, "x");
    assert_null(b->first->key);
    assert_int_equal(b->first->line, 3);
    assert_string_equal(b->first->next->first->key, "y");
    assert_false(b->first->next->first->plain);
    assert_int_equal(c->line, 5);
    assert_string_equal(c->text, "");
    assert_null(c->next);
    tree_free(&t);
    assert_int_equal(read_tree(&t, "# nothing\n", &err), DPI_OK);
    assert_null(t.root);
    tree_free(&t);
}

/* Comparing each with all before it would take minutes. */
static void bounds_the_keys(void **state)
{
    enum { LINE = sizeof("0000: 1\n") - 1, MOST = TREE_KEYS_MAX * LINE };
    char text[MOST + LINE + 1];
    struct tree t;
    struct dpi_err err;
    (void)state;
    for (unsigned i = 0; i <= TREE_KEYS_MAX; i++)
        snprintf(text + LINE * i, LINE + 1, "%04x: 1\n", i);
    assert_int_equal(read_tree(&t, text, &err), DPI_RULES);
    assert_string_equal(err.msg, "x:4097: more than 4,096 keys in one mapping");
    tree_free(&t);
    text[MOST] = '\0';
    assert_int_equal(read_tree(&t, text, &err), DPI_OK);
    tree_free(&t);
}

static void refuses_yaml(void **state)
{
    static const char *const rows[][2] = {
        {"a: 1\na: 2\n", "x:2: 'a' is there twice"},
        {"a: &b 1\n", "x:1: anchors and tags are not known here"},
        {"a: 1\nb: *a\n", "x:2: aliases are not known here"},
        {"a: !!str 1\n", "x:1: anchors and tags are not known here"},
        {"a: 1\n---\nb: 2\n", "x:2: a second document begins"},
        {"? [a]\n: 1\n", "x:1: a key is a text"},
        {"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\n", "x:1: nested too deep"},
        {"a: \"b\\0\"\n", "x:1: a text with a NUL in it"},
    };
    struct tree t;
    struct dpi_err err;
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_int_equal(read_tree(&t, rows[i][0], &err), DPI_RULES);
        assert_string_equal(err.msg, rows[i][1]);
        tree_free(&t);
    }
    assert_int_equal(read_tree(&t, "a: [1\n", &err), DPI_RULES);
    assert_memory_equal(err.msg, "x:2: ", 5);
    tree_free(&t);
}

static void compares_counts(void **state)
{
    static const struct {
        const char *text;
        uint64_t n;
        bool holds;
    } rows[] = {{"3", 3, true},    {"3", 4, false},   {">= 2", 2, true},  {">=2", 1, false}, {"> 2", 2, false},
                {"< 2", 1, true},  {"<= 2", 3, false}, {"!= 2", 3, true}, {"== 2", 2, true}, {"2k", 2048, true}};
    static const char *const wrong[] = {"", "x", "-1", ">", "~ 3", "3 4", "1.5"};
    struct count c;
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_true(count_parse(&c, rows[i].text));
        assert_int_equal(count_holds(&c, rows[i].n), rows[i].holds);
    }
    for (size_t i = 0; i < LEN(wrong); i++)
        assert_false(count_parse(&c, wrong[i]));
}

static char *written(void (*write)(FILE *out, const struct report *r), const struct report *r)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    write(out, r);
    fclose(out);
    return text;
}

static void make_report(struct report *r)
{
    *r = (struct report){.name = "s<&>"};
    report_end(r, report_add(r, "good"), REPORT_PASSED);
    struct report_case *c = report_add(r, "bad # \"<\x1b[31m");
    report_line(c, "a < b & \"c\" \x01\xff]]>");
    report_line(c, "second");
    report_end(r, c, REPORT_FAILED);
    c = report_add(r, "left");
    report_line(c, "why");
    report_end(r, c, REPORT_SKIPPED);
}

static void reports_are_safe(void **state)
{
    static const char tap[] = "TAP version 13\n1..3\nok 1 - good\nnot ok 2 - bad \\# \"<\\\\x1b[31m\n"
                              "# a < b & \"c\" \\x01\\xff]]>\n# second\nok 3 - left # SKIP\n# why\n";
    static const char junit[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"s&lt;&amp;&gt;\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">\n"
        "  <testcase classname=\"s&lt;&amp;&gt;\" name=\"good\"/>\n"
        "  <testcase classname=\"s&lt;&amp;&gt;\" name=\"bad # &quot;&lt;\\x1b[31m\">\n"
        "    <failure message=\"a &lt; b &amp; &quot;c&quot; \\x01\\xff]]&gt;\">\n"
        "a &lt; b &amp; &quot;c&quot; \\x01\\xff]]&gt;\nsecond\n    </failure>\n  </testcase>\n"
        "  <testcase classname=\"s&lt;&amp;&gt;\" name=\"left\">\n    <skipped message=\"why\">\nwhy\n    </skipped>\n"
        "  </testcase>\n</testsuite>\n";
    struct report r;
    (void)state;
    make_report(&r);
    char *text = written(report_tap, &r);
    assert_string_equal(text, tap);
    free(text);
    text = written(report_junit, &r);
    assert_string_equal(text, junit);
    free(text);
    text = written(report_text, &r);
    assert_non_null(strstr(text, "1 passed, 1 failed, 1 skipped\n"));
    assert_null(strchr(text, '\x1b'));
    free(text);
    report_free(&r);
}

static void reports_are_bounded(void **state)
{
    struct report r = {.name = "s"};
    (void)state;
    struct report_case *c = report_add(&r, "many");
    for (int i = 0; i < REPORT_LINES_MAX + 5; i++)
        report_line(c, "line %d", i);
    report_end(&r, c, REPORT_FAILED);
    char *text = written(report_tap, &r);
    assert_non_null(strstr(text, "# line 199\n# and 5 more lines\n"));
    assert_null(strstr(text, "line 200"));
    free(text);
    report_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_yaml),       cmocka_unit_test(refuses_yaml),
        cmocka_unit_test(bounds_the_keys),  cmocka_unit_test(compares_counts),
        cmocka_unit_test(reports_are_safe), cmocka_unit_test(reports_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
