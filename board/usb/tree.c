/*
 * A device as text: a line, or a tree as lsusb -v has it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/user_file.h"
#include "stm32/board/usb/plug.h"

static const char *speed_name(Gadget *g)
{
    static const char *const names[] = { "low speed", "full speed", "high speed" };

    return names[MIN(host_bus_speed(&g->bus), 2u)];
}

static const char *class_name(unsigned class)
{
    switch (class) {
    case 0:
        return "of its interfaces";
    case CLASS_AUDIO:
        return "Audio";
    case CLASS_CDC:
        return "Communications";
    case CLASS_HID:
        return "Human Interface Device";
    case 5:
        return "Physical";
    case 6:
        return "Imaging";
    case 7:
        return "Printer";
    case CLASS_STORAGE:
        return "Mass Storage";
    case 9:
        return "Hub";
    case CLASS_CDC_DATA:
        return "CDC Data";
    case 0x0e:
        return "Video";
    case 0xe0:
        return "Wireless";
    case 0xef:
        return "Miscellaneous Device";
    case 0xfe:
        return "Application Specific";
    case 0xff:
        return "Vendor Specific";
    default:
        return "?";
    }
}

char *usb_summary(Gadget *g)
{
    const uint8_t *d = g->device;
    g_autofree char *maker = gadget_string(g, d[14]), *product = gadget_string(g, d[15]);
    g_autofree char *serial = gadget_string(g, d[16]);

    return g_strdup_printf("%04x:%04x%s%s%s%s%s%s, %s", get16(d + 8), get16(d + 10), *maker ? " " : "", maker,
                           *product ? " " : "", product, *serial ? ", serial number " : "", serial,
                           speed_name(g));
}

static void field(GString *out, unsigned depth, const char *name, unsigned value, const char *more)
{
    g_string_append_printf(out, "%*s%-20s %5u%s%s\n", depth * 2, "", name, value, *more ? " " : "", more);
}

static void field_hex(GString *out, unsigned depth, const char *name, unsigned value)
{
    g_string_append_printf(out, "%*s%-20s 0x%04x\n", depth * 2, "", name, value);
}

static void field_string(GString *out, unsigned depth, const char *name, Gadget *g, unsigned index)
{
    g_autofree char *text = gadget_string(g, index);

    field(out, depth, name, index, text);
}

static void show_device(GString *out, Gadget *g)
{
    const uint8_t *d = g->device;

    g_string_append(out, "Device Descriptor:\n");
    g_string_append_printf(out, "  %-20s %x.%02x\n", "bcdUSB", d[3], d[2]);
    field(out, 1, "bDeviceClass", d[4], class_name(d[4]));
    field(out, 1, "bDeviceSubClass", d[5], "");
    field(out, 1, "bDeviceProtocol", d[6], "");
    field(out, 1, "bMaxPacketSize0", d[7], "");
    field_hex(out, 1, "idVendor", get16(d + 8));
    field_hex(out, 1, "idProduct", get16(d + 10));
    g_string_append_printf(out, "  %-20s %x.%02x\n", "bcdDevice", d[13], d[12]);
    field_string(out, 1, "iManufacturer", g, d[14]);
    field_string(out, 1, "iProduct", g, d[15]);
    field_string(out, 1, "iSerial", g, d[16]);
    field(out, 1, "bNumConfigurations", d[17], "");
}

static void show_configuration(GString *out, Gadget *g, const uint8_t *c)
{
    g_string_append(out, "  Configuration Descriptor:\n");
    field(out, 2, "wTotalLength", get16(c + 2), "");
    field(out, 2, "bNumInterfaces", c[4], "");
    field(out, 2, "bConfigurationValue", c[5], c[5] == g->configuration ? "(chosen)" : "");
    field_string(out, 2, "iConfiguration", g, c[6]);
    g_string_append_printf(out, "    %-20s 0x%02x%s%s\n", "bmAttributes", c[7],
                           c[7] & 0x40 ? " self powered" : " bus powered",
                           c[7] & 0x20 ? ", remote wake-up" : "");
    g_string_append_printf(out, "    %-20s %5u mA\n", "MaxPower",
                           c[8] * (host_bus_speed(&g->bus) > USB_SPEED_HIGH ? 8 : 2));
}

static void show_interface(GString *out, Gadget *g, const uint8_t *i)
{
    g_string_append(out, "    Interface Descriptor:\n");
    field(out, 3, "bInterfaceNumber", i[2], "");
    field(out, 3, "bAlternateSetting", i[3], "");
    field(out, 3, "bNumEndpoints", i[4], "");
    field(out, 3, "bInterfaceClass", i[5], class_name(i[5]));
    field(out, 3, "bInterfaceSubClass", i[6], "");
    field(out, 3, "bInterfaceProtocol", i[7], "");
    field_string(out, 3, "iInterface", g, i[8]);
}

static void show_endpoint(GString *out, const uint8_t *e)
{
    static const char *const kinds[] = { "Control", "Isochronous", "Bulk", "Interrupt" };

    g_string_append(out, "      Endpoint Descriptor:\n");
    g_string_append_printf(out, "        %-20s  0x%02x EP %u %s\n", "bEndpointAddress", e[2], e[2] & 15,
                           e[2] & 0x80 ? "IN" : "OUT");
    field(out, 4, "bmAttributes", e[3], kinds[e[3] & 3]);
    g_string_append_printf(out, "        %-20s 0x%04x %ux %u bytes\n", "wMaxPacketSize", get16(e + 4),
                           (get16(e + 4) >> 11 & 3) + 1, get16(e + 4) & 0x7ff);
    field(out, 4, "bInterval", e[6], "");
}

static void show_other(GString *out, const uint8_t *at)
{
    g_string_append_printf(out, "      %s, type 0x%02x:", at[1] == DESC_ASSOCIATION ? "Interface Association"
                           : at[1] == DESC_HID ? "HID Descriptor"
                           : at[1] == DESC_CS_INTERFACE ? "Class Interface Descriptor"
                           : at[1] == DESC_CS_ENDPOINT ? "Class Endpoint Descriptor" : "Descriptor", at[1]);
    for (unsigned i = 2; i < at[0]; i++) {
        g_string_append_printf(out, " %02x", at[i]);
    }
    g_string_append_c(out, '\n');
}

static void show_part(GString *out, Gadget *g, const uint8_t *at)
{
    switch (at[1]) {
    case DESC_CONFIGURATION:
        show_configuration(out, g, at);
        break;
    case DESC_INTERFACE:
        show_interface(out, g, at);
        break;
    case DESC_ENDPOINT:
        show_endpoint(out, at);
        break;
    default:
        show_other(out, at);
        break;
    }
}

char *usb_tree(Gadget *g)
{
    g_autofree char *summary = usb_summary(g);
    GString *out = g_string_new(summary);

    g_string_append_c(out, '\n');
    show_device(out, g);
    for (unsigned i = 0; i < g->configs; i++) {
        for (const uint8_t *at = NULL; (at = descriptors_next(&g->config[i], at));) {
            show_part(out, g, at);
        }
    }
    return g_string_free(out, false);
}
