/*
 * U01 udp7011-a751: 12 flows, 96 messages, of 12 clients and 3 servers
 * A dissector for nDPI to start from, by dpitool unknown --scaffold. Rename what you keep.
 *
 * What it looks for: 25 bits of the first messages of the client (12),
 * 25 bits of the first messages of the server (12).
 * As signatures of dpitool they were tried on every flow of the captures:
 * hits 12 of 12 flows of the group, 0 of 23 other unknown flows,
 * 0 of 0 identified flows.
 *
 * For src/lib/protocols of nDPI 4.2 to 5.x. It also needs an id in ndpi_protocol_ids.h, its name,
 * category and ports in ndpi_main.c, where init_u01_udp7011_a751_dissector is to be called, and a capture
 * in tests. To see whether it compiles: cc -DNDPI_LIB_COMPILATION -I/usr/include/ndpi -c FILE
 */

#include "ndpi_protocol_ids.h"

#define NDPI_CURRENT_PROTO NDPI_LAST_IMPLEMENTED_PROTOCOL /* until it has an id of its own */

#include "ndpi_api.h"
#if NDPI_MAJOR > 4 || NDPI_MINOR >= 10
#include "ndpi_private.h"
#endif

#if NDPI_MAJOR >= 5
#define NOT_THIS NDPI_EXCLUDE_DISSECTOR
#else
#define NOT_THIS NDPI_EXCLUDE_PROTO
#endif

static int u01_udp7011_a751_client(const u_int8_t *p, u_int16_t n)
{
  static const u_int8_t at_0[] = {0xa7, 0x51};
  static const u_int8_t at_3[] = {0x00};
  return n >= 6 &&
    memcmp(p + 0, at_0, sizeof(at_0)) == 0 &&
    memcmp(p + 3, at_3, sizeof(at_3)) == 0 &&
    (int64_t)((u_int32_t)p[4] << 8 | (u_int32_t)p[5]) + 6 == n;
}

static int u01_udp7011_a751_server(const u_int8_t *p, u_int16_t n)
{
  static const u_int8_t at_0[] = {0xa7, 0x51};
  static const u_int8_t at_3[] = {0x00};
  return n >= 6 &&
    memcmp(p + 0, at_0, sizeof(at_0)) == 0 &&
    memcmp(p + 3, at_3, sizeof(at_3)) == 0 &&
    (int64_t)((u_int32_t)p[4] << 8 | (u_int32_t)p[5]) + 6 == n;
}

/* All are looked for whoever sent the packet: nDPI does not know the client for certain. */
static void ndpi_search_u01_udp7011_a751(struct ndpi_detection_module_struct *ndpi_struct,
  struct ndpi_flow_struct *flow)
{
  struct ndpi_packet_struct *packet = &ndpi_struct->packet;

  if((u01_udp7011_a751_client(packet->payload, packet->payload_packet_len)) ||
     (u01_udp7011_a751_server(packet->payload, packet->payload_packet_len))) {
    ndpi_set_detected_protocol(ndpi_struct, flow, NDPI_CURRENT_PROTO, NDPI_PROTOCOL_UNKNOWN,
      NDPI_CONFIDENCE_DPI);
  } else if(flow->packet_counter > 4) {
    NOT_THIS(ndpi_struct, flow);
  }
}

#if NDPI_MAJOR >= 5
#define MORE
#define REGISTER(name, module, func, selection) \
  register_dissector(name, module, func, selection, 1, NDPI_CURRENT_PROTO)
#elif NDPI_MINOR >= 6
#define MORE , u_int32_t *id
#define REGISTER(name, module, func, selection) \
  ndpi_set_bitmask_protocol_detection(name, module, (*id)++, NDPI_CURRENT_PROTO, func, selection, \
    SAVE_DETECTION_BITMASK_AS_UNKNOWN, ADD_TO_DETECTION_BITMASK)
#else
#define MORE , u_int32_t *id, NDPI_PROTOCOL_BITMASK *bitmask
#define REGISTER(name, module, func, selection) \
  ndpi_set_bitmask_protocol_detection(name, module, bitmask, (*id)++, NDPI_CURRENT_PROTO, func, selection, \
    SAVE_DETECTION_BITMASK_AS_UNKNOWN, ADD_TO_DETECTION_BITMASK)
#endif

void init_u01_udp7011_a751_dissector(struct ndpi_detection_module_struct *ndpi_struct MORE);
void init_u01_udp7011_a751_dissector(struct ndpi_detection_module_struct *ndpi_struct MORE)
{
  REGISTER("udp7011-a751", ndpi_struct, ndpi_search_u01_udp7011_a751,
    NDPI_SELECTION_BITMASK_PROTOCOL_V4_V6_UDP_WITH_PAYLOAD);
}
