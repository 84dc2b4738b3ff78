/* SPDX-License-Identifier: BSD-2-Clause */
/* facts.h - what a capture says beside its packets, gathered by its reader. */
#ifndef CAPTURE_FACTS_H
#define CAPTURE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/iface.h"
#include "capture/names.h"
#include "dpitool/run.h"
#include "dpitool/value.h"
#include "util/arena.h"

/* All zero is nothing. */
struct capture_facts {
    struct iface_list ifaces;
    struct names names;
    struct arena arena; /* of the texts below */
    struct dpi_text about[DPI_ABOUT_COUNT];
    uint64_t comments; /* of sections, interfaces and packets */
    uint64_t drops;    /* packets that the capturing program says it lost ... */
    bool has_drops;    /* ... and whether it says anything */
    struct dpi_gap gaps[DPI_GAPS_MAX];
    uint64_t n_gaps, gap_bytes; /* n_gaps counts on beyond DPI_GAPS_MAX */
};

/* Keeps a copy of the first text of its kind, up to a bound. */
void facts_about(struct capture_facts *f, enum dpi_about kind, struct dpi_text text);

void facts_gap(struct capture_facts *f, uint64_t offset, uint64_t bytes, const char *what);
void facts_free(struct capture_facts *f); /* all zero afterwards */

#endif
