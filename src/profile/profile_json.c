/* SPDX-License-Identifier: BSD-2-Clause */
/* profile_json.c - the same as profile_text.c says, by names. */
#include "profile/profile_json.h"

#include "writers/json_gen.h"

enum { BYTES_SHOWN = 256 };

static void put_hex(struct json *j, const char *key, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * BYTES_SHOWN + 1];
    size_t shown = n < BYTES_SHOWN ? n : BYTES_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        text[2 * i] = digits[p[i] >> 4];
        text[2 * i + 1] = digits[p[i] & 15];
    }
    text[2 * shown] = '\0';
    json_member_string(j, key, text);
}

static void put_flag(struct json *j, const char *key, bool v)
{
    json_string(j, key);
    json_bool(j, v);
}

/* Nanoseconds as seconds; nothing when it never happened. */
static void put_span(struct json *j, const char *key, int64_t ns)
{
    if (ns >= 0)
        json_member_decimal(j, key, (double)ns / 1e9, 6);
}

static void put_list(struct json *j, const char *key, const char lines[][PROFILE_LINE], uint32_t n)
{
    json_string(j, key);
    json_array(j);
    for (uint32_t i = 0; i < n; i++)
        json_string(j, lines[i]);
    json_array_end(j);
}

/* --- a side ------------------------------------------------------------------------------------------- */

static void put_framing(struct json *j, const struct framing *f)
{
    if (f->kind == FRAMING_NONE)
        return;
    json_string(j, "framing");
    json_map(j);
    json_member_string(j, "kind", f->kind == FRAMING_LENGTH ? "length" : "delimiter");
    if (f->kind == FRAMING_LENGTH) {
        json_member_u64(j, "offset", f->at);
        json_member_u64(j, "width", f->form.width);
        json_member_string(j, "order", f->form.little ? "little" : "big");
        json_member_decimal(j, "add", (double)f->add, 0);
        json_member_u64(j, "streams", f->streams);
        json_member_u64(j, "streams_whole", f->whole);
        json_member_u64(j, "messages", f->messages);
        json_member_u64(j, "sizes", f->distinct);
    } else {
        json_member_string(j, "delimiter", f->delimiter->name);
        if (f->lines) {
            json_member_u64(j, "lines", f->messages);
            json_member_u64(j, "streams", f->streams);
            json_member_u64(j, "streams_whole", f->whole);
        }
    }
    json_member_u64(j, "segments", f->starts);
    json_member_u64(j, "segments_on_message", f->on_message);
    json_map_end(j);
}

static void put_field(struct json *j, const struct field *f)
{
    json_map(j);
    json_member_u64(j, f->from_end ? "offset_from_end" : "offset", f->at);
    if (f->size)
        json_member_u64(j, "size", f->size);
    json_member_string(j, "role", field_roles[f->role].text);
    if (f->number)
        json_member_string(j, "order", f->little ? "little" : "big");
    if (f->role == ROLE_LENGTH) {
        json_member_u64(j, "times", f->times);
        json_member_decimal(j, "add", (double)f->add, 0);
    }
    if (f->role == ROLE_SEQUENCE)
        json_member_decimal(j, "step", (double)f->add, 0);
    json_member_string(j, "value", f->text);
    json_member_string(j, "evidence", f->sure ? "tested" : "guess");
    json_member_u64(j, "hits", f->hits);
    json_member_u64(j, "of", f->of);
    json_map_end(j);
}

static void put_position(struct json *j, const struct position *p)
{
    json_map(j);
    json_member_string(j, "class", position_classes[p->is].doc);
    json_member_u64(j, "messages", p->n);
    json_member_u64(j, "distinct", p->distinct);
    json_member_u64(j, "top", p->top);
    json_member_u64(j, "top_messages", p->top_n);
    json_member_u64(j, "low", p->low);
    json_member_u64(j, "high", p->high);
    json_member_u64(j, "same_bits", p->same);
    json_member_decimal(j, "entropy", p->entropy, 2);
    json_map_end(j);
}

static void put_types(struct json *j, const struct type_split *t)
{
    if (!t->found)
        return;
    json_string(j, "types");
    json_map(j);
    json_member_u64(j, "offset", t->at);
    json_member_decimal(j, "gain", t->gain, 3);
    json_string(j, "values");
    json_array(j);
    for (uint32_t i = 0; i < t->n; i++) {
        json_map(j);
        json_member_u64(j, "value", t->v[i].value);
        json_member_u64(j, "messages", t->v[i].n);
        json_member_u64(j, "size_least", t->v[i].least);
        json_member_u64(j, "size_most", t->v[i].most);
        json_map_end(j);
    }
    json_array_end(j);
    json_map_end(j);
}

static void put_records(struct json *j, const struct records *r)
{
    if (!r->found)
        return;
    json_string(j, "records");
    json_map(j);
    json_member_u64(j, "offset", r->at);
    json_member_u64(j, "type_size", r->type_size);
    json_member_u64(j, "length_size", r->length.width);
    json_member_string(j, "order", r->length.little ? "little" : "big");
    put_flag(j, "length_of_whole", r->whole);
    json_member_u64(j, "align", r->align);
    json_member_u64(j, "least", r->least);
    json_member_u64(j, "most", r->most);
    json_member_u64(j, "hits", r->hits);
    json_member_u64(j, "of", r->of);
    json_map_end(j);
}

static void put_text(struct json *j, const struct text_shape *t)
{
    if (!t->found)
        return;
    json_string(j, "text");
    json_map(j);
    if (t->line_end)
        json_member_string(j, "line_end", t->line_end);
    put_flag(j, "codes", t->codes);
    json_string(j, "first_words");
    json_array(j);
    for (uint32_t i = 0; i < t->n; i++) {
        json_map(j);
        json_member_string(j, "word", t->v[i].text);
        json_member_u64(j, "messages", t->v[i].n);
        json_map_end(j);
    }
    json_array_end(j);
    json_map_end(j);
}

static void put_body(struct json *j, const struct profile_body *b)
{
    if (!b->bytes)
        return;
    json_string(j, "body");
    json_map(j);
    json_member_u64(j, "offset", b->at);
    json_member_u64(j, "bytes", b->bytes);
    json_member_string(j, "looks",
                       b->random ? "random" : b->packed ? "nearly random" : b->text ? "text" : "structured");
    json_member_decimal(j, "entropy", b->entropy, 2);
    json_member_decimal(j, "chi_square_z", b->chi2, 1);
    json_map_end(j);
}

static void put_structure(struct json *j, const struct profile_side *s)
{
    put_framing(j, &s->view.framing);
    json_string(j, "fields");
    json_array(j);
    for (size_t i = 0; i < s->fields.n; i++)
        put_field(j, &s->fields.v[i]);
    json_array_end(j);
    json_string(j, "boundaries");
    json_array(j);
    for (uint32_t i = 0; i < HEADER_MOST; i++)
        if (s->cut[i])
            json_number(j, i);
    json_array_end(j);
    json_string(j, "positions");
    json_array(j);
    for (uint32_t i = 0; i < s->view.positions.n; i++)
        put_position(j, &s->view.positions.v[i]);
    json_array_end(j);
    put_types(j, &s->types);
    put_records(j, &s->records);
    put_text(j, &s->text);
    put_body(j, &s->body);
}

static void put_exemplars(struct json *j, const struct profile_side *s)
{
    json_string(j, "exemplars");
    json_array(j);
    for (uint32_t i = 0; i < s->n_exemplars; i++) {
        const struct exemplar *e = &s->exemplar[i];
        json_map(j);
        json_member_string(j, "why", e->why);
        json_member_u64(j, "flow_id", e->flow_id);
        json_member_u64(j, "size", e->m.size);
        put_hex(j, "hex", e->m.bytes, e->m.kept);
        json_map_end(j);
    }
    json_array_end(j);
}

static void put_side(struct json *j, const struct profile *p, unsigned side)
{
    const struct profile_side *s = &p->side[side];
    json_string(j, side ? "server" : "client");
    json_map(j);
    json_member_u64(j, "flows", s->flows);
    json_member_u64(j, "messages", s->view.m.n);
    json_member_u64(j, "hosts", s->senders);
    json_member_u64(j, "speaks_first", s->speaks_first);
    json_member_u64(j, "size_least", s->least);
    json_member_u64(j, "size_most", s->most);
    json_member_u64(j, "sizes", s->sizes);
    put_span(j, "answers_after", s->answers_after);
    put_span(j, "repeats_after", s->repeats_after);
    if (p->inferred && s->view.m.n)
        put_structure(j, s);
    put_exemplars(j, s);
    json_map_end(j);
}

/* --- the group ---------------------------------------------------------------------------------------- */

static void put_ports(struct json *j, const struct profile *p)
{
    json_string(j, "server_ports");
    json_array(j);
    for (uint32_t i = 0; i < p->n_ports; i++) {
        json_map(j);
        json_member_u64(j, "port", p->port[i].port);
        json_member_u64(j, "flows", p->port[i].flows);
        json_map_end(j);
    }
    json_array_end(j);
    if (p->from_port)
        json_member_u64(j, "client_port", p->from_port);
}

static void put_flow_ids(struct json *j, const struct samples *s, const struct group *g)
{
    json_string(j, "flow_ids");
    json_array(j);
    for (size_t i = 0; i < g->n; i++)
        json_number(j, s->v[g->member[i]]->flow_id);
    json_array_end(j);
}

static void put_group(struct json *j, const struct samples *s, const struct profile *p)
{
    const struct group *g = p->group;
    json_member_string(j, "type", "group");
    json_member_string(j, "group", p->id);
    json_member_string(j, "name", p->name);
    json_member_string(j, "looks", group_kinds[g->kind].text);
    put_flag(j, "too_small", g->small);
    put_flag(j, "inferred", p->inferred);
    json_member_u64(j, "transport", p->transport);
    put_ports(j, p);
    json_member_u64(j, "flows", g->n);
    json_member_u64(j, "messages", p->messages);
    json_member_u64(j, "clients", p->clients);
    json_member_u64(j, "servers", p->servers);
    json_member_u64(j, "midstream", p->midstream);
    json_member_u64(j, "one_sided", p->one_way);
    json_member_u64(j, "lossy", p->lossy);
    json_member_decimal(j, "cohesion", (double)g->cohesion, 3);
    if (&p->groups->v[g->nearest] != g) {
        json_string(j, "nearest");
        json_map(j);
        json_member_u64(j, "group", g->nearest + 1);
        json_member_decimal(j, "distance", (double)g->nearest_distance, 3);
        json_map_end(j);
    }
    if (g->partner_flows) {
        json_string(j, "partner");
        json_map(j);
        json_member_u64(j, "group", g->partner + 1);
        json_member_u64(j, "flows", g->partner_flows);
        json_map_end(j);
    }
    put_flow_ids(j, s, g);
}

void profile_json(FILE *out, const struct samples *s, const struct profile *p)
{
    struct json j;
    json_init(&j, false);
    json_map(&j);
    put_group(&j, s, p);
    put_side(&j, p, 0);
    put_side(&j, p, 1);
    put_list(&j, "not_explained", p->unexplained, p->n_unexplained);
    put_list(&j, "capture_next", p->next, p->n_next);
    json_map_end(&j);
    json_end_line(&j);
    const struct buf *text = json_out(&j);
    fwrite(text->p, 1, text->n, out);
    json_free(&j);
}
