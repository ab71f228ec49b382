/*
 * What makes sensors differ: their registers, and what these say of the pictures they send.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_CAMERA_MODEL_H
#define STM32_BOARD_CAMERA_MODEL_H

#define SENSOR_BANKS 2

typedef uint8_t SensorRegs[SENSOR_BANKS][256];

typedef enum SensorPixels { PIXELS_YUV422, PIXELS_RGB565, PIXELS_RGB555, PIXELS_BAYER, PIXELS_JPEG } SensorPixels;

typedef struct SensorMode {
    unsigned width, height;
    unsigned items;             /* of a line, of JPEG at most */
    SensorPixels pixels;
    bool low_first;             /* RGB: the low byte of a pixel; YUV: chroma comes before luminance */
    bool v_first;               /* YUV: V before U */
    bool mirror, flip;
    bool bars;                  /* the sensor's own test pattern */
    uint8_t quality;            /* JPEG: 1 to 100 */
    uint32_t multiply, divide;  /* PIXCLK = XCLK * multiply / divide */
    uint64_t frame_clocks;      /* periods of PIXCLK of a frame, more or less */
    uint32_t all_lines, sensor_lines;   /* of the sensor: with and without those that are blank */
    bool vsync_low, href_low, falling, embedded;        /* as CameraFormat's */
    const char *silent;         /* why it sends nothing */
} SensorMode;

typedef struct SensorModel {
    const char *name;
    uint8_t address;            /* on SCCB, of 7 bits */
    bool banks;                 /* register 0xff selects one */
    void (*reset)(SensorRegs regs);
    /* Register @n of @bank is written: false: it is read only.  *@reset: and that resets all of them. */
    bool (*may_write)(unsigned bank, uint8_t n, uint8_t value, bool *reset);
    void (*mode)(const SensorRegs regs, SensorMode *mode);
} SensorModel;

/* By its name; NULL. */
const SensorModel *sensor_model(const char *name);

extern const SensorModel sensor_ov2640, sensor_ov7670, sensor_ov9655;

#endif
