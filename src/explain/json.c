/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - what text.c tells, with the words for programs. */
#include "explain/text.h"
#include "explain/words.h"
#include "writers/json_gen.h"

struct page {
    struct json json;
    const struct explain_result *r;
    const struct labels *labels;
};

static void put_fields(struct page *g, const enum dpi_field_id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct dpi_value v = dpi_field_get(&dpi_fields[ids[i]], g->r->record);
        json_member(&g->json, dpi_fields[ids[i]].name, &v);
    }
}

static void put_flow(struct page *g)
{
    static const enum dpi_field_id ids[] = {
        DPI_FIELD_flow_id,  DPI_FIELD_community_id, DPI_FIELD_transport, DPI_FIELD_src_ip, DPI_FIELD_src_port,
        DPI_FIELD_dst_ip,   DPI_FIELD_dst_port,     DPI_FIELD_first_seen, DPI_FIELD_packets_total,
        DPI_FIELD_end_reason, DPI_FIELD_tcp_state,  DPI_FIELD_flags,
    };
    put_fields(g, ids, sizeof(ids) / sizeof(ids[0]));
}

/* --- looks ---------------------------------------------------------------------------------------------- */

static void put_answer(struct page *g, uint16_t master, uint16_t app, uint8_t by)
{
    char label[LABEL_MAX];
    explain_label(g->labels, master, app, label);
    json_member_string(&g->json, "label", label);
    json_member_string(&g->json, "by", label_by_words[by]);
}

static void put_packet(struct page *g, const struct explain_packet *p)
{
    char flags[EXPLAIN_FLAGS_MAX];
    json_member_u64(&g->json, "packet", p->number);
    json_member(&g->json, "time", &(struct dpi_value){.kind = DPI_TIME, .ns = p->ts_ns});
    explain_flags(flags, p->tcp_flags);
    if (p->is_tcp)
        json_member_string(&g->json, "tcp_flags", flags);
}

static void put_joined(struct page *g, const struct explain_row *row)
{
    const struct explain_row *rows = g->r->look[0].rows;
    json_string(&g->json, "payload_of");
    json_array(&g->json);
    for (size_t i = row->first; !row->is_handshake && i <= row->last; i++)
        if (rows[i].payload)
            json_number(&g->json, rows[i].packet->number);
    json_array_end(&g->json);
}

/* What of the row is not as it came. */
static void put_notes(struct page *g, const struct explain_row *row)
{
    if (row->wait != EXPLAIN_AT_ONCE)
        json_member_string(&g->json, "waited_for", explain_waits[row->wait].word);
    if (row->wait == EXPLAIN_FOR_PACKET)
        json_member_u64(&g->json, "waited_until", row->until);
    if (row->skipped)
        json_member_u64(&g->json, "skipped", row->skipped);
    if (row->gap) {
        json_string(&g->json, "gap");
        json_bool(&g->json, true);
    }
}

static void put_row(struct page *g, const struct explain_row *row)
{
    json_map(&g->json);
    if (row->packet)
        put_packet(g, row->packet);
    else
        put_joined(g, row);
    json_member_string(&g->json, "from", row->side == g->r->client ? "client" : "server");
    json_member_u64(&g->json, "payload", row->payload);
    json_member_string(&g->json, "begins", row->begins.text);
    put_notes(g, row);
    put_answer(g, row->said.master, row->said.app, row->said.by);
    json_member_string(&g->json, "state", explain_states[row->said.state].word);
    json_map_end(&g->json);
}

static void put_look(struct page *g, const struct explain_look *look)
{
    json_map(&g->json);
    json_string(&g->json, "shown");
    json_array(&g->json);
    for (size_t i = 0; i < look->n_said; i++)
        put_row(g, &look->rows[i]);
    json_array_end(&g->json);
    json_string(&g->json, "gave_up");
    json_bool(&g->json, look->gave_up);
    put_answer(g, look->verdict.master, look->verdict.app, look->verdict.by);
    json_map_end(&g->json);
}

static void put_looks(struct page *g)
{
    json_string(&g->json, "looks");
    json_array(&g->json);
    for (unsigned i = 0; i < g->r->n_looks; i++)
        put_look(g, &g->r->look[i]);
    json_array_end(&g->json);
    if (!g->r->has_choice)
        return;
    json_member_u64(&g->json, "look_taken", choice_is_second(g->r->choice) ? 2 : 1);
    json_member_string(&g->json, "look_taken_for", explain_choices[g->r->choice].word);
}

static void put_hidden(struct page *g)
{
    json_string(&g->json, "not_shown");
    json_array(&g->json);
    for (size_t i = 0; i < g->r->n_packets; i++) {
        const struct explain_packet *p = g->r->packets[i];
        if (p->fate == EXPLAIN_SHOWN || p->fate == EXPLAIN_LATE)
            continue;
        json_map(&g->json);
        put_packet(g, p);
        json_member_string(&g->json, "why", explain_fates[p->fate].word);
        json_map_end(&g->json);
    }
    json_array_end(&g->json);
    json_member_u64(&g->json, "late", g->r->late);
    json_member_u64(&g->json, "not_told", g->r->more);
}

/* --- the label ------------------------------------------------------------------------------------------ */

static void put_label(struct page *g)
{
    static const enum dpi_field_id ids[] = {
        DPI_FIELD_ndpi_label,     DPI_FIELD_protocol, DPI_FIELD_classified_by, DPI_FIELD_application,
        DPI_FIELD_application_by, DPI_FIELD_category, DPI_FIELD_confidence,    DPI_FIELD_hostname,
        DPI_FIELD_rule,           DPI_FIELD_names,    DPI_FIELD_dns_hint,      DPI_FIELD_hint_packet,
    };
    struct label_names names;
    label_split(g->labels, &g->r->verdict, &names);
    put_fields(g, ids, sizeof(ids) / sizeof(ids[0]));
    json_member_string(&g->json, "protocol_part", explain_parts[names.protocol_part].word);
    json_member_string(&g->json, "application_part", explain_parts[names.application_part].word);
    json_string(&g->json, "label_of_record_before");
    json_bool(&g->json, g->r->is_from_before);
}

static void (*const sections[])(struct page *g) = {put_flow, put_looks, put_hidden, put_label};

void explain_json(FILE *out, const struct explain_result *r, const struct labels *l)
{
    struct page g = {.r = r, .labels = l};
    json_init(&g.json, false);
    json_map(&g.json);
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        sections[i](&g);
    json_map_end(&g.json);
    json_end_line(&g.json);
    const struct buf *text = json_out(&g.json);
    fwrite(text->p, 1, text->n, out);
    json_free(&g.json);
}
