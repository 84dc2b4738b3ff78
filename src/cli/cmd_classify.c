/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_classify.c - dpitool classify: the main job. */
#include "cli/cmd.h"
#include "cli/diag.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "decode/decode.h"
#include "engine/engine.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    struct opt_texts output, home_nets;
    const char *fields, *sort, *filter, *csv_delimiter;
    uint64_t top, width, max_flows, memory, seed, first;
    int64_t idle, active, after, before;
    unsigned color, progress;
    uint64_t max_input;
    bool resync;
    bool csv_bom, csv_raw;
    uint32_t tunnels;
    bool all, conversations, ignore_vlan, no_guess;
};

static const char *const when_choices[] = {"auto", "always", "never", NULL};

#define AT(member) offsetof(struct options, member)
enum { TEN_YEARS = 315360000 };

static const struct opt classify_opts[] = {
    {.name = "output", .letter = 'o', .type = OPT_TEXTS, .offset = AT(output), .arg = "FORMAT[:PATH]",
     .help = "write table, csv, json (one object a line), summary or summary-json; may be given several times; "
             "without PATH or with - on standard output, which one format may have; without -o: the summary and "
             "the largest flows"},
    {.name = "fields", .type = OPT_TEXT, .offset = AT(fields), .arg = "A,B,C",
     .help = "columns of table, csv and json, in this order; dpitool fields lists them"},
    {.name = "csv-delimiter", .type = OPT_TEXT, .offset = AT(csv_delimiter), .arg = "CHAR",
     .help = "what stands between the cells of csv: a character, or comma, semicolon, tab, pipe or space; unless given "
             "a comma"},
    {.name = "csv-bom", .type = OPT_FLAG, .offset = AT(csv_bom),
     .help = "begin csv with a byte order mark, for programs that else do not take it for UTF-8"},
    {.name = "csv-raw", .type = OPT_FLAG, .offset = AT(csv_raw),
     .help = "write texts to csv as they are: what a spreadsheet takes for a formula is not defused, and line ends and "
             "control characters are not escaped; only bytes that are not UTF-8 become U+FFFD"},
    {.name = "filter", .letter = 'f', .type = OPT_TEXT, .offset = AT(filter), .arg = "BPF",
     .help = "only packets that match, as in tcpdump (pcap-filter(7))"},
    {.name = "after", .type = OPT_MOMENT, .offset = AT(after), .arg = "TIME",
     .help = "only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since "
             "1970"},
    {.name = "before", .type = OPT_MOMENT, .offset = AT(before), .arg = "TIME",
     .help = "only packets earlier than that time"},
    {.name = "first", .type = OPT_NUMBER, .offset = AT(first), .arg = "N", .min = 1, .max = UINT64_MAX,
     .help = "stop after so many packets, whatever they are"},
    {.name = "home-net", .type = OPT_TEXTS, .offset = AT(home_nets), .arg = "PREFIX",
     .help = "a network of one's own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction "
             "tells outbound, inbound, internal and external by them"},
    {.name = "top", .type = OPT_NUMBER, .offset = AT(top), .arg = "N", .min = 1, .max = 1000000,
     .help = "table: only the N largest flows; 20 on the default screen"},
    {.name = "sort", .type = OPT_TEXT, .offset = AT(sort), .arg = "FIELD",
     .help = "what is largest for --top: any field; bytes_total unless given"},
    {.name = "all", .type = OPT_FLAG, .offset = AT(all),
     .help = "default screen: all flows as they end, then the summary"},
    {.name = "idle-timeout", .type = OPT_SECONDS, .offset = AT(idle), .arg = "TIME", .max = TEN_YEARS,
     .help = "end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 "
             "for UDP, 60 for others, 30 for a SYN without answer"},
    {.name = "active-timeout", .type = OPT_SECONDS, .offset = AT(active), .arg = "TIME", .max = TEN_YEARS,
     .help = "end the record of a flow after this long and begin another; unless given never"},
    {.name = "conversations", .type = OPT_FLAG, .offset = AT(conversations),
     .help = "one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: "
             "no timeouts, no new flow on a new SYN, all ICMP of two hosts together"},
    {.name = "ignore-vlan", .type = OPT_FLAG, .offset = AT(ignore_vlan),
     .help = "packets in different VLANs may belong to one flow"},
    {.name = "tunnels", .type = OPT_SET, .offset = AT(tunnels), .arg = "KINDS", .choices = tunnel_words,
     .def = "all",
     .help = "tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of "
             "the tunnel itself"},
    {.name = "no-guess", .type = OPT_FLAG, .offset = AT(no_guess),
     .help = "do not guess by port or address what the payload does not tell"},
    {.name = "community-id-seed", .type = OPT_NUMBER, .offset = AT(seed), .arg = "N", .max = 65535, .def = "0",
     .help = "seed of the Community ID"},
    {.name = "max-input", .type = OPT_SIZE, .offset = AT(max_input), .arg = "SIZE", .min = 1, .max = INT64_MAX,
     .def = "256G", .help = "bytes that one compressed capture may inflate to; what is behind is not read"},
    {.name = "resync", .type = OPT_FLAG, .offset = AT(resync),
     .help = "where a capture is damaged, go on at the next sound packet; each gap is told"},
    {.name = "max-flows", .type = OPT_NUMBER, .offset = AT(max_flows), .arg = "N", .max = UINT32_MAX, .def = "0",
     .help = "flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows"},
    {.name = "memory", .type = OPT_SIZE, .offset = AT(memory), .arg = "SIZE", .min = 1 << 20,
     .max = UINT64_C(1) << 36, .def = "2G", .help = "memory for flows; more end the ones idle longest, counted"},
    {.name = "width", .type = OPT_NUMBER, .offset = AT(width), .arg = "COLUMNS", .min = 40, .max = 10000,
     .help = "width of table and summary; unless given that of the terminal, no limit in files and pipes"},
    {.name = "color", .type = OPT_CHOICE, .offset = AT(color), .arg = "WHEN", .choices = when_choices,
     .def = "auto", .help = "colours: auto means on a terminal and without NO_COLOR"},
    {.name = "progress", .type = OPT_CHOICE, .offset = AT(progress), .arg = "WHEN", .choices = when_choices,
     .def = "auto", .help = "a line on standard error that tells how far the captures are read: auto means on a "
                            "terminal, and not when standard output goes to another program"},
    {0},
};

#define SECONDS(n) ((n) * INT64_C(1000000000))

/* The timeouts of the design, or --idle-timeout for all of them; what is shorter by nature stays shorter. */
static void set_idle_timeouts(struct flow_options *f, int64_t given)
{
    f->tcp_idle = SECONDS(300);
    f->udp_idle = SECONDS(120);
    f->other_idle = SECONDS(60);
    f->attempt = SECONDS(30);
    f->closed = SECONDS(5);
    if (given < 0)
        return;
    f->tcp_idle = f->udp_idle = f->other_idle = f->attempt = given;
    if (given && given < f->closed)
        f->closed = given;
}

static struct flow_options flow_options_of(const struct options *o)
{
    struct flow_options f = {
        .key = {.ignore_vlan = o->ignore_vlan, .conversations = o->conversations},
        .max_flows = o->max_flows,
        .memory = o->memory,
    };
    if (o->conversations)
        return f; /* nothing but the end of the input or of memory ends a flow */
    set_idle_timeouts(&f, o->idle);
    f.active = o->active > 0 ? o->active : 0;
    return f;
}

static enum dpi_status set_home_nets(struct engine_options *e, const struct opt_texts *texts, struct dpi_err *err)
{
    struct prefix *nets = xcalloc(texts->n, sizeof(*nets));
    e->home_nets = nets;
    e->n_home_nets = texts->n;
    for (size_t i = 0; i < texts->n; i++)
        if (!prefix_parse(&nets[i], texts->v[i]))
            return dpi_fail(err, DPI_USAGE,
                            "--home-net: '%s' is no network such as 10.0.0.0/8 or fd00::/8, and no address",
                            texts->v[i]);
    return DPI_OK;
}

static enum dpi_status set_window(struct engine_options *e, const struct options *o, struct dpi_err *err)
{
    e->first = o->first;
    e->earliest = o->after == OPT_NO_MOMENT ? INT64_MIN : o->after;
    e->latest = o->before == OPT_NO_MOMENT ? INT64_MAX : o->before - 1;
    if (e->earliest > e->latest)
        return dpi_fail(err, DPI_USAGE, "--after is not earlier than --before: no packet would be left");
    return DPI_OK;
}

static volatile sig_atomic_t stop_signal;

/* A signal that comes just before a read that waits does not end the waiting: the alarms behind it do. */
static void on_alarm(int sig)
{
    (void)sig;
    alarm(1);
}

static void on_signal(int sig)
{
    stop_signal = sig;
    alarm(1);
}

static void catch_signal(int sig)
{
    struct sigaction old, sa = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}; /* a second one kills at once */
    if (sigaction(sig, NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* as nohup(1) asks for */
        sigaction(sig, &sa, NULL);
}

static void catch_signals(void)
{
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
    catch_signal(SIGHUP);
}

static void tell_gaps(const struct dpi_capture_info *c)
{
    uint64_t told = c->n_gaps < DPI_GAPS_MAX ? c->n_gaps : DPI_GAPS_MAX;
    for (uint64_t i = 0; i < told; i++)
        diag("%.*s: at byte %" PRIu64 ": %s; %" PRIu64 " bytes skipped", (int)c->name.n, c->name.p,
             c->gaps[i].offset, c->gaps[i].what, c->gaps[i].bytes);
    if (told < c->n_gaps)
        diag("%.*s: and %" PRIu64 " more gaps; %" PRIu64 " bytes skipped in all", (int)c->name.n, c->name.p,
             c->n_gaps - told, c->gap_bytes);
}

static int tell_damage(const struct dpi_run *run)
{
    int status = 0;
    if (run->interrupted) {
        diag("interrupted: the outputs have what was read until then");
        status = dpi_status_exit(DPI_INTERRUPTED);
    }
    for (size_t i = 0; i < run->n_captures; i++) {
        const struct dpi_capture_info *c = &run->captures[i];
        if (!c->damage)
            continue;
        tell_gaps(c);
        if (!c->format)
            diag("%s", c->damage);
        else if (!c->n_gaps || c->damage != c->gaps[0].what)
            diag("%.*s: at byte %" PRIu64 ": %s", (int)c->name.n, c->name.p, c->damage_offset, c->damage);
        status = dpi_status_exit(DPI_DAMAGED);
    }
    return status;
}

/* What the summary says under warnings must not be lost with it. */
static void tell_warnings(const struct dpi_run *run)
{
    for (size_t i = 0; i < run->n_warnings; i++)
        diag("%.*s", (int)run->warnings[i].n, run->warnings[i].p);
}

static int run_to_end(struct engine *engine, struct outputs *outputs)
{
    struct dpi_err err;
    enum dpi_status st = engine_run(engine, outputs_record, outputs, &stop_signal, &err);
    diag_passing(NULL);
    if (st == DPI_USAGE)
        return cmd_fail(&err);
    const struct dpi_run *run = engine_report(engine);
    int status = tell_damage(run);
    if (!outputs_want_rankings(outputs))
        tell_warnings(run);
    enum dpi_status finished = outputs_finish(outputs, run);
    if (st == DPI_OUTPUT || finished == DPI_OUTPUT)
        return dpi_status_exit(DPI_OUTPUT);
    if (finished == DPI_PIPE)
        cmd_die_of(SIGPIPE);
    return status;
}

static enum dpi_status open_outputs(struct outputs *outputs, const struct engine *engine, struct dpi_err *err)
{
    const char *path;
    DPI_TRY(outputs_open(outputs, err));
    for (size_t i = 0; (path = engine_capture(engine, i)); i++)
        DPI_TRY(outputs_spare(outputs, path, err));
    return DPI_OK;
}

static int classify_run(const void *options, const struct opt_words *words)
{
    const struct options *o = options;
    struct dpi_err err;
    struct outputs *outputs = NULL;
    struct engine *engine = NULL;
    struct progress progress;
    int status;
    struct outputs_options output_options = {
        .specs = o->output.v, .n_specs = o->output.n,
        .fields = o->fields, .sort = o->sort,
        .csv_raw = o->csv_raw, .csv_bom = o->csv_bom, .csv_delimiter = o->csv_delimiter,
        .top = o->top, .all = o->all, .width = o->width, .colour = o->color,
    };
    if (outputs_new(&outputs, &output_options, &err) != DPI_OK)
        return cmd_fail(&err);
    struct engine_options engine_options = {
        .captures = words->v, .n_captures = words->n, .filter = o->filter,
        .inputs = {o->max_input, o->resync}, .decode = {.tunnels = o->tunnels},
        .flow = flow_options_of(o), .detector = {.guess = !o->no_guess},
        .community_id_seed = (uint16_t)o->seed,
        .rankings = outputs_want_rankings(outputs), .on_progress = progress_draw, .progress_ctx = &progress,
    };
    catch_signals();
    if (set_home_nets(&engine_options, &o->home_nets, &err) != DPI_OK ||
        set_window(&engine_options, o, &err) != DPI_OK || engine_open(&engine, &engine_options, &err) != DPI_OK ||
        open_outputs(outputs, engine, &err) != DPI_OK) {
        status = cmd_fail(&err);
    } else {
        progress_start(&progress, o->progress, outputs_reach_program(outputs));
        status = run_to_end(engine, outputs);
    }
    outputs_free(outputs);
    engine_free(engine);
    free((void *)engine_options.home_nets);
    if (stop_signal)
        cmd_die_of(stop_signal);
    return status;
}

const struct cmd cmd_classify = {
    .name = "classify",
    .args = "CAPTURE...",
    .summary = "tell what is in captures: flows, protocols, applications, every packet accounted for",
    .about = "Reads pcap and pcapng files, compressed or not, the files of a folder, or - for standard input, in one "
             "pass. Several\ncaptures are one stream: whole files, ordered by their first packet. What is damaged "
             "is read up to the damage.",
    .opts = classify_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = classify_run,
};
