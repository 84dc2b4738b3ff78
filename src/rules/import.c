/* SPDX-License-Identifier: BSD-2-Clause */
/* import.c - line by line. What a line gives is checked as if it stood in a rule file already, so that what comes out
 * can be loaded. */
#include "rules/import.h"

#include "rules/host.h"
#include "rules/import_targets.h"
#include "rules/values.h"
#include "util/prefix.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 65536, WORD_MAX_BYTES = 1024, PORT_TEXT_MAX = 16 };

struct rules_import {
    struct rules_import_options opt;
    struct import_targets targets;
    struct rules *scratch; /* where values are tried */
};

/* The line that is converted. */
struct line {
    struct rules_import *im;
    struct rules_problems *problems;
    struct rules_place at;
};

struct rules_import *rules_import_new(const struct rules_import_options *opt)
{
    struct rules_import *im = xcalloc(1, sizeof(*im));
    im->opt = *opt;
    im->scratch = model_new();
    model_add_application(im->scratch);
    model_add_rule(im->scratch, 0);
    return im;
}

void rules_import_free(struct rules_import *im)
{
    import_targets_free(&im->targets);
    rules_free(im->scratch);
    free(im);
}

bool rules_import_write(const struct rules_import *im, struct buf *out)
{
    return import_targets_write(&im->targets, out);
}

/* --- values ------------------------------------------------------------------------------------------- */

static struct import_target *target(struct line *l, const char *key, const char *name, const char *category)
{
    return import_target(&l->im->targets, key, name, category ? category : l->im->opt.category);
}

#define CANNOT(l, ...) rules_warning((l)->problems, &(l)->at, __VA_ARGS__)

/* Whether a rule file may have the text; else the line is told. */
static bool can_have(struct line *l, enum condition c, const char *text)
{
    char why[VALUE_WHY_MAX];
    if (value_readers[c](l->im->scratch, text, strlen(text), why))
        return true;
    CANNOT(l, "not converted: %s", why);
    return false;
}

static void add_item(struct buf *b, const char *text)
{
    buf_str(b, "      - \"");
    buf_str(b, text);
    buf_str(b, "\"\n");
}

static void add_host(struct line *l, struct import_target *t, const char *host)
{
    if (can_have(l, CONDITION_hosts, host))
        add_item(&t->hosts, host);
}

/* "192.0.2.1" or "2001:db8::/32", bits behind the prefix cleared: that is what other programs take it for. */
static bool address_as_rule(struct line *l, const char *text, char out[static DPI_ADDR_MAX + 4])
{
    struct prefix p;
    char addr[DPI_ADDR_MAX];
    if (!prefix_parse(&p, text)) {
        CANNOT(l, "not converted: '%.60s' is no address and no prefix", text);
        return false;
    }
    dpi_addr_text(addr, &p.addr);
    snprintf(out, DPI_ADDR_MAX + 4, "%s/%u", addr, p.bits);
    return true;
}

static void add_address(struct line *l, struct import_target *t, const char *text)
{
    char address[DPI_ADDR_MAX + 4];
    if (address_as_rule(l, text, address))
        add_item(&t->addresses, address);
}

/* One port of an address, of which the other program does not say the transport. */
static void add_address_port(struct line *l, struct import_target *t, const char *text, const char *port)
{
    char address[DPI_ADDR_MAX + 4], tcp[PORT_TEXT_MAX], udp[PORT_TEXT_MAX];
    snprintf(tcp, sizeof(tcp), "tcp/%.10s", port);
    snprintf(udp, sizeof(udp), "udp/%.10s", port);
    if (!can_have(l, CONDITION_ports, tcp) || !address_as_rule(l, text, address))
        return;
    buf_str(&t->match, "      - addresses: [\"");
    buf_str(&t->match, address);
    buf_str(&t->match, "\"]\n        ports: [");
    buf_str(&t->match, tcp);
    buf_str(&t->match, ", ");
    buf_str(&t->match, udp);
    buf_str(&t->match, "]\n");
}

/* --- nDPI's protocols, and Netify's applications of the old kind ------------------------------------------- */

/* ^name$ is that name; .name is what is below it; name alone is both. $ at the end says what nDPI means anyway. */
static void add_pattern(struct line *l, struct import_target *t, const char *pattern)
{
    char host[WORD_MAX_BYTES + 4];
    size_t n = strlen(pattern);
    bool begin = pattern[0] == '^', end = n && pattern[n - 1] == '$';
    int len = (int)(n - begin - end);
    if (begin && !end)
        snprintf(host, sizeof(host), "%.*s*", len, pattern + 1);
    else if (begin)
        snprintf(host, sizeof(host), "=%.*s", len, pattern + 1);
    else if (pattern[0] == '.')
        snprintf(host, sizeof(host), "*%.*s", len, pattern);
    else
        snprintf(host, sizeof(host), "%.*s", len, pattern);
    add_host(l, t, host);
}

/* "192.0.2.1/32:443" */
static void add_ip(struct line *l, struct import_target *t, char *text)
{
    char *colon = strchr(text, ':');
    if (!colon) {
        add_address(l, t, text);
        return;
    }
    *colon = '\0';
    add_address_port(l, t, text, colon + 1);
}

/* "[2001:db8::]/64:443"; the brackets may be missing when there is no port. */
static void add_ipv6(struct line *l, struct import_target *t, char *text)
{
    char address[WORD_MAX_BYTES], *close = strchr(text, ']');
    if (text[0] != '[' || !close) {
        add_address(l, t, text);
        return;
    }
    char *port = strchr(close, ':');
    if (port)
        *port++ = '\0';
    snprintf(address, sizeof(address), "%.*s%s", (int)(close - text - 1), text + 1, close + 1);
    if (port)
        add_address_port(l, t, address, port);
    else
        add_address(l, t, address);
}

static void add_port(struct line *l, struct import_target *t, const char *transport, const char *ports)
{
    char text[64];
    snprintf(text, sizeof(text), "%s/%.40s", transport, ports);
    if (can_have(l, CONDITION_ports, text))
        add_item(&t->ports, text);
}

/* One "kind:value" of a line; quotes around the value are gone. */
static void add_part(struct line *l, struct import_target *t, const char *kind, char *value)
{
    if (strcmp(kind, "tcp") == 0 || strcmp(kind, "udp") == 0)
        add_port(l, t, kind, value);
    else if (strcmp(kind, "host") == 0)
        add_pattern(l, t, value);
    else if (strcmp(kind, "ip") == 0)
        add_ip(l, t, value);
    else if (strcmp(kind, "ipv6") == 0)
        add_ipv6(l, t, value);
    else
        CANNOT(l, "not converted: rules of the kind '%.20s' have no counterpart", kind);
}

/* Cuts off and returns what stands before the next comma that is not in quotes, and moves *rest behind it. */
static char *next_part(char **rest)
{
    char *part = *rest;
    bool quoted = false;
    for (char *p = part; *p; p++) {
        quoted ^= *p == '"';
        if (*p != ',' || quoted)
            continue;
        *p = '\0';
        *rest = p + 1;
        return part;
    }
    *rest = NULL;
    return part;
}

static void unquote(char *value)
{
    size_t n = strlen(value);
    if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
        memmove(value, value + 1, n - 2);
        value[n - 2] = '\0';
    }
}

/* "199.netify.snapchat" is netify.snapchat, "Name=2048" is Name: numbers are the other program's. */
static const char *name_of(char *text)
{
    char *equals = strrchr(text, '=');
    size_t digits = strspn(text, "0123456789");
    if (equals)
        *equals = '\0';
    return digits && text[digits] == '.' ? text + digits + 1 : text;
}

/* kind:value,kind:value@Name */
static void convert_protocol(struct line *l, char *text, char *at)
{
    *at = '\0';
    const char *name = name_of(at + 1);
    if (!name[0]) {
        CANNOT(l, "not converted: no name behind the @");
        return;
    }
    struct import_target *t = target(l, name, name, NULL);
    for (char *rest = text; rest;) {
        char *part = next_part(&rest), *colon = strchr(part, ':');
        if (!colon) {
            CANNOT(l, "not converted: '%.60s' is nothing such as tcp:81 or host:\"example.com\"", part);
            continue;
        }
        *colon = '\0';
        unquote(colon + 1);
        if (strlen(colon + 1) < WORD_MAX_BYTES)
            add_part(l, t, part, colon + 1);
        else
            CANNOT(l, "not converted: a value of more than %d bytes", WORD_MAX_BYTES);
    }
}

/* --- Netify's applications ------------------------------------------------------------------------------ */

/* app:199:netify.snapchat, or app:199 netify.snapchat */
static void convert_app(struct line *l, char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (!digits || !text[digits] || !text[digits + 1]) {
        CANNOT(l, "not converted: expected app:NUMBER:NAME");
        return;
    }
    text[digits] = '\0';
    target(l, text, text + digits + 1, NULL);
}

/* dom:199:snapchat.com or net:199:192.0.2.0/24 */
static void convert_member(struct line *l, char *text, bool is_net)
{
    char *colon = strchr(text, ':'), name[64];
    if (!colon || !colon[1] || strspn(text, "0123456789") != (size_t)(colon - text)) {
        CANNOT(l, "not converted: expected %s", is_net ? "net:NUMBER:PREFIX" : "dom:NUMBER:DOMAIN");
        return;
    }
    *colon = '\0';
    snprintf(name, sizeof(name), "application-%.20s", text);
    struct import_target *t = target(l, text, name, NULL);
    if (is_net)
        add_address(l, t, colon + 1);
    else
        add_host(l, t, colon + 1);
}

/* --- lists -------------------------------------------------------------------------------------------- */

static struct import_target *own_target(struct line *l)
{
    return target(l, l->im->opt.id, l->im->opt.id, NULL);
}

static bool is_number(const char *word)
{
    return word[0] && strspn(word, "0123456789") == strlen(word);
}

/* nDPI's numbers of the categories that its lists are for. */
static void convert_category(struct line *l, const char *what, const char *number)
{
    static const struct {
        const char *number, *name, *category;
    } known[] = {
        {"99", "Mining", "crypto"}, {"100", "Malware", "security"}, {"101", "Advertisement", "advertising"},
    };
    struct prefix p;
    char name[64];
    const char *category = NULL;
    snprintf(name, sizeof(name), "nDPI category %.20s", number);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].number, number) == 0) {
            snprintf(name, sizeof(name), "%s", known[i].name);
            category = known[i].category;
        }
    struct import_target *t = target(l, name, name, category);
    if (prefix_parse(&p, what))
        add_address(l, t, what);
    else
        add_host(l, t, what);
}

/* 0.0.0.0 ads.example.com tracker.example.com: these names, not those below them. */
static void convert_hosts(struct line *l, char *names)
{
    char exact[WORD_MAX_BYTES + 1], *save = NULL;
    for (char *name = strtok_r(names, " \t", &save); name; name = strtok_r(NULL, " \t", &save)) {
        if (!strchr(name, '.')) {
            CANNOT(l, "not converted: '%.60s' is a name of the machine itself", name);
            continue;
        }
        snprintf(exact, sizeof(exact), "=%.1000s", name);
        add_host(l, own_target(l), exact);
    }
}

/* example.com, or ||example.com^ as filter lists have it */
static void convert_domain(struct line *l, char *word)
{
    size_t n = strlen(word);
    if (strncmp(word, "||", 2) == 0 && word[n - 1] == '^') {
        word[n - 1] = '\0';
        word += 2;
    }
    add_host(l, own_target(l), word);
}

/* --- lines -------------------------------------------------------------------------------------------- */

/* What stands behind the word when the text begins with it, else NULL. */
static char *behind(char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 ? text + n : NULL;
}

/* The last @ that is not in quotes. */
static char *find_at(char *text)
{
    char *at = NULL;
    bool quoted = false;
    for (; *text; text++) {
        quoted ^= *text == '"';
        if (*text == '@' && !quoted)
            at = text;
    }
    return at;
}

static bool convert_prefixed(struct line *l, char *text)
{
    static const char *const none[] = {"xfm:", "nsd:", "ip_risk_mask:", "host_risk_mask:", "trusted_issuer_dn:"};
    char *rest;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (behind(text, none[i])) {
            CANNOT(l, "not converted: %.*s has no counterpart in rule files", (int)strlen(none[i]) - 1, none[i]);
            return true;
        }
    if ((rest = behind(text, "app:")))
        convert_app(l, rest);
    else if ((rest = behind(text, "dom:")) || (rest = behind(text, "net:")))
        convert_member(l, rest, text[0] == 'n');
    else
        return false;
    return true;
}

static void convert_line(struct line *l, char *text)
{
    struct prefix p;
    char *at = find_at(text), *word, *rest;
    if (convert_prefixed(l, text))
        return;
    if (at && strchr(text, ':')) {
        convert_protocol(l, text, at);
        return;
    }
    size_t n = strcspn(text, " \t");
    word = text;
    rest = text + n + strspn(text + n, " \t");
    if (text[n])
        text[n] = '\0';
    if (rest[0] && is_number(rest))
        convert_category(l, word, rest);
    else if (rest[0] && prefix_parse(&p, word))
        convert_hosts(l, rest);
    else if (rest[0])
        CANNOT(l, "not converted: neither a rule of nDPI or Netify nor a line of a hosts file or list");
    else
        convert_domain(l, word);
}

/* Without comments and blanks around it. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t n = text[0] == '#' || text[0] == '!' ? 0 : strlen(text);
    for (size_t i = 1; i < n; i++)
        if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t'))
            n = i;
    while (n && strchr(" \t\r", text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

/* The next line without its end, NUL-ended; false at the end of the file. */
static enum dpi_status next_line(struct source *s, struct buf *line, bool *more, struct dpi_err *err)
{
    const uint8_t *bytes;
    size_t got;
    line->n = 0;
    *more = false;
    do {
        DPI_TRY(source_view(s, LINE_BYTES_MAX, &bytes, &got, err));
        const uint8_t *end = got ? memchr(bytes, '\n', got) : NULL;
        size_t n = end ? (size_t)(end - bytes) : got;
        *more |= got > 0;
        if (line->n < LINE_BYTES_MAX)
            buf_add(line, bytes, n);
        source_skip(s, n + (end != NULL));
        if (end)
            break;
    } while (got);
    buf_char(line, '\0');
    return DPI_OK;
}

enum dpi_status rules_import_file(struct rules_import *im, struct source *s, const char *name,
                                  struct rules_problems *problems, struct dpi_err *err)
{
    struct line l = {im, problems, {name, 0, 1}};
    struct buf text = {0};
    enum dpi_status st;
    bool more;
    while ((st = next_line(s, &text, &more, err)) == DPI_OK && more) {
        char *line = text.p + (l.at.line++ == 0 && strncmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
        if (strlen(text.p) + 1 != text.n || text.n > LINE_BYTES_MAX) {
            CANNOT(&l, "not converted: %s", text.n > LINE_BYTES_MAX ? "the line is too long" : "a NUL byte in it");
            continue;
        }
        line = trim(line);
        if (line[0])
            convert_line(&l, line);
    }
    buf_free(&text);
    return st;
}
