/*
 * A CAN bus that goes on in another QEMU:
 *
 *   -object can-bus,id=b -machine canbus1=b
 *   -chardev socket,id=c,path=/tmp/can,server=on,wait=off -device stm32-can-link,chardev=c,canbus=b
 *
 * and there the same without server=on,wait=off.  A line of text goes over the chardev (link.h) for each
 * frame: "- can ID FLAGS DLC DATA", in hexadecimal; FLAGS 1 extended, 2 remote; in step its time in ns stands
 * for the "-".  What comes in is not trusted.  As with stm32-cable, step= and follows= keep the two machines in step.
 *
 * Deliberately different: a frame is acknowledged if the other end is connected, whoever listens there;
 * the two ends do not arbitrate with each other, and it takes its time at both, one after the
 * other.  A snapshot does not hold what is under way in the link.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties.h"
#include "net/can_emu.h"
#include "stm32/board/links/link.h"

#define TYPE_CAN_LINK "stm32-can-link"
OBJECT_DECLARE_SIMPLE_TYPE(CanLink, CAN_LINK)

struct CanLink {
    DeviceState parent_obj;
    Link link;
    CanBusState *bus;
    CanBusClientState client;
};

enum { EXTENDED = 1, REMOTE = 2 };

/* ---- Out ---- */

static void say(CanLink *l, const qemu_can_frame *f)
{
    bool extended = f->can_id & QEMU_CAN_EFF_FLAG, remote = f->can_id & QEMU_CAN_RTR_FLAG;

    char data[2 * 8 + 1] = "";

    for (unsigned i = 0; i < f->can_dlc && !remote; i++) {
        snprintf(data + 2 * i, 3, "%02x", f->data[i]);
    }
    link_say(&l->link, "can %x %x %x %s", f->can_id & QEMU_CAN_EFF_MASK,
             (extended ? EXTENDED : 0) | (remote ? REMOTE : 0), f->can_dlc, data);
}

static bool link_can_receive(CanBusClientState *client)
{
    return true;
}

static ssize_t link_receives(CanBusClientState *client, const qemu_can_frame *frames, size_t count)
{
    CanLink *l = container_of(client, CanLink, client);

    if (!l->link.connected || link_backlog(&l->link) > LINK_MAX_BACKLOG) {
        return 0;                   /* lost, unacknowledged */
    }
    for (size_t i = 0; i < count; i++) {
        if (!(frames[i].flags & QEMU_CAN_FRMF_TYPE_FD) && frames[i].can_dlc <= 8 &&
            !(frames[i].can_id & QEMU_CAN_ERR_FLAG)) {
            say(l, &frames[i]);
        }
    }
    return 1;
}

static CanBusClientInfo link_info = {
    .can_receive = link_can_receive, .receive = link_receives,
};

/* ---- In ---- */

static bool parse_hex(const char *text, uint64_t most, uint64_t *value)
{
    char *end;

    *value = g_ascii_strtoull(text, &end, 16);
    return g_ascii_isxdigit(*text) && !*end && *value <= most;
}

static bool parse_line(const char *line, qemu_can_frame *f)
{
    g_auto(GStrv) part = g_strsplit(line, " ", 0);
    uint64_t id, flags, dlc, byte;
    unsigned size;

    if (g_strv_length(part) != 5 || strcmp(part[0], "can") ||
        !parse_hex(part[2], EXTENDED | REMOTE, &flags) ||
        !parse_hex(part[1], flags & EXTENDED ? QEMU_CAN_EFF_MASK : QEMU_CAN_SFF_MASK, &id) ||
        !parse_hex(part[3], 8, &dlc)) {
        return false;
    }
    size = flags & REMOTE ? 0 : dlc;
    *f = (qemu_can_frame) {
        .can_id = id | (flags & EXTENDED ? QEMU_CAN_EFF_FLAG : 0) |
                  (flags & REMOTE ? QEMU_CAN_RTR_FLAG : 0),
        .can_dlc = dlc,
    };
    if (strlen(part[4]) != 2 * size) {
        return false;
    }
    for (unsigned i = 0; i < size; i++) {
        char digits[3] = { part[4][2 * i], part[4][2 * i + 1] };

        if (!parse_hex(digits, 0xff, &byte)) {
            return false;
        }
        f->data[i] = byte;
    }
    return true;
}

static void hear_line(void *opaque, const char *line)
{
    CanLink *l = opaque;
    qemu_can_frame f;

    if (parse_line(line, &f)) {
        can_bus_client_send(&l->client, &f, 1);
    }
}

/* ---- The device ---- */

static void can_link_realize(DeviceState *dev, Error **errp)
{
    CanLink *l = CAN_LINK(dev);

    const char *example = "a CAN link needs chardev=ID and canbus=ID";

    if (!l->bus) {
        error_setg(errp, "%s", example);
        return;
    }
    l->link.name = TYPE_CAN_LINK;
    l->link.hear = hear_line;
    l->link.opaque = l;
    if (link_open(&l->link, example, errp)) {
        l->client.info = &link_info;
        can_bus_insert_client(l->bus, &l->client);
    }
}

static const Property can_link_properties[] = {
    LINK_PROPERTIES(CanLink, link),
    DEFINE_PROP_LINK("canbus", CanLink, bus, TYPE_CAN_BUS, CanBusState *),
};

static void can_link_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "CAN bus that goes on in another QEMU";
    dc->realize = can_link_realize;
    dc->hotpluggable = false;
    device_class_set_props(dc, can_link_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo can_link_types[] = { {
    .name = TYPE_CAN_LINK, .parent = TYPE_DEVICE, .instance_size = sizeof(CanLink),
    .class_init = can_link_class_init,
} };
DEFINE_TYPES(can_link_types)
