/*
 * What the bootloader's hosts may read and write, and how: flash, option bytes, OTP, RAM.
 *
 * unsure: that a host may not reach CCM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"

#define FLASH_BASE 0x08000000u
#define FLASH_END 0x08100000u
#define SYSTEM_BASE 0x1fff0000u
#define SYSTEM_END 0x1fff7800u
#define OTP_BASE 0x1fff7800u
#define OTP_END 0x1fff7a10u
#define IDENTITY_END 0x1fff7a24u        /* behind it: unique identifier, size of the flash */
#define OPTION_BASE 0x1fffc000u
#define OPTION_END 0x1fffc010u
#define RAM_BASE 0x20002000u    /* the first 8 KiB are the bootloader's */
#define RAM_END 0x20020000u
#define ERRORS (FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR | FLASH_SR_PGSERR)
#define RDP_OFF 0xaa
#define RDP_ON 0x55

/* ---- Where ---- */

static bool is_in(uint32_t address, uint32_t length, uint32_t base, uint32_t end)
{
    return address >= base && address < end && length <= end - address;
}

static bool is_flash(uint32_t address, uint32_t length)
{
    return is_in(address, length, FLASH_BASE, FLASH_END);
}

bool memory_is_option(uint32_t address)
{
    return is_in(address, 1, OPTION_BASE, OPTION_END);
}

bool memory_can_read(uint32_t address, uint32_t length)
{
    return memory_can_write(address, length) || is_in(address, length, SYSTEM_BASE, SYSTEM_END);
}

/* Of a read that begins where it may.  It can go on to what does not: so hosts get the chip's identity. */
uint8_t memory_read(uint32_t address)
{
    return memory_can_read(address, 1) || is_in(address, 1, OTP_END, IDENTITY_END) ? *(volatile uint8_t *)address : 0xff;
}

bool memory_can_write(uint32_t address, uint32_t length)
{
    return is_flash(address, length) || is_in(address, length, RAM_BASE, RAM_END)
        || is_in(address, length, OTP_BASE, OTP_END) || is_in(address, length, OPTION_BASE, OPTION_END);
}

bool memory_can_go(uint32_t address)
{
    return !(address & 3) && (is_flash(address, 8) || is_in(address, 8, RAM_BASE, RAM_END)
        || is_in(address, 8, SYSTEM_BASE, SYSTEM_END));
}

int memory_sector_of(uint32_t address)
{
    uint32_t offset = address - FLASH_BASE;

    if (!is_flash(address, 1)) {
        return -1;
    }
    return offset < 0x10000 ? offset / 0x4000 : offset < 0x20000 ? 4 : 4 + offset / 0x20000;
}

static bool watched;

void memory_calm_watchdog(void)
{
    watched = REG(RCC, RCC_CSR) & RCC_CSR_LSIRDY;
    if (watched) {
        REG(IWDG, IWDG_KR) = 0x5555;
        REG(IWDG, IWDG_PR) = 6;
        memory_feed_watchdog();
    }
}

void memory_feed_watchdog(void)
{
    if (watched) {
        REG(IWDG, IWDG_KR) = 0xaaaa;
    }
}

/* ---- Flash ---- */

bool memory_is_protected(void)
{
    return (REG(FLASH, FLASH_OPTCR) >> 8 & 0xff) != RDP_OFF;
}

static void wait_for_flash(void)
{
    memory_feed_watchdog();
    while (REG(FLASH, FLASH_SR) & FLASH_SR_BSY) {
    }
}

static void unlock(void)
{
    wait_for_flash();
    if (REG(FLASH, FLASH_CR) & FLASH_CR_LOCK) {
        REG(FLASH, FLASH_KEYR) = 0x45670123;
        REG(FLASH, FLASH_KEYR) = 0xcdef89ab;
    }
    REG(FLASH, FLASH_SR) = ERRORS;
}

static bool lock(void)
{
    bool well = !(REG(FLASH, FLASH_SR) & ERRORS);

    REG(FLASH, FLASH_CR) = FLASH_CR_LOCK;
    return well;
}

static bool erase(uint32_t how)
{
    unlock();
    REG(FLASH, FLASH_CR) = 2 << 8 | how;
    REG(FLASH, FLASH_CR) |= FLASH_CR_STRT;
    wait_for_flash();
    return lock();
}

bool memory_erase_sectors(uint32_t sectors)
{
    bool well = true;

    for (unsigned i = 0; well && i < SECTORS; i++) {
        well = !(sectors >> i & 1) || erase(FLASH_CR_SER | i << 3);
    }
    return well;
}

bool memory_erase_all(void)
{
    return erase(FLASH_CR_MER);
}

/* Bytes until @address is that of a word, words, and the bytes that are left. */
static void program(uint32_t address, const uint8_t *data, uint32_t length)
{
    while (length) {
        bool word = !(address & 3) && length >= 4;

        REG(FLASH, FLASH_CR) = FLASH_CR_PG | (word ? 2 << 8 : 0);
        if (word) {
            REG(address, 0) = data[0] | data[1] << 8 | data[2] << 16 | (uint32_t)data[3] << 24;
        } else {
            *(volatile uint8_t *)address = *data;
        }
        wait_for_flash();
        address += word ? 4 : 1;
        data += word ? 4 : 1;
        length -= word ? 4 : 1;
    }
}

/* ---- Option bytes ---- */

static void set_options(uint32_t mask, uint32_t value)
{
    wait_for_flash();
    if (REG(FLASH, FLASH_OPTCR) & FLASH_OPTCR_OPTLOCK) {
        REG(FLASH, FLASH_OPTKEYR) = 0x08192a3b;
        REG(FLASH, FLASH_OPTKEYR) = 0x4c5d6e7f;
    }
    REG(FLASH, FLASH_OPTCR) = (REG(FLASH, FLASH_OPTCR) & ~(mask | 3)) | (value & mask);
    REG(FLASH, FLASH_OPTCR) |= FLASH_OPTCR_OPTSTRT;
    wait_for_flash();
    REG(FLASH, FLASH_OPTCR) |= FLASH_OPTCR_OPTLOCK;
}

/* RM0090 table 8: bytes 0 and 1 are of user and RDP, 8 and 9 of the sectors' protection. */
static void write_options(uint32_t offset, const uint8_t *data, uint32_t length)
{
    static const uint8_t shifts[] = { [0] = 0, [1] = 8, [8] = 16, [9] = 24 };
    static const uint8_t masks[] = { [0] = 0xec, [1] = 0xff, [8] = 0xff, [9] = 0x0f };
    uint32_t mask = 0, value = 0;

    for (uint32_t i = 0; i < length && offset + i < sizeof(masks); i++) {
        mask |= (uint32_t)masks[offset + i] << shifts[offset + i];
        value |= (uint32_t)data[i] << shifts[offset + i];
    }
    set_options(mask, value);
}

void memory_protect_sectors(uint32_t sectors, bool on)
{
    set_options(sectors << 16, on ? 0 : sectors << 16);
}

void memory_protect_reading(bool on)
{
    set_options(0xff00, (on ? RDP_ON : RDP_OFF) << 8);
}

/* ---- Write, and leave ---- */

bool memory_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    bool well = true;

    if (memory_is_option(address)) {
        write_options(address - OPTION_BASE, data, length);
        return true;
    }
    if (is_in(address, length, RAM_BASE, RAM_END)) {
        for (uint32_t i = 0; i < length; i++) {
            ((volatile uint8_t *)address)[i] = data[i];
        }
    } else {
        unlock();
        program(address, data, length);
        well = lock();
    }
    for (uint32_t i = 0; i < length; i++) {
        well &= ((volatile uint8_t *)address)[i] == data[i];
    }
    return well;
}

void memory_reset(void)
{
    SCB_AIRCR = 0x05fa0004;
    for (;;) {
    }
}

void memory_go(uint32_t address)
{
    uint32_t stack = REG(address, 0), start = REG(address, 4);

    clocks_stop();
    __asm__ volatile("msr msp, %0\n bx %1\n" : : "r"(stack), "r"(start) : "memory");
    for (;;) {
    }
}
