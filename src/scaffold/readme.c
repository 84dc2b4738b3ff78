/* SPDX-License-Identifier: BSD-2-Clause */
/* readme.c - a paragraph for each group. */
#include "scaffold/readme.h"

#include "scaffold/names.h"


static const char head[] =
    "What " SCAFFOLD_MARK " made of unknown flows: things to start from, not to be used as they are.\n\n"
    "signatures.yaml  a rule file: dpitool classify --rules signatures.yaml CAPTURE\n"
    "U*.pcapng        the first packets of flows of the group, as they were captured\n"
    "U*.lua           a dissector for Wireshark: tshark -X lua_script:FILE -r CAPTURE -V\n"
    "U*_ndpi.c        a dissector for src/lib/protocols of nDPI 4.2 to 5.x\n"
    "U*_plugin.c      the same as a plugin of nDPI 6.0 or later\n\n"
    "What is constant in one capture may be a name, a version or an id: try each with other captures.\n";

static void put_group(FILE *out, const struct draft *d, const struct lua_trial *trial)
{
    static const char line[] = "\n             ";
    fputc('\n', out);
    scaffold_describe(out, d->profile);
    if (d->refused[0]) {
        fprintf(out, "\n  nothing was made: %s\n", d->refused);
        return;
    }
    fputs("\n  signature  ", out);
    scaffold_bits(out, d, line);
    fputs(line, out);
    scaffold_hits(out, d, line);
    fputs("\n  Lua        ", out);
    lua_trial_say(out, trial);
    fputs("\n  C          matches what the signature does\n", out);
}

void readme_write(FILE *out, const struct drafts *d, const struct lua_trial *trials)
{
    fputs(head, out);
    if (!d->n)
        fputs("\nNo flow is unknown.\n", out);
    for (size_t i = 0; i < d->n; i++)
        put_group(out, &d->v[i], &trials[i]);
}
