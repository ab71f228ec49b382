/*
 * Instrumentation trace macrocell (ARMv7-M C1.7): text by SWO.
 *
 * What firmware writes to stimulus port 0 leaves as plain bytes by the chardev; other ports have
 * nobody who listens.  With a chardev the debug probe at its end has, as an ST-LINK would, enabled
 * the macrocell and port 0, so that firmware that only checks for a listener finds one.
 *
 * Property `chardev`.  Line in: `trcena` (DEMCR).
 *
 * Deliberately different: no packets, time stamps or DWT trace on SWO, and it takes no time: bytes that
 * the back end does not take at once are lost, as on a probe that can't follow.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "chardev/char-fe.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#define REGS "stm32/regs/itm.h"
#include "stm32/core/periph.h"

#define UNLOCK_KEY 0xc5acce55
#define N_PORTS 32

typedef struct Itm {
    Periph parent_obj;
    CharBackend chr;
    bool trcena, unlocked;
} Itm;

#define ITM(obj) ((Itm *)(obj))

static bool has_listener(Itm *s)
{
    return qemu_chr_fe_backend_connected(&s->chr);
}

static bool is_port_on(Itm *s, unsigned port)
{
    const uint32_t *regs = s->parent_obj.regs;

    return s->trcena && (regs[R_TCR] & R_TCR_ITMENA_MASK) && extract32(regs[R_TER], port, 1);
}

/* 1: the FIFO takes more.  A port that is off reads 0, which is how firmware knows. */
static uint32_t stim_read(Periph *p, unsigned n)
{
    return is_port_on(ITM(p), n);
}

static void stim_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint8_t text[4];

    p->regs[n] = 0;
    if (n == 0 && is_port_on(ITM(p), n)) {
        stl_le_p(text, data);
        qemu_chr_fe_write(&ITM(p)->chr, text, p->access_size);
    }
}

static void lockable_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (!ITM(p)->unlocked) {
        periph_mistake(p, ITM001, "%s written while locked", p->reg[n].name);
        p->regs[n] = was;
    }
}

static void lar_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    ITM(p)->unlocked = data == UNLOCK_KEY;
}

static uint32_t lsr_read(Periph *p, unsigned n)
{
    return R_LSR_PRESENT_MASK | (ITM(p)->unlocked ? 0 : R_LSR_LOCKED_MASK);
}

/* unsure: that a port which TPR keeps for privileged code gives a fault, and does not ignore the access */
static bool itm_user_may(Periph *p, unsigned n)
{
    return n <= R_STIM31 && !extract32(p->regs[R_TPR], (n - R_STIM0) / 8, 1);
}

static const RegOps itm_ops[] = {
    [R_STIM0 ... R_STIM31] = { .read = stim_read, .written = stim_written },
    [R_TER] = { .written = lockable_written },
    [R_TPR] = { .written = lockable_written },
    [R_TCR] = { .written = lockable_written },
    [R_LAR] = { .written = lar_written },
    [R_LSR] = { .read = lsr_read },
};

static void trcena_input(void *opaque, int n, int level)
{
    ITM(opaque)->trcena = level;
}

static void itm_reset(Periph *p, bool power_on)
{
    if (!power_on) {
        return;
    }
    ITM(p)->unlocked = false;
    if (has_listener(ITM(p))) {
        p->regs[R_TCR] = R_TCR_ITMENA_MASK;
        p->regs[R_TER] = 1;
    }
}

static void itm_init(Periph *p)
{
    qdev_init_gpio_in_named(DEVICE(p), trcena_input, "trcena", 1);
}

static const VMStateDescription itm_vmstate = {
    .name = "armv7m-itm", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(trcena, Itm),
        VMSTATE_BOOL(unlocked, Itm),
        VMSTATE_PERIPH(Itm),
        VMSTATE_END_OF_LIST()
    },
};

static const Property itm_properties[] = {
    DEFINE_PROP_CHR("chardev", Itm, chr),
};

static const PeriphInfo itm = {
    .chapter = "ARMv7-M C1.7", .bus = BUS_AHB, .size = 0x1000,
    REGS_AND_OPS(itm_ops), PROPERTIES(itm_properties),
    .vmsd = &itm_vmstate, .user_may = itm_user_may,
    .init = itm_init, .reset = itm_reset,
};
DEFINE_PERIPH("armv7m-itm", Itm, itm)
