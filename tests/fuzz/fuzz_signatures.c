/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_signatures.c - signatures of a rule file, and the first messages of a flow that they are asked for. The file is
 * what stands before the first zero byte; behind it transport, port, and messages: side and length, then bytes. A flow
 * of which no more is kept than the signatures look at has the same one. */
#include "fuzz.h"

#include "rules/rules.h"
#include "util/first_message.h"

#include <string.h>

struct side {
    struct first_message v[FIRST_MESSAGES_MAX];
    struct taken bytes[FIRST_MESSAGES_MAX];
    unsigned n;
};

struct flow {
    struct side side[2];
    uint8_t transport;
    uint16_t port;
};

static void take_flow(struct flow *f, struct cursor *c)
{
    static const uint8_t transports[] = {17, 6, 132};
    memset(f, 0, sizeof(*f));
    f->transport = transports[take_byte(c) % sizeof(transports)];
    f->port = (uint16_t)(take_byte(c) << 8);
    f->port |= take_byte(c);
    while (cursor_left(c)) {
        uint8_t what = take_byte(c);
        struct side *s = &f->side[what & 1];
        struct taken bytes = take_bytes(c, (size_t)(what & 2) << 7 | take_byte(c));
        if (s->n == FIRST_MESSAGES_MAX) {
            free(bytes.p);
            continue;
        }
        s->v[s->n] = first_message_of(bytes.p, (uint32_t)bytes.n);
        s->v[s->n].cut = what & 4;
        s->bytes[s->n++] = bytes;
    }
}

static void free_flow(struct flow *f)
{
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 0; k < f->side[i].n; k++)
            free(f->side[i].bytes[k].p);
}

/* As flow/firsts.c keeps them. */
static void cut_to(struct flow *f, const struct rules_reach *reach)
{
    for (unsigned i = 0; i < 2; i++) {
        struct side *s = &f->side[i];
        s->n = s->n < reach->messages ? s->n : reach->messages;
        for (unsigned k = 0; k < s->n; k++)
            if (s->v[k].n_head > reach->head)
                s->v[k].n_head = (uint16_t)reach->head;
    }
}

static bool find(const struct rules *r, const struct flow *f, struct rules_signature_match *m)
{
    struct rules_payload p = {.transport = f->transport, .port = f->port};
    for (unsigned i = 0; i < RULES_ENDS; i++)
        p.side[i] = (struct rules_first_messages){f->side[i].v, f->side[i].n};
    return rules_find_signature(r, &p, m);
}

static void look_up(const struct rules *r, struct flow *f)
{
    struct rules_signature_match whole, cut;
    struct rules_reach reach = rules_signatures_reach(r);
    CLAIM(reach.messages <= FIRST_MESSAGES_MAX && reach.head <= FIRST_HEAD_MAX);
    bool found = find(r, f, &whole);
    CLAIM(!found || (whole.rule < rules_count(r) && whole.signature.protocol && whole.signature.id));
    unsigned n[2] = {f->side[0].n, f->side[1].n};
    cut_to(f, &reach);
    bool again = find(r, f, &cut);
    f->side[0].n = n[0]; /* what was left out is to be freed, too */
    f->side[1].n = n[1];
    CLAIM(found == again && (!found || whole.rule == cut.rule));
}

static void use(const struct rules *r, struct rules_problems *problems, struct cursor *c)
{
    static const struct rules_lint_options lint = {.need_source = true};
    struct flow f;
    struct rules_signature s;
    for (size_t i = 0; i < rules_counts(r).signatures; i++) {
        rules_signature(r, i, &s);
        CLAIM(s.id && s.protocol && s.line);
    }
    rules_lint(r, &lint, problems);
    CLAIM(rules_run_tests(r, problems) == rules_counts(r).tests);
    take_flow(&f, c);
    look_up(r, &f);
    free_flow(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const uint8_t *end = n ? memchr(data, 0, n) : NULL;
    size_t text = end ? (size_t)(end - data) : n;
    struct fuzz_file f = fuzz_file(data, text);
    struct cursor c = cursor_of(data + text + (end != NULL), n - text - (end != NULL));
    struct rules_problems problems = {0};
    struct rules_source from = {.path = f.path};
    struct rules *r;
    struct dpi_err err;
    enum dpi_status st = rules_load(&r, &from, 1, &problems, &err);
    CLAIM((st == DPI_OK) == (problems.errors == 0));
    if (st == DPI_OK)
        use(r, &problems, &c);
    rules_free(r);
    rules_problems_free(&problems);
    fuzz_file_close(&f);
    return 0;
}
