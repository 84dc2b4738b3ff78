/* SPDX-License-Identifier: BSD-2-Clause */
/* labels.h - names for nDPI's numbers, and what each of its labels is: a protocol, an application, or both.
 *
 * nDPI keeps protocols (TLS) and what runs on them (Netflix) in one list. labels.def says for every name of
 * 4.2 and later which it is; nothing guesses it. */
#ifndef NDPI_LABELS_H
#define NDPI_LABELS_H

#include "detect/detect.h"

/* All borrowed from static tables or from the library. */
struct label_names {
    const char *protocol;    /* never NULL; "Unknown" */
    const char *application; /* or NULL */
    const char *category;    /* never NULL */
    const char *confidence;  /* never NULL: nDPI's word */
};

/* Splits a verdict into its names. */
void label_split(const struct detect_verdict *v, struct label_names *out);

#define LABEL_MAX 128
/* nDPI's own "Master.App"; returns the length. */
size_t label_ndpi(const struct detect_verdict *v, char out[static LABEL_MAX]);

enum label_kind { LABEL_PROTOCOL = 1, LABEL_APPLICATION = 2, LABEL_BOTH = 3 };

struct label_info {
    uint16_t id;          /* in the library at hand */
    const char *name;     /* as the library at hand spells it */
    enum label_kind kind;
    const char *category; /* nDPI's default category */
};

/* The i-th label of the library at hand; false when i is past the last. Valid after detector_new. */
bool label_at(size_t i, struct label_info *out);

const char *label_ndpi_version(void); /* of the library at run time: "4.2.0" */

#endif
