/*
 * When a logic analyser begins to write: at an edge, at a pattern of levels, at a mistake of the guest.
 *
 *   pa5:rising   pa5:falling:pa7:high   pa5:high:pa7:low:pe3:low   mistake
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_TRIGGER_H
#define STM32_BOARD_LOGIC_TRIGGER_H

typedef enum Condition {
    CONDITION_LOW, CONDITION_HIGH, CONDITION_RISING, CONDITION_FALLING, CONDITION_EDGE,
    CONDITION_CHANGE,           /* of any value: a mistake */
    CONDITIONS,
} Condition;

#define TRIGGER_MAX 16

typedef struct Trigger {
    unsigned n;
    struct { unsigned trace; Condition condition; } term[TRIGGER_MAX];
} Trigger;

static inline bool trigger_is_set(const Trigger *t)
{
    return t->n;
}

/* The condition that has the name @name, or CONDITIONS. */
Condition condition_of(const char *name);
/* One more that has to be met; false: there are too many. */
bool trigger_add(Trigger *t, unsigned trace, Condition condition);
/* Are all of them, now that @trace, which @was something else, and all others have @value? */
bool trigger_hits(const Trigger *t, const int32_t *value, unsigned trace, int32_t was);

#endif
