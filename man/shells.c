/* SPDX-License-Identifier: BSD-2-Clause */
/* shells.c - the tables of the program as completions for bash, zsh and fish. */
#include "docgen.h"
#include "dpitool/field.h"
#include "dpitool/writer.h"

#include <stdio.h>
#include <string.h>

/* What an argument is, by the name that help gives it. Others are numbers and the like: nothing can be offered. */
enum kind { KIND_NONE, KIND_CHOICE, KIND_SET, KIND_FORMAT, KIND_FIELDS, KIND_FIELD, KIND_FILE };

static const struct {
    const char *name;
    enum kind kind;
} kinds[] = {
    {"FORMAT[:PATH]", KIND_FORMAT}, {"A,B,C", KIND_FIELDS}, {"FIELD", KIND_FIELD},
    {"CAPTURE...", KIND_FILE},      {"PATH", KIND_FILE},    {"FILE", KIND_FILE},
    {"FOLDER", KIND_FILE},
};

static enum kind kind_of(const char *argument)
{
    for (size_t i = 0; argument && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, argument) == 0)
            return kinds[i].kind;
    return KIND_NONE;
}

static enum kind value_kind(const struct opt *o)
{
    if (o->type == OPT_SET)
        return KIND_SET;
    return o->choices ? KIND_CHOICE : kind_of(o->arg);
}

/* s without quotes around it, with a backslash before each of the special characters; an apostrophe ends and begins
 * the quotes of bash and zsh, and is special for fish. */
static void quote(const char *s, const char *special)
{
    for (; *s; s++) {
        if (strchr(special, *s))
            putchar('\\');
        if (*s == '\'' && !strchr(special, '\''))
            fputs("'\\''", stdout);
        else
            putchar(*s);
    }
}

static const char ZSH_ITEM[] = "\\:", ZSH_OPTION[] = "\\[]:", FISH[] = "\\'";

/* Calls row for every option that the command takes, the common ones last. */
static void each_option(const struct opt *o, const char *command, void (*row)(const char *command, const struct opt *o))
{
    for (; o->name; o++)
        row(command, o);
    for (o = opt_common; o->name; o++)
        row(command, o);
}

static void print_choices(const struct opt *o)
{
    if (o->type == OPT_SET)
        fputs("all none ", stdout);
    for (size_t i = 0; o->choices[i]; i++)
        printf("%s%s", i ? " " : "", o->choices[i]);
}

/* --- names, for all shells ---------------------------------------------------------------------------- */

static void give_command_names(const char *unused)
{
    (void)unused;
    for (size_t i = 0; cmds[i]; i++)
        printf("    %s\n", cmds[i]->name);
}

static void give_writer_names(const char *unused)
{
    (void)unused;
    for (size_t i = 0; dpi_writers[i]; i++)
        printf("    %s\n", dpi_writers[i]->name);
}

static void give_field_names(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        printf("    %s\n", dpi_fields[i].name);
}

/* --- bash --------------------------------------------------------------------------------------------- */

static void bash_name(const char *unused, const struct opt *o)
{
    (void)unused;
    if (o->letter)
        printf(" -%c", o->letter);
    printf(" --%s", o->name);
}

static void give_bash_options(const char *unused)
{
    (void)unused;
    fputs("    '') echo", stdout);
    each_option(cmd_opts, "", bash_name);
    puts(" ;;");
    for (size_t i = 0; cmds[i]; i++) {
        printf("    %s) echo", cmds[i]->name);
        each_option(cmds[i]->opts, cmds[i]->name, bash_name);
        puts(" ;;");
    }
}

static void bash_value(const char *command, const struct opt *o)
{
    static const char *const takers[] = {
        [KIND_NONE] = "nothing", [KIND_FORMAT] = "output", [KIND_FIELDS] = "fields", [KIND_FIELD] = "field",
        [KIND_FILE] = "files",   [KIND_CHOICE] = "words",  [KIND_SET] = "set"};
    if (o->type == OPT_FLAG)
        return;
    printf("    '%s --%s'", command, o->name);
    if (o->letter)
        printf(" | '%s -%c'", command, o->letter);
    printf(") _dpitool_%s \"$@\"", takers[value_kind(o)]);
    if (o->choices) {
        putchar(' ');
        print_choices(o);
    }
    puts(" ;;");
}

static void give_bash_values(const char *unused)
{
    (void)unused;
    for (size_t i = 0; cmds[i]; i++)
        each_option(cmds[i]->opts, cmds[i]->name, bash_value);
}

/* The commands behind which files stand, as a pattern. */
static void give_bash_file_commands(const char *unused)
{
    (void)unused;
    const char *between = "    ";
    for (size_t i = 0; cmds[i]; i++) {
        if (kind_of(cmds[i]->args) != KIND_FILE)
            continue;
        printf("%s%s", between, cmds[i]->name);
        between = " | ";
    }
    puts(") _dpitool_files ;;");
}

/* --- zsh ---------------------------------------------------------------------------------------------- */

static void zsh_item(const char *name, const char *text)
{
    printf("        '%s:", name);
    quote(text, ZSH_ITEM);
    puts("'");
}

static void give_zsh_commands(const char *unused)
{
    (void)unused;
    for (size_t i = 0; cmds[i]; i++)
        zsh_item(cmds[i]->name, cmds[i]->summary);
}

static void give_zsh_writers(const char *unused)
{
    (void)unused;
    for (size_t i = 0; dpi_writers[i]; i++)
        zsh_item(dpi_writers[i]->name, dpi_writers[i]->summary);
}

static void give_zsh_fields(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        zsh_item(dpi_fields[i].name, dpi_fields[i].doc);
}

static void zsh_value(const struct opt *o)
{
    static const char *const takers[] = {
        [KIND_NONE] = " ",           [KIND_FORMAT] = "_dpitool_output", [KIND_FIELDS] = "_dpitool_fields",
        [KIND_FIELD] = "_dpitool_field", [KIND_FILE] = "_files"};
    putchar(':');
    quote(o->arg, ZSH_ITEM);
    putchar(':');
    if (o->type == OPT_SET) {
        fputs(" _values -s , ", stdout);
        quote(o->name, ZSH_ITEM);
        putchar(' ');
        print_choices(o);
    } else if (o->choices) {
        putchar('(');
        print_choices(o);
        putchar(')');
    } else {
        fputs(takers[value_kind(o)], stdout);
    }
}

/* One specification of _arguments: which options it excludes, its names, [text], and :argument:what completes it. */
static void zsh_option(const struct opt *o, bool alone)
{
    char text[OPT_TEXT_MAX];
    const char *value = o->type == OPT_FLAG ? "" : "=", *glued = o->type == OPT_FLAG ? "" : "+";
    const char *before = alone ? "(- *)" : o->type == OPT_TEXTS ? "*" : "";
    if (!before[0] && o->letter)
        printf("            '(-%c --%s)'{-%c%s,--%s%s}'[", o->letter, o->name, o->letter, glued, o->name, value);
    else if (o->letter)
        printf("            '%s'{-%c%s,--%s%s}'[", before, o->letter, glued, o->name, value);
    else
        printf("            '%s--%s%s[", before, o->name, value);
    opt_text(text, o);
    quote(text, ZSH_OPTION);
    putchar(']');
    if (o->type != OPT_FLAG)
        zsh_value(o);
    puts("' \\");
}

static void give_zsh_options(const char *unused)
{
    (void)unused;
    for (const struct opt *o = cmd_opts; o->name; o++)
        zsh_option(o, true);
    for (const struct opt *o = opt_common; o->name; o++)
        zsh_option(o, true);
}

static void zsh_command(const struct cmd *c)
{
    printf("    %s)\n        _arguments -s -S : \\\n", c->name);
    for (const struct opt *o = c->opts; o->name; o++)
        zsh_option(o, false);
    for (const struct opt *o = opt_common; o->name; o++)
        zsh_option(o, true);
    if (kind_of(c->args) == KIND_FILE)
        printf("            '*:%s:_files' \\\n", c->args);
    puts("            && ret=0\n        ;;");
}

static void give_zsh_cases(const char *unused)
{
    (void)unused;
    for (size_t i = 0; cmds[i]; i++)
        zsh_command(cmds[i]);
}

/* --- fish --------------------------------------------------------------------------------------------- */

/* A line of a function that prints words with what they mean behind a tab. */
static void fish_item(const char *name, const char *text)
{
    printf("        %s '", name);
    quote(text, FISH);
    puts("' \\");
}

static void give_fish_commands(const char *unused)
{
    (void)unused;
    for (size_t i = 0; cmds[i]; i++)
        fish_item(cmds[i]->name, cmds[i]->summary);
}

static void give_fish_writers(const char *unused)
{
    (void)unused;
    for (size_t i = 0; dpi_writers[i]; i++)
        fish_item(dpi_writers[i]->name, dpi_writers[i]->summary);
}

static void give_fish_fields(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        fish_item(dpi_fields[i].name, dpi_fields[i].doc);
}

static void fish_value(const struct opt *o)
{
    static const char *const takers[] = {
        [KIND_NONE] = " -x",
        [KIND_FORMAT] = " -x -a '(__dpitool_output)'",
        [KIND_FIELDS] = " -x -a '(__dpitool_fields)'",
        [KIND_FIELD] = " -x -a '(__dpitool_field)'",
        [KIND_FILE] = " -r -F"};
    if (o->choices) {
        fputs(o->type == OPT_SET ? " -x -a '(__dpitool_set " : " -x -a '", stdout);
        print_choices(o);
        fputs(o->type == OPT_SET ? ")'" : "'", stdout);
    } else if (o->type != OPT_FLAG) {
        fputs(takers[value_kind(o)], stdout);
    }
}

static void fish_option(const char *condition, const struct opt *o)
{
    char text[OPT_TEXT_MAX];
    printf("complete -c dpitool -n '__dpitool_in %s'", condition);
    if (o->letter)
        printf(" -s %c", o->letter);
    printf(" -l %s", o->name);
    fish_value(o);
    opt_text(text, o);
    fputs(" -d '", stdout);
    quote(text, FISH);
    puts("'");
}

/* "" stands where no command was given yet. */
static void give_fish_options(const char *unused)
{
    (void)unused;
    each_option(cmd_opts, "\"\"", fish_option);
    for (size_t i = 0; cmds[i]; i++) {
        each_option(cmds[i]->opts, cmds[i]->name, fish_option);
        if (kind_of(cmds[i]->args) == KIND_FILE)
            printf("complete -c dpitool -n '__dpitool_in %s' -F\n", cmds[i]->name);
    }
}

const struct giver shell_givers[] = {
    {"NAMES-COMMANDS", give_command_names},
    {"NAMES-WRITERS", give_writer_names},
    {"NAMES-FIELDS", give_field_names},
    {"BASH-OPTIONS", give_bash_options},
    {"BASH-VALUES", give_bash_values},
    {"BASH-FILES", give_bash_file_commands},
    {"ZSH-COMMANDS", give_zsh_commands},
    {"ZSH-WRITERS", give_zsh_writers},
    {"ZSH-FIELDS", give_zsh_fields},
    {"ZSH-OPTIONS", give_zsh_options},
    {"ZSH-CASES", give_zsh_cases},
    {"FISH-COMMANDS", give_fish_commands},
    {"FISH-WRITERS", give_fish_writers},
    {"FISH-FIELDS", give_fish_fields},
    {"FISH-OPTIONS", give_fish_options},
    {NULL, NULL},
};
