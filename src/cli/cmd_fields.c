/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_fields.c - dpitool fields: what every column means. */
#include "cli/cmd.h"

#include "dpitool/writer.h"
#include "writers/listing.h"

#include <stddef.h>

struct options {
    bool json, json_schema;
};

static const struct opt fields_opts[] = {
    {.name = "json", .type = OPT_FLAG, .offset = offsetof(struct options, json), .help = "as JSON"},
    {.name = "json-schema", .type = OPT_FLAG, .offset = offsetof(struct options, json_schema),
     .help = "the JSON Schema of what classify -o json writes"},
    {0},
};

static const char *cell(const void *unused, size_t row, size_t column)
{
    (void)unused;
    const struct dpi_field *f = &dpi_fields[row];
    const char *const cells[] = {f->name, dpi_kind_names[f->kind], f->unit, f->doc};
    return cells[column];
}

static int print(FILE *out, const void *options)
{
    static const char *const heads[] = {"name", "type", "unit", "meaning"};
    const struct options *o = options;
    const struct listing l = {.heads = heads, .n_columns = 4, .n_rows = DPI_FIELD_COUNT, .cell = cell};
    struct dpi_err err;
    if (o->json_schema)
        return dpi_status_exit(dpi_schema_write(out, &err));
    (o->json ? listing_json : listing_text)(out, &l);
    return 0;
}

static int fields_run(const void *options, const struct opt_words *words)
{
    (void)words;
    return cmd_print(print, options);
}

const struct cmd cmd_fields = {
    .name = "fields",
    .args = "",
    .summary = "tell what every field of a flow record means",
    .about = "Lists the columns of table and csv and the keys of json, with type, unit and meaning.",
    .opts = fields_opts,
    .options_size = sizeof(struct options),
    .run = fields_run,
};
