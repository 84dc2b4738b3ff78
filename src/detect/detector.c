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

enum { UNDER_WAY_MAX = 2 };

struct detector {
    struct ndpi_adapter *adapter;
    struct labels *labels;
    struct worker *worker;
    struct contained *contained; /* NULL: in this process, and all below is used */
    struct detect_batch *batch;
    struct detect_reply *reply[UNDER_WAY_MAX];
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

enum dpi_status detector_new(struct detector **d, const struct detector_options *opt,
                             struct dpi_err *err)
{
    struct ndpi_adapter *adapter;
    *d = NULL;
    DPI_TRY(ndpi_adapter_new(&adapter, opt, err));
    struct detector *self = xcalloc(1, sizeof(*self));
    self->adapter = adapter;
    self->labels = labels_new(adapter);
    self->worker = worker_new(adapter, opt);
    enum dpi_status st = check_disabled(self->labels, opt, err);
    if (st != DPI_OK) {
        detector_free(self);
        return st;
    }
    if (opt->contain) {
        st = contained_new(&self->contained, self->worker, err);
        if (st != DPI_OK)
            detector_free(self);
        else
            *d = self;
        return st;
    }
    self->batch = xcalloc(1, sizeof(*self->batch));
    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        self->reply[i] = xcalloc(1, sizeof(*self->reply[i]));
    *d = self;
    return DPI_OK;
}

void detector_free(struct detector *d)
{
    if (!d)
        return;
    contained_free(d->contained);
    worker_free(d->worker);
    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        free(d->reply[i]);
    free(d->batch);
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
    return d->contained ? contained_batch(d->contained) : d->batch;
}

static void work_off(struct detector *d)
{
    assert(d->n_under_way < UNDER_WAY_MAX);
    struct detect_batch *b = d->batch;
    struct detect_reply *r = d->reply[(d->oldest + d->n_under_way++) % UNDER_WAY_MAX];
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
    d->oldest = (d->oldest + 1) % UNDER_WAY_MAX;
    d->n_under_way--;
    return r;
}
