/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_engine.c - the whole way of a capture: read, decoded, put together, detected by nDPI in this very process, and
 * written by every writer. Flows and memory are short, so that eviction is met. Every packet is in one bucket.
 *
 * Starting nDPI takes longer than most inputs do, so it is started anew only now and then. What it remembers of earlier
 * inputs changes labels at most, and of those nothing is claimed. */
#include "fuzz.h"

#include "dpitool/writer.h"
#include "engine/engine.h"

#include <string.h>

enum { SECOND = 1000000000, WRITERS_MAX = 8, INPUTS_OF_ONE_START = 2000 };

struct outputs {
    FILE *file;
    struct dpi_columns columns;
    void *state[WRITERS_MAX];
    uint64_t packets;
};

/* Whether the writer writes to a stream; the others are given no folder here. */
static bool is_used(size_t i)
{
    return !dpi_writers[i]->wants_folder;
}

static enum dpi_status write_record(void *ctx, const struct dpi_record *r, struct dpi_err *err)
{
    struct outputs *o = ctx;
    o->packets += r->dir[0].packets + r->dir[1].packets;
    for (size_t i = 0; dpi_writers[i]; i++)
        if (is_used(i) && dpi_writers[i]->wants_records)
            CLAIM(dpi_writers[i]->record(o->state[i], r, err) == DPI_OK);
    return DPI_OK;
}

static void open_outputs(struct outputs *o)
{
    struct dpi_err err;
    o->file = fopen("/dev/null", "w");
    dpi_columns_all(&o->columns);
    for (size_t i = 0; dpi_writers[i]; i++) {
        struct dpi_writer_config cfg = {.out = o->file, .columns = o->columns, .width = 80};
        CLAIM(i < WRITERS_MAX && (!is_used(i) || dpi_writers[i]->open(&o->state[i], &cfg, &err) == DPI_OK));
    }
}

static void finish_outputs(struct outputs *o, const struct dpi_run *run)
{
    struct dpi_err err;
    for (size_t i = 0; dpi_writers[i]; i++) {
        if (!is_used(i))
            continue;
        CLAIM(dpi_writers[i]->finish(o->state[i], run, &err) == DPI_OK);
        dpi_writers[i]->free(o->state[i]);
    }
    dpi_columns_free(&o->columns);
    fclose(o->file);
}

static void claim_accounts(const struct dpi_run *run, const struct outputs *o)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < DPI_BUCKET_COUNT; i++)
        sum += run->buckets[i];
    CLAIM(sum == run->packets_read);
    CLAIM(run->buckets[DPI_BUCKET_flow] == o->packets);
}

static void run_engine(struct engine *e)
{
    static const volatile sig_atomic_t never;
    struct outputs o = {0};
    struct dpi_err err;
    open_outputs(&o);
    CLAIM(engine_run(e, write_record, &o, &never, &err) == DPI_OK);
    const struct dpi_run *run = engine_report(e);
    claim_accounts(run, &o);
    finish_outputs(&o, run);
}

/* A detector that has seen few inputs. */
static struct detector *detector(void)
{
    static struct detector *d;
    static unsigned inputs;
    struct dpi_err err;
    if (inputs++ % INPUTS_OF_ONE_START == 0) {
        detector_free(d);
        CLAIM(detector_new(&d, &(struct detector_options){.guess = true}, &err) == DPI_OK);
    }
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_file f = fuzz_file(data, n);
    const char *path = f.path;
    struct engine_options opt = {
        .captures = &path,
        .n_captures = 1,
        .inputs = {.max_input = 1 << 20, .resync = true},
        .earliest = INT64_MIN,
        .latest = INT64_MAX,
        .decode = {.tunnels = DECODE_ALL_TUNNELS},
        .flow = {.tcp_idle = INT64_C(300) * SECOND, .udp_idle = INT64_C(120) * SECOND,
                 .other_idle = INT64_C(60) * SECOND, .attempt = INT64_C(30) * SECOND, .closed = INT64_C(5) * SECOND,
                 .active = INT64_C(3600) * SECOND, .max_flows = 64, .memory = 1 << 20},
        .lent = detector(),
        .rankings = true,
    };
    struct engine *e;
    struct dpi_err err;
    if (engine_open(&e, &opt, &err) == DPI_OK)
        run_engine(e);
    engine_free(e);
    fuzz_file_close(&f);
    return 0;
}
