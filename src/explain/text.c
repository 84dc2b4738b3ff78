/* SPDX-License-Identifier: BSD-2-Clause */
/* text.c - a section a function: the flow, what was shown, what was not, the second look, the label. */
#include "explain/text.h"

#include "explain/words.h"
#include "util/escape.h"

#include <inttypes.h>

struct page {
    FILE *out;
    const struct explain_result *r;
    const struct labels *labels;
};

static const char *role(const struct page *g, unsigned side)
{
    return side == g->r->client ? "client" : "server";
}

/* --- fields of the record ------------------------------------------------------------------------------- */

static void write_escaped(FILE *out, struct dpi_text t)
{
    char text[1024];
    escape_text(text, sizeof(text), t.p, t.n, 0);
    fputs(text, out);
}

static void write_value(FILE *out, const struct dpi_value *v)
{
    char text[DPI_SCALAR_MAX];
    if (v->kind == DPI_TEXT) {
        write_escaped(out, v->text);
        return;
    }
    for (size_t i = 0; v->kind == DPI_LIST && i < v->list.n; i++) {
        fputs(i ? ", " : "", out);
        write_escaped(out, v->list.v[i]);
    }
    dpi_scalar_text(text, v);
    fputs(text, out);
}

/* The begin of a line about a field; false when the record has none of it. */
static bool begin_field(const struct page *g, enum dpi_field_id id)
{
    struct dpi_value v = dpi_field_get(&dpi_fields[id], g->r->record);
    if (v.kind == DPI_ABSENT || (v.kind == DPI_LIST && v.list.n == 0))
        return false;
    fprintf(g->out, "  %-16s ", dpi_fields[id].name);
    write_value(g->out, &v);
    return true;
}

static void write_fields(const struct page *g, const enum dpi_field_id *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (begin_field(g, ids[i]))
            fputc('\n', g->out);
}

static void write_end(const struct page *g, enum dpi_field_id addr, enum dpi_field_id port)
{
    struct dpi_value a = dpi_field_get(&dpi_fields[addr], g->r->record);
    struct dpi_value p = dpi_field_get(&dpi_fields[port], g->r->record);
    bool brackets = p.kind != DPI_ABSENT && a.addr.family == 6;
    fputs(brackets ? "[" : "", g->out);
    write_value(g->out, &a);
    fputs(brackets ? "]" : "", g->out);
    fputs(p.kind != DPI_ABSENT ? ":" : "", g->out);
    write_value(g->out, &p);
}

static void write_flow(const struct page *g)
{
    static const enum dpi_field_id ids[] = {DPI_FIELD_community_id, DPI_FIELD_first_seen, DPI_FIELD_packets_total,
                                            DPI_FIELD_end_reason,   DPI_FIELD_tcp_state, DPI_FIELD_flags};
    fprintf(g->out, "flow %" PRIu64 ": ", g->r->flow.flow_id);
    write_escaped(g->out, g->r->record->transport);
    fputs(", client ", g->out);
    write_end(g, DPI_FIELD_src_ip, DPI_FIELD_src_port);
    fputs(", server ", g->out);
    write_end(g, DPI_FIELD_dst_ip, DPI_FIELD_dst_port);
    fputc('\n', g->out);
    write_fields(g, ids, sizeof(ids) / sizeof(ids[0]));
}

/* --- what was shown ------------------------------------------------------------------------------------- */

static void write_said(const struct page *g, const struct detect_step *s)
{
    char label[LABEL_MAX];
    explain_label(g->labels, s->master, s->app, label);
    if (s->by == DETECT_BY_NONE)
        fprintf(g->out, "nothing, %s", explain_states[s->state].text);
    else
        fprintf(g->out, "%s, %s", label, explain_states[s->state].text);
    if (s->by == DETECT_BY_DPI_PARTIAL || s->by == DETECT_BY_DPI_CACHE)
        fprintf(g->out, " (%s)", label_by_words[s->by]);
    fputc('\n', g->out);
}

static void write_giveup(const struct page *g, const struct explain_look *look)
{
    char label[LABEL_MAX];
    if (!look->gave_up)
        return;
    explain_label(g->labels, look->giveup.master, look->giveup.app, label);
    if (look->giveup.by == DETECT_BY_NONE)
        fputs("  no more packets: nDPI gives up and has no guess\n", g->out);
    else
        fprintf(g->out, "  no more packets: nDPI says %s, %s\n", label, explain_by[look->giveup.by]);
}

/* What of the row is not as it came. */
static void write_notes(const struct page *g, const struct explain_row *row)
{
    if (row->wait == EXPLAIN_FOR_PACKET)
        fprintf(g->out, "%10s  %s %" PRIu64 " had come\n", "", explain_waits[row->wait].text, row->until);
    else if (row->wait != EXPLAIN_AT_ONCE)
        fprintf(g->out, "%10s  %s\n", "", explain_waits[row->wait].text);
    if (row->skipped)
        fprintf(g->out, "%10s  without its first %" PRIu32 " bytes, which were shown before\n", "", row->skipped);
    if (row->gap)
        fprintf(g->out, "%10s  bytes of the %s in front of it are missing\n", "", role(g, row->side));
}

static void write_columns(const struct page *g, const char *packet, const char *time)
{
    fprintf(g->out, "  %8s  %13s  from    payload  %-*s  nDPI then\n", packet, time, EXPLAIN_BEGINS, "begins");
}

static void write_begins(const struct page *g, const struct explain_row *row)
{
    char flags[EXPLAIN_FLAGS_MAX] = "";
    const struct explain_packet *p = row->packet;
    if (p && p->is_tcp && !p->payload)
        explain_flags(flags, p->tcp_flags);
    fprintf(g->out, "  %-6s  %7" PRIu32 "  %-*s  ", role(g, row->side), row->payload, EXPLAIN_BEGINS,
            flags[0] ? flags : row->begins.text);
}

static void write_row(const struct page *g, const struct explain_row *row)
{
    char time[DPI_SPAN_MAX];
    dpi_span_text(time, row->packet->ts_ns - g->r->record->first_ns);
    fprintf(g->out, "  %8" PRIu64 "  %13s", row->packet->number, time);
    write_begins(g, row);
    write_said(g, &row->said);
    write_notes(g, row);
}

static void write_shown(const struct page *g)
{
    const struct explain_look *look = &g->r->look[0];
    fputs("\nshown to nDPI, in this order\n", g->out);
    if (g->r->n_looks == 0)
        fputs("  nothing: the flow had its label when this record of it began (active timeout)\n", g->out);
    else
        write_columns(g, "packet", "seconds");
    for (size_t i = 0; i < look->n_said; i++)
        write_row(g, &look->rows[i]);
    write_giveup(g, look);
}

static bool any_hidden(const struct explain_result *r)
{
    bool any = r->more || r->late;
    for (size_t i = 0; i < r->n_packets; i++)
        any |= r->packets[i]->fate != EXPLAIN_SHOWN;
    return any;
}

static void write_hidden(const struct page *g)
{
    if (!any_hidden(g->r))
        return;
    fputs("\nnot shown\n", g->out);
    for (size_t i = 0; i < g->r->n_packets; i++) {
        const struct explain_packet *p = g->r->packets[i];
        if (p->fate != EXPLAIN_SHOWN && p->fate != EXPLAIN_LATE)
            fprintf(g->out, "  %8" PRIu64 "  %s\n", p->number, explain_fates[p->fate].text);
    }
    if (g->r->more)
        fprintf(g->out, "  %8s  %" PRIu64 " behind the first %d are not told one by one\n", "...", g->r->more,
                EXPLAIN_PACKETS_MAX);
    if (g->r->late)
        fprintf(g->out, "  %8s  %" PRIu64 " behind that, up to packet %" PRIu64 ": %s\n", "...", g->r->late, g->r->last,
                explain_fates[EXPLAIN_LATE].text);
}

/* --- the second look ------------------------------------------------------------------------------------ */

static void write_joined(const struct page *g, const struct explain_row *row)
{
    const struct explain_row *rows = g->r->look[0].rows;
    fprintf(g->out, "%10s  the payload of", "");
    for (size_t i = row->first; i <= row->last; i++)
        if (rows[i].payload)
            fprintf(g->out, " %" PRIu64, rows[i].packet->number);
    fputc('\n', g->out);
}

static void write_made(const struct page *g, const struct explain_row *row)
{
    fprintf(g->out, "  %8s  %13s", row->is_handshake ? "opening" : "joined", "");
    write_begins(g, row);
    write_said(g, &row->said);
    if (!row->is_handshake)
        write_joined(g, row);
}

static void write_again(const struct page *g)
{
    const struct explain_look *look = &g->r->look[1];
    char first[LABEL_MAX], second[LABEL_MAX];
    if (g->r->n_looks < 2)
        return;
    fputs("\nsecond look, for a message went on behind a segment that had room for more: segments seem cut\n", g->out);
    write_columns(g, "", "");
    for (size_t i = 0; i < look->n_said; i++)
        write_made(g, &look->rows[i]);
    if (look->n > look->n_said)
        fprintf(g->out, "  and %zu more, for which %s\n", look->n - look->n_said, explain_fates[EXPLAIN_LATE].text);
    write_giveup(g, look);
    explain_label(g->labels, g->r->look[0].verdict.master, g->r->look[0].verdict.app, first);
    explain_label(g->labels, look->verdict.master, look->verdict.app, second);
    fprintf(g->out, "  first answer     %s: %s\n", first, explain_by[g->r->look[0].verdict.by]);
    fprintf(g->out, "  second answer    %s: %s\n", second, explain_by[look->verdict.by]);
    fprintf(g->out, "  the %s counts: %s\n", choice_is_second(g->r->choice) ? "second" : "first",
            explain_choices[g->r->choice].text);
}

/* --- the label ------------------------------------------------------------------------------------------ */

static void write_kind(const struct page *g, uint16_t id, bool first)
{
    struct label_info info;
    if (id && label_at(g->labels, id, &info))
        fprintf(g->out, "%s%s is %s", first ? ": " : ", ", info.name, explain_kinds[info.kind].text);
}

static bool by_rule(const struct page *g)
{
    return g->r->record->rule.p != NULL;
}

static void write_names(const struct page *g)
{
    struct label_names names;
    const struct detect_verdict *v = &g->r->verdict;
    label_split(g->labels, v, &names);
    if (begin_field(g, DPI_FIELD_protocol))
        fprintf(g->out, ": %s\n", explain_parts[names.protocol_part].text);
    if (begin_field(g, DPI_FIELD_classified_by))
        fprintf(g->out, ": %s\n", explain_by[names.protocol_by]);
    if (begin_field(g, DPI_FIELD_application))
        fprintf(g->out, ": %s\n", by_rule(g) ? "what the rule names" : explain_parts[names.application_part].text);
    if (begin_field(g, DPI_FIELD_application_by))
        fprintf(g->out, ": %s\n", by_rule(g) ? "what the rule matched" : explain_by[names.application_by]);
    if (begin_field(g, DPI_FIELD_rule))
        fputs(": dpitool rules test tells what else matches, and why it lost\n", g->out);
}

static void write_label(const struct page *g)
{
    static const enum dpi_field_id ids[] = {
        DPI_FIELD_category, DPI_FIELD_confidence, DPI_FIELD_hostname,
        DPI_FIELD_names,    DPI_FIELD_dns_hint,   DPI_FIELD_hint_packet,
    };
    const struct detect_verdict *v = &g->r->verdict;
    fputs("\nlabel\n", g->out);
    if (g->r->is_from_before)
        fputs("  of the record before, for this one tells less (active timeout)\n", g->out);
    if (begin_field(g, DPI_FIELD_ndpi_label)) {
        write_kind(g, v->master, true);
        write_kind(g, v->app, !v->master);
        fputc('\n', g->out);
    }
    write_names(g);
    write_fields(g, ids, sizeof(ids) / sizeof(ids[0]));
}

static void (*const sections[])(const struct page *g) = {
    write_flow, write_shown, write_hidden, write_again, write_label,
};

void explain_text(FILE *out, const struct explain_result *r, const struct labels *l)
{
    struct page g = {out, r, l};
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        sections[i](&g);
}
