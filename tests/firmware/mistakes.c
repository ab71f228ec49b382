/*
 * Makes mistakes at places that are known: in a function that was called, in one that is inlined, in a handler
 * that interrupts a thread with its own stack and the FPU in use, one that repeats, twelve in a function, and last
 * a HardFault.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define CPACR (*(volatile uint32_t *)0xe000ed88)

static uint32_t thread_stack[256];
static volatile float number;

/* No clock: a mistake wherever it is called. */
#define MISTAKE(register) REG(CRC, register) = 1

__attribute__((noinline)) static void innermost(volatile uint32_t *words)
{
    words[3] = 7;
    MISTAKE(CRC_CR);
    words[4] = 8;
}

/* Some of the stack, and registers that have to be saved. */
__attribute__((noinline)) static uint32_t in_between(unsigned n)
{
    volatile uint32_t words[20];
    uint32_t sum = n;

    for (unsigned i = 0; i < 20; i++) {
        words[i] = i;
    }
    innermost(words);
    for (unsigned i = 0; i < 20; i++) {
        sum += words[i];
    }
    return sum;
}

static inline __attribute__((always_inline)) void inlined(void)
{
    REG(USART3, USART_CR1) = 1;
}

__attribute__((noinline)) static void has_inlined(void)
{
    inlined();
    mailbox[2]++;
}

void svc_handler(void)
{
    REG(USART1, USART_BRR) = 1;
    mailbox[3]++;
}

__attribute__((noinline)) static float interrupted(float x)
{
    number = x * 3.0f;
    __asm__ volatile("svc 0" : : : "memory");
    return number + x;
}

/* An interrupt in a thread, with 26 words of its registers on the thread's stack. */
__attribute__((noinline)) static void with_threads_stack(void)
{
    uint32_t psp = (uint32_t)&thread_stack[250];

    CPACR |= 0xf << 20;
    __asm__ volatile(".fpu fpv4-sp-d16\n dsb\n isb\n"
                     "mov r4, sp\n msr psp, %0\n mrs r5, control\n orr r5, #2\n msr control, r5\n isb\n"
                     "vmov s0, %1\n bl interrupted_there\n"
                     "mrs r5, control\n bic r5, #2\n msr control, r5\n isb\n mov sp, r4"
                     : : "r"(psp), "r"(0x40400000)
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "lr", "cc", "memory");
}

__attribute__((used)) void interrupted_there(void)
{
    mailbox[4] = (uint32_t)interrupted(3.0f);
}

__attribute__((noinline)) static void again_and_again(void)
{
    for (unsigned i = 0; i < 100; i++) {
        REG(SPI1, SPI_CR1) = i;
    }
}

#define FOUR_TIMES(mistake) mistake; mistake; mistake; mistake

__attribute__((noinline)) static void at_many_places(void)
{
    FOUR_TIMES(REG(SPI2, SPI_CR1) = 1);
    FOUR_TIMES(REG(SPI2, SPI_CR2) = 1);
    FOUR_TIMES(REG(SPI2, SPI_CRCPR) = 1);
}

__attribute__((noinline)) static void falls(volatile uint32_t *nowhere)
{
    mailbox[5] = *nowhere;
    mailbox[5]++;
}

void hard_fault_handler(void)
{
    mailbox_finish();
}

int main(void)
{
    mailbox[1] = in_between(5);
    has_inlined();
    with_threads_stack();
    again_and_again();
    at_many_places();
    falls((uint32_t *)0x30000000);
    mailbox_finish();
}
