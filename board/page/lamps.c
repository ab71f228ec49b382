/*
 * LEDs as an eye sees them: the mean of the time between two looks.  So one that a program blinks fast glows, and one
 * that a timer's PWM feeds costs nothing, for that is one square wave.
 *
 * While a page is open it costs an event for each change at their pins; while none is, nobody listens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/led.h"
#include "stm32/board/page/state.h"
#include "stm32/board/parts/light.h"
#include "stm32/board/parts/part.h"

struct Lamp {
    Object *object;
    Pin *anode, *cathode;       /* of a part of the bench, else NULL */
    PinFollower follower[2];
    int64_t begun, since;       /* virtual ns: of the last look, of the last change */
    unsigned percent;           /* since then */
    uint64_t sum;               /* per cent times ns, from the look to the change */
};

static unsigned look(Lamp *l)
{
    return l->anode ? light_percent(l->anode, l->cathode) : led_brightness(l->object);
}

/* What it has been until now counts for the time it was so. */
static void changed(void *opaque)
{
    Lamp *l = opaque;
    int64_t now = drive_now();

    l->sum += (uint64_t)l->percent * MAX(now - l->since, 0);
    l->since = now;
    l->percent = look(l);
}

Lamp *lamp_new(Object *object)
{
    bool is_led = object_dynamic_cast(object, "wokwi-led");
    Lamp *l;

    if (!is_led && !object_dynamic_cast(object, TYPE_LED_AT_PIN)) {
        return NULL;
    }
    l = g_new0(Lamp, 1);
    l->object = object;
    if (is_led) {
        l->anode = part_find_leg(PART(object), "A");
        l->cathode = part_find_leg(PART(object), "C");
    }
    for (unsigned n = 0; n < ARRAY_SIZE(l->follower); n++) {
        l->follower[n] = (PinFollower) { .changed = changed, .opaque = l };
    }
    return l;
}

void lamp_watch(Lamp *l, bool on)
{
    Pin *pin = l->anode ?: led_pin(l->object);

    pin_follow(&l->follower[0], on ? pin : NULL);
    pin_follow(&l->follower[1], on ? l->cathode : NULL);
    l->begun = l->since = drive_now();
    l->sum = 0;
    l->percent = look(l);
}

unsigned lamp_percent(Lamp *l)
{
    int64_t now = drive_now();
    unsigned mean;

    changed(l);
    mean = now > l->begun ? l->sum / (now - l->begun) : l->percent;
    l->begun = now;
    l->sum = 0;
    return mean;
}
