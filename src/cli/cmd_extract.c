/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_extract.c - dpitool extract: the packets of chosen flows, untouched. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "cli/diag.h"
#include "extract/split.h"
#include "io/folder.h"
#include "io/outfile.h"
#include "pcapout/flow_name.h"
#include "pcapout/pcapout.h"
#include "util/buf.h"
#include "util/xalloc.h"

#include <signal.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    struct capture_options capture;
    struct opt_texts flows;
    const char *where, *write, *split;
    unsigned format;
    bool all;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

enum { FORMAT_AUTO, FORMAT_PCAP, FORMAT_PCAPNG };
static const char *const formats[] = {"auto", "pcap", "pcapng", NULL};

static const struct opt extract_opts[] = {
    {.name = "write", .letter = 'w', .type = OPT_TEXT, .offset = AT(write), .arg = "PATH",
     .help = "the capture that is written; - is standard output"},
    {.name = "split", .type = OPT_TEXT, .offset = AT(split), .arg = "FOLDER",
     .help = "write a capture for each flow into a folder instead, as flow-000042-tcp-443.pcap: flow_id, transport, "
             "port of the server"},
    {.name = "where", .type = OPT_TEXT, .offset = AT(where), .arg = "EXPR",
     .help = "only flows that match, as in 'protocol == \"TLS\" and bytes_total > 1M'; see EXPRESSIONS in dpitool(1)"},
    {.name = "flow", .type = OPT_TEXTS, .offset = AT(flows), .arg = "FLOW",
     .help = "only this flow: a flow_id, a Community ID, or SRC:PORT-DST:PORT, IPv6 as [SRC]:PORT; may be given "
             "several times"},
    {.name = "all", .type = OPT_FLAG, .offset = AT(all),
     .help = "keep the packets that are in no flow, too, whatever --where and --flow say"},
    {.name = "format", .type = OPT_CHOICE, .offset = AT(format), .arg = "FORMAT", .choices = formats, .def = "auto",
     .help = "auto goes by the name of the capture that is written, else takes pcapng where an input is that or link "
             "types are mixed, which pcap cannot hold"},
#include "cli/capture_options.def"
    {0},
};

/* A run of the command. */
struct job {
    const struct options *o;
    struct capture_run run;
    struct expr *where;
    struct selection *flows;
    struct spool *spool;
    struct extract *extract;
    struct outfile *file; /* without --split: from the start */
    int folder;           /* of --split, held open; -1: none */
    struct pcapout_options form;
    struct pcapout *out; /* while a capture is written */
};

/* --- what was asked for ------------------------------------------------------------------------------- */

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* FORMAT_AUTO when nobody has said it. */
static unsigned asked_format(const struct options *o)
{
    if (o->format != FORMAT_AUTO || !o->write)
        return o->format;
    if (ends_with(o->write, ".pcapng"))
        return FORMAT_PCAPNG;
    return ends_with(o->write, ".pcap") || ends_with(o->write, ".cap") ? FORMAT_PCAP : FORMAT_AUTO;
}

static enum dpi_status check(const struct options *o, struct dpi_err *err)
{
    if (!o->write == !o->split)
        return dpi_fail(err, DPI_USAGE, o->write ? "--write and --split are given: one of them is possible"
                                                 : "-w PATH is missing, or --split FOLDER: where to?");
    if (o->write && o->write[0] == '\0')
        return dpi_fail(err, DPI_USAGE, "--write: '' is no name of a file");
    if (o->split && o->split[0] == '\0')
        return dpi_fail(err, DPI_USAGE, "--split: '' is no name of a folder");
    return DPI_OK;
}

static enum dpi_status parse_flows(struct job *j, struct dpi_err *err)
{
    const struct opt_texts *texts = &j->o->flows;
    j->flows = xcalloc(texts->n, sizeof(*j->flows));
    for (size_t i = 0; i < texts->n; i++)
        DPI_TRY(capture_run_flow(&j->flows[i], texts->v[i], err));
    return DPI_OK;
}

/* --- the run ------------------------------------------------------------------------------------------ */

static enum dpi_status open_extract(struct job *j, struct dpi_err *err)
{
    const struct options *o = j->o;
    struct extract_options opt = {
        .flows = j->flows, .n_flows = o->flows.n, .all = o->all, .community_id_seed = (uint16_t)o->capture.seed,
        .conversations = o->capture.conversations, .folder = capture_run_scratch(),
    };
    return extract_open(&j->extract, &opt, err);
}

static enum dpi_status open_output(struct job *j, struct dpi_err *err)
{
    const char *path;
    for (size_t i = 0; !j->o->write && (path = engine_capture(j->run.engine, i)); i++)
        if (folder_would_replace(j->o->split, path, flow_name_is))
            return dpi_fail(err, DPI_USAGE, "--split %s would replace %s, which is read", j->o->split, path);
    if (!j->o->write)
        return folder_hold(&j->folder, j->o->split, err);
    DPI_TRY(outfile_open(&j->file, j->o->write, err));
    if (outfile_is_tty(j->file))
        return dpi_fail(err, DPI_USAGE, "--write: a capture is not written to a terminal; send it elsewhere");
    for (size_t i = 0; (path = engine_capture(j->run.engine, i)); i++)
        if (outfile_is_input(j->file, path))
            return dpi_fail(err, DPI_USAGE, "--write: %s is a capture that is read", outfile_name(j->file));
    return DPI_OK;
}

static enum dpi_status open_job(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    DPI_TRY(parse_flows(j, err));
    DPI_TRY(capture_run_where(&j->where, j->o->where, err));
    DPI_TRY(open_extract(j, err));
    j->spool = spool_new(capture_run_scratch());
    struct engine_options more = {
        .inputs.spool = j->spool, .on_packet = extract_read, .on_counted = extract_counted,
        .packet_ctx = j->extract,
    };
    const char *const writes[] = {j->o->write, j->o->split};
    DPI_TRY(capture_run_open(&j->run, &j->o->capture, words, &(struct capture_writes){writes, 2}, &more, err));
    DPI_TRY(check(j->o, err));
    return open_output(j, err);
}

static enum dpi_status take_record(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct job *j = ctx;
    return !j->where || expr_match(j->where, r) ? extract_record(j->extract, r, err) : DPI_OK;
}

/* --- writing ------------------------------------------------------------------------------------------ */

static enum dpi_status choose_format(struct job *j, const struct extract_facts *f, struct dpi_err *err)
{
    unsigned asked = asked_format(j->o);
    bool mixed = j->o->split ? f->mixed_flow : f->mixed;
    if (asked == FORMAT_PCAP && mixed)
        return dpi_fail(err, DPI_USAGE, "--format: the packets have several link types, which one pcap file cannot "
                                        "hold; pcapng can");
    j->form = (struct pcapout_options){
        .pcapng = asked == FORMAT_PCAPNG || (asked == FORMAT_AUTO && (mixed || f->pcapng)),
        .link_type = f->link_type, .snaplen = f->snaplen ? f->snaplen : 262144, .nanoseconds = f->nanoseconds,
    };
    return DPI_OK;
}

static enum dpi_status write_packet(void *ctx, const struct packet *p, uint64_t flow_id, struct dpi_err *err)
{
    struct job *j = ctx;
    (void)flow_id;
    DPI_TRY(pcapout_packet(j->out, p, err));
    return ferror(outfile_stream(j->file)) ? outfile_check(j->file, err) : DPI_OK;
}

/* Puts the capture that was written under its name. */
static enum dpi_status end_file(void *ctx, struct dpi_err *err)
{
    struct job *j = ctx;
    struct outfile *file = j->file;
    pcapout_free(j->out);
    j->out = NULL;
    j->file = NULL;
    return outfile_commit(file, err);
}

static enum dpi_status begin_file(void *ctx, uint64_t flow_id, const struct packet *first, struct dpi_err *err)
{
    struct job *j = ctx;
    struct extract_flow f;
    struct buf path = {0};
    char name[FLOW_NAME_MAX];
    DPI_TRY(extract_flow(j->extract, flow_id, &f, err));
    flow_name(name, &(struct flow_name){f.id, f.transport, f.has_ports, f.port}, j->form.pcapng);
    buf_str(&path, j->o->split);
    buf_char(&path, '/');
    buf_str(&path, name);
    buf_char(&path, '\0');
    enum dpi_status st = outfile_open_in(&j->file, j->folder, path.p, err);
    buf_free(&path);
    if (st != DPI_OK)
        return st;
    j->form.link_type = first->iface->link_type;
    j->out = pcapout_new(outfile_stream(j->file), &j->form);
    return DPI_OK;
}

static enum dpi_status write_split(struct job *j, struct inputs *again, struct dpi_err *err)
{
    static const struct split_calls calls = {.begin = begin_file, .sink = write_packet, .end = end_file};
    struct split *s;
    DPI_TRY(split_open(&s, capture_run_scratch(), err));
    enum dpi_status st = extract_copy(j->extract, again, split_packet, s, err);
    if (st == DPI_OK)
        st = split_give(s, &calls, j, err);
    split_close(s);
    return st;
}

static enum dpi_status write_one(struct job *j, struct inputs *again, struct dpi_err *err)
{
    j->out = pcapout_new(outfile_stream(j->file), &j->form);
    DPI_TRY(extract_copy(j->extract, again, write_packet, j, err));
    return end_file(j, err);
}

/* Reads the captures again. */
static enum dpi_status write_all(struct job *j, const struct opt_words *words, struct dpi_err *err)
{
    struct inputs_options opt = {
        .max_input = j->o->capture.max_input, .resync = j->o->capture.resync, .spool = j->spool,
        .ahead = j->o->capture.jobs > 1,
    };
    struct inputs *again;
    DPI_TRY(inputs_open(&again, words->v, words->n, &opt, err));
    enum dpi_status st = j->o->split ? write_split(j, again, err) : write_one(j, again, err);
    inputs_free(again);
    return st;
}

/* Says which of the flows that were asked for there are not; false when there are such. */
static bool all_found(const struct job *j, const struct dpi_run *run)
{
    bool all = true;
    for (size_t i = 0; i < j->o->flows.n; i++) {
        if (extract_found(j->extract, i))
            continue;
        diag("no flow is %s: there are %" PRIu64 "; dpitool classify lists them", j->o->flows.v[i], run->flows);
        all = false;
    }
    return all;
}

static int finish(struct job *j, const struct opt_words *words)
{
    struct dpi_err err;
    struct extract_facts facts;
    const struct dpi_run *run = engine_report(j->run.engine);
    int status = capture_run_tell(run);
    capture_run_warn(run);
    enum dpi_status st = extract_choose(j->extract, run->packets_read, &facts, &err);
    if (st == DPI_OK)
        st = choose_format(j, &facts, &err);
    if (st == DPI_OK)
        st = write_all(j, words, &err);
    if (st == DPI_PIPE)
        cmd_die_of(SIGPIPE);
    if (st != DPI_OK)
        return cmd_fail(&err);
    bool all = all_found(j, run);
    if (facts.packets)
        return all ? status : dpi_status_exit(DPI_NO);
    diag("no packet is of a flow that was asked for: %s", j->o->split ? "nothing was written" : "the capture is empty");
    return dpi_status_exit(DPI_NO);
}

static void free_job(struct job *j)
{
    pcapout_free(j->out);
    outfile_discard(j->file);
    if (j->folder >= 0)
        close(j->folder);
    capture_run_free(&j->run);
    spool_free(j->spool);
    extract_close(j->extract);
    expr_free(j->where);
    free(j->flows);
}

static int extract_run(const void *options, const struct opt_words *words)
{
    struct job j = {.o = options, .folder = -1};
    struct dpi_err err;
    enum dpi_status st = open_job(&j, words, &err);
    if (st == DPI_OK)
        st = capture_run_go(&j.run, j.o->write && strcmp(j.o->write, "-") == 0, take_record, &j, &err);
    int status = st == DPI_OK ? finish(&j, words) : cmd_fail(&err);
    free_job(&j);
    capture_run_signals();
    return status;
}

const struct cmd cmd_extract = {
    .name = "extract",
    .args = "CAPTURE...",
    .summary = "write the packets of chosen flows to a capture, untouched",
    .about = "Copies packets as they are, in their order, with their times. The captures are read as classify reads "
             "them, with the\nsame options, so that flow_id means the same flow; then they are read once more and "
             "copied. What cannot be read\ntwice, standard input or a FIFO, is kept in a temporary file meanwhile.",
    .opts = extract_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = extract_run,
};
