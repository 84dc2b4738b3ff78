/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_file.c - drafts as a rule file, with what they are made of and how they did. */
#include "scaffold/draft.h"

#include "scaffold/names.h"

#include <inttypes.h>
#include <stdio.h>

static void write_results(FILE *out, const struct draft *d)
{
    fprintf(out, "  # %s: ", d->profile->id);
    scaffold_bits(out, d);
    fprintf(out, "\n  # hits %" PRIu64 " of %" PRIu64 " flows of the group, %" PRIu64 " of %" PRIu64
                 " other unknown flows, %" PRIu64 " of %" PRIu64 " identified flows\n",
            draft_hits(d), d->flows, draft_unknown_hits(d), d->unknown, draft_known_hits(d), d->known);
    if (d->profile->clients < 2 || d->profile->servers < 2)
        fprintf(out, "  # all from %s: what is constant may be of the host, not of the protocol\n",
                d->profile->clients < 2 ? "one client" : "one server");
}

/* Bytes that are fixed, a line for each run of them. */
static void write_bytes(FILE *out, const struct beginning *b)
{
    bool any = false;
    for (uint32_t at = 0, n; at < BEGINNING_HEAD; at += n + 1) {
        n = beginning_run(b, at);
        if (!n)
            continue;
        fprintf(out, "%s      - {at: %u, hex: \"", any ? "" : "    bytes:\n", at);
        for (uint32_t i = at; i < at + n; i++)
            fprintf(out, "%02x", b->value[i]);
        fputs("\"}\n", out);
        any = true;
    }
}

static void write_signature(FILE *out, const struct draft *d, const struct beginning *b, bool trial)
{
    const char *side = scaffold_sides[b->side];
    fprintf(out, "  - id: %s.%s\n    protocol: Unknown-%s\n    category: network\n", d->id, side, d->profile->name);
    fprintf(out, "    transport: %s\n    direction: %s\n", profile_transport(d->profile->transport), side);
    if (trial)
        fputs("    override: true\n", out);
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
    fprintf(out, "\", transport: %s, direction: %s, protocol: Unknown-%s}\n",
            profile_transport(d->profile->transport), scaffold_sides[b->side], d->profile->name);
}

static bool write_signatures(FILE *out, const struct draft *d, bool any, bool trial)
{
    if (d->refused[0])
        return any;
    if (!any)
        fputs("signatures:\n", out);
    if (!trial)
        write_results(out, d);
    for (unsigned side = 0; side < 2; side++)
        if (d->side[side].given)
            write_signature(out, d, &d->side[side], trial);
    return true;
}

static bool write_tests(FILE *out, const struct draft *d, bool any)
{
    for (unsigned side = 0; side < 2 && !d->refused[0]; side++) {
        if (!d->side[side].given || !d->side[side].example.kept)
            continue;
        if (!any)
            fputs("tests:\n", out);
        any = true;
        write_test(out, d, &d->side[side]);
    }
    return any;
}

void drafts_write(FILE *out, const struct draft *v, size_t n, bool trial)
{
    bool any = false, tests = false;
    fputs("# Signatures of unknown flows, by dpitool unknown --scaffold. Rename what you keep, and test it with other\n"
          "# captures: dpitool rules check FILE, dpitool classify --rules FILE CAPTURE.\nversion: 1\n", out);
    for (size_t i = 0; i < n; i++)
        if (v[i].refused[0])
            fprintf(out, "# %s %s: no signature: %s\n", v[i].profile->id, v[i].profile->name, v[i].refused);
    for (size_t i = 0; i < n; i++)
        any = write_signatures(out, &v[i], any, trial);
    for (size_t i = 0; i < n && !trial; i++)
        tests = write_tests(out, &v[i], tests);
}
