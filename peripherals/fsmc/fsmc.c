/*
 * FSMC, the static memory controller (RM0090 chapter 36): registers and interrupts.
 *
 * Bus `fsmc`: the parts behind it.  Signals: all lines of the datasheet's tables.  Line out: `irq`.
 * Regions 1 to 4 are the banks.
 *
 * Deliberately different: cycles take no time but with timing=approximate, see access.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/peripherals/fsmc/state.h"
#include "stm32/core/lane.h"

/* What a DMA has had to bring up to now goes there as registers have been. */
static void fsmc_sync(Periph *p)
{
    if (unlikely(lanes_are_held())) {
        lanes_move();
    }
}

/* That changes no register. */
static int64_t fsmc_holds(Periph *p)
{
    return INT64_MAX;
}

static void fsmc_update(Periph *p)
{
    Fsmc *s = FSMC(p);
    bool irq = false;

    memory_region_transaction_begin();
    for (unsigned i = 0; i < FSMC_SELECTS; i++) {
        fsmc_wire(&s->slot[i]);
    }
    memory_region_transaction_commit();
    for (unsigned i = FSMC_NCE2; i <= FSMC_NCE4; i++) {
        uint32_t sr = p->regs[FSMC_SR(i)];

        irq |= sr & sr >> R_SR2_IREN_SHIFT & (R_SR2_IRS_MASK | R_SR2_ILS_MASK | R_SR2_IFS_MASK);
    }
    line_set(&s->irq, irq);
}

/* ---- Registers ---- */

static void bcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t bcr = p->regs[n];

    if (FIELD_EX32(bcr, BCR1, MBKEN) && FIELD_EX32(bcr, BCR1, MWID) > 1) {
        periph_mistake(p, FSMC007, "BCR%u.MWID %u is reserved, taken for 8 bits", n / 2 + 1,
                       (unsigned)FIELD_EX32(bcr, BCR1, MWID));
    }
}

static FsmcSelect nand_of(unsigned n)
{
    return n < R_PCR3 ? FSMC_NCE2 : n < R_PCR4 ? FSMC_NCE3 : FSMC_NCE4;
}

static void pcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (n == R_PCR4 && FIELD_EX32(p->regs[n] & ~was, PCR2, PBKEN)) {
        periph_mistake(p, FSMC022, "PCR4.PBKEN set: a chip with 100 pins has not NCE4_1, NCE4_2, NREG, NIORD, NIOWR, CD "
                       "and INTR (PG10, PG11, PF6 to PF10)");
    }
    if (!FIELD_EX32(p->regs[n], PCR2, ECCEN)) {
        fsmc_ecc_clear(&FSMC(p)->nand[nand_of(n) - FSMC_NCE2]);
    }
}

static uint32_t sr_read(Periph *p, unsigned n)
{
    return FIELD_DP32(p->regs[n], SR2, FEMPT, fsmc_fifo_is_empty(FSMC(p), nand_of(n)));
}

static int64_t sr_holds(Periph *p, unsigned n)
{
    Fsmc *s = FSMC(p);
    FsmcSelect select = nand_of(n);

    return fsmc_fifo_is_empty(s, select) ? INT64_MAX : counter_when(&s->hclk, s->nand[select - FSMC_NCE2].fifo_empty);
}

static uint32_t eccr_read(Periph *p, unsigned n)
{
    return FSMC(p)->nand[nand_of(n) - FSMC_NCE2].ecc;
}

static void eccr_was_read(Periph *p, unsigned n, uint32_t value)
{
    FsmcSelect select = nand_of(n);
    FsmcNand *nand = &FSMC(p)->nand[select - FSMC_NCE2];
    uint32_t pcr = p->regs[FSMC_PCR(select)], page = 256u << MIN(FIELD_EX32(pcr, PCR2, ECCPS), 5u);

    if (!fsmc_fifo_is_empty(FSMC(p), select)) {
        periph_mistake(p, FSMC008, "ECCR%u read while what was written is still in the FIFO: wait for "
                       "SR%u.FEMPT", select - 2, select - 2);
    } else if (nand->ecc_bytes != page) {
        periph_mistake(p, FSMC009, "ECCR%u read after %u bytes of a page of %u (PCR%u.ECCPS)", select - 2,
                       nand->ecc_bytes, page, select - 2);
    }
}

static const RegOps fsmc_ops[] = {
    [R_BCR1] = { .written = bcr_written },
    [R_BCR2] = { .written = bcr_written },
    [R_BCR3] = { .written = bcr_written },
    [R_BCR4] = { .written = bcr_written },
    [R_PCR2] = { .written = pcr_written },
    [R_PCR3] = { .written = pcr_written },
    [R_PCR4] = { .written = pcr_written },
    [R_SR2] = { .read = sr_read, .holds = sr_holds },
    [R_SR3] = { .read = sr_read, .holds = sr_holds },
    [R_SR4] = { .read = sr_read, .holds = sr_holds },
    [R_ECCR2] = { .read = eccr_read, .was_read = eccr_was_read },
    [R_ECCR3] = { .read = eccr_read, .was_read = eccr_was_read },
};

/* ---- The device ---- */

static void pins_changed(void *opaque)
{
    fsmc_sync(opaque);
    periph_update(opaque);
}

static void interrupt_changed(void *opaque, bool level)
{
    FsmcSlot *slot = opaque;

    fsmc_nand_interrupt(slot, level);
    periph_update(&slot->s->parent_obj);
}

static void parts_changed(void *opaque)
{
    Fsmc *s = opaque;

    for (unsigned i = 0; i < FSMC_SELECTS; i++) {
        FsmcSlot *slot = &s->slot[i];

        if (s->bus.part[i] && !slot->part) {
            slot->part = s->bus.part[i];
            slot->class = FSMC_PART_GET_CLASS(slot->part);
            fsmc_windows_add(slot);
        }
    }
    periph_update(opaque);
}

static void clock_changes(void *opaque, ClockEvent event)
{
    Fsmc *s = opaque;

    if (event == ClockPreUpdate) {
        fsmc_sync(&s->parent_obj);
        counter_sync(&s->hclk);
    } else {
        counter_go(&s->hclk);
        periph_update(opaque);
    }
}

static void fsmc_init(Periph *p)
{
    static const char *const interrupts[] = { "int2", "int3", "intr" };
    Fsmc *s = FSMC(p);

    clock_set_callback(p->clk, clock_changes, s, ClockPreUpdate | ClockUpdate);
    counter_init(&s->hclk, p->clk);
    counter_go(&s->hclk);
    qbus_init(&s->bus, sizeof(s->bus), TYPE_FSMC_BUS, DEVICE(p), "fsmc");
    s->bus.changed = parts_changed;
    s->bus.opaque = s;
    periph_add_line(p, &s->irq, "irq");
    fsmc_lines_init(s, pins_changed);
    fsmc_windows_init(s);
    for (unsigned i = 0; i < ARRAY_SIZE(interrupts); i++) {
        Signal *signal = fsmc_line(s, interrupts[i]);

        signal->changed = interrupt_changed;
        signal->opaque = &s->slot[FSMC_NCE2 + i];
    }
}

static void fsmc_reset(Periph *p, bool power_on)
{
    Fsmc *s = FSMC(p);

    for (unsigned i = 0; i < ARRAY_SIZE(s->nand); i++) {
        fsmc_ecc_clear(&s->nand[i]);
        s->nand[i].fifo_empty = 0;
    }
    s->access.free = 0;
}

static const VMStateDescription fsmc_nand_vmstate = {
    .name = "stm32f4-fsmc-nand", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(ecc, FsmcNand),
        VMSTATE_UINT32(ecc_bytes, FsmcNand),
        VMSTATE_UINT64(fifo_empty, FsmcNand),
        VMSTATE_BOOL(interrupt, FsmcNand),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription fsmc_vmstate = {
    .name = "stm32f4-fsmc", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(hclk, Fsmc),
        VMSTATE_STRUCT_ARRAY(nand, Fsmc, 3, 1, fsmc_nand_vmstate, FsmcNand),
        VMSTATE_PERIPH(Fsmc),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription * const []) { &fsmc_access_vmstate, NULL },
};

static const char *fsmc_reserved(unsigned offset)
{
    return offset >= 0x140 && offset < 0x15c ? "that is SDRAM, which the FMC of an STM32F42x has, not the FSMC" : NULL;
}

static const PeriphInfo fsmc_info = {
    .chapter = "RM0090 36", .bus = BUS_AHB, .widths = 4, .size = 0x1000,
    REGS_AND_OPS(fsmc_ops), .vmsd = &fsmc_vmstate,
    .sync = fsmc_sync, .holds = fsmc_holds, .init = fsmc_init, .reset = fsmc_reset, .update = fsmc_update, .reserved = fsmc_reserved,
};
DEFINE_PERIPH("stm32f4-fsmc", Fsmc, fsmc_info);
