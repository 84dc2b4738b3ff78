/* SPDX-License-Identifier: BSD-2-Clause */
/* unknown.c - the writer unknown: a folder with a capture for each flow that nobody has a label for, and an index of
 * them as CSV and JSON. A capture is written when its flow is given out, so one at a time is open. */
#include "dpitool/writer.h"

#include "io/folder.h"
#include "io/outfile.h"
#include "keep/keep.h"
#include "pcapout/flow_name.h"
#include "pcapout/pcapout.h"
#include "util/buf.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char csv_name[] = "index.csv", json_name[] = "index.json";

enum { SNAPLEN = 262144 }; /* at least: what other programs take for no limit */

/* A row of the index: the record, and what its file is called. */
struct row {
    struct dpi_record record; /* first: what the writers of the index are given */
    struct dpi_text file;     /* absent: nothing is there of it */
};

struct index_file {
    struct outfile *file; /* NULL once it is committed */
    const struct dpi_writer_ops *ops;
    void *state;
};

struct unknown {
    struct dpi_writer_config cfg;
    struct dpi_columns columns; /* all, and the name of the file */
    struct index_file csv, json;
    int folder; /* held open */
    bool cleared;
    uint64_t rows;
    struct outfile *file; /* of the flow at hand */
    struct pcapout *out;
};

/* --- the index ---------------------------------------------------------------------------------------- */

static void read_file(const struct dpi_record *r, struct dpi_value *v)
{
    const struct row *row = (const struct row *)r;
    *v = (struct dpi_value){.kind = row->file.p ? DPI_TEXT : DPI_ABSENT, .text = row->file};
}

static const struct dpi_field file_field = {
    .name = "file", .kind = DPI_TEXT, .doc = "the capture of the flow, in the same folder", .read = read_file,
};

static void set_columns(struct unknown *u)
{
    dpi_columns_all(&u->columns);
    u->columns.v = xrealloc(u->columns.v, u->columns.n + 1, sizeof(*u->columns.v));
    u->columns.v[u->columns.n++] = &file_field;
}

static enum dpi_status open_file(const struct unknown *u, struct outfile **file, const char *name, struct dpi_err *err)
{
    struct buf path = {0};
    buf_str(&path, u->cfg.folder);
    buf_char(&path, '/');
    buf_add(&path, name, strlen(name) + 1);
    enum dpi_status st = outfile_open_in(file, u->folder, path.p, err);
    buf_free(&path);
    return st;
}

static enum dpi_status open_index(struct unknown *u, struct index_file *x, const char *name,
                                  const struct dpi_writer_ops *ops, struct dpi_err *err)
{
    struct dpi_writer_config cfg = u->cfg;
    DPI_TRY(open_file(u, &x->file, name, err));
    cfg.out = outfile_stream(x->file);
    cfg.columns = u->columns;
    x->ops = ops;
    return ops->open(&x->state, &cfg, err);
}

/* The stream knows best why. */
static enum dpi_status checked(struct index_file *x, enum dpi_status st, struct dpi_err *err)
{
    return ferror(outfile_stream(x->file)) ? outfile_check(x->file, err) : st;
}

static enum dpi_status add_row(struct unknown *u, const struct row *row, struct dpi_err *err)
{
    fputs(u->rows++ ? "," : "[\n", outfile_stream(u->json.file));
    DPI_TRY(checked(&u->csv, u->csv.ops->record(u->csv.state, &row->record, err), err));
    return checked(&u->json, u->json.ops->record(u->json.state, &row->record, err), err);
}

static enum dpi_status close_index(struct index_file *x, const struct dpi_run *run, struct dpi_err *err)
{
    struct outfile *file = x->file;
    DPI_TRY(checked(x, x->ops->finish(x->state, run, err), err));
    x->file = NULL;
    return outfile_commit(file, err);
}

static void free_index(struct index_file *x)
{
    if (x->state)
        x->ops->free(x->state);
    outfile_discard(x->file);
}

/* --- captures ----------------------------------------------------------------------------------------- */

static enum dpi_status write_packet(void *ctx, const struct packet *p, struct dpi_err *err)
{
    struct unknown *u = ctx;
    DPI_TRY(pcapout_packet(u->out, p, err));
    return ferror(outfile_stream(u->file)) ? outfile_check(u->file, err) : DPI_OK;
}

static enum dpi_status write_capture(struct unknown *u, const struct keep_flow *f, const char *name,
                                     struct dpi_err *err)
{
    struct pcapout_options form = {.pcapng = f->pcapng, .link_type = f->link_type, .nanoseconds = true,
                                   .snaplen = f->longest > SNAPLEN ? f->longest : SNAPLEN};
    DPI_TRY(open_file(u, &u->file, name, err));
    u->out = pcapout_new(outfile_stream(u->file), &form);
    DPI_TRY(keep_give(u->cfg.packets, write_packet, u, err));
    pcapout_free(u->out);
    struct outfile *file = u->file;
    u->out = NULL;
    u->file = NULL;
    return outfile_commit(file, err);
}

/* --- the writer --------------------------------------------------------------------------------------- */

static bool is_ours(const char *name)
{
    return flow_name_is(name) || strcmp(name, csv_name) == 0 || strcmp(name, json_name) == 0;
}

/* Not before there is something to put in the place of what an earlier run left. */
static enum dpi_status clear(struct unknown *u, struct dpi_err *err)
{
    if (u->cleared || !u->cfg.replace)
        return DPI_OK;
    u->cleared = true;
    return folder_clear(u->folder, u->cfg.folder, is_ours, err);
}

static enum dpi_status unknown_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    struct unknown *u = xcalloc(1, sizeof(*u));
    *state = u;
    u->cfg = *cfg;
    u->folder = -1;
    set_columns(u);
    DPI_TRY(folder_take(&u->folder, cfg->folder, cfg->replace, err));
    DPI_TRY(open_index(u, &u->csv, csv_name, &dpi_csv_writer, err));
    return open_index(u, &u->json, json_name, &dpi_json_writer, err);
}

static enum dpi_status write_flow(struct unknown *u, const struct dpi_record *r, struct dpi_err *err)
{
    const struct keep_flow *f = keep_at_hand(u->cfg.packets);
    struct row row = {.record = *r};
    char name[FLOW_NAME_MAX];
    DPI_TRY(keep_check(u->cfg.packets, err));
    if (!f)
        return DPI_OK;
    DPI_TRY(clear(u, err));
    flow_name(name, &(struct flow_name){f->id, f->transport, r->has_ports, r->dst_port}, f->pcapng);
    if (f->packets) {
        row.file = dpi_text_of(name);
        DPI_TRY(write_capture(u, f, name, err));
    }
    return add_row(u, &row, err);
}

static enum dpi_status unknown_record(void *state, const struct dpi_record *r, struct dpi_err *err)
{
    struct unknown *u = state;
    enum dpi_status st = write_flow(u, r, err);
    if (st != DPI_OK)
        keep_stop(u->cfg.packets);
    return st;
}

static enum dpi_status unknown_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    struct unknown *u = state;
    DPI_TRY(keep_check(u->cfg.packets, err));
    DPI_TRY(clear(u, err));
    fputs(u->rows ? "]\n" : "[]\n", outfile_stream(u->json.file));
    DPI_TRY(close_index(&u->csv, run, err));
    return close_index(&u->json, run, err);
}

static void unknown_free(void *state)
{
    struct unknown *u = state;
    if (!u)
        return;
    pcapout_free(u->out);
    outfile_discard(u->file);
    free_index(&u->csv);
    free_index(&u->json);
    dpi_columns_free(&u->columns);
    if (u->folder >= 0)
        close(u->folder);
    free(u);
}

const struct dpi_writer_ops dpi_unknown_writer = {
    .name = "unknown",
    .summary = "a folder with a capture for each flow without a label, and index.csv and index.json",
    .wants_records = true,
    .wants_folder = true,
    .open = unknown_open,
    .record = unknown_record,
    .finish = unknown_finish,
    .free = unknown_free,
};
