/*
 * A USB device on OTG_FS: CDC-ACM that echoes, letters turned into capitals.  It sleeps until there is an interrupt,
 * but takes none.  A byte 1 lets its IN endpoint halt; after a byte 2 it does as drivers of others do, clears XFRC only when
 * the next packet is on its way, and takes its time.
 *
 * Mailbox: 1 DTR and RTS; 2 bytes per second of the line coding; 3 resets; 4 bytes echoed; 5 suspends; 6 halts that the
 * host has cleared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define OTG(offset) (*(volatile uint32_t *)(0x50000000u + (offset)))
#define FIFO(n) OTG(0x1000 + 0x1000 * (n))
#define DIEPCTL(n) OTG(0x900 + 0x20 * (n))
#define DIEPINT(n) OTG(0x908 + 0x20 * (n))
#define DIEPTSIZ(n) OTG(0x910 + 0x20 * (n))
#define DOEPCTL(n) OTG(0xb00 + 0x20 * (n))
#define DOEPINT(n) OTG(0xb08 + 0x20 * (n))
#define DOEPTSIZ(n) OTG(0xb10 + 0x20 * (n))

enum { GAHBCFG = 0x08, GUSBCFG = 0x0c, GRSTCTL = 0x10, GINTSTS = 0x14, GRXSTSP = 0x20, GRXFSIZ = 0x24,
       DIEPTXF0 = 0x28, GCCFG = 0x38, DIEPTXF1 = 0x104, DIEPTXF2 = 0x108, DCFG = 0x800, DCTL = 0x804,
       GINTMSK = 0x18, DIEPMSK = 0x810, DOEPMSK = 0x814, DAINTMSK = 0x81c };
enum { RXFLVL = 1 << 4, USBSUSP = 1 << 11, USBRST = 1 << 12, ENUMDNE = 1 << 13, IEPINT = 1 << 18,
       OEPINT = 1 << 19 };
enum { XFRC = 1, STUP = 1 << 3 };
#define EPENA (1u << 31)
#define SNAK (1u << 27)
#define CNAK (1u << 26)
#define STALL (1u << 21)
#define SD0PID (1u << 28)
#define USBAEP (1u << 15)

#define IRQ 67
#define RING 4096

static const uint8_t device_descriptor[18] = {
    18, 1, 0x00, 0x02, 2, 0, 0, 64, 0x83, 0x04, 0x40, 0x57, 0x00, 0x01, 1, 2, 3, 1,
};
static const uint8_t configuration[67] = {
    9, 2, 67, 0, 2, 1, 0, 0xc0, 50,
    9, 4, 0, 0, 1, 2, 2, 1, 0,
    5, 0x24, 0, 0x10, 0x01,                 /* header */
    5, 0x24, 1, 0, 1,                       /* call management */
    4, 0x24, 2, 2,                          /* ACM: line coding and control lines */
    5, 0x24, 6, 0, 1,                       /* union */
    7, 5, 0x82, 3, 8, 0, 16,
    9, 4, 1, 0, 2, 10, 0, 0, 0,
    7, 5, 0x01, 2, 64, 0, 0,
    7, 5, 0x81, 2, 64, 0, 0,
};
static const char *const strings[] = { "", "Tests", "Echo", "0123456789AB" };

static uint32_t setup[2], packet[16];       /* the last SETUP, and data OUT of endpoint 0 */
static uint8_t ring[RING];
static unsigned head, tail;                 /* bytes in, bytes out */
static bool sending, ended, taking;         /* endpoint 1: IN, its last packet was full, OUT */
static bool clears_last;

/* ---- FIFOs ---- */

static void send(unsigned endpoint, const void *data, unsigned length)
{
    const uint8_t *at = data;

    DIEPTSIZ(endpoint) = (length > 64 ? 2 : 1) << 19 | length;
    DIEPCTL(endpoint) |= EPENA | CNAK;
    for (unsigned i = 0; i < length; i += 4) {
        FIFO(endpoint) = at[i] | at[i + 1] << 8 | at[i + 2] << 16 | (uint32_t)at[i + 3] << 24;
    }
}

static void take_control(void)
{
    DOEPTSIZ(0) = 3u << 29 | 1 << 19 | 64;
    DOEPCTL(0) |= EPENA | CNAK;
}

static void take_data(void)
{
    taking = head - tail <= RING - 64;
    if (taking) {
        DOEPTSIZ(1) = 1 << 19 | 64;
        DOEPCTL(1) |= EPENA | CNAK;
    }
}

/* ---- Control requests ---- */

static void reply(const void *data, unsigned length)
{
    unsigned wanted = setup[1] >> 16;

    send(0, data, length < wanted ? length : wanted);
}

static void stall(void)
{
    DIEPCTL(0) |= STALL;
    DOEPCTL(0) |= STALL;
}

static void reply_string(unsigned n)
{
    static uint8_t text[64];
    unsigned length = 2;

    if (n >= sizeof(strings) / sizeof(strings[0])) {
        stall();
        return;
    }
    for (const char *c = strings[n]; *c; c++) {
        text[length++] = *c;
        text[length++] = 0;
    }
    if (!n) {
        text[length++] = 0x09;
        text[length++] = 0x04;
    }
    text[0] = length;
    text[1] = 3;
    reply(text, length);
}

static void get_descriptor(unsigned value)
{
    switch (value >> 8) {
    case 1:
        reply(device_descriptor, sizeof(device_descriptor));
        break;
    case 2:
        reply(configuration, sizeof(configuration));
        break;
    case 3:
        reply_string(value & 0xff);
        break;
    default:
        stall();
        break;
    }
}

static void configure(void)
{
    DIEPCTL(1) = USBAEP | SD0PID | 1 << 22 | 2 << 18 | 64;
    DIEPCTL(2) = USBAEP | SD0PID | 2 << 22 | 3 << 18 | 8;
    DOEPCTL(1) = USBAEP | SD0PID | 2 << 18 | 64;
    head = tail = 0;
    sending = ended = false;
    if (!(DOEPCTL(1) & EPENA)) {            /* a host may choose it twice */
        take_data();
    }
}

static void answer(void)
{
    unsigned value = setup[0] >> 16;

    switch (setup[0] & 0xffff) {
    case 0x0680:
        get_descriptor(value);
        return;
    case 0x0500:
        OTG(DCFG) |= (value & 0x7f) << 4;
        break;
    case 0x0900:
        configure();
        break;
    case 0x2221:
        mailbox[1] = value;
        break;
    case 0x0102:                            /* no halt any more */
        DIEPCTL(1) = (DIEPCTL(1) & ~STALL) | SD0PID;
        mailbox[6]++;
        break;
    case 0x2021:                            /* the line coding: its data come */
        return;
    default:
        stall();
        return;
    }
    send(0, "", 0);
}

/* ---- Events ---- */

static void reset(void)
{
    OTG(DCFG) &= ~(0x7fu << 4);
    OTG(GRSTCTL) = 0x10 << 6 | 1 << 5;      /* flush what goes IN */
    while (OTG(GRSTCTL) & 1 << 5) {
    }
    OTG(DAINTMSK) = 0x30007;
    take_control();
    mailbox[3]++;
}

static void pop(void)
{
    uint32_t status = OTG(GRXSTSP), length = status >> 4 & 0x7ff, words[16];

    for (unsigned i = 0; i < (length + 3) / 4; i++) {
        words[i & 15] = FIFO(0);
    }
    switch (status >> 17 & 15) {
    case 6:                                 /* SETUP */
        setup[0] = words[0];
        setup[1] = words[1];
        break;
    case 2:                                 /* OUT */
        for (unsigned i = 0; i < length; i++) {
            uint8_t byte = words[i / 4] >> 8 * (i % 4);

            if (status & 15 && byte == 1) {
                DIEPCTL(1) |= STALL;
            } else if (status & 15 && byte == 2) {
                clears_last = true;
            } else if (status & 15) {
                ring[head++ % RING] = byte >= 'a' && byte <= 'z' ? byte - 32 : byte;
            }
        }
        if (!(status & 15)) {
            packet[0] = words[0];
        }
        break;
    }
}

static void control(void)
{
    uint32_t flags = DOEPINT(0);

    DOEPINT(0) = flags;
    if (flags & STUP) {
        answer();
    }
    if (flags & XFRC && (setup[0] & 0xffff) == 0x2021) {
        mailbox[2] = packet[0];
        setup[0] = 0;
        send(0, "", 0);
    }
    if (flags & (STUP | XFRC)) {
        take_control();
    }
}

static void echo(void)
{
    static uint8_t data[64 + 3];
    unsigned length = 0;
    bool sent = DIEPINT(1) & XFRC;

    if (sent) {
        sending = false;
    }
    if (sent && !clears_last) {
        DIEPINT(1) = XFRC;
    }
    if (DOEPINT(1) & XFRC) {
        DOEPINT(1) = XFRC;
        taking = false;
    }
    if (!sending && (head != tail || ended)) {
        while (head != tail && length < 64) {
            data[length++] = ring[tail++ % RING];
        }
        ended = length == 64;
        sending = true;
        mailbox[4] += length;
        send(1, data, length);
    }
    if (sent && clears_last) {
        for (volatile unsigned i = 0; i < 50000; i++) {
        }
        DIEPINT(1) = XFRC;
    }
    if (!taking) {
        take_data();
    }
}

static void start(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_AHB2ENR) |= 1 << 7;
    set_field(&REG(GPIOA, GPIO_AFRH), 0xffu << 12, 0xaa);
    set_field(&REG(GPIOA, GPIO_MODER), 0xfu << 22, 0xa);
    OTG(GUSBCFG) = 1 << 30 | 6 << 10 | 1 << 6;
    sleep_ms(25);
    OTG(GCCFG) = 1 << 16 | 1 << 19;
    OTG(DCFG) |= 3;
    OTG(GRXFSIZ) = 128;
    OTG(DIEPTXF0) = 32 << 16 | 128;
    OTG(DIEPTXF1) = 64 << 16 | 160;
    OTG(DIEPTXF2) = 16 << 16 | 224;
    OTG(GINTMSK) = RXFLVL | USBSUSP | USBRST | ENUMDNE | IEPINT | OEPINT;
    OTG(DIEPMSK) = XFRC;
    OTG(DOEPMSK) = XFRC | STUP;
    OTG(GAHBCFG) = 1;
    OTG(DCTL) &= ~2u;
    SYST_CSR = 0;
    __asm__ volatile("cpsid i");            /* it wakes, and no more */
    irq_enable(IRQ);
}

int main(void)
{
    bool configured = false;

    clock_168mhz();
    ticks_init(168000000);
    start();
    for (;; wait_for_interrupt()) {
        uint32_t flags;

        NVIC_ICPR[IRQ / 32] = 1u << IRQ % 32;
        flags = OTG(GINTSTS);
        OTG(GINTSTS) = flags & (USBRST | ENUMDNE | USBSUSP);
        mailbox[5] += !!(flags & USBSUSP);
        if (flags & USBRST) {
            configured = false;
            reset();
        }
        if (flags & RXFLVL) {
            pop();
        }
        control();
        configured |= DIEPCTL(1) & USBAEP;
        if (configured) {
            echo();
        }
    }
}
