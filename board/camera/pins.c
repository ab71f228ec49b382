/*
 * Pins of a camera module: XCLK, RESETB and PWDN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "stm32/board/camera/state.h"
#include "stm32/board/user_pin.h"

#define XCLK_HZ 24000000

void camera_power_up(CameraModule *m)
{
    m->model->reset(m->regs);
    m->bank = m->pointer = 0;
}

static void reset_changed(void *opaque, bool level)
{
    CameraModule *m = opaque;

    if (m->in_reset != !level) {
        m->in_reset = !level;
        camera_power_up(m);
        camera_mode_changed(m);
    }
}

static void pwdn_changed(void *opaque, bool level)
{
    CameraModule *m = opaque;

    if (m->powered_down != level) {
        m->powered_down = level;
        camera_mode_changed(m);
    }
}

static void xclk_changed(void *opaque)
{
    CameraModule *m = opaque;
    Drive drive = pin_state(m->xclk_pin);
    uint64_t period = drive.kind == DRIVE_WAVE ? drive.period : 0;

    if (m->xclk != period) {
        m->xclk = period;
        camera_mode_changed(m);
    }
}

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

bool camera_find_pins(CameraModule *m, Error **errp)
{
    if (!find_xclk(m, errp)) {
        return false;
    }
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

void camera_watch_pins(CameraModule *m)
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
