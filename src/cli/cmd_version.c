/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_version.c - dpitool version. */
#include "cli/cmd.h"
#include "cli/confine.h"

#include "capture/filter.h"
#include "ndpi/labels.h"

static int print(FILE *out, const void *labels)
{
    fprintf(out, "dpitool %s\nnDPI %s\n%s\nsandbox %s\n", DPITOOL_VERSION, label_version(labels),
            filter_library_version(), confine_words(sandbox_possible()));
    return 0;
}

static int version_run(const void *options, const struct opt_words *words)
{
    (void)options;
    (void)words;
    struct dpi_err err;
    struct detector *detector;
    if (detector_new(&detector, &(struct detector_options){.guess = true}, &err) != DPI_OK)
        return cmd_fail(&err);
    int status = cmd_print(print, detector_labels(detector));
    detector_free(detector);
    return status;
}

static const struct opt version_opts[] = {{0}};

const struct cmd cmd_version = {
    .name = "version",
    .args = "",
    .summary = "tell the versions of dpitool and of the libraries it runs with",
    .about = "Prints one line each for dpitool, nDPI, libpcap, and what the sandbox can do on this machine.",
    .opts = version_opts,
    .options_size = 1,
    .run = version_run,
};
