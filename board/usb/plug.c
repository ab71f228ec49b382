/*
 * The plug, see plug.h.
 *
 * ID (PA10, PB12) floats: at this end of the cable is the host.  VBUS is 5 V at PA9, or PB13.
 *
 * Deliberately different: when a snapshot is loaded the device is reset and enumerated anew, as by a host
 * that has been away; what was on its way is lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "stm32/board/usb/plug.h"
#include "stm32/board/user_pin.h"

#define VBUS_UV 5000000
#define SRP_RESPONSE_NS (100 * SCALE_MS)

static const struct {
    const char *port, *vbus;
    unsigned speed;
} ports[] = {
    { "otg-fs", "pa9", USB_SPEED_FULL },
    { "otg-hs", "pb13", USB_SPEED_HIGH },
};

/* ---- In and out ---- */

static void drive_vbus(UsbPlug *plug, bool on)
{
    if (plug->vbus_driver.pin) {
        pin_drive(&plug->vbus_driver,
                  on ? (Drive) { .kind = DRIVE_ANALOG, .uv = VBUS_UV } : DRIVE(NONE));
    }
}

static void plug_in(UsbPlug *plug, unsigned speed)
{
    if (host_bus_plug(&plug->gadget.bus, plug->socket, plug->path, speed)) {
        plug->gadget.path = plug->path;
        drive_vbus(plug, plug->vbus);
        host_bus_power(&plug->gadget.bus, plug->vbus);
    }
}

static unsigned best_speed(const UsbPlug *plug)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        if (!strcmp(plug->port, ports[i].port)) {
            return ports[i].speed;
        }
    }
    return USB_SPEED_HIGH;
}

static bool get_attached(Object *obj, Error **errp)
{
    return USB_PLUG(obj)->attached;
}

static void set_attached(Object *obj, bool attached, Error **errp)
{
    UsbPlug *plug = USB_PLUG(obj);

    if (attached == plug->attached) {
        return;
    }
    plug->attached = attached;
    if (!plug->socket) {
        return;                     /* an option, it is plugged in later */
    }
    if (attached) {
        plug_in(plug, best_speed(plug));
    } else {
        host_bus_unplug(&plug->gadget.bus);
        drive_vbus(plug, false);
    }
}

static bool get_vbus(Object *obj, Error **errp)
{
    return USB_PLUG(obj)->vbus;
}

static void set_vbus(Object *obj, bool vbus, Error **errp)
{
    UsbPlug *plug = USB_PLUG(obj);

    plug->vbus = vbus;
    if (plug->socket && plug->attached) {
        drive_vbus(plug, vbus);
        host_bus_power(&plug->gadget.bus, vbus);
    }
}

/* It was asked for a session: an OTG host has 4.9 s to answer (TA_SRP_RSPNS). */
static void session_requested(Notifier *notifier, void *data)
{
    UsbPlug *plug = container_of(notifier, UsbPlug, session_request);

    if (plug->srp && plug->attached && !plug->vbus) {
        timer_mod(plug->session_timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SRP_RESPONSE_NS);
    }
}

static void begin_session(void *opaque)
{
    UsbPlug *plug = opaque;

    if (plug->attached && !plug->vbus) {
        usb_plug_say(plug, "the device asks for a session: VBUS is switched on");
        set_vbus(OBJECT(plug), true, NULL);
    }
}

static char *get_tree(Object *obj, Error **errp)
{
    UsbPlug *plug = USB_PLUG(obj);

    return plug->gadget.found ? usb_tree(&plug->gadget) : g_strdup("");
}

/* ---- Snapshots ---- */

static int pre_load(void *opaque)
{
    host_bus_forget(&USB_PLUG(opaque)->gadget.bus);
    return 0;
}

static int post_load(void *opaque, int version_id)
{
    USB_PLUG(opaque)->loaded = true;
    return 0;
}

static void vm_state_changed(void *opaque, bool running, RunState state)
{
    UsbPlug *plug = opaque;

    if (running && plug->loaded) {
        plug->loaded = false;
        if (plug->attached) {
            drive_vbus(plug, plug->vbus);
            host_bus_power(&plug->gadget.bus, plug->vbus);
        } else {
            usb_power(plug->socket, false);
        }
    }
}

static const VMStateDescription usb_plug_vmstate = {
    .name = TYPE_USB_PLUG, .version_id = 1, .minimum_version_id = 1,
    .pre_load = pre_load, .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(vbus, UsbPlug),
        VMSTATE_END_OF_LIST()
    },
};

/* ---- The device ---- */

UsbSocket *usb_plug_find_socket(const char *port, char **path, Error **errp)
{
    const char *const places[] = { "/machine/soc", "/machine/peripheral" };

    for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
        Object *place = object_resolve_path(places[i], NULL);
        Object *owner = place ? object_resolve_path_component(place, port) : NULL;
        UsbSocket *socket = owner ? usb_socket_of(owner) : NULL;

        if (socket) {
            *path = object_get_canonical_path(owner);
            return socket;
        }
    }
    error_setg(errp, "port=%s: choose otg-fs or otg-hs", port);
    return NULL;
}

/* One plug for each; pulled out, it is still this one's. */
static bool claim(UsbSocket *socket)
{
    static GHashTable *claimed;

    if (!claimed) {
        claimed = g_hash_table_new(NULL, NULL);
    }
    return g_hash_table_add(claimed, socket);
}

static bool find_vbus(UsbPlug *plug, Error **errp)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        if (!strcmp(plug->port, ports[i].port)) {
            Pin *pin = user_pin("port", ports[i].vbus, errp);

            if (pin) {
                pin_add_driver(pin, &plug->vbus_driver, "VBUS of the USB cable");
            }
            return pin;
        }
    }
    return true;
}

static void usb_plug_realize(DeviceState *dev, Error **errp)
{
    UsbPlug *plug = USB_PLUG(dev);
    UsbPlugClass *class = USB_PLUG_GET_CLASS(dev);
    Error *err = NULL;

    plug->port = plug->port ?: g_strdup("otg-fs");
    plug->socket = usb_plug_find_socket(plug->port, &plug->path, errp);
    if (!plug->socket) {
        return;
    }
    if (!claim(plug->socket)) {
        error_setg(errp, "port=%s: there is a plug in that socket already", plug->port);
        return;
    }
    class->open(plug, &err);
    if (err) {
        error_propagate(errp, err);
        return;
    }
    if (!find_vbus(plug, errp)) {
        return;
    }
    gadget_init(&plug->gadget, &class->gadget, plug);
    plug->session_request.notify = session_requested;
    notifier_list_add(&plug->gadget.bus.session_requests, &plug->session_request);
    plug->session_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, begin_session, plug);
    qemu_add_vm_change_state_handler(vm_state_changed, plug);
    if (plug->attached) {
        plug_in(plug, best_speed(plug));
    }
}

static void usb_plug_instance_init(Object *obj)
{
    USB_PLUG(obj)->attached = USB_PLUG(obj)->vbus = true;
}

static const Property usb_plug_properties[] = {
    DEFINE_PROP_STRING("port", UsbPlug, port),
    DEFINE_PROP_BOOL("srp", UsbPlug, srp, false),
};

static void usb_plug_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = usb_plug_realize;
    dc->vmsd = &usb_plug_vmstate;
    dc->hotpluggable = false;
    device_class_set_props(dc, usb_plug_properties);
    object_class_property_add_bool(klass, "attached", get_attached, set_attached);
    object_class_property_add_bool(klass, "vbus", get_vbus, set_vbus);
    usb_plug_add_bus_properties(klass);
    object_class_property_add_str(klass, "tree", get_tree, NULL);
    set_bit(DEVICE_CATEGORY_USB, dc->categories);
}

static const TypeInfo usb_plug_types[] = { {
    .name = TYPE_USB_PLUG, .parent = TYPE_DEVICE, .abstract = true,
    .instance_size = sizeof(UsbPlug), .instance_init = usb_plug_instance_init,
    .class_size = sizeof(UsbPlugClass), .class_init = usb_plug_class_init,
} };
DEFINE_TYPES(usb_plug_types)
