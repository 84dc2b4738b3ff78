/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.h - what is done with a flow that somebody watches, told as it happens.
 *
 * Nothing that is decided depends on it. Flows that nobody watches (f->traced false) cost one comparison. */
#ifndef FLOW_TRACE_H
#define FLOW_TRACE_H

#include "flow/flow.h"

/* A first answer and the one of a second look: which of them counts. */
enum trace_choice {
    CHOICE_SECOND_WEAK, /* the first: the second is no more than a guess */
    CHOICE_SAME,        /* the first: the second says the same */
    CHOICE_TELLS_LESS,  /* the first: the second is a part of it */
    CHOICE_FIRST_WEAK,  /* the second: the first is no more than a guess */
    CHOICE_OTHER,       /* the second: it is as sure, and was found in whole messages */
    CHOICES,
};

/* Whether it is the second answer that counts. */
static inline bool choice_is_second(enum trace_choice c)
{
    return c == CHOICE_FIRST_WEAK || c == CHOICE_OTHER;
}

struct trace_event {
    enum trace_kind {
        TRACE_LOOK,    /* the detector sees the flow from its beginning: first, and for a second look again */
        TRACE_SHOWN,   /* a packet goes to the detector, or a part of it */
        TRACE_MADE,    /* a packet that was made goes to the detector, in a second look */
        TRACE_COPY,    /* a packet is not shown, for it was captured before */
        TRACE_OLD,     /* a packet is not shown, for all that it carries was shown before */
        TRACE_FLUSH,   /* what waits is shown now, whatever is missing: f has ended, or memory is short */
        TRACE_SAID,    /* what the detector said after the next packet that was shown, or when it gave up */
        TRACE_VERDICT, /* f->verdict is that of this look */
        TRACE_CHOICE,  /* between the first and the second verdict */
        TRACE_ENDED,   /* f is given out, with its label */
    } kind;
    uint64_t packet;       /* SHOWN, COPY, OLD: its number */
    uint32_t payload;      /* SHOWN, MADE: bytes of it that were captured and shown */
    uint32_t skipped;      /* SHOWN: bytes in front of them that were shown before */
    bool gap;              /* SHOWN: bytes of its side are missing in front of it */
    unsigned side;         /* MADE: who would have sent it */
    unsigned segments;     /* MADE: so many with payload are put together in it; 0: a packet of the handshake */
    const uint8_t *bytes;  /* MADE: the payload, borrowed */
    const struct detect_step *step; /* SAID; borrowed */
    enum trace_choice choice;       /* CHOICE */
};

struct trace {
    /* Asked once for each record that begins, in the order of flow_id: whether to watch it. */
    bool (*wanted)(void *ctx, const struct flow *f);
    /* All is borrowed to the call. */
    void (*event)(void *ctx, const struct flow *f, const struct trace_event *e);
    void *ctx;
};

/* t may be NULL when no flow is traced. */
static inline void trace_tell(const struct trace *t, const struct flow *f, const struct trace_event *e)
{
    if (f->traced)
        t->event(t->ctx, f, e);
}

static inline bool trace_wants(const struct trace *t, const struct flow *f)
{
    return t && t->wanted(t->ctx, f);
}

#endif
