/*
 * A logic analyser's inside: traces of pins, a capture, and the timer that moves changes from these to that.  It is
 * what stm32-logic and the part of diagrams have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_LOGIC_H
#define STM32_BOARD_LOGIC_LOGIC_H

#include "stm32/board/logic/function.h"
#include "stm32/board/logic/irq.h"
#include "stm32/board/logic/trace.h"
#include "stm32/board/logic/wire.h"

#define LOGIC_MAX_TRACES 64

typedef struct Logic {
    Capture capture;
    Trace trace[LOGIC_MAX_TRACES];
    unsigned n;
    LogicWire wire[LOGIC_MAX_TRACES];
    unsigned wires;
    LogicIrq irq[LOGIC_MAX_TRACES];
    unsigned irqs;
    LogicFunction function[LOGIC_MAX_TRACES];
    unsigned functions;
    bool on;                    /* wanted by the user, */
    bool follows;               /* ... and it does */
    bool mistakes;              /* the trigger is one */
    unsigned mistake_trace, mistake_count;
    QEMUTimer *work;
    int64_t last;               /* the latest instant that it has seen */
} Logic;

/* One more trace; NULL with *errp: there is no room. */
Trace *logic_add(Logic *l, Pin *pin, const char *name, bool analog, Error **errp);
/* One more wire of the chip, "usart2.dma-rx". */
bool logic_add_wire(Logic *l, const char *name, Error **errp);
/* One more exception of the core, "tim2", "systick". */
bool logic_add_irq(Logic *l, const char *name, Error **errp);
/* A function of the firmware; NULL: the one that runs, whichever it is. */
bool logic_add_function(Logic *l, const char *name, Error **errp);
/* The trigger's text (see trigger.h), whose pins become traces if they are none. */
bool logic_set_trigger(Logic *l, const char *text, Error **errp);
/* All is set: open the file @name, and capture once the machine runs. */
bool logic_begin(Logic *l, const char *name, Error **errp);
/* Turn it on or off. */
void logic_set_on(Logic *l, bool on);

#endif
