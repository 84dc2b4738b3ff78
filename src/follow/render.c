/* SPDX-License-Identifier: BSD-2-Clause */
/* render.c - one form is three functions: what stands at the top, a turn's bytes, and a gap. */
#include "follow/render.h"

#include <inttypes.h>
#include <string.h>

/* CHUNK: bytes that a form gets at once, unless the turn ends: whole lines of hex, and of base64. */
enum { CHUNK = 48 * 16 * 64, HEX_LINE = 16, BASE64_LINE = 48 };

struct rendering {
    FILE *out;
    const struct follow_result *r;
    uint64_t at[2];  /* bytes of each side so far */
    bool open_line;  /* ASCII: the line does not end yet */
    unsigned speaker; /* whose it is */
    bool began;      /* YAML: a turn was written */
};

struct form {
    void (*head)(struct rendering *g);
    /* Part of a turn: its first bytes when first is set. */
    void (*bytes)(struct rendering *g, unsigned side, const uint8_t *p, size_t n, bool first);
    void (*gap)(struct rendering *g, unsigned side, uint64_t n);
    void (*tail)(struct rendering *g);
};

static const char *role(const struct rendering *g, unsigned side)
{
    return side == g->r->client ? "client" : "server";
}

static void nothing(struct rendering *g)
{
    (void)g;
}

/* [address]:port, address:port or address. */
static void write_end(FILE *out, const struct follow_result *r, unsigned side)
{
    char addr[DPI_ADDR_MAX];
    dpi_addr_text(addr, &r->addr[side]);
    if (!r->has_ports)
        fputs(addr, out);
    else
        fprintf(out, r->addr[side].family == 6 ? "[%s]:%u" : "%s:%u", addr, r->port[side]);
}

static void write_ends(struct rendering *g)
{
    fprintf(g->out, "flow %" PRIu64 ": client ", g->r->flow.flow_id);
    write_end(g->out, g->r, g->r->client);
    fputs(", server ", g->out);
    write_end(g->out, g->r, !g->r->client);
    fputc('\n', g->out);
}

/* --- ascii: > before the client's lines, < before the server's, ! before what is said of them ---------- */

static void end_line(struct rendering *g)
{
    if (g->open_line)
        fputc('\n', g->out);
    g->open_line = false;
}

static void ascii_byte(struct rendering *g, unsigned side, uint8_t c, bool before_newline)
{
    if (!g->open_line)
        fputs(side == g->r->client ? "> " : "< ", g->out);
    g->open_line = c != '\n';
    if (c == '\r' && before_newline)
        return;
    fputc(c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f) ? c : '.', g->out);
}

static void ascii_bytes(struct rendering *g, unsigned side, const uint8_t *p, size_t n, bool first)
{
    (void)first;
    if (g->speaker != side)
        end_line(g);
    g->speaker = side;
    for (size_t i = 0; i < n; i++)
        ascii_byte(g, side, p[i], i + 1 < n && p[i + 1] == '\n');
}

static void text_gap(struct rendering *g, unsigned side, uint64_t n)
{
    end_line(g);
    fprintf(g->out, "! [%" PRIu64 " bytes missing] of the %s\n", n, role(g, side));
}

/* --- hex: offsets by side; the server's lines stand four columns further right -------------------------- */

static void hex_line(FILE *out, uint64_t at, const uint8_t *p, size_t n)
{
    fprintf(out, "%08" PRIx64 " ", at);
    for (size_t i = 0; i < HEX_LINE; i++)
        if (i < n)
            fprintf(out, "%s%02x", i == HEX_LINE / 2 ? "  " : " ", p[i]);
        else
            fputs(i == HEX_LINE / 2 ? "    " : "   ", out);
    fputs("  |", out);
    for (size_t i = 0; i < n; i++)
        fputc(p[i] >= 0x20 && p[i] < 0x7f ? p[i] : '.', out);
    fputs("|\n", out);
}

static void hex_bytes(struct rendering *g, unsigned side, const uint8_t *p, size_t n, bool first)
{
    (void)first;
    for (size_t i = 0; i < n; i += HEX_LINE) {
        fputs(side == g->r->client ? "" : "    ", g->out);
        hex_line(g->out, g->at[side] + i, p + i, n - i < HEX_LINE ? n - i : HEX_LINE);
    }
}

/* --- raw ------------------------------------------------------------------------------------------------ */

static void raw_bytes(struct rendering *g, unsigned side, const uint8_t *p, size_t n, bool first)
{
    (void)side, (void)first;
    fwrite(p, 1, n, g->out);
}

static void raw_gap(struct rendering *g, unsigned side, uint64_t n)
{
    (void)g, (void)side, (void)n;
}

/* --- yaml ----------------------------------------------------------------------------------------------- */

static void yaml_head(struct rendering *g)
{
    fprintf(g->out, "flow_id: %" PRIu64 "\nclient: \"", g->r->flow.flow_id);
    write_end(g->out, g->r, g->r->client);
    fputs("\"\nserver: \"", g->out);
    write_end(g->out, g->r, !g->r->client);
    fputs("\"\nturns:", g->out);
}

static void yaml_turn(struct rendering *g, unsigned side)
{
    fprintf(g->out, "%s  - from: %s\n", g->began ? "" : "\n", role(g, side));
    g->began = true;
}

static void base64_line(FILE *out, const uint8_t *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8 | (i + 2 < n ? p[i + 2] : 0);
        for (unsigned k = 0; k < 4; k++)
            fputc(i + k <= n ? digits[v >> (18 - 6 * k) & 63] : '=', out);
    }
}

static void yaml_bytes(struct rendering *g, unsigned side, const uint8_t *p, size_t n, bool first)
{
    if (first) {
        yaml_turn(g, side);
        fputs("    data: !!binary |\n", g->out);
    }
    for (size_t i = 0; i < n; i += BASE64_LINE) {
        fputs("      ", g->out);
        base64_line(g->out, p + i, n - i < BASE64_LINE ? n - i : BASE64_LINE);
        fputc('\n', g->out);
    }
}

static void yaml_gap(struct rendering *g, unsigned side, uint64_t n)
{
    yaml_turn(g, side);
    fprintf(g->out, "    missing: %" PRIu64 "\n", n);
}

static void yaml_tail(struct rendering *g)
{
    fputs(g->began ? "" : " []\n", g->out);
}

/* -------------------------------------------------------------------------------------------------------- */

static const struct form forms[] = {
    [RENDER_ASCII] = {write_ends, ascii_bytes, text_gap, end_line},
    [RENDER_HEX] = {write_ends, hex_bytes, text_gap, nothing},
    [RENDER_RAW] = {nothing, raw_bytes, raw_gap, nothing},
    [RENDER_YAML] = {yaml_head, yaml_bytes, yaml_gap, yaml_tail},
};

static enum dpi_status render_turn(struct rendering *g, const struct form *form, struct turns *turns,
                                   const struct turn *t, struct dpi_err *err)
{
    uint8_t bytes[CHUNK];
    uint64_t got = 0;
    for (uint64_t at = 0; !t->gap && at < t->n; at += got) {
        DPI_TRY(turns_read(turns, t, at, bytes, sizeof(bytes), &got, err));
        form->bytes(g, t->side, bytes, got, at == 0);
        g->at[t->side] += got;
    }
    if (t->gap) {
        form->gap(g, t->side, t->n);
        g->at[t->side] += t->n;
    }
    return DPI_OK;
}

enum dpi_status render(FILE *out, enum render_form form, const struct follow_result *r, struct turns *turns,
                       unsigned who, struct dpi_err *err)
{
    struct rendering g = {.out = out, .r = r};
    struct turn t;
    enum dpi_status st;
    forms[form].head(&g);
    while ((st = turns_next(turns, &t, err)) == DPI_OK)
        if (who & (t.side == r->client ? RENDER_CLIENT : RENDER_SERVER))
            DPI_TRY(render_turn(&g, &forms[form], turns, &t, err));
    forms[form].tail(&g);
    return st == DPI_END ? DPI_OK : st;
}
