/* SPDX-License-Identifier: BSD-2-Clause */
/* report_json.c - a diff as one JSON object. */
#include "diff/diff_report.h"

#include <string.h>

#include "writers/json_gen.h"

static const char *const sides[] = {[DIFF_OLD] = "old", [DIFF_NEW] = "new"};
static const char *const whats[] = {[DIFF_CHANGED] = "changed", [DIFF_GONE] = "gone", [DIFF_ADDED] = "added"};

static void put_side(struct json *j, const struct diff *d, const struct diff_versions *v, int side)
{
    char name[RESULTS_NAME_MAX];
    json_string(j, sides[side]);
    json_map(j);
    json_member_text(j, "name", dpi_text_of(d->results[side]->name));
    json_member_u64(j, "flows", d->results[side]->n);
    if (v->tool[side])
        json_member_text(j, "tool_version", dpi_text_of(v->tool[side]));
    if (v->detector[side])
        json_member_text(j, "detector_version", dpi_text_of(v->detector[side]));
    json_string(j, "missing_columns");
    json_array(j);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++)
        if (d->lacking[side][c])
            json_string(j, results_column(name, c));
    json_array_end(j);
    json_map_end(j);
}

static void put_relabelled(struct json *j, const struct diff *d)
{
    json_string(j, "relabelled");
    json_array(j);
    for (size_t i = 0; i < d->n_relabelled; i++) {
        json_map(j);
        json_member_text(j, "from", dpi_text_of(d->relabelled[i].from));
        json_member_text(j, "to", dpi_text_of(d->relabelled[i].to));
        json_member_u64(j, "flows", d->relabelled[i].flows);
        json_map_end(j);
    }
    json_array_end(j);
}

static void put_fields(struct json *j, const struct diff *d)
{
    char name[RESULTS_NAME_MAX];
    json_string(j, "fields");
    json_map(j);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++)
        if (d->changed[c])
            json_member_u64(j, results_column(name, c), d->changed[c]);
    json_map_end(j);
}

static void put_changes(struct json *j, const struct diff_entry *e)
{
    char name[RESULTS_NAME_MAX];
    json_string(j, "changes");
    json_map(j);
    for (unsigned c = 0; c < RESULTS_COLUMNS; c++) {
        if (!diff_entry_has(e, c))
            continue;
        json_string(j, results_column(name, c));
        json_map(j);
        for (int side = 0; side < DIFF_SIDES; side++)
            if (results_cell(e->flow[side], c).p)
                json_member_text(j, sides[side], results_cell(e->flow[side], c));
        json_map_end(j);
    }
    json_map_end(j);
}

static void put_entry(struct json *j, const struct diff_entry *e)
{
    static const unsigned shown[] = {
        DPI_FIELD_community_id, DPI_FIELD_first_seen, DPI_FIELD_transport, DPI_FIELD_src_ip, DPI_FIELD_src_port,
        DPI_FIELD_dst_ip, DPI_FIELD_dst_port, DPI_FIELD_vlan, DPI_FIELD_tunnel, DPI_FIELD_protocol,
        DPI_FIELD_application,
    };
    const struct results_flow *f = e->flow[DIFF_OLD] ? e->flow[DIFF_OLD] : e->flow[DIFF_NEW];
    json_map(j);
    json_member_string(j, "what", whats[e->what]);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        if (results_cell(f, shown[i]).p)
            json_member_text(j, dpi_fields[shown[i]].name, results_cell(f, shown[i]));
    if (e->what == DIFF_CHANGED)
        put_changes(j, e);
    json_map_end(j);
}

static void put_diff(struct json *j, const struct diff *d, const struct diff_versions *v)
{
    json_map(j);
    json_member_string(j, "type", "diff");
    for (int side = 0; side < DIFF_SIDES; side++)
        put_side(j, d, v, side);
    json_string(j, "versions_differ");
    json_bool(j, diff_versions_differ(v));
    json_member_u64(j, "same", d->same);
    for (int what = 0; what < DIFF_WHATS; what++)
        json_member_u64(j, whats[what], d->flows[what]);
    put_relabelled(j, d);
    put_fields(j, d);
    json_string(j, "entries");
    json_array(j);
    for (size_t i = 0; i < d->n_entries; i++)
        put_entry(j, &d->entries[i]);
    json_array_end(j);
    json_map_end(j);
}

void diff_json(FILE *out, const struct diff *d, const struct diff_versions *v)
{
    struct json j;
    json_init(&j, true);
    put_diff(&j, d, v);
    const struct buf *text = json_out(&j);
    (void)!fwrite(text->p, 1, text->n, out);
    json_free(&j);
}
