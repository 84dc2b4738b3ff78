/* SPDX-License-Identifier: BSD-2-Clause */
/* labels.h - names for nDPI's numbers, and what each of its labels is: a protocol, an application,
 * or both.
 *
 * nDPI keeps protocols (TLS) and what runs on them (Netflix) in one list. labels.def says for every
 * name of 4.2 and later which it is; nothing guesses it. A struct labels copies all names from the
 * library once, so it does not need the library afterwards. Every text it gives out lives as long
 * as it does. */
#ifndef NDPI_LABELS_H
#define NDPI_LABELS_H

#include "detect/detect.h"

struct ndpi_adapter;
struct labels;

struct labels *labels_new(const struct ndpi_adapter *a);
void labels_free(struct labels *l); /* NULL is fine */

/* As bytes, for another process: returns how many, 0 when there is no room for them. */
size_t labels_pack(const struct labels *l, char *out, size_t room);
/* Those bytes back; NULL when they are none. */
struct labels *labels_unpack(const char *bytes, size_t n);

/* The place in a label that gave a name. */
enum label_part {
    LABEL_NO_PART,
    LABEL_APP,     /* App of Master.App, or what stands alone */
    LABEL_MASTER,  /* Master of Master.App */
    LABEL_IMPLIED, /* none: what App runs on, by labels.def */
};

/* What classified_by says of an enum detect_by. */
extern const char *const label_by_words[];

struct label_names {
    const char *protocol;    /* never NULL; "Unknown" */
    const char *application; /* or NULL */
    const char *category;    /* never NULL */
    const char *confidence;  /* never NULL: nDPI's word */
    enum detect_by protocol_by, application_by; /* DETECT_BY_NONE when there is none */
    enum label_part protocol_part, application_part;
};

/* Splits a verdict into its names. */
void label_split(const struct labels *l, const struct detect_verdict *v, struct label_names *out);

/* Whether an application of nDPI's is a company, a cloud or a CDN, and not what is used of it. */
bool label_is_general(const char *application);

/* Whether the library at hand has the label, in any case. */
bool label_find(const struct labels *l, const char *name);

/* Whether nDPI says so of any flow of some ports, whatever is in it, and calls that DPI. */
bool label_is_by_port(const char *name);

/* The protocol that an application of nDPI's runs on when its label names none; "" when it is not known. */
const char *label_implied(const char *name);

#define LABEL_MAX 128
/* nDPI's own "Master.App"; returns the length. */
size_t label_ndpi(const struct labels *l, const struct detect_verdict *v,
                  char out[static LABEL_MAX]);

enum label_kind { LABEL_PROTOCOL = 1, LABEL_APPLICATION = 2, LABEL_BOTH = 3 };

struct label_info {
    uint16_t id;      /* in the library at hand */
    const char *name; /* as the library at hand spells it */
    enum label_kind kind;
    const char *category; /* nDPI's default category */
    bool listed;          /* labels.def has it; a name that it has not is taken for LABEL_BOTH */
};

/* The i-th label of the library at hand; false when i is past the last. */
bool label_at(const struct labels *l, size_t i, struct label_info *out);

/* Whether the library at hand gives fingerprints of TLS clients; from then on, and until then: fields.def. */
bool label_has_ja3(void);
bool label_has_ja4(void);

const char *label_version(const struct labels *l); /* of libndpi at run time: "4.2.0" */

#endif
