/*
 * Exceptions (ARMv7-M B1.5): priorities, order, masks; and the exclusive monitor, which they clear.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

static volatile uint32_t order;     /* of the handlers, a hexadecimal digit each */

static void called(uint32_t digit)
{
    order = order << 4 | digit;
}

static uint32_t so_far(void)
{
    uint32_t now = order;

    order = 0;
    return now;
}

static void irq0(Frame *frame) { (void)frame; called(1); }
static void irq1(Frame *frame) { (void)frame; called(2); }
static void irq2(Frame *frame) { (void)frame; called(3); }
static void pendsv(Frame *frame) { (void)frame; called(4); }

static void interrupts(void)
{
    on(IRQ0, irq0);
    on(IRQ0 + 1, irq1);
    on(IRQ0 + 2, irq2);
    on(PENDSV, pendsv);
    NVIC_ISER = 7;
}

static void pend(uint32_t mask)
{
    NVIC_ISPR = mask;
    barrier();
}

/* Four bits; of equal priorities the lower number. */
static void priorities(void)
{
    interrupts();
    NVIC_IPR(0) = 0xff;
    CHECK_EQUAL(NVIC_IPR(0), 0xf0);
    SHPR(PENDSV) = 0x1f;
    CHECK_EQUAL(SHPR(PENDSV), 0x10);
    REG(0xe000e400) = 0x12345678;
    CHECK_EQUAL(REG(0xe000e400), 0x10305070);
    NVIC_IPR(0) = 0x20;
    NVIC_IPR(1) = 0x10;
    NVIC_IPR(2) = 0x20;
    __asm__ volatile("cpsid i");
    pend(7);
    CHECK_EQUAL(so_far(), 0);
    CHECK_EQUAL(ICSR >> 12 & 0x1ff, IRQ0 + 1);
    CHECK(ICSR & 1 << 22);
    __asm__ volatile("cpsie i\n isb");
    CHECK_EQUAL(so_far(), 0x213);
}

static void nest(Frame *frame)
{
    called(8);
    pend(1);
    called(9);
    (void)frame;
}

static void preemption(void)
{
    interrupts();
    on(IRQ0 + 1, nest);
    NVIC_IPR(0) = 0x40;
    NVIC_IPR(1) = 0x50;
    pend(2);
    CHECK_EQUAL(so_far(), 0x819);
    NVIC_IPR(0) = 0x50;
    pend(2);
    CHECK_EQUAL(so_far(), 0x891);
    /* Of a group only the subpriority differs: first, but not in between */
    AIRCR = 0x05fa0000 | 5 << 8;
    CHECK_EQUAL(AIRCR, 0xfa050000 | 5 << 8);
    NVIC_IPR(0) = 0x40;
    NVIC_IPR(2) = 0x70;
    pend(2);
    CHECK_EQUAL(so_far(), 0x891);
    __asm__ volatile("cpsid i");
    pend(7);
    __asm__ volatile("cpsie i\n isb");
    CHECK_EQUAL(so_far(), 0x18913);
    AIRCR = 0 | 7 << 8;                         /* without key */
    CHECK_EQUAL(AIRCR, 0xfa050000 | 5 << 8);
    AIRCR = 0x05fa0000;
}

static void pend_lower(Frame *frame)
{
    (void)frame;
    called(7);
    ICSR = ICSR_PENDSVSET;
    pend(3);
}

/* One after another, without the thread in between. */
static void tail_chaining(void)
{
    interrupts();
    on(SVCALL, pend_lower);
    NVIC_IPR(0) = 0x80;
    NVIC_IPR(1) = 0x40;
    SHPR(PENDSV) = 0xf0;
    __asm__ volatile("svc 0");
    CHECK_EQUAL(so_far(), 0x7214);
}

static uint32_t again;

static void pend_itself(Frame *frame)
{
    (void)frame;
    called(5);
    CHECK_EQUAL(NVIC_IABR & 1, 1);
    if (again) {
        again--;
        pend(1);
        CHECK_EQUAL(NVIC_ISPR & 1, 1);
        pend(1);                                /* twice is once */
    }
}

static void pending_while_active(void)
{
    interrupts();
    on(IRQ0, pend_itself);
    again = 2;
    pend(1);
    CHECK_EQUAL(so_far(), 0x555);
    CHECK_EQUAL(NVIC_IABR & 1, 0);
    NVIC_ICER = 1;
    pend(1);
    CHECK_EQUAL(so_far(), 0);
    NVIC_ICPR = 1;
    NVIC_ISER = 1;
    barrier();
    CHECK_EQUAL(so_far(), 0);
}

static uint32_t basepri(void)
{
    uint32_t value;

    __asm__ volatile("mrs %0, basepri" : "=r"(value));
    return value;
}

static void masks(void)
{
    uint32_t value;

    interrupts();
    NVIC_IPR(0) = 0x40;
    NVIC_IPR(1) = 0x30;
    __asm__ volatile("msr basepri, %0" : : "r"(0x4f));
    CHECK_EQUAL(basepri(), 0x40);
    pend(3);
    CHECK_EQUAL(so_far(), 0x2);
    __asm__ volatile("msr basepri_max, %0" : : "r"(0x50));
    CHECK_EQUAL(basepri(), 0x40);
    __asm__ volatile("msr basepri_max, %0" : : "r"(0));
    CHECK_EQUAL(basepri(), 0x40);
    __asm__ volatile("msr basepri_max, %0" : : "r"(0x20));
    CHECK_EQUAL(basepri(), 0x20);
    pend(2);
    CHECK_EQUAL(so_far(), 0);
    __asm__ volatile("msr basepri, %0\n isb" : : "r"(0x0f));
    CHECK_EQUAL(basepri(), 0);
    CHECK_EQUAL(so_far(), 0x21);
    __asm__ volatile("msr basepri_max, %0" : : "r"(0x50));
    CHECK_EQUAL(basepri(), 0x50);
    __asm__ volatile("msr basepri, %0" : : "r"(0));
    __asm__ volatile("msr primask, %1\n mrs %0, primask" : "=r"(value) : "r"(0xffffffff));
    CHECK_EQUAL(value, 1);
    __asm__ volatile("cpsie i");
    __asm__ volatile("cpsid f\n mrs %0, faultmask" : "=r"(value));
    CHECK_EQUAL(value, 1);
    pend(1);
    CHECK_EQUAL(so_far(), 0);
    __asm__ volatile("cpsie f\n isb");
    CHECK_EQUAL(so_far(), 1);
}

static void set_faultmask(Frame *frame)
{
    (void)frame;
    __asm__ volatile("cpsid f");
    pend(1);
    called(6);
}

/* Returning clears FAULTMASK. */
static void faultmask_ends(void)
{
    uint32_t value;

    interrupts();
    SHPR(PENDSV) = 0xf0;
    on(PENDSV, set_faultmask);
    ICSR = ICSR_PENDSVSET;
    barrier();
    CHECK_EQUAL(so_far(), 0x61);
    __asm__ volatile("mrs %0, faultmask" : "=r"(value));
    CHECK_EQUAL(value, 0);
}

static volatile uint32_t in_nmi;

static void nmi(Frame *frame)
{
    uint32_t value;

    (void)frame;
    __asm__ volatile("cpsid f\n mrs %0, faultmask" : "=r"(value));
    in_nmi = 1 + value;
}

/* It can't be set where it would make no difference, and so does not stay behind. */
static void no_faultmask_in_nmi(void)
{
    uint32_t value;

    on(NMI, nmi);
    ICSR = 1u << 31;
    barrier();
    CHECK_EQUAL(in_nmi, 1);
    __asm__ volatile("mrs %0, faultmask" : "=r"(value));
    CHECK_EQUAL(value, 0);
}

static volatile uint32_t word;

static uint32_t load_exclusive(volatile uint32_t *address)
{
    uint32_t value;

    __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static uint32_t store_exclusive(volatile uint32_t *address, uint32_t value)
{
    uint32_t failed;

    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(value), "r"(address) : "memory");
    return failed;
}

static void nothing(Frame *frame)
{
    (void)frame;
}

static void exclusive(void)
{
    static volatile uint32_t other;

    on(SVCALL, nothing);
    CHECK_EQUAL(store_exclusive(&word, 1), 1);
    CHECK_EQUAL(word, 0);
    load_exclusive(&word);
    CHECK_EQUAL(store_exclusive(&word, 2), 0);
    CHECK_EQUAL(word, 2);
    CHECK_EQUAL(store_exclusive(&word, 3), 1);
    load_exclusive(&word);
    __asm__ volatile("clrex");
    CHECK_EQUAL(store_exclusive(&word, 3), 1);
    load_exclusive(&word);
    __asm__ volatile("svc 0" ::: "memory");
    CHECK_EQUAL(store_exclusive(&word, 3), 1);
    CHECK_EQUAL(word, 2);
    /* The monitor has no address, and does not mind stores of the core's own */
    load_exclusive(&word);
    word = 7;
    CHECK_EQUAL(store_exclusive(&word, 4), 0);
    CHECK_EQUAL(word, 4);
    load_exclusive(&word);
    CHECK_EQUAL(store_exclusive(&other, 5), 0);
    CHECK_EQUAL(other, 5);
}

/* ---- Late arrivals (B1.5.11) ---- */

static void tick(Frame *frame)
{
    (void)frame;
    SYST_CSR = 0;
    ICSR = 1 << 25;                             /* if it has come again by now */
    called(5);
}

static void longer(Frame *frame)
{
    (void)frame;
    called(8);
    __asm__ volatile(".rept 40\n nop\n .endr");
    called(9);
}

/*
 * SysTick, of higher priority, comes before IRQ0 is taken, while that is, in its handler, or later: each runs
 * once, the higher one as soon as it may.  Here an exception is taken in one step, so one that comes meanwhile
 * comes right before or right after.
 */
static void late_arrival(void)
{
    uint32_t before, after, got;

    interrupts();
    on(SYSTICK, tick);
    on(IRQ0, longer);
    SHPR(SYSTICK) = 0x10;
    NVIC_IPR(0) = 0x40;
    __asm__ volatile("mov %0, sp" : "=r"(before));
    for (uint32_t delay = 1; delay < 120; delay++) {
        SYST_RVR = delay;
        SYST_CVR = 0;
        SYST_CSR = 7;
        pend(1);
        while (SYST_CSR & 1) {
        }
        got = so_far();
        CHECK(got == 0x589 || got == 0x859 || got == 0x895);
    }
    __asm__ volatile("mov %0, sp" : "=r"(after));
    CHECK_EQUAL(before, after);
}

#define DWT_CTRL REG(0xe0001000)
#define DWT_COMP0 REG(0xe0001020)
#define DWT_MASK0 REG(0xe0001024)
#define DWT_FUNCTION0 REG(0xe0001028)

static void monitor(Frame *frame)
{
    (void)frame;
    DWT_FUNCTION0 = 0;
    DFSR = DFSR_DWTTRAP;
    called(6);
}

/* What stacking itself makes pending arrives late: a watchpoint on the stack, of higher priority or lower. */
static void late_in_stacking(void)
{
    for (unsigned lower = 0; lower < 2; lower++) {
        uint32_t sp;

        interrupts();
        on(DEBUGMON, monitor);
        NVIC_IPR(0) = 0x40;
        SHPR(DEBUGMON) = lower ? 0x80 : 0x10;
        DEMCR = DEMCR_TRCENA | DEMCR_MON_EN;
        __asm__ volatile("mov %0, sp" : "=r"(sp));
        DWT_COMP0 = (sp - 32) & ~63u;           /* where the frame will be, and some */
        DWT_MASK0 = 7;
        NVIC_ISPR = 1;
        __asm__ volatile("cpsid i\n isb");
        so_far();
        NVIC_ISPR = 1;
        DWT_FUNCTION0 = 6;                      /* writes */
        __asm__ volatile("cpsie i\n isb");
        CHECK_EQUAL(so_far(), lower ? 0x16 : 0x61);
    }
}

/*
 * AIRCR's VECTCLRACTIVE and VECTRESET are for a debugger that has halted the core; for a program they are
 * unpredictable (B3.2.6).  Here nothing happens, but a report.
 */
static void try_debug_bits(Frame *frame)
{
    (void)frame;
    AIRCR = 0x05fa0000 | 1 << 1;
    CHECK_EQUAL(ipsr(), SVCALL);
    CHECK(SHCSR & 1 << 7);                      /* SVCALLACT */
    AIRCR = 0x05fa0000 | 1 << 0;
    barrier();
    CHECK_EQUAL(AIRCR, 0xfa050000);
    called(1);
}

static void for_debuggers_only(void)
{
    on(SVCALL, try_debug_bits);
    __asm__ volatile("svc 0" ::: "memory");
    CHECK_EQUAL(so_far(), 1);
    CHECK_EQUAL(ipsr(), 0);
}

void (*const cases[])(void) = { EXCEPTIONS_CASES(CASE_FUNCTION) };
