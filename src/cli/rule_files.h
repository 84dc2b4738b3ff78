/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_files.h - the rules that options ask for: where those shipped are, and what is wrong with any. */
#ifndef CLI_RULE_FILES_H
#define CLI_RULE_FILES_H

#include "cli/opt.h"
#include "rules/rules.h"

struct rule_options {
    struct opt_texts paths;
    bool no_default;
};

/* What is shipped: the folder that the environment names (DPITOOL_RULES), that beside a program that was built and not
 * installed, or that of the installation. NULL when there is none, or DPITOOL_RULES is empty. Free it. */
char *rule_files_default(void);

/* What was compiled of that folder when the program was built; NULL when the environment names it. Free it. */
char *rule_files_compiled(void);

/* DPI_USAGE when a path is empty. */
enum dpi_status rule_files_check(const struct rule_options *o, struct dpi_err *err);

/* Loads what o says, all shipped ones first. What is wrong is said line by line. *r is NULL when there are none. */
enum dpi_status rule_files_load(struct rules **r, const struct rule_options *o, struct dpi_err *err);

/* Prints problems on standard error, a line each: FILE:LINE:COLUMN: error: ... */
void rule_files_tell(const struct rules_problems *p);

void rule_files_stats(const struct rules *r, const uint64_t *hits); /* on standard error */

#endif
