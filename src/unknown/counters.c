/* SPDX-License-Identifier: BSD-2-Clause */
/* counters.c - what numbers do from message to message of a flow, and between the sides. */
#include "unknown/counters.h"

#include "unknown/lengths.h"
#include "util/xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OFFSETS = 32, STEPS_FEWEST = 3, FLOWS_FEWEST = 3, PAIRS_FEWEST = 4, TIMES_FEWEST = 4, DAY = 86400 };

/* --- sequences ---------------------------------------------------------------------------------------- */

struct steps {
    uint32_t at;
    struct number_form form;
    int64_t step; /* what all agree in, once one flow has said it */
    uint32_t flows, agree; /* with enough steps; of those, where most steps are the same */
    uint32_t n, right;
    bool carries; /* the highest byte changed in a step that is right */
};

static uint64_t mask_of(const struct steps *s)
{
    return (UINT64_C(1) << (s->form.width * 8)) - 1;
}

/* The difference between two numbers of the form, modulo its width. */
static uint64_t step_of(const struct steps *s, uint64_t before, uint64_t behind)
{
    return (behind - before) & mask_of(s);
}

/* What is nearer to a step down is one. */
static int64_t signed_step(const struct steps *s)
{
    int64_t all = (int64_t)mask_of(s) + 1;
    return s->step < all / 2 ? s->step : s->step - all;
}

/* Sent again, it says nothing of what goes up. */
static bool is_copy(const struct message *a, const struct message *b)
{
    return a->size == b->size && a->kept == b->kept && memcmp(a->bytes, b->bytes, a->kept) == 0;
}

static void look_at_steps(void *ctx, const struct message *m, size_t n)
{
    struct steps *s = ctx;
    uint32_t right = 0, steps = 0;
    uint64_t before = 0, behind, all = (uint64_t)s->step;
    bool carries = false;
    for (size_t i = 0; i < n && message_number(&m[i], s->at, s->form, &behind); before = behind, i++) {
        if (i == 0 || is_copy(&m[i - 1], &m[i]))
            continue;
        uint64_t step = step_of(s, before, behind);
        if (all == 0)
            all = step;
        steps++;
        right += step && step == all;
        carries = carries || (step && step == all && (before ^ behind) >> ((s->form.width - 1) * 8));
    }
    if (steps < STEPS_FEWEST)
        return;
    bool agrees = right * 10 >= steps * 8;
    if (agrees)
        s->step = (int64_t)all;
    s->carries = s->carries || carries;
    s->flows++;
    s->agree += agrees;
    s->n += steps;
    s->right += right;
}

static bool goes_up(const struct view *v, struct steps *s)
{
    view_each_flow(v, look_at_steps, s);
    return s->step > 0 && s->flows && s->agree * 10 >= s->flows * 6 && s->right >= 2 * STEPS_FEWEST;
}

/* What happens when a number makes its step: a bit for each of the first bytes that changes then. */
struct moves {
    const struct steps *of;
    uint32_t bytes;
};

static void look_at_moves(void *ctx, const struct message *m, size_t n)
{
    struct moves *moves = ctx;
    uint64_t before = 0, behind;
    for (size_t i = 0; i < n && message_number(&m[i], moves->of->at, moves->of->form, &behind); before = behind, i++) {
        if (i == 0 || step_of(moves->of, before, behind) != (uint64_t)moves->of->step)
            continue;
        for (uint32_t at = 0; at < OFFSETS; at++)
            moves->bytes |= (uint32_t)(message_at(&m[i], at) != message_at(&m[i - 1], at)) << at;
    }
}

/* A number that goes up, from its lowest byte. */
struct growth {
    const struct view *v;
    const struct fields *fields;
    uint32_t moves; /* bytes that change with the lowest one */
    struct steps low, seen; /* the lowest byte; with those above that were seen to change as they should */
    uint32_t width; /* with those that never changed and are likely its */
};

/* Where the byte is that is k above the lowest one; HEADER_MOST: there is none to be had. */
static uint32_t place(const struct growth *g, bool little, uint32_t k)
{
    uint32_t at = little ? g->low.at + k : g->low.at - k;
    bool there = at < OFFSETS && at < g->v->positions.n && fields_have_room(g->fields, at, 1); /* also when below 0 */
    return there ? at : HEADER_MOST;
}

static bool is_moving(const struct growth *g, uint32_t at)
{
    return g->moves >> at & 1;
}

static void see_growth(struct growth *g, bool little)
{
    for (uint32_t k = 1; k < 4; k++) {
        uint32_t at = place(g, little, k);
        if (at == HEADER_MOST || !is_moving(g, at))
            return;
        struct steps s = {.at = little ? g->low.at : at, .form = {(uint8_t)(k + 1), little}};
        if (!goes_up(g->v, &s) || !s.carries || s.right < g->seen.right)
            return;
        g->seen = s;
    }
}

/* What bytes above those that were seen to change are: the same in each flow, and not in all; zeros; any that stay. */
enum above { HELD, ZEROS, STAYING };

static bool is_above(const struct growth *g, uint32_t at, enum above what)
{
    if (at == HEADER_MOST || is_moving(g, at))
        return false;
    const struct position *p = &g->v->positions.v[at];
    return what == STAYING || (what == ZEROS ? p->is == POSITION_ZERO : !position_is_const(p));
}

/* The bytes of the number when as many above it as there are one behind the other are its. */
static uint32_t with(const struct growth *g, enum above what)
{
    uint32_t n = g->seen.form.width;
    while (is_above(g, place(g, g->seen.form.little, n), what))
        n++;
    return n;
}

static bool is_aligned(const struct growth *g, uint32_t width)
{
    return (g->seen.form.little ? g->low.at : g->low.at + 1) % width == 0;
}

/* Bytes that no flow changes may be the number's or something else's, as an id of four bytes or a magic. Of zeros the
 * number has those that fill it, in the order that is not usual only if they are three; of what is the same in all
 * flows a byte, where it is in the first two of the message or of few flows that may have begun alike. */
static uint32_t guess_width(const struct growth *g, bool usual)
{
    enum { ID = 4, FEW = 3 };
    uint32_t seen = g->seen.form.width, held = with(g, HELD), zeros = with(g, ZEROS), staying = with(g, STAYING);
    for (uint32_t width = 2; width <= 4; width *= 2)
        if (width >= seen && held >= width && (held - width) % ID == 0 && (usual || seen > 1 || width == 4))
            return width;
    if (zeros >= 4 || (seen == 3 && staying >= 4))
        return 4;
    bool alike = g->low.at < 2 || g->v->n_flows < FEW;
    bool pair = usual && (zeros >= 2 || (staying >= 2 && alike && is_aligned(g, 2)));
    return seen > 1 || !pair ? seen : 2;
}

static struct growth grow(const struct view *v, const struct fields *f, const struct steps *low, bool little,
                          bool usual)
{
    struct moves moves = {.of = low};
    view_each_flow(v, look_at_moves, &moves);
    struct growth g = {.v = v, .fields = f, .moves = moves.bytes, .low = *low, .seen = *low};
    see_growth(&g, little);
    g.seen.form.little = little;
    g.width = guess_width(&g, usual);
    return g;
}

/* What was seen to change counts first, and numbers are aligned more often than not. */
static bool is_better(const struct growth *a, const struct growth *b)
{
    if (a->seen.form.width != b->seen.form.width)
        return a->seen.form.width > b->seen.form.width;
    bool a_fits = a->width > 1 && is_aligned(a, a->width), b_fits = b->width > 1 && is_aligned(b, b->width);
    return a_fits != b_fits && b->width > 1 ? a_fits : a->width > b->width;
}

static void add_sequence(const struct growth *g, struct fields *f)
{
    const struct steps *s = &g->seen;
    bool little = s->form.little;
    struct field new = {
        .at = little ? g->low.at : g->low.at + 1 - g->width, .size = g->width, .role = ROLE_SEQUENCE,
        .number = g->width > 1, .little = little && g->width > 1, .sure = true, .hits = s->right,
        .of = s->n, .add = signed_step(s),
    };
    const char *how = g->width > s->form.width ? ", high bytes never changed" : "";
    field_say(&new, "%+" PRId64 " per message%s", signed_step(s), how);
    fields_add(f, &new);
}

/* The surest of n that still has room: the low bytes of a number go up by the same more often than its high ones. */
static struct steps *surest(struct steps low[static OFFSETS], const struct fields *f)
{
    struct steps *best = NULL;
    for (uint32_t at = 0; at < OFFSETS; at++) {
        struct steps *s = &low[at];
        bool surer = !best || (uint64_t)s->right * best->n > (uint64_t)best->right * s->n;
        if (s->step && surer && fields_have_room(f, at, 1))
            best = s;
    }
    return best;
}

void sequences_find(const struct view *v, bool little, struct fields *f)
{
    struct steps low[OFFSETS] = {0}, *best;
    for (uint32_t at = 0; at < OFFSETS && at < v->positions.n; at++) {
        struct steps s = {.at = at, .form = {1, false}};
        if (!position_is_const(&v->positions.v[at]) && fields_have_room(f, at, 1) && goes_up(v, &s))
            low[at] = s;
    }
    while ((best = surest(low, f)) != NULL) {
        struct growth usual = grow(v, f, best, little, true), other = grow(v, f, best, !little, false);
        add_sequence(is_better(&other, &usual) ? &other : &usual, f);
        best->step = 0; /* it is done, whether there was a place for the field or not */
    }
}

/* --- times -------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint8_t width;
    uint64_t per_second; /* 0: it has seconds as a double (IEEE 754) */
    uint64_t epoch; /* seconds before 1970 at which it begins */
} clocks[] = {
    {"unix milliseconds", 8, 1000, 0},
    {"unix microseconds", 8, 1000000, 0},
    {"unix nanoseconds", 8, 1000000000, 0},
    {"unix seconds as a double", 8, 0, 0},
    {"100 ns since 1601, as of Windows", 8, 10000000, UINT64_C(11644473600)},
    {"NTP time, 32.32 bits of seconds since 1900", 8, UINT64_C(1) << 32, UINT64_C(2208988800)},
    {"unix seconds", 4, 1, 0},
    {"seconds since 1900", 4, 1, UINT64_C(2208988800)},
};

static uint64_t whole_seconds(uint64_t v, uint64_t per_second)
{
    double real;
    if (per_second)
        return v / per_second;
    memcpy(&real, &v, sizeof(real));
    return real > 0 && real < UINT32_MAX ? (uint64_t)real : 0;
}

static bool is_time(const struct message *m, uint32_t at, struct number_form form, size_t clock, int64_t *off)
{
    uint64_t v;
    if (!message_number(m, at, form, &v))
        return false;
    int64_t seconds = (int64_t)whole_seconds(v, clocks[clock].per_second) - (int64_t)clocks[clock].epoch;
    *off = seconds - m->time_ns / INT64_C(1000000000);
    return *off >= -DAY && *off <= DAY;
}

static bool try_clock(const struct view *v, struct field *f, size_t clock)
{
    int64_t least = DAY, most = -DAY, off;
    uint64_t *values = xcalloc(v->m.n + 1, sizeof(*values));
    struct number_form form = {(uint8_t)f->size, f->little};
    size_t n = 0, wrong = 0;
    for (size_t i = 0; i < v->m.n; i++) {
        if (!is_time(&v->m.v[i], f->at, form, clock, &off)) {
            if (++wrong * 20 > v->m.n)
                break;
            continue;
        }
        message_number(&v->m.v[i], f->at, form, &values[n++]);
        least = off < least ? off : least;
        most = off > most ? off : most;
    }
    f->hits = (uint32_t)n;
    f->of = (uint32_t)v->m.n;
    f->distinct = distinct_of(values, n);
    free(values);
    field_say(f, "%s, capture %+" PRId64 "..%+" PRId64 " s", clocks[clock].name, least, most);
    return n >= TIMES_FEWEST && n >= 0.95 * (double)v->m.n && f->distinct >= 2;
}

void times_find(const struct view *v, struct fields *f)
{
    for (size_t clock = 0; clock < sizeof(clocks) / sizeof(clocks[0]); clock++)
        for (uint32_t at = 0; at < 2 * OFFSETS; at++)
            for (unsigned little = 0; little < 2; little++) {
                struct field new = {.at = at, .size = clocks[clock].width, .role = ROLE_TIME, .number = true,
                                    .little = little, .sure = true};
                if (fields_have_room(f, at, new.size) && try_clock(v, &new, clock))
                    fields_add(f, &new);
            }
}

/* --- sessions ----------------------------------------------------------------------------------------- */

struct session {
    uint32_t at;
    struct number_form form;
    uint64_t *values;
    size_t n; /* flows with two messages or more that agree in it */
    uint32_t flows, differ;
    uint32_t messages;
};

static void look_at_session(void *ctx, const struct message *m, size_t n)
{
    struct session *s = ctx;
    uint64_t first, v;
    if (n < 2 || !message_number(&m[0], s->at, s->form, &first))
        return;
    s->flows++;
    for (size_t i = 1; i < n; i++)
        if (!message_number(&m[i], s->at, s->form, &v) || v != first) {
            s->differ++;
            return;
        }
    s->messages += (uint32_t)n;
    s->values[s->n++] = first;
}

static bool try_session(const struct view *v, uint32_t at, uint8_t width, struct fields *f)
{
    struct session s = {.at = at, .form = {width, false}, .values = xcalloc(v->n_flows + 1, sizeof(uint64_t))};
    view_each_flow(v, look_at_session, &s);
    struct field new = {
        .at = at, .size = width, .role = ROLE_SESSION, .sure = !s.differ, .hits = (uint32_t)s.n, .of = s.flows,
        .distinct = distinct_of(s.values, s.n),
    };
    field_say(&new, "constant in a flow, %" PRIu32 " values in %zu flows", new.distinct, s.n);
    bool good = s.n > FLOWS_FEWEST && s.differ * 20 <= s.flows && new.distinct * 10 >= s.n * 8;
    if (good)
        fields_add(f, &new);
    free(s.values);
    return good;
}

static bool varies(const struct view *v, uint32_t at)
{
    return at < v->positions.n && !position_is_const(&v->positions.v[at]);
}

void sessions_find(const struct view *v, struct fields *f)
{
    static const uint8_t widths[] = {8, 4, 2};
    for (size_t w = 0; w < sizeof(widths); w++)
        for (uint32_t at = 0; at < OFFSETS; at++)
            if (varies(v, at) && varies(v, at + widths[w] - 1u) && fields_have_room(f, at, widths[w]))
                try_session(v, at, widths[w], f);
}

/* --- addresses ---------------------------------------------------------------------------------------- */

static bool is_end(const struct view *v, const struct message *m, uint32_t at, unsigned what)
{
    const struct sample *s = v->flow[m->flow];
    struct number_form form = {what < 2 ? 4 : 2, false};
    uint64_t value;
    if (!message_number(m, at, form, &value))
        return false;
    if (what >= 2)
        return s->has_ports && value == s->port[what - 2];
    return s->addr[what].family == 4 && value == number_of(s->addr[what].b, form);
}

static const char *const end_names[] = {"address of the client", "address of the server", "port of the client",
                                        "port of the server"};

static bool try_end(const struct view *v, uint32_t at, unsigned what, struct fields *f)
{
    struct field new = {.at = at, .size = what < 2 ? 4 : 2, .role = ROLE_ADDRESS, .of = (uint32_t)v->m.n};
    for (size_t i = 0; i < v->m.n; i++)
        new.hits += is_end(v, &v->m.v[i], at, what);
    new.sure = new.hits == new.of;
    field_say(&new, "%s", end_names[what]);
    if (new.hits < FLOWS_FEWEST || new.hits * 20 < new.of * 19 || !fields_have_room(f, at, new.size))
        return false;
    fields_add(f, &new);
    return true;
}

void addresses_find(const struct view *v, struct fields *f)
{
    for (unsigned what = 0; what < 4; what++)
        for (uint32_t at = 0; at < 2 * OFFSETS; at++)
            try_end(v, at, what, f);
}

/* --- transactions ------------------------------------------------------------------------------------- */

/* The first message of m[0..n) of a flow behind index, or NULL. */
static const struct message *answer_to(const struct messages *m, const struct message *question, size_t *from)
{
    while (*from < m->n && (m->v[*from].flow < question->flow ||
                            (m->v[*from].flow == question->flow && m->v[*from].index < question->index)))
        ++*from;
    bool there = *from < m->n && m->v[*from].flow == question->flow;
    return there ? &m->v[*from] : NULL;
}

/* A number of the client at one offset that its answers have at the same or another one. */
struct echo {
    uint32_t asked_at, answered_at;
    uint8_t width;
    uint32_t hits, of, distinct;
};

static bool is_echo(const struct view *client, const struct view *server, struct echo *e)
{
    struct number_form form = {e->width, false};
    uint64_t *values = xcalloc(client->m.n + 1, sizeof(*values)), asked, answered;
    size_t from = 0, most_wrong = client->m.n / 10;
    for (size_t i = 0; i < client->m.n && e->of - e->hits <= most_wrong; i++) {
        const struct message *question = &client->m.v[i], *answer = answer_to(&server->m, question, &from);
        if (!answer || !message_number(question, e->asked_at, form, &asked) ||
            !message_number(answer, e->answered_at, form, &answered))
            continue;
        e->of++;
        if (asked == answered)
            values[e->hits++] = asked;
    }
    e->distinct = distinct_of(values, e->hits);
    free(values);
    return e->hits >= PAIRS_FEWEST && e->hits * 10 >= e->of * 9 && e->distinct * 20 >= e->hits * 17;
}

static void add_echo(const struct echo *e, struct fields *client, struct fields *server)
{
    char asked[24] = "", answered[24] = ", too";
    struct field new = {.at = e->asked_at, .size = e->width, .role = ROLE_TRANSACTION, .hits = e->hits, .of = e->of,
                        .distinct = e->distinct, .sure = true};
    if (e->asked_at != e->answered_at) {
        snprintf(asked, sizeof(asked), ", at %" PRIu32 " there", e->asked_at);
        snprintf(answered, sizeof(answered), " at %" PRIu32, e->answered_at);
    }
    field_say(&new, "the answer has it%s; %" PRIu32 " values", answered, e->distinct);
    fields_add(client, &new);
    new.at = e->answered_at;
    field_say(&new, "that of the question%s; %" PRIu32 " values", asked, e->distinct);
    fields_add(server, &new);
}

static bool may_be(const struct view *v, const struct fields *f, uint32_t at, uint8_t width)
{
    return varies(v, at) && varies(v, at + width - 1u) && fields_have_room(f, at, width);
}

/* apart: at different offsets. */
static void find_echoes(const struct transactions *t, uint8_t width, bool apart)
{
    for (uint32_t at = 0; at < OFFSETS; at++)
        for (uint32_t to = apart ? 0 : at; to < (apart ? OFFSETS : at + 1); to++) {
            struct echo e = {.asked_at = at, .answered_at = to, .width = width};
            if ((at == to) == !apart && may_be(t->client, t->client_fields, at, width) &&
                may_be(t->server, t->server_fields, to, width) && is_echo(t->client, t->server, &e))
                add_echo(&e, t->client_fields, t->server_fields);
        }
}

void transactions_find(const struct transactions *t)
{
    find_echoes(t, 4, false);
    find_echoes(t, 2, false);
    find_echoes(t, 4, true); /* two bytes at any two offsets may be the same by chance */
}
