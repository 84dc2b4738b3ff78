/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.h - one capture file of either format, from a byte source. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "capture/packet.h"
#include "dpitool/status.h"
#include "io/source.h"

struct reader;

/* Takes over src (also when it fails). name is borrowed for messages and capture_iface.capture.
 * next_iface: the index the first interface gets; it is counted on for every interface found.
 * DPI_INPUT: not a capture, the message says what it is instead where that can be told. */
enum dpi_status reader_open(struct reader **r, struct source *src, const char *name,
                            uint32_t *next_iface, struct dpi_err *err);

/* DPI_OK, DPI_END, DPI_DAMAGED (final; err has the offset in words) or DPI_INPUT (read error).
 * Sets all of p but number. */
enum dpi_status reader_next(struct reader *r, struct packet *p, struct dpi_err *err);

const char *reader_format(const struct reader *r); /* "pcap" or "pcapng" */
uint64_t reader_damage_offset(const struct reader *r);

/* The interfaces stay valid after this; inputs owns them through reader_take_ifaces. */
void reader_free(struct reader *r);

#endif
