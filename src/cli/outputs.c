/* SPDX-License-Identifier: BSD-2-Clause */
/* outputs.c - from -o to open files, and records to all of them. */
#include "cli/outputs.h"

#include "cli/diag.h"
#include "cli/screen.h"
#include "io/folder.h"
#include "io/outfile.h"
#include "util/nearest.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEFAULT_TOP = 20 };

/* A file or stream that one or more writers write to, one after the other; or a folder. */
struct target {
    const char *path; /* "-": standard output */
    bool folder;
    struct outfile *file; /* NULL before it is opened and after it is committed, and of a folder */
    bool dead;        /* a write failed: it gets nothing more and never its name */
};

struct output {
    const struct dpi_writer_ops *ops;
    size_t target;
    struct dpi_writer_config cfg;
    void *state;
    bool open;
};

struct outputs {
    struct outputs_options opt;
    struct dpi_columns fields; /* v is NULL unless --fields */
    struct dpi_columns shown, every;
    struct output *v;
    size_t n;
    struct target *targets;
    size_t n_targets;
    char *folder[OUTPUTS_KEEPS];      /* of targets that are one, NULL: none is */
    struct keep *keep[OUTPUTS_KEEPS]; /* for their writers */
    const char **paths; /* of the targets, for outputs_paths */
    bool failed, piped;
    bool on_screen; /* an output is a terminal */
};

/* --- what was asked for ------------------------------------------------------------------------------- */

static const char *writer_name_at(size_t i, void *unused)
{
    (void)unused;
    return dpi_writers[i] ? dpi_writers[i]->name : NULL;
}

static const struct dpi_writer_ops *find_writer(const char *name, size_t n)
{
    for (size_t i = 0; dpi_writers[i]; i++)
        if (strlen(dpi_writers[i]->name) == n && memcmp(dpi_writers[i]->name, name, n) == 0)
            return dpi_writers[i];
    return NULL;
}

static size_t add_target(struct outputs *o, const char *path)
{
    o->targets = xrealloc(o->targets, o->n_targets + 1, sizeof(*o->targets));
    o->targets[o->n_targets] = (struct target){.path = path};
    return o->n_targets++;
}

static struct output *add(struct outputs *o, const struct dpi_writer_ops *ops, size_t target)
{
    o->v = xrealloc(o->v, o->n + 1, sizeof(*o->v));
    o->v[o->n] = (struct output){.ops = ops, .target = target};
    return &o->v[o->n++];
}

/* A slash at the end would lead through a symbolic link. */
static char *without_slashes(const char *path)
{
    char *p = xstrdup(path);
    for (size_t n = strlen(p); n > 1 && p[n - 1] == '/'; n--)
        p[n - 1] = '\0';
    return p;
}

static void add_folder(struct outputs *o, const struct dpi_writer_ops *ops, const char *path, unsigned which,
                       const struct keep_options *keep)
{
    o->folder[which] = without_slashes(path);
    o->keep[which] = keep_new(keep);
    size_t target = add_target(o, o->folder[which]);
    o->targets[target].folder = true;
    struct dpi_writer_config *cfg = &add(o, ops, target)->cfg;
    cfg->folder = o->folder[which];
    cfg->replace = o->opt.force;
    cfg->packets = o->keep[which];
}

static enum dpi_status add_unknown(struct outputs *o, const struct dpi_writer_ops *ops, const char *path,
                                   struct dpi_err *err)
{
    if (strcmp(path, "-") == 0)
        return dpi_fail(err, DPI_USAGE, "-o %s writes files into a folder: which one? as in %s:FOLDER", ops->name,
                        ops->name);
    if (o->folder[OUTPUTS_UNKNOWN])
        return dpi_fail(err, DPI_USAGE, "-o %s is given twice: one folder is possible", ops->name);
    add_folder(o, ops, path, OUTPUTS_UNKNOWN, &o->opt.keep);
    return DPI_OK;
}

/* The same writer, of other flows, all packets of them that detection was given. */
static enum dpi_status add_crash_dir(struct outputs *o, struct dpi_err *err)
{
    if (!o->opt.crash_dir)
        return DPI_OK;
    if (!o->opt.crash_dir[0] || strcmp(o->opt.crash_dir, "-") == 0)
        return dpi_fail(err, DPI_USAGE, "--crash-dir: '%s' is no folder", o->opt.crash_dir);
    add_folder(o, &dpi_unknown_writer, o->opt.crash_dir, OUTPUTS_CRASHES,
               &(struct keep_options){.guilty = true, .spool = o->opt.keep.spool, .folder = o->opt.keep.folder});
    const char *folder = o->folder[OUTPUTS_UNKNOWN];
    if (folder && strcmp(folder, o->folder[OUTPUTS_CRASHES]) == 0)
        return dpi_fail(err, DPI_USAGE, "--crash-dir and -o unknown have one folder: %s", folder);
    return DPI_OK;
}

static enum dpi_status add_spec(struct outputs *o, const char *spec, struct dpi_err *err)
{
    size_t n = strcspn(spec, ":");
    const struct dpi_writer_ops *ops = find_writer(spec, n);
    if (!ops) {
        const char *meant = nearest(spec, n, writer_name_at, NULL);
        return dpi_fail(err, DPI_USAGE, "-o %s: no format '%.*s'%s%s%s", spec, (int)n, spec,
                        meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
    }
    if (spec[n] == ':' && !spec[n + 1])
        return dpi_fail(err, DPI_USAGE, "-o %s the path is missing; standard output is -o %s alone", spec, ops->name);
    const char *path = spec[n] == ':' ? spec + n + 1 : "-";
    if (ops->wants_folder)
        return add_unknown(o, ops, path, err);
    add(o, ops, add_target(o, path))->cfg.top = o->opt.sort && !o->opt.top ? DEFAULT_TOP : o->opt.top;
    return DPI_OK;
}

/* Without -o: the summary, then the largest flows. All flows are too many to hold, so with --all they come
 * first, as they end, and the summary behind them. */
static void add_screen(struct outputs *o)
{
    size_t target = add_target(o, "-");
    if (o->opt.all) {
        add(o, &dpi_table_writer, target);
        add(o, &dpi_summary_writer, target)->cfg.gap = true;
    } else {
        add(o, &dpi_summary_writer, target);
        struct output *flows = add(o, &dpi_table_writer, target);
        flows->cfg.top = o->opt.top ? o->opt.top : DEFAULT_TOP;
        flows->cfg.gap = true;
    }
}

/* Puts the name of the option before the message. */
static enum dpi_status of_option(const char *option, enum dpi_status st, struct dpi_err *err)
{
    if (st == DPI_OK)
        return st;
    struct dpi_err was = *err;
    return dpi_fail(err, st, "%s: %s", option, was.msg);
}

static enum dpi_status set_columns(struct outputs *o, struct dpi_err *err)
{
    const struct dpi_field *sort = &dpi_fields[DPI_FIELD_bytes_total];
    if (o->opt.fields)
        DPI_TRY(of_option("--fields", dpi_columns_parse(&o->fields, o->opt.fields, err), err));
    if (o->opt.sort)
        DPI_TRY(of_option("--sort", dpi_field_parse(&sort, o->opt.sort, strlen(o->opt.sort), err), err));
    dpi_columns_default(&o->shown);
    dpi_columns_all(&o->every);
    for (size_t i = 0; i < o->n; i++) {
        struct dpi_columns *usual = o->v[i].ops->all_columns ? &o->every : &o->shown;
        o->v[i].cfg.columns = o->fields.v ? o->fields : *usual;
        o->v[i].cfg.sort = sort;
    }
    return DPI_OK;
}

/* What can stand between cells: not what a number, a time, an address or a field's name is made of, and no quote. */
static enum dpi_status parse_delimiter(char *out, const char *text, struct dpi_err *err)
{
    static const struct {
        const char *word;
        char character;
    } words[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}, {"space", ' '}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(text, words[i].word) == 0) {
            *out = words[i].character;
            return DPI_OK;
        }
    *out = text[0];
    if (text[0] && !text[1] && strchr(",;\t| !#$%&()*/<>?[\\]^`{}~", text[0]))
        return DPI_OK;
    return dpi_fail(err, DPI_USAGE,
                    "--csv-delimiter: '%s' is not comma, semicolon, tab, pipe, space, or another ASCII character that "
                    "numbers, times, addresses and names of fields do not have",
                    text);
}

static enum dpi_status set_csv(struct outputs *o, struct dpi_err *err)
{
    char delimiter = ',';
    if (o->opt.csv_delimiter)
        DPI_TRY(parse_delimiter(&delimiter, o->opt.csv_delimiter, err));
    for (size_t i = 0; i < o->n; i++) {
        o->v[i].cfg.csv_delimiter = delimiter;
        o->v[i].cfg.csv_raw = o->opt.csv_raw;
        o->v[i].cfg.csv_bom = o->opt.csv_bom;
    }
    return DPI_OK;
}

static enum dpi_status check_table_options(const struct outputs_options *opt, struct dpi_err *err)
{
    if (opt->all && opt->top)
        return dpi_fail(err, DPI_USAGE, "--all and --top %llu contradict each other", (unsigned long long)opt->top);
    if (opt->all && opt->sort)
        return dpi_fail(err, DPI_USAGE, "--sort orders the flows of --top; with --all they come as they end");
    return DPI_OK;
}

enum dpi_status outputs_new(struct outputs **out, const struct outputs_options *opt, struct dpi_err *err)
{
    struct outputs *o = xcalloc(1, sizeof(*o));
    enum dpi_status st = check_table_options(opt, err);
    o->opt = *opt;
    for (size_t i = 0; i < opt->n_specs && st == DPI_OK; i++)
        st = add_spec(o, opt->specs[i], err);
    if (st == DPI_OK && o->n == 0)
        add_screen(o);
    if (st == DPI_OK)
        st = add_crash_dir(o, err);
    if (st == DPI_OK)
        st = set_columns(o, err);
    if (st == DPI_OK)
        st = set_csv(o, err);
    if (st != DPI_OK) {
        outputs_free(o);
        o = NULL;
    }
    *out = o;
    return st;
}

bool outputs_want_rankings(const struct outputs *o)
{
    for (size_t i = 0; i < o->n; i++)
        if (!o->v[i].ops->wants_records)
            return true;
    return false;
}

/* --- files -------------------------------------------------------------------------------------------- */

static enum dpi_status open_writer(struct outputs *o, struct output *out, struct dpi_err *err)
{
    struct outfile *file = o->targets[out->target].file;
    if (!file) {
        out->open = true;
        return out->ops->open(&out->state, &out->cfg, err);
    }
    bool tty = outfile_is_tty(file);
    o->on_screen |= tty;
    out->cfg.out = outfile_stream(file);
    out->cfg.width = o->opt.width ? (unsigned)o->opt.width : tty ? screen_width(outfile_fd(file)) : 0;
    out->cfg.colour = o->opt.colour == COLOUR_ALWAYS || (o->opt.colour == COLOUR_AUTO && tty && screen_colour());
    out->open = true;
    return out->ops->open(&out->state, &out->cfg, err);
}

static const struct dpi_writer_ops *writer_of(const struct outputs *o, size_t target)
{
    size_t i = 0;
    while (o->v[i].target != target)
        i++;
    return o->v[i].ops;
}

static enum dpi_status open_target(struct outputs *o, size_t i, struct dpi_err *err)
{
    struct target *t = &o->targets[i];
    if (t->folder)
        return DPI_OK; /* its writer opens what is in it */
    DPI_TRY(outfile_open(&t->file, t->path, err));
    for (size_t k = 0; k < i; k++)
        if (o->targets[k].file && outfile_same(t->file, o->targets[k].file))
            return dpi_fail(err, DPI_USAGE, "two outputs on %s: %s and %s; give one of them a path, as in %s:FILE",
                            outfile_name(t->file), writer_of(o, k)->name, writer_of(o, i)->name,
                            writer_of(o, i)->name);
    return DPI_OK;
}

/* No output stands where the files of a folder do. */
static enum dpi_status spare_folders(const struct outputs *o, struct dpi_err *err)
{
    for (size_t i = 0; i < o->n_targets; i++)
        for (size_t k = 0; k < o->n_targets; k++) {
            const char *folder = o->targets[i].path, *path = o->targets[k].path;
            if (!o->targets[i].folder || o->targets[k].folder || strcmp(path, "-") == 0)
                continue;
            if (folder_same_place(folder, path) || folder_has(folder, path))
                return dpi_fail(err, DPI_USAGE, "-o %s:%s is in the way of what is written into %s",
                                writer_of(o, k)->name, path, folder);
        }
    return DPI_OK;
}

static bool is_target(const struct target *t, const char *path)
{
    return t->folder ? folder_has(t->path, path) : outfile_is_input(t->file, path);
}

enum dpi_status outputs_spare(const struct outputs *o, const char *path, struct dpi_err *err)
{
    for (size_t i = 0; i < o->n_targets; i++)
        if (o->targets[i].path == o->folder[OUTPUTS_CRASHES] && is_target(&o->targets[i], path))
            return dpi_fail(err, DPI_USAGE, "--crash-dir %s would replace the capture it is made from",
                            o->targets[i].path);
        else if (is_target(&o->targets[i], path))
            return dpi_fail(err, DPI_USAGE, "-o %s:%s would replace the capture it is made from", writer_of(o, i)->name,
                            o->targets[i].path);
    return DPI_OK;
}

struct keep *outputs_keep(const struct outputs *o, unsigned which)
{
    return o->keep[which];
}

void outputs_counted(void *ctx, const struct flow *f, unsigned sender, const struct packet *p, const struct decoded *d)
{
    const struct outputs *o = ctx;
    for (unsigned i = 0; i < OUTPUTS_KEEPS; i++)
        if (o->keep[i])
            keep_counted(o->keep[i], f, sender, p, d);
}

void outputs_ended(void *ctx, const struct flow *f)
{
    const struct outputs *o = ctx;
    for (unsigned i = 0; i < OUTPUTS_KEEPS; i++)
        if (o->keep[i])
            keep_ended(o->keep[i], f);
}

bool outputs_relieve(void *ctx)
{
    const struct outputs *o = ctx;
    for (unsigned i = 0; i < OUTPUTS_KEEPS; i++)
        if (o->keep[i] && keep_relieve(o->keep[i]))
            return true;
    return false;
}

const char *const *outputs_paths(struct outputs *o, size_t *n)
{
    *n = o->n_targets;
    o->paths = xrealloc(o->paths, o->n_targets, sizeof(*o->paths));
    for (size_t i = 0; i < o->n_targets; i++)
        o->paths[i] = o->targets[i].path;
    return o->paths;
}

enum dpi_status outputs_open(struct outputs *o, struct dpi_err *err)
{
    DPI_TRY(spare_folders(o, err));
    for (size_t i = 0; i < o->n_targets; i++)
        DPI_TRY(open_target(o, i, err));
    for (size_t i = 0; i < o->n; i++)
        DPI_TRY(open_writer(o, &o->v[i], err));
    return DPI_OK;
}

bool outputs_reach_program(const struct outputs *o)
{
    struct stat st;
    for (size_t i = 0; i < o->n_targets; i++)
        if (o->targets[i].file && fstat(outfile_fd(o->targets[i].file), &st) == 0 && S_ISFIFO(st.st_mode))
            return true;
    return false;
}

bool outputs_on_screen(const struct outputs *o)
{
    return o->on_screen;
}

static void give_up(struct outputs *o, struct target *t, const struct dpi_err *err)
{
    t->dead = true;
    if (err->code == DPI_PIPE) {
        o->piped = true;
        return;
    }
    o->failed = true;
    diag("%s", err->msg);
}

/* The stream knows best: a writer may not have looked. */
static void check_target(struct outputs *o, struct target *t, enum dpi_status st, struct dpi_err *err)
{
    if (t->file && ferror(outfile_stream(t->file)))
        st = outfile_check(t->file, err);
    if (st != DPI_OK)
        give_up(o, t, err);
}

static bool any_alive(const struct outputs *o)
{
    for (size_t i = 0; i < o->n_targets; i++)
        if (!o->targets[i].dead)
            return true;
    return false;
}

enum dpi_status outputs_record(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct outputs *o = ctx;
    if (o->on_screen)
        diag_passing(NULL);
    for (size_t i = 0; i < o->n; i++) {
        struct output *out = &o->v[i];
        struct target *t = &o->targets[out->target];
        if (!t->dead && out->ops->wants_records)
            check_target(o, t, out->ops->record(out->state, r, err), err);
    }
    return any_alive(o) ? DPI_OK : err->code;
}

enum dpi_status outputs_finish(struct outputs *o, const struct dpi_run *run)
{
    struct dpi_err err = {0};
    for (size_t i = 0; i < o->n; i++) {
        struct target *t = &o->targets[o->v[i].target];
        if (!t->dead)
            check_target(o, t, o->v[i].ops->finish(o->v[i].state, run, &err), &err);
    }
    for (size_t i = 0; i < o->n_targets; i++) {
        struct target *t = &o->targets[i];
        struct outfile *file = t->file;
        if (t->dead || !file)
            continue;
        t->file = NULL;
        if (outfile_commit(file, &err) != DPI_OK)
            give_up(o, t, &err);
    }
    if (o->failed)
        return DPI_OUTPUT;
    return o->piped ? DPI_PIPE : DPI_OK;
}

void outputs_free(struct outputs *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->n; i++)
        if (o->v[i].open)
            o->v[i].ops->free(o->v[i].state);
    for (size_t i = 0; i < o->n_targets; i++)
        outfile_discard(o->targets[i].file);
    dpi_columns_free(&o->fields);
    dpi_columns_free(&o->shown);
    dpi_columns_free(&o->every);
    free(o->v);
    free(o->targets);
    free(o->paths);
    for (unsigned i = 0; i < OUTPUTS_KEEPS; i++) {
        keep_free(o->keep[i]);
        free(o->folder[i]);
    }
    free(o);
}
