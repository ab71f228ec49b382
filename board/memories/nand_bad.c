/*
 * Blocks of a NAND flash that its maker has found bad, see nand.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitmap.h"
#include "qemu/cutils.h"
#include "stm32/board/memories/nand.h"

bool nand_bad_init(NandBad *bad, const char *text, uint32_t blocks, Error **errp)
{
    g_auto(GStrv) word = g_strsplit(text ?: "", ":", 0);

    bad->blocks = blocks;
    bad->map = bitmap_new(blocks);
    for (char **w = word; *w; w++) {
        unsigned block;

        if (qemu_strtoui(*w, NULL, 10, &block) || block >= blocks) {
            error_setg(errp, "bad-blocks=%s: '%s' is no block of it: they are 0 to %u, several joined by ':'", text, *w,
                       blocks - 1);
            return false;
        }
        if (!block) {
            error_setg(errp, "bad-blocks=%s: block 0 is always good", text);
            return false;
        }
        set_bit(block, bad->map);
    }
    return true;
}

bool nand_bad_has(const NandBad *bad, uint32_t page)
{
    uint32_t block = page / NAND_BLOCK_PAGES;

    return block < bad->blocks && test_bit(block, bad->map);
}

void nand_bad_mark(const NandBad *bad, uint32_t page, uint8_t *bytes)
{
    if (nand_bad_has(bad, page) && page % NAND_BLOCK_PAGES < 2) {
        bytes[NAND_PAGE] = 0;
    }
}
