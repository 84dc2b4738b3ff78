/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_file.c - drafts as a rule file, with what they are made of and how they did. */
#include "scaffold/draft.h"

#include "scaffold/names.h"

#include <inttypes.h>
#include <stdio.h>

static void write_results(FILE *out, const struct draft *d)
{
    static const char line[] = "\n  # ";
    fprintf(out, "  # %s: ", d->profile->id);
    scaffold_bits(out, d, line);
    fputs(line, out);
    scaffold_hits(out, d, line);
    fputc('\n', out);
    if (d->profile->clients < 2 || d->profile->servers < 2)
        fprintf(out, "  # all from %s: what is constant may be of the host, not of the protocol\n",
                d->profile->clients < 2 ? "one client" : "one server");
}

/* Bytes that are fixed, a line for each run of them. */
static void write_bytes(FILE *out, const struct beginning *b)
{
    bool any = false;
    for (struct beginning_bytes run = {0}; beginning_next(b, &run); any = true) {
        fprintf(out, "%s      - {at: %" PRIu32 ", hex: \"", any ? "" : "    bytes:\n", run.at);
        for (uint32_t i = 0; i < run.n; i++)
            fprintf(out, "%02x", run.value[i]);
        fputs("\"}\n", out);
    }
}

static void write_signature(FILE *out, const struct draft *d, const struct beginning *b, bool trial)
{
    char side[DRAFT_SIDE];
    draft_side(side, b);
    fprintf(out, "  - id: %s.%s\n    protocol: Unknown-%s\n    category: network\n", d->id, side, d->profile->name);
    fprintf(out, "    transport: %s\n    direction: %s\n", profile_transport(d->profile->transport),
            scaffold_sides[b->side]);
    if (trial)
        fputs("    override: true\n", out);
    if (b->port)
        fprintf(out, "    ports: [%u]\n", b->port);
    write_bytes(out, b);
    if (b->length.given)
        fprintf(out, "    length: {at: %u, type: %s, plus: %" PRId64 "}\n", b->length.at, b->length.type,
                b->length.plus);
}

static void write_test(FILE *out, const struct draft *d, const struct beginning *b)
{
    fputs("  - {payload: \"", out);
    for (uint32_t i = 0; i < b->example.kept; i++)
        fprintf(out, "%02x", b->example.bytes[i]);
    const char *transport = profile_transport(d->profile->transport);
    fprintf(out, "\", transport: %s, ", transport);
    if (b->port)
        fprintf(out, "port: %s/%u, ", transport, b->port);
    fprintf(out, "direction: %s, protocol: Unknown-%s}\n", scaffold_sides[b->side], d->profile->name);
}

static bool write_signatures(FILE *out, const struct draft *d, bool any, bool trial)
{
    if (d->refused[0])
        return any;
    if (!any)
        fputs("signatures:\n", out);
    if (!trial)
        write_results(out, d);
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].given)
            write_signature(out, d, &d->v[i], trial);
    return true;
}

static bool write_tests(FILE *out, const struct draft *d, bool any)
{
    for (uint32_t i = 0; i < d->n && !d->refused[0]; i++) {
        if (!d->v[i].given || !d->v[i].example.kept)
            continue;
        if (!any)
            fputs("tests:\n", out);
        any = true;
        write_test(out, d, &d->v[i]);
    }
    return any;
}

void drafts_write(FILE *out, const struct drafts *d, bool trial)
{
    bool any = false, tests = false;
    fputs("# Signatures of unknown flows, by " SCAFFOLD_MARK ". Rename what you keep, and test it with other\n"
          "# captures: dpitool rules check FILE, dpitool classify --rules FILE CAPTURE.\nversion: 1\n", out);
    for (size_t i = 0; i < d->n; i++)
        if (d->v[i].refused[0])
            fprintf(out, "# %s %s: no signature: %s\n", d->v[i].profile->id, d->v[i].profile->name, d->v[i].refused);
    for (size_t i = 0; i < d->n; i++)
        any = write_signatures(out, &d->v[i], any, trial);
    for (size_t i = 0; i < d->n && !trial; i++)
        tests = write_tests(out, &d->v[i], tests);
}
