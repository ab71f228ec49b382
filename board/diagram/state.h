/*
 * What the files of this folder share: read.c reads, build.c makes devices of it, write.c writes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_DIAGRAM_STATE_H
#define STM32_BOARD_DIAGRAM_STATE_H

#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "qobject/qstring.h"
#include "stm32/board/diagram/diagram.h"

#define SERIAL_MONITOR "$serialMonitor"

struct Diagram {
    char *file;
    QDict *json;                /* as it was read, and checked by read.c */
    const char *board;          /* the id of the board in it */
};

/* "led1:A": the id of the part and the pin, for the caller to free. */
typedef struct Place {
    char *part, *pin;
} Place;

static inline Place place_of(const char *text)
{
    const char *colon = strchr(text, ':');

    return (Place) { g_strndup(text, colon ? colon - text : strlen(text)), g_strdup(colon ? colon + 1 : "") };
}

static inline void place_free(Place *place)
{
    g_free(place->part);
    g_free(place->pin);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_free)

/* End @n of a connection: "led1:A". */
const char *connection_end(const QObject *connection, unsigned n);
/* An attribute as text, for the caller to free; NULL: it is neither text, number nor bool. */
char *attribute_text(const QObject *value);

#endif
