/*
 * SSD1306 (Solomon Systech, rev 1.1): a controller of OLED displays with 128 x 64 or 128 x 32 pixels.  From the bottom:
 *
 *   ssd1306_scroll.c   scrolling
 *   ssd1306.c          its memory and its commands
 *   ssd1306_picture.c  what is seen: a console
 *   ssd1306_reset.c    how it begins, and snapshots
 *   ssd1306_i2c.c, ssd1306_spi.c   how it is connected
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_DISPLAYS_SSD1306_H
#define STM32_BOARD_DISPLAYS_SSD1306_H

#include "hw/qdev-properties.h"
#include "stm32/board/displays/screen.h"
#include "stm32/core/counter.h"
#include "stm32/core/pins/pin.h"

#define SSD1306_COLUMNS 128
#define SSD1306_ROWS 64
#define SSD1306_PAGES 8
#define SSD1306_BYTES 7         /* of a command's parameters, at most */

typedef struct Ssd1306 {
    DeviceState *dev;
    Screen screen;
    /* properties */
    uint32_t height;
    bool own_vcc;               /* it needs no charge pump */
    char *reset_name;
    Pin *reset_pin;
    PinListener reset_listener;
    PinDriver reset_pull;
    bool held;                  /* its RES# is low */
    bool told_dark;
    /* what a snapshot has */
    uint8_t memory[SSD1306_PAGES][SSD1306_COLUMNS];     /* bit 0 is the upper of a page's rows */
    uint8_t command, wanted, got;       /* under way: parameters that it wants, and has */
    uint8_t bytes[SSD1306_BYTES];
    uint8_t mode, column, page, first_column, last_column, first_page, last_page;
    uint8_t contrast, start_line, multiplex, offset, com_pins, clock, precharge;
    bool on, all_on, inverse, mirrored, upside_down, pump;
    /* scrolling */
    bool scrolls, to_left, diagonal;
    uint8_t scroll_first, scroll_last, interval, step, fixed_rows, scroll_rows, shift;
    uint64_t scrolled;          /* steps that have been done */
    Clock *frame_clock;         /* a period is a frame */
    Counter frames;             /* since scrolling began */
} Ssd1306;

/* ---- ssd1306_scroll.c ---- */

/* Do what scrolling has done by now. */
void ssd1306_scroll(Ssd1306 *d);
/* As the parameters of the command say that is under way; begin, and cease. */
void ssd1306_scroll_set(Ssd1306 *d, bool to_left, bool diagonal);
void ssd1306_scroll_begin(Ssd1306 *d);
void ssd1306_scroll_end(Ssd1306 *d);
/* Clock and rows have changed, which make the time of a frame. */
void ssd1306_set_frames(Ssd1306 *d);

/* ---- ssd1306.c ---- */

void ssd1306_command(Ssd1306 *d, uint8_t byte);
void ssd1306_data(Ssd1306 *d, uint8_t byte);
/* A byte of a read without D/C: bit 6, it is off. */
uint8_t ssd1306_status(const Ssd1306 *d);

/* ---- ssd1306_picture.c ---- */

bool ssd1306_picture_init(Ssd1306 *d, Error **errp);

/* ---- ssd1306_reset.c ---- */

bool ssd1306_init(Ssd1306 *d, DeviceState *dev, Error **errp);

#define SSD1306_PROPERTIES(State, field) \
    DEFINE_PROP_UINT32("height", State, field.height, 64), \
    DEFINE_PROP_UINT32("scale", State, field.screen.scale, 4), \
    DEFINE_PROP_BOOL("vcc", State, field.own_vcc, false), \
    DEFINE_PROP_STRING("reset", State, field.reset_name)

extern const VMStateDescription vmstate_ssd1306;
#define VMSTATE_SSD1306(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_ssd1306, Ssd1306)

#endif
