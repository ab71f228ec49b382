/*
 * Mistakes of the guest, see mistake.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/queue.h"
#include "cpu.h"
#include "exec/cpu-common.h"
#include "stm32/core/mistake.h"
#include "stm32/core/symbols.h"

/* Firmware gone wild makes new mistakes at new places for ever: past this it is not news. */
#define MAX_PLACES 2000

static GHashTable *reported;

typedef struct Watcher {
    void (*told)(void *opaque);
    void *opaque;
    QSLIST_ENTRY(Watcher) next;
} Watcher;

static QSLIST_HEAD(, Watcher) watchers;

void guest_mistakes_watch(void (*told)(void *opaque), void *opaque)
{
    Watcher *w = g_new(Watcher, 1);

    *w = (Watcher) { .told = told, .opaque = opaque };
    QSLIST_INSERT_HEAD(&watchers, w, next);
}

static void (*line_watcher)(void *opaque, const char *line);
static void *line_watcher_opaque;

void guest_lines_watch(void (*line_comes)(void *opaque, const char *line), void *opaque)
{
    line_watcher = line_comes;
    line_watcher_opaque = opaque;
}

static void tell_watchers(void)
{
    Watcher *w;

    QSLIST_FOREACH(w, &watchers, next) {
        w->told(w->opaque);
    }
}

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

bool guest_address(uint32_t *address)
{
    uint32_t pc;

    if (!guest_pc(&pc)) {
        return false;
    }
    *address = current_cpu->mem_io_addr;
    return true;
}

/* The first time?  @place, which is taken over, tells them apart. */
static bool is_news(char *place)
{
    if (!reported) {
        reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    if (g_hash_table_size(reported) >= MAX_PLACES) {
        g_free(place);
        return false;
    }
    return g_hash_table_add(reported, place);
}

/* One line; @prefix and @chapter may be "". */
static void write_line(const char *prefix, const char *device, const char *what, const char *chapter,
                       const char *where)
{
    g_autofree char *line = g_strdup_printf("%s%s: %s%s%s%s%s%s", prefix, device, what, *chapter ? " [" : "", chapter,
                                            *chapter ? "]" : "", where ? " at " : "", where ?: "");

    qemu_log("%s\n", line);
    if (line_watcher) {
        line_watcher(line_watcher_opaque, line);
    }
}

/* Once for each place. */
static G_GNUC_PRINTF(5, 0)
void report(int log, const char *prefix, const char *device, const char *chapter, const char *fmt,
            va_list args)
{
    uint32_t pc = 0;
    bool in_guest;

    if (!qemu_loglevel_mask(log)) {
        return;
    }
    in_guest = guest_pc(&pc);
    if (is_news(g_strdup_printf("%s %p %x", device, fmt, pc))) {
        g_autofree char *where = in_guest ? symbols_describe(pc) : NULL;
        g_autofree char *what = g_strdup_vprintf(fmt, args);

        write_line(prefix, device, what, chapter, where);
        if (log == LOG_GUEST_ERROR && !*prefix) {
            tell_watchers();
        }
    }
}

void guest_mistake(const char *device, const char *chapter, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(LOG_GUEST_ERROR, "", device, chapter, fmt, args);
    va_end(args);
}

void guest_mishap(const char *device, const char *chapter, const char *fmt, ...)
{
    va_list args;

    if (qemu_loglevel_mask(LOG_GUEST_ERROR) && is_news(g_strdup_printf("%s %p", device, fmt))) {
        g_autofree char *what = NULL;

        va_start(args, fmt);
        what = g_strdup_vprintf(fmt, args);
        va_end(args);
        write_line("", device, what, chapter, NULL);
        tell_watchers();
    }
}

void guest_note(const char *device, const char *chapter, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(LOG_GUEST_ERROR, "note: ", device, chapter, fmt, args);
    va_end(args);
}

void guest_unmodelled(const char *device, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    report(LOG_UNIMP, "", device, "", fmt, args);
    va_end(args);
}

void guest_mistakes_forget(void)
{
    g_clear_pointer(&reported, g_hash_table_destroy);
}
