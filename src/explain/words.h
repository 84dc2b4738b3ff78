/* SPDX-License-Identifier: BSD-2-Clause */
/* words.h - what the numbers of an explanation mean: a word for programs, and a sentence for people. */
#ifndef EXPLAIN_WORDS_H
#define EXPLAIN_WORDS_H

#include "explain/explain.h"

struct explain_word {
    const char *word, *text;
};

extern const struct explain_word explain_states[];  /* by enum detect_state */
extern const struct explain_word explain_fates[];   /* by enum explain_fate */
extern const struct explain_word explain_waits[];   /* by enum explain_wait */
extern const struct explain_word explain_choices[]; /* by enum trace_choice */
extern const struct explain_word explain_parts[];   /* by enum label_part */
extern const struct explain_word explain_kinds[];   /* by enum label_kind */
extern const char *const explain_by[];              /* by enum detect_by: sentences; label_by_words has the words */

/* "SYN ACK" of TCP flags: those that open and close. */
enum { EXPLAIN_FLAGS_MAX = 24 };
void explain_flags(char out[static EXPLAIN_FLAGS_MAX], uint8_t tcp_flags);

/* nDPI's label of what was said. */
void explain_label(const struct labels *l, uint16_t master, uint16_t app, char out[static LABEL_MAX]);

#endif
