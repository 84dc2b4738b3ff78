/* SPDX-License-Identifier: BSD-2-Clause */
/* distance.h - how unlike the first messages of two flows are: near 0 alike, 1 nothing in common. */
#ifndef UNKNOWN_DISTANCE_H
#define UNKNOWN_DISTANCE_H

#include "unknown/sample.h"

enum {
    DISTANCE_HEAD = 16, /* bytes that are compared one by one */
    DISTANCE_HEADS = 2, /* messages of a side that begin with others */
    DISTANCE_TEXT = 64, /* bytes of the first message of which runs are compared */
    DISTANCE_GRAMS = DISTANCE_TEXT - 2,
    DISTANCE_MAP = 64,  /* words of a set of runs */
    DISTANCE_NUMBERS = 3 * DISTANCE_HEAD, /* at each of the first bytes: one byte, two BE, two LE */
};

/* How a message begins, in a stream whatever its segments are. */
struct head {
    uint8_t n, byte[DISTANCE_HEAD];
    uint8_t class[DISTANCE_HEAD]; /* of each byte: digit, upper case, ... */
};

enum head_kind { HEAD_OTHER, HEAD_TEXT, HEAD_BINARY };

/* What is compared of a side that said something. */
struct features_side {
    struct head head[DISTANCE_HEADS];
    uint8_t n_heads; /* 0: it was silent */
    enum head_kind first; /* of them */
    uint8_t n_grams;
    uint32_t gram[DISTANCE_GRAMS]; /* runs of three bytes, ascending, each once */
    uint64_t map[DISTANCE_MAP];    /* has the bit of each run */
    float grams;                   /* what they are worth */
    uint8_t steps[DISTANCE_HEAD];  /* what each byte does from message to message */
    int8_t rest[DISTANCE_NUMBERS]; /* size of each message less the number there, when it is always the same */
    uint32_t size;                 /* of the first message */
    float log_size;
};

struct features {
    struct features_side side[2];
    uint8_t transport;
    bool has_ports;
    enum speaker { SPEAKER_UNKNOWN, SPEAKER_CLIENT, SPEAKER_SERVER } speaker; /* of the first message */
    bool at_known_port; /* set by who knows other flows: several have that server port, so it is no accident, and */
    bool as_usual[2];   /* each side begins with the two bytes that nearly all others begin with there */
    uint16_t port[2];   /* as of a sample */
    struct dpi_addr addr[2];
};

void features_of(struct features *f, const struct sample *s);

/* Of flows of one transport; others have nothing in common. with_port: the same server port makes flows more alike, and
 * so does a port that is the client's in one and the server's in the other, or the same socket of one host; known
 * ports that differ make them less. */
float distance(const struct features *a, const struct features *b, bool with_port);

/* Of flows of any transports: a protocol may be spoken over two. */
float distance_of_payload(const struct features *a, const struct features *b);

#endif
