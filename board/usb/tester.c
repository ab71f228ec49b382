/*
 * A USB host that is driven by hand: -device stm32-usb-tester, port= (otg-fs, which is the default, or otg-hs).
 * For tests of a device's core, and to try what a host does wrong.
 *
 * QOM properties, to be set: `vbus`, `reset`, `frames` (bool); `token` (string), a transaction, whose answer is
 * what it reads then:
 *   setup ADDR EP HEX...                in ADDR EP [lost]        (the host's handshake does not arrive)
 *   out ADDR EP TOGGLE HEX...           ping ADDR EP
 *   -> ack, nak, stall, nyet, nothing; data TOGGLE HEX...
 * To be read: `connected` (bool), `speed` ("full"), `frame` (number), `test-mode` ("none", "j", "k", "se0-nak",
 * "packet": the signal that the device drives), `events` (string: what the device has said
 * since it was read last: ready in 1, connected, woken ...).
 *
 * VBUS is what the device is told by the cable; that of its pin is driven by `drive` or `mv` of the pin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include "stm32/board/usb/plug.h"

#define TYPE_USB_TESTER "stm32-usb-tester"
OBJECT_DECLARE_SIMPLE_TYPE(UsbTester, USB_TESTER)

#define MAX_EVENTS 4096         /* characters; a device that says more has not been asked for long */

struct UsbTester {
    DeviceState parent_obj;
    char *port;
    UsbSocket *socket;
    GString *events, *answer;
};

/* ---- What the device says ---- */

static void say(UsbTester *s, const char *what)
{
    if (s->events->len < MAX_EVENTS) {
        g_string_append_printf(s->events, "%s%s", s->events->len ? ", " : "", what);
    }
}

static void tester_connected(void *opaque, bool on)
{
    say(opaque, on ? "connected" : "gone");
}

static void tester_ready(void *opaque, bool in, unsigned endpoint)
{
    g_autofree char *text = g_strdup_printf("ready %s %u", in ? "in" : "out", endpoint);

    say(opaque, text);
}

static void tester_woken(void *opaque, bool on)
{
    say(opaque, on ? "woken" : "woken no more");
}

static void tester_session_requested(void *opaque)
{
    say(opaque, "session requested");
}

static const UsbHostOps tester_ops = {
    .connected = tester_connected, .ready = tester_ready, .woken = tester_woken,
    .session_requested = tester_session_requested,
};

/* ---- Tokens ---- */

/* "0a0b" -> bytes; false: that is not hex, or too long. */
static bool parse_data(const char *hex, UsbToken *token)
{
    token->length = 0;
    for (; hex && *hex; hex += 2) {
        int high = g_ascii_xdigit_value(hex[0]), low = high < 0 ? -1 : g_ascii_xdigit_value(hex[1]);

        if (low < 0 || token->length == USB_MAX_PACKET) {
            return false;
        }
        token->data[token->length++] = high << 4 | low;
    }
    return true;
}

static bool parse(char **word, unsigned n, UsbToken *token)
{
    const char *kind = n >= 3 ? word[0] : "";

    token->pid = !strcmp(kind, "setup") ? USB_TOKEN_SETUP : !strcmp(kind, "in") ? USB_TOKEN_IN
                 : !strcmp(kind, "out") ? USB_TOKEN_OUT : !strcmp(kind, "ping") ? USB_PING : 0;
    if (!token->pid) {
        return false;
    }
    token->address = atoi(word[1]) & 127;
    token->endpoint = atoi(word[2]) & 15;
    if (token->pid == USB_TOKEN_IN) {
        token->lost = n > 3 && !strcmp(word[3], "lost");
        token->length = USB_MAX_PACKET;
        return true;
    }
    if (token->pid == USB_TOKEN_OUT) {
        token->toggle = n > 3 ? atoi(word[3]) & 3 : 0;
        return parse_data(n > 4 ? word[4] : NULL, token);
    }
    return parse_data(n > 3 ? word[3] : NULL, token);
}

static void show(GString *text, const UsbToken *token, UsbAnswer answer)
{
    static const char *const names[] = {
        [USB_NOTHING] = "nothing", [USB_ACK] = "ack", [USB_NAK] = "nak", [USB_STALL] = "stall",
        [USB_NYET] = "nyet", [USB_DATA] = "data",
    };

    g_string_assign(text, names[answer]);
    if (answer == USB_DATA) {
        g_string_append_printf(text, " %u ", token->toggle);
        for (unsigned i = 0; i < token->length; i++) {
            g_string_append_printf(text, "%02x", token->data[i]);
        }
    }
}

static void set_token(Object *obj, const char *text, Error **errp)
{
    UsbTester *s = USB_TESTER(obj);
    g_auto(GStrv) word = g_strsplit(text, " ", 0);
    uint8_t data[USB_MAX_PACKET];
    UsbToken token = { .data = data };

    if (!parse(word, g_strv_length(word), &token)) {
        error_setg(errp, "token: '%s' is not setup ADDR EP HEX, in ADDR EP [lost], out ADDR EP TOGGLE HEX or "
                   "ping ADDR EP", text);
        return;
    }
    show(s->answer, &token, usb_token(s->socket, &token));
}

static char *get_token(Object *obj, Error **errp)
{
    return g_strdup(USB_TESTER(obj)->answer->str);
}

/* ---- Other properties ---- */

#define BOOL_PROPERTY(name, field, set)                                 \
    static bool get_##name(Object *obj, Error **errp)                   \
    {                                                                   \
        return USB_TESTER(obj)->socket->field;                          \
    }                                                                   \
    static void set_##name(Object *obj, bool on, Error **errp)          \
    {                                                                   \
        set(USB_TESTER(obj)->socket, on);                               \
    }
BOOL_PROPERTY(vbus, powered, usb_power)
BOOL_PROPERTY(reset, reset, usb_reset)
BOOL_PROPERTY(frames, frames, usb_frames)

static bool get_connected(Object *obj, Error **errp)
{
    return USB_TESTER(obj)->socket->pulled_up;
}

static char *get_speed(Object *obj, Error **errp)
{
    return g_strdup(USB_TESTER(obj)->socket->bus_speed == USB_SPEED_HIGH ? "high" : "full");
}

static char *get_test_mode(Object *obj, Error **errp)
{
    return g_strdup(usb_test_name(usb_test_of(USB_TESTER(obj)->socket)));
}

static void get_frame(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    uint64_t frame = usb_frame_at(USB_TESTER(obj)->socket, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));

    visit_type_uint64(v, name, &frame, errp);
}

static char *get_events(Object *obj, Error **errp)
{
    UsbTester *s = USB_TESTER(obj);
    char *events = g_strdup(s->events->str);

    g_string_truncate(s->events, 0);
    return events;
}

/* ---- The device ---- */

static void tester_realize(DeviceState *dev, Error **errp)
{
    UsbTester *s = USB_TESTER(dev);
    const char *port = s->port ?: "otg-fs";
    g_autofree char *path = NULL;

    s->socket = usb_plug_find_socket(port, &path, errp);
    if (!s->socket) {
        return;
    }
    if (!usb_plug(s->socket, &tester_ops, s, USB_SPEED_HIGH)) {
        error_setg(errp, "port=%s: there is a plug in that socket already", port);
        return;
    }
    s->events = g_string_new(NULL);
    s->answer = g_string_new(NULL);
    object_property_add_bool(OBJECT(s), "vbus", get_vbus, set_vbus);
    object_property_add_bool(OBJECT(s), "reset", get_reset, set_reset);
    object_property_add_bool(OBJECT(s), "frames", get_frames, set_frames);
    object_property_add_bool(OBJECT(s), "connected", get_connected, NULL);
    object_property_add_str(OBJECT(s), "speed", get_speed, NULL);
    object_property_add(OBJECT(s), "frame", "uint64", get_frame, NULL, NULL, NULL);
    object_property_add_str(OBJECT(s), "test-mode", get_test_mode, NULL);
    object_property_add_str(OBJECT(s), "token", get_token, set_token);
    object_property_add_str(OBJECT(s), "events", get_events, NULL);
}

static const Property tester_properties[] = {
    DEFINE_PROP_STRING("port", UsbTester, port),
};

static void tester_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = tester_realize;
    dc->hotpluggable = false;
    device_class_set_props(dc, tester_properties);
    set_bit(DEVICE_CATEGORY_USB, dc->categories);
}

static const TypeInfo tester_types[] = { {
    .name = TYPE_USB_TESTER, .parent = TYPE_DEVICE, .instance_size = sizeof(UsbTester),
    .class_init = tester_class_init,
} };
DEFINE_TYPES(tester_types)
