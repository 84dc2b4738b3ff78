/* SPDX-License-Identifier: BSD-2-Clause */
#include "detect/turns.h"

#include "util/cpu_time.h"

enum {
    LOOK_NS = 100 * 1000 * 1000, /* how often the first side looks whether the processor is theirs */
    ENOUGH = 75,                 /* per cent of the time that both together work, when it is */
};

bool turns_is_theirs(int64_t worked, int64_t passed)
{
    return worked >= passed / 100 * ENOUGH;
}

void turns_begin(struct turns *t)
{
    *t = (struct turns){.processor = TURNS_ANYWHERE};
    t->known = sched_getaffinity(0, sizeof(t->allowed), &t->allowed) == 0;
}

void turns_keep_to(struct turns *t, int processor)
{
    if (!t->known || processor == t->processor)
        return;
    cpu_set_t one;
    CPU_ZERO(&one);
    if (processor >= 0 && processor < CPU_SETSIZE)
        CPU_SET(processor, &one);
    bool anywhere = CPU_COUNT(&one) == 0;
    (void)!sched_setaffinity(0, sizeof(one), anywhere ? &t->allowed : &one);
    t->processor = anywhere ? TURNS_ANYWHERE : processor;
}

int turns_processor(struct turns *t, pid_t other)
{
    int64_t now = cpu_time_wall(), passed = now - t->since_ns;
    if (!t->known || passed < LOOK_NS)
        return t->processor;
    int64_t worked = cpu_time_of(other) + cpu_time_here(), of_both = worked - t->worked_ns;
    bool theirs = of_both < 0 || turns_is_theirs(of_both, passed); /* less than before: it is another process */
    bool kept = t->processor != TURNS_ANYWHERE;
    turns_keep_to(t, kept && !theirs ? TURNS_ANYWHERE : sched_getcpu());
    t->since_ns = now;
    t->worked_ns = worked;
    return t->processor;
}

void turns_end(struct turns *t)
{
    turns_keep_to(t, TURNS_ANYWHERE);
}
