/* SPDX-License-Identifier: BSD-2-Clause */
/* precedence.c - the table. */
#include "rules/precedence.h"

struct sides {
    const struct rules *r;
    const struct candidate *a, *b;
    const struct application *app_a, *app_b;
};

static int smaller_first(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int client_last(const struct sides *s)
{
    return smaller_first(s->a->client_only, s->b->client_only);
}

static int shipped_last(const struct sides *s)
{
    return smaller_first(s->app_a->shipped, s->app_b->shipped);
}

static int catch_all_last(const struct sides *s)
{
    return smaller_first(s->app_a->catch_all, s->app_b->catch_all);
}

static int by_level(const struct sides *s)
{
    return smaller_first(s->a->level, s->b->level);
}

static enum form form_of(const struct entry *e)
{
    if (e->kind == ENTRY_GLOB)
        return FORM_GLOB;
    return e->exact ? FORM_EXACT : FORM_SUFFIX;
}

static int by_form(const struct sides *s)
{
    return smaller_first(form_of(s->a->entry), form_of(s->b->entry));
}

static int longest_first(const struct sides *s)
{
    return smaller_first(s->b->length, s->a->length);
}

static int later_file_first(const struct sides *s)
{
    return smaller_first(s->app_b->file, s->app_a->file);
}

static int earlier_rule_first(const struct sides *s)
{
    return smaller_first(s->a->entry->rule, s->b->entry->rule);
}

static int earlier_name_first(const struct sides *s)
{
    return smaller_first(s->a->name, s->b->name);
}

static int earlier_value_first(const struct sides *s)
{
    return smaller_first((size_t)(s->a->entry - s->r->entries), (size_t)(s->b->entry - s->r->entries));
}

/* The first row that tells them apart decides. */
static const struct {
    int (*compare)(const struct sides *s);
    const char *why; /* the one behind does not win */
} table[] = {
    {client_last, "only the client's address says so"},
    {shipped_last, "a user's rules go before those shipped"},
    {catch_all_last, "a catch-all names no specific application"},
    {by_level, "the winner is by what tells more: the name asked for, the certificate's, a DNS hint, a fingerprint, "
               "an address, a port, the protocol, in this order"},
    {by_form, "an exact host goes before a suffix, and a suffix before a glob"},
    {longest_first, "the winner is more specific"},
    {later_file_first, "the winner is in a file given later"},
    {earlier_rule_first, "the winner stands earlier in the file"},
    {earlier_name_first, "the winner is by a name that tells more"},
    {earlier_value_first, "the winner stands earlier in the list"},
};

int precedence(const struct rules *r, const struct candidate *a, const struct candidate *b, const char **why)
{
    struct sides s = {r, a, b, entry_application(r, a->entry), entry_application(r, b->entry)};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int cmp = table[i].compare(&s);
        if (cmp != 0) {
            if (why)
                *why = table[i].why;
            return cmp;
        }
    }
    return 0;
}

unsigned precedence_length(const struct rules *r, const struct entry *e)
{
    if (e->kind != ENTRY_GLOB)
        return e->n;
    unsigned n = 0;
    for (unsigned i = 0; i < e->n; i++)
        n += entry_bytes(r, e)[i] != '*' && entry_bytes(r, e)[i] != '?';
    return n;
}

int precedence_of_entries(const struct rules *r, const struct entry *a, const struct entry *b)
{
    struct candidate left = {.entry = a, .length = precedence_length(r, a)};
    struct candidate right = {.entry = b, .length = precedence_length(r, b)};
    return precedence(r, &left, &right, NULL);
}
