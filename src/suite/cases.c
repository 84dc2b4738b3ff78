/* SPDX-License-Identifier: BSD-2-Clause */
/* cases.c - names with the endings of captures, and names with those of expectations. */
#include "suite/cases.h"

#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2", ".lz4", NULL};
static const char *const captures[] = {".pcap", ".pcapng", ".cap", NULL};

static const struct {
    const char *ending;
    size_t offset; /* of the path in struct suite_case */
} expected[] = {
    {".expected.json", offsetof(struct suite_case, results)},
    {".expected.csv", offsetof(struct suite_case, results)},
    {".expected.yaml", offsetof(struct suite_case, yaml)},
};

enum { N_EXPECTED = sizeof(expected) / sizeof(expected[0]) };

const char *cases_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* n bytes of name without one of the endings; n when it has none. */
static size_t without(const char *name, size_t n, const char *const *endings)
{
    for (; *endings; endings++) {
        size_t length = strlen(*endings);
        if (n > length && strncasecmp(name + n - length, *endings, length) == 0)
            return n - length;
    }
    return n;
}

/* Of a capture's file name; 0 when it is none. */
static size_t name_length(const char *file)
{
    size_t n = strlen(file), unpacked = without(file, n, packed), stem = without(file, unpacked, captures);
    return stem < unpacked ? stem : 0;
}

/* Which of expected the file is; N_EXPECTED when none. *n: the length of what is before the ending. */
static size_t expectation_of(const char *file, size_t *n)
{
    for (size_t i = 0; i < N_EXPECTED; i++) {
        size_t length = strlen(file), ending = strlen(expected[i].ending);
        *n = length - ending;
        if (length > ending && strcmp(file + *n, expected[i].ending) == 0)
            return i;
    }
    return N_EXPECTED;
}

static void add_captures(struct cases *c)
{
    for (size_t i = 0; i < c->folder.n; i++) {
        const char *file = cases_file(c->folder.paths[i]);
        size_t n = name_length(file);
        if (!n)
            continue;
        c->v = xrealloc(c->v, c->n + 1, sizeof(*c->v));
        c->v[c->n] = (struct suite_case){.name = xcalloc(n + 1, 1), .capture = c->folder.paths[i]};
        memcpy(c->v[c->n++].name, file, n);
    }
}

/* The case whose capture is called so, with or without its endings. */
static struct suite_case *case_of(struct cases *c, const char *name, size_t n, bool *several)
{
    struct suite_case *found = NULL;
    *several = false;
    for (size_t i = 0; i < c->n; i++) {
        const char *file = cases_file(c->v[i].capture);
        if (strlen(file) == n && memcmp(file, name, n) == 0) {
            *several = false;
            return &c->v[i];
        }
        if (strlen(c->v[i].name) == n && memcmp(c->v[i].name, name, n) == 0) {
            *several = found != NULL;
            found = &c->v[i];
        }
    }
    return found;
}

static enum dpi_status add_expectation(struct cases *c, const char *path, struct dpi_err *err)
{
    size_t n;
    bool several;
    const char *file = cases_file(path);
    size_t kind = expectation_of(file, &n);
    if (kind == N_EXPECTED)
        return DPI_OK;
    struct suite_case *found = case_of(c, file, n, &several);
    if (!found)
        return dpi_fail(err, DPI_RULES, "%s:1: its capture is gone: the folder has no %.*s.pcap, .pcapng or .cap, "
                                        "compressed or not", path, (int)n, file);
    if (several)
        return dpi_fail(err, DPI_RULES, "%s:1: several captures are called %.*s; name it %s%s", path, (int)n, file,
                        cases_file(found->capture), expected[kind].ending);
    const char **at = (const char **)((char *)found + expected[kind].offset);
    if (*at)
        return dpi_fail(err, DPI_RULES, "%s:1: %s has the expectation %s already", path, cases_file(found->capture),
                        cases_file(*at));
    *at = path;
    return DPI_OK;
}

enum dpi_status cases_find(struct cases *c, const char *folder, struct dpi_err *err)
{
    *c = (struct cases){0};
    if (!folder_is(folder))
        return dpi_fail(err, DPI_INPUT, "'%s' is no folder", folder);
    DPI_TRY(folder_list(&c->folder, folder, err));
    add_captures(c);
    for (size_t i = 0; i < c->folder.n; i++)
        DPI_TRY(add_expectation(c, c->folder.paths[i], err));
    if (!c->n)
        return dpi_fail(err, DPI_INPUT, "'%s' has no capture in it: no file that ends in .pcap, .pcapng or .cap, "
                                        "compressed or not", folder);
    return DPI_OK;
}

void cases_free(struct cases *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->v[i].name);
    free(c->v);
    folder_free(&c->folder);
    *c = (struct cases){0};
}
