/* SPDX-License-Identifier: BSD-2-Clause */
/* veto.c - two bits a number of the library's. */
#include "ndpi/veto.h"

#include "ndpi/labels.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <strings.h>

enum {
    VETO_NAMED = 1,   /* it is not wanted itself */
    VETO_IMPLIED = 2, /* nor is the protocol that it runs on */
};

struct veto {
    size_t n;
    uint8_t bits[];
};

static bool is_among(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

struct veto *veto_new(const char *const *names, size_t n, veto_name_fn *name, const void *ctx, size_t protocols)
{
    if (n == 0)
        return NULL;
    struct veto *v = xcalloc(1, sizeof(*v) + protocols);
    v->n = protocols;
    for (size_t i = 1; i < protocols; i++) { /* 0 is "Unknown" */
        const char *label = name(ctx, (uint16_t)i);
        if (label && is_among(names, n, label))
            v->bits[i] |= VETO_NAMED;
        if (label && is_among(names, n, label_implied(label)))
            v->bits[i] |= VETO_IMPLIED;
    }
    return v;
}

void veto_free(struct veto *v)
{
    free(v);
}

static uint8_t bits_of(const struct veto *v, uint16_t id)
{
    return v && id < v->n ? v->bits[id] : 0;
}

bool veto_has(const struct veto *v, uint16_t id)
{
    return bits_of(v, id) & VETO_NAMED;
}

bool veto_apply(const struct veto *v, uint16_t *master, uint16_t *app)
{
    uint16_t was_master = *master, was_app = *app;
    if (!v)
        return false;
    if (veto_has(v, *master))
        *master = *app = 0;
    if (veto_has(v, *app)) {
        *app = *master;
        *master = 0;
    }
    if (*master == 0 && bits_of(v, *app) & VETO_IMPLIED)
        *app = 0;
    return *master != was_master || *app != was_app;
}
