/* SPDX-License-Identifier: BSD-2-Clause */
/* view.c - messages of one side. */
#include "unknown/view.h"

#include "unknown/lengths.h"

#include <stdlib.h>

static void widen(struct framing *framing, const struct positions *p)
{
    struct field f = {.at = framing->at, .size = framing->form.width, .little = framing->form.little};
    length_widen(&f, p, &(struct fields){0});
    framing->at = f.at;
    framing->form = (struct number_form){(uint8_t)f.size, f.little};
}

void view_make(struct view *v, const struct sample *const *flow, size_t n, unsigned side)
{
    *v = (struct view){.flow = flow, .n_flows = n, .side = side};
    if (n && flow[0]->stream)
        framing_find(&v->framing, flow, n, side);
    for (size_t i = 0; i < n; i++)
        framing_cut(&v->framing, flow[i], side, (uint32_t)i, &v->m);
    positions_make(&v->positions, &v->m);
    if (v->framing.kind == FRAMING_LENGTH)
        widen(&v->framing, &v->positions);
}

void view_free(struct view *v)
{
    free(v->m.v);
    *v = (struct view){0};
}

void view_each_flow(const struct view *v, view_flow_fn *fn, void *ctx)
{
    size_t begin = 0;
    for (size_t i = 1; i <= v->m.n; i++)
        if (i == v->m.n || v->m.v[i].flow != v->m.v[begin].flow) {
            fn(ctx, &v->m.v[begin], i - begin);
            begin = i;
        }
}
