/*
 * A USB device, see usb_device.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "usb_device.h"

#define OTG(offset) (*(volatile uint32_t *)(core + (offset)))
#define FIFO(n) OTG(0x1000 + 0x1000 * (n))
#define DIEPCTL(n) OTG(0x900 + 0x20 * (n))
#define DIEPINT(n) OTG(0x908 + 0x20 * (n))
#define DIEPTSIZ(n) OTG(0x910 + 0x20 * (n))
#define DIEPDMA(n) OTG(0x914 + 0x20 * (n))
#define DOEPCTL(n) OTG(0xb00 + 0x20 * (n))
#define DOEPINT(n) OTG(0xb08 + 0x20 * (n))
#define DOEPTSIZ(n) OTG(0xb10 + 0x20 * (n))
#define DOEPDMA(n) OTG(0xb14 + 0x20 * (n))

enum { GOTGINT = 0x04, GAHBCFG = 0x08, GUSBCFG = 0x0c, GRSTCTL = 0x10, GINTSTS = 0x14, GINTMSK = 0x18, GRXSTSP = 0x20,
       GRXFSIZ = 0x24, DIEPTXF0 = 0x28, GCCFG = 0x38, DIEPTXF1 = 0x104, DCFG = 0x800, DCTL = 0x804, DSTS = 0x808,
       DIEPMSK = 0x810, DOEPMSK = 0x814, DAINT = 0x818, DAINTMSK = 0x81c };
enum { OTGINT = 1 << 2, RXFLVL = 1 << 4, USBRST = 1 << 12, IEPINT = 1 << 18, OEPINT = 1 << 19, IISOIXFR = 1 << 20,
       IPXFR = 1 << 21 };
enum { XFRC = 1, EPDISD = 2, STUP = 1 << 3, INEPNE = 1 << 6 };
#define EPENA (1u << 31)
#define EPDIS (1u << 30)
#define SODDFRM (1u << 29)
#define SD0PID (1u << 28)
#define SNAK (1u << 27)
#define CNAK (1u << 26)
#define STALL (1u << 21)
#define USBAEP (1u << 15)
#define ENDPOINTS 4

static uint32_t core = 0x50000000;
static bool high;                               /* speed, with DMA */
static const struct usb_program *program;
static struct usb_setup setup;
static uint32_t packet[USB_PACKET / 4];         /* that has come; of endpoint 0 by DMA too */
static uint8_t (*taken)[USB_HIGH_TRANSFER];     /* by DMA */
static unsigned control_length;                 /* bytes of the last one of endpoint 0 */
static unsigned data_length;                    /* of a request's that have come OUT */
static const uint8_t *rest;                     /* of an answer of endpoint 0 */
static unsigned rest_length;
static bool rest_ends;                          /* with a packet that is not full */
static bool wants_data;                         /* the request's data come OUT */
static unsigned test_mode;                      /* that the host has asked for */
static bool answered;                           /* ... or its answer has gone, and its status stage is over */

/* ---- Endpoints ---- */

static bool is_isochronous(uint32_t ctl)
{
    return (ctl >> 18 & 3) == USB_ISOCHRONOUS;
}

/* The parity of the next frame. */
static uint32_t next_frame(void)
{
    return OTG(DSTS) >> 8 & 1 ? SD0PID : SODDFRM;
}

void usb_open_in(unsigned n, unsigned type, unsigned size)
{
    DIEPCTL(n) = USBAEP | SD0PID | n << 22 | type << 18 | size;
}

void usb_open_out(unsigned n, unsigned type, unsigned size)
{
    DOEPCTL(n) = USBAEP | SD0PID | type << 18 | size;
}

void usb_send(unsigned n, const void *data, unsigned length)
{
    const uint8_t *at = data;
    bool isochronous = is_isochronous(DIEPCTL(n));
    unsigned size = n && high ? USB_HIGH_PACKET : USB_PACKET, packets = (length + size - 1) / size;

    DIEPTSIZ(n) = (isochronous ? 1u << 29 : 0) | (packets ? packets : 1) << 19 | length;
    if (high) {
        DIEPDMA(n) = (uint32_t)data;
    }
    DIEPCTL(n) |= EPENA | CNAK | (isochronous ? next_frame() : 0);
    if (high) {
        return;
    }
    for (unsigned i = 0; i < length; i += 4) {
        uint32_t word = 0;

        for (unsigned byte = 0; byte < 4 && i + byte < length; byte++) {
            word |= (uint32_t)at[i + byte] << 8 * byte;
        }
        FIFO(n) = word;
    }
}

void usb_take(unsigned n)
{
    if (!n && DOEPCTL(0) & EPENA) {
        return;                 /* it waits already: a packet may come in this moment */
    }
    if (!high || !n) {
        DOEPTSIZ(n) = (n ? 0 : 3u << 29) | 1 << 19 | USB_PACKET;
    } else {
        DOEPTSIZ(n) = USB_HIGH_TRANSFER / USB_HIGH_PACKET << 19 | USB_HIGH_TRANSFER;
    }
    if (high) {
        DOEPDMA(n) = n ? (uint32_t)taken[n] : (uint32_t)packet;
    }
    DOEPCTL(n) |= EPENA | CNAK | (is_isochronous(DOEPCTL(n)) ? next_frame() : 0);
}

void usb_stall_in(unsigned n)
{
    DIEPCTL(n) |= STALL;
}

void usb_stall_out(unsigned n)
{
    DOEPCTL(n) |= STALL;
}

/* ---- Endpoint 0 ---- */

static void send_rest(void)
{
    unsigned length = rest_length < USB_PACKET ? rest_length : USB_PACKET;

    usb_send(0, rest, length);
    rest += length;
    rest_length -= length;
    rest_ends = rest_ends && length < USB_PACKET ? false : rest_ends;
}

void usb_answer(const void *data, unsigned length)
{
    rest = data;
    rest_ends = length < setup.length;
    rest_length = length < setup.length ? length : setup.length;
    send_rest();
}

bool usb_answered(void)
{
    return answered;
}

/* String 0: English, of the USA.  Volatile: tests change it in the file. */
static const volatile uint8_t languages[] = { 4, 3, 0x09, 0x04 };

static bool answer_string(unsigned n)
{
    static uint8_t text[2 + 2 * USB_STRING];
    unsigned length = 2;

    if (n > program->n_strings) {
        return false;
    }
    if (!n) {
        usb_answer((const uint8_t *)languages, languages[0]);
        return true;
    }
    for (const char *c = program->strings[n]; *c && length < sizeof(text); c++) {
        text[length++] = *c;
        text[length++] = 0;
    }
    text[0] = length;
    text[1] = 3;
    usb_answer(text, length);
    return true;
}

static bool get_descriptor(void)
{
    switch (setup.value >> 8) {
    case 1:
        usb_answer(program->device, program->device[0]);
        return true;
    case 2:
        usb_answer(program->configuration, program->configuration[2] | program->configuration[3] << 8);
        return true;
    case 6:
        if (program->qualifier) {
            usb_answer(program->qualifier, program->qualifier[0]);
        }
        return program->qualifier;
    case 3:
        return answer_string(setup.value & 0xff);
    default:
        return false;
    }
}

static bool clear_halt(void)
{
    unsigned n = setup.index & 15;

    if (setup.value || n >= ENDPOINTS) {
        return false;
    }
    if (setup.index & 0x80) {
        DIEPCTL(n) = (DIEPCTL(n) & ~STALL) | SD0PID;
    } else {
        DOEPCTL(n) = (DOEPCTL(n) & ~STALL) | SD0PID;
    }
    return true;
}

static bool standard_request(void)
{
    static const uint8_t zeros[2];

    switch (setup.type << 8 | setup.request) {
    case 0x8006:
        return get_descriptor();
    case 0x0005:
        OTG(DCFG) |= (setup.value & 0x7f) << 4;
        break;
    case 0x0009:
        if (setup.value) {
            program->configured();
        }
        break;
    case 0x0201:
        if (!clear_halt()) {
            return false;
        }
        break;
    case 0x0003:
        if (setup.value != 2 || !high) {
            return false;
        }
        test_mode = setup.index >> 8;           /* begins when the status has been sent */
        break;
    case 0x8000:
    case 0x8100:
    case 0x8200:
        usb_answer(zeros, 2);
        return true;
    default:
        return false;
    }
    usb_answer(zeros, 0);
    return true;
}

static void serve(const uint8_t *data)
{
    bool standard = !(setup.type & 0x60);

    if (standard && standard_request()) {
        return;
    }
    if (program->request && program->request(&setup, data)) {
        if (!(setup.type & 0x80)) {
            usb_answer(data, 0);
        }
        return;
    }
    usb_stall_in(0);
    usb_stall_out(0);
}

/* ---- The interrupt ---- */

static void reset(void)
{
    OTG(DCFG) &= ~(0x7fu << 4);
    OTG(GRSTCTL) = 0x10 << 6 | 1 << 5;
    while (OTG(GRSTCTL) & 1 << 5) {
    }
    OTG(DAINTMSK) = 0xf000f;
    usb_take(0);
}

static void take_setup(void)
{
    setup = (struct usb_setup) {
        packet[0], packet[0] >> 8, packet[0] >> 16, packet[1], packet[1] >> 16,
    };
    rest_length = 0;
}

static void pop(void)
{
    uint32_t status = OTG(GRXSTSP);
    unsigned n = status & 15, length = status >> 4 & 0x7ff;

    for (unsigned i = 0; i < length; i += 4) {
        packet[i / 4 % (USB_PACKET / 4)] = FIFO(0);
    }
    switch (status >> 17 & 15) {
    case 6:
        take_setup();
        break;
    case 2:
        if (n) {
            program->received(n, (uint8_t *)packet, length);
        } else {
            control_length = length;
        }
        break;
    }
}

/* A packet of them has come: are these all? */
static bool data_comes(void)
{
    for (unsigned i = 0; i < control_length && data_length < program->data_size; i++) {
        program->data[data_length++] = ((uint8_t *)packet)[i];
    }
    return !program->data_size || control_length < USB_PACKET || data_length >= setup.length
        || data_length == program->data_size;
}

/* A host that was tired of waiting asks for something else: what it has not taken must not go before the answer. */
static void drop_answer(void)
{
    if (!(DIEPCTL(0) & EPENA)) {
        return;
    }
    DIEPCTL(0) |= SNAK;
    while (!(DIEPINT(0) & INEPNE)) {
    }
    DIEPCTL(0) |= EPDIS | SNAK;
    while (!(DIEPINT(0) & EPDISD)) {
    }
    DIEPINT(0) = EPDISD;
    OTG(GRSTCTL) = 0 << 6 | 1 << 5;             /* its FIFO */
    while (OTG(GRSTCTL) & 1 << 5) {
    }
}

static void endpoint_0_out(uint32_t flags)
{
    if (high && flags & STUP) {
        take_setup();
    }
    if (high && flags & XFRC) {
        control_length = USB_PACKET - (DOEPTSIZ(0) & 0x7f);
    }
    answered = flags & XFRC && !(flags & STUP) && setup.type & 0x80;
    if (flags & STUP) {
        drop_answer();
        wants_data = !(setup.type & 0x80) && setup.length;
        control_length = high ? control_length : 0;
        data_length = 0;
        if (!wants_data) {
            serve((uint8_t *)packet);
        }
    }
    if (flags & XFRC && wants_data && control_length && data_comes()) {
        wants_data = false;
        serve(program->data_size ? program->data : (uint8_t *)packet);
    }
    usb_take(0);
}

/* What has been sent was sent before a SETUP that is there as well: that one's answer is not its next packet. */
static void endpoints(void)
{
    uint32_t daint = OTG(DAINT);

    for (unsigned n = 0; n < ENDPOINTS; n++) {
        if (daint >> n & 1) {
            uint32_t flags = DIEPINT(n);

            DIEPINT(n) = flags;
            if (!n && flags & XFRC && (rest_length || rest_ends)) {
                send_rest();
            } else if (!n && flags & XFRC && test_mode) {
                OTG(DCTL) |= test_mode << 4;
                test_mode = 0;
            } else if (n && flags & XFRC) {
                program->sent(n);
            }
        }
        if (daint >> (16 + n) & 1) {
            uint32_t flags = DOEPINT(n);

            DOEPINT(n) = flags;
            if (!n) {
                endpoint_0_out(flags);
            } else if (high && flags & XFRC) {
                program->received(n, taken[n], USB_HIGH_TRANSFER - (DOEPTSIZ(n) & 0x7ffff));
            }
        }
    }
}

/* What has missed its frame goes in the next one. */
static void missed(void)
{
    for (unsigned n = 1; n < ENDPOINTS; n++) {
        uint32_t odd = OTG(DSTS) >> 8 & 1;

        if (DIEPCTL(n) & EPENA && is_isochronous(DIEPCTL(n)) && (DIEPCTL(n) >> 16 & 1) == odd) {
            DIEPCTL(n) |= odd ? SD0PID : SODDFRM;
        }
        if (DOEPCTL(n) & EPENA && is_isochronous(DOEPCTL(n)) && (DOEPCTL(n) >> 16 & 1) == odd) {
            DOEPCTL(n) |= odd ? SD0PID : SODDFRM;
        }
    }
}

void usb_interrupt(void)
{
    uint32_t flags = OTG(GINTSTS) & OTG(GINTMSK);

    OTG(GINTSTS) = flags & (USBRST | IISOIXFR | IPXFR);
    if (flags & USBRST) {
        reset();
    }
    if (flags & OTGINT) {                       /* the cable is pulled out: that ends a test mode */
        OTG(GOTGINT) = OTG(GOTGINT);
        OTG(DCTL) &= ~(7u << 4);
    }
    while (OTG(GINTSTS) & RXFLVL) {
        pop();
    }
    if (OTG(GINTSTS) & (IEPINT | OEPINT)) {
        endpoints();
    }
    if (flags & (IISOIXFR | IPXFR)) {
        missed();
    }
}

static void route(uint32_t port, unsigned pin, unsigned function)
{
    set_field(&REG(port, pin < 8 ? GPIO_AFRL : GPIO_AFRH), 0xfu << 4 * (pin % 8), function);
    set_field(&REG(port, GPIO_MODER), 3u << 2 * pin, 2);
}

/* Words: @rx to receive, @tx for each endpoint that sends. */
static void divide_fifos(unsigned rx, unsigned tx)
{
    OTG(GRXFSIZ) = rx;
    OTG(DIEPTXF0) = 32 << 16 | rx;
    for (unsigned n = 1; n < ENDPOINTS; n++) {
        OTG(DIEPTXF1 + 4 * (n - 1)) = tx << 16 | (rx + 32 + tx * (n - 1));
    }
}

static void start(const struct usb_program *what)
{
    program = what;
    sleep_ms(25);                               /* until the role is that of a device */
    OTG(DIEPMSK) = XFRC;
    OTG(DOEPMSK) = XFRC | STUP;
    OTG(GINTMSK) = (high ? 0 : RXFLVL) | OTGINT | USBRST | IEPINT | OEPINT | IISOIXFR | IPXFR;
    OTG(GAHBCFG) = high ? 1 << 5 | 7 << 1 | 1 : 1;
    if (!what->polled) {
        irq_enable(high ? 77 : 67);
    }
}

void usb_start(const struct usb_program *what)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_AHB2ENR) |= 1 << 7;
    route(GPIOA, 11, 10);
    route(GPIOA, 12, 10);
    OTG(GUSBCFG) = 1 << 30 | 6 << 10 | 1 << 6;
    start(what);
    OTG(DCFG) |= 3;
    divide_fifos(96, 64);
    OTG(GCCFG) = 1 << 16 | 1 << 19;
    OTG(DCTL) &= ~2u;
}

void usb_start_high_speed(const struct usb_program *what)
{
    static const struct {
        uint32_t port;
        uint8_t pin;
    } ulpi[] = {
        { GPIOA, 3 }, { GPIOA, 5 }, { GPIOB, 0 }, { GPIOB, 1 }, { GPIOB, 5 }, { GPIOB, 10 }, { GPIOB, 11 },
        { GPIOB, 12 }, { GPIOB, 13 }, { GPIOC, 0 }, { GPIOC, 2 }, { GPIOC, 3 },
    };
    static uint8_t transfers[ENDPOINTS][USB_HIGH_TRANSFER];

    taken = transfers;
    core = 0x40040000;
    high = true;
    REG(RCC, RCC_AHB1ENR) |= 7 | 3u << 29;
    for (unsigned i = 0; i < sizeof(ulpi) / sizeof(ulpi[0]); i++) {
        route(ulpi[i].port, ulpi[i].pin, 10);
    }
    OTG(GUSBCFG) = 1 << 30 | 9 << 10;
    start(what);
    OTG(DCFG) &= ~3u;
    divide_fifos(512, 128);
    OTG(DCTL) &= ~2u;
}
