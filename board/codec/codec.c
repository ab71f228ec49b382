/*
 * The control side of a CS43L22 (Cirrus Logic DS792): registers over I2C at address 0x94, reset.
 *
 * Lines: SCL and SDA hear I2C, of a controller or of GPIOs; RESET low holds it: no acknowledge,
 * registers as after power-on.
 *
 * Deliberately different: reserved bits can be written; speakers, passthrough and battery are registers
 * without effect, and what their status registers would tell reads 0.  With FREEZE no register of sound
 * has an effect until it is gone.  unsure: reset values of reserved registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "stm32/board/codec/state.h"
#include "stm32/core/mistake/mistake.h"

#define ADDRESS 0x4a
#define INCREMENT 0x80

/* Those that are not 0. */
static const uint8_t reset_values[CODEC_REGISTERS] = {
    [CODEC_ID] = 0xe3,          /* revision B1 */
    [CODEC_POWER_1] = 0x01,
    [CODEC_POWER_2] = 0x05,
    [CODEC_CLOCKING] = 0xa0,
    [CODEC_PASSTHROUGH_A] = 0x81,
    [CODEC_PASSTHROUGH_B] = 0x81,
    [CODEC_ANALOG] = 0xa5,
    [CODEC_PLAYBACK_1] = 0x60,
    [CODEC_MISC] = 0x02,
    [CODEC_TONE] = 0x88,
    [CODEC_LIMIT_2] = 0x7f,
    [CODEC_LIMIT_ATTACK] = 0xc0,
    [CODEC_TEMPERATURE] = 0x3b, /* reserved: as the CS42L52 has it */
    [CODEC_CHARGE_PUMP] = 0x50,
};

/* ---- Registers ---- */

static bool is_read_only(unsigned n)
{
    return n == CODEC_ID || n == CODEC_STATUS || n == CODEC_BATTERY || n == CODEC_SPEAKER_STATUS;
}

static unsigned next_register(Codec *c)
{
    unsigned n = c->map % CODEC_REGISTERS;

    if (c->map & INCREMENT) {
        c->map = (n + 1) | INCREMENT;
    }
    return n;
}

static uint8_t get(Codec *c)
{
    unsigned n = next_register(c);
    uint8_t data = c->reg[n];

    if (n == CODEC_STATUS) {
        c->reg[n] = 0;              /* what has been since it was read */
    }
    return data;
}

static void put(Codec *c, uint8_t data)
{
    unsigned n = next_register(c);

    if (is_read_only(n)) {
        return;
    }
    if (n == CODEC_MISC && data & MISC_PASSTHROUGH) {
        qemu_log_mask(LOG_UNIMP, "%s: the analog inputs are not modelled, what they pass through is "
                      "silent\n", DEVICE(c)->canonical_path);
    }
    c->reg[n] = data;
    codec_sound_update(c);
}

static void reset_changed(void *opaque, bool level)
{
    Codec *c = opaque;

    if (!level) {
        memcpy(c->reg, reset_values, sizeof(c->reg));
        c->map = 0;
        c->addressed = c->selected = c->wants_map = false;
        c->beep_mode = 0;
        c->beep_on = false;
        c->limit[0] = c->limit[1] = 1 << 16;
        i2c_bits_reset(&c->bits);
        codec_sound_update(c);
    }
}

/* ---- I2C ---- */

static void address(Codec *c, I2cFrame *f)
{
    c->selected = c->addressed && f->data >> 1 == ADDRESS && !codec_is_held(c);
    c->wants_map = !(f->data & 1);
    if (c->addressed && f->data >> 1 == ADDRESS && codec_is_held(c)) {
        guest_mistake(DEVICE(c)->canonical_path, CODEC007, "its address 0x%02x is called while PD4 holds it in reset: it does not "
                      "answer", ADDRESS);
    }
    if (c->addressed) {
        i2c_frame_compare(f, ADDRESS);
    }
    c->addressed = false;
    i2c_frame_answer(f, c->selected, 0xff);
}

static void hear_event(void *opaque, I2cFrame *f)
{
    Codec *c = opaque;

    if (f->event == I2C_EVENT_START || f->event == I2C_EVENT_STOP) {
        c->addressed = f->event == I2C_EVENT_START;
        c->selected = false;
    } else if (f->event == I2C_EVENT_ADDRESS) {
        address(c, f);
    } else if (c->selected && f->event == I2C_EVENT_READ) {
        i2c_frame_answer(f, true, get(c));
    } else if (c->selected && f->event == I2C_EVENT_WRITE) {
        if (c->wants_map) {
            c->map = f->data;
            c->wants_map = false;
        } else {
            put(c, f->data);
        }
        i2c_frame_answer(f, true, 0xff);
    }
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    I2cFrame *f = (I2cFrame *)frame;

    frame_pass_run(frame, FRAME_I2C);
    if (frame->bus == FRAME_I2C && signal_meets(f->sda, &CODEC(opaque)->sda)) {
        hear_event(opaque, f);
    }
}

static void level_changed(void *opaque, bool level)
{
    Codec *c = opaque;

    i2c_bits_levels(&c->bits, pin_plain_level(c->pins.scl), pin_plain_level(c->pins.sda),
                    pin_state(c->pins.scl).kind == DRIVE_PICTURE);
}

static void pull(void *opaque)
{
    Codec *c = opaque;

    pin_drive(&c->sda_driver, c->bits.pulls_sda ? DRIVE(LOW) : DRIVE(NONE));
}

/* ---- The device ---- */

static void solder(Codec *c, Signal *signal, const char *name, Pin *pin)
{
    signal_init(signal, name);
    signal->opaque = c;
    signal_solder(signal, pin);
}

void codec_new(Object *parent, const char *name, const CodecPins *pins, const char *audiodev)
{
    Codec *c = CODEC(object_new(TYPE_CODEC));

    object_property_add_child(parent, name, OBJECT(c));
    c->pins = *pins;
    solder(c, &c->scl, "codec SCL", pins->scl);
    solder(c, &c->sda, "codec SDA", pins->sda);
    solder(c, &c->sclk, "codec SCLK", pins->sclk);
    solder(c, &c->sdin, "codec SDIN", pins->sdin);
    c->scl.heard = heard;
    c->bits = (I2cBits) { .hear = hear_event, .pull = pull, .opaque = c,
                          .event = I2C_EVENT_STOP, .scl = true, .sda = true };
    c->scl_level.changed = c->sda_level.changed = level_changed;
    c->scl_level.opaque = c->sda_level.opaque = c;
    pin_listen(&c->scl_level, pins->scl);
    pin_listen(&c->sda_level, pins->sda);
    pin_add_driver(pins->sda, &c->sda_driver, "codec SDA");
    c->reset.changed = reset_changed;
    c->reset.opaque = c;
    pin_listen(&c->reset, pins->reset);
    if (audiodev) {
        qdev_prop_set_string(DEVICE(c), "audiodev", audiodev);
    }
    qdev_realize_and_unref(DEVICE(c), NULL, &error_fatal);
}

static void codec_realize(DeviceState *dev, Error **errp)
{
    codec_sound_init(CODEC(dev), errp);
    reset_changed(CODEC(dev), false);
}

static void get_registers(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    g_autoptr(GString) text = g_string_new("");

    for (unsigned i = 1; i <= CODEC_CHARGE_PUMP; i++) {
        g_string_append_printf(text, "%02x=%02x%s", i, CODEC(obj)->reg[i], i % 16 ? " " : "\n");
    }
    visit_type_str(v, name, &text->str, errp);
}

static int codec_post_load(void *opaque, int version_id)
{
    Codec *c = opaque;

    for (unsigned i = 0; i < 2; i++) {
        c->limit[i] = CLAMP(c->limit[i], 0, 1 << 16);
        for (unsigned n = 0; n < CODEC_FILTERS; n++) {
            CodecFilter *f = &c->filter[n][i];

            f->last_in = CLAMP(f->last_in, -(1ll << 32), 1ll << 32);
            f->last_out = CLAMP(f->last_out, -(1ll << 32), 1ll << 32);
        }
    }
    codec_sound_update(c);
    pull(opaque);
    return 0;
}

static const VMStateDescription filter_vmstate = {
    .name = TYPE_CODEC "-filter", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(last_in, CodecFilter),
        VMSTATE_INT64(last_out, CodecFilter),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription codec_vmstate = {
    .name = TYPE_CODEC, .version_id = 1, .minimum_version_id = 1,
    .post_load = codec_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_ARRAY(reg, Codec, CODEC_REGISTERS),
        VMSTATE_UINT8(map, Codec),
        VMSTATE_BOOL(addressed, Codec),
        VMSTATE_BOOL(selected, Codec),
        VMSTATE_BOOL(wants_map, Codec),
        VMSTATE_I2C_BITS(bits, Codec),
        VMSTATE_BOOL(clocked, Codec),
        VMSTATE_INT16(left, Codec),
        VMSTATE_UINT8_ARRAY(active, Codec, CODEC_REGISTERS),
        VMSTATE_BOOL(synchronized, Codec),
        VMSTATE_INT32_ARRAY(limit, Codec, 2),
        VMSTATE_UINT32(beep_phase, Codec),
        VMSTATE_UINT32(beep_left, Codec),
        VMSTATE_UINT8(beep_mode, Codec),
        VMSTATE_BOOL(beep_on, Codec),
        VMSTATE_STRUCT_2DARRAY(filter, Codec, CODEC_FILTERS, 2, 1, filter_vmstate, CodecFilter),
        VMSTATE_END_OF_LIST()
    },
};

static const Property codec_properties[] = {
    DEFINE_AUDIO_PROPERTIES(Codec, card),
};

static void codec_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = codec_realize;
    dc->vmsd = &codec_vmstate;
    dc->user_creatable = false;     /* it is soldered on */
    device_class_set_props(dc, codec_properties);
    object_class_property_add(klass, "registers", "string", get_registers, NULL, NULL, NULL);
}

static const TypeInfo codec_types[] = { {
    .name = TYPE_CODEC, .parent = TYPE_DEVICE, .instance_size = sizeof(Codec),
    .class_init = codec_class_init,
} };
DEFINE_TYPES(codec_types)
