/*
 * ILI9341, the controller of a TFT of 240 x 320 pixels: what the files of its buses need to know.
 *
 *   ili9341.c          commands, their parameters, what is read
 *   ili9341_memory.c   the frame memory: window, address counter, pixels of 16 and 18 bits
 *   ili9341_picture.c  from there to the console
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_DISPLAYS_ILI9341_H
#define STM32_BOARD_DISPLAYS_ILI9341_H

#include "hw/qdev-core.h"
#include "hw/clock.h"
#include "migration/vmstate.h"
#include "ui/console.h"
#include "stm32/core/counter.h"
#include "stm32/core/pins/pin.h"

#define ILI9341_COLUMNS 240
#define ILI9341_ROWS 320
#define ILI9341_PARAMETERS 16

/* MADCTL */
#define MADCTL_MY  0x80
#define MADCTL_MX  0x40
#define MADCTL_MV  0x20
#define MADCTL_BGR 0x08
/* B6h */
#define SCAN_GS    0x40
#define SCAN_SS    0x20

typedef struct Ili9341 {
    DeviceState *dev;
    QemuConsole *console;
    /* properties: the glass, and how it is mounted */
    uint32_t rotate;            /* degrees, against the clock */
    bool rgb_glass;             /* its colours are in the order RGB */
    bool straight;              /* its first column is left */
    char *reset_name, *te_name;
    /* pins */
    PinListener reset;
    PinDriver te;
    Clock *osc;                 /* its own, of lines and frames */
    Counter lines;
    /* what it has been told */
    uint8_t command;
    uint32_t n;                 /* parameters of that so far, bytes that have been read */
    uint8_t parameter[ILI9341_PARAMETERS];
    uint8_t madctl, colmod, gamma, brightness, control, cabc, te_mode, frame_rate, index;
    uint8_t interface[3];       /* F6h */
    uint8_t scan;               /* the second byte of B6h: which end of the glass is first */
    uint16_t te_line;
    bool awake, on, inverted, idle, partial, scrolls, te_on;
    uint16_t first_column, last_column, first_page, last_page;
    uint16_t partial_first, partial_last;
    uint16_t scroll_top, scroll_height, scroll_start;
    int64_t busy_until;         /* virtual ns: after SWRESET and SLPOUT */
    /* the address counter */
    uint16_t column, page;
    bool full;                  /* the window is, and more is ignored */
    uint8_t phase;              /* of a pixel that takes more than one transfer */
    uint32_t rest;              /* what of it has come */
    /* from columns and pages to the memory, by MADCTL */
    int32_t origin, column_step, page_step;
    uint16_t columns, pages;
    bool dirty;                 /* the console's picture is older */
    uint32_t memory[ILI9341_ROWS * ILI9341_COLUMNS];    /* 0xRRGGBB, upper 6 bits of each */
} Ili9341;

/* ---- For a bus ---- */

/* Properties of @field, an Ili9341 in @State. */
#define ILI9341_PROPERTIES(State, field)                                \
    DEFINE_PROP_UINT32("rotate", State, field.rotate, 0),               \
    DEFINE_PROP_BOOL("rgb-glass", State, field.rgb_glass, false),       \
    DEFINE_PROP_BOOL("straight", State, field.straight, false),         \
    DEFINE_PROP_STRING("reset", State, field.reset_name),               \
    DEFINE_PROP_STRING("te", State, field.te_name)

/* When @dev, which has it, is realized. */
bool ili9341_init(Ili9341 *d, DeviceState *dev, Error **errp);
/* The machine is reset: so is the display, if its RESET is at that of the chip. */
void ili9341_machine_reset(Ili9341 *d);

void ili9341_command(Ili9341 *d, uint8_t command);
/* What comes with D/CX high, over @width data lines, and goes. */
void ili9341_write(Ili9341 *d, uint16_t data, unsigned width);
uint16_t ili9341_read(Ili9341 *d, unsigned width);
/* A byte each way by SPI, D/CX high. */
uint8_t ili9341_transfer(Ili9341 *d, uint8_t data);

extern const VMStateDescription vmstate_ili9341;
#define VMSTATE_ILI9341(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_ili9341, Ili9341)

/* ---- ili9341_memory.c ---- */

/* MADCTL or F6h are new. */
void ili9341_set_order(Ili9341 *d);
/* RAMWR and RAMRD begin at the window's first pixel, the others go on. */
void ili9341_begin_pixels(Ili9341 *d, bool at_first);
void ili9341_write_pixels(Ili9341 *d, uint16_t data, unsigned width);
uint16_t ili9341_read_pixels(Ili9341 *d, unsigned width);

/* ---- ili9341_picture.c ---- */

bool ili9341_picture_init(Ili9341 *d, Error **errp);
void ili9341_picture_changed(Ili9341 *d);

#endif
