/*
 * The device at the other end, as a host gets to know it: it is reset, gets an address, is asked for its
 * descriptors as Linux does, and what is wrong with them is said.  Its first configuration is chosen.
 *
 * From then on whoever talks to it may use any request: those that change its configuration are noticed.
 * What takes several steps is a coroutine.  All requests end when the device goes, so none of them is left.
 *
 * From the bottom up: descriptors.c, check*.c, gadget.c, read.c and learn.c, enumerate.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_USB_GADGET_H
#define STM32_BOARD_USB_GADGET_H

#include "qemu/coroutine.h"
#include "stm32/board/usb/bus.h"
#include "stm32/board/usb/descriptors.h"

#define GADGET_CONFIGS 8
#define GADGET_INTERFACES 32
#define GADGET_TIMEOUT_NS 5000000000LL      /* of a control request, as Linux has it */

typedef struct GadgetOps {
    /* It has been enumerated and configured. */
    void (*found)(void *opaque);
    /* It was found, and has gone. */
    void (*gone)(void *opaque);
    /* Configuration or alternate settings are others now; may be NULL. */
    void (*configured)(void *opaque);
    /* It was reset by gadget_reset(), and is as it was; may be NULL. */
    void (*restored)(void *opaque);
} GadgetOps;

typedef struct GadgetEndpoint {
    bool there;
    TransferKind kind;
    uint16_t max_packet;
    uint8_t burst;                  /* transactions a microframe */
    uint8_t b_interval;             /* as the descriptor has it ... */
    uint32_t interval;              /* ... and in frames or microframes */
    uint8_t interface;
} GadgetEndpoint;

typedef struct Gadget {
    HostBus bus;
    const GadgetOps *ops;
    void *opaque;
    const char *path;               /* of the device's core, for reports */

    bool found;
    bool given_up;                  /* once, which has been said */
    unsigned life;                  /* another number for each connection */
    Coroutine *waiter;              /* for the end of a reset */
    int64_t took;                   /* ns: the last request */

    uint8_t device[18];
    Descriptors config[GADGET_CONFIGS];
    unsigned configs;
    uint16_t language;
    char *string[256];

    uint8_t configuration;          /* its value, 0: none */
    uint8_t alternate[GADGET_INTERFACES];
    GadgetEndpoint endpoint[2][USB_ENDPOINTS];      /* [in]; 0 is the control endpoint */
} Gadget;

/* ---- gadget.c ---- */

void gadget_init(Gadget *g, const GadgetOps *ops, void *opaque);

/* The configuration it is in, or NULL. */
const Descriptors *gadget_configuration(const Gadget *g);
/* A string of it that is fit for a terminal, "" if there is none; the caller frees it. */
char *gadget_string(const Gadget *g, unsigned index);
/* Prepare @t for endpoint @endpoint; false: it has no such endpoint. */
bool gadget_aim(Gadget *g, Transfer *t, bool in, unsigned endpoint);
/* Reset it; its configuration is restored, then restored() is called. */
void gadget_reset(Gadget *g);

/*
 * Send a request and wait: bytes moved, or the TransferStatus, negative.
 */
int coroutine_fn gadget_request(Gadget *g, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                                void *data, uint16_t length);
/* The same of another transfer; `status` of which tells how it ended. */
void coroutine_fn gadget_transfer(Gadget *g, Transfer *t);
/* Let time pass.  False: the device has gone meanwhile. */
bool coroutine_fn gadget_sleep(Gadget *g, int64_t ns);

/* ---- enumerate.c ---- */

extern const HostBusOps gadget_bus_ops;

/* bmRequestType and bRequest, USB 2.0 9.3 and 9.4 */
enum { REQUEST_IN = 0x80, REQUEST_CLASS = 0x20, REQUEST_INTERFACE = 1, REQUEST_ENDPOINT = 2 };
enum { GET_STATUS, CLEAR_FEATURE, SET_FEATURE = 3, SET_ADDRESS = 5, GET_DESCRIPTOR, SET_DESCRIPTOR,
       GET_CONFIGURATION, SET_CONFIGURATION, GET_INTERFACE, SET_INTERFACE };
enum { DEVICE_REMOTE_WAKEUP = 1, TEST_MODE };   /* features */

#endif
