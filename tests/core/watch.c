/*
 * DWT comparators (ARMv7-M C1.8), as firmware uses them for itself.
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

static volatile uint32_t words[64] __attribute__((aligned(256)));

static void begin(void)
{
    DEMCR = DEMCR_TRCENA | DEMCR_MON_EN;
    on(DEBUGMON, look);
    news();
    barrier();
}

static void watch(unsigned n, volatile void *address, unsigned log2, uint32_t function)
{
    COMP(n) = (uint32_t)address;
    MASK(n) = log2;
    FUNCTION(n) = function;
    barrier();
}

/* A store, and the address behind it. */
static uint32_t store_to(volatile void *address, uint32_t value)
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
        CHECK_EQUAL(seen.dfsr, DFSR_DWTTRAP);
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
    behind = store_to(&words[0], 77);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(words[0], 77);
    CHECK(seen.pc >= behind - 2 && seen.pc <= behind);
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
    CHECK_EQUAL(seen.dfsr, DFSR_DWTTRAP);
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
    for (uint32_t start = DWT_CYCCNT; !seen.count && DWT_CYCCNT - start < 16000000; ) {
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
    early = seen.count;
    CHECK(!early || DWT_CYCCNT >= 20000);
    wait_for_event();
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(seen.dfsr, DFSR_DWTTRAP);
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
    CHECK_EQUAL(seen.pc, entry_of(three) + 2);
    CHECK_EQUAL(seen.r0, 1);
    CHECK(FUNCTION(3) & MATCHED);
    watch(3, (void *)(entry_of(three) + 8), 0, PC);     /* the bx */
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 1);
    CHECK_EQUAL(seen.r0, 7);
    CHECK(seen.pc != entry_of(three) + 8);
    watch(3, (void *)entry_of(three), 2, PC);           /* two instructions */
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 2);
    FUNCTION(3) = 0;
    barrier();
    CHECK_EQUAL(three(0), 7);
    CHECK_EQUAL(news(), 0);
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
