/* SPDX-License-Identifier: BSD-2-Clause */
/* docgen.c - fills the tables of the program into a manual page or a completion: docgen FILE.in >FILE.
 *
 * A line "@NAME argument" is replaced by what NAME gives; all others are copied. Run by `make docs`; what it makes
 * is committed, and `make check` compares. */
#include "docgen.h"

#include "decode/decode.h"
#include "dpitool/bucket.h"
#include "dpitool/field.h"
#include "dpitool/writer.h"
#include "flow/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes for roff: no escapes, and hyphens that can be copied to a shell. */
static void roff_bytes(const char *s, size_t n)
{
    for (; n; s++, n--) {
        if (*s == '\\')
            fputs("\\e", stdout);
        else if (*s == '-')
            fputs("\\-", stdout);
        else
            putchar(*s);
    }
}

/* Text in lines that mandoc does not find too long, none of which looks like a request. */
static void roff(const char *s)
{
    enum { LINE = 66 }; /* hyphens and backslashes become two bytes */
    size_t column = 0;
    while (*s) {
        size_t n = strcspn(s, " \n");
        if (column && column + n > LINE) {
            putchar('\n');
            column = 0;
        }
        fputs(column ? " " : *s == '.' || *s == '\'' ? "\\&" : "", stdout);
        roff_bytes(s, n);
        column += n + 1;
        s += n + strspn(s + n, " \n");
    }
}

static void item(const char *head, const char *type, const char *text)
{
    fputs(".TP\n.B ", stdout);
    roff(head);
    if (type) {
        fputs(" \\fR(", stdout);
        roff(type);
        putchar(')');
    }
    putchar('\n');
    roff(text);
    putchar('\n');
}

const struct cmd *docgen_command(const char *name)
{
    for (size_t i = 0; cmds[i]; i++)
        if (strcmp(cmds[i]->name, name) == 0)
            return cmds[i];
    fprintf(stderr, "docgen: no command '%s'\n", name);
    exit(1);
}

static void give_version(const char *unused)
{
    (void)unused;
    puts("dpitool " DPITOOL_VERSION);
}

static void give_commands(const char *unused)
{
    (void)unused;
    for (size_t i = 0; cmds[i]; i++)
        item(cmds[i]->name, NULL, cmds[i]->summary);
}

static void give_synopsis(const char *name)
{
    const struct cmd *c = docgen_command(name);
    printf(".B dpitool %s\n[\\fIOPTIONS\\fR]\n", c->name);
    if (c->args[0])
        printf("\\fI%s\\fR\n", c->args);
}

static void give_about(const char *name)
{
    roff(docgen_command(name)->about);
    putchar('\n');
}

static void option(const struct opt *o)
{
    char argument[OPT_TEXT_MAX], text[OPT_TEXT_MAX];
    fputs(".TP\n.B ", stdout);
    if (o->letter)
        printf("\\-%c, ", o->letter);
    fputs("\\-\\-", stdout);
    roff(o->name);
    opt_argument(argument, o);
    printf("%s%s\\fR\n", argument[0] ? " \\fI" : "", argument);
    opt_text(text, o);
    roff(text);
    putchar('\n');
}

/* Without a name: those that stand where a command does. */
static void give_options(const char *name)
{
    const struct opt *o = name[0] ? docgen_command(name)->opts : cmd_opts;
    for (; o->name; o++)
        option(o);
    for (o = opt_common; o->name; o++)
        option(o);
}

static void give_fields(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++) {
        const struct dpi_field *f = &dpi_fields[i];
        char type[64];
        snprintf(type, sizeof(type), "%s%s%s", dpi_kind_names[f->kind], f->unit[0] ? ", " : "", f->unit);
        item(f->name, type, f->doc);
    }
}

static void give_writers(const char *unused)
{
    (void)unused;
    for (size_t i = 0; dpi_writers[i]; i++)
        item(dpi_writers[i]->name, NULL, dpi_writers[i]->summary);
}

static void give_reasons(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < END_REASONS; i++)
        item(end_reasons[i].text, NULL, end_reasons[i].doc);
}

static void give_flags(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < FLOW_FLAGS; i++)
        item(flow_flags[i].text, NULL, flow_flags[i].doc);
}

static void give_buckets(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < DPI_BUCKET_COUNT; i++)
        item(dpi_buckets[i].name, NULL, dpi_buckets[i].doc);
}

static void give_tunnels(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < TUNNEL_KINDS; i++)
        item(tunnel_kinds[i].word, NULL, tunnel_kinds[i].doc);
}

/* LINKTYPE_ values are 16 bits wide. */
static void give_link_types(const char *unused)
{
    (void)unused;
    const char *between = "";
    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        if (!decode_link_supported(type))
            continue;
        printf("%s%s (%u)", between, decode_link_name(type), type);
        between = ",\n";
    }
    puts(".");
}

static const struct giver roff_givers[] = {
    {"VERSION", give_version}, {"COMMANDS", give_commands},    {"SYNOPSIS", give_synopsis},
    {"ABOUT", give_about},     {"OPTIONS", give_options},      {"FIELDS", give_fields},
    {"WRITERS", give_writers}, {"REASONS", give_reasons},      {"FLAGS", give_flags},
    {"BUCKETS", give_buckets}, {"LINKTYPES", give_link_types}, {"TUNNELS", give_tunnels},
    {NULL, NULL},
};

static bool give_from(const struct giver *g, const char *line)
{
    size_t n = strcspn(line, " ");
    for (; g->name; g++) {
        if (strlen(g->name) != n || memcmp(g->name, line, n) != 0)
            continue;
        g->give(line[n] ? line + n + 1 : "");
        return true;
    }
    return false;
}

static void give(const char *line)
{
    if (give_from(roff_givers, line) || give_from(shell_givers, line))
        return;
    fprintf(stderr, "docgen: no table '%s'\n", line);
    exit(1);
}

int main(int argc, char **argv)
{
    char line[1024];
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fprintf(stderr, "usage: docgen FILE.in\n");
        return 1;
    }
    while (fgets(line, sizeof(line), in)) {
        if (line[0] == '@') {
            line[strcspn(line, "\n")] = '\0';
            give(line + 1);
        } else {
            fputs(line, stdout);
        }
    }
    fclose(in);
    return ferror(stdout) || fflush(stdout) != 0;
}
