/*
 * Pins at which QEMU's SPI parts hang, on a bus of their own: the slave's end of SCK, MOSI and MISO.  Each part has its
 * CS at a pin as well.
 *
 * Its master is whoever has those pins.  One made of GPIOs is heard, in mode 0 and 3; deliberately different: it gets
 * no answer (MISO floats), as QEMU's parts take a byte and answer it at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_SPI_SOCKET_H
#define STM32_CORE_PINS_SPI_SOCKET_H

#include "hw/ssi/ssi.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/spi_bits.h"
#include "stm32/core/pins/spi_care.h"

typedef struct SpiSocket {
    SSIBus *bus;
    Pin *sck_pin, *mosi_pin, *cs_pin;
    Signal sck, mosi, miso;             /* frames of controllers; */
    PinListener sck_level, cs_level;    /* ... levels of GPIOs */
    PinDriver miso_driver;
    SpiBits bits;
    Picture picture;                    /* of what goes out at MISO */
    bool selected;
    int64_t sampled;                    /* ns: the last frame has been, since CS fell; in no snapshot */
    const char *path;                   /* of its owner */
    qemu_irq cs;                        /* of the part */
} SpiSocket;

/* @s has these pins; @miso NULL: its part says nothing.  Its bus is @owner's and is called @name. */
void spi_socket_init(SpiSocket *s, DeviceState *owner, const char *name, Pin *sck, Pin *mosi, Pin *miso);
/* @part, which is realized, is selected while @cs is low. */
void spi_socket_select(SpiSocket *s, SSIPeripheral *part, Pin *cs);

extern const VMStateDescription vmstate_spi_socket;
#define VMSTATE_SPI_SOCKET(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_spi_socket, SpiSocket)

#endif
