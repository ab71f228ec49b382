/*
 * DWT comparators (ARMv7-M C1.8) and the flash patch unit (C1.11), as firmware uses them for itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

#define DWT_CTRL   REG(0xe0001000)
#define DWT_CYCCNT REG(0xe0001004)
#define COMP(n)     REG(0xe0001020 + 16 * (n))
#define MASK(n)     REG(0xe0001024 + 16 * (n))
#define FUNCTION(n) REG(0xe0001028 + 16 * (n))
#define MATCHED    (1u << 24)
#define LNK1ENA    (1u << 9)
#define CYCMATCH   (1u << 7)
#define DATAVMATCH (1u << 8)
#define DATAVSIZE(log2) ((uint32_t)(log2) << 10)
#define DATAVADDR(n) ((uint32_t)(n) << 12 | (uint32_t)(n) << 16)

enum { PC = 4, READ, WRITE, BOTH };

#define FP_CTRL    REG(0xe0002000)
#define FP_REMAP   REG(0xe0002004)
#define FP_COMP(n) REG(0xe0002008 + 4 * (n))
#define FP_ON      3u
#define LOWER      (1u << 30)
#define UPPER      (2u << 30)

static volatile uint32_t events, last_pc, last_dfsr, last_r0;

static void note(Frame *frame)
{
    events++;
    last_pc = frame->pc;
    last_r0 = frame->r0;
    last_dfsr = DFSR;
    DFSR = last_dfsr;
}

static volatile uint32_t words[64] __attribute__((aligned(256)));

static void begin(void)
{
    DEMCR = DEMCR_TRCENA | DEMCR_MON_EN;
    on(DEBUGMON, note);
    events = 0;
    barrier();
}

static void watch(unsigned n, volatile void *address, unsigned log2, uint32_t function)
{
    COMP(n) = (uint32_t)address;
    MASK(n) = log2;
    FUNCTION(n) = function;
    barrier();
}

/* Since the last time: how many? */
static uint32_t news(void)
{
    uint32_t now = events;

    events = 0;
    return now;
}

/* A store, and the address behind it. */
static uint32_t store(volatile void *address, uint32_t value)
{
    uint32_t behind;

    __asm__ volatile("str %1, [%2]\n .align 2\n adr %0, .\n nop\n"
                     : "=&r"(behind) : "r"(value), "r"(address) : "memory");
    return behind;
}

static void registers(void)
{
    for (unsigned n = 0; n < 4; n++) {
        CHECK_EQUAL(FUNCTION(n), n == 1 ? LNK1ENA : 0);
        COMP(n) = 0x20000000 + 0x100 * n;
        CHECK_EQUAL(COMP(n), 0x20000000 + 0x100 * n);
        MASK(n) = 0x1f;
        CHECK_EQUAL(MASK(n), 15);
    }
    FUNCTION(2) = CYCMATCH | DATAVMATCH | DATAVADDR(3);
    CHECK_EQUAL(FUNCTION(2), 0);
    FUNCTION(1) = DATAVMATCH | DATAVADDR(3) | DATAVSIZE(2);
    CHECK_EQUAL(FUNCTION(1), DATAVMATCH | DATAVADDR(3) | DATAVSIZE(2) | LNK1ENA);
    FUNCTION(1) = 0;
    CHECK_EQUAL(DWT_CTRL >> 28, 4);
}

/* Each comparator: reads, writes, both. */
static void data_address(void)
{
    begin();
    for (unsigned n = 0; n < 4; n++) {
        watch(n, &words[8], 2, WRITE);
        words[7] = 1;
        words[9] = 1;
        (void)words[8];
        CHECK_EQUAL(news(), 0);
        CHECK(!(FUNCTION(n) & MATCHED));
        words[8] = 1;
        CHECK_EQUAL(news(), 1);
        CHECK_EQUAL(last_dfsr, DFSR_DWTTRAP);
        CHECK(FUNCTION(n) & MATCHED);
        CHECK(!(FUNCTION(n) & MATCHED));
        FUNCTION(n) = READ;
        words[8] = 2;
        CHECK_EQUAL(news(), 0);
        CHECK_EQUAL(words[8], 2);
        CHECK_EQUAL(news(), 1);
        FUNCTION(n) = BOTH;
        words[8] = words[8] + 1;
        CHECK_EQUAL(news(), 2);
        CHECK_EQUAL(words[8], 3);
        FUNCTION(n) = 0;
        news();
        words[8] = 4;
        CHECK_EQUAL(news(), 0);
    }
}

/* The exception comes behind the instruction, which is complete. */
static void data_address_when(void)
{
    uint32_t behind;

    begin();
    watch(0, &words[0], 2, WRITE);
    behind = store(&words[0], 77);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(words[0], 77);
    CHECK(last_pc >= behind - 2 && last_pc <= behind);
}

static void data_address_sizes(void)
{
    volatile uint8_t *bytes = (volatile uint8_t *)words;

    begin();
    watch(0, bytes + 5, 0, BOTH);
    bytes[4] = 1;
    bytes[6] = 1;
    CHECK_EQUAL(news(), 0);
    bytes[5] = 1;
    *(volatile uint16_t *)(bytes + 4) = 1;
    words[1] = 1;
    CHECK_EQUAL(news(), 3);
    *(volatile uint16_t *)(bytes + 6) = 1;
    CHECK_EQUAL(news(), 0);
    *(volatile uint16_t *)(bytes + 5) = 1;          /* not aligned */
    *(volatile uint32_t *)(bytes + 2) = 1;
    CHECK_EQUAL(news(), 2);
    /* 128 bytes */
    watch(0, bytes + 128, 7, WRITE);
    bytes[127] = 1;
    words[0] = 1;
    CHECK_EQUAL(news(), 0);
    bytes[128] = 1;
    bytes[255] = 1;
    CHECK_EQUAL(news(), 2);
}

static void data_address_multiple(void)
{
    begin();
    watch(0, &words[1], 2, READ);
    watch(2, &words[3], 2, READ);
    watch(3, &words[5], 2, READ);
    __asm__ volatile("ldm %0, {r0-r3}" : : "r"(words) : "r0", "r1", "r2", "r3");
    CHECK_EQUAL(news(), 1);
    CHECK(FUNCTION(0) & MATCHED);
    CHECK(FUNCTION(2) & MATCHED);
    CHECK(!(FUNCTION(3) & MATCHED));
}

/* Without DebugMonitor a match can be polled; without TRCENA there is none. */
static void no_monitor(void)
{
    begin();
    DEMCR = DEMCR_TRCENA;
    watch(0, &words[0], 2, WRITE);
    words[0] = 1;
    CHECK_EQUAL(news(), 0);
    CHECK_EQUAL(DFSR, 0);
    CHECK(FUNCTION(0) & MATCHED);
    FUNCTION(0) = 10;                               /* for the ETM */
    words[0] = 1;
    CHECK(FUNCTION(0) & MATCHED);
    DEMCR = 0;
    words[0] = 1;
    CHECK(!(FUNCTION(0) & MATCHED));
    DEMCR = DEMCR_TRCENA | DEMCR_MON_EN;
    FUNCTION(0) = WRITE;
    __asm__ volatile("cpsid i");
    words[0] = 1;
    barrier();
    __asm__ volatile("cpsie i");
    barrier();
    CHECK_EQUAL(news(), 0);                         /* is ignored, not kept */
    CHECK(FUNCTION(0) & MATCHED);
}

static void pendsv(Frame *frame)
{
    (void)frame;
    words[60] = news();
}

/* What exception entry writes is watched too: that is how a stack overflow is caught. */
static void stack(void)
{
    uint32_t sp;

    begin();
    on(PENDSV, pendsv);
    SHPR(PENDSV) = 0xf0;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    watch(0, (void *)((sp - 16) & ~3u), 2, WRITE);
    news();
    words[60] = 99;
    ICSR = ICSR_PENDSVSET;
    barrier();
    FUNCTION(0) = 0;
    CHECK_EQUAL(words[60], 1);
}

static void data_value(void)
{
    volatile uint8_t *bytes = (volatile uint8_t *)words;

    begin();
    COMP(2) = (uint32_t)&words[4];
    MASK(2) = 4;                                    /* four words */
    COMP(1) = 0x12345678;
    FUNCTION(1) = DATAVMATCH | DATAVADDR(2) | DATAVSIZE(2) | WRITE;
    barrier();
    words[4] = 0x12345677;
    words[3] = 0x12345678;
    words[8] = 0x12345678;
    CHECK_EQUAL(news(), 0);
    words[4] = 0x12345678;
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(last_dfsr, DFSR_DWTTRAP);
    CHECK(FUNCTION(1) & MATCHED);
    words[7] = 0x12345678;
    CHECK_EQUAL(news(), 1);
    (void)words[7];
    bytes[16] = 0x78;                               /* the word holds it, but a byte was written */
    CHECK_EQUAL(news(), 0);
    FUNCTION(1) = DATAVMATCH | DATAVADDR(2) | DATAVSIZE(2) | READ;
    (void)words[4];
    (void)words[3];
    CHECK_EQUAL(news(), 1);
    /* One byte, wherever it is in what was written */
    COMP(1) = 0x5a5a5a5a;
    FUNCTION(1) = DATAVMATCH | DATAVADDR(2) | DATAVSIZE(0) | WRITE;
    words[4] = 0x115a2233;
    bytes[21] = 0x5a;
    bytes[22] = 0xa5;
    CHECK_EQUAL(news(), 2);
    /* Anywhere */
    COMP(1) = 0xcafef00d;
    FUNCTION(1) = DATAVMATCH | DATAVADDR(1) | DATAVSIZE(2) | WRITE;
    words[40] = 0xcafef00d;
    __asm__ volatile("push {%0}\n pop {%0}" : : "r"(0xcafef00d) : "memory");
    FUNCTION(1) = 0;
    CHECK_EQUAL(news(), 2);
}

/* In real time a host may be late. */
static void wait_for_event(void)
{
    for (uint32_t start = DWT_CYCCNT; !events && DWT_CYCCNT - start < 16000000; ) {
    }
}

static void cycles(void)
{
    uint32_t early;

    begin();
    DWT_CTRL = 1;
    DWT_CYCCNT = 0;
    COMP(0) = 20000;
    FUNCTION(0) = CYCMATCH | PC;
    while (DWT_CYCCNT < 19000) {
    }
    early = events;
    CHECK(!early || DWT_CYCCNT >= 20000);
    wait_for_event();
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(last_dfsr, DFSR_DWTTRAP);
    CHECK(FUNCTION(0) & MATCHED);
    CHECK(DWT_CYCCNT >= 20000);
    /* The counter wraps */
    COMP(0) = 10;
    DWT_CYCCNT = 0xffffff00;
    wait_for_event();
    CHECK_EQUAL(news(), 1);
    CHECK(DWT_CYCCNT < 0xffffff00 && DWT_CYCCNT >= 10);
    FUNCTION(0) = 0;
    COMP(0) = DWT_CYCCNT + 10000;
    while (DWT_CYCCNT < COMP(0) + 1000) {
    }
    CHECK_EQUAL(news(), 0);
}

static uint32_t __attribute__((naked, noinline, aligned(4))) three(uint32_t x)
{
    (void)x;
    __asm__("adds r0, #1\n adds r0, #2\n add.w r0, r0, #4\n bx lr\n");
}

static uint32_t entry_of(uint32_t (*function)(uint32_t))
{
    return (uint32_t)function & ~1u;
}

/* Behind the instruction. */
static void instruction_address(void)
{
    begin();
    CHECK_EQUAL(three(0), 7);
    watch(3, (void *)entry_of(three), 0, PC);
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(last_pc, entry_of(three) + 2);
    CHECK_EQUAL(last_r0, 1);
    CHECK(FUNCTION(3) & MATCHED);
    watch(3, (void *)(entry_of(three) + 8), 0, PC);     /* the bx */
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(last_r0, 7);
    CHECK(last_pc != entry_of(three) + 8);
    watch(3, (void *)entry_of(three), 2, PC);           /* two instructions */
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 2);
    FUNCTION(3) = 0;
    barrier();
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 0);
}

static void skip(Frame *frame)
{
    note(frame);
    frame->pc += 2;
}

static void breakpoint(void)
{
    begin();
    on(DEBUGMON, skip);
    CHECK_EQUAL(FP_CTRL, 0x260);
    FP_CTRL = 1;                                        /* no key */
    CHECK_EQUAL(FP_CTRL, 0x260);
    FP_COMP(0) = entry_of(three) | LOWER | 1;
    CHECK_EQUAL(FP_COMP(0), entry_of(three) | LOWER | 1);
    barrier();
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 0);                             /* is not enabled yet */
    FP_CTRL = FP_ON;
    CHECK_EQUAL(FP_CTRL, 0x261);
    barrier();
    CHECK_EQUAL(three(0), 6);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(last_pc, entry_of(three));
    CHECK_EQUAL(last_dfsr, DFSR_BKPT);
    FP_COMP(0) = entry_of(three) | UPPER | 1;
    barrier();
    CHECK_EQUAL(three(0), 5);
    CHECK_EQUAL(last_pc, entry_of(three) + 2);
    FP_COMP(5) = entry_of(three) | LOWER | UPPER | 1;
    barrier();
    CHECK_EQUAL(three(0), 4);
    CHECK_EQUAL(news(), 3);
    FP_COMP(0) = 0;
    FP_COMP(5) = 0;
    barrier();
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 0);
}

/* Where DebugMonitor can't be taken it is a HardFault, as a BKPT is. */
static void breakpoint_is_a_hardfault(void)
{
    begin();
    DEMCR = 0;
    on(HARDFAULT, skip);
    FP_COMP(2) = entry_of(three) | LOWER | 1;
    FP_CTRL = FP_ON;
    barrier();
    CHECK_EQUAL(three(0), 6);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
}

static uint32_t patches[8] __attribute__((aligned(32)));

static void patch(void)
{
    FP_REMAP = (uint32_t)patches;
    CHECK_EQUAL(FP_REMAP, (uint32_t)patches);
    patches[1] = 0x30643014;                            /* adds r0, #20; adds r0, #100 */
    FP_COMP(1) = entry_of(three) | 1;
    FP_CTRL = FP_ON;
    barrier();
    CHECK_EQUAL(three(0), 124);
    /* Data is what it was */
    CHECK_EQUAL(REG(entry_of(three)), 0x30023001);
    /* Half of a long instruction is in the next word: here it becomes two short ones */
    patches[1] = 0x46c046c0;
    patches[0] = 0x30053006;
    FP_COMP(0) = (entry_of(three) + 4) | 1;
    barrier();
    CHECK_EQUAL(three(0), 11);
    FP_CTRL = 2;
    barrier();
    CHECK_EQUAL(three(0), 7);
}

static uint32_t __attribute__((naked, noinline, aligned(4))) literal(void)
{
    __asm__("ldr r0, [pc, #0]\n bx lr\n .word 0x11111111\n");
}

static void patch_literal(void)
{
    uint32_t address = ((uint32_t)literal & ~1u) + 4;

    CHECK_EQUAL(literal(), 0x11111111);
    FP_REMAP = (uint32_t)patches;
    patches[6] = 0x22222222;
    FP_COMP(6) = address | 1;
    CHECK_EQUAL(literal(), 0x11111111);
    FP_CTRL = FP_ON;
    barrier();
    CHECK_EQUAL(literal(), 0x22222222);
    CHECK_EQUAL(REG(address), 0x22222222);
    CHECK_EQUAL(REG(address - 4), 0x47704800);
    patches[6] = 0x33333333;
    CHECK_EQUAL(literal(), 0x33333333);
    FP_COMP(6) = 0;
    patches[7] = 0x44444444;
    FP_COMP(7) = address | 1;
    barrier();
    CHECK_EQUAL(literal(), 0x44444444);
    FP_CTRL = 2;
    barrier();
    CHECK_EQUAL(literal(), 0x11111111);
}

/* A comparator that watches its own register. */
static void watch_itself(void)
{
    begin();
    watch(0, &FUNCTION(0), 2, WRITE);
    FUNCTION(0) = 0;
    barrier();
    CHECK_EQUAL(FUNCTION(0), 0);
    news();
    watch(0, &words[0], 2, WRITE);
    words[0] = 1;
    CHECK_EQUAL(news(), 1);
}

void (*const cases[])(void) = { WATCH_CASES(CASE_FUNCTION) };
