/* SPDX-License-Identifier: BSD-2-Clause */
/* json_schema.c - the JSON Schema of a flow record, from the table of fields that the json writer follows. */
#include "dpitool/writer.h"

#include "writers/json_gen.h"
#include "writers/output.h"

static const char byte_pairs[] = "^([0-9a-f]{2})*$";

/* What a value of each kind is in JSON. */
static const struct shape {
    const char *type, *format, *pattern;
    bool text; /* bytes of the capture: has a _hex twin */
} shapes[] = {
    [DPI_U64] = {.type = "integer"},
    [DPI_TIME] = {.type = "string", .format = "date-time",
                  .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z$"},
    [DPI_SPAN] = {.type = "number"},
    [DPI_TEXT] = {.type = "string", .text = true},
    [DPI_ADDR] = {.type = "string", .pattern = "^[0-9a-f:.]+$"},
    [DPI_MAC] = {.type = "string", .pattern = "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"},
    [DPI_LIST] = {.type = "string", .text = true},
};

static void describe(struct json *j, const struct dpi_field *f)
{
    struct buf b = {0};
    buf_str(&b, f->doc);
    if (f->unit[0]) {
        buf_str(&b, " (");
        buf_str(&b, f->unit);
        buf_str(&b, ")");
    }
    json_string(j, "description");
    json_text(j, (struct dpi_text){b.p, b.n});
    buf_free(&b);
}

static void put_shape(struct json *j, const struct shape *s, const char *pattern)
{
    json_member_string(j, "type", s->type);
    if (s->format)
        json_member_string(j, "format", s->format);
    if (pattern)
        json_member_string(j, "pattern", pattern);
}

static void put_type(struct json *j, const struct dpi_field *f, const char *pattern)
{
    const struct shape *s = &shapes[f->kind];
    if (f->kind != DPI_LIST) {
        put_shape(j, s, pattern);
        if (f->kind == DPI_U64)
            json_member_u64(j, "minimum", 0);
        return;
    }
    json_member_string(j, "type", "array");
    json_member_u64(j, "minItems", 1);
    json_string(j, "items");
    json_map(j);
    put_shape(j, s, pattern);
    json_map_end(j);
}

static void put_twin(struct json *j, const struct dpi_field *f)
{
    struct buf key = {0};
    buf_str(&key, f->name);
    buf_str(&key, "_hex");
    json_text(j, (struct dpi_text){key.p, key.n});
    buf_free(&key);
    json_map(j);
    json_member_string(j, "description", "The exact bytes, in hexadecimal, when they are not UTF-8");
    put_type(j, f, byte_pairs);
    json_map_end(j);
}

static void put_field(struct json *j, const struct dpi_field *f)
{
    json_string(j, f->name);
    json_map(j);
    describe(j, f);
    if (f == &dpi_fields[DPI_FIELD_type])
        json_member_string(j, "const", "flow");
    put_type(j, f, shapes[f->kind].pattern);
    json_map_end(j);
    if (shapes[f->kind].text)
        put_twin(j, f);
}

enum dpi_status dpi_schema_write(FILE *out, struct dpi_err *err)
{
    struct json j;
    json_init(&j, true);
    json_map(&j);
    json_member_string(&j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_member_string(&j, "title", "dpitool flow record: one line of -o json without --fields");
    json_member_string(&j, "type", "object");
    json_string(&j, "properties");
    json_map(&j);
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        put_field(&j, &dpi_fields[i]);
    json_map_end(&j);
    json_string(&j, "required");
    json_array(&j);
    for (size_t i = 0; i < DPI_FIELD_COUNT; i++)
        if (dpi_fields[i].always)
            json_string(&j, dpi_fields[i].name);
    json_array_end(&j);
    json_string(&j, "additionalProperties");
    json_bool(&j, false);
    json_map_end(&j);

    enum dpi_status st = output_buf(out, json_out(&j), err);
    if (st == DPI_OK)
        st = output_flush(out, err);
    json_free(&j);
    return st;
}
