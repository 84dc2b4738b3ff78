/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_source.h - a dissector for nDPI, from a signature: as part of the library, and as a plugin of it. */
#ifndef SCAFFOLD_NDPI_SOURCE_H
#define SCAFFOLD_NDPI_SOURCE_H

#include "scaffold/draft.h"

/* For src/lib/protocols, nDPI 4.2 to 5.x. */
void ndpi_source_write(FILE *out, const struct draft *d);

/* A shared library that nDPI 6.0 and later loads. */
void ndpi_plugin_write(FILE *out, const struct draft *d);

#endif
