/* SPDX-License-Identifier: BSD-2-Clause */
/* tshark.h - Lua dissectors tried by tshark.
 *
 * Once captures are read nothing can be started any more (sandbox.h). So a process is left behind before, that does
 * nothing but start tshark on what it is handed: a script and a capture, in memory that both share. Each tshark is in
 * a sandbox of its own: whatever is in the capture or in the script, it writes no file, reaches no network and starts
 * no other program. */
#ifndef TRIAL_TSHARK_H
#define TRIAL_TSHARK_H

#include "util/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct tshark;

/* Before the first capture is read. path: as PATH has it. NULL: there is none in it, or no process for it. */
struct tshark *tshark_new(const char *path, bool confined);
void tshark_free(struct tshark *t); /* NULL is fine */

struct tshark_result {
    uint64_t packets;   /* TCP or UDP with payload that is new */
    uint64_t claimed;   /* of them, by the protocol, as a message or a part of one */
    uint64_t malformed; /* of those that it claimed */
    uint64_t errors;    /* of Lua, in those that it claimed */
};

/* How tshark is set up. */
struct tshark_way {
    bool eager;   /* ask heuristics before ports */
    bool ordered; /* put segments in order before they are put together */
};

struct tshark_trial {
    const char *protocol; /* that the script adds */
    const struct buf *script, *capture;
    struct tshark_way way;
};

/* Asks without waiting: the trial is copied. True: the next call is for the answer. */
bool tshark_ask(struct tshark *t, const struct tshark_trial *trial);

/* False: it did not run to its end, or the script could not be loaded. */
bool tshark_answer(struct tshark *t, struct tshark_result *out);

/* Both. */
bool tshark_try(struct tshark *t, const struct tshark_trial *trial, struct tshark_result *out);

#endif
