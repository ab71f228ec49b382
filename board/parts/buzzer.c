/*
 * A passive buzzer: `frequency` of what is at 2, in Hz, 0: silence; a timer's square, or levels of a program.  With
 * `audiodev`, the id of an -audiodev, it is heard (pin_sound.h), as loud as `volume` from 0.01 to 1 says.
 *
 * Not able to: tell more than one tone at a time, which can be heard all the same.  It has no frequency while 1 is not low, and
 * what it plays is 2 alone.  `mode` makes no difference: it is as "accurate", and has no clicks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/pin_sound.h"

#define TYPE_BUZZER "wokwi-buzzer"
OBJECT_DECLARE_SIMPLE_TYPE(Buzzer, BUZZER)

enum { LEG_MINUS, LEG_PLUS };

#define LONGEST_NS 50000000             /* 20 Hz: what is slower is no tone */

struct Buzzer {
    Part parent_obj;
    PinListener listener;
    PinSound sound;
    int32_t volume;                     /* per cent */
    int64_t rose[2];                    /* virtual ns: the last two times */
};

static void changed(void *opaque, bool level)
{
    Buzzer *b = opaque;

    if (level) {
        b->rose[0] = b->rose[1];
        b->rose[1] = drive_now();
    }
}

static int64_t frequency(Buzzer *b)
{
    Drive d = pin_plain_state(part_leg(PART(b), LEG_PLUS));
    int64_t now = drive_now(), period = b->rose[1] - b->rose[0];

    if (pin_plain_level(part_leg(PART(b), LEG_MINUS))) {
        return 0;
    }
    if (d.kind == DRIVE_WAVE) {
        bool sounds = d.period && d.high && d.high < d.period && d.period >> 32 <= LONGEST_NS;

        return sounds ? lrint(1e9 * 4294967296.0 / d.period) : 0;
    }
    if (b->rose[0] < 0 || period <= 0 || period > LONGEST_NS || now - b->rose[1] > 2 * period) {
        return 0;
    }
    return (1000000000 + period / 2) / period;
}

static void get_frequency(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    int64_t hz = frequency(BUZZER(obj));

    visit_type_int(v, name, &hz, errp);
}

static bool buzzer_fit(Part *part, Error **errp)
{
    Buzzer *b = BUZZER(part);

    b->rose[0] = b->rose[1] = -1;
    b->listener.changed = changed;
    b->listener.opaque = b;
    pin_listen(&b->listener, part_leg(part, LEG_PLUS));
    return pin_sound_init(&b->sound, part_leg(part, LEG_PLUS), b->volume / 100.0, errp);
}

static const VMStateDescription buzzer_vmstate = {
    .name = TYPE_BUZZER, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64_ARRAY(rose, Buzzer, 2),
        VMSTATE_END_OF_LIST()
    },
};

static void volume_changed(Part *part)
{
    BUZZER(part)->sound.volume = BUZZER(part)->volume / 100.0;
}

static const PartControl buzzer_controls[] = {
    { "volume", "0.01 to 1", offsetof(Buzzer, volume), 0.01, 1, 1, 100, volume_changed },
    { }
};

static const Property buzzer_properties[] = {
    DEFINE_AUDIO_PROPERTIES(Buzzer, sound.card),
};

static void buzzer_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "1", "2", NULL };
    static const char *const looks[] = { "mode", NULL };
    static const char *const shows[] = { "frequency", NULL };

    DEVICE_CLASS(klass)->desc = "buzzer: 1 (minus), 2 (plus); audiodev=";
    DEVICE_CLASS(klass)->vmsd = &buzzer_vmstate;
    part_class_set(klass, legs, looks, shows, buzzer_fit);
    part_class_set_controls(klass, buzzer_controls);
    device_class_set_props(DEVICE_CLASS(klass), buzzer_properties);
    object_class_property_add(klass, "frequency", "int", get_frequency, NULL, NULL, NULL);
}

static const TypeInfo buzzer_types[] = { {
    .name = TYPE_BUZZER, .parent = TYPE_PART, .instance_size = sizeof(Buzzer), .class_init = buzzer_class_init,
} };
DEFINE_TYPES(buzzer_types)
