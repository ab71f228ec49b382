/*
 * Programs functions into the flash it runs from, and calls them.
 *
 * Mailbox: 1, 2 results of the function before and after erasing and programming another; 3 that of
 *   both programmed over each other; 4 microseconds that erasing 16 KiB takes, 5 that a word takes;
 *   6 interrupts at the end of the erase, 7 bus faults by a wrong key, 8 their address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define HCLK_MHZ 16
#define PLACE 0x0800c000u       /* sector 3 */

/* movs r0, #n; bx lr */
#define FUNCTION(n) (0x47702000u | (n))

static volatile uint32_t interrupts;

void flash_handler(void)
{
    REG(FLASH, FLASH_SR) = FLASH_SR_EOP;
    interrupts++;
}

__attribute__((used)) static void record(uint32_t *frame)
{
    mailbox[7]++;
    mailbox[8] = SCB_BFAR;
    SCB_CFSR = SCB_CFSR;
    frame[6] += 2;
}

__attribute__((naked)) void bus_fault_handler(void)
{
    __asm__ volatile("mrs r0, msp\n b record");
}

static void store(uint32_t address, uint32_t data)
{
    register uint32_t a __asm__("r1") = address, d __asm__("r2") = data;

    __asm__ volatile(".align 2\n str r2, [r1]\n nop" : : "r"(a), "r"(d) : "memory");
}

/* Microseconds until it is no longer busy. */
static uint32_t wait(uint32_t since)
{
    while (REG(FLASH, FLASH_SR) & FLASH_SR_BSY) {
    }
    return (DWT_CYCCNT - since) / HCLK_MHZ;
}

static uint32_t program(uint32_t data)
{
    uint32_t start = DWT_CYCCNT;

    REG(FLASH, FLASH_CR) = FLASH_CR_PG | 2 << 8;
    *(volatile uint32_t *)PLACE = data;
    return wait(start);
}

static uint32_t erase(void)
{
    uint32_t start = DWT_CYCCNT;

    REG(FLASH, FLASH_CR) = FLASH_CR_SER | 3 << 3 | 2 << 8 | FLASH_CR_EOPIE;
    REG(FLASH, FLASH_CR) |= FLASH_CR_STRT;
    return wait(start);
}

static uint32_t call(void)
{
    return ((uint32_t (*)(void))(PLACE | 1))();
}

int main(void)
{
    cycles_init();
    irq_enable(4);
    REG(FLASH, FLASH_KEYR) = 0x45670123;
    REG(FLASH, FLASH_KEYR) = 0xcdef89ab;

    mailbox[5] = program(FUNCTION(111));
    mailbox[1] = call();
    mailbox[4] = erase();
    mailbox[6] = interrupts;
    program(FUNCTION(222));
    mailbox[2] = call();
    program(FUNCTION(111));
    mailbox[3] = call();

    mailbox[7] = 0;
    SCB_SHCSR |= 1 << 17;               /* BUSFAULTENA */
    REG(FLASH, FLASH_CR) = FLASH_CR_LOCK;
    store(FLASH + FLASH_KEYR, 1);
    mailbox_finish();
}
