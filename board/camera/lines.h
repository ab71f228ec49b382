/*
 * From a picture to what a sensor sends of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CAMERA_LINES_H
#define STM32_BOARD_CAMERA_LINES_H

#include "stm32/board/camera/model.h"
#include "stm32/board/camera/picture.h"

typedef struct CameraJpeg {     /* the picture that is sent, if it is JPEG */
    uint8_t *data;
    size_t size;
    uint64_t frame;
} CameraJpeg;

/* Lines that are the same in all frames, of a mode. */
typedef struct LineCache {
    uint8_t *data;              /* NULL: none yet */
    bool *known;                /* of each line */
} LineCache;

/* Items of a line of pixels. */
unsigned line_items(const SensorMode *m);

/* Line @y of frame @frame: how many items.  @items has room for 2 * m->width. */
unsigned line_make(LineCache *cache, const PictureSource *source, const SensorMode *m, uint64_t frame, unsigned y,
                   uint16_t *items);
/* It is another mode. */
void line_forget(LineCache *cache);

/* The same of JPEG, of which @jpeg keeps a frame. */
unsigned line_of_jpeg(CameraJpeg *jpeg, const PictureSource *source, const SensorMode *m, uint64_t frame, unsigned y,
                      uint16_t *items);
/* It is another format, or another picture. */
void jpeg_forget(CameraJpeg *jpeg);

#endif
