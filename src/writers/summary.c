/* SPDX-License-Identifier: BSD-2-Clause */
/* summary.c - a run on one screen: what was read, where every packet went, who talked what with whom. */
#include "dpitool/writer.h"

#include <stdlib.h>

#include "util/xalloc.h"
#include "writers/layout.h"
#include "writers/output.h"
#include "writers/paint.h"

enum {
    INDENT = 2,
    GAP = 2,
    NAME_LEAST = 30,     /* the longest of our own names */
    NAME_NARROW = 18,    /* where columns are left out for want of room */
    CAPTURES_SHOWN = 10, /* and all that are damaged */
};

/* The columns of all sections; as wide as what they hold. */
enum column { NAME, FLOWS, PACKETS, BYTES, SHARE, N_COLUMNS };

static const char *const column_titles[N_COLUMNS] = {
    [FLOWS] = "flows", [PACKETS] = "packets", [BYTES] = "bytes", [SHARE] = "share",
};

/* A ranking of the summary, and how much of it is shown. */
static const struct section {
    const char *title;
    size_t offset, rows;
    bool addresses;
} sections[] = {
    {"Protocols", offsetof(struct dpi_run, protocols), 10, false},
    {"Applications", offsetof(struct dpi_run, applications), 10, false},
    {"Categories", offsetof(struct dpi_run, categories), 5, false},
    {"Addresses", offsetof(struct dpi_run, addresses), 10, true},
    {"Host names", offsetof(struct dpi_run, hostnames), 10, false},
};

enum { N_SECTIONS = sizeof(sections) / sizeof(sections[0]) };

struct summary {
    struct dpi_writer_config cfg;
    struct paint paint;
    unsigned width[N_COLUMNS]; /* but for the name with the gap before; 0: left out */
    bool narrow;               /* not all columns fit the screen */
    bool inexact;              /* a number with a mark was shown */
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
    paint_left(&s->paint, style, t, s->width[NAME]);
}

static void cell(struct summary *s, enum paint_style style, enum column column, struct dpi_text t)
{
    if (s->width[column])
        paint_right(&s->paint, style, t, s->width[column]);
}

/* A number in a section without columns ends where the packets of a ranking do, or the bytes where there is no
 * room for more. */
static void number(struct summary *s, uint64_t v)
{
    char text[PAINT_NUMBER_MAX];
    paint_right(&s->paint, PAINT_PLAIN, paint_number(text, v),
                s->narrow ? s->width[BYTES] : s->width[FLOWS] + s->width[PACKETS]);
}

/* "12.3 %" in whole numbers, so that it is the same everywhere; "<0.1 %" for what is there but hardly, ">99.9 %"
 * for what is hardly not all. */
static void share(struct summary *s, uint64_t part, uint64_t whole)
{
    struct buf b = {0};
    char text[DPI_U64_MAX];
    if (whole > 0) {
        unsigned __int128 rounded = ((unsigned __int128)part * 2000 + whole) / 2 / whole;
        uint64_t tenths = (uint64_t)rounded;
        if (tenths == 0 && part > 0) {
            buf_str(&b, "<0.1 %");
        } else if (tenths == 1000 && part < whole) {
            buf_str(&b, ">99.9 %");
        } else {
            size_t n = dpi_u64_text(text, tenths / 10);
            buf_add(&b, text, n);
            buf_char(&b, '.');
            buf_char(&b, (char)('0' + tenths % 10));
            buf_str(&b, " %");
        }
        cell(s, PAINT_PLAIN, SHARE, (struct dpi_text){b.p, b.n});
    }
    buf_free(&b);
}

/* How many of a list are not shown; at least so many when they could not all be counted. */
static void more(struct summary *s, size_t n, bool at_least)
{
    char text[PAINT_NUMBER_MAX];
    if (n == 0)
        return;
    paint_spaces(&s->paint, INDENT);
    paint_str(&s->paint, PAINT_DIM, at_least ? "and at least " : "and ");
    paint_str(&s->paint, PAINT_DIM, paint_number(text, n).p);
    paint_str(&s->paint, PAINT_DIM, " more");
    newline(s);
}

/* --- captures and time -------------------------------------------------------------------------------- */

static void damage(struct summary *s, const struct dpi_capture_info *c)
{
    struct buf b = {0};
    char text[PAINT_NUMBER_MAX];
    if (c->format) {
        buf_str(&b, "damaged at byte ");
        buf_str(&b, paint_number(text, c->damage_offset).p);
        buf_str(&b, ": ");
    }
    buf_str(&b, c->damage);
    if (c->n_gaps) {
        buf_str(&b, "; gaps: ");
        buf_str(&b, paint_number(text, c->n_gaps).p);
        buf_str(&b, ", bytes skipped: ");
        buf_str(&b, paint_number(text, c->gap_bytes).p);
    }
    paint_spaces(&s->paint, 2 * INDENT);
    paint_wrapped(&s->paint, PAINT_BAD, (struct dpi_text){b.p, b.n}, 2 * INDENT, s->cfg.width);
    buf_free(&b);
}

/* A name that is too long has a line of its own: its end says which file it is. */
static void capture_name(struct summary *s, struct dpi_text t)
{
    if (!s->narrow && paint_width(t) <= s->width[NAME]) {
        name(s, PAINT_PLAIN, t);
        return;
    }
    paint_spaces(&s->paint, INDENT);
    paint_wrapped(&s->paint, PAINT_PLAIN, t, INDENT, s->cfg.width);
    paint_spaces(&s->paint, INDENT + (s->narrow ? 0 : s->width[NAME]));
}

static void capture(struct summary *s, const struct dpi_capture_info *c)
{
    capture_name(s, c->name);
    number(s, c->packets);
    paint_str(&s->paint, PAINT_PLAIN, c->packets == 1 ? " packet" : " packets");
    paint_str(&s->paint, PAINT_DIM, c->format ? ", " : "");
    paint_str(&s->paint, PAINT_DIM, c->format ? c->format : "");
    newline(s);
    if (c->about[DPI_ABOUT_COMMENT].p) {
        paint_spaces(&s->paint, 2 * INDENT);
        paint_wrapped(&s->paint, PAINT_DIM, c->about[DPI_ABOUT_COMMENT], 2 * INDENT, s->cfg.width);
    }
    if (c->damage)
        damage(s, c);
}

static void captures(struct summary *s, const struct dpi_run *run)
{
    size_t left_out = 0;
    heading(s, run->n_captures == 1 ? "Capture" : "Captures");
    newline(s);
    for (size_t i = 0; i < run->n_captures; i++) {
        if (i < CAPTURES_SHOWN || run->captures[i].damage)
            capture(s, &run->captures[i]);
        else
            left_out++;
    }
    more(s, left_out, false);
}

static void count(struct summary *s, const char *title, uint64_t n)
{
    name(s, PAINT_PLAIN, dpi_text_of(title));
    number(s, n);
    newline(s);
}

static void rules(struct summary *s, const struct dpi_rules_info *r)
{
    if (!r->n_files)
        return;
    heading(s, "Rules");
    newline(s);
    count(s, "files", r->n_files);
    count(s, "applications", r->applications);
    count(s, "hosts", r->hosts);
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

static void time_line(struct summary *s, const char *what, const char *text)
{
    if (s->narrow) {
        paint_spaces(&s->paint, INDENT);
        paint_str(&s->paint, PAINT_PLAIN, what);
        newline(s);
        paint_spaces(&s->paint, 2 * INDENT);
    } else {
        name(s, PAINT_PLAIN, dpi_text_of(what));
    }
    paint_str(&s->paint, PAINT_PLAIN, text);
    newline(s);
}

static void moment(struct summary *s, const char *which, int64_t ns)
{
    char text[DPI_TIME_MAX];
    dpi_time_text(text, ns);
    text[strcspn(text, "T")] = ' ';
    text[strcspn(text, "Z")] = '\0';
    time_line(s, which, text);
}

static void times(struct summary *s, const struct dpi_run *run)
{
    struct buf b = {0};
    int64_t span;
    if (!run->has_time)
        return;
    heading(s, "Time (UTC)");
    newline(s);
    moment(s, "first packet", run->first_ns);
    moment(s, "last packet", run->last_ns);
    if (!__builtin_sub_overflow(run->last_ns, run->first_ns, &span) && span >= 0) {
        human_span(&b, span);
        buf_char(&b, '\0');
        time_line(s, "duration", b.p);
    }
    buf_free(&b);
}

/* --- packets and flows -------------------------------------------------------------------------------- */

static void packets(struct summary *s, const struct dpi_run *run)
{
    heading(s, "Packets");
    newline(s);
    for (int i = 0; i < DPI_BUCKET_COUNT; i++) {
        if (run->buckets[i] == 0 && i != DPI_BUCKET_flow)
            continue;
        name(s, PAINT_PLAIN, dpi_text_of(dpi_buckets[i].text));
        number(s, run->buckets[i]);
        share(s, run->buckets[i], run->packets_read);
        newline(s);
    }
    name(s, PAINT_HEAD, dpi_text_of("read"));
    number(s, run->packets_read);
    newline(s);
    name(s, PAINT_PLAIN, dpi_text_of("bytes on the wire"));
    number(s, run->bytes_read);
    newline(s);
}

static void flow_line(struct summary *s, const char *what, uint64_t v, uint64_t whole)
{
    if (v == 0)
        return;
    name(s, PAINT_PLAIN, dpi_text_of(what));
    number(s, v);
    share(s, v, whole);
    newline(s);
}

static void flows(struct summary *s, const struct dpi_run *run)
{
    heading(s, "Flows");
    newline(s);
    name(s, PAINT_PLAIN, dpi_text_of("in all"));
    number(s, run->flows);
    newline(s);
    flow_line(s, "unknown", run->flows_unknown, run->flows);
    flow_line(s, "guessed by port or address", run->flows_guessed, run->flows);
    flow_line(s, "evicted to keep the bounds", run->flows_evicted, run->flows);
}

/* --- rankings ----------------------------------------------------------------------------------------- */

static void ranking_heading(struct summary *s, const char *title)
{
    heading(s, title);
    paint_spaces(&s->paint, s->width[NAME] + INDENT - (unsigned)strlen(title));
    for (int i = FLOWS; i < N_COLUMNS; i++)
        cell(s, PAINT_DIM, (enum column)i, dpi_text_of(column_titles[i]));
    newline(s);
}

/* A count that may be too high has a mark. */
static struct dpi_text bytes_text(char out[static PAINT_NUMBER_MAX + 1], const struct dpi_tally_row *row)
{
    struct dpi_text t = paint_number(out + 1, row->bytes);
    out[0] = '~';
    return row->error ? (struct dpi_text){out, t.n + 1} : t;
}

static void ranking_row(struct summary *s, const struct section *section, const struct dpi_tally_row *row,
                        uint64_t all_bytes)
{
    char text[PAINT_NUMBER_MAX + 1], cut[PAINT_SHORT_MAX];
    bool unknown = dpi_text_eq(row->name, dpi_text_of("Unknown"));
    name(s, unknown ? PAINT_DIM : PAINT_PLAIN,
         section->addresses ? paint_shorten(cut, row->name, s->width[NAME]) : row->name);
    cell(s, PAINT_PLAIN, FLOWS, paint_number(text, row->flows));
    cell(s, PAINT_PLAIN, PACKETS, paint_number(text, row->packets));
    cell(s, PAINT_PLAIN, BYTES, bytes_text(text, row));
    share(s, row->bytes, all_bytes);
    s->inexact |= row->error > 0;
    newline(s);
}

static size_t rows_shown(const struct section *section, const struct dpi_tally *t)
{
    return t->n < section->rows ? t->n : section->rows;
}

static void ranking(struct summary *s, const struct section *section, const struct dpi_tally *t, uint64_t all_bytes)
{
    if (t->n == 0)
        return;
    ranking_heading(s, section->title);
    for (size_t i = 0; i < rows_shown(section, t); i++)
        ranking_row(s, section, &t->rows[i], all_bytes);
    more(s, t->n - rows_shown(section, t), !t->complete);
}

/* Every flow has one protocol, so the protocols have all bytes of flows between them. */
static uint64_t bytes_of_flows(const struct dpi_run *run)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < run->protocols.n; i++)
        sum += run->protocols.rows[i].bytes;
    return sum;
}

static void rankings(struct summary *s, const struct dpi_run *run)
{
    uint64_t bytes = bytes_of_flows(run);
    for (size_t i = 0; i < N_SECTIONS; i++)
        ranking(s, &sections[i], tally_of(run, &sections[i]), bytes);
    if (!s->inexact)
        return;
    paint_spaces(&s->paint, INDENT);
    paint_wrapped(&s->paint, PAINT_DIM, dpi_text_of("~ at most, too many names to count exactly"), 2 * INDENT,
                  s->cfg.width);
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
    heading(s, "Warnings");
    newline(s);
    if (run->interrupted)
        warning(s, dpi_text_of("interrupted: this is what was read until then"));
    for (size_t i = 0; i < run->n_warnings; i++)
        warning(s, run->warnings[i]);
}

/* --- the writer --------------------------------------------------------------------------------------- */

static void widen(unsigned *width, unsigned to)
{
    *width = to > *width ? to : *width;
}

static void widen_for_section(struct summary *s, const struct section *section, const struct dpi_tally *t)
{
    char text[PAINT_NUMBER_MAX + 1];
    for (size_t i = 0; i < rows_shown(section, t); i++) {
        const struct dpi_tally_row *row = &t->rows[i];
        widen(&s->width[NAME], paint_width(row->name));
        widen(&s->width[FLOWS], GAP + (unsigned)paint_number(text, row->flows).n);
        widen(&s->width[PACKETS], GAP + (unsigned)paint_number(text, row->packets).n);
        widen(&s->width[BYTES], GAP + (unsigned)bytes_text(text, row).n);
    }
}

static unsigned number_width(uint64_t v)
{
    char text[PAINT_NUMBER_MAX];
    return GAP + (unsigned)paint_number(text, v).n;
}

/* Names are cut more, and then columns are left out. */
static void set_narrow_widths(struct summary *s, const struct dpi_run *run)
{
    static const unsigned show[N_COLUMNS] = {[NAME] = 1, [FLOWS] = 3, [PACKETS] = 4, [BYTES] = 1, [SHARE] = 2};
    struct layout_column v[N_COLUMNS];
    s->narrow = true;
    widen(&s->width[BYTES], number_width(run->bytes_read));
    widen(&s->width[BYTES], number_width(run->packets_read));
    for (int i = 0; i < N_COLUMNS; i++) {
        unsigned width = s->width[i], least = i == NAME ? NAME_NARROW : width;
        v[i] = (struct layout_column){.natural = width, .usual = least, .least = least, .show = show[i]};
    }
    layout(v, N_COLUMNS, 0, s->cfg.width > INDENT ? s->cfg.width - INDENT : 1);
    for (int i = 0; i < N_COLUMNS; i++)
        s->width[i] = v[i].width;
}

/* Numbers are never cut; names have the rest of the screen. */
static void set_widths(struct summary *s, const struct dpi_run *run)
{
    unsigned numbers = 0, screen = s->cfg.width;
    s->width[NAME] = NAME_LEAST;
    for (int i = FLOWS; i < N_COLUMNS; i++)
        s->width[i] = GAP + (unsigned)strlen(column_titles[i]);
    widen(&s->width[SHARE], GAP + (unsigned)strlen("100.0 %"));
    for (size_t i = 0; i < run->n_captures; i++)
        widen(&s->width[NAME], paint_width(run->captures[i].name));
    for (size_t i = 0; i < N_SECTIONS; i++)
        widen_for_section(s, &sections[i], tally_of(run, &sections[i]));
    for (int i = FLOWS; i < N_COLUMNS; i++)
        numbers += s->width[i];
    if (screen && screen < INDENT + numbers + NAME_LEAST)
        set_narrow_widths(s, run);
    else if (screen && screen < INDENT + numbers + s->width[NAME])
        s->width[NAME] = screen - INDENT - numbers;
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
    set_widths(s, run);
    captures(s, run);
    rules(s, &run->rules);
    times(s, run);
    packets(s, run);
    flows(s, run);
    rankings(s, run);
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
