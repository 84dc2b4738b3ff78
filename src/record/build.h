/* SPDX-License-Identifier: BSD-2-Clause */
/* build.h - from a flow that ended to the record that writers see. */
#ifndef RECORD_BUILD_H
#define RECORD_BUILD_H

#include "dpitool/record.h"
#include "flow/flow.h"
#include "flow/tunnels.h"
#include "ndpi/labels.h"
#include "record/community_id.h"
#include "rules/rules.h"
#include "util/prefix.h"

struct record_builder;

/* labels is borrowed for the builder's life. conversations: as in struct key_options. */
struct record_builder *record_builder_new(const struct labels *labels, uint16_t community_id_seed,
                                          bool conversations);

/* Tells the direction of flows by the addresses given, borrowed for the builder's life; n 0: not at all. */
void record_builder_home(struct record_builder *b, const struct prefix *nets, size_t n);

/* rules name applications, and hits, when it is not NULL, counts for each rule how many; both are borrowed for the
 * builder's life. */
void record_builder_rules(struct record_builder *b, const struct rules *rules, uint64_t *hits);

void record_builder_free(struct record_builder *b); /* NULL is fine */

/* What a record is made of. */
struct record_parts {
    const struct flow *flow;
    const struct tunnel_path *path; /* that it is in, or NULL */
    struct dpi_text names[2];       /* what the capture calls its ends, by side; absent: nothing */
};

/* The record and all in it belong to the builder and to the parts, and live until the next call. */
const struct dpi_record *record_build(struct record_builder *b, const struct record_parts *parts);

/* The Community ID that its record has, or 0 when it has none. Returns the length. */
size_t record_community_id(char out[static COMMUNITY_ID_MAX], const struct flow *f, uint16_t seed, bool conversations);

#endif
