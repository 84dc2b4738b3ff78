/* SPDX-License-Identifier: BSD-2-Clause */
/* spool.c - a source that keeps what it reads, and one that gives it again. */
#include "io/spool.h"

#include "io/scratch.h"
#include "io/source_kind.h"
#include "util/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct kept {
    struct kept *next;
    char *name, *label;
    struct scratch *file;
    uint64_t size, at; /* at: given again so far */
};

struct spool {
    char *folder;
    struct kept *kept;
};

struct spool *spool_new(const char *folder)
{
    struct spool *sp = xcalloc(1, sizeof(*sp));
    sp->folder = xstrdup(folder);
    return sp;
}

void spool_free(struct spool *sp)
{
    if (!sp)
        return;
    for (struct kept *k = sp->kept, *next; k; k = next) {
        next = k->next;
        scratch_close(k->file);
        free(k->name);
        free(k->label);
        free(k);
    }
    free(sp->folder);
    free(sp);
}

/* An input that cannot be kept cannot be read. */
static enum dpi_status as_input(enum dpi_status st, struct dpi_err *err)
{
    return st == DPI_OK ? DPI_OK : (err->code = DPI_INPUT);
}

static enum dpi_status keep_read(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err)
{
    struct kept *k = s->state;
    DPI_TRY(source_some(s->below, buf, n, got, err));
    DPI_TRY(as_input(scratch_write(k->file, k->size, buf, *got, err), err));
    k->size += *got;
    return DPI_OK;
}

static enum dpi_status again_read(struct source *s, void *buf, size_t n, size_t *got, struct dpi_err *err)
{
    struct kept *k = s->state;
    *got = n < k->size - k->at ? n : (size_t)(k->size - k->at);
    DPI_TRY(as_input(scratch_read(k->file, k->at, buf, *got, err), err));
    k->at += *got;
    return DPI_OK;
}

/* What is kept belongs to the spool. */
static void close_below(struct source *s)
{
    source_close(s->below);
}

static const struct source_ops keep_ops = {.read = keep_read, .close = close_below};
static const struct source_ops again_ops = {.read = again_read, .close = close_below};

static struct kept *find(const struct spool *sp, const char *name)
{
    struct kept *k = sp->kept;
    while (k && strcmp(k->name, name) != 0)
        k = k->next;
    return k;
}

static struct source *give_again(struct kept *k)
{
    struct source *s = source_new(&again_ops, xstrdup(k->label));
    k->at = 0;
    s->state = k;
    s->can_reopen = true;
    return s;
}

/* Puts a source that keeps what it reads in the place of *s. */
static enum dpi_status keep(struct spool *sp, struct source **s, const char *name, struct dpi_err *err)
{
    struct scratch *file;
    DPI_TRY(as_input(scratch_open(&file, sp->folder, err), err));
    struct kept *k = xcalloc(1, sizeof(*k));
    *k = (struct kept){.next = sp->kept, .name = xstrdup(name), .label = xstrdup(source_label(*s)), .file = file};
    sp->kept = k;
    struct source *below = *s;
    *s = source_new(&keep_ops, xstrdup(k->label));
    (*s)->state = k;
    (*s)->below = below;
    return DPI_OK;
}

enum dpi_status spool_open(struct spool *sp, struct source **s, const char *name, struct dpi_err *err)
{
    struct kept *k = find(sp, name);
    if (k) {
        *s = give_again(k);
        return DPI_OK;
    }
    DPI_TRY(source_open(s, name, err));
    if (source_can_reopen(*s))
        return DPI_OK;
    enum dpi_status st = keep(sp, s, name, err);
    if (st != DPI_OK) {
        source_close(*s);
        *s = NULL;
    }
    return st;
}
