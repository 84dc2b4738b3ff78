/* SPDX-License-Identifier: BSD-2-Clause */
/* rules_text.h - rules out of a text, for unit tests. */
#ifndef UNIT_RULES_TEXT_H
#define UNIT_RULES_TEXT_H

#include "rules/load.h"
#include "unit.h"

#include <stdio.h>

/* Loads a file of one section, applications or signatures. What is wrong in it fails the test. */
static inline void load_section(struct rules *r, const char *section, const char *file, const char *content,
                                bool shipped)
{
    struct rules_problems problems = {0};
    char text[2048];
    int n = snprintf(text, sizeof(text), "version: 1\n%s:\n%s", section, content);
    struct source *s = source_memory(text, (size_t)n);
    load_file(r, s, file, shipped, &problems);
    source_close(s);
    if (problems.n)
        fail_msg("%s:%u: %s", file, problems.v[0].place.line, problems.v[0].text);
}

#endif
