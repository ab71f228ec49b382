/*
 * Faults (ARMv7-M B1.5.14, B3.2): what each leaves in the status registers, who takes it, and where it
 * returns to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

#define CCR_UNALIGN_TRP (1u << 3)
#define CCR_DIV_0_TRP   (1u << 4)
#define CCR_BFHFNMIGN   (1u << 8)

static void data_bus(void)
{
    enable_faults();
    load(NOWHERE + 0x123 * 4);
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
    CHECK_EQUAL(seen.bfar, NOWHERE + 0x123 * 4);
    store(NOWHERE);
    CHECK_FAULT(BUSFAULT, IMPRECISERR);
    ACTLR = 2;
    store(NOWHERE + 8);
    CHECK_FAULT(BUSFAULT, PRECISERR | BFARVALID);
    CHECK_EQUAL(seen.bfar, NOWHERE + 8);
    ACTLR = 0;
    SHCSR &= ~SHCSR_BUSFAULTENA;
    load(NOWHERE);
    CHECK_FAULT(HARDFAULT, PRECISERR | BFARVALID);
    CHECK_EQUAL(HFSR, HFSR_FORCED);
}

static void instruction_bus(void)
{
    enable_faults();
    on(BUSFAULT, leave);
    on(MEMMANAGE, leave);
    call(NOWHERE | 1);
    CHECK_FAULT(BUSFAULT, IBUSERR);
    CHECK_EQUAL(seen.pc, NOWHERE);
    call(0x40000001);               /* nothing is executed there, MPU or not */
    CHECK_FAULT(MEMMANAGE, IACCVIOL);
    CHECK_EQUAL(seen.pc, 0x40000000);
    call(0xe0000001);
    CHECK_FAULT(MEMMANAGE, IACCVIOL);
}

static void undefined(void)
{
    enable_faults();
    __asm__ volatile("udf 1");
    CHECK_FAULT(USAGEFAULT, UNDEFINSTR);
    __asm__ volatile("udf.w 1");
    CHECK_FAULT(USAGEFAULT, UNDEFINSTR);
    SHCSR = 0;
    __asm__ volatile("udf 1");
    CHECK_FAULT(HARDFAULT, UNDEFINSTR);
    CHECK_EQUAL(HFSR, HFSR_FORCED);
}

static void return_here(void)
{
}

/* Without the Thumb bit nothing is executed, wherever it is. */
static void invalid_state(void)
{
    enable_faults();
    on(USAGEFAULT, leave);
    call((uint32_t)return_here & ~1u);
    CHECK_FAULT(USAGEFAULT, INVSTATE);
    CHECK_EQUAL(seen.pc, (uint32_t)return_here & ~1u);
}

static void no_coprocessor(void)
{
    enable_faults();
    __asm__ volatile("vmov s0, r0");
    CHECK_FAULT(USAGEFAULT, NOCP);
    __asm__ volatile("mrc p15, 0, r0, c0, c0, 0" : : : "r0");
    CHECK_FAULT(USAGEFAULT, NOCP);
    __asm__ volatile("cdp p3, 0, c0, c0, c0, 0");
    CHECK_FAULT(USAGEFAULT, NOCP);
    __asm__ volatile("ldc p5, c0, [r0]");
    CHECK_FAULT(USAGEFAULT, NOCP);
    CPACR = 5 << 20;                /* privileged code alone */
    barrier();
    __asm__ volatile("vmov s0, r0");
    CHECK_NO_FAULT();
    drop_privileges();
    __asm__ volatile("vmov s0, r0");
    regain_privileges();
    CHECK_FAULT(USAGEFAULT, NOCP);
}

static uint32_t divide(uint32_t a, uint32_t b)
{
    __asm__ volatile("udiv %0, %0, %1" : "+r"(a) : "r"(b));
    return a;
}

static void divide_by_zero(void)
{
    enable_faults();
    CHECK_EQUAL(divide(7, 0), 0);
    CHECK_NO_FAULT();
    CCR |= CCR_DIV_0_TRP;
    barrier();
    CHECK_EQUAL(divide(7, 0), 7);
    CHECK_FAULT(USAGEFAULT, DIVBYZERO);
    CHECK_EQUAL(divide(7, 2), 3);
    __asm__ volatile("sdiv r0, r0, %0" : : "r"(0) : "r0");
    CHECK_FAULT(USAGEFAULT, DIVBYZERO);
}

static volatile uint32_t words[8] __attribute__((aligned(32)));

#define TRY(insn) __asm__ volatile(insn : : "r"((uint32_t)words + 1) : "r0", "r1", "r2", "r3", "memory")

static void unaligned(void)
{
    enable_faults();
    CPACR = 0xf << 20;
    barrier();
    for (unsigned trap = 0; trap < 2; trap++) {
        TRY("ldm %0, {r0, r1}");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("stm %0, {r0, r1}");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("ldrd r0, r1, [%0]");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("strd r0, r1, [%0]");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("ldrex r0, [%0]");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("strex r0, r1, [%0]");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("ldrexh r0, [%0]");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("vldr s0, [%0]");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("vstm %0, {s0-s3}");
        CHECK_FAULT(USAGEFAULT, UNALIGNED);
        TRY("ldr r0, [%0]");
        CHECK_EQUAL(seen.count, trap);
        TRY("ldrh r0, [%0]");
        CHECK_EQUAL(seen.count, 2 * trap);
        TRY("str r0, [%0]");
        TRY("strh r0, [%0]");
        TRY("ldrsh.w r0, [%0]");
        CHECK_EQUAL(seen.count, 5 * trap);
        TRY("ldrb r0, [%0]");
        TRY("strb r0, [%0]");
        CHECK_EQUAL(seen.count, 5 * trap);
        news();
        CCR |= CCR_UNALIGN_TRP;
        barrier();
    }
}

static void svc(Frame *frame)
{
    (void)frame;
}

/* Entered by SVC with a stack that is nowhere; the handler that comes puts it right. */
static uint32_t good_psp;

static void repair(Frame *frame)
{
    (void)frame;
    seen.count++;
    seen.cfsr = CFSR;
    seen.exception = ipsr();
    CFSR = seen.cfsr;
    __asm__ volatile("msr psp, %0" : : "r"(good_psp));
}

static void stacking(void)
{
    static uint32_t stack[64];
    uint32_t *frame = stack + 32;

    enable_faults();
    on(SVCALL, svc);
    on(BUSFAULT, repair);
    frame[6] = 0;
    for (unsigned i = 0; i < 8; i++) {
        frame[i] = 0;
    }
    /* Where the thread goes on after all this: behind the SVC, on this stack */
    __asm__ volatile("adr r0, 1f\n str r0, [%0, #24]\n"
                     "mov r0, #0x1000000\n str r0, [%0, #28]\n"
                     "str %0, [%1]\n"
                     "msr psp, %2\n mov r0, #2\n msr control, r0\n isb\n"
                     "svc 0\n .align 2\n"
                     "1: mov r0, #0\n msr control, r0\n isb\n"
                     : : "r"(frame), "r"(&good_psp), "r"(NOWHERE + 0x100)
                     : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
    CHECK_FAULT(BUSFAULT, STKERR);
}

static void to_nowhere(Frame *frame)
{
    (void)frame;
    __asm__ volatile("mrs r0, psp\n str r0, [%0]\n msr psp, %1"
                     : : "r"(&good_psp), "r"(NOWHERE) : "r0", "memory");
}

static void unstacking(void)
{
    enable_faults();
    on(SVCALL, to_nowhere);
    on(BUSFAULT, repair);
    drop_privileges();
    __asm__ volatile("svc 0");
    on(SVCALL, 0);
    CHECK_FAULT(BUSFAULT, UNSTKERR);
}

static void bad_return(Frame *frame)
{
    (void)frame;
    __asm__ volatile("mov lr, #0xfffffff5\n bx lr");
}

static void invalid(Frame *frame)
{
    look(frame);
    CHECK_FAULT(USAGEFAULT, INVPC);
    CHECK_EQUAL(exc_return, 0xfffffff5);        /* there is no good way back */
    CHECK(!(SHCSR & 1 << 10));                  /* but PendSV has ended */
    finish();
}

/* EXC_RETURN that is none: a fault on the same frame. */
static void invalid_pc(void)
{
    enable_faults();
    on(USAGEFAULT, invalid);
    on(PENDSV, bad_return);
    ICSR = ICSR_PENDSVSET;
    barrier();
    CHECK(false);
}

/* A fault of the handler's own kind, and of one that can't preempt it, is a HardFault. */
static void fault_in_handler(Frame *frame)
{
    CFSR = CFSR;
    load(NOWHERE);
    skip(frame);
}

static void hard(Frame *frame)
{
    CHECK_EQUAL(HFSR, HFSR_FORCED);
    HFSR = HFSR_FORCED;
    skip(frame);
    CHECK_EQUAL(seen.cfsr, PRECISERR | BFARVALID);
}

static void escalation(void)
{
    enable_faults();
    on(HARDFAULT, hard);
    on(BUSFAULT, fault_in_handler);
    load(NOWHERE);
    CHECK_EQUAL(seen.count, 2);
    news();
    on(BUSFAULT, skip);
    on(USAGEFAULT, fault_in_handler);
    __asm__ volatile("udf 1");
    CHECK_EQUAL(seen.count, 2);
    CHECK_EQUAL(HFSR, 0);
    news();
    SHPR(USAGEFAULT) = 0x20;        /* now BusFault preempts it */
    __asm__ volatile("udf 1");
    CHECK_EQUAL(seen.count, 2);
    /* An SVC that can't be taken */
    news();
    on(HARDFAULT, look);
    __asm__ volatile("cpsid i\n svc 0\n cpsie i");
    CHECK_EQUAL(seen.count, 1);
    CHECK_EQUAL(HFSR, HFSR_FORCED);
}

static void ignore(Frame *frame)
{
    seen.count++;
    frame->pc += 2;
    CCR |= CCR_BFHFNMIGN;
    barrier();
    (void)load(NOWHERE);
    CHECK_EQUAL(CFSR, UNDEFINSTR | PRECISERR | BFARVALID);
    CHECK_EQUAL(BFAR, NOWHERE);
    store(NOWHERE + 4);
    CHECK_EQUAL(BFAR, NOWHERE + 4);
    CCR &= ~CCR_BFHFNMIGN;
}

/* A HardFault handler may try whether memory is there. */
static void ignored_in_hardfault(void)
{
    ACTLR = 2;                                  /* no write buffer */
    on(HARDFAULT, ignore);
    __asm__ volatile("udf 1");
    CHECK_EQUAL(seen.count, 1);
    news();
    /* So may one with FAULTMASK set */
    CCR |= CCR_BFHFNMIGN;
    __asm__ volatile("cpsid f");
    (void)load(NOWHERE);
    __asm__ volatile("cpsie f");
    CHECK_NO_FAULT();
    on(HARDFAULT, skip);
    (void)load(NOWHERE);
    CHECK_EQUAL(seen.count, 1);
}

void (*const cases[])(void) = { FAULTS_CASES(CASE_FUNCTION) };
