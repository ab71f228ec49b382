/*
 * Threads, see threads.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <qemu-plugin.h>
#include <string.h>
#include "threads.h"

#define MAX_NAME 32

static const struct kernel {
    const char *variable;       /* the pointer to the control block of the thread that runs */
    unsigned name;              /* where its name is in there */
    bool pointer;               /* ... or a pointer to it */
} kernels[] = {
    { "pxCurrentTCB", 52, false },              /* FreeRTOS, without MPU */
    { "_tx_thread_current_ptr", 40, true },     /* ThreadX */
    { "rt_current_thread", 0, false },          /* RT-Thread */
};

static uint32_t variable;
static const struct kernel *kernel;

static bool read_memory(uint32_t address, void *data, size_t length)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    if (!qemu_plugin_read_memory_vaddr(address, bytes, length)) {
        return false;
    }
    memcpy(data, bytes->data, length);
    return true;
}

static void find_kernel(const Program *p)
{
    static bool looked;

    for (unsigned i = 0; !looked && i < G_N_ELEMENTS(kernels) && !variable; i++) {
        kernel = &kernels[i];
        variable = program_variable(p, kernel->variable);
    }
    looked = true;
}

uint32_t threads_current(const Program *p)
{
    uint32_t thread = 0;

    find_kernel(p);
    return variable && read_memory(variable, &thread, 4) ? GUINT32_FROM_LE(thread) : 0;
}

char *threads_name(const Program *p, uint32_t thread)
{
    char name[MAX_NAME + 1] = "";
    uint32_t at = thread + (kernel ? kernel->name : 0);

    if (!thread) {
        return g_strdup(variable ? "before the kernel" : "thread");
    }
    if (kernel->pointer && read_memory(at, &at, 4)) {
        at = GUINT32_FROM_LE(at);
    }
    read_memory(at, name, MAX_NAME);
    for (char *c = name; *c; c++) {
        if (!g_ascii_isprint(*c)) {
            *c = 0;
            break;
        }
    }
    return *name ? g_strdup(name) : g_strdup_printf("thread at %#x", thread);
}
