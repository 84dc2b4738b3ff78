/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_files.c - finds and loads rule files for commands. */
#include "cli/rule_files.h"

#include "cli/diag.h"
#include "io/folder.h"
#include "util/escape.h"
#include "util/xalloc.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- where -------------------------------------------------------------------------------------------- */

static char *join(const char *folder, const char *name)
{
    size_t n = strlen(folder) + strlen(name) + 2;
    char *path = xmalloc(n);
    snprintf(path, n, "%s/%s", folder, name);
    return path;
}

/* The folder of the program, or false. */
static bool program_folder(char out[static PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

static bool is_there(const char *folder, const char *name)
{
    char *path = join(folder, name);
    bool there = faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
    free(path);
    return there;
}

/* A program that lies beside the library it is linked from was built there, and not installed: in BUILD or, with
 * sanitizers, one below. The rules are in the folder of the Makefile then. */
static char *beside_build(void)
{
    static const char *const tops[] = {"..", "../.."};
    char folder[PATH_MAX], *path = NULL;
    if (!program_folder(folder) || !is_there(folder, "libdpitool.a"))
        return NULL;
    for (size_t i = 0; !path && i < sizeof(tops) / sizeof(tops[0]); i++) {
        char *top = join(folder, tops[i]);
        if (is_there(top, "Makefile") && is_there(top, "rules"))
            path = join(top, "rules");
        free(top);
    }
    return path;
}

char *rule_files_default(void)
{
    const char *set = getenv("DPITOOL_RULES");
    if (set)
        return set[0] ? xstrdup(set) : NULL;
    char *path = beside_build();
    if (path)
        return path;
    return folder_is(DPITOOL_RULES_DIR) ? xstrdup(DPITOOL_RULES_DIR) : NULL;
}

char *rule_files_compiled(void)
{
    char folder[PATH_MAX];
    if (getenv("DPITOOL_RULES"))
        return NULL;
    char *beside = beside_build();
    bool built = beside != NULL;
    free(beside);
    if (!built)
        return xstrdup(DPITOOL_RULES_DIR ".compiled");
    return program_folder(folder) ? join(folder, "rules.compiled") : NULL;
}

/* --- loading ------------------------------------------------------------------------------------------ */

static void tell(const struct rules_problem *p)
{
    char line[1024], safe[4096];
    const char *kind = p->is_error ? "error" : "warning";
    if (p->place.line)
        snprintf(line, sizeof(line), "%s:%u:%u: %s: %s", p->place.file, p->place.line, p->place.column, kind, p->text);
    else
        snprintf(line, sizeof(line), "%s: %s: %s", p->place.file, kind, p->text);
    escape_text(safe, sizeof(safe), line, strlen(line), 0);
    fprintf(stderr, "%s\n", safe);
}

void rule_files_tell(const struct rules_problems *p)
{
    unsigned long all = p->errors + p->warnings;
    diag_passing(NULL);
    for (unsigned i = 0; i < p->n; i++)
        tell(&p->v[i]);
    if (all > p->n)
        diag("and %lu more", all - p->n);
}

static enum dpi_status load(struct rules **r, const struct rules_source *v, size_t n, struct dpi_err *err)
{
    struct rules_problems problems = {0};
    enum dpi_status st = rules_load(r, v, n, &problems, err);
    rule_files_tell(&problems);
    rules_problems_free(&problems);
    return st;
}

enum dpi_status rule_files_check(const struct rule_options *o, struct dpi_err *err)
{
    for (size_t i = 0; i < o->paths.n; i++)
        if (!o->paths.v[i][0])
            return dpi_fail(err, DPI_USAGE, "--rules: the name of a file or folder is missing");
    return DPI_OK;
}

enum dpi_status rule_files_load(struct rules **r, const struct rule_options *o, struct dpi_err *err)
{
    *r = NULL;
    DPI_TRY(rule_files_check(o, err));
    struct rules_source *v = xcalloc(o->paths.n + 1, sizeof(*v));
    char *shipped = o->no_default ? NULL : rule_files_default();
    char *compiled = shipped ? rule_files_compiled() : NULL;
    enum dpi_status st = DPI_OK;
    size_t n = 0;
    if (shipped)
        v[n++] = (struct rules_source){shipped, true, compiled};
    for (size_t i = 0; i < o->paths.n; i++)
        v[n++] = (struct rules_source){.path = o->paths.v[i]};
    if (!shipped && !o->no_default && !getenv("DPITOOL_RULES"))
        diag("the rules that are shipped are not at %s: applications are named without them", DPITOOL_RULES_DIR);
    if (n)
        st = load(r, v, n, err);
    free(shipped);
    free(compiled);
    free(v);
    return st;
}

/* --- statistics --------------------------------------------------------------------------------------- */

struct stat_row {
    uint64_t hits;
    size_t rule;
};

/* The most hits first, then as the rules stand in the files. */
static int compare(const void *a, const void *b)
{
    const struct stat_row *x = a, *y = b;
    int cmp = (x->hits < y->hits) - (x->hits > y->hits);
    return cmp ? cmp : (x->rule > y->rule) - (x->rule < y->rule);
}

static void print_row(const struct rules *r, const struct stat_row *row)
{
    char line[1024], safe[4096];
    struct rules_rule rule;
    rules_rule(r, row->rule, &rule);
    snprintf(line, sizeof(line), "%10" PRIu64 "  %s:%u  %s  %s", row->hits, rule.file, rule.line, rule.id, rule.what);
    escape_text(safe, sizeof(safe), line, strlen(line), 0);
    fprintf(stderr, "%s\n", safe);
}

void rule_files_stats(const struct rules *r, const uint64_t *hits)
{
    size_t n = rules_count(r), unused = 0;
    struct stat_row *v = xcalloc(n + 1, sizeof(*v));
    for (size_t i = 0; i < n; i++) {
        v[i] = (struct stat_row){hits[i], i};
        unused += hits[i] == 0;
    }
    qsort(v, n, sizeof(*v), compare);
    fprintf(stderr, "%10s  rule\n", "flows");
    for (size_t i = 0; i < n; i++)
        print_row(r, &v[i]);
    fprintf(stderr, "%zu of %zu rules named no flow\n", unused, n);
    free(v);
}
