/*
 * QEMU's I2C parts at two pins, see i2c_socket.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "stm32/core/pins/i2c_socket.h"

static void hear_event(void *opaque, I2cFrame *f)
{
    I2cSocket *s = opaque;

    i2c_parts_hear(&s->parts, f);
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    I2cSocket *s = opaque;
    I2cFrame *f = (I2cFrame *)frame;

    frame_pass_run(frame, FRAME_I2C);
    if (frame->bus == FRAME_I2C && signal_meets(f->sda, &s->sda)) {
        hear_event(s, f);
    }
}

static void level_changed(void *opaque, bool level)
{
    I2cSocket *s = opaque;

    i2c_bits_levels(&s->bits, pin_plain_level(s->scl_pin), pin_plain_level(s->sda_pin),
                    pin_state(s->scl_pin).kind == DRIVE_PICTURE);
}

static void pull(void *opaque)
{
    I2cSocket *s = opaque;

    pin_drive(&s->sda_driver, s->bits.pulls_sda ? DRIVE(LOW) : DRIVE(NONE));
}

static void solder(I2cSocket *s, Signal *signal, PinListener *level, PinDriver *resistor, Pin *pin)
{
    signal_init(signal, "i2c part");
    signal->opaque = level->opaque = s;
    signal_solder(signal, pin);
    pin_add_driver(pin, resistor, "resistor of I2C parts");
    pin_drive(resistor, DRIVE(PULL_UP));
    level->changed = level_changed;
    pin_listen(level, pin);
}

void i2c_socket_init(I2cSocket *s, DeviceState *owner, const char *name, Pin *scl, Pin *sda)
{
    s->scl_pin = scl;
    s->sda_pin = sda;
    s->bits = (I2cBits) { .hear = hear_event, .pull = pull, .opaque = s,
                          .event = I2C_EVENT_STOP, .scl = true, .sda = true };
    s->parts.bus = i2c_init_bus(owner, name);
    solder(s, &s->scl, &s->scl_level, &s->scl_pull, scl);
    solder(s, &s->sda, &s->sda_level, &s->sda_pull, sda);
    s->scl.heard = heard;
    pin_add_driver(sda, &s->sda_driver, "I2C part");
}

void i2c_socket_ignore(I2cSocket *s)
{
    s->scl.heard = NULL;
    pin_listen(&s->scl_level, NULL);
    pin_listen(&s->sda_level, NULL);
    i2c_parts_reset(&s->parts);
    s->bits.pulls_sda = s->bits.pulls_scl = false;
    pull(s);
}

static int i2c_socket_post_load(void *opaque, int version_id)
{
    pull(opaque);
    return 0;
}

const VMStateDescription vmstate_i2c_socket = {
    .name = "stm32-i2c-socket", .version_id = 1, .minimum_version_id = 1, .post_load = i2c_socket_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_BITS(bits, I2cSocket),
        VMSTATE_I2C_PARTS(parts, I2cSocket),
        VMSTATE_END_OF_LIST()
    },
};
