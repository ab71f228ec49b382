/*
 * What a NAND flash says of itself: its identity, and the parameter page of ONFI 1.0 (5.7.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "stm32/board/memories/nand.h"

void nand_identity(uint8_t id[5], uint32_t pages, bool wide)
{
    static const uint8_t device[] = { 0xf1, 0xda, 0xdc, 0xd3 }, wide_device[] = { 0xc1, 0xca, 0xcc, 0xc3 };
    unsigned n = MIN(ctz32(pages / (64 * KiB)), ARRAY_SIZE(device) - 1);

    id[0] = 0x2c;
    id[1] = wide ? wide_device[n] : device[n];
    id[2] = n ? 0x90 : 0x80;
    id[3] = wide ? 0xd5 : 0x95;         /* pages of 2 KiB with 64 bytes, blocks of 128 KiB */
    id[4] = n ? 0x06 : 0x02;
}

static uint16_t crc(const uint8_t *bytes, unsigned n)
{
    uint16_t crc = 0x4f4e;

    for (unsigned i = 0; i < n; i++) {
        crc ^= bytes[i] << 8;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc << 1 ^ (crc & 0x8000 ? 0x8005 : 0);
        }
    }
    return crc;
}

void nand_parameters(uint8_t bytes[NAND_PARAMETERS], uint32_t pages, bool wide)
{
    memset(bytes, 0, NAND_PARAMETERS);
    memcpy(bytes, "ONFI", 4);
    stw_le_p(bytes + 4, 1 << 1);                /* revision 1.0 */
    stw_le_p(bytes + 6, wide);                  /* features */
    stw_le_p(bytes + 8, 1 << 4);                /* copyback */
    memcpy(bytes + 32, "MICRON      ", 12);
    memcpy(bytes + 44, "STM32-NAND          ", 20);
    bytes[64] = 0x2c;
    stl_le_p(bytes + 80, NAND_PAGE);
    stw_le_p(bytes + 84, NAND_SPARE);
    stl_le_p(bytes + 86, 512);                  /* a partial page */
    stw_le_p(bytes + 90, 16);
    stl_le_p(bytes + 92, NAND_BLOCK_PAGES);
    stl_le_p(bytes + 96, pages / NAND_BLOCK_PAGES);
    bytes[100] = 1;                             /* units */
    bytes[101] = 2 << 4 | (pages > 64 * KiB ? 3 : 2);   /* address cycles: column, row */
    bytes[102] = 1;                             /* bits a cell */
    bytes[110] = 4;                             /* programs of a page */
    bytes[112] = 1;                             /* bits of ECC */
    stw_le_p(bytes + 129, 0x3f);                /* timing modes 0 to 5 */
    stw_le_p(bytes + 133, 600);                 /* us: program, erase, read */
    stw_le_p(bytes + 135, 3000);
    stw_le_p(bytes + 137, 25);
    stw_le_p(bytes + 254, crc(bytes, 254));
}
