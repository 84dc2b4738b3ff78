/* SPDX-License-Identifier: BSD-2-Clause */
/* test_unknown_profile.c - what is inferred of protocols that are made up, and that nothing is where there is none. */
#include "unknown/profile.h"

#include "profile/profile_text.h"
#include "util/xalloc.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"
#include "unknown_made.h"

struct made {
    struct samples samples;
    struct groups groups;
    struct profile *profile; /* of the first group */
};

static void finish(struct made *m)
{
    groups_make(&m->groups, &m->samples, GROUP_BY_BOTH);
    m->profile = profile_new(&m->samples, &m->groups, 0);
}

static void forget(struct made *m)
{
    profile_free(m->profile);
    groups_free(&m->groups);
    samples_free(&m->samples);
}

static const struct field *field_at(const struct profile_side *s, uint32_t at, bool from_end)
{
    for (size_t i = 0; i < s->fields.n; i++)
        if (s->fields.v[i].at == at && s->fields.v[i].from_end == from_end)
            return &s->fields.v[i];
    return NULL;
}

static void is_field(const struct profile_side *s, uint32_t at, uint32_t size, enum field_role role)
{
    const struct field *f = field_at(s, at, false);
    assert_non_null(f);
    assert_int_equal(f->size, size);
    assert_int_equal(f->role, role);
}

/* --- the binary protocol ------------------------------------------------------------------------------ */

static void is_binary_side(const struct profile_side *s)
{
    is_field(s, 0, 2, ROLE_MAGIC);
    is_field(s, 2, 1, ROLE_TYPE);
    assert_true(field_at(s, 0, false)->sure);
    is_field(s, 6, 4, ROLE_SESSION);
    is_field(s, 10, 2, ROLE_SEQUENCE);
    const struct field *length = fields_find(&s->fields, ROLE_LENGTH);
    assert_non_null(length);
    assert_int_equal(length->at + length->size, 6);
    assert_false(length->little);
    assert_int_equal(length->add, 6);
    assert_int_equal(length->hits, length->of);
    const struct field *sum = field_at(s, 2, true);
    assert_non_null(sum);
    assert_int_equal(sum->role, ROLE_CHECKSUM);
    assert_non_null(strstr(sum->text, "CCITT-FFFF"));
    assert_true(s->body.random);
}

static void binary(uint8_t transport)
{
    struct made m = {0};
    uint64_t random = 11;
    for (unsigned i = 0; i < 20; i++)
        made_binary(&m.samples, &random, transport, 7000);
    finish(&m);
    assert_int_equal(m.groups.n, 1);
    assert_true(m.profile->inferred);
    is_binary_side(&m.profile->side[0]);
    is_binary_side(&m.profile->side[1]);
    if (transport == 6) {
        assert_int_equal(m.profile->side[0].view.framing.kind, FRAMING_LENGTH);
        assert_int_equal(m.profile->side[0].view.m.n, 20 * 8);
    }
    forget(&m);
}

static void datagrams(void **state)
{
    (void)state;
    binary(17);
}

static void streams(void **state)
{
    (void)state;
    binary(6);
}

/* --- others ------------------------------------------------------------------------------------------- */

static void text(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 13;
    for (unsigned i = 0; i < 10; i++)
        made_text(&m.samples, &random, 2525);
    finish(&m);
    const struct text_shape *client = &m.profile->side[0].text, *server = &m.profile->side[1].text;
    assert_true(client->found && server->found);
    assert_string_equal(client->line_end, "CRLF");
    assert_false(client->codes);
    assert_string_equal(client->v[0].text, "GET");
    assert_true(server->codes);
    assert_int_equal(server->n, 2);
    assert_null(fields_find(&m.profile->side[0].fields, ROLE_LENGTH));
    forget(&m);
}

/* A length in front, and nothing that is not printable behind it. */
static void text_behind_lengths(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 37;
    for (unsigned i = 0; i < 12; i++) {
        struct sample *f = made_flow(&m.samples, 6, 7200);
        for (unsigned k = 0; k < 4; k++) {
            char bytes[128];
            uint32_t n = 40 + made_random(&random) % 60;
            bytes[0] = 0;
            bytes[1] = (char)n;
            for (uint32_t at = 2; at < n + 2; at++)
                bytes[at] = (char)('a' + made_random(&random) % 26);
            sample_add(f, 0, INT64_C(1700000000000000000) + k, (const uint8_t *)bytes, n + 2, n + 2);
        }
    }
    finish(&m);
    assert_int_equal(m.profile->side[0].view.framing.kind, FRAMING_LENGTH);
    assert_false(m.profile->side[0].text.found);
    is_field(&m.profile->side[0], 0, 2, ROLE_LENGTH);
    forget(&m);
}

/* A header of four bytes, then records of a type of two bytes and a length of two. */
static void lists_of_records(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 29;
    for (unsigned i = 0; i < 20; i++) {
        uint8_t bytes[256] = {0x42, 0x17, 0, (uint8_t)i};
        uint32_t n = 4;
        for (unsigned k = 0; k < 1 + i % 4; k++) {
            uint32_t size = 1 + made_random(&random) % 20;
            bytes[n + 1] = (uint8_t)k;
            bytes[n + 3] = (uint8_t)size;
            made_bytes(&random, bytes + n + 4, size);
            n += 4 + size;
        }
        sample_add(made_flow(&m.samples, 17, 7100), 0, INT64_C(1700000000000000000), bytes, n, n);
    }
    finish(&m);
    const struct records *r = &m.profile->side[0].records;
    assert_true(r->found);
    assert_int_equal(r->at, 4);
    assert_int_equal(r->type_size, 2);
    assert_int_equal(r->length.width, 2);
    assert_false(r->length.little || r->whole);
    assert_int_equal(r->align, 1);
    assert_int_equal(r->least, 1);
    assert_int_equal(r->most, 4);
    assert_int_equal(r->hits, 20);
    forget(&m);
}

/* Neither fields nor boundaries are told. */
static void says_nothing(const struct made *m, enum group_kind kind)
{
    assert_int_equal(m->profile->group->kind, kind);
    assert_false(m->profile->inferred);
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(m->profile->side[side].fields.n, 0);
        for (unsigned i = 0; i < HEADER_MOST; i++)
            assert_false(m->profile->side[side].cut[i]);
    }
}

static void noise(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 17;
    for (unsigned i = 0; i < 20; i++)
        made_noise(&m.samples, &random, 17, 9000);
    finish(&m);
    says_nothing(&m, GROUP_RANDOM);
    forget(&m);
}

static void zeros(void **state)
{
    (void)state;
    struct made m = {0};
    for (unsigned i = 0; i < 10; i++)
        made_fixed(&m.samples, 17, 5000, (uint8_t[40]){0}, 20 + i, 8);
    finish(&m);
    says_nothing(&m, GROUP_ZERO);
    forget(&m);
}

static void one_message_again(void **state)
{
    (void)state;
    struct made m = {0};
    for (unsigned i = 0; i < 10; i++)
        made_fixed(&m.samples, 17, 5000, "\x01\x02\x00\x08ping", 8, 8);
    finish(&m);
    says_nothing(&m, GROUP_SAME);
    forget(&m);
}

static void one_empty_flow(void **state)
{
    (void)state;
    struct made m = {0};
    made_flow(&m.samples, 6, 80);
    finish(&m);
    says_nothing(&m, GROUP_EMPTY);
    forget(&m);
}

static void one_small_flow(void **state)
{
    (void)state;
    struct made m = {0};
    made_fixed(&m.samples, 17, 5000, "\x01\x02\x00\x08ping", 8, 1);
    finish(&m);
    assert_true(m.profile->group->small);
    assert_false(m.profile->inferred);
    assert_true(m.profile->n_next > 0);
    forget(&m);
}

static uint32_t *first_numbers(uint32_t n)
{
    uint32_t *v = xcalloc(n, sizeof(*v));
    for (uint32_t i = 0; i < n; i++)
        v[i] = i;
    return v;
}

/* The first flow says one thing over and over, the others something else, and then a third thing. */
static void what_stays_does_not_go_up(void **state)
{
    (void)state;
    struct made m = {0};
    for (uint16_t i = 0; i < 4; i++) {
        struct sample *f = made_flow(&m.samples, 17, 7000);
        uint8_t bytes[] = {0xa7, 0x51, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06};
        for (unsigned k = 0; k < (i ? 2 : 8); k++) {
            bytes[2 + i] = (uint8_t)(i ? 0x30 + k : 1);
            sample_add(f, 0, INT64_C(1700000000000000000) + k, bytes, sizeof(bytes), sizeof(bytes));
        }
    }
    finish(&m);
    assert_null(fields_find(&m.profile->side[0].fields, ROLE_SEQUENCE));
    forget(&m);
}

/* A number that goes up, between a magic and random bytes. */
struct counter {
    uint8_t magic[4], size, n_magic, n_random;
    bool little, sent_twice;
    uint32_t first; /* for all flows; UINT32_MAX: for each another one */
    int32_t step;
    uint32_t at, width;   /* where it is found */
};

static void send_counter(struct samples *s, const struct counter *c, uint64_t *random)
{
    struct sample *f = made_flow(s, 17, 7000);
    uint32_t value = c->first == UINT32_MAX ? made_random(random) << 1 : c->first;
    for (uint32_t k = 0; k < 8; k++, value += (uint32_t)c->step) {
        uint8_t bytes[40];
        uint32_t n = c->n_magic + c->size + c->n_random;
        memcpy(bytes, c->magic, c->n_magic);
        for (unsigned i = 0; i < c->size; i++)
            bytes[c->n_magic + i] = (uint8_t)(value >> 8 * (c->little ? i : c->size - 1u - i));
        made_bytes(random, bytes + c->n_magic + c->size, c->n_random);
        for (unsigned times = 0; times < 1u + c->sent_twice; times++)
            sample_add(f, 0, INT64_C(1700000000000000000) + k, bytes, n, n);
    }
}

static void goes_up_as_it_was_made(void **state)
{
    (void)state;
    static const struct counter made[] = {
        {{0x9e, 0x37, 1}, 4, 3, 12, false, false, 0, 1, 3, 4},
        {{0x9e, 0x37, 1}, 4, 3, 12, true, false, 0, 1, 3, 4},
        {{0x9e, 0x37, 1}, 4, 3, 12, false, false, UINT32_MAX, 1, 3, 4},
        {{0x9e, 0x37, 1}, 4, 3, 12, true, false, UINT32_MAX, 1, 3, 4},
        {{0x9e, 0x37, 1}, 4, 3, 12, false, false, UINT32_MAX, 1000, 3, 4},
        {{0x9e, 0x37, 1}, 4, 3, 12, true, false, UINT32_MAX, 1000, 3, 4},
        {{0x9e, 0x37}, 2, 2, 12, false, false, UINT32_MAX, 1, 2, 2},
        {{0}, 2, 0, 12, false, false, 0, 1, 0, 2},
        {{0x9e, 0x37, 1}, 4, 3, 12, false, true, UINT32_MAX, 1, 3, 4},
        {{0xa7, 0x51, 3}, 1, 3, 9, false, false, 7, 1, 3, 1}, /* what is not zero above it is the magic's */
        {{0x80, 8, 0x51, 0x52}, 4, 4, 0, false, false, 0x7a10f000, 240, 6, 2}, /* as LE it goes up by 61441 */
        {{0x9e, 0x37, 1}, 4, 3, 12, false, false, UINT32_MAX, -1, 3, 4},
        {{0x9e, 0x37}, 2, 2, 12, true, false, UINT32_MAX, -3, 2, 2},
    };
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        const struct counter *c = &made[i];
        struct made m = {0};
        uint64_t random = 17 + i;
        for (unsigned k = 0; k < 8; k++)
            send_counter(&m.samples, c, &random);
        finish(&m);
        is_field(&m.profile->side[0], c->at, c->width, ROLE_SEQUENCE);
        const struct field *f = field_at(&m.profile->side[0], c->at, false);
        assert_int_equal(f->little, c->little);
        assert_int_equal(f->add, c->step);
        forget(&m);
    }
}

/* The time of each message in every way that is known, and what a second later is one more. */
static void tells_time(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t size;
        double per_second, epoch; /* per_second 0: a double */
    } made[] = {
        {"unix seconds,", 4, 1, 0}, {"unix milliseconds", 8, 1e3, 0}, {"unix microseconds", 8, 1e6, 0},
        {"unix nanoseconds", 8, 1e9, 0}, {"unix seconds as a double", 8, 0, 0},
        {"100 ns since 1601", 8, 1e7, 11644473600.0}, {"NTP time", 8, 4294967296.0, 2208988800.0},
    };
    for (size_t i = 0; i < 2 * sizeof(made) / sizeof(made[0]); i++) {
        struct made m = {0};
        bool little = i % 2;
        for (unsigned k = 0; k < 8; k++) {
            struct sample *f = made_flow(&m.samples, 17, 7000);
            for (unsigned n = 0; n < 8; n++) {
                double seconds = 1700000000 + 100.0 * k + 1.25 * n;
                uint64_t v = (uint64_t)((seconds + made[i / 2].epoch) * made[i / 2].per_second);
                uint8_t bytes[16] = {0x9e, 0x37, 1, 2};
                if (made[i / 2].per_second == 0)
                    memcpy(&v, &seconds, sizeof(v));
                for (uint32_t at = 0; at < made[i / 2].size; at++)
                    bytes[4 + at] = (uint8_t)(v >> 8 * (little ? at : made[i / 2].size - 1 - at));
                sample_add(f, 0, (int64_t)(seconds * 1e9), bytes, sizeof(bytes), sizeof(bytes));
            }
        }
        finish(&m);
        is_field(&m.profile->side[0], 4, made[i / 2].size, ROLE_TIME);
        const struct field *f = field_at(&m.profile->side[0], 4, false);
        assert_int_equal(f->little, little);
        assert_ptr_equal(strstr(f->text, made[i / 2].name), f->text);
        forget(&m);
    }
}

/* What one port of a server sent to many clients, which were not heard. */
static void one_port_of_clients(void **state)
{
    (void)state;
    for (unsigned same = 0; same < 2; same++) {
        struct made m = {0};
        for (unsigned i = 0; i < 6; i++) {
            uint8_t bytes[] = {0x9e, 0x37, 1, 2, 3, 4, 5, (uint8_t)i};
            struct sample *f = made_flow(&m.samples, 17, (uint16_t)(40000 + i));
            f->port[0] = same || i ? 7620 : 7621;
            sample_add(f, 0, INT64_C(1700000000000000000) + i, bytes, sizeof(bytes), sizeof(bytes));
        }
        finish(&m);
        assert_int_equal(m.profile->from_port, same ? 7620 : 0);
        assert_ptr_equal(strstr(m.profile->name, same ? "udp7620" : "udp40000"), m.profile->name);
        forget(&m);
    }
}

/* The answer has the id of the question at another offset, and a number of its own where the question has it. */
static void an_id_elsewhere(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 9;
    for (unsigned i = 0; i < 8; i++) {
        struct sample *f = made_flow(&m.samples, 17, 7000);
        for (unsigned k = 0; k < 6; k++) {
            uint8_t asked[24] = {0x9e, 0x37}, answered[16] = {0x9e, 0x38};
            made_bytes(&random, asked + 2, sizeof(asked) - 2);
            made_bytes(&random, answered + 2, sizeof(answered) - 2);
            memcpy(answered + 10, asked + 4, 4);
            sample_add(f, 0, INT64_C(1700000000000000000) + k, asked, sizeof(asked), sizeof(asked));
            sample_add(f, 1, INT64_C(1700000000000000001) + k, answered, sizeof(answered), sizeof(answered));
        }
    }
    finish(&m);
    is_field(&m.profile->side[0], 4, 4, ROLE_TRANSACTION);
    is_field(&m.profile->side[1], 10, 4, ROLE_TRANSACTION);
    assert_string_equal(field_at(&m.profile->side[0], 4, false)->text, "the answer has it at 10; 48 values");
    forget(&m);
}

/* Random bytes of any number between the same ones; and without the last of these. */
static void what_is_at_the_end(void **state)
{
    (void)state;
    for (unsigned closed = 0; closed < 2; closed++) {
        struct made m = {0};
        uint64_t random = 5;
        for (unsigned i = 0; i < 24; i++) {
            uint8_t bytes[40] = {0x9e, 0x37};
            uint32_t n = 12 + made_random(&random) % 20;
            made_bytes(&random, bytes + 2, n - 2);
            if (closed)
                memcpy(bytes + n - 2, "\x10\x03", 2);
            sample_add(made_flow(&m.samples, 17, 7000), 0, INT64_C(1700000000000000000) + i, bytes, n, n);
        }
        finish(&m);
        const struct field *f = field_at(&m.profile->side[0], 2, true);
        assert_int_equal(f != NULL, closed);
        assert_true(!f || (f->size == 2 && f->role == ROLE_MAGIC && f->sure && strcmp(f->text, "10 03") == 0));
        forget(&m);
    }
}

/* Zeros between a length and a number that goes up. */
static void a_length_leaves_zeros_to_a_number(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 3;
    for (unsigned i = 0; i < 8; i++) {
        struct sample *f = made_flow(&m.samples, 17, 7000);
        for (uint8_t k = 0; k < 8; k++) {
            uint8_t n = (uint8_t)(4 + made_random(&random) % 27);
            uint8_t bytes[40] = {0x9e, 0x37, (uint8_t)(1 + n % 3), 0, n, 0, 0, 0, k};
            made_bytes(&random, bytes + 9, n);
            sample_add(f, 0, INT64_C(1700000000000000000) + k, bytes, 9u + n, 9u + n);
        }
    }
    finish(&m);
    is_field(&m.profile->side[0], 3, 2, ROLE_LENGTH);
    is_field(&m.profile->side[0], 5, 4, ROLE_SEQUENCE);
    forget(&m);
}

/* Noise that is known to be of one protocol: the parts find nothing in it, either. */
static void nothing_in_noise(void **state)
{
    (void)state;
    uint64_t random = 19;
    for (unsigned turn = 0; turn < 25; turn++) {
        struct samples s = {0};
        for (unsigned i = 0; i < 10; i++)
            made_noise(&s, &random, turn % 2 ? 17 : 6, 9000);
        struct group group = {.member = first_numbers(10), .n = 10, .kind = GROUP_BINARY};
        struct groups groups = {&group, 1};
        struct profile *p = profile_new(&s, &groups, 0);
        for (unsigned side = 0; side < 2; side++) {
            assert_int_equal(p->side[side].view.framing.kind, FRAMING_NONE);
            assert_false(p->side[side].records.found);
            for (size_t i = 0; i < p->side[side].fields.n; i++)
                assert_int_equal(p->side[side].fields.v[i].role, ROLE_RANDOM);
            for (unsigned i = 0; i < HEADER_MOST; i++)
                assert_false(p->side[side].cut[i]);
        }
        profile_free(p);
        free(group.member);
        samples_free(&s);
    }
}

/* --- as text ------------------------------------------------------------------------------------------ */

static char *print(const struct made *m, size_t *n)
{
    char *out = NULL;
    FILE *file = open_memstream(&out, n);
    assert_non_null(file);
    profile_text(file, m->profile);
    fclose(file);
    return out;
}

static void text_is_printable_and_the_same(void **state)
{
    (void)state;
    struct made m = {0};
    uint64_t random = 23;
    size_t n, again;
    for (unsigned i = 0; i < 10; i++)
        made_binary(&m.samples, &random, 17, 7000);
    finish(&m);
    char *first = print(&m, &n);
    for (size_t i = 0; i < n; i++)
        assert_true(first[i] == '\n' || (first[i] >= 0x20 && first[i] < 0x7f));
    profile_free(m.profile);
    groups_free(&m.groups);
    for (size_t i = 0; i < m.samples.n / 2; i++) {
        struct sample *other = m.samples.v[i];
        m.samples.v[i] = m.samples.v[m.samples.n - 1 - i];
        m.samples.v[m.samples.n - 1 - i] = other;
    }
    finish(&m);
    char *second = print(&m, &again);
    assert_string_equal(first, second);
    free(first);
    free(second);
    forget(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams),
        cmocka_unit_test(streams),
        cmocka_unit_test(text),
        cmocka_unit_test(text_behind_lengths),
        cmocka_unit_test(lists_of_records),
        cmocka_unit_test(noise),
        cmocka_unit_test(zeros),
        cmocka_unit_test(one_message_again),
        cmocka_unit_test(one_empty_flow),
        cmocka_unit_test(one_small_flow),
        cmocka_unit_test(nothing_in_noise),
        cmocka_unit_test(what_stays_does_not_go_up),
        cmocka_unit_test(goes_up_as_it_was_made),
        cmocka_unit_test(tells_time),
        cmocka_unit_test(an_id_elsewhere),
        cmocka_unit_test(one_port_of_clients),
        cmocka_unit_test(what_is_at_the_end),
        cmocka_unit_test(a_length_leaves_zeros_to_a_number),
        cmocka_unit_test(text_is_printable_and_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
