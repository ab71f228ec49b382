/*
 * The logic analyser as a part of diagrams: eight channels D0 to D7, and GND; all of them are in a VCD file.
 *
 *   -device wokwi-logic-analyzer,id=la,D0=pb6,D1=pb9,filename=i2c
 *
 * Attributes are Wokwi's: filename (".vcd" is added), channelNames ("SCL,SDA": with -device double the comma),
 * bufferSize (changes, then it ends), triggerMode (`edge` begins when triggerPin becomes triggerLevel, `level` has only
 * what happens while it is), triggerPin, triggerLevel.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/logic/logic.h"
#include "stm32/board/parts/part.h"

#define TYPE_WOKWI_LOGIC "wokwi-logic-analyzer"
OBJECT_DECLARE_SIMPLE_TYPE(WokwiLogic, WOKWI_LOGIC)

#define CHANNELS 8

struct WokwiLogic {
    Part parent_obj;
    char *file, *names, *mode, *pin, *level;
    char *path;
    Logic logic;
};

static bool is(const char *text, const char *word)
{
    return text && !g_ascii_strcasecmp(text, word);
}

/* "D0" to "D7"; -1: neither. */
static int channel(const char *name)
{
    return g_ascii_toupper(name[0]) == 'D' && name[1] >= '0' && name[1] < '0' + CHANNELS && !name[2] ? name[1] - '0' : -1;
}

static bool set_trigger(WokwiLogic *s, Error **errp)
{
    bool low = is(s->level, "low");
    int pin = channel(s->pin ?: "D7");

    if (!s->mode || is(s->mode, "off")) {
        return true;
    }
    if (pin < 0 || (!low && s->level && !is(s->level, "high")) || (!is(s->mode, "edge") && !is(s->mode, "level"))) {
        error_setg(errp, "triggerMode is off, edge or level, triggerPin D0 to D7, triggerLevel high or low");
        return false;
    }
    if (is(s->mode, "edge")) {
        trigger_add(&s->logic.capture.trigger, s->logic.trace[pin].n, low ? CONDITION_FALLING : CONDITION_RISING);
    } else {
        trigger_add(&s->logic.capture.gate, s->logic.trace[pin].n, low ? CONDITION_LOW : CONDITION_HIGH);
    }
    return true;
}

static bool wokwi_logic_fit(Part *part, Error **errp)
{
    WokwiLogic *s = WOKWI_LOGIC(part);
    g_auto(GStrv) name = g_strsplit(s->names ?: "", ",", CHANNELS);
    unsigned names = g_strv_length(name);

    for (unsigned i = 0; i < CHANNELS; i++) {
        g_autofree char *own = g_strdup_printf("D%u", i);
        const char *given = i < names ? g_strstrip(name[i]) : "";

        g_strdelimit(i < names ? name[i] : own, " \t\r\n", '_');        /* a name of VCD is one word */
        if (!logic_add(&s->logic, part_leg(part, i), *given ? given : own, false, errp)) {
            return false;
        }
    }
    s->logic.on = true;
    s->logic.capture.vcd.per_ns = 1;
    s->path = g_strdup_printf("%s.vcd", s->file ?: "wokwi-logic");
    return set_trigger(s, errp) && logic_begin(&s->logic, s->path, errp);
}

static const Property wokwi_logic_properties[] = {
    DEFINE_PROP_STRING("filename", WokwiLogic, file),
    DEFINE_PROP_STRING("channelNames", WokwiLogic, names),
    DEFINE_PROP_UINT32("bufferSize", WokwiLogic, logic.capture.size, 1000000),
    DEFINE_PROP_STRING("triggerMode", WokwiLogic, mode),
    DEFINE_PROP_STRING("triggerPin", WokwiLogic, pin),
    DEFINE_PROP_STRING("triggerLevel", WokwiLogic, level),
};

static void wokwi_logic_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "GND", NULL };

    DEVICE_CLASS(klass)->desc = "logic analyser, writes a VCD file: D0 to D7, GND";
    device_class_set_props(DEVICE_CLASS(klass), wokwi_logic_properties);
    part_class_set(klass, legs, NULL, NULL, wokwi_logic_fit);
}

static const TypeInfo wokwi_logic_types[] = { {
    .name = TYPE_WOKWI_LOGIC, .parent = TYPE_PART, .instance_size = sizeof(WokwiLogic),
    .class_init = wokwi_logic_class_init,
} };
DEFINE_TYPES(wokwi_logic_types)
