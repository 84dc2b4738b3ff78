/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_table.c - the list of commands, and what is the same for all of them: finding one, its options, its help. */
#include "cli/cmd.h"

#include "cli/diag.h"
#include "io/outfile.h"
#include "util/nearest.h"
#include "util/xalloc.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

extern const struct cmd cmd_classify, cmd_extract, cmd_follow, cmd_unknown, cmd_rules, cmd_diff, cmd_test,
    cmd_protocols, cmd_fields, cmd_version;

const struct cmd *const cmds[] = {
    &cmd_classify, &cmd_extract, &cmd_follow, &cmd_unknown, &cmd_rules, &cmd_diff, &cmd_test,
    &cmd_protocols, &cmd_fields, &cmd_version, NULL,
};

const struct opt cmd_opts[] = {
    {.name = "version", .letter = 'V', .type = OPT_FLAG, .help = "the same as the command version"},
    {0},
};

void cmd_die_of(int sig)
{
    signal(sig, SIG_DFL);
    raise(sig);
}

int cmd_fail(const struct dpi_err *err)
{
    diag("%s", err->msg);
    return dpi_status_exit(err->code);
}

int cmd_print(int (*print)(FILE *out, const void *ctx), const void *ctx)
{
    struct dpi_err err;
    struct outfile *out;
    if (outfile_open(&out, "-", &err) != DPI_OK)
        return cmd_fail(&err);
    int status = print(outfile_stream(out), ctx);
    enum dpi_status st = outfile_commit(out, &err);
    if (st == DPI_PIPE)
        cmd_die_of(SIGPIPE);
    return st == DPI_OK ? status : cmd_fail(&err);
}

static int print_overview(FILE *out, const void *unused)
{
    (void)unused;
    fputs("usage: dpitool COMMAND [OPTIONS] [ARGUMENTS]\n\n"
          "Tells what is in network captures: every flow, its protocol and application, and every\n"
          "packet accounted for.\n\n",
          out);
    for (size_t i = 0; cmds[i]; i++)
        fprintf(out, "  %-12s %s\n", cmds[i]->name, cmds[i]->summary);
    fputs("\noptions in place of a command:\n", out);
    opt_help(out, cmd_opts);
    fputs("\ndpitool COMMAND --help tells the options of a command. To begin: dpitool classify capture.pcap\n", out);
    return 0;
}

static int print_command_help(FILE *out, const void *options)
{
    const struct cmd *cmd = options;
    fprintf(out, "usage: dpitool %s [OPTIONS]%s%s\n\n%s\n\noptions:\n", cmd->name, cmd->args[0] ? " " : "", cmd->args,
            cmd->about);
    opt_help(out, cmd->opts);
    return 0;
}

static const char *cmd_name_at(size_t i, void *unused)
{
    (void)unused;
    return cmds[i] ? cmds[i]->name : NULL;
}

static const struct cmd *find(const char *name)
{
    for (size_t i = 0; cmds[i]; i++)
        if (strcmp(cmds[i]->name, name) == 0)
            return cmds[i];
    return NULL;
}

static bool names_capture(const char *word)
{
    static const char *const endings[] = {".pcap", ".pcapng", ".cap", ".gz", ".zst", ".xz", ".bz2", ".lz4"};
    size_t n = strlen(word);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t length = strlen(endings[i]);
        if (n > length && strcasecmp(word + n - length, endings[i]) == 0)
            return true;
    }
    return false;
}

/* Says what was likely meant by a word that stands where a command does. */
static int no_command(const char *word)
{
    struct stat st;
    const char *meant = nearest(word, strlen(word), cmd_name_at, NULL);
    if (strcmp(word, "-") == 0 || stat(word, &st) == 0)
        diag("'%s' is no command; to see what is in a capture: dpitool classify %s", word, word);
    else if (word[0] == '-')
        diag("'%s' stands where a command does; to see what is in a capture: dpitool classify %s ...", word, word);
    else if (names_capture(word))
        diag("'%s' is no command, and there is no such file; to see what is in a capture: dpitool classify FILE", word);
    else if (meant)
        diag("'%s' is no command; did you mean %s?", word, meant);
    else
        diag("'%s' is no command; dpitool --help lists them", word);
    return dpi_status_exit(DPI_USAGE);
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int check_words(const struct cmd *cmd, const struct opt_words *words)
{
    if (words->n < cmd->min_words)
        diag("%s: %s is missing; see dpitool %s --help", cmd->name, cmd->args, cmd->name);
    else if (words->n > cmd->max_words)
        diag("%s: '%s' is one argument too many; see dpitool %s --help", cmd->name, words->v[cmd->max_words],
             cmd->name);
    else
        return 0;
    return dpi_status_exit(DPI_USAGE);
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
    struct dpi_err err;
    struct opt_words words = {0};
    void *options = xcalloc(1, cmd->options_size);
    int status;
    if (opt_parse(cmd->opts, options, argc, argv, &words, &err) != DPI_OK) {
        diag("%s: %s", cmd->name, err.msg);
        status = dpi_status_exit(err.code);
    } else if ((status = check_words(cmd, &words)) == 0) {
        status = cmd->run(options, &words);
    }
    opt_free(cmd->opts, options, &words);
    free(options);
    return status;
}

int cmd_main(int argc, char **argv)
{
    if (argc < 2) {
        diag("a command is missing; to begin: dpitool classify capture.pcap, or dpitool --help");
        return dpi_status_exit(DPI_USAGE);
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || (strcmp(word, "help") == 0 && argc == 2))
        return cmd_print(print_overview, NULL);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return run(&cmd_version, 0, NULL);
    bool help = strcmp(word, "help") == 0;
    const struct cmd *cmd = find(help ? argv[2] : word);
    if (!cmd)
        return no_command(help ? argv[2] : word);
    if (help || wants_help(argc - 2, argv + 2))
        return cmd_print(print_command_help, cmd);
    return run(cmd, argc - 2, argv + 2);
}
