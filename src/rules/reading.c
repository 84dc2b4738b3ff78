/* SPDX-License-Identifier: BSD-2-Clause */
/* reading.c - YAML events to mappings, lists and texts, and what applications and signatures have in common. */
#include "rules/reading.h"

#include "rules/values.h"
#include "util/nearest.h"
#include "util/utf8.h"

#include <string.h>

enum { NAME_MAX_BYTES = 128 };

/* --- any YAML ----------------------------------------------------------------------------------------- */

void reading_next(struct loader *l)
{
    events_next(l->events, &l->e);
}

static bool opens(const struct loader *l)
{
    return l->e.type == EVENT_LIST || l->e.type == EVENT_MAP;
}

static bool closes(const struct loader *l)
{
    return l->e.type == EVENT_LIST_END || l->e.type == EVENT_MAP_END;
}

void reading_skip(struct loader *l)
{
    unsigned depth = 0;
    do {
        depth += opens(l);
        depth -= closes(l);
        if (l->e.type == EVENT_END)
            return;
        reading_next(l);
    } while (depth > 0);
}

static const char *type_word(const struct event *e)
{
    return e->type == EVENT_LIST ? "a list" : e->type == EVENT_MAP ? "a mapping" : "a text";
}

void reading_wrong_type(struct loader *l, const char *what, const char *expected)
{
    if (l->e.type != EVENT_END && !l->e.faulty)
        FAIL(l, "%s is %s: expected %s", what, type_word(&l->e), expected);
    reading_skip(l);
}

bool reading_is_null(const struct event *e)
{
    return e->type == EVENT_TEXT && e->plain &&
           (e->n == 0 || strcmp(e->text, "~") == 0 || strcmp(e->text, "null") == 0);
}

static const char *key_at(size_t i, void *keys)
{
    const struct keys *k = keys;
    return i < k->n ? k->v[i].name : NULL;
}

static void unknown_key(struct loader *l, const struct keys *keys)
{
    const char *meant = nearest(l->e.text, l->e.n, key_at, (void *)keys);
    FAIL(l, "no key '%.40s' in %s%s%s%s", l->e.text, keys->where, meant ? "; did you mean " : "", meant ? meant : "",
         meant ? "?" : "");
}

/* One key and its value. lines: where each key stood first, 0: not yet. */
static void read_member(struct loader *l, const struct keys *keys, unsigned *lines, void *into)
{
    size_t i = 0;
    if (l->e.type != EVENT_TEXT) {
        reading_wrong_type(l, "a key", "a text");
        reading_skip(l);
        return;
    }
    while (i < keys->n && strcmp(keys->v[i].name, l->e.text) != 0)
        i++;
    bool known = i < keys->n && !l->e.faulty;
    if (i == keys->n && !l->e.faulty)
        unknown_key(l, keys);
    else if (known && lines[i])
        FAIL(l, "the key '%s' stands twice in %s, first in line %u", keys->v[i].name, keys->where, lines[i]);
    bool take = known && !lines[i];
    if (take)
        lines[i] = l->e.at.line;
    reading_next(l);
    if (take)
        keys->v[i].read(l, into);
    else
        reading_skip(l);
}

bool reading_mapping(struct loader *l, const struct keys *keys, unsigned *lines, void *into)
{
    if (l->e.type != EVENT_MAP) {
        reading_wrong_type(l, keys->where, "a mapping");
        return false;
    }
    reading_next(l);
    while (l->e.type != EVENT_MAP_END && l->e.type != EVENT_END)
        read_member(l, keys, lines, into);
    bool whole = l->e.type == EVENT_MAP_END;
    reading_next(l);
    return whole;
}

void reading_list(struct loader *l, const char *what, const char *expected,
                      void (*item)(struct loader *l, void *into), void *into)
{
    if (l->e.type != EVENT_LIST) {
        if (reading_is_null(&l->e) && !l->e.faulty)
            FAIL(l, "%s is empty: expected %s", what, expected);
        else
            reading_wrong_type(l, what, expected);
        if (reading_is_null(&l->e))
            reading_skip(l);
        return;
    }
    struct rules_place at = l->e.at;
    reading_next(l);
    if (l->e.type == EVENT_LIST_END)
        rules_error(l->problems, &at, "%s is an empty list: expected %s", what, expected);
    while (l->e.type != EVENT_LIST_END && l->e.type != EVENT_END)
        item(l, into);
    reading_next(l);
}

const char *reading_text(struct loader *l, const char *what, const char *expected, size_t max)
{
    const char *text = NULL;
    if (l->e.type != EVENT_TEXT) {
        reading_wrong_type(l, what, expected);
        return NULL;
    }
    if (l->e.faulty)
        ;
    else if (l->e.n == 0 || reading_is_null(&l->e))
        FAIL(l, "%s is empty: expected %s", what, expected);
    else if (l->e.n > max)
        FAIL(l, "%s has more than %zu bytes", what, max);
    else
        text = arena_text(&l->r->arena, l->e.text, l->e.n);
    reading_next(l);
    return text;
}

/* --- members of applications and signatures ------------------------------------------------------------ */

const char *reading_id(struct loader *l, struct rules_place *at)
{
    char why[VALUE_WHY_MAX];
    *at = l->e.at;
    const char *id = reading_text(l, "id", "a short word such as netflix or corp.erp", EVENTS_TEXT_MAX);
    if (id && !value_id(id, why))
        rules_error(l->problems, at, "%s", why);
    return id;
}

static bool is_printable(const char *text)
{
    uint32_t cp;
    for (size_t n = strlen(text), len; n > 0; text += len, n -= len)
        if ((len = utf8_decode(text, n, &cp)) == 0 || utf8_unsafe(cp))
            return false;
    return true;
}

const char *reading_name(struct loader *l, const char *what, const char *expected)
{
    struct rules_place at = l->e.at;
    const char *name = reading_text(l, what, expected, NAME_MAX_BYTES);
    if (name && !is_printable(name))
        rules_error(l->problems, &at, "%s has characters that are not printable", what);
    return name;
}

static const char *category_at(size_t i, void *unused)
{
    (void)unused;
    return rules_category_ids[i];
}

uint8_t reading_category(struct loader *l)
{
    struct rules_place at = l->e.at;
    uint8_t i = 0;
    const char *id = reading_text(l, "category", "one such as video; dpitool-rules(5) lists them", EVENTS_TEXT_MAX);
    while (id && rules_category_ids[i] && strcmp(rules_category_ids[i], id) != 0)
        i++;
    if (!id || rules_category_ids[i])
        return i;
    const char *meant = nearest(id, strlen(id), category_at, NULL);
    rules_error(l->problems, &at, "no category '%.40s'%s%s%s; dpitool-rules(5) lists them", id,
                meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
    return 0;
}

const char *reading_source(struct loader *l)
{
    struct rules_place at = l->e.at;
    const char *source = reading_text(l, "source", "the operator's own page, such as https://www.example.com/ips",
                                   EVENTS_TEXT_MAX);
    if (source && ((strncmp(source, "https://", 8) != 0 && strncmp(source, "http://", 7) != 0) ||
                   !is_printable(source) || strchr(source, ' ')))
        rules_error(l->problems, &at, "'%.60s' is no source: expected a URL that begins with https:// or http://",
                    source);
    return source;
}

bool reading_flag(struct loader *l, const char *what)
{
    if (l->e.type != EVENT_TEXT) {
        reading_wrong_type(l, what, "true or false");
        return false;
    }
    bool yes = strcmp(l->e.text, "true") == 0, sound = l->e.plain && (yes || strcmp(l->e.text, "false") == 0);
    if (!sound && !l->e.faulty)
        FAIL(l, "%s is '%.40s': expected true or false", what, l->e.text);
    reading_next(l);
    return yes;
}
