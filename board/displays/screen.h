/*
 * What is seen of a small display: a console of QEMU's, of which `scale` pixels are one of the display's.  It is drawn
 * when somebody looks, and something has changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_DISPLAYS_SCREEN_H
#define STM32_BOARD_DISPLAYS_SCREEN_H

#include "ui/console.h"

#define SCREEN_WIDTH 128        /* at most */

typedef struct Screen {
    QemuConsole *console;
    unsigned width, height;
    uint32_t scale;
    bool dirty;                 /* what is seen is not what it shows now */
    /* Row @y from the top, of `width` pixels as 0xrrggbb. */
    void (*draw)(void *opaque, unsigned y, uint32_t *row);
    void (*look)(void *opaque); /* before anything is drawn: make `dirty` true; or NULL */
    void *opaque;
} Screen;

/* All but `console` and `dirty` is set; @dev is whose it is.  false: *errp says why scale is not possible. */
bool screen_init(Screen *s, DeviceState *dev, Error **errp);
/* What a controller's memory has after power-on: noise, here the same each time. */
void screen_fill_noise(uint8_t *memory, size_t size);

#endif
