/*
 * HD44780, the controller of displays of characters: its memories and commands, by bytes or halves of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_HD44780_H
#define STM32_BOARD_PARTS_HD44780_H

#include "migration/vmstate.h"

#define HD44780_CELLS 80

typedef struct Hd44780 {
    uint8_t cell[HD44780_CELLS];        /* DDRAM: two lines of 40, or one of 80 */
    uint8_t glyph[64];                  /* CGRAM */
    uint8_t address;                    /* of either */
    bool in_glyphs;
    bool eight_bits, two_lines;
    bool on, cursor, blinks;
    bool backwards, shifts;             /* entry mode */
    uint8_t shift;                      /* 0 ... 39 */
    bool half;                          /* one of a byte has gone over 4 lines, */
    uint8_t byte;                       /* ... this one; or what is read */
    int64_t busy_until;                 /* virtual ns */
} Hd44780;

void hd44780_reset(Hd44780 *h);
/* E falls, with these levels at D7..D0; in 4-bit mode D7..D4 count. */
void hd44780_write(Hd44780 *h, bool rs, uint8_t lines);
/* E rises with RW high: what the chip puts at D7..D0; it falls: the next. */
uint8_t hd44780_read(Hd44780 *h, bool rs);
void hd44780_read_end(Hd44780 *h, bool rs);
/* The code at @column of @row of a display with @columns. */
uint8_t hd44780_code(const Hd44780 *h, unsigned columns, unsigned row, unsigned column);

extern const VMStateDescription vmstate_hd44780;
#define VMSTATE_HD44780(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_hd44780, Hd44780)

#endif
