/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_harness.c - runs a dissector that `unknown --scaffold` wrote for nDPI: INIT is the function that registers it. Reads
 * lines of payload in hex, tcp or udp, client or server and the port of the server, and prints for each whether the
 * dissector found its protocol: 1 or 0. */
#include "ndpi_api.h"

#include <stdio.h>
#include <stdlib.h>

void INIT(struct ndpi_detection_module_struct *ndpi_struct, u_int32_t *id, NDPI_PROTOCOL_BITMASK *bitmask);

static u_int16_t take_hex(const char *line, u_int8_t *out, u_int16_t room)
{
    u_int16_t n = 0;
    for (; n < room && line[2 * n] > ' ' && line[2 * n + 1] > ' '; n++) {
        char digits[3] = {line[2 * n], line[2 * n + 1], 0};
        out[n] = (u_int8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

/* A packet of a message, with the ports of its header. */
static void set_packet(struct ndpi_packet_struct *packet, const char *line)
{
    static u_int8_t bytes[65535];
    static struct ndpi_tcphdr tcp;
    static struct ndpi_udphdr udp;
    char transport[8] = "", side[8] = "";
    unsigned port = 0;
    sscanf(line, "%*s %7s %7s %u", transport, side, &port);
    u_int16_t source = htons(side[0] == 's' ? (u_int16_t)port : 40000);
    u_int16_t dest = htons(side[0] == 's' ? 40000 : (u_int16_t)port);
    tcp.source = udp.source = source;
    tcp.dest = udp.dest = dest;
    packet->tcp = transport[0] == 't' ? &tcp : NULL;
    packet->udp = transport[0] == 'u' ? &udp : NULL;
    packet->payload_packet_len = take_hex(line, bytes, sizeof(bytes));
    packet->payload = bytes;
}

int main(void)
{
    struct ndpi_detection_module_struct *module = ndpi_init_detection_module(ndpi_no_prefs);
    NDPI_PROTOCOL_BITMASK all;
    u_int32_t id = 0;
    char *line = NULL;
    size_t room = 0;
    if (!module)
        return 1;
    NDPI_BITMASK_SET_ALL(all);
    INIT(module, &id, &all);
    while (getline(&line, &room, stdin) > 0) {
        struct ndpi_flow_struct *flow = ndpi_flow_malloc(SIZEOF_FLOW_STRUCT);
        memset(flow, 0, SIZEOF_FLOW_STRUCT);
        set_packet(&module->packet, line);
        module->callback_buffer[0].func(module, flow);
        printf("%d\n", flow->detected_protocol_stack[0] != NDPI_PROTOCOL_UNKNOWN);
        ndpi_flow_free(flow);
    }
    free(line);
    ndpi_exit_detection_module(module);
    return id != 1;
}
