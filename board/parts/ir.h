/*
 * Infrared light in the room: what a remote sends every receiver gets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_IR_H
#define STM32_BOARD_PARTS_IR_H

typedef struct IrListener {
    void (*pressed)(void *opaque, uint32_t message);    /* a key that sends this, lowest bit first, is held from now on */
    void (*released)(void *opaque);
    void *opaque;
    struct IrListener *next;
} IrListener;

void ir_listen(IrListener *listener);
void ir_press(uint32_t message);
void ir_release(void);

/* The message of NEC's code: an address of 8 bits is followed by its complement, one of 16 is sent as it is. */
uint32_t ir_nec(uint16_t address, uint8_t command);

#endif
