/*
 * Sentences of NMEA 0183, as a GPS receiver says them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_NMEA_H
#define STM32_BOARD_PARTS_NMEA_H

#include <time.h>

enum { NMEA_LONGEST = 200, NMEA_DEGREE = 10000000, NMEA_TENTH = 10 };

typedef struct NmeaPlace {
    int32_t latitude, longitude;        /* degrees times NMEA_DEGREE */
    int32_t altitude;                   /* metres times NMEA_TENTH */
    int32_t speed, course;              /* knots, degrees, times 100 */
    int32_t satellites;
    struct tm time;
} NmeaPlace;

static inline bool nmea_has_fix(const NmeaPlace *p)
{
    return p->satellites >= 4;
}

/* All that a NEO-6M says in a second, each sentence by @say. */
void nmea_say_all(const NmeaPlace *p, void (*say)(void *opaque, const char *sentence), void *opaque);
/* The time that @sentence tells, for the caller to free, or NULL: it tells none. */
char *nmea_time(const char *sentence);

#endif
