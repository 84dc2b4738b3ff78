/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_rules.c - dpitool rules: check, test, list and import. */
#include "cli/cmd.h"
#include "cli/diag.h"
#include "cli/rule_files.h"
#include "ndpi/labels.h"
#include "rules/import.h"
#include "util/escape.h"
#include "util/nearest.h"
#include "util/prefix.h"
#include "util/xalloc.h"
#include "writers/listing.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct options {
    struct rule_options rules;
    unsigned output, transport, category, direction;
    struct opt_texts payloads;
    uint64_t port;
    const char *protocol, *id;
    bool strict;
};

enum { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON };

static const char *const outputs[] = {"table", "csv", "json", NULL};
static const char *const transports[] = {"tcp", "udp", "sctp", NULL};
static const uint8_t transport_numbers[] = {6, 17, 132};
static const char *const directions[] = {"client", "server", "both", NULL};

#define AT(member) offsetof(struct options, member)

static const struct opt rules_opts[] = {
    {.name = "rules", .letter = 'r', .type = OPT_TEXTS, .offset = AT(rules.paths), .arg = "PATH",
     .help = "test, list: also with this rule file, or the files of this folder that end in .yaml; may be given "
             "several times"},
    {.name = "no-default-rules", .type = OPT_FLAG, .offset = AT(rules.no_default),
     .help = "test, list: without the rules that are shipped with the program"},
    {.name = "strict", .type = OPT_FLAG, .offset = AT(strict),
     .help = "check: warnings are errors, and every application needs a source"},
    {.name = "output", .letter = 'o', .type = OPT_CHOICE, .offset = AT(output), .arg = "FORMAT", .choices = outputs,
     .def = "table", .help = "list: how"},
    {.name = "transport", .type = OPT_CHOICE, .offset = AT(transport), .arg = "TRANSPORT", .choices = transports,
     .def = "tcp", .help = "test: what a port is of"},
    {.name = "protocol", .type = OPT_TEXT, .offset = AT(protocol), .arg = "PROTOCOL",
     .help = "test: the protocol of the flow, such as TLS"},
    {.name = "payload", .type = OPT_TEXTS, .offset = AT(payloads), .arg = "HEX",
     .help = "test: ask signatures instead, for a flow that begins with this message; may be given several times, for "
             "several messages in order"},
    {.name = "port", .type = OPT_NUMBER, .offset = AT(port), .arg = "N", .min = 1, .max = UINT16_MAX,
     .help = "test: the server's port of the flow with --payload"},
    {.name = "direction", .type = OPT_CHOICE, .offset = AT(direction), .arg = "SIDE", .choices = directions,
     .def = "client", .help = "test: who sends what --payload gives"},
    {.name = "id", .type = OPT_TEXT, .offset = AT(id), .arg = "ID",
     .help = "import: the application of hosts that stand alone, in hosts files and lists; unless given imported"},
    {.name = "category", .type = OPT_CHOICE, .offset = AT(category), .arg = "CATEGORY", .choices = rules_category_ids,
     .def = "web", .help = "import: the category of applications whose own is not known"},
    {0},
};

/* What is left of a command line behind the name of the action. */
struct job {
    const struct options *o;
    const char *const *args;
    size_t n;
    const struct rules *rules;
    struct buf *text;
    const struct first_message *messages; /* of --payload */
};

/* --- check -------------------------------------------------------------------------------------------- */

static size_t sources_of(const struct job *j, struct rules_source *v, char **shipped)
{
    for (size_t i = 0; i < j->n; i++)
        v[i].path = j->args[i];
    if (j->n)
        return j->n;
    *shipped = rule_files_default();
    v[0] = (struct rules_source){.path = *shipped, .shipped = true};
    return *shipped ? 1 : 0;
}

static void say_counts(const struct rules *r, const struct rules_problems *p, size_t tests)
{
    struct rules_counts c = rules_counts(r);
    diag("files %zu, applications %zu, hosts %zu, prefixes of addresses %zu, signatures %zu, tests %zu; errors %lu, "
         "warnings %lu", c.files, c.applications, c.hosts, c.addresses, c.signatures, tests, p->errors, p->warnings);
}

/* What nDPI may name a protocol. */
static bool knows_protocol(void *labels, const char *name)
{
    struct label_info info;
    for (size_t i = 0; label_at(labels, i, &info); i++)
        if (info.kind != LABEL_APPLICATION && strcasecmp(info.name, name) == 0)
            return true;
    return false;
}

static void lint(const struct rules *r, bool strict, struct rules_problems *problems)
{
    struct dpi_err err;
    struct detector *detector;
    struct rules_lint_options opt = {.need_source = strict, .no_ja3 = !label_has_ja3(), .no_ja4 = !label_has_ja4()};
    if (detector_new(&detector, &(struct detector_options){.guess = true, .contain = true}, &err) == DPI_OK) {
        opt.knows_protocol = knows_protocol;
        opt.ctx = (void *)detector_labels(detector);
    } else {
        diag("%s", err.msg);
    }
    rules_lint(r, &opt, problems);
    detector_free(detector);
}

static int check(const struct job *j)
{
    struct rules_problems problems = {0};
    struct dpi_err err;
    struct rules *r;
    char *shipped = NULL;
    struct rules_source *v = xcalloc(j->n + 1, sizeof(*v));
    size_t n = sources_of(j, v, &shipped);
    int status = 0;
    if (n == 0) {
        dpi_fail(&err, DPI_RULES, "there are no shipped rules; expected dpitool rules check FILE");
        status = cmd_fail(&err);
    } else if (rules_load(&r, v, n, &problems, &err) != DPI_OK) {
        rule_files_tell(&problems);
        status = cmd_fail(&err);
    } else {
        size_t tests = rules_run_tests(r, &problems);
        lint(r, j->o->strict, &problems);
        rule_files_tell(&problems);
        say_counts(r, &problems, tests);
        if (problems.errors || (j->o->strict && problems.warnings))
            status = dpi_status_exit(DPI_RULES);
        rules_free(r);
    }
    rules_problems_free(&problems);
    free(shipped);
    free(v);
    return status;
}

/* --- test --------------------------------------------------------------------------------------------- */

static void print_safe(FILE *out, const char *text)
{
    char safe[4096];
    escape_text(safe, sizeof(safe), text, strlen(text), 0);
    fputs(safe, out);
}

struct answer {
    FILE *out;
    bool any, lost;
};

static void print_winner(FILE *out, const struct rules_candidate_info *i)
{
    fprintf(out, "  application  ");
    print_safe(out, i->match.application);
    fprintf(out, " (%s), %s%s\n  by           %s, ", i->match.id, i->match.category,
            i->match.catch_all ? ", catch-all" : "", i->match.by);
    print_safe(out, i->rule);
    fprintf(out, "\n  rule         ");
    print_safe(out, i->match.file);
    fprintf(out, ":%u\n", i->match.line);
}

static void print_candidate(void *ctx, const struct rules_candidate_info *i)
{
    struct answer *a = ctx;
    if (!i->why) {
        print_winner(a->out, i);
        a->any = true;
        return;
    }
    fprintf(a->out, "  %s  %s, %s, ", a->lost ? "           " : "not        ", i->match.id, i->match.by);
    print_safe(a->out, i->rule);
    fputs(", ", a->out);
    print_safe(a->out, i->match.file);
    fprintf(a->out, ":%u: %s\n", i->match.line, i->why);
    a->lost = true;
}

/* Digits of a port; false when it is none. */
static bool take_port(struct rules_end *end, const char *text)
{
    unsigned v = 0;
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 5 || text[n])
        return false;
    for (size_t i = 0; i < n; i++)
        v = 10 * v + (unsigned)(text[i] - '0');
    *end = (struct rules_end){end->addr, true, (uint16_t)v};
    return v > 0 && v <= UINT16_MAX;
}

/* NAME, ADDRESS or [ADDRESS], each with :PORT behind it or not. host is cut out of the copy. */
static bool parse_subject(char *copy, struct rules_end *end, const char **name)
{
    struct prefix address;
    char *host = copy, *colon = strrchr(copy, ':'), *close = strchr(copy, ']');
    if (copy[0] == '[' && close) {
        host = copy + 1;
        *close = '\0';
        colon = close[1] == ':' ? close + 1 : NULL;
        if (!colon && close[1])
            return false;
    } else if (colon && strchr(copy, ':') != colon) {
        colon = NULL; /* an IPv6 address alone */
    }
    if (colon) {
        *colon = '\0';
        if (!take_port(end, colon + 1))
            return false;
    }
    *name = NULL;
    if (!strchr(host, '/') && prefix_parse(&address, host))
        end->addr = address.addr;
    else
        *name = host;
    /* No rule can match a name with these: it is a prefix, a URL or an address with something wrong about it. */
    return host[0] != '\0' && (!*name || (host == copy && !strpbrk(host, "/:[]")));
}

static int print_test(FILE *out, const void *ctx)
{
    const struct job *j = ctx;
    struct answer a = {.out = out};
    char *copy = xstrdup(j->args[0]), sent[RULES_NAME_MAX + 1];
    struct rules_name name = {.kind = NAME_SNI};
    struct rules_query q = {.transport = transport_numbers[j->o->transport],
                            .protocol = dpi_text_of(j->o->protocol)};
    const char *host;
    int status = 0;
    if (!parse_subject(copy, &q.end[RULES_SERVER], &host)) {
        diag("rules test: '%s' is neither NAME, ADDRESS, ADDRESS:PORT nor [ADDRESS]:PORT", j->args[0]);
        status = dpi_status_exit(DPI_USAGE);
    } else {
        name.name = dpi_text_of(host ? rules_name_as_sent(host, sent) : NULL);
        q.names = &name;
        q.n_names = host != NULL;
        print_safe(out, j->args[0]);
        fputc('\n', out);
        rules_explain(j->rules, &q, print_candidate, &a);
        if (!a.any) {
            fputs("  no rule matches\n", out);
            status = dpi_status_exit(DPI_NO);
        }
    }
    free(copy);
    return status;
}

/* --- test of signatures ------------------------------------------------------------------------------- */

static void print_signature(FILE *out, const struct rules_signature_match *m)
{
    fputs("  protocol     ", out);
    print_safe(out, m->signature.protocol);
    fprintf(out, " (%s), %s%s\n  by           signature, %u bits\n  rule         ", m->signature.id,
            m->signature.category, m->override ? ", overrides nDPI" : "", m->signature.bits);
    print_safe(out, m->signature.file);
    fprintf(out, ":%u\n", m->signature.line);
}

static int print_payload_test(FILE *out, const void *ctx)
{
    const struct job *j = ctx;
    struct rules_signature_match m;
    struct rules_payload p = {.transport = transport_numbers[j->o->transport], .port = (uint16_t)j->o->port};
    for (unsigned side = 0; side < 2; side++)
        if ((j->o->direction + 1) & 1u << side)
            p.side[side] = (struct rules_first_messages){j->messages, (unsigned)j->o->payloads.n};
    if (rules_find_signature(j->rules, &p, &m)) {
        print_signature(out, &m);
        return 0;
    }
    fputs("  no signature matches\n", out);
    return dpi_status_exit(DPI_NO);
}

/* What --payload gives, in buffers of its own; DPI_USAGE when it is none. */
static enum dpi_status read_payloads(const struct job *j, uint8_t *bytes, struct first_message *v,
                                     struct dpi_err *err)
{
    const struct opt_texts *given = &j->o->payloads;
    if (j->n)
        return dpi_fail(err, DPI_USAGE, "rules test: an argument and --payload are given: one of them is possible");
    if (given->n > FIRST_MESSAGES_MAX)
        return dpi_fail(err, DPI_USAGE, "--payload: more than %d messages", FIRST_MESSAGES_MAX);
    for (size_t i = 0; i < given->n; i++) {
        size_t n;
        if (!rules_hex(given->v[i], bytes, RULES_PAYLOAD_MAX, &n))
            return dpi_fail(err, DPI_USAGE, "--payload: '%.60s' is none", given->v[i]); /* check_options tells it */
        v[i] = first_message_of(bytes, (uint32_t)n);
        bytes += n;
    }
    return DPI_OK;
}

static int with_rules(const struct job *j, int (*print)(FILE *out, const void *ctx));

static int test_payload(const struct job *j)
{
    struct first_message v[FIRST_MESSAGES_MAX];
    struct job with = *j;
    struct dpi_err err;
    uint8_t *bytes = xcalloc(FIRST_MESSAGES_MAX, RULES_PAYLOAD_MAX);
    with.messages = v;
    int status = read_payloads(j, bytes, v, &err) == DPI_OK ? with_rules(&with, print_payload_test) : cmd_fail(&err);
    free(bytes);
    return status;
}

/* --- list --------------------------------------------------------------------------------------------- */

enum { ID, TYPE, NAME, CATEGORY, HOSTS, ADDRESSES, PORTS, OTHERS, KIND, FILE_NAME, SOURCE, COLUMNS };

static const char *const list_heads[COLUMNS] = {"id", "type", "name", "category", "hosts", "addresses", "ports",
                                                "others", "catch_all", "file", "source"};

enum { LIST_NUMBERS = 1 << HOSTS | 1 << ADDRESSES | 1 << PORTS | 1 << OTHERS };

struct list_ctx {
    const struct rules *r;
    char *text; /* room for a cell */
};

/* A row of the list; a signature is one as well. */
static void list_row(const struct rules *r, size_t row, struct rules_application *a)
{
    size_t n = rules_counts(r).applications;
    struct rules_signature s;
    if (row < n) {
        rules_application(r, row, a);
        return;
    }
    rules_signature(r, row - n, &s);
    *a = (struct rules_application){.id = s.id, .name = s.protocol, .category = s.category, .source = s.source,
                                    .file = s.file, .ports = s.ports, .others = s.others};
}

static const char *list_cell(const void *ctx, size_t row, size_t column)
{
    const struct list_ctx *l = ctx;
    struct rules_application a;
    list_row(l->r, row, &a);
    const size_t numbers[] = {a.hosts, a.addresses, a.ports, a.others};
    const char *const texts[COLUMNS] = {
        [ID] = a.id, [TYPE] = row < rules_counts(l->r).applications ? "application" : "signature",
        [NAME] = a.name, [CATEGORY] = a.category, [KIND] = a.catch_all ? "yes" : "",
        [FILE_NAME] = a.file, [SOURCE] = a.source ? a.source : ""};
    if (column >= HOSTS && column <= OTHERS)
        snprintf(l->text, LISTING_CELL_MAX, "%zu", numbers[column - HOSTS]);
    else
        escape_text(l->text, LISTING_CELL_MAX, texts[column], strlen(texts[column]), 0);
    return l->text;
}

static int print_list(FILE *out, const void *ctx)
{
    static void (*const write[])(FILE *out, const struct listing *l) = {
        [OUTPUT_TABLE] = listing_text, [OUTPUT_CSV] = listing_csv, [OUTPUT_JSON] = listing_json};
    const struct job *j = ctx;
    char text[LISTING_CELL_MAX];
    struct list_ctx list = {j->rules, text};
    const struct listing l = {.heads = list_heads, .n_columns = COLUMNS, .numbers = LIST_NUMBERS,
                              .cell = list_cell, .ctx = &list,
                              .n_rows = rules_counts(j->rules).applications + rules_counts(j->rules).signatures};
    write[j->o->output](out, &l);
    return 0;
}

/* --- import ------------------------------------------------------------------------------------------- */

static int print_text(FILE *out, const void *ctx)
{
    const struct job *j = ctx;
    fwrite(j->text->p, 1, j->text->n, out);
    return 0;
}

static enum dpi_status import_all(const struct job *j, struct rules_import *im, struct rules_problems *problems,
                                  struct dpi_err *err)
{
    for (size_t i = 0; i < j->n; i++) {
        struct source *s;
        DPI_TRY(source_open(&s, j->args[i], err));
        enum dpi_status st = rules_import_file(im, s, j->args[i], problems, err);
        source_close(s);
        DPI_TRY(st);
    }
    return DPI_OK;
}

static int import(const struct job *j)
{
    struct rules_problems problems = {0};
    struct buf text = {0};
    struct dpi_err err;
    struct rules_import *im = rules_import_new(&(struct rules_import_options){
        .id = j->o->id ? j->o->id : "imported", .category = rules_category_ids[j->o->category]});
    struct job print = {.text = &text};
    int status;
    enum dpi_status st = import_all(j, im, &problems, &err);
    rule_files_tell(&problems);
    if (st != DPI_OK) {
        status = cmd_fail(&err);
    } else if (!rules_import_write(im, &text)) {
        diag("rules import: nothing could be converted");
        status = dpi_status_exit(DPI_NO);
    } else {
        status = cmd_print(print_text, &print);
    }
    rules_import_free(im);
    rules_problems_free(&problems);
    buf_free(&text);
    return status;
}

/* --- actions ------------------------------------------------------------------------------------------ */

static int with_rules(const struct job *j, int (*print)(FILE *out, const void *ctx))
{
    struct job full = *j;
    struct dpi_err err;
    struct rules *r;
    if (rule_files_load(&r, &j->o->rules, &err) != DPI_OK)
        return cmd_fail(&err);
    if (!r) {
        dpi_fail(&err, DPI_RULES, "there are no shipped rules; give some with --rules");
        return cmd_fail(&err);
    }
    full.rules = r;
    int status = cmd_print(print, &full);
    rules_free(r);
    return status;
}

static int test(const struct job *j)
{
    if (j->o->payloads.n)
        return test_payload(j);
    if (j->n == 0) {
        diag("rules: an argument is missing; expected dpitool rules test NAME|ADDRESS[:PORT] or --payload HEX");
        return dpi_status_exit(DPI_USAGE);
    }
    return with_rules(j, print_test);
}

static int list(const struct job *j)
{
    return with_rules(j, print_list);
}

enum { CHECK, TEST, LIST, IMPORT, ACTIONS };

static const char *const action_names[ACTIONS + 1] = {
    [CHECK] = "check", [TEST] = "test", [LIST] = "list", [IMPORT] = "import"};

static const struct action {
    size_t least, most;
    const char *args;
    int (*run)(const struct job *j);
} actions[ACTIONS] = {
    [CHECK] = {0, SIZE_MAX, "[FILE...]", check},
    [TEST] = {0, 1, "NAME|ADDRESS[:PORT]", test},
    [LIST] = {0, 0, "without arguments", list},
    [IMPORT] = {1, SIZE_MAX, "FILE...", import},
};

static int wrong_words(const char *why, const char *name, const char *args)
{
    diag("rules: %s; expected dpitool rules %s %s", why, name, args);
    return dpi_status_exit(DPI_USAGE);
}

static int run_action(int i, const struct job *j)
{
    const struct action *a = &actions[i];
    if (j->n < a->least)
        return wrong_words("an argument is missing", action_names[i], a->args);
    if (j->n > a->most)
        return wrong_words("too many arguments", action_names[i], a->args);
    return a->run(j);
}

static const char *action_at(size_t i, void *unused)
{
    (void)unused;
    return action_names[i];
}

/* What is wrong with options, whatever the action. */
static enum dpi_status check_options(const struct options *o, struct dpi_err *err)
{
    uint8_t bytes[RULES_PAYLOAD_MAX];
    size_t n;
    for (size_t i = 0; i < o->payloads.n; i++)
        if (!rules_hex(o->payloads.v[i], bytes, sizeof(bytes), &n))
            return dpi_fail(err, DPI_USAGE, "--payload: '%.60s' is none: expected up to %d bytes as hexadecimal "
                            "digits, such as a751", o->payloads.v[i], RULES_PAYLOAD_MAX);
    return rule_files_check(&o->rules, err);
}

static int rules_run(const void *options, const struct opt_words *words)
{
    struct job j = {.o = options, .args = words->v + 1, .n = words->n - 1};
    struct dpi_err err;
    if (check_options(j.o, &err) != DPI_OK)
        return cmd_fail(&err);
    if (j.o->id && !rules_id_is_valid(j.o->id)) {
        diag("rules: --id: '%s' is no id such as ads or corp.erp", j.o->id);
        return dpi_status_exit(DPI_USAGE);
    }
    for (int i = 0; i < ACTIONS; i++)
        if (strcmp(action_names[i], words->v[0]) == 0)
            return run_action(i, &j);
    const char *meant = nearest(words->v[0], strlen(words->v[0]), action_at, NULL);
    diag("rules: '%s' is none of check, test, list, import%s%s%s", words->v[0], meant ? "; did you mean " : "",
         meant ? meant : "", meant ? "?" : "");
    return dpi_status_exit(DPI_USAGE);
}

const struct cmd cmd_rules = {
    .name = "rules",
    .args = "check|test|list|import [ARGUMENT...]",
    .summary = "check and list rules, ask what a name or address matches, convert others' rules",
    .about = "check [FILE...]            tells errors and what is likely not meant, and runs the tests in the files;\n"
             "                           without FILE of the rules that are shipped\n"
             "test NAME|ADDRESS[:PORT]   tells what matches, why, and what else did and lost\n"
             "test --payload HEX         tells which signature a flow that begins so has\n"
             "list                       lists the applications and signatures\n"
             "import FILE...             writes as a rule file what nDPI's protocols and categories, Netify's\n"
             "                           applications, hosts files and lists of domains say",
    .actions = action_names,
    .opts = rules_opts,
    .options_size = sizeof(struct options),
    .min_words = 1,
    .max_words = SIZE_MAX,
    .run = rules_run,
};
