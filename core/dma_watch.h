/*
 * Who wants to know what DMA does with memory: checks/ does.  NULL: nobody.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_DMA_WATCH_H
#define STM32_CORE_DMA_WATCH_H

typedef struct DmaWatch {
    /* The stream @n of @device will write @bytes from @address on. */
    void (*begins)(DeviceState *device, unsigned n, uint32_t address, uint32_t bytes);
    /* It has written @bytes more, the first at @address. */
    void (*wrote)(DeviceState *device, unsigned n, uint32_t address, uint32_t bytes);
    /* The stream @n of @device has read @bytes from @address on, for a peripheral. */
    void (*read)(DeviceState *device, unsigned n, uint32_t address, uint32_t bytes);
    /* It is disabled. */
    void (*ends)(DeviceState *device, unsigned n);
} DmaWatch;

extern const DmaWatch *dma_watch;

#endif
