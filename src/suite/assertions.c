/* SPDX-License-Identifier: BSD-2-Clause */
/* assertions.c - from YAML to checks. What is expected of a field becomes an expression like those of --where. */
#include "suite/assertions.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "expr/expr.h"
#include "suite/counts.h"
#include "util/nearest.h"
#include "util/shorten.h"
#include "util/xalloc.h"
#include "yaml/tree.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct number {
    const char *name, *text; /* as they were written */
    struct count count;
    size_t offset; /* of the number in struct dpi_run */
    uint64_t seen; /* labels: flows so far */
    size_t line;
};

struct expectation {
    const struct dpi_field *field;
    const char *text;
    struct expr *expr;
};

struct rule {
    const char *where;
    struct expr *expr;
    struct count count;
    const char *count_text;
    struct expectation *expects;
    size_t n_expects;
    uint64_t matched;
    size_t line;
};

struct assertions {
    struct tree tree; /* owns all texts */
    const char *path;
    const char *file; /* the last part of path */
    char **options;
    struct number *counts, *labels;
    struct rule *rules;
    size_t n_options, n_counts, n_labels, n_rules;
    bool says_damaged, damaged, failed;
    size_t damaged_line, options_line;
};

/* --- messages ----------------------------------------------------------------------------------------- */

static enum dpi_status wrong(const struct assertions *a, size_t line, struct dpi_err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static enum dpi_status wrong(const struct assertions *a, size_t line, struct dpi_err *err, const char *fmt, ...)
{
    char what[384];
    va_list ap;
    va_start(ap, fmt);
    shorten_format(what, sizeof(what), fmt, ap);
    va_end(ap);
    return dpi_fail(err, DPI_RULES, "%s:%zu: %s", a->path, line, what);
}

static enum dpi_status want(const struct assertions *a, const struct tree_node *n, enum tree_type type,
                            const char *what, struct dpi_err *err)
{
    return n->type == type ? DPI_OK : wrong(a, n->line, err, "%s", what);
}

/* --- reading ------------------------------------------------------------------------------------------ */

static bool is_null(const struct tree_node *n)
{
    return n->plain && (!*n->text || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
}

static bool is_word(const struct tree_node *n, const char *a, const char *b)
{
    return n->type == TREE_TEXT && n->plain && (strcmp(n->text, a) == 0 || strcmp(n->text, b) == 0);
}

static enum dpi_status read_count(const struct assertions *a, const struct tree_node *n, struct count *c,
                                  struct dpi_err *err)
{
    if (n->type == TREE_TEXT && count_parse(c, n->text))
        return DPI_OK;
    return wrong(a, n->line, err, "%s: a number is expected, or one with a sign such as '>= 2'", n->key);
}

static struct number *add_number(struct number **v, size_t *n, const struct tree_node *from)
{
    *v = xrealloc(*v, *n + 1, sizeof(**v));
    struct number *new = &(*v)[(*n)++];
    *new = (struct number){.name = from->key, .text = from->type == TREE_TEXT ? from->text : "", .line = from->line};
    return new;
}

static const struct {
    const char *name;
    size_t offset;
} run_numbers[] = {
    {"packets_read", offsetof(struct dpi_run, packets_read)},
    {"bytes_read", offsetof(struct dpi_run, bytes_read)},
    {"flows", offsetof(struct dpi_run, flows)},
    {"unknown", offsetof(struct dpi_run, flows_unknown)},
    {"guessed", offsetof(struct dpi_run, flows_guessed)},
    {"evicted", offsetof(struct dpi_run, flows_evicted)},
};

static const char *run_number_at(size_t i, void *unused)
{
    (void)unused;
    return i < COUNT(run_numbers) ? run_numbers[i].name : i == COUNT(run_numbers) ? "buckets" : NULL;
}

static const char *bucket_at(size_t i, void *unused)
{
    (void)unused;
    return i < DPI_BUCKET_COUNT ? dpi_buckets[i].name : NULL;
}

static enum dpi_status no_such(const struct assertions *a, const struct tree_node *n, const char *what,
                               const char *(*at)(size_t i, void *ctx), struct dpi_err *err)
{
    const char *meant = nearest(n->key, strlen(n->key), at, NULL);
    return wrong(a, n->line, err, "no %s '%s'%s%s%s", what, n->key, meant ? "; did you mean " : "", meant ? meant : "",
                 meant ? "?" : "");
}

static enum dpi_status read_numbers(struct assertions *a, const struct tree_node *map, const char *what,
                                    const char *(*at)(size_t i, void *ctx), size_t (*offset)(size_t i),
                                    struct dpi_err *err)
{
    for (const struct tree_node *n = map->first; n; n = n->next) {
        size_t i = 0;
        if (at == run_number_at && strcmp(n->key, "buckets") == 0 && n->type == TREE_MAP)
            continue;
        while (at(i, NULL) && strcmp(at(i, NULL), n->key) != 0)
            i++;
        if (!at(i, NULL))
            return no_such(a, n, what, at, err);
        struct number *number = add_number(&a->counts, &a->n_counts, n);
        number->offset = offset(i);
        DPI_TRY(read_count(a, n, &number->count, err));
    }
    return DPI_OK;
}

static size_t run_number_offset(size_t i)
{
    return i < COUNT(run_numbers) ? run_numbers[i].offset : 0;
}

static size_t bucket_offset(size_t i)
{
    return offsetof(struct dpi_run, buckets) + i * sizeof(uint64_t);
}

static enum dpi_status read_counts(struct assertions *a, const struct tree_node *map, struct dpi_err *err)
{
    DPI_TRY(want(a, map, TREE_MAP, "counts: NAME: NUMBER is expected below", err));
    DPI_TRY(read_numbers(a, map, "count", run_number_at, run_number_offset, err));
    for (const struct tree_node *n = map->first; n; n = n->next)
        if (strcmp(n->key, "buckets") == 0)
            DPI_TRY(read_numbers(a, n, "bucket", bucket_at, bucket_offset, err));
    return DPI_OK;
}

static enum dpi_status read_labels(struct assertions *a, const struct tree_node *map, struct dpi_err *err)
{
    DPI_TRY(want(a, map, TREE_MAP, "labels: PROTOCOL: NUMBER or PROTOCOL/APPLICATION: NUMBER is expected below", err));
    for (const struct tree_node *n = map->first; n; n = n->next)
        DPI_TRY(read_count(a, n, &add_number(&a->labels, &a->n_labels, n)->count, err));
    return DPI_OK;
}

static enum dpi_status read_options(struct assertions *a, const struct tree_node *map, struct dpi_err *err)
{
    DPI_TRY(want(a, map, TREE_MAP, "options: NAME: VALUE is expected below, as in filter: 'port 53'", err));
    a->options_line = map->line;
    for (const struct tree_node *n = map->first; n; n = n->next) {
        DPI_TRY(want(a, n, TREE_TEXT, "an option has one value", err));
        if (is_word(n, "false", "no"))
            continue;
        bool flag = is_word(n, "true", "yes");
        struct buf text = {0};
        buf_str(&text, "--");
        buf_str(&text, n->key);
        buf_str(&text, flag ? "" : "=");
        buf_str(&text, flag ? "" : n->text);
        buf_char(&text, '\0');
        a->options = xrealloc(a->options, a->n_options + 1, sizeof(*a->options));
        a->options[a->n_options++] = text.p;
    }
    return DPI_OK;
}

static enum dpi_status read_damaged(struct assertions *a, const struct tree_node *n, struct dpi_err *err)
{
    a->says_damaged = true;
    a->damaged = is_word(n, "true", "yes");
    a->damaged_line = n->line;
    return a->damaged || is_word(n, "false", "no") ? DPI_OK : wrong(a, n->line, err, "damaged: is true or false");
}

/* --- flows -------------------------------------------------------------------------------------------- */

static void add_quoted(struct buf *b, const char *text)
{
    buf_char(b, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_char(b, '\\');
        buf_char(b, *text);
    }
    buf_char(b, '"');
}

/* "TLS": protocol == "TLS"; "~ *.org": hostname ~ "*.org"; null: not hostname. */
static void put_expression(struct buf *b, const struct tree_node *n)
{
    enum compare compare;
    if (is_null(n)) {
        buf_str(b, "not ");
        buf_str(b, n->key);
    } else {
        const char *value = count_sign(n->text, &compare);
        buf_str(b, n->key);
        buf_char(b, ' ');
        buf_str(b, count_signs[compare]);
        buf_char(b, ' ');
        add_quoted(b, value);
    }
    buf_char(b, '\0');
}

static enum dpi_status read_expectation(struct assertions *a, struct rule *r, const struct tree_node *n,
                                        struct dpi_err *err)
{
    struct dpi_err why;
    struct buf b = {0};
    struct expectation e = {.text = n->text};
    DPI_TRY(want(a, n, TREE_TEXT, "a field is expected to have one value", err));
    if (dpi_field_parse(&e.field, n->key, strlen(n->key), &why) != DPI_OK)
        return wrong(a, n->line, err, "%s", why.msg);
    e.text = is_null(n) ? "no value" : n->text;
    put_expression(&b, n);
    enum dpi_status st = expr_parse(&e.expr, b.p, &why);
    buf_free(&b);
    if (st != DPI_OK)
        return wrong(a, n->line, err, "%s: '%s': %s", n->key, n->text, why.msg);
    r->expects = xrealloc(r->expects, r->n_expects + 1, sizeof(*r->expects));
    r->expects[r->n_expects++] = e;
    return DPI_OK;
}

static enum dpi_status read_where(struct assertions *a, struct rule *r, const struct tree_node *n, struct dpi_err *err)
{
    struct dpi_err why;
    DPI_TRY(want(a, n, TREE_TEXT, "where: an expression is expected", err));
    r->where = n->text;
    if (expr_parse(&r->expr, n->text, &why) != DPI_OK)
        return wrong(a, n->line, err, "where: %s", why.msg);
    return DPI_OK;
}

static enum dpi_status read_rule_part(struct assertions *a, struct rule *r, const struct tree_node *n,
                                      struct dpi_err *err)
{
    if (strcmp(n->key, "where") == 0)
        return read_where(a, r, n, err);
    if (strcmp(n->key, "count") == 0) {
        DPI_TRY(read_count(a, n, &r->count, err));
        r->count_text = n->text;
        return DPI_OK;
    }
    if (strcmp(n->key, "expect") != 0)
        return wrong(a, n->line, err, "'%s' is not known here; where, count and expect are", n->key);
    DPI_TRY(want(a, n, TREE_MAP, "expect: FIELD: VALUE is expected below", err));
    for (const struct tree_node *e = n->first; e; e = e->next)
        DPI_TRY(read_expectation(a, r, e, err));
    return DPI_OK;
}

static enum dpi_status read_rules(struct assertions *a, const struct tree_node *list, struct dpi_err *err)
{
    DPI_TRY(want(a, list, TREE_LIST, "flows: a list is expected; how many there are says counts: flows:", err));
    for (const struct tree_node *n = list->first; n; n = n->next) {
        DPI_TRY(want(a, n, TREE_MAP, "where:, count: and expect: are expected", err));
        a->rules = xrealloc(a->rules, a->n_rules + 1, sizeof(*a->rules));
        struct rule *r = &a->rules[a->n_rules++];
        *r = (struct rule){.count = {COMPARE_GE, 1}, .count_text = "at least 1", .line = n->line};
        for (const struct tree_node *part = n->first; part; part = part->next)
            DPI_TRY(read_rule_part(a, r, part, err));
        if (!r->where)
            return wrong(a, n->line, err, "where: is missing: which flows are meant");
    }
    return DPI_OK;
}

/* --- the file ----------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum dpi_status (*read)(struct assertions *a, const struct tree_node *n, struct dpi_err *err);
} parts[] = {
    {"options", read_options}, {"counts", read_counts},   {"labels", read_labels},
    {"flows", read_rules},     {"damaged", read_damaged},
};

static const char *part_at(size_t i, void *unused)
{
    (void)unused;
    return i < COUNT(parts) ? parts[i].name : NULL;
}

static enum dpi_status read_part(struct assertions *a, const struct tree_node *n, struct dpi_err *err)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        if (strcmp(parts[i].name, n->key) == 0)
            return parts[i].read(a, n, err);
    return no_such(a, n, "assertion", part_at, err);
}

static enum dpi_status read_file(struct assertions *a, struct dpi_err *err)
{
    struct source *s;
    DPI_TRY(source_open(&s, a->path, err));
    DPI_TRY(tree_read(&a->tree, s, a->path, err));
    if (!a->tree.root)
        return wrong(a, 1, err, "the file asserts nothing");
    DPI_TRY(want(a, a->tree.root, TREE_MAP, "counts:, labels:, flows:, damaged: or options: is expected", err));
    for (const struct tree_node *n = a->tree.root->first; n; n = n->next)
        DPI_TRY(read_part(a, n, err));
    return DPI_OK;
}

enum dpi_status assertions_open(struct assertions **a, const char *path, struct dpi_err *err)
{
    struct assertions *new = xcalloc(1, sizeof(*new));
    const char *slash = strrchr(path, '/');
    new->path = path;
    new->file = slash ? slash + 1 : path;
    enum dpi_status st = read_file(new, err);
    if (st != DPI_OK) {
        assertions_free(new);
        new = NULL;
    }
    *a = new;
    return st;
}

static void free_rule(struct rule *r)
{
    expr_free(r->expr);
    for (size_t i = 0; i < r->n_expects; i++)
        expr_free(r->expects[i].expr);
    free(r->expects);
}

void assertions_free(struct assertions *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n_options; i++)
        free(a->options[i]);
    for (size_t i = 0; i < a->n_rules; i++)
        free_rule(&a->rules[i]);
    free(a->options);
    free(a->counts);
    free(a->labels);
    free(a->rules);
    tree_free(&a->tree);
    free(a);
}

bool assertions_any(const struct assertions *a)
{
    return a->n_counts || a->n_labels || a->n_rules || a->says_damaged;
}

char *const *assertions_options(const struct assertions *a, size_t *n)
{
    *n = a->n_options;
    return a->options;
}

size_t assertions_options_line(const struct assertions *a)
{
    return a->options_line;
}

/* --- checking ----------------------------------------------------------------------------------------- */

static void fail(struct assertions *a, struct report_case *c, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void fail(struct assertions *a, struct report_case *c, size_t line, const char *fmt, ...)
{
    char what[DPI_ERR_MSG_MAX];
    va_list ap;
    va_start(ap, fmt);
    shorten_format(what, sizeof(what), fmt, ap);
    va_end(ap);
    report_line(c, "%s:%zu: %s", a->file, line, what);
    a->failed = true;
}

bool assertions_failed(const struct assertions *a)
{
    return a->failed;
}

static void put_value(struct buf *b, struct dpi_value v)
{
    char scalar[DPI_SCALAR_MAX];
    if (v.kind == DPI_ABSENT) {
        buf_str(b, "absent");
    } else if (v.kind == DPI_TEXT) {
        buf_add(b, v.text.p, v.text.n);
    } else if (v.kind == DPI_LIST) {
        for (size_t i = 0; i < v.list.n; i++) {
            buf_str(b, i ? ";" : "");
            buf_add(b, v.list.v[i].p, v.list.v[i].n);
        }
    } else {
        buf_add(b, scalar, dpi_scalar_text(scalar, &v));
    }
    buf_char(b, '\0');
}

static void say_unexpected(struct assertions *a, const struct rule *r, const struct expectation *e,
                           const struct dpi_record *record, struct report_case *c)
{
    struct buf b = {0};
    put_value(&b, dpi_field_get(e->field, record));
    fail(a, c, r->line, "flow %" PRIu64 ": %s is %s, expected %s (where %s)", record->flow_id,
                e->field->name, b.p, e->text, r->where);
    buf_free(&b);
}

/* name: PROTOCOL or PROTOCOL/APPLICATION. */
static bool is_labelled(const struct dpi_record *r, const char *name)
{
    size_t n = r->protocol.n;
    if (!r->protocol.p || strncmp(name, r->protocol.p, n) != 0)
        return false;
    if (!name[n])
        return true;
    return name[n] == '/' && r->application.p && dpi_text_eq(dpi_text_of(name + n + 1), r->application);
}

void assertions_record(struct assertions *a, const struct dpi_record *r, struct report_case *c)
{
    for (size_t i = 0; i < a->n_labels; i++)
        a->labels[i].seen += is_labelled(r, a->labels[i].name);
    for (size_t i = 0; i < a->n_rules; i++) {
        struct rule *rule = &a->rules[i];
        if (!expr_match(rule->expr, r))
            continue;
        rule->matched++;
        for (size_t e = 0; e < rule->n_expects; e++)
            if (!expr_match(rule->expects[e].expr, r))
                say_unexpected(a, rule, &rule->expects[e], r, c);
    }
}

static void check_number(struct assertions *a, const struct number *n, uint64_t is, struct report_case *c)
{
    if (!count_holds(&n->count, is))
        fail(a, c, n->line, "%s is %" PRIu64 ", expected %s", n->name, is, n->text);
}

static bool is_damaged(const struct dpi_run *run)
{
    for (size_t i = 0; i < run->n_captures; i++)
        if (run->captures[i].damage)
            return true;
    return false;
}

void assertions_run(struct assertions *a, const struct dpi_run *run, struct report_case *c)
{
    for (size_t i = 0; i < a->n_counts; i++)
        check_number(a, &a->counts[i], *(const uint64_t *)((const char *)run + a->counts[i].offset), c);
    for (size_t i = 0; i < a->n_labels; i++)
        check_number(a, &a->labels[i], a->labels[i].seen, c);
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct rule *r = &a->rules[i];
        if (!count_holds(&r->count, r->matched))
            fail(a, c, r->line, "%" PRIu64 " flows where %s, expected %s", r->matched, r->where, r->count_text);
    }
    if (a->says_damaged && a->damaged != is_damaged(run))
        fail(a, c, a->damaged_line, "the capture is %sdamaged, expected the contrary", is_damaged(run) ? "" : "not ");
}
