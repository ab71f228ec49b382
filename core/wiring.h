/*
 * Wires by name: "usart2.dma-rx" is the output `dma-rx` of the child `usart2` of a container.
 * A wire may have several sources (or-ed) and an output several wires (split).
 *
 * A name that does not exist is a mistake in a table: it stops the program at start, naming it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_WIRING_H
#define STM32_CORE_WIRING_H

#include "hw/qdev-core.h"
#include "hw/irq.h"

typedef struct Wiring Wiring;

/* Begin to wire the children of @container. */
Wiring *wiring_new(Object *container);

/* From all of @sources, separated by blanks, to @sink. */
void wiring_add(Wiring *w, const char *sources, qemu_irq sink);

/*
 * The same with the sink by name: "exti.line[3]", or "rcc.dbp" for the only one of its name.
 * With @count, that many lines of both names, [0] to [0] and so on.
 */
void wiring_add_named(Wiring *w, const char *sources, const char *sink, unsigned count);

/* Connect all of it, and free @w. */
void wiring_connect(Wiring *w);

#endif
