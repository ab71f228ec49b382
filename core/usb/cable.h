/*
 * A USB cable: what a device and a host say to each other over it.
 *
 * A device has a UsbSocket: it pulls a data line up, and answers tokens.  A host is plugged into that: it
 * powers the bus, resets it, sends frames or lets the bus rest, and sends tokens.  Whoever has the time is
 * the host: a token is a transaction as a whole, it begins when the one before is over (usb_token_ns()),
 * and is handed over at the moment that matters to the device: OUT and SETUP when their data has come, IN
 * when it is asked.
 *
 * Nothing here is an event for each frame or NAK: which frame it is follows from virtual time, and a host
 * that got NAK asks again when the device says that it is ready.
 *
 * Constants of QEMU's USB are used: USB_SPEED_x, USB_TOKEN_x (hw/usb.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_USB_CABLE_H
#define STM32_CORE_USB_CABLE_H

#include "hw/usb.h"
#include "migration/vmstate.h"

#define USB_MAX_PACKET 1024     /* bytes of a packet, of any kind and speed */
#define USB_ENDPOINTS 16

/* How a transaction ends, seen by the host. */
typedef enum UsbAnswer {
    USB_NOTHING,                /* no answer: nobody there, an error, or (OUT) isochronous */
    USB_ACK, USB_NAK, USB_STALL,
    USB_NYET,                   /* high speed: taken, but there is no room for another */
    USB_DATA,                   /* IN: a packet */
} UsbAnswer;

typedef struct UsbToken {
    int pid;                    /* USB_TOKEN_SETUP, _IN, _OUT; USB_PING of a high-speed host */
    uint8_t address, endpoint;
    uint8_t toggle;             /* 0 DATA0, 1 DATA1, 2 DATA2, 3 MDATA: of the sender of data */
    bool lost;                  /* the host's handshake of an IN does not arrive: an error to test */
    uint8_t *data;
    unsigned length;            /* bytes; IN: room for them, and how many have come */
} UsbToken;

#define USB_PING 0xb4

/* Test modes, as SET_FEATURE(TEST_MODE), DCTL.TCTL and HPRT.PTCTL have them (USB 2.0 7.1.20, table 9-7). */
typedef enum UsbTest {
    USB_TEST_NONE, USB_TEST_J, USB_TEST_K, USB_TEST_SE0_NAK, USB_TEST_PACKET, USB_TEST_FORCE_ENABLE,
} UsbTest;

/* "none", "j", "k", "se0-nak", "packet", "force-enable". */
const char *usb_test_name(UsbTest test);
/* ... and back; negative: there is no such. */
int usb_test_find(const char *name);

/* What the device's end does. */
typedef struct UsbDeviceOps {
    /* VBUS comes or goes.  The socket has it already, as all that follows. */
    void (*power)(void *opaque, bool on);
    /* The host holds the bus in reset, or lets go of it: `bus_speed` is what they agreed on. */
    void (*reset)(void *opaque, bool on);
    /* Frames begin, or the bus rests (after 3 ms of which a device is suspended). */
    void (*frames)(void *opaque, bool on);
    UsbAnswer (*token)(void *opaque, UsbToken *token);
    /* Which test signal it drives, or USB_TEST_NONE.  NULL: it has none. */
    UsbTest (*test)(void *opaque);
} UsbDeviceOps;

/* What the host's end does.  It may ask for tokens from its own timer only, not in these. */
typedef struct UsbHostOps {
    /* The device is there, or has gone: its pull-up. */
    void (*connected)(void *opaque, bool on);
    /* Endpoint @endpoint (@in, or out) that answered NAK would answer something else now. */
    void (*ready)(void *opaque, bool in, unsigned endpoint);
    /* The device drives a resume on a bus that rests, or ceases to. */
    void (*woken)(void *opaque, bool on);
    /* Without VBUS: the device asks for it, by the session request protocol.  NULL: nobody listens. */
    void (*session_requested)(void *opaque);
} UsbHostOps;

/* The receptacle of a device. */
typedef struct UsbSocket {
    const UsbDeviceOps *device;
    const UsbHostOps *host;             /* NULL: nothing is plugged in */
    void *device_opaque, *host_opaque;
    /* of the device */
    bool pulled_up, woken;
    uint8_t speed;                      /* USB_SPEED_x: the best it can do */
    /* of the host */
    bool powered, reset;
    uint8_t host_speed;                 /* USB_SPEED_x: the best it can do */
    uint8_t bus_speed;                  /* USB_SPEED_x: what both can do, since the last reset */
    bool frames;
    int64_t frame_zero;                 /* virtual ns at which frame 0 began, while there are frames */
} UsbSocket;

/* ---- The device's side ---- */

void usb_socket_init(UsbSocket *socket, const UsbDeviceOps *ops, void *opaque);

/* Connect or disconnect, as a device of at best @speed. */
void usb_pull_up(UsbSocket *socket, bool on, unsigned speed);

/* What answered NAK would do otherwise now. */
void usb_ready(UsbSocket *socket, bool in, unsigned endpoint);

/* Drive a remote wake-up, or cease to. */
void usb_wake(UsbSocket *socket, bool on);

/* Ask for VBUS (SRP): the pulses have been given. */
void usb_request_session(UsbSocket *socket);

/* ns of a frame, or microframe at high speed, of this bus. */
int64_t usb_frame_ns(const UsbSocket *socket);

/*
 * Frames (at high speed microframes) since frame 0, at the virtual time @ns; 0 while there are none.
 */
uint64_t usb_frame_at(const UsbSocket *socket, int64_t ns);

/* The virtual time at which frame @frame of those begins. */
int64_t usb_frame_start(const UsbSocket *socket, uint64_t frame);

/* ---- The host's side ---- */

/* Plug a host that can do at best @speed in; false: there is one already. */
bool usb_plug(UsbSocket *socket, const UsbHostOps *ops, void *opaque, unsigned speed);
/* Pull it out: VBUS, frames and reset end. */
void usb_unplug(UsbSocket *socket);

/* VBUS. */
void usb_power(UsbSocket *socket, bool on);
/* Drive a reset; it ends frames.  As it ends speed is agreed on. */
void usb_reset(UsbSocket *socket, bool on);
/* Let frames begin, with number 0, from now on; or let the bus rest. */
void usb_frames(UsbSocket *socket, bool on);

/* A transaction.  USB_NOTHING unless there are a device, power and frames. */
UsbAnswer usb_token(UsbSocket *socket, UsbToken *token);

/* Which test signal the device drives. */
UsbTest usb_test_of(const UsbSocket *socket);

/*
 * How long the bus is busy with a transaction at @speed that carries @length bytes (IN: that have come)
 * and ends with @answer, in ns.  @isochronous: without handshake.
 */
int64_t usb_token_ns(unsigned speed, int pid, unsigned length, UsbAnswer answer, bool isochronous);

extern const VMStateDescription vmstate_usb_socket;
#define VMSTATE_USB_SOCKET(field, State) \
    VMSTATE_STRUCT(field, State, 1, vmstate_usb_socket, UsbSocket)

/* ---- How a board finds it ---- */

#define TYPE_USB_SOCKET_OWNER "stm32-usb-socket-owner"
typedef struct UsbSocketOwnerClass UsbSocketOwnerClass;
DECLARE_CLASS_CHECKERS(UsbSocketOwnerClass, USB_SOCKET_OWNER, TYPE_USB_SOCKET_OWNER)

struct UsbSocketOwnerClass {
    InterfaceClass parent_class;
    UsbSocket *(*socket)(Object *owner);
};

/* The socket of @obj, or NULL if it has none. */
UsbSocket *usb_socket_of(Object *obj);

#endif
