/*
 * What a NOR flash says of itself: the identity of ST's M29W parts with uniform blocks, and the common flash
 * interface (JESD68.01) with AMD's command set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/units.h"
#include "stm32/board/memories/nor.h"

uint16_t nor_identity(unsigned n, uint64_t bytes)
{
    switch (n) {
    case 0x0: return 0x0020;
    case 0x1: return 0x227e;
    case 0xe: return bytes == 8 * MiB ? 0x220c : bytes == 16 * MiB ? 0x2221 : bytes == 32 * MiB ? 0x2222 : 0x2223;
    case 0xf: return 0x2201;
    default:  return 0;                 /* block n is not protected */
    }
}

uint16_t nor_cfi(unsigned n, uint64_t bytes)
{
    static const uint8_t table[] = {    /* from 0x10 on */
        'Q', 'R', 'Y', 0x02, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x27, 0x36, 0xb5, 0xc5,         /* volts */
        0x06, 0x06, 0x09, 0x00,         /* 2^n us a word, a buffer, 2^n ms a block */
        0x03, 0x04, 0x03, 0x00,         /* ... at most 2^n times that */
        0x00, 0x02, 0x00, 0x06, 0x00,   /* size, see below; 8 or 16 lines; a buffer of 64 bytes */
        0x01, 0x00, 0x00, 0x00, 0x02,   /* one region of blocks: how many, see below, times 128 KiB */
    };
    static const uint8_t primary[] = {  /* from 0x40 on */
        'P', 'R', 'I', '1', '3', 0x0c, 0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x02, 0xb5, 0xc5, 0x04, 0x00,
    };
    unsigned blocks = bytes / NOR_BLOCK - 1;

    switch (n) {
    case 0x27: return ctz64(bytes);
    case 0x2d: return blocks & 0xff;
    case 0x2e: return blocks >> 8;
    default:
        return n >= 0x10 && n - 0x10 < sizeof(table) ? table[n - 0x10]
             : n >= 0x40 && n - 0x40 < sizeof(primary) ? primary[n - 0x40] : 0;
    }
}
