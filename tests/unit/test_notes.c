/* SPDX-License-Identifier: BSD-2-Clause */
/* test_notes.c - what the summary warns of. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "engine/notes.h"

static bool has_line(const struct notes *notes, const char *line)
{
    for (size_t i = 0; i < notes->n; i++)
        if (strcmp(notes->v[i].p, line) == 0)
            return true;
    return false;
}

static void must_have(const struct notes *notes, const char *const *lines, size_t n)
{
    assert_int_equal(notes->n, n);
    for (size_t i = 0; i < n; i++)
        if (!has_line(notes, lines[i]))
            fail_msg("no '%s', but '%s'", lines[i], i < notes->n ? notes->v[i].p : "");
}

static void counts_link_types(void **state)
{
    static const char *const lines[] = {
        "1 packet has link type 60000 (not assigned), which dpitool cannot decode",
        "2 packets have link type 60001 (not assigned), which dpitool cannot decode",
    };
    struct notes notes = {0};
    (void)state;
    notes_link(&notes, 60001);
    notes_link(&notes, 60000);
    notes_link(&notes, 60001);
    notes_finish(&notes, &(struct tracker_stats){0});
    must_have(&notes, lines, 2);
    notes_free(&notes);
}

static void many_link_types_are_counted_together(void **state)
{
    struct notes notes = {0};
    (void)state;
    for (int round = 0; round < 2; round++)
        for (uint32_t type = 0; type < 3000; type++)
            notes_link(&notes, 60000 + type);
    notes_finish(&notes, &(struct tracker_stats){0});
    assert_int_equal(notes.n, NOTES_LINKS_MAX + 1);
    assert_true(has_line(&notes, "2 packets have link type 60063 (not assigned), which dpitool cannot decode"));
    assert_string_equal(notes.v[NOTES_LINKS_MAX].p,
                        "5872 packets have yet another link type, which dpitool cannot decode");
    notes_free(&notes);
}

static void one_is_not_many(void **state)
{
    static const char *const one[] = {
        "1 flow was ended early, idle longest first, to keep --max-flows or --memory",
        "time jumps forward by more than an hour once, at packet 7",
        "packet 8 is more than an hour ahead of its neighbours; it does not move the clock",
        "time steps back by more than a minute once, at packet 9",
    };
    static const char *const two[] = {
        "2 flows were ended early, idle longest first, to keep --max-flows or --memory",
        "time jumps forward by more than an hour 2 times, first at packet 7",
        "2 packets are more than an hour ahead of their neighbours, the first is packet 8; they do not move the clock",
        "time steps back by more than a minute 2 times, first at packet 9",
    };
    (void)state;
    for (uint64_t n = 0; n <= 2; n++) {
        struct notes notes = {0};
        struct tracker_stats stats = {.evicted = n, .clock = {.jumps = {n, 7}, .strays = {n, 8}, .backs = {n, 9}}};
        notes_finish(&notes, &stats);
        must_have(&notes, n == 1 ? one : two, n ? 4 : 0);
        notes_free(&notes);
    }
}

static void tells_of_fragments(void **state)
{
    static const char *const one[] = {
        "1 datagram lacks fragments, or they came too late",
        "1 datagram was given up early, oldest first, to keep --memory",
        "1 fragment overlaps others; the bytes that came first count",
        "1 fragment cannot be right, by its length or place, and was left out",
    };
    static const char *const two[] = {
        "2 datagrams lack fragments, or they came too late",
        "2 datagrams were given up early, oldest first, to keep --memory",
        "2 fragments overlap others; the bytes that came first count",
        "2 fragments cannot be right, by their length or place, and were left out",
    };
    (void)state;
    for (uint64_t n = 0; n <= 2; n++) {
        struct notes notes = {0};
        notes_fragments(&notes, &(struct defrag_stats){.whole = 9, .copies = 9, .incomplete = n, .early = n,
                                                       .overlaps = n, .bad = n});
        must_have(&notes, n == 1 ? one : two, n ? 4 : 0);
        notes_free(&notes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_link_types),
        cmocka_unit_test(many_link_types_are_counted_together),
        cmocka_unit_test(one_is_not_many),
        cmocka_unit_test(tells_of_fragments),
    };
    return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
