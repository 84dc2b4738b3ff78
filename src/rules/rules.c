/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.c - a set of rules from files and folders: all of them, or none. */
#include "rules/rules.h"

#include "io/folder.h"
#include "rules/compiled.h"
#include "rules/load.h"
#include "util/mix.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

static const char ending[] = ".yaml";

static bool is_rule_file(const char *path)
{
    size_t n = strlen(path), end = sizeof(ending) - 1;
    return n > end && strcmp(path + n - end, ending) == 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void load_path(struct rules *r, const char *path, bool shipped, struct rules_problems *problems)
{
    struct dpi_err err;
    struct source *s;
    if (source_open(&s, path, &err) != DPI_OK) {
        rules_error(problems, &(struct rules_place){path, 0, 0}, "%s", err.msg);
        return;
    }
    load_file(r, s, shipped ? base_name(path) : path, shipped, problems);
    source_close(s);
}

static void load_folder(struct rules *r, const struct rules_source *from, struct rules_problems *problems)
{
    struct dpi_err err;
    struct folder f;
    bool any = false;
    struct rules_place at = {from->path, 0, 0};
    if (folder_list(&f, from->path, &err) != DPI_OK)
        rules_error(problems, &at, "%s", err.msg);
    for (size_t i = 0; i < f.n; i++) {
        if (!is_rule_file(f.paths[i]))
            continue;
        any = true;
        load_path(r, f.paths[i], from->shipped, problems);
    }
    if (!any && problems->errors == 0)
        rules_error(problems, &at, "no file in the folder ends in .yaml");
    folder_free(&f);
}

/* --- compiled ----------------------------------------------------------------------------------------- */

static enum dpi_status hash_file(const char *path, uint64_t *hash, struct dpi_err *err)
{
    struct source *s;
    const uint8_t *bytes;
    const char *name = base_name(path);
    size_t got;
    DPI_TRY(source_open(&s, path, err));
    enum dpi_status st = source_view(s, (size_t)source_file_size(s) + 1, &bytes, &got, err);
    if (st == DPI_OK)
        *hash = mix(mix_bytes(mix_bytes(*hash, name, strlen(name)), bytes, got), got);
    source_close(s);
    return st;
}

/* Of the rule files in a folder, by name and content. */
static enum dpi_status hash_folder(const char *path, uint64_t *hash, struct dpi_err *err)
{
    struct folder f;
    enum dpi_status st = folder_list(&f, path, err);
    *hash = 0;
    for (size_t i = 0; i < f.n && st == DPI_OK; i++)
        if (is_rule_file(f.paths[i]))
            st = hash_file(f.paths[i], hash, err);
    folder_free(&f);
    return st;
}

enum dpi_status rules_compile(const char *folder, struct buf *out, struct rules_problems *problems,
                              struct dpi_err *err)
{
    struct rules_source source = {.path = folder, .shipped = true};
    struct rules *r;
    uint64_t hash;
    DPI_TRY(hash_folder(folder, &hash, err));
    DPI_TRY(rules_load(&r, &source, 1, problems, err));
    compiled_write(r, hash, out);
    rules_free(r);
    return DPI_OK;
}

/* What was compiled of the source, or NULL. */
static struct rules *load_compiled(const struct rules_source *from)
{
    struct dpi_err err;
    uint64_t hash;
    if (!from->compiled || hash_folder(from->path, &hash, &err) != DPI_OK)
        return NULL;
    return compiled_read(from->compiled, hash);
}

/* --- ids ---------------------------------------------------------------------------------------------- */

/* Who has an id: an application or a signature. */
struct id_owner {
    const char *id;
    uint32_t file, line, column;
    bool shipped;
};

/* Those of one origin together, then by id, then as they stand in the files. */
static int compare_ids(const void *a, const void *b)
{
    const struct id_owner *x = a, *y = b;
    int cmp = x->shipped != y->shipped ? (x->shipped ? 1 : -1) : strcmp(x->id, y->id);
    if (!cmp)
        cmp = (x->file > y->file) - (x->file < y->file);
    if (!cmp)
        cmp = (x->line > y->line) - (x->line < y->line);
    return cmp ? cmp : (x->column > y->column) - (x->column < y->column);
}

static size_t id_owners(const struct rules *r, struct id_owner *v, size_t application, size_t signature)
{
    size_t n = 0;
    for (size_t i = application; i < r->n_applications; i++) {
        const struct application *a = &r->applications[i];
        if (a->id)
            v[n++] = (struct id_owner){a->id, a->file, a->line, a->column, a->shipped};
    }
    for (size_t i = signature; i < r->n_signatures; i++) {
        const struct signature *s = &r->signatures[i];
        if (s->id)
            v[n++] = (struct id_owner){s->id, s->file, s->line, s->column, s->shipped};
    }
    return n;
}

/* Of those from that application and that signature on: what is compiled was looked at before. */
static void check_ids(const struct rules *r, size_t application, size_t signature, struct rules_problems *problems)
{
    struct id_owner *v = xcalloc(r->n_applications - application + r->n_signatures - signature + 1, sizeof(*v));
    size_t n = id_owners(r, v, application, signature);
    qsort(v, n, sizeof(*v), compare_ids);
    for (size_t i = 1, first = 0; i < n; i++) {
        if (v[i].shipped != v[first].shipped || strcmp(v[i].id, v[first].id) != 0) {
            first = i;
            continue;
        }
        struct rules_place at = {r->files[v[i].file], v[i].line, v[i].column};
        rules_error(problems, &at, "the id '%s' is taken: %s:%u has it", v[i].id, r->files[v[first].file],
                    v[first].line);
    }
    free(v);
}

enum dpi_status rules_load(struct rules **out, const struct rules_source *sources, size_t n,
                           struct rules_problems *problems, struct dpi_err *err)
{
    struct rules *r = n ? load_compiled(&sources[0]) : NULL;
    unsigned long before = problems->errors;
    size_t first = r ? 1 : 0;
    *out = NULL;
    if (!r)
        r = model_new();
    size_t application = r->n_applications, signature = r->n_signatures;
    for (size_t i = first; i < n; i++) {
        if (folder_is(sources[i].path))
            load_folder(r, &sources[i], problems);
        else
            load_path(r, sources[i].path, sources[i].shipped, problems);
    }
    check_ids(r, application, signature, problems);
    rules_problems_sort(problems);
    if (problems->errors > before) {
        rules_free(r);
        return dpi_fail(err, DPI_RULES, "the rules have %lu error%s: none are used", problems->errors - before,
                        problems->errors - before == 1 ? "" : "s");
    }
    model_seal(r);
    *out = r;
    return DPI_OK;
}
