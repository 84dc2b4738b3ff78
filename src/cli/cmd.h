/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd.h - a command: one file of src/cli with one struct cmd, named in cmd_table.c. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/opt.h"

struct cmd {
    const char *name;
    const char *args;    /* behind the options, as help shows them; "" for none */
    const char *summary; /* one line */
    const char *about;   /* a paragraph or two for help and manual */
    const char *const *actions; /* what the first argument is one of, files behind it; NULL: of nothing */
    const struct opt *opts;
    size_t options_size; /* of the struct that the options fill */
    size_t min_words, max_words; /* how many words may follow */
    /* options is filled as opts says. Returns the exit status. */
    int (*run)(const void *options, const struct opt_words *words);
};

extern const struct cmd *const cmds[]; /* NULL-terminated, in the order of help */

extern const struct opt cmd_opts[]; /* what may stand in place of a command, beside opt_common */

/* The whole command line, argv[0] included. Returns the exit status. */
int cmd_main(int argc, char **argv);

/* Calls print with standard output and finishes it. Returns the exit status: that of print, or what the output
 * failed with, which is said. */
int cmd_print(int (*print)(FILE *out, const void *ctx), const void *ctx);

/* Ends the program as the signal does that was held back so far. */
void cmd_die_of(int sig);

/* Says the message and returns the exit status of err. */
int cmd_fail(const struct dpi_err *err);

#endif
