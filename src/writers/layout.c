/* SPDX-License-Identifier: BSD-2-Clause */
/* layout.c - start from what everyone would like, drop what can be missed, shrink what can shrink, and give
 * what is left over back. */
#include "writers/layout.h"

#include <stdbool.h>
#include <stdint.h>

static bool optional(const struct layout_column *c)
{
    return c->show > 1;
}

static size_t total(const struct layout_column *v, size_t n, unsigned gap)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (v[i].width)
            sum += v[i].width + (sum ? gap : 0);
    return sum;
}

/* The column to do without: of the optional ones the least wanted, the rightmost of equals. */
static struct layout_column *least_wanted(struct layout_column *v, size_t n)
{
    struct layout_column *worst = NULL;
    for (size_t i = 1; i < n; i++)
        if (v[i].width && optional(&v[i]) && (!worst || v[i].show >= worst->show))
            worst = &v[i];
    return worst;
}

static struct layout_column *widest_that_shrinks(struct layout_column *v, size_t n)
{
    struct layout_column *widest = NULL;
    for (size_t i = 0; i < n; i++)
        if (v[i].width > v[i].least && (!widest || v[i].width > widest->width))
            widest = &v[i];
    return widest;
}

static struct layout_column *rightmost(struct layout_column *v, size_t n)
{
    for (size_t i = n; i-- > 1;)
        if (v[i].width)
            return &v[i];
    return NULL;
}

static void fit(struct layout_column *v, size_t n, unsigned gap, unsigned screen)
{
    while (total(v, n, gap) > screen) {
        struct layout_column *c;
        if ((c = least_wanted(v, n)))
            c->width = 0;
        else if ((c = widest_that_shrinks(v, n)))
            c->width--;
        else if ((c = rightmost(v, n)))
            c->width = 0;
        else
            break;
    }
}

/* Room to spare goes to the columns that are cut, from the right, where the longest texts stand: first up to
 * their usual width, then up to their natural one. */
static void widen(struct layout_column *v, size_t n, size_t spare, bool beyond_usual)
{
    for (size_t i = n; i-- > 0 && spare > 0;) {
        unsigned goal = beyond_usual ? v[i].natural : v[i].usual;
        if (v[i].width == 0 || v[i].width >= goal)
            continue;
        size_t more = goal - v[i].width < spare ? goal - v[i].width : spare;
        v[i].width += (unsigned)more;
        spare -= more;
    }
}

void layout(struct layout_column *v, size_t n, unsigned gap, unsigned screen)
{
    for (size_t i = 0; i < n; i++)
        v[i].width = screen == 0 ? v[i].natural : optional(&v[i]) ? v[i].least : v[i].usual;
    if (screen == 0)
        return;
    fit(v, n, gap, screen);
    for (int beyond_usual = 0; beyond_usual < 2; beyond_usual++) {
        size_t used = total(v, n, gap);
        widen(v, n, used < screen ? screen - used : 0, beyond_usual);
    }
}
