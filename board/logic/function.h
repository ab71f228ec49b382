/*
 * The function that the core is in, by its symbol, as a trace: of all of them as a string, or of one as a level, high while the
 * core executes what is in it, not in what it calls.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_LOGIC_FUNCTION_H
#define STM32_BOARD_LOGIC_FUNCTION_H

#include "stm32/board/logic/capture.h"

typedef struct LogicFunction {
    Capture *capture;
    void (*changed)(void *opaque);
    void *opaque;
    unsigned n;                 /* of the variable in the capture */
    GQuark of;                  /* the one that it is about; 0: whichever it is */
    int32_t value;
    bool on;
    struct LogicFunction *next;
} LogicFunction;

/* The function @name, or NULL: all; for good.  False: *errp says that there is none. */
bool logic_function_open(LogicFunction *f, Capture *capture, const char *name, Error **errp);
/* As wire_on().  With none on, the code that is translated is as if there was no analyser. */
void logic_function_on(LogicFunction *f, bool on, int64_t ns);

#endif
