/* SPDX-License-Identifier: BSD-2-Clause */
/* top.h - keeps the first N records as copies: by a field, in the order that dpi_writer_config.sort has, or
 * as they came. */
#ifndef WRITERS_TOP_H
#define WRITERS_TOP_H

#include "dpitool/record.h"

struct top {
    const struct dpi_field *sort; /* NULL: as they came */
    size_t max;
    struct dpi_record **v; /* with sort a heap, the last in order on top, until top_sort puts it in order */
    size_t n, room;
};

void top_add(struct top *t, const struct dpi_record *r);
void top_sort(struct top *t);
void top_free(struct top *t);

#endif
