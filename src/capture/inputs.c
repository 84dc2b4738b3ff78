/* SPDX-License-Identifier: BSD-2-Clause */
/* inputs.c - peeks, orders and reads the captures of a run. */
#include "capture/inputs.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/facts.h"
#include "capture/reader.h"
#include "io/folder.h"
#include "io/inflate.h"
#include "util/xalloc.h"

struct input {
    char *name;
    size_t position; /* in the order given */
    bool in_folder;  /* and not named by the user: what is no capture is left out, what fails is told later */
    uint64_t file_size; /* 0: not a regular file */
    struct capture_facts *facts; /* in a place of its own: the reader writes there while inputs are sorted */
    struct reader *reader; /* while it is read, and from the peek on when it cannot be opened again */
    /* What the peek found; the packet is valid while the reader was not asked again. */
    enum dpi_status first_status;
    struct packet first;
    bool first_held; /* to be given before the reader is asked */
    char *unread;    /* why it cannot be read at all */
    char *damage;
};

enum { LARGE = 1024 * 1024 }; /* bytes of a file that are worth a thread */

struct inputs {
    struct inputs_options opt;
    struct input *v; /* in the order of reading */
    size_t n, room, at; /* v[at] is read now, or next */
    struct dpi_capture_info *info; /* of v[0..begun) */
    size_t begun;
    uint32_t next_iface;
    uint64_t packets;
    uint64_t files_done, files_total; /* bytes, for the progress */
    bool total_unknown;
    struct names names;
    struct arena arena; /* of the notes */
    struct dpi_text *notes;
    size_t n_notes;
};

static void note(struct inputs *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void note(struct inputs *in, const char *fmt, ...)
{
    char line[DPI_ERR_MSG_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    in->notes = xrealloc(in->notes, in->n_notes + 1, sizeof(*in->notes));
    in->notes[in->n_notes++] = (struct dpi_text){arena_text(&in->arena, line, strlen(line)), strlen(line)};
}

static enum dpi_status open_source(const struct inputs *in, struct input *i, struct source **src,
                                   struct dpi_err *err)
{
    DPI_TRY(in->opt.spool ? spool_open(in->opt.spool, src, i->name, err) : source_open(src, i->name, err));
    i->file_size = source_file_size(*src);
    enum dpi_status status = source_inflate(src, in->opt.max_input, err);
    if (status != DPI_OK) {
        source_close(*src);
        *src = NULL;
    }
    return status;
}

static enum dpi_status open_reader(const struct inputs *in, struct input *i, struct source *src,
                                   struct dpi_err *err)
{
    struct reader_options opt = {.name = i->name, .resync = in->opt.resync};
    return reader_open(&i->reader, src, &opt, i->facts, err);
}

static void close_reader(struct input *i)
{
    reader_free(i->reader);
    i->reader = NULL;
}

/* Reads the first packet, and closes the capture again when that is possible and it is one of many. */
static enum dpi_status peek_packet(struct input *i, bool close_again, struct dpi_err *err)
{
    i->first_status = reader_next(i->reader, &i->first, err);
    if (i->first_status != DPI_OK && i->first_status != DPI_END && i->first_status != DPI_DAMAGED)
        return i->first_status;
    if (close_again) {
        close_reader(i);
        facts_free(i->facts);
        return DPI_OK;
    }
    i->first_held = i->first_status == DPI_OK;
    return DPI_OK;
}

/* *is_capture is false for a file of a folder that begins like none. */
static enum dpi_status peek(const struct inputs *in, struct input *i, bool only_one, bool *is_capture,
                            struct dpi_err *err)
{
    struct source *src;
    *is_capture = true;
    DPI_TRY(open_source(in, i, &src, err));
    bool close_again = source_can_reopen(src) && !only_one;
    enum dpi_status status = i->in_folder ? reader_knows(src, is_capture, err) : DPI_OK;
    if (i->in_folder && status == DPI_OK && !*is_capture)
        *is_capture = source_damage(src); /* whatever it was */
    if (status != DPI_OK || !*is_capture) {
        source_close(src);
        return status;
    }
    DPI_TRY(open_reader(in, i, src, err));
    return peek_packet(i, close_again, err);
}

static int by_first_packet(const void *left, const void *right)
{
    const struct input *a = left, *b = right;
    bool a_has = a->first_status == DPI_OK, b_has = b->first_status == DPI_OK;
    if (a_has != b_has)
        return a_has ? 1 : -1;
    if (a_has && a->first.ts_ns != b->first.ts_ns)
        return a->first.ts_ns < b->first.ts_ns ? -1 : 1;
    return a->position < b->position ? -1 : 1;
}

static enum dpi_status check_names(const char *const *names, size_t n, struct dpi_err *err)
{
    bool has_stdin = false;
    for (size_t i = 0; i < n; i++) {
        bool is_stdin = strcmp(names[i], "-") == 0;
        if (is_stdin && has_stdin)
            return dpi_fail(err, DPI_USAGE, "standard input (-) is given twice, it can be read only once");
        has_stdin |= is_stdin;
    }
    return DPI_OK;
}

static void free_input(struct input *i)
{
    close_reader(i);
    facts_free(i->facts);
    free(i->facts);
    free(i->unread);
    free(i->damage);
    free(i->name);
}

/* Peeks one capture; *is_capture as in peek. */
static enum dpi_status add(struct inputs *in, const char *name, bool in_folder, bool only_one, bool *is_capture,
                           struct dpi_err *err)
{
    if (in->n == in->room) {
        in->room = in->room ? 2 * in->room : 16;
        in->v = xrealloc(in->v, in->room, sizeof(*in->v));
    }
    struct input *i = &in->v[in->n];
    *i = (struct input){.name = xstrdup(name), .position = in->n, .in_folder = in_folder};
    i->facts = xcalloc(1, sizeof(*i->facts));
    enum dpi_status status = peek(in, i, only_one, is_capture, err);
    if (in_folder && status == DPI_INPUT) {
        close_reader(i);
        i->first_status = status;
        i->unread = xstrdup(err->msg);
        status = DPI_OK;
    }
    if (status != DPI_OK || !*is_capture) {
        free_input(i);
        return status;
    }
    in->n++;
    in->files_total += i->file_size;
    in->total_unknown |= i->file_size == 0;
    return DPI_OK;
}

static enum dpi_status add_folder(struct inputs *in, const char *path, struct dpi_err *err)
{
    struct folder f;
    size_t before = in->n, others = 0;
    bool is_capture;
    enum dpi_status status = folder_list(&f, path, err);
    for (size_t i = 0; i < f.n && status == DPI_OK; i++) {
        status = add(in, f.paths[i], true, false, &is_capture, err);
        others += status == DPI_OK && !is_capture;
    }
    if (status == DPI_OK && in->n == before)
        status = dpi_fail(err, DPI_INPUT, "there is no capture in the folder '%s'%s%s", path,
                          others ? ": what is in it is something else" : "",
                          f.folders ? "; folders in it are not entered" : "");
    else if (status == DPI_OK && (others || f.folders))
        note(in, "left out in %s: files that are no captures: %zu, folders: %zu", path, others, f.folders);
    folder_free(&f);
    return status;
}

static enum dpi_status add_all(struct inputs *in, const char *const *names, size_t n, struct dpi_err *err)
{
    bool is_capture;
    DPI_TRY(check_names(names, n, err));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], "-") != 0 && folder_is(names[i]))
            DPI_TRY(add_folder(in, names[i], err));
        else
            DPI_TRY(add(in, names[i], false, n == 1, &is_capture, err));
    }
    return DPI_OK;
}

/* One file given twice is rather a slip than what was wanted, and counts twice. Its two stand beside each other. */
static void note_same(struct inputs *in)
{
    struct stat a, b;
    for (size_t i = 1; i < in->n; i++) {
        const struct input *x = &in->v[i - 1], *y = &in->v[i];
        if (x->file_size && x->file_size == y->file_size && stat(x->name, &a) == 0 && stat(y->name, &b) == 0 &&
            a.st_dev == b.st_dev && a.st_ino == b.st_ino)
            note(in, "%s and %s are one file, which is read and counted twice", x->name, y->name);
    }
}

enum dpi_status inputs_open(struct inputs **out, const char *const *names, size_t n,
                            const struct inputs_options *opt, struct dpi_err *err)
{
    struct inputs *in = xcalloc(1, sizeof(*in));
    in->opt = *opt;
    *out = NULL;
    enum dpi_status status = add_all(in, names, n, err);
    if (status != DPI_OK) {
        inputs_free(in);
        return status;
    }
    in->info = xcalloc(in->n, sizeof(*in->info));
    qsort(in->v, in->n, sizeof(*in->v), by_first_packet);
    note_same(in);
    *out = in;
    return DPI_OK;
}

struct inputs *inputs_take(struct inputs *from, size_t i)
{
    struct inputs *in = xcalloc(1, sizeof(*in));
    in->opt = from->opt;
    in->v = xmemdup(&from->v[i], sizeof(*in->v));
    in->n = in->room = 1;
    in->info = xcalloc(1, sizeof(*in->info));
    in->files_total = in->v->file_size;
    in->total_unknown = in->v->file_size == 0;
    from->v[i] = (struct input){.name = xstrdup(in->v->name), .facts = xcalloc(1, sizeof(*in->v->facts))};
    return in;
}

/* Notes what is wrong with the capture at hand. */
static void note_damage(struct inputs *in, struct input *i, const struct dpi_err *err)
{
    struct dpi_capture_info *info = &in->info[in->at];
    const char *damage = i->reader ? reader_damage(i->reader, &info->damage_offset) : NULL;
    i->damage = xstrdup(damage ? damage : err->msg);
    info->damage = i->damage;
}

/* What the capture says beside its packets, as far as it was read. */
static void tell_facts(struct dpi_capture_info *info, const struct capture_facts *f)
{
    memcpy(info->about, f->about, sizeof(info->about));
    info->comments = f->comments;
    info->has_drops = f->has_drops;
    info->drops = f->drops;
    info->gaps = f->gaps;
    info->n_gaps = f->n_gaps;
    info->gap_bytes = f->gap_bytes;
    if (!info->damage && f->n_gaps) {
        info->damage = f->gaps[0].what;
        info->damage_offset = f->gaps[0].offset;
    }
}

static enum dpi_status open_again(const struct inputs *in, struct input *i, struct dpi_err *err)
{
    struct source *src;
    if (i->unread)
        return dpi_fail(err, DPI_INPUT, "%s", i->unread);
    DPI_TRY(open_source(in, i, &src, err));
    return open_reader(in, i, src, err);
}

static enum dpi_status begin(struct inputs *in, struct input *i, struct dpi_err *err)
{
    struct dpi_capture_info *info = &in->info[in->begun++];
    *info = (struct dpi_capture_info){.name = dpi_text_of(i->name)};
    iface_rebase(&i->facts->ifaces, in->next_iface);
    if (!i->reader)
        DPI_TRY(open_again(in, i, err));
    info->format = reader_format(i->reader);
    if (in->opt.ahead && i->file_size >= LARGE)
        reader_read_ahead(i->reader);
    return DPI_OK;
}

static enum dpi_status next_of(struct input *i, struct packet *p, struct dpi_err *err)
{
    if (!i->first_held)
        return reader_next(i->reader, p, err);
    i->first_held = false;
    *p = i->first;
    return DPI_OK;
}

/* Closes the capture at hand, which ended with status, and turns to the next one. */
static void end_capture(struct inputs *in, struct input *i, enum dpi_status status,
                        const struct dpi_err *err)
{
    if (status != DPI_END && status != DPI_INTERRUPTED)
        note_damage(in, i, err);
    tell_facts(&in->info[in->at], i->facts);
    in->next_iface += i->facts->ifaces.n;
    if (i->file_size)
        in->files_done += i->file_size;
    else if (i->reader)
        in->files_done += reader_file_offset(i->reader);
    close_reader(i);
    in->at++;
}

enum dpi_status inputs_next(struct inputs *in, struct packet *p, struct dpi_err *err)
{
    while (in->at < in->n) {
        struct input *i = &in->v[in->at];
        enum dpi_status status = in->begun > in->at ? DPI_OK : begin(in, i, err);
        if (status == DPI_OK)
            status = next_of(i, p, err);
        if (i->facts->names.n)
            names_move(&in->names, &i->facts->names);
        if (status == DPI_OK) {
            in->info[in->at].packets++;
            p->number = ++in->packets;
            return DPI_OK;
        }
        end_capture(in, i, status, err);
        if (status != DPI_END)
            return status;
    }
    return DPI_END;
}

const struct dpi_capture_info *inputs_captures(struct inputs *in, size_t *n)
{
    if (in->at < in->begun)
        tell_facts(&in->info[in->at], in->v[in->at].facts);
    *n = in->begun;
    return in->info;
}

const struct names *inputs_names(const struct inputs *in)
{
    return &in->names;
}

const struct dpi_text *inputs_notes(const struct inputs *in, size_t *n)
{
    *n = in->n_notes;
    return in->notes;
}

void inputs_progress(const struct inputs *in, uint64_t *read, uint64_t *total)
{
    const struct input *i = in->at < in->n ? &in->v[in->at] : NULL;
    *read = in->files_done + (i && i->reader ? reader_file_offset(i->reader) : 0);
    *total = in->total_unknown ? 0 : in->files_total;
}

const char *inputs_path(const struct inputs *in, size_t i)
{
    return i < in->n ? in->v[i].name : NULL;
}

void inputs_free(struct inputs *in)
{
    if (!in)
        return;
    for (size_t i = 0; i < in->n; i++)
        free_input(&in->v[i]);
    names_free(&in->names);
    arena_free(&in->arena);
    free(in->notes);
    free(in->info);
    free(in->v);
    free(in);
}
