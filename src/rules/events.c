/* SPDX-License-Identifier: BSD-2-Clause */
/* events.c - libyaml behind one call. Bytes go to it through chars.c, and no more than it asks for: what is read
 * since the last event bounds the memory of a text that has no end. */
#include "rules/events.h"

#include <yaml.h>

#include "rules/chars.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 };

struct events {
    yaml_parser_t parser;
    yaml_event_t event; /* the last one, which texts are borrowed from */
    bool has_event, ended, failed;
    struct source *source;
    struct rules_problems *problems;
    const char *name;
    struct chars chars;
    char chunk[CHUNK];
    size_t at, checked, filled; /* chunk[at..checked) can be handed out, up to filled it was read */
    bool source_ended, told;    /* told: why reading stopped */
    uint64_t total, silence;
    unsigned depth, documents;
};

/* --- bytes -------------------------------------------------------------------------------------------- */

static void stop(struct events *e, const char *why)
{
    if (!e->told)
        rules_error(e->problems, &(struct rules_place){e->name, 0, 0}, "%s", why);
    e->told = true;
}

/* True when there is more to hand out, or the end. */
static bool fill(struct events *e)
{
    struct dpi_err err;
    size_t got, skip, kept = e->filled - e->checked;
    if (kept)
        memmove(e->chunk, e->chunk + e->checked, kept);
    if (source_read(e->source, e->chunk + kept, CHUNK - kept, &got, &err) != DPI_OK) {
        stop(e, err.msg);
        return false;
    }
    e->source_ended = got < CHUNK - kept;
    e->total += got;
    e->filled = kept + got;
    e->checked = chars_check(&e->chars, e->chunk, e->filled, e->source_ended, &skip);
    e->at = skip;
    if (e->total > EVENTS_FILE_MAX)
        stop(e, "the file is larger than 256 MiB");
    return !e->told;
}

static int hand_out(void *ctx, unsigned char *to, size_t size, size_t *n)
{
    struct events *e = ctx;
    while (e->at == e->checked && !e->source_ended)
        if (!fill(e))
            return 0;
    *n = e->checked - e->at < size ? e->checked - e->at : size;
    memcpy(to, e->chunk + e->at, *n);
    e->at += *n;
    e->silence += *n;
    if (e->silence > EVENTS_SILENCE_MAX)
        stop(e, "more than 1 MiB of text or comment without anything else");
    return !e->told;
}

struct events *events_new(struct source *s, const char *name, struct rules_problems *problems)
{
    struct events *e = xcalloc(1, sizeof(*e));
    e->source = s;
    e->name = name;
    e->problems = problems;
    e->chars = (struct chars){.problems = problems, .at = {name, 1, 1}};
    if (!yaml_parser_initialize(&e->parser)) {
        stop(e, "no memory to read it");
        e->ended = true;
        return e;
    }
    yaml_parser_set_encoding(&e->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&e->parser, hand_out, e);
    return e;
}

void events_free(struct events *e)
{
    if (!e)
        return;
    if (e->has_event)
        yaml_event_delete(&e->event);
    yaml_parser_delete(&e->parser);
    free(e);
}

bool events_failed(const struct events *e)
{
    return e->failed || e->told;
}

/* --- events ------------------------------------------------------------------------------------------- */

static struct rules_place place_of(const struct events *e, const yaml_mark_t *mark)
{
    return (struct rules_place){e->name, (unsigned)mark->line + 1, (unsigned)mark->column + 1};
}

/* What somebody likely meant where libyaml finds a token that cannot be. */
static const char *advice(const yaml_parser_t *p)
{
    const char *problem = p->problem ? p->problem : "";
    if (strstr(problem, "alphabetic or numeric character"))
        return "; a glob needs quotes: \"*.example.com\"";
    if (strstr(problem, "found character that cannot start any token"))
        return "; a tab does not indent, and texts that begin with @, ` or % need quotes";
    if (strstr(problem, "mapping values are not allowed"))
        return "; a text with a colon and a blank in it needs quotes";
    return "";
}

static void tell_syntax(struct events *e)
{
    const yaml_parser_t *p = &e->parser;
    if (e->told)
        return;
    struct rules_place at = place_of(e, &p->problem_mark);
    const char *context = p->context ? p->context : "";
    rules_error(e->problems, &at, "this is no YAML: %s%s%s%s", p->problem ? p->problem : "it cannot be read",
                context[0] ? " " : "", context, advice(p));
}

static void end(struct events *e, struct event *out)
{
    e->ended = true;
    *out = (struct event){.type = EVENT_END, .at = {e->name, e->chars.at.line, 1}};
}

static void refuse(struct events *e, struct event *out, const char *what)
{
    rules_error(e->problems, &out->at, "%s", what);
    out->faulty = true;
}

/* Of any node: what YAML can hang on it. */
static void check_properties(struct events *e, struct event *out, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    bool faulty = out->faulty;
    if (anchor)
        refuse(e, out, "an anchor (&name): not possible in rule files; a text that begins with & needs quotes");
    if (tag)
        refuse(e, out, "a tag (!name): not possible in rule files; a text that begins with ! needs quotes");
    out->faulty = faulty;
}

static void take_text(struct events *e, struct event *out)
{
    const yaml_event_t *y = &e->event;
    out->type = EVENT_TEXT;
    out->text = (const char *)y->data.scalar.value;
    out->n = y->data.scalar.length;
    out->plain = y->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    check_properties(e, out, y->data.scalar.anchor, y->data.scalar.tag);
    if (out->n > EVENTS_TEXT_MAX) {
        refuse(e, out, "a text of more than 4,096 bytes");
        out->n = 0;
        out->text = "";
    } else if (memchr(out->text, '\0', out->n)) { /* "\0" in quotes */
        refuse(e, out, "a NUL character in a text");
    }
}

static void take_alias(struct events *e, struct event *out)
{
    out->type = EVENT_TEXT;
    out->text = "";
    refuse(e, out, "an alias (*name): not possible in rule files; a glob needs quotes: \"*.example.com\"");
}

static void take_begin(struct events *e, struct event *out)
{
    const yaml_event_t *y = &e->event;
    bool list = y->type == YAML_SEQUENCE_START_EVENT;
    out->type = list ? EVENT_LIST : EVENT_MAP;
    check_properties(e, out, list ? y->data.sequence_start.anchor : y->data.mapping_start.anchor,
                     list ? y->data.sequence_start.tag : y->data.mapping_start.tag);
    if (++e->depth > EVENTS_DEPTH_MAX) {
        refuse(e, out, "more than 16 lists and mappings in each other");
        end(e, out);
    }
}

static void take_end(struct events *e, struct event *out, enum event_type type)
{
    out->type = type;
    e->depth--;
}

/* False: the event says nothing to the reader of rules. */
static bool take(struct events *e, struct event *out)
{
    switch (e->event.type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++e->documents > 1) {
            refuse(e, out, "a second document (---): a rule file has one");
            end(e, out);
            return true;
        }
        return false;
    case YAML_STREAM_END_EVENT:
        end(e, out);
        return true;
    case YAML_SCALAR_EVENT:
        take_text(e, out);
        return true;
    case YAML_ALIAS_EVENT:
        take_alias(e, out);
        return true;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        take_begin(e, out);
        return true;
    case YAML_SEQUENCE_END_EVENT:
        take_end(e, out, EVENT_LIST_END);
        return true;
    case YAML_MAPPING_END_EVENT:
        take_end(e, out, EVENT_MAP_END);
        return true;
    default:
        return false;
    }
}

void events_next(struct events *e, struct event *out)
{
    while (!e->ended) {
        if (e->has_event)
            yaml_event_delete(&e->event);
        e->has_event = yaml_parser_parse(&e->parser, &e->event);
        e->silence = 0;
        if (!e->has_event) {
            e->failed = true;
            tell_syntax(e);
            break;
        }
        *out = (struct event){.at = place_of(e, &e->event.start_mark)};
        if (take(e, out))
            return;
    }
    end(e, out);
}
