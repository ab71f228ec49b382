/*
 * A host that reads and writes a stick: enumerates it, and moves blocks by SCSI over bulk transfers, all by the
 * interrupt of OTG_FS, asleep in between.  Then it waits until somebody pulls the stick out.
 *
 * Mailbox: 1 idVendor and idProduct; 2 blocks of the stick; 3 words that were not as expected; 4 us for 64 blocks;
 * 6 errors; 7 1 when all that is done, 2 when the stick has gone; 8 interrupts for these blocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

enum { OUT_CHANNEL, IN_CHANNEL };
enum { DATA0 = 0, DATA1 = 2, SETUP = 3 };
enum { CONTROL = 0, BULK = 2 };
enum { XFRC = 1, CHH = 2, STALL = 8, NAK = 16, TXERR = 128, BBERR = 256, DTERR = 1024 };
enum { BLOCK = 512, BLOCKS = 64, BASE = 8, SPARE = 100 };

#define CHANNEL(reg, n) REG(OTG_FS, USB_##reg##0 + 0x20 * (n))
#define FIFO(n) (*(volatile uint32_t *)(OTG_FS + 0x1000 + 0x1000 * (n)))
#define CHENA (1u << 31)
#define CHDIS (1u << 30)

typedef struct Transfer {
    volatile uint32_t flags;
    uint8_t *data;
    volatile unsigned done;     /* bytes received */
} Transfer;

static Transfer transfer[2];
static volatile uint32_t port_changed, gone;
static unsigned address, toggle[2], max_packet0 = 8;
static uint32_t buffer[BLOCKS * BLOCK / 4];

/* ---- Interrupts ---- */

static void take(uint32_t status)
{
    unsigned n = status & 15, bytes = status >> 4 & 0x7ff;
    Transfer *t = &transfer[n & 1];

    for (unsigned i = 0; i < bytes; i += 4) {
        uint32_t word = FIFO(0);

        for (unsigned b = i; b < bytes && b < i + 4; b++, word >>= 8) {
            t->data[t->done + b] = word;
        }
    }
    t->done += bytes;
    if ((status >> 17 & 15) == 2 && (CHANNEL(HCTSIZ, n) & USB_HCTSIZ0_PKTCNT)) {
        CHANNEL(HCCHAR, n) |= CHENA;                    /* the next one */
    }
}

static void serve(unsigned n)
{
    uint32_t flags = CHANNEL(HCINT, n);

    CHANNEL(HCINT, n) = flags;
    transfer[n].flags |= flags;
    if ((flags & NAK) && n == IN_CHANNEL && !(transfer[n].flags & XFRC)) {
        CHANNEL(HCCHAR, n) |= CHENA;                    /* ask again */
    } else if (flags & (STALL | TXERR | BBERR | DTERR | NAK | XFRC)) {
        CHANNEL(HCCHAR, n) |= CHENA | CHDIS;
    }
}

void otg_fs_handler(void)
{
    uint32_t status = REG(OTG_FS, USB_GINTSTS);

    mailbox[5]++;
    if (status & USB_GINTSTS_DISCINT) {
        REG(OTG_FS, USB_GINTSTS) = USB_GINTSTS_DISCINT;
        gone = 1;
    }
    if (status & USB_GINTSTS_HPRTINT) {
        uint32_t port = REG(OTG_FS, USB_HPRT);

        port_changed |= port;
        REG(OTG_FS, USB_HPRT) = port & ~USB_HPRT_PENA;
    }
    if (status & USB_GINTSTS_RXFLVL) {
        take(REG(OTG_FS, USB_GRXSTSP));
    }
    for (unsigned n = 0; n < 2; n++) {
        if (REG(OTG_FS, USB_HAINT) >> n & 1) {
            serve(n);
        }
    }
}

/* ---- Transfers ---- */

static void enable(unsigned n, unsigned endpoint, unsigned type, unsigned max, unsigned dpid, unsigned bytes)
{
    unsigned packets = bytes ? (bytes + max - 1) / max : 1;

    transfer[n].flags = transfer[n].done = 0;
    CHANNEL(HCTSIZ, n) = (n == IN_CHANNEL ? packets * max : bytes) | packets << 19 | dpid << 29;
    CHANNEL(HCCHAR, n) = max | endpoint << 11 | (n == IN_CHANNEL) << 15 | type << 18 | 1 << 20 | address << 22 | CHENA;
}

static uint32_t wait_for_halt(unsigned n)
{
    while (!(transfer[n].flags & CHH)) {
        __asm__ volatile("cpsid i");
        if (!(transfer[n].flags & CHH)) {
            wait_for_interrupt();
        }
        __asm__ volatile("cpsie i");
    }
    return transfer[n].flags;
}

/* One packet; a device that is not ready gets it again. */
static void send_packet(unsigned endpoint, unsigned type, unsigned dpid, const void *data, unsigned bytes)
{
    uint32_t flags;

    do {
        enable(OUT_CHANNEL, endpoint, type, type == CONTROL ? max_packet0 : 64, dpid, bytes);
        for (unsigned i = 0; i < bytes; i += 4) {
            uint32_t word;

            __builtin_memcpy(&word, (const uint8_t *)data + i, 4);
            FIFO(OUT_CHANNEL) = word;
        }
        flags = wait_for_halt(OUT_CHANNEL);
    } while ((flags & NAK) && !(flags & XFRC));
    mailbox[6] += !(flags & XFRC);
}

static void receive(unsigned endpoint, unsigned type, unsigned dpid, void *data, unsigned bytes)
{
    transfer[IN_CHANNEL].data = data;
    enable(IN_CHANNEL, endpoint, type, type == CONTROL ? max_packet0 : 64, dpid, bytes);
    mailbox[6] += !(wait_for_halt(IN_CHANNEL) & XFRC) || transfer[IN_CHANNEL].done != bytes;
}

static void control(const uint8_t setup[8], void *data)
{
    unsigned bytes = setup[6];
    uint8_t none[4] = { };

    send_packet(0, CONTROL, SETUP, setup, 8);
    if (bytes) {
        receive(0, CONTROL, DATA1, data, bytes);
        send_packet(0, CONTROL, DATA1, none, 0);
    } else {
        receive(0, CONTROL, DATA1, none, 0);
    }
}

static void bulk(bool in, void *data, unsigned bytes)
{
    for (unsigned at = 0; at < bytes && !in; at += 64) {
        send_packet(2, BULK, toggle[0], (uint8_t *)data + at, bytes - at < 64 ? bytes - at : 64);
        toggle[0] ^= DATA1;
    }
    if (in) {
        receive(1, BULK, toggle[1], data, bytes);
        toggle[1] = CHANNEL(HCTSIZ, IN_CHANNEL) >> 29 & 3;
    }
}

/* A SCSI command of 10 bytes; the status of it. */
static unsigned scsi(unsigned operation, unsigned block, unsigned blocks, bool in, void *data, unsigned bytes)
{
    uint8_t cbw[32] = { 'U', 'S', 'B', 'C', 1, 2, 3, 4, bytes, bytes >> 8, bytes >> 16, 0, in << 7, 0, 10,
                        operation, 0, 0, 0, block >> 8, block, 0, blocks >> 8, blocks };
    uint8_t csw[16];

    bulk(false, cbw, 31);
    if (bytes) {
        bulk(in, data, bytes);
    }
    bulk(true, csw, 13);
    return csw[12];
}

/* ---- The port ---- */

static void wait_for_port(uint32_t what)
{
    while (!(port_changed & what)) {
        wait_for_interrupt();
    }
    port_changed = 0;
}

static void start(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOCEN;
    REG(RCC, RCC_AHB2ENR) |= RCC_AHB2ENR_OTGFSEN;
    REG(GPIOA, GPIO_AFRH) |= 10 << 12 | 10 << 16;
    REG(GPIOA, GPIO_MODER) |= 2 << 22 | 2 << 24;
    REG(GPIOC, GPIO_MODER) |= 1;                        /* PC0 low: VBUS */
    REG(OTG_FS, USB_GCCFG) = USB_GCCFG_PWRDWN | USB_GCCFG_NOVBUSSENS;
    REG(OTG_FS, USB_GUSBCFG) |= USB_GUSBCFG_FHMOD;
    while (!(REG(OTG_FS, USB_GINTSTS) & USB_GINTSTS_CMOD)) {
    }
    REG(OTG_FS, USB_GRXFSIZ) = 128;
    REG(OTG_FS, USB_DIEPTXF0) = 96 << 16 | 128;
    REG(OTG_FS, USB_HPTXFSIZ) = 64 << 16 | 224;
    REG(OTG_FS, USB_HAINTMSK) = 3;
    for (unsigned n = 0; n < 2; n++) {
        CHANNEL(HCINTMSK, n) = XFRC | CHH | STALL | NAK | TXERR | BBERR | DTERR;
    }
    REG(OTG_FS, USB_GINTMSK) = USB_GINTMSK_RXFLVLM | USB_GINTMSK_PRTIM | USB_GINTMSK_HCIM | USB_GINTMSK_DISCINT;
    REG(OTG_FS, USB_GAHBCFG) = USB_GAHBCFG_GINT;
    irq_enable(67);
    REG(OTG_FS, USB_HPRT) = USB_HPRT_PPWR;
}

static void enumerate(void)
{
    uint8_t descriptor[20];

    wait_for_port(USB_HPRT_PCDET);
    REG(OTG_FS, USB_HPRT) = USB_HPRT_PPWR | USB_HPRT_PRST;
    sleep_ms(15);
    REG(OTG_FS, USB_HPRT) = USB_HPRT_PPWR;
    wait_for_port(USB_HPRT_PENCHNG);
    REG(OTG_FS, USB_HCFG) = 1;
    REG(OTG_FS, USB_HFIR) = 48000;
    sleep_ms(10);
    control((const uint8_t[8]) { 0x80, 6, 0, 1, 0, 0, 8, 0 }, descriptor);
    max_packet0 = descriptor[7];
    control((const uint8_t[8]) { 0x80, 6, 0, 1, 0, 0, 18, 0 }, descriptor);
    mailbox[1] = descriptor[8] | descriptor[9] << 8 | descriptor[10] << 16 | (uint32_t)descriptor[11] << 24;
    control((const uint8_t[8]) { 0, 5, 1 }, 0);
    address = 1;
    sleep_ms(2);
    control((const uint8_t[8]) { 0, 9, 1 }, 0);
}

/* ---- All of it ---- */

static void check(unsigned block, uint32_t flip)
{
    for (unsigned i = 0; i < BLOCK / 4; i++) {
        mailbox[3] += buffer[(block - BASE) * BLOCK / 4 + i] != ((block << 16 | i) ^ flip);
    }
}

int main(void)
{
    uint8_t capacity[8];
    uint32_t begun;

    clock_168mhz();
    cycles_init();
    ticks_init(168000000);
    start();
    enumerate();
    while (scsi(0x00, 0, 0, false, 0, 0)) {             /* TEST UNIT READY: it tells that it has been reset */
    }
    scsi(0x25, 0, 0, true, capacity, 8);
    mailbox[2] = (capacity[2] << 8 | capacity[3]) + 1;
    mailbox[5] = 0;
    begun = DWT_CYCCNT;
    mailbox[6] += scsi(0x28, BASE, BLOCKS, true, buffer, sizeof(buffer));
    mailbox[4] = (DWT_CYCCNT - begun) / 168;
    mailbox[8] = mailbox[5];
    for (unsigned n = BASE; n < BASE + BLOCKS; n++) {
        check(n, 0);
    }
    for (unsigned i = 0; i < BLOCK / 4; i++) {
        buffer[i] ^= ~0u;
    }
    mailbox[6] += scsi(0x2a, SPARE, 1, false, buffer, BLOCK);
    for (unsigned i = 0; i < BLOCK / 4; i++) {
        buffer[i] = 0;
    }
    mailbox[6] += scsi(0x28, SPARE, 1, true, buffer, BLOCK);
    check(BASE, ~0u);
    mailbox[7] = 1;
    while (!gone) {
        wait_for_interrupt();
    }
    mailbox[7] = 2;
    mailbox_finish();
}
