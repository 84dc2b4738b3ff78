/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_pcap.c - classic pcap and its variants: all that does not begin as pcapng does. */
#include "fuzz.h"

#include <string.h>

static const uint8_t section[4] = {0x0a, 0x0d, 0x0d, 0x0a};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    bool is_pcapng = n >= sizeof(section) && memcmp(data, section, sizeof(section)) == 0;
    if (!is_pcapng)
        fuzz_capture(data, n);
    return 0;
}
