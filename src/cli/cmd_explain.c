/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_explain.c - dpitool explain: how a flow got its label. */
#include "cli/capture_run.h"
#include "cli/cmd.h"
#include "explain/text.h"

struct options {
    struct capture_options capture;
    const char *flow;
    bool json;
};

#define AT(member)      offsetof(struct options, member)
#define CAPTURE(member) AT(capture.member)

static const struct opt explain_opts[] = {
    {.name = "flow", .type = OPT_TEXT, .offset = AT(flow), .arg = "FLOW",
     .help = "which flow: its flow_id, its Community ID, or its ends as SRC:PORT-DST:PORT, IPv6 as [SRC]:PORT; of "
             "several that match the first, and the others are named"},
    {.name = "json", .type = OPT_FLAG, .offset = AT(json), .help = "the same as one JSON object"},
#include "cli/capture_options.def"
    {0},
};

struct answer {
    const struct explain_result *result;
    const struct labels *labels;
    bool json;
    int status;
};

static int print_answer(FILE *out, const void *ctx)
{
    const struct answer *a = ctx;
    (a->json ? explain_json : explain_text)(out, a->result, a->labels);
    return a->status;
}

/* After the run. Returns the exit status. */
static int finish(const struct options *o, struct explain *x, struct engine *engine)
{
    const struct dpi_run *run = engine_report(engine);
    struct answer a = {explain_finish(x), engine_labels(engine), o->json, capture_run_tell(run)};
    capture_run_warn(run);
    if (!capture_run_selected(&a.result->flow, o->flow, run))
        return dpi_status_exit(DPI_NO);
    return cmd_print(print_answer, &a);
}

static int run_to_end(const struct options *o, const struct opt_words *words, struct explain *x)
{
    struct dpi_err err;
    struct capture_run run;
    struct engine_options more = {.on_counted = explain_packet, .packet_ctx = x, .trace = explain_trace(x)};
    enum dpi_status st = capture_run_open(&run, &o->capture, words, &(struct capture_writes){NULL, 0}, &more, &err);
    if (st == DPI_OK && !o->flow)
        st = dpi_fail(&err, DPI_USAGE, "--flow is missing: which flow? dpitool classify lists them");
    if (st == DPI_OK)
        st = capture_run_go(&run, false, explain_record, x, &err);
    int status = st == DPI_OK ? finish(o, x, run.engine) : cmd_fail(&err);
    capture_run_free(&run);
    return status;
}

static int explain_run(const void *options, const struct opt_words *words)
{
    const struct options *o = options;
    struct dpi_err err;
    struct explain_options opt = {
        .community_id_seed = (uint16_t)o->capture.seed,
        .conversations = o->capture.conversations,
    };
    if (o->flow && capture_run_flow(&opt.selection, o->flow, &err) != DPI_OK)
        return cmd_fail(&err);
    struct explain *x = explain_new(&opt);
    int status = run_to_end(o, words, x);
    explain_free(x);
    capture_run_signals();
    return status;
}

const struct cmd cmd_explain = {
    .name = "explain",
    .args = "CAPTURE...",
    .summary = "show how a flow got its label: what nDPI was shown, packet by packet, and what it said",
    .about = "Tells which packets of one flow nDPI was shown and in which order, what it said after each, which were "
             "left\nout and why, and how the label came from that. The captures are read as classify reads them, with "
             "the same\noptions, so that flow_id means the same flow.",
    .opts = explain_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = explain_run,
};
