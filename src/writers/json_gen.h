/* SPDX-License-Identifier: BSD-2-Clause */
/* json_gen.h - JSON into a buffer, with yajl's generator.
 *
 * Whatever the texts hold, what comes out is valid JSON in valid UTF-8, and nothing in it acts on a terminal:
 * bytes that are not UTF-8 are U+FFFD, characters that utf8_unsafe names are \uNNNN. */
#ifndef WRITERS_JSON_GEN_H
#define WRITERS_JSON_GEN_H

#include <stdbool.h>

#include "dpitool/value.h"
#include "util/buf.h"

struct json {
    struct yajl_gen_t *gen;
    struct buf out; /* see json_out */
};

void json_init(struct json *j, bool pretty);
void json_free(struct json *j);

/* What was written so far and not taken out yet: the caller takes it from there. */
struct buf *json_out(struct json *j);

void json_map(struct json *j); /* opens an object */
void json_map_end(struct json *j);
void json_array(struct json *j);
void json_array_end(struct json *j);
void json_restart(struct json *j);  /* behind a whole value: ready for another one */
void json_end_line(struct json *j); /* behind a whole object: a line end, and ready for another object */

void json_string(struct json *j, const char *s); /* a key, or a value */
void json_text(struct json *j, struct dpi_text t);
void json_number(struct json *j, uint64_t v);
void json_bool(struct json *j, bool v);

bool json_is_number(const struct dpi_value *v); /* a scalar without quotes: not a time or an address */

/* Whether t is in JSON what it is, between quotes: ASCII, and nothing in it to escape. */
bool json_is_plain(struct dpi_text t);

/* A text, list or scalar under a key; where bytes are not UTF-8 also KEY_hex. Nothing for DPI_ABSENT. */
void json_member(struct json *j, const char *key, const struct dpi_value *v);
void json_member_u64(struct json *j, const char *key, uint64_t v);
void json_member_decimal(struct json *j, const char *key, double v, unsigned decimals); /* 0 unless finite */
void json_member_string(struct json *j, const char *key, const char *s);
void json_member_text(struct json *j, const char *key, struct dpi_text t); /* with KEY_hex as above */

#endif
