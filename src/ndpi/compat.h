/* SPDX-License-Identifier: BSD-2-Clause */
/* compat.h - the differences between the releases of nDPI from 4.2 to 5.x, by version.
 *
 * Release versions only: snapshots (odd minors) change their interface within one number. One
 * counts here as the release that it leads to, which holds for the last of them only. */
#ifndef NDPI_COMPAT_H
#define NDPI_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ndpi_api.h>

#define COMPAT_VERSION (NDPI_MAJOR * 100 + NDPI_MINOR + NDPI_MINOR % 2)

#define COMPAT_HAS_JA3 (COMPAT_VERSION < 412) /* fingerprints of TLS clients */
#define COMPAT_HAS_JA4 (COMPAT_VERSION >= 410)

#if COMPAT_VERSION < 402
#error "nDPI 4.2 or later is needed"
#elif COMPAT_VERSION >= 600
#error "nDPI 6 asks for a choice of licence that dpitool does not make: use 4.2 to 5.x"
#endif

/* What nDPI returns for a packet, in the parts that all versions have. */
struct compat_result {
    uint16_t master, app, category;
    bool final; /* nDPI wants no more packets; only 5.0 and later say so here */
};

static inline struct compat_result compat_result_of(ndpi_protocol p)
{
#if COMPAT_VERSION >= 412
    struct compat_result r = {.master = p.proto.master_protocol, .app = p.proto.app_protocol};
#else
    struct compat_result r = {.master = p.master_protocol, .app = p.app_protocol};
#endif
    r.category = (uint16_t)p.category;
#if COMPAT_VERSION >= 500
    r.final = p.state == NDPI_STATE_CLASSIFIED;
#endif
    return r;
}

/* Of the whole library. 5.0 and later are left with malloc. */
static inline void compat_allocator(void *(*get)(size_t n), void (*put)(void *p))
{
#if COMPAT_VERSION < 500
    set_ndpi_malloc(get);
    set_ndpi_free(put);
#else
    (void)get;
    (void)put;
#endif
}

/* ndpiReader turns the ACK heuristic on from 4.8 on; without it labels differ. */
static inline struct ndpi_detection_module_struct *compat_init(void)
{
#if COMPAT_VERSION >= 410
    return ndpi_init_detection_module(NULL);
#elif COMPAT_VERSION >= 408
    return ndpi_init_detection_module(ndpi_enable_tcp_ack_payload_heuristic);
#else
    return ndpi_init_detection_module(ndpi_no_prefs);
#endif
}

/* All dissectors on but those of numbers that are `off` (NULL: none), which 5.0 and later are left with, and what
 * became an option over time; before 4.10 giveup is told to guess or not. */
static inline bool compat_configure(struct ndpi_detection_module_struct *m, bool guess,
                                    bool (*off)(const void *ctx, uint16_t id), const void *ctx)
{
#if COMPAT_VERSION < 500
    NDPI_PROTOCOL_BITMASK wanted;
    NDPI_BITMASK_SET_ALL(wanted);
    for (uint16_t id = 0; off && id < NDPI_MAX_SUPPORTED_PROTOCOLS; id++)
        if (off(ctx, id))
            NDPI_BITMASK_DEL(wanted, id);
    ndpi_set_protocol_detection_bitmask2(m, &wanted);
#else
    (void)off;
    (void)ctx;
#endif
#if COMPAT_VERSION >= 410
    return ndpi_set_config(m, NULL, "tcp_ack_payload_heuristic", "enable") == NDPI_CFG_OK &&
           (guess || ndpi_set_config(m, NULL, "dpi.guess_on_giveup", "0") == NDPI_CFG_OK);
#else
    (void)guess;
    return true;
#endif
}

static inline bool compat_finalize(struct ndpi_detection_module_struct *m)
{
#if COMPAT_VERSION >= 410
    return ndpi_finalize_initialization(m) == 0;
#else
    ndpi_finalize_initialization(m);
    return true;
#endif
}

static inline struct compat_result compat_packet(struct ndpi_detection_module_struct *m,
                                                 struct ndpi_flow_struct *f, const uint8_t *ip,
                                                 uint16_t len, uint64_t time_ms)
{
#if COMPAT_VERSION >= 406
    return compat_result_of(ndpi_detection_process_packet(m, f, ip, len, time_ms, NULL));
#else
    return compat_result_of(ndpi_detection_process_packet(m, f, ip, len, time_ms));
#endif
}

/* nDPI has given this flow up by itself. 4.2 and 4.4 set the bit too, but ndpiReader does not look
 * at it. */
static inline bool compat_gave_up(const struct ndpi_flow_struct *f)
{
#if COMPAT_VERSION >= 406 && COMPAT_VERSION < 500
    return f->fail_with_unknown;
#else
    (void)f;
    return false;
#endif
}

/* A flow that has a label could still tell more. Call once a packet: from 4.10 on a no sets a risk.
 * From 5.0 on the result says it. */
static inline bool compat_more(struct ndpi_detection_module_struct *m, struct ndpi_flow_struct *f)
{
#if COMPAT_VERSION >= 500
    (void)m;
    (void)f;
    return true;
#else
    return ndpi_extra_dissection_possible(m, f) != 0;
#endif
}

static inline struct compat_result compat_giveup(struct ndpi_detection_module_struct *m,
                                                 struct ndpi_flow_struct *f, bool guess)
{
#if COMPAT_VERSION >= 500
    (void)guess;
    return compat_result_of(ndpi_detection_giveup(m, f));
#elif COMPAT_VERSION >= 410
    uint8_t guessed;
    (void)guess;
    return compat_result_of(ndpi_detection_giveup(m, f, &guessed));
#else
    uint8_t guessed;
    return compat_result_of(ndpi_detection_giveup(m, f, guess, &guessed));
#endif
}

static inline size_t compat_protocols(struct ndpi_detection_module_struct *m)
{
#if COMPAT_VERSION >= 500
    return ndpi_get_num_protocols(m);
#else
    return ndpi_get_num_supported_protocols(m);
#endif
}

static inline uint16_t compat_category_of(struct ndpi_detection_module_struct *m, uint16_t id)
{
#if COMPAT_VERSION >= 412
    ndpi_protocol p = {.proto = {.app_protocol = id}};
#else
    ndpi_protocol p = {.app_protocol = id};
#endif
    return (uint16_t)ndpi_get_proto_category(m, p);
}

/* Up to 4.4 nDPI puts the owner of an address into a label whose protocol it found by payload;
 * later the two are apart. True: app is the owner of one of the flow's addresses, of which nDPI
 * knows IPv4 only. */
static inline bool compat_is_owner(struct ndpi_detection_module_struct *m,
                                   const struct ndpi_flow_struct *f, uint16_t app)
{
#if COMPAT_VERSION < 406
    struct in_addr src = {.s_addr = f->saddr}, dst = {.s_addr = f->daddr};
    uint16_t owner = ndpi_network_port_ptree_match(m, &src, f->sport);
    if (owner == NDPI_PROTOCOL_UNKNOWN)
        owner = ndpi_network_port_ptree_match(m, &dst, f->dport);
    return owner == app && app != NDPI_PROTOCOL_UNKNOWN;
#else
    (void)m;
    (void)f;
    (void)app;
    return false;
#endif
}

static inline bool compat_is(const struct ndpi_flow_struct *f, uint16_t protocol)
{
    return f->detected_protocol_stack[0] == protocol || f->detected_protocol_stack[1] == protocol;
}

/* protos is a union: true when the library itself takes it for protos.tls_quic
 * (ndpi_free_flow_data). */
static inline bool compat_has_tls(const struct ndpi_flow_struct *f)
{
    return compat_is(f, NDPI_PROTOCOL_TLS) || compat_is(f, NDPI_PROTOCOL_QUIC) ||
           compat_is(f, NDPI_PROTOCOL_DTLS) || compat_is(f, NDPI_PROTOCOL_MAIL_SMTPS) ||
           compat_is(f, NDPI_PROTOCOL_MAIL_POPS) || compat_is(f, NDPI_PROTOCOL_MAIL_IMAPS);
}

static inline const char *compat_cipher(uint16_t cipher, char buf[static 8])
{
#if COMPAT_VERSION >= 406
    return ndpi_cipher2str(cipher, buf);
#else
    (void)buf;
    return ndpi_cipher2str(cipher);
#endif
}

/* From 5.0 on nDPI looks at URLs by itself. */
static inline uint64_t compat_url_risk(char *url)
{
#if COMPAT_VERSION < 500
    ndpi_risk_enum risk = ndpi_validate_url(url);
    return risk == NDPI_NO_RISK ? 0 : UINT64_C(1) << risk;
#else
    (void)url;
    return 0;
#endif
}

static inline const char *compat_alpns(const struct ndpi_flow_struct *f)
{
#if COMPAT_VERSION >= 406
    return f->protos.tls_quic.advertised_alpns;
#else
    return f->protos.tls_quic.alpn;
#endif
}

/* Where 4.2 keeps the bit is a union that holds TCP's state only in a TCP flow. */
static inline bool compat_has_cert_sha1(const struct ndpi_flow_struct *f)
{
#if COMPAT_VERSION >= 406
    return f->protos.tls_quic.fingerprint_set;
#else
    return f->l4_proto == IPPROTO_TCP && f->l4.tcp.tls.fingerprint_set;
#endif
}

/* The family of the i-th address in DNS answers, 0 behind the last; before 4.12 nDPI keeps one. */
static inline int compat_dns_address(const struct ndpi_flow_struct *f, size_t i, const void **addr)
{
#if COMPAT_VERSION >= 412
    if (i >= f->protos.dns.num_rsp_addr || i >= MAX_NUM_DNS_RSP_ADDRESSES)
        return 0;
    bool v6 = f->protos.dns.is_rsp_addr_ipv6[i];
    *addr = &f->protos.dns.rsp_addr[i];
    return v6 ? AF_INET6 : AF_INET;
#else
    *addr = &f->protos.dns.rsp_addr;
    if (i > 0 || f->protos.dns.num_answers == 0)
        return 0;
    return f->protos.dns.rsp_type == 1 ? AF_INET : f->protos.dns.rsp_type == 28 ? AF_INET6 : 0;
#endif
}

#endif
