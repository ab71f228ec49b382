/*
 * The RTOS that the firmware has, by the kernel's own variables: FreeRTOS, ThreadX, RT-Thread, Zephyr, ChibiOS.
 *
 * Where the stack and the name are in a thread's control block the debug information says, as that depends on how the
 * kernel is configured.  Without it there are the places of FreeRTOS' and ThreadX' usual configurations, which are the
 * same everywhere.  What is read there is taken for a stack only if it is one for the stack pointer of the time;
 * otherwise nothing is known.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/mistake/source.h"
#include "stm32/core/symbols.h"
#include "stm32/core/user_file.h"

#define MAX_STACK 0x10000
#define MAX_NAME 24
#define UNKNOWN 0xff

static const struct Kernel {
    const char *variable;       /* the pointer to the control block of the thread that runs, */
    const char *holder, *current;       /* ... or of this structure, whose member that is */
    const char *thread;         /* the structure of a thread, ... */
    const char *stack;          /* ... its member for the lowest address of the stack, */
    const char *name[2];        /* ... and for its name: an array, or a pointer */
    uint8_t stack_at, name_at;  /* without debug information */
    bool name_is_pointer, freertos;
} kernels[] = {
    { "pxCurrentTCB", NULL, NULL, "tskTaskControlBlock", "pxStack", { "pcTaskName" }, 48, 52, .freertos = true },
    { "_tx_thread_current_ptr", NULL, NULL, "TX_THREAD_STRUCT", "tx_thread_stack_start", { "tx_thread_name" }, 12, 40,
      .name_is_pointer = true },
    { "rt_current_thread", NULL, NULL, "rt_thread", "stack_addr", { "parent.name", "name" }, UNKNOWN },
    { "_cpu", "rt_cpu", "current_thread", "rt_thread", "stack_addr", { "parent.name", "name" }, UNKNOWN },
    { "_kernel", "_cpu", "current", "k_thread", "stack_info.start", { "name" }, UNKNOWN },       /* cpus[0] comes first */
    { "ch0", "ch_os_instance", "rlist.current", "ch_thread", "wabase", { "name" }, UNKNOWN },
    { "ch", "ch_system", "rlist.current", "ch_thread", "wabase", { "name" }, UNKNOWN },
};

/* The one that is there. */
static struct {
    unsigned version;           /* of the symbols that it was looked for in: they may come late */
    const struct Kernel *kernel;
    uint32_t variable, stack, name;     /* the pointer to the thread, and places in its structure */
    bool has_name, name_is_pointer;
} found;

/* Is it @k, and is known where its threads have their stacks? */
static bool try(const struct Kernel *k)
{
    uint32_t at;
    bool pointer;

    if (!symbols_find(k->variable, &found.variable, NULL)) {
        return false;
    }
    if (k->holder) {
        if (!source_member(k->holder, k->current, &at, &pointer)) {
            return false;
        }
        found.variable += at;
    }
    found.has_name = true;
    if (!source_member(k->thread, k->stack, &found.stack, &pointer)) {
        found.stack = k->stack_at;
        found.name = k->name_at;
        found.name_is_pointer = k->name_is_pointer;
        return k->stack_at != UNKNOWN;
    }
    found.has_name = source_member(k->thread, k->name[0], &found.name, &found.name_is_pointer) ||
                     (k->name[1] && source_member(k->thread, k->name[1], &found.name, &found.name_is_pointer));
    return true;
}

static const struct Kernel *find(void)
{
    if (found.version != symbols_version()) {
        found.version = symbols_version();
        found.kernel = NULL;
        for (unsigned i = 0; i < ARRAY_SIZE(kernels) && !found.kernel; i++) {
            found.kernel = try(&kernels[i]) ? &kernels[i] : NULL;
        }
    }
    return found.kernel;
}

bool kernel_is_there(void)
{
    return find();
}

bool kernel_is_freertos(void)
{
    return find() && found.kernel->freertos;
}

static char *read_name(uint32_t at)
{
    char name[MAX_NAME + 1] = "";
    uint32_t word;

    for (unsigned i = 0; i < MAX_NAME && guest_read_word((at + i) & ~3u, &word); i++) {
        name[i] = word >> (at + i) % 4 * 8;
        if (!g_ascii_isprint(name[i])) {
            name[i] = 0;
            break;
        }
    }
    return g_strdup(name);
}

bool kernel_stack(uint32_t *limit, char **name)
{
    uint32_t thread, sp = check_psp(), at;

    if (!find() || !guest_read_word(found.variable, &thread) || !thread ||
        !guest_read_word(thread + found.stack, limit) || !*limit ||
        (sp > *limit ? sp - *limit : *limit - sp) > MAX_STACK) {
        return false;
    }
    at = thread + found.name;
    if (!found.has_name || (found.name_is_pointer && !guest_read_word(at, &at))) {
        at = 0;
    }
    *name = at ? read_name(at) : g_strdup("");
    return true;
}
