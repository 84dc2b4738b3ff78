/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_expr.c - expressions of --where, compiled and asked of two records. */
#include "fuzz.h"

#include "expr/expr.h"
#include "util/xalloc.h"

#include <string.h>

static const struct dpi_text flags[] = {{"cut", 3}, {"one-way", 7}};
static const uint8_t mac[6] = {2, 0, 0x5e, 0x10, 0, 1};
static const struct dpi_attr attrs[] = {
    {DPI_FIELD_hostname, {.kind = DPI_TEXT, .text = {"www.Ex\xc3\xa4mple.\xff.org", 18}}},
    {DPI_FIELD_http_status, {.kind = DPI_U64, .u64 = 404}},
};
static const struct dpi_record full = {
    .flow_id = 7,
    .first_ns = INT64_C(1795252299500000000),
    .last_ns = INT64_MAX,
    .transport = {"TCP", 3},
    .src = {4, {10, 1, 2, 3}},
    .dst = {6, {0xfd, 0, 0, 1}},
    .src_port = 50000,
    .dst_port = 443,
    .has_ports = true,
    .protocol = {"TLS", 3},
    .flags = flags,
    .n_flags = sizeof(flags) / sizeof(*flags),
    .attrs = attrs,
    .n_attrs = sizeof(attrs) / sizeof(*attrs),
    .dir = {{.packets = 10, .bytes = 1 << 20, .mac = mac}, {.packets = 20, .bytes = UINT32_MAX}},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct dpi_record empty;
    char *text = xcalloc(1, n + 1);
    struct expr *e;
    struct dpi_err err;
    if (n)
        memcpy(text, data, n);
    if (expr_parse(&e, text, &err) == DPI_OK)
        CLAIM(expr_match(e, &full) + expr_match(e, &empty) <= 2);
    else
        CLAIM(!e && err.code == DPI_USAGE && err.msg[0]);
    expr_free(e);
    free(text);
    return 0;
}
