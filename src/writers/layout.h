/* SPDX-License-Identifier: BSD-2-Clause */
/* layout.h - which columns of a table fit a screen, and how wide each is. */
#ifndef WRITERS_LAYOUT_H
#define WRITERS_LAYOUT_H

#include <stddef.h>

struct layout_column {
    unsigned natural; /* with nothing cut */
    unsigned usual;   /* at most natural: wider only when there is room to spare */
    unsigned least;   /* at most usual: narrower than this it says nothing */
    unsigned show;    /* as in struct dpi_field: 2 and higher may be dropped, the highest first */
    unsigned width;   /* what comes out; 0: dropped */
};

/* gap: columns between two columns. screen 0: no limit, every column has its natural width. The first column
 * is never dropped, however narrow the screen. */
void layout(struct layout_column *v, size_t n, unsigned gap, unsigned screen);

#endif
