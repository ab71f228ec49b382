/*
 * A hostile guest: peripherals set up at random, but in the order and with the bits that make them do
 * something, then random accesses to all of them, with all interrupts on; again and again.
 *
 * All that it needs itself is in CCM, which no DMA reaches; its code is in flash, which it does not touch.
 * Words of CCM: HOSTILE_SEED, put there before the start; HOSTILE_ALIVE goes on while it runs.  With HOSTILE_STORM each
 * round ends with so many accesses all over the map, which HOSTILE_ACCESSES counts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stm32.h"
#include "hostile.h"
#include "set_ups.h"

#define STARTED 0x5eeded01u
#define CCM_TOP 0x10010000
#define ACTLR (*(volatile uint32_t *)0xe000e008)
#define ACTLR_DISDEFWBUF 2
#define IN_A_ROW 50             /* interrupts, until one is switched off for this round */
#define AT_A_TIME 20            /* ... of any kind, between two accesses of a storm */
#define SYSTICK 15
#define AT_ONCE 64              /* accesses of a storm, until interrupts are heard */

struct state {
    uint32_t started, random, alive, last, in_a_row, at_a_time;
};
#define state ((volatile struct state *)HOSTILE_STATE)

static uint32_t random_word(void)
{
    uint32_t x = state->random;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    state->random = x;
    return x;
}

static uint32_t random_below(uint32_t n)
{
    return random_word() % n;
}

static void live(void)
{
    (*(volatile uint32_t *)HOSTILE_ALIVE)++;
}

/* ---- Handlers ---- */

/* The access that failed is passed over: it is an instruction of 16 bits, see below. */
__attribute__((used)) static void fault(uint32_t *frame)
{
    frame[6] += 2;
    SCB_CFSR = 0xffffffff;
    live();
}

__attribute__((naked)) static void fault_handler(void)
{
    __asm__ volatile("mrs r0, msp\n b fault");
}

/* CSS keeps the NMI coming until it is told that it was heard. */
static void nmi_handler_of_ours(void)
{
    REG(RCC, RCC_CIR) |= RCC_CIR_CSSC;
    live();
}

static void interrupt_handler(void)
{
    uint32_t n;

    __asm__ volatile("mrs %0, ipsr" : "=r"(n));
    live();
    state->in_a_row = state->last == n ? state->in_a_row + 1 : 0;
    state->last = n;
    if (n >= 16 && (state->in_a_row > IN_A_ROW || state->at_a_time > AT_A_TIME)) {
        NVIC_ICER[(n - 16) / 32] = 1u << (n - 16) % 32;
    }
    if (n == SYSTICK && state->at_a_time > AT_A_TIME) {
        SYST_CSR = 0;
    }
    state->at_a_time++;
}

__attribute__((aligned(512))) static void (*const vectors[16 + 82])(void) = {
    [0 ... 97] = interrupt_handler, [2] = nmi_handler_of_ours, [3 ... 6] = fault_handler,
};

/* ---- Accesses: each of one instruction of 16 bits, which a fault passes over ---- */

__attribute__((noinline)) static void write_word(uint32_t address, uint32_t data)
{
    __asm__ volatile("str %1, [%0]" : : "l"(address), "l"(data) : "memory");
}

__attribute__((noinline)) static uint32_t read_word(uint32_t address)
{
    uint32_t data = 0;

    __asm__ volatile("ldr %0, [%1]" : "+l"(data) : "l"(address) : "memory");
    return data;
}

__attribute__((noinline)) static void access_part(uint32_t address, uint32_t data, uint32_t kind)
{
    switch (kind) {
    case 0: __asm__ volatile("strh %1, [%0]" : : "l"(address & ~1u), "l"(data) : "memory"); break;
    case 1: __asm__ volatile("strb %1, [%0]" : : "l"(address), "l"(data) : "memory"); break;
    case 2: __asm__ volatile("ldrh %1, [%0]" : : "l"(address & ~1u), "l"(data) : "memory"); break;
    default: __asm__ volatile("ldrb %1, [%0]" : : "l"(address), "l"(data) : "memory"); break;
    }
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void set_up(const struct peripheral *p)
{
    for (const struct step *s = p->step; s && s->kind != END; s++) {
        uint32_t data = s->set | (random_word() & s->random);

        live();
        if (s->kind == WAIT) {
            for (volatile uint32_t i = 0; i < s->set; i++) {
            }
        } else {
            write_word(p->base + s->offset,
                       s->kind == MORE ? read_word(p->base + s->offset) | data : data);
        }
    }
}

static const struct peripheral *any_peripheral(void)
{
#ifdef STORM                                        /* storm.c: all of them */
    uint32_t n = random_below(COUNT(peripherals) + COUNT(more_peripherals));

    return n < COUNT(peripherals) ? &peripherals[n] : &more_peripherals[n - COUNT(peripherals)];
#else                                               /* seeds that have found something are without those that came later */
    return &peripherals[random_below(COUNT(peripherals))];
#endif
}

/* A register of some peripheral, or memory. */
static uint32_t any_address(void)
{
    const struct peripheral *p = any_peripheral();

    return random_below(4) ? p->base + random_below(p->size) / 4 * 4
                           : BUFFER + random_below(0x4000) / 4 * 4;
}

static void set_up_stream(uint32_t dma_base)
{
    uint32_t stream = dma_base + 0x10 + 0x18 * random_below(8);

    write_word(stream, 0);
    write_word(stream + 0x04, random_below(256));
    write_word(stream + 0x08, any_address());
    write_word(stream + 0x0c, BUFFER + random_below(0x4000) / 4 * 4);
    write_word(stream + 0x10, BUFFER + random_below(0x4000) / 4 * 4);
    write_word(stream + 0x14, random_word() & 0xbf);
    write_word(stream, 1 | (random_word() & 0x0feffffe));
}

/* Most clocks on, some resets, other speeds of the buses. */
static void set_up_clocks(void)
{
    for (uint32_t reg = RCC_AHB1ENR; reg <= RCC_APB2ENR; reg += 4) {
        REG(RCC, reg) = random_word() | random_word() | random_word();
        REG(RCC, reg - 0x20) = random_word() & random_word() & random_word() & random_word() &
                               ~(1u << 18);         /* not CCM */
        REG(RCC, reg - 0x20) = 0;
    }
    REG(RCC, RCC_CFGR) = (random_word() & 0xfffffc00) | (random_below(4) ? 0 : 8 + random_below(4)) << 4;
    REG(RCC, RCC_CSR) |= RCC_CSR_LSION;
    REG(RCC, RCC_CR) |= (random_word() & (RCC_CR_PLLI2SON | RCC_CR_HSEON));
    REG(PWR, PWR_CR) |= PWR_CR_DBP;
    REG(RCC, RCC_BDCR) |= 2 << 8 | RCC_BDCR_RTCEN;
}

static void random_access(void)
{
    const struct peripheral *p = any_peripheral();
    uint32_t address = p->base + random_below(p->size), data = random_word();

    live();
    switch (random_below(8)) {
    case 0: access_part(address, data, random_below(4)); break;
    case 1: case 2: read_word(address & ~3u); break;
    case 3: write_word(address & ~3u, 1u << data % 32); break;
    case 4: write_word(address & ~3u, read_word(address & ~3u) ^ 1u << data % 32); break;
    case 5: write_word(address & ~3u, data & 0xff); break;
    default: write_word(address & ~3u, data); break;
    }
}

/* ---- A storm: as fast as can be, by one generator in a register; interrupts, which take longer, are let in between ---- */

/* Where something is, more or less, and by what mask; what has most to do comes more often. */
static const struct {
    uint32_t base, mask;
} areas[64] = {
#define TWICE(base, mask) { base, mask }, { base, mask }
    TWICE(0x40000000, 0x3fff), TWICE(0x40004000, 0x0fff), TWICE(0x40005000, 0x0fff), TWICE(0x40006400, 0x07ff),
    TWICE(0x40007000, 0x07ff), TWICE(0x40010000, 0x07ff), TWICE(0x40011000, 0x07ff), TWICE(0x40012000, 0x03ff),
    TWICE(0x40012c00, 0x07ff), TWICE(0x40013800, 0x07ff), TWICE(0x40014000, 0x0bff), TWICE(0x40020000, 0x1fff),
    TWICE(0x40023000, 0x03ff), TWICE(0x40023800, 0x03ff), TWICE(0x40024000, 0x0fff), TWICE(0x40026000, 0x07ff),
    TWICE(0x40028000, 0x13ff), TWICE(0x40040000, 0x0fff), TWICE(0x50000000, 0x0fff), TWICE(0x50050000, 0x03ff),
    TWICE(0x50060800, 0x000f), TWICE(0xa0000000, 0x01ff), TWICE(0xe0001000, 0x0fff), TWICE(0xe000e000, 0x0fff),
    { 0x40041000, 0x1ffff }, { 0x50001000, 0x1ffff }, { 0x60000000, 0x0fffffff }, { 0x70000000, 0x1fffffff },
    { 0xe0000000, 0x0fff }, { 0xe0040000, 0x2fff }, { 0x42000000, 0x01ffffff }, { 0x42200000, 0x0007ffff },
    { 0x22000000, 0x003fffff }, { 0x20000000, 0x0001ffff }, { 0x10000000, 0x0000ffff }, { 0x08000000, 0x000fffff },
    { 0x1fff0000, 0xffff }, { 0, 0x000fffff }, { 0x40000000, 0x3ffff }, { 0, 0xffffffff },
};

/* Stores that would be the end of this guest, not of what it runs on. */
static bool is_ours(uint32_t address)
{
    static const struct {
        uint32_t base, size;
    } ours[] = {
        { 0x10000000, 0x10000 }, { 0x40023c00, 0x400 }, { 0x42478000, 0x8000 },     /* its memory, its code */
        { 0x40023800, 0x40 }, { 0x42470000, 0x8000 },                               /* their clocks */
        { 0xe0002000, 0x1000 }, { 0xe000ed08, 4 }, { 0xe000ed10, 4 }, { 0xe000ed24, 4 }, { 0xe000ed94, 4 },
    };

    switch (address >> 16) {
    case 0x1000: case 0x4002: case 0x4247: case 0xe000:
        break;
    default:
        return false;
    }
    for (unsigned i = 0; i < COUNT(ours); i++) {
        if (address - ours[i].base < ours[i].size) {
            return true;
        }
    }
    return false;
}

static void storm(uint32_t accesses)
{
    uint32_t x = random_word(), a, d, address;

    while (accesses--) {
        if (!(accesses & (AT_ONCE - 1))) {
            __asm__ volatile("cpsie i\n isb\n cpsid i" : : : "memory");
            state->at_a_time = 0;
        }
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        address = areas[x >> 26].base + (x & areas[x >> 26].mask);
        d = x * 0x9e3779b1;
        d = d >> 16 | d << 16;                      /* below is what all of x has made */
        a = d * 0x85ebca6b;
        d = a & 1 << 20 ? d : a & 1 << 21 ? 1u << (d & 31) : d & 0xff;
        (*(volatile uint32_t *)HOSTILE_ACCESSES)++;
        if (a & 1 << 19 || is_ours(address)) {
            if (a & 7 << 16) {
                read_word(address & ~3u);
            } else {
                access_part(address, d, 2 + (a >> 15 & 1));
            }
        } else if (a & 7 << 16) {
            write_word(address & ~3u, d);
        } else {
            access_part(address, d, a >> 15 & 1);
        }
    }
    __asm__ volatile("cpsie i" : : : "memory");
    live();
}

static void play_round(void)
{
    set_up_clocks();
    for (unsigned i = 0; i < 3; i++) {
        NVIC_ICPR[i] = 0xffffffff;
        NVIC_ISER[i] = 0xffffffff;
    }
    for (unsigned i = 0; i < 30; i++) {
        const struct peripheral *p = any_peripheral();

        set_up(p);
        if (p->step == dma) {
            set_up_stream(p->base);
        }
        for (volatile uint32_t wait = random_below(300); wait; wait--) {
        }
    }
    for (unsigned i = random_below(400); i; i--) {
        random_access();
    }
    storm(*(volatile uint32_t *)HOSTILE_STORM);
}

__attribute__((used)) static void be_hostile(void)
{
    if (state->started != STARTED) {            /* a watchdog's reset does not begin anew */
        state->started = STARTED;
        state->random = *(volatile uint32_t *)HOSTILE_SEED | 1;
    }
    ACTLR |= ACTLR_DISDEFWBUF;                  /* a fault is that of the access that failed */
    SCB_VTOR = (uint32_t)vectors;
    for (;;) {
        SYST_RVR = 0x3fff;
        SYST_CSR = 7;
        play_round();
    }
}

int main(void)
{
    __asm__ volatile("msr msp, %0\n b be_hostile" : : "r"(CCM_TOP - 0x200));
    __builtin_unreachable();
}
