/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_results.c - CSV and JSON of an earlier run read back, and compared with themselves and with a part of
 * themselves. The first byte's bit 0 is --csv-raw. */
#include "fuzz.h"

#include "diff/diff.h"

static bool read_results(struct results *r, const struct taken *t, bool csv_raw)
{
    struct dpi_err err;
    struct results_options how = {.csv_raw = csv_raw};
    return results_read(r, source_memory(t->p, t->n), "fuzz", &how, &err) == DPI_OK;
}

static void compare(const struct results *old, const struct results *new, bool same)
{
    static const struct diff_options options = {.everything = true};
    struct diff d;
    struct dpi_err err;
    if (diff_make(&d, old, new, &options, &err) == DPI_OK) {
        CLAIM(d.flows[DIFF_GONE] + d.flows[DIFF_CHANGED] + d.same == old->n);
        CLAIM(d.flows[DIFF_ADDED] + d.flows[DIFF_CHANGED] + d.same == new->n);
        CLAIM(!same || !diff_differs(&d));
        for (size_t i = 0; i < d.n_entries; i++)
            CLAIM(d.entries[i].flow[DIFF_OLD] || d.entries[i].flow[DIFF_NEW]);
    }
    diff_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct cursor c = cursor_of(data, n);
    bool raw = take_byte(&c) & 1;
    struct taken all = take_bytes(&c, SIZE_MAX), part = {all.p, all.n * 3 / 4};
    struct results whole, some;
    bool is_whole = read_results(&whole, &all, raw), is_part = read_results(&some, &part, raw);
    if (is_whole)
        compare(&whole, &whole, true);
    if (is_whole && is_part)
        compare(&whole, &some, false);
    results_free(&whole);
    results_free(&some);
    free(all.p);
    return 0;
}
