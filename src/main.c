/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - start-up: where output goes, what happens without memory, and then the command. */
#include "cli/cmd.h"
#include "cli/diag.h"
#include "io/outfile.h"
#include "util/xalloc.h"

#include <signal.h>
#include <stdlib.h>

static void out_of_memory(void)
{
    diag("out of memory");
    exit(dpi_status_exit(DPI_OUTPUT));
}

int main(int argc, char **argv)
{
    struct dpi_err err;
    xalloc_on_failure(out_of_memory);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error to us, and only of that output */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow */
    if (outfile_guard_stdout(&err) != DPI_OK) {
        diag("%s", err.msg);
        return dpi_status_exit(err.code);
    }
    return cmd_main(argc, argv);
}
