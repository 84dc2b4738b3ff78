/* SPDX-License-Identifier: BSD-2-Clause */
/* ndpi_api.h - what a plugin of nDPI 6.0 uses of its headers, declared anew from its documentation: generated plugins
 * are held against it, for the nDPI that is installed has no plugins. */
#ifndef NDPI6_API_H
#define NDPI6_API_H

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define NDPI_API_VERSION 1
#define NDPI_SELECTION_BITMASK_PROTOCOL_SIZE u_int32_t
enum { NDPI_PROTOCOL_UNKNOWN, MAX_DEFAULT_PORTS = 5 };
enum { NDPI_SELECTION_BITMASK_PROTOCOL_V4_V6_TCP_WITH_PAYLOAD_WITHOUT_RETRANSMISSION = 1,
       NDPI_SELECTION_BITMASK_PROTOCOL_V4_V6_UDP_WITH_PAYLOAD = 2 };
typedef enum { NDPI_CONFIDENCE_DPI = 6 } ndpi_confidence_t;
typedef enum { NDPI_PROTOCOL_ACCEPTABLE = 2 } ndpi_protocol_breed_t;
typedef enum { NDPI_PROTOCOL_CATEGORY_NETWORK = 14 } ndpi_protocol_category_t;
typedef enum { NDPI_PROTOCOL_QOE_CATEGORY_UNSPECIFIED } ndpi_protocol_qoe_category_t;
typedef enum { DISSECTOR_LICENSE_LGPL } ndpi_dissector_license;
typedef struct ndpi_serializer ndpi_serializer;

typedef struct {
    u_int16_t port_low, port_high;
} ndpi_port_range;

struct ndpi_tcphdr {
    u_int16_t source, dest;
};

struct ndpi_udphdr {
    u_int16_t source, dest;
};

struct ndpi_packet_struct {
    const struct ndpi_tcphdr *tcp;
    const struct ndpi_udphdr *udp;
    const u_int8_t *payload;
    u_int16_t payload_packet_len;
};

struct ndpi_flow_struct {
    u_int16_t packet_counter;
};

struct ndpi_detection_module_struct {
    u_int num_supported_protocols;
    struct ndpi_packet_struct packet;
};

typedef struct {
    u_int16_t ndpi_revision;
    const char *protocol_name, *version, *description, *author;
    void (*init)(struct ndpi_detection_module_struct *ndpi_struct);
    void (*free_flow)(void *data);
    void (*export_flow)(struct ndpi_detection_module_struct *ndpi_struct, struct ndpi_flow_struct *flow,
                        ndpi_serializer *serializer);
} NDPIProtocolPluginEntryPoint;

void ndpi_set_detected_protocol(struct ndpi_detection_module_struct *ndpi_struct, struct ndpi_flow_struct *flow,
                                u_int16_t upper, u_int16_t lower, ndpi_confidence_t confidence);
void exclude_dissector(struct ndpi_detection_module_struct *ndpi_struct, struct ndpi_flow_struct *flow);
#define NDPI_EXCLUDE_DISSECTOR(module, flow) exclude_dissector(module, flow)
ndpi_port_range *ndpi_build_default_ports(ndpi_port_range *ports, u_int16_t a, u_int16_t b, u_int16_t c, u_int16_t d,
                                          u_int16_t e);
void ndpi_set_proto_defaults(struct ndpi_detection_module_struct *ndpi_struct, u_int8_t is_cleartext,
                             u_int8_t is_app_protocol, ndpi_protocol_breed_t breed, u_int16_t id, char *name,
                             ndpi_protocol_category_t category, ndpi_protocol_qoe_category_t qoe,
                             ndpi_port_range *tcp, ndpi_port_range *udp, u_int8_t is_custom);
void ndpi_register_dissector(char *name, struct ndpi_detection_module_struct *ndpi_struct,
                             void (*func)(struct ndpi_detection_module_struct *, struct ndpi_flow_struct *),
                             const NDPI_SELECTION_BITMASK_PROTOCOL_SIZE selection, ndpi_dissector_license license,
                             int n, ...);

#endif
