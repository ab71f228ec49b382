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
#include "hw/i2c/i2c.h"
#include "hw/qdev-properties.h"
#include "qemu/cutils.h"
#include "stm32/board/camera/lines.h"
#include "stm32/board/user_pin.h"
#include "stm32/core/camera/camera.h"
#include "stm32/core/mistake.h"

#define TYPE_STM32_CAMERA "stm32-camera"
OBJECT_DECLARE_SIMPLE_TYPE(CameraModule, STM32_CAMERA)

#define XCLK_HZ 24000000
enum { BANK_SELECT = 0xff, PRODUCT_ID = 0x0a };
enum { VSYNC_LINES = 3, BEFORE_DATA = 8, BETWEEN_LINES = 16 };

struct CameraModule {
    I2CSlave parent_obj;
    char *model_name, *file_name, *xclk_text, *reset_name, *pwdn_name;
    const SensorModel *model;
    PictureSource source;
    Camera camera;
    SensorMode mode;
    CameraJpeg jpeg;
    LineCache lines;
    SensorRegs regs;
    uint8_t bank, pointer;
    bool follows;               /* the next byte is the register's number */
    Pin *xclk_pin, *reset_pin, *pwdn_pin;
    PinFollower xclk_follower;
    PinListener reset_listener, pwdn_listener;
    PinDriver reset_pull, pwdn_pull;
    uint64_t xclk;              /* period, 2^-32 ns; 0: it stands */
    bool in_reset, powered_down;
};

/* ---- What it sends ---- */

static const char *why_silent(const CameraModule *m)
{
    return m->in_reset ? "it is held in reset (its pin reset= is low)"
         : m->powered_down ? "it is powered down (its pin pwdn= is high)"
         : !m->xclk ? "it has no XCLK (its pin xclk= has no clock)"
         : m->mode.pixels == PIXELS_JPEG && !jpeg_is_there() ? "this QEMU is built without JPEG (libjpeg-dev)"
         : m->mode.silent;
}

static unsigned lines_of_frame(const SensorMode *m)
{
    unsigned blank = (uint64_t)m->height * (m->all_lines - m->sensor_lines) / m->sensor_lines;

    return m->height + MAX(blank, VSYNC_LINES + BEFORE_DATA + 1);
}

/* JPEG is shorter than pixels, and takes no more time than the sensor has for a frame. */
static unsigned items_of(const SensorMode *m)
{
    unsigned line = m->frame_clocks / lines_of_frame(m), least = MAX(m->width / 8, 16);

    return m->pixels == PIXELS_JPEG ? MIN(line_items(m), MAX(least, line - MIN(line, BETWEEN_LINES)))
                                    : line_items(m);
}

static CameraFormat format_of(const SensorMode *m)
{
    CameraFormat f = {
        .active = m->items, .lines = m->height, .width = 8, .vsync_lines = VSYNC_LINES,
        .vsync_low = m->vsync_low, .href_low = m->href_low, .falling = m->falling,
        .jpeg = m->pixels == PIXELS_JPEG, .embedded = m->embedded,
        /* CCIR 656: start and end of an active line, and of a blank one */
        .codes = { 0x80, 0x80, 0x9d, 0x9d, 0xab, 0xb6 },
    };
    unsigned least = f.active + BETWEEN_LINES + (m->embedded ? 2 * CAMERA_CODE : 0);

    f.frame_lines = lines_of_frame(m);
    f.line_clocks = MAX(m->frame_clocks / f.frame_lines, least);
    f.first_line = f.frame_lines - m->height - 1;
    return f;
}

static void read_mode(CameraModule *m)
{
    m->mode = (SensorMode) { .multiply = 1, .divide = 1, .quality = 80 };
    m->model->mode(m->regs, &m->mode);
    m->mode.width = MAX(m->mode.width & ~1u, 8);
    m->mode.height = MAX(m->mode.height, 8);
    m->mode.items = items_of(&m->mode);
    jpeg_forget(&m->jpeg);
    line_forget(&m->lines);
}

static void mode_changed(CameraModule *m)
{
    CameraFormat format;

    read_mode(m);
    format = format_of(&m->mode);
    camera_send(&m->camera, &format, m->xclk * m->mode.divide / m->mode.multiply, why_silent(m));
}

static unsigned send_line(void *opaque, uint64_t frame, unsigned line, uint16_t *items)
{
    CameraModule *m = opaque;

    return m->mode.pixels == PIXELS_JPEG ? line_of_jpeg(&m->jpeg, &m->source, &m->mode, frame, line, items)
                                         : line_make(&m->lines, &m->source, &m->mode, frame, line, items);
}

static const CameraOps camera_ops = { .line = send_line };

/* ---- SCCB ---- */

static bool answers(CameraModule *m)
{
    if (m->in_reset || m->powered_down || !m->xclk) {
        guest_note(DEVICE(m)->canonical_path, "SCCB", "no answer on SCCB: %s", why_silent(m));
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
    mode_changed(m);
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

/* ---- Pins ---- */

static void power_up(CameraModule *m)
{
    m->model->reset(m->regs);
    m->bank = m->pointer = 0;
}

static void reset_changed(void *opaque, bool level)
{
    CameraModule *m = opaque;

    if (m->in_reset != !level) {
        m->in_reset = !level;
        power_up(m);
        mode_changed(m);
    }
}

static void pwdn_changed(void *opaque, bool level)
{
    CameraModule *m = opaque;

    if (m->powered_down != level) {
        m->powered_down = level;
        mode_changed(m);
    }
}

static void xclk_changed(void *opaque)
{
    CameraModule *m = opaque;
    Drive drive = pin_state(m->xclk_pin);
    uint64_t period = drive.kind == DRIVE_WAVE ? drive.period : 0;

    if (m->xclk != period) {
        m->xclk = period;
        mode_changed(m);
    }
}

/* ---- The device ---- */

static bool find_xclk(CameraModule *m, Error **errp)
{
    uint64_t hz = XCLK_HZ;

    if (m->xclk_text && g_ascii_isalpha(m->xclk_text[0])) {
        m->xclk_pin = user_pin("xclk", m->xclk_text, errp);
        return m->xclk_pin;
    }
    if (m->xclk_text && (qemu_strtou64(m->xclk_text, NULL, 10, &hz) < 0 || hz < 100000 || hz > 100000000)) {
        error_setg(errp, "xclk=%s: has to be hertz, 100000 to 100000000, or the pin that makes it", m->xclk_text);
        return false;
    }
    m->xclk = CLOCK_PERIOD_FROM_HZ(hz);
    return true;
}

static bool find_pins(CameraModule *m, Error **errp)
{
    if (m->reset_name) {
        m->reset_pin = user_pin("reset", m->reset_name, errp);
    }
    if (m->pwdn_name && (!m->reset_name || m->reset_pin)) {
        m->pwdn_pin = user_pin("pwdn", m->pwdn_name, errp);
    }
    return !m->reset_name == !m->reset_pin && !m->pwdn_name == !m->pwdn_pin;
}

static void watch(CameraModule *m, PinListener *listener, void (*changed)(void *opaque, bool level), Pin *pin,
                  PinDriver *resistor, Drive pull)
{
    *listener = (PinListener) { .changed = changed, .opaque = m };
    pin_add_driver(pin, resistor, "resistor of " TYPE_STM32_CAMERA);
    pin_drive(resistor, pull);
    pin_listen(listener, pin);
}

static void watch_pins(CameraModule *m)
{
    if (m->reset_pin) {
        watch(m, &m->reset_listener, reset_changed, m->reset_pin, &m->reset_pull, DRIVE(PULL_UP));
        m->in_reset = !pin_level(m->reset_pin);
    }
    if (m->pwdn_pin) {
        watch(m, &m->pwdn_listener, pwdn_changed, m->pwdn_pin, &m->pwdn_pull, DRIVE(PULL_DOWN));
        m->powered_down = pin_level(m->pwdn_pin);
    }
    if (m->xclk_pin) {
        m->xclk_follower = (PinFollower) { .changed = xclk_changed, .opaque = m };
        pin_follow(&m->xclk_follower, m->xclk_pin);
        xclk_changed(m);
    }
}

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
    if (!find_xclk(m, errp) || !find_pins(m, errp) || !picture_source_open(&m->source, m->file_name, errp)) {
        return;
    }
    if (!I2C_SLAVE(dev)->address) {
        i2c_slave_set_address(I2C_SLAVE(dev), m->model->address);
    }
    power_up(m);
    camera_init(&m->camera, OBJECT(dev), &camera_ops, m);
    if (!plug_in(m, errp)) {
        return;
    }
    watch_pins(m);
    mode_changed(m);
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
    read_mode(m);
    format = format_of(&m->mode);
    camera_loaded(&m->camera, &format, why_silent(m));
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
