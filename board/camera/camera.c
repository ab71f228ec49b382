/*
 * A camera module: a sensor of OmniVision at the DCMI, its registers on SCCB, which is I2C.
 *
 *   -device stm32-camera,model=ov2640,bus=i2c1
 *   -device stm32-camera,model=ov9655,bus=i2c1,file=photo.png,xclk=pa8,reset=pd12
 *
 * Its data is wherever the DCMI has its pins.  `file` is a picture, or a pattern for several of them ("shots/ *.png"),
 * one a frame; without it there is a test pattern.  `xclk` is the clock that the sensor gets: hertz, or the pin that
 * makes it (a timer's, or MCO's).  `reset` and `pwdn` are pins at RESETB (low resets) and PWDN (high powers down).
 *
 * Deliberately different: a register that is written holds at once.  unsure: registers that follow each other can be
 * written and read in one transfer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/board/camera/state.h"
#include "stm32/core/mistake/mistake.h"

enum { BANK_SELECT = 0xff, PRODUCT_ID = 0x0a };

/* ---- SCCB ---- */

static bool answers(CameraModule *m)
{
    if (m->in_reset || m->powered_down || !m->xclk) {
        guest_mistake(DEVICE(m)->canonical_path, CAM001, "no answer on SCCB: %s", camera_why_silent(m));
        return false;
    }
    return true;
}

static int sccb_event(I2CSlave *i2c, enum i2c_event event)
{
    CameraModule *m = STM32_CAMERA(i2c);

    if (event == I2C_START_SEND || event == I2C_START_RECV) {
        if (!answers(m)) {
            return -1;
        }
        m->follows = event == I2C_START_SEND;
    }
    return 0;
}

static void write_register(CameraModule *m, uint8_t n, uint8_t value)
{
    bool reset = false;

    if (m->model->banks && n == BANK_SELECT) {
        m->bank = value & 1;
        return;
    }
    if (!m->model->may_write(m->bank, n, value, &reset)) {
        return;
    }
    m->regs[m->bank][n] = value;
    if (reset) {
        m->model->reset(m->regs);
    }
    camera_mode_changed(m);
}

static int sccb_send(I2CSlave *i2c, uint8_t byte)
{
    CameraModule *m = STM32_CAMERA(i2c);

    if (m->follows) {
        m->pointer = byte;
        m->follows = false;
    } else {
        write_register(m, m->pointer++, byte);
    }
    return 0;
}

static uint8_t sccb_recv(I2CSlave *i2c)
{
    CameraModule *m = STM32_CAMERA(i2c);
    uint8_t n = m->pointer++;

    return m->model->banks && n == BANK_SELECT ? m->bank : m->regs[m->bank][n];
}

/* ---- The device ---- */

static bool plug_in(CameraModule *m, Error **errp)
{
    Object *soc = object_resolve_path("/machine/soc", NULL);
    Object *owner = soc ? object_resolve_path_component(soc, "dcmi") : NULL;
    CameraSocket *socket = owner ? camera_socket_of(owner) : NULL;

    if (!socket || !camera_plug(&m->camera, socket)) {
        error_setg(errp, socket ? "there is a camera at the DCMI already" : "there is no camera interface here");
        return false;
    }
    return true;
}

static void camera_realize(DeviceState *dev, Error **errp)
{
    CameraModule *m = STM32_CAMERA(dev);

    m->model = sensor_model(m->model_name ?: "ov9655");
    if (!m->model) {
        error_setg(errp, "model=%s: choose ov2640, ov7670 or ov9655", m->model_name);
        return;
    }
    if (!camera_find_pins(m, errp) || !picture_source_open(&m->source, m->file_name, errp)) {
        return;
    }
    if (!I2C_SLAVE(dev)->address) {
        i2c_slave_set_address(I2C_SLAVE(dev), m->model->address);
    }
    camera_power_up(m);
    camera_init(&m->camera, OBJECT(dev), &camera_module_ops, m);
    if (!plug_in(m, errp)) {
        return;
    }
    camera_watch_pins(m);
    camera_mode_changed(m);
}

const SensorModel *sensor_model(const char *name)
{
    const SensorModel *const models[] = { &sensor_ov2640, &sensor_ov7670, &sensor_ov9655 };

    for (unsigned i = 0; i < ARRAY_SIZE(models); i++) {
        if (!strcmp(models[i]->name, name)) {
            return models[i];
        }
    }
    return NULL;
}

/* By what identifies it, which can't be written. */
static bool is_of_model(CameraModule *m)
{
    g_autofree SensorRegs *regs = g_new0(SensorRegs, 1);
    bool same = true, reset;

    m->model->reset(*regs);
    for (unsigned bank = 0; bank < SENSOR_BANKS; bank++) {
        same &= m->model->may_write(bank, PRODUCT_ID, 0, &reset) ||
                (*regs)[bank][PRODUCT_ID] == m->regs[bank][PRODUCT_ID];
    }
    return same;
}

static int post_load(void *opaque, int version_id)
{
    CameraModule *m = opaque;
    CameraFormat format;

    if (m->bank >= SENSOR_BANKS || !is_of_model(m)) {
        error_report("the snapshot has another model of camera than " TYPE_STM32_CAMERA ",model=%s", m->model->name);
        return -EINVAL;
    }
    camera_read_mode(m);
    format = camera_format(m);
    camera_loaded(&m->camera, &format, camera_why_silent(m));
    return 0;
}

static const VMStateDescription camera_vmstate = {
    .name = TYPE_STM32_CAMERA, .version_id = 1, .minimum_version_id = 1, .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SLAVE(parent_obj, CameraModule),
        VMSTATE_UINT8_2DARRAY(regs, CameraModule, SENSOR_BANKS, 256),
        VMSTATE_UINT8(bank, CameraModule),
        VMSTATE_UINT8(pointer, CameraModule),
        VMSTATE_BOOL(follows, CameraModule),
        VMSTATE_UINT64(xclk, CameraModule),
        VMSTATE_BOOL(in_reset, CameraModule),
        VMSTATE_BOOL(powered_down, CameraModule),
        VMSTATE_CAMERA(camera, CameraModule),
        VMSTATE_END_OF_LIST()
    },
};

static const Property camera_properties[] = {
    DEFINE_PROP_STRING("model", CameraModule, model_name),
    DEFINE_PROP_STRING("file", CameraModule, file_name),
    DEFINE_PROP_STRING("xclk", CameraModule, xclk_text),
    DEFINE_PROP_STRING("reset", CameraModule, reset_name),
    DEFINE_PROP_STRING("pwdn", CameraModule, pwdn_name),
};

static void camera_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    I2CSlaveClass *sc = I2C_SLAVE_CLASS(klass);

    dc->desc = "a camera (OV2640, OV7670, OV9655) at the DCMI";
    dc->realize = camera_realize;
    dc->vmsd = &camera_vmstate;
    dc->hotpluggable = false;
    sc->event = sccb_event;
    sc->send = sccb_send;
    sc->recv = sccb_recv;
    device_class_set_props(dc, camera_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo camera_types[] = { {
    .name = TYPE_STM32_CAMERA, .parent = TYPE_I2C_SLAVE, .instance_size = sizeof(CameraModule),
    .class_init = camera_class_init,
} };
DEFINE_TYPES(camera_types)
