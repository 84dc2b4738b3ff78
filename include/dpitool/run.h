/* SPDX-License-Identifier: BSD-2-Clause */
/* run.h - what a whole run read, counted and noticed: the matter of the summary. */
#ifndef DPITOOL_RUN_H
#define DPITOOL_RUN_H

#include "dpitool/bucket.h"
#include "dpitool/value.h"

/* One line of a ranking: so many flows, packets and bytes (IP layer) under one name. When more names were
 * seen than the ranking keeps, bytes may be too high by up to error, and flows and packets may be too low:
 * they are counted since the name was last taken in. error is 0 where all are exact. */
struct dpi_tally_row {
    struct dpi_text name;
    uint64_t flows, packets, bytes, error;
};

/* A ranking, largest first by bytes, ties by name; only the heaviest when there were too many names. */
struct dpi_tally {
    const struct dpi_tally_row *rows;
    size_t n;
    bool complete; /* no name was left out, every row is exact */
};

/* What a capture says of how it was made (section header of pcapng). */
enum dpi_about {
    DPI_ABOUT_HARDWARE,
    DPI_ABOUT_OS,
    DPI_ABOUT_APPLICATION,
    DPI_ABOUT_COMMENT,
    DPI_ABOUT_COUNT,
};

/* A damaged part that was skipped (--resync). */
struct dpi_gap {
    uint64_t offset, bytes;
    const char *what; /* is wrong at offset */
};

enum { DPI_GAPS_MAX = 16 }; /* gaps of a capture that are told one by one */

struct dpi_capture_info {
    struct dpi_text name;
    const char *format; /* "pcap", "pcapng"; NULL when it could not be opened */
    uint64_t packets;   /* read from it */
    uint64_t damage_offset;
    const char *damage; /* NULL when it was read to its end; else what is wrong at damage_offset */
    const struct dpi_gap *gaps; /* the first DPI_GAPS_MAX of n_gaps; damage is that of the first */
    uint64_t n_gaps, gap_bytes;
    struct dpi_text about[DPI_ABOUT_COUNT];
    uint64_t comments; /* of the capture, its interfaces and packets */
    bool has_drops;    /* it says how many packets were lost while it was made: */
    uint64_t drops;
};

/* What became of IP fragments; all 0 when there were none, or when they were not put together. */
struct dpi_fragments {
    uint64_t whole, incomplete;     /* datagrams put together, and given up */
    uint64_t copies, overlaps, bad; /* fragments */
};

/* The rules that were used. */
struct dpi_rules_info {
    const struct dpi_text *files;
    size_t n_files;
    uint64_t applications, hosts, addresses, ports;
};

struct dpi_run {
    const char *tool_version;     /* "0.1.0" */
    const char *detector_version; /* "nDPI 4.2.0" */
    struct dpi_rules_info rules;
    const struct dpi_capture_info *captures;
    size_t n_captures;
    uint64_t packets_read;
    uint64_t bytes_read; /* frame bytes of those packets as they were on the wire */
    uint64_t buckets[DPI_BUCKET_COUNT];
    bool has_time; /* first_ns and last_ns are set: there was a packet */
    int64_t first_ns, last_ns; /* earliest and latest packet time */
    bool has_drops; /* at least one capture says how many packets were lost while it was made: */
    uint64_t drops; /* of all that say it */
    struct dpi_fragments fragments;
    uint64_t flows, flows_unknown, flows_guessed, flows_evicted, flows_peak;
    struct dpi_tally protocols, applications, categories, addresses, hostnames;
    const struct dpi_text *warnings; /* one line each, most important first */
    size_t n_warnings;
    bool interrupted;
    uint64_t detector_faults; /* crashes and hangs of detection: each cost one flow its label ... */
    bool detector_off;        /* ... but then every flow from there on */
};

#endif
