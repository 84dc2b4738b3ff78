/* SPDX-License-Identifier: BSD-2-Clause */
/* detector.c - the near side of the seam: batches go to a worker in another process, or to one in this process, which
 * works them off at once. */
#include "detect/detect.h"

#include <assert.h>
#include <stdlib.h>

#include "detect/contained.h"
#include "detect/worker.h"
#include "ndpi/labels.h"
#include "util/xalloc.h"

struct detector {
    struct labels *labels;
    struct contained *contained; /* NULL: in this process, and all below is used */
    struct ndpi_adapter *adapter;
    struct worker *worker;
    struct detect_batch batch;
    struct detect_reply *reply[DETECT_UNDER_WAY];
    unsigned oldest, n_under_way;
};

/* Nobody wants to find out from the result that a name was misspelt. */
static enum dpi_status check_disabled(const struct labels *l, const struct detector_options *opt, struct dpi_err *err)
{
    for (size_t i = 0; i < opt->n_disabled; i++)
        if (!label_find(l, opt->disabled[i]))
            return dpi_fail(err, DPI_USAGE,
                            "--disable-protocol: nDPI %s has no '%s': dpitool protocols lists what it has",
                            label_version(l), opt->disabled[i]);
    return DPI_OK;
}

/* The library in this very process. */
static enum dpi_status start_here(struct detector *d, const struct detector_options *opt, struct dpi_err *err)
{
    DPI_TRY(ndpi_adapter_new(&d->adapter, opt, err));
    d->labels = labels_new(d->adapter);
    d->worker = worker_new(d->adapter, opt);
    d->batch.msg = xcalloc(DETECT_BATCH_MSGS, sizeof(*d->batch.msg));
    d->batch.bytes = xcalloc(1, DETECT_BATCH_BYTES);
    for (size_t i = 0; i < DETECT_UNDER_WAY; i++)
        d->reply[i] = xcalloc(1, sizeof(*d->reply[i]));
    return DPI_OK;
}

enum dpi_status detector_new(struct detector **d, const struct detector_options *opt,
                             struct dpi_err *err)
{
    struct detector *self = xcalloc(1, sizeof(*self));
    enum dpi_status st = opt->contain ? contained_new(&self->contained, opt, &self->labels, err)
                                      : start_here(self, opt, err);
    if (st == DPI_OK)
        st = check_disabled(self->labels, opt, err);
    *d = st == DPI_OK ? self : NULL;
    if (st != DPI_OK)
        detector_free(self);
    return st;
}

void detector_free(struct detector *d)
{
    if (!d)
        return;
    contained_free(d->contained);
    worker_free(d->worker);
    for (size_t i = 0; i < DETECT_UNDER_WAY; i++)
        free(d->reply[i]);
    free(d->batch.msg);
    free(d->batch.bytes);
    labels_free(d->labels);
    ndpi_adapter_free(d->adapter);
    free(d);
}

const struct labels *detector_labels(const struct detector *d)
{
    return d->labels;
}

struct detector_faults detector_faults(const struct detector *d)
{
    return d->contained ? contained_faults(d->contained) : (struct detector_faults){.off = false};
}

struct detect_batch *detector_batch(struct detector *d)
{
    return d->contained ? contained_batch(d->contained) : &d->batch;
}

static void work_off(struct detector *d)
{
    assert(d->n_under_way < DETECT_UNDER_WAY);
    struct detect_batch *b = &d->batch;
    struct detect_reply *r = d->reply[(d->oldest + d->n_under_way++) % DETECT_UNDER_WAY];
    r->n = r->used = r->n_steps = 0;
    for (uint32_t i = 0; i < b->n && i < DETECT_BATCH_MSGS; i++)
        worker_message(d->worker, b, i, r);
    b->n = b->used = 0;
}

void detector_submit(struct detector *d)
{
    if (d->contained)
        contained_submit(d->contained);
    else
        work_off(d);
}

const struct detect_reply *detector_collect(struct detector *d)
{
    if (d->contained)
        return contained_collect(d->contained);
    assert(d->n_under_way > 0);
    const struct detect_reply *r = d->reply[d->oldest];
    d->oldest = (d->oldest + 1) % DETECT_UNDER_WAY;
    d->n_under_way--;
    return r;
}
