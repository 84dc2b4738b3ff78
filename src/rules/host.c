/* SPDX-License-Identifier: BSD-2-Clause */
/* host.c - checks and folds host names. What is in rules is held to RFC 1123 and RFC 5891; what is in captures may
 * be anything. */
#include "rules/host.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_ascii(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool fail(char why[static HOST_WHY_MAX], const char *text)
{
    snprintf(why, HOST_WHY_MAX, "%s", text);
    return false;
}

static bool is_address(const char *text, size_t n)
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t addr[16];
    bool digit = n && text[0] >= '0' && text[0] <= '9';
    if (n >= sizeof(copy) || !(digit || memchr(text, ':', n)))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    copy[strcspn(copy, "/")] = '\0';
    return inet_pton(AF_INET, copy, addr) == 1 || inet_pton(AF_INET6, copy, addr) == 1;
}

/* What is no host at all, and what was likely meant. */
static bool check_kind(const char *text, size_t n, char why[static HOST_WHY_MAX])
{
    if (n == 0)
        return fail(why, "empty: expected a host such as example.com");
    if (is_address(text, n))
        return fail(why, "an address: expected a host such as example.com; addresses stand under addresses");
    if (memchr(text, '/', n))
        return fail(why, memmem(text, n, "://", 3) ? "a URL: expected a host alone, such as example.com"
                                                   : "a path: expected a host alone, such as example.com");
    if (memchr(text, '@', n))
        return fail(why, "a mail address: expected a host alone, such as example.com");
    if (memchr(text, ':', n))
        return fail(why, "a host with a port: expected a host alone; in an entry of match, ports can be given with it");
    if (text[0] == '.')
        return fail(why, "a dot in front: expected example.com, which means itself and all below it");
    return true;
}

/* The label in A-labels and lower case, appended to h. */
static bool add_label(struct host *h, const char *label, size_t n, char why[static HOST_WHY_MAX])
{
    char folded[HOST_MAX + 1], *converted = NULL;
    if (!is_ascii(label, n)) {
        uint8_t copy[HOST_MAX + 1];
        memcpy(copy, label, n);
        copy[n] = '\0';
        int rc = idn2_lookup_u8(copy, (uint8_t **)&converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (rc != IDN2_OK) {
            snprintf(why, HOST_WHY_MAX, "no international name: '%.*s': %s", (int)n, label, idn2_strerror(rc));
            return false;
        }
        label = converted;
        n = strlen(label);
    }
    bool fits = n <= LABEL_MAX_BYTES && h->n + (h->n > 0) + n <= HOST_MAX;
    for (size_t i = 0; fits && i < n; i++)
        folded[i] = lower(label[i]);
    if (n > LABEL_MAX_BYTES)
        fail(why, "a label of more than 63 bytes");
    else if (!fits)
        fail(why, "a host of more than 253 bytes");
    if (fits) {
        if (h->n)
            h->text[h->n++] = '.';
        memcpy(h->text + h->n, folded, n);
        h->n += n;
        h->text[h->n] = '\0';
    }
    idn2_free(converted);
    return fits;
}

static bool check_label(const char *label, size_t n, char why[static HOST_WHY_MAX])
{
    if (n == 0)
        return fail(why, "an empty label: two dots in a row");
    for (size_t i = 0; i < n; i++) {
        char c = lower(label[i]);
        bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-_*?", c) || (c & 0x80);
        if (!allowed || !c) {
            snprintf(why, HOST_WHY_MAX, "'%c' in a host: expected letters, digits, - and _ between dots", c);
            return false;
        }
    }
    bool wild = memchr(label, '*', n) || memchr(label, '?', n);
    if (wild && !is_ascii(label, n))
        return fail(why, "a wildcard in a label with letters that are not ASCII: write it as xn--...");
    return true;
}

static bool add_labels(struct host *h, const char *text, size_t n, char why[static HOST_WHY_MAX])
{
    if (n > 4 * HOST_MAX)
        return fail(why, "a host of more than 253 bytes");
    for (size_t at = 0; at <= n;) {
        const char *dot = at < n ? memchr(text + at, '.', n - at) : NULL;
        size_t end = dot ? (size_t)(dot - text) : n;
        if (!check_label(text + at, end - at, why))
            return false;
        if (end - at > HOST_MAX)
            return fail(why, "a label of more than 63 bytes");
        if (!add_label(h, text + at, end - at, why))
            return false;
        at = end + 1;
    }
    return true;
}

/* The whole labels behind the last wildcard. */
static size_t tail_of(const struct host *h)
{
    size_t last = h->n;
    while (last > 0 && h->text[last - 1] != '*' && h->text[last - 1] != '?')
        last--;
    return h->n - host_next_label(h->text, h->n, last);
}

static bool check_glob(struct host *h, char why[static HOST_WHY_MAX])
{
    h->glob = h->n && strpbrk(h->text, "*?") != NULL;
    if (h->glob && h->exact)
        return fail(why, "= and a wildcard: expected either =www.example.com or *.example.com");
    if (h->glob && strspn(h->text, "*?.") == h->n)
        return fail(why, "a glob that matches everything: expected letters in it");
    if (h->glob && strstr(h->text, "**"))
        return fail(why, "** in a glob: * is any run of characters, dots too");
    h->tail = h->glob ? tail_of(h) : h->n;
    return true;
}

bool host_parse(struct host *h, const char *text, size_t n, char why[static HOST_WHY_MAX])
{
    *h = (struct host){.exact = n > 0 && text[0] == '='};
    text += h->exact;
    n -= h->exact;
    if (n > 1 && text[n - 1] == '.')
        n--;
    return check_kind(text, n, why) && add_labels(h, text, n, why) && check_glob(h, why);
}

const char *rules_name_as_sent(const char *name, char out[static RULES_NAME_MAX + 1])
{
    struct host h;
    char why[HOST_WHY_MAX];
    size_t n = strlen(name);
    if (is_ascii(name, n) || !host_parse(&h, name, n, why))
        return name;
    memcpy(out, h.text, h.n + 1);
    return out;
}

/* Host of HTTP: a port behind a colon. */
static size_t without_port(const char *p, size_t n)
{
    size_t digits = 0;
    while (digits < n && p[n - 1 - digits] >= '0' && p[n - 1 - digits] <= '9')
        digits++;
    const char *colon = digits < n ? memchr(p, ':', n) : NULL;
    return colon && (size_t)(colon - p) == n - 1 - digits ? n - digits - 1 : n; /* others are of IPv6 addresses */
}

size_t host_of_flow(char out[static HOST_MAX], struct dpi_text name)
{
    size_t n = name.p ? name.n : 0;
    if (n)
        n = without_port(name.p, n);
    if (n && name.p[n - 1] == '.')
        n--;
    if (n == 0 || n > HOST_MAX || name.p[0] == '.' || is_address(name.p, n))
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (name.p[i] == '.' && i + 1 < n && name.p[i + 1] == '.')
            return 0;
        out[i] = lower(name.p[i]);
    }
    return n;
}
