/* SPDX-License-Identifier: BSD-2-Clause */
/* value_of.h - constructors of values, by the kinds of fields.def. The parameter type makes a wrong kind in
 * fields.def a compile error. DPI_KIND_OF_ gives the kind that a constructor makes. */
#ifndef RECORD_VALUE_OF_H
#define RECORD_VALUE_OF_H

#include "dpitool/value.h"

#define DPI_KIND_OF_u64      DPI_U64
#define DPI_KIND_OF_u64_if   DPI_U64
#define DPI_KIND_OF_time     DPI_TIME
#define DPI_KIND_OF_span     DPI_SPAN
#define DPI_KIND_OF_text     DPI_TEXT
#define DPI_KIND_OF_addr     DPI_ADDR
#define DPI_KIND_OF_mac      DPI_MAC
#define DPI_KIND_OF_list     DPI_LIST
#define DPI_KIND_OF_text_set DPI_TEXT
#define DPI_KIND_OF_addr_set DPI_ADDR

/* Whether a record always has a value of the kind. */
#define DPI_ALWAYS_u64      true
#define DPI_ALWAYS_u64_if   false
#define DPI_ALWAYS_time     true
#define DPI_ALWAYS_span     true
#define DPI_ALWAYS_text     false
#define DPI_ALWAYS_addr     false
#define DPI_ALWAYS_mac      false
#define DPI_ALWAYS_list     false
#define DPI_ALWAYS_text_set true
#define DPI_ALWAYS_addr_set true

/* From one time to a later one; as far as 64 bits go when they lie further apart. */
static inline int64_t dpi_ns_between(int64_t from, int64_t to)
{
    int64_t span;
    return __builtin_sub_overflow(to, from, &span) ? (to < from ? INT64_MIN : INT64_MAX) : span;
}

static inline struct dpi_value dpi_v_u64(uint64_t v)
{
    return (struct dpi_value){.kind = DPI_U64, .u64 = v};
}

static inline struct dpi_value dpi_v_u64_if(bool present, uint64_t v)
{
    return (struct dpi_value){.kind = present ? DPI_U64 : DPI_ABSENT, .u64 = v};
}

static inline struct dpi_value dpi_v_time(int64_t ns)
{
    return (struct dpi_value){.kind = DPI_TIME, .ns = ns};
}

static inline struct dpi_value dpi_v_span(int64_t ns)
{
    return (struct dpi_value){.kind = DPI_SPAN, .ns = ns};
}

static inline struct dpi_value dpi_v_text(struct dpi_text t)
{
    return (struct dpi_value){.kind = t.p ? DPI_TEXT : DPI_ABSENT, .text = t};
}

static inline struct dpi_value dpi_v_addr(struct dpi_addr a)
{
    return (struct dpi_value){.kind = a.family ? DPI_ADDR : DPI_ABSENT, .addr = a};
}

static inline struct dpi_value dpi_v_text_set(struct dpi_text t)
{
    return dpi_v_text(t);
}

static inline struct dpi_value dpi_v_addr_set(struct dpi_addr a)
{
    return dpi_v_addr(a);
}

static inline struct dpi_value dpi_v_mac(const uint8_t *mac)
{
    return (struct dpi_value){.kind = mac ? DPI_MAC : DPI_ABSENT, .mac = mac};
}

static inline struct dpi_value dpi_v_list(const struct dpi_text *v, size_t n)
{
    return (struct dpi_value){.kind = n ? DPI_LIST : DPI_ABSENT, .list = {v, n}};
}

#endif
