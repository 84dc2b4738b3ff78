/* SPDX-License-Identifier: BSD-2-Clause */
/* distance.c - Jaccard distance of three-byte runs, and bytes and classes of bytes that agree at the beginning, of the
 * sides that both flows have heard: a flow of which only the questions were captured is like one with the answers.
 *
 * The weights were picked on half of the protocols of a corpus, and are not tuned on what `make unknown-bench`
 * scores. */
#include "unknown/distance.h"

#include <stdlib.h>

static const float gram_share = 0.7f, byte_share = 0.6f, port_bonus = 0.3f, silence = 0.05f, fading = 0.93f;

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

static int compare_grams(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void add_grams(struct features *f, const struct message *m, unsigned side)
{
    uint32_t n = m->kept < DISTANCE_TEXT ? m->kept : DISTANCE_TEXT;
    uint32_t *gram = f->gram[side];
    uint8_t found = 0, kept = 0;
    for (uint32_t i = 0; i + 2 < n; i++)
        gram[found++] = (uint32_t)m->bytes[i] << 16 | (uint32_t)m->bytes[i + 1] << 8 | m->bytes[i + 2];
    qsort(gram, found, sizeof(*gram), compare_grams);
    for (uint8_t i = 0; i < found; i++)
        if (!kept || gram[kept - 1] != gram[i])
            gram[kept++] = gram[i];
    f->n_grams[side] = kept;
}

void features_of(struct features *f, const struct sample *s)
{
    *f = (struct features){.transport = s->transport, .port = s->has_ports ? s->port[1] : -1};
    for (unsigned side = 0; side < 2; side++) {
        if (!s->side[side].n_messages)
            continue;
        struct message first = sample_get(s, side, 0);
        f->n_head[side] = (uint8_t)(first.kept < DISTANCE_HEAD ? first.kept : DISTANCE_HEAD);
        for (uint32_t i = 0; i < f->n_head[side]; i++) {
            f->head[side][i] = first.bytes[i];
            f->class[side][i] = (uint8_t)class_of(first.bytes[i]);
        }
        add_grams(f, &first, side);
    }
}

/* What was counted of sides that are compared. */
struct agreement {
    unsigned grams, all_grams;
    float bytes, all_bytes;
    unsigned silent; /* sides of which only one of the two said something */
};

static void agree_grams(struct agreement *g, const struct features *a, const struct features *b, unsigned side)
{
    unsigned i = 0, k = 0, both = 0;
    while (i < a->n_grams[side] && k < b->n_grams[side]) {
        uint32_t x = a->gram[side][i], y = b->gram[side][k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    g->grams += both;
    g->all_grams += (unsigned)a->n_grams[side] + b->n_grams[side] - both;
}

/* An offset that only one of them has is one where they differ. */
static void agree_heads(struct agreement *g, const struct features *a, const struct features *b, unsigned side)
{
    float weight = 1;
    for (unsigned i = 0; i < a->n_head[side] || i < b->n_head[side]; i++, weight *= fading) {
        g->all_bytes += weight;
        if (i < a->n_head[side] && i < b->n_head[side])
            g->bytes += weight * (a->head[side][i] == b->head[side][i]     ? 1
                                  : a->class[side][i] == b->class[side][i] ? 1 - byte_share
                                                                           : 0);
    }
}

static float compare(const struct features *a, const struct features *b)
{
    struct agreement g = {0};
    for (unsigned side = 0; side < 2; side++) {
        if (a->n_head[side] && b->n_head[side]) {
            agree_grams(&g, a, b, side);
            agree_heads(&g, a, b, side);
        } else {
            g.silent += a->n_head[side] || b->n_head[side];
        }
    }
    if (g.all_bytes <= 0)
        return 1;
    float grams = g.all_grams ? 1 - (float)g.grams / (float)g.all_grams : 1;
    return gram_share * grams + (1 - gram_share) * (1 - g.bytes / g.all_bytes) + silence * (float)g.silent;
}

float distance(const struct features *a, const struct features *b, bool with_port)
{
    if (a->transport != b->transport)
        return 1;
    float d = compare(a, b);
    if (with_port && a->port >= 0 && a->port == b->port)
        d -= port_bonus;
    return d > 0 ? d : 0;
}
