/* SPDX-License-Identifier: BSD-2-Clause */
/* scaffolding.c - drafts a signature for each group, tries all on every flow in a further pass, which also gathers
 * packets for tshark to try the dissectors on, and writes what stood. */
#include "cli/scaffolding.h"

#include "io/folder.h"
#include "io/outfile.h"
#include "sandbox/sandbox.h"
#include "scaffold/draft.h"
#include "scaffold/lua.h"
#include "scaffold/names.h"
#include "scaffold/ndpi_source.h"
#include "scaffold/readme.h"
#include "trial/packets.h"
#include "trial/tshark.h"
#include "util/ids.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is gathered for tshark: more of a group, for it is also what is left to work with. */
static const struct heap_limits of_group = {.packets = 60, .bytes = 1 << 20};
static const struct heap_limits of_others = {.packets = 12, .bytes = 8 << 20};
static const size_t of_groups = 64 << 20; /* bytes of all of them */

struct scaffolding {
    struct scaffolding_options o;
    struct tshark *on_own, *on_others; /* packets, at the same time; NULL: nothing is tried */
    const char *no_tshark; /* why */
    const struct scaffolding_input *in;
    struct drafts drafts;    /* beside groups */
    struct lua_trial *trial; /* beside groups */
    uint32_t *group_of;      /* beside wanted, and one more: the number of its group; groups->n: none */
    bool *seen;              /* beside wanted: its beginning was captured */
    int folder; /* held open */
    struct heap_limits *limits;
    bool gathered;              /* it was all in an earlier pass */
    struct packet_heaps *heaps; /* one for each group, one for all other flows */
};

/* Scripts of Lua can start programs: where that cannot be kept from them none is run. */
static void start_tshark(struct scaffolding *s)
{
    if (s->o.no_tshark)
        s->no_tshark = "--no-tshark was given";
    else if (!s->o.no_sandbox && !(sandbox_possible().files && sandbox_possible().calls))
        s->no_tshark = "this kernel has no sandbox for tshark; with --no-sandbox it is run without";
    else if (!(s->on_own = tshark_new(getenv("PATH"), !s->o.no_sandbox)) ||
             !(s->on_others = tshark_new(getenv("PATH"), !s->o.no_sandbox)))
        s->no_tshark = "there is no tshark on this machine";
}

enum dpi_status scaffolding_open(struct scaffolding **out, const struct scaffolding_options *o, struct dpi_err *err)
{
    *out = NULL;
    int folder;
    DPI_TRY(folder_take(&folder, o->folder, o->force, err));
    enum dpi_status st = folder_check_marks(folder, o->folder, scaffold_is_file, SCAFFOLD_MARK, err);
    if (st != DPI_OK) {
        close(folder);
        return st;
    }
    struct scaffolding *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    s->folder = folder;
    start_tshark(s);
    *out = s;
    return DPI_OK;
}

void scaffolding_free(struct scaffolding *s)
{
    if (!s)
        return;
    tshark_free(s->on_own);
    tshark_free(s->on_others);
    close(s->folder);
    packet_heaps_free(s->heaps);
    free(s->limits);
    drafts_free(&s->drafts);
    free(s->seen);
    free(s->trial);
    free(s->group_of);
    free(s);
}

/* --- which flows -------------------------------------------------------------------------------------- */

/* n_wanted: it is none of them. */
static size_t number_of_wanted(const struct scaffolding *s, uint64_t flow_id)
{
    return ids_find(s->in->wanted, s->in->n_wanted, flow_id);
}

static void make_drafts(struct scaffolding *s)
{
    const struct scaffolding_input *in = s->in;
    s->trial = xcalloc(in->groups->n + 1, sizeof(*s->trial));
    s->group_of = xcalloc(in->n_wanted + 1, sizeof(*s->group_of));
    s->seen = xcalloc(in->n_wanted + 1, sizeof(*s->seen));
    for (size_t i = 0; i <= in->n_wanted; i++)
        s->group_of[i] = (uint32_t)in->groups->n;
    drafts_make(&s->drafts, in->profile, in->groups->n, in->known);
    for (size_t i = 0; i < in->groups->n; i++) {
        const struct group *g = &in->groups->v[i];
        for (size_t k = 0; k < g->n; k++) {
            const struct sample *sample = in->samples->v[g->member[k]];
            size_t number = number_of_wanted(s, sample->flow_id);
            s->group_of[number] = (uint32_t)i;
            s->seen[number] = beginning_is_seen(sample);
        }
    }
}

/* Unknown, but behind the first --group-flows: of which group it would be nobody knows. */
static bool is_left_out(const struct scaffolding *s, uint64_t flow_id)
{
    size_t number = number_of_wanted(s, flow_id);
    return number < s->in->n_wanted && s->group_of[number] == s->in->groups->n;
}

/* --- the pass that tries signatures ------------------------------------------------------------------- */

static enum dpi_status count_flow(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct scaffolding *s = ctx;
    size_t number = number_of_wanted(s, r->flow_id);
    struct tried_flow f = {
        .id = r->flow_id, .group = s->group_of[number], .unknown = number < s->in->n_wanted, .seen = s->seen[number],
        .rule = r->rule,
    };
    (void)err;
    if (r->dir[0].payload + r->dir[1].payload > 0 && !is_left_out(s, r->flow_id) &&
        ids_find(s->in->guessed, s->in->n_guessed, r->flow_id) == s->in->n_guessed)
        drafts_count(&s->drafts, &f);
    return DPI_OK;
}

static void gather_packet_of(void *ctx, const struct flow *f, unsigned sender, const struct packet *p,
                             const struct decoded *decoded)
{
    struct scaffolding *s = ctx;
    size_t n = s->in->groups->n, group = s->group_of[number_of_wanted(s, f->id)];
    (void)sender;
    (void)decoded;
    if (!s->gathered && !is_left_out(s, f->id))
        packet_heaps_add(s->heaps, group < n && s->drafts.v[group].refused[0] ? n : group, f, p);
}

static void make_heaps(struct scaffolding *s)
{
    size_t n = s->in->groups->n, drafts = 0;
    for (size_t i = 0; i < n; i++)
        drafts += !s->drafts.v[i].refused[0];
    s->limits = xcalloc(n + 1, sizeof(*s->limits));
    for (size_t i = 0; i < n; i++) {
        s->limits[i] = of_group;
        if (of_group.bytes * drafts > of_groups)
            s->limits[i].bytes = of_groups / drafts;
    }
    s->limits[n] = of_others;
    s->heaps = packet_heaps_new(s->limits, n + 1, "by " SCAFFOLD_MARK);
}

static enum dpi_status run_trial(struct scaffolding *s, const char *rules, struct dpi_err *err)
{
    struct capture_run run;
    struct capture_options o = *s->in->capture;
    struct engine_options more = {.inputs.spool = s->in->spool, .on_counted = gather_packet_of, .packet_ctx = s};
    o.rules = (struct rule_options){.paths = {&rules, 1}, .no_default = true};
    o.dns_hints = NULL;
    enum dpi_status st = capture_run_open(&run, &o, s->in->captures, NULL, &more, err);
    unlinkat(s->folder, scaffold_trial_file, 0);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, count_flow, s, err);
    if (st == DPI_OK)
        st = capture_run_whole(err);
    capture_run_free(&run);
    s->gathered = true;
    return st;
}

/* --- files -------------------------------------------------------------------------------------------- */

static char *path_of(const struct scaffolding *s, const char *name, const char *ending)
{
    struct buf b = {0};
    buf_str(&b, s->o.folder);
    buf_char(&b, '/');
    buf_str(&b, name);
    buf_str(&b, ending);
    buf_char(&b, '\0');
    return b.p;
}

typedef void write_fn(FILE *out, const struct scaffolding *s, size_t group);

static enum dpi_status write_file(const struct scaffolding *s, const char *path, write_fn *fn, size_t group,
                                  struct dpi_err *err)
{
    struct outfile *file;
    DPI_TRY(outfile_open_in(&file, s->folder, path, err));
    fn(outfile_stream(file), s, group);
    return outfile_commit(file, err);
}

static void put_trial_rules(FILE *out, const struct scaffolding *s, size_t group)
{
    (void)group;
    drafts_write(out, &s->drafts, true);
}

static void put_rules(FILE *out, const struct scaffolding *s, size_t group)
{
    (void)group;
    drafts_write(out, &s->drafts, false);
}

static void put_readme(FILE *out, const struct scaffolding *s, size_t group)
{
    (void)group;
    readme_write(out, &s->drafts, s->trial);
}

static void put_capture(FILE *out, const struct scaffolding *s, size_t group)
{
    const struct buf *b = packet_heaps_get(s->heaps, group);
    fwrite(b->p, 1, b->n, out);
}

static void put_lua(FILE *out, const struct scaffolding *s, size_t group)
{
    lua_write(out, &s->drafts.v[group], &s->trial[group]);
}

static void put_ndpi_source(FILE *out, const struct scaffolding *s, size_t group)
{
    ndpi_source_write(out, &s->drafts.v[group]);
}

static void put_ndpi_plugin(FILE *out, const struct scaffolding *s, size_t group)
{
    ndpi_plugin_write(out, &s->drafts.v[group]);
}

static write_fn *const group_files[SCAFFOLD_FILES] = {
    [SCAFFOLD_CAPTURE] = put_capture, [SCAFFOLD_LUA] = put_lua, [SCAFFOLD_NDPI] = put_ndpi_source,
    [SCAFFOLD_PLUGIN] = put_ndpi_plugin,
};

static enum dpi_status write_named(const struct scaffolding *s, const char *name, const char *ending, write_fn *fn,
                                   size_t group, struct dpi_err *err)
{
    char *path = path_of(s, name, ending);
    enum dpi_status st = write_file(s, path, fn, group, err);
    free(path);
    return st;
}

static enum dpi_status write_group(const struct scaffolding *s, size_t group, struct dpi_err *err)
{
    char name[SCAFFOLD_NAME];
    scaffold_file_name(name, s->in->profile[group]);
    for (size_t i = 0; i < SCAFFOLD_FILES; i++)
        DPI_TRY(write_named(s, name, scaffold_endings[i], group_files[i], group, err));
    return DPI_OK;
}

static bool any_draft(const struct scaffolding *s)
{
    for (size_t i = 0; i < s->in->groups->n; i++)
        if (!s->drafts.v[i].refused[0])
            return true;
    return false;
}

static enum dpi_status write_all(const struct scaffolding *s, struct dpi_err *err)
{
    if (s->o.force)
        DPI_TRY(folder_clear(s->folder, s->o.folder, scaffold_is_file, err));
    if (any_draft(s))
        DPI_TRY(write_named(s, scaffold_rules_file, "", put_rules, 0, err));
    for (size_t i = 0; i < s->in->groups->n; i++)
        if (!s->drafts.v[i].refused[0])
            DPI_TRY(write_group(s, i, err));
    return write_named(s, scaffold_readme_file, "", put_readme, 0, err);
}

/* --- the trial of dissectors -------------------------------------------------------------------------- */

/* A pcapng file may have many sections, so files behind each other are one. */
static void add_others(struct buf *to, const struct scaffolding *s, size_t group)
{
    for (size_t i = 0; i <= s->in->groups->n; i++) {
        const struct buf *b = packet_heaps_get(s->heaps, i);
        if (i != group)
            buf_add(to, b->p, b->n);
    }
}

static void take_script(struct buf *to, const struct draft *d)
{
    FILE *out = open_memstream(&to->p, &to->n);
    if (!out)
        return;
    lua_write(out, d, NULL);
    fclose(out);
    to->cap = to->n;
}

static bool ask(struct tshark *t, const struct scaffolding *s, size_t group, const struct buf *capture,
                struct tshark_way way)
{
    struct buf script = {0};
    char word[SCAFFOLD_NAME];
    scaffold_word(word, s->in->profile[group]);
    take_script(&script, &s->drafts.v[group]);
    bool asked = tshark_ask(t, &(struct tshark_trial){word, &script, capture, way});
    buf_free(&script);
    return asked;
}

/* Segments may have been captured in another order, ports may be another dissector's, and the sizes that a profile
 * tells may not hold for what came later: the first way by which nearly all packets are claimed, or else the best. */
static bool try_own(struct scaffolding *s, size_t group, struct tshark_result *best)
{
    static const struct {
        struct tshark_way way;
        bool uncut;
    } ways[] = {
        {{false, false}, false}, {{false, true}, false}, {{true, false}, false}, {{true, true}, false},
        {{false, false}, true}, {{true, false}, true},
    };
    bool stream = s->in->profile[group]->transport == IPPROTO_NUM_TCP;
    struct draft *d = &s->drafts.v[group];
    const struct buf *capture = packet_heaps_get(s->heaps, group);
    size_t chosen = 0;
    *best = (struct tshark_result){0};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && (i == 0 || best->claimed * 20 < best->packets * 19); i++) {
        struct tshark_result r;
        d->uncut = ways[i].uncut;
        if (ways[i].way.ordered && !stream)
            continue;
        if (!ask(s->on_own, s, group, capture, ways[i].way) || !tshark_answer(s->on_own, &r))
            return false;
        if (i > 0 && r.claimed <= best->claimed)
            continue;
        *best = r;
        chosen = i;
    }
    d->uncut = ways[chosen].uncut;
    d->eager = ways[chosen].way.eager;
    d->ordered = ways[chosen].way.ordered;
    return true;
}

/* On others heuristics are asked first: where they are wrong is to be seen. Nearly always streams are cut into messages
 * in the end, so that is tried while the group's own packets are. */
static bool try_both(struct scaffolding *s, size_t group, struct tshark_result *own, struct tshark_result *others)
{
    static const struct tshark_way others_way = {.eager = true};
    struct buf rest = {0};
    add_others(&rest, s, group);
    *own = *others = (struct tshark_result){0};
    bool asked = rest.n && ask(s->on_others, s, group, &rest, others_way), ran = asked || !rest.n;
    if (packet_heaps_get(s->heaps, group)->n)
        ran &= try_own(s, group, own);
    if (asked)
        ran &= tshark_answer(s->on_others, others);
    if (ran && rest.n && s->drafts.v[group].uncut)
        ran = ask(s->on_others, s, group, &rest, others_way) && tshark_answer(s->on_others, others);
    buf_free(&rest);
    return ran;
}

static void try_dissector(struct scaffolding *s, size_t group)
{
    struct tshark_result own, others;
    if (try_both(s, group, &own, &others))
        s->trial[group] = (struct lua_trial){
            .packets = own.packets, .claimed = own.claimed, .malformed = own.malformed, .errors = own.errors,
            .others = others.packets, .others_claimed = others.claimed};
    else
        s->trial[group].not_run = "tshark did not come to its end";
}

static void try_dissectors(struct scaffolding *s)
{
    uint64_t tried = 0;
    for (size_t i = 0; i < s->in->groups->n; i++)
        if (s->drafts.v[i].refused[0])
            continue;
        else if (s->no_tshark)
            s->trial[i].not_run = s->no_tshark;
        else if (tried == s->o.most_tried)
            s->trial[i].not_run = "those of larger groups were; --tshark-groups has more of them tried";
        else {
            try_dissector(s, i);
            tried++;
        }
}

/* ------------------------------------------------------------------------------------------------------ */

static enum dpi_status try_once(struct scaffolding *s, const char *path, struct dpi_err *err)
{
    drafts_reset(&s->drafts);
    DPI_TRY(write_file(s, path, put_trial_rules, 0, err));
    return run_trial(s, path, err);
}

/* Once more when some were refused: what the others are worth without them is not known before. */
static enum dpi_status try_drafts(struct scaffolding *s, struct dpi_err *err)
{
    enum { TRIALS = 8 }; /* each refuses one at least; more than two are seldom needed */
    char *path = path_of(s, scaffold_trial_file, "");
    enum dpi_status st = DPI_OK;
    bool again = true;
    for (unsigned i = 0; again && any_draft(s) && i < TRIALS && st == DPI_OK; i++) {
        st = try_once(s, path, err);
        again = drafts_judge(&s->drafts);
    }
    free(path);
    return st;
}

enum dpi_status scaffolding_spare(const struct scaffolding *s, const char *capture, struct dpi_err *err)
{
    if (!folder_would_replace(s->o.folder, capture, scaffold_is_file))
        return DPI_OK;
    return dpi_fail(err, DPI_USAGE, "--scaffold %s would replace %s, which is read", s->o.folder, capture);
}

enum dpi_status scaffolding_write(struct scaffolding *s, const struct scaffolding_input *in, struct dpi_err *err)
{
    s->in = in;
    make_drafts(s);
    make_heaps(s);
    DPI_TRY(try_drafts(s, err));
    try_dissectors(s);
    DPI_TRY(capture_run_whole(err));
    return write_all(s, err);
}
