/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_file.c - drafts as a rule file, with what they are made of and how they did. */
#include "scaffold/draft.h"

#include <inttypes.h>
#include <stdio.h>

static void write_results(FILE *out, const struct draft *d)
{
    fprintf(out, "  # %s, made of %u first messages; %u bits\n", d->profile->id, d->flows, d->bits);
    fprintf(out, "  # hits %" PRIu64 " of %" PRIu64 " flows of the group, %" PRIu64 " of %" PRIu64
                 " other unknown flows, %" PRIu64 " of %" PRIu64 " identified flows\n",
            d->hits, d->hits + d->misses, d->unknown_hits, d->unknown, d->known_hits, d->known);
    if (d->profile->clients < 2 || d->profile->servers < 2)
        fprintf(out, "  # all from %s: what is constant may be of the host, not of the protocol\n",
                d->profile->clients < 2 ? "one client" : "one server");
}

/* Bytes that are fixed, a line for each run of them. */
static void write_bytes(FILE *out, const struct draft *d)
{
    bool any = false;
    for (uint32_t at = 0, n; at < DRAFT_HEAD; at += n + 1) {
        n = draft_run(d, at);
        if (!n)
            continue;
        fprintf(out, "%s      - {at: %u, hex: \"", any ? "" : "    bytes:\n", at);
        for (uint32_t i = at; i < at + n; i++)
            fprintf(out, "%02x", d->value[i]);
        fputs("\"}\n", out);
        any = true;
    }
}

static void write_signature(FILE *out, const struct draft *d, bool trial)
{
    if (!trial)
        write_results(out, d);
    fprintf(out, "  - id: %s\n    protocol: Unknown-%s\n    category: network\n    transport: %s\n    direction: %s\n",
            d->id, d->profile->name, profile_transport(d->profile->transport), d->side ? "server" : "client");
    if (trial)
        fputs("    override: true\n", out);
    write_bytes(out, d);
    if (d->length.given)
        fprintf(out, "    length: {at: %u, type: %s, plus: %" PRId64 "}\n", d->length.at, d->length.type,
                d->length.plus);
}

static void write_test(FILE *out, const struct draft *d)
{
    if (!d->example.kept)
        return;
    fputs("  - {payload: \"", out);
    for (uint32_t i = 0; i < d->example.kept; i++)
        fprintf(out, "%02x", d->example.bytes[i]);
    fprintf(out, "\", transport: %s, direction: %s, protocol: Unknown-%s}\n",
            profile_transport(d->profile->transport), d->side ? "server" : "client", d->profile->name);
}

void drafts_write(FILE *out, const struct draft *v, size_t n, bool trial)
{
    bool any = false, tests = false;
    fputs("# Signatures of unknown flows, by dpitool unknown --scaffold. Rename what you keep, and test it with other\n"
          "# captures: dpitool rules check FILE, dpitool classify --rules FILE CAPTURE.\nversion: 1\n", out);
    for (size_t i = 0; i < n; i++)
        if (v[i].refused[0])
            fprintf(out, "# %s %s: no signature: %s\n", v[i].profile->id, v[i].profile->name, v[i].refused);
    for (size_t i = 0; i < n; i++) {
        if (v[i].refused[0])
            continue;
        if (!any)
            fputs("signatures:\n", out);
        any = true;
        write_signature(out, &v[i], trial);
    }
    for (size_t i = 0; i < n && !trial; i++) {
        if (v[i].refused[0] || !v[i].example.kept)
            continue;
        if (!tests)
            fputs("tests:\n", out);
        tests = true;
        write_test(out, &v[i]);
    }
}
