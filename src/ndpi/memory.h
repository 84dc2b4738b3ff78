/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h - memory for what nDPI makes when it starts: 100,000 small pieces that stay as long as the module. In a
 * process that ends with it they may lie side by side, without the place and the time that malloc takes for each.
 *
 * nDPI's allocator is one for the process, so is the state behind it: only for a process of one thread. */
#ifndef NDPI_MEMORY_H
#define NDPI_MEMORY_H

void ndpi_memory_pack(void);      /* from here on pieces lie side by side, as long as there is room */
void ndpi_memory_pack_done(void); /* from here on they are malloc's again; the packed ones stay, and may be freed */

#endif
