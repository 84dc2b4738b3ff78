/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_version.c - dpitool version. */
#include "cli/cmd.h"
#include "cli/confine.h"

#include "capture/filter.h"
#include "cli/rule_files.h"
#include "ndpi/labels.h"

struct parts {
    const struct labels *labels;
    const struct rules *rules; /* NULL: none are shipped */
};

static int print(FILE *out, const void *ctx)
{
    const struct parts *p = ctx;
    fprintf(out, "dpitool %s\nnDPI %s\n%s\n", DPITOOL_VERSION, label_version(p->labels), filter_library_version());
    struct rules_counts c = p->rules ? rules_counts(p->rules) : (struct rules_counts){0};
    if (p->rules)
        fprintf(out, "rules: %zu files, %zu applications, %zu hosts\n", c.files, c.applications, c.hosts);
    else
        fputs("rules: none\n", out);
    struct sandbox_state sandbox = sandbox_possible();
    fprintf(out, "sandbox: %s\n", confine_words(sandbox));
    if (confine_root_words(sandbox))
        fprintf(out, "root: %s\n", confine_root_words(sandbox));
    return 0;
}

static int version_run(const void *options, const struct opt_words *words)
{
    (void)options;
    (void)words;
    struct dpi_err err;
    struct detector *detector;
    if (detector_new(&detector, &(struct detector_options){.guess = true, .contain = true}, &err) != DPI_OK)
        return cmd_fail(&err);
    struct rules *rules;
    int status;
    if (rule_files_load(&rules, &(struct rule_options){0}, &err) != DPI_OK)
        status = cmd_fail(&err);
    else
        status = cmd_print(print, &(struct parts){detector_labels(detector), rules});
    rules_free(rules);
    detector_free(detector);
    return status;
}

static const struct opt version_opts[] = {{0}};

const struct cmd cmd_version = {
    .name = "version",
    .args = "",
    .summary = "tell the versions of dpitool and of the libraries it runs with",
    .about = "Prints one line each for dpitool, nDPI, libpcap, the rules that are shipped, and what the sandbox can do "
             "on this\nmachine.",
    .opts = version_opts,
    .options_size = 1,
    .run = version_run,
};
