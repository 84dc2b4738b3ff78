/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - one object a line (ndjson): a key a field, in the order of the columns; absent values have none. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include "util/xalloc.h"
#include "writers/json_gen.h"
#include "writers/output.h"

struct json_state {
    FILE *out;
    struct dpi_columns columns;
    struct json json;
};

static enum dpi_status json_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    struct json_state *s = xcalloc(1, sizeof(*s));
    (void)err;
    s->out = cfg->out;
    s->columns = cfg->columns;
    json_init(&s->json, false);
    *state = s;
    return DPI_OK;
}

static enum dpi_status json_record(void *state, const struct dpi_record *r, struct dpi_err *err)
{
    struct json_state *s = state;
    size_t attr = 0;
    json_map(&s->json);
    for (size_t i = 0; i < s->columns.n; i++) {
        struct dpi_value room;
        const struct dpi_value *v = dpi_record_next(r, s->columns.v[i], &attr, &room);
        if (v)
            json_member(&s->json, s->columns.v[i]->name, v);
    }
    json_map_end(&s->json);
    json_end_line(&s->json);
    return output_buf(s->out, json_out(&s->json), err);
}

static enum dpi_status json_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    const struct json_state *s = state;
    (void)run;
    return output_flush(s->out, err);
}

static void json_free_state(void *state)
{
    struct json_state *s = state;
    if (!s)
        return;
    json_free(&s->json);
    free(s);
}

const struct dpi_writer_ops dpi_json_writer = {
    .name = "json",
    .summary = "one JSON object a line and flow",
    .all_columns = true,
    .wants_records = true,
    .open = json_open,
    .record = json_record,
    .finish = json_finish,
    .free = json_free_state,
};
