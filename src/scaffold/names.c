/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - words of a group. */
#include "scaffold/names.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

const char *const scaffold_sides[2] = {"client", "server"};

const char scaffold_rules_file[] = "signatures.yaml", scaffold_readme_file[] = "README.txt";
const char scaffold_trial_file[] = ".trial.yaml";

const char *const scaffold_endings[SCAFFOLD_FILES] = {
    [SCAFFOLD_CAPTURE] = ".pcapng", [SCAFFOLD_LUA] = ".lua", [SCAFFOLD_NDPI] = "_ndpi.c",
    [SCAFFOLD_PLUGIN] = "_plugin.c",
};

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), end = strlen(ending);
    return n > end && strcmp(name + n - end, ending) == 0;
}

bool scaffold_is_file(const char *name)
{
    static const char *const alone[] = {scaffold_rules_file, scaffold_readme_file, scaffold_trial_file};
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
        if (strcmp(name, alone[i]) == 0)
            return true;
    size_t digits = name[0] == 'U' ? strspn(name + 1, "0123456789") : 0;
    const char *transport = name + 1 + digits;
    if (!digits || (strncmp(transport, "-tcp", 4) != 0 && strncmp(transport, "-udp", 4) != 0))
        return false;
    for (size_t i = 0; i < SCAFFOLD_FILES; i++)
        if (ends_with(name, scaffold_endings[i]))
            return true;
    return false;
}

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

static void put_bits(FILE *out, const struct beginning *b)
{
    fprintf(out, "%u bits of the first messages of the %s (%" PRIu32 "%s", b->bits, scaffold_sides[b->side], b->flows,
            b->midstream ? ", as they come in the capture" : "");
    if (b->port)
        fprintf(out, ", on port %u", b->port);
    fputc(')', out);
}

void scaffold_bits(FILE *out, const struct draft *d, const char *line)
{
    bool any = false;
    for (uint32_t i = 0; i < d->n; i++) {
        if (!d->v[i].given)
            continue;
        if (any)
            fprintf(out, ",%s", line);
        put_bits(out, &d->v[i]);
        any = true;
    }
}

void scaffold_hits(FILE *out, const struct draft *d, const char *line)
{
    struct draft_hits n = draft_hits(d);
    fprintf(out, "hits %" PRIu64 " of %" PRIu64 " flows of the group", n.own, d->flows);
    if (d->seen < d->flows && d->seen)
        fprintf(out, " (%" PRIu64 " of the %" PRIu64 " whose beginning was captured)", d->seen_hits, d->seen);
    fprintf(out, ", %" PRIu64 " of %" PRIu64 " other unknown flows,%s%" PRIu64 " of %" PRIu64 " identified flows",
            n.unknown, d->unknown, line, n.known, d->known);
    if (d->also)
        fprintf(out, ";%salone it hits %" PRIu32 " of %zu flows of %s %s, too: they may be one protocol", line,
                d->also_flows, d->also->profile->n_flows, d->also->profile->id, d->also->profile->name);
}
