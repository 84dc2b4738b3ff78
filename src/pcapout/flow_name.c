/* SPDX-License-Identifier: BSD-2-Clause */
/* flow_name.c - names of the captures of single flows. */
#include "pcapout/flow_name.h"

#include "decode/decode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char digits[] = "0123456789";

static const struct {
    uint8_t transport;
    const char *name;
} transports[] = {{IPPROTO_NUM_TCP, "tcp"}, {IPPROTO_NUM_UDP, "udp"}, {IPPROTO_NUM_SCTP, "sctp"},
                  {IPPROTO_NUM_ICMP, "icmp"}, {IPPROTO_NUM_ICMPV6, "icmpv6"}};

void flow_name(char out[static FLOW_NAME_MAX], const struct flow_name *f, bool pcapng)
{
    char transport[16], port[16] = "";
    const char *end = pcapng ? "pcapng" : "pcap";
    snprintf(transport, sizeof(transport), "ip%u", f->transport);
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
        if (transports[i].transport == f->transport)
            snprintf(transport, sizeof(transport), "%s", transports[i].name);
    if (f->has_ports)
        snprintf(port, sizeof(port), "-%u", f->port);
    if (f->id)
        snprintf(out, FLOW_NAME_MAX, "flow-%06" PRIu64 "-%s%s.%s", f->id, transport, port, end);
    else
        snprintf(out, FLOW_NAME_MAX, "no-flow.%s", end);
}

bool flow_name_is(const char *name)
{
    if (strncmp(name, "flow-", 5) != 0 || strspn(name + 5, digits) < 6)
        return false;
    name += 5 + strspn(name + 5, digits);
    size_t n = *name == '-' ? strspn(name + 1, "abcdefghijklmnopqrstuvwxyz0123456789") : 0;
    if (n == 0)
        return false;
    name += 1 + n;
    if (*name == '-' && (n = strspn(name + 1, digits)))
        name += 1 + n;
    return strcmp(name, ".pcap") == 0 || strcmp(name, ".pcapng") == 0;
}
