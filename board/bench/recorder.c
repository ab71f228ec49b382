/*
 * A recorder at a pin: writes what happens there to a file.
 *
 *   -device stm32-recorder,pin=pa4,file=pa4.txt
 *
 * A line for every change: the virtual time in ns and the voltage in mV from then on.  stm32-signal plays
 * such a file.  Of a square wave, and of a frame of USART, SPI or I2C, each edge is a line.  What a
 * stm32-signal does is not recorded, but for where it crosses the level of a digital input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "system/runstate.h"
#include "stm32/core/pins/pin.h"
#include "stm32/core/user_file.h"
#include "stm32/board/user_pin.h"

#define TYPE_RECORDER "stm32-recorder"
OBJECT_DECLARE_SIMPLE_TYPE(Recorder, RECORDER)

struct Recorder {
    DeviceState parent_obj;
    char *pin_name, *file_name;
    Pin *pin;
    FILE *file;
    int mv;                     /* as written last; -1: nothing yet */
    PinListener listener;
    PinFollower follower;
};

static void record(Recorder *r, int64_t ns, int mv)
{
    if (mv != r->mv && runstate_is_running()) {
        r->mv = mv;
        fprintf(r->file, "%" PRId64 " %d\n", ns, mv);
    }
}

static void level_changed(void *opaque, bool level)
{
    Recorder *r = opaque;
    uint32_t kind = pin_state(r->pin).kind;
    bool edges = kind == DRIVE_WAVE || kind == DRIVE_PICTURE;

    record(r, pin_edge_ns(r->pin), edges ? level * PIN_VDD_MV : pin_mv(r->pin));
}

static void drive_changed(void *opaque)
{
    Recorder *r = opaque;

    record(r, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), pin_mv(r->pin));
}

/* What there is from the beginning on; and the file is whole whenever the machine stands. */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    if (running) {
        drive_changed(opaque);
    } else {
        fflush(RECORDER(opaque)->file);
    }
}

static void recorder_realize(DeviceState *dev, Error **errp)
{
    Recorder *r = RECORDER(dev);

    if (!r->pin_name || !r->file_name) {
        error_setg(errp, "a recorder needs pin=pa4 (pins are pa0 to pa15, pb0 ... pi15) and "
                   "file=NAME");
        return;
    }
    r->pin = user_pin("pin", r->pin_name, errp);
    if (!r->pin) {
        return;
    }
    r->file = user_file_create("file", r->file_name, errp);
    if (!r->file) {
        return;
    }
    r->mv = -1;
    r->listener = (PinListener) { .changed = level_changed, .opaque = r, .waves = true };
    r->follower = (PinFollower) { .changed = drive_changed, .opaque = r };
    pin_listen(&r->listener, r->pin);
    pin_follow(&r->follower, r->pin);
    qemu_add_vm_change_state_handler(vm_state_changed, r);
}

static const Property recorder_properties[] = {
    DEFINE_PROP_STRING("pin", Recorder, pin_name),
    DEFINE_PROP_STRING("file", Recorder, file_name),
};

static void recorder_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "writes the voltages at a pin to a file";
    dc->realize = recorder_realize;
    dc->hotpluggable = false;
    device_class_set_props(dc, recorder_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo recorder_types[] = { {
    .name = TYPE_RECORDER, .parent = TYPE_DEVICE, .instance_size = sizeof(Recorder),
    .class_init = recorder_class_init,
} };
DEFINE_TYPES(recorder_types)
