/*
 * A contact that people open and close, and that bounces as metal does: after a change it goes to and fro for about a
 * millisecond, always in the same way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_SWITCH_H
#define STM32_BOARD_PARTS_SWITCH_H

#include "migration/vmstate.h"
#include "qemu/timer.h"
#include "stm32/core/pins/contact.h"

typedef struct Switch {
    PinContact contact;
    QEMUTimer *timer;
    bool closed;                /* as people have put it */
    uint32_t bounces;           /* changes that are still to come, the next at */
    int64_t next;               /* ... this virtual time in ns */
} Switch;

/* @s is between @a and @b, closed or open; while the machine is built. */
void switch_add(Switch *s, Pin *a, Pin *b, bool closed);
/* Somebody closes or opens it, @clean: without bouncing.  Also before switch_add(). */
void switch_set(Switch *s, bool closed, bool clean);

/*
 * Give the parts of @klass the attribute `bounce`: "0" or "off" sets the bool at @offset of the part, which says that its
 * contacts do not.
 */
void switch_class_add_bounce(ObjectClass *klass, size_t offset);

extern const VMStateDescription vmstate_switch;
#define VMSTATE_SWITCH(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_switch, Switch)
#define VMSTATE_SWITCHES(field, State, n) VMSTATE_STRUCT_ARRAY(field, State, n, 1, vmstate_switch, Switch)

#endif
