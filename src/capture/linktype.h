/* SPDX-License-Identifier: BSD-2-Clause */
/* linktype.h - LINKTYPE_ values, which files hold, against DLT_ values, which libpcap's calls take.
 *
 * The two differ where systems never agreed on a DLT_ value. https://www.tcpdump.org/linktypes.html */
#ifndef CAPTURE_LINKTYPE_H
#define CAPTURE_LINKTYPE_H

#include <stdint.h>

/* Also takes the DLT_ values that some programs wrote into files: 12 and 14 are LINKTYPE_RAW. */
uint32_t linktype_of_dlt(uint32_t dlt);

int linktype_to_dlt(uint32_t linktype);

#endif
