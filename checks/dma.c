/*
 * DMA and the core at the same memory: a beat that goes to, or comes from, a stack frame that has returned, and a buffer
 * that the core reads where DMA will write, but has not yet.
 *
 * A circular transfer has no such part.  What USB and Ethernet move by themselves is not looked at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-core.h"
#include "stm32/checks/state.h"
#include "stm32/core/dma_watch.h"

#define MAX_BUFFERS 16          /* two controllers of eight streams */

typedef struct Buffer {
    DeviceState *device;
    unsigned n;
    uint32_t next, end;         /* what will be written; empty: the stream is off */
} Buffer;

static Buffer buffers[MAX_BUFFERS];
uint32_t dma_low = UINT32_MAX, dma_high;

static Buffer *find(DeviceState *device, unsigned n)
{
    for (Buffer *b = buffers; b < buffers + MAX_BUFFERS; b++) {
        if (b->device == device && b->n == n) {
            return b;
        }
        if (!b->device) {
            b->device = device;
            b->n = n;
            return b;
        }
    }
    return NULL;
}

static void set_bounds(void)
{
    dma_low = UINT32_MAX;
    dma_high = 0;
    for (Buffer *b = buffers; b < buffers + MAX_BUFFERS; b++) {
        if (b->next < b->end) {
            dma_low = MIN(dma_low, b->next);
            dma_high = MAX(dma_high, b->end);
        }
    }
}

static void begins(DeviceState *device, unsigned n, uint32_t address, uint32_t bytes)
{
    Buffer *b = find(device, n);

    if (b && shadow_of(address, bytes)) {
        b->next = address;
        b->end = address + bytes;
        set_bounds();
    }
}

static void ends(DeviceState *device, unsigned n)
{
    Buffer *b = find(device, n);

    if (b) {
        b->next = b->end = 0;
        set_bounds();
    }
}

/* Is it part of a stack frame that has returned?  Then that stack's pointer is *@sp. */
static bool is_gone(uint32_t address, uint32_t *sp)
{
    return shadow_at(address) && stack_is_unused(address, sp);
}

static void wrote(DeviceState *device, unsigned n, uint32_t address, uint32_t bytes)
{
    Buffer *b = find(device, n);
    uint32_t sp;

    if (b && b->next < b->end && address >= b->next) {
        b->next = address + bytes;
        set_bounds();
    }
    if (is_gone(address, &sp)) {
        guest_mistake(device->canonical_path, MEM007, "stream %u writes to 0x%08x, on a stack whose pointer is at 0x%08x",
                      n, address, sp);
    }
}

static void has_read(DeviceState *device, unsigned n, uint32_t address, uint32_t bytes)
{
    uint32_t sp;

    if (is_gone(address, &sp)) {
        guest_mistake(device->canonical_path, MEM011, "stream %u reads from 0x%08x, on a stack whose pointer is at 0x%08x",
                      n, address, sp);
    }
}

static const DmaWatch watch = { .begins = begins, .wrote = wrote, .read = has_read, .ends = ends };

void dma_check_begin(void)
{
    dma_watch = &watch;
}

void dma_buffer_read(uint32_t pc, uint32_t address)
{
    for (Buffer *b = buffers; b < buffers + MAX_BUFFERS; b++) {
        if (address >= b->next && address < b->end) {
            g_autofree char *name = check_variable(address);

            guest_mistake_at(CORE, MEM008, pc, "0x%08x (%s) is read while stream %u of %s is on its way there: it is "
                             "at 0x%08x", address, name, b->n, b->device->canonical_path, b->next);
        }
    }
}

void dma_check_forget(void)
{
    memset(buffers, 0, sizeof(buffers));
    set_bounds();
}
