/* SPDX-License-Identifier: BSD-2-Clause */
/* distance.c - Jaccard distance of three-byte runs, and bytes and classes of bytes that agree at the beginning.
 *
 * The weights were picked on half of the protocols of a corpus, and are not tuned on what `make unknown-bench`
 * scores. */
#include "unknown/distance.h"

#include <stdlib.h>

static const float gram_share = 0.7f, byte_share = 0.6f, port_bonus = 0.3f, fading = 0.93f;

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

static void add_grams(struct features *f, const struct message *m, uint32_t side)
{
    uint32_t n = m->kept < DISTANCE_TEXT ? m->kept : DISTANCE_TEXT;
    for (uint32_t i = 0; i + 2 < n; i++)
        f->gram[f->n_grams++] = side << 24 | (uint32_t)m->bytes[i] << 16 | (uint32_t)m->bytes[i + 1] << 8 |
                                m->bytes[i + 2];
}

static void sort_grams(struct features *f)
{
    uint8_t kept = 0;
    qsort(f->gram, f->n_grams, sizeof(f->gram[0]), compare_grams);
    for (uint8_t i = 0; i < f->n_grams; i++)
        if (!kept || f->gram[kept - 1] != f->gram[i])
            f->gram[kept++] = f->gram[i];
    f->n_grams = kept;
}

void features_of(struct features *f, const struct sample *s)
{
    *f = (struct features){.transport = s->transport, .port = s->has_ports ? s->port[1] : -1};
    for (unsigned side = 0; side < 2; side++) {
        if (!s->side[side].n_messages)
            continue;
        struct message first = sample_get(s, side, 0);
        f->n_head[side] = (uint8_t)(first.kept < DISTANCE_HEAD ? first.kept : DISTANCE_HEAD);
        if (f->n_head[side])
            memcpy(f->head[side], first.bytes, f->n_head[side]);
        add_grams(f, &first, side);
    }
    sort_grams(f);
}

static float unlike_grams(const struct features *a, const struct features *b)
{
    unsigned i = 0, k = 0, both = 0;
    while (i < a->n_grams && k < b->n_grams) {
        uint32_t x = a->gram[i], y = b->gram[k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    unsigned all = (unsigned)a->n_grams + b->n_grams - both;
    return all ? 1 - (float)both / (float)all : 0;
}

static float alike(uint8_t a, uint8_t b)
{
    if (a == b)
        return 1;
    return class_of(a) == class_of(b) ? 1 - byte_share : 0;
}

/* An offset that only one of them has is one where they differ. */
static float unlike_heads(const struct features *a, const struct features *b)
{
    float all = 0, agree = 0;
    for (unsigned side = 0; side < 2; side++) {
        float weight = 1;
        for (unsigned i = 0; i < a->n_head[side] || i < b->n_head[side]; i++, weight *= fading) {
            all += weight;
            if (i < a->n_head[side] && i < b->n_head[side])
                agree += weight * alike(a->head[side][i], b->head[side][i]);
        }
    }
    return all > 0 ? 1 - agree / all : 0;
}

float distance(const struct features *a, const struct features *b, bool with_port)
{
    if (a->transport != b->transport)
        return 1;
    float d = gram_share * unlike_grams(a, b) + (1 - gram_share) * unlike_heads(a, b);
    if (with_port && a->port >= 0 && a->port == b->port)
        d -= port_bonus;
    return d > 0 ? d : 0;
}
