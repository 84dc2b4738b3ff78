/* SPDX-License-Identifier: BSD-2-Clause */
/* infer.c - the fields of both sides, those first that need most evidence: a checksum of a counter looks like a
 * counter, and a counter like a length. */
#include "unknown/boundaries.h"
#include "unknown/checksums.h"
#include "unknown/counters.h"
#include "unknown/lengths.h"
#include "unknown/profile.h"

#include <inttypes.h>
#include <stdio.h>

static void add_length(struct field *f, struct fields *to)
{
    char of[FIELD_TEXT / 2], times[16] = "", add[32] = "";
    snprintf(of, sizeof(of), "%.*s", (int)sizeof(of) - 1, f->text); /* which messages, when not all */
    if (f->times != 1)
        snprintf(times, sizeof(times), " * %" PRIu32, f->times);
    if (f->add)
        snprintf(add, sizeof(add), " %c %" PRIu64, f->add < 0 ? '-' : '+', (uint64_t)(f->add < 0 ? -f->add : f->add));
    field_say(f, "%smessage size = value%s%s; %" PRIu32 " different", of, times, add, f->distinct);
    fields_add(to, f);
}

static void find_length(struct profile_side *s)
{
    const struct framing *framing = &s->view.framing;
    struct field f = {
        .at = framing->at, .size = framing->form.width, .little = framing->form.little, .role = ROLE_LENGTH,
        .number = true, .sure = true, .add = framing->add, .times = 1, .hits = framing->messages,
        .of = framing->messages, .distinct = framing->distinct,
    };
    if (framing->kind == FRAMING_LENGTH || length_find(&s->view.m, &s->view.positions, &f))
        add_length(&f, &s->fields);
}

/* Behind the search for what goes up: of zeros between a length and a number the number has those that fill it. */
static void widen_length(struct profile_side *s)
{
    const struct field *narrow = fields_find(&s->fields, ROLE_LENGTH);
    if (!narrow || s->view.framing.kind == FRAMING_LENGTH)
        return;
    struct field *f = &s->fields.v[narrow - s->fields.v];
    length_widen(f, &s->view.positions, &s->fields);
    f->number = true;
    s->little = f->little;
}

static void find_checksum(struct profile_side *s)
{
    struct field f;
    if (checksum_find(&s->view.m, &f))
        fields_add(&s->fields, &f);
}

static void find_exact(struct profile_side *s)
{
    find_checksum(s);
    find_length(s);
    times_find(&s->view, &s->fields);
    addresses_find(&s->view, &s->fields);
    s->little = boundaries_little(&s->view.positions, &s->fields);
    sequences_find(&s->view, s->little, &s->fields);
    widen_length(s);
}

/* --- between the sides -------------------------------------------------------------------------------- */

static void find_transactions(struct profile *p)
{
    struct profile_side *client = &p->side[0], *server = &p->side[1];
    transactions_find(&(struct transactions){&client->view, &server->view, &client->fields, &server->fields});
}

/* --- guesses ------------------------------------------------------------------------------------------ */

static void add_type(struct profile_side *s)
{
    const struct type_split *t = &s->types;
    struct field f = {.at = t->at, .size = 1, .role = ROLE_TYPE, .distinct = t->n, .of = (uint32_t)s->view.m.n};
    int n = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        f.hits += t->v[i].n;
        if (i < TYPES_NAMED && n >= 0 && (size_t)n < sizeof(f.text))
            n += snprintf(f.text + n, sizeof(f.text) - (size_t)n, "%s%02x %" PRIu32, i ? ", " : "", t->v[i].value,
                          t->v[i].n);
    }
    fields_add(&s->fields, &f);
}

static enum field_role role_of(const struct position *p, uint32_t n)
{
    static const enum field_role roles[POSITION_CLASSES] = {
        [POSITION_CONST] = ROLE_MAGIC, [POSITION_ZERO] = ROLE_ZERO, [POSITION_ENUM] = ROLE_ENUM,
        [POSITION_TEXT] = ROLE_TEXT, [POSITION_RANDOM] = ROLE_RANDOM, [POSITION_MIXED] = ROLE_DATA,
    };
    enum position_class is = p[0].is;
    for (uint32_t i = 1; i < n; i++) {
        if (p[i].is == p[0].is)
            continue;
        if (!position_is_const(&p[i]) || !position_is_const(&p[0]))
            return ROLE_DATA;
        is = POSITION_CONST;
    }
    return roles[is];
}

static void say_bytes(struct field *f, const struct position *p)
{
    int n = 0;
    for (uint32_t i = 0; i < f->size && n + 3 < FIELD_TEXT - 4; i++)
        n += snprintf(f->text + n, sizeof(f->text) - (size_t)n, "%s%02x", i ? " " : "", p[i].top);
    if (p[0].is == POSITION_ENUM && f->size == 1)
        field_say(f, "%" PRIu32 " values, %02x..%02x, %02x in %" PRIu32 " of %" PRIu32, p->distinct, p->low, p->high,
                  p->top, p->top_n, p->n);
}

static void say_varied(struct field *f, const struct position *p)
{
    double most = 0;
    for (uint32_t i = 0; i < f->size; i++)
        most = p[i].entropy > most ? p[i].entropy : most;
    field_say(f, "%s%.1f bits a byte at most", f->size == 1 ? "" : "varies, ", most);
}

static void add_between(struct profile_side *s, uint32_t at, uint32_t behind)
{
    const struct position *p = &s->view.positions.v[at];
    struct field f = {.at = at, .size = behind - at, .of = p->n, .hits = p->n, .distinct = p->distinct};
    f.role = role_of(p, f.size);
    for (uint32_t i = 0; i < f.size && position_is_const(&p[i]); i++)
        f.hits = p[i].top_n < f.hits ? p[i].top_n : f.hits;
    f.sure = f.role == ROLE_MAGIC || f.role == ROLE_ZERO;
    if (f.role == ROLE_MAGIC || f.role == ROLE_ZERO || (f.role == ROLE_ENUM && f.size == 1))
        say_bytes(&f, p);
    else
        say_varied(&f, p);
    fields_add(&s->fields, &f);
}

/* What stands between cuts and is no field yet. */
static void fill_gaps(struct profile_side *s, uint32_t end)
{
    struct fields typed = fields_copy(&s->fields);
    for (uint32_t at = 0; at < end;) {
        uint32_t behind = at + 1;
        while (behind < end && !s->cut[behind] && fields_have_room(&typed, behind, 1))
            behind++;
        if (fields_have_room(&typed, at, 1))
            add_between(s, at, behind);
        at = behind;
    }
    fields_free(&typed);
}

/* --- what is behind ----------------------------------------------------------------------------------- */

/* The bytes at the end that are a field of their own: a checksum, or what is the same in all messages. */
static uint32_t bytes_behind(const struct profile_side *s)
{
    const struct field *last = s->fields.n ? &s->fields.v[s->fields.n - 1] : NULL;
    return last && last->from_end ? last->size : 0;
}

/* How many bytes at the end are the same in all messages, which are of several sizes and were kept to their end. */
static uint32_t same_ends(const struct messages *m)
{
    enum { FEWEST = 10, MOST = 4 };
    uint32_t same = MOST, sizes = 0, seen[3];
    for (size_t i = 0; i < m->n; i++) {
        const struct message *a = &m->v[i], *b = &m->v[0];
        uint32_t n = 0, k = 0;
        while (n < same && n < a->kept && a->bytes[a->kept - 1 - n] == b->bytes[b->kept - 1 - n])
            n++;
        same = a->kept == a->size ? n : 0;
        while (k < sizes && seen[k] != a->size)
            k++;
        if (k == sizes && sizes < 3)
            seen[sizes++] = a->size;
    }
    return m->n >= FEWEST && sizes == 3 ? same : 0;
}

/* False: there is none, or a checksum is there. */
static bool find_trailer(struct profile_side *s)
{
    const struct messages *m = &s->view.m;
    uint32_t same = bytes_behind(s) ? 0 : same_ends(m);
    if (!same)
        return false;
    const uint8_t *bytes = m->v[0].bytes + m->v[0].kept - same;
    struct field f = {.at = same, .size = same, .from_end = true, .role = ROLE_ZERO, .sure = true,
                      .hits = (uint32_t)m->n, .of = (uint32_t)m->n, .distinct = 1};
    int n = 0;
    for (uint32_t i = 0; i < same; i++) {
        n += snprintf(f.text + n, sizeof(f.text) - (size_t)n, "%s%02x", i ? " " : "", bytes[i]);
        if (bytes[i])
            f.role = ROLE_MAGIC;
    }
    fields_add(&s->fields, &f);
    return true;
}

static void describe_body(struct profile_side *s, uint32_t at)
{
    struct bytestats b = {0};
    uint32_t behind = bytes_behind(s);
    for (size_t i = 0; i < s->view.m.n; i++) {
        const struct message *m = &s->view.m.v[i];
        bytestats_add(&b, m, at, m->kept - (m->kept == m->size && m->kept > behind ? behind : 0));
    }
    s->body = (struct profile_body){.at = at, .bytes = b.n, .entropy = bytestats_entropy(&b),
                                    .chi2 = bytestats_chi2(&b), .random = bytestats_random(&b)};
    s->body.text = bytestats_text(&b);
    s->body.packed = !s->body.random && b.n >= BYTESTATS_ENOUGH && s->body.entropy > 7.2;
}

static void add_body(struct profile_side *s)
{
    const struct profile_body *b = &s->body;
    struct field f = {.at = b->at, .role = b->random ? ROLE_RANDOM : b->text ? ROLE_TEXT : ROLE_DATA};
    if (!b->bytes)
        return;
    if (s->records.found && s->records.at == b->at)
        field_say(&f, "records, %" PRIu32 "..%" PRIu32 " a message", s->records.least, s->records.most);
    else if (b->random || b->packed)
        field_say(&f, "%s: chi-square z=%+.1f over %" PRIu32 " bytes", b->random ? "random-like" : "nearly random",
                  b->chi2, b->bytes);
    else
        field_say(&f, "%s%.1f bits a byte over %" PRIu32 " bytes%s", b->text ? "printable, " : "", b->entropy,
                  b->bytes, b->bytes < BYTESTATS_ENOUGH ? ", too few to tell more" : "");
    fields_add(&s->fields, &f);
}

/* Records have no fields of fixed place: what varies there is theirs, as far as nothing else explains it. A first type
 * that never changes may be something else's that stands before them. */
static uint32_t body_at(const struct profile_side *s, uint32_t end)
{
    uint32_t at = s->records.at;
    if (!s->records.found || at >= end || position_is_const(&s->view.positions.v[at]))
        return end;
    return fields_have_room(&s->fields, at, end - at) ? at : end;
}

static void find_rest(struct profile_side *s)
{
    const struct positions *p = &s->view.positions;
    types_find(&s->view.m, &s->fields, &s->types);
    if (s->types.found)
        add_type(s);
    boundaries_find(p, &s->fields, s->little, s->cut);
    records_find(&s->view.m, bytes_behind(s), &s->records);
    if (!s->records.found && find_trailer(s)) /* their last byte may be the same, too */
        records_find(&s->view.m, bytes_behind(s), &s->records);
    uint32_t end = body_at(s, boundaries_body(p, &s->fields, s->cut));
    fill_gaps(s, end);
    describe_body(s, end);
    add_body(s);
}

/* A text has words and lines, no offsets. */
static void find_text(struct profile_side *s)
{
    describe_body(s, 0);
    add_body(s);
}

void infer_sides(struct profile *p)
{
    for (unsigned side = 0; side < 2; side++) {
        if (p->side[side].view.framing.kind != FRAMING_LENGTH) /* binary, however much of it is printable */
            texts_find(&p->side[side].view.m, &p->side[side].text);
        if (p->side[side].text.found)
            find_text(&p->side[side]);
        else
            find_exact(&p->side[side]);
    }
    if (!p->side[0].text.found && !p->side[1].text.found)
        find_transactions(p);
    for (unsigned side = 0; side < 2; side++)
        if (!p->side[side].text.found) {
            sessions_find(&p->side[side].view, &p->side[side].fields);
            find_rest(&p->side[side]);
        }
}
