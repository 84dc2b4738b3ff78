/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_classify.c - dpitool classify: the main job. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "cli/diag.h"
#include "cli/outputs.h"

#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

struct options {
    struct capture_options capture;
    struct opt_texts output;
    const char *fields, *sort, *csv_delimiter, *where, *crash_dir;
    uint64_t top, width;
    unsigned color;
    uint64_t unknown_packets, unknown_spool;
    unsigned unknown_include;
    bool csv_bom, csv_raw, all, rule_stats, stats, force, independent;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

static const char *const included[] = {"unknown", "guessed", NULL};

static const struct opt classify_opts[] = {
    {.name = "output", .letter = 'o', .type = OPT_TEXTS, .offset = AT(output), .arg = "FORMAT[:PATH]",
     .help = "write table, csv, json (one object a line), summary or summary-json; may be given several times; "
             "without PATH or with - on standard output, which one format may have; unknown:FOLDER writes captures of "
             "the flows without a label; without -o: the summary and the largest flows"},
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
    {.name = "where", .type = OPT_TEXT, .offset = AT(where), .arg = "EXPR",
     .help = "only flows that match, as in 'protocol == \"TLS\" and bytes_total > 1M'; see EXPRESSIONS in dpitool(1)"},
    {.name = "top", .type = OPT_NUMBER, .offset = AT(top), .arg = "N", .min = 1, .max = 1000000,
     .help = "table: only the N largest flows; 20 on the default screen"},
    {.name = "sort", .type = OPT_TEXT, .offset = AT(sort), .arg = "FIELD",
     .help = "what is largest for --top: any field; bytes_total unless given"},
    {.name = "all", .type = OPT_FLAG, .offset = AT(all),
     .help = "default screen: all flows as they end, then the summary"},
    {.name = "unknown-packets", .type = OPT_NUMBER, .offset = AT(unknown_packets), .arg = "N", .max = UINT64_MAX,
     .def = "10", .help = "unknown:FOLDER: only the first N packets of a flow; 0: all"},
    {.name = "unknown-include", .type = OPT_CHOICE, .offset = AT(unknown_include), .arg = "WHICH", .choices = included,
     .def = "unknown",
     .help = "unknown:FOLDER: guessed takes flows, too, of which the port or an address gave the label"},
    {.name = "unknown-spool", .type = OPT_SIZE, .offset = AT(unknown_spool), .arg = "SIZE", .max = INT64_MAX,
     .def = "4G", .help = "unknown:FOLDER: room in a temporary file for packets that --memory has no room for; what is "
                          "more is lost, counted; 0: no bound"},
    {.name = "crash-dir", .type = OPT_TEXT, .offset = AT(crash_dir), .arg = "FOLDER",
     .help = "keep captures of the flows that nDPI crashed or hung at, with the packets until there and a few behind, "
             "and an index as unknown:FOLDER has it"},
    {.name = "force", .type = OPT_FLAG, .offset = AT(force),
     .help = "unknown:FOLDER, --crash-dir: use a folder that is not empty; the files of an earlier run in it are "
             "removed"},
    {.name = "independent", .type = OPT_FLAG, .offset = AT(independent),
     .help = "take each capture as if it were the only one, --jobs of them at a time: --memory, --max-flows, --first, "
             "flow_id and first_packet are for each; records come by the order of the captures"},
    {.name = "rule-stats", .type = OPT_FLAG, .offset = AT(rule_stats),
     .help = "tell on standard error how many flows each rule named, and which rules named none"},
    {.name = "stats", .type = OPT_FLAG, .offset = AT(stats),
     .help = "tell on standard error how many flows there were at once, what was shown to the detector, and what they "
             "cost of --memory"},
    {.name = "width", .type = OPT_NUMBER, .offset = AT(width), .arg = "COLUMNS", .min = 40, .max = 10000,
     .help = "width of table and summary; unless given that of the terminal, no limit in files and pipes"},
    {.name = "color", .type = OPT_CHOICE, .offset = AT(color), .arg = "WHEN", .choices = capture_when,
     .def = "auto", .help = "colours: auto means on a terminal and without NO_COLOR"},
#include "cli/capture_options.def"
    {0},
};

static void tell_losses(const struct outputs *outputs)
{
    static const char *const kinds[OUTPUTS_KEEPS] = {"unknown flows", "flows that detection failed at"};
    for (unsigned i = 0; i < OUTPUTS_KEEPS; i++) {
        const struct keep *keep = outputs_keep(outputs, i);
        struct keep_losses lost = keep ? keep_losses(keep) : (struct keep_losses){0};
        if (lost.packets)
            diag("%" PRIu64 " packets of %" PRIu64 " %s were not kept: --unknown-spool was full", lost.packets,
                 lost.flows, kinds[i]);
    }
}

static bool keeps_packets(const struct outputs *outputs)
{
    return outputs_keep(outputs, OUTPUTS_UNKNOWN) || outputs_keep(outputs, OUTPUTS_CRASHES);
}

/* Packets that are kept belong to the flow whose record is made; on a terminal, rows and the line of progress would
 * get in each other's way. */
static bool may_write_beside(const struct outputs *outputs)
{
    return !keeps_packets(outputs) && !outputs_on_screen(outputs);
}

static int run_to_end(struct capture_run *r, struct outputs *outputs, uint64_t jobs)
{
    struct dpi_err err;
    if (r->engine && jobs > 1 && may_write_beside(outputs))
        engine_beside(r->engine);
    if (!r->engine && outputs_on_screen(outputs))
        r->options.on_progress = NULL; /* drawn by one thread into the rows of another */
    enum dpi_status st = capture_run_go(r, outputs_reach_program(outputs), outputs_record, outputs, &err);
    if (st == DPI_USAGE || st == DPI_ABI)
        return cmd_fail(&err);
    const struct dpi_run *run = capture_run_report(r);
    int status = capture_run_tell(run);
    if (!outputs_want_rankings(outputs))
        capture_run_warn(run);
    tell_losses(outputs);
    enum dpi_status finished = outputs_finish(outputs, run);
    if (st == DPI_OUTPUT || finished == DPI_OUTPUT)
        return dpi_status_exit(DPI_OUTPUT);
    if (finished == DPI_PIPE)
        cmd_die_of(SIGPIPE);
    return status;
}

static enum dpi_status open_outputs(struct outputs *outputs, const struct capture_run *r, struct dpi_err *err)
{
    const char *path;
    for (unsigned i = 0; i < OUTPUTS_KEEPS; i++)
        if (outputs_keep(outputs, i))
            keep_lend(outputs_keep(outputs, i), engine_ledger(r->engine));
    DPI_TRY(outputs_open(outputs, err));
    for (size_t i = 0; (path = capture_run_capture(r, i)); i++)
        DPI_TRY(outputs_spare(outputs, path, err));
    return DPI_OK;
}

/* Has packets kept for the outputs that want them. */
static void keep_packets(struct engine_options *e, struct outputs *outputs)
{
    if (!keeps_packets(outputs))
        return;
    e->on_counted = outputs_counted;
    e->on_ended = outputs_ended;
    e->on_full = outputs_relieve;
    e->packet_ctx = outputs;
}

static enum dpi_status open_run(struct capture_run *r, const struct options *o, const struct opt_words *words,
                                struct outputs *outputs, const struct engine_options *more, struct dpi_err *err)
{
    struct capture_writes writes;
    writes.v = outputs_paths(outputs, &writes.n);
    return o->independent ? capture_run_open_apart(r, &o->capture, words, &writes, more, err)
                          : capture_run_open(r, &o->capture, words, &writes, more, err);
}

/* What holds packets of flows back has one list of flows to find them in. */
static enum dpi_status check_independent(const struct options *o, const struct outputs *outputs, struct dpi_err *err)
{
    if (o->independent && keeps_packets(outputs))
        return dpi_fail(err, DPI_USAGE, "--independent cannot be given with -o unknown:FOLDER or --crash-dir: the "
                                        "captures in a folder are those of one run");
    return DPI_OK;
}

static int classify_run(const void *options, const struct opt_words *words)
{
    const struct options *o = options;
    struct dpi_err err;
    struct outputs *outputs = NULL;
    struct capture_run run;
    int status;
    struct outputs_options output_options = {
        .specs = o->output.v, .n_specs = o->output.n,
        .fields = o->fields, .sort = o->sort,
        .csv_raw = o->csv_raw, .csv_bom = o->csv_bom, .csv_delimiter = o->csv_delimiter,
        .keep = {.packets = o->unknown_packets, .guessed = o->unknown_include, .spool = o->unknown_spool,
                 .folder = capture_run_scratch()},
        .force = o->force, .crash_dir = o->crash_dir,
        .top = o->top, .all = o->all, .width = o->width, .colour = o->color,
    };
    if (outputs_new(&outputs, &output_options, &err) != DPI_OK)
        return cmd_fail(&err);
    if (check_independent(o, outputs, &err) != DPI_OK) {
        outputs_free(outputs);
        return cmd_fail(&err);
    }
    struct engine_options more = {.rankings = outputs_want_rankings(outputs)};
    struct expr *where = NULL;
    if (capture_run_where(&where, o->where, &err) != DPI_OK) {
        outputs_free(outputs);
        return cmd_fail(&err);
    }
    more.where = where;
    keep_packets(&more, outputs);
    enum dpi_status st = open_run(&run, o, words, outputs, &more, &err);
    if (st != DPI_OK || open_outputs(outputs, &run, &err) != DPI_OK)
        status = cmd_fail(&err);
    else
        status = run_to_end(&run, outputs, o->capture.jobs);
    if (o->rule_stats)
        capture_run_rule_stats(&run);
    if (o->stats)
        capture_run_stats(&run);
    outputs_free(outputs);
    capture_run_free(&run);
    expr_free(where);
    capture_run_signals();
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
