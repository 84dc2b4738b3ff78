/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.h - a small YAML file as a tree, every part with its line. What files of ours do not need is an error: anchors,
 * aliases, tags, several documents, keys that are no texts or are there twice. Rule files, which may be large, are read
 * by rules/events.h and never kept as a tree. */
#ifndef YAML_TREE_H
#define YAML_TREE_H

#include "dpitool/status.h"
#include "io/source.h"
#include "util/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    TREE_DEPTH_MAX = 16,      /* of lists and mappings in each other */
    TREE_KEYS_MAX = 4096,     /* of one mapping: each is compared with those before it */
    TREE_FILE_MAX = 1 << 20,  /* bytes */
};

enum tree_type { TREE_TEXT, TREE_LIST, TREE_MAP };

struct tree_node {
    enum tree_type type;
    const char *text; /* TREE_TEXT: with a NUL behind it, and none inside */
    bool plain;       /* without quotes */
    const char *key;  /* in a mapping, else NULL */
    size_t line;      /* of the key, else of the value */
    struct tree_node *first, *next; /* what is in it; its sibling */
};

struct tree {
    struct arena arena;
    struct tree_node *root; /* NULL: the file is empty */
};

/* Reads and closes s. DPI_RULES: name and line are in front of the message. t is to be freed whatever comes. */
enum dpi_status tree_read(struct tree *t, struct source *s, const char *name, struct dpi_err *err);
void tree_free(struct tree *t);

#endif
