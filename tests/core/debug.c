/*
 * DebugMonitor (ARMv7-M C1.5, C1.6): debugging without a debugger.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

static volatile uint32_t events, trail[16];

static void note(Frame *frame)
{
    look(frame);
    if (events < 16) {
        trail[events] = frame->pc;
    }
    events++;
}

static void skip_bkpt(Frame *frame)
{
    note(frame);
    frame->pc += 2;
}

/* A BKPT, and where it is. */
#define BKPT(place) __asm__ volatile("adr %0, 1f\n .align 2\n 1: bkpt 1\n" : "=r"(place) : : "memory")

static void bkpt_is_a_hardfault(void)
{
    uint32_t place;

    on(HARDFAULT, skip_bkpt);
    BKPT(place);
    CHECK_EQUAL(events, 1);
    CHECK_EQUAL(seen.pc, place);
    CHECK_EQUAL(seen.dfsr, DFSR_BKPT);
    CHECK_EQUAL(DFSR, 0);
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
    HFSR = HFSR_DEBUGEVT;
    CHECK_EQUAL(HFSR, 0);
    CHECK_EQUAL(CFSR, 0);
}

static void bkpt_goes_to_debugmon(void)
{
    uint32_t place;

    DEMCR = DEMCR_MON_EN;
    on(DEBUGMON, skip_bkpt);
    BKPT(place);
    CHECK_EQUAL(events, 1);
    CHECK_EQUAL(seen.pc, place);
    CHECK_EQUAL(seen.dfsr, DFSR_BKPT);
    CHECK_EQUAL(HFSR, 0);
    /* Returning to it is doing it again */
    on(DEBUGMON, note);
    on(DEBUGMON, skip_bkpt);
    BKPT(place);
    CHECK_EQUAL(events, 2);
    DEMCR = 0;
    on(HARDFAULT, skip_bkpt);
    BKPT(place);
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
}

static void bkpt_in_handler(Frame *frame)
{
    uint32_t place;

    (void)frame;
    BKPT(place);
}

static void bkpt_where_debugmon_cannot_be_taken(void)
{
    DEMCR = DEMCR_MON_EN;
    on(DEBUGMON, skip_bkpt);
    on(HARDFAULT, skip_bkpt);
    on(PENDSV, bkpt_in_handler);
    SHPR(PENDSV) = 0x80;
    SHPR(DEBUGMON) = 0x80;
    ICSR = ICSR_PENDSVSET;
    barrier();
    CHECK_EQUAL(events, 1);
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
    HFSR = HFSR_DEBUGEVT;
    SHPR(DEBUGMON) = 0x70;
    ICSR = ICSR_PENDSVSET;
    barrier();
    CHECK_EQUAL(events, 2);
    CHECK_EQUAL(HFSR, 0);
    /* A group is a group */
    AIRCR = 0x05fa0000 | 4 << 8;
    SHPR(DEBUGMON) = 0x70;
    SHPR(PENDSV) = 0x60;
    ICSR = ICSR_PENDSVSET;
    barrier();
    CHECK_EQUAL(events, 3);
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
    HFSR = HFSR_DEBUGEVT;
    AIRCR = 0x05fa0000;
    /* Masks count too */
    __asm__ volatile("cpsid i");
    bkpt_in_handler(0);
    __asm__ volatile("cpsie i");
    CHECK_EQUAL(HFSR, HFSR_DEBUGEVT);
}

static void mon_pend(void)
{
    on(DEBUGMON, note);
    /* MON_EN does not matter */
    DEMCR = DEMCR_MON_PEND;
    barrier();
    CHECK_EQUAL(events, 1);
    CHECK_EQUAL(seen.dfsr, 0);
    CHECK_EQUAL(DEMCR, 0);
    __asm__ volatile("cpsid i");
    DEMCR = DEMCR_MON_EN | DEMCR_MON_REQ | DEMCR_MON_PEND;
    barrier();
    CHECK_EQUAL(events, 1);
    CHECK_EQUAL(DEMCR, DEMCR_MON_EN | DEMCR_MON_REQ | DEMCR_MON_PEND);
    CHECK_EQUAL(ICSR >> 12 & 0x1ff, DEBUGMON);
    DEMCR = DEMCR_MON_EN;
    CHECK_EQUAL(DEMCR, DEMCR_MON_EN);
    __asm__ volatile("cpsie i");
    barrier();
    CHECK_EQUAL(events, 1);
}

/* Four steps, the first one from wherever MON_PEND has led to. */
static void step(Frame *frame)
{
    CHECK(SHCSR & 1 << 8);
    note(frame);
    DEMCR = events < 5 ? DEMCR_MON_EN | DEMCR_MON_STEP : DEMCR_MON_EN;
}

static void mon_step(void)
{
    uint32_t from, value;

    on(DEBUGMON, step);
    __asm__ volatile(
        "adr %0, 1f\n"
        "str %2, [%3]\n"
        "dsb\n"
        ".align 2\n"
        "1: movs %1, #1\n"
        "adds %1, %1, #2\n"
        "add.w %1, %1, #4\n"
        "b 2f\n"
        "udf 0\n"
        "2: adds %1, %1, #8\n"
        "adds %1, %1, #16\n"
        : "=&r"(from), "=&r"(value) : "r"(DEMCR_MON_EN | DEMCR_MON_PEND), "r"(&DEMCR) : "cc", "memory");
    CHECK_EQUAL(value, 31);
    CHECK_EQUAL(events, 5);
    CHECK_EQUAL(seen.dfsr, DFSR_HALTED);
    from = trail[0];
    CHECK(trail[1] - trail[0] <= 4);
    CHECK(trail[2] > trail[1] && trail[3] > trail[2] && trail[4] > trail[3]);
    CHECK(trail[4] - trail[0] <= 14);
}

static volatile uint32_t pendsv_first;

static void low(Frame *frame)
{
    (void)frame;
    pendsv_first = events;
}

/* Between two of DebugMonitor comes the first instruction of a handler that was pending. */
static void step_once(Frame *frame)
{
    note(frame);
    DEMCR = DEMCR_MON_EN | (events == 1 ? DEMCR_MON_STEP : 0);
    if (events == 1) {
        ICSR = ICSR_PENDSVSET;
    }
}

static void mon_step_into_a_handler(void)
{
    on(DEBUGMON, step_once);
    on(PENDSV, low);
    SHPR(PENDSV) = 0xf0;
    DEMCR = DEMCR_MON_EN | DEMCR_MON_PEND;
    barrier();
    CHECK_EQUAL(events, 2);
    CHECK_EQUAL(pendsv_first, 2);
    CHECK(trail[1] > (REG(VTOR + 4 * PENDSV) & ~1u));
    CHECK(trail[1] <= (REG(VTOR + 4 * PENDSV) & ~1u) + 4);
}

static volatile uint32_t seen_by_svc;

static void svc(Frame *frame)
{
    (void)frame;
    seen_by_svc = events;
}

/* An SVC of higher priority is done before the step ends, one of lower priority after. */
static void mon_step_over_svc(void)
{
    on(DEBUGMON, step_once);
    on(SVCALL, svc);
    on(PENDSV, low);
    SHPR(PENDSV) = 0xf0;
    SHPR(DEBUGMON) = 0x40;
    for (unsigned i = 0; i < 2; i++) {
        events = 0;
        SHPR(SVCALL) = i ? 0x80 : 0;
        __asm__ volatile("cpsid i");
        DEMCR = DEMCR_MON_EN | DEMCR_MON_PEND;
        __asm__ volatile("cpsie i\n svc 0\n");
        barrier();
        CHECK_EQUAL(events, 2);
        CHECK(seen_by_svc >= 1);
    }
}

void (*const cases[])(void) = { DEBUG_CASES(CASE_FUNCTION) };
