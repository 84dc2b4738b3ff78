/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - words of a group. */
#include "scaffold/names.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

const char *const scaffold_sides[2] = {"client", "server"};

void scaffold_file_name(char out[static SCAFFOLD_NAME], const struct profile *p)
{
    snprintf(out, SCAFFOLD_NAME, "%s-%s", p->id, p->name);
}

void scaffold_word(char out[static SCAFFOLD_NAME], const struct profile *p)
{
    scaffold_file_name(out, p);
    for (char *c = out; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
}

void scaffold_comment(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(isalnum((unsigned char)*text) || strchr(" .,:;=+-()#%_/", *text) ? *text : '?', out);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

void scaffold_describe(FILE *out, const struct profile *p)
{
    fprintf(out, "%s %s: %zu flow%s, %" PRIu64 " message%s, of %" PRIu32 " client%s and %" PRIu32 " server%s", p->id,
            p->name, p->group->n, plural(p->group->n), p->messages, plural(p->messages), p->clients,
            plural(p->clients), p->servers, plural(p->servers));
}

void scaffold_bits(FILE *out, const struct draft *d)
{
    bool any = false;
    for (unsigned side = 0; side < 2; side++) {
        const struct beginning *b = &d->side[side];
        if (!b->given)
            continue;
        fprintf(out, "%s%u bits of the first messages of the %s (%" PRIu32 ")", any ? ", " : "", b->bits,
                scaffold_sides[side], b->flows);
        any = true;
    }
}
