/* SPDX-License-Identifier: BSD-2-Clause */
/* paint.h - lines for a person to read: aligned, coloured when asked for, safe for a terminal. */
#ifndef WRITERS_PAINT_H
#define WRITERS_PAINT_H

#include <stdbool.h>

#include "dpitool/value.h"
#include "util/buf.h"

/* The widest cell there is, whatever the screen. */
#define PAINT_CELL_MAX 255

enum paint_style { PAINT_PLAIN, PAINT_HEAD, PAINT_DIM, PAINT_WARN, PAINT_BAD };

struct paint {
    struct buf line;
    bool colour;
};

void paint_spaces(struct paint *p, unsigned n);
void paint_str(struct paint *p, enum paint_style style, const char *s); /* our own text, as it is */

/* A text from anywhere, escaped, cut to max columns (0: PAINT_CELL_MAX). Returns the columns used. */
unsigned paint_text(struct paint *p, enum paint_style style, struct dpi_text t, unsigned max);

/* The columns that paint_text would use without a limit, at most PAINT_CELL_MAX. */
unsigned paint_width(struct dpi_text t);

/* The same in a column of width columns: cut or filled up with blanks. */
void paint_left(struct paint *p, enum paint_style style, struct dpi_text t, unsigned width);
void paint_right(struct paint *p, enum paint_style style, struct dpi_text t, unsigned width);

/* A text over as many lines as it takes: broken at blanks, every line but the first indented, the last ended. */
void paint_wrapped(struct paint *p, enum paint_style style, struct dpi_text t, unsigned indent, unsigned screen);

#define PAINT_SHORT_MAX (DPI_SCALAR_MAX + 4)
/* An address of at most max columns (0: all of it). It keeps both its ends: the one says whose it is, the other
 * which. Returns t or a text in out. */
struct dpi_text paint_shorten(char out[static PAINT_SHORT_MAX], struct dpi_text t, unsigned max);

#define PAINT_NUMBER_MAX 28
/* 1234567 as "1,234,567". Returns the text. */
struct dpi_text paint_number(char out[static PAINT_NUMBER_MAX], uint64_t v);

#endif
