/* SPDX-License-Identifier: BSD-2-Clause */
/* labels.c - the table of nDPI's labels and the rule by which a label is split into protocol and
 * application. */
#include "ndpi/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ndpi/ndpi_adapter.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/xalloc.h"

const char *const label_by_words[] = {
    [DETECT_BY_NONE] = "none",
    [DETECT_BY_DPI] = "dpi",
    [DETECT_BY_DPI_CACHE] = "dpi-cache",
    [DETECT_BY_DPI_PARTIAL] = "dpi-partial",
    [DETECT_BY_IP] = "ip",
    [DETECT_BY_PORT] = "port",
};

struct row {
    const char *name;
    enum label_kind kind;
    const char *implied; /* or "" */
};

static const struct row rows[] = {
#define L(name, kind, implied) {name, LABEL_##kind, implied},
#include "ndpi/labels.def"
#undef L
};

/* A name that is too new for the table says what it is by its place in the label. */
static const struct row unlisted = {"", LABEL_BOTH, ""};

struct entry {
    const char *name, *category;
    const struct row *row;
};

struct labels {
    struct arena text;
    struct entry *protocols;
    const char **categories, **confidences;
    size_t n_protocols, n_categories, n_confidences;
    const char *version;
};

static int compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct row *)row)->name);
}

static const struct row *row_of(const char *name)
{
    const struct row *r =
        bsearch(name, rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), compare_name);
    return r ? r : &unlisted;
}

static const char *keep(struct labels *l, const char *text)
{
    return text ? arena_text(&l->text, text, strlen(text)) : "Unknown";
}

static const char *category_of(const struct labels *l, uint16_t category)
{
    return category < l->n_categories ? l->categories[category] : "Unspecified";
}

static void keep_protocols(struct labels *l, const struct ndpi_adapter *a)
{
    l->n_protocols = ndpi_adapter_protocols(a);
    l->protocols = xcalloc(l->n_protocols, sizeof(*l->protocols));
    for (size_t i = 0; i < l->n_protocols; i++) {
        struct entry *e = &l->protocols[i];
        e->name = keep(l, ndpi_adapter_protocol(a, (uint16_t)i));
        e->category = category_of(l, ndpi_adapter_category_of(a, (uint16_t)i));
        e->row = row_of(e->name);
    }
}

struct labels *labels_new(const struct ndpi_adapter *a)
{
    struct labels *l = xcalloc(1, sizeof(*l));
    l->n_categories = ndpi_adapter_categories();
    l->categories = xcalloc(l->n_categories, sizeof(*l->categories));
    for (size_t i = 0; i < l->n_categories; i++)
        l->categories[i] = keep(l, ndpi_adapter_category(a, (uint16_t)i));
    l->n_confidences = ndpi_adapter_confidences();
    l->confidences = xcalloc(l->n_confidences, sizeof(*l->confidences));
    for (size_t i = 0; i < l->n_confidences; i++)
        l->confidences[i] = keep(l, ndpi_adapter_confidence((uint8_t)i));
    l->version = keep(l, ndpi_adapter_version());
    keep_protocols(l, a);
    return l;
}

void labels_free(struct labels *l)
{
    if (!l)
        return;
    arena_free(&l->text);
    free(l->protocols);
    free(l->categories);
    free(l->confidences);
    free(l);
}

/* --- to another process: numbers, then texts, each with its NUL ---------------------------------------- */

struct counts {
    uint32_t protocols, categories, confidences;
};

static void pack_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text) + 1);
}

size_t labels_pack(const struct labels *l, char *out, size_t room)
{
    struct buf b = {0};
    struct counts n = {(uint32_t)l->n_protocols, (uint32_t)l->n_categories, (uint32_t)l->n_confidences};
    buf_add(&b, &n, sizeof(n));
    for (size_t i = 0; i < n.categories; i++)
        pack_text(&b, l->categories[i]);
    for (size_t i = 0; i < n.confidences; i++)
        pack_text(&b, l->confidences[i]);
    pack_text(&b, l->version);
    for (size_t i = 0; i < n.protocols; i++) {
        pack_text(&b, l->protocols[i].name);
        pack_text(&b, l->protocols[i].category);
    }
    size_t used = b.n <= room ? b.n : 0;
    memcpy(out, b.p, used);
    buf_free(&b);
    return used;
}

/* The next text; "" behind the last. */
static const char *unpack_text(struct labels *l, const char **at, const char *end)
{
    size_t n = strnlen(*at, (size_t)(end - *at));
    const char *text = arena_text(&l->text, *at, n);
    *at += n < (size_t)(end - *at) ? n + 1 : n;
    return text;
}

static void unpack_texts(struct labels *l, const char **into, size_t n, const char **at, const char *end)
{
    for (size_t i = 0; i < n; i++)
        into[i] = unpack_text(l, at, end);
}

struct labels *labels_unpack(const char *bytes, size_t size)
{
    const char *at = bytes + sizeof(struct counts), *end = bytes + size;
    struct counts n;
    if (size < sizeof(n))
        return NULL;
    memcpy(&n, bytes, sizeof(n));
    if (n.protocols > size || n.categories > size || n.confidences > size) /* each takes a byte at least */
        return NULL;
    struct labels *l = xcalloc(1, sizeof(*l));
    l->categories = xcalloc(l->n_categories = n.categories, sizeof(*l->categories));
    l->confidences = xcalloc(l->n_confidences = n.confidences, sizeof(*l->confidences));
    l->protocols = xcalloc(l->n_protocols = n.protocols, sizeof(*l->protocols));
    unpack_texts(l, l->categories, n.categories, &at, end);
    unpack_texts(l, l->confidences, n.confidences, &at, end);
    l->version = unpack_text(l, &at, end);
    for (size_t i = 0; i < n.protocols; i++) {
        struct entry *e = &l->protocols[i];
        e->name = unpack_text(l, &at, end);
        e->category = unpack_text(l, &at, end);
        e->row = row_of(e->name);
    }
    return l;
}

/* A label taken apart; master is NULL when app stands alone. */
struct parts {
    const struct entry *master, *app;
    enum detect_by by, app_by;
};

static struct parts parts_of(const struct labels *l, const struct detect_verdict *v)
{
    /* number 0 is "Unknown"; one that is not in the list means as much */
    uint16_t master = v->master < l->n_protocols ? v->master : 0;
    uint16_t app = v->app < l->n_protocols ? v->app : 0;
    bool unknown = master == 0 && app == 0;
    return (struct parts){
        .master = master && app && master != app ? &l->protocols[master] : NULL,
        .app = &l->protocols[app ? app : master],
        .by = unknown ? DETECT_BY_NONE : (enum detect_by)v->by,
        .app_by = unknown ? DETECT_BY_NONE : (enum detect_by)(app ? v->app_by : v->by),
    };
}

static bool by_payload(enum detect_by by)
{
    return by == DETECT_BY_DPI || by == DETECT_BY_DPI_CACHE || by == DETECT_BY_DPI_PARTIAL;
}

static void name_protocol(struct label_names *out, const char *name, enum detect_by by, enum label_part part)
{
    out->protocol = name;
    out->protocol_by = by;
    out->protocol_part = by == DETECT_BY_NONE ? LABEL_NO_PART : part; /* "Unknown" is in the list, too */
}

static void name_application(struct label_names *out, const char *name, enum detect_by by, enum label_part part)
{
    out->application = name;
    out->application_by = by;
    out->application_part = part;
}

/* Which part names the protocol: the first line that holds.
 *   app is a protocol                                   IMAPS of TLS.IMAPS; DNS
 *   app stands alone, is both, and not by its address   Telegram
 *   master is a protocol, or both                       TLS of TLS.Netflix
 *   app was found by payload and implies a protocol     STUN of WhatsAppCall
 *   none                                                Google, guessed by its address */
static void split_protocol(const struct parts *p, struct label_names *out)
{
    enum label_kind app = p->app->row->kind;
    if (app == LABEL_PROTOCOL || (app == LABEL_BOTH && !p->master && p->app_by != DETECT_BY_IP))
        name_protocol(out, p->app->name, p->app_by, LABEL_APP);
    else if (p->master && p->master->row->kind != LABEL_APPLICATION)
        name_protocol(out, p->master->name, p->by, LABEL_MASTER);
    else if (p->app->row->implied[0] && by_payload(p->app_by))
        name_protocol(out, p->app->row->implied, p->app_by, LABEL_IMPLIED);
    else
        name_protocol(out, "Unknown", DETECT_BY_NONE, LABEL_NO_PART);
}

/* Which part names the application: the first line that holds.
 *   app is an application, or both                      Netflix of TLS.Netflix; Telegram
 *   master is an application, or both                   WhatsApp of WhatsApp.STUN
 *   none                                                DNS */
static void split_application(const struct parts *p, struct label_names *out)
{
    if (p->app->row->kind != LABEL_PROTOCOL)
        name_application(out, p->app->name, p->app_by, LABEL_APP);
    else if (p->master && p->master->row->kind != LABEL_PROTOCOL)
        name_application(out, p->master->name, p->by, LABEL_MASTER);
    else
        name_application(out, NULL, DETECT_BY_NONE, LABEL_NO_PART);
}

void label_split(const struct labels *l, const struct detect_verdict *v, struct label_names *out)
{
    struct parts p = parts_of(l, v);
    split_protocol(&p, out);
    split_application(&p, out);
    out->category = category_of(l, v->category);
    out->confidence = v->confidence < l->n_confidences ? l->confidences[v->confidence] : "Unknown";
}

bool label_is_general(const char *application)
{
    static const char *const names[] = {
#define G(name) name,
#include "ndpi/labels_general.def"
#undef G
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], application) == 0)
            return true;
    return false;
}

bool label_find(const struct labels *l, const char *name)
{
    for (size_t i = 1; i < l->n_protocols; i++) /* 0 is "Unknown" */
        if (strcasecmp(l->protocols[i].name, name) == 0)
            return true;
    return false;
}

bool label_is_by_port(const char *name)
{
    return strcmp(name, "TargusDataspeed") == 0; /* 5001 and 5201 of either side, in 4.2 */
}

const char *label_implied(const char *name)
{
    return row_of(name)->implied;
}

bool label_has_ja3(void)
{
    return ndpi_adapter_has_ja3();
}

bool label_has_ja4(void)
{
    return ndpi_adapter_has_ja4();
}

size_t label_ndpi(const struct labels *l, const struct detect_verdict *v,
                  char out[static LABEL_MAX])
{
    struct parts p = parts_of(l, v);
    int n = p.master ? snprintf(out, LABEL_MAX, "%s.%s", p.master->name, p.app->name)
                     : snprintf(out, LABEL_MAX, "%s", p.app->name);
    return (size_t)n < LABEL_MAX ? (size_t)n : LABEL_MAX - 1;
}

bool label_at(const struct labels *l, size_t i, struct label_info *out)
{
    if (i >= l->n_protocols)
        return false;
    const struct entry *e = &l->protocols[i];
    *out = (struct label_info){
        .id = (uint16_t)i,
        .name = e->name,
        .kind = e->row->kind,
        .category = e->category,
        .listed = e->row != &unlisted,
    };
    return true;
}

const char *label_version(const struct labels *l)
{
    return l->version;
}
