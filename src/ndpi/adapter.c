/* SPDX-License-Identifier: BSD-2-Clause */
/* adapter.c - drives nDPI: start-up, the packets of a flow, ndpiReader's rule of when to stop, and
 * the verdict. */
#include "ndpi/ndpi_adapter.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ndpi/compat.h"
#include "ndpi/extract.h"
#include "ndpi/labels.h"
#include "ndpi/veto.h"
#include "util/xalloc.h"

enum {
    /* nDPI 4.2 reads up to 22 bytes behind the packet in several dissectors. The bytes there are
     * ours and zero, so that the label does not depend on what was in memory. */
    SCRATCH_TAIL = 256,
    UDP_PACKETS_MAX = 24,
    TCP_PACKETS_MAX = 80,
};

struct ndpi_adapter {
    struct ndpi_detection_module_struct *module;
    bool guess;
    struct veto *veto;
    uint16_t by_port; /* the label that label_is_by_port, 0: the library has none */
    uint8_t by[NDPI_CONFIDENCE_MAX]; /* enum detect_by */
    uint8_t scratch[DETECT_PACKET_MAX + SCRATCH_TAIL];
};

struct ndpi_adapter_flow {
    struct compat_result result; /* of the last packet: it replaces what was said before */
    unsigned packets;
    uint8_t transport;
    uint8_t state; /* enum detect_state */
    bool vetoed;   /* something was taken out of result */
    struct ndpi_flow_struct ndpi;
};

/* The words of all versions; the numbers behind them differ. */
static enum detect_by by_of(const char *confidence)
{
    static const struct {
        const char *word;
        enum detect_by by;
    } words[] = {
        {"Unknown", DETECT_BY_NONE},
        {"Match by port", DETECT_BY_PORT},
        {"Match by IP", DETECT_BY_IP},
        {"DPI", DETECT_BY_DPI},
        {"DPI (aggressive)", DETECT_BY_DPI},
        {"DPI (cache)", DETECT_BY_DPI_CACHE},
        {"DPI (partial)", DETECT_BY_DPI_PARTIAL},
        {"DPI (partial cache)", DETECT_BY_DPI_PARTIAL},
    };
    for (size_t i = 0; confidence && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(confidence, words[i].word) == 0)
            return words[i].by;
    return DETECT_BY_NONE;
}

/* Structs are read directly, and libraries of one soname differ in them. */
static enum dpi_status check_abi(struct dpi_err *err)
{
    size_t size = ndpi_detection_get_sizeof_ndpi_flow_struct();
    if (ndpi_get_api_version() == (uint16_t)NDPI_API_VERSION &&
        size == sizeof(struct ndpi_flow_struct))
        return DPI_OK;
    return dpi_fail(err, DPI_ABI,
                    "libndpi %s (interface %u, flow of %zu bytes) is not the library that dpitool "
                    "was built for: %d.%d.%d (interface %u, flow of %zu bytes)",
                    ndpi_revision(), (unsigned)ndpi_get_api_version(), size, NDPI_MAJOR, NDPI_MINOR,
                    NDPI_PATCH, (unsigned)(uint16_t)NDPI_API_VERSION,
                    sizeof(struct ndpi_flow_struct));
}

static bool is_off(const void *veto, uint16_t id)
{
    return veto_has(veto, id);
}

static const char *name_of(const void *module, uint16_t id)
{
    return ndpi_get_proto_name((struct ndpi_detection_module_struct *)module, id);
}

/* nDPI starts libgcrypt, and does not look whether another thread is about to: either of them would end the program. */
static struct ndpi_detection_module_struct *start_module(void)
{
    static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&starting);
    struct ndpi_detection_module_struct *module = compat_init();
    pthread_mutex_unlock(&starting);
    return module;
}

enum dpi_status ndpi_adapter_new(struct ndpi_adapter **a, const struct detector_options *opt,
                                 struct dpi_err *err)
{
    *a = NULL;
    DPI_TRY(check_abi(err));
    struct ndpi_adapter *self = xcalloc(1, sizeof(*self));
    self->guess = opt->guess;
    for (unsigned i = 0; i < NDPI_CONFIDENCE_MAX; i++)
        self->by[i] = (uint8_t)by_of(ndpi_confidence_get_name((ndpi_confidence_t)i));
    self->module = start_module();
    if (self->module)
        self->veto = veto_new(opt->disabled, opt->n_disabled, name_of, self->module, compat_protocols(self->module));
    if (!self->module || !compat_configure(self->module, opt->guess, is_off, self->veto) ||
        !compat_finalize(self->module)) {
        ndpi_adapter_free(self);
        return dpi_fail(err, DPI_ABI, "libndpi %s does not start", ndpi_revision());
    }
    for (size_t i = 1; i < compat_protocols(self->module); i++)
        if (label_is_by_port(ndpi_adapter_protocol(self, (uint16_t)i)))
            self->by_port = (uint16_t)i;
    *a = self;
    return DPI_OK;
}

void ndpi_adapter_free(struct ndpi_adapter *a)
{
    if (!a)
        return;
    if (a->module)
        ndpi_exit_detection_module(a->module);
    veto_free(a->veto);
    free(a);
}

struct ndpi_adapter_flow *ndpi_adapter_flow_new(uint8_t transport)
{
    struct ndpi_adapter_flow *f = xcalloc(1, sizeof(*f));
    f->transport = transport;
    return f;
}

void ndpi_adapter_flow_free(struct ndpi_adapter_flow *f)
{
    if (!f)
        return;
    ndpi_free_flow_data(&f->ndpi);
    free(f);
}

static bool had_enough(const struct ndpi_adapter_flow *f)
{
    return (f->transport == IPPROTO_UDP && f->packets > UDP_PACKETS_MAX) ||
           (f->transport == IPPROTO_TCP && f->packets > TCP_PACKETS_MAX);
}

static void set_result(const struct ndpi_adapter *a, struct ndpi_adapter_flow *f, struct compat_result result)
{
    f->result = result;
    f->vetoed = veto_apply(a->veto, &f->result.master, &f->result.app);
    if (f->vetoed)
        f->result.category = compat_category_of(a->module, f->result.app);
}

/* Call once a packet, as compat_more. */
static enum detect_state state_of(struct ndpi_adapter *a, struct ndpi_adapter_flow *f)
{
    if (had_enough(f) || compat_gave_up(&f->ndpi))
        return DETECT_ENOUGH;
    bool named = f->result.app != NDPI_PROTOCOL_UNKNOWN;
    return f->result.final || (named && !compat_more(a->module, &f->ndpi)) ? DETECT_FINAL : DETECT_MORE;
}

bool ndpi_adapter_packet(struct ndpi_adapter *a, struct ndpi_adapter_flow *f, const uint8_t *ip,
                         uint16_t len, uint64_t time_ms)
{
    assert(len <= DETECT_PACKET_MAX && f->state == DETECT_MORE);
    memcpy(a->scratch, ip, len);
    memset(a->scratch + len, 0, SCRATCH_TAIL);
    f->packets++;
    set_result(a, f, compat_packet(a->module, &f->ndpi, a->scratch, len, time_ms));
    f->state = (uint8_t)state_of(a, f);
    return f->state != DETECT_MORE;
}

/* ndpiReader: a flow that ran out of packets gets its giveup always, a complete one when it has no
 * label. 5.0 and later: unless nDPI itself called it final. */
static bool needs_giveup(const struct ndpi_adapter_flow *f)
{
    bool settled = COMPAT_VERSION >= 500 ? f->result.final : f->state != DETECT_MORE;
    return !settled || f->result.app == NDPI_PROTOCOL_UNKNOWN;
}

static bool name_is_of(const struct ndpi_adapter *a, const char *name, size_t n, uint16_t app)
{
    ndpi_protocol_match_result match;
    char host[256]; /* a DNS name has at most 255 bytes */
    if (n == 0 || n >= sizeof(host))
        return false;
    memcpy(host, name, n);
    host[n] = '\0';
    int id = ndpi_match_string_subprotocol(a->module, host, (unsigned)n, &match);
    return id > 0 && (uint16_t)id == app;
}

static bool certificate_is_of(const struct ndpi_adapter *a, const struct ndpi_flow_struct *f,
                              uint16_t app)
{
    const char *name = compat_has_tls(f) ? f->protos.tls_quic.server_names : NULL;
    while (name && *name) {
        size_t n = strcspn(name, ",");
        if (name_is_of(a, name, n, app))
            return true;
        name += n + (name[n] == ',');
    }
    return false;
}

/* What named the application: up to 4.4 a label found by payload may hold the owner of the server's
 * address, and a guessed one may hold what a host name says. */
static enum detect_by app_by(const struct ndpi_adapter *a, const struct ndpi_adapter_flow *f,
                             enum detect_by by)
{
    const char *host = f->ndpi.host_server_name;
    bool owner = f->result.master != NDPI_PROTOCOL_UNKNOWN &&
                 compat_is_owner(a->module, &f->ndpi, f->result.app);
    if (!owner && by != DETECT_BY_IP && by != DETECT_BY_PORT)
        return by;
    if (name_is_of(a, host, strnlen(host, sizeof(f->ndpi.host_server_name)), f->result.app))
        return DETECT_BY_DPI;
    if (owner && certificate_is_of(a, &f->ndpi, f->result.app))
        return DETECT_BY_DPI;
    return owner ? DETECT_BY_IP : by;
}

static enum detect_by label_by(const struct ndpi_adapter *a, const struct ndpi_adapter_flow *f)
{
    if (f->result.app == NDPI_PROTOCOL_UNKNOWN && f->result.master == NDPI_PROTOCOL_UNKNOWN)
        return DETECT_BY_NONE;
    unsigned confidence = (unsigned)f->ndpi.confidence;
    if (a->by_port && f->result.app == a->by_port)
        return DETECT_BY_PORT;
    enum detect_by by = confidence < NDPI_CONFIDENCE_MAX ? a->by[confidence] : DETECT_BY_NONE;
    return by == DETECT_BY_NONE ? DETECT_BY_DPI : by;
}

/* ndpiReader looks for attacks in the URLs of HTTP by itself. The bit "unidirectional" is left out:
 * nDPI sets it by the packets up to its answer, while a record's flag one-way is right about the
 * whole flow. */
static uint64_t risks_of(const struct ndpi_adapter_flow *f)
{
    uint64_t risk = f->ndpi.risk;
    bool http = f->result.app == NDPI_PROTOCOL_HTTP || f->result.master == NDPI_PROTOCOL_HTTP;
    if (http && f->ndpi.http.url)
        risk |= compat_url_risk(f->ndpi.http.url);
#if COMPAT_VERSION >= 404
    risk &= ~(UINT64_C(1) << NDPI_UNIDIRECTIONAL_TRAFFIC);
#endif
    return risk;
}

void ndpi_adapter_said(const struct ndpi_adapter *a, const struct ndpi_adapter_flow *f,
                       struct detect_step *s)
{
    s->master = f->result.master;
    s->app = f->result.app;
    s->by = (uint8_t)label_by(a, f);
    s->state = f->state;
}

bool ndpi_adapter_finish(struct ndpi_adapter *a, struct ndpi_adapter_flow *f,
                         struct detect_verdict *v, struct attrs_writer *w)
{
    bool give_up = needs_giveup(f);
    if (give_up) {
        set_result(a, f, compat_giveup(a->module, &f->ndpi, a->guess));
        f->state = DETECT_GAVE_UP;
    }
    enum detect_by by = label_by(a, f);
    v->master = f->result.master;
    v->app = f->result.app;
    v->category = f->result.category;
    v->confidence = (uint8_t)(f->vetoed && by == DETECT_BY_NONE ? NDPI_CONFIDENCE_UNKNOWN : f->ndpi.confidence);
    v->app_by = (uint8_t)app_by(a, f, by);
    /* "Match by IP" speaks of app: a master beside it was guessed by the port. */
    v->by = (uint8_t)(by == DETECT_BY_IP && v->master ? DETECT_BY_PORT : by);
    bool by_payload = by != DETECT_BY_NONE && by != DETECT_BY_IP && by != DETECT_BY_PORT;
    v->name_cut = extract_attrs(&f->ndpi, by_payload, risks_of(f), w);
    return give_up;
}

size_t ndpi_adapter_protocols(const struct ndpi_adapter *a)
{
    return compat_protocols(a->module);
}

const char *ndpi_adapter_protocol(const struct ndpi_adapter *a, uint16_t id)
{
    return ndpi_get_proto_name(a->module, id);
}

uint16_t ndpi_adapter_category_of(const struct ndpi_adapter *a, uint16_t id)
{
    return compat_category_of(a->module, id);
}

size_t ndpi_adapter_categories(void)
{
    return NDPI_PROTOCOL_NUM_CATEGORIES;
}

const char *ndpi_adapter_category(const struct ndpi_adapter *a, uint16_t category)
{
    return ndpi_category_get_name(a->module, (ndpi_protocol_category_t)category);
}

size_t ndpi_adapter_confidences(void)
{
    return NDPI_CONFIDENCE_MAX;
}

const char *ndpi_adapter_confidence(uint8_t confidence)
{
    return ndpi_confidence_get_name((ndpi_confidence_t)confidence);
}

bool ndpi_adapter_has_ja3(void)
{
    return COMPAT_HAS_JA3;
}

bool ndpi_adapter_has_ja4(void)
{
    return COMPAT_HAS_JA4;
}

const char *ndpi_adapter_version(void)
{
    return ndpi_revision();
}
