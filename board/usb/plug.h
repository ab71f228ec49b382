/*
 * What is plugged into a USB socket of the board with the board as the device: a -device of abstract kind.
 *
 * Options: port= (otg-fs, which is the default, or otg-hs), srp=on (a host that is asleep without VBUS, and wakes when
 * the device asks for a session).
 * QOM properties, to be set at any time too: `attached` (bool: false pulls the cable out), `vbus` (bool: is
 * there power on the cable?).  `suspended` (bool), `test-mode` (string: the device is told to drive a test
 * signal, until it is pulled out).  `tree` (string, read): the device that was found, as lsusb -v shows it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_PLUG_H
#define STM32_BOARD_USB_PLUG_H

#include "hw/qdev-core.h"
#include "stm32/core/pins/pin.h"
#include "stm32/board/usb/gadget.h"

#define TYPE_USB_PLUG "stm32-usb-plug"
OBJECT_DECLARE_TYPE(UsbPlug, UsbPlugClass, USB_PLUG)

struct UsbPlug {
    DeviceState parent_obj;
    char *port;
    bool attached, vbus;
    bool srp;                       /* the far end is an OTG host: it powers the bus when it is asked for a session */
    Notifier session_request;
    QEMUTimer *session_timer;
    Gadget gadget;
    UsbSocket *socket;
    char *path;                     /* of the core */
    PinDriver vbus_driver;
    unsigned lines;                 /* said */
    bool loaded;                    /* a snapshot; to begin anew when the machine goes on */
};

struct UsbPlugClass {
    DeviceClass parent_class;
    GadgetOps gadget;               /* called with the UsbPlug */
    /* Check the own options, and open what they name. */
    void (*open)(UsbPlug *plug, Error **errp);
};

/*
 * The socket that port=@port names: of a core, or, for tries without firmware, of what has that id.  NULL, and *errp
 * says what there is; otherwise *path is the owner's, for the caller to free.
 */
UsbSocket *usb_plug_find_socket(const char *port, char **path, Error **errp);

/* plug_bus.c: properties of all plugs. */
void usb_plug_add_bus_properties(ObjectClass *klass);

/* Say a line to the user: what has happened at this plug. */
void usb_plug_say(UsbPlug *plug, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

/* tree.c: @g as lsusb -v shows it; the caller frees it. */
char *usb_tree(Gadget *g);
/* "0483:5740 ST Virtual COM Port, full speed"; the caller frees it. */
char *usb_summary(Gadget *g);

#endif
