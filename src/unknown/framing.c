/* SPDX-License-Identifier: BSD-2-Clause */
/* framing.c - walks the streams from length to length. */
#include "unknown/framing.h"

#include "util/xalloc.h"

enum {
    OFFSETS = 17, WIDEST = 4, ADD_LEAST = -4, ADD_MOST = 32, ADDS = ADD_MOST - ADD_LEAST + 1, TRIED_ADDS = 3,
    FEWEST_MESSAGES = 8, FEWEST_SIZES = 3, SIZES = 64, SKIP_MOST = 2, FEWEST_PROOFS = 6,
};

struct streams {
    const struct sample *const *flow;
    size_t n;
    unsigned side;
};

/* Sizes that were seen, as far as they matter. */
struct sizes {
    uint32_t v[SIZES];
    uint32_t n;
};

static void add_size(struct sizes *s, uint32_t size)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->v[i] == size)
            return;
    if (s->n < SIZES)
        s->v[s->n++] = size;
}

/* The size of the message at, 0 when the length is no length; the bytes of the length may be behind the end. */
static bool size_at(const struct framing *f, const struct sample_side *s, uint32_t at, uint64_t *size)
{
    struct message all = {.bytes = s->bytes, .kept = s->n, .size = s->n};
    uint64_t v;
    if (!message_number(&all, at + f->at, f->form, &v))
        return false;
    *size = v > UINT32_MAX || (int64_t)v + f->add < (int64_t)(f->at + f->form.width) ? 0
                                                                                    : v + (uint64_t)f->add;
    return true;
}

static uint32_t begin_of(const struct sample_side *s, uint32_t i)
{
    return i < s->n_messages ? s->message[i].at : s->n;
}

/* Goes through one stream; false: broken. */
static bool walk(struct framing *f, const struct sample_side *s, struct sizes *sizes)
{
    uint32_t at = begin_of(s, f->skip), segment = f->skip;
    uint64_t size = 0;
    while (at < s->n && size_at(f, s, at, &size)) {
        if (!size)
            return false;
        while (segment < s->n_messages && begin_of(s, segment) < at)
            segment++;
        f->on_message += segment < s->n_messages && begin_of(s, segment) == at;
        f->messages++;
        add_size(sizes, (uint32_t)size);
        at = size < s->n - at ? at + (uint32_t)size : size == s->n - at ? s->n : UINT32_MAX;
    }
    f->whole += at == s->n && !s->full;
    return true;
}

/* What is no chance: segments that begin with a message, but for those that the walks began with, and ends. */
static uint32_t proofs(const struct framing *f, uint32_t begun)
{
    return f->on_message - (begun < f->on_message ? begun : f->on_message) + f->whole;
}

/* Whether the framing holds for the streams; its counts are set. Where a stream that goes on behind what was kept ends
 * says nothing. */
static bool holds(struct framing *f, const struct streams *in)
{
    struct sizes sizes = {0};
    uint32_t broken = 0, begun = 0;
    f->streams = f->whole = f->starts = f->on_message = f->messages = 0;
    for (size_t i = 0; i < in->n; i++) {
        const struct sample_side *s = &in->flow[i]->side[in->side];
        if (s->n_messages <= f->skip)
            continue;
        begun++;
        f->streams += !s->full;
        f->starts += s->n_messages - f->skip;
        broken += !walk(f, s, &sizes);
        if (broken > 1 && broken * 10 > in->n)
            return false;
    }
    f->distinct = sizes.n;
    return broken * 10 <= begun && f->whole * 10 >= f->streams * 6 && f->on_message * 10 >= f->starts * 6 &&
           f->messages >= FEWEST_MESSAGES && f->distinct >= FEWEST_SIZES && proofs(f, begun) >= FEWEST_PROOFS;
}

/* What would have to be added for each of the first segments to be a message: the sums that most agree in. */
static size_t likely_adds(const struct framing *f, const struct streams *in, int64_t out[TRIED_ADDS])
{
    uint32_t votes[ADDS] = {0};
    size_t n = 0;
    for (size_t i = 0; i < in->n; i++) {
        const struct sample_side *s = &in->flow[i]->side[in->side];
        for (uint32_t k = f->skip; k < s->n_messages; k++) {
            struct message m = sample_get(in->flow[i], in->side, k);
            uint64_t v;
            if (!message_number(&m, f->at, f->form, &v) || v > UINT32_MAX)
                continue;
            int64_t add = (int64_t)m.size - (int64_t)v - ADD_LEAST;
            if (add >= 0 && add < ADDS)
                votes[add]++;
        }
    }
    while (n < TRIED_ADDS) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < ADDS; i++)
            best = votes[i] > votes[best] ? i : best;
        if (votes[best] < 2)
            break;
        votes[best] = 0;
        out[n++] = (int64_t)best + ADD_LEAST;
    }
    return n;
}

static bool is_better(const struct framing *a, const struct framing *b)
{
    uint32_t x = a->whole + a->on_message, y = b->whole + b->on_message;
    if (x != y)
        return x > y;
    return a->form.width != b->form.width ? a->form.width > b->form.width : a->at < b->at;
}

static bool by_length(struct framing *best, const struct streams *in, uint32_t skip)
{
    bool found = false;
    for (uint32_t form = 1; form < 2 * WIDEST; form++) {
        struct framing f = {.kind = FRAMING_LENGTH, .form = {(uint8_t)(form / 2 + 1), form % 2}, .skip = skip};
        if (form == 1)
            f.form.little = false;
        for (f.at = 0; f.at < OFFSETS; f.at++) {
            int64_t adds[TRIED_ADDS];
            size_t n = likely_adds(&f, in, adds);
            for (size_t i = 0; i < n; i++) {
                f.add = adds[i];
                if (holds(&f, in) && (!found || is_better(&f, best))) {
                    *best = f;
                    found = true;
                }
            }
        }
    }
    return found;
}

static bool by_delimiter(struct framing *f, const struct streams *in)
{
    static const struct {
        const char *name;
        uint8_t n, bytes[2];
    } known[] = {{"CRLF", 2, {'\r', '\n'}}, {"LF", 1, {'\n', 0}}, {"NUL", 1, {0, 0}}};
    for (size_t d = 0; d < sizeof(known) / sizeof(known[0]); d++) {
        uint32_t segments = 0, ended = 0;
        for (size_t i = 0; i < in->n; i++)
            for (uint32_t k = 0; k < in->flow[i]->side[in->side].n_messages; k++) {
                struct message m = sample_get(in->flow[i], in->side, k);
                if (m.kept != m.size || m.kept < known[d].n)
                    continue;
                segments++;
                ended += memcmp(m.bytes + m.kept - known[d].n, known[d].bytes, known[d].n) == 0;
            }
        if (segments >= FEWEST_MESSAGES && ended >= 0.9 * segments) {
            *f = (struct framing){.kind = FRAMING_DELIMITER, .delimiter = known[d].name, .starts = segments,
                                  .on_message = ended};
            return true;
        }
    }
    return false;
}

void framing_find(struct framing *f, const struct sample *const *flow, size_t n, unsigned side)
{
    struct streams in = {flow, n, side};
    *f = (struct framing){.kind = FRAMING_NONE};
    bool found = by_length(f, &in, 0) || by_delimiter(f, &in);
    for (uint32_t skip = 1; skip <= SKIP_MOST && !found; skip++)
        found = by_length(f, &in, skip);
    if (!found)
        *f = (struct framing){.kind = FRAMING_NONE};
}

/* --- cutting ------------------------------------------------------------------------------------------ */

static void add_message(struct messages *m, const struct message *new)
{
    if ((m->n & (m->n - 1)) == 0)
        m->v = xrealloc(m->v, m->n ? m->n * 2 : 1, sizeof(*m->v));
    m->v[m->n++] = *new;
}

/* What is left when a length is no length, or behind what was kept, is no message. */
static void cut_stream(const struct framing *f, const struct sample *s, unsigned side, uint32_t number,
                       struct messages *m)
{
    const struct sample_side *from = &s->side[side];
    uint32_t at = begin_of(from, f->skip), segment = 0;
    uint64_t size;
    while (at < from->n && size_at(f, from, at, &size) && size) {
        while (segment + 1 < from->n_messages && from->message[segment + 1].at <= at)
            segment++;
        uint32_t kept = size < from->n - at ? (uint32_t)size : from->n - at;
        struct message new = {
            .bytes = from->bytes + at, .kept = kept, .size = (uint32_t)size, .flow = number, .side = (uint8_t)side,
            .index = from->message[segment].index, .time_ns = from->message[segment].time_ns,
        };
        add_message(m, &new);
        at += kept;
    }
}

void framing_cut(const struct framing *f, const struct sample *s, unsigned side, uint32_t number, struct messages *m)
{
    if (f->kind == FRAMING_LENGTH) {
        cut_stream(f, s, side, number, m);
        return;
    }
    for (uint32_t i = 0; i < s->side[side].n_messages; i++) {
        struct message new = sample_get(s, side, i);
        new.flow = number;
        add_message(m, &new);
    }
}
