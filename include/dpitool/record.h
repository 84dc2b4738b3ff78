/* SPDX-License-Identifier: BSD-2-Clause */
/* record.h - one flow, as a writer sees it.
 *
 * A record and every pointer in it are BORROWED: valid until the writer's call returns. A writer that
 * needs one later keeps a copy (dpi_record_dup). "src" is the client and direction 0. */
#ifndef DPITOOL_RECORD_H
#define DPITOOL_RECORD_H

#include "dpitool/field.h"
#include "dpitool/value.h"

struct dpi_direction {
    uint64_t packets, bytes, frame_bytes, payload; /* see fields.def */
    struct dpi_text tcp_flags;                     /* absent when not TCP or nothing was sent */
    const uint8_t *mac;                            /* 6 bytes, or NULL */
    uint8_t ttl;
};

/* What was extracted from the payload: at most one per field, in the order of fields.def. */
struct dpi_attr {
    enum dpi_field_id field;
    struct dpi_value value;
};

struct dpi_record {
    uint64_t flow_id, first_packet;
    int64_t first_ns, last_ns;
    struct dpi_text community_id, capture, interface;
    struct dpi_text transport;
    struct dpi_addr src, dst;
    struct dpi_text src_name, dst_name; /* absent when the capture has none */
    uint16_t src_port, dst_port, vlan; /* vlan: 0 when there is none */
    bool has_ports, is_icmp;
    uint8_t icmp_type, icmp_code;
    struct dpi_direction dir[2];
    struct dpi_text protocol, application, category, ndpi_label, confidence;
    struct dpi_text classified_by, application_by, end_reason;
    struct dpi_text rule; /* absent when none named the application */
    struct dpi_text tcp_state; /* absent unless is_tcp */
    bool is_tcp;
    uint64_t retransmits, out_of_order, gap_bytes, duplicates;
    struct dpi_text direction; /* absent when nobody said what is home */
    const struct dpi_text *flags, *tunnels, *tunnel_ids, *mpls;
    size_t n_flags, n_tunnels, n_tunnel_ids, n_mpls;
    const struct dpi_attr *attrs;
    size_t n_attrs;
};

/* A copy that owns everything in it, in one allocation; free with free(). */
struct dpi_record *dpi_record_dup(const struct dpi_record *r);

/* The attribute's value, or DPI_ABSENT. */
struct dpi_value dpi_record_attr(const struct dpi_record *r, enum dpi_field_id field);

/* The value of any field, for one who asks for many: NULL or DPI_ABSENT when there is none. room is for one that is
 * computed; *at is 0 at first and keeps the place among the attributes, so that fields in the order of fields.def cost
 * no search. */
static inline const struct dpi_value *dpi_record_next(const struct dpi_record *r, const struct dpi_field *f, size_t *at,
                                                      struct dpi_value *room)
{
    if (!f->extracted) {
        f->read(r, room);
        return room;
    }
    if (*at > 0 && r->attrs[*at - 1].field >= f->id)
        *at = 0;
    while (*at < r->n_attrs && r->attrs[*at].field < f->id)
        ++*at;
    return *at < r->n_attrs && r->attrs[*at].field == f->id ? &r->attrs[*at].value : NULL;
}

#endif
