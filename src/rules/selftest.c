/* SPDX-License-Identifier: BSD-2-Clause */
/* selftest.c - the tests that stand in rule files. */
#include "rules/model.h"

#include <stdio.h>

static struct rules_query query_of(const struct rule_test *t, struct rules_name *name)
{
    struct rules_query q = {.transport = t->transport};
    if (t->name) {
        *name = (struct rules_name){.name = dpi_text_of(t->name), .kind = RULES_NAME_sni};
        q.names = name;
        q.n_names = 1;
    }
    q.end[RULES_SERVER] = (struct rules_end){.addr = t->addr, .has_port = t->port != 0, .port = t->port};
    return q;
}

static const char *subject(const struct rule_test *t, char text[static DPI_ADDR_MAX])
{
    if (t->name)
        return t->name;
    if (!t->addr.family)
        return "the port";
    dpi_addr_text(text, &t->addr);
    return text;
}

static void tell(const struct rules *r, const struct rule_test *t, const struct rules_match *m,
                 struct rules_problems *problems)
{
    char text[DPI_ADDR_MAX];
    struct rules_place at = {r->files[t->file], t->line, t->column};
    const char *expected = t->application ? t->application : "no application";
    if (m)
        rules_error(problems, &at, "the test of %s fails: expected %s, but %s in %s:%u has it", subject(t, text),
                    expected, m->id, m->file, m->line);
    else
        rules_error(problems, &at, "the test of %s fails: expected %s, but no rule has it", subject(t, text),
                    expected);
}

size_t rules_run_tests(const struct rules *r, struct rules_problems *problems)
{
    for (size_t i = 0; i < r->n_tests; i++) {
        struct rules_match m;
        struct rules_name name;
        struct rules_query q = query_of(&r->tests[i], &name);
        const char *expected = r->tests[i].application;
        bool found = rules_find(r, &q, &m);
        if (found ? !expected || strcmp(m.id, expected) != 0 : expected != NULL)
            tell(r, &r->tests[i], found ? &m : NULL, problems);
    }
    rules_problems_sort(problems);
    return r->n_tests;
}
