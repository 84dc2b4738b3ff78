/*
 * U02 tcp7012-a751: 8 flows, 64 messages, of 8 clients and 1 server
 * A dissector for nDPI to start from, by dpitool unknown --scaffold. Rename what you keep.
 *
 * What it looks for: 25 bits of the first messages of the client (8),
 * 25 bits of the first messages of the server (8).
 * As signatures of dpitool they were tried on every flow of the captures:
 * hits 8 of 8 flows of the group, 0 of 27 other unknown flows,
 * 0 of 0 identified flows.
 *
 * A plugin of nDPI 6.0 or later, in its src/lib/plugins: make there, then
 * ndpiReader --plugins-dir src/lib/plugins -i CAPTURE
 */

#include "ndpi_protocol_ids.h"

#define NDPI_CURRENT_PROTO NDPI_PROTOCOL_UNKNOWN /* for its log alone */

#include "ndpi_config.h"
#include "ndpi_api.h"
#include "ndpi_includes.h"
#include "ndpi_private.h"

static u_int16_t u02_tcp7012_a751_id;

static int u02_tcp7012_a751_client(const u_int8_t *p, u_int16_t n)
{
  static const u_int8_t at_0[] = {0xa7, 0x51};
  static const u_int8_t at_3[] = {0x00};
  return n >= 6 &&
    memcmp(p + 0, at_0, sizeof(at_0)) == 0 &&
    memcmp(p + 3, at_3, sizeof(at_3)) == 0 &&
    (int64_t)((u_int32_t)p[4] << 8 | (u_int32_t)p[5]) + 6 == n;
}

static int u02_tcp7012_a751_server(const u_int8_t *p, u_int16_t n)
{
  static const u_int8_t at_0[] = {0xa7, 0x51};
  static const u_int8_t at_3[] = {0x00};
  return n >= 6 &&
    memcmp(p + 0, at_0, sizeof(at_0)) == 0 &&
    memcmp(p + 3, at_3, sizeof(at_3)) == 0 &&
    (int64_t)((u_int32_t)p[4] << 8 | (u_int32_t)p[5]) + 6 == n;
}

/* All are looked for whoever sent the packet: nDPI does not know the client for certain. */
static void ndpi_search_u02_tcp7012_a751(struct ndpi_detection_module_struct *ndpi_struct,
  struct ndpi_flow_struct *flow)
{
  struct ndpi_packet_struct *packet = &ndpi_struct->packet;

  if((u02_tcp7012_a751_client(packet->payload, packet->payload_packet_len)) ||
     (u02_tcp7012_a751_server(packet->payload, packet->payload_packet_len))) {
    ndpi_set_detected_protocol(ndpi_struct, flow, u02_tcp7012_a751_id, NDPI_PROTOCOL_UNKNOWN,
      NDPI_CONFIDENCE_DPI);
  } else if(flow->packet_counter > 4) {
    NDPI_EXCLUDE_DISSECTOR(ndpi_struct, flow);
  }
}

static void u02_tcp7012_a751_init(struct ndpi_detection_module_struct *ndpi_struct)
{
  ndpi_port_range tcp[MAX_DEFAULT_PORTS], udp[MAX_DEFAULT_PORTS];

  u02_tcp7012_a751_id = ndpi_struct->num_supported_protocols; /* the first that is free */
  ndpi_set_proto_defaults(ndpi_struct, 1 /* clear text */, 1 /* application */, NDPI_PROTOCOL_ACCEPTABLE,
    u02_tcp7012_a751_id, "tcp7012-a751", NDPI_PROTOCOL_CATEGORY_NETWORK, NDPI_PROTOCOL_QOE_CATEGORY_UNSPECIFIED,
    ndpi_build_default_ports(tcp, 0, 0, 0, 0, 0), ndpi_build_default_ports(udp, 0, 0, 0, 0, 0),
    1 /* not built in */);
  ndpi_register_dissector("tcp7012-a751", ndpi_struct, ndpi_search_u02_tcp7012_a751,
    NDPI_SELECTION_BITMASK_PROTOCOL_V4_V6_TCP_WITH_PAYLOAD_WITHOUT_RETRANSMISSION,
    DISSECTOR_LICENSE_LGPL, 1, u02_tcp7012_a751_id);
}

static void u02_tcp7012_a751_free_flow(void *data)
{
  (void)data;
}

static void u02_tcp7012_a751_export(struct ndpi_detection_module_struct *ndpi_struct, struct ndpi_flow_struct *flow,
  ndpi_serializer *serializer)
{
  (void)ndpi_struct, (void)flow, (void)serializer;
}

static NDPIProtocolPluginEntryPoint u02_tcp7012_a751_plugin = {
  NDPI_API_VERSION, "tcp7012-a751", "0.1", "found by dpitool", "-", u02_tcp7012_a751_init, u02_tcp7012_a751_free_flow, u02_tcp7012_a751_export,
};

NDPIProtocolPluginEntryPoint *PluginEntryFctn(void);
NDPIProtocolPluginEntryPoint *PluginEntryFctn(void)
{
  return &u02_tcp7012_a751_plugin;
}
