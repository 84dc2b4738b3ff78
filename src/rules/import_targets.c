/* SPDX-License-Identifier: BSD-2-Clause */
/* import_targets.c - applications under construction: ids and names that a rule file may have, and the file. */
#include "rules/import_targets.h"

#include "util/utf8.h"
#include "util/xalloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- applications ------------------------------------------------------------------------------------- */

/* Letters, digits and what else an id may have; all others become a hyphen. */
static char *make_id(const char *name)
{
    char id[65] = "x";
    size_t n = 0;
    for (; *name && n < sizeof(id) - 1; name++) {
        char c = (char)tolower((unsigned char)*name);
        bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (n && strchr("._-", c));
        if (fits || n)
            id[n++] = fits ? c : '-';
    }
    id[n ? n : 1] = '\0';
    return xstrdup(id);
}

/* An id that no other application has. */
static char *unique_id(const struct import_targets *all, const char *name)
{
    char *id = make_id(name), longer[80];
    for (unsigned number = 2, i = 0; i < all->n; i++) {
        if (strcmp(all->v[i].id, id) != 0)
            continue;
        snprintf(longer, sizeof(longer), "%.56s-%u", id, number++);
        free(id);
        id = xstrdup(longer);
        i = (unsigned)-1;
    }
    return id;
}

static char *printable_name(const char *name)
{
    char *copy = xstrdup(name);
    size_t n = strnlen(copy, 127);
    uint32_t cp;
    copy[n] = '\0';
    for (size_t i = 0, len; i < n; i += len) {
        len = utf8_decode(copy + i, n - i, &cp);
        if (len == 0 || utf8_unsafe(cp))
            memset(copy + i, '?', len = len ? len : 1);
    }
    return copy;
}

static struct import_target *find_target(struct import_targets *all, const char *key)
{
    for (size_t i = all->n; i-- > 0;)
        if (strcmp(all->v[i].key, key) == 0)
            return &all->v[i];
    return NULL;
}

struct import_target *import_target(struct import_targets *all, const char *key, const char *name, const char *category)
{
    struct import_target *t = find_target(all, key);
    if (t)
        return t;
    char *id = unique_id(all, name);
    all->v = xrealloc(all->v, all->n + 1, sizeof(*all->v));
    t = &all->v[all->n++];
    *t = (struct import_target){.key = xstrdup(key), .id = id, .name = printable_name(name), .category = category};
    return t;
}

void import_targets_free(struct import_targets *all)
{
    for (size_t i = 0; i < all->n; i++) {
        struct import_target *t = &all->v[i];
        buf_free(&t->hosts);
        buf_free(&t->addresses);
        buf_free(&t->ports);
        buf_free(&t->match);
        free(t->key);
        free(t->id);
        free(t->name);
    }
    free(all->v);
}

/* --- the rule file ------------------------------------------------------------------------------------ */

static void write_list(struct buf *out, const char *key, const struct buf *lines)
{
    if (!lines->n)
        return;
    buf_str(out, "    ");
    buf_str(out, key);
    buf_str(out, ":\n");
    buf_add(out, lines->p, lines->n);
}

static void write_quoted(struct buf *out, const char *text)
{
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_char(out, '\\');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

static bool has_rule(const struct import_target *t)
{
    return t->hosts.n || t->addresses.n || t->ports.n || t->match.n;
}

static void write_target(struct buf *out, const struct import_target *t)
{
    buf_str(out, "  - id: ");
    write_quoted(out, t->id);
    buf_str(out, "\n    name: ");
    write_quoted(out, t->name);
    buf_str(out, "\n    category: ");
    buf_str(out, t->category);
    buf_char(out, '\n');
    write_list(out, "hosts", &t->hosts);
    write_list(out, "addresses", &t->addresses);
    write_list(out, "ports", &t->ports);
    write_list(out, "match", &t->match);
}

bool import_targets_write(const struct import_targets *all, struct buf *out)
{
    bool any = false;
    buf_str(out, "version: 1\napplications:\n");
    for (size_t i = 0; i < all->n; i++) {
        if (!has_rule(&all->v[i]))
            continue;
        write_target(out, &all->v[i]);
        any = true;
    }
    return any;
}
