/*
 * The windows of an OTG core on its FIFOs (RM0090 34.16.1): 4 Kbyte for each endpoint or channel, behind the
 * registers.  A write anywhere in it pushes a word into the FIFO that transmits for it, a read anywhere pops
 * one of the FIFO that receives for all.  Behind the windows the RAM itself can be looked at, for debugging.
 *
 * An access with 8 or 16 bits moves a word all the same; unsure: what is in the lanes that are not written
 * (0 here).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/otg/state.h"

#define FIRST   0x1000          /* where the windows begin in the core */
#define WINDOW  0x1000
#define RAM     0x20000         /* where the RAM can be looked at */

static bool is_dead(Otg *s, const char *what)
{
    Periph *p = &s->parent_obj;

    if (p->held || !clock_is_enabled(p->clk)) {
        periph_mistake(p, PER001, "%s of a FIFO %s", what,
                       p->held ? "while RCC holds it in reset" : "without clock");
        return true;
    }
    return false;
}

static uint32_t pop(Otg *s)
{
    if (!s->rx.used) {
        periph_mistake(&s->parent_obj, OTG054, "read of the receive FIFO while it is empty");
    } else if (!s->rx_packet) {
        periph_mistake(&s->parent_obj, OTG055, "read of the receive FIFO beyond the packet: what comes is "
                       "the next word of status, which is lost");
    } else {
        s->rx_packet--;
    }
    return otg_rx_pop(s);
}

static uint64_t windows_read(void *opaque, hwaddr addr, unsigned size)
{
    Otg *s = opaque;
    uint32_t word;

    addr += FIRST;
    if (is_dead(s, "read")) {
        return 0;
    }
    if (addr >= RAM) {
        return s->ram[(addr - RAM) / 4 % s->ram_words] >> addr % 4 * 8;
    }
    s->parent_obj.info->sync(&s->parent_obj);
    word = pop(s);
    periph_update(&s->parent_obj);
    return word >> addr % 4 * 8;
}

static void windows_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    Otg *s = opaque;
    unsigned n;

    addr += FIRST;
    n = (addr - FIRST) / WINDOW;
    if (is_dead(s, "write")) {
        return;
    }
    if (addr >= RAM) {
        s->ram[(addr - RAM) / 4 % s->ram_words] = value;
        return;
    }
    s->parent_obj.info->sync(&s->parent_obj);
    if (n >= (s->host ? s->n_channels : s->n_endpoints)) {
        periph_mistake(&s->parent_obj, OTG056, "write to the FIFO of %s %u, which there is not",
                       s->host ? "channel" : "endpoint", n);
        return;
    }
    if (s->host) {
        otg_host_push(s, n, value << addr % 4 * 8);
    } else {
        otg_in_push(s, n, value << addr % 4 * 8);
    }
    periph_update(&s->parent_obj);
}

const MemoryRegionOps otg_windows = {
    .read = windows_read, .write = windows_write, .endianness = DEVICE_LITTLE_ENDIAN,
};
