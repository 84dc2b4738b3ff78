/* SPDX-License-Identifier: BSD-2-Clause */
/* records.c - walks from record to record: the walk must end where the message does, in messages with different numbers
 * of records. */
#include "unknown/records.h"

enum { OFFSETS = 29, FEWEST_MESSAGES = 8 };

/* The number of records; 0 when the walk does not end at the end, or most of them are empty. */
static uint32_t count_records(const struct records *r, const struct message *m, uint32_t end)
{
    uint32_t at = r->at, n = 0, empty = 0, header = r->type_size + r->length.width;
    while (at < end) {
        uint64_t v;
        if (!message_number(m, at + r->type_size, r->length, &v) || v > end || (r->whole && v < header))
            return 0;
        uint32_t size = (uint32_t)v + (r->whole ? 0 : header);
        empty += size == header;
        at += (size + r->align - 1) / r->align * r->align;
        n++;
    }
    return at == end && empty * 2 <= n ? n : 0;
}

/* A zero in front of a list is no record. */
static bool is_empty(const struct records *r, const struct message *m)
{
    uint64_t v;
    return message_number(m, r->at + r->type_size, r->length, &v) && v == 0;
}

static bool holds(struct records *r, const struct messages *m, uint32_t behind)
{
    uint64_t sum = 0, empty = 0;
    r->least = UINT32_MAX;
    for (size_t i = 0; i < m->n; i++) {
        const struct message *a = &m->v[i];
        if (a->kept != a->size || a->size <= r->at + behind)
            continue;
        uint32_t n = count_records(r, a, a->size - behind);
        r->of++;
        r->hits += n > 0;
        empty += n > 0 && is_empty(r, a);
        if ((r->of - r->hits) * 20 > m->n)
            return false;
        r->least = n && n < r->least ? n : r->least;
        r->most = n > r->most ? n : r->most;
        sum += n;
    }
    return r->hits >= FEWEST_MESSAGES && r->hits * 20 >= r->of * 19 && r->most > r->least && sum >= 2 * r->hits &&
           empty < r->hits;
}

/* How records may be built; of those that hold for the same messages the first is taken. */
static const struct {
    uint8_t type_size, width;
    bool little;
} forms[] = {{2, 2, false}, {2, 2, true}, {1, 1, false}, {1, 2, false}, {1, 2, true}, {2, 1, false},
             {0, 2, false}, {0, 2, true}, {0, 1, false}};

static void try_form(const struct messages *m, uint32_t behind, struct records r, struct records *best)
{
    for (unsigned way = 0; way < 4; way++) {
        r.whole = way & 1;
        r.align = way & 2 ? 4 : 1;
        struct records tried = r;
        tried.found = holds(&tried, m, behind);
        if (tried.found && (!best->found || tried.hits > best->hits))
            *best = tried;
    }
}

void records_find(const struct messages *m, uint32_t behind, struct records *out)
{
    *out = (struct records){0};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        for (uint32_t at = 0; at < OFFSETS; at++)
            try_form(m, behind,
                     (struct records){.at = at, .type_size = forms[i].type_size,
                                      .length = {forms[i].width, forms[i].little}},
                     out);
}
