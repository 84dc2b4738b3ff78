/* SPDX-License-Identifier: BSD-2-Clause */
/* framing.c - walks the streams from length to length. */
#include "unknown/framing.h"

#include "unknown/bytestats.h"
#include "util/xalloc.h"

#include <math.h>

enum {
    OFFSETS = 17, WIDEST = 4, ADD_LEAST = -4, ADD_MOST = 32, ADDS = ADD_MOST - ADD_LEAST + 1, TRIED_ADDS = 3,
    FEWEST_MESSAGES = 8, FEWEST_SIZES = 3, SIZES = 64, SKIP_MOST = 2, HEADS = 8, SHORTEST = 4, FEWEST_PROOFS = 6,
};

/* Bits of evidence that are asked for: thousands of framings are tried, but few that segments speak for. */
static const double enough = 30, enough_where_segments_are = 12;

struct streams {
    const struct sample *const *flow;
    size_t n;
    unsigned side;
    struct bytestats all; /* of all bytes */
};

/* Sizes that were seen, as far as they matter. */
struct sizes {
    uint32_t v[SIZES];
    uint32_t n;
};

/* What the walks came through. A message that has the size of the one before tells nothing: messages of one size are
 * whole wherever a constant is taken for their length. So the ends of others are counted. */
struct walked {
    struct sizes sizes;
    uint64_t size; /* of the last message */
    bool differs;  /* from the one before */
    uint32_t begun, broken;
    uint32_t bytes;
    uint32_t segments, segmented; /* without those that the walks began with, and their bytes */
    uint32_t next, landed; /* ends of messages where segments are known, and those where one begins */
    uint32_t ended, whole; /* streams that were kept to their end, and those that end where a message does */
    uint32_t cut;          /* likewise: those that end in a message that a segment begins with: the capture did */
    uint32_t live;         /* low bytes of the length that are not always zero */
    struct bytestats head[HEADS]; /* of what is behind ends of messages */
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
    bool sound = v <= UINT32_MAX - ADD_MOST && (int64_t)v + f->add >= (int64_t)(f->at + f->form.width);
    *size = sound ? v + (uint64_t)f->add : 0;
    return true;
}

static uint32_t begin_of(const struct sample_side *s, uint32_t i)
{
    return i < s->n_messages ? s->message[i].at : s->n;
}

/* --- a walk ------------------------------------------------------------------------------------------- */

static void look_at(struct walked *w, const struct framing *f, uint64_t size)
{
    uint64_t value = size - (uint64_t)f->add;
    while (w->live < sizeof(value) && value >> (8 * w->live))
        w->live++;
    add_size(&w->sizes, (uint32_t)size);
    w->differs = size != w->size;
    w->size = size;
}

/* What is behind the end of a message: the next one, if it is one. */
static void look_behind(struct walked *w, const struct sample_side *s, uint32_t at, bool lands)
{
    struct message m = {.bytes = s->bytes + at, .kept = s->n - at, .size = s->n - at};
    for (uint32_t i = 0; i < HEADS; i++)
        bytestats_add(&w->head[i], &m, i, i + 1);
    w->next += at <= s->segmented;
    w->landed += lands;
}

/* lands: so did the last message, which is not one behind a greeting that is a guess. */
static void look_at_end(struct framing *f, struct walked *w, const struct sample_side *s, bool whole, bool lands)
{
    if (s->full)
        return;
    f->whole += whole;
    w->cut += !whole && lands;
    w->ended += w->differs;
    w->whole += w->differs && whole;
}

/* Goes through one stream; false: broken. */
static bool walk(struct framing *f, const struct sample_side *s, struct walked *w)
{
    uint32_t begin = begin_of(s, f->skip), at = begin, last = begin, segment = 0;
    uint64_t size = 0;
    bool lands = false;
    while (segment < s->n_segments && s->segment[segment].at < begin)
        segment++;
    if (segment == s->n_segments)
        return true;
    f->starts += s->n_segments - segment;
    w->segments += s->n_segments - segment - 1;
    w->bytes += s->n - begin;
    w->segmented += s->segmented - begin - 1;
    while (at < s->n && size_at(f, s, at, &size)) {
        if (!size)
            return false;
        while (segment < s->n_segments && s->segment[segment].at < at)
            segment++;
        lands = segment < s->n_segments && s->segment[segment].at == at;
        f->on_message += lands;
        f->messages++;
        if (at > begin && w->differs)
            look_behind(w, s, at, lands);
        look_at(w, f, size);
        last = at;
        at = size < s->n - at ? at + (uint32_t)size : size == s->n - at ? s->n : UINT32_MAX;
    }
    look_at_end(f, w, s, at == s->n, lands && (last > begin || !f->skip));
    return true;
}

/* --- what is no chance -------------------------------------------------------------------------------- */

/* Bits that speak against chance when something that happens in a share of all cases did so n times of of. */
static double surprise(double n, double of, double chance)
{
    if (of <= 0 || n <= of * chance || chance <= 0 || chance >= 1)
        return 0;
    double bits = n * log2(n / of / chance);
    return n < of ? bits + (of - n) * log2((of - n) / of / (1 - chance)) : bits;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static bool are_short(const struct walked *w)
{
    return w->segments * SHORTEST > w->segmented;
}

/* Where segments are short many messages begin with one, by chance; where they are shorter than some numbers of bytes
 * have to be, what all sizes have in common would be taken for it. Messages of the same size tell the same again, so
 * what a size is worth counts once. */
static double bits_of_segments(const struct walked *w)
{
    double chance = w->segmented ? (double)w->segments / w->segmented : 0;
    if (chance <= 0 || are_short(w))
        return 0;
    return least(surprise(w->landed, w->next, chance), w->sizes.n * -log2(chance));
}

static double bits_of_ends(const struct framing *f, const struct walked *w)
{
    double chance = (double)f->messages / w->bytes;
    if (chance > 1.0 / SHORTEST)
        return 0;
    return least(surprise(w->whole, w->ended, chance), 2 * w->sizes.n * -log2(chance));
}

/* Headers have bytes that are the same more often than those elsewhere: high bytes of the length are among them. */
static double bits_of_heads(const struct framing *f, const struct walked *w, const struct streams *in)
{
    uint32_t low = f->form.little ? f->at : f->at + f->form.width - 1;
    double bits = 0;
    for (uint32_t i = 0; i < HEADS; i++) {
        const struct bytestats *b = &w->head[i];
        unsigned top = 0;
        for (unsigned v = 1; v < 256; v++)
            top = b->count[v] > b->count[top] ? v : top;
        if (i == low || b->n < FEWEST_MESSAGES || b->count[top] * 2 < b->n)
            continue;
        double chance = (double)in->all.count[top] / in->all.n, counted = least(b->n, w->sizes.n);
        double more = surprise(counted * b->count[top] / b->n, counted, chance) - 8;
        bits += more > 0 ? more : 0;
    }
    return bits;
}

static bool is_proven(struct framing *f, const struct walked *w, const struct streams *in)
{
    double heads = bits_of_heads(f, w, in), ends = bits_of_ends(f, w), segments = bits_of_segments(w);
    bool lands = w->landed * 10 >= w->next * 6 || f->on_message * 10 >= f->starts * 6;
    f->bits = (uint32_t)(heads + ends + segments);
    if (lands && w->landed + w->whole >= FEWEST_PROOFS && segments + ends >= enough_where_segments_are)
        return true;
    return heads + ends + segments >= enough && (lands || heads >= enough || ends >= enough);
}

/* Streams end where a message does, but for those that the capture has cut. */
static bool ends_well(const struct framing *f, const struct walked *w)
{
    uint32_t cut = are_short(w) ? 0 : w->cut;
    return f->whole * 10 >= f->streams * 6 && f->whole * 10 >= (f->streams - cut) * 9;
}

/* Whether the framing holds for the streams; its counts are set. Where a stream that goes on behind what was kept ends
 * says nothing. */
static bool holds(struct framing *f, const struct streams *in)
{
    struct walked w = {0};
    f->streams = f->whole = f->starts = f->on_message = f->messages = 0;
    for (size_t i = 0; i < in->n; i++) {
        const struct sample_side *s = &in->flow[i]->side[in->side];
        if (s->n_messages <= f->skip)
            continue;
        w.begun++;
        f->streams += !s->full;
        w.broken += !walk(f, s, &w);
        if (w.broken > 1 && w.broken * 10 > in->n)
            return false;
    }
    f->distinct = w.sizes.n;
    f->live = w.live;
    return w.broken * 10 <= w.begun && ends_well(f, &w) && f->messages >= FEWEST_MESSAGES &&
           f->distinct >= FEWEST_SIZES && is_proven(f, &w, in);
}

/* --- candidates --------------------------------------------------------------------------------------- */

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

static bool all_end(const struct framing *f)
{
    return f->streams && f->whole == f->streams;
}

/* Half of a length that is zero makes a message of itself, and the other half one of the rest. Bytes of the length that
 * are always zero may be of something else. */
static bool is_better(const struct framing *a, const struct framing *b)
{
    if (all_end(a) && all_end(b) && a->messages != b->messages)
        return a->messages < b->messages;
    if (a->bits != b->bits)
        return a->bits > b->bits;
    if (a->live != b->live)
        return a->live > b->live;
    return a->form.width != b->form.width ? a->form.width < b->form.width : a->at < b->at;
}

static void try_add(struct framing *best, struct framing f, int64_t add, const struct streams *in)
{
    f.add = add;
    if (holds(&f, in) && (best->kind == FRAMING_NONE || is_better(&f, best)))
        *best = f;
}

/* every: sums that no segment speaks for, too. */
static void try_lengths(struct framing *best, const struct streams *in, uint32_t skip, bool every)
{
    for (uint32_t form = 1; form < 2 * WIDEST; form++) {
        struct number_form number = {(uint8_t)(form / 2 + 1), form > 1 && form % 2};
        struct framing f = {.kind = FRAMING_LENGTH, .form = number, .skip = skip};
        for (f.at = 0; f.at < OFFSETS; f.at++) {
            int64_t adds[TRIED_ADDS];
            size_t n = every ? 0 : likely_adds(&f, in, adds);
            for (size_t i = 0; i < n; i++)
                try_add(best, f, adds[i], in);
            for (int64_t add = ADD_LEAST; every && add <= ADD_MOST; add++)
                try_add(best, f, add, in);
        }
    }
}

static bool is_perfect(const struct framing *f)
{
    return f->kind == FRAMING_LENGTH && f->whole == f->streams && f->on_message == f->starts;
}

static bool by_length(struct framing *best, const struct streams *in, uint32_t skip, bool every)
{
    *best = (struct framing){.kind = FRAMING_NONE};
    try_lengths(best, in, skip, false);
    if (every && !is_perfect(best))
        try_lengths(best, in, skip, true);
    return best->kind == FRAMING_LENGTH;
}

/* --- delimiters --------------------------------------------------------------------------------------- */

static const struct delimiter known_delimiters[] = {
    {"CRLF", 2, {'\r', '\n'}}, {"LF", 1, {'\n', 0}}, {"NUL", 1, {0, 0}},
};

enum { LINE_MOST = 1024 };

static bool ends_with(const uint8_t *bytes, uint32_t n, const struct delimiter *d)
{
    return n >= d->n && memcmp(bytes + n - d->n, d->bytes, d->n) == 0;
}

/* The size of the line at, with what ends it; 0: nothing does. */
static uint32_t line_size(const struct sample_side *s, uint32_t at, const struct delimiter *d)
{
    for (uint32_t i = at + d->n; i <= s->n; i++)
        if (ends_with(s->bytes + at, i - at, d))
            return i - at;
    return 0;
}

/* Messages of which 9 in 10 end with it. */
static bool ends_messages(struct framing *f, const struct streams *in, const struct delimiter *d)
{
    *f = (struct framing){.kind = FRAMING_DELIMITER, .delimiter = d};
    for (size_t i = 0; i < in->n; i++)
        for (uint32_t k = 0; k < in->flow[i]->side[in->side].n_messages; k++) {
            struct message m = sample_get(in->flow[i], in->side, k);
            if (m.kept != m.size || m.kept < d->n)
                continue;
            f->starts++;
            f->on_message += ends_with(m.bytes, m.kept, d);
        }
    return f->starts >= FEWEST_MESSAGES && f->on_message >= 0.9 * f->starts;
}

/* Counts the lines of a stream, and the segments that end with one; false: what is left is too long for a line. */
static bool count_lines(struct framing *f, const struct sample_side *s)
{
    uint32_t at = 0, n;
    if (!s->n)
        return true;
    for (; (n = line_size(s, at, f->delimiter)); at += n) {
        f->messages++;
        if (n > LINE_MOST)
            return false;
    }
    for (uint32_t i = 1; i < s->n_segments; i++)
        f->on_message += ends_with(s->bytes, s->segment[i].at, f->delimiter);
    f->starts += s->n_segments - 1;
    f->streams += !s->full;
    f->whole += at == s->n && !s->full;
    return s->n - at <= LINE_MOST;
}

/* Text in lines that were cut into segments somewhere else: streams end with a line, and more segments than chance has
 * it. */
static bool ends_lines(struct framing *f, const struct streams *in, const struct delimiter *d)
{
    *f = (struct framing){.kind = FRAMING_DELIMITER, .delimiter = d, .lines = true};
    if (d->bytes[0] == '\0' || !bytestats_text(&in->all))
        return false;
    for (size_t i = 0; i < in->n; i++)
        if (!count_lines(f, &in->flow[i]->side[in->side]))
            return false;
    double chance = (double)f->messages / in->all.n;
    return f->messages >= FEWEST_MESSAGES && f->whole >= 0.9 * f->streams &&
           surprise(f->on_message, f->starts, chance) + surprise(f->whole, f->streams, chance) >= enough;
}

static bool by_delimiter(struct framing *f, const struct streams *in)
{
    enum { KNOWN = sizeof(known_delimiters) / sizeof(known_delimiters[0]) };
    for (size_t i = 0; i < KNOWN; i++)
        if (ends_messages(f, in, &known_delimiters[i]))
            return true;
    for (size_t i = 0; i < KNOWN; i++)
        if (ends_lines(f, in, &known_delimiters[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------------ */

static void count_bytes(struct streams *in)
{
    for (size_t i = 0; i < in->n; i++) {
        const struct sample_side *s = &in->flow[i]->side[in->side];
        struct message all = {.bytes = s->bytes, .kept = s->n, .size = s->n};
        bytestats_add(&in->all, &all, 0, s->n);
    }
}

void framing_find(struct framing *f, const struct sample *const *flow, size_t n, unsigned side)
{
    struct streams in = {.flow = flow, .n = n, .side = side};
    count_bytes(&in);
    bool found = by_length(f, &in, 0, false);
    if (!is_perfect(f)) {
        struct framing lines;
        if (by_delimiter(&lines, &in) && (!found || (bytestats_text(&in.all) && lines.on_message == lines.starts))) {
            *f = lines;
            return;
        }
        found = by_length(f, &in, 0, true);
    }
    for (uint32_t skip = 1; skip <= SKIP_MOST && !found; skip++)
        found = by_length(f, &in, skip, false);
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

/* The size of the message at; 0: there is none. */
static uint64_t next_size(const struct framing *f, const struct sample_side *s, uint32_t at)
{
    uint64_t size = 0;
    if (f->kind == FRAMING_DELIMITER)
        return line_size(s, at, f->delimiter);
    return size_at(f, s, at, &size) ? size : 0;
}

/* What is left when a length is no length, or behind what was kept, is no message. */
static void cut_stream(const struct framing *f, const struct sample *s, unsigned side, uint32_t number,
                       struct messages *m)
{
    const struct sample_side *from = &s->side[side];
    uint32_t at = begin_of(from, f->skip), segment = 0;
    for (uint64_t size; at < from->n && (size = next_size(f, from, at));) {
        while (segment + 1 < from->n_segments && from->segment[segment + 1].at <= at)
            segment++;
        uint32_t kept = size < from->n - at ? (uint32_t)size : from->n - at;
        struct message new = {
            .bytes = from->bytes + at, .kept = kept, .size = (uint32_t)size, .flow = number, .side = (uint8_t)side,
            .index = from->segment[segment].index, .time_ns = from->segment[segment].time_ns,
        };
        add_message(m, &new);
        at += kept;
    }
}

void framing_cut(const struct framing *f, const struct sample *s, unsigned side, uint32_t number, struct messages *m)
{
    if (f->kind == FRAMING_LENGTH || f->lines) {
        cut_stream(f, s, side, number, m);
        return;
    }
    for (uint32_t i = 0; i < s->side[side].n_messages; i++) {
        struct message new = sample_get(s, side, i);
        new.flow = number;
        add_message(m, &new);
    }
}
