/* SPDX-License-Identifier: BSD-2-Clause */
/* field.c - fields beside each other. */
#include "unknown/field.h"

#include "util/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct field_word field_roles[FIELD_ROLES] = {
#define ROLE(name, text, doc) {text, doc},
#include "unknown/roles.def"
#undef ROLE
};

static bool reach(const struct field *f, uint32_t at, uint32_t size)
{
    bool before = size && at + size <= f->at;
    bool behind = f->size && f->at + f->size <= at;
    return !f->from_end && !before && !behind;
}

bool fields_have_room(const struct fields *f, uint32_t at, uint32_t size)
{
    for (size_t i = 0; i < f->n; i++)
        if (reach(&f->v[i], at, size))
            return false;
    return true;
}

static void make_room(struct fields *f)
{
    if ((f->n & (f->n - 1)) == 0) /* full at every power of two */
        f->v = xrealloc(f->v, f->n ? 2 * f->n : 1, sizeof(*f->v));
}

static bool stands_behind(const struct field *a, const struct field *b)
{
    return a->from_end != b->from_end ? a->from_end : a->at > b->at;
}

void fields_free(struct fields *f)
{
    free(f->v);
    *f = (struct fields){0};
}

struct fields fields_copy(const struct fields *f)
{
    struct fields copy = {0};
    for (; copy.n < f->n; copy.n++)
        make_room(&copy);
    if (f->n)
        memcpy(copy.v, f->v, f->n * sizeof(*f->v));
    return copy;
}

void fields_add(struct fields *f, const struct field *new)
{
    size_t i = f->n;
    if (f->n == FIELDS_MOST || (!new->from_end && !fields_have_room(f, new->at, new->size)))
        return;
    make_room(f);
    for (; i > 0 && stands_behind(&f->v[i - 1], new); i--)
        f->v[i] = f->v[i - 1];
    f->v[i] = *new;
    f->v[i].sure = new->sure && new->hits == new->of;
    f->n++;
}

const struct field *fields_find(const struct fields *f, enum field_role role)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].role == role)
            return &f->v[i];
    return NULL;
}

void field_say(struct field *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->text, sizeof(f->text), fmt, ap);
    va_end(ap);
}

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

uint32_t distinct_of(uint64_t *v, size_t n)
{
    uint32_t distinct = n > 0;
    qsort(v, n, sizeof(*v), compare_values);
    for (size_t i = 1; i < n; i++)
        distinct += v[i] != v[i - 1];
    return distinct;
}
