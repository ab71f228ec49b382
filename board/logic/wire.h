/*
 * An internal wire of the chip as a trace: the output `dma-rx` of `usart2`, by its name in soc/tables.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_WIRE_H
#define STM32_BOARD_LOGIC_WIRE_H

#include "stm32/core/periph.h"
#include "stm32/board/logic/capture.h"

typedef struct LogicWire {
    Capture *capture;
    void (*changed)(void *opaque);
    void *opaque;
    unsigned n;                 /* of the variable in the capture */
    Line *line;
    qemu_irq next;              /* where it goes, past us */
    bool on;
} LogicWire;

/* The output @name, for good: it goes on to where it went.  False: *errp says what there is. */
bool wire_open(LogicWire *w, Capture *capture, const char *name, Error **errp);
/* Begin with what is there, at the time @ns; or do no more than hand on. */
void wire_on(LogicWire *w, bool on, int64_t ns);

#endif
