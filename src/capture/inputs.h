/* SPDX-License-Identifier: BSD-2-Clause */
/* inputs.h - the captures of a run as one stream of packets.
 *
 * Whole captures one after the other, ordered by the time of their first packet, which is peeked; ties in
 * the order given. A capture without a packet that can be read comes first. Regular files are open one at a
 * time; standard input, FIFOs and devices cannot be opened again and stay open from the start. */
#ifndef CAPTURE_INPUTS_H
#define CAPTURE_INPUTS_H

#include "capture/names.h"
#include "capture/packet.h"
#include "dpitool/run.h"
#include "dpitool/status.h"
#include "io/spool.h"

#include <stddef.h>

struct inputs;

struct inputs_options {
    uint64_t max_input; /* bytes that one compressed capture may inflate to */
    bool resync;        /* go on behind damage */
    bool ahead;         /* large captures are read by a thread while their packets are used */
    struct spool *spool; /* borrowed; not NULL when the captures will be read again with the same options */
};

/* names (copied): paths, or "-" for standard input (at most once, else DPI_USAGE). Of a folder, the captures
 * directly in it. Opens and peeks every one, so that what cannot be read at all is said (DPI_INPUT) before
 * anything is written; a file of a folder is told when it is its turn, and left out when it is no capture. *in is
 * NULL unless DPI_OK. */
enum dpi_status inputs_open(struct inputs **in, const char *const *names, size_t n,
                            const struct inputs_options *opt, struct dpi_err *err);

/* The i-th capture alone, as if it had been the only one; who had it has it no more. Free both. */
struct inputs *inputs_take(struct inputs *in, size_t i);

/* DPI_OK: *p is the next packet; its interface lives as long as the inputs, its data until the next call.
 * DPI_END: no more. DPI_DAMAGED: the capture at hand ends here before its end, err says what and at which
 * byte offset. DPI_INPUT: a read failed, or a capture cannot be opened any more.
 * After both, the next call goes on with the next capture. DPI_INTERRUPTED: a signal came while waiting for
 * data; what is left of that capture cannot be read any more. */
enum dpi_status inputs_next(struct inputs *in, struct packet *p, struct dpi_err *err);

/* What was read of each capture that was begun, in the order of reading; borrowed, valid until the next
 * call. */
const struct dpi_capture_info *inputs_captures(struct inputs *in, size_t *n);

/* What the captures themselves call addresses, as far as they are read; first come, first kept. */
const struct names *inputs_names(const struct inputs *in);

/* What the user should know of what was left out: a line each. Borrowed. */
const struct dpi_text *inputs_notes(const struct inputs *in, size_t *n);

/* For a progress line: bytes read of the files themselves, compressed or not, and how many there are, 0 when
 * that is unknown. Cheap. */
void inputs_progress(const struct inputs *in, uint64_t *read, uint64_t *total);

/* The path of the i-th capture, those of folders too; NULL behind the last. */
const char *inputs_path(const struct inputs *in, size_t i);

void inputs_free(struct inputs *in); /* NULL is fine */

#endif
