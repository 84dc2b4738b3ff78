/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_json.c - a run as one JSON object. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include "util/xalloc.h"
#include "writers/json_gen.h"
#include "writers/output.h"

/* Labels come from tables and are all written; of addresses and names, which come from the capture, the
 * heaviest. */
enum { ROWS_MAX = 100 };

static const struct ranking {
    const char *key;
    size_t offset, rows;
} rankings[] = {
    {"protocols", offsetof(struct dpi_run, protocols), SIZE_MAX},
    {"applications", offsetof(struct dpi_run, applications), SIZE_MAX},
    {"categories", offsetof(struct dpi_run, categories), SIZE_MAX},
    {"addresses", offsetof(struct dpi_run, addresses), ROWS_MAX},
    {"hostnames", offsetof(struct dpi_run, hostnames), ROWS_MAX},
};

static void put_details(struct json *j, const struct dpi_capture_info *c)
{
    static const char *const about[DPI_ABOUT_COUNT] = {
        [DPI_ABOUT_HARDWARE] = "hardware",
        [DPI_ABOUT_OS] = "os",
        [DPI_ABOUT_APPLICATION] = "application",
        [DPI_ABOUT_COMMENT] = "comment",
    };
    if (c->n_gaps) {
        json_member_u64(j, "gaps", c->n_gaps);
        json_member_u64(j, "gap_bytes", c->gap_bytes);
    }
    for (size_t i = 0; i < DPI_ABOUT_COUNT; i++)
        if (c->about[i].p)
            json_member_text(j, about[i], c->about[i]);
    if (c->comments)
        json_member_u64(j, "comments", c->comments);
    if (c->has_drops)
        json_member_u64(j, "drops", c->drops);
}

static void put_captures(struct json *j, const struct dpi_run *run)
{
    json_string(j, "captures");
    json_array(j);
    for (size_t i = 0; i < run->n_captures; i++) {
        const struct dpi_capture_info *c = &run->captures[i];
        json_map(j);
        json_member_text(j, "name", c->name);
        if (c->format)
            json_member_string(j, "format", c->format);
        json_member_u64(j, "packets", c->packets);
        if (c->damage) {
            json_member_string(j, "damage", c->damage);
            if (c->format)
                json_member_u64(j, "damage_offset", c->damage_offset);
        }
        put_details(j, c);
        json_map_end(j);
    }
    json_array_end(j);
}

static void put_times(struct json *j, const struct dpi_run *run)
{
    int64_t span;
    if (!run->has_time)
        return;
    json_member(j, "first_seen", &(struct dpi_value){.kind = DPI_TIME, .ns = run->first_ns});
    json_member(j, "last_seen", &(struct dpi_value){.kind = DPI_TIME, .ns = run->last_ns});
    if (!__builtin_sub_overflow(run->last_ns, run->first_ns, &span))
        json_member(j, "duration", &(struct dpi_value){.kind = DPI_SPAN, .ns = span});
}

static void put_buckets(struct json *j, const struct dpi_run *run)
{
    json_string(j, "buckets");
    json_map(j);
    for (int i = 0; i < DPI_BUCKET_COUNT; i++)
        json_member_u64(j, dpi_buckets[i].name, run->buckets[i]);
    json_map_end(j);
}

static void put_fragments(struct json *j, const struct dpi_fragments *f)
{
    if (!(f->whole | f->incomplete))
        return;
    json_string(j, "fragments");
    json_map(j);
    json_member_u64(j, "datagrams_whole", f->whole);
    json_member_u64(j, "datagrams_incomplete", f->incomplete);
    json_member_u64(j, "copies", f->copies);
    json_member_u64(j, "overlaps", f->overlaps);
    json_member_u64(j, "bad", f->bad);
    json_map_end(j);
}

static void put_flows(struct json *j, const struct dpi_run *run)
{
    json_string(j, "flows");
    json_map(j);
    json_member_u64(j, "total", run->flows);
    json_member_u64(j, "unknown", run->flows_unknown);
    json_member_u64(j, "guessed", run->flows_guessed);
    json_member_u64(j, "evicted", run->flows_evicted);
    json_member_u64(j, "peak", run->flows_peak);
    json_map_end(j);
}

static void put_ranking(struct json *j, const struct ranking *r, const struct dpi_tally *t)
{
    json_string(j, r->key);
    json_array(j);
    for (size_t i = 0; i < t->n && i < r->rows; i++) {
        const struct dpi_tally_row *row = &t->rows[i];
        json_map(j);
        json_member_text(j, "name", row->name);
        json_member_u64(j, "flows", row->flows);
        json_member_u64(j, "packets", row->packets);
        json_member_u64(j, "bytes", row->bytes);
        if (row->error)
            json_member_u64(j, "bytes_error", row->error);
        json_map_end(j);
    }
    json_array_end(j);
}

enum { N_RANKINGS = sizeof(rankings) / sizeof(rankings[0]) };

static const struct dpi_tally *tally_of(const struct dpi_run *run, const struct ranking *r)
{
    return (const struct dpi_tally *)((const char *)run + r->offset);
}

/* Of every ranking how many rows are not written, and those of which some rows are not exact, for there were more
 * names than could be counted. */
static void put_cuts(struct json *j, const struct dpi_run *run)
{
    json_string(j, "left_out");
    json_map(j);
    for (size_t i = 0; i < N_RANKINGS; i++) {
        size_t n = tally_of(run, &rankings[i])->n;
        json_member_u64(j, rankings[i].key, n > rankings[i].rows ? n - rankings[i].rows : 0);
    }
    json_map_end(j);
    json_string(j, "inexact");
    json_array(j);
    for (size_t i = 0; i < N_RANKINGS; i++)
        if (!tally_of(run, &rankings[i])->complete)
            json_string(j, rankings[i].key);
    json_array_end(j);
}

static void put_warnings(struct json *j, const struct dpi_run *run)
{
    json_string(j, "interrupted");
    json_bool(j, run->interrupted);
    json_member_u64(j, "detector_faults", run->detector_faults);
    json_string(j, "detector_off");
    json_bool(j, run->detector_off);
    json_string(j, "warnings");
    json_array(j);
    for (size_t i = 0; i < run->n_warnings; i++)
        json_text(j, run->warnings[i]);
    json_array_end(j);
}

static void put_rules(struct json *j, const struct dpi_rules_info *rules)
{
    if (!rules->n_files)
        return;
    json_string(j, "rules");
    json_map(j);
    json_string(j, "files");
    json_array(j);
    for (size_t i = 0; i < rules->n_files; i++)
        json_text(j, rules->files[i]);
    json_array_end(j);
    json_member_u64(j, "applications", rules->applications);
    json_member_u64(j, "hosts", rules->hosts);
    json_member_u64(j, "addresses", rules->addresses);
    json_member_u64(j, "ports", rules->ports);
    json_map_end(j);
}

static void put_run(struct json *j, const struct dpi_run *run)
{
    json_map(j);
    json_member_string(j, "type", "summary");
    json_member_string(j, "tool_version", run->tool_version);
    json_member_string(j, "detector_version", run->detector_version);
    put_rules(j, &run->rules);
    put_captures(j, run);
    put_times(j, run);
    json_member_u64(j, "packets_read", run->packets_read);
    json_member_u64(j, "bytes_read", run->bytes_read);
    if (run->has_drops)
        json_member_u64(j, "capture_drops", run->drops);
    put_buckets(j, run);
    put_fragments(j, &run->fragments);
    put_flows(j, run);
    for (size_t i = 0; i < N_RANKINGS; i++)
        put_ranking(j, &rankings[i], tally_of(run, &rankings[i]));
    put_cuts(j, run);
    put_warnings(j, run);
    json_map_end(j);
}

static enum dpi_status summary_json_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    (void)err;
    *state = cfg->out;
    return DPI_OK;
}

static enum dpi_status summary_json_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    FILE *out = state;
    struct json j;
    json_init(&j, true);
    put_run(&j, run);
    enum dpi_status st = output_buf(out, json_out(&j), err);
    if (st == DPI_OK)
        st = output_flush(out, err);
    json_free(&j);
    return st;
}

/* The state is the caller's stream. */
static void summary_json_free(void *state)
{
    (void)state;
}

const struct dpi_writer_ops dpi_summary_json_writer = {
    .name = "summary-json",
    .summary = "the summary as one JSON object",
    .open = summary_json_open,
    .finish = summary_json_finish,
    .free = summary_json_free,
};
