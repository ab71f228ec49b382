/*
 * What the parts of a camera module share.  From the bottom:
 *
 *   picture.c png.c jpeg.c   what it looks at
 *   lines.c    lines of that, as sensors send them
 *   ov2640.c ov7670.c ov9655.c   what registers say (model.h)
 *   mode.c     what it sends therefore
 *   pins.c     its clock, reset and power down
 *   camera.c   SCCB, and the device
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CAMERA_STATE_H
#define STM32_BOARD_CAMERA_STATE_H

#include "hw/i2c/i2c.h"
#include "stm32/board/camera/lines.h"
#include "stm32/core/camera/camera.h"
#include "stm32/core/pins/pin.h"

#define TYPE_STM32_CAMERA "stm32-camera"
OBJECT_DECLARE_SIMPLE_TYPE(CameraModule, STM32_CAMERA)

struct CameraModule {
    I2CSlave parent_obj;
    char *model_name, *file_name, *xclk_text, *reset_name, *pwdn_name;
    const SensorModel *model;
    PictureSource source;
    Camera camera;
    SensorMode mode;
    CameraJpeg jpeg;
    LineCache lines;
    SensorRegs regs;
    uint8_t bank, pointer;
    bool follows;               /* the next byte is the register's number */
    Pin *xclk_pin, *reset_pin, *pwdn_pin;
    PinFollower xclk_follower;
    PinListener reset_listener, pwdn_listener;
    PinDriver reset_pull, pwdn_pull;
    uint64_t xclk;              /* period, 2^-32 ns; 0: it stands */
    bool in_reset, powered_down;
};

/* ---- mode.c ---- */

extern const CameraOps camera_module_ops;
/* Why it sends nothing; NULL: it does. */
const char *camera_why_silent(const CameraModule *m);
/* What registers say; how its frames look then; and from now on it sends them. */
void camera_read_mode(CameraModule *m);
CameraFormat camera_format(const CameraModule *m);
void camera_mode_changed(CameraModule *m);

/* ---- pins.c ---- */

/* Those that the user names, and XCLK; false with one line in @errp. */
bool camera_find_pins(CameraModule *m, Error **errp);
/* From now on they matter. */
void camera_watch_pins(CameraModule *m);
/* Registers as after power-on or reset. */
void camera_power_up(CameraModule *m);

#endif
