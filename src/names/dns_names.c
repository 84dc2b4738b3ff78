/* SPDX-License-Identifier: BSD-2-Clause */
/* dns_names.c - names and hints out of a message. */
#include "names/dns_names.h"

/* CHAIN_MAX: CNAMEs that are followed; resolvers give up at about that many. LOOKS_MAX: records that are looked at in
 * following them, so that a message of 64 KiB made for it does not take long. */
enum { CHAIN_MAX = 16, LOOKS_MAX = 4096 };

static void give_name(name_fn *fn, void *ctx, enum name_kind kind, const struct dns_name *name)
{
    if (name->n)
        fn(ctx, kind, name->text, name->n);
}

/* The address in an A or AAAA record of the internet class. */
static bool address_of(const struct dns_record *record, struct dpi_addr *addr)
{
    size_t n = record->type == DNS_TYPE_A ? 4 : record->type == DNS_TYPE_AAAA ? 16 : 0;
    if (n == 0 || record->class_ != DNS_CLASS_IN || cursor_left(&record->data) != n)
        return false;
    *addr = (struct dpi_addr){.family = n == 4 ? 4 : 6};
    memcpy(addr->b, record->data.p, n);
    return true;
}

/* IN, CH, HS, and NONE and ANY in questions and updates (RFC 6895, 3.2). */
static bool is_class(uint16_t class_)
{
    return class_ == DNS_CLASS_IN || class_ == 3 || class_ == 4 || class_ == 254 || class_ == 255;
}

/* Records that answer: where nothing was asked, additional ones belong to the answers (RFC 6763, 12). */
static bool is_answer(const struct dns_reader *r, const struct dns_record *record)
{
    return record->section == DNS_ANSWER || (record->section == DNS_ADDITIONAL && r->count[DNS_QUESTION] == 0);
}

static void give_answer(const struct dns_reader *r, const struct dns_record *record, name_fn *fn, void *ctx)
{
    struct dns_name target;
    struct dpi_addr addr;
    if (!is_answer(r, record))
        return;
    if (r->count[DNS_QUESTION] == 0)
        give_name(fn, ctx, NAME_DNS, &record->name);
    if (address_of(record, &addr))
        fn(ctx, NAME_DNS_ADDRESS, addr.b, addr.family == 4 ? 4 : 16);
    else if (record->type == DNS_TYPE_CNAME && dns_data_name(r, record, &target))
        give_name(fn, ctx, NAME_DNS_CNAME, &target);
}

static bool questions_are_sound(struct dns_reader r)
{
    struct dns_record record;
    while (r.left[DNS_QUESTION])
        if (!dns_next(&r, &record) || !is_class(record.class_))
            return false;
    return r.count[DNS_QUESTION] || (dns_is_response(&r) && dns_next(&r, &record) && is_class(record.class_));
}

bool dns_names(const void *message, size_t n, name_fn *fn, void *ctx)
{
    struct dns_reader r;
    struct dns_record record;
    if (!dns_open(&r, message, n) || !questions_are_sound(r))
        return false;
    while (dns_next(&r, &record)) {
        if (record.section == DNS_QUESTION)
            give_name(fn, ctx, NAME_DNS, &record.name);
        else
            give_answer(&r, &record, fn, ctx);
    }
    return true;
}

/* --- hints -------------------------------------------------------------------------------------------- */

struct chain {
    const struct dns_name *asked;
    struct dns_name at; /* where the chain of CNAMEs has come to */
    uint32_t ttl;
    unsigned *looks; /* that are left */
    dns_hint_fn *fn;
    void *ctx;
};

/* A TTL with the top bit set counts as 0 (RFC 2181, 8). */
static uint32_t least_ttl(uint32_t so_far, uint32_t ttl)
{
    ttl = ttl > INT32_MAX ? 0 : ttl;
    return ttl < so_far ? ttl : so_far;
}

/* Gives the addresses that the end of the chain has, and goes on where it is an alias. */
static bool step(struct dns_reader r, struct chain *c)
{
    struct dns_record record;
    struct dns_name next;
    struct dpi_addr addr;
    uint32_t ttl = c->ttl;
    bool is_alias = false;
    for (; *c->looks && dns_next(&r, &record); --*c->looks) {
        if (record.section != DNS_ANSWER || !dns_name_eq(&record.name, &c->at))
            continue;
        if (address_of(&record, &addr)) {
            c->fn(c->ctx, c->asked, &addr, least_ttl(c->ttl, record.ttl));
        } else if (!is_alias && record.type == DNS_TYPE_CNAME && dns_data_name(&r, &record, &next)) {
            is_alias = true;
            ttl = least_ttl(c->ttl, record.ttl);
        }
    }
    c->ttl = ttl;
    if (is_alias)
        c->at = next;
    return is_alias;
}

/* What mDNS answers without being asked: each address names its owner. */
static void give_owners(struct dns_reader r, dns_hint_fn *fn, void *ctx)
{
    struct dns_record record;
    struct dpi_addr addr;
    while (dns_next(&r, &record))
        if (is_answer(&r, &record) && record.name.n && address_of(&record, &addr))
            fn(ctx, &record.name, &addr, least_ttl(UINT32_MAX, record.ttl));
}

void dns_hints(const void *message, size_t n, dns_hint_fn *fn, void *ctx)
{
    struct dns_reader r;
    struct dns_record question;
    unsigned looks = LOOKS_MAX;
    if (!dns_open(&r, message, n) || !dns_is_answered(&r) || !questions_are_sound(r))
        return;
    if (r.count[DNS_QUESTION] == 0)
        give_owners(r, fn, ctx);
    while (looks && r.left[DNS_QUESTION] && dns_next(&r, &question)) {
        struct chain c = {.asked = &question.name, .at = question.name, .ttl = UINT32_MAX, .looks = &looks,
                          .fn = fn, .ctx = ctx};
        if (question.name.n == 0)
            continue;
        for (unsigned hops = 0; hops < CHAIN_MAX && step(r, &c); hops++)
            ;
    }
}
