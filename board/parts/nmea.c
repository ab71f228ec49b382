/*
 * Sentences of NMEA 0183, see nmea.h: RMC, VTG, GGA, GSA, GSV, GLL, in a NEO-6M's order and form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/nmea.h"

typedef struct Saying {
    void (*say)(void *opaque, const char *sentence);
    void *opaque;
} Saying;

/* `$`, what is to be said, and its checksum. */
static void G_GNUC_PRINTF(2, 3) say(const Saying *s, const char *format, ...)
{
    g_autofree char *body = NULL, *sentence = NULL;
    uint8_t sum = 0;
    va_list args;

    va_start(args, format);
    body = g_strdup_vprintf(format, args);
    va_end(args);
    for (const char *c = body; *c; c++) {
        sum ^= *c;
    }
    sentence = g_strdup_printf("$%s*%02X", body, sum);
    s->say(s->opaque, sentence);
}

/* "4807.03800,N" with @digits of degrees. */
static char *angle(int32_t value, unsigned digits, const char *sides)
{
    uint64_t minutes = (llabs((int64_t)value) * 60 * 100000 + NMEA_DEGREE / 2) / NMEA_DEGREE;      /* times 100000 */

    return g_strdup_printf("%0*u%02u.%05u,%c", digits, (unsigned)(minutes / 6000000), (unsigned)(minutes / 100000 % 60),
                           (unsigned)(minutes % 100000), sides[value < 0]);
}

static void say_satellites(const NmeaPlace *p, const Saying *s)
{
    unsigned messages = (p->satellites + 3) / 4;

    for (unsigned m = 0; m < messages; m++) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (int n = 4 * m; n < MIN(4 * (int)m + 4, p->satellites); n++) {
            g_string_append_printf(text, ",%02d,%02d,%03d,%02d", n + 1, 20 + 5 * n, 30 * n, 40 - n);
        }
        say(s, "GPGSV,%u,%u,%02d%s", messages, m + 1, p->satellites, text->str);
    }
    if (!messages) {
        say(s, "GPGSV,1,1,00");
    }
}

static void say_used(const NmeaPlace *p, const Saying *s)
{
    g_autoptr(GString) used = g_string_new(NULL);

    for (int n = 0; n < 12; n++) {
        g_string_append_printf(used, n < p->satellites && nmea_has_fix(p) ? "%02d," : ",", n + 1);
    }
    say(s, nmea_has_fix(p) ? "GPGSA,A,3,%s1.94,1.01,1.65" : "GPGSA,A,1,%s99.99,99.99,99.99", used->str);
}

void nmea_say_all(const NmeaPlace *p, void (*how)(void *opaque, const char *sentence), void *opaque)
{
    Saying s = { how, opaque };
    bool fix = nmea_has_fix(p);
    const struct tm *t = &p->time;
    g_autofree char *north = fix ? angle(p->latitude, 2, "NS") : g_strdup(",");
    g_autofree char *east = fix ? angle(p->longitude, 3, "EW") : g_strdup(",");
    g_autofree char *time = g_strdup_printf("%02d%02d%02d.00", t->tm_hour, t->tm_min, t->tm_sec);
    unsigned kmh = (p->speed * 1852 + 500) / 1000;
    bool down = p->altitude < 0;

    if (!fix) {
        say(&s, "GPRMC,%s,V,,,,,,,%02d%02d%02d,,,N", time, t->tm_mday, t->tm_mon + 1, t->tm_year % 100);
        say(&s, "GPVTG,,,,,,,,,N");
        say(&s, "GPGGA,%s,,,,,0,%02d,99.99,,,,,,", time, p->satellites);
    } else {
        say(&s, "GPRMC,%s,A,%s,%s,%d.%02d0,%d.%02d,%02d%02d%02d,,,A", time, north, east, p->speed / 100, p->speed % 100,
            p->course / 100, p->course % 100, t->tm_mday, t->tm_mon + 1, t->tm_year % 100);
        say(&s, "GPVTG,%d.%02d,T,,M,%d.%02d0,N,%u.%02u0,K,A", p->course / 100, p->course % 100, p->speed / 100,
            p->speed % 100, kmh / 100, kmh % 100);
        say(&s, "GPGGA,%s,%s,%s,1,%02d,1.01,%s%d.%d,M,46.9,M,,", time, north, east, p->satellites, down ? "-" : "",
            abs(p->altitude) / NMEA_TENTH, abs(p->altitude) % NMEA_TENTH);
    }
    say_used(p, &s);
    say_satellites(p, &s);
    say(&s, "GPGLL,%s,%s,%s,%s", north, east, time, fix ? "A,A" : "V,N");
}

char *nmea_time(const char *sentence)
{
    g_auto(GStrv) field = g_strsplit(sentence, ",", 7);
    unsigned fields = g_strv_length(field), n;

    if (strlen(field[0] ?: "") < 6) {
        return NULL;
    }
    n = !strncmp(field[0] + 3, "RMC", 3) || !strncmp(field[0] + 3, "GGA", 3) || !strncmp(field[0] + 3, "ZDA", 3) ? 1
        : !strncmp(field[0] + 3, "GLL", 3) ? 5 : 0;
    return n && n < fields && *field[n] ? g_strdup(field[n]) : NULL;
}
