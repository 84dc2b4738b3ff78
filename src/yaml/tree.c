/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.c - libyaml's events to nodes; what is open waits on a stack, so that nothing calls itself. */
#include "yaml/tree.h"

#include <string.h>
#include <yaml.h>

#include "util/buf.h"
#include "util/xalloc.h"

#include <stdlib.h>

struct open_node {
    struct tree_node *node, **end; /* where the next part goes */
    const char *key;               /* that waits for its value */
    size_t key_line;
    unsigned keys; /* so far */
};

struct reading {
    struct tree *tree;
    const char *name;
    struct open_node open[TREE_DEPTH_MAX];
    unsigned depth, documents;
    bool ended;
    struct dpi_err *err;
};

static enum dpi_status wrong(struct reading *r, size_t line, const char *what)
{
    return dpi_fail(r->err, DPI_RULES, "%s:%zu: %s", r->name, line, what);
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static bool has_key(const struct tree_node *map, const char *key)
{
    for (const struct tree_node *n = map->first; n; n = n->next)
        if (strcmp(n->key, key) == 0)
            return true;
    return false;
}

/* In a mapping, a text that is not a value. */
static enum dpi_status take_key(struct reading *r, struct open_node *o, const char *text, size_t line)
{
    if (++o->keys > TREE_KEYS_MAX)
        return wrong(r, line, "more than 4,096 keys in one mapping");
    if (has_key(o->node, text))
        return dpi_fail(r->err, DPI_RULES, "%s:%zu: '%s' is there twice", r->name, line, text);
    o->key = text;
    o->key_line = line;
    return DPI_OK;
}

static enum dpi_status add_node(struct reading *r, struct tree_node node)
{
    struct open_node *o = r->depth ? &r->open[r->depth - 1] : NULL;
    if (o && o->node->type == TREE_MAP && !o->key) {
        if (node.type != TREE_TEXT)
            return wrong(r, node.line, "a key is a text");
        return take_key(r, o, node.text, node.line);
    }
    struct tree_node *copy = arena_alloc(&r->tree->arena, sizeof(*copy));
    *copy = node;
    if (o) {
        copy->key = o->key;
        copy->line = o->key ? o->key_line : node.line;
        o->key = NULL;
        *o->end = copy;
        o->end = &copy->next;
    } else {
        r->tree->root = copy;
    }
    if (node.type == TREE_TEXT)
        return DPI_OK;
    if (r->depth == TREE_DEPTH_MAX)
        return wrong(r, node.line, "nested too deep");
    r->open[r->depth++] = (struct open_node){.node = copy, .end = &copy->first};
    return DPI_OK;
}

/* --- events ------------------------------------------------------------------------------------------- */

static enum dpi_status take_scalar(struct reading *r, const yaml_event_t *e)
{
    size_t n = e->data.scalar.length, line = e->start_mark.line + 1;
    const char *text = (const char *)e->data.scalar.value;
    if (e->data.scalar.anchor || e->data.scalar.tag)
        return wrong(r, line, "anchors and tags are not known here");
    if (memchr(text, '\0', n))
        return wrong(r, line, "a text with a NUL in it");
    return add_node(r, (struct tree_node){
        .type = TREE_TEXT, .text = arena_text(&r->tree->arena, text, n), .line = line,
        .plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
    });
}

static enum dpi_status take_event(struct reading *r, const yaml_event_t *e)
{
    size_t line = e->start_mark.line + 1;
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(r, e);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: {
        bool map = e->type == YAML_MAPPING_START_EVENT;
        bool odd = map ? e->data.mapping_start.anchor || e->data.mapping_start.tag
                       : e->data.sequence_start.anchor || e->data.sequence_start.tag;
        if (odd)
            return wrong(r, line, "anchors and tags are not known here");
        return add_node(r, (struct tree_node){.type = map ? TREE_MAP : TREE_LIST, .line = line});
    }
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return DPI_OK;
    case YAML_ALIAS_EVENT:
        return wrong(r, line, "aliases are not known here");
    case YAML_DOCUMENT_START_EVENT:
        return r->documents++ ? wrong(r, line, "a second document begins") : DPI_OK;
    case YAML_STREAM_END_EVENT:
        r->ended = true;
        return DPI_OK;
    default:
        return DPI_OK;
    }
}

static enum dpi_status parse(struct reading *r, yaml_parser_t *parser)
{
    enum dpi_status st = DPI_OK;
    while (st == DPI_OK && !r->ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return wrong(r, parser->problem_mark.line + 1, parser->problem ? parser->problem : "no YAML");
        st = take_event(r, &event);
        yaml_event_delete(&event);
    }
    return st;
}

static enum dpi_status read_all(struct buf *b, struct source *s, struct dpi_err *err)
{
    size_t got = 1;
    while (got && b->n <= TREE_FILE_MAX) {
        DPI_TRY(source_some(s, buf_room(b, 65536), 65536, &got, err));
        b->n += got;
    }
    return b->n <= TREE_FILE_MAX ? DPI_OK : dpi_fail(err, DPI_RULES, "the file is larger than 1 MiB");
}

enum dpi_status tree_read(struct tree *t, struct source *s, const char *name, struct dpi_err *err)
{
    struct buf b = {0};
    struct dpi_err why;
    yaml_parser_t parser;
    struct reading r = {.tree = t, .name = name, .err = err};
    *t = (struct tree){0};
    enum dpi_status st = read_all(&b, s, &why);
    source_close(s);
    if (st != DPI_OK) {
        dpi_fail(err, st, "%s: %s", name, why.msg);
    } else if (!yaml_parser_initialize(&parser)) {
        st = dpi_fail(err, DPI_OUTPUT, "libyaml has no memory");
    } else {
        yaml_parser_set_input_string(&parser, (const unsigned char *)(b.p ? b.p : ""), b.n);
        st = parse(&r, &parser);
        yaml_parser_delete(&parser);
    }
    buf_free(&b);
    return st;
}

void tree_free(struct tree *t)
{
    arena_free(&t->arena);
    t->root = NULL;
}
