/* Within external SRAM.  SPDX-License-Identifier: GPL-2.0-or-later */
#include "memcpy.h"
#include "fsmc.h"

int main(void)
{
    fsmc_init();
    copy_512_mib((uint32_t *)SRAM_BASE, (uint32_t *)(SRAM_BASE + 0x8000));
    leave();
}
