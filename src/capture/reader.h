/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.h - one capture file of any format, from a byte source. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "capture/facts.h"
#include "capture/packet.h"
#include "dpitool/status.h"
#include "io/source.h"

struct reader;

struct reader_options {
    const char *name; /* what interfaces have as their capture (borrowed) */
    bool resync;      /* go on behind damage, with a gap in the facts */
};

/* Takes over src (also when it fails). What is found beside packets is added to facts (borrowed), which must
 * outlive the packets.
 * DPI_INPUT: not a capture, the message says what it is instead where that can be told. */
enum dpi_status reader_open(struct reader **r, struct source *src, const struct reader_options *opt,
                            struct capture_facts *facts, struct dpi_err *err);

/* Whether src (of which nothing was consumed) begins like a capture. */
enum dpi_status reader_knows(struct source *src, bool *yes, struct dpi_err *err);

/* DPI_OK, DPI_END, DPI_DAMAGED, or what source_read gives. All but DPI_OK are final: asking again gives
 * the same. Sets all of p but number. */
enum dpi_status reader_next(struct reader *r, struct packet *p, struct dpi_err *err);

const char *reader_format(const struct reader *r); /* "pcap" or "pcapng" */

/* What is wrong at *offset after DPI_DAMAGED or skipped damage, else NULL. Borrowed. */
const char *reader_damage(const struct reader *r, uint64_t *offset);

void reader_read_ahead(struct reader *r); /* source_read_ahead of its file */

uint64_t reader_file_offset(const struct reader *r); /* bytes consumed of its file */

void reader_free(struct reader *r); /* NULL is fine; the interfaces stay */

#endif
