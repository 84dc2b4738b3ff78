/* SPDX-License-Identifier: BSD-2-Clause */
/* pcap_record.h - records of classic pcap as bytes: is one sound, and where does the next sound one begin?
 * For going on behind damage, which libpcap cannot. Private to src/capture. */
#ifndef CAPTURE_PCAP_RECORD_H
#define CAPTURE_PCAP_RECORD_H

#include "dpitool/status.h"
#include "io/source.h"

#include <stdbool.h>
#include <stdint.h>

/* Old versions have the two lengths the other way round, and 2.3 now this way and now that. */
enum record_lengths { LENGTHS_NORMAL, LENGTHS_SWAPPED, LENGTHS_EITHER };

struct record_form {
    bool big; /* byte order */
    uint32_t header_size;
    uint32_t fraction_end; /* fractions of a second that make one */
    uint32_t caplen_max;
    enum record_lengths lengths;
    bool distrust; /* a record in bounds may be damaged, too */
    bool has_time;
    uint32_t time; /* seconds of the last sound record */
};

enum { RECORD_WHY_MAX = 128 };

uint32_t record_u32(const struct record_form *f, const uint8_t *p);

/* How the header of the second record from here on looks: like nothing (or there is none), as it may, as programs
 * write it. Nothing is consumed. */
enum record_second { SECOND_WRONG, SECOND_POSSIBLE, SECOND_RIGHT };
enum dpi_status record_second(const struct record_form *f, struct source *src, enum record_second *second,
                              struct dpi_err *err);

/* The size of the next record of src with its header, 0 at the end of the data or when it is not sound; why is
 * empty when it is. Nothing is consumed. */
enum dpi_status record_check(struct record_form *f, struct source *src, uint32_t *size,
                             char why[static RECORD_WHY_MAX], struct dpi_err *err);

/* Consumes what comes before the next record that looks sound, from the next byte on. DPI_END: there is none,
 * all was consumed. */
enum dpi_status record_search(const struct record_form *f, struct source *src, struct dpi_err *err);

#endif
