/* SPDX-License-Identifier: BSD-2-Clause */
/* inputs.c - peeks, orders and reads the captures of a run. */
#include "capture/inputs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/iface.h"
#include "capture/reader.h"
#include "util/xalloc.h"

struct input {
    char *name;
    size_t position; /* in the order given */
    struct iface_list ifaces;
    struct reader *reader; /* while it is read, and from the peek on when it cannot be opened again */
    /* What the peek found; the packet is valid while the reader was not asked again. */
    enum dpi_status first_status;
    struct packet first;
    bool first_held; /* to be given before the reader is asked */
    char *damage;
};

struct inputs {
    struct input *v; /* in the order of reading */
    size_t n, at;    /* v[at] is read now, or next */
    struct dpi_capture_info *info; /* of v[0..begun) */
    size_t begun;
    uint32_t next_iface;
    uint64_t packets;
};

static enum dpi_status open_reader(struct input *i, bool *can_reopen, struct dpi_err *err)
{
    struct source *src;
    DPI_TRY(source_open(&src, i->name, err));
    *can_reopen = source_can_reopen(src);
    return reader_open(&i->reader, src, i->name, &i->ifaces, err);
}

static void close_reader(struct input *i)
{
    reader_free(i->reader);
    i->reader = NULL;
}

/* Reads the first packet, and closes the capture again when that is possible and it is one of many. */
static enum dpi_status peek(struct input *i, bool only_one, struct dpi_err *err)
{
    bool can_reopen;
    DPI_TRY(open_reader(i, &can_reopen, err));
    i->first_status = reader_next(i->reader, &i->first, err);
    if (i->first_status != DPI_OK && i->first_status != DPI_END && i->first_status != DPI_DAMAGED)
        return i->first_status;
    if (can_reopen && !only_one) {
        close_reader(i);
        iface_list_free(&i->ifaces);
        return DPI_OK;
    }
    i->first_held = i->first_status == DPI_OK;
    return DPI_OK;
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

enum dpi_status inputs_open(struct inputs **out, const char *const *names, size_t n, struct dpi_err *err)
{
    *out = NULL;
    DPI_TRY(check_names(names, n, err));
    struct inputs *in = xcalloc(1, sizeof(*in));
    *in = (struct inputs){.v = xcalloc(n, sizeof(*in->v)), .info = xcalloc(n, sizeof(*in->info))};
    for (; in->n < n; in->n++) {
        struct input *i = &in->v[in->n];
        *i = (struct input){.name = xstrdup(names[in->n]), .position = in->n};
        enum dpi_status status = peek(i, n == 1, err);
        if (status != DPI_OK) {
            in->n++;
            inputs_free(in);
            return status;
        }
    }
    qsort(in->v, n, sizeof(*in->v), by_first_packet);
    *out = in;
    return DPI_OK;
}

/* Notes what is wrong with the capture at hand. */
static void note_damage(struct inputs *in, struct input *i, const struct dpi_err *err)
{
    struct dpi_capture_info *info = &in->info[in->at];
    const char *damage = i->reader ? reader_damage(i->reader, &info->damage_offset) : NULL;
    i->damage = xstrdup(damage ? damage : err->msg);
    info->damage = i->damage;
}

static enum dpi_status begin(struct inputs *in, struct input *i, struct dpi_err *err)
{
    bool can_reopen;
    struct dpi_capture_info *info = &in->info[in->begun++];
    *info = (struct dpi_capture_info){.name = dpi_text_of(i->name), .format = ""};
    iface_rebase(&i->ifaces, in->next_iface);
    if (!i->reader)
        DPI_TRY(open_reader(i, &can_reopen, err));
    info->format = reader_format(i->reader);
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
    if (status != DPI_END)
        note_damage(in, i, err);
    in->next_iface += i->ifaces.n;
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

const struct dpi_capture_info *inputs_captures(const struct inputs *in, size_t *n)
{
    *n = in->begun;
    return in->info;
}

void inputs_free(struct inputs *in)
{
    if (!in)
        return;
    for (size_t i = 0; i < in->n; i++) {
        close_reader(&in->v[i]);
        iface_list_free(&in->v[i].ifaces);
        free(in->v[i].damage);
        free(in->v[i].name);
    }
    free(in->info);
    free(in->v);
    free(in);
}
