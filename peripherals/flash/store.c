/*
 * Memory that is written like flash, see store.h.
 *
 * The drive is compared with the memory rather than told of every write: gdb and loaders write past
 * the device, and thousands of half-words, programmed one by one, should not be thousands of
 * requests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "system/runstate.h"
#include "stm32/peripherals/flash/store.h"

#define BLOCK 4096              /* bytes of a request to the drive */
#define SAVE_AFTER_MS 100       /* of the host: not a matter of the guest's time */

bool flash_store_init(FlashStore *f, DeviceState *dev, const MemoryRegionOps *ops, const char *name,
                      uint64_t size, Error **errp)
{
    if (!memory_region_init_rom_device(&f->mr, OBJECT(dev), ops, dev, name, size, errp)) {
        return false;
    }
    memset(flash_store_bytes(f, 0), 0xff, size);
    return true;
}

/* ---- The drive ---- */

static void save(FlashStore *f)
{
    uint64_t size = memory_region_size(&f->mr);

    for (uint64_t at = 0; at < size; at += BLOCK) {
        uint8_t *now = flash_store_bytes(f, at);
        int error;

        if (!memcmp(now, f->saved + at, BLOCK)) {
            continue;
        }
        error = blk_pwrite(f->blk, at, BLOCK, now, 0);
        if (error < 0) {
            if (!f->save_failed) {
                error_report("cannot keep the flash in its drive: %s", strerror(-error));
            }
            f->save_failed = true;
            return;
        }
        memcpy(f->saved + at, now, BLOCK);
    }
    f->save_failed = false;
}

static void save_soon_expired(void *opaque)
{
    save(opaque);
}

/* Starting: what has been loaded, or comes from a snapshot.  Stopping: also how QEMU ends. */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    save(opaque);
}

static void changed(FlashStore *f, hwaddr addr, hwaddr size)
{
    memory_region_flush_rom_device(&f->mr, addr, size);     /* translated code too */
    if (f->save_soon && !timer_pending(f->save_soon)) {
        timer_mod(f->save_soon, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + SAVE_AFTER_MS);
    }
}

bool flash_store_set_drive(FlashStore *f, BlockBackend *blk, Error **errp)
{
    int64_t size = memory_region_size(&f->mr), length = blk_getlength(blk);
    bool writable = blk_supports_write_perm(blk);
    int error;

    if (length != size) {
        error_setg(errp, "the drive that keeps the flash has %" PRId64 " bytes, it must have "
                   "%" PRId64 "; make an erased one with: "
                   "head -c %" PRId64 " /dev/zero | tr '\\0' '\\377' >FILE", length, size, size);
        return false;
    }
    if (blk_set_perm(blk, BLK_PERM_CONSISTENT_READ | (writable ? BLK_PERM_WRITE : 0), BLK_PERM_ALL,
                     errp) < 0) {
        return false;
    }
    error = blk_pread(blk, 0, size, flash_store_bytes(f, 0), 0);
    if (error < 0) {
        error_setg_errno(errp, -error, "cannot read the drive that keeps the flash");
        return false;
    }
    if (writable) {
        f->blk = blk;
        f->saved = g_memdup2(flash_store_bytes(f, 0), size);
        f->save_soon = timer_new_ms(QEMU_CLOCK_REALTIME, save_soon_expired, f);
        qemu_add_vm_change_state_handler(vm_state_changed, f);
    }
    return true;
}

/* ---- Writing ---- */

bool flash_store_program(FlashStore *f, hwaddr addr, uint64_t data, unsigned size)
{
    uint8_t *at = flash_store_bytes(f, addr);
    uint64_t was = ldn_le_p(at, size);

    stn_le_p(at, size, was & data);
    changed(f, addr, size);
    return !(data & ~was);
}

void flash_store_erase(FlashStore *f, hwaddr addr, hwaddr size)
{
    memset(flash_store_bytes(f, addr), 0xff, size);
    changed(f, addr, size);
}
