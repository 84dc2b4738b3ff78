/* SPDX-License-Identifier: BSD-2-Clause */
/* detect.h - the seam between the tracker, which knows flows, and the detector, which knows protocols.
 *
 * They talk in batches of fixed-size messages without pointers, so that a batch crosses to a process that may die
 * without a change on either side. The order of messages follows from the packets alone. Replies to batch K are
 * looked at when batch K + DETECT_UNDER_WAY - 1 has been handed over (the verdict lag), however fast the detector was,
 * so that nothing the tracker decides depends on scheduling. */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include "dpitool/status.h"
#include "dpitool/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DETECT_BATCH_MSGS = 256,      /* messages in one batch */
    DETECT_BATCH_BYTES = 1 << 16, /* packet bytes in one batch */
    DETECT_BATCH_PACKETS = 512,   /* packets read from the input after which a batch goes out, full or not */
    DETECT_PACKET_MAX = 60000,    /* longer IP packets are cut to this, against a hang in nDPI 4.2 */
    DETECT_ATTRS_MAX = 8192,      /* bytes of extracted attributes in one verdict */
    DETECT_SLOTS_MAX = 1 << 26,   /* messages for a slot from here on are ignored */
    /* Batches handed over whose replies were not collected, at most. With few of them both sides wait for each other
     * where now one has more to do and now the other; what is shown before the first verdict takes memory. */
    DETECT_UNDER_WAY = 6,
};
_Static_assert(DETECT_BATCH_BYTES >= DETECT_PACKET_MAX, "an empty batch has room for any packet");

enum detect_op {
    DETECT_OPEN,   /* slot is a new flow now */
    DETECT_PACKET, /* one IP packet of it */
    DETECT_END,    /* no more will come: give up now. Answered by a verdict unless one was sent already */
};

struct detect_msg {
    uint32_t slot; /* the tracker's number of an undecided flow: small, used again after the verdict */
    uint8_t op;
    uint8_t transport; /* IP protocol number (OPEN) */
    uint16_t len;      /* PACKET: bytes of the IP packet, at most DETECT_PACKET_MAX ... */
    uint32_t offset;   /* ... from here in the batch's bytes */
    bool trace;        /* PACKET, END: what the library says then is asked for, as a step */
    uint64_t time_ms;  /* PACKET: packet clock, ms since 1970 */
};

/* The messages, and the bytes of their packets, which may stand in memory that another process sees. */
struct detect_batch {
    uint32_t n, used;
    struct detect_msg *msg; /* room for DETECT_BATCH_MSGS */
    uint8_t *bytes;         /* room for DETECT_BATCH_BYTES */
};

/* What a label comes from; `classified_by` and `application_by` of the record. */
enum detect_by {
    DETECT_BY_NONE,
    DETECT_BY_DPI,
    DETECT_BY_DPI_CACHE,
    DETECT_BY_DPI_PARTIAL,
    DETECT_BY_IP,
    DETECT_BY_PORT,
    DETECT_BYS,
};

/* Final: nothing more is said of the slot. Numbers are the library's; label_split (ndpi/labels.h) turns them to
 * text and says which of the two names a protocol and which an application. */
struct detect_verdict {
    uint32_t slot;
    uint16_t master, app; /* nDPI protocol ids; 0: none. A label of one part is app */
    uint16_t category;
    uint8_t by, app_by; /* enum detect_by: what named master (app when there is no master), and what named app */
    uint8_t confidence; /* nDPI's number */
    uint32_t attrs, attrs_len; /* where its attributes stand in the reply's bytes: see attrs.h */
    /* true or false, in bytes that may come from a stranger, who may write what no bool can be: */
    uint8_t attrs_cut; /* more than DETECT_ATTRS_MAX bytes of them, or than the library keeps of one */
    uint8_t fault;     /* the flow was given up: the library crashed or hung on a packet of it, or detection is off */
    uint8_t guilty;    /* with fault: at a packet of this very flow */
    uint8_t name_cut;  /* the hostname fills the whole of the fixed room that the library has for it */
};

/* How far the library is with a flow. */
enum detect_state {
    DETECT_MORE,    /* it wants more packets */
    DETECT_FINAL,   /* it has its answer, and nothing more to extract */
    DETECT_ENOUGH,  /* it has no more to say after so many packets, and gets no more */
    DETECT_GAVE_UP, /* it was told to give up, and said what it would guess */
    DETECT_STATES,
};

/* What the library said of a flow after a packet, or when it gave up. It is no verdict yet. */
struct detect_step {
    uint32_t slot;
    uint16_t master, app; /* as in a verdict */
    uint8_t by;           /* enum detect_by: what named them */
    uint8_t state;        /* enum detect_state */
};

enum {
    DETECT_BATCH_STEPS = 2 * DETECT_BATCH_MSGS, /* a packet may be the last one, and then the flow is given up */
    /* A worker that was taken over may answer for so many open slots, and be silent of so many that the batch ends:
     * for these the tracker's side has verdicts of its own. */
    DETECT_BATCH_VERDICTS = 2 * DETECT_BATCH_MSGS,
};

struct detect_reply {
    uint32_t n, used, n_steps;
    struct detect_step step[DETECT_BATCH_STEPS]; /* for messages with trace, in their order */
    struct detect_verdict verdict[DETECT_BATCH_VERDICTS];
    uint8_t bytes[DETECT_BATCH_MSGS * DETECT_ATTRS_MAX];
};

enum detector_test { DETECTOR_NO_TEST, DETECTOR_CRASH, DETECTOR_HANG, DETECTOR_STOP };

struct detector_options {
    bool guess;   /* let nDPI guess by port and address when it gives up */
    const char *const *disabled; /* labels that are no answer, as the library spells them, in any case; borrowed */
    size_t n_disabled;
    bool contain; /* detect in a process of its own, which may crash or hang on a flow without harm to the others */
    bool in_turns; /* with contain: that process and this one never work at the same time */
    enum detector_test test; /* what the detector does when it is given ... */
    uint64_t test_at;        /* ... this packet, counted from 1 over all that it is given */
};

struct detector;
struct labels; /* ndpi/labels.h */

/* DPI_ABI when libndpi is another one than the headers. With `contain` SIGPIPE must be ignored: the other process may
 * die at any time. */
enum dpi_status detector_new(struct detector **d, const struct detector_options *opt, struct dpi_err *err);

/* The batch to be filled next: empty, borrowed until it is submitted. */
struct detect_batch *detector_batch(struct detector *d);

/* Hands that batch over. At most DETECT_UNDER_WAY may be under way. */
void detector_submit(struct detector *d);

/* The reply to the oldest batch under way; borrowed until the next submit. It has at most one verdict for each slot
 * that is open, and one for each that the batch has ended. */
const struct detect_reply *detector_collect(struct detector *d);

/* What became of detection so far. */
struct detector_faults {
    unsigned crashes, hangs;
    bool off; /* it failed too often, or could not be started: flows are not detected any more */
};

struct detector_faults detector_faults(const struct detector *d);

/* Names for the numbers of its verdicts; lives as long as d. */
const struct labels *detector_labels(const struct detector *d);

void detector_free(struct detector *d); /* NULL is fine */

#endif
