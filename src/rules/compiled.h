/* SPDX-License-Identifier: BSD-2-Clause */
/* compiled.h - the rules of a folder, but not their tests, in a form that is read much faster than YAML. It has the
 * hash of the files that it was made from, and counts for nothing when these are others. Private to src/rules. */
#ifndef RULES_COMPILED_H
#define RULES_COMPILED_H

#include "rules/model.h"

/* r: sealed, of files of that hash. Appends to out. */
void compiled_write(const struct rules *r, uint64_t hash, struct buf *out);

/* The set in the file, sealed; when more is added, it is to be sealed once more. NULL: there is no such file, another
 * dpitool or other rules have made it, or it is damaged. */
struct rules *compiled_read(const char *path, uint64_t hash);

#endif
