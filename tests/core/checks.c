/*
 * The part of the guest programs of checks-test.c that is the same for all: see checks.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"

#define N_VECTORS 98

volatile uint32_t exc_return;
volatile struct Seen seen;

static Handler *handlers[N_VECTORS];
static uint32_t vectors_in_ram[N_VECTORS] __attribute__((aligned(512)));
static uint32_t handler_stack[256] __attribute__((aligned(8)));

void finish(void)
{
    mail[MAIL_STEP] = STEP_END;
    for (;;) {
        __asm__ volatile("cpsid i\n wfi");
    }
}

__attribute__((used)) static void dispatch(Frame *frame, uint32_t lr)
{
    unsigned number = ipsr();

    exc_return = lr;
    mail[MAIL_HANDLERS]++;
    if (!handlers[number]) {
        if (!mail[MAIL_RESULT]) {
            mail[MAIL_RESULT] = 100000 + number;
            mail[MAIL_RESULT2] = frame->pc;
            mail[MAIL_RESULT3] = CFSR;
        }
        finish();
    }
    handlers[number](frame);
}

__attribute__((naked)) static void entry(void)
{
    __asm__ volatile(
        "tst lr, #4\n"
        "ite eq\n"
        "mrseq r0, msp\n"
        "mrsne r0, psp\n"
        "mov r1, lr\n"
        "push {r4, lr}\n"
        "bl dispatch\n"
        "pop {r4, pc}\n");
}

void on(unsigned number, Handler *handler)
{
    handlers[number] = handler;
}

void look(Frame *frame)
{
    seen.count++;
    seen.exception = ipsr();
    seen.pc = frame->pc;
    seen.r0 = frame->r0;
    seen.cfsr = CFSR;
    seen.bfar = BFAR;
    seen.mmfar = MMFAR;
    seen.dfsr = DFSR;
    CFSR = seen.cfsr;
    DFSR = seen.dfsr;
}

void skip(Frame *frame)
{
    look(frame);
    frame->pc += (REG16(frame->pc) & 0xf800) >= 0xe800 ? 4 : 2;
}

void leave(Frame *frame)
{
    look(frame);
    frame->pc = frame->lr & ~1u;
    frame->xpsr |= 1 << 24;
}

uint32_t news(void)
{
    uint32_t now = seen.count;

    seen.count = 0;
    return now;
}

void enable_faults(void)
{
    SHCSR = SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA;
    on(MEMMANAGE, skip);
    on(BUSFAULT, skip);
    on(USAGEFAULT, skip);
    on(HARDFAULT, skip);
}

uint32_t load(uint32_t address)
{
    uint32_t value;

    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

void store(uint32_t address)
{
    __asm__ volatile("str %0, [%0]\n dsb" : : "r"(address) : "memory");
}

void call(uint32_t address)
{
    __asm__ volatile("blx %0" : : "r"(address) : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
}

/* The stack stays where it is, handlers get another one. */
void drop_privileges(void)
{
    __asm__ volatile(
        "mrs r1, msp\n"
        "msr psp, r1\n"
        "msr msp, %0\n"
        "mov r0, #3\n"
        "msr control, r0\n"
        "isb\n" : : "r"(handler_stack + 256) : "r0", "r1", "memory");
}

static void give_privileges(Frame *frame)
{
    (void)frame;
    __asm__ volatile("mov r0, #0\n msr control, r0\n isb" ::: "r0");
}

void regain_privileges(void)
{
    __asm__ volatile(
        "svc 0\n"
        "mrs r1, psp\n"
        "msr msp, r1\n"
        "mov r0, #0\n"
        "msr control, r0\n"
        "isb\n" ::: "r0", "r1", "memory");
}

static void reset(void)
{
    for (int i = MAIL_STEP; i < MAIL_WORDS; i++) {
        mail[i] = 0;
    }
    for (int i = 0; i < N_VECTORS; i++) {
        handlers[i] = 0;
        vectors_in_ram[i] = (uint32_t)entry;
    }
    on(SVCALL, give_privileges);
    VTOR = (uint32_t)vectors_in_ram;
    barrier();
    cases[mail[MAIL_CASE]]();
    finish();
}

__attribute__((section(".vectors"), used))
static void (*const vectors[])(void) = { (void (*)(void))0x2000e000, reset, entry, entry };
