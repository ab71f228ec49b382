/*
 * An accelerometer on SPI, and what a model of one is: its registers and what it makes of samples.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_ACCELEROMETER_MODEL_H
#define STM32_BOARD_ACCELEROMETER_MODEL_H

#include "qemu/timer.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/spi_bits.h"
#include "stm32/core/pins/spi_care.h"

#define TYPE_ACCELEROMETER "stm32-accelerometer"
OBJECT_DECLARE_SIMPLE_TYPE(Accelerometer, ACCELEROMETER)

enum { AXIS_X, AXIS_Y, AXIS_Z, N_AXES };

#define ACC_REGS 128
#define ACC_FIFO 32
#define ACC_STATE 64        /* bytes of a model's own */

typedef struct AccModel {
    const char *name;
    uint8_t address_mask;                           /* of the first byte of an access */
    void (*reset)(Accelerometer *a);
    uint8_t (*read)(Accelerometer *a, unsigned n);  /* reads may have effects */
    void (*write)(Accelerometer *a, unsigned n, uint8_t value);
    unsigned (*next)(const Accelerometer *a, uint8_t first, unsigned n);    /* after n, of a burst */
    int64_t (*period)(const Accelerometer *a);      /* ns; 0: powered down */
    void (*sample)(Accelerometer *a, const int *mg);
    void (*update)(Accelerometer *a);               /* registers -> INT1, INT2 */
    bool (*interrupts)(const Accelerometer *a);     /* may a sample change those? */
} AccModel;

struct Accelerometer {
    Object parent_obj;
    char *path;
    const AccModel *model;
    Signal sck, sdi, sdo;
    PinListener cs, sck_level;
    PinDriver int1, int2, sdo_driver;
    Pin *sck_pin, *sdi_pin;
    SpiBits bits;                   /* of a master made of GPIOs */
    bool fetched;                   /* ... for which the next byte has been read, */
    struct Accelerometer *before;   /* ... and all as it was before that */
    Picture picture;                /* of what SDO answers */
    int mg[N_AXES], tap[N_AXES];
    int celsius;
    GArray *script;                 /* of what the file says */
    uint8_t reg[ACC_REGS];
    bool selected, reading;
    int64_t sampled;                /* ns: the last frame has been, since CS fell; in no snapshot */
    uint8_t first;                  /* byte of the access under way */
    uint32_t bytes, address;
    int64_t sample_at;              /* ns: the next; 0: none */
    int16_t out[N_AXES];            /* the last, as the registers have it */
    int16_t fifo[ACC_FIFO * N_AXES];
    uint32_t fifo_first, fifo_count;
    int64_t state[ACC_STATE];       /* the model's, see there */
    QEMUTimer *timer;
};

/* What it is exposed to at @ns; a knock is gone after that. */
void motion_at(Accelerometer *a, int64_t ns, int *mg);
/* Read @file; false: *errp says why not. */
bool motion_read(Accelerometer *a, const char *file, Error **errp);

extern const AccModel lis3dsh, lis302dl;

#endif
