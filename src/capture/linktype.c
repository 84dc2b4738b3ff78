/* SPDX-License-Identifier: BSD-2-Clause */
/* linktype.c - the pairs that differ; all other values are equal. */
#include "capture/linktype.h"

#include <stddef.h>

#include <pcap/dlt.h>

/* DLT_RAW of OpenBSD. */
enum { DLT_RAW_OPENBSD = 14 };

static const struct {
    uint32_t linktype;
    uint32_t dlt;
} pairs[] = {
    /* The first row of a link type is what this system's libpcap calls it. */
    {100, DLT_ATM_RFC1483}, {101, DLT_RAW},      {101, DLT_RAW_OPENBSD}, {102, DLT_SLIP_BSDOS},
    {103, DLT_PPP_BSDOS},   {106, DLT_ATM_CLIP},
};

enum { N_PAIRS = sizeof(pairs) / sizeof(*pairs) };

uint32_t linktype_of_dlt(uint32_t dlt)
{
    for (size_t i = 0; i < N_PAIRS; i++)
        if (pairs[i].dlt == dlt)
            return pairs[i].linktype;
    return dlt;
}

int linktype_to_dlt(uint32_t linktype)
{
    for (size_t i = 0; i < N_PAIRS; i++)
        if (pairs[i].linktype == linktype)
            return (int)pairs[i].dlt;
    return (int)linktype;
}
