/* SPDX-License-Identifier: BSD-2-Clause */
/* opt.h - options as rows of a table: parsing, help and range errors all come from the rows. */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include "dpitool/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum opt_type {
    OPT_FLAG,    /* bool */
    OPT_NUMBER,  /* uint64_t */
    OPT_SIZE,    /* uint64_t bytes: 4096, 64k, 2M, 1G */
    OPT_SECONDS, /* int64_t ns: 300, 90s, 5m, 2h, 1d; -1 when not given and without default */
    OPT_MOMENT,  /* int64_t ns since 1970 (util/when.h); OPT_NO_MOMENT when not given */
    OPT_TEXT,    /* const char * */
    OPT_TEXTS,   /* struct opt_texts: may be given several times */
    OPT_CHOICE,  /* unsigned: index into choices */
    OPT_SET,     /* uint32_t: bits by index into choices; all, none, or some of them with commas between */
};

#define OPT_NO_MOMENT INT64_MIN

struct opt_texts {
    const char **v;
    size_t n;
};

struct opt {
    const char *name; /* without the dashes; NULL ends a table */
    char letter;      /* 0: none */
    enum opt_type type;
    size_t offset;    /* of the value in the struct that is filled */
    const char *arg;  /* name of the argument in help; NULL for a flag */
    uint64_t min, max;
    const char *def;  /* default as it would be typed; NULL: none (false, 0, NULL, empty) */
    const char *const *choices; /* NULL-terminated */
    const char *help;
};

/* What every command takes; said by help, manual and completions behind the command's own. */
extern const struct opt opt_common[];

/* Words that are not options; borrowed from argv. */
struct opt_words {
    const char **v;
    size_t n;
};

/* Fills into (zeroed by the caller) with defaults, then with what argv[0..argc) says. Options and words may
 * stand in any order; "--" ends the options. DPI_USAGE says what is wrong and what was likely meant. */
enum dpi_status opt_parse(const struct opt *table, void *into, int argc, char *const *argv,
                          struct opt_words *words, struct dpi_err *err);

/* The same on top of what into holds already, without the defaults. */
enum dpi_status opt_parse_more(const struct opt *table, void *into, int argc, char *const *argv,
                               struct opt_words *words, struct dpi_err *err);

/* into is a copy of a struct that was filled: its lists become its own. */
void opt_own_lists(const struct opt *table, void *into);

/* Frees what the lists of into and words hold. */
void opt_free(const struct opt *table, void *into, struct opt_words *words);

/* What is said of an option: its help and its default. */
enum { OPT_TEXT_MAX = 512 };
void opt_text(char out[static OPT_TEXT_MAX], const struct opt *o);

/* The name of its argument, or its choices with | between; "" for a flag. */
void opt_argument(char out[static OPT_TEXT_MAX], const struct opt *o);

void opt_help(FILE *out, const struct opt *table); /* and the common ones */

#endif
