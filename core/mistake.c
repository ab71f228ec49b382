/*
 * Mistakes of the guest, see mistake.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "cpu.h"
#include "exec/cpu-common.h"
#include "stm32/core/mistake.h"
#include "stm32/core/symbols.h"

/* Firmware gone wild makes new mistakes at new places for ever: past this it is not news. */
#define MAX_PLACES 2000

static GHashTable *reported;

/*
 * Where the guest is, in the middle of a translated block: as arm_restore_state_to_opc() would find
 * it, but without touching the CPU's state.  False when no guest code is running (qtest, a timer).
 */
static bool guest_pc(uint32_t *pc)
{
    uint64_t data[8];

    if (!current_cpu || !current_cpu->running ||
        !cpu_unwind_state_data(current_cpu, current_cpu->mem_io_pc, data)) {
        return false;
    }
    *pc = (cpu_env(current_cpu)->regs[15] & TARGET_PAGE_MASK) | data[0];
    return true;
}

/* The first time at this place? */
static bool is_news(const char *device, const char *fmt, uint32_t pc)
{
    char *place = g_strdup_printf("%s %p %x", device, fmt, pc);

    if (!reported) {
        reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    if (g_hash_table_size(reported) >= MAX_PLACES) {
        g_free(place);
        return false;
    }
    return g_hash_table_add(reported, place);
}

static void G_GNUC_PRINTF(4, 0) report(const char *device, const char *chapter, const char *where,
                                       const char *fmt, va_list args)
{
    g_autofree char *what = g_strdup_vprintf(fmt, args);

    qemu_log("%s: %s [%s]%s%s\n", device, what, chapter, where ? " at " : "", where ?: "");
}

void guest_mistake(const char *device, const char *chapter, const char *fmt, ...)
{
    uint32_t pc = 0;
    bool in_guest;
    va_list args;

    if (!qemu_loglevel_mask(LOG_GUEST_ERROR)) {
        return;
    }
    in_guest = guest_pc(&pc);
    if (is_news(device, fmt, pc)) {
        g_autofree char *where = in_guest ? symbols_describe(pc) : NULL;

        va_start(args, fmt);
        report(device, chapter, where, fmt, args);
        va_end(args);
    }
}

void guest_mishap(const char *device, const char *chapter, const char *fmt, ...)
{
    va_list args;

    if (qemu_loglevel_mask(LOG_GUEST_ERROR) && is_news(device, fmt, 0)) {
        va_start(args, fmt);
        report(device, chapter, NULL, fmt, args);
        va_end(args);
    }
}

void guest_mistakes_forget(void)
{
    g_clear_pointer(&reported, g_hash_table_destroy);
}
