/*
 * What the checks of the firmware (checks/) have to know of the chip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/checks.h"
#include "stm32/soc/stm32f407.h"
#include "stm32/soc/tables.h"

#define HSI_HZ 16000000
#define SYSTICK_INTERRUPTS 3            /* CTRL.ENABLE, TICKINT */
#define BOOTLOADER_RAM 0x3000           /* ST's, by AN2606 */

static Stm32f407Soc *chip_soc;

/* AN2606: HSI, no PLL; and nothing that interrupts. */
static char *wrong_for_bootloader(void)
{
    unsigned hz = clock_get_hz(chip_soc->cpu.cpuclk);
    bool ticks = (chip_soc->cpu.systick[M_REG_NS].control & SYSTICK_INTERRUPTS) == SYSTICK_INTERRUPTS;

    if (hz == HSI_HZ) {
        return ticks ? g_strdup("SysTick interrupts") : NULL;
    }
    return g_strdup_printf("%sHCLK is %u Hz, not that of HSI", ticks ? "SysTick interrupts; " : "", hz);
}

void stm32f407_begin_checks(Stm32f407Soc *s)
{
    static ChecksChip chip;
    static uint8_t periodic[ARRAY_SIZE(vector_table)];

    chip_soc = s;
    chip = (ChecksChip) {
        .ram = { &s->sram1, &s->sram2, &s->ccm }, .flash_alias = STM32F407_FLASH_SIZE, .periodic = periodic,
        .n_interrupts = ARRAY_SIZE(vector_table), .bootloader = s->system_memory.addr,
        .bootloader_size = memory_region_size(&s->system_memory), .bootloader_ram = BOOTLOADER_RAM,
        .wrong_for_bootloader = wrong_for_bootloader,
    };
    for (unsigned n = 0; n < ARRAY_SIZE(vector_table); n++) {
        if (vector_table[n] && g_str_has_prefix(vector_table[n], "tim")) {
            periodic[chip.n_periodic++] = n;
        }
    }
    checks_begin(&chip);
}
