/* SPDX-License-Identifier: BSD-2-Clause */
/* test_opt.c - the option parser: every type, every way to be wrong. */
#include "cli/opt.h"

#include "unit.h"

#include <string.h>

struct values {
    bool flag;
    uint64_t number, size;
    int64_t seconds, other_seconds;
    const char *text;
    struct opt_texts texts;
    unsigned choice;
    uint32_t set;
};

static const char *const choices[] = {"auto", "always", "never", NULL};

#define AT(member) offsetof(struct values, member)
static const struct opt table[] = {
    {.name = "flag", .letter = 'g', .type = OPT_FLAG, .offset = AT(flag)},
    {.name = "number", .letter = 'n', .type = OPT_NUMBER, .offset = AT(number), .arg = "N", .min = 5, .max = 10, .def = "7"},
    {.name = "size", .type = OPT_SIZE, .offset = AT(size), .arg = "SIZE", .max = UINT64_MAX},
    {.name = "time", .type = OPT_SECONDS, .offset = AT(seconds), .arg = "TIME", .max = 1000000},
    {.name = "wait", .type = OPT_SECONDS, .offset = AT(other_seconds), .arg = "TIME", .max = 1000000},
    {.name = "text", .letter = 't', .type = OPT_TEXT, .offset = AT(text), .arg = "TEXT"},
    {.name = "out", .letter = 'o', .type = OPT_TEXTS, .offset = AT(texts), .arg = "OUT"},
    {.name = "color", .type = OPT_CHOICE, .offset = AT(choice), .choices = choices, .def = "auto"},
    {.name = "set", .type = OPT_SET, .offset = AT(set), .arg = "LIST", .choices = choices, .def = "all"},
    {0},
};

struct parsed {
    struct values v;
    struct opt_words words;
    struct dpi_err err;
    enum dpi_status status;
};

static struct parsed parse(const char *line)
{
    static char copy[256];
    char *argv[32];
    int argc = 0;
    struct parsed p = {0};
    snprintf(copy, sizeof(copy), "%s", line);
    for (char *save, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    p.status = opt_parse(table, &p.v, argc, argv, &p.words, &p.err);
    return p;
}

static void free_parsed(struct parsed *p)
{
    opt_free(table, &p->v, &p->words);
}

static void takes_every_type(void **state)
{
    (void)state;
    struct parsed p = parse("-g a --number=9 --size 2k --time 5m -tx -o 1 --out=2 b --color never --set never,auto "
                            "- -- --flag");
    assert_int_equal(p.status, DPI_OK);
    assert_true(p.v.flag);
    assert_int_equal(p.v.number, 9);
    assert_int_equal(p.v.size, 2048);
    assert_true(p.v.seconds == INT64_C(300000000000));
    assert_true(p.v.other_seconds == -1);
    assert_string_equal(p.v.text, "x");
    assert_int_equal(p.v.texts.n, 2);
    assert_string_equal(p.v.texts.v[1], "2");
    assert_int_equal(p.v.choice, 2);
    assert_int_equal(p.v.set, 5);
    assert_int_equal(p.words.n, 4);
    assert_string_equal(p.words.v[2], "-");
    assert_string_equal(p.words.v[3], "--flag");
    free_parsed(&p);
}

static void defaults_hold(void **state)
{
    (void)state;
    struct parsed p = parse("");
    assert_int_equal(p.v.number, 7);
    assert_false(p.v.flag);
    assert_null(p.v.text);
    assert_int_equal(p.v.choice, 0);
    assert_int_equal(p.v.set, 7);
    free_parsed(&p);
    p = parse("--set none");
    assert_int_equal(p.v.set, 0);
    free_parsed(&p);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } rows[] = {
        {"--flga", "did you mean --flag"},
        {"--number 11", "out of range: 5 to 10"},
        {"--number 4", "out of range: 5 to 10"},
        {"--number 7x", "is not a number"},
        {"--number -7", "is not a number"},
        {"--number 99999999999999999999", "is not a number"},
        {"--size 17179869184G", "is not a size"},
        {"--time 5y", "is not a time"},
        {"--time 1000001", "out of range"},
        {"--number", "needs a value: N"},
        {"-n", "needs a value"},
        {"--flag=yes", "takes no value"},
        {"-x", "no option -x"},
        {"--color alwys", "did you mean 'always'"},
        {"--color purple", "is not one of its values: auto, always, never"},
        {"--set always,nevre", "'nevre' is not one of its values: all or none, or with commas between auto, always, "
                               "never; did you mean 'never'?"},
        {"--set auto,", "'' is not one"},
        {"--set auto,none", "'none' is not one"},
        {"--set=", "'' is not one"},
        {"--zzzzzzzz", "no option --zzzzzzzz"},
        {"--hlep", "did you mean --help"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct parsed p = parse(rows[i].line);
        assert_int_equal(p.status, DPI_USAGE);
        if (!strstr(p.err.msg, rows[i].message))
            fail_msg("%s: %s", rows[i].line, p.err.msg);
        free_parsed(&p);
    }
}

static void tells_argument_and_default(void **state)
{
    (void)state;
    static const struct opt number = {.name = "n", .type = OPT_NUMBER, .arg = "N", .def = "7", .help = "how many"};
    static const struct opt choice = {.name = "c", .type = OPT_CHOICE, .arg = "WHEN", .choices = choices, .help = "x"};
    static const struct opt flag = {.name = "f", .type = OPT_FLAG, .help = "so"};
    char text[OPT_TEXT_MAX];
    opt_argument(text, &number);
    assert_string_equal(text, "N");
    opt_argument(text, &choice);
    assert_string_equal(text, "auto|always|never");
    opt_argument(text, &flag);
    assert_string_equal(text, "");
    opt_text(text, &number);
    assert_string_equal(text, "how many [7]");
    opt_text(text, &flag);
    assert_string_equal(text, "so");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_type),
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(tells_argument_and_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
