/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_protocols.c - dpitool protocols: what can be detected. */
#include "cli/cmd.h"
#include "cli/diag.h"

#include "ndpi/labels.h"
#include "writers/listing.h"

#include <stddef.h>
#include <stdio.h>

struct options {
    bool json;
};

static const struct opt protocols_opts[] = {
    {.name = "json", .type = OPT_FLAG, .offset = offsetof(struct options, json), .help = "as JSON"},
    {0},
};

static const char *cell(const void *labels, size_t row, size_t column)
{
    static const char *const kinds[] = {
        [LABEL_PROTOCOL] = "protocol", [LABEL_APPLICATION] = "application", [LABEL_BOTH] = "both"};
    struct label_info info;
    label_at(labels, row, &info);
    const char *const cells[] = {info.name, kinds[info.kind], info.category};
    return cells[column];
}

struct job {
    const struct options *options;
    const struct labels *labels;
};

static int print(FILE *out, const void *ctx)
{
    static const char *const heads[] = {"name", "kind", "category"};
    const struct job *job = ctx;
    struct listing l = {.heads = heads, .n_columns = 3, .cell = cell, .ctx = job->labels};
    struct label_info info;
    while (label_at(job->labels, l.n_rows, &info))
        l.n_rows++;
    (job->options->json ? listing_json : listing_text)(out, &l);
    return 0;
}

static int protocols_run(const void *options, const struct opt_words *words)
{
    (void)words;
    struct dpi_err err;
    struct detector *detector;
    if (detector_new(&detector, &(struct detector_options){.guess = true, .contain = true}, &err) != DPI_OK)
        return cmd_fail(&err);
    int status = cmd_print(print, &(struct job){options, detector_labels(detector)});
    detector_free(detector);
    return status;
}

const struct cmd cmd_protocols = {
    .name = "protocols",
    .args = "",
    .summary = "list what can be detected",
    .about = "Lists every label of the nDPI at hand: its name, whether it is a protocol, an application or both,\n"
             "and its category.",
    .opts = protocols_opts,
    .options_size = sizeof(struct options),
    .run = protocols_run,
};
