/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_rules.c - a rule file: loaded, checked, its tests run, some flows looked up. */
#include "fuzz.h"

#include "rules/rules.h"

static void tell(void *ctx, const struct rules_candidate_info *info)
{
    size_t *n = ctx;
    CLAIM(info->rule && info->match.id);
    ++*n;
}

static void look_up(const struct rules *r)
{
    static const struct rules_name names[] = {
        {{"www.example.com", 15}, NAME_SNI},
        {{"a.b.example.org", 15}, NAME_DNS},
    };
    static const struct rules_query q = {
        .names = names,
        .n_names = 2,
        .end = {{{4, {192, 0, 2, 1}}, true, 50000}, {{4, {198, 51, 100, 1}}, true, 443}},
        .transport = 6,
        .protocol = {"TLS", 3},
    };
    struct rules_match m;
    size_t candidates = 0;
    bool found = rules_find(r, &q, &m);
    rules_explain(r, &q, tell, &candidates);
    CLAIM(!found || (candidates && m.rule < rules_count(r)));
}

static void use(const struct rules *r, struct rules_problems *problems)
{
    static const struct rules_lint_options lint = {.need_source = true};
    struct rules_counts counts = rules_counts(r);
    struct rules_application a;
    struct rules_rule rule;
    for (size_t i = 0; i < counts.applications; i++)
        rules_application(r, i, &a);
    for (size_t i = 0; i < rules_count(r); i++)
        rules_rule(r, i, &rule);
    rules_lint(r, &lint, problems);
    CLAIM(rules_run_tests(r, problems) == counts.tests);
    look_up(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_file f = fuzz_file(data, n);
    struct rules_problems problems = {0};
    struct rules_source from = {.path = f.path};
    struct rules *r;
    struct dpi_err err;
    enum dpi_status st = rules_load(&r, &from, 1, &problems, &err);
    CLAIM((st == DPI_OK) == (problems.errors == 0));
    if (st == DPI_OK)
        use(r, &problems);
    rules_free(r);
    rules_problems_free(&problems);
    fuzz_file_close(&f);
    return 0;
}
