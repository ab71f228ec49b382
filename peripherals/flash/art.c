/*
 * Reads from flash and the ART accelerator (RM0090 3.5), with timing=approximate: lines of 128 bits that take
 * ACR.LATENCY wait states; the next line of code is read ahead (PRFTEN), 64 lines of code to which the core
 * has branched (ICEN) and 8 of data (DCEN) are kept.  While something is programmed or erased a read waits
 * until that has ended; what is kept is at hand all the same.
 *
 * unsure: a line that is read ahead is done when it has had its wait states, whatever else is read; one that
 * is read ahead is not kept, one that the core had to wait for is; code and data do not get in each other's way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "exec/cycles.h"
#include "stm32/peripherals/flash/art.h"
#include "stm32/peripherals/flash/state.h"

#define NONE 0                  /* no line of flash: they are told by their addresses over 4, plus 1 */

static uint32_t line_at(uint32_t addr)
{
    return addr / FLASH_LINE + 1;
}

/* Is @line among the @n that are kept?  Then it becomes the one that was used last. */
static bool use(uint32_t *lines, unsigned n, uint32_t line)
{
    for (unsigned i = 0; i < n; i++) {
        if (lines[i] == line) {
            memmove(lines + 1, lines, i * sizeof(*lines));
            lines[0] = line;
            return true;
        }
    }
    return false;
}

/* The one that was used longest ago makes room. */
static void keep(uint32_t *lines, unsigned n, uint32_t line)
{
    memmove(lines + 1, lines, (n - 1) * sizeof(*lines));
    lines[0] = line;
}

static unsigned latency(Flash *s)
{
    return reg_get(s, ACR, LATENCY);
}

/* Cycles until the operation under way ends. */
static int64_t busy(Flash *s, int64_t now)
{
    return reg_get(s, SR, BSY) ? MIN(icount_cycles_until(s->busy_until, now), INT32_MAX) : 0;
}

bool flash_is_busy(DeviceState *flash)
{
    return reg_get(FLASH(flash), SR, BSY);
}

/* Then what is kept makes no difference, and nothing is. */
static bool lets_nobody_wait(Flash *s)
{
    uint32_t *regs = s->parent_obj.regs;

    return !(regs[R_ACR] & R_ACR_LATENCY_MASK) && !(regs[R_SR] & R_SR_BSY_MASK);
}

static void read_ahead(Flash *s, uint32_t line, int64_t now)
{
    s->art.ahead = line;
    s->art.ahead_at = now + busy(s, now) + latency(s) + 1;
}

unsigned flash_fetch_wait(DeviceState *flash, uint32_t addr, int64_t now)
{
    Flash *s = FLASH(flash);
    FlashArt *art = &s->art;
    uint32_t line = line_at(addr);
    int64_t wait = 0;

    if (lets_nobody_wait(s)) {
        return 0;
    }
    if (reg_get(s, ACR, ICEN) && use(art->code, ARRAY_SIZE(art->code), line)) {
        /* at hand */
    } else if (reg_get(s, ACR, PRFTEN) && art->ahead == line) {
        wait = MAX(art->ahead_at - now, 0);
    } else {
        wait = busy(s, now) + latency(s);
        if (reg_get(s, ACR, ICEN)) {
            keep(art->code, ARRAY_SIZE(art->code), line);
        }
    }
    if (reg_get(s, ACR, PRFTEN)) {
        read_ahead(s, line + 1, now + wait);
    }
    return wait;
}

unsigned flash_load_wait(DeviceState *flash, uint32_t addr, int64_t now)
{
    Flash *s = FLASH(flash);
    FlashArt *art = &s->art;

    if (lets_nobody_wait(s)) {
        return 0;
    }
    if (reg_get(s, ACR, DCEN)) {
        if (use(art->data, ARRAY_SIZE(art->data), line_at(addr))) {
            return 0;
        }
        keep(art->data, ARRAY_SIZE(art->data), line_at(addr));
    }
    return busy(s, now) + latency(s);
}

void flash_wait_state(DeviceState *flash, uint8_t *state, int64_t now)
{
    FlashArt art = FLASH(flash)->art;

    QEMU_BUILD_BUG_ON(sizeof(art) > 320);
    art.ahead_at = MAX(art.ahead_at - now, 0);
    memcpy(state, &art, sizeof(art));
}

void flash_wait_pass(DeviceState *flash, int64_t cycles)
{
    FLASH(flash)->art.ahead_at += cycles;
}

void flash_art_forget(Flash *s, bool code, bool data)
{
    if (code) {
        memset(s->art.code, NONE, sizeof(s->art.code));
        s->art.ahead = NONE;
    }
    if (data) {
        memset(s->art.data, NONE, sizeof(s->art.data));
    }
}

bool flash_art_needed(void *opaque)
{
    return cycle_model;
}
