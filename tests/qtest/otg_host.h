/*
 * An OTG core as a host, used as a driver does it by registers: for the tests of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_OTG_HOST_H
#define STM32_TESTS_OTG_HOST_H

#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/otg_hs.h"
#include "stm32/core/regs.h"

enum { OTG_FS = 0x50000000, OTG_HS = 0x40040000, RCC_BASE = 0x40023800, GPIO_C = 0x40020800 };
enum { DATA0 = 0, DATA1 = 2, SETUP = 3 };
enum { CONTROL, ISOCHRONOUS, BULK, INTERRUPT };

#define FLAG(name) R_HCINT0_##name##_MASK
#define MS 1000000

/* Reads and writes of the core under test: a register, one of channel @n. */
static uint32_t core_base = OTG_FS;

static inline uint32_t get(unsigned offset) { return peek(core_base + offset); }
static inline void put(unsigned offset, uint32_t data) { poke(core_base + offset, data); }
#define HC(reg, n) (A_##reg##0 + 0x20 * (n))

/* 48 MHz for the PHY. */
static inline void start_clock48(void)
{
    poke(RCC_BASE + 0x00, peek(RCC_BASE) | 1 << 16);
    poke(RCC_BASE + 0x04, 0x27405408);                  /* 8 MHz / 8 * 336 / 7 */
    board_wait_ns(10 * MS);
    poke(RCC_BASE + 0x00, peek(RCC_BASE) | 1 << 24);
    board_wait_ns(10 * MS);
}

/* The switch of VBUS: PC0. */
static inline void switch_vbus(bool on)
{
    poke(GPIO_C + 0x18, on ? 1 << 16 : 1);
}

/* The role, the FIFOs' words (to receive, to send, to send periodically), power. */
static inline void become_host(unsigned rx, unsigned tx, unsigned periodic)
{
    put(A_GUSBCFG, get(A_GUSBCFG) | R_GUSBCFG_FHMOD_MASK);
    board_wait_ns(25 * MS);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_CMOD_MASK);
    put(A_GRXFSIZ, rx);
    put(A_DIEPTXF0, tx << 16 | rx);
    put(A_HPTXFSIZ, periodic << 16 | (rx + tx));
    put(A_HPRT, R_HPRT_PPWR_MASK);
}

/* Clocks, pins, the role, FIFOs, power: what is plugged in is seen. */
static inline void start_host(uint32_t base)
{
    core_base = base;
    start_clock48();
    board_enable("gpioc");
    switch_vbus(false);
    poke(GPIO_C, (peek(GPIO_C) & ~3u) | 1);
    if (base == OTG_FS) {
        board_enable("otgfs");
        board_route("pa11", 10);
        board_route("pa12", 10);
        switch_vbus(true);
    } else {
        board_enable("otghs");
        board_route("pb14", 12);
        board_route("pb15", 12);
        put(A_GUSBCFG, get(A_GUSBCFG) | R_GUSBCFG_PHYSEL_MASK);
    }
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_NOVBUSSENS_MASK);
    become_host(128, 96, 64);
}

/* OTG_HS with a high-speed PHY at its ULPI: to be started with HIGH_SPEED. */
#define HIGH_SPEED "-global stm32f4-otg-hs.ulpi=on"
static inline void start_high_speed_host(void)
{
    static const char *const ulpi[] = {
        "pa3", "pa5", "pb0", "pb1", "pb5", "pb10", "pb11", "pb12", "pb13", "pc0", "pc2", "pc3",
    };

    core_base = OTG_HS;
    board_enable("otghs");
    for (unsigned i = 0; i < ARRAY_SIZE(ulpi); i++) {
        board_route(ulpi[i], 10);
    }
    become_host(300, 256, 400);
}

/* HPRT without what writing 1 would clear. */
static inline uint32_t port(void)
{
    return get(A_HPRT) & ~(R_HPRT_PENA_MASK | R_HPRT_PCDET_MASK | R_HPRT_PENCHNG_MASK | R_HPRT_POCCHNG_MASK);
}

static inline void reset_port(void)
{
    put(A_HPRT, port() | R_HPRT_PRST_MASK);
    board_wait_ns(10 * MS);
    put(A_HPRT, port() & ~R_HPRT_PRST_MASK);
    g_assert_true(get(A_HPRT) & R_HPRT_PENA_MASK);
    put(A_HPRT, port() | R_HPRT_PENCHNG_MASK | R_HPRT_PCDET_MASK);
    put(A_HCFG, 1);
    put(A_HFIR, 48000);
    board_wait_ns(10000);
}

/* ---- Channels ---- */

typedef struct Endpoint {
    unsigned address, number, type, max_packet;
} Endpoint;

static inline void set_channel(unsigned n, const Endpoint *e, bool in)
{
    uint32_t hcchar = e->max_packet | e->number << 11 | (uint32_t)in << 15 | e->type << 18 | 1 << 20 |
                      e->address << 22;

    put(HC(HCINT, n), 0x7ff);
    put(HC(HCINTMSK, n), 0x7ff);
    put(HC(HCCHAR, n), hcchar);
}

static inline void set_size(unsigned n, unsigned bytes, unsigned packets, unsigned dpid)
{
    put(HC(HCTSIZ, n), bytes | packets << 19 | dpid << 29);
}

/* Enable it; a periodic one in the next frame. */
static inline void enable_channel(unsigned n)
{
    uint32_t hcchar = get(HC(HCCHAR, n)) & ~R_HCCHAR0_ODDFRM_MASK;

    put(HC(HCCHAR, n), hcchar | R_HCCHAR0_CHENA_MASK | (get(A_HFNUM) & 1 ? 0 : R_HCCHAR0_ODDFRM_MASK));
}

static inline void push_data(unsigned n, const void *data, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i += 4) {
        uint32_t word = 0;

        memcpy(&word, (const uint8_t *)data + i, MIN(4, bytes - i));
        put(0x1000 + 0x1000 * n, word);
    }
}

/* Pop what is in the receive FIFO; data of channel @n to @data.  Returns how many bytes that were. */
static inline unsigned pop_all(unsigned n, uint8_t *data, unsigned room)
{
    unsigned bytes = 0;

    while (get(A_GINTSTS) & R_GINTSTS_RXFLVL_MASK) {
        uint32_t status = get(A_GRXSTSP);
        unsigned count = FIELD_EX32(status, GRXSTSP, BCNT);

        for (unsigned i = 0; i < count; i += 4) {
            uint32_t word = get(0x1000);

            if (FIELD_EX32(status, GRXSTSP, EPNUM) == n) {
                g_assert_cmpuint(bytes + MIN(4, count - i), <=, room);
                memcpy(data + bytes, &word, MIN(4, count - i));
                bytes += MIN(4, count - i);
            }
        }
    }
    return bytes;
}

static inline void halt_channel(unsigned n)
{
    put(HC(HCCHAR, n), get(HC(HCCHAR, n)) | R_HCCHAR0_CHENA_MASK | R_HCCHAR0_CHDIS_MASK);
    board_wait_ns(100000);
    pop_all(16, NULL, 0);
    g_assert_true(get(HC(HCINT, n)) & FLAG(CHH));
    g_assert_false(get(HC(HCCHAR, n)) & (R_HCCHAR0_CHENA_MASK | R_HCCHAR0_CHDIS_MASK));
}

/* Send @bytes by channel @n; the flags that it ends with, within @ms. */
static inline uint32_t send_packets(unsigned n, const Endpoint *e, unsigned dpid, const void *data, unsigned bytes)
{
    unsigned packets = MAX(DIV_ROUND_UP(bytes, e->max_packet), 1);
    const uint32_t ends = FLAG(XFRC) | FLAG(STALL) | FLAG(TXERR) | FLAG(NAK);

    set_channel(n, e, false);
    set_size(n, bytes, packets, dpid);
    enable_channel(n);
    push_data(n, data, bytes);
    for (unsigned i = 0; i < 1000 && !(get(HC(HCINT, n)) & ends); i++) {
        board_wait_ns(10000);
    }
    return get(HC(HCINT, n));
}

/* Receive up to @bytes: packet after packet, until one is short.  NAKs are asked again, for 100 ms. */
static inline uint32_t receive_packets(unsigned n, const Endpoint *e, unsigned dpid, uint8_t *data, unsigned bytes,
                               unsigned *got)
{
    unsigned packets = MAX(DIV_ROUND_UP(bytes, e->max_packet), 1);
    const uint32_t ends = FLAG(XFRC) | FLAG(STALL) | FLAG(TXERR) | FLAG(BBERR) | FLAG(DTERR);
    uint32_t flags = 0;

    *got = 0;
    set_channel(n, e, true);
    set_size(n, packets * e->max_packet, packets, dpid);
    enable_channel(n);
    for (unsigned i = 0; i < 10000 && !(flags & ends); i++) {
        unsigned came;

        board_wait_ns(10000);
        came = pop_all(n, data + *got, bytes - *got);
        *got += came;
        flags = get(HC(HCINT, n));
        if (!(flags & ends) && (came || (flags & FLAG(NAK)))) {
            put(HC(HCINT, n), FLAG(NAK));
            put(HC(HCCHAR, n), get(HC(HCCHAR, n)) | R_HCCHAR0_CHENA_MASK);
        }
    }
    if (get(HC(HCCHAR, n)) & R_HCCHAR0_CHENA_MASK) {
        halt_channel(n);
    }
    return flags;
}

/* A control transfer on channels 0 and 1 whose data, if any, the device sends: how many bytes. */
static inline unsigned control_in(const Endpoint *e, const uint8_t setup[8], uint8_t *data)
{
    unsigned length = setup[6] | setup[7] << 8, got = 0, none;
    uint8_t byte;

    g_assert_true(send_packets(0, e, SETUP, setup, 8) & FLAG(XFRC));
    if (length) {
        g_assert_true(receive_packets(1, e, DATA1, data, length, &got) & FLAG(XFRC));
        g_assert_true(send_packets(0, e, DATA1, NULL, 0) & FLAG(XFRC));
    } else {
        g_assert_true(receive_packets(1, e, DATA1, &byte, 0, &none) & FLAG(XFRC));
    }
    return got;
}

#define CONTROL_IN(e, data, ...) control_in(e, (const uint8_t[8]) { __VA_ARGS__ }, data)

/* Give the device at address 0 the address @address, and its configuration 1. */
static inline Endpoint configure(unsigned address, unsigned max_packet)
{
    Endpoint e = { .address = 0, .number = 0, .type = CONTROL, .max_packet = max_packet };

    CONTROL_IN(&e, NULL, 0x00, 5, address, 0, 0, 0, 0, 0);
    e.address = address;
    CONTROL_IN(&e, NULL, 0x00, 9, 1, 0, 0, 0, 0, 0);
    return e;
}

#endif
