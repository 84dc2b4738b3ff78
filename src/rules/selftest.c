/* SPDX-License-Identifier: BSD-2-Clause */
/* selftest.c - the tests that stand in rule files. */
#include "rules/model.h"

#include <stdio.h>

static struct rules_query query_of(const struct rule_test *t, struct rules_name *name,
                                   char sent[static RULES_NAME_MAX + 1])
{
    struct rules_query q = {.transport = t->transport};
    if (t->name) {
        *name = (struct rules_name){.name = dpi_text_of(rules_name_as_sent(t->name, sent)), .kind = NAME_SNI};
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

/* --- signatures --------------------------------------------------------------------------------------- */

static void tell_protocol(const struct rules *r, const struct rule_test *t, const struct rules_signature_match *m,
                          struct rules_problems *problems)
{
    struct rules_place at = {r->files[t->file], t->line, t->column};
    const char *expected = t->protocol ? t->protocol : "no protocol";
    if (m)
        rules_error(problems, &at, "the test of the payload fails: expected %s, but %s in %s:%u has it", expected,
                    m->signature.id, m->signature.file, m->signature.line);
    else
        rules_error(problems, &at, "the test of the payload fails: expected %s, but no signature has it", expected);
}

static void run_payload_test(const struct rules *r, const struct rule_test *t, struct rules_problems *problems)
{
    struct rules_signature_match m;
    struct rules_payload p = {.transport = t->transport, .port = t->port};
    for (unsigned side = 0; side < 2; side++)
        if (t->sides & 1u << side)
            p.side[side] = (struct rules_first_messages){t->payload, t->n_payload};
    bool found = rules_find_signature(r, &p, &m);
    if (found ? !t->protocol || strcmp(m.signature.protocol, t->protocol) != 0 : t->protocol != NULL)
        tell_protocol(r, t, found ? &m : NULL, problems);
}

/* --- all ---------------------------------------------------------------------------------------------- */

static void run_test(const struct rules *r, const struct rule_test *t, struct rules_problems *problems)
{
    struct rules_match m;
    char sent[RULES_NAME_MAX + 1];
    struct rules_name name;
    struct rules_query q = query_of(t, &name, sent);
    bool found = rules_find(r, &q, &m);
    if (found ? !t->application || strcmp(m.id, t->application) != 0 : t->application != NULL)
        tell(r, t, found ? &m : NULL, problems);
}

size_t rules_run_tests(const struct rules *r, struct rules_problems *problems)
{
    for (size_t i = 0; i < r->n_tests; i++)
        (r->tests[i].n_payload ? run_payload_test : run_test)(r, &r->tests[i], problems);
    rules_problems_sort(problems);
    return r->n_tests;
}
