/* SPDX-License-Identifier: BSD-2-Clause */
/* opt.c - the option parser. */
#include "cli/opt.h"

#include "util/buf.h"
#include "util/nearest.h"
#include "util/when.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- values ------------------------------------------------------------------------------------------- */

struct unit {
    const char *suffix;
    uint64_t factor;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};
static const struct unit size_units[] = {
    {"", 1},
    {"k", UINT64_C(1) << 10}, {"K", UINT64_C(1) << 10},
    {"m", UINT64_C(1) << 20}, {"M", UINT64_C(1) << 20},
    {"g", UINT64_C(1) << 30}, {"G", UINT64_C(1) << 30},
    {"t", UINT64_C(1) << 40}, {"T", UINT64_C(1) << 40},
    {NULL, 0},
};
static const struct unit time_units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};

static const struct unit *units_of(enum opt_type type)
{
    if (type == OPT_SIZE)
        return size_units;
    return type == OPT_SECONDS ? time_units : no_units;
}

/* Digits and a unit, nothing else; false also when it does not fit. */
static bool parse_number(const char *s, const struct unit *units, uint64_t *out)
{
    size_t digits = strspn(s, "0123456789");
    uint64_t v = 0;
    if (digits == 0)
        return false;
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
            return false;
    for (; units->suffix; units++)
        if (strcmp(s + digits, units->suffix) == 0)
            return !__builtin_mul_overflow(v, units->factor, out);
    return false;
}

static const char *kind_words(enum opt_type type)
{
    if (type == OPT_SIZE)
        return "a size such as 4096, 64k, 2M or 1G";
    return type == OPT_SECONDS ? "a time such as 90, 90s, 5m or 2h" : "a number";
}

static enum dpi_status set_number(const struct opt *o, const char *value, void *at, struct dpi_err *err)
{
    uint64_t v;
    if (!parse_number(value, units_of(o->type), &v))
        return dpi_fail(err, DPI_USAGE, "--%s: '%s' is not %s", o->name, value, kind_words(o->type));
    if (v < o->min || v > o->max)
        return dpi_fail(err, DPI_USAGE, "--%s: %s is out of range: %" PRIu64 " to %" PRIu64 " are possible",
                        o->name, value, o->min, o->max);
    if (o->type == OPT_SECONDS)
        *(int64_t *)at = (int64_t)v * INT64_C(1000000000);
    else
        *(uint64_t *)at = v;
    return DPI_OK;
}

static enum dpi_status set_moment(const struct opt *o, const char *value, void *at, struct dpi_err *err)
{
    if (when_parse(value, at))
        return DPI_OK;
    return dpi_fail(err, DPI_USAGE,
                    "--%s: '%s' is not a time such as 2026-11-21T09:11:39.5Z, 2026-11-21, or seconds since 1970 "
                    "between the years 1677 and 2262",
                    o->name, value);
}

static const char *choice_at(size_t i, void *choices)
{
    return ((const char *const *)choices)[i];
}

static void list_choices(struct buf *b, const struct opt *o)
{
    for (unsigned i = 0; o->choices[i]; i++) {
        buf_str(b, i ? ", " : "");
        buf_str(b, o->choices[i]);
    }
    buf_char(b, '\0');
}

static enum dpi_status no_choice(const struct opt *o, const char *word, size_t n, struct dpi_err *err)
{
    const char *meant = nearest(word, n, choice_at, (void *)o->choices);
    struct buf all = {0};
    list_choices(&all, o);
    dpi_fail(err, DPI_USAGE, "--%s: '%.*s' is not one of its values: %s%s%s%s%s", o->name, (int)n, word,
             o->type == OPT_SET ? "all or none, or with commas between " : "", all.p,
             meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    buf_free(&all);
    return DPI_USAGE;
}

/* The index of a choice, or that behind the last. */
static unsigned find_choice(const struct opt *o, const char *word, size_t n)
{
    unsigned i = 0;
    while (o->choices[i] && (strlen(o->choices[i]) != n || memcmp(o->choices[i], word, n) != 0))
        i++;
    return i;
}

static enum dpi_status set_choice(const struct opt *o, const char *value, void *at, struct dpi_err *err)
{
    unsigned i = find_choice(o, value, strlen(value));
    if (!o->choices[i])
        return no_choice(o, value, strlen(value), err);
    *(unsigned *)at = i;
    return DPI_OK;
}

static enum dpi_status set_set(const struct opt *o, const char *value, void *at, struct dpi_err *err)
{
    uint32_t bits = 0;
    bool all = strcmp(value, "all") == 0;
    if (all)
        for (unsigned i = 0; o->choices[i]; i++)
            bits |= UINT32_C(1) << i;
    for (bool more = !all && strcmp(value, "none") != 0; more;) {
        size_t n = strcspn(value, ",");
        unsigned i = find_choice(o, value, n);
        if (!o->choices[i])
            return no_choice(o, value, n, err);
        bits |= UINT32_C(1) << i;
        more = value[n] == ',';
        value += n + more;
    }
    *(uint32_t *)at = bits;
    return DPI_OK;
}

static void add_text(struct opt_texts *t, const char *value)
{
    t->v = xrealloc(t->v, t->n + 1, sizeof(*t->v));
    t->v[t->n++] = value;
}

static enum dpi_status set_value(const struct opt *o, const char *value, void *into, struct dpi_err *err)
{
    void *at = (char *)into + o->offset;
    switch (o->type) {
    case OPT_FLAG:
        *(bool *)at = true;
        return DPI_OK;
    case OPT_MOMENT:
        return set_moment(o, value, at, err);
    case OPT_TEXT:
        *(const char **)at = value;
        return DPI_OK;
    case OPT_TEXTS:
        add_text(at, value);
        return DPI_OK;
    case OPT_CHOICE:
        return set_choice(o, value, at, err);
    case OPT_SET:
        return set_set(o, value, at, err);
    default:
        return set_number(o, value, at, err);
    }
}

/* --- arguments ---------------------------------------------------------------------------------------- */

struct scan {
    const struct opt *table;
    void *into;
    int argc, at;
    char *const *argv;
    struct opt_words *words;
    struct dpi_err *err;
};

static const char *name_at(size_t i, void *table)
{
    const struct opt *o = table;
    while (i && o->name) {
        o++;
        i--;
    }
    return o->name ? o->name : opt_common[i].name;
}

static enum dpi_status unknown_option(const struct scan *s, const char *name, size_t n)
{
    const char *meant = nearest(name, n, name_at, (void *)s->table);
    return dpi_fail(s->err, DPI_USAGE, "no option --%.*s%s%s%s", (int)n, name, meant ? "; did you mean --" : "",
                    meant ? meant : "", meant ? "?" : "");
}

/* value: what stands behind = or behind the letter, or NULL. */
static enum dpi_status take(struct scan *s, const struct opt *o, const char *value)
{
    if (o->type == OPT_FLAG && value)
        return dpi_fail(s->err, DPI_USAGE, "--%s takes no value, but '%s' was given", o->name, value);
    if (o->type != OPT_FLAG && !value) {
        if (s->at + 1 >= s->argc)
            return dpi_fail(s->err, DPI_USAGE, "--%s needs a value: %s", o->name, o->arg);
        value = s->argv[++s->at];
    }
    return set_value(o, value, s->into, s->err);
}

static enum dpi_status take_long(struct scan *s, const char *text)
{
    size_t n = strcspn(text, "=");
    for (const struct opt *o = s->table; o->name; o++)
        if (strlen(o->name) == n && memcmp(o->name, text, n) == 0)
            return take(s, o, text[n] == '=' ? text + n + 1 : NULL);
    return unknown_option(s, text, n);
}

static enum dpi_status take_letters(struct scan *s, const char *letters)
{
    for (; *letters; letters++) {
        const struct opt *o = s->table;
        while (o->name && o->letter != *letters)
            o++;
        if (!o->name)
            return dpi_fail(s->err, DPI_USAGE, "no option -%c", *letters);
        if (o->type != OPT_FLAG)
            return take(s, o, letters[1] ? letters + 1 : NULL);
        DPI_TRY(take(s, o, NULL));
    }
    return DPI_OK;
}

static void add_word(struct opt_words *w, const char *word)
{
    w->v = xrealloc(w->v, w->n + 1, sizeof(*w->v));
    w->v[w->n++] = word;
}

static enum dpi_status take_argument(struct scan *s, bool *options_ended)
{
    const char *arg = s->argv[s->at];
    if (*options_ended || arg[0] != '-' || arg[1] == '\0')
        add_word(s->words, arg);
    else if (strcmp(arg, "--") == 0)
        *options_ended = true;
    else if (arg[1] == '-')
        return take_long(s, arg + 2);
    else
        return take_letters(s, arg + 1);
    return DPI_OK;
}

enum dpi_status opt_parse(const struct opt *table, void *into, int argc, char *const *argv,
                          struct opt_words *words, struct dpi_err *err)
{
    for (const struct opt *o = table; o->name; o++) {
        if (o->def)
            DPI_TRY(set_value(o, o->def, into, err));
        else if (o->type == OPT_SECONDS)
            *(int64_t *)((char *)into + o->offset) = -1;
        else if (o->type == OPT_MOMENT)
            *(int64_t *)((char *)into + o->offset) = OPT_NO_MOMENT;
    }
    return opt_parse_more(table, into, argc, argv, words, err);
}

enum dpi_status opt_parse_more(const struct opt *table, void *into, int argc, char *const *argv,
                               struct opt_words *words, struct dpi_err *err)
{
    struct scan s = {.table = table, .into = into, .argc = argc, .argv = argv, .words = words, .err = err};
    bool options_ended = false;
    for (s.at = 0; s.at < argc; s.at++)
        DPI_TRY(take_argument(&s, &options_ended));
    return DPI_OK;
}

void opt_own_lists(const struct opt *table, void *into)
{
    for (const struct opt *o = table; o->name; o++) {
        struct opt_texts *texts = (struct opt_texts *)((char *)into + o->offset);
        if (o->type == OPT_TEXTS)
            texts->v = texts->n ? xmemdup(texts->v, texts->n * sizeof(*texts->v)) : NULL;
    }
}

void opt_free(const struct opt *table, void *into, struct opt_words *words)
{
    for (const struct opt *o = table; o->name; o++)
        if (o->type == OPT_TEXTS)
            free(((struct opt_texts *)((char *)into + o->offset))->v);
    free(words->v);
}

/* --- help --------------------------------------------------------------------------------------------- */

enum { HELP_COLUMN = 30, HELP_WIDTH = 100 };

/* Prints text from HELP_COLUMN on, broken at blanks; the cursor is at column at. */
static void print_wrapped(FILE *out, const char *text, int at)
{
    int column = HELP_COLUMN;
    if (at + 2 > HELP_COLUMN) { /* two blanks at least tell the columns apart */
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", HELP_COLUMN - at, "");
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (column > HELP_COLUMN && column + 1 + n > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        column += fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", n, text);
        text += n + strspn(text + n, " ");
    }
    fputc('\n', out);
}

const struct opt opt_common[] = {
    {.name = "help", .letter = 'h', .type = OPT_FLAG, .help = "tell how the command is used, and do nothing else"},
    {0},
};

void opt_text(char out[static OPT_TEXT_MAX], const struct opt *o)
{
    struct buf list = {0};
    if (o->type == OPT_SET) {
        buf_str(&list, ": ");
        list_choices(&list, o);
    }
    snprintf(out, OPT_TEXT_MAX, "%s%s%s%s%s", o->help, list.n ? list.p : "", o->def ? " [" : "",
             o->def ? o->def : "", o->def ? "]" : "");
    buf_free(&list);
}

void opt_argument(char out[static OPT_TEXT_MAX], const struct opt *o)
{
    size_t used = 0;
    bool words = o->choices && o->type != OPT_SET;
    if (!words)
        snprintf(out, OPT_TEXT_MAX, "%s", o->arg ? o->arg : "");
    for (size_t i = 0; words && o->choices[i] && used < OPT_TEXT_MAX; i++)
        used += (size_t)snprintf(out + used, OPT_TEXT_MAX - used, "%s%s", i ? "|" : "", o->choices[i]);
}

static void help_row(FILE *out, const struct opt *o)
{
    char arg[OPT_TEXT_MAX], text[OPT_TEXT_MAX];
    opt_argument(arg, o);
    opt_text(text, o);
    int at = o->letter ? fprintf(out, "  -%c, --%s", o->letter, o->name) : fprintf(out, "      --%s", o->name);
    at += arg[0] ? fprintf(out, " %s", arg) : 0;
    print_wrapped(out, text, at);
}

void opt_help(FILE *out, const struct opt *table)
{
    for (; table->name; table++)
        help_row(out, table);
    for (const struct opt *o = opt_common; o->name; o++)
        help_row(out, o);
}
