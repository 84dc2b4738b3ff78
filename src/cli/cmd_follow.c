/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_follow.c - dpitool follow: what the two ends of a flow said. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "cli/diag.h"
#include "follow/render.h"
#include "io/outfile.h"
#include "util/buf.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct capture_options capture;
    const char *flow, *write;
    unsigned direction, as;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

static const char *const directions[] = {"both", "client", "server", NULL};
static const unsigned who[] = {RENDER_CLIENT | RENDER_SERVER, RENDER_CLIENT, RENDER_SERVER};

static const char *const forms[] = {"auto", "ascii", "hex", "raw", "yaml", NULL};
static const struct {
    enum render_form form;
    const char *ending; /* of a file */
} by_form[] = {[0] = {RENDER_RAW, ".bin"}, {RENDER_ASCII, ".txt"}, {RENDER_HEX, ".txt"}, {RENDER_RAW, ".bin"},
               {RENDER_YAML, ".yaml"}};

static const struct opt follow_opts[] = {
    {.name = "flow", .type = OPT_TEXT, .offset = AT(flow), .arg = "FLOW",
     .help = "which flow: its flow_id, its Community ID, or its ends as SRC:PORT-DST:PORT, IPv6 as [SRC]:PORT; of "
             "several that match the first, and the others are named"},
    {.name = "direction", .type = OPT_CHOICE, .offset = AT(direction), .arg = "WHO", .choices = directions,
     .def = "both", .help = "only what the client or the server sent"},
    {.name = "as", .type = OPT_CHOICE, .offset = AT(as), .arg = "FORM", .choices = forms, .def = "auto",
     .help = "text with a dot for what cannot be shown, a dump, the bytes themselves (not to a terminal), or YAML; "
             "auto is raw with --write, else ascii"},
    {.name = "write", .letter = 'w', .type = OPT_TEXT, .offset = AT(write), .arg = "PATH",
     .help = "write to PATH-client.bin and PATH-server.bin instead of standard output; .txt and .yaml by --as"},
#include "cli/capture_options.def"
    {0},
};

/* Where the bytes go. With --write: one output a side that is heard. */
struct destination {
    struct outfile *file;
    enum render_form form;
    unsigned who;
};

struct destinations {
    struct destination v[2];
    size_t n;
};

static enum dpi_status open_destination(struct destinations *to, const char *path, enum render_form form,
                                        unsigned heard, struct dpi_err *err)
{
    struct destination *d = &to->v[to->n];
    DPI_TRY(outfile_open(&d->file, path, err));
    d->form = form;
    d->who = heard;
    to->n++;
    return DPI_OK;
}

static enum dpi_status open_side(struct destinations *to, const struct options *o, unsigned side, const char *name,
                                 struct dpi_err *err)
{
    struct buf path = {0};
    if (!(who[o->direction] & side))
        return DPI_OK;
    buf_str(&path, o->write);
    buf_str(&path, name);
    buf_str(&path, by_form[o->as].ending);
    buf_char(&path, '\0');
    enum dpi_status st = open_destination(to, path.p, by_form[o->as].form, side, err);
    buf_free(&path);
    return st;
}

static enum dpi_status open_destinations(struct destinations *to, const struct options *o, struct dpi_err *err)
{
    if (o->write && o->write[0] == '\0')
        return dpi_fail(err, DPI_USAGE, "--write: '' is no beginning of a name");
    if (o->write && strcmp(o->write, "-") == 0)
        return dpi_fail(err, DPI_USAGE, "--write: names of files begin with what is given; without it the bytes go to "
                                        "standard output");
    if (!o->flow)
        return dpi_fail(err, DPI_USAGE, "--flow is missing: which flow? dpitool classify lists them");
    if (o->write) {
        DPI_TRY(open_side(to, o, RENDER_CLIENT, "-client", err));
        return open_side(to, o, RENDER_SERVER, "-server", err);
    }
    enum render_form form = o->as ? by_form[o->as].form : RENDER_ASCII;
    DPI_TRY(open_destination(to, "-", form, who[o->direction], err));
    if (form == RENDER_RAW && outfile_is_tty(to->v[0].file))
        return dpi_fail(err, DPI_USAGE, "--as: raw bytes are not written to a terminal; send them elsewhere");
    return DPI_OK;
}

static enum dpi_status spare_captures(const struct destinations *to, const struct engine *engine, struct dpi_err *err)
{
    const char *path;
    for (size_t i = 0; (path = engine_capture(engine, i)); i++)
        for (size_t k = 0; k < to->n; k++)
            if (outfile_is_input(to->v[k].file, path))
                return dpi_fail(err, DPI_USAGE, "--write: %s is a capture that is read", outfile_name(to->v[k].file));
    return DPI_OK;
}

/* Puts the outputs under their names. */
static enum dpi_status commit(struct destinations *to, struct dpi_err *err)
{
    while (to->n) {
        struct outfile *file = to->v[--to->n].file;
        DPI_TRY(outfile_commit(file, err));
    }
    return DPI_OK;
}

static enum dpi_status write_all(struct destinations *to, const struct follow_result *r, struct turns *turns,
                                 struct dpi_err *err)
{
    for (size_t i = 0; i < to->n; i++) {
        DPI_TRY(turns_rewind(turns, err));
        DPI_TRY(render(outfile_stream(to->v[i].file), to->v[i].form, r, turns, to->v[i].who, err));
    }
    return commit(to, err);
}

static void tell_odd(const struct follow_result *r)
{
    static const char *const roles[] = {"client", "server"};
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = r->client ^ i;
        if (r->missing[side])
            diag("%" PRIu64 " bytes of the %s are missing in the captures", r->missing[side], roles[i]);
        if (r->other_bytes[side])
            diag("%" PRIu64 " bytes of the %s came again with other contents: what came first is shown",
                 r->other_bytes[side], roles[i]);
        if (r->unbelieved[side])
            diag("left out, with sequence numbers too far from all others: segments of the %s: %" PRIu64, roles[i],
                 r->unbelieved[side]);
    }
}

/* After the run. Returns the exit status. */
static int finish(const struct options *o, struct follow *f, struct destinations *to, const struct dpi_run *run)
{
    struct dpi_err err;
    struct turns *turns;
    const struct follow_result *r = follow_result(f);
    int status = capture_run_tell(run);
    capture_run_warn(run);
    if (!capture_run_selected(&r->flow, o->flow, run))
        return dpi_status_exit(DPI_NO);
    enum dpi_status st = follow_finish(f, &turns, &err);
    tell_odd(r);
    if (st == DPI_OK)
        st = write_all(to, r, turns, &err);
    if (st == DPI_PIPE)
        cmd_die_of(SIGPIPE);
    return st == DPI_OK ? status : cmd_fail(&err);
}

static enum dpi_status no_record(void *unused, const struct dpi_record *r, struct dpi_err *err)
{
    (void)unused, (void)r, (void)err;
    return DPI_OK;
}

static int run_to_end(const struct options *o, const struct opt_words *words, struct follow *f)
{
    struct dpi_err err;
    struct capture_run run;
    struct destinations to = {0};
    struct engine_options more = {.on_counted = follow_packet, .packet_ctx = f};
    struct capture_writes writes = {&o->write, 1};
    enum dpi_status st = capture_run_open(&run, &o->capture, words, &writes, &more, &err);
    if (st == DPI_OK)
        st = open_destinations(&to, o, &err);
    if (st == DPI_OK)
        st = spare_captures(&to, run.engine, &err);
    if (st == DPI_OK)
        st = capture_run_go(&run, false, no_record, NULL, &err);
    int status = st == DPI_OK ? finish(o, f, &to, engine_report(run.engine)) : cmd_fail(&err);
    for (size_t i = 0; i < to.n; i++)
        outfile_discard(to.v[i].file);
    capture_run_free(&run);
    return status;
}

static int follow_run(const void *options, const struct opt_words *words)
{
    const struct options *o = options;
    struct dpi_err err;
    struct follow *f = NULL;
    struct follow_options opt = {
        .community_id_seed = (uint16_t)o->capture.seed,
        .conversations = o->capture.conversations,
        .folder = capture_run_scratch(),
    };
    if (o->flow && capture_run_flow(&opt.selection, o->flow, &err) != DPI_OK)
        return cmd_fail(&err);
    if (follow_open(&f, &opt, &err) != DPI_OK)
        return cmd_fail(&err);
    int status = run_to_end(o, words, f);
    follow_close(f);
    capture_run_signals();
    return status;
}

const struct cmd cmd_follow = {
    .name = "follow",
    .args = "CAPTURE...",
    .summary = "show what the two ends of a flow said: TCP reassembled, all else in order",
    .about = "Writes the payload of one flow, both directions in the order in which they spoke. Of TCP every byte "
             "comes\nonce, in order; bytes that the captures do not have are marked. The captures are read as classify "
             "reads them,\nwith the same options, so that flow_id means the same flow.",
    .opts = follow_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = follow_run,
};
