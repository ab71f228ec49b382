/*
 * A program for any STM32F4 that does to its Cortex-M4 what core-test.c asks
 * for in the mailbox, and tells there how it went.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdbool.h>
#include <stdint.h>
#include "mailbox.h"

#define REG(address) (*(volatile uint32_t *)(address))

#define DEMCR      REG(0xe000edfc)
#define DWT_CTRL   REG(0xe0001000)
#define DWT_CYCCNT REG(0xe0001004)
#define DWT_COMP0  REG(0xe0001020)
#define DWT_FUNCTION0 REG(0xe0001028)

#define SYST_CSR  REG(0xe000e010)
#define SYST_RVR  REG(0xe000e014)
#define SYST_CVR  REG(0xe000e018)
#define NVIC_ISER REG(0xe000e100)
#define NVIC_ISPR REG(0xe000e200)
#define NVIC_ICPR REG(0xe000e280)
#define NVIC_IPR0 REG(0xe000e400)
#define ICSR      REG(0xe000ed04)
#define VTOR      REG(0xe000ed08)
#define SCR       REG(0xe000ed10)
#define ICTR      REG(0xe000e004)
#define NO_REGISTER REG(0xe000ec00)
#define SYST_CALIB REG(0xe000e01c)
#define CFSR      REG(0xe000ed28)
#define CPACR     REG(0xe000ed88)
#define MPU_RBAR  REG(0xe000ed9c)
#define MPU_RASR  REG(0xe000eda0)
#define FPCAR     REG(0xe000ef38)

#define ICSR_NMIPENDSET  (1u << 31)
#define ICSR_PENDSVSET   (1u << 28)
#define ICSR_PENDSTSET   (1u << 26)
#define SCR_SLEEPONEXIT  (1u << 1)
#define SCR_SLEEPDEEP    (1u << 2)
#define SCR_SEVONPEND    (1u << 4)
#define CSR_ENABLE       1u
#define CSR_TICKINT      2u
#define CSR_CLKSOURCE    4u
#define CSR_COUNTFLAG    (1u << 16)

/* The FPU's interrupt, 81 */
#define FPU_ISER REG(0xe000e108)
#define FPU_ICER REG(0xe000e188)
#define FPU_ISPR REG(0xe000e208)
#define FPU_ICPR REG(0xe000e288)
#define FPU_BIT  (1u << 17)

#define FPSCR_IOC (1u << 0)
#define FPSCR_DZC (1u << 1)
#define FPSCR_OFC (1u << 2)
#define FPSCR_UFC (1u << 3)
#define FPSCR_IXC (1u << 4)
#define FPSCR_IDC (1u << 7)
#define FPSCR_FLAGS 0x9fu
#define FPSCR_FZ  (1u << 24)

#define NOWHERE 0xc0000000u     /* nothing is here */

static volatile uint32_t *const mail = (volatile uint32_t *)MAILBOX;

static uint32_t table[128] __attribute__((aligned(512)));

static void step(uint32_t n)
{
    mail[MAIL_STEP] = n;
}

static void __attribute__((noreturn)) end(void)
{
    step(STEP_END);
    for (;;) {
        __asm__ volatile("cpsid i; wfi");
    }
}

static void __attribute__((noreturn)) fault(void)
{
    for (;;) {
        __asm__ volatile("udf #0");
    }
}

static void wfe(void)
{
    __asm__ volatile("wfe" ::: "memory");
}

static void wfi(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static void set_sp_and_svc(uint32_t sp)
{
    __asm__ volatile("mov sp, %0; svc 0" :: "r"(sp));
}

static void interrupt(void)
{
    mail[MAIL_HANDLERS]++;
    if (mail[MAIL_CASE] == CASE_SLEEPONEXIT && mail[MAIL_HANDLERS] == 3) {
        SCR = 0;
    }
}

static void nmi(void)
{
    mail[MAIL_NMIS]++;
    if (mail[MAIL_CASE] == CASE_LOCKUP_LAZY_FP) {
        FPCAR = NOWHERE;
        __asm__ volatile("vmov s0, r0");
    }
}

static void hardfault(void)
{
    switch (mail[MAIL_CASE]) {
    case CASE_RETURN_TO_NO_EXCEPTION:
        mail[MAIL_RESULT] = CFSR;
        end();
    case CASE_STACKING_FAULT_FOR_NMI:
        /* NMI cannot be stacked, which must not keep it from running */
        __asm__ volatile("mov r4, sp; mov sp, %0; str %1, [%2]; isb; mov sp, r4"
                         :: "r"(NOWHERE), "r"(ICSR_NMIPENDSET),
                            "r"(0xe000ed04) : "r4", "memory");
        /* ... but it cannot return then, and we never come here */
        end();
    case CASE_LOCKUP_LAZY_FP:
        __asm__ volatile("vmov s0, r0");
        ICSR = ICSR_NMIPENDSET;
        __asm__ volatile("dsb; isb");
        end();
    case CASE_BKPT:
        end();
    case CASE_HARDFAULT:
        /* Twice back to the same load */
        if (++mail[MAIL_HANDLERS] == 3) {
            end();
        }
        return;
    default:
        step(50);
        fault();
    }
}

/* Return from this exception to one that does not exist, and from there */
static void __attribute__((naked)) svcall(void)
{
    __asm__ volatile(
        "ldr r0, =0x010001f4\n"         /* xPSR with exception 500 */
        "str r0, [sp, #28]\n"
        "adr r0, 1f\n"
        "str r0, [sp, #24]\n"
        "mvn lr, #14\n"                 /* 0xfffffff1: to handler mode */
        "bx lr\n"
        ".align 2\n"
        "1: mvn lr, #6\n"               /* 0xfffffff9: to thread mode */
        "bx lr\n");
}

/* Return with bit 0 of the PC set, as if it were an address for BX */
static void __attribute__((naked)) pendsv(void)
{
    __asm__ volatile(
        "ldr r0, [sp, #24]\n"
        "orr r0, r0, #1\n"
        "str r0, [sp, #24]\n"
        "bx lr\n");
}

static void case_wfe(void)
{
    /* An event from before is consumed ... */
    __asm__ volatile("sev" ::: "memory");
    wfe();
    step(1);
    /* ... so that now we sleep, until the test sends one */
    wfe();
    step(2);
    /* ... which is consumed too */
    wfe();
}

static void case_wfe_interrupt(void)
{
    NVIC_ISER = 1;
    step(1);
    wfe();
    step(2);
    /* Exception entry and return have set the event register */
    wfe();
    step(3);
    wfe();
}

static void case_wfi_primask(void)
{
    NVIC_ISER = 1;
    __asm__ volatile("cpsid i" ::: "memory");
    step(1);
    wfi();
    mail[MAIL_RESULT] = mail[MAIL_HANDLERS];
    /* What is pending keeps from sleeping */
    wfi();
    __asm__ volatile("cpsie i; isb" ::: "memory");
    mail[MAIL_RESULT2] = mail[MAIL_HANDLERS];
}

static void case_wfi_basepri(void)
{
    NVIC_IPR0 = 0x000040c0;     /* interrupt 0 is masked, 1 is not */
    __asm__ volatile("msr basepri, %0" :: "r"(0x80) : "memory");
    NVIC_ISER = 3;
    step(1);
    wfi();
    mail[MAIL_RESULT] = mail[MAIL_HANDLERS];
}

static void case_sevonpend(void)
{
    __asm__ volatile("sev" ::: "memory");
    wfe();
    NVIC_ISPR = 2;              /* no event, as the bit is not set */
    SCR = SCR_SEVONPEND;
    NVIC_ISPR = 2;              /* no event either, it is pending already */
    step(1);
    wfe();
    step(2);
    NVIC_ISPR = 4;
    wfe();
    step(3);
    wfe();
}

static void case_sleeponexit(void)
{
    NVIC_ISER = 1;
    SCR = SCR_SLEEPONEXIT;
    step(1);
    wfi();
    mail[MAIL_RESULT] = mail[MAIL_HANDLERS];
}

static void case_systick_rate(void)
{
    uint32_t t0;

    DEMCR = 1 << 24;
    DWT_CTRL = 1;
    SYST_RVR = 15999;                   /* 1 ms of HSI */
    SYST_CVR = 0;
    SYST_CSR = CSR_CLKSOURCE | CSR_TICKINT | CSR_ENABLE;
    while (mail[MAIL_HANDLERS] < 1) {
    }
    t0 = DWT_CYCCNT;
    step(1);
    while (mail[MAIL_HANDLERS] < 1001) {
    }
    mail[MAIL_RESULT] = DWT_CYCCNT - t0;
}

#define CHECK(n, condition) do { \
        if (!(condition)) { \
            mail[MAIL_RESULT] |= 1u << (n); \
        } \
    } while (0)

static void case_systick_registers(void)
{
    uint32_t value;

    mail[MAIL_RESULT] = 0;
    __asm__ volatile("cpsid i" ::: "memory");
    SYST_RVR = 0xff400000;
    CHECK(0, SYST_RVR == 0x400000);
    CHECK(1, SYST_CVR == 0);
    /* Starting at zero loads, and sets neither the flag nor the exception */
    SYST_CSR = CSR_CLKSOURCE | CSR_TICKINT | CSR_ENABLE;
    while (SYST_CVR == 0) {
    }
    value = SYST_CVR;
    CHECK(2, value > 0x200000 && value <= 0x400000);
    CHECK(3, !(SYST_CSR & CSR_COUNTFLAG));
    CHECK(4, !(ICSR & ICSR_PENDSTSET));
    /* Writing VAL clears it whatever is written, and causes no exception */
    SYST_CVR = 0x123;
    value = SYST_CVR;
    CHECK(5, value == 0 || value > 0x200000);
    CHECK(6, !(ICSR & ICSR_PENDSTSET));
    CHECK(7, !(SYST_CSR & CSR_COUNTFLAG));
    /* A new reload value waits for its turn; at zero both happen, once */
    SYST_RVR = 0x800000;
    CHECK(8, SYST_CVR <= 0x400000);
    while (!(ICSR & ICSR_PENDSTSET)) {
    }
    CHECK(9, SYST_CSR & CSR_COUNTFLAG);
    CHECK(10, !(SYST_CSR & CSR_COUNTFLAG));
    value = SYST_CVR;
    CHECK(11, value > 0x400000 && value <= 0x800000);
    /* Stopped it keeps its value */
    SYST_CSR = CSR_CLKSOURCE;
    value = SYST_CVR;
    CHECK(12, value && value == SYST_CVR);
    SYST_CSR = CSR_CLKSOURCE | CSR_ENABLE;
    CHECK(13, SYST_CVR <= value && SYST_CVR > value - 0x200000);
    /* With a reload value of zero it runs out and stays so */
    ICSR = 1u << 25;
    SYST_CVR = 0;
    SYST_RVR = 0x100;
    while (SYST_CVR == 0) {
    }
    SYST_RVR = 0;
    while (SYST_CVR) {
    }
    CHECK(14, SYST_CSR & CSR_COUNTFLAG);
    CHECK(15, !(SYST_CSR & CSR_COUNTFLAG));
    CHECK(16, SYST_CVR == 0);
    CHECK(17, !(ICSR & ICSR_PENDSTSET));        /* no TICKINT */
    SYST_RVR = 0x100;
    while (SYST_CVR == 0) {
    }
}

static uint32_t get_fpscr(void)
{
    uint32_t fpscr;

    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
    return fpscr;
}

static void set_fpscr(uint32_t fpscr)
{
    __asm__ volatile("vmsr fpscr, %0" :: "r"(fpscr));
}

/* Numbers as bits: 1, 3, the largest and the smallest normal one, a denormal */
#define ONE      0x3f800000u
#define THREE    0x40400000u
#define LARGEST  0x7f7fffffu
#define SMALLEST 0x00800000u
#define DENORMAL 0x00000001u

static void divide(uint32_t a, uint32_t b)
{
    __asm__ volatile("vmov s0, %0; vmov s1, %1; vdiv.f32 s2, s0, s1"
                     :: "r"(a), "r"(b) : "s0", "s1", "s2");
}

static void multiply(uint32_t a, uint32_t b)
{
    __asm__ volatile("vmov s0, %0; vmov s1, %1; vmul.f32 s2, s0, s1"
                     :: "r"(a), "r"(b) : "s0", "s1", "s2");
}

/*
 * As ST's application note AN4044 has it: reading FPSCR makes the lazy
 * stacking happen, and the flags are cleared in the frame.
 */
static void fpu_interrupt(void)
{
    volatile uint32_t *stacked;

    get_fpscr();
    stacked = (volatile uint32_t *)(FPCAR + 0x40);
    mail[MAIL_HANDLERS]++;
    mail[MAIL_RESULT2] = *stacked & FPSCR_FLAGS;
    if (mail[MAIL_RESULT3]) {
        mail[MAIL_RESULT3]--;
        return;
    }
    *stacked &= ~FPSCR_FLAGS;
}

static void case_fpu_init(void)
{
    CPACR = 0xf << 20;
    __asm__ volatile("dsb; isb");
    for (int i = 0; i < 18; i++) {
        table[i] = REG(0x08000000 + 4 * i);
    }
    table[16 + 81] = (uint32_t)fpu_interrupt;
    VTOR = (uint32_t)table;
    set_fpscr(0);
}

/* So many interrupts by now, and the last one by these flags? */
static bool interrupted(uint32_t times, uint32_t flags)
{
    return mail[MAIL_HANDLERS] == times && mail[MAIL_RESULT2] == flags &&
           !(get_fpscr() & FPSCR_FLAGS);
}

static void case_fpu(void)
{
    case_fpu_init();
    mail[MAIL_RESULT] = 0;
    /* Nobody has enabled it, but it is pending */
    divide(ONE, 0);
    CHECK(0, get_fpscr() == FPSCR_DZC);
    CHECK(1, FPU_ISPR & FPU_BIT);
    FPU_ICPR = FPU_BIT;
    CHECK(2, FPU_ISPR & FPU_BIT);
    set_fpscr(0);
    FPU_ICPR = FPU_BIT;
    CHECK(3, !(FPU_ISPR & FPU_BIT));
    /* An inexact result is no reason */
    FPU_ISER = FPU_BIT;
    divide(ONE, THREE);
    CHECK(4, get_fpscr() == FPSCR_IXC);
    CHECK(5, mail[MAIL_HANDLERS] == 0);
    set_fpscr(0);
    /* The five that are */
    divide(ONE, 0);
    CHECK(6, interrupted(1, FPSCR_DZC));
    divide(0, 0);
    CHECK(7, interrupted(2, FPSCR_IOC));
    multiply(LARGEST, LARGEST);
    CHECK(8, interrupted(3, FPSCR_OFC | FPSCR_IXC));
    multiply(SMALLEST, SMALLEST);
    CHECK(9, interrupted(4, FPSCR_UFC | FPSCR_IXC));
    set_fpscr(FPSCR_FZ);
    multiply(DENORMAL, ONE);
    CHECK(10, interrupted(5, FPSCR_IDC));
    set_fpscr(0);
    /* Also if the program sets them */
    set_fpscr(FPSCR_OFC);
    CHECK(11, interrupted(6, FPSCR_OFC));
    /* It is a level: who does not clear them is called again */
    mail[MAIL_RESULT3] = 3;
    divide(ONE, 0);
    CHECK(12, interrupted(10, FPSCR_DZC));
    /* Disabled and enabled with flags there */
    FPU_ICER = FPU_BIT;
    divide(ONE, 0);
    divide(ONE, ONE);
    CHECK(13, mail[MAIL_HANDLERS] == 10);
    FPU_ISER = FPU_BIT;
    __asm__ volatile("dsb; isb");
    CHECK(14, interrupted(11, FPSCR_DZC));
}

static void case_fpu_later(void)
{
    case_fpu_init();
    FPU_ISER = FPU_BIT;
    divide(ONE, ONE);
    step(1);
    wfe();
    step(2);
    divide(ONE, 0);
    mail[MAIL_RESULT] = mail[MAIL_HANDLERS];
}

static void case_systick_free_running(void)
{
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = CSR_CLKSOURCE | CSR_TICKINT | CSR_ENABLE;
    step(1);
    for (;;) {
        mail[MAIL_RESULT] = SYST_CVR;
    }
}

/* In one place */
static void __attribute__((noinline)) read_no_register(void)
{
    NO_REGISTER;
}

/* 1 KB */
static void __attribute__((noinline)) set_region(void)
{
    MPU_RBAR = 0x20000100;
    MPU_RASR = 9 << 1 | 1;
}

static void reset(void)
{
    for (int i = MAIL_STEP; i < MAIL_WORDS; i++) {
        mail[i] = 0;
    }

    switch (mail[MAIL_CASE]) {
    case CASE_LOCKUP_FAULT_IN_HARDFAULT:
        fault();
    case CASE_LOCKUP_FAULTMASK:
        __asm__ volatile("cpsid f");
        fault();
    case CASE_LOCKUP_ERASED_VECTORS:
        for (int i = 0; i < 128; i++) {
            table[i] = 0xffffffff;
        }
        VTOR = (uint32_t)table;
        fault();
    case CASE_LOCKUP_NO_VECTORS:
        VTOR = NOWHERE;
        fault();
    case CASE_LOCKUP_NO_VECTOR_FOR_NMI:
        VTOR = NOWHERE;
        ICSR = ICSR_NMIPENDSET;
        __asm__ volatile("dsb; isb");
        break;
    case CASE_LOCKUP_STACK_OVERFLOW:
        set_sp_and_svc(0x20000004);
        break;
    case CASE_LOCKUP_STACK_IN_NVIC:
        /* Stacking writes to ICPR what R0 is, and that is bit 0 */
        NVIC_ISER = 1;
        __asm__ volatile("mov sp, %0; movs r0, #1; str r0, [%1]; isb"
                         :: "r"(0xe000e2a0), "r"(0xe000e200) : "r0");
        break;
    case CASE_LOCKUP_STACK_IN_NVIC_ENABLES:
        NVIC_ISER = 1;
        __asm__ volatile("mov sp, %0; movs r0, #1; str r0, [%1]; isb"
                         :: "r"(0xe000e1a0), "r"(0xe000e200) : "r0");
        break;
    case CASE_LOCKUP_LAZY_FP:
        CPACR = 0xf << 20;
        __asm__ volatile("dsb; isb");
        fault();
    case CASE_RETURN_TO_NO_EXCEPTION:
        __asm__ volatile("svc 0");
        break;
    case CASE_STACKING_FAULT_FOR_NMI:
        fault();
    case CASE_RETURN_MISALIGNED:
        for (int i = 0; i < 3; i++) {
            ICSR = ICSR_PENDSVSET;
            __asm__ volatile("dsb; isb");
        }
        break;
    case CASE_HARDFAULT:
        REG(NOWHERE);
        break;
    case CASE_BKPT:
        __asm__ volatile("bkpt 0");
        break;
    case CASE_MISALIGNED_REGION:
        for (int i = 0; i < 3; i++) {
            set_region();
        }
        break;
    case CASE_WATCH_UNHEARD:
        DEMCR = 1 << 24;
        DWT_COMP0 = (uint32_t)table;
        DWT_FUNCTION0 = 6;
        for (int i = 0; i < 3; i++) {
            *(volatile uint32_t *)table = i;
        }
        DWT_FUNCTION0 = 0;
        break;
    case CASE_BAD_REGISTER:
        for (int i = 0; i < 3; i++) {
            read_no_register();
        }
        break;
    case CASE_IDENTITY:
        mail[MAIL_RESULT] = SYST_CALIB;
        mail[MAIL_RESULT2] = ICTR;
        break;
    case CASE_FPU:
        case_fpu();
        break;
    case CASE_FPU_LATER:
        case_fpu_later();
        break;
    case CASE_WFE:
        case_wfe();
        break;
    case CASE_WFE_INTERRUPT:
        case_wfe_interrupt();
        break;
    case CASE_WFI_PRIMASK:
        case_wfi_primask();
        break;
    case CASE_WFI_BASEPRI:
        case_wfi_basepri();
        break;
    case CASE_SEVONPEND:
        case_sevonpend();
        break;
    case CASE_SLEEPONEXIT:
        case_sleeponexit();
        break;
    case CASE_SLEEPDEEP:
        SCR = SCR_SLEEPDEEP;
        step(1);
        wfe();
        break;
    case CASE_SYSTICK_RATE:
        case_systick_rate();
        break;
    case CASE_SYSTICK_REGISTERS:
        case_systick_registers();
        break;
    case CASE_SYSTICK_FREE_RUNNING:
        case_systick_free_running();
        break;
    }
    end();
}

__attribute__((section(".vectors"), used))
static void (*const vectors[18])(void) = {
    [0] = (void (*)(void))0x2000e000,
    [1] = reset,
    [2] = nmi,
    [3] = hardfault,
    [11] = svcall,
    [14] = pendsv,
    [15] = interrupt,
    [16] = interrupt,
    [17] = interrupt,
};
