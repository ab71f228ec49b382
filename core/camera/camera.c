/*
 * The bus of a camera, see camera.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/core/camera/camera.h"

void camera_init(Camera *c, Object *owner, const CameraOps *ops, void *opaque)
{
    c->ops = ops;
    c->opaque = opaque;
    c->pixclk = clock_new(owner, "pixclk");
    counter_init(&c->ticks, c->pixclk);
    c->silent = "it has not begun";
}

void camera_before_change(Camera *c)
{
    if (c->socket) {
        c->socket->ops->before(c->socket->opaque);
    }
}

static void after(Camera *c, bool anew)
{
    if (c->socket) {
        c->socket->ops->after(c->socket->opaque, anew);
    }
}

bool camera_plug(Camera *c, CameraSocket *socket)
{
    if (socket->camera) {
        return false;
    }
    c->socket = socket;
    socket->camera = c;
    after(c, true);
    return true;
}

static bool is_same(const CameraFormat *a, const CameraFormat *b)
{
    return a->line_clocks == b->line_clocks && a->active == b->active && a->frame_lines == b->frame_lines &&
           a->vsync_lines == b->vsync_lines && a->first_line == b->first_line && a->lines == b->lines;
}

void camera_send(Camera *c, const CameraFormat *format, uint64_t period, const char *silent)
{
    bool stays = is_same(&c->format, format) && !c->silent == !silent;

    if (!stays && c->format.frame_lines) {
        c->frames += counter_now(&c->ticks) / camera_frame_clocks(c) + 1;
    }
    counter_sync(&c->ticks);
    clock_set(c->pixclk, period);
    if (!stays) {
        counter_set(&c->ticks, 0);
    }
    c->format = *format;
    c->silent = silent;
    if (silent) {
        counter_stop(&c->ticks);
    } else {
        counter_go(&c->ticks);
    }
    after(c, !stays);
}

void camera_loaded(Camera *c, const CameraFormat *format, const char *silent)
{
    c->format = *format;
    c->silent = silent;
    after(c, false);
}

unsigned camera_line(Camera *c, uint64_t frame, unsigned line, uint16_t *items)
{
    return line < c->format.lines ? c->ops->line(c->opaque, c->frames + frame, line, items) : 0;
}

const VMStateDescription vmstate_camera = {
    .name = "stm32-camera-bus", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(pixclk, Camera),
        VMSTATE_COUNTER(ticks, Camera),
        VMSTATE_UINT64(frames, Camera),
        VMSTATE_END_OF_LIST()
    },
};

CameraSocket *camera_socket_of(Object *obj)
{
    Object *owner = object_dynamic_cast(obj, TYPE_CAMERA_SOCKET_OWNER);

    return owner ? CAMERA_SOCKET_OWNER_CLASS(object_get_class(owner))->socket(owner) : NULL;
}

static const TypeInfo camera_socket_types[] = { {
    .name = TYPE_CAMERA_SOCKET_OWNER, .parent = TYPE_INTERFACE,
    .class_size = sizeof(CameraSocketOwnerClass),
} };
DEFINE_TYPES(camera_socket_types)
