/* SPDX-License-Identifier: BSD-2-Clause */
/* import.h - rules of other programs as a rule file: nDPI's protocols and categories, Netify's applications, hosts
 * files, lists of domains. Each line says by itself what it is. */
#ifndef RULES_IMPORT_H
#define RULES_IMPORT_H

#include "io/source.h"
#include "rules/problems.h"
#include "util/buf.h"

struct rules_import_options {
    const char *id;       /* of the application for hosts that stand alone, in hosts files and lists */
    const char *category; /* of applications whose category is not known; one of rules_category_ids */
};

/* Appends the rules in s to what is there. Warns of every line that cannot be converted, and why. */
struct rules_import;
struct rules_import *rules_import_new(const struct rules_import_options *opt);
enum dpi_status rules_import_file(struct rules_import *im, struct source *s, const char *name,
                                  struct rules_problems *problems, struct dpi_err *err);

/* The whole rule file; false when nothing was converted. */
bool rules_import_write(const struct rules_import *im, struct buf *out);
void rules_import_free(struct rules_import *im);

#endif
