/* SPDX-License-Identifier: BSD-2-Clause */
/* test_clock.c - packet time: jumps, strays, steps back, and times at the ends of the range. */
#include "flow/clock.h"

#include "unit.h"

#define S(seconds) ((seconds) * INT64_C(1000000000))

/* Plays times as the engine does, each judged by the one behind it; checks what now is after each. */
static void play(struct packet_clock *c, const int64_t (*steps)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t ts = steps[i][0];
        bool stray = clock_far_ahead(c, ts) && i + 1 < n && !clock_confirms(ts, steps[i + 1][0]);
        assert_int_equal(clock_advance(c, ts, i + 1, stray), steps[i][1]);
    }
}

#define PLAY(c, ...)                                                                               \
    do {                                                                                           \
        const int64_t steps_[][2] = __VA_ARGS__;                                                   \
        play(&(c), steps_, sizeof(steps_) / sizeof(steps_[0]));                                    \
    } while (0)

static void moves_with_packets_and_not_back_by_little(void **state)
{
    (void)state;
    struct packet_clock c = {0};
    PLAY(c, {{S(100), S(100)}, {S(101), S(101)}, {S(41), S(101)}, {S(3701), S(3701)}});
    assert_int_equal(c.jumps.count + c.strays.count + c.backs.count, 0);
}

static void jump_is_confirmed_by_the_next_packet(void **state)
{
    (void)state;
    struct packet_clock c = {0};
    PLAY(c, {{S(0), S(0)}, {S(3601), S(3601)}, {S(3602), S(3602)}});
    assert_int_equal(c.jumps.count, 1);
    assert_int_equal(c.jumps.first_packet, 2);
}

static void beacons_hours_apart_all_count(void **state)
{
    (void)state;
    struct packet_clock c = {0};
    PLAY(c, {{S(0), S(0)}, {S(7200), S(7200)}, {S(14400), S(14400)}, {S(90000), S(90000)}});
    assert_int_equal(c.jumps.count, 3);
    assert_int_equal(c.strays.count, 0);
}

static void stray_ahead_changes_nothing(void **state)
{
    (void)state;
    struct packet_clock c = {0};
    PLAY(c, {{S(0), S(0)}, {S(100000), S(0)}, {S(1), S(1)}, {S(900000), S(1)}, {S(2), S(2)}});
    assert_int_equal(c.strays.count, 2);
    assert_int_equal(c.strays.first_packet, 2);
    assert_int_equal(c.jumps.count, 0);
}

static void step_back_sets_the_clock_back(void **state)
{
    (void)state;
    struct packet_clock c = {0};
    PLAY(c, {{S(1000), S(1000)}, {S(940), S(1000)}, {S(939), S(939)}, {S(940), S(940)}});
    assert_int_equal(c.backs.count, 1);
    assert_int_equal(c.backs.first_packet, 3);
}

static void survives_the_ends_of_the_range(void **state)
{
    (void)state;
    struct packet_clock c = {0};
    PLAY(c, {{INT64_MIN, INT64_MIN}, {INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX}, {INT64_MIN, INT64_MIN}});
    assert_int_equal(c.jumps.count, 1);
    assert_int_equal(c.backs.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_with_packets_and_not_back_by_little),
        cmocka_unit_test(jump_is_confirmed_by_the_next_packet),
        cmocka_unit_test(beacons_hours_apart_all_count),
        cmocka_unit_test(stray_ahead_changes_nothing),
        cmocka_unit_test(step_back_sets_the_clock_back),
        cmocka_unit_test(survives_the_ends_of_the_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
