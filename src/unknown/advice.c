/* SPDX-License-Identifier: BSD-2-Clause */
/* advice.c - what is not explained, and what to capture next. */
#include "unknown/profile.h"

#include "util/xalloc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { FEW_MESSAGES = 20, FEW_FLOWS = 10, FEW_OF_TYPE = 8 };

static void add_line(char (**lines)[PROFILE_LINE], uint32_t *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void add_line(char (**lines)[PROFILE_LINE], uint32_t *n, const char *fmt, ...)
{
    va_list ap;
    if (*n == PROFILE_LINES)
        return;
    *lines = xrealloc(*lines, *n + 1, sizeof(**lines));
    va_start(ap, fmt);
    vsnprintf((*lines)[(*n)++], PROFILE_LINE, fmt, ap);
    va_end(ap);
}

#define UNEXPLAINED(p, ...) add_line(&(p)->unexplained, &(p)->n_unexplained, __VA_ARGS__)
#define NEXT(p, ...)        add_line(&(p)->next, &(p)->n_next, __VA_ARGS__)

static int put_range(char *out, size_t room, const char *before, const struct field *f)
{
    if (f->size == 1)
        return snprintf(out, room, "%s%" PRIu32, before, f->at);
    return snprintf(out, room, "%s%" PRIu32 "..%" PRIu32, before, f->at, f->at + f->size - 1);
}

/* The fields of fixed place that vary, as a list of their offsets. */
static void tell_fields(struct profile *p, unsigned side)
{
    const struct fields *f = &p->side[side].fields;
    char list[PROFILE_LINE / 2] = "";
    int n = 0;
    for (size_t i = 0; i < f->n && (size_t)n + 16 < sizeof(list); i++) {
        const struct field *v = &f->v[i];
        if (v->size && (v->role == ROLE_DATA || v->role == ROLE_RANDOM))
            n += put_range(list + n, sizeof(list) - (size_t)n, n ? ", " : "", v);
        if (!v->size && v->role == ROLE_DATA && !p->side[side].records.found)
            UNEXPLAINED(p, "%s from byte %" PRIu32 " on: fields of no fixed place, if any", side_names[side], v->at);
    }
    if (n)
        UNEXPLAINED(p, "%s bytes %s vary, and nothing was found that explains them", side_names[side], list);
}

static void tell_types(struct profile *p, unsigned side)
{
    const struct type_split *t = &p->side[side].types;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->v[i].n < FEW_OF_TYPE) {
            UNEXPLAINED(p, "%s type %02x: %" PRIu32 " messages are too few", side_names[side], t->v[i].value,
                        t->v[i].n);
            NEXT(p, "what makes the %s send type %02x; %d messages of it would do", side ? "server" : "client",
                 t->v[i].value, FEW_MESSAGES);
        }
}

static void tell_numbers(struct profile *p)
{
    if (p->group->n < FEW_FLOWS)
        NEXT(p, "more flows: %d or more, there are %zu", FEW_FLOWS, p->group->n);
    if (p->midstream)
        NEXT(p, "from the beginning: %" PRIu32 " of the flows were under way already", p->midstream);
    if (p->one_way)
        NEXT(p, "both directions: of %" PRIu32 " flows one side is missing, or said nothing", p->one_way);
    if (p->servers == 1 && p->inferred)
        NEXT(p, "another server: all flows are with one, and what is constant may be its own");
    if (p->clients == 1 && p->inferred)
        NEXT(p, "another client: all flows are from one, and what is constant may be its own");
}

static void tell_messages(struct profile *p, unsigned side)
{
    const struct profile_side *s = &p->side[side];
    if (s->view.m.n && s->sizes < 3 && !fields_find(&s->fields, ROLE_LENGTH))
        NEXT(p, "%s messages of other sizes: a length field cannot be told from %" PRIu32, side_names[side], s->sizes);
}

void advice_give(struct profile *p)
{
    for (unsigned side = 0; side < 2 && p->inferred; side++) {
        tell_fields(p, side);
        tell_types(p, side);
        tell_messages(p, side);
    }
    tell_numbers(p);
}
