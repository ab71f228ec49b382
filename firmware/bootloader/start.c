/*
 * The bootloader's vectors, and its way from reset to main().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;

int main(void);

static __attribute__((used)) void begin(void)
{
    for (uint32_t *from = &data_load, *to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    main();
}

/* Whoever jumps here may have a stack of its own, which is ours now. */
__attribute__((naked)) void reset_handler(void)
{
    __asm__ volatile("movs r0, #0\n msr control, r0\n isb\n ldr r0, =stack_top\n msr msp, r0\n b begin\n");
}

static void hang(void)
{
    for (;;) {
    }
}

typedef void (*handler)(void);

__attribute__((section(".vectors"), used))
static const handler vectors[16] = {
    (handler)&stack_top, reset_handler, hang, hang, hang, hang, hang, 0, 0, 0, 0, hang, hang, 0, hang, hang,
};

/* AN2606: where its version stands. */
__attribute__((section(".id"), used)) static const uint8_t id = VERSION;
