/*
 * What a user may have meant by a name that does not exist.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_NEAREST_H
#define STM32_BOARD_NEAREST_H

#include "qom/object.h"

/* Keeps the best of the names it is offered. */
typedef struct Nearest {
    const char *wanted;
    char *best;                 /* for the caller to free; NULL: none is near */
    unsigned distance;
} Nearest;

void nearest_offer(Nearest *n, const char *name);
/* A property of @obj that can be set, or NULL; for the caller to free. */
char *nearest_property(Object *obj, const char *name);

#endif
