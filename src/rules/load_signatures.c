/* SPDX-License-Identifier: BSD-2-Clause */
/* load_signatures.c - signatures of rule files: their keys and values, and what is wrong with them. */
#include "rules/load_signatures.h"

#include "util/nearest.h"

#include <stdlib.h>
#include <string.h>

/* --- values ------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

bool rules_hex(const char *text, uint8_t *out, size_t room, size_t *n)
{
    *n = 0;
    while (*text) {
        if (*text == ' ' || *text == ':') {
            text++;
            continue;
        }
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || *n == room)
            return false;
        out[(*n)++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return *n > 0;
}

/* Bytes into the arena; NULL when they are none, which is told. */
static const uint8_t *read_hex(struct loader *l, const char *what, size_t max, size_t *n)
{
    uint8_t bytes[RULES_PAYLOAD_MAX];
    struct rules_place at = l->e.at;
    const char *text = reading_text(l, what, "bytes as hexadecimal digits, such as a751", EVENTS_TEXT_MAX);
    if (!text)
        return NULL;
    if (!rules_hex(text, bytes, max, n)) {
        rules_error(l->problems, &at, "%s is '%.40s': expected up to %zu bytes as hexadecimal digits, such as a751",
                    what, text, max);
        return NULL;
    }
    return (const uint8_t *)arena_text(&l->r->arena, bytes, *n);
}

/* Decimal digits at text, with a sign in front or not; *end is behind them. */
static bool number_at(const char *text, const char **end, int64_t *v)
{
    bool minus = *text == '-';
    const char *digits = text + minus;
    size_t n = strspn(digits, "0123456789");
    *end = digits + n;
    if (n == 0 || n > 10)
        return false;
    *v = strtoll(text, NULL, 10);
    return true;
}

/* Of a key; 0 when it is none of least to most, which is told. */
static int64_t read_number(struct loader *l, const char *what, int64_t least, int64_t most)
{
    struct rules_place at = l->e.at;
    const char *end, *text = reading_text(l, what, "a number", EVENTS_TEXT_MAX);
    int64_t v = 0;
    if (text && (!number_at(text, &end, &v) || *end || v < least || v > most)) {
        rules_error(l->problems, &at, "%s is '%.40s': expected a number from %lld to %lld", what, text,
                    (long long)least, (long long)most);
        return 0;
    }
    return v;
}

/* One of words, which NULL ends; their number when it is none of them, which is told. */
static unsigned read_word(struct loader *l, const char *what, const char *expected,
                          const char *(*word_at)(size_t i, void *ctx))
{
    struct rules_place at = l->e.at;
    unsigned i = 0;
    const char *text = reading_text(l, what, expected, EVENTS_TEXT_MAX);
    while (word_at(i, NULL) && (!text || strcmp(word_at(i, NULL), text) != 0))
        i++;
    if (!text || word_at(i, NULL))
        return i;
    const char *meant = nearest(text, strlen(text), word_at, NULL);
    rules_error(l->problems, &at, "%s is '%.40s': expected %s%s%s%s", what, text, expected,
                meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
    return i;
}

static const char *transport_at(size_t i, void *unused)
{
    static const char *const words[] = {"tcp", "udp", NULL};
    (void)unused;
    return words[i];
}

uint8_t load_transport(struct loader *l)
{
    static const uint8_t numbers[] = {6, 17, 0};
    return numbers[read_word(l, "transport", "tcp or udp", transport_at)];
}

static const char *direction_at(size_t i, void *unused)
{
    static const char *const words[] = {"client", "server", "both", NULL};
    (void)unused;
    return words[i];
}

uint8_t load_direction(struct loader *l)
{
    static const uint8_t bits[] = {1, 2, 3, 0};
    return bits[read_word(l, "direction", "client, server or both", direction_at)];
}

/* --- conditions --------------------------------------------------------------------------------------- */

static struct signature *last(struct loader *l)
{
    return &l->r->signatures[l->r->n_signatures - 1];
}

/* NULL when there are too many, which is told once. */
static struct signature_condition *add(struct loader *l, enum signature_kind kind)
{
    if (last(l)->n_conditions == SIGNATURE_CONDITIONS_MAX) {
        if (!l->full)
            FAIL(l, "more than %d conditions in a signature", SIGNATURE_CONDITIONS_MAX);
        l->full = true;
        return NULL;
    }
    struct signature_condition *c = model_add_condition(l->r);
    c->kind = (uint8_t)kind;
    return c;
}

static void read_at(struct loader *l, void *condition)
{
    struct signature_condition *c = condition;
    c->at = (int32_t)read_number(l, "at", -FIRST_TAIL_MAX, FIRST_HEAD_MAX - 1);
}

static void check_place(struct loader *l, const struct signature_condition *c, unsigned n,
                        const struct rules_place *at)
{
    if (c->at < 0 && (int)n > -c->at)
        rules_error(l->problems, at, "%u bytes from %d on end behind the message", n, c->at);
    else if (c->at >= 0 && (unsigned)c->at + n > FIRST_HEAD_MAX)
        rules_error(l->problems, at, "%u bytes from %d on end behind the first %d bytes of a message", n, c->at,
                    FIRST_HEAD_MAX);
}

static void read_bytes_hex(struct loader *l, void *condition)
{
    struct signature_condition *c = condition;
    size_t n = 0;
    c->value = read_hex(l, "hex", SIGNATURE_BYTES_MAX, &n);
    c->n = (uint8_t)n;
}

struct mask {
    struct signature_condition c;
    const uint8_t *bits;
    size_t n;
};

static void read_bytes_mask(struct loader *l, void *mask)
{
    struct mask *m = mask;
    m->bits = read_hex(l, "mask", SIGNATURE_BYTES_MAX, &m->n);
}

/* The mask, which says nothing when none was given; what it takes off of the value must not be there. */
static void set_mask(struct loader *l, struct mask *m, bool given, const struct rules_place *at)
{
    struct signature_condition *c = &m->c;
    uint8_t all[SIGNATURE_BYTES_MAX];
    memset(all, 0xff, sizeof(all));
    if (given && m->bits && m->n != c->n) {
        rules_error(l->problems, at, "the mask has %zu bytes and hex has %u: expected as many", m->n, c->n);
        m->bits = NULL;
    }
    for (unsigned i = 0; m->bits && i < c->n; i++)
        if (c->value[i] & ~m->bits[i]) {
            rules_error(l->problems, at, "byte %u of hex has bits that the mask leaves out: this matches nothing", i);
            break;
        }
    c->mask = m->bits ? m->bits : (const uint8_t *)arena_text(&l->r->arena, all, c->n);
}

enum { BYTES_AT, BYTES_HEX, BYTES_MASK, BYTES_KEYS };

static void read_bytes_entry(struct loader *l, void *unused)
{
    static const struct key v[BYTES_KEYS] = {
        [BYTES_AT] = {"at", read_at}, [BYTES_HEX] = {"hex", read_bytes_hex}, [BYTES_MASK] = {"mask", read_bytes_mask}};
    static const struct keys keys = {v, BYTES_KEYS, "an entry of bytes"};
    unsigned lines[BYTES_KEYS] = {0};
    struct rules_place at = l->e.at;
    struct mask m = {0};
    (void)unused;
    bool whole = reading_mapping(l, &keys, lines, &m);
    for (int i = 0; whole && i < BYTES_MASK; i++)
        if (!lines[i])
            rules_error(l->problems, &at, "an entry of bytes without %s", v[i].name);
    if (!whole || !m.c.value)
        return;
    check_place(l, &m.c, m.c.n, &at);
    set_mask(l, &m, lines[BYTES_MASK], &at);
    struct signature_condition *c = add(l, SIGNATURE_BYTES);
    if (c)
        *c = m.c; /* its kind is the first there is */
}

static void read_bytes(struct loader *l, void *unused)
{
    (void)unused;
    reading_list(l, "bytes", "a list such as - {at: 0, hex: a751}", read_bytes_entry, NULL);
}

static void read_text_value(struct loader *l, void *unused)
{
    (void)unused;
    const char *text = reading_text(l, "a value in the list", "a text", SIGNATURE_BYTES_MAX);
    struct signature_condition *c = text ? add(l, SIGNATURE_TEXT) : NULL;
    if (!c)
        return;
    c->value = (const uint8_t *)text;
    c->n = (uint8_t)strlen(text);
}

static void read_texts(struct loader *l, void *unused)
{
    (void)unused;
    reading_list(l, "texts", "a list such as [\"HELLO \", \"BYE \"]", read_text_value, NULL);
}

static const char *number_word_at(size_t i, void *unused)
{
    (void)unused;
    return signature_numbers[i].word;
}

static void read_length_type(struct loader *l, void *condition)
{
    struct signature_condition *c = condition;
    c->type = (uint8_t)read_word(l, "type", "u8, u16be, u16le, u24be, u24le, u32be or u32le", number_word_at);
}

static void read_length_plus(struct loader *l, void *condition)
{
    struct signature_condition *c = condition;
    c->plus = (int32_t)read_number(l, "plus", -UINT16_MAX, UINT16_MAX);
}

static void read_length_scale(struct loader *l, void *condition)
{
    struct signature_condition *c = condition;
    c->scale = (uint32_t)read_number(l, "scale", 1, 1024);
}

enum { LENGTH_AT, LENGTH_TYPE, LENGTH_PLUS, LENGTH_SCALE, LENGTH_KEYS };

static void read_length(struct loader *l, void *unused)
{
    static const struct key v[LENGTH_KEYS] = {[LENGTH_AT] = {"at", read_at},
                                              [LENGTH_TYPE] = {"type", read_length_type},
                                              [LENGTH_PLUS] = {"plus", read_length_plus},
                                              [LENGTH_SCALE] = {"scale", read_length_scale}};
    static const struct keys keys = {v, LENGTH_KEYS, "length"};
    unsigned lines[LENGTH_KEYS] = {0};
    struct rules_place at = l->e.at;
    struct signature_condition length = {.kind = SIGNATURE_LENGTH, .scale = 1};
    (void)unused;
    bool whole = reading_mapping(l, &keys, lines, &length);
    for (int i = 0; whole && i < LENGTH_PLUS; i++)
        if (!lines[i])
            rules_error(l->problems, &at, "length without %s", v[i].name);
    if (!whole || length.type >= SIGNATURE_NUMBERS)
        return;
    check_place(l, &length, signature_numbers[length.type].width, &at);
    struct signature_condition *c = add(l, SIGNATURE_LENGTH);
    if (c)
        *c = length;
}

struct range_kind {
    enum signature_kind kind;
    const char *expected;
    int64_t least, most;
};

/* 20 or 20-480. */
static void read_range(struct loader *l, void *range_kind)
{
    const struct range_kind *k = range_kind;
    struct rules_place at = l->e.at;
    int64_t first = 0, last_one = 0;
    const char *end, *text = reading_text(l, "a value in the list", k->expected, EVENTS_TEXT_MAX);
    if (!text)
        return;
    bool sound = number_at(text, &end, &first);
    last_one = first;
    if (sound && *end == '-')
        sound = number_at(end + 1, &end, &last_one);
    struct signature_condition *c;
    if (!sound || *end || first < k->least || last_one > k->most)
        rules_error(l->problems, &at, "'%.40s' is none: expected %s, from %lld to %lld", text, k->expected,
                    (long long)k->least, (long long)k->most);
    else if (last_one < first)
        rules_error(l->problems, &at, "'%.40s': the range ends before it begins", text);
    else if ((c = add(l, k->kind))) {
        c->first = (uint32_t)first;
        c->last = (uint32_t)last_one;
    }
}

static void read_sizes(struct loader *l, void *unused)
{
    static struct range_kind const sizes = {SIGNATURE_SIZE, "a size such as 20 or 20-480", 1, FIRST_LENGTH_MAX};
    (void)unused;
    reading_list(l, "sizes", "a list such as [36, 64-480]", read_range, (void *)&sizes);
}

static void read_ports(struct loader *l, void *unused)
{
    static const struct range_kind ports = {SIGNATURE_PORT, "a port such as 7011 or 7011-7015", 1, UINT16_MAX};
    (void)unused;
    reading_list(l, "ports", "a list such as [7011, 7020-7029]", read_range, (void *)&ports);
}

/* --- the signature ------------------------------------------------------------------------------------ */

static void read_id(struct loader *l, void *unused)
{
    struct rules_place at;
    (void)unused;
    last(l)->id = reading_id(l, &at);
    if (last(l)->id) {
        last(l)->line = at.line;
        last(l)->column = at.column;
    }
}

static void read_protocol(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->protocol = reading_name(l, "protocol", "what records show, such as AcmeTelemetry");
}

static void read_category(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->category = reading_category(l);
}

static void read_source(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->source = reading_source(l);
}

static void read_transport(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->transport = load_transport(l);
}

static void read_direction(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->sides = load_direction(l);
}

static void read_packets(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->messages = (uint8_t)read_number(l, "packets", 1, FIRST_MESSAGES_MAX);
}

static void read_override(struct loader *l, void *unused)
{
    (void)unused;
    last(l)->override = reading_flag(l, "override");
}

/* The first four are needed, and one of SIGNATURE_KEY_BYTES and those behind it. */
enum {
    SIGNATURE_KEY_ID, SIGNATURE_KEY_PROTOCOL, SIGNATURE_KEY_CATEGORY, SIGNATURE_KEY_TRANSPORT, SIGNATURE_KEY_SOURCE,
    SIGNATURE_KEY_PORTS, SIGNATURE_KEY_DIRECTION, SIGNATURE_KEY_PACKETS, SIGNATURE_KEY_OVERRIDE, SIGNATURE_KEY_BYTES,
    SIGNATURE_KEY_TEXTS, SIGNATURE_KEY_LENGTH, SIGNATURE_KEY_SIZES, SIGNATURE_KEYS
};

static const struct key members[SIGNATURE_KEYS] = {
    [SIGNATURE_KEY_ID] = {"id", read_id},
    [SIGNATURE_KEY_PROTOCOL] = {"protocol", read_protocol},
    [SIGNATURE_KEY_CATEGORY] = {"category", read_category},
    [SIGNATURE_KEY_TRANSPORT] = {"transport", read_transport},
    [SIGNATURE_KEY_SOURCE] = {"source", read_source},
    [SIGNATURE_KEY_PORTS] = {"ports", read_ports},
    [SIGNATURE_KEY_DIRECTION] = {"direction", read_direction},
    [SIGNATURE_KEY_PACKETS] = {"packets", read_packets},
    [SIGNATURE_KEY_OVERRIDE] = {"override", read_override},
    [SIGNATURE_KEY_BYTES] = {"bytes", read_bytes},
    [SIGNATURE_KEY_TEXTS] = {"texts", read_texts},
    [SIGNATURE_KEY_LENGTH] = {"length", read_length},
    [SIGNATURE_KEY_SIZES] = {"sizes", read_sizes},
};

static void tell_missing(struct loader *l, const unsigned *lines, const struct rules_place *at)
{
    bool any = false;
    for (int i = 0; i < SIGNATURE_KEYS; i++) {
        if (i <= SIGNATURE_KEY_TRANSPORT && !lines[i])
            rules_error(l->problems, at, "the signature has no %s", members[i].name);
        any |= i >= SIGNATURE_KEY_BYTES && lines[i];
    }
    if (!any)
        rules_error(l->problems, at, "the signature has no condition: expected bytes, texts, length or sizes");
}

static void read_signature(struct loader *l, void *unused)
{
    static const struct keys keys = {members, SIGNATURE_KEYS, "a signature"};
    unsigned lines[SIGNATURE_KEYS] = {0};
    struct rules_place at = l->e.at;
    (void)unused;
    if (l->r->n_signatures == SIGNATURES_MAX) {
        FAIL(l, "more than %d signatures in all", SIGNATURES_MAX);
        reading_skip(l);
        return;
    }
    struct signature *s = model_add_signature(l->r);
    s->file = l->file;
    s->line = at.line;
    s->column = at.column;
    s->shipped = l->shipped;
    s->sides = s->messages = 1;
    l->full = false;
    if (reading_mapping(l, &keys, lines, NULL))
        tell_missing(l, lines, &at);
}

void load_signatures(struct loader *l, void *unused)
{
    bool full = l->full; /* of the values of applications */
    (void)unused;
    reading_list(l, "signatures", "a list of mappings that begin with - id:", read_signature, NULL);
    l->full = full;
}

/* --- tests -------------------------------------------------------------------------------------------- */

static void read_message(struct loader *l, void *test)
{
    struct rule_test *t = test;
    size_t n = 0;
    if (t->n_payload == TEST_PAYLOADS_MAX) {
        FAIL(l, "more than %d messages", TEST_PAYLOADS_MAX);
        reading_skip(l);
        return;
    }
    const uint8_t *bytes = read_hex(l, "payload", RULES_PAYLOAD_MAX, &n);
    if (bytes)
        t->payload[t->n_payload++] = first_message_of(bytes, (uint32_t)n);
}

void load_payload(struct loader *l, struct rule_test *t)
{
    if (l->e.type == EVENT_LIST)
        reading_list(l, "payload", "messages as hexadecimal digits", read_message, t);
    else
        read_message(l, t);
}
