/* SPDX-License-Identifier: BSD-2-Clause */
/* values.c - from texts to entries. */
#include "rules/values.h"

#include "rules/host.h"
#include "rules/keys.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHA1_DIGITS = 40, JA3_DIGITS = 32, ID_MAX_BYTES = 64, PROTOCOL_MAX = 64 };

static bool __attribute__((format(printf, 2, 3))) fail(char why[static VALUE_WHY_MAX], const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, VALUE_WHY_MAX, fmt, ap);
    va_end(ap);
    return false;
}

/* --- hosts -------------------------------------------------------------------------------------------- */

static bool read_host(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    struct host h;
    char wrong[HOST_WHY_MAX];
    if (!host_parse(&h, text, n, wrong))
        return fail(why, "'%.60s' is %s", text, wrong);
    struct entry *e = model_add_entry(r, h.glob ? ENTRY_GLOB : ENTRY_HOST, h.text, h.n, h.tail);
    e->exact = h.exact;
    return true;
}

/* --- addresses ---------------------------------------------------------------------------------------- */

#define ADDRESS_EXPECTED                                                                                               \
    "an address such as 192.0.2.1, a prefix such as 192.0.2.0/24 or 2001:db8::/32, or a range such as "                \
    "192.0.2.1-192.0.2.9"

static bool parse_address(struct dpi_addr *a, const char *text, size_t n)
{
    char copy[INET6_ADDRSTRLEN];
    *a = (struct dpi_addr){.family = memchr(text, ':', n) ? 6 : 4};
    if (n >= sizeof(copy))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return inet_pton(a->family == 6 ? AF_INET6 : AF_INET, copy, a->b) == 1;
}

static void add_prefix(struct rules *r, const struct dpi_addr *a, unsigned bits)
{
    uint8_t key[KEY_MAX];
    size_t n = key_of_address(key, a, bits);
    model_add_entry(r, ENTRY_ADDRESS, key, n, n);
}

/* Up to digits digits and nothing else. */
static bool parse_digits(const char *text, size_t n, size_t digits, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = 10 * *out + (unsigned)(text[i] - '0');
    }
    return n > 0 && n <= digits;
}

static bool read_prefix(struct rules *r, const char *text, size_t slash, char why[static VALUE_WHY_MAX])
{
    struct dpi_addr a, net = {0};
    unsigned bits;
    uint8_t key[KEY_MAX];
    char proposal[DPI_ADDR_MAX];
    if (!parse_address(&a, text, slash))
        return fail(why, "'%.60s' is no prefix: expected " ADDRESS_EXPECTED, text);
    if (!parse_digits(text + slash + 1, strlen(text + slash + 1), 3, &bits) || bits > address_bits(&a))
        return fail(why, "'%.60s': the bits of a prefix are a number from 0 to %u", text, address_bits(&a));
    key_of_address(key, &a, bits);
    net.family = a.family;
    memcpy(net.b, key + 2, address_bits(&a) / 8);
    if (memcmp(&net, &a, sizeof(a)) != 0) {
        dpi_addr_text(proposal, &net);
        return fail(why, "'%.60s' has bits set behind the prefix: expected %s/%u", text, proposal, bits);
    }
    add_prefix(r, &a, bits);
    return true;
}

struct range_job {
    struct rules *r;
    uint8_t family;
};

static void take_prefix(void *ctx, const uint8_t *number, unsigned bits)
{
    const struct range_job *job = ctx;
    struct dpi_addr a = {.family = job->family};
    memcpy(a.b, number, address_bits(&a) / 8);
    add_prefix(job->r, &a, bits);
}

static bool read_range(struct rules *r, const char *text, size_t dash, char why[static VALUE_WHY_MAX])
{
    struct dpi_addr first, last;
    if (!parse_address(&first, text, dash) || !parse_address(&last, text + dash + 1, strlen(text + dash + 1)))
        return fail(why, "'%.100s' is no range: expected " ADDRESS_EXPECTED, text);
    if (first.family != last.family)
        return fail(why, "'%.100s': a range is of one family, IPv4 or IPv6", text);
    if (memcmp(first.b, last.b, sizeof(first.b)) > 0)
        return fail(why, "'%.100s': the range ends before it begins", text);
    struct range_job job = {r, first.family};
    keys_split(first.b, last.b, address_bits(&first), take_prefix, &job);
    return true;
}

static bool read_address(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    struct dpi_addr a;
    size_t stop = strcspn(text, "/-");
    (void)n;
    if (text[stop] == '/')
        return read_prefix(r, text, stop, why);
    if (text[stop] == '-')
        return read_range(r, text, stop, why);
    if (!parse_address(&a, text, stop))
        return fail(why, "'%.60s' is no address: expected " ADDRESS_EXPECTED, text);
    add_prefix(r, &a, address_bits(&a));
    return true;
}

/* --- ports -------------------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    uint8_t transport;
} transports[] = {{"tcp/", 6}, {"udp/", 17}, {"sctp/", 132}};

static bool parse_port(const char *text, size_t n, uint16_t *out, char why[static VALUE_WHY_MAX])
{
    unsigned v;
    if (n == 0 || strspn(text, "0123456789") < n)
        return fail(why, "'%.*s' is no port: expected a number from 1 to 65535", (int)(n < 60 ? n : 60), text);
    if (!parse_digits(text, n, 5, &v) || v == 0 || v > UINT16_MAX)
        return fail(why, "port %.*s is out of range: 1 to 65535 are possible", (int)(n < 60 ? n : 60), text);
    *out = (uint16_t)v;
    return true;
}

bool value_ports(const char *text, uint8_t *transport, uint16_t *first, uint16_t *last,
                 char why[static VALUE_WHY_MAX])
{
    size_t i = 0, n_words = sizeof(transports) / sizeof(transports[0]);
    while (i < n_words && strncmp(text, transports[i].word, strlen(transports[i].word)) != 0)
        i++;
    if (i == n_words)
        return fail(why, "'%.60s' is no port of a transport: expected tcp/443, udp/5000-5010 or sctp/36412", text);
    const char *number = text + strlen(transports[i].word);
    size_t dash = strcspn(number, "-");
    const char *behind = number[dash] ? number + dash + 1 : number;
    *transport = transports[i].transport;
    if (!parse_port(number, dash, first, why) || !parse_port(behind, strlen(behind), last, why))
        return false;
    if (*last < *first)
        return fail(why, "'%.60s': the range ends before it begins", text);
    return true;
}

struct port_job {
    struct rules *r;
    uint8_t transport;
};

static void take_ports(void *ctx, const uint8_t *number, unsigned bits)
{
    const struct port_job *job = ctx;
    uint8_t key[KEY_MAX];
    size_t n = key_of_port(key, job->transport, (uint16_t)(number[0] << 8 | number[1]), bits);
    model_add_entry(job->r, ENTRY_PORT, key, n, n);
}

static bool read_ports(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    uint16_t first, last;
    struct port_job job = {.r = r};
    (void)n;
    if (!value_ports(text, &job.transport, &first, &last, why))
        return false;
    const uint8_t from[] = {(uint8_t)(first >> 8), (uint8_t)first}, to[] = {(uint8_t)(last >> 8), (uint8_t)last};
    keys_split(from, to, PORT_BITS, take_ports, &job);
    return true;
}

/* --- fingerprints and protocols ------------------------------------------------------------------------- */

/* In lower case, without the colons that some programs put between bytes. */
static size_t fold_hex(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text; text++) {
        if (*text == ':')
            continue;
        if (!isxdigit((unsigned char)*text) || n == size)
            return 0;
        out[n++] = (char)tolower((unsigned char)*text);
    }
    return n;
}

static bool read_hex(struct rules *r, enum entry_kind kind, size_t digits, const char *text, const char *what,
                     char why[static VALUE_WHY_MAX])
{
    char folded[SHA1_DIGITS];
    if (fold_hex(folded, sizeof(folded), text) != digits)
        return fail(why, "'%.60s' is no %s: expected %zu hexadecimal digits", text, what, digits);
    model_add_entry(r, kind, folded, digits, digits);
    return true;
}

static bool read_certificate(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    (void)n;
    return read_hex(r, ENTRY_CERTIFICATE, SHA1_DIGITS, text, "SHA-1 of a certificate", why);
}

static bool read_ja3(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    (void)n;
    return read_hex(r, ENTRY_JA3, JA3_DIGITS, text, "JA3 fingerprint", why);
}

/* What may stand at a place of a JA4: p for the transport, s for how the server is named, 9 a digit, a digits and
 * letters, x hexadecimal digits, all others themselves. */
static bool fits_ja4(char place, char c)
{
    switch (place) {
    case 'p':
        return c == 't' || c == 'q' || c == 'd';
    case 's':
        return c == 'd' || c == 'i';
    case '9':
        return isdigit((unsigned char)c);
    case 'a':
        return isalnum((unsigned char)c);
    case 'x':
        return isdigit((unsigned char)c) || (c >= 'a' && c <= 'f');
    default:
        return c == place;
    }
}

static bool is_ja4(const char *text)
{
    static const char places[] = "paas9999aa_xxxxxxxxxxxx_xxxxxxxxxxxx";
    if (strlen(text) != sizeof(places) - 1)
        return false;
    for (size_t i = 0; places[i]; i++)
        if (!fits_ja4(places[i], text[i]))
            return false;
    return true;
}

static bool read_ja4(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    if (!is_ja4(text))
        return fail(why, "'%.60s' is no JA4 fingerprint: expected one such as t13d1516h2_8daaf6152771_b186095e22b6",
                    text);
    model_add_entry(r, ENTRY_JA4, text, n, n);
    return true;
}

/* Compared without case, so kept in lower case. */
static bool read_protocol(struct rules *r, const char *text, size_t n, char why[static VALUE_WHY_MAX])
{
    char folded[PROTOCOL_MAX];
    if (n == 0 || n > sizeof(folded))
        return fail(why, "'%.60s' is no protocol: expected a value of the field protocol, such as TLS", text);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7f)
            return fail(why, "'%.60s' is no protocol: expected a value of the field protocol, such as TLS", text);
        folded[i] = (char)tolower((unsigned char)text[i]);
    }
    model_add_entry(r, ENTRY_PROTOCOL, folded, n, n);
    return true;
}

value_fn *const value_readers[CONDITIONS] = {
    [CONDITION_hosts] = read_host,
    [CONDITION_certificates] = read_certificate,
    [CONDITION_ja4] = read_ja4,
    [CONDITION_ja3] = read_ja3,
    [CONDITION_addresses] = read_address,
    [CONDITION_ports] = read_ports,
    [CONDITION_protocols] = read_protocol,
};

/* --- ids ---------------------------------------------------------------------------------------------- */

bool value_id(const char *text, char why[static VALUE_WHY_MAX])
{
    size_t n = strlen(text);
    bool first = n && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= '0' && text[0] <= '9'));
    if (!first || n > ID_MAX_BYTES || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") != n)
        return fail(why, "'%.80s' is no id: expected up to 64 lower-case letters, digits, '.', '_' and '-', a letter "
                         "or digit first", text);
    return true;
}

bool rules_id_is_valid(const char *id)
{
    char why[VALUE_WHY_MAX];
    return value_id(id, why);
}
