/*
 * Embedded flash memory interface (RM0090 chapter 3): registers, keys, errors, interrupt, option
 * bytes.  What is behind them is in array.c.
 *
 * Properties: `uid`, the unique device ID, 24 hex digits: its three words in the order of their
 *   addresses; `drive` keeps the 1 MiB array (not the option bytes nor OTP).
 * Lines out: `irq`; `wdg-hw` (IWDG starts by itself); `reset-on-stop`, `reset-on-standby` (entering
 *   that mode resets the chip).
 * Memory: 0 registers, 1 the array, 2 information block (OTP, unique ID, calibration), 3 option
 *   bytes.
 *
 * Deliberately different: reading while BSY does not stall the bus, so code that runs from flash
 * goes on meanwhile, but with timing=approximate (art.c).  What an operation does it has done when it starts: one that a reset interrupts
 * is complete, where on silicon the contents are undefined.  Nor do caches and prefetch have an effect else.
 * Read protection keeps no debugger out, nor does level 1 bar flash from code in RAM; going back to
 * level 0 erases.  The supply is taken as 2.7 to 3.6 V for wait states and PSIZE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "stm32/core/counter.h"
#include "stm32/peripherals/flash/state.h"

#define OPTION_BITS (R_OPTCR_BOR_LEV_MASK | R_OPTCR_WDG_SW_MASK | R_OPTCR_NRST_STOP_MASK | \
                     R_OPTCR_NRST_STDBY_MASK | R_OPTCR_RDP_MASK | R_OPTCR_NWRP_MASK)
#define RDP_LEVEL_0 0xaa
#define RDP_LEVEL_2 0xcc        /* all other values are level 1 */

static void done_expired(void *opaque)
{
    Periph *p = opaque;

    flash_settle(opaque, p->regs[R_CR]);
    periph_update(p);
}

static void flash_update(Periph *p)
{
    Flash *s = FLASH(p);
    uint32_t sr = p->regs[R_SR], cr = p->regs[R_CR];

    counter_arm(s->done, sr & R_SR_BSY_MASK && cr & R_CR_EOPIE_MASK ? s->busy_until : COUNTER_NEVER);
    line_set(&s->irq, ((cr & R_CR_EOPIE_MASK) && (sr & R_SR_EOP_MASK)) ||
                      ((cr & R_CR_ERRIE_MASK) && (sr & (SR_ERRORS | R_SR_OPERR_MASK))));
    line_set(&s->wdg_hw_out, s->wdg_hw);
    line_set(&s->reset_on_stop, !(s->options & R_OPTCR_NRST_STOP_MASK));
    line_set(&s->reset_on_standby, !(s->options & R_OPTCR_NRST_STDBY_MASK));
}

/* SR, CR and OPTCR have bits that change when the operation ends.  Drivers poll them: be quick. */
static uint32_t read_settled(Periph *p, unsigned n)
{
    if (flash_settle(FLASH(p), p->regs[R_CR])) {
        periph_update(p);
    }
    return p->regs[n];
}

static int64_t settled_holds(Periph *p, unsigned n)
{
    return reg_get(FLASH(p), SR, BSY) ? FLASH(p)->busy_until : INT64_MAX;
}

/* ---- Wait states ---- */

/* 30 MHz a wait state, for 2.7 to 3.6 V. */
static void check_wait_states(Periph *p)
{
    unsigned hz = clock_get_hz(p->clk), latency = reg_get(FLASH(p), ACR, LATENCY);
    unsigned needed = hz ? MIN((hz - 1) / 30000000, 5) : 0;

    if (latency < needed) {
        periph_mistake(p, FLASH006, "ACR.LATENCY is %u with HCLK at %u Hz, which needs %u wait states",
                       latency, hz, needed);
    }
}

static void hclk_changed(void *opaque, ClockEvent event)
{
    check_wait_states(opaque);
}

static void acr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if ((data & R_ACR_ICRST_MASK) && (was & R_ACR_ICEN_MASK)) {
        periph_mistake(p, FLASH007, "ACR.ICRST can be written only with ICEN off: ignored");
    }
    if (((data ^ was) & R_ACR_DCRST_MASK) && (was & R_ACR_DCEN_MASK)) {
        periph_mistake(p, FLASH008, "ACR.DCRST can be written only with DCEN off: ignored");
        p->regs[n] = (p->regs[n] & ~R_ACR_DCRST_MASK) | (was & R_ACR_DCRST_MASK);
    }
    flash_art_forget(FLASH(p), (data & R_ACR_ICRST_MASK) && !(was & R_ACR_ICEN_MASK),
                     p->regs[n] & R_ACR_DCRST_MASK);
    if (data & (R_ACR_DCRST_MASK | R_ACR_ICRST_MASK)) {
        FLASH(p)->erased_cached = false;
    }
    check_wait_states(p);
}

/* ---- Keys ---- */

/*
 * A key for the register @n, locked by its bit @lock.
 * unsure: keys for a register that is not locked do nothing; some libraries write them every time.
 */
static void key_written(Periph *p, FlashKeys *keys, unsigned n, uint32_t lock, uint32_t data,
                        uint32_t right)
{
    const char *name = p->reg[n].name;

    if (keys->refused) {
        periph_mistake(p, FLASH009, "a key for %s, which a wrong key has locked until the next reset", name);
        periph_bus_error(p);
    } else if (!(p->regs[n] & lock)) {
        periph_mistake(p, FLASH010, "a key for %s, which is not locked: ignored", name);
    } else if (data != right) {
        periph_mistake(p, FLASH011, "wrong key 0x%08x for %s: locked until the next reset", data, name);
        keys->refused = true;
        periph_bus_error(p);
    } else if (!keys->first) {
        keys->first = true;
    } else {
        keys->first = false;
        p->regs[n] &= ~lock;
    }
}

static void keyr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    FlashKeys *keys = &FLASH(p)->cr_keys;

    key_written(p, keys, R_CR, R_CR_LOCK_MASK, data, keys->first ? 0xcdef89ab : 0x45670123);
}

static void optkeyr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    FlashKeys *keys = &FLASH(p)->optcr_keys;

    if (FIELD_EX32(FLASH(p)->options, OPTCR, RDP) == RDP_LEVEL_2) {
        periph_mistake(p, FLASH012, "a key for OPTCR: with read protection level 2 the option bytes are "
                       "final, ignored");
        return;
    }
    key_written(p, keys, R_OPTCR, R_OPTCR_OPTLOCK_MASK, data,
                keys->first ? 0x4c5d6e7f : 0x08192a3b);
}

/* ---- Control ---- */

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Flash *s = FLASH(p);
    bool erasing;

    flash_settle(s, was);
    erasing = (was & R_CR_STRT_MASK) && (p->regs[R_SR] & R_SR_BSY_MASK);
    if (was & R_CR_LOCK_MASK) {
        if ((data ^ was) & p->reg[n].rw) {
            periph_mistake(p, FLASH013, "CR written while LOCK is set: ignored");
        }
        p->regs[n] = was & (erasing ? UINT32_MAX : ~R_CR_STRT_MASK);
        return;
    }
    if (data & R_CR_LOCK_MASK && FLASH(p)->erased_cached) {
        periph_mistake(p, FLASH025, "LOCK is set after an erase with caches on (ACR), which have not been flushed since");
        FLASH(p)->erased_cached = false;
    }
    if ((p->regs[n] ^ was) & (R_CR_PG_MASK | R_CR_PSIZE_MASK)) {
        s->half = false;
    }
    /* unsure: STRT written as it was read while an erase is under way does not start another */
    if ((data & R_CR_STRT_MASK) && !erasing) {
        p->regs[n] &= ~R_CR_STRT_MASK;
        flash_erase(s);
    }
}

/* ---- Option bytes ---- */

static unsigned rdp_level(uint32_t options)
{
    unsigned rdp = FIELD_EX32(options, OPTCR, RDP);

    return rdp == RDP_LEVEL_0 ? 0 : rdp == RDP_LEVEL_2 ? 2 : 1;
}

/* unsure: no document says how long this takes; it erases and programs a small sector of its own */
static void program_options(Flash *s)
{
    Periph *p = &s->parent_obj;
    uint32_t options = p->regs[R_OPTCR] & OPTION_BITS;

    if (rdp_level(options) == 2) {
        periph_mistake(p, FLASH014, "read protection goes to level 2: on silicon that is for ever, without "
                       "debugger and bootloader");
    }
    if (rdp_level(s->options) == 1 && rdp_level(options) == 0) {
        flash_begin(s, flash_erase_all(s));
    }
    s->options = options;
    flash_begin(s, flash_erase_16k_ns(s));
}

static void optcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Flash *s = FLASH(p);
    bool busy;

    flash_settle(s, p->regs[R_CR]);
    busy = (was & R_OPTCR_OPTSTRT_MASK) && (p->regs[R_SR] & R_SR_BSY_MASK);
    if (was & R_OPTCR_OPTLOCK_MASK) {
        if (p->regs[n] != was) {
            periph_mistake(p, FLASH015, "OPTCR written while OPTLOCK is set: ignored");
        }
        p->regs[n] = was & (busy ? UINT32_MAX : ~R_OPTCR_OPTSTRT_MASK);
    } else if ((data & R_OPTCR_OPTSTRT_MASK) && !busy) {
        p->regs[n] |= R_OPTCR_OPTSTRT_MASK;
        program_options(s);
    }
}

/* ---- The device ---- */

static const RegOps flash_ops[] = {
    [R_ACR]     = { .written = acr_written },
    [R_KEYR]    = { .written = keyr_written },
    [R_OPTKEYR] = { .written = optkeyr_written },
    [R_SR]      = { .read = read_settled, .holds = settled_holds },
    [R_CR]      = { .read = read_settled, .holds = settled_holds, .written = cr_written },
    [R_OPTCR]   = { .read = read_settled, .holds = settled_holds, .written = optcr_written },
};

/* Option bytes outlive everything.  RM0090 3.6.1: a change of WDG_SW waits for a reset. */
static void flash_reset(Periph *p, bool power_on)
{
    Flash *s = FLASH(p);

    p->regs[R_OPTCR] = s->options | R_OPTCR_OPTLOCK_MASK;
    s->wdg_hw = !(s->options & R_OPTCR_WDG_SW_MASK);
    s->cr_keys = s->optcr_keys = (FlashKeys) { };
    s->half = false;
    flash_art_forget(s, true, true);
}

static void flash_init(Periph *p)
{
    Flash *s = FLASH(p);

    s->options = p->reg[R_OPTCR].reset & OPTION_BITS;
    s->done = timer_new_ns(QEMU_CLOCK_VIRTUAL, done_expired, s);
    clock_set_callback(p->clk, hclk_changed, p, ClockUpdate);
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->wdg_hw_out, "wdg-hw");
    periph_add_line(p, &s->reset_on_stop, "reset-on-stop");
    periph_add_line(p, &s->reset_on_standby, "reset-on-standby");
}

static void flash_realize(Periph *p, Error **errp)
{
    flash_array_init(FLASH(p), errp);
}

static const Property flash_properties[] = {
    DEFINE_PROP_STRING("uid", Flash, uid),
    DEFINE_PROP_DRIVE("drive", Flash, drive),
};

static const VMStateDescription flash_art_vmstate = {
    .name = "stm32f4-flash/art", .version_id = 1, .minimum_version_id = 1, .needed = flash_art_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_ARRAY(art.code, Flash, ART_CODE_LINES),
        VMSTATE_UINT32_ARRAY(art.data, Flash, ART_DATA_LINES),
        VMSTATE_UINT32(art.ahead, Flash),
        VMSTATE_INT64(art.ahead_at, Flash),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription flash_vmstate = {
    .name = "stm32f4-flash", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(options, Flash),
        VMSTATE_BOOL(wdg_hw, Flash),
        VMSTATE_BOOL(cr_keys.first, Flash),
        VMSTATE_BOOL(cr_keys.refused, Flash),
        VMSTATE_BOOL(optcr_keys.first, Flash),
        VMSTATE_BOOL(optcr_keys.refused, Flash),
        VMSTATE_INT64(busy_until, Flash),
        VMSTATE_BOOL(half, Flash),
        VMSTATE_UINT32(half_addr, Flash),
        VMSTATE_UINT32(half_data, Flash),
        VMSTATE_PERIPH(Flash),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription * const []) { &flash_art_vmstate, NULL },
};

static const PeriphInfo flash = {
    .chapter = "RM0090 3", .bus = BUS_AHB,
    REGS_AND_OPS(flash_ops), PROPERTIES(flash_properties),
    .vmsd = &flash_vmstate,
    .init = flash_init, .realize = flash_realize, .reset = flash_reset, .update = flash_update,
};
DEFINE_PERIPH("stm32f4-flash", Flash, flash)
