/* SPDX-License-Identifier: BSD-2-Clause */
/* summary.c - a run on one screen: what was read, where every packet went, who talked what with whom. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include "util/xalloc.h"
#include "writers/output.h"
#include "writers/paint.h"

enum {
    INDENT = 2,
    NAME_LEAST = 28,
    FLOWS_WIDTH = 10,
    PACKETS_WIDTH = 14,
    BYTES_WIDTH = 18,
    SHARE_WIDTH = 8,
    NUMBERS_WIDTH = FLOWS_WIDTH + PACKETS_WIDTH + BYTES_WIDTH + SHARE_WIDTH,
};

/* A ranking of the summary, and how much of it is shown. */
static const struct section {
    const char *title;
    size_t offset, rows;
} sections[] = {
    {"Protocols", offsetof(struct dpi_run, protocols), 10},
    {"Applications", offsetof(struct dpi_run, applications), 10},
    {"Categories", offsetof(struct dpi_run, categories), 5},
    {"Addresses", offsetof(struct dpi_run, addresses), 10},
    {"Host names", offsetof(struct dpi_run, hostnames), 10},
};

enum { N_SECTIONS = sizeof(sections) / sizeof(sections[0]) };

struct summary {
    struct dpi_writer_config cfg;
    struct paint paint;
    unsigned name_width; /* of the first column of all sections */
};

static const struct dpi_tally *tally_of(const struct dpi_run *run, const struct section *s)
{
    return (const struct dpi_tally *)((const char *)run + s->offset);
}

/* --- pieces of lines ---------------------------------------------------------------------------------- */

static void newline(struct summary *s)
{
    buf_char(&s->paint.line, '\n');
}

static void heading(struct summary *s, const char *title)
{
    if (s->paint.line.n || s->cfg.gap)
        newline(s);
    paint_str(&s->paint, PAINT_HEAD, title);
}

static void name(struct summary *s, enum paint_style style, struct dpi_text t)
{
    paint_spaces(&s->paint, INDENT);
    paint_left(&s->paint, style, t, s->name_width);
}

static void number(struct summary *s, uint64_t v, unsigned width)
{
    char text[PAINT_NUMBER_MAX];
    paint_right(&s->paint, PAINT_PLAIN, paint_number(text, v), width);
}

/* "12.3 %" in whole numbers, so that it is the same everywhere; "<0.1 %" for what is there but hardly. */
static void share(struct summary *s, uint64_t part, uint64_t whole)
{
    struct buf b = {0};
    char text[DPI_U64_MAX];
    if (whole > 0) {
        unsigned __int128 rounded = ((unsigned __int128)part * 2000 + whole) / 2 / whole;
        uint64_t tenths = (uint64_t)rounded;
        if (tenths == 0 && part > 0) {
            buf_str(&b, "<0.1 %");
        } else {
            buf_add(&b, text, dpi_u64_text(text, tenths / 10));
            buf_char(&b, '.');
            buf_char(&b, (char)('0' + tenths % 10));
            buf_str(&b, " %");
        }
        paint_right(&s->paint, PAINT_PLAIN, (struct dpi_text){b.p, b.n}, SHARE_WIDTH);
    }
    buf_free(&b);
}

/* "1 packet", "2 packets" */
static void counted(struct summary *s, uint64_t v, const char *one, const char *many)
{
    char text[PAINT_NUMBER_MAX];
    paint_str(&s->paint, PAINT_PLAIN, paint_number(text, v).p);
    paint_str(&s->paint, PAINT_PLAIN, v == 1 ? one : many);
}

/* --- captures and time -------------------------------------------------------------------------------- */

static void damage(struct summary *s, const struct dpi_capture_info *c)
{
    struct buf b = {0};
    char text[PAINT_NUMBER_MAX];
    buf_str(&b, "damaged at byte ");
    buf_str(&b, paint_number(text, c->damage_offset).p);
    buf_str(&b, ": ");
    buf_str(&b, c->damage);
    paint_spaces(&s->paint, 2 * INDENT);
    paint_wrapped(&s->paint, PAINT_BAD, (struct dpi_text){b.p, b.n}, 2 * INDENT, s->cfg.width);
    buf_free(&b);
}

static void captures(struct summary *s, const struct dpi_run *run)
{
    heading(s, run->n_captures == 1 ? "Capture\n" : "Captures\n");
    for (size_t i = 0; i < run->n_captures; i++) {
        const struct dpi_capture_info *c = &run->captures[i];
        name(s, PAINT_PLAIN, c->name);
        paint_left(&s->paint, PAINT_PLAIN, dpi_text_of(c->format ? c->format : ""), FLOWS_WIDTH);
        number(s, c->packets, PACKETS_WIDTH);
        paint_str(&s->paint, PAINT_PLAIN, c->packets == 1 ? " packet\n" : " packets\n");
        if (c->damage)
            damage(s, c);
    }
}

/* The two largest units that say something: "2 d 3 h", "3 min 22 s", "1.234567 s". */
static void human_span(struct buf *b, int64_t ns)
{
    static const struct unit {
        uint64_t s;
        const char *name;
    } units[] = {{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}};
    uint64_t s = (uint64_t)ns / 1000000000;
    char text[DPI_SPAN_MAX];
    if (s < 60) {
        buf_add(b, text, dpi_span_text(text, ns) - strlen("000"));
        buf_str(b, " s");
        return;
    }
    size_t i = 0;
    while (units[i].s > s)
        i++;
    for (size_t last = i + 1; i <= last && s > 0; s %= units[i].s, i++) {
        if (s < units[i].s)
            continue;
        buf_str(b, b->n ? " " : "");
        buf_add(b, text, dpi_u64_text(text, s / units[i].s));
        buf_str(b, units[i].name);
    }
}

static void moment(struct summary *s, const char *which, int64_t ns)
{
    char text[DPI_TIME_MAX];
    dpi_time_text(text, ns);
    text[strcspn(text, "T")] = ' ';
    text[strcspn(text, "Z")] = '\0';
    name(s, PAINT_PLAIN, dpi_text_of(which));
    paint_str(&s->paint, PAINT_PLAIN, text);
    newline(s);
}

static void times(struct summary *s, const struct dpi_run *run)
{
    struct buf b = {0};
    int64_t span;
    if (!run->has_time)
        return;
    heading(s, "Time (UTC)\n");
    moment(s, "first packet", run->first_ns);
    moment(s, "last packet", run->last_ns);
    if (!__builtin_sub_overflow(run->last_ns, run->first_ns, &span) && span >= 0) {
        human_span(&b, span);
        buf_char(&b, '\0');
        name(s, PAINT_PLAIN, dpi_text_of("duration"));
        paint_str(&s->paint, PAINT_PLAIN, b.p);
        newline(s);
    }
    buf_free(&b);
}

/* --- packets and flows -------------------------------------------------------------------------------- */

static void packets(struct summary *s, const struct dpi_run *run)
{
    heading(s, "Packets\n");
    for (int i = 0; i < DPI_BUCKET_COUNT; i++) {
        if (run->buckets[i] == 0 && i != DPI_BUCKET_flow)
            continue;
        name(s, PAINT_PLAIN, dpi_text_of(dpi_buckets[i].text));
        number(s, run->buckets[i], FLOWS_WIDTH + PACKETS_WIDTH);
        share(s, run->buckets[i], run->packets_read);
        newline(s);
    }
    name(s, PAINT_HEAD, dpi_text_of("read"));
    number(s, run->packets_read, FLOWS_WIDTH + PACKETS_WIDTH);
    paint_spaces(&s->paint, SHARE_WIDTH + INDENT);
    counted(s, run->bytes_read, " byte on the wire\n", " bytes on the wire\n");
}

static void flow_line(struct summary *s, const char *what, uint64_t v, uint64_t whole)
{
    if (v == 0)
        return;
    name(s, PAINT_PLAIN, dpi_text_of(what));
    number(s, v, FLOWS_WIDTH + PACKETS_WIDTH);
    share(s, v, whole);
    newline(s);
}

static void flows(struct summary *s, const struct dpi_run *run)
{
    heading(s, "Flows\n");
    name(s, PAINT_PLAIN, dpi_text_of("in all"));
    number(s, run->flows, FLOWS_WIDTH + PACKETS_WIDTH);
    newline(s);
    flow_line(s, "unknown", run->flows_unknown, run->flows);
    flow_line(s, "guessed by port or address", run->flows_guessed, run->flows);
    flow_line(s, "ended early for want of memory", run->flows_evicted, run->flows);
}

/* --- rankings ----------------------------------------------------------------------------------------- */

static void ranking_heading(struct summary *s, const char *title)
{
    static const struct {
        const char *title;
        unsigned width;
    } columns[] = {{"flows", FLOWS_WIDTH}, {"packets", PACKETS_WIDTH}, {"bytes", BYTES_WIDTH}, {"share", SHARE_WIDTH}};
    heading(s, title);
    unsigned used = (unsigned)strlen(title);
    paint_spaces(&s->paint, s->name_width + INDENT - used);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        paint_right(&s->paint, PAINT_DIM, dpi_text_of(columns[i].title), columns[i].width);
    newline(s);
}

static void ranking_row(struct summary *s, const struct dpi_tally_row *row, uint64_t all_bytes)
{
    char text[PAINT_NUMBER_MAX];
    struct buf bytes = {0};
    bool unknown = dpi_text_eq(row->name, dpi_text_of("Unknown"));
    name(s, unknown ? PAINT_DIM : PAINT_PLAIN, row->name);
    number(s, row->flows, FLOWS_WIDTH);
    number(s, row->packets, PACKETS_WIDTH);
    buf_str(&bytes, row->error ? "~" : "");
    buf_str(&bytes, paint_number(text, row->bytes).p);
    paint_right(&s->paint, PAINT_PLAIN, (struct dpi_text){bytes.p, bytes.n}, BYTES_WIDTH);
    share(s, row->bytes, all_bytes);
    newline(s);
    buf_free(&bytes);
}

static void ranking(struct summary *s, const struct section *section, const struct dpi_tally *t, uint64_t all_bytes)
{
    if (t->n == 0)
        return;
    ranking_heading(s, section->title);
    size_t n = t->n < section->rows ? t->n : section->rows;
    for (size_t i = 0; i < n; i++)
        ranking_row(s, &t->rows[i], all_bytes);
    if (t->n > n) {
        paint_spaces(&s->paint, INDENT);
        paint_str(&s->paint, PAINT_DIM, t->complete ? "" : "more than ");
        counted(s, t->n - n, " more\n", " more\n");
    }
    if (!t->complete)
        paint_str(&s->paint, PAINT_DIM, "  too many names to count all: ~ may be too high\n");
}

/* Every flow has one protocol, so the protocols have all bytes of flows between them. */
static uint64_t bytes_of_flows(const struct dpi_run *run)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < run->protocols.n; i++)
        sum += run->protocols.rows[i].bytes;
    return sum;
}

/* --- warnings ----------------------------------------------------------------------------------------- */

static void warning(struct summary *s, struct dpi_text t)
{
    paint_str(&s->paint, PAINT_WARN, "  ! ");
    paint_wrapped(&s->paint, PAINT_PLAIN, t, 2 * INDENT, s->cfg.width);
}

static void warnings(struct summary *s, const struct dpi_run *run)
{
    if (run->n_warnings == 0 && !run->interrupted)
        return;
    heading(s, "Warnings\n");
    if (run->interrupted)
        warning(s, dpi_text_of("interrupted: this is what was read until then"));
    for (size_t i = 0; i < run->n_warnings; i++)
        warning(s, run->warnings[i]);
}

/* --- the writer --------------------------------------------------------------------------------------- */

/* As wide as the longest name that is shown, as far as the screen has room for it beside the numbers. */
static unsigned name_width(const struct summary *s, const struct dpi_run *run)
{
    unsigned widest = NAME_LEAST, screen = s->cfg.width;
    for (size_t i = 0; i < run->n_captures; i++) {
        unsigned w = paint_width(run->captures[i].name);
        widest = w > widest ? w : widest;
    }
    for (size_t i = 0; i < N_SECTIONS; i++) {
        const struct dpi_tally *t = tally_of(run, &sections[i]);
        for (size_t j = 0; j < t->n && j < sections[i].rows; j++) {
            unsigned w = paint_width(t->rows[j].name);
            widest = w > widest ? w : widest;
        }
    }
    unsigned room = screen > NUMBERS_WIDTH + INDENT + NAME_LEAST ? screen - NUMBERS_WIDTH - INDENT : NAME_LEAST;
    return screen && widest > room ? room : widest;
}

static enum dpi_status summary_open(void **state, const struct dpi_writer_config *cfg, struct dpi_err *err)
{
    struct summary *s = xcalloc(1, sizeof(*s));
    (void)err;
    s->cfg = *cfg;
    s->paint.colour = cfg->colour;
    *state = s;
    return DPI_OK;
}

static enum dpi_status summary_finish(void *state, const struct dpi_run *run, struct dpi_err *err)
{
    struct summary *s = state;
    uint64_t bytes = bytes_of_flows(run);
    s->name_width = name_width(s, run);
    captures(s, run);
    times(s, run);
    packets(s, run);
    flows(s, run);
    for (size_t i = 0; i < N_SECTIONS; i++)
        ranking(s, &sections[i], tally_of(run, &sections[i]), bytes);
    warnings(s, run);
    DPI_TRY(output_buf(s->cfg.out, &s->paint.line, err));
    return output_flush(s->cfg.out, err);
}

static void summary_free(void *state)
{
    struct summary *s = state;
    if (!s)
        return;
    buf_free(&s->paint.line);
    free(s);
}

const struct dpi_writer_ops dpi_summary_writer = {
    .name = "summary",
    .summary = "what was read, protocols, applications, hosts and warnings on one screen",
    .open = summary_open,
    .finish = summary_finish,
    .free = summary_free,
};
