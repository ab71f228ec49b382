/*
 * A module on SPI that a part is: the slave at SCK, MOSI, MISO and CS, whose bytes the part takes and gives.  Its master is
 * a controller, or a program with GPIOs, in mode 0 or 3.
 *
 * What goes out is known before the byte that comes in meanwhile: so a program with GPIOs gets its answer, which one of
 * QEMU's SPI parts (core/pins/spi_socket.h) can't give it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_SPI_MODULE_H
#define STM32_BOARD_PARTS_SPI_MODULE_H

#include "stm32/board/parts/part.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/spi_bits.h"
#include "stm32/core/pins/spi_care.h"

typedef struct SpiModuleOps {
    void (*select)(Part *part, bool on);        /* CS has fallen, or risen; or NULL */
    void (*take)(Part *part, uint8_t byte);
    uint8_t (*give)(Part *part);                /* what goes out next: after select and after each byte; or NULL */
} SpiModuleOps;

typedef struct SpiModule {
    Part *part;
    const SpiModuleOps *ops;
    Pin *sck_pin, *mosi_pin;
    Signal sck, mosi, miso;             /* frames of controllers; */
    PinListener sck_level, cs_level;    /* ... levels of GPIOs */
    PinDriver out;
    SpiBits bits;
    Picture picture;                    /* of what goes out at MISO */
    bool selected;
    int64_t sampled;                            /* ns: the last frame has been, since CS fell; in no snapshot */
} SpiModule;

/* @miso NULL: it says nothing.  It listens from now on. */
void spi_module_init(SpiModule *m, Part *part, Pin *sck, Pin *mosi, Pin *miso, Pin *cs, const SpiModuleOps *ops);

extern const VMStateDescription vmstate_spi_module;
#define VMSTATE_SPI_MODULE(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_spi_module, SpiModule)

#endif
