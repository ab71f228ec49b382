/*
 * The RTOS that the firmware has, by the kernel's own variables: FreeRTOS, ThreadX.
 *
 * The places in a control block are those of the kernels' usual configurations (FreeRTOS without MPU).  What is read
 * there is taken for a stack only if it is one for the stack pointer of the time; otherwise nothing is known.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/checks/state.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"
#include "stm32/core/user_file.h"

#define MAX_STACK 0x10000
#define MAX_NAME 24

static const struct Kernel {
    const char *variable;       /* the pointer to the control block of the thread that runs */
    bool freertos;
    uint8_t stack, name;        /* where the lowest address of its stack is, and its name */
    bool pointer;               /* ... or a pointer to it */
} kernels[] = {
    { "pxCurrentTCB", true, 48, 52, false },
    { "_tx_thread_current_ptr", false, 12, 40, true },
};

/* The kernel, and where its variable is; NULL: none.  Symbols may come late, so a miss is no answer for ever. */
static const struct Kernel *find(uint32_t *variable)
{
    static unsigned version;
    static const struct Kernel *found;
    static uint32_t at;

    if (version != symbols_version()) {
        version = symbols_version();
        found = NULL;
        for (unsigned i = 0; i < ARRAY_SIZE(kernels) && !found; i++) {
            found = symbols_find(kernels[i].variable, &at, NULL) ? &kernels[i] : NULL;
        }
    }
    *variable = at;
    return found;
}

bool kernel_is_there(void)
{
    uint32_t variable;

    return find(&variable);
}

bool kernel_is_freertos(void)
{
    uint32_t variable;
    const struct Kernel *k = find(&variable);

    return k && k->freertos;
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
    uint32_t variable, thread, sp = check_psp(), at;
    const struct Kernel *k = find(&variable);

    if (!k || !guest_read_word(variable, &thread) || !thread || !guest_read_word(thread + k->stack, limit) ||
        !*limit || (sp > *limit ? sp - *limit : *limit - sp) > MAX_STACK) {
        return false;
    }
    at = thread + k->name;
    if (k->pointer && !guest_read_word(at, &at)) {
        at = 0;
    }
    *name = read_name(at);
    return true;
}
