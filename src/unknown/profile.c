/* SPDX-License-Identifier: BSD-2-Clause */
/* profile.c - chooses the flows of a group that are looked at, names it, and has the rest inferred. */
#include "unknown/profile.h"

#include "util/xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *profile_transport(uint8_t transport)
{
    static const struct {
        uint8_t number;
        const char *name;
    } known[] = {{1, "icmp"}, {6, "tcp"}, {17, "udp"}, {58, "icmpv6"}, {132, "sctp"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].number == transport)
            return known[i].name;
    return NULL;
}

/* --- flows -------------------------------------------------------------------------------------------- */

static void count_flow(struct profile *p, const struct sample *s)
{
    p->midstream += s->midstream;
    p->lossy += s->lossy;
    p->one_way += sample_has_payload(s) && (!s->side[0].n_messages || !s->side[1].n_messages);
    p->messages += s->n_messages;
}

/* Of many flows some, evenly spread; those without their beginning only when there are no others. */
static void choose_flows(struct profile *p, const struct samples *s)
{
    const struct group *g = p->group;
    size_t usable = p->midstream < g->n ? g->n - p->midstream : g->n, seen = 0;
    p->flow = xcalloc(g->n < PROFILE_FLOWS ? g->n : PROFILE_FLOWS, sizeof(const struct sample *));
    for (size_t i = 0; i < g->n; i++) {
        const struct sample *flow = s->v[g->member[i]];
        if (flow->midstream && usable < g->n)
            continue;
        bool chosen = usable <= PROFILE_FLOWS || seen * PROFILE_FLOWS / usable != (seen + 1) * PROFILE_FLOWS / usable;
        seen++;
        if (chosen && p->n_flows < PROFILE_FLOWS)
            p->flow[p->n_flows++] = flow;
    }
}

static uint32_t count_hosts(const struct samples *s, const struct group *g, unsigned side)
{
    uint64_t *seen = xcalloc(g->n, sizeof(*seen));
    for (size_t i = 0; i < g->n; i++) {
        const uint8_t *b = s->v[g->member[i]]->addr[side].b;
        seen[i] = number_of(b, (struct number_form){8, false}) * UINT64_C(0x9e3779b97f4a7c15) +
                  number_of(b + 8, (struct number_form){8, false});
    }
    uint32_t n = distinct_of(seen, g->n);
    free(seen);
    return n;
}

static int most_flows_first(const void *a, const void *b)
{
    const struct profile_port *x = a, *y = b;
    if (x->flows != y->flows)
        return x->flows > y->flows ? -1 : 1;
    return x->port - y->port;
}

static void count_ports(struct profile *p, const struct samples *s)
{
    uint32_t *flows = xcalloc(65536, sizeof(*flows));
    struct profile_port *v = xcalloc(p->group->n, sizeof(*v));
    for (size_t i = 0; i < p->group->n; i++)
        if (s->v[p->group->member[i]]->has_ports)
            flows[s->v[p->group->member[i]]->port[1]]++;
    for (uint32_t port = 0; port < 65536; port++)
        if (flows[port])
            v[p->all_ports++] = (struct profile_port){(uint16_t)port, flows[port]};
    qsort(v, p->all_ports, sizeof(*v), most_flows_first);
    p->n_ports = p->all_ports < PROFILE_PORTS ? p->all_ports : PROFILE_PORTS;
    memcpy(p->port, v, p->n_ports * sizeof(*v));
    free(v);
    free(flows);
}

/* Who is the client of a flow whose beginning was not captured is a guess, and may be the same wrong one for all. */
static uint16_t port_of_clients(const struct profile *p, const struct samples *s)
{
    enum { FEWEST = 3 };
    const struct group *g = p->group;
    uint16_t port = s->v[g->member[0]]->port[0];
    bool many = g->n >= FEWEST && p->all_ports * 2 > g->n;
    for (size_t i = 0; i < g->n && many; i++)
        many = s->v[g->member[i]]->has_ports && s->v[g->member[i]]->port[0] == port;
    return many ? port : 0;
}

/* --- name --------------------------------------------------------------------------------------------- */

static void put_magic(char *out, size_t room, const struct profile_side *s)
{
    for (uint32_t i = 0; i < 4 && i < s->view.positions.n && s->view.m.n > 1; i++) {
        const struct position *b = &s->view.positions.v[i];
        if (!position_is_const(b) || room < 4)
            return;
        int n = snprintf(out, room, "%s%02x", i ? "" : "-", b->top);
        out += n;
        room -= (size_t)n;
    }
}

static void name_profile(struct profile *p, size_t number)
{
    char port[8] = "", magic[16] = "", transport[8];
    const char *known = profile_transport(p->transport);
    snprintf(transport, sizeof(transport), "ip%u", p->transport);
    uint16_t shared = p->from_port ? p->from_port : p->port[0].port;
    if (p->n_ports)
        snprintf(port, sizeof(port), "%u", shared);
    put_magic(magic, sizeof(magic), &p->side[p->side[0].view.m.n ? 0 : 1]);
    snprintf(p->id, sizeof(p->id), "U%02zu", number + 1);
    snprintf(p->name, sizeof(p->name), "%s%s%s", known ? known : transport, port, magic);
}

const char *const side_names[2] = {"C>S", "S>C"};

struct profile *profile_new(const struct samples *s, const struct groups *groups, size_t number)
{
    struct profile *p = xcalloc(1, sizeof(*p));
    p->group = &groups->v[number];
    p->groups = groups;
    p->transport = s->v[p->group->member[0]]->transport;
    for (size_t i = 0; i < p->group->n; i++)
        count_flow(p, s->v[p->group->member[i]]);
    choose_flows(p, s);
    p->clients = count_hosts(s, p->group, 0);
    p->servers = count_hosts(s, p->group, 1);
    count_ports(p, s);
    p->from_port = port_of_clients(p, s);
    for (unsigned side = 0; side < 2; side++)
        view_make(&p->side[side].view, p->flow, p->n_flows, side);
    name_profile(p, number);
    p->inferred = !p->group->small && (p->group->kind == GROUP_BINARY || p->group->kind == GROUP_TEXT);
    if (p->inferred)
        infer_sides(p);
    dialogue_describe(p);
    advice_give(p);
    return p;
}

void profile_free(struct profile *p)
{
    if (!p)
        return;
    for (unsigned side = 0; side < 2; side++) {
        view_free(&p->side[side].view);
        fields_free(&p->side[side].fields);
    }
    free(p->flow);
    free(p->unexplained);
    free(p->next);
    free(p);
}
