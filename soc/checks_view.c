/*
 * What the checks of the firmware (checks/) have to know of the chip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/checks.h"
#include "stm32/soc/stm32f407.h"
#include "stm32/soc/tables.h"

void stm32f407_begin_checks(Stm32f407Soc *s)
{
    static ChecksChip chip;
    static uint8_t periodic[ARRAY_SIZE(vector_table)];

    chip = (ChecksChip) {
        .ram = { &s->sram1, &s->sram2, &s->ccm }, .flash_alias = STM32F407_FLASH_SIZE, .periodic = periodic,
    };
    for (unsigned n = 0; n < ARRAY_SIZE(vector_table); n++) {
        if (vector_table[n] && g_str_has_prefix(vector_table[n], "tim")) {
            periodic[chip.n_periodic++] = n;
        }
    }
    checks_begin(&chip);
}
