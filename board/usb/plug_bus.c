/*
 * What a user may make the bus of a plug do: QOM properties `suspended` and `test-mode`, see plug.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/usb/plug.h"

static Gadget *gadget_of(Object *obj, Error **errp)
{
    Gadget *g = &USB_PLUG(obj)->gadget;

    if (!g->found) {
        error_setg(errp, "there is no device at the bus");
        return NULL;
    }
    return g;
}

/* ---- suspended ---- */

static bool get_suspended(Object *obj, Error **errp)
{
    return USB_PLUG(obj)->gadget.bus.state == PORT_SUSPENDED;
}

/* As Linux: first the device is told that it may wake us, if it says that it can. */
static void coroutine_fn suspend(void *opaque)
{
    Gadget *g = opaque;
    const Descriptors *d = gadget_configuration(g);

    if (d && (d->data[7] & 0x20)) {
        gadget_request(g, 0, SET_FEATURE, DEVICE_REMOTE_WAKEUP, 0, NULL, 0);
    }
    host_bus_suspend(&g->bus, true);
}

static void set_suspended(Object *obj, bool suspended, Error **errp)
{
    Gadget *g = gadget_of(obj, errp);

    if (!g) {
        return;
    }
    if (!suspended) {
        host_bus_suspend(&g->bus, false);
    } else if (!get_suspended(obj, NULL)) {
        qemu_coroutine_enter(qemu_coroutine_create(suspend, g));
    }
}

/* ---- test-mode ---- */

static char *get_test_mode(Object *obj, Error **errp)
{
    UsbPlug *plug = USB_PLUG(obj);

    return g_strdup(usb_test_name(plug->socket ? usb_test_of(plug->socket) : USB_TEST_NONE));
}

typedef struct TestRequest {
    Gadget *g;
    UsbTest test;
} TestRequest;

/* USB 2.0 9.4.9: no other request can be made then, until the device has been without power. */
static void coroutine_fn request_test(void *opaque)
{
    g_autofree TestRequest *r = opaque;
    unsigned life = r->g->life;
    int got = gadget_request(r->g, 0, SET_FEATURE, TEST_MODE, r->test << 8, NULL, 0);

    if (life != r->g->life) {
        return;
    }
    if (got < 0) {
        usb_plug_say(r->g->opaque, "the device refuses test mode %s: %s", usb_test_name(r->test),
                     transfer_status_name(-got));
    } else {
        host_bus_rest(&r->g->bus);
    }
}

static void set_test_mode(Object *obj, const char *name, Error **errp)
{
    Gadget *g = gadget_of(obj, errp);
    int test = usb_test_find(name);
    TestRequest *r;

    if (!g) {
        return;
    }
    if (test < USB_TEST_J || test > USB_TEST_PACKET) {
        error_setg(errp, "test-mode=%s: choose j, k, se0-nak or packet; to end it, pull the cable out "
                   "(attached=false)", name);
        return;
    }
    r = g_new(TestRequest, 1);
    *r = (TestRequest) { g, test };
    qemu_coroutine_enter(qemu_coroutine_create(request_test, r));
}

void usb_plug_add_bus_properties(ObjectClass *klass)
{
    object_class_property_add_bool(klass, "suspended", get_suspended, set_suspended);
    object_class_property_add_str(klass, "test-mode", get_test_mode, set_test_mode);
}
