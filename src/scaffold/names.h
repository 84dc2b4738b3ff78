/* SPDX-License-Identifier: BSD-2-Clause */
/* names.h - what things of a group are called in generated files. Of numbers only, never of what was captured. */
#ifndef SCAFFOLD_NAMES_H
#define SCAFFOLD_NAMES_H

#include "scaffold/draft.h"

#include <stdio.h>

enum { SCAFFOLD_NAME = 80 };

/* Near the beginning of every generated file: what tells it from one of a user. */
#define SCAFFOLD_MARK "dpitool unknown --scaffold"

extern const char scaffold_rules_file[], scaffold_readme_file[];
extern const char scaffold_trial_file[]; /* rules while they are tried */

/* Those of a group: its name, and what is behind it. */
enum scaffold_file { SCAFFOLD_CAPTURE, SCAFFOLD_LUA, SCAFFOLD_NDPI, SCAFFOLD_PLUGIN, SCAFFOLD_FILES };
extern const char *const scaffold_endings[SCAFFOLD_FILES];

/* Whether a scaffold may write a file of that name. */
bool scaffold_is_file(const char *name);

/* For files: U01-udp7011-a751 */
void scaffold_file_name(char out[static SCAFFOLD_NAME], const struct profile *p);

/* For programs: u01_udp7011_a751 */
void scaffold_word(char out[static SCAFFOLD_NAME], const struct profile *p);

extern const char *const scaffold_sides[2]; /* client, server */

/* Text that may be from a capture, for a comment: what could end it or start another one is left out. */
void scaffold_comment(FILE *out, const char *text);

/* What a group of unknown flows is, for the head of a generated file: flows, messages, hosts. */
void scaffold_describe(FILE *out, const struct profile *p);

/* What its signatures are worth, each in a line, with what is given between. */
void scaffold_bits(FILE *out, const struct draft *d, const char *line);

/* How they did when they were tried, in lines with what is given between. */
void scaffold_hits(FILE *out, const struct draft *d, const char *line);

#endif
