/* SPDX-License-Identifier: BSD-2-Clause */
/* packets.c - a pcapng file in memory for each heap. */
#include "trial/packets.h"

#include "pcapout/pcapout.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

struct heap {
    FILE *stream; /* to text; NULL: no packet yet, or over */
    struct pcapout *out;
    char *text;
    size_t n;
    struct buf buf; /* the same, once it is over */
};

struct packet_heaps {
    const struct heap_limits *limits;
    struct heap *v;
    size_t n;
    struct pcapout_options form;
};

struct packet_heaps *packet_heaps_new(const struct heap_limits *limits, size_t n, const char *comment)
{
    struct packet_heaps *h = xcalloc(1, sizeof(*h));
    *h = (struct packet_heaps){
        .limits = limits, .v = xcalloc(n, sizeof(*h->v)), .n = n, .form = {.pcapng = true, .comment = comment}};
    return h;
}

static void finish(struct heap *h)
{
    pcapout_free(h->out);
    if (h->stream)
        fclose(h->stream);
    h->out = NULL;
    h->stream = NULL;
    h->buf = (struct buf){h->text, h->n, h->n};
}

void packet_heaps_free(struct packet_heaps *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n; i++) {
        finish(&h->v[i]);
        free(h->v[i].text);
    }
    free(h->v);
    free(h);
}

void packet_heaps_add(struct packet_heaps *h, size_t heap, const struct flow *f, const struct packet *p)
{
    const struct heap_limits *limits = &h->limits[heap];
    struct heap *to = &h->v[heap];
    struct dpi_err err;
    if (f->side[0].packets + f->side[1].packets > limits->packets || to->n + p->caplen > limits->bytes)
        return;
    if (!to->stream) {
        to->stream = open_memstream(&to->text, &to->n);
        if (!to->stream)
            return;
        to->out = pcapout_new(to->stream, &h->form);
    }
    pcapout_packet(to->out, p, &err); /* pcapng takes every packet */
    fflush(to->stream);               /* sets n */
}

const struct buf *packet_heaps_get(struct packet_heaps *h, size_t heap)
{
    finish(&h->v[heap]);
    return &h->v[heap].buf;
}
