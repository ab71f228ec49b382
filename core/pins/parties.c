/*
 * Parties at pins, see pin.h: what becomes of a net when one of them drives, listens, follows or
 * shows something else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/core/counter.h"
#include "stm32/core/pins/parties.h"

/* ---- Something has changed ---- */

/* Tell the ports the level. */
static inline void net_publish_level(PinNet *net, bool level)
{
    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];

        if (pin->bank) {
            pin->bank->high = level ? pin->bank->high | pin->bit : pin->bank->high & ~pin->bit;
        }
    }
}

/* ... and whether it follows from the time. */
static void net_publish(PinNet *net, bool level)
{
    bool asks = net->drive.kind == DRIVE_WAVE || net->drive.kind == DRIVE_SOURCE ||
                net->drive.kind == DRIVE_PICTURE;

    net_publish_level(net, level);
    for (unsigned i = 0; i < net->pins->len; i++) {
        Pin *pin = net->pins->pdata[i];

        if (pin->bank) {
            pin->bank->waves = asks ? pin->bank->waves | pin->bit : pin->bank->waves & ~pin->bit;
        }
    }
}

/* Tell those who follow, or only those who follow pictures. */
static void net_tell_followers(PinNet *net, bool pictures)
{
    for (unsigned i = 0; i < net->pins->len; i++) {
        PinFollower *f;

        QLIST_FOREACH(f, &((Pin *)net->pins->pdata[i])->followers, next) {
            if (f->pictures || !pictures) {
                f->changed(f->opaque);
            }
        }
    }
}

/* Let who draws the picture know who looks at it. */
static void net_look(const PinNet *net)
{
    if (net->drive.kind == DRIVE_PICTURE) {
        net->drive.picture->heard |= net->heard;
        net->drive.picture->watched |= net->waves || net->pictures;
    }
}

/* The picture that the net shows ends at @ns, or now: tell of its edges until then. */
static void net_end_picture(PinNet *net, int64_t ns)
{
    if (net->drive.kind == DRIVE_PICTURE && timer_pending(net->edge) && runstate_is_running()) {
        net_tell_picture(net, MIN(ns, drive_now()));
    }
}

/* What drives the net may be something else than what it @was. */
static void net_changed(PinNet *net, const Drive *was)
{
    Drive rest = drive_at_rest(&net->plain);
    bool level = drive_level(&net->drive), plain = drive_level(&rest);
    bool picture = net->drive.kind == DRIVE_PICTURE, same = drive_equals(was, &net->drive);

    net_publish(net, level);
    if (timer_pending(net->edge)) {
        timer_del(net->edge);
    }
    if (picture && same) {              /* its edges come by themselves */
        level = net->level;
        plain = net->heard ? plain : net->plain_level;
    } else if (picture && !net->waves) {
        level = plain;
    }
    net_tell_now(net, level, plain);    /* who hears it may drive it anew */
    if (net->drive.kind == DRIVE_PICTURE && !same && net->waves) {
        net_join_picture(net);
    }
    net_look(net);
    net_arm_edge(net);
    net_tell_followers(net, false);
}

/* Some driver of the net has changed. */
void net_update(PinNet *net)
{
    Drive was = net->drive;

    net_resolve(net);
    net_changed(net, &was);
}

void pin_join(Pin *a, Pin *b)
{
    PinNet *gone = b->net;

    if (a->net == gone) {
        return;
    }
    for (unsigned i = 0; i < gone->pins->len; i++) {
        Pin *pin = gone->pins->pdata[i];

        pin->net = a->net;
        g_ptr_array_add(a->net->pins, pin);
    }
    timer_free(gone->edge);
    g_ptr_array_unref(gone->pins);
    g_free(gone);
    net_count_audience(a->net);
    net_update(a->net);
}

void pin_goes_on(Pin *pin)
{
    if (pin->net->drive.kind != DRIVE_WAVE) {       /* whose edges come by themselves */
        net_update(pin->net);
    }
    if (pin->input.pin) {                           /* it may be another input's meanwhile */
        pin->input.changed(pin->input.opaque, pin->input.waves ? pin->net->level
                                                               : pin->net->plain_level);
    }
}

/* ---- Who drives ---- */

void pin_add_driver(Pin *pin, PinDriver *driver, const char *name)
{
    driver->pin = pin;
    driver->name = name;
    QSLIST_INSERT_HEAD(&pin->drivers, driver, next);
    net_update(pin->net);
}

/* Does @drive win against all but strong ones, and is it all that there is then? */
static bool wins_alone(const Drive *drive)
{
    return drive_is_strong(drive) && !(drive->kind == DRIVE_PICTURE && drive->floats);
}

static bool is_level(const Drive *drive)
{
    return (drive->kind == DRIVE_LOW || drive->kind == DRIVE_HIGH) && !drive->weak;
}

/* From one level to another, which outputs do most of the time. */
static void net_toggle(PinNet *net, bool level)
{
    net->drive.kind = net->plain.kind = level ? DRIVE_HIGH : DRIVE_LOW;
    net_publish_level(net, level);
    net_tell_now(net, level, level);
    if (net->followed) {
        net_tell_followers(net, false);
    }
}

void pin_drive_level(PinDriver *driver, bool level)
{
    PinNet *net = driver->pin->net;
    uint32_t kind = level ? DRIVE_HIGH : DRIVE_LOW;

    if (net->only != driver || !is_level(&driver->drive)) {
        pin_drive(driver, DRIVE_LEVEL(level));
    } else if (driver->drive.kind != kind) {
        driver->drive.kind = kind;
        net_toggle(net, level);
    }
}

void pin_drive(PinDriver *driver, Drive drive)
{
    PinNet *net = driver->pin->net;
    Drive was = driver->drive;

    if (drive_equals(&was, &drive)) {
        return;
    }
    if (net->only == driver && is_level(&was) && is_level(&drive)) {
        pin_drive_level(driver, drive.kind == DRIVE_HIGH);
        return;
    }
    driver->drive = drive;
    net_end_picture(net, INT64_MAX);
    if (net->only == driver && wins_alone(&drive)) {
        net->drive = net->plain = driver->drive;
        net_changed(net, &was);
    } else {
        net_update(net);
    }
}

/* ---- Who draws ---- */

bool picture_replace(Picture *picture, const Picture *now)
{
    bool heard = picture->heard, watched = picture->watched;

    if (picture_equals(picture, now)) {
        return true;
    }
    if (watched || (heard && picture->rest != now->rest)) {
        return false;
    }
    *picture = *now;
    picture->heard = heard;
    return true;
}

static bool net_shows(const PinNet *net, const Picture *picture)
{
    return net->drive.kind == DRIVE_PICTURE && net->drive.picture == picture;
}

/* A row of frames may be drawn late: the new picture begins where the old one ends, not now. */
void pin_end_picture(Pin *pin, const Picture *picture, const Picture *now)
{
    if (net_shows(pin->net, picture)) {
        bool follows = now->count && now->start != picture->start;

        net_end_picture(pin->net, follows ? now->start : INT64_MAX);
    }
}

/* Its edges so far are told, as it may have begun before the host got round to it. */
void pin_begin_picture(Pin *pin, const Picture *picture, bool corrected)
{
    PinNet *net = pin->net;

    if (!net_shows(net, picture)) {
        return;
    }
    net_look(net);
    if (!runstate_is_running()) {
        if (net->waves) {
            net_join_picture(net);
        }
    } else if (!picture->count) {
        net->told_edges = 1;
        net_tell_now(net, net->waves ? picture->rest : net->level, net->plain_level);
    } else if (net->waves) {
        net->told_edges = corrected ? MAX(picture_begun(picture, drive_now()), 1) - 1 : 0;
        net_tell_picture(net, drive_now());
    }
    net_tell_now(net, net->level, pin_plain_level(pin));
    net_arm_edge(net);
    net_tell_followers(net, true);
}

void pin_show(PinDriver *driver, Picture *picture, Picture now)
{
    bool corrected = picture->start == now.start;

    if (picture_replace(picture, &now)) {
        return;
    }
    pin_end_picture(driver->pin, picture, &now);
    *picture = now;
    pin_begin_picture(driver->pin, picture, corrected);
}

/* ---- Who listens and follows ---- */

/* Whoever listens to waves now wants the picture's edges from now on, and nobody is late with what he hears. */
static void net_listened(PinNet *net)
{
    net_count_audience(net);
    time_be_exact();
    if (net->drive.kind == DRIVE_PICTURE && !timer_pending(net->edge) && net->waves) {
        net_join_picture(net);
    }
    net_look(net);
    net_arm_edge(net);
}

void pin_listen(PinListener *listener, Pin *pin)
{
    Pin *was = listener->pin;

    if (was == pin) {
        return;
    }
    listener->pin = pin;
    if (was) {
        QLIST_REMOVE(listener, next);
        net_listened(was->net);
    }
    if (pin) {
        QLIST_INSERT_HEAD(&pin->listeners, listener, next);
        net_listened(pin->net);
    }
}

void pin_follow(PinFollower *follower, Pin *pin)
{
    if (follower->pin) {
        QLIST_REMOVE(follower, next);
        net_count_audience(follower->pin->net);
    }
    follower->pin = pin;
    if (pin) {
        QLIST_INSERT_HEAD(&pin->followers, follower, next);
        net_count_audience(pin->net);
        net_look(pin->net);
    }
}

static void set_listening(PinListener *listener, bool *what, bool value)
{
    if (*what != value) {
        *what = value;
        if (listener->pin) {
            net_listened(listener->pin->net);
        }
    }
}

void pin_listen_to_waves(PinListener *listener, bool waves)
{
    set_listening(listener, &listener->waves, waves);
}

void pin_listen_idly(PinListener *listener, bool idle)
{
    set_listening(listener, &listener->idle, idle);
}
