/*
 * A GPS receiver on a UART that says NMEA sentences once a second, as a u-blox NEO-6M does: `latitude` and `longitude` in
 * degrees, `altitude` in m, `speed` in knots, `course` in degrees, `satellites` (fewer than 4: no fix).  Its time is that of
 * -rtc when the machine begins, and goes with virtual time.  PPS is high for 100 ms from each full second of virtual time on, while there is a fix.
 *
 * `file` plays sentences of a file instead, again and again: those of one second, that is up to the next that tells another
 * time, are sent together, a second apart.  Lines that begin with neither $ nor ! are left out; nothing is checked or mended.
 *
 * Not able to: take commands (UBX, PMTK), whatever comes at RX does nothing; a file's seconds are a second apart, whatever the
 * times in it say.  unsure: Wokwi has no name for one; the legs are those of the common modules.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "stm32/board/parts/calendar.h"
#include "stm32/board/parts/nmea.h"
#include "stm32/board/parts/uart_module.h"
#include "stm32/core/counter.h"
#include "stm32/core/user_file.h"

#define TYPE_GPS "board-gps"
OBJECT_DECLARE_SIMPLE_TYPE(Gps, GPS)

enum { LEG_VCC, LEG_RX, LEG_TX, LEG_GND, LEG_PPS };
enum { SECOND_NS = 1000000000, PPS_NS = 100000000, MAX_FILE = 16 * MiB };

struct Gps {
    Part parent_obj;
    UartModule uart;
    PinDriver pps;
    QEMUTimer *timer;
    NmeaPlace place;                    /* its numbers are controls */
    char *file, *text;
    uint32_t baud, at;                  /* where in `text` */
    int64_t base;                       /* seconds since 1970 at virtual time 0 */
    int64_t next;                       /* virtual ns: the next second */
};

/* ---- What is said ---- */

static void say(void *opaque, const char *sentence)
{
    Gps *g = opaque;

    if (uart_module_room(&g->uart) >= strlen(sentence) + 2) {
        uart_module_send(&g->uart, sentence, strlen(sentence));
        uart_module_send(&g->uart, "\r\n", 2);
    }
}

/* The next sentence of the file, for the caller to free, or NULL: there is none in all of it. */
static char *next_line(Gps *g, uint32_t *at)
{
    for (unsigned again = 0; again < 2; ) {
        const char *line = g->text + *at;
        size_t length = strcspn(line, "\r\n");

        *at += length + !!line[length];
        if ((*line == '$' || *line == '!') && length < NMEA_LONGEST) {
            return g_strndup(line, length);
        }
        if (!g->text[*at]) {
            *at = 0;
            again++;
        }
    }
    return NULL;
}

/* All sentences up to the next that tells another time than the first of them that tells one. */
static void play(Gps *g)
{
    g_autofree char *time = NULL;
    uint32_t at = g->at;

    for (unsigned n = 0; n < 64; n++) {
        g_autofree char *line = next_line(g, &at);
        g_autofree char *told = line ? nmea_time(line) : NULL;

        if (!line || (told && time && strcmp(told, time)) || (n && at < g->at)) {
            return;
        }
        if (told && !time) {
            time = g_steal_pointer(&told);
        }
        say(g, line);
        g->at = g->text[at] ? at : 0;
        if (!g->at) {
            return;                     /* the file is over: it begins anew with the next second */
        }
    }
}

static void drive_pps(Gps *g)
{
    bool fix = g->file || nmea_has_fix(&g->place);

    pin_drive(&g->pps, fix ? (Drive) { .kind = DRIVE_WAVE, .period = (uint64_t)SECOND_NS << 32,
                                       .high = (uint64_t)PPS_NS << 32 } : DRIVE(LOW));
}

static void expired(void *opaque)
{
    Gps *g = opaque;

    g->next += SECOND_NS;
    if (g->text) {
        play(g);
    } else {
        g->place.time = calendar_of(g->base + drive_now() / SECOND_NS);
        nmea_say_all(&g->place, say, g);
    }
    counter_arm(g->timer, g->next);
}

/* ---- The part ---- */

static void satellites_changed(Part *part)
{
    drive_pps(GPS(part));
}

static bool gps_fit(Part *part, Error **errp)
{
    static const UartModuleOps ops = { };
    Gps *g = GPS(part);
    uint32_t at = 0;
    g_autofree char *first = NULL;

    if (g->baud < 1200 || g->baud > 1000000) {
        error_setg(errp, "%s: baud is 1200 to 1000000, not %u", part_id(part), g->baud);
        return false;
    }
    if (g->file) {
        g->text = user_file_read("file", g->file, MAX_FILE, NULL, errp);
        if (!g->text) {
            return false;
        }
        first = *g->text ? next_line(g, &at) : NULL;
        if (!first) {
            error_setg(errp, "%s: file=%s has no line that begins with $", part_id(part), g->file);
            return false;
        }
    }
    uart_module_init(&g->uart, part, part_leg(part, LEG_TX), part_leg(part, LEG_RX), g->baud, &ops);
    pin_add_driver(part_leg(part, LEG_PPS), &g->pps, part_id(part));
    g->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, g);
    g->base = calendar_begin();
    g->next = (drive_now() / SECOND_NS + 1) * SECOND_NS;
    counter_arm(g->timer, g->next);
    return true;
}

static int gps_post_load(void *opaque, int version_id)
{
    Gps *g = opaque;

    if (g->next < 0 || (g->text && g->at >= strlen(g->text)) || (!g->text && g->at)) {
        return -EINVAL;
    }
    counter_arm(g->timer, g->next);
    return 0;
}

static const VMStateDescription gps_vmstate = {
    .name = TYPE_GPS, .version_id = 1, .minimum_version_id = 1, .post_load = gps_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UART_MODULE(uart, Gps),
        VMSTATE_UINT32(at, Gps),
        VMSTATE_INT64(base, Gps),
        VMSTATE_INT64(next, Gps),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl gps_controls[] = {
    { "latitude", "degrees, north is positive", offsetof(Gps, place.latitude), -90, 90, 48.1173, NMEA_DEGREE },
    { "longitude", "degrees, east is positive", offsetof(Gps, place.longitude), -180, 180, 11.51667, NMEA_DEGREE },
    { "altitude", "metres", offsetof(Gps, place.altitude), -1000, 20000, 545.4, NMEA_TENTH },
    { "speed", "knots", offsetof(Gps, place.speed), 0, 1000, 0, 100 },
    { "course", "degrees", offsetof(Gps, place.course), 0, 360, 0, 100 },
    { "satellites", "that it uses", offsetof(Gps, place.satellites), 0, 12, 8, 1, satellites_changed },
    { }
};

static const Property gps_properties[] = {
    DEFINE_PROP_STRING("file", Gps, file),
    DEFINE_PROP_UINT32("baud", Gps, baud, 9600),
};

static void gps_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "VCC", "RX RXD", "TX TXD", "GND", "PPS", NULL };
    static const char *const shows[] = { "latitude", "longitude", "altitude", "satellites", NULL };

    DEVICE_CLASS(klass)->desc = "GPS receiver on a UART: VCC, RX, TX, GND, PPS; file=, baud=";
    DEVICE_CLASS(klass)->vmsd = &gps_vmstate;
    part_class_set(klass, legs, NULL, shows, gps_fit);
    part_class_set_controls(klass, gps_controls);
    device_class_set_props(DEVICE_CLASS(klass), gps_properties);
}

static const TypeInfo gps_types[] = { {
    .name = TYPE_GPS, .parent = TYPE_PART, .instance_size = sizeof(Gps), .class_init = gps_class_init,
} };
DEFINE_TYPES(gps_types)
