/* SPDX-License-Identifier: BSD-2-Clause */
/* check.c - the results of the run go through the writer that a user has, and are read back like those expected. */
#include "suite/check.h"

#include "diff/diff_report.h"
#include "dpitool/writer.h"
#include "io/outfile.h"
#include "results/results.h"
#include "util/xalloc.h"

#include <stdlib.h>

static const char ENDING[] = ".expected.json";

struct check {
    const struct suite_case *suite_case;
    struct assertions *assertions;
    struct results expected;
    bool has_expected, update, failed;
    bool stale; /* the expected results are those of a version with fewer columns */
    struct report_case *report;
    /* of the run */
    const struct dpi_writer_ops *writer;
    struct dpi_writer_config config;
    void *state;
    char *text;
    size_t size;
};

/* --- what is expected --------------------------------------------------------------------------------- */

/* A column that results of this version have, or NULL. */
static const char *missing_column(const struct results *r)
{
    for (unsigned i = 0; i < DPI_FIELD_COUNT && !r->all_fields; i++)
        if (!r->has[i] && (!r->json || dpi_fields[i].always))
            return dpi_fields[i].name;
    return NULL;
}

static enum dpi_status read_expected(struct check *k, struct dpi_err *err)
{
    static const struct results_options how;
    struct dpi_err why;
    struct diff d;
    const char *path = k->suite_case->results;
    k->has_expected = true;
    if (results_open(&k->expected, path, &how, &why) != DPI_OK)
        return dpi_fail(err, why.code == DPI_INPUT ? DPI_RULES : why.code, "%s", why.msg);
    /* With itself: whether a flow is there twice, or columns are missing. */
    enum dpi_status st = diff_make(&d, &k->expected, &k->expected, &(struct diff_options){.everything = true}, &why);
    diff_free(&d);
    if (st != DPI_OK)
        return dpi_fail(err, DPI_RULES, "%s", why.msg);
    const char *missing = missing_column(&k->expected);
    k->stale = missing != NULL;
    if (missing && !k->update)
        return dpi_fail(err, DPI_RULES, "%s:1: the column %s is missing; expectations on some fields are told in "
                                        "NAME.expected.yaml, and --update writes all columns", path, missing);
    return DPI_OK;
}

enum dpi_status check_open(struct check **k, const struct suite_case *c, bool update, struct dpi_err *err)
{
    struct check *new = xcalloc(1, sizeof(*new));
    enum dpi_status st = DPI_OK;
    new->suite_case = c;
    new->update = update;
    if (c->yaml)
        st = assertions_open(&new->assertions, c->yaml, err);
    if (st == DPI_OK && c->yaml && !c->results && !assertions_any(new->assertions))
        st = dpi_fail(err, DPI_RULES, "%s:1: the file asserts nothing", c->yaml);
    if (st == DPI_OK && c->results)
        st = read_expected(new, err);
    if (st != DPI_OK) {
        check_free(new);
        new = NULL;
    }
    *k = new;
    return st;
}

void check_free(struct check *k)
{
    if (!k)
        return;
    assertions_free(k->assertions);
    results_free(&k->expected);
    free(k);
}

bool check_failed(const struct check *k)
{
    return k->failed || (k->assertions && assertions_failed(k->assertions));
}

bool check_expects(const struct check *k)
{
    return k->has_expected || k->assertions;
}

char *const *check_options(const struct check *k, size_t *n)
{
    *n = 0;
    return k->assertions ? assertions_options(k->assertions, n) : NULL;
}

void check_blame(const struct check *k, struct dpi_err *err)
{
    struct dpi_err was = *err;
    size_t n;
    if (check_options(k, &n) && n)
        dpi_fail(err, DPI_RULES, "%s:%zu: options: %s", k->suite_case->yaml, assertions_options_line(k->assertions),
                 was.msg);
}

/* --- the run ------------------------------------------------------------------------------------------ */

static bool writes(const struct check *k)
{
    return k->has_expected || (k->update && !k->assertions);
}

enum dpi_status check_begin(struct check *k, struct report_case *c, struct dpi_err *err)
{
    k->report = c;
    if (!writes(k))
        return DPI_OK;
    k->writer = k->has_expected && !k->expected.json ? &dpi_csv_writer : &dpi_json_writer;
    k->config = (struct dpi_writer_config){.out = open_memstream(&k->text, &k->size)};
    if (!k->config.out)
        return dpi_fail(err, DPI_OUTPUT, "out of memory");
    dpi_columns_all(&k->config.columns);
    return k->writer->open(&k->state, &k->config, err);
}

/* A suite means the same wherever it lies: of the capture's path the last part is kept. */
enum dpi_status check_record(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct check *k = ctx;
    struct dpi_record placed = *r;
    const char *slash = memrchr(r->capture.p, '/', r->capture.n);
    if (slash)
        placed.capture = (struct dpi_text){slash + 1, (size_t)(r->capture.p + r->capture.n - slash) - 1};
    if (k->assertions)
        assertions_record(k->assertions, &placed, k->report);
    return k->writer ? k->writer->record(k->state, &placed, err) : DPI_OK;
}

/* --- the comparison ----------------------------------------------------------------------------------- */

static void say_differences(struct check *k, const struct diff *d)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    k->failed = true;
    report_line(k->report, "%s: %ju flows changed, %ju gone, %ju added", cases_file(k->suite_case->results),
                (uintmax_t)d->flows[DIFF_CHANGED], (uintmax_t)d->flows[DIFF_GONE], (uintmax_t)d->flows[DIFF_ADDED]);
    if (!out)
        return;
    for (int side = 0; side < DIFF_SIDES; side++)
        if (diff_lacks(d, (enum diff_side)side))
            diff_lacking_text(out, d, (enum diff_side)side);
    for (size_t i = 0; i < d->n_entries; i++)
        diff_entry_text(out, &d->entries[i]);
    if (fclose(out) == 0)
        report_lines(k->report, text, size);
    free(text);
}

static enum dpi_status write_results(struct check *k, const char *path, struct dpi_err *err)
{
    struct outfile *out;
    DPI_TRY(outfile_open(&out, path, err));
    (void)!fwrite(k->text, 1, k->size, outfile_stream(out));
    return outfile_commit(out, err);
}

static enum dpi_status write_first(struct check *k, struct dpi_err *err)
{
    struct buf path = {0};
    buf_add(&path, k->suite_case->capture, (size_t)(cases_file(k->suite_case->capture) - k->suite_case->capture));
    buf_str(&path, k->suite_case->name);
    buf_add(&path, ENDING, sizeof(ENDING));
    enum dpi_status st = write_results(k, path.p, err);
    if (st == DPI_OK)
        report_line(k->report, "%s is written", path.p);
    buf_free(&path);
    return st;
}

/* Those that were expected against those of this run. */
static enum dpi_status compare(struct check *k, struct dpi_err *err)
{
    static const struct results_options how;
    struct results now;
    struct diff d = {0};
    enum dpi_status st = results_read(&now, source_memory(k->text, k->size), "now", &how, err);
    if (st == DPI_OK)
        st = diff_make(&d, &k->expected, &now, &(struct diff_options){.everything = true}, err);
    if (st == DPI_OK && (k->stale || diff_differs(&d))) {
        if (k->update) {
            st = write_results(k, k->suite_case->results, err);
            report_line(k->report, "%s is written anew", k->suite_case->results);
        } else {
            say_differences(k, &d);
        }
    }
    diff_free(&d);
    results_free(&now);
    return st;
}

static enum dpi_status finish_writer(struct check *k, const struct dpi_run *run, struct dpi_err *err)
{
    enum dpi_status st = run ? k->writer->finish(k->state, run, err) : DPI_OK;
    k->writer->free(k->state);
    dpi_columns_free(&k->config.columns);
    if (fclose(k->config.out) != 0 && st == DPI_OK)
        st = dpi_fail(err, DPI_OUTPUT, "out of memory");
    return st;
}

enum dpi_status check_end(struct check *k, const struct dpi_run *run, struct dpi_err *err)
{
    enum dpi_status st = k->writer ? finish_writer(k, run, err) : DPI_OK;
    if (run && st == DPI_OK && k->has_expected)
        st = compare(k, err);
    else if (run && st == DPI_OK && k->writer)
        st = write_first(k, err);
    if (run && k->assertions)
        assertions_run(k->assertions, run, k->report);
    free(k->text);
    k->text = NULL;
    k->writer = NULL;
    return st;
}
