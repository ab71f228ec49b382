/*
 * What joins two nets for a time, or loosely: the contact of a switch, a resistor.
 *
 * Nets that closed contacts join have what the strongest of them has.  A resistor passes on what is at its other
 * end, but weakly: it loses to outputs.  Where several meet their voltage is that of the divider, the chip's pull
 * resistors with it.  Squares and signal generators pass as they are, from where there is least resistance.
 *
 * Deliberately different: frames and their pictures do not pass, a line that shows one is at rest behind a contact.
 * Nothing loads a voltage but resistors.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_CONTACT_H
#define STM32_CORE_PINS_CONTACT_H

#include "stm32/core/pins/pin.h"

#define CONTACT_OPEN UINT32_MAX

typedef struct PinContact {
    Pin *pin[2];
    uint32_t ohms;              /* 0: closed; CONTACT_OPEN */
    struct ContactNode *node[2];
    QTAILQ_ENTRY(PinContact) next;
} PinContact;

/* Between @a and @b there is @contact, with @ohms; while the machine is built. */
void contact_add(PinContact *contact, Pin *a, Pin *b, uint32_t ohms);
/* It has @ohms from now on. */
void contact_set(PinContact *contact, uint32_t ohms);

#endif
