/*
 * A jump to the bootloader in system memory, which expects the chip to be as after a reset (AN2606).
 *
 * What matters is what it can't mend itself: interrupts that are off or come to a handler of the program that has gone,
 * clocks, a stack that lies where it has its variables.  The vector table is its own business.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"

#define LR 14
#define SP 13
#define EXC_RETURN 0xf0000000

bool boot_is_entry(uint32_t pc)
{
    uint32_t entry;

    return pc - checks_chip->bootloader < checks_chip->bootloader_size &&
           guest_read_word(checks_chip->bootloader + 4, &entry) && pc == (entry & ~1u);
}

static void add(GString *text, const char *what)
{
    g_string_append_printf(text, "%s%s", text->len ? "; " : "", what);
}

static void add_interrupts(GString *text)
{
    unsigned first = 0, n = 0;

    for (unsigned i = FIRST_INTERRUPT; i < FIRST_INTERRUPT + checks_chip->n_interrupts; i++) {
        if (check_is_enabled(i)) {
            first = n++ ? first : i;
        }
    }
    if (n) {
        g_autofree char *name = guest_exception_name(first);

        g_string_append_printf(text, "%s%s%s enabled", text->len ? "; " : "", name, n > 1 ? " and others are" : " is");
    }
}

void boot_entered(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *chip = checks_chip->wrong_for_bootloader();
    uint32_t lr = check_register(LR), sp = check_register(SP), its_sp;

    if (check_exception()) {
        g_autofree char *name = guest_exception_name(check_exception());

        g_string_append_printf(text, "the handler of %s has not returned", name);
    }
    if (check_masked()) {
        add(text, "interrupts are off");
    }
    if (check_uses_psp()) {
        add(text, "SP is PSP (CONTROL.SPSEL)");
    }
    if (sp - 4 - checks_chip->ram[0]->addr < checks_chip->bootloader_ram &&
        guest_read_word(checks_chip->bootloader, &its_sp) && sp != its_sp) {
        add(text, "SP is where it has its variables");
    }
    add_interrupts(text);
    if (chip) {
        add(text, chip);
    }
    if (text->len) {
        guest_mistake_at(CORE, BOOT001, lr >= EXC_RETURN ? checks_chip->bootloader : (lr & ~1u) - 2, "%s", text->str);
    }
}
