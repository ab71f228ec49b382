/*
 * What is in system memory: a bootloader that talks as ST's does (AN2606, AN3154, AN3155, AN3156).
 *
 * It polls all of its interfaces, so it needs no interrupts, whoever has jumped to it; who is called first has it
 * alone.  Written from the application notes; ST's own is not in here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_BOOTLOADER_H
#define FIRMWARE_BOOTLOADER_H

#include "stm32.h"

enum { ACK = 0x79, NACK = 0x1f };
enum { GET = 0x00, GET_VERSION = 0x01, GET_ID = 0x02, SPEED = 0x03, READ = 0x11, GO = 0x21, WRITE = 0x31,
       ERASE = 0x43, ERASE_EXTENDED = 0x44, WRITE_PROTECT = 0x63, WRITE_UNPROTECT = 0x73,
       READOUT_PROTECT = 0x82, READOUT_UNPROTECT = 0x92 };

#define VERSION 0x31            /* the USART's protocol: 3.1 */
#define BLOCK 256               /* bytes that a command reads or writes at most */
#define CHIP_ID 0x413
#define SECTORS 12
#define HCLK_MHZ 60
#define PCLK1_MHZ 30
#define PCLK2_MHZ 60

/* ---- clock.c ---- */

/* 60 MHz, 48 for USB; from the crystal if there is a usable one. */
void clocks_start(void);
bool clock_is_crystal(void);
/* All as after a reset, so the program that comes next finds the chip so. */
void clocks_stop(void);

/* ---- memory.c ---- */

bool memory_is_protected(void);         /* against being read: level 1 */
bool memory_can_read(uint32_t address, uint32_t length);
uint8_t memory_read(uint32_t address);
bool memory_can_write(uint32_t address, uint32_t length);
bool memory_can_go(uint32_t address);
/* False if it is not what is there then.  Option bytes take effect by memory_reset(). */
bool memory_write(uint32_t address, const uint8_t *data, uint32_t length);
bool memory_is_option(uint32_t address);
/* Those whose bits are set, as far as it goes well. */
bool memory_erase_sectors(uint32_t sectors);
bool memory_erase_all(void);
/* The sector that @address is in; -1: none. */
int memory_sector_of(uint32_t address);
/*
 * The option bytes, or a program, may have started the watchdog, which keeps LSI going: 32 s for it, more than an erase
 * of all takes; and feed it.
 */
void memory_calm_watchdog(void);
void memory_feed_watchdog(void);
/* Protect them, or all if @sectors is 0xfff and @on is false not any more. */
void memory_protect_sectors(uint32_t sectors, bool on);
/* Against reading; not any more erases the flash. */
void memory_protect_reading(bool on);
void memory_reset(void) __attribute__((noreturn));
/* Start the program whose vectors are at @address. */
void memory_go(uint32_t address) __attribute__((noreturn));

/* ---- The interfaces: start, then called again and again ---- */

void serial_start(void);
void serial_poll(void);         /* does not come back when it is called */
void can_start_up(void);
void can_poll(void);
void dfu_start(void);
void dfu_poll(void);
void dfu_stop(void);

#endif
