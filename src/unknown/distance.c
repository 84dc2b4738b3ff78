/* SPDX-License-Identifier: BSD-2-Clause */
/* distance.c - what the first messages of two flows have in common, of the sides that both have heard: a flow of which
 * only the questions were captured is like one with the answers.
 *
 * - Runs of three bytes, wherever they stand: words, magics, options.
 * - Bytes at the beginning, by value and by class. Each message is held against the one that is most like it, for the
 *   other flow may have begun with another one.
 * - Who speaks first, where the beginning of a stream was captured.
 * - Whether they begin with text: such a protocol is not one that begins with numbers, though they share a port.
 * - What each byte does from message to message: a number that goes up or an id does so whatever its values are.
 * - Sizes, and numbers that tell them.
 *
 * The weights were picked on half of the protocols of a corpus, as nDPI 4.2 and a newer one know them, and on
 * tests/pcaps; they are not tuned on what `make unknown-bench` scores. */
#include "unknown/distance.h"

#include <math.h>
#include <stdlib.h>

static const float gram_share = 0.7f, zeros_worth = 0.35f;
static const float byte_share = 0.5f, fading = 0.9f, steps_share = 0.25f;
static const float size_share = 0.15f, equal_size = 0.2f, near_size = 0.5f;
static const float number_bonus = 0.06f, silence = 0.05f;
static const float port_bonus = 0.3f, crossed_bonus = 0.2f, other_port = 0.03f;
static const float contrary = 0.3f; /* what speaks against one protocol as much as the same port for it */

/* --- bytes at the beginning --------------------------------------------------------------------------- */

enum byte_class { CLASS_ZERO, CLASS_FF, CLASS_CONTROL, CLASS_DIGIT, CLASS_UPPER, CLASS_LOWER, CLASS_PRINT, CLASS_HIGH };

static enum byte_class class_of(uint8_t b)
{
    static const struct {
        uint8_t first, last;
        enum byte_class is;
    } ranges[] = {
        {0, 0, CLASS_ZERO}, {0xff, 0xff, CLASS_FF}, {1, 0x1f, CLASS_CONTROL}, {'0', '9', CLASS_DIGIT},
        {'A', 'Z', CLASS_UPPER}, {'a', 'z', CLASS_LOWER}, {0x20, 0x7e, CLASS_PRINT},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (b >= ranges[i].first && b <= ranges[i].last)
            return ranges[i].is;
    return CLASS_HIGH;
}

/* Messages that begin with the same four bytes are one. */
static void add_head(struct features_side *f, const struct message *m)
{
    struct head h = {.n = (uint8_t)(m->kept < DISTANCE_HEAD ? m->kept : DISTANCE_HEAD)};
    for (unsigned i = 0; i < h.n; i++) {
        h.byte[i] = m->bytes[i];
        h.class[i] = (uint8_t)class_of(m->bytes[i]);
    }
    for (unsigned i = 0; i < f->n_heads; i++)
        if (f->head[i].n == h.n && memcmp(f->head[i].byte, h.byte, 4) == 0)
            return;
    if (f->n_heads < DISTANCE_HEADS)
        f->head[f->n_heads++] = h;
}

/* A few bytes that are no text may be a length in front of it, which now and then looks like text, too. */
static enum head_kind kind_of_head(const struct head *h)
{
    enum { BINARY_LEAST = 3 };
    unsigned others = 0;
    for (unsigned i = 0; i < h->n; i++) {
        bool printed = h->class[i] >= CLASS_DIGIT && h->class[i] <= CLASS_PRINT;
        others += !printed && h->byte[i] != '\t' && h->byte[i] != '\r' && h->byte[i] != '\n';
    }
    return others >= BINARY_LEAST ? HEAD_BINARY : others || !h->n ? HEAD_OTHER : HEAD_TEXT;
}

/* What each offset is worth, and all before it. */
struct worth {
    float here[DISTANCE_HEAD], before[DISTANCE_HEAD + 1];
};

static struct worth worth_of_offsets(void)
{
    struct worth w = {.here = {1}};
    for (unsigned i = 0; i < DISTANCE_HEAD; i++) {
        w.here[i] = i ? w.here[i - 1] * fading : 1;
        w.before[i + 1] = w.before[i] + w.here[i];
    }
    return w;
}

/* What two heads have in common, of what they may have. At an offset that only one of them has they differ. Headers of
 * many protocols have zeros at the same offsets. */
static float agree_heads(const struct head *a, const struct head *b, const struct worth *w, float *of)
{
    unsigned n = a->n < b->n ? a->n : b->n, all = a->n < b->n ? b->n : a->n;
    float bytes = 0;
    *of = w->before[all];
    for (unsigned i = 0; i < n; i++) {
        float same = a->byte[i] == b->byte[i], alike = a->class[i] == b->class[i];
        float worth = w->here[i];
        if (a->byte[i] == 0 && b->byte[i] == 0) {
            worth *= zeros_worth;
            *of -= w->here[i] - worth;
        }
        bytes += worth * (byte_share * same + (1 - byte_share) * alike);
    }
    return bytes;
}

/* --- runs --------------------------------------------------------------------------------------------- */

static int compare_grams(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void add_grams(struct features_side *f, const struct message *m)
{
    uint32_t n = m->kept < DISTANCE_TEXT ? m->kept : DISTANCE_TEXT;
    for (uint32_t i = 0; i + 2 < n; i++)
        f->gram[f->n_grams++] = (uint32_t)m->bytes[i] << 16 | (uint32_t)m->bytes[i + 1] << 8 | m->bytes[i + 2];
}

/* Two zeros beside each other are in messages of many protocols. */
static float worth_of(uint32_t gram)
{
    return (gram & 0xffff) == 0 || gram >> 8 == 0 ? zeros_worth : 1;
}

static unsigned bit_of(uint32_t gram)
{
    return gram * UINT32_C(0x9e3779b1) >> 20; /* of 64 * 64 */
}

static void sort_grams(struct features_side *f)
{
    uint8_t kept = 0;
    qsort(f->gram, f->n_grams, sizeof(f->gram[0]), compare_grams);
    for (uint8_t i = 0; i < f->n_grams; i++)
        if (!kept || f->gram[kept - 1] != f->gram[i]) {
            f->grams += worth_of(f->gram[i]);
            f->map[bit_of(f->gram[i]) / 64] |= UINT64_C(1) << bit_of(f->gram[i]) % 64;
            f->gram[kept++] = f->gram[i];
        }
    f->n_grams = kept;
}

static bool has_gram(const struct features_side *f, uint32_t gram)
{
    unsigned bit = bit_of(gram), from = 0, behind = f->n_grams;
    if (!(f->map[bit / 64] >> bit % 64 & 1))
        return false;
    while (from < behind) {
        unsigned middle = (from + behind) / 2;
        if (f->gram[middle] == gram)
            return true;
        if (f->gram[middle] < gram)
            from = middle + 1;
        else
            behind = middle;
    }
    return false;
}

static float common_grams(const struct features_side *a, const struct features_side *b)
{
    float both = 0;
    for (unsigned i = 0; i < a->n_grams; i++)
        if (has_gram(b, a->gram[i]))
            both += worth_of(a->gram[i]);
    return both;
}

/* --- from message to message -------------------------------------------------------------------------- */

enum { STEP_UNKNOWN, STEP_NONE, STEP_SMALL, STEP_SOME, STEP_ANY, SMALL_STEP = 3, FEWEST_STEPS = 2 };

static uint8_t steps_at(const struct sample *s, unsigned side, uint32_t at)
{
    unsigned n = 0, same = 0, up = 0;
    for (uint32_t i = 1; i < s->side[side].n_messages; i++) {
        struct message a = sample_get(s, side, i - 1), b = sample_get(s, side, i);
        int before = message_at(&a, at), here = message_at(&b, at);
        if (before < 0 || here < 0)
            continue;
        n++;
        same += here == before;
        up += here > before && here - before <= SMALL_STEP;
    }
    if (n < FEWEST_STEPS)
        return STEP_UNKNOWN;
    return same == n ? STEP_NONE : same + up == n ? STEP_SMALL : same * 2 >= n ? STEP_SOME : STEP_ANY;
}

static float agree_steps(const struct features_side *a, const struct features_side *b, float *of)
{
    float agree = 0;
    for (unsigned i = 0; i < DISTANCE_HEAD; i++) {
        if (a->steps[i] == STEP_UNKNOWN || b->steps[i] == STEP_UNKNOWN)
            continue;
        int apart = abs(a->steps[i] - b->steps[i]);
        agree += apart == 0 ? 1 : apart == 1 ? 0.4f : 0;
        ++*of;
    }
    return agree;
}

/* --- sizes -------------------------------------------------------------------------------------------- */

enum { REST_LEAST = -8, REST_MOST = 64, REST_NONE = INT8_MIN, LOOKED_AT = 4 };

static int8_t rest_at(const struct sample *s, unsigned side, uint32_t at, struct number_form form)
{
    int64_t rest = REST_NONE;
    for (uint32_t i = 0; i < s->side[side].n_messages && i < LOOKED_AT; i++) {
        struct message m = sample_get(s, side, i);
        uint64_t v;
        if (!message_number(&m, at, form, &v))
            return REST_NONE;
        int64_t here = (int64_t)m.size - (int64_t)v;
        if (here < REST_LEAST || here > REST_MOST || (i && here != rest))
            return REST_NONE;
        rest = here;
    }
    return (int8_t)rest;
}

static void add_rests(struct features_side *f, const struct sample *s, unsigned side)
{
    static const struct number_form forms[] = {{1, false}, {2, false}, {2, true}};
    for (unsigned i = 0; i < DISTANCE_NUMBERS; i++)
        f->rest[i] = rest_at(s, side, i / 3, forms[i % 3]);
}

/* Of messages of one size any number that is constant agrees. */
static bool agree_rests(const struct features_side *a, const struct features_side *b)
{
    bool agree = false;
    for (unsigned i = 0; i < DISTANCE_NUMBERS; i++)
        agree |= (a->rest[i] == b->rest[i]) & (a->rest[i] != REST_NONE);
    return agree && a->size != b->size;
}

static float sizes_apart(const struct features_side *a, const struct features_side *b)
{
    float apart = fabsf(a->log_size - b->log_size);
    if (a->size == b->size)
        return equal_size;
    return apart < 1 - near_size ? near_size + apart : 1;
}

/* ------------------------------------------------------------------------------------------------------ */

static void side_of(struct features_side *f, const struct sample *s, unsigned side)
{
    const struct sample_side *from = &s->side[side];
    struct message first = sample_get(s, side, 0);
    f->size = first.size;
    f->log_size = logf((float)first.size);
    if (s->stream)
        first.kept = from->n;
    add_head(f, &first);
    add_grams(f, &first);
    sort_grams(f);
    for (uint32_t i = 1; i < from->n_messages; i++) {
        struct message m = sample_get(s, side, i);
        add_head(f, &m);
    }
    f->first = kind_of_head(&f->head[0]);
    for (uint32_t at = 0; at < DISTANCE_HEAD; at++)
        f->steps[at] = steps_at(s, side, at);
    add_rests(f, s, side);
}

/* Of datagrams the client is who speaks first. */
static enum speaker speaker_of(const struct sample *s)
{
    if (!s->stream || s->midstream || !s->side[0].n_messages || !s->side[1].n_messages)
        return SPEAKER_UNKNOWN;
    return sample_get(s, 0, 0).index < sample_get(s, 1, 0).index ? SPEAKER_CLIENT : SPEAKER_SERVER;
}

void features_of(struct features *f, const struct sample *s)
{
    *f = (struct features){.transport = s->transport, .has_ports = s->has_ports};
    for (unsigned side = 0; side < 2; side++) {
        f->port[side] = s->port[side];
        f->addr[side] = s->addr[side];
        if (s->side[side].n_messages)
            side_of(&f->side[side], s, side);
    }
    f->speaker = speaker_of(s);
}

/* What was counted of sides that are compared. */
struct agreement {
    const struct worth *worth;
    float grams, all_grams;
    float bytes, all_bytes;
    float steps, all_steps;
    float sizes; /* how far they are apart */
    unsigned text; /* sides of which one began with text and the other did not */
    unsigned sides, silent; /* silent: only one of the two said something */
    bool numbers;
};

/* How much two heads have in common. */
struct likeness {
    float bytes, of;
};

static bool is_more(const struct likeness *a, const struct likeness *b)
{
    return a->bytes * b->of > b->bytes * a->of;
}

/* Of each head the one of the other flow that is most like it: what they share on the mean, of the mean of what they
 * may. */
static void add_best(struct agreement *g, const struct likeness *best, unsigned n)
{
    float share = 0, all = 0;
    for (unsigned i = 0; i < n; i++) {
        share += best[i].of > 0 ? best[i].bytes / best[i].of : 0;
        all += best[i].of;
    }
    g->bytes += share / (float)n * all / (float)n;
    g->all_bytes += all / (float)n;
}

static void add_heads(struct agreement *g, const struct features_side *a, const struct features_side *b)
{
    struct likeness of_a[DISTANCE_HEADS] = {0}, of_b[DISTANCE_HEADS] = {0};
    for (unsigned i = 0; i < a->n_heads; i++)
        for (unsigned k = 0; k < b->n_heads; k++) {
            struct likeness l;
            l.bytes = agree_heads(&a->head[i], &b->head[k], g->worth, &l.of);
            if (k == 0 || is_more(&l, &of_a[i]))
                of_a[i] = l;
            if (i == 0 || is_more(&l, &of_b[k]))
                of_b[k] = l;
        }
    add_best(g, of_a, a->n_heads);
    add_best(g, of_b, b->n_heads);
}

static void add_side(struct agreement *g, const struct features_side *a, const struct features_side *b)
{
    float both = common_grams(a, b);
    g->grams += both;
    g->all_grams += a->grams + b->grams - both;
    add_heads(g, a, b);
    g->steps += agree_steps(a, b, &g->all_steps);
    g->sizes += sizes_apart(a, b);
    g->text += a->first != b->first && a->first != HEAD_OTHER && b->first != HEAD_OTHER;
    g->numbers = g->numbers || agree_rests(a, b);
    g->sides++;
}

/* crossed: the client of the one is the server of the other. */
static float compare(const struct features *a, const struct features *b, bool crossed)
{
    enum { FEWEST_OFFSETS = 4 };
    struct worth worth = worth_of_offsets();
    struct agreement g = {.worth = &worth};
    for (unsigned side = 0; side < 2; side++) {
        const struct features_side *x = &a->side[side], *y = &b->side[crossed ? !side : side];
        if (x->n_heads && y->n_heads)
            add_side(&g, x, y);
        else
            g.silent += x->n_heads || y->n_heads;
    }
    if (!g.sides || g.all_bytes <= 0)
        return 1;
    bool other_speaker = a->speaker && b->speaker && a->speaker != b->speaker && !crossed;
    float grams = g.all_grams > 0 ? 1 - g.grams / g.all_grams : 1, heads = 1 - g.bytes / g.all_bytes;
    if (g.all_steps > FEWEST_OFFSETS)
        heads = (1 - steps_share) * heads + steps_share * (1 - g.steps / g.all_steps);
    float bytes = gram_share * grams + (1 - gram_share) * heads;
    return (1 - size_share) * bytes + (size_share * g.sizes + contrary * (float)g.text) / (float)g.sides +
           silence * (float)g.silent - (g.numbers ? number_bonus : 0) + (other_speaker ? contrary : 0);
}

/* --- ports -------------------------------------------------------------------------------------------- */

/* Which of two peers is the client is a guess where the beginning was not captured. */
static bool are_crossed(const struct features *a, const struct features *b)
{
    return a->has_ports && b->has_ports && a->port[1] != b->port[1] &&
           (a->port[1] == b->port[0] || a->port[0] == b->port[1]);
}

static bool same_socket(const struct features *a, unsigned x, const struct features *b, unsigned y)
{
    return a->port[x] == b->port[y] && memcmp(&a->addr[x], &b->addr[y], sizeof(a->addr[x])) == 0;
}

/* Whether both begin as is usual at their port, and that is not the same. */
static bool begin_otherwise(const struct features *a, const struct features *b)
{
    unsigned sides = 0;
    for (unsigned side = 0; side < 2; side++) {
        const struct features_side *x = &a->side[side], *y = &b->side[side];
        if (!x->n_heads || !y->n_heads)
            continue;
        if (!a->as_usual[side] || !b->as_usual[side])
            return false;
        for (unsigned i = 0; i < 2; i++)
            if (x->head[0].byte[i] == y->head[0].byte[i])
                return false;
        sides++;
    }
    return sides > 0;
}

/* A program that has one socket for all of its flows is still the same, whoever began them. */
static float ports_bonus(const struct features *a, const struct features *b)
{
    if (!a->has_ports || !b->has_ports)
        return 0;
    if (a->port[1] == b->port[1] || same_socket(a, 0, b, 0) || same_socket(a, 0, b, 1) || same_socket(a, 1, b, 0))
        return port_bonus;
    if (are_crossed(a, b))
        return crossed_bonus;
    if (!a->at_known_port || !b->at_known_port)
        return 0;
    return begin_otherwise(a, b) ? -contrary : -other_port;
}

static float within_bounds(float d)
{
    return d > 1 ? 1 : d > 0 ? d : 0;
}

float distance(const struct features *a, const struct features *b, bool with_port)
{
    if (a->transport != b->transport)
        return 1;
    return within_bounds(compare(a, b, with_port && are_crossed(a, b)) - (with_port ? ports_bonus(a, b) : 0));
}

float distance_of_payload(const struct features *a, const struct features *b)
{
    return within_bounds(compare(a, b, false));
}
