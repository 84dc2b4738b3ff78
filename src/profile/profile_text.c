/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_text.c - the profile of a group: evidence as counts, what was tested apart from what is guessed, both
 * directions apart. */
#include "profile/profile_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

enum { TYPES_SHOWN = 3, POSITIONS_A_ROW = 16, POSITIONS_SHOWN = 32, HEX_SHOWN = 48 };

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* --- head --------------------------------------------------------------------------------------------- */

static void put_upper(FILE *out, const char *s)
{
    for (; *s; s++)
        fputc(toupper((unsigned char)*s), out);
}

static void put_transport(FILE *out, const struct profile *p)
{
    const char *name = profile_transport(p->transport);
    if (name)
        put_upper(out, name);
    else
        fprintf(out, "IP protocol %u", p->transport);
}

static void put_ports(FILE *out, const struct profile *p)
{
    if (!p->n_ports)
        put_transport(out, p);
    for (uint32_t i = 0; i < p->n_ports; i++) {
        fputs(i ? ", " : "", out);
        put_transport(out, p);
        fprintf(out, "/%u", p->port[i].port);
        if (p->all_ports > 1)
            fprintf(out, " (%" PRIu32 ")", p->port[i].flows);
    }
    if (p->all_ports > p->n_ports)
        fprintf(out, " and %" PRIu32 " more ports", p->all_ports - p->n_ports);
    if (p->from_port)
        fprintf(out, ", all from port %u, which may be the server's", p->from_port);
}

static void put_head(FILE *out, const struct profile *p)
{
    fprintf(out, "GROUP %s  %s   %zu flow%s  %" PRIu64 " messages  %" PRIu32 " client%s -> %" PRIu32 " server%s  ",
            p->id, p->name, p->group->n, plural(p->group->n), p->messages, p->clients, plural(p->clients), p->servers,
            plural(p->servers));
    put_ports(out, p);
    fputc('\n', out);
}

static void put_body(FILE *out, const struct profile_side *s, unsigned side, const char *between)
{
    const struct profile_body *b = &s->body;
    if (!b->random && !b->packed)
        return;
    fprintf(out, "%s%s bytes %" PRIu32 "..end %s (chi-square z=%+.1f, %" PRIu32 " B)", between, side_names[side], b->at,
            b->random ? "random-like" : "nearly random", b->chi2, b->bytes);
}

static void put_verdict(FILE *out, const struct profile *p)
{
    const struct group *g = p->group;
    fprintf(out, " verdict   %s: %s", group_kinds[g->kind].text, group_kinds[g->kind].doc);
    if (g->small)
        fprintf(out, "; too small: %zu flow%s and %" PRIu64 " message%s tell no structure from chance", g->n,
                plural(g->n), p->messages, plural(p->messages));
    for (unsigned side = 0; side < 2; side++)
        put_body(out, &p->side[side], side, "; ");
    fputc('\n', out);
}

static void put_nearest(FILE *out, const struct profile *p)
{
    const struct group *g = p->group;
    bool alone = &p->groups->v[g->nearest] == g;
    fprintf(out, " alike     within the group %.2f of 1; ", (double)g->cohesion);
    if (alone)
        fputs("no other group has anything in common with it\n", out);
    else
        fprintf(out, "the nearest other one is U%02zu with %.2f\n", g->nearest + 1, 1 - (double)g->nearest_distance);
}

/* Half of the flows at least: fewer may be an accident. */
static void put_partner(FILE *out, const struct profile *p)
{
    const struct group *g = p->group;
    if (g->partner_flows && g->partner_flows * 2 >= g->n)
        fprintf(out, " partner   U%02zu: %zu of %zu flows have the socket of a client in common with it\n",
                g->partner + 1, g->partner_flows, g->n);
}

static void put_complete(FILE *out, const struct profile *p)
{
    uint64_t begun = p->group->n - p->midstream;
    fprintf(out, " complete  %" PRIu64 " from the beginning", begun);
    if (p->midstream)
        fprintf(out, ", %" PRIu32 " under way already%s", p->midstream, begun ? " (left out below)" : "");
    fprintf(out, "; %" PRIu32 " with one side only; bytes missing in %" PRIu32, p->one_way, p->lossy);
    if (p->n_flows < begun)
        fprintf(out, "; %zu of them looked at", p->n_flows);
    fputc('\n', out);
}

/* --- dialogue ----------------------------------------------------------------------------------------- */

static void put_range(FILE *out, uint32_t least, uint32_t most)
{
    fprintf(out, "%" PRIu32, least);
    if (most != least)
        fprintf(out, "..%" PRIu32, most);
    fputs(" B", out);
}

static void put_span(FILE *out, int64_t ns)
{
    double seconds = (double)ns / 1e9;
    if (seconds < 1e-3)
        fprintf(out, "%.0f us", seconds * 1e6);
    else if (seconds < 1)
        fprintf(out, "%.3g ms", seconds * 1e3);
    else
        fprintf(out, "%.3g s", seconds);
}

static void put_dialogue(FILE *out, const struct profile *p)
{
    unsigned first = p->side[1].speaks_first > p->side[0].speaks_first;
    fputs(" dialogue  ", out);
    for (unsigned i = 0; i < 2; i++) {
        const struct profile_side *s = &p->side[first ^ i];
        fprintf(out, "%s%s ", i ? ", then " : "", side_names[first ^ i]);
        if (!s->flows) {
            fputs("nothing", out);
            continue;
        }
        put_range(out, s->first_least, s->first_most);
        fprintf(out, " (%" PRIu32 "/%zu flows", s->flows, p->n_flows);
        if (i && s->answers_after >= 0) {
            fputs(", after ", out);
            put_span(out, s->answers_after);
        }
        fputc(')', out);
    }
    for (unsigned i = 0; i < 2; i++)
        if (p->side[i].repeats_after >= 0) {
            fprintf(out, "; %s every ", side_names[i]);
            put_span(out, p->side[i].repeats_after);
        }
    fputc('\n', out);
}

/* --- fields ------------------------------------------------------------------------------------------- */

static void put_framing_length(FILE *out, const struct framing *f)
{
    const char *order = f->form.width == 1 ? "" : f->form.little ? "little endian " : "big endian ";
    fprintf(out, "length of %u byte%s %sat %" PRIu32 ", message size = value %+" PRId64 "; ", f->form.width,
            plural(f->form.width), order, f->at, f->add);
    if (f->skip)
        fprintf(out, "behind %" PRIu32 " segment%s without; ", f->skip, plural(f->skip));
    fprintf(out, "%" PRIu32 "/%" PRIu32 " streams end with a message, %" PRIu32 "/%" PRIu32 " segments begin one; ",
            f->whole, f->streams, f->on_message, f->starts);
    fprintf(out, "%" PRIu32 " messages of %" PRIu32 " sizes\n", f->messages, f->distinct);
}

static void put_framing_delimiter(FILE *out, const struct framing *f)
{
    if (!f->lines) {
        fprintf(out, "%s behind each message: %" PRIu32 "/%" PRIu32 " segments end with it\n", f->delimiter->name,
                f->on_message, f->starts);
        return;
    }
    fprintf(out, "%s behind each line, and lines are taken for messages: %" PRIu32 "/%" PRIu32
                 " streams end with it, %" PRIu32 "/%" PRIu32 " segments but the last; %" PRIu32 " lines\n",
            f->delimiter->name, f->whole, f->streams, f->on_message, f->starts, f->messages);
}

static void put_framing(FILE *out, const struct profile_side *s, unsigned side)
{
    const struct framing *f = &s->view.framing;
    if (!s->view.flow[0]->stream)
        return;
    fprintf(out, "FRAMING %s  ", side_names[side]);
    if (f->kind == FRAMING_LENGTH)
        put_framing_length(out, f);
    else if (f->kind == FRAMING_DELIMITER)
        put_framing_delimiter(out, f);
    else
        fputs("none found; segments are taken for messages\n", out);
}

static void put_role(FILE *out, const struct field *f)
{
    const char *order = f->number && f->size > 1 ? f->little ? " LE" : " BE" : "";
    int n = fprintf(out, "%s%s", field_roles[f->role].text, order);
    fprintf(out, "%*s", n < 14 ? 14 - n : 1, "");
}

static void put_field(FILE *out, const struct field *f)
{
    char at[16], size[16];
    snprintf(size, sizeof(size), "%" PRIu32, f->size);
    snprintf(at, sizeof(at), "%s%" PRIu32, f->from_end ? "-" : "", f->at);
    fprintf(out, " %4s %5s  ", at, f->size ? size : "*");
    put_role(out, f);
    fprintf(out, "%-46s", f->text);
    if (f->role == ROLE_DATA || f->role == ROLE_RANDOM || f->role == ROLE_TEXT)
        fputs("  -\n", out);
    else
        fprintf(out, "  %c  %" PRIu32 "/%" PRIu32 "\n", f->sure ? 'E' : 'G', f->hits, f->of);
}

static void put_fields(FILE *out, const struct profile_side *s, unsigned side)
{
    fprintf(out, "FIELDS %s  %zu messages, ", side_names[side], s->view.m.n);
    put_range(out, s->least, s->most);
    fprintf(out, ", of %" PRIu32 " host%s   (E: holds for every message, G: a guess)\n", s->senders,
            plural(s->senders));
    fputs(" off  size  role          value or range                                  evidence\n", out);
    for (size_t i = 0; i < s->fields.n; i++)
        put_field(out, &s->fields.v[i]);
}

static void put_types(FILE *out, const struct profile_side *s, unsigned side)
{
    const struct type_split *t = &s->types;
    if (!t->found)
        return;
    fprintf(out, "TYPES %s  byte %" PRIu32 "; the rest varies %.0f%% less when split by it\n", side_names[side], t->at,
            100 * t->gain);
    for (uint32_t i = 0; i < t->n; i++) {
        fprintf(out, "  %02x  %5" PRIu32 " messages, ", t->v[i].value, t->v[i].n);
        put_range(out, t->v[i].least, t->v[i].most);
        fputc('\n', out);
    }
}

static void put_records(FILE *out, const struct profile_side *s, unsigned side)
{
    const struct records *r = &s->records;
    if (!r->found)
        return;
    fprintf(out, "RECORDS %s  from byte %" PRIu32 " to the end: ", side_names[side], r->at);
    if (r->type_size)
        fprintf(out, "type of %u byte%s, ", r->type_size, plural(r->type_size));
    fprintf(out, "length of %u byte%s%s of the %s", r->length.width, plural(r->length.width),
            r->length.width == 1 ? "" : r->length.little ? " LE" : " BE", r->whole ? "whole record" : "value");
    if (r->align > 1)
        fprintf(out, ", filled up to a multiple of %u", r->align);
    fprintf(out, "; %" PRIu32 "..%" PRIu32 " a message; %" PRIu32 "/%" PRIu32 " messages end with one\n", r->least,
            r->most, r->hits, r->of);
}

static void put_text(FILE *out, const struct profile_side *s, unsigned side)
{
    const struct text_shape *t = &s->text;
    if (!t->found)
        return;
    fprintf(out, "TEXT %s  %zu messages, ", side_names[side], s->view.m.n);
    put_range(out, s->least, s->most);
    fprintf(out, "; ends: %s", t->line_end ? t->line_end : "no common one");
    if (t->crlf && !(t->line_end && strcmp(t->line_end, "CRLF") == 0))
        fprintf(out, ", %" PRIu32 " with CRLF", t->crlf);
    fputc('\n', out);
    for (uint32_t i = 0; i < t->n; i++)
        fprintf(out, "  %-24s %5" PRIu32 "  %s\n", t->v[i].text, t->v[i].n, t->codes ? "code" : "word");
    if (!t->n)
        fputs("  no first word is frequent\n", out);
}

/* --- positions ---------------------------------------------------------------------------------------- */

static void put_position_row(FILE *out, const struct positions *p, uint32_t from)
{
    uint32_t end = from + POSITIONS_A_ROW < p->n ? from + POSITIONS_A_ROW : p->n;
    fputs(" byte  ", out);
    for (uint32_t i = from; i < end; i++)
        fprintf(out, "%4" PRIu32, i);
    fputs("\n class ", out);
    for (uint32_t i = from; i < end; i++)
        fprintf(out, "%4c", position_classes[p->v[i].is].letter);
    fputs("\n top   ", out);
    for (uint32_t i = from; i < end; i++)
        if (p->v[i].top_n * 10 >= p->v[i].n)
            fprintf(out, "  %02x", p->v[i].top);
        else
            fputs("  --", out);
    fputs("\n bits  ", out);
    for (uint32_t i = from; i < end; i++)
        fprintf(out, "%4.1f", p->v[i].entropy);
    fputc('\n', out);
}

static void put_positions(FILE *out, const struct positions *p, const char *what, size_t n)
{
    fprintf(out, "POSITIONS %s (%zu messages)  ", what, n);
    for (unsigned i = 0; i < POSITION_CLASSES; i++)
        fprintf(out, " %c %s", position_classes[i].letter, position_classes[i].doc);
    fputc('\n', out);
    for (uint32_t i = 0; i < p->n && i < POSITIONS_SHOWN; i += POSITIONS_A_ROW)
        put_position_row(out, p, i);
}

static void put_tables(FILE *out, const struct profile_side *s, unsigned side)
{
    const struct type_split *t = &s->types;
    if (!t->found)
        put_positions(out, &s->view.positions, side_names[side], s->view.m.n);
    for (uint32_t i = 0; i < t->n && i < TYPES_SHOWN; i++) {
        char what[32];
        struct positions p;
        struct messages m = types_take(&s->view.m, t, t->v[i].value);
        positions_make(&p, &m);
        snprintf(what, sizeof(what), "%s type %02x", side_names[side], t->v[i].value);
        put_positions(out, &p, what, m.n);
        free(m.v);
    }
}

/* --- exemplars ---------------------------------------------------------------------------------------- */

static void put_exemplar(FILE *out, const struct profile_side *s, unsigned side, const struct exemplar *e)
{
    fprintf(out, " %-8s %s flow %" PRIu64 ", %" PRIu32 " B  ", e->why, side_names[side], e->flow_id, e->m.size);
    for (uint32_t i = 0; i < HEX_SHOWN && i < e->m.kept; i++) {
        bool cut = i && i < HEADER_MOST && s->cut[i];
        fprintf(out, "%s%02x", cut ? "|" : "", (unsigned)message_at(&e->m, i));
    }
    fputs(e->m.size > HEX_SHOWN ? "..  \"" : "  \"", out);
    for (uint32_t i = 0; i < HEX_SHOWN && i < e->m.kept; i++) {
        int b = message_at(&e->m, i);
        fputc(b >= 0x20 && b < 0x7f ? b : '.', out);
    }
    fputs("\"\n", out);
}

static void put_exemplars(FILE *out, const struct profile *p)
{
    fputs("EXEMPLARS  | is where a field begins\n", out);
    for (unsigned side = 0; side < 2; side++)
        for (uint32_t i = 0; i < p->side[side].n_exemplars; i++)
            put_exemplar(out, &p->side[side], side, &p->side[side].exemplar[i]);
}

static void put_lines(FILE *out, const char *title, const char lines[][PROFILE_LINE], uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        fprintf(out, "%s%s\n", i ? "               " : title, lines[i]);
}

static void put_structure(FILE *out, const struct profile *p)
{
    for (unsigned side = 0; side < 2; side++) {
        const struct profile_side *s = &p->side[side];
        if (!s->view.m.n)
            continue;
        put_framing(out, s, side);
        if (s->text.found) {
            put_text(out, s, side);
            continue;
        }
        put_fields(out, s, side);
        put_types(out, s, side);
        put_records(out, s, side);
        put_tables(out, s, side);
    }
}

void profile_text(FILE *out, const struct profile *p)
{
    put_head(out, p);
    put_verdict(out, p);
    put_nearest(out, p);
    put_partner(out, p);
    put_complete(out, p);
    if (p->messages)
        put_dialogue(out, p);
    if (p->inferred)
        put_structure(out, p);
    if (p->messages)
        put_exemplars(out, p);
    put_lines(out, "NOT EXPLAINED  ", p->unexplained, p->n_unexplained);
    put_lines(out, "CAPTURE NEXT   ", p->next, p->n_next);
}

/* --- all groups --------------------------------------------------------------------------------------- */

static void put_group_line(FILE *out, const struct profile *p)
{
    const struct group *g = p->group;
    fprintf(out, " %-5s %-24s %6zu %9" PRIu64 "  %-9s %s", p->id, p->name, g->n, p->messages,
            group_kinds[g->kind].text, g->small ? "too small; " : "");
    put_ports(out, p);
    fputc('\n', out);
}

void groups_text(FILE *out, const struct groups *g, struct profile *const *profiles)
{
    size_t flows = 0;
    for (size_t i = 0; i < g->n; i++)
        flows += g->v[i].n;
    fprintf(out, "%zu flow%s in %zu group%s\n", flows, plural(flows), g->n, plural(g->n));
    fputs(" group name                      flows  messages  looks\n", out);
    for (size_t i = 0; i < g->n; i++)
        put_group_line(out, profiles[i]);
}
