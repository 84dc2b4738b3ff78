/* SPDX-License-Identifier: BSD-2-Clause */
/* value_of.h - constructors of values, by the kinds of fields.def. The parameter type makes a wrong kind in
 * fields.def a compile error. DPI_KIND_OF_ gives the kind that a constructor makes. */
#ifndef RECORD_VALUE_OF_H
#define RECORD_VALUE_OF_H

#include "dpitool/value.h"

#define DPI_KIND_OF_u64    DPI_U64
#define DPI_KIND_OF_u64_if DPI_U64
#define DPI_KIND_OF_time   DPI_TIME
#define DPI_KIND_OF_span   DPI_SPAN
#define DPI_KIND_OF_text   DPI_TEXT
#define DPI_KIND_OF_addr   DPI_ADDR
#define DPI_KIND_OF_mac    DPI_MAC
#define DPI_KIND_OF_list   DPI_LIST

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

static inline struct dpi_value dpi_v_mac(const uint8_t *mac)
{
    return (struct dpi_value){.kind = mac ? DPI_MAC : DPI_ABSENT, .mac = mac};
}

static inline struct dpi_value dpi_v_list(const struct dpi_text *v, size_t n)
{
    return (struct dpi_value){.kind = n ? DPI_LIST : DPI_ABSENT, .list = {v, n}};
}

#endif
