/*
 * The chip's side of a pin: its port's registers, the alternate function multiplexer, and the
 * signals of peripherals that reach pins by it, see pin.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/core/pins/frames.h"
#include "stm32/core/pins/parties.h"
#include "stm32/core/pins/pinmux.h"

static GPtrArray *selected_signals(const Pin *pin)
{
    return pin->config.mode == PIN_ALTERNATE ? pin->functions[pin->config.function] : NULL;
}

static void pin_input_changed(void *opaque, bool level)
{
    GPtrArray *signals = selected_signals(opaque);

    for (unsigned i = 0; signals && i < signals->len; i++) {
        Signal *signal = signals->pdata[i];

        if (signal->changed) {
            signal->changed(signal->opaque, level);
        }
    }
}

/* Let the chip drive what its registers and the selected signal say. */
static void pin_drive_chip(Pin *pin)
{
    const PinConfig *config = &pin->config;
    GPtrArray *signals = selected_signals(pin);
    Drive drive = DRIVE(NONE);

    if (config->mode == PIN_OUTPUT) {
        drive = DRIVE_LEVEL(config->out);
    }
    for (unsigned i = 0; signals && i < signals->len; i++) {
        Signal *signal = signals->pdata[i];

        if (signal->drive.kind != DRIVE_NONE) {
            drive = signal->drive;
        }
    }
    if (config->open_drain && drive.kind == DRIVE_HIGH) {
        drive = DRIVE(NONE);
    }
    if (config->open_drain && drive.kind == DRIVE_PICTURE) {
        drive.floats = true;
    }
    pin_drive(&pin->chip, drive);
}

static void count_routed(Pin *pin, int change)
{
    GPtrArray *signals = selected_signals(pin);

    for (unsigned i = 0; signals && i < signals->len; i++) {
        ((Signal *)signals->pdata[i])->routed += change;
    }
}

/* Listen if a selected signal is an input, and to waves if it wants those. */
static void pin_listen_for_signals(Pin *pin)
{
    GPtrArray *signals = selected_signals(pin);
    bool listen = false, waves = false;

    for (unsigned i = 0; signals && i < signals->len; i++) {
        Signal *signal = signals->pdata[i];

        listen |= signal->changed != NULL;
        waves |= signal->changed && signal->waves;
    }
    pin_listen_to_waves(&pin->input, waves);
    pin_listen(&pin->input, listen ? pin : NULL);
}

/* Who follows a signal follows it to another pin. */
static void follow_signals(GPtrArray *signals)
{
    for (unsigned i = 0; signals && i < signals->len; i++) {
        Signal *signal = signals->pdata[i];

        if (signal->follower) {
            signal_follow(signal, signal->follower);
            signal->follower->changed(signal->follower->opaque);
        }
    }
}

void pin_set_out(Pin *pin, bool out)
{
    PinConfig *config = &pin->config;

    config->out = out;
    if (config->mode != PIN_OUTPUT) {
        return;
    }
    if (out && config->open_drain) {
        pin_drive(&pin->chip, DRIVE(NONE));
    } else {
        pin_drive_level(&pin->chip, out);
    }
}

void pin_configure(Pin *pin, const PinConfig *config)
{
    bool rerouted = pin->config.mode != config->mode || pin->config.function != config->function;
    GPtrArray *before = selected_signals(pin);

    if (rerouted) {
        count_routed(pin, -1);
    }
    pin->config = *config;
    pin_drive(&pin->pull, config->mode == PIN_ANALOG ? DRIVE(NONE)
                          : config->pull == 1 ? DRIVE(PULL_UP)
                          : config->pull == 2 ? DRIVE(PULL_DOWN) : DRIVE(NONE));
    if (rerouted) {
        count_routed(pin, +1);
        pin_listen_for_signals(pin);
    }
    pin_drive_chip(pin);
    if (rerouted) {
        follow_signals(before);
        follow_signals(selected_signals(pin));
    }
    if (rerouted && pin->input.pin && runstate_is_running()) {
        pin_input_changed(pin, pin->input.waves ? pin_level(pin) : pin_plain_level(pin));
    }
}

void pin_add_function(Pin *pin, unsigned function, Signal *signal)
{
    if (!pin->functions[function]) {
        pin->functions[function] = g_ptr_array_new();
    }
    g_ptr_array_add(pin->functions[function], signal);
    g_ptr_array_add(signal->pins, pin);
}

void signal_init(Signal *signal, const char *name)
{
    signal->name = name;
    signal->pins = g_ptr_array_new();
}

static bool has_selected(const Pin *pin, const Signal *signal)
{
    GPtrArray *signals = selected_signals(pin);

    return signals && g_ptr_array_find(signals, signal, NULL);
}

void signal_drive(Signal *signal, Drive drive)
{
    if (drive_equals(&signal->drive, &drive)) {
        return;
    }
    signal->drive = drive;
    for (unsigned i = 0; signal->routed && i < signal->pins->len; i++) {
        if (has_selected(signal->pins->pdata[i], signal)) {
            pin_drive_chip(signal->pins->pdata[i]);
        }
    }
}

void signal_show(Signal *signal, Picture *picture, Picture now)
{
    bool corrected = picture->start == now.start;

    if (picture_replace(picture, &now)) {
        return;
    }
    for (unsigned i = 0; signal->routed && i < signal->pins->len; i++) {
        pin_end_picture(signal->pins->pdata[i], picture, &now);
    }
    *picture = now;
    for (unsigned i = 0; signal->routed && i < signal->pins->len; i++) {
        pin_begin_picture(signal->pins->pdata[i], picture, corrected);
    }
}

Pin *signal_pin(const Signal *signal)
{
    for (unsigned i = 0; signal->routed && i < signal->pins->len; i++) {
        if (has_selected(signal->pins->pdata[i], signal)) {
            return signal->pins->pdata[i];
        }
    }
    return NULL;
}

bool signal_level(const Signal *signal, bool otherwise)
{
    Pin *pin = signal_pin(signal);

    return pin ? pin_plain_level(pin) : otherwise;
}

Drive signal_state(const Signal *signal)
{
    Pin *pin = signal_pin(signal);

    return pin ? pin_plain_state(pin) : DRIVE(NONE);
}

bool signal_is_push_pull(const Signal *signal)
{
    Pin *pin = signal_pin(signal);

    return pin && !pin->config.open_drain;
}

/* ---- Frames ---- */

void signal_solder(Signal *signal, Pin *pin)
{
    g_ptr_array_add(pin->soldered, signal);
    g_ptr_array_add(signal->pins, pin);
    signal->routed++;
}

static bool is_at(const Pin *pin, const Signal *signal)
{
    return has_selected(pin, signal) || g_ptr_array_find(pin->soldered, signal, NULL);
}

bool signal_meets(const Signal *a, const Signal *b)
{
    for (unsigned i = 0; a->routed && b->routed && i < a->pins->len; i++) {
        Pin *pin = a->pins->pdata[i];

        for (unsigned n = 0; is_at(pin, a) && pin_of_net(pin, n); n++) {
            if (is_at(pin_of_net(pin, n), b)) {
                return true;
            }
        }
    }
    return false;
}

static unsigned tell_frame(GPtrArray *signals, Signal *from, Frame *frame)
{
    unsigned told = 0;

    for (unsigned i = 0; signals && i < signals->len; i++) {
        Signal *to = signals->pdata[i];

        if (to != from && to->heard) {
            to->heard(to->opaque, from, frame);
            told++;
        }
    }
    return told;
}

unsigned signal_send(Signal *from, Frame *frame)
{
    unsigned told = 0;

    for (unsigned i = 0; from->routed && i < from->pins->len; i++) {
        Pin *pin = from->pins->pdata[i], *other;

        for (unsigned n = 0; (n || is_at(pin, from)) && (other = pin_of_net(pin, n)); n++) {
            told += tell_frame(selected_signals(other), from, frame);
            told += tell_frame(other->soldered, from, frame);
        }
    }
    return told;
}

uint64_t signal_wave_period(const Signal *signal)
{
    Pin *pin = signal_pin(signal);
    Drive drive = pin ? pin_state(pin) : DRIVE(NONE);

    return drive.kind == DRIVE_WAVE ? drive.period : 0;
}

void signal_listen_to_waves(Signal *signal, bool waves)
{
    if (signal->waves == waves) {
        return;
    }
    signal->waves = waves;
    for (unsigned i = 0; signal->routed && i < signal->pins->len; i++) {
        if (has_selected(signal->pins->pdata[i], signal)) {
            pin_listen_for_signals(signal->pins->pdata[i]);
        }
    }
}

bool signal_is_watched(const Signal *signal)
{
    for (unsigned i = 0; signal->routed && i < signal->pins->len; i++) {
        Pin *pin = signal->pins->pdata[i];

        if (is_at(pin, signal) && pin->net->watched) {
            return true;
        }
    }
    return false;
}

void signal_follow(Signal *signal, PinFollower *follower)
{
    if (signal->follower && signal->follower != follower) {
        pin_follow(signal->follower, NULL);
    }
    signal->follower = follower;
    if (follower) {
        pin_follow(follower, signal_pin(signal));
    }
}

void pinmux_init(Pin *pin)
{
    pin->input.changed = pin_input_changed;
    pin->input.opaque = pin;
    pin->soldered = g_ptr_array_new();
}
