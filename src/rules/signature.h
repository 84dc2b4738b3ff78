/* SPDX-License-Identifier: BSD-2-Clause */
/* signature.h - signatures in memory: conditions on the first messages of a flow. Private to src/rules.
 *
 * A condition is a few compares at fixed places, and a flow is asked once for each signature of its transport: what
 * it costs does not depend on how much a flow has. */
#ifndef RULES_SIGNATURE_H
#define RULES_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIGNATURE_BYTES_MAX = 64,      /* of one condition */
    SIGNATURE_CONDITIONS_MAX = 64, /* of one signature */
    SIGNATURES_MAX = 10000,
};

/* What a condition asks for. Of those of bytes and of lengths all must hold, of each other kind one. */
enum signature_kind { SIGNATURE_BYTES, SIGNATURE_LENGTH, SIGNATURE_TEXT, SIGNATURE_SIZE, SIGNATURE_PORT,
                      SIGNATURE_KINDS };

enum signature_number {
#define N(name, word, width, little) SIGNATURE_##name,
#include "rules/signature_numbers.def"
#undef N
    SIGNATURE_NUMBERS
};

struct signature_number_form {
    const char *word;
    uint8_t width;
    bool little;
};

extern const struct signature_number_form signature_numbers[SIGNATURE_NUMBERS + 1];

struct signature_condition {
    uint8_t kind;
    uint8_t n;             /* bytes, text */
    uint8_t type;          /* length: enum signature_number */
    int32_t at;            /* bytes, length: from the start, or, below 0, from the end */
    const uint8_t *value;  /* bytes, text */
    const uint8_t *mask;   /* bytes */
    int32_t plus;          /* length: number * scale + plus is that of the message */
    uint32_t scale;
    uint32_t first, last;  /* size, port */
};

struct signature {
    const char *id, *protocol, *source;
    uint32_t file, line, column, first_condition, n_conditions;
    uint8_t category, transport;
    uint8_t sides;    /* bits: 1 the client's messages, 2 the server's */
    uint8_t messages; /* so many, the first ones, must hold */
    bool override, shipped;
};

/* How much a signature asks for, in bits: what a random message would have to hit; with the ports, what a flow. */
unsigned signature_payload_bits(const struct signature *s, const struct signature_condition *v);
unsigned signature_bits(const struct signature *s, const struct signature_condition *v);

#endif
