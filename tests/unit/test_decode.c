/* SPDX-License-Identifier: BSD-2-Clause */
/* test_decode.c - hand-made frames of every layer and every bucket, each also cut after every byte and with
 * every bit flipped. The frames are hex; the macros below are headers whose fields are filled in. */
#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* clang-format off */
/* Link headers */
#define MACS      "020000000002 020000000001 "
#define ETH(type) MACS type " "
#define SNAP      "aaaa03 000000 "
#define SLL(type) "0000 0001 0006 020000000001 0000 " type " "
/* type, reserved, interface, hardware type, packet type, address */
#define SLL2(type) type " 0000 00000003 0001 00 06 020000000001 0000 "
/* 802.11 data: control, duration, three addresses, sequence */
#define WLAN(control) control " 0000 020000000011 020000000012 020000000013 1000 "

/* IPv4 from 10.0.0.1 to 10.0.0.2: total length, flags and offset, protocol; TTL 64 */
#define IP4(length, fragment, proto) "45 00 " length " 1234 " fragment " 40 " proto " 0000 0a000001 0a000002 "
/* IPv6 from fd00::1 to fd00::2: payload length, next header; hop limit 64 */
#define IP6(length, next) \
    "60000000 " length " " next " 40 fd000000000000000000000000000001 fd000000000000000000000000000002 "

#define ZEROS16 "00000000 00000000 00000000 00000000 "

/* Transports: port 12345 to port 53; UDP length; TCP data offset and flags, sequence 1, acknowledged 2 */
#define UDP(length)        "3039 0035 " length " 0000 "
#define TCP(offset, flags) "3039 0035 00000001 00000002 " offset flags " 2000 0000 0000 "
#define FOUR               "61626364 "

#define UDP4 IP4("0020", "0000", "11") UDP("000c") FOUR /* 32 bytes, 4 of payload */
#define UDP6 IP6("000c", "11") UDP("000c") FOUR         /* 52 bytes, 4 of payload */

enum { CUT = 1, FRAGMENT = 2, OFFLOAD = 4, NO_PORTS = 8, SRC_MAC = 16, HAS_TCP = 32, DST_MAC = 64 };
enum { MACS_KNOWN = SRC_MAC | DST_MAC };

struct row {
    const char *name;
    uint32_t link_type;
    const char *frame;
    enum dpi_bucket bucket;
    /* for a flow */
    unsigned flags;
    uint8_t transport;
    uint32_t ip_len, payload_len, payload_cap;
    uint16_t vlan;
    unsigned n_tunnels;
    uint16_t src_port, dst_port; /* 0, 0: 12345 and 53 where there are ports */
    uint32_t more;               /* bytes of the frame that were not captured */
    uint8_t tcp_flags;
};

#define FLOW     DPI_BUCKET_flow
#define E        .link_type = 1
#define UDP_FLOW .bucket = FLOW, .transport = 17, .payload_len = 4, .payload_cap = 4
#define UDP4_OK  UDP_FLOW, .ip_len = 32
#define UDP6_OK  UDP_FLOW, .ip_len = 52
#define ETH_UDP4 UDP4_OK, .flags = MACS_KNOWN

static const struct row rows[] = {
    /* link types */
    {"ethernet", E, ETH("0800") UDP4, ETH_UDP4},
    {"ethernet, IPv6", E, ETH("86dd") UDP6, UDP6_OK, .flags = MACS_KNOWN},
    {"the type says IPv4, the packet IPv6", E, ETH("0800") UDP6, UDP6_OK, .flags = MACS_KNOWN},
    {"padding is not payload", E, ETH("0800") UDP4 "0000000000", ETH_UDP4},
    {"ARP", E, ETH("0806") "0001080006040001", .bucket = DPI_BUCKET_not_ip},
    {"empty frame", E, "", .bucket = DPI_BUCKET_link_malformed},
    {"half an ethernet header", E, "020000000002", .bucket = DPI_BUCKET_link_malformed},
    {"802.3 SNAP", E, ETH("0028") SNAP "0800" UDP4, ETH_UDP4},
    {"802.3 SNAP of a bridge", E, ETH("0028") "aaaa03 0000f8 0800" UDP4, ETH_UDP4},
    {"802.3 LLC with IP", E, ETH("0023") "060603" UDP4, ETH_UDP4},
    {"802.3 SNAP of Cisco", E, ETH("0028") "aaaa03 00000c 2000 02b4", .bucket = DPI_BUCKET_not_ip},
    {"802.3 spanning tree", E, ETH("0026") "424203 0000", .bucket = DPI_BUCKET_not_ip},
    {"802.3 cut in SNAP", E, ETH("0028") "aaaa03 0000", .bucket = DPI_BUCKET_link_malformed},
    {"type between length and type", E, ETH("05dd") SNAP "0800" UDP4, .bucket = DPI_BUCKET_not_ip},
    {"raw", 101, UDP4, UDP4_OK},
    {"raw, IPv6", 101, UDP6, UDP6_OK},
    {"raw 12", 12, UDP4, UDP4_OK},
    {"raw 14", 14, UDP6, UDP6_OK},
    {"ipv4", 228, UDP4, UDP4_OK},
    {"ipv6", 229, UDP6, UDP6_OK},
    {"raw, empty", 101, "", .bucket = DPI_BUCKET_ip_malformed},
    {"raw, version 5", 101, "55", .bucket = DPI_BUCKET_ip_malformed},
    {"null, little endian", 0, "02000000" UDP4, UDP4_OK},
    {"null, big endian", 0, "00000002" UDP4, UDP4_OK},
    {"null, IPv6 of macOS", 0, "1e000000" UDP6, UDP6_OK},
    {"null, IPv6 of FreeBSD", 0, "0000001c" UDP6, UDP6_OK},
    {"null, IPv6 of OpenBSD", 0, "18000000" UDP6, UDP6_OK},
    {"null, IPv6 of Linux", 0, "0a000000" UDP6, UDP6_OK},
    {"null, IPv6 of Windows", 0, "17000000" UDP6, UDP6_OK},
    {"null, EtherType", 0, "00000800" UDP4, UDP4_OK},
    {"null, Cisco HDLC", 0, "0f000800" UDP4, UDP4_OK},
    {"null, appletalk", 0, "10000000" UDP4, .bucket = DPI_BUCKET_not_ip},
    {"null, no family at all", 0, "12345678" UDP4, .bucket = DPI_BUCKET_not_ip},
    {"null, cut", 0, "020000", .bucket = DPI_BUCKET_link_malformed},
    {"loop", 108, "00000002" UDP4, UDP4_OK},
    {"sll", 113, SLL("0800") UDP4, UDP4_OK, .flags = SRC_MAC},
    {"sll, IPv6", 113, SLL("86dd") UDP6, UDP6_OK, .flags = SRC_MAC},
    {"sll, VLAN", 113, SLL("8100") "2007 0800" UDP4, UDP4_OK, .vlan = 7, .flags = SRC_MAC},
    {"sll, LLC", 113, SLL("0004") SNAP "0800" UDP4, UDP4_OK, .flags = SRC_MAC},
    {"sll, netlink", 113, SLL("0000") UDP4, .bucket = DPI_BUCKET_not_ip},
    {"sll, cut", 113, "0000 0001 0006 0200", .bucket = DPI_BUCKET_link_malformed},
    {"sll2", 276, SLL2("0800") UDP4, UDP4_OK, .flags = SRC_MAC},
    {"sll2, service tag", 276, SLL2("88a8") "0009 86dd" UDP6, UDP6_OK, .vlan = 9, .flags = SRC_MAC},
    {"sll2, ARP", 276, SLL2("0806"), .bucket = DPI_BUCKET_not_ip},
    {"sll2, cut", 276, "0800 0000", .bucket = DPI_BUCKET_link_malformed},
    {"ppp", 9, "0021" UDP4, UDP4_OK},
    {"ppp, one byte of protocol", 9, "21" UDP4, UDP4_OK},
    {"ppp, address and control", 9, "ff03 0057" UDP6, UDP6_OK},
    {"ppp, cisco", 9, "0f00 0800" UDP4, UDP4_OK},
    {"ppp, LCP", 9, "ff03 c021 01010004", .bucket = DPI_BUCKET_not_ip},
    {"ppp, MPLS", 9, "ff03 0281 00010140" UDP4, UDP4_OK},
    {"ppp, MPLS multicast", 9, "0283 00010140" UDP6, UDP6_OK},
    {"ppp, cut", 9, "ff03 00", .bucket = DPI_BUCKET_link_malformed},
    {"ppp_hdlc", 50, "ff03 0021" UDP4, UDP4_OK},
    {"ppp_hdlc, cisco", 50, "8f00 86dd" UDP6, UDP6_OK},
    {"ppp_with_dir", 204, "01 ff03 0021" UDP4, UDP4_OK},
    {"ppp_ether", 51, "1100 0001 0022 0021" UDP4, UDP4_OK},
    {"c_hdlc", 104, "0f00 0800" UDP4, UDP4_OK},
    {"c_hdlc, keep-alive", 104, "8f00 8035 00000002", .bucket = DPI_BUCKET_not_ip},
    {"c_hdlc_with_dir", 205, "00 0f00 86dd" UDP6, UDP6_OK},
    {"mpls", 219, "00010140" UDP4, UDP4_OK},
    {"sll, no address", 113, "0000 0001 0000 000000000000 0000 0800" UDP4, UDP4_OK},
    {"sll2, address of 8 bytes", 276, "0800 0000 00000003 0020 00 08 0200000000010000" UDP4, UDP4_OK},
    {"ppp_pppd", 166, "01 03 0021" UDP4, UDP4_OK},
    {"enc", 109, "02000000 00000100 00000000" UDP4, UDP4_OK},
    {"lane8023", 110, "0001" ETH("0800") UDP4, ETH_UDP4},
    {"netanalyzer", 240, "00000000" ETH("0800") UDP4, ETH_UDP4},
    {"netanalyzer_transparent", 241, "00000000 55555555555555d5" ETH("86dd") UDP6, UDP6_OK, .flags = MACS_KNOWN},
    {"mpacket", 274, "55555555555555d5" ETH("0800") UDP4, ETH_UDP4},
    {"mpacket, cut", 274, "555555", .bucket = DPI_BUCKET_link_malformed},
    {"ipnet", 226, "01020000 00000020 00000002 00000000 ffffffff 00000000" UDP4, UDP4_OK},
    {"apple_ip_over_ieee1394", 138, "0200000000000001 0200000000000002 0800" UDP4, UDP4_OK},
    {"ip_over_fc", 122, "0200000000000001 0200000000000002" SNAP "0800" UDP4, UDP4_OK},
    {"switch tag of Broadcom", 281, MACS "20000001 0800" UDP4, ETH_UDP4},
    {"switch tag of Broadcom, in front", 282, "20000001" ETH("0800") UDP4, ETH_UDP4},
    {"switch tag", 284, MACS "c0180000 8100 0007 86dd" UDP6, UDP6_OK, .flags = MACS_KNOWN, .vlan = 7},
    {"switch tag with a type", 285, MACS "dada0000 c0180000 0800" UDP4, ETH_UDP4},
    {"switch tag, cut", 284, MACS "c01800", .bucket = DPI_BUCKET_link_malformed},

    /* other media */
    {"frelay, Cisco", 107, "48e1 0800" UDP4, UDP4_OK},
    {"frelay, IPv4", 107, "48e1 03cc" UDP4, UDP4_OK},
    {"frelay, IPv6 behind padding", 107, "48e1 0300 8e" UDP6, UDP6_OK},
    {"frelay, SNAP", 107, "48e1 0300 80 000000 0800" UDP4, UDP4_OK},
    {"frelay, bridged", 107, "48e1 0300 80 0080c2 0007" ETH("0800") UDP4, ETH_UDP4},
    {"frelay, bridged token ring", 107, "48e1 0300 80 0080c2 0009 00", .bucket = DPI_BUCKET_not_ip},
    {"frelay, address of four bytes", 107, "80ea9c01 03cc" UDP4, UDP4_OK},
    {"frelay, address without end", 107, "48e0e0e0 03cc" UDP4, .bucket = DPI_BUCKET_link_malformed},
    {"frelay, LMI", 107, "0001 0308 00750101", .bucket = DPI_BUCKET_not_ip},
    {"frelay, cut", 107, "48e1", .bucket = DPI_BUCKET_link_malformed},
    {"frelay_with_dir", 206, "01 48e1 03cc" UDP4, UDP4_OK},
    {"atm_rfc1483", 100, SNAP "0800" UDP4, UDP4_OK},
    {"atm_clip", 106, UDP4, UDP4_OK},
    {"atm_clip, LLC", 106, SNAP "86dd" UDP6, UDP6_OK},
    {"sunatm, LLC", 123, "02 00 0005" SNAP "0800" UDP4, UDP4_OK},
    {"sunatm, LAN emulation", 123, "81 00 0005 0001" ETH("0800") UDP4, ETH_UDP4},
    {"sunatm, signalling", 123, "05 00 0005 0900", .bucket = DPI_BUCKET_not_ip},
    {"fddi", 10, "50" MACS SNAP "0800" UDP4, ETH_UDP4},
    {"fddi, claim", 10, "c3" MACS, .bucket = DPI_BUCKET_not_ip},
    {"fddi, cut", 10, "50 0200", .bucket = DPI_BUCKET_link_malformed},
    {"token ring", 6, "10 40" MACS SNAP "0800" UDP4, ETH_UDP4},
    {"token ring, routed", 6, "10 40 020000000002 820000000001 0630 0001 0020" SNAP "0800" UDP4, ETH_UDP4},
    {"token ring, beacon", 6, "10 02" MACS, .bucket = DPI_BUCKET_not_ip},
    {"arcnet, RFC 1051", 129, "0102 0000 f0" UDP4, UDP4_OK},
    {"arcnet, RFC 1201", 129, "0102 0000 d4 00 0001" UDP4, UDP4_OK},
    {"arcnet, exception", 7, "0102 d4 ff ffff d4 00 0001" UDP4, UDP4_OK},
    {"arcnet, second fragment", 7, "0102 d4 02 0001" UDP4, .bucket = DPI_BUCKET_fragment_incomplete},
    {"arcnet, ARP", 7, "0102 d5 00 0001", .bucket = DPI_BUCKET_not_ip},
    {"ipoib", 242, "0000000000000000 0000000000000000 00000000 0000000000000000 0000000000000000 00000000 0800 0000"
     UDP4, UDP4_OK},

    /* in front of other link types */
    {"nflog", 239, "02 00 0001 0800 0100 08000000 0500 0a00 41000000 2400 0900" UDP4, UDP4_OK},
    {"nflog, big endian, with the sender", 239,
     "0a 00 0001 0010 0008 0006 0000 020000000001 0000 0038 0009" UDP6, UDP6_OK, .flags = SRC_MAC},
    {"nflog, of a bridge", 239, "07 00 0001 0800 0100 08000000 2400 0900" UDP4, UDP4_OK},
    {"nflog, of a bridge, ARP", 239, "07 00 0001 0800 0100 08060000 0800 0900 00010800", .bucket = DPI_BUCKET_not_ip},
    {"nflog, behind the payload", 239, "02 00 0001 2400 0900" UDP4 "0800 0a00 41000000", UDP4_OK},
    {"nflog without a payload", 239, "02 00 0001 0800 0100 08000000", .bucket = DPI_BUCKET_link_malformed},
    {"nflog, length 3", 239, "02 00 0001 0300 0900" UDP4, .bucket = DPI_BUCKET_link_malformed},
    {"pflog", 117, "3d 02 0000 656e3000 00000000 00000000" ZEROS16 ZEROS16 ZEROS16 UDP4, UDP4_OK},
    {"pflog, another family", 117, "04 10 00 00", .bucket = DPI_BUCKET_not_ip},
    {"pflog, cut", 117, "3d 02 00", .bucket = DPI_BUCKET_link_malformed},
#define PKTAP(size, kind, dlt) size kind dlt ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16
    {"pktap", 258, PKTAP("6c000000", "01000000", "01000000") ETH("0800") UDP4, ETH_UDP4},
    {"pktap, longer, raw", 258, PKTAP("70000000", "01000000", "0c000000") "00000000" UDP6, UDP6_OK},
    {"pktap, no packet", 258, PKTAP("6c000000", "00000000", "01000000"), .bucket = DPI_BUCKET_not_ip},
    {"pktap, of USB", 258, PKTAP("6c000000", "01000000", "0a010000"), .bucket = DPI_BUCKET_link_unsupported},
    {"pktap, too short", 258, PKTAP("6b000000", "01000000", "01000000"), .bucket = DPI_BUCKET_link_malformed},
    {"pktap as DLT_USER2", 149, PKTAP("6c000000", "01000000", "01000000") ETH("0800") UDP4, ETH_UDP4},
    {"DLT_USER2 of somebody else", 149, ETH("0800") UDP4, .bucket = DPI_BUCKET_link_unsupported},
    {"ppi, ethernet", 192, "0000 0800 01000000" ETH("0800") UDP4, ETH_UDP4},
    {"ppi, 802.11", 192, "0000 2000 69000000 0200 1400 0000000000000000 0100 0000 00000000 00000000" WLAN("0801") SNAP
     "0800" UDP4, ETH_UDP4},
    {"ppi, bad FCS", 192, "0000 2000 69000000 0200 1400 0000000000000000 0500 0000 00000000 00000000" WLAN("0801"),
     .bucket = DPI_BUCKET_link_malformed},
    {"ppi in ppi", 192, "0000 0800 c0000000 0000 0800 65000000" UDP4, UDP4_OK},
    {"ppi, length 7", 192, "0000 0700 01000000" ETH("0800") UDP4, .bucket = DPI_BUCKET_link_malformed},
    {"ppi, USB", 192, "0000 0800 bd000000", .bucket = DPI_BUCKET_link_unsupported},
    {"juniper, ethernet", 178, "4d4743 01" ETH("0800") UDP4, ETH_UDP4},
    {"juniper, extended", 178, "4d4743 81 0006 0301 0106 010e" ETH("0800") UDP4, ETH_UDP4},
    {"juniper, no link layer", 178, "4d4743 03 00000000" UDP4, UDP4_OK},
    {"juniper, no link layer, no IP", 178, "4d4743 03 00000000 00000000", .bucket = DPI_BUCKET_not_ip},
    {"juniper, no magic", 178, "4d4744 01" ETH("0800") UDP4, .bucket = DPI_BUCKET_link_malformed},
    {"juniper, ppp", 179, "4d4743 01 0021" UDP4, UDP4_OK},
    {"juniper, frelay", 180, "4d4743 01 48e1 03cc" UDP4, UDP4_OK},
    {"juniper, chdlc", 181, "4d4743 01 0f00 0800" UDP4, UDP4_OK},
    {"link type without a row", 11, UDP4, .bucket = DPI_BUCKET_link_unsupported},
    {"link type with a name only", 189, UDP4, .bucket = DPI_BUCKET_link_unsupported},
    {"link type beyond the table", 0xffffffff, UDP4, .bucket = DPI_BUCKET_link_unsupported},

    /* 802.11 */
    {"wlan, to the DS", 105, WLAN("0801") SNAP "0800" UDP4, ETH_UDP4},
    {"wlan, from the DS, QoS", 105, WLAN("8802") "0000" SNAP "0800" UDP4, ETH_UDP4},
    {"wlan, QoS and HT control", 105, WLAN("8882") "0000 00000000" SNAP "0800" UDP4, ETH_UDP4},
    {"wlan, four addresses", 105, WLAN("0803") "020000000014" SNAP "86dd" UDP6, UDP6_OK, .flags = MACS_KNOWN},
    {"wlan, four addresses, QoS", 105, WLAN("8803") "020000000014 0000" SNAP "0800" UDP4, ETH_UDP4},
    {"wlan, A-MSDU", 105, WLAN("8802") "8000" ETH("0028") SNAP "0800" UDP4, ETH_UDP4},
    {"wlan, A-MSDU, four addresses", 105, WLAN("8803") "020000000014 8000" ETH("0028") SNAP "0800" UDP4, ETH_UDP4},
    {"wlan, beacon", 105, WLAN("8000"), .bucket = DPI_BUCKET_not_ip},
    {"wlan, acknowledgement", 105, "d400 0000 020000000001", .bucket = DPI_BUCKET_not_ip},
    {"wlan, no data", 105, WLAN("4801"), .bucket = DPI_BUCKET_not_ip},
    {"wlan, encrypted", 105, WLAN("0841") SNAP "0800" UDP4, .bucket = DPI_BUCKET_not_ip},
    {"wlan, later fragment", 105, "0801 0000 020000000011 020000000012 020000000013 1100" SNAP "0800" UDP4,
     .bucket = DPI_BUCKET_not_ip},
    {"wlan, cut", 105, "0801 0000 0200", .bucket = DPI_BUCKET_link_malformed},
    {"radiotap", 127, "00 00 0800 00000000" WLAN("0801") SNAP "0800" UDP4, ETH_UDP4},
    {"radiotap, padded", 127, "00 00 0900 02000000 20" WLAN("8802") "0000 0000" SNAP "0800" UDP4, ETH_UDP4},
    {"radiotap, time and padding", 127,
     "00 00 1100 03000000 0000000000000000 20" WLAN("8802") "0000 0000" SNAP "0800" UDP4, ETH_UDP4},
    {"radiotap, two bitmaps", 127,
     "00 00 1900 03000080 00000000 00000000 0000000000000000 20" WLAN("8802") "0000 0000" SNAP "0800" UDP4, ETH_UDP4},
    {"radiotap, bad FCS", 127, "00 00 0900 02000000 40" WLAN("0801") SNAP "0800" UDP4,
     .bucket = DPI_BUCKET_link_malformed},
#define PRISM_NUMBERS ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16
    {"prism", 119, "44000000 90000000 776c616e 30000000" PRISM_NUMBERS WLAN("0801") SNAP "0800" UDP4, ETH_UDP4},
    {"prism, which is avs", 119, "80211001 00000010 00000000 00000000" WLAN("0801") SNAP "0800" UDP4, ETH_UDP4},
    {"prism, cut", 119, "44000000 90000000", .bucket = DPI_BUCKET_link_malformed},
    {"avs", 163, "80211002 00000010 00000000 00000000" WLAN("0801") SNAP "86dd" UDP6, UDP6_OK, .flags = MACS_KNOWN},
    {"avs, length 7", 163, "80211001 00000007" WLAN("0801"), .bucket = DPI_BUCKET_link_malformed},
    {"radiotap, length 7", 127, "00 00 0700 00000000" WLAN("0801") SNAP "0800" UDP4,
     .bucket = DPI_BUCKET_link_malformed},
    {"radiotap, longer than the frame", 127, "00 00 ff00 00000000", .bucket = DPI_BUCKET_link_malformed},

    /* between link and IP */
    {"VLAN", E, ETH("8100") "2064 0800" UDP4, ETH_UDP4, .vlan = 100},
    {"QinQ: the inner id", E, ETH("88a8") "0064 8100 2002 86dd" UDP6, UDP6_OK, .flags = MACS_KNOWN, .vlan = 2},
    {"QinQ of old", E, ETH("9100") "0001 9200 0002 8100 0003 0800" UDP4, ETH_UDP4, .vlan = 3},
    {"priority tag", E, ETH("8100") "e000 0800" UDP4, ETH_UDP4, .vlan = 0},
    {"VLAN with LLC", E, ETH("8100") "0005 0028" SNAP "0800" UDP4, ETH_UDP4, .vlan = 5},
    {"VLAN, ARP", E, ETH("8100") "0005 0806", .bucket = DPI_BUCKET_not_ip},
    {"VLAN, cut", E, ETH("8100") "0005 08", .bucket = DPI_BUCKET_link_malformed},
    {"MPLS", E, ETH("8847") "00010140" UDP4, ETH_UDP4},
    {"MPLS, three labels", E, ETH("8848") "00010040 00020040 00030140" UDP6, UDP6_OK, .flags = MACS_KNOWN},
    {"MPLS, ethernet with control word", E, ETH("8847") "00010140 00000000" ETH("0800") UDP4, ETH_UDP4},
    {"MPLS, ethernet at once", E, ETH("8847") "00010140" ETH("8100") "0008 0800" UDP4, ETH_UDP4, .vlan = 8},
    {"MPLS, ethernet to an address like IPv4", E, ETH("8847") "00010140 4500dead0002 020000000001 0800" UDP4, ETH_UDP4},
    {"MPLS, ethernet to an address like IPv4 of length 0", E,
     ETH("8847") "00010140 450000000002 020000000001 0800" UDP4, ETH_UDP4},
    {"MPLS, channel", E, ETH("8847") "00010140 10000021" UDP4, .bucket = DPI_BUCKET_not_ip},
    {"MPLS, channel with what looks like ethernet", E, ETH("8847") "00010140 10000021" ETH("0800") UDP4,
     .bucket = DPI_BUCKET_not_ip},
    {"MPLS without a bottom", E, ETH("8847") "00010040 00010040", .bucket = DPI_BUCKET_link_malformed},
    {"PPPoE", E, ETH("8864") "1100 0001 0022 0021" UDP4, ETH_UDP4},
    {"PPPoE in VLAN, IPv6", E, ETH("8100") "0003 8864 1100 0001 0036 0057" UDP6, UDP6_OK, .flags = MACS_KNOWN,
     .vlan = 3},
    {"PPPoE, echo", E, ETH("8864") "1100 0001 000a c021 09000008", .bucket = DPI_BUCKET_not_ip},
    {"PPPoE, terminated", E, ETH("8864") "11a7 0001 0000", .bucket = DPI_BUCKET_not_ip},
    {"PPPoE discovery", E, ETH("8863") "1109 0000 0004", .bucket = DPI_BUCKET_not_ip},
    {"PPPoE, cut", E, ETH("8864") "1100", .bucket = DPI_BUCKET_link_malformed},
    {"802.1ah", E, ETH("88e7") "00000001" ETH("0800") UDP4, ETH_UDP4},
    {"FabricPath", E, ETH("8903") "4020" ETH("0800") UDP4, ETH_UDP4},
    {"transparent bridging", 113, SLL("6558") ETH("0800") UDP4, ETH_UDP4},

    /* IPv4 */
    {"half an IPv4 header", 101, "4500 0020 1234", .bucket = DPI_BUCKET_ip_malformed},
    {"IPv4 header length 4", 101, "44 00 0020 1234 0000 4011 0000 0a000001 0a000002",
     .bucket = DPI_BUCKET_ip_malformed},
    {"IPv4 total below header", 101, IP4("0013", "0000", "11") UDP("000c") FOUR, .bucket = DPI_BUCKET_ip_malformed},
    {"IPv4 options", 101, "46 00 0024 1234 0000 40 11 0000 0a000001 0a000002 01010100" UDP("000c") FOUR, UDP_FLOW,
     .ip_len = 36},
    {"IPv4 options cut", 101, "4f 00 0080 1234 0000 40 11 0000 0a000001 0a000002 01010100", .more = 104,
     .bucket = DPI_BUCKET_ip_malformed},
    {"IPv4, less captured", 101, IP4("0024", "0000", "11") UDP("0010") FOUR, .more = 4, .bucket = FLOW, .flags = CUT,
     .transport = 17, .ip_len = 36, .payload_len = 8, .payload_cap = 4},
    {"IPv4, total beyond the frame", 101, IP4("0024", "0000", "11") UDP("0010") FOUR, .bucket = FLOW, .flags = CUT,
     .transport = 17, .ip_len = 32, .payload_len = 4, .payload_cap = 4},
    {"IPv4, only padding cut", E, ETH("0800") UDP4 "0000", .more = 12, ETH_UDP4},
    {"IPv4, length 0", 101, IP4("0000", "0000", "11") UDP("0000") FOUR, UDP4_OK, .flags = OFFLOAD},
    {"IPv4, length 0 and cut", 101, IP4("0000", "0000", "06") TCP("50", "10") FOUR, .more = 100000, .bucket = FLOW,
     .flags = OFFLOAD | CUT | HAS_TCP, .transport = 6, .ip_len = 100044, .payload_len = 100004, .payload_cap = 4,
     .tcp_flags = TCP_ACK},
    {"first fragment", 101, IP4("0020", "2000", "11") UDP("0800") FOUR, UDP4_OK, .flags = FRAGMENT},
    {"later fragment", 101, IP4("0020", "2001", "11") UDP("000c") FOUR, .bucket = DPI_BUCKET_fragment_incomplete},
    {"fragment at 32768", 101, IP4("0020", "1000", "11") UDP("000c") FOUR, .bucket = DPI_BUCKET_fragment_incomplete},
    {"last fragment", 101, IP4("0020", "00b9", "11") UDP("000c") FOUR, .bucket = DPI_BUCKET_fragment_incomplete},
    {"first fragment without the ports", 101, IP4("0016", "2000", "11") "3039",
     .bucket = DPI_BUCKET_fragment_incomplete},
    {"do not fragment", 101, IP4("0020", "4000", "11") UDP("000c") FOUR, UDP4_OK},

    /* IPv6 */
    {"half an IPv6 header", 101, "60000000 000c 1140 fd00", .bucket = DPI_BUCKET_ip_malformed},
    {"IPv6, length 0", 101, IP6("0000", "11") UDP("0000") FOUR, UDP6_OK, .flags = OFFLOAD},
    {"jumbogram", 101, IP6("0000", "00") "11 00 c204 00011000" UDP("0000") FOUR, .more = 69612, .bucket = FLOW,
     .flags = OFFLOAD | CUT, .transport = 17, .ip_len = 69672, .payload_len = 69616, .payload_cap = 4},
    {"nothing follows", 101, IP6("0000", "3b"), .bucket = FLOW, .flags = NO_PORTS, .transport = 59, .ip_len = 40},
    {"nothing follows but padding", 101, IP6("0000", "3b") FOUR, .bucket = FLOW, .flags = NO_PORTS, .transport = 59,
     .ip_len = 40},
    {"nothing follows the options", 101, IP6("0008", "3c") "3b 00 010400000000", .bucket = FLOW, .flags = NO_PORTS,
     .transport = 59, .ip_len = 48},
    {"every option header", 101,
     IP6("003c", "00") "2b 00 010400000000 "                 /* hop by hop, then routing */
                       "3c 01 0000000000000000000000000000 " /* of 16 bytes, then destination options */
                       "2c 00 010400000000 "                 /* then fragment */
                       "11 00 0000 00000001 "                /* atomic, then UDP */
     UDP("000c") FOUR "00000000000000000000",
     UDP_FLOW, .ip_len = 100},
    {"IPv6 first fragment", 101, IP6("0014", "2c") "11 00 0001 00000001" UDP("0400") FOUR, UDP_FLOW, .ip_len = 60,
     .flags = FRAGMENT},
    {"IPv6 atomic fragment, reserved bits", 101, IP6("0014", "2c") "11 00 0006 00000001" UDP("000c") FOUR, UDP_FLOW,
     .ip_len = 60},
    {"IPv6 later fragment", 101, IP6("0014", "2c") "11 00 0009 00000001" UDP("0400") FOUR,
     .bucket = DPI_BUCKET_fragment_incomplete},
    {"IPv6 first fragment ends in options", 101, IP6("000c", "2c") "3c 00 0001 00000001 11 04 0000",
     .bucket = DPI_BUCKET_fragment_incomplete},
    {"options longer than the packet", 101, IP6("000c", "3c") "11 05" UDP("000c") "0000",
     .bucket = DPI_BUCKET_ip_malformed},
    {"mobility", 101, IP6("0008", "87") "3b 00 000000000000", .bucket = FLOW, .flags = NO_PORTS, .transport = 135,
     .ip_len = 48, .payload_len = 8, .payload_cap = 8},
    {"HIP with more behind", 101, IP6("0014", "8b") "11 00 000000000000" UDP("000c") FOUR, UDP_FLOW, .ip_len = 60},
    {"shim6", 101, IP6("0008", "8c") "3b 00 000000000000", .bucket = FLOW, .flags = NO_PORTS, .transport = 140,
     .ip_len = 48, .payload_len = 8, .payload_cap = 8},
    {"IPv6 AH", 101, IP6("000c", "33") "11 01 0000 00000001 00000002", .bucket = FLOW, .flags = NO_PORTS,
     .transport = 51, .ip_len = 52, .payload_len = 12, .payload_cap = 12},
    {"IPv6 ESP", 101, IP6("0008", "32") "00000001 00000002", .bucket = FLOW, .flags = NO_PORTS, .transport = 50,
     .ip_len = 48, .payload_len = 8, .payload_cap = 8},
#define OPTIONS      "3c 00 010400000000 "
#define FOUR_OPTIONS OPTIONS OPTIONS OPTIONS OPTIONS
    {"16 extension headers", 101,
     IP6("008c", "3c") FOUR_OPTIONS FOUR_OPTIONS FOUR_OPTIONS OPTIONS OPTIONS OPTIONS "11 00 010400000000" UDP("000c")
         FOUR,
     UDP_FLOW, .ip_len = 180},
    {"17 extension headers", 101,
     IP6("0094", "3c") FOUR_OPTIONS FOUR_OPTIONS FOUR_OPTIONS FOUR_OPTIONS "11 00 010400000000" UDP("000c") FOUR,
     .bucket = DPI_BUCKET_too_deep},

    /* IP in IP */
    {"4 in 4", 101, IP4("0034", "0000", "04") UDP4, UDP4_OK, .n_tunnels = 1},
    {"6 in 4", 101, IP4("0048", "0000", "29") UDP6, UDP6_OK, .n_tunnels = 1},
    {"4 in 6", 101, IP6("0020", "04") UDP4, UDP4_OK, .n_tunnels = 1},
    {"6 in 6, behind options", 101, IP6("003c", "3c") "29 00 010400000000" UDP6, UDP6_OK, .n_tunnels = 1},
    {"the number is of the other version", 101, IP4("0048", "0000", "04") UDP6, UDP6_OK, .n_tunnels = 1},
    {"inner packet beyond the outer one", 101, IP4("0030", "0000", "04") UDP4, .bucket = FLOW, .flags = CUT,
     .transport = 17, .ip_len = 28, .n_tunnels = 1},
    {"first fragment of a tunnel", 101, IP4("0030", "2000", "04") IP4("05dc", "0000", "11") UDP("05c8"), .bucket = FLOW,
     .flags = FRAGMENT | CUT, .transport = 17, .ip_len = 28, .n_tunnels = 1},
    {"first fragment, inner header cut", 101, IP4("0018", "2000", "04") "45000020",
     .bucket = DPI_BUCKET_fragment_incomplete},
    {"no IP in IP", 101, IP4("0018", "0000", "04") "00000000", .bucket = DPI_BUCKET_ip_malformed},
    {"nothing in IP", 101, IP4("0014", "0000", "04"), .bucket = DPI_BUCKET_ip_malformed},
    {"8 tunnels", 101,
     IP4("00c0", "0000", "04") IP4("00ac", "0000", "04") IP4("0098", "0000", "04") IP4("0084", "0000", "04")
         IP4("0070", "0000", "04") IP4("005c", "0000", "04") IP4("0048", "0000", "04") IP4("0034", "0000", "04") UDP4,
     UDP4_OK, .n_tunnels = 8},
    {"9 tunnels", 101,
     IP4("0000", "0000", "04") IP4("0000", "0000", "04") IP4("0000", "0000", "04") IP4("0000", "0000", "04")
         IP4("0000", "0000", "04") IP4("0000", "0000", "04") IP4("0000", "0000", "04") IP4("0000", "0000", "04")
             IP4("0000", "0000", "04") UDP4,
     .bucket = DPI_BUCKET_too_deep},

    /* tunnels, from port 50000 where they are in UDP. When they lead nowhere the packet is in the flow outside. */
#define OUTER_IP(proto, n) \
    .bucket = FLOW, .flags = NO_PORTS, .transport = proto, .ip_len = 20 + (n), .payload_len = n, .payload_cap = n
#define OUTER_UDP(port, n) \
    .bucket = FLOW, .transport = 17, .src_port = 50000, .dst_port = port, .ip_len = 28 + (n), .payload_len = n, \
    .payload_cap = n
    {"GRE", 101, IP4("0038", "0000", "2f") "0000 0800 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE, IPv6", 101, IP4("004c", "0000", "2f") "0000 86dd " UDP6, UDP6_OK, .n_tunnels = 1},
    {"GRE with a key", 101, IP4("003c", "0000", "2f") "2000 0800 00000007 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE with checksum, key and sequence", 101,
     IP4("0044", "0000", "2f") "b000 0800 12340000 00000007 00000001 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE with a frame", 101, IP4("0046", "0000", "2f") "0000 6558 " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"NVGRE", 101, IP4("004a", "0000", "2f") "2000 6558 00138905 " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"NVGRE, VLAN", 101,
     IP4("004e", "0000", "2f") "2000 6558 00138905 " ETH("8100") "2007 0800" UDP4,
     ETH_UDP4, .vlan = 7, .n_tunnels = 1},
    {"GRE with MPLS", 101, IP4("003c", "0000", "2f") "0000 8847 00010140 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE with PPP", 101, IP4("003c", "0000", "2f") "0000 880b ff03 0021 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE, WCCP 1", 101, IP4("0038", "0000", "2f") "0000 883e " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE, WCCP 2", 101, IP4("003c", "0000", "2f") "0000 883e 00000000 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GRE, routing", 101, IP4("0038", "0000", "2f") "4000 0800 " UDP4, OUTER_IP(47, 36)},
    {"GRE, strict routing", 101, IP4("0038", "0000", "2f") "0800 0800 " UDP4, OUTER_IP(47, 36)},
    {"GRE, recursion", 101, IP4("0038", "0000", "2f") "0400 0800 " UDP4, OUTER_IP(47, 36)},
    {"GRE version 2", 101, IP4("0038", "0000", "2f") "0002 0800 " UDP4, OUTER_IP(47, 36)},
    {"GRE keep-alive", 101, IP4("0018", "0000", "2f") "0000 0000 ", OUTER_IP(47, 4)},
    {"GRE with ARP", 101,
     IP4("0030", "0000", "2f") "0000 6558 " ETH("0806") "0001080006040001 0000 ", OUTER_IP(47, 28)},
    {"GRE, half an IP header", 101, IP4("001c", "0000", "2f") "0000 0800 45000020 ", OUTER_IP(47, 8)},
    {"GRE, no ports inside", 101, IP4("002c", "0000", "2f") "0000 0800 " IP4("0020", "0000", "11"), OUTER_IP(47, 24)},
    {"GRE, a fragment inside", 101,
     IP4("0038", "0000", "2f") "0000 0800 45000020 12340001 40110000 0a000001 0a000002 61626364 61626364 61626364 ",
     .bucket = DPI_BUCKET_fragment_incomplete},
    {"ERSPAN I", 101, IP4("0046", "0000", "2f") "0000 88be " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"ERSPAN II", 101,
     IP4("0052", "0000", "2f") "1000 88be 00000001 1001 0065 00000003 " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"ERSPAN II of another version", 101,
     IP4("0052", "0000", "2f") "1000 88be 00000001 3001 0065 00000003 " ETH("0800") UDP4, OUTER_IP(47, 62)},
    {"ERSPAN III", 101,
     IP4("0056", "0000", "2f") "1000 22eb 00000001 2001 0065 00003039 0000 0000 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"ERSPAN III with a subheader", 101,
     IP4("005e", "0000", "2f") "1000 22eb 00000001 2001 0065 00003039 0000 0001 0000000000000000 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"ERSPAN III with a packet", 101,
     IP4("0048", "0000", "2f") "1000 22eb 00000001 2001 0065 00003039 0000 0800 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"ERSPAN III with a frame of another type", 101,
     IP4("0056", "0000", "2f") "1000 22eb 00000001 2001 0065 00003039 0000 1c00 " ETH("0800") UDP4, OUTER_IP(47, 66)},
    {"ERSPAN III of another version", 101,
     IP4("0056", "0000", "2f") "1000 22eb 00000001 1001 0065 00003039 0000 0000 " ETH("0800") UDP4, OUTER_IP(47, 66)},
    {"PPTP", 101, IP4("0044", "0000", "2f") "3001 880b 0024 0018 00000005 ff03 0021 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"PPTP with an acknowledgement", 101,
     IP4("0045", "0000", "2f") "3081 880b 0021 0018 00000005 00000003 21 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"PPTP, only an acknowledgement", 101,
     IP4("0020", "0000", "2f") "2081 880b 0000 0018 00000003 ", OUTER_IP(47, 12)},
    {"PPTP, encrypted", 101,
     IP4("0028", "0000", "2f") "3001 880b 0008 0018 00000005 ff03 00fd 90010000 ", OUTER_IP(47, 20)},
    {"PPTP without a key", 101, IP4("0040", "0000", "2f") "1001 880b 00000005 ff03 0021 " UDP4, OUTER_IP(47, 44)},
    {"PPTP, recursion", 101,
     IP4("0044", "0000", "2f") "3101 880b 0024 0018 00000005 ff03 0021 " UDP4, OUTER_IP(47, 48)},
    {"EtherIP", 101, IP4("0044", "0000", "61") "3000 " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"EtherIP version 2", 101, IP4("0044", "0000", "61") "2000 " ETH("0800") UDP4, OUTER_IP(97, 48)},
    {"EtherIP, reserved bits", 101, IP4("0044", "0000", "61") "3001 " ETH("0800") UDP4, OUTER_IP(97, 48)},
    {"EtherIP with ARP", 101,
     IP4("002e", "0000", "61") "3000 " ETH("0806") "0001080006040001 0000 ", OUTER_IP(97, 26)},
    {"MPLS in IP", 101, IP4("003c", "0000", "89") "00010040 00020140 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"MPLS in IP, a pseudowire", 101,
     IP4("004a", "0000", "89") "00010140 00000000 " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"MPLS in IP, no end of labels", 101, IP4("001c", "0000", "89") "00010040 00020040 ", OUTER_IP(137, 8)},
    {"L2TP 3, a frame", 101, IP4("0046", "0000", "73") "0000000b " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"L2TP 3, a cookie and a padded frame", 101,
     IP4("0058", "0000", "73") "0000000b 636f6f6b " ETH("0800") UDP4 "0000000000000000000000000000",
     ETH_UDP4, .n_tunnels = 1},
    {"L2TP 3, a long cookie and a packet", 101,
     IP4("0040", "0000", "73") "0000000b 636f6f6b 69657321 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"L2TP 3, a long cookie, a sublayer and PPP", 101,
     IP4("005c", "0000", "73") "0000000b 636f6f6b 69657321 40000001 ff03 0057 " UDP6, UDP6_OK, .n_tunnels = 1},
    {"L2TP 3, control", 101, IP4("003c", "0000", "73") "00000000 c803 0014 " UDP4, OUTER_IP(115, 40)},
    {"L2TP 3, nothing known", 101,
     IP4("0034", "0000", "73") "0000000b 636f6f6b " ETH("0806") "0001080006040001 0000 ", OUTER_IP(115, 32)},
    {"L2TP 2", 101,
     IP4("0046", "0000", "11") "c350 06a5 0032 0000 " "0002 0005 0009 ff03 0021 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"L2TP 2 with length and sequence", 101,
     IP4("0049", "0000", "11") "c350 06a5 0035 0000 " "4802 002d 0005 0009 0001 0000 21 " UDP4,
     UDP4_OK, .n_tunnels = 1},
    {"L2TP 2 with an offset", 101,
     IP4("0048", "0000", "11") "c350 06a5 0034 0000 " "0202 0005 0009 0002 0000 0021 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"L2TP 2, wrong length", 101,
     IP4("0045", "0000", "11") "c350 06a5 0031 0000 " "4002 002c 0005 0009 21 " UDP4, OUTER_UDP(1701, 41)},
    {"L2TP 2, reserved bit", 101,
     IP4("0046", "0000", "11") "c350 06a5 0032 0000 " "1002 0005 0009 ff03 0021 " UDP4, OUTER_UDP(1701, 42)},
    {"L2TP 2, LCP", 101,
     IP4("002a", "0000", "11") "c350 06a5 0016 0000 " "0002 0005 0009 ff03 c021 01010004 ", OUTER_UDP(1701, 14)},
    {"L2TP 2, control", 101,
     IP4("0028", "0000", "11") "c350 06a5 0014 0000 " "c802 000c 0005 0000 0001 0001 ", OUTER_UDP(1701, 12)},
    {"L2TP 3 in UDP", 101,
     IP4("0052", "0000", "11") "c350 06a5 003e 0000 " "0003 0000 0000000b " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"L2TP 3 in UDP, reserved bits", 101,
     IP4("0052", "0000", "11") "c350 06a5 003e 0000 " "0003 0001 0000000b " ETH("0800") UDP4, OUTER_UDP(1701, 54)},
    {"VXLAN", 101,
     IP4("0052", "0000", "11") "c350 12b5 003e 0000 " "08000000 00002a00 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"VXLAN, a padded frame", 101,
     IP4("0060", "0000", "11") "c350 12b5 004c 0000 " "08000000 00002a00 " ETH("0800") UDP4 "0000000000000000000000000000",
     ETH_UDP4, .n_tunnels = 1},
    {"VXLAN, IPv6", 101,
     IP4("0066", "0000", "11") "c350 12b5 0052 0000 " "08000000 00002a00 " ETH("86dd") UDP6,
     UDP6_OK, .flags = MACS_KNOWN, .n_tunnels = 1},
    {"VXLAN, VLAN", 101,
     IP4("0056", "0000", "11") "c350 12b5 0042 0000 " "08000000 00002a00 " ETH("8100") "2007 0800" UDP4,
     ETH_UDP4, .vlan = 7, .n_tunnels = 1},
    {"VXLAN of Linux", 101,
     IP4("0052", "0000", "11") "c350 2118 003e 0000 " "08000000 00002a00 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"VXLAN, group policy", 101,
     IP4("0052", "0000", "11") "c350 12b5 003e 0000 " "8848000f 00002a00 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"VXLAN with ARP", 101,
     IP4("003c", "0000", "11") "c350 12b5 0028 0000 " "08000000 00002a00 " ETH("0806") "0001080006040001 0000 ",
     OUTER_UDP(4789, 32)},
    {"VXLAN, a packet longer than the datagram", 101,
     IP4("0052", "0000", "11") "c350 12b5 003e 0000 " "08000000 00002a00 " ETH("0800") IP4("0100", "0000", "11") UDP("00ec") FOUR,
     OUTER_UDP(4789, 54)},
    {"VXLAN on another port", 101,
     IP4("0052", "0000", "11") "c350 12b4 003e 0000 " "08000000 00002a00 " ETH("0800") UDP4, OUTER_UDP(4788, 54)},
    {"VXLAN-GPE", 101,
     IP4("0044", "0000", "11") "c350 12b6 0030 0000 " "0c000001 00002a00 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"VXLAN-GPE, a frame", 101,
     IP4("0052", "0000", "11") "c350 12b6 003e 0000 " "0c000003 00002a00 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"VXLAN-GPE, NSH", 101,
     IP4("0060", "0000", "11") "c350 12b6 004c 0000 " "0c000004 00002a00 0fc20201 00000102 " UDP6,
     UDP6_OK, .n_tunnels = 1},
    {"VXLAN-GPE, NSH shorter than its header", 101,
     IP4("0060", "0000", "11") "c350 12b6 004c 0000 " "0c000004 00002a00 0fc10201 00000102 " UDP6,
     OUTER_UDP(4790, 68)},
    {"VXLAN-GPE, MPLS", 101,
     IP4("0048", "0000", "11") "c350 12b6 0034 0000 " "0c000005 00002a00 00010140 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"VXLAN-GPE, OAM", 101,
     IP4("0044", "0000", "11") "c350 12b6 0030 0000 " "0d000001 00002a00 " UDP4, OUTER_UDP(4790, 40)},
    {"VXLAN-GPE, protocol 9", 101,
     IP4("0044", "0000", "11") "c350 12b6 0030 0000 " "0c000009 00002a00 " UDP4, OUTER_UDP(4790, 40)},
    {"GENEVE", 101,
     IP4("0052", "0000", "11") "c350 17c1 003e 0000 " "0000 6558 00002a00 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"GENEVE, options and a packet", 101,
     IP4("0060", "0000", "11") "c350 17c1 004c 0000 " "0240 86dd 00002a00 0102800112345678 " UDP6,
     UDP6_OK, .n_tunnels = 1},
    {"GENEVE, OAM", 101,
     IP4("0052", "0000", "11") "c350 17c1 003e 0000 " "0080 6558 00002a00 " ETH("0800") UDP4, OUTER_UDP(6081, 54)},
    {"GENEVE, options behind the end", 101,
     IP4("0044", "0000", "11") "c350 17c1 0030 0000 " "3f00 0800 00002a00 " UDP4, OUTER_UDP(6081, 40)},
    {"GTP", 101,
     IP4("0044", "0000", "11") "c350 0868 0030 0000 " "30ff 0020 00001000 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"GTP with a sequence number", 101,
     IP4("005c", "0000", "11") "c350 0868 0048 0000 " "32ff 0038 00001000 0007 00 00 " UDP6, UDP6_OK, .n_tunnels = 1},
    {"GTP with extensions", 101,
     IP4("0054", "0000", "11") "c350 0868 0040 0000 " "34ff 0030 00001000 0000 00 85 01100920 02000000000000 00 " UDP4,
     UDP4_OK, .n_tunnels = 1},
    {"GTP with a frame", 101,
     IP4("0052", "0000", "11") "c350 0868 003e 0000 " "30ff 002e 00001000 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"GTP, wrong length", 101,
     IP4("0044", "0000", "11") "c350 0868 0030 0000 " "30ff 0021 00001000 " UDP4, OUTER_UDP(2152, 40)},
    {"GTP echo", 101,
     IP4("0028", "0000", "11") "c350 0868 0014 0000 " "3201 0004 00000000 0001 00 00 ", OUTER_UDP(2152, 12)},
    {"GTP, an extension without length", 101,
     IP4("004c", "0000", "11") "c350 0868 0038 0000 " "34ff 0028 00001000 0000 00 85 00000000 " UDP4,
     OUTER_UDP(2152, 48)},
    {"Teredo", 101, IP4("0050", "0000", "11") "c350 0dd8 003c 0000 "  UDP6, UDP6_OK, .n_tunnels = 1},
    {"Teredo, authentication and origin", 101,
     IP4("0068", "0000", "11") "c350 0dd8 0054 0000 " "0001 0102 aa bbbb 0102030405060708 00 0000 63bf 34ff8efe " UDP6,
     UDP6_OK, .n_tunnels = 1},
    {"Teredo, IPv4", 101, IP4("003c", "0000", "11") "c350 0dd8 0028 0000 "  UDP4, OUTER_UDP(3544, 32)},
    {"MPLS in UDP", 101,
     IP4("0044", "0000", "11") "c350 19eb 0030 0000 " "00010040 00020140 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"MPLS in UDP, a frame", 101,
     IP4("0060", "0000", "11") "c350 19eb 004c 0000 " "00010140 00000000 " ETH("0800") UDP4 "0000000000000000000000000000",
     ETH_UDP4, .n_tunnels = 1},
    {"MPLS in UDP, a length that is not exact", 101,
     IP4("0058", "0000", "11") "c350 19eb 0044 0000 " "00010140 " UDP4 "000000000000000000000000000000000000000000000000",
     OUTER_UDP(6635, 60)},
    {"CAPWAP", 101,
     IP4("0052", "0000", "11") "c350 147f 003e 0000 " "00104200 00000000 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"CAPWAP, 802.11", 101,
     IP4("0064", "0000", "11") "c350 147f 0050 0000 " "00104300 00000000 0801 0000 020000000011 020000000012 020000000013 1000 aaaa03 000000 0800 " UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"CAPWAP, 802.11 swapped", 101,
     IP4("006c", "0000", "11") "c350 147f 0058 0000 " "00204320 00000000 04bf2300 00000000 0108 0000 020000000011 020000000012 020000000013 0100 aaaa03 000000 0800 " UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"CAPWAP, a fragment", 101,
     IP4("0052", "0000", "11") "c350 147f 003e 0000 " "00104280 00010000 " ETH("0800") UDP4, OUTER_UDP(5247, 54)},
    {"CAPWAP, keep-alive", 101,
     IP4("0052", "0000", "11") "c350 147f 003e 0000 " "00104208 00000000 " ETH("0800") UDP4, OUTER_UDP(5247, 54)},
    {"CAPWAP, DTLS", 101,
     IP4("0052", "0000", "11") "c350 147f 003e 0000 " "01000000 16feff00 " ETH("0800") UDP4, OUTER_UDP(5247, 54)},
    {"CAPWAP, another radio", 101,
     IP4("0052", "0000", "11") "c350 147f 003e 0000 " "00104600 00000000 " ETH("0800") UDP4, OUTER_UDP(5247, 54)},
    {"CAPWAP, too short for its header", 101,
     IP4("0052", "0000", "11") "c350 147f 003e 0000 " "00084200 00000000 " ETH("0800") UDP4, OUTER_UDP(5247, 54)},
    {"TZSP", 101,
     IP4("004f", "0000", "11") "c350 9090 003b 0000 " "0100 0001 01 " ETH("0800") UDP4, ETH_UDP4, .n_tunnels = 1},
    {"TZSP with tags", 101,
     IP4("0053", "0000", "11") "c350 9090 003f 0000 " "0101 0001 00 0a01bf 01 " ETH("0800") UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"TZSP, 802.11", 101,
     IP4("0061", "0000", "11") "c350 9090 004d 0000 " "0100 0012 01 0801 0000 020000000011 020000000012 020000000013 1000 aaaa03 000000 0800 " UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"TZSP, radiotap", 101,
     IP4("0069", "0000", "11") "c350 9090 0055 0000 " "0100 007f 01 0000 0800 00000000 0801 0000 020000000011 020000000012 020000000013 1000 aaaa03 000000 0800 " UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"TZSP, AVS", 101,
     IP4("0069", "0000", "11") "c350 9090 0055 0000 " "0100 007f 01 80211001 00000008 0801 0000 020000000011 020000000012 020000000013 1000 aaaa03 000000 0800 " UDP4,
     ETH_UDP4, .n_tunnels = 1},
    {"TZSP, PPP", 101,
     IP4("0045", "0000", "11") "c350 9090 0031 0000 " "0100 0004 01 ff03 0021 " UDP4, UDP4_OK, .n_tunnels = 1},
    {"TZSP, keep-alive", 101, IP4("0021", "0000", "11") "c350 9090 000d 0000 " "0104 0001 01 ", OUTER_UDP(37008, 5)},
    {"TZSP, tags without end", 101,
     IP4("0023", "0000", "11") "c350 9090 000f 0000 " "0100 0001 0a01bf ", OUTER_UDP(37008, 7)},
    {"TZSP, another protocol", 101,
     IP4("004f", "0000", "11") "c350 9090 003b 0000 " "0100 0009 01 " ETH("0800") UDP4, OUTER_UDP(37008, 51)},

    /* transports */
    {"TCP", 101, IP4("002c", "0000", "06") TCP("50", "18") FOUR, .bucket = FLOW, .flags = HAS_TCP, .transport = 6,
     .ip_len = 44, .payload_len = 4, .payload_cap = 4, .tcp_flags = TCP_PSH | TCP_ACK},
    {"TCP options", 101, IP4("002c", "0000", "06") TCP("60", "02") "01010100", .bucket = FLOW, .flags = HAS_TCP,
     .transport = 6, .ip_len = 44, .tcp_flags = TCP_SYN},
    {"TCP data offset 4", 101, IP4("002c", "0000", "06") TCP("40", "10") FOUR, .bucket = FLOW, .flags = HAS_TCP,
     .transport = 6, .ip_len = 44, .tcp_flags = TCP_ACK},
    {"TCP data offset beyond the packet", 101, IP4("002c", "0000", "06") TCP("f0", "10") FOUR, .bucket = FLOW,
     .flags = HAS_TCP, .transport = 6, .ip_len = 44, .tcp_flags = TCP_ACK},
    {"TCP options cut", 101, IP4("0064", "0000", "06") TCP("80", "10") FOUR, .more = 56, .bucket = FLOW,
     .flags = HAS_TCP | CUT, .transport = 6, .ip_len = 100, .payload_len = 48, .tcp_flags = TCP_ACK},
    {"TCP cut behind the flags", 101, IP4("0064", "0000", "06") "3039 0035 00000001 00000002 5012", .more = 66,
     .bucket = FLOW, .flags = CUT, .transport = 6, .ip_len = 100, .payload_len = 60, .tcp_flags = TCP_SYN | TCP_ACK},
    {"TCP cut behind the ports", 101, IP4("0064", "0000", "06") "3039 0035", .more = 76, .bucket = FLOW, .flags = CUT,
     .transport = 6, .ip_len = 100},
    {"TCP cut in the ports", 101, IP4("0064", "0000", "06") "3039 00", .more = 77,
     .bucket = DPI_BUCKET_transport_malformed},
    {"TCP too short for the ports", 101, IP4("0017", "0000", "06") "3039 00", .bucket = DPI_BUCKET_transport_malformed},
    {"TCP too short for its header", 101, IP4("0018", "0000", "06") "3039 0035", .bucket = FLOW, .transport = 6,
     .ip_len = 24},
    {"UDP shorter than IP", 101, IP4("0020", "0000", "11") UDP("000a") FOUR, .bucket = FLOW, .transport = 17,
     .ip_len = 32, .payload_len = 2, .payload_cap = 2},
    {"UDP longer than IP", 101, IP4("0020", "0000", "11") UDP("0100") FOUR, UDP4_OK},
    {"UDP length below its header", 101, IP4("0020", "0000", "11") UDP("0007") FOUR, .bucket = FLOW, .transport = 17,
     .ip_len = 32},
    {"UDP length 0", 101, IP4("0020", "0000", "11") UDP("0000") FOUR, UDP4_OK},
    {"UDP cut", 101, IP4("0024", "0000", "11") "3039 0035 0010", .more = 10, .bucket = FLOW, .flags = CUT,
     .transport = 17, .ip_len = 36, .payload_len = 8},
    {"UDP without ports", 101, IP4("0016", "0000", "11") "3039", .bucket = DPI_BUCKET_transport_malformed},
    {"SCTP", 101, IP4("0024", "0000", "84") "3039 0035 00000001 00000000" FOUR, .bucket = FLOW, .transport = 132,
     .ip_len = 36, .payload_len = 4, .payload_cap = 4},
    {"SCTP without ports", 101, IP4("0014", "0000", "84"), .bucket = DPI_BUCKET_transport_malformed},
    {"ICMP", 101, IP4("0020", "0000", "01") "08 00 0000 00010001" FOUR, .bucket = FLOW, .flags = NO_PORTS,
     .transport = 1, .ip_len = 32, .src_port = 8, .payload_len = 4, .payload_cap = 4},
    {"ICMP of two bytes", 101, IP4("0016", "0000", "01") "03 01", .bucket = FLOW, .flags = NO_PORTS, .transport = 1,
     .ip_len = 22, .src_port = 3, .dst_port = 1},
    {"ICMP of one byte", 101, IP4("0015", "0000", "01") "03", .bucket = DPI_BUCKET_transport_malformed},
    {"ICMPv6", 101, IP6("0008", "3a") "87 00 0000 00000000", .bucket = FLOW, .flags = NO_PORTS, .transport = 58,
     .ip_len = 48, .src_port = 135},
    {"GRE with nothing in it", 101, IP4("0018", "0000", "2f") "00000800", .bucket = FLOW, .flags = NO_PORTS, .transport = 47, .ip_len = 24,
     .payload_len = 4, .payload_cap = 4},
    {"AH", 101, IP4("0020", "0000", "33") "11 01 0000 00000001 00000002", .bucket = FLOW, .flags = NO_PORTS,
     .transport = 51, .ip_len = 32, .payload_len = 12, .payload_cap = 12},
    {"hop by hop in IPv4", 101, IP4("001c", "0000", "00") "11 00 010400000000", .bucket = FLOW, .flags = NO_PORTS,
     .transport = 0, .ip_len = 28, .payload_len = 8, .payload_cap = 8},
};
/* clang-format on */
#define N_ROWS (sizeof rows / sizeof *rows)

enum { FRAME_MAX = 1024 };

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static size_t from_hex(uint8_t *out, const char *hex)
{
    size_t n = 0;

    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        assert_true(n < FRAME_MAX);
        out[n++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
        hex++;
    }
    return n;
}

/* Where decoding ends at a fragment, what is told of it is inside of the frame. */
static void check_part(const struct packet *p)
{
    struct decoded d;

    decode_packet(&(struct decode_options){.tunnels = DECODE_ALL_TUNNELS, .to_fragments = true}, p, &d);
    if (!d.is_part)
        return;
    assert_int_equal(d.bucket, DPI_BUCKET_fragment_incomplete);
    assert_true(d.part.offset > 0 || d.part.more);
    assert_true(d.ip >= p->data && d.part.payload + d.part.cap <= p->data + p->caplen);
    assert_true(d.ip + d.part.header <= d.part.payload && d.part.cap <= d.part.len);
    assert_true(d.part.next_at < d.part.header);
    assert_true(d.src.family == 4 || d.ip[d.part.next_at] == 44);
}

/* Decodes n bytes from a block of exactly that size, then checks what holds for every packet. */
static void decode_with(uint32_t tunnels, struct decoded *d, uint32_t link_type, const uint8_t *frame, size_t n,
                        uint64_t wirelen)
{
    struct capture_iface iface = {.link_type = link_type};
    uint8_t *copy = n ? malloc(n) : NULL;
    struct packet p = {.iface = &iface, .data = copy, .caplen = (uint32_t)n, .wirelen = (uint32_t)wirelen, .number = 1};

    if (n)
        memcpy(copy, frame, n);
    memset(d, 0xa5, sizeof *d); /* what was there before must not matter */
    decode_packet(&(struct decode_options){.tunnels = tunnels}, &p, d);
    check_part(&p);

    assert_true(d->bucket < DPI_BUCKET_COUNT);
    assert_true(d->n_tunnels <= DECODE_MAX_TUNNELS);
    if (d->bucket == DPI_BUCKET_flow) {
        assert_true(d->ip >= copy && d->ip + d->ip_cap <= copy + n);
        assert_true(d->ip_cap <= d->ip_len);
        assert_true(d->cut || d->ip_cap == d->ip_len);
        assert_true(d->payload_cap <= d->payload_len && d->payload_len < d->ip_len);
        assert_int_equal(d->payload != NULL, d->payload_cap > 0);
        if (d->payload)
            assert_true(d->payload > d->ip && d->payload + d->payload_cap <= d->ip + d->ip_cap);
        assert_true(d->src.family == d->dst.family && (d->src.family == 4 || d->src.family == 6));
        assert_int_equal(d->ip[0] >> 4, d->src.family);
        assert_true(d->transport == 6 || (!d->has_tcp && !d->tcp_flags));
    }
    free(copy); /* the pointers in d are dead from here on */
}

static void decode_checked(struct decoded *d, uint32_t link_type, const uint8_t *frame, size_t n, uint64_t wirelen)
{
    decode_with(DECODE_ALL_TUNNELS, d, link_type, frame, n, wirelen);
}

static bool same_addr(const struct dpi_addr *a, const uint8_t *b, size_t n)
{
    return memcmp(a->b, b, n) == 0;
}

static void check_addresses(const struct decoded *d)
{
    static const uint8_t net4[4] = {10, 0, 0, 1}, net6[16] = {0xfd, 0, [15] = 1}, zero[12] = {0};
    struct dpi_addr dst = d->dst;
    bool v4 = d->src.family == 4;

    assert_true(same_addr(&d->src, v4 ? net4 : net6, v4 ? 4 : 16));
    dst.b[v4 ? 3 : 15] = 1; /* it ends with 2 */
    assert_true(same_addr(&dst, v4 ? net4 : net6, v4 ? 4 : 16));
    if (v4)
        assert_memory_equal(d->src.b + 4, zero, sizeof zero);
}

#define SAME(field, expected) check_same(r->name, #field, d->field, expected)

static void check_same(const char *row, const char *field, uint64_t value, uint64_t expected)
{
    if (value != expected)
        fail_msg("%s: %s is %llu, not %llu", row, field, (unsigned long long)value, (unsigned long long)expected);
}

static void check_flow(const struct row *r, const struct decoded *d)
{
    bool ports = !(r->flags & NO_PORTS);
    bool is_default = ports && !r->src_port && !r->dst_port;

    SAME(transport, r->transport);
    SAME(ttl, 64);
    SAME(ip_len, r->ip_len);
    SAME(payload_len, r->payload_len);
    SAME(payload_cap, r->payload_cap);
    SAME(has_ports, ports);
    SAME(src_port, is_default ? 12345 : r->src_port);
    SAME(dst_port, is_default ? 53 : r->dst_port);
    SAME(vlan, r->vlan);
    SAME(n_tunnels, r->n_tunnels);
    SAME(cut, (r->flags & CUT) != 0);
    SAME(fragment, (r->flags & FRAGMENT) != 0);
    SAME(offload, (r->flags & OFFLOAD) != 0);
    SAME(has_src_mac, (r->flags & SRC_MAC) != 0);
    SAME(has_dst_mac, (r->flags & DST_MAC) != 0);
    SAME(has_tcp, (r->flags & HAS_TCP) != 0);
    SAME(tcp_flags, r->tcp_flags);
    SAME(tcp_seq, d->has_tcp ? 1 : 0);
    SAME(tcp_ack, d->has_tcp ? 2 : 0);
    check_addresses(d);
}

static void frames_decode(void **state)
{
    (void)state;
    for (const struct row *r = rows; r < rows + N_ROWS; r++) {
        uint8_t frame[FRAME_MAX];
        size_t n = from_hex(frame, r->frame);
        struct decoded d;

        decode_checked(&d, r->link_type, frame, n, n + r->more);
        if (d.bucket != r->bucket)
            fail_msg("%s: in bucket %s", r->name, dpi_buckets[d.bucket].name);
        if (d.bucket == DPI_BUCKET_flow)
            check_flow(r, &d);
    }
}

static bool same_key(const struct decoded *a, const struct decoded *b)
{
    return a->transport == b->transport && memcmp(&a->src, &b->src, sizeof a->src) == 0 &&
           memcmp(&a->dst, &b->dst, sizeof a->dst) == 0 && a->src_port == b->src_port && a->dst_port == b->dst_port &&
           a->has_ports == b->has_ports && a->vlan == b->vlan && a->n_tunnels == b->n_tunnels;
}

/* A frame of which less was captured is in the same flow, in one that carries it, or its bucket says that a header is
 * missing. */
static void check_shorter(const struct row *r, const struct decoded *whole, const struct decoded *d)
{
    switch (d->bucket) {
    case DPI_BUCKET_link_malformed:
    case DPI_BUCKET_ip_malformed:
    case DPI_BUCKET_transport_malformed:
    case DPI_BUCKET_fragment_incomplete:
        return;
    case DPI_BUCKET_flow:
        if (d->n_tunnels < whole->n_tunnels || whole->bucket == DPI_BUCKET_fragment_incomplete)
            return;
        if (whole->bucket == DPI_BUCKET_flow && same_key(whole, d) && d->payload_cap <= whole->payload_cap)
            return;
        break;
    default:
        if (d->bucket == whole->bucket)
            return;
    }
    fail_msg("%s, cut: in bucket %s", r->name, dpi_buckets[d->bucket].name);
}

static void frames_cut_anywhere(void **state)
{
    (void)state;
    for (const struct row *r = rows; r < rows + N_ROWS; r++) {
        uint8_t frame[FRAME_MAX];
        size_t n = from_hex(frame, r->frame);
        struct decoded whole, d;

        decode_checked(&whole, r->link_type, frame, n, n + r->more);
        for (size_t i = 0; i < n; i++) {
            decode_checked(&d, r->link_type, frame, i, n + r->more); /* by a snap length */
            if (!strstr(r->name, "MPLS, ethernet") && !strstr(r->name, "DLT_USER2")) /* guesses, which need bytes */
                check_shorter(r, &whole, &d);
            decode_checked(&d, r->link_type, frame, i, i); /* on the wire */
            decode_checked(&d, r->link_type, frame, i, 0); /* nonsense: it was shorter than what is there */
            decode_checked(&d, r->link_type, frame, i, UINT32_MAX);
        }
    }
}

static void frames_with_any_byte_changed(void **state)
{
    (void)state;
    for (const struct row *r = rows; r < rows + N_ROWS; r++) {
        uint8_t frame[FRAME_MAX];
        size_t n = from_hex(frame, r->frame);
        struct decoded d;

        for (size_t i = 0; i < n; i++) {
            static const uint8_t masks[] = {1, 2, 4, 8, 16, 32, 64, 128, 255};
            for (size_t m = 0; m < sizeof masks; m++) {
                frame[i] ^= masks[m];
                decode_checked(&d, r->link_type, frame, n, n + r->more);
                frame[i] ^= masks[m];
            }
        }
    }
}

/* Noise behind what gets it through the first checks, at every link type. */
static void noise(void **state)
{
    static const uint16_t starts[] = {0x0800, 0x86dd, 0x8100, 0x8847, 0x8864, 0x0021, 0x4500, 0x6000, 0x0f00, 0x0801};
    uint64_t seed = 1;

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t frame[96];
        size_t n = unit_random(&seed) % (sizeof frame + 1);
        struct decoded d;

        for (size_t k = 0; k < n; k++)
            frame[k] = (uint8_t)(unit_random(&seed) >> 32);
        for (size_t k = unit_random(&seed) % 4 * 4; k + 1 < n; k += 8) {
            uint16_t start = starts[unit_random(&seed) % (sizeof starts / sizeof *starts)];
            frame[k] = (uint8_t)(start >> 8);
            frame[k + 1] = (uint8_t)start;
        }
        decode_checked(&d, i % 302, frame, n, unit_random(&seed) % 256);
    }
}

static const struct row *row_named(const char *name)
{
    const struct row *r = rows;
    while (strcmp(r->name, name) != 0)
        r++;
    return r;
}

static void macs_and_tunnels_are_right(void **state)
{
    static const struct {
        const char *name;
        uint8_t dst, src; /* the last byte of each */
    } macs[] = {
        {"ethernet", 2, 1},     {"wlan, to the DS", 0x13, 0x12},      {"wlan, from the DS, QoS", 0x11, 0x13},
        {"wlan, A-MSDU", 2, 1}, {"wlan, four addresses", 0x13, 0x14},
        {"fddi", 2, 1},         {"token ring, routed", 2, 1},         {"switch tag", 2, 1},
    };
    static const struct dpi_addr outer4[] = {{4, {10, 0, 0, 1}}, {4, {10, 0, 0, 2}}};
    uint8_t frame[FRAME_MAX];
    struct decoded d;
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof macs / sizeof *macs; i++) {
        const struct row *r = row_named(macs[i].name);
        n = from_hex(frame, r->frame);
        decode_checked(&d, r->link_type, frame, n, n);
        assert_memory_equal(d.dst_mac, ((uint8_t[6]){2, 0, 0, 0, 0, macs[i].dst}), 6);
        assert_memory_equal(d.src_mac, ((uint8_t[6]){2, 0, 0, 0, 0, macs[i].src}), 6);
    }

    n = from_hex(frame, IP4("005c", "0000", "29") IP6("0020", "04") UDP4);
    decode_checked(&d, 101, frame, n, n);
    assert_int_equal(d.n_tunnels, 2);
    assert_string_equal(tunnel_kinds[d.tunnels[0].kind].name, "ipip");
    assert_memory_equal(&d.tunnels[0].src, &outer4[0], sizeof outer4[0]);
    assert_memory_equal(&d.tunnels[0].dst, &outer4[1], sizeof outer4[1]);
    assert_int_equal(d.tunnels[1].src.family, 6);
    assert_int_equal(d.tunnels[1].dst.b[15], 2);
}

static void tunnels_tell_their_numbers(void **state)
{
    static const struct {
        const char *row;
        enum tunnel_kind kind;
        enum tunnel_id id_kind;
        uint32_t id;
        bool has_vni;
        uint32_t vni;
    } tunnels[] = {
        {"6 in 4", TUNNEL_ipip, TUNNEL_ID_NONE, 0, false, 0},
        {"GRE", TUNNEL_gre, TUNNEL_ID_NONE, 0, false, 0},
        {"GRE with checksum, key and sequence", TUNNEL_gre, TUNNEL_ID_KEY, 7, false, 0},
        {"NVGRE", TUNNEL_gre, TUNNEL_ID_NONE, 0, true, 5001},
        {"ERSPAN I", TUNNEL_erspan, TUNNEL_ID_NONE, 0, false, 0},
        {"ERSPAN II", TUNNEL_erspan, TUNNEL_ID_SESSION, 101, false, 0},
        {"ERSPAN III", TUNNEL_erspan, TUNNEL_ID_SESSION, 101, false, 0},
        {"PPTP", TUNNEL_pptp, TUNNEL_ID_CALL, 24, false, 0},
        {"L2TP 2", TUNNEL_l2tp, TUNNEL_ID_TUNNEL_SESSION, 5 << 16 | 9, false, 0},
        {"L2TP 3, a frame", TUNNEL_l2tp, TUNNEL_ID_SESSION, 11, false, 0},
        {"L2TP 3 in UDP", TUNNEL_l2tp, TUNNEL_ID_SESSION, 11, false, 0},
        {"EtherIP", TUNNEL_etherip, TUNNEL_ID_NONE, 0, false, 0},
        {"MPLS in IP", TUNNEL_mpls, TUNNEL_ID_NONE, 0, false, 0},
        {"MPLS in UDP", TUNNEL_mpls, TUNNEL_ID_NONE, 0, false, 0},
        {"VXLAN", TUNNEL_vxlan, TUNNEL_ID_NONE, 0, true, 42},
        {"VXLAN-GPE", TUNNEL_vxlan, TUNNEL_ID_NONE, 0, true, 42},
        {"GENEVE", TUNNEL_geneve, TUNNEL_ID_NONE, 0, true, 42},
        {"GTP", TUNNEL_gtp, TUNNEL_ID_TEID, 0x1000, false, 0},
        {"Teredo", TUNNEL_teredo, TUNNEL_ID_NONE, 0, false, 0},
        {"CAPWAP", TUNNEL_capwap, TUNNEL_ID_NONE, 0, false, 0},
        {"TZSP", TUNNEL_tzsp, TUNNEL_ID_NONE, 0, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
        const struct row *r = row_named(tunnels[i].row);
        uint8_t frame[FRAME_MAX];
        size_t n = from_hex(frame, r->frame);
        struct decoded d;

        decode_checked(&d, r->link_type, frame, n, n);
        assert_int_equal(d.tunnels[0].kind, tunnels[i].kind);
        assert_int_equal(d.tunnels[0].id_kind, tunnels[i].id_kind);
        assert_int_equal(d.tunnels[0].id, tunnels[i].id);
        assert_int_equal(d.tunnels[0].has_vni, tunnels[i].has_vni);
        assert_int_equal(d.tunnels[0].vni, tunnels[i].vni);
        /* which of them is looked into is asked for */
        decode_with(UINT32_C(1) << tunnels[i].kind, &d, r->link_type, frame, n, n);
        assert_int_equal(d.n_tunnels, 1);
        decode_with(DECODE_ALL_TUNNELS & ~(UINT32_C(1) << tunnels[i].kind), &d, r->link_type, frame, n, n);
        assert_int_equal(d.bucket, DPI_BUCKET_flow);
        assert_int_equal(d.n_tunnels, 0);
        assert_int_equal(d.ip_len, n);
    }
}

/* Every bit that is 1 in fixed, which stands behind the headers of IP and UDP, has to be as it is. */
static void a_wrong_bit_makes_no_tunnel(void **state)
{
    static const struct {
        const char *row, *fixed;
    } tunnels[] = {
        {"L2TP 2", "b4ff"},
        {"L2TP 2 with length and sequence", "b4ff ffff"},
        {"L2TP 3 in UDP", "ffff ffff"},
        {"VXLAN", "7fb70000 000000ff"},
        {"VXLAN-GPE", "f5ffffff 000000ff"},
        {"GENEVE", "c0bf ffff 000000ff"},
        {"GTP", "f8ff ffff"},
        {"Teredo", "f000 0000 ffff"},
        {"Teredo, authentication and origin", "ffff"},
        {"CAPWAP", "ff 00 3c 8f"},
        {"TZSP", "ff fe ffff"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
        const struct row *r = row_named(tunnels[i].row);
        uint8_t frame[FRAME_MAX], fixed[FRAME_MAX];
        size_t n = from_hex(frame, r->frame), n_fixed = from_hex(fixed, tunnels[i].fixed);
        struct decoded d;

        for (size_t bit = 0; bit < 8 * n_fixed; bit++) {
            uint8_t mask = (uint8_t)(0x80 >> bit % 8);
            if (!(fixed[bit / 8] & mask))
                continue;
            frame[28 + bit / 8] ^= mask;
            decode_checked(&d, r->link_type, frame, n, n);
            if (d.bucket != DPI_BUCKET_flow || d.n_tunnels != 0 || d.ip_len != n)
                fail_msg("%s: a tunnel with bit %zu of the header wrong", r->name, bit);
            frame[28 + bit / 8] ^= mask;
        }
    }
}

/* n bytes in GRE in IPv4, count times. */
static size_t wrap_in_gre(uint8_t *frame, size_t n, unsigned count)
{
    uint8_t outer[24];

    assert_int_equal(from_hex(outer, IP4("0000", "0000", "2f") "0000 0800"), sizeof outer);
    while (count--) {
        memmove(frame + sizeof outer, frame, n);
        memcpy(frame, outer, sizeof outer);
        n += sizeof outer;
        frame[2] = (uint8_t)(n >> 8);
        frame[3] = (uint8_t)n;
    }
    return n;
}

static void too_many_tunnels_are_too_deep(void **state)
{
    static const unsigned counts[] = {8, 9, 100, 2600};
    static uint8_t frame[65536];
    struct decoded d;

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        size_t n = wrap_in_gre(frame, from_hex(frame, UDP4), counts[i]);
        decode_checked(&d, 101, frame, n, n);
        assert_int_equal(d.bucket, counts[i] > DECODE_MAX_TUNNELS ? DPI_BUCKET_too_deep : DPI_BUCKET_flow);
        assert_int_equal(d.n_tunnels, DECODE_MAX_TUNNELS);
    }
}

/* What is around an inner packet that is none belongs to the innermost flow there is. */
static void the_innermost_carrier_has_it(void **state)
{
    uint8_t frame[FRAME_MAX];
    struct decoded d;
    size_t n;

    (void)state;
    n = from_hex(frame, ETH("8100") "2007 0800" IP4("0052", "0000", "2f") "0000 0800"
                        IP4("003a", "0000", "11") "c350 12b5 0026 0000" "08000000 00002a00" ETH("0806") "00010800");
    decode_checked(&d, 1, frame, n, n);
    assert_int_equal(d.bucket, DPI_BUCKET_flow);
    assert_int_equal(d.n_tunnels, 1);
    assert_int_equal(d.transport, 17);
    assert_int_equal(d.dst_port, 4789);
    assert_int_equal(d.payload_len, 26);
    assert_int_equal(d.vlan, 7);
    assert_int_equal(d.src_mac[5], 1);
}

static void labels_are_kept_as_far_as_there_is_room(void **state)
{
    uint8_t frame[FRAME_MAX];
    struct decoded d;
    size_t n;

    (void)state;
    n = from_hex(frame, ETH("8848") "00010040 00020040 00030140" UDP4);
    decode_checked(&d, 1, frame, n, n);
    assert_int_equal(d.n_labels, 3);
    assert_int_equal(d.labels[0], 16);
    assert_int_equal(d.labels[2], 48);
    n = from_hex(frame, "00010040 00020040 00030040 00040040 00050040 00060040 00070040 00080040 fffff140" UDP4);
    decode_checked(&d, 219, frame, n, n);
    assert_int_equal(d.bucket, DPI_BUCKET_flow);
    assert_int_equal(d.n_labels, DECODE_MAX_LABELS);
    assert_int_equal(d.labels[7], 128);
}

static void the_innermost_link_type_is_told(void **state)
{
    uint8_t frame[FRAME_MAX];
    struct decoded d;
    size_t n;

    (void)state;
    n = from_hex(frame, "0000 0800 bd000000");
    decode_checked(&d, 192, frame, n, n);
    assert_int_equal(d.link_type, 189);
    n = from_hex(frame, ETH("0806"));
    decode_checked(&d, 1, frame, n, n);
    assert_int_equal(d.link_type, 1);
}

static void link_types_have_names(void **state)
{
    (void)state;
    assert_string_equal(decode_link_name(1), "ETHERNET");
    assert_string_equal(decode_link_name(189), "USB_LINUX");
    assert_string_equal(decode_link_name(276), "LINUX_SLL2");
    assert_null(decode_link_name(11));
    assert_null(decode_link_name(65535));
    assert_null(decode_link_name(UINT32_MAX));
    assert_true(decode_link_supported(1));
    assert_false(decode_link_supported(189));
    assert_false(decode_link_supported(UINT32_MAX));
    for (uint32_t i = 0; i < 400; i++)
        assert_false(decode_link_supported(i) && !decode_link_name(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_decode),
        cmocka_unit_test(frames_cut_anywhere),
        cmocka_unit_test(frames_with_any_byte_changed),
        cmocka_unit_test(noise),
        cmocka_unit_test(macs_and_tunnels_are_right),
        cmocka_unit_test(tunnels_tell_their_numbers),
        cmocka_unit_test(a_wrong_bit_makes_no_tunnel),
        cmocka_unit_test(too_many_tunnels_are_too_deep),
        cmocka_unit_test(the_innermost_carrier_has_it),
        cmocka_unit_test(labels_are_kept_as_far_as_there_is_room),
        cmocka_unit_test(the_innermost_link_type_is_told),
        cmocka_unit_test(link_types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
