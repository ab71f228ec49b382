/*
 * What is wired to what, from a file: `diagram.json` as Wokwi's, version 1.
 *
 *   { "version": 1, "author": "...", "editor": "...",
 *     "parts": [ { "type": "board-stm32f407g-disc1", "id": "board", "top": 0, "left": 0, "attrs": {} },
 *                { "type": "wokwi-led", "id": "led1", "top": -80, "left": 40, "attrs": { "color": "red" } } ],
 *     "connections": [ [ "board:PD12", "led1:A", "green", [ "v0" ] ], [ "led1:C", "board:GND.1", "black", [] ] ] }
 *
 * A part becomes a device of its type and id, each attribute is one of its properties, and a connection joins two
 * pins.  Nothing else knows that the file exists.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_DIAGRAM_DIAGRAM_H
#define STM32_BOARD_DIAGRAM_DIAGRAM_H

#include "qom/object.h"

#define DIAGRAM_BOARD "board-stm32f407g-disc1"

typedef struct Diagram Diagram;

/* Read @file; NULL: *errp has a line that says what is wrong. */
Diagram *diagram_read(const char *file, Error **errp);
void diagram_free(Diagram *d);
/* The pin of the board that $serialMonitor's RX is joined to ("PA2"), or NULL. */
const char *diagram_serial_pin(const Diagram *d);
/* Make its parts and join them.  false: *errp has a line. */
bool diagram_build(Diagram *d, Error **errp);
/* The bench as it is as a diagram's text; @d: what it was made from, or NULL.  For the caller to free. */
char *diagram_write(const Diagram *d);

#endif
