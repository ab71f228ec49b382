/*
 * A slave's end of a 1-Wire: resets, presence pulses and slots by their times, and the commands that choose a slave by
 * its ROM.  Whoever owns it has the commands behind that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_ONE_WIRE_H
#define STM32_BOARD_PARTS_ONE_WIRE_H

#include "migration/vmstate.h"
#include "qemu/timer.h"
#include "stm32/core/pins/pin.h"

typedef struct OneWire {
    Pin *pin;
    PinDriver pull, out;
    PinListener listener;
    QEMUTimer *timer;
    uint8_t rom[8];             /* the family first, CRC last */
    void *opaque;
    /* A byte has come from the master that has chosen us, the first after that is a command. */
    void (*take)(void *opaque, uint8_t byte, bool command);
    /* Its next bit for the master, or -1: it listens. */
    int (*give)(void *opaque);
    bool (*alarms)(void *opaque);       /* it answers to a search for alarms */
    /* what a snapshot has */
    uint8_t state;              /* one_wire.c's */
    uint8_t bits, byte;         /* received of a byte */
    uint8_t place;              /* in the ROM, bits */
    uint8_t step;               /* of a bit of a search: it, its complement, the master's choice */
    bool given;                 /* this slot was ours */
    bool pulls;
    int64_t fell, next;         /* virtual ns: the line; what the timer is for */
    uint8_t presence;           /* pulse: 1 is to come, 2 goes on */
} OneWire;

/* @w is at @pin; callbacks and the first seven bytes of its ROM have been set. */
void one_wire_init(OneWire *w, Pin *pin);
/* CRC-8 as 1-Wire has it. */
uint8_t one_wire_crc(const uint8_t *data, unsigned n);

extern const VMStateDescription vmstate_one_wire;
#define VMSTATE_ONE_WIRE(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_one_wire, OneWire)

#endif
