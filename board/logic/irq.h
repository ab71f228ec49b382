/*
 * An exception of the core as a trace: high from where it is entered to where it is left, also while another one has the core.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_IRQ_H
#define STM32_BOARD_LOGIC_IRQ_H

#include "stm32/board/logic/capture.h"

typedef struct LogicIrq {
    Capture *capture;
    void (*changed)(void *opaque);
    void *opaque;
    unsigned n;                 /* of the variable in the capture */
    int exception;
    bool active, on;
    struct LogicIrq *next;
} LogicIrq;

/* The exception @name: tim2, can1-rx0, exti-15, dma1-3, 28 or systick; for good.  False: *errp says what there is. */
bool logic_irq_open(LogicIrq *i, Capture *capture, const char *name, Error **errp);
/* As wire_on(). */
void logic_irq_on(LogicIrq *i, bool on, int64_t ns);

#endif
