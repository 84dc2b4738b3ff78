/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_names.c - the parsers of names. The first byte says which; of those that read a TCP stream, the second how many
 * bytes come at a time. A stream has the same names however it is cut. */
#include "fuzz.h"

#include "names/dhcp.h"
#include "names/dns_names.h"
#include "names/reader.h"
#include "names/tls.h"
#include "names/x509.h"

#include <string.h>

/* Of the names that came, in their order. */
struct seen {
    uint64_t names, sum;
};

static void see(void *ctx, enum name_kind kind, const void *p, size_t n)
{
    struct seen *s = ctx;
    const uint8_t *byte = p;
    CLAIM(n && kind < NAME_KINDS);
    s->names++;
    s->sum = s->sum * 31 + kind;
    for (size_t i = 0; i < n; i++)
        s->sum = s->sum * 31 + byte[i];
}

static void see_hint(void *ctx, const struct dns_name *name, const struct dpi_addr *addr, uint32_t ttl)
{
    see(ctx, NAME_DNS_HINT, name->text, name->n + !name->n);
    CLAIM(name->n <= DNS_NAME_MAX && (addr->family == 4 || addr->family == 6));
    (void)ttl;
}

static void see_message(void *ctx, const void *message, size_t n)
{
    dns_names(message, n, see, ctx);
}

static struct seen stream(const struct taken *t, bool is_dns, size_t piece)
{
    struct seen s = {0, 0};
    struct name_sink to = {see, see_message, &s};
    struct name_reader *r = name_reader_new(is_dns);
    bool more = true;
    for (size_t at = 0; at < t->n && more; at += piece) {
        size_t n = t->n - at < piece ? t->n - at : piece;
        struct cursor c = cursor_of(t->p + at, n);
        struct taken part = take_bytes(&c, n);
        more = name_reader_push(r, part.p, part.n, &to);
        CLAIM(name_reader_bytes(r) < 2 << 20);
        free(part.p);
    }
    name_reader_finish(r, &to);
    name_reader_free(r);
    return s;
}

static void streams(const struct taken *t, bool is_dns, size_t piece)
{
    struct seen whole = stream(t, is_dns, t->n + 1), cut = stream(t, is_dns, piece + 1);
    CLAIM(whole.names == cut.names && whole.sum == cut.sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct cursor c = cursor_of(data, n);
    struct seen s = {0, 0};
    uint8_t which = take_byte(&c), piece = which % 7 < 2 ? take_byte(&c) : 0;
    struct taken t = take_bytes(&c, SIZE_MAX);
    switch (which % 7) {
    case 0: streams(&t, false, piece); break;
    case 1: streams(&t, true, piece); break;
    case 2: dns_names(t.p, t.n, see, &s); break;
    case 3: dns_hints(t.p, t.n, see_hint, &s); break;
    case 4: dhcp_names(t.p, t.n, see, &s); break;
    case 5: dhcpv6_names(t.p, t.n, see, &s); break;
    default: x509_names(t.p, t.n, see, &s); break;
    }
    CLAIM(s.names <= 2 * n);
    free(t.p);
    return 0;
}
