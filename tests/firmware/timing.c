/*
 * How long instructions, memories, devices and exceptions take, by DWT_CYCCNT.
 *
 * Mailbox: 1.. cycles, in the order of main(): timing-test.c has what they are to be
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timing.h"

#define ICSR (*(volatile uint32_t *)0xe000ed04)

static uint32_t scratch[64];

CODE(alu, HUNDRED("adds r0, r1"))
CODE(alu_wide, HUNDRED("add.w r0, r1, r2"))
CODE(multiply, HUNDRED("mul r0, r1, r2"))
CODE(multiply_long, HUNDRED("smull r0, r6, r1, r2"))
CODE(divide, HUNDRED("udiv r0, r1, r2"))
CODE(divide_far, HUNDRED("udiv r0, r4, r3"))
CODE(load_one, HUNDRED("ldr r0, [r5]; nop"))
CODE(load_row, HUNDRED("ldr r0, [r5]"))
CODE(load_literal, HUNDRED("ldr r0, 9f; nop") "; b 8f; .balign 4; 9: .word 0; 8:")
CODE(load_computed, HUNDRED("mov r0, r5; str r1, [r0]"))
CODE(store_row, HUNDRED("str r0, [r5]"))
CODE(load_multiple, HUNDRED("ldmia r5, {r0-r3}"))
CODE(push_pop, HUNDRED("push {r0-r3}; pop {r0-r3}"))
CODE(not_taken, "cmp r1, r1; " HUNDRED("bne 1f") "; 1:")
CODE(taken, HUNDRED("b 1f; 1:"))
CODE(skipped, "cmp r1, r1; " HUNDRED("it ne; ldrne r0, [r5]"))
CODE(loop, "1: subs r1, #1; bne 1b")
CODE(loop_wide, "nop; 1: subs.w r1, r1, #1; bne 1b")
CODE(call, HUNDRED("bl 2f") "; b 3f; 2: bx lr; 3:")
CODE(fp_add, HUNDRED("vadd.f32 s0, s1, s2"))
CODE(fp_multiply_add, HUNDRED("vmla.f32 s0, s1, s2"))
CODE(fp_divide, HUNDRED("vdiv.f32 s0, s1, s2"))
CODE(fp_root, HUNDRED("vsqrt.f32 s0, s1"))
MEASURED(alu_in_ram, ".ramtext", HUNDRED("adds r0, r1"))
MEASURED(loop_in_ram, ".ramtext", "1: subs r1, #1; bne 1b")
/* At r5: a device */
CODE(read_row, HUNDRED("ldr r0, [r5]"))
CODE(write_row, HUNDRED("str r0, [r5]"))

static uint32_t (*const all[])(void *) = {
    alu, alu_wide, multiply, multiply_long, divide, divide_far, load_one, load_row, load_literal, load_computed,
    store_row, load_multiple, push_pop, not_taken, taken, skipped, loop, loop_wide, call, fp_add,
    fp_multiply_add, fp_divide, fp_root, alu_in_ram, loop_in_ram,
};

static void measure_all(void)
{
    for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
        report(measure(all[i], scratch));
    }
}

/* ---- Exceptions ---- */

static volatile uint32_t entered;

void pendsv_handler(void)
{
    entered = DWT_CYCCNT;
}

static void measure_exception(void)
{
    uint32_t before, after;

    ICSR = 1 << 28;
    __asm__ volatile("isb");
    before = DWT_CYCCNT;
    ICSR = 1 << 28;
    __asm__ volatile("isb");
    after = DWT_CYCCNT;
    report(entered - before);
    report(after - entered);
}

/* ---- Flash ---- */

/* What is in no cache yet */
static void measure_cold(void)
{
    uint32_t cycles;

    REG(FLASH, FLASH_ACR) &= ~(FLASH_ACR_ICEN | FLASH_ACR_DCEN);
    REG(FLASH, FLASH_ACR) |= FLASH_ACR_ICRST | FLASH_ACR_DCRST;
    REG(FLASH, FLASH_ACR) &= ~(FLASH_ACR_ICRST | FLASH_ACR_DCRST);
    REG(FLASH, FLASH_ACR) |= FLASH_ACR_ICEN | FLASH_ACR_DCEN;
    cycles = alu(scratch);
    report(cycles - nothing(scratch));
}

static volatile uint32_t ticks;

void systick_handler(void)
{
    ticks++;
}

/* Sector 1 is erased by code in flash: how long the core stands, what it misses, and how often BSY is read then */
static void measure_erase(void)
{
    uint32_t before, polls = 0;

    SYST_RVR = 168000 - 1;                          /* 1 ms */
    SYST_CVR = 0;
    SYST_CSR = 7;
    REG(FLASH, FLASH_KEYR) = 0x45670123;
    REG(FLASH, FLASH_KEYR) = 0xcdef89ab;
    REG(FLASH, FLASH_CR) = 2 << 8 | FLASH_CR_SER | 1 << 3;
    before = DWT_CYCCNT;
    REG(FLASH, FLASH_CR) |= FLASH_CR_STRT;
    (void)*(volatile uint32_t *)0x08005000;         /* a read that waits */
    report((DWT_CYCCNT - before) / 168000);
    report(ticks);
    while (REG(FLASH, FLASH_SR) & FLASH_SR_BSY) {
        polls++;
    }
    report(polls);
    SYST_CSR = 0;
    REG(FLASH, FLASH_CR) = FLASH_CR_LOCK;
}

int main(void)
{
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;      /* CPACR: the FPU */
    cycles_init();
    measure_all();                                  /* 16 MHz, no wait states */
    measure_exception();
    clock_168mhz();
    REG(FLASH, FLASH_ACR) = 5;                      /* wait states, and nothing against them */
    measure_all();
    REG(FLASH, FLASH_ACR) = 5 | FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
    measure_all();
    measure_exception();
    measure_cold();
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM2EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_TIM1EN;
    report(measure(read_row, (void *)(GPIOD + GPIO_ODR)));
    report(measure(write_row, (void *)(GPIOD + GPIO_ODR)));
    report(measure(read_row, (void *)(TIM2 + TIM_PSC)));
    report(measure(write_row, (void *)(TIM2 + TIM_PSC)));
    report(measure(read_row, (void *)(TIM1 + TIM_PSC)));
    report(measure(write_row, (void *)(TIM1 + TIM_PSC)));
    measure_erase();
    mailbox_finish();
}
