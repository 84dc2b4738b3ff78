/* SPDX-License-Identifier: BSD-2-Clause */
/* beginning.c - a length, and as many bytes as are needed. Where what all first messages have in common is not enough,
 * the server's port is taken, too, or they are told into kinds by one byte. */
#include "scaffold/firsts.h"

#include <string.h>

/* --- bytes -------------------------------------------------------------------------------------------- */

/* No byte is evidence twice. */
static bool is_taken(const struct beginning *b, uint32_t at)
{
    return b->fixed[at] || (b->length.given && at >= b->length.at && at < b->length.at + b->length.form.width);
}

/* What the profile tells to be a time or an address is constant in one capture alone. */
static bool is_of_capture(const struct beginning *b, uint32_t at)
{
    const struct fields *fields = &b->profile->side[b->side].fields;
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *f = &fields->v[i];
        if ((f->role == ROLE_TIME || f->role == ROLE_ADDRESS) && !f->from_end && at >= f->at && at - f->at < f->size)
            return true;
    }
    return false;
}

static bool can_take(const struct beginning *b, const struct firsts *f, uint32_t at)
{
    return firsts_are_fixed(f, at) && !is_taken(b, at) && !is_of_capture(b, at);
}

/* --- bits --------------------------------------------------------------------------------------------- */

/* What a byte that is always the same is worth, in bits: how seldom it is in first messages of any protocol. Counted
 * over those that nDPI 4.2 tells in its own test captures, each protocol weighted the same: a quarter of all bytes are
 * zeros, and behind a zero more than half are; small numbers are often versions, types and counts. */
static unsigned byte_bits(const struct beginning *b, uint32_t at)
{
    enum { ZERO = 2, ONE = 4, SMALL = 5, FLAG = 6, ONES = 4, TEXT = 5, OTHER = 8, AGAIN = 1 };
    uint8_t byte = b->value[at];
    if (b->before[at] == byte && (byte == 0 || byte == 0xff))
        return AGAIN;
    if (byte >= 0x20 && byte < 0x7f)
        return TEXT;
    switch (byte) {
    case 0:
        return ZERO;
    case 1:
        return b->before[at] == 0 ? ONE - 1 : ONE;
    case 2: case 3: case 4:
        return SMALL;
    case 0x80:
        return FLAG;
    case 0xff:
        return ONES;
    default:
        return OTHER;
    }
}

static unsigned count_bits(const struct beginning *b)
{
    enum { LENGTH_BITS = 10, SHORT_LENGTH_BITS = 6, PORT_BITS = 12 }; /* a byte is a length in many protocols */
    unsigned length = b->length.form.width > 1 ? LENGTH_BITS : SHORT_LENGTH_BITS;
    unsigned bits = (b->length.given ? length : 0) + (b->port ? PORT_BITS : 0);
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
        bits += b->fixed[at] ? byte_bits(b, at) : 0;
    return bits;
}

/* How far a byte is the same: what all kinds of messages have is likelier of the protocol than what only first
 * messages have, which may be a name or a version. (Zeros on both sides say little.) Of messages of one size a number
 * may be that size, or tell their kind. */
enum reach { IN_BOTH_SIDES, IN_THE_SIDE, IN_FIRSTS, OF_THE_SIZE, REACHES };

static bool in_all(const struct profile_side *s, uint32_t at, uint8_t value)
{
    for (size_t i = 0; i < s->view.m.n; i++)
        if (message_at(&s->view.m.v[i], at) != value)
            return false;
    return true;
}

static bool may_be_size(const struct firsts *f, uint32_t at)
{
    const struct message *m = &f->v[0];
    if (!firsts_are_of_one_size(f))
        return false;
    bool alone = (at == 0 || message_at(m, at - 1) != 0) && message_at(m, at + 1) != 0;
    return m->bytes[at] && m->bytes[at] <= m->size && !alone;
}

static enum reach reach_of(const struct beginning *b, const struct firsts *f, uint32_t at)
{
    const struct profile_side *own = &b->profile->side[b->side], *other = &b->profile->side[!b->side];
    uint8_t value = (uint8_t)message_at(&f->v[0], at);
    if (may_be_size(f, at))
        return OF_THE_SIZE;
    if (!in_all(own, at, value))
        return IN_FIRSTS;
    return value && other->view.m.n && in_all(other, at, value) ? IN_BOTH_SIDES : IN_THE_SIDE;
}

static void take_byte(struct beginning *b, const struct firsts *f, uint32_t at)
{
    b->fixed[at] = true;
    b->value[at] = (uint8_t)message_at(&f->v[0], at);
    b->bits = count_bits(b);
}

static bool is_print(int byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* Text in a message that does not begin with it. */
static bool may_be_name(const struct firsts *f, uint32_t at)
{
    const struct message *m = &f->v[0];
    return at > 0 && !is_print(message_at(m, 0)) && is_print(message_at(m, at)) &&
           (is_print(message_at(m, at - 1)) || is_print(message_at(m, at + 1)));
}

/* No more than is needed: each further byte may be of this capture alone. */
static void find_head(struct beginning *b, const struct firsts *f, bool names)
{
    for (enum reach reach = 0; reach < REACHES; reach++)
        for (uint32_t at = 0; at < BEGINNING_HEAD && b->bits < BEGINNING_BITS; at++)
            if (can_take(b, f, at) && reach_of(b, f, at) == reach &&
                (names || reach < IN_FIRSTS || !may_be_name(f, at)))
                take_byte(b, f, at);
}

/* Bytes were taken in order of their place: now those go that are not needed, which are the least sure of the protocol,
 * and of these the greatest first, for a number that is not zero tells more often one kind of messages. */
static void prune(struct beginning *b, const struct firsts *f)
{
    enum { BYTE = 8 };
    for (unsigned reach = REACHES; reach-- > 0;)
        for (unsigned bits = BYTE; bits > 0; bits--)
            for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
                if (b->fixed[at] && byte_bits(b, at) == bits && b->bits - bits >= BEGINNING_BITS &&
                    reach_of(b, f, at) == reach) {
                    b->fixed[at] = false;
                    b->bits -= bits;
                }
}

/* Where a server is found says something of its protocol, and can add what little is missing to what the bytes say. A
 * port of the dynamic ones is the host's, not the protocol's. */
static void find_port(struct beginning *b)
{
    enum { BYTES_LEAST = 12, PORTS_DYNAMIC = 49152 };
    const struct profile *p = b->profile;
    if (b->bits >= BYTES_LEAST && b->bits < BEGINNING_BITS && p->all_ports == 1 && p->port[0].port < PORTS_DYNAMIC)
        b->port = p->port[0].port;
    b->bits = count_bits(b);
}

/* --- what others have, too ---------------------------------------------------------------------------- */

static bool matches(const struct beginning *b, const struct message *m)
{
    uint64_t v;
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
        if (b->fixed[at] && message_at(m, at) != b->value[at])
            return false;
    return !b->length.given || (message_number(m, b->length.at, b->length.form, &v) &&
                                (int64_t)v + b->length.plus == (int64_t)m->size);
}

static bool matching_message(struct message *m, const struct beginning *b, const struct sample *s)
{
    return s->transport == b->profile->transport && (!b->port || s->port[1] == b->port) &&
           first_message(m, s, b->side) && matches(b, m);
}

bool beginning_matches(const struct beginning *b, const struct sample *s)
{
    struct message m;
    return matching_message(&m, b, s);
}

/* How many of n rivals have what the beginning asks for, and another value at each byte that it could ask for. */
static uint32_t count_rivals(const struct beginning *b, const struct rival *v, size_t n, const struct firsts *f,
                             uint32_t others[static BEGINNING_HEAD])
{
    uint32_t found = 0;
    struct message m;
    memset(others, 0, BEGINNING_HEAD * sizeof(*others));
    for (size_t i = 0; i < n; i++) {
        if (!matching_message(&m, b, v[i].sample))
            continue;
        found++;
        for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
            others[at] += message_at(&m, at) != message_at(&f->v[0], at);
    }
    for (uint32_t at = 0; at < BEGINNING_HEAD && found; at++)
        others[at] = can_take(b, f, at) ? others[at] : 0;
    return found;
}

static uint32_t most(const uint32_t others[static BEGINNING_HEAD])
{
    uint32_t best = 0;
    for (uint32_t at = 1; at < BEGINNING_HEAD; at++)
        best = others[at] > others[best] ? at : best;
    return best;
}

/* Adds bytes as long as some have it that a byte tells apart: each time the one that most differ in. */
static void tell_from_known(struct beginning *b, const struct firsts *f, const struct rival *v, size_t n)
{
    uint32_t others[BEGINNING_HEAD];
    while (count_rivals(b, v, n, f, others)) {
        uint32_t best = most(others);
        if (!others[best])
            return;
        take_byte(b, f, best);
    }
}

/* Of another group only what tells it apart as a whole: parts of one protocol may have come into two groups, and what
 * differs between some of their messages are names and numbers. */
static void tell_from_group(struct beginning *b, const struct firsts *f, const struct rival *v, size_t n)
{
    enum { FEW = 10 };
    uint32_t others[BEGINNING_HEAD], found = count_rivals(b, v, n, f, others), best = most(others);
    if (found * FEW >= n && others[best] * FEW >= found * (FEW - 1) && others[best])
        take_byte(b, f, best);
}

static void tell_apart(struct beginning *b, const struct firsts *f, const struct rivals *rivals)
{
    for (size_t i = 0, n; i < rivals->n; i += n) {
        const struct rival *v = &rivals->v[i];
        for (n = 1; i + n < rivals->n && v[n].of == v->of; n++)
            ;
        if (!v->of)
            tell_from_known(b, f, v, n);
        else if (v->of != b->profile)
            tell_from_group(b, f, v, n);
    }
}

static void find_length(struct beginning *b, const struct firsts *f)
{
    b->length.given = firsts_length(f, &b->length);
    b->bits = count_bits(b);
}

static void find_example(struct beginning *b, const struct firsts *f)
{
    for (uint32_t i = 0; i < f->n && !b->example.kept; i++)
        if (f->v[i].kept == f->v[i].size && f->v[i].size <= SAMPLE_BYTES)
            b->example = f->v[i];
}

/* --- of messages of one kind, and of several ---------------------------------------------------------- */

/* What is taken for evidence, the best first: bytes, the port with them, bytes that may be of a name. */
enum evidence { OF_HEAD, OF_PORT, OF_NAMES };

static void note_before(struct beginning *b, const struct firsts *f)
{
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++) {
        bool has = at > 0 && firsts_are_fixed(f, at - 1);
        b->before[at] = has ? (int16_t)message_at(&f->v[0], at - 1) : -1;
    }
}

static void find(struct beginning *b, const struct firsts *f, enum evidence evidence)
{
    b->flows = f->n;
    b->bits = 0;
    if (f->n < BEGINNING_FLOWS)
        return;
    note_before(b, f);
    find_length(b, f);
    find_head(b, f, false);
    if (evidence >= OF_PORT)
        find_port(b);
    if (evidence >= OF_NAMES) {
        find_head(b, f, true);
        find_port(b);
    }
    b->given = b->bits >= BEGINNING_BITS;
    if (b->given)
        prune(b, f);
    find_example(b, f);
}

/* Most first messages are to have what one of them asks for. */
static bool are_most(uint32_t n, uint32_t of)
{
    return n * 4 >= of * 3;
}

/* One for each kind that a byte tells, of those that are worth enough; returns how many messages have one of them. */
static uint32_t find_kinds(struct beginnings *found, const struct beginning *blank, const struct firsts *f,
                           uint32_t at, enum evidence evidence)
{
    uint8_t value[BEGINNING_KINDS];
    uint32_t n = firsts_values(f, at, BEGINNING_FLOWS, value, BEGINNING_KINDS), have = 0;
    struct firsts kind;
    found->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct beginning *b = &found->v[found->n];
        firsts_select(&kind, f, at, value[i]);
        *b = *blank;
        find(b, &kind, evidence);
        found->n += b->given;
        have += b->given ? kind.n : 0;
    }
    return have;
}

static bool find_by_kind(struct beginnings *out, const struct firsts *f, enum evidence evidence)
{
    const struct beginning blank = {.profile = out->v[0].profile, .side = out->v[0].side};
    struct beginnings found;
    uint32_t best = 0;
    for (uint32_t at = 0; at < BEGINNING_HEAD && f->n; at++) {
        uint32_t have = firsts_are_fixed(f, at) ? 0 : find_kinds(&found, &blank, f, at, evidence);
        if (!are_most(have, f->n) || have <= best)
            continue;
        best = have;
        *out = found;
    }
    return best > 0;
}

/* What all have in common comes before what kinds of them have. */
static bool find_best(struct beginnings *out, const struct firsts *f)
{
    static const struct {
        enum evidence evidence;
        bool kinds;
    } ways[] = {{OF_HEAD, false}, {OF_PORT, false}, {OF_NAMES, false},
                {OF_HEAD, true},  {OF_PORT, true},  {OF_NAMES, true}};
    const struct beginning blank = out->v[0];
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (ways[i].kinds) {
            if (find_by_kind(out, f, ways[i].evidence))
                return true;
        } else {
            out->v[0] = blank;
            find(&out->v[0], f, ways[i].evidence);
            if (out->v[0].given)
                return true;
        }
    return false;
}

/* Messages of which a signature was made. */
static void collect_of(struct firsts *kind, const struct beginning *b, const struct firsts *f)
{
    kind->n = 0;
    for (uint32_t i = 0; i < f->n; i++)
        if (matches(b, &f->v[i]))
            kind->v[kind->n++] = f->v[i];
}

void beginnings_find(struct beginnings *out, const struct profile *p, unsigned side, const struct rivals *rivals)
{
    struct firsts f, kind;
    *out = (struct beginnings){.n = 1, .v[0] = {.profile = p, .side = side}};
    firsts_collect(&f, p, side, false);
    bool midstream = f.n < BEGINNING_FLOWS;
    if (midstream)
        firsts_collect(&f, p, side, true);
    bool found = find_best(out, &f);
    for (uint32_t i = 0; i < out->n; i++) {
        out->v[i].kind = i;
        out->v[i].midstream = midstream;
        collect_of(&kind, &out->v[i], &f);
        if (found)
            tell_apart(&out->v[i], &kind, rivals);
    }
}

/* --- for those who write it --------------------------------------------------------------------------- */

bool beginning_next(const struct beginning *b, struct beginning_bytes *bytes)
{
    uint32_t at = bytes->at + bytes->n, n = 0;
    while (at < BEGINNING_HEAD && !b->fixed[at])
        at++;
    while (at + n < BEGINNING_HEAD && b->fixed[at + n])
        n++;
    *bytes = (struct beginning_bytes){at, &b->value[at], n};
    return n > 0;
}

uint32_t beginning_reach(const struct beginning *b)
{
    uint32_t reach = b->length.given ? b->length.at + b->length.form.width : 0;
    for (uint32_t at = 0; at < BEGINNING_HEAD; at++)
        if (b->fixed[at] && at + 1 > reach)
            reach = at + 1;
    return reach;
}
