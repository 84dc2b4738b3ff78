/* SPDX-License-Identifier: BSD-2-Clause */
/* hint_file.c - hints as lines of text. A file that is not as it should be is refused: half of the hints would name
 * flows otherwise than all of them, and nobody would know. */
#include "names/hint_file.h"

#include "io/source.h"
#include "names/dns.h"
#include "util/prefix.h"
#include "util/when.h"

#include <inttypes.h>
#include <stdlib.h>

static const char title[] = "dpitool dns-hints 1";

enum { LINE_MAX_BYTES = 4096, ESCAPED = 4 }; /* \xNN */

/* --- writing ------------------------------------------------------------------------------------------ */

static void write_name(FILE *out, struct dpi_text name)
{
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c > ' ' && c < 0x7f && c != '\\')
            putc(c, out);
        else
            fprintf(out, "\\x%02x", c);
    }
}

void hint_file_save(const struct hints *h, FILE *out)
{
    char learned[DPI_TIME_MAX], expires[DPI_TIME_MAX], client[DPI_ADDR_MAX], addr[DPI_ADDR_MAX];
    struct hint hint;
    fprintf(out, "%s\n", title);
    for (const struct hint_entry *e = hints_next(h, NULL, &hint); e; e = hints_next(h, e, &hint)) {
        dpi_time_text(learned, hint.learned);
        dpi_time_text(expires, hint.expires);
        dpi_addr_text(client, &hint.client);
        dpi_addr_text(addr, &hint.addr);
        fprintf(out, "%s %s %s %s ", learned, expires, client, addr);
        write_name(out, hint.name);
        putc('\n', out);
    }
}

/* --- reading ------------------------------------------------------------------------------------------ */

/* The next word of a line, which gets a NUL behind it; "" when there is none. */
static char *next_word(char **line)
{
    char *word = *line;
    *line += strcspn(word, " ");
    if (**line)
        *(*line)++ = '\0';
    return word;
}

static bool read_addr(const char *word, struct dpi_addr *addr)
{
    struct prefix p;
    if (!prefix_parse(&p, word) || strchr(word, '/'))
        return false;
    *addr = p.addr;
    return true;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Puts the bytes of a name in the place of its text. */
static bool read_name(char *word, struct dpi_text *name)
{
    size_t n = 0;
    for (const char *p = word; *p; p++) {
        if (*p != '\\') {
            word[n++] = *p;
            continue;
        }
        if (p[1] != 'x' || hex_digit(p[2]) < 0 || hex_digit(p[3]) < 0)
            return false;
        word[n++] = (char)(hex_digit(p[2]) << 4 | hex_digit(p[3]));
        p += ESCAPED - 1;
    }
    *name = (struct dpi_text){word, n};
    return n > 0 && n <= DNS_NAME_MAX;
}

/* NULL, or what is wrong with the line. */
static const char *read_hint(char *line, struct hint *hint)
{
    *hint = (struct hint){0};
    if (!when_parse(next_word(&line), &hint->learned) || !when_parse(next_word(&line), &hint->expires))
        return "does not begin with two times";
    if (!read_addr(next_word(&line), &hint->client) || !read_addr(next_word(&line), &hint->addr))
        return "has no two addresses behind the times";
    if (!read_name(line, &hint->name))
        return "has no name behind the addresses";
    return NULL;
}

/* The next line without its end; DPI_END behind the last. */
static enum dpi_status next_line(struct source *s, char line[static LINE_MAX_BYTES + 1], uint64_t number,
                                 struct dpi_err *err)
{
    const uint8_t *bytes;
    size_t got;
    DPI_TRY(source_view(s, LINE_MAX_BYTES, &bytes, &got, err));
    if (got == 0)
        return DPI_END;
    const uint8_t *end = memchr(bytes, '\n', got);
    if (!end || memchr(bytes, '\0', (size_t)(end - bytes)))
        return dpi_fail(err, DPI_INPUT, "%s: line %" PRIu64 ": is no line of text", source_label(s), number);
    size_t n = (size_t)(end - bytes);
    memcpy(line, bytes, n);
    line[n] = '\0';
    source_skip(s, n + 1);
    return DPI_OK;
}

static enum dpi_status read_hints(struct hints *h, struct source *s, struct dpi_err *err)
{
    char line[LINE_MAX_BYTES + 1];
    struct hint hint;
    enum dpi_status st;
    uint64_t number = 1;
    st = next_line(s, line, number, err); /* an empty file has no hints: as mktemp(1) makes one */
    if (st == DPI_OK && strcmp(line, title) != 0)
        return dpi_fail(err, DPI_INPUT, "%s: is no file of DNS hints: its first line is not '%s'", source_label(s),
                        title);
    while (st == DPI_OK && (st = next_line(s, line, ++number, err)) == DPI_OK) {
        const char *wrong = read_hint(line, &hint);
        if (wrong)
            return dpi_fail(err, DPI_INPUT, "%s: line %" PRIu64 ": %s", source_label(s), number, wrong);
        hints_add(h, &hint);
    }
    return st == DPI_END ? DPI_OK : st;
}

enum dpi_status hint_file_load(struct hints *h, const char *path, struct dpi_err *err)
{
    struct source *s;
    DPI_TRY(source_open(&s, path, err));
    enum dpi_status st = read_hints(h, s, err);
    source_close(s);
    return st;
}
