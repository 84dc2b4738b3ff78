/* SPDX-License-Identifier: BSD-2-Clause */
/* flow_name.h - what the capture of one flow is called: numbers only, nothing that a capture says. */
#ifndef PCAPOUT_FLOW_NAME_H
#define PCAPOUT_FLOW_NAME_H

#include <stdbool.h>
#include <stdint.h>

enum { FLOW_NAME_MAX = 64 };

struct flow_name {
    uint64_t id; /* 0: the packets of no flow */
    uint8_t transport;
    bool has_ports;
    uint16_t port; /* of the server */
};

/* "flow-000042-tcp-443.pcap", "no-flow.pcapng". */
void flow_name(char out[static FLOW_NAME_MAX], const struct flow_name *f, bool pcapng);

/* Whether a flow's file could have that name. */
bool flow_name_is(const char *name);

#endif
