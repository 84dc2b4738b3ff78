/* SPDX-License-Identifier: BSD-2-Clause */
/* extract.c - copies what nDPI read from a flow's payload into attributes. Strings come from the
 * wire and are passed on as they are; passwords are never touched. */
#include "ndpi/extract.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TEXT_MAX = 2048,      /* bytes of one text */
    NAMES_MAX = 3072,     /* bytes of all names in a certificate, which may have thousands */
    RISKS_RESERVE = 1024, /* kept free for the risks, which come last */
};

struct extract {
    const struct ndpi_flow_struct *f;
    struct attrs_writer *w;
    bool by_payload;
};

/* The data of a protocol lie in a union. It holds what the label says only when the label came from
 * there. */
static bool speaks(const struct extract *x, uint16_t protocol)
{
    return x->by_payload && compat_is(x->f, protocol);
}

static void put_text(struct extract *x, enum dpi_field_id field, const char *p, size_t n)
{
    struct attrs_writer *w = x->w;
    size_t max = w->max, most = w->n + ATTRS_HEAD + TEXT_MAX;
    if (!p || n == 0)
        return;
    w->max = most < max ? most : max;
    attrs_text(w, field, p, n);
    w->max = max;
}

static void put_string(struct extract *x, enum dpi_field_id field, const char *s)
{
    if (s)
        put_text(x, field, s, strlen(s));
}

/* A fixed array of size bytes. True when it is full: dissectors fill it without a word when there is more. */
static bool fills_array(struct extract *x, enum dpi_field_id field, const char *s, size_t size)
{
    size_t n = strnlen(s, size);
    put_text(x, field, s, n);
    return n + 1 >= size;
}

static void put_array(struct extract *x, enum dpi_field_id field, const char *s, size_t size)
{
    x->w->cut |= fills_array(x, field, s, size);
}

/* nDPI 4.2 takes the MD5 of nothing when a message goes on in another segment: that is no fingerprint. */
static void put_fingerprint(struct extract *x, enum dpi_field_id field, const char *s, size_t size)
{
    static const char md5_of_nothing[] = "d41d8cd98f00b204e9800998ecf8427e";
    char lower[64];
    size_t n = strnlen(s, size);
    for (size_t i = 0; i < n && i < sizeof(lower); i++)
        lower[i] = (char)(s[i] >= 'A' && s[i] <= 'F' ? s[i] - 'A' + 'a' : s[i]);
    n = n < sizeof(lower) ? n : sizeof(lower);
    if (n != strlen(md5_of_nothing) || memcmp(lower, md5_of_nothing, n) != 0)
        put_text(x, field, lower, n);
}

static void put_sha1(struct extract *x, enum dpi_field_id field, const uint8_t sha1[static 20])
{
    static const char digits[] = "0123456789abcdef";
    char text[40];
    for (size_t i = 0; i < 20; i++) {
        text[2 * i] = digits[sha1[i] >> 4];
        text[2 * i + 1] = digits[sha1[i] & 15];
    }
    put_text(x, field, text, sizeof(text));
}

/* The parts of a text like "a,b,c", each a value of a list, together at most max bytes. */
static void put_list(struct extract *x, enum dpi_field_id field, const char *s, size_t max)
{
    size_t start = x->w->n;
    while (s && *s) {
        size_t n = strcspn(s, ",");
        if (x->w->n - start + ATTRS_HEAD + n > max) {
            x->w->cut = true;
            return;
        }
        put_text(x, field, s, n);
        s += n + (s[n] == ',');
    }
}

static void put_number(struct extract *x, enum dpi_field_id field, uint64_t v)
{
    if (v != 0)
        attrs_u64(x->w, field, v);
}

static void put_date(struct extract *x, enum dpi_field_id field, uint32_t seconds)
{
    time_t t = (time_t)seconds;
    struct tm tm;
    char text[32];
    if (seconds != 0 && gmtime_r(&t, &tm))
        put_text(x, field, text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm));
}

static void put_tls_version(struct extract *x, uint16_t version)
{
    static const struct {
        uint16_t version;
        const char *name;
    } known[] = {
        {0x0002, "SSLv2"},    {0x0300, "SSLv3"},    {0x0301, "TLSv1"},    {0x0302, "TLSv1.1"},
        {0x0303, "TLSv1.2"},  {0x0304, "TLSv1.3"},  {0xfb1a, "TLSv1.3"},  {0xfeff, "DTLSv1.0"},
        {0xfefd, "DTLSv1.2"}, {0xfefc, "DTLSv1.3"}, {0x0100, "DTLSv0.9"},
    };
    char text[16];
    if (version == 0)
        return;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].version == version) {
            put_string(x, DPI_FIELD_tls_version, known[i].name);
            return;
        }
    snprintf(text, sizeof(text), "0x%04x", version);
    bool draft = version >> 8 == 0x7f; /* drafts of RFC 8446, 4.2.1.1 */
    put_string(x, DPI_FIELD_tls_version, draft ? "TLSv1.3" : text);
}

static void put_cipher(struct extract *x)
{
    uint16_t cipher = x->f->protos.tls_quic.server_cipher;
    char unknown[8];
    if (cipher == 0)
        return;
    put_string(x, DPI_FIELD_tls_cipher, compat_cipher(cipher, unknown));
    if (x->f->protos.tls_quic.server_unsafe_cipher == ndpi_cipher_weak)
        put_string(x, DPI_FIELD_tls_cipher_strength, "weak");
    else if (x->f->protos.tls_quic.server_unsafe_cipher == ndpi_cipher_insecure)
        put_string(x, DPI_FIELD_tls_cipher_strength, "insecure");
}

static void put_certificate(struct extract *x)
{
    const struct ndpi_flow_struct *f = x->f;
    put_list(x, DPI_FIELD_tls_server_names, f->protos.tls_quic.server_names, NAMES_MAX);
    put_string(x, DPI_FIELD_tls_issuer, f->protos.tls_quic.issuerDN);
    put_string(x, DPI_FIELD_tls_subject, f->protos.tls_quic.subjectDN);
    put_date(x, DPI_FIELD_tls_not_before, f->protos.tls_quic.notBefore);
    put_date(x, DPI_FIELD_tls_not_after, f->protos.tls_quic.notAfter);
    if (compat_has_cert_sha1(f))
        put_sha1(x, DPI_FIELD_tls_cert_sha1, f->protos.tls_quic.sha1_certificate_fingerprint);
}

static void put_browser(struct extract *x)
{
    const struct tls_heuristics *b = &x->f->protos.tls_quic.browser_heuristics;
    const char *name = b->is_safari_tls    ? "Safari"
                       : b->is_firefox_tls ? "Firefox"
                       : b->is_chrome_tls  ? "Chrome"
                                           : NULL;
    put_string(x, DPI_FIELD_tls_browser, name);
}

#define PUT_FINGERPRINT(x, field, member)                                                          \
    put_fingerprint(x, field, (x)->f->protos.member, sizeof((x)->f->protos.member))
#define PUT_ARRAY(x, field, member) put_array(x, field, (x)->f->member, sizeof((x)->f->member))

static void put_quic_version(struct extract *x)
{
#if COMPAT_VERSION >= 408
    char text[64];
    uint32_t version = x->f->protos.tls_quic.quic_version;
    if (version != 0 && compat_is(x->f, NDPI_PROTOCOL_QUIC))
        put_string(x, DPI_FIELD_quic_version, ndpi_quic_version2str(text, sizeof(text), version));
#else
    (void)x;
#endif
}

static void put_tls_fingerprints(struct extract *x)
{
#if COMPAT_VERSION < 412
    put_string(x, DPI_FIELD_tls_esni, x->f->protos.tls_quic.encrypted_sni.esni);
#endif
    put_browser(x);
#if COMPAT_HAS_JA3
    PUT_FINGERPRINT(x, DPI_FIELD_ja3, tls_quic.ja3_client);
#endif
    PUT_FINGERPRINT(x, DPI_FIELD_ja3s, tls_quic.ja3_server);
#if COMPAT_HAS_JA4
    PUT_FINGERPRINT(x, DPI_FIELD_ja4, tls_quic.ja4_client);
#endif
}

static void put_tls(struct extract *x)
{
    if (!x->by_payload || !compat_has_tls(x->f))
        return;
    put_tls_version(x, x->f->protos.tls_quic.ssl_version);
    put_list(x, DPI_FIELD_tls_supported_versions, x->f->protos.tls_quic.tls_supported_versions,
             TEXT_MAX);
    put_list(x, DPI_FIELD_tls_alpn, compat_alpns(x->f), TEXT_MAX);
    put_cipher(x);
    put_certificate(x);
    put_tls_fingerprints(x);
    put_quic_version(x);
}

static void put_http(struct extract *x)
{
    const struct ndpi_flow_struct *f = x->f;
    if (f->http.method != NDPI_HTTP_METHOD_UNKNOWN)
        put_string(x, DPI_FIELD_http_method, ndpi_http_method2str(f->http.method));
    put_string(x, DPI_FIELD_http_url, f->http.url);
    put_number(x, DPI_FIELD_http_status, f->http.response_status_code);
    put_string(x, DPI_FIELD_http_user_agent, f->http.user_agent);
    put_string(x, DPI_FIELD_http_content_type, f->http.content_type);
    put_string(x, DPI_FIELD_http_request_content_type, f->http.request_content_type);
#if COMPAT_VERSION >= 406
    put_string(x, DPI_FIELD_http_server, f->http.server);
#endif
    put_string(x, DPI_FIELD_http_detected_os, f->http.detected_os);
    put_string(x, DPI_FIELD_http_nat_ip, f->http.nat_ip);
}

static void put_dns_addresses(struct extract *x)
{
    const void *addr;
    char text[INET6_ADDRSTRLEN];
    int family;
    for (size_t i = 0; (family = compat_dns_address(x->f, i, &addr)) != 0; i++)
        put_string(x, DPI_FIELD_dns_address, inet_ntop(family, addr, text, sizeof(text)));
}

static void put_dns(struct extract *x)
{
    const struct ndpi_flow_struct *f = x->f;
    if (!speaks(x, NDPI_PROTOCOL_DNS) && !speaks(x, NDPI_PROTOCOL_MDNS) &&
        !speaks(x, NDPI_PROTOCOL_LLMNR))
        return;
    if (!f->protos.dns.is_query || f->protos.dns.num_queries) { /* nDPI counts in replies only */
        attrs_u64(x->w, DPI_FIELD_dns_queries, f->protos.dns.num_queries);
        attrs_u64(x->w, DPI_FIELD_dns_answers, f->protos.dns.num_answers);
    }
    if (!f->protos.dns.is_query)
        attrs_u64(x->w, DPI_FIELD_dns_reply_code, f->protos.dns.reply_code);
    put_number(x, DPI_FIELD_dns_query_type, f->protos.dns.query_type);
    put_number(x, DPI_FIELD_dns_response_type, f->protos.dns.rsp_type);
    put_dns_addresses(x);
}

static void put_ssh(struct extract *x)
{
    if (!speaks(x, NDPI_PROTOCOL_SSH))
        return;
    PUT_ARRAY(x, DPI_FIELD_ssh_client, protos.ssh.client_signature);
    PUT_ARRAY(x, DPI_FIELD_ssh_server, protos.ssh.server_signature);
    PUT_FINGERPRINT(x, DPI_FIELD_hassh, ssh.hassh_client);
    PUT_FINGERPRINT(x, DPI_FIELD_hassh_server, ssh.hassh_server);
}

static void put_dhcp(struct extract *x)
{
    if (!speaks(x, NDPI_PROTOCOL_DHCP))
        return;
    PUT_ARRAY(x, DPI_FIELD_dhcp_fingerprint, protos.dhcp.fingerprint);
    PUT_ARRAY(x, DPI_FIELD_dhcp_class, protos.dhcp.class_ident);
}

/* BitTorrent inside TLS has no hash, and the union then holds TLS. */
static void put_bittorrent(struct extract *x)
{
    static const uint8_t none[20];
    const uint8_t *hash = x->f->protos.bittorrent.hash;
    _Static_assert(sizeof(x->f->protos.bittorrent.hash) == sizeof(none), "a SHA-1");
    if (speaks(x, NDPI_PROTOCOL_BITTORRENT) && !compat_has_tls(x->f) &&
        memcmp(hash, none, sizeof(none)) != 0)
        put_sha1(x, DPI_FIELD_bittorrent_hash, hash);
}

/* These are in no union, and worth having when the label was guessed by the port. */
static bool has_login(const struct ndpi_flow_struct *f)
{
    return f->l4_proto == IPPROTO_TCP &&
           (compat_is(f, NDPI_PROTOCOL_FTP_CONTROL) || compat_is(f, NDPI_PROTOCOL_MAIL_IMAP) ||
            compat_is(f, NDPI_PROTOCOL_MAIL_POP) || compat_is(f, NDPI_PROTOCOL_MAIL_SMTP));
}

static void put_user(struct extract *x)
{
    const struct ndpi_flow_struct *f = x->f;
    if (speaks(x, NDPI_PROTOCOL_TELNET))
        PUT_ARRAY(x, DPI_FIELD_user, protos.telnet.username);
    else if (speaks(x, NDPI_PROTOCOL_KERBEROS))
        PUT_ARRAY(x, DPI_FIELD_user, protos.kerberos.username);
    else if (has_login(f)) {
        PUT_ARRAY(x, DPI_FIELD_user, l4.tcp.ftp_imap_pop_smtp.username);
        if (f->l4.tcp.ftp_imap_pop_smtp.auth_failed)
            put_string(x, DPI_FIELD_login_failed, "yes");
    }
}

static void put_kerberos(struct extract *x)
{
    if (!speaks(x, NDPI_PROTOCOL_KERBEROS))
        return;
    PUT_ARRAY(x, DPI_FIELD_kerberos_host, protos.kerberos.hostname);
    PUT_ARRAY(x, DPI_FIELD_kerberos_domain, protos.kerberos.domain);
}

static void put_ntp(struct extract *x)
{
#if COMPAT_VERSION < 500
    if (!speaks(x, NDPI_PROTOCOL_NTP))
        return;
    put_number(x, DPI_FIELD_ntp_version, x->f->protos.ntp.version);
    put_number(x, DPI_FIELD_ntp_request_code, x->f->protos.ntp.request_code);
#else
    (void)x;
#endif
}

static void put_risks(struct extract *x, uint64_t risk)
{
    uint16_t client, server;
    for (unsigned i = NDPI_NO_RISK + 1; i < NDPI_MAX_RISK; i++)
        if (risk & UINT64_C(1) << i)
            put_string(x, DPI_FIELD_risks, ndpi_risk2str((ndpi_risk_enum)i));
    if (risk)
        attrs_u64(x->w, DPI_FIELD_risk_score, ndpi_risk2score(risk, &client, &server));
}

bool extract_attrs(const struct ndpi_flow_struct *f, bool by_payload, uint64_t risk,
                   struct attrs_writer *w)
{
    static void (*const of_protocol[])(struct extract *x) = {
        put_tls,        put_http, put_dns,      put_ssh, put_dhcp,
        put_bittorrent, put_user, put_kerberos, put_ntp,
    };
    struct extract x = {.f = f, .w = w, .by_payload = by_payload};
    size_t max = w->max, reserve = max < RISKS_RESERVE ? max : RISKS_RESERVE;
    w->max = max - reserve;
    bool name_cut = fills_array(&x, DPI_FIELD_hostname, f->host_server_name, sizeof(f->host_server_name));
    for (size_t i = 0; i < sizeof(of_protocol) / sizeof(of_protocol[0]); i++)
        of_protocol[i](&x);
    w->max = max;
    put_risks(&x, risk);
    return name_cut;
}
