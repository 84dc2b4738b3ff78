/* SPDX-License-Identifier: BSD-2-Clause */
/* formats.h - the readers of both formats: lines in, flows out. */
#ifndef RESULTS_FORMATS_H
#define RESULTS_FORMATS_H

#include "results/flows.h"
#include "results/lines.h"

/* line is the first one that is not empty. On an error, l->number says where. */
enum dpi_status results_csv(struct flows *f, struct lines *l, const char *line, size_t n, struct dpi_err *err);
enum dpi_status results_json(struct flows *f, struct lines *l, const char *line, size_t n, struct dpi_err *err);

#endif
