/*
 * A logic analyser at pins: writes a VCD file, which PulseView, sigrok-cli and GTKWave read.
 *
 *   -device stm32-logic,pins=pa5:pa7:pe3,file=out.vcd
 *   -device stm32-logic,pins=pb6:pb7,file=i2c.vcd,trigger=pb7:falling:pb6:high,pre=100000,post=5000000
 *   -device stm32-logic,pins=pa5,analog=pa1:pa4,file=out.vcd,unit=ps,limit=1000000
 *
 * Pins are those of the chip, legs of parts (led1.A) and supplies.  Every edge is there with its own time, of square
 * waves and of the frames of peripherals too.  `analog`: voltages as `real` variables; of a generator at its steps.
 * `wires`: outputs of peripherals (usart2.dma-rx:tim2.irq), see wire.h.
 * `irqs`: interrupts entered and left (tim2:exti-0:systick), see irq.h.
 * `functions`: on, the function that runs, as a string; or some of the firmware's (main:HAL_Delay), see function.h.
 * `trigger` (trigger.h) begins the file, `pre` ns of history before it, `post` ns after it end it.  `on` can be set
 * while the machine runs (qom-set); once it is off, or has ended, it costs nothing, and on=true after that waits for
 * the trigger again.  `limit` is the file's size in bytes, 0: none.
 *
 * Deliberately different from a real one: it samples nothing, there is no rate.  Edges are known to the ns; unit=ps
 * is for programs that want it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties.h"
#include "stm32/board/logic/logic.h"
#include "stm32/board/user_pin.h"

#define TYPE_LOGIC "stm32-logic"
OBJECT_DECLARE_SIMPLE_TYPE(LogicDevice, LOGIC)

struct LogicDevice {
    DeviceState parent_obj;
    char *pins, *analog, *wires, *irqs, *functions, *file, *trigger, *unit;
    Logic logic;
};

static bool add_pins(Logic *l, const char *option, const char *names, bool analog, Error **errp)
{
    g_auto(GStrv) name = g_strsplit(names ?: "", ":", 0);

    for (char **n = name; *n; n++) {
        Pin *pin = user_pin(option, *n, errp);

        if (!pin || !logic_add(l, pin, *n, analog, errp)) {
            return false;
        }
    }
    return true;
}

static bool add_wires(Logic *l, const char *names, Error **errp)
{
    g_auto(GStrv) name = g_strsplit(names ?: "", ":", 0);

    for (char **n = name; *n; n++) {
        if (!logic_add_wire(l, *n, errp)) {
            return false;
        }
    }
    return true;
}

static bool add_irqs(Logic *l, const char *names, Error **errp)
{
    g_auto(GStrv) name = g_strsplit(names ?: "", ":", 0);

    for (char **n = name; *n; n++) {
        if (!logic_add_irq(l, *n, errp)) {
            return false;
        }
    }
    return true;
}

static bool add_functions(Logic *l, const char *names, Error **errp)
{
    g_auto(GStrv) name = g_strsplit(names ?: "", ":", 0);

    for (char **n = name; *n; n++) {
        if (!logic_add_function(l, strcmp(*n, "on") ? *n : NULL, errp)) {
            return false;
        }
    }
    return true;
}

static bool set_unit(LogicDevice *d, Error **errp)
{
    bool ps = d->unit && !strcmp(d->unit, "ps");

    if (d->unit && !ps && strcmp(d->unit, "ns")) {
        error_setg(errp, "unit=%s: it is ns or ps", d->unit);
        return false;
    }
    d->logic.capture.vcd.per_ns = ps ? 1000 : 1;
    return true;
}

static void logic_realize(DeviceState *dev, Error **errp)
{
    LogicDevice *d = LOGIC(dev);
    Logic *l = &d->logic;

    if (!d->file || (!d->pins && !d->analog && !d->wires && !d->irqs && !d->functions)) {
        error_setg(errp, "a logic analyser needs pins=pa5:pa7 (or analog=pa1) and file=NAME.vcd");
        return;
    }
    if (!set_unit(d, errp) || !add_pins(l, "pins", d->pins, false, errp) ||
        !add_pins(l, "analog", d->analog, true, errp) ||
        !add_wires(l, d->wires, errp) || !add_irqs(l, d->irqs, errp) ||
        !add_functions(l, d->functions, errp) || (d->trigger && !logic_set_trigger(l, d->trigger, errp))) {
        return;
    }
    logic_begin(l, d->file, errp);
}

static bool logic_get_on(Object *obj, Error **errp)
{
    return LOGIC(obj)->logic.on;
}

static void logic_on_set(Object *obj, bool on, Error **errp)
{
    logic_set_on(&LOGIC(obj)->logic, on);
}

static void logic_init(Object *obj)
{
    LOGIC(obj)->logic.on = true;
}

static const Property logic_properties[] = {
    DEFINE_PROP_STRING("pins", LogicDevice, pins),
    DEFINE_PROP_STRING("analog", LogicDevice, analog),
    DEFINE_PROP_STRING("wires", LogicDevice, wires),
    DEFINE_PROP_STRING("irqs", LogicDevice, irqs),
    DEFINE_PROP_STRING("functions", LogicDevice, functions),
    DEFINE_PROP_STRING("file", LogicDevice, file),
    DEFINE_PROP_STRING("trigger", LogicDevice, trigger),
    DEFINE_PROP_STRING("unit", LogicDevice, unit),
    DEFINE_PROP_UINT64("pre", LogicDevice, logic.capture.pre, 0),
    DEFINE_PROP_UINT64("post", LogicDevice, logic.capture.post, 0),
    DEFINE_PROP_SIZE("limit", LogicDevice, logic.capture.vcd.limit, 1 * GiB),
};

static void logic_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "logic analyser, writes a VCD file";
    dc->realize = logic_realize;
    dc->hotpluggable = false;
    device_class_set_props(dc, logic_properties);
    object_class_property_add_bool(klass, "on", logic_get_on, logic_on_set);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo logic_types[] = { {
    .name = TYPE_LOGIC, .parent = TYPE_DEVICE, .instance_size = sizeof(LogicDevice),
    .instance_init = logic_init, .class_init = logic_class_init,
} };
DEFINE_TYPES(logic_types)
