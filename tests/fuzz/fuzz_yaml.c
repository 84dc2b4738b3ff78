/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_yaml.c - small YAML files as trees, as expectations are. */
#include "fuzz.h"

#include "yaml/tree.h"

#include <string.h>

/* What hangs together: every node of a mapping has a key, texts end. Bounded by the file, for there are no aliases. */
static size_t count(const struct tree_node *n, bool in_map, unsigned depth)
{
    size_t nodes = 0;
    CLAIM(depth <= TREE_DEPTH_MAX + 1);
    for (; n; n = n->next) {
        CLAIM(!in_map || n->key);
        nodes += 1 + (n->type == TREE_TEXT ? strlen(n->text) : count(n->first, n->type == TREE_MAP, depth + 1));
    }
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tree t = {0};
    struct dpi_err err;
    if (tree_read(&t, source_memory(data, n), "fuzz", &err) == DPI_OK)
        CLAIM(count(t.root, false, 0) <= 4 * n + 4);
    tree_free(&t);
    return 0;
}
