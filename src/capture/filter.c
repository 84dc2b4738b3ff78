/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.c - one compiled program for each link type met. */
#include "capture/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "capture/linktype.h"
#include "util/xalloc.h"

/* What libpcap takes as the longest packet; a program returns it for a packet that passes. */
enum { SNAPLEN = 262144 };

enum verdict { USES_PROGRAM, MATCHES_NOTHING, CANNOT_COMPILE };

struct compiled {
    uint32_t link_type;
    enum verdict verdict;
    struct bpf_program program; /* USES_PROGRAM only */
    char *why;                  /* CANNOT_COMPILE only */
    bool told;
};

struct filter {
    char *expr;
    struct compiled *v; /* in the order of their link types */
    size_t n, last;     /* last: the one used for the packet before */
};

/* Link types for which an expression is compiled before the captures are known: libpcap looks names of services and
 * hosts up in files and by sockets, which nobody may do any more once captures are read. The first one's error is what
 * the user reads. */
static const uint32_t common[] = {
    1,   /* Ethernet */
    101, /* raw IP */
    113, /* Linux cooked */
    276, /* Linux cooked, version 2 */
    0,   /* BSD loopback */
    105, /* IEEE 802.11 */
    127, /* the same with radiotap */
    9,   /* PPP */
    104, /* Cisco HDLC */
    117, /* OpenBSD pflog: knows ifname, reason, ... */
    122, /* IP over Fibre Channel */
    99,  /* Symantec firewall */
    12, 14, 228, 229, /* raw IP by other numbers */
    6, 10,            /* Token Ring, FDDI */
    50, 51,           /* PPP in HDLC-like framing, PPPoE */
    107, 108, 109, 119, 163, 192, 239, /* Frame Relay, OpenBSD loopback and enc, Prism, AVS, PPI, NFLOG */
};

/* libpcap finds out that no packet can match, as for "arp" on raw IP, and calls that an error. */
static bool rejects_all(const char *why)
{
    return strstr(why, "rejects all packets") != NULL;
}

/* *why is filled when the verdict is not USES_PROGRAM. */
static enum verdict compile(const char *expr, uint32_t link_type, struct bpf_program *program,
                            char why[static PCAP_ERRBUF_SIZE])
{
    pcap_t *dead = pcap_open_dead(linktype_to_dlt(link_type), SNAPLEN);
    if (!dead) {
        snprintf(why, PCAP_ERRBUF_SIZE, "out of memory");
        return CANNOT_COMPILE;
    }
    enum verdict verdict = USES_PROGRAM;
    if (pcap_compile(dead, program, expr, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        *program = (struct bpf_program){0};
        snprintf(why, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(dead));
        verdict = rejects_all(why) ? MATCHES_NOTHING : CANNOT_COMPILE;
    }
    pcap_close(dead);
    return verdict;
}

/* Compiles for a link type that was not met before; f->last is where it belongs. */
static struct compiled *add(struct filter *f, uint32_t link_type)
{
    char why[PCAP_ERRBUF_SIZE];
    f->v = xrealloc(f->v, f->n + 1, sizeof(*f->v));
    struct compiled *c = &f->v[f->last];
    memmove(c + 1, c, (f->n++ - f->last) * sizeof(*c));
    *c = (struct compiled){.link_type = link_type};
    c->verdict = compile(f->expr, link_type, &c->program, why);
    c->why = c->verdict == CANNOT_COMPILE ? xstrdup(why) : NULL;
    return c;
}

/* Sets f->last to the program, or to where it belongs. */
static bool find(struct filter *f, uint32_t link_type)
{
    size_t first = 0, end = f->n;
    if (f->last < f->n && f->v[f->last].link_type == link_type)
        return true;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (f->v[middle].link_type < link_type)
            first = middle + 1;
        else
            end = middle;
    }
    f->last = first;
    return first < f->n && f->v[first].link_type == link_type;
}

enum dpi_status filter_new(struct filter **out, const char *expr, struct dpi_err *err)
{
    struct filter *f = xcalloc(1, sizeof(*f));
    enum dpi_status st = DPI_OK;
    bool any = false;
    f->expr = xstrdup(expr);
    for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++) {
        find(f, common[i]);
        struct compiled *c = add(f, common[i]);
        any |= c->verdict == USES_PROGRAM;
        if (i == 0 && c->why)
            st = dpi_fail(err, DPI_USAGE, "--filter '%s' does not compile: %s", expr, c->why);
        else if (i == 0 && c->verdict == MATCHES_NOTHING)
            st = dpi_fail(err, DPI_USAGE, "--filter '%s' does not compile: expression rejects all packets", expr);
    }
    *out = any ? f : NULL;
    if (any)
        return DPI_OK;
    filter_free(f);
    return st;
}

enum dpi_status filter_match(struct filter *f, const struct packet *p, bool *match, struct dpi_err *err)
{
    *match = false;
    struct compiled *c = find(f, p->iface->link_type) ? &f->v[f->last] : add(f, p->iface->link_type);
    bool told = c->told;
    c->told = true;
    if (c->verdict == CANNOT_COMPILE && !told)
        return dpi_fail(err, DPI_USAGE, "the filter '%s' does not compile for link type %u: %s", f->expr,
                        c->link_type, c->why);
    if (c->verdict != USES_PROGRAM)
        return DPI_OK;
    struct pcap_pkthdr h = {.caplen = p->caplen, .len = p->wirelen};
    *match = pcap_offline_filter(&c->program, &h, p->data) != 0;
    return DPI_OK;
}

void filter_begin(struct filter *f)
{
    for (size_t i = 0; i < f->n; i++)
        f->v[i].told = false;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++) {
        pcap_freecode(&f->v[i].program);
        free(f->v[i].why);
    }
    free(f->v);
    free(f->expr);
    free(f);
}

const char *filter_library_version(void)
{
    return pcap_lib_version();
}
