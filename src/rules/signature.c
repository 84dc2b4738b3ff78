/* SPDX-License-Identifier: BSD-2-Clause */
/* signature.c - which signature the first messages of a flow have. */
#include "rules/signature.h"

#include "rules/model.h"

#include <string.h>

const struct signature_number_form signature_numbers[SIGNATURE_NUMBERS + 1] = {
#define N(name, word, width, little) {word, width, little},
#include "rules/signature_numbers.def"
#undef N
};

/* --- one condition ------------------------------------------------------------------------------------ */

static bool has_bytes(const struct signature_condition *c, const struct first_message *m)
{
    for (unsigned i = 0; i < c->n; i++) {
        int byte = first_message_at(m, c->at + (int32_t)i);
        if (byte < 0 || (byte & c->mask[i]) != c->value[i])
            return false;
    }
    return true;
}

static bool has_text(const struct signature_condition *c, const struct first_message *m)
{
    return c->n <= m->n_head && memcmp(m->head, c->value, c->n) == 0;
}

static bool has_length(const struct signature_condition *c, const struct first_message *m)
{
    const struct signature_number_form *form = &signature_numbers[c->type];
    int64_t v = 0;
    for (unsigned i = 0; i < form->width; i++) {
        int byte = first_message_at(m, c->at + (int32_t)(form->little ? form->width - 1u - i : i));
        if (byte < 0)
            return false;
        v = v << 8 | byte;
    }
    return !m->cut && v * c->scale + c->plus == m->len;
}

static bool has_size(const struct signature_condition *c, const struct first_message *m)
{
    return !m->cut && m->len >= c->first && m->len <= c->last;
}

/* --- all of them -------------------------------------------------------------------------------------- */

static bool message_holds(const struct signature *s, const struct signature_condition *v,
                          const struct first_message *m)
{
    static bool (*const holds[SIGNATURE_KINDS])(const struct signature_condition *c, const struct first_message *m) = {
        [SIGNATURE_BYTES] = has_bytes, [SIGNATURE_LENGTH] = has_length, [SIGNATURE_TEXT] = has_text,
        [SIGNATURE_SIZE] = has_size};
    unsigned asked = 0, held = 0; /* bits by kind */
    for (uint32_t i = 0; i < s->n_conditions; i++) {
        if (!holds[v[i].kind])
            continue;
        bool yes = holds[v[i].kind](&v[i], m), all = v[i].kind <= SIGNATURE_LENGTH;
        if (all && !yes)
            return false;
        asked |= 1u << v[i].kind;
        held |= (unsigned)yes << v[i].kind;
    }
    return asked == held;
}

static bool port_holds(const struct signature *s, const struct signature_condition *v, const struct rules_payload *p)
{
    bool asked = false;
    for (uint32_t i = 0; i < s->n_conditions; i++) {
        if (v[i].kind != SIGNATURE_PORT)
            continue;
        asked = true;
        if (p->port >= v[i].first && p->port <= v[i].last)
            return true;
    }
    return !asked;
}

static bool side_holds(const struct signature *s, const struct signature_condition *v,
                       const struct rules_first_messages *of)
{
    if (of->n < s->messages)
        return false;
    for (unsigned i = 0; i < s->messages; i++)
        if (!message_holds(s, v, &of->v[i]))
            return false;
    return true;
}

static bool holds(const struct rules *r, const struct signature *s, const struct rules_payload *p)
{
    const struct signature_condition *v = &r->conditions[s->first_condition];
    if (s->transport != p->transport || !port_holds(s, v, p))
        return false;
    for (unsigned side = 0; side < 2; side++)
        if (s->sides & 1u << side && !side_holds(s, v, &p->side[side]))
            return false;
    return true;
}

/* --- which one wins ----------------------------------------------------------------------------------- */

enum { SIZES = 11, PORTS = 12 }; /* bits: of what a packet holds; of the ports that servers have */

/* What few of many values are worth; of none nothing was asked. */
static unsigned bits_of(uint64_t values, unsigned bits)
{
    if (values == 0)
        return 0;
    for (; values > 1 && bits > 0; values = (values + 1) / 2)
        bits--;
    return bits;
}

/* How many values conditions of a kind let pass. */
static uint64_t values_of(const struct signature *s, const struct signature_condition *v, enum signature_kind kind)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->n_conditions; i++)
        if (v[i].kind == kind)
            n += (uint64_t)v[i].last - v[i].first + 1;
    return n;
}

unsigned signature_payload_bits(const struct signature *s, const struct signature_condition *v)
{
    enum { LENGTH_BITS = 10 };
    unsigned bits = 0, text = UINT8_MAX * 8u;
    bool has_text_condition = false;
    for (uint32_t i = 0; i < s->n_conditions; i++) {
        if (v[i].kind == SIGNATURE_BYTES)
            for (unsigned k = 0; k < v[i].n; k++)
                bits += (unsigned)__builtin_popcount(v[i].mask[k]);
        if (v[i].kind == SIGNATURE_LENGTH)
            bits += LENGTH_BITS;
        if (v[i].kind == SIGNATURE_TEXT) {
            has_text_condition = true;
            text = v[i].n * 8u < text ? v[i].n * 8u : text;
        }
    }
    return bits + (has_text_condition ? text : 0) + bits_of(values_of(s, v, SIGNATURE_SIZE), SIZES);
}

unsigned signature_bits(const struct signature *s, const struct signature_condition *v)
{
    return signature_payload_bits(s, v) + bits_of(values_of(s, v, SIGNATURE_PORT), PORTS);
}

/* Below 0: a goes before b. */
static int compare(const struct rules *r, const struct signature *a, const struct signature *b)
{
    unsigned bits_a = signature_bits(a, &r->conditions[a->first_condition]);
    unsigned bits_b = signature_bits(b, &r->conditions[b->first_condition]);
    if (a->override != b->override)
        return a->override ? -1 : 1;
    if (a->shipped != b->shipped)
        return a->shipped ? 1 : -1;
    if (bits_a != bits_b)
        return bits_a > bits_b ? -1 : 1;
    if (a->file != b->file)
        return a->file > b->file ? -1 : 1;
    return a < b ? -1 : 1;
}

bool rules_find_signature(const struct rules *r, const struct rules_payload *p, struct rules_signature_match *out)
{
    const struct signature *best = NULL;
    for (size_t i = 0; i < r->n_signatures; i++)
        if (holds(r, &r->signatures[i], p) && (!best || compare(r, &r->signatures[i], best) < 0))
            best = &r->signatures[i];
    if (!best)
        return false;
    *out = (struct rules_signature_match){
        .rule = r->n_rules + (size_t)(best - r->signatures), .override = best->override};
    rules_signature(r, (size_t)(best - r->signatures), &out->signature);
    return true;
}

/* --- what there is ------------------------------------------------------------------------------------ */

void rules_signature(const struct rules *r, size_t i, struct rules_signature *out)
{
    const struct signature *s = &r->signatures[i];
    const struct signature_condition *v = &r->conditions[s->first_condition];
    *out = (struct rules_signature){
        .id = s->id, .protocol = s->protocol, .source = s->source, .file = r->files[s->file], .line = s->line,
        .category = rules_category_names[s->category], .shipped = s->shipped, .bits = signature_bits(s, v)};
    for (uint32_t k = 0; k < s->n_conditions; k++)
        ++*(v[k].kind == SIGNATURE_PORT ? &out->ports : &out->others);
}

/* Bytes of a message's head that a condition looks at. */
static unsigned reach(const struct signature_condition *c)
{
    if (c->kind == SIGNATURE_TEXT)
        return c->n;
    if (c->at < 0 || (c->kind != SIGNATURE_BYTES && c->kind != SIGNATURE_LENGTH))
        return 0;
    return (unsigned)c->at + (c->kind == SIGNATURE_BYTES ? c->n : signature_numbers[c->type].width);
}

struct rules_reach rules_signatures_reach(const struct rules *r)
{
    struct rules_reach out = {0};
    for (size_t i = 0; i < r->n_signatures; i++)
        if (r->signatures[i].messages > out.messages)
            out.messages = r->signatures[i].messages;
    for (size_t i = 0; i < r->n_conditions; i++)
        if (reach(&r->conditions[i]) > out.head)
            out.head = reach(&r->conditions[i]);
    return out;
}
