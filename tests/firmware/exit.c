/*
 * A program that ends itself, by semihosting's SYS_EXIT_EXTENDED: the digit that it is sent at the console is
 * its exit code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"

enum { SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };

static volatile uint32_t typed;     /* for who stops in leave() */

static __attribute__((noinline)) void leave(uint32_t code)
{
    uint32_t block[] = { APPLICATION_EXIT, code };
    register uint32_t operation __asm__("r0") = SYS_EXIT_EXTENDED;
    register uint32_t *argument __asm__("r1") = block;

    __asm__ volatile ("bkpt 0xab" : "+r" (operation) : "r" (argument) : "memory");
}

int main(void)
{
    console_init(16000000, 115200);
    put_string("which code?\n");
    for (;;) {
        while (!(REG(USART2, USART_SR) & USART_SR_RXNE)) {
        }
        typed = REG(USART2, USART_DR) - '0';
        if (typed < 10) {
            put_string("leaving\n");
            while (!(REG(USART2, USART_SR) & USART_SR_TC)) {
            }
            leave(typed);
        }
    }
}
