/* SPDX-License-Identifier: BSD-2-Clause */
/* unknown_samples.c - for unknown_bench.py: every flow of a capture as if it were unknown, and what is made of such.
 *
 *     unknown_samples read CAPTURE           a line a flow: its label, how sure it is, its ends and first messages
 *     unknown_samples group both|payload     lines in, a number a line out: its group; an empty line ends a draw
 *     unknown_samples profile all            lines in, a JSON object out: their profile as one group, as above
 *     unknown_samples draft both             lines in, a line a group out: the signature that is drafted for it, and an
 *                                            empty line; lines that begin with ! are of known flows */
#include "cli/capture_run.h"
#include "gather/gather.h"
#include "profile/profile_json.h"
#include "scaffold/draft.h"
#include "unknown/kinds.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- reading captures --------------------------------------------------------------------------------- */

struct labels_read {
    uint64_t *id;
    char (*text)[160];
    size_t n;
};

static enum dpi_status take_label(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct labels_read *l = ctx;
    (void)err;
    l->id = xrealloc(l->id, l->n + 1, sizeof(*l->id));
    l->text = xrealloc(l->text, l->n + 1, sizeof(*l->text));
    l->id[l->n] = r->flow_id;
    snprintf(l->text[l->n++], sizeof(l->text[0]), "%.*s %.*s", (int)r->protocol.n, r->protocol.p,
             (int)r->classified_by.n, r->classified_by.p);
    return DPI_OK;
}

static enum dpi_status end_flow(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    (void)err;
    gather_end(ctx, r->flow_id);
    return DPI_OK;
}

static void put_hex(const uint8_t *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        printf("%02x", p[i]);
}

/* What is kept of a side beyond its messages: where segments began, and the rest of the stream. */
static void put_stream(const struct sample_side *s, unsigned side)
{
    uint32_t behind = 0;
    printf(" +,%u,%d,%" PRIu32 ",", side, s->full, s->segmented);
    for (uint32_t i = 0; i < s->n_segments; i++)
        printf("%" PRIu32 ":%" PRIu32 ":%" PRId64 ";", s->segment[i].at, s->segment[i].index, s->segment[i].time_ns);
    for (uint32_t i = 0; i < s->n_messages; i++)
        behind = s->message[i].at + s->message[i].kept;
    putchar(',');
    put_hex(s->bytes + behind, s->n - behind);
}

static void put_sample(const struct sample *s)
{
    printf(" %u %d %d %d %u %u", s->transport, s->has_ports, s->stream, s->midstream, s->port[0], s->port[1]);
    for (unsigned i = 0; i < 2; i++) {
        printf(" %u:", s->addr[i].family);
        put_hex(s->addr[i].b, 16);
    }
    for (unsigned side = 0; side < 2; side++)
        for (uint32_t i = 0; i < s->side[side].n_messages; i++) {
            struct message m = sample_get(s, side, i);
            printf(" %u,%" PRIu32 ",%" PRId64 ",%" PRIu32 ",", side, m.index, m.time_ns, m.size);
            put_hex(m.bytes, m.kept);
        }
    for (unsigned side = 0; side < 2 && s->stream; side++)
        put_stream(&s->side[side], side);
    putchar('\n');
}

static enum dpi_status pass(const char *path, const struct engine_options *more, engine_record_fn *fn, void *ctx)
{
    struct dpi_err err;
    struct capture_run run;
    struct capture_options o = {
        .max_flows = 1000000, .memory = UINT64_C(1) << 30, .idle = -1, .active = -1, .after = OPT_NO_MOMENT,
        .before = OPT_NO_MOMENT, .max_input = UINT64_C(1) << 34, .progress = 2, .no_guess = true,
    };
    struct opt_words words = {.v = &path, .n = 1};
    enum dpi_status st = capture_run_open(&run, &o, &words, NULL, more, &err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, fn, ctx, &err);
    capture_run_free(&run);
    return st;
}

static int read_capture(const char *path)
{
    struct labels_read labels = {0};
    if (pass(path, &(struct engine_options){0}, take_label, &labels) != DPI_OK)
        return 1;
    uint64_t *wanted = xcalloc(labels.n, sizeof(*wanted));
    for (size_t i = 0; i < labels.n; i++)
        wanted[i] = i + 1;
    struct gather *g = gather_new(wanted, labels.n, 20000);
    pass(path, &(struct engine_options){.on_counted = gather_packet, .packet_ctx = g}, end_flow, g);
    struct samples s = gather_take(g);
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; k < labels.n; k++)
            if (labels.id[k] == s.v[i]->flow_id && sample_has_payload(s.v[i])) {
                fputs(labels.text[k], stdout);
                put_sample(s.v[i]);
            }
    return 0;
}

/* --- reading samples ---------------------------------------------------------------------------------- */

static uint32_t take_hex(const char *text, uint8_t *out, uint32_t room)
{
    uint32_t n = 0;
    for (; n < room && text[2 * n] && text[2 * n + 1]; n++) {
        char digits[3] = {text[2 * n], text[2 * n + 1], 0};
        out[n] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

static void take_bytes(struct sample_side *side, const char *hex)
{
    size_t n = hex ? strlen(hex) / 2 : 0;
    if (!n)
        return;
    side->bytes = xrealloc(side->bytes, side->n + n, 1);
    side->n += take_hex(hex, side->bytes + side->n, (uint32_t)n);
}

static void take_message(struct sample *s, char *word)
{
    char *save, *side = strtok_r(word, ",", &save), *index = strtok_r(NULL, ",", &save);
    char *time = strtok_r(NULL, ",", &save), *size = strtok_r(NULL, ",", &save), *hex = strtok_r(NULL, ",", &save);
    struct sample_side *to = &s->side[side[0] == '1'];
    if (to->n_messages == SAMPLE_MESSAGES)
        return;
    struct sample_message *m = &to->message[to->n_messages++];
    *m = (struct sample_message){.at = to->n, .index = (uint32_t)strtoul(index, NULL, 10),
                                 .size = (uint32_t)strtoul(size, NULL, 10), .time_ns = strtoll(time, NULL, 10)};
    take_bytes(to, hex);
    m->kept = to->n - m->at;
    s->n_messages++;
}

static void take_stream(struct sample *s, char *word)
{
    char *save, *part, *side = strtok_r(word + 2, ",", &save), *full = strtok_r(NULL, ",", &save);
    struct sample_side *to = &s->side[side[0] == '1'];
    to->full = full[0] == '1';
    to->segmented = (uint32_t)strtoul(strtok_r(NULL, ",", &save), NULL, 10);
    char *segments = strtok_r(NULL, ",", &save), *hex = strtok_r(NULL, ",", &save);
    if (!segments) /* the side is silent */
        return;
    for (part = strtok_r(segments, ";", &save); part; part = strtok_r(NULL, ";", &save)) {
        struct sample_segment *at;
        to->segment = xrealloc(to->segment, to->n_segments + 1, sizeof(*to->segment));
        at = &to->segment[to->n_segments++];
        at->at = (uint32_t)strtoul(part, &part, 10);
        at->index = (uint32_t)strtoul(part + 1, &part, 10);
        at->time_ns = strtoll(part + 1, NULL, 10);
    }
    take_bytes(to, hex);
}

static void take_sample(struct samples *set, char *line)
{
    char *save, *word;
    struct sample *s = samples_add(set, set->n + 1);
    strtok_r(line, " ", &save);
    strtok_r(NULL, " ", &save);
    unsigned v[6];
    for (unsigned i = 0; i < 6; i++)
        v[i] = (unsigned)strtoul(strtok_r(NULL, " ", &save), NULL, 10);
    s->transport = (uint8_t)v[0];
    s->has_ports = v[1];
    s->stream = v[2];
    s->midstream = v[3];
    for (unsigned i = 0; i < 2; i++) {
        s->port[i] = (uint16_t)v[4 + i];
        word = strtok_r(NULL, " ", &save);
        s->addr[i].family = (uint8_t)(word[0] - '0');
        take_hex(word + 2, s->addr[i].b, 16);
    }
    while ((word = strtok_r(NULL, " ", &save)))
        if (word[0] == '+')
            take_stream(s, word);
        else
            take_message(s, word);
}

static void put_groups(struct samples *s, enum grouping_by by)
{
    struct groups g;
    uint32_t *number = xcalloc(s->n, sizeof(*number));
    groups_make(&g, s, by);
    for (uint32_t i = 0; i < g.n; i++)
        for (size_t k = 0; k < g.v[i].n; k++)
            number[g.v[i].member[k]] = i;
    for (size_t i = 0; i < s->n; i++)
        printf("%" PRIu32 "%s", number[i], i + 1 < s->n ? " " : "\n");
    free(number);
    groups_free(&g);
    samples_free(s);
}

static void put_profile(struct samples *s)
{
    struct group group = {.member = xcalloc(s->n, sizeof(uint32_t)), .n = s->n, .nearest_distance = 1};
    struct groups groups = {&group, 1};
    for (uint32_t i = 0; i < s->n; i++)
        group.member[i] = i;
    group.kind = kind_of(s, group.member, group.n);
    struct profile *p = profile_new(s, &groups, 0);
    profile_json(stdout, s, p);
    profile_free(p);
    free(group.member);
    samples_free(s);
}

static void put_beginning(const struct beginning *b)
{
    if (!b->given)
        return;
    printf("|%u|%u|", b->side, b->bits);
    for (struct beginning_bytes run = {0}; beginning_next(b, &run);)
        for (uint32_t i = 0; i < run.n; i++)
            printf("%" PRIu32 ":%02x ", run.at + i, run.value[i]);
    putchar('|');
    if (b->length.given)
        printf("%u %u %d %" PRId64, b->length.at, b->length.form.width, b->length.form.little, b->length.plus);
    printf("|%u", b->port);
}

/* How many flows of its group have it, of those whose beginning was captured; where few are, of all. */
static void put_hits(const struct draft *d, const struct samples *s)
{
    const struct group *g = d->profile->group;
    size_t n[2] = {0}, hits[2] = {0};
    for (size_t i = 0; i < g->n; i++) {
        const struct sample *one = s->v[g->member[i]];
        n[beginning_is_seen(one)]++;
        hits[beginning_is_seen(one)] += draft_matches(d, one);
    }
    if (n[1] >= BEGINNING_FLOWS)
        printf("%zu|%zu", n[1], hits[1]);
    else
        printf("%zu|%zu", n[0] + n[1], hits[0] + hits[1]);
}

static void put_draft(const struct draft *d, const struct samples *s)
{
    const struct group *g = d->profile->group;
    put_hits(d, s);
    printf("|%s|%d|%s", group_kinds[g->kind].text, g->small, d->refused);
    for (uint32_t i = 0; i < d->n; i++)
        put_beginning(&d->v[i]);
    putchar('\n');
}

static void put_drafts(struct samples *s, struct samples *known, enum grouping_by by)
{
    struct groups g;
    struct drafts d;
    groups_make(&g, s, by);
    struct profile **p = xcalloc(g.n + 1, sizeof(struct profile *));
    for (size_t i = 0; i < g.n; i++)
        p[i] = profile_new(s, &g, i);
    drafts_make(&d, p, g.n, known);
    for (size_t i = 0; i < g.n; i++) {
        put_draft(&d.v[i], s);
        profile_free(p[i]);
    }
    putchar('\n');
    drafts_free(&d);
    free(p);
    groups_free(&g);
    samples_free(s);
    samples_free(known);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    struct samples s = {0}, known = {0};
    if (argc == 3 && strcmp(argv[1], "read") == 0)
        return read_capture(argv[2]);
    if (argc != 3)
        return 2;
    enum grouping_by by = strcmp(argv[2], "payload") == 0 ? GROUP_BY_PAYLOAD : GROUP_BY_BOTH;
    while ((n = getline(&line, &room, stdin)) > 0) {
        line[n - 1] = '\0';
        if (line[0])
            take_sample(line[0] == '!' ? &known : &s, line);
        else if (strcmp(argv[1], "profile") == 0)
            put_profile(&s);
        else if (strcmp(argv[1], "draft") == 0)
            put_drafts(&s, &known, by);
        else
            put_groups(&s, by);
    }
    free(line);
    return 0;
}
