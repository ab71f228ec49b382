/*
 * Controller area network (RM0090 chapter 32): registers, interrupts, pins.  The bus is bus.c.
 *
 * Lines out: `irq-tx`, `irq-rx0`, `irq-rx1`, `irq-sce`.
 * Signals: `tx`, `rx`.
 * Properties: `canbus`, the can-bus of QEMU that its transceiver is at; without one there is no
 *   transceiver; `master`, the controller whose filters it uses; while it runs `fault`: what this
 *   controller finds wrong with frames it sends or hears: "stuff", "form", "ack", "bit-recessive",
 *   "bit-dominant", "crc" or "none", with ":3" for the next three frames alone.
 *
 * Deliberately different: a frame passes as a whole, its bits are drawn for who looks (draw.c); errors other than
 * a bit at the frame's very start show at its ACK slot; a receiver has a frame when the sender is
 * through, on silicon a bit earlier; the debugger stops time, so DBF has nothing to do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/peripherals/bxcan/state.h"

/* ---- Outputs ---- */

static bool wants_rx_interrupt(const Bxcan *s, unsigned n)
{
    uint32_t rfr = bxcan_regs(s)[R_RF0R + n], ier = bxcan_regs(s)[R_IER];

    ier = n ? ier >> (R_IER_FMPIE1_SHIFT - R_IER_FMPIE0_SHIFT) : ier;
    return (s->fifo[n].count && ier & R_IER_FMPIE0_MASK) ||
           (rfr & R_RF0R_FULL0_MASK && ier & R_IER_FFIE0_MASK) ||
           (rfr & R_RF0R_FOVR0_MASK && ier & R_IER_FOVIE0_MASK);
}

static bool wants_sce_interrupt(const uint32_t *regs)
{
    uint32_t msr = regs[R_MSR], ier = regs[R_IER];

    return (msr & R_MSR_ERRI_MASK && ier & R_IER_ERRIE_MASK) ||
           (msr & R_MSR_WKUI_MASK && ier & R_IER_WKUIE_MASK) ||
           (msr & R_MSR_SLAKI_MASK && ier & R_IER_SLKIE_MASK);
}

static void bxcan_update(Periph *p)
{
    Bxcan *s = BXCAN(p);

    bxcan_wire_run(s);
    line_set(&s->irq_tx, p->regs[R_IER] & R_IER_TMEIE_MASK &&
             p->regs[R_TSR] & (R_TSR_RQCP0_MASK | R_TSR_RQCP1_MASK | R_TSR_RQCP2_MASK));
    line_set(&s->irq_rx[0], wants_rx_interrupt(s, 0));
    line_set(&s->irq_rx[1], wants_rx_interrupt(s, 1));
    line_set(&s->irq_sce, wants_sce_interrupt(p->regs));
    bxcan_draw_pins(s);
}

/* ---- Registers ---- */

/* RESET: FIFOs and MCR.  unsure: mailboxes lose their requests, all other registers stay */
static void reset_by_software(Bxcan *s)
{
    bxcan_wire_leave(s);
    for (unsigned m = 0; m < MAILBOXES; m++) {
        bxcan_regs(s)[R_TI0R + 4 * m] &= ~R_TI0R_TXRQ_MASK;
    }
    periph_reset_register(&s->parent_obj, R_MCR);
    periph_reset_register(&s->parent_obj, R_MSR);
    periph_reset_register(&s->parent_obj, R_TSR);
    periph_reset_register(&s->parent_obj, R_RF0R);
    periph_reset_register(&s->parent_obj, R_RF1R);
    memset(s->fifo, 0, sizeof(s->fifo));
    s->mode = CAN_MODE_SLEEP;
    s->recovering = false;
}

static void mcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (data & R_MCR_RESET_MASK) {
        reset_by_software(BXCAN(p));
    }
}

static uint32_t msr_read(Periph *p, unsigned n)
{
    Bxcan *s = BXCAN(p);
    uint32_t msr;

    msr = p->regs[R_MSR] & ~(R_MSR_TXM_MASK | R_MSR_RXM_MASK | R_MSR_SAMP_MASK | R_MSR_RX_MASK);
    msr |= s->role == ROLE_SENDER ? R_MSR_TXM_MASK : s->role != ROLE_NONE ? R_MSR_RXM_MASK : 0;
    return msr | (bxcan_rx_level(s) ? R_MSR_SAMP_MASK | R_MSR_RX_MASK : 0);
}

static void btr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Bxcan *s = BXCAN(p);

    if (s->mode != CAN_MODE_INIT) {
        periph_mistake(p, CAN001, "BTR written outside of initialization mode: ignored");
        p->regs[n] = was;
        return;
    }
    if (reg_get(s, MCR, SLEEP)) {
        periph_mistake(p, CAN012, "BTR written in initialization, and MCR.SLEEP is still set");
    }
    counter_divide(&s->bits, bxcan_bit_ticks(s));
}

#define MAILBOX(n)                                              \
    [R_TI##n##R]  = { .written = bxcan_tir_written },           \
    [R_TDT##n##R] = { .written = bxcan_mailbox_written },       \
    [R_TDL##n##R] = { .written = bxcan_mailbox_written },       \
    [R_TDH##n##R] = { .written = bxcan_mailbox_written }

#define FILTER { .read = bxcan_filter_read, .was_read = bxcan_filter_was_read, \
                 .written = bxcan_filter_written }

static const RegOps bxcan_ops[] = {
    [R_MCR]  = { .written = mcr_written },
    [R_MSR]  = { .read = msr_read },
    [R_TSR]  = { .read = bxcan_tsr_read, .written = bxcan_tsr_written },
    [R_RF0R] = { .read = bxcan_rfr_read, .written = bxcan_rfr_written },
    [R_RF1R] = { .read = bxcan_rfr_read, .written = bxcan_rfr_written },
    [R_BTR]  = { .written = btr_written },
    MAILBOX(0), MAILBOX(1), MAILBOX(2),
    [R_RI0R ... R_RDH1R] = { .read = bxcan_fifo_read },
    [R_FMR]   = FILTER,
    [R_FM1R]  = FILTER,
    [R_FS1R]  = FILTER,
    [R_FFA1R] = FILTER,
    [R_FA1R]  = FILTER,
    [R_F0R1 ... R_F27R2] = FILTER,
};

/* ---- Inputs ---- */

static void bxcan_sync(Periph *p)
{
    bxcan_wire_catch_up(BXCAN(p));
}

static int64_t bxcan_holds(Periph *p)
{
    return bxcan_wire_holds(BXCAN(p));
}

static void rx_changed(void *opaque, bool level)
{
    periph_update(opaque);
}

static void clock_changed(void *opaque, ClockEvent event)
{
    Bxcan *s = opaque;

    if (event == ClockPreUpdate) {
        bxcan_wire_catch_up(s);
        counter_sync(&s->bits);
        return;
    }
    if (!bxcan_has_clock(s)) {
        bxcan_wire_leave(s);
    }
    periph_update(&s->parent_obj);
}

static const char *const fault_names[] = {
    "none", "stuff", "form", "ack", "bit-recessive", "bit-dominant", "crc",
};

static char *get_fault(Object *obj, Error **errp)
{
    const Bxcan *s = BXCAN(obj);

    return s->faults ? g_strdup_printf("%s:%u", fault_names[s->fault], s->faults)
                     : g_strdup(fault_names[s->fault]);
}

static void set_fault(Object *obj, const char *value, Error **errp)
{
    g_auto(GStrv) part = g_strsplit(value, ":", 2);

    for (unsigned i = 0; *part && i < ARRAY_SIZE(fault_names); i++) {
        if (!strcmp(part[0], fault_names[i])) {
            bxcan_wire_catch_up(BXCAN(obj));
            BXCAN(obj)->fault = i;
            BXCAN(obj)->faults = i && part[1] ? strtoul(part[1], NULL, 10) : 0;
            periph_update(PERIPH(obj));
            return;
        }
    }
    error_setg(errp, "the fault of frames is 'stuff', 'form', 'ack', 'bit-recessive', "
               "'bit-dominant', 'crc' or 'none', or 'crc:3' for three frames; not '%s'", value);
}

/* ---- The device ---- */

static void bxcan_init(Periph *p)
{
    Bxcan *s = BXCAN(p);

    periph_add_line(p, &s->irq_tx, "irq-tx");
    periph_add_line(p, &s->irq_rx[0], "irq-rx0");
    periph_add_line(p, &s->irq_rx[1], "irq-rx1");
    periph_add_line(p, &s->irq_sce, "irq-sce");
    periph_add_signal(p, &s->tx, "tx");
    periph_add_signal(p, &s->rx, "rx");
    s->rx.changed = rx_changed;
    s->rx.opaque = s;
    counter_init(&s->bits, p->clk);
    counter_go(&s->bits);
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    object_property_add_str(OBJECT(p), "fault", get_fault, set_fault);
    bxcan_wire_init(s);
    bxcan_draw_init(s);
}

static void bxcan_realize(Periph *p, Error **errp)
{
    bxcan_bus_realize(BXCAN(p));
}

static void bxcan_reset(Periph *p, bool power_on)
{
    Bxcan *s = BXCAN(p);

    bxcan_wire_leave(s);
    s->mode = CAN_MODE_SLEEP;
    s->recovering = s->impatient = false;
    s->alone = true;
    s->quiet_until = 0;
    s->requests = s->stamp = s->mailbox = s->found = 0;
    memset(s->order, 0, sizeof(s->order));
    memset(s->fifo, 0, sizeof(s->fifo));
    counter_divide(&s->bits, bxcan_bit_ticks(s));
    counter_set(&s->bits, 0);
}

static const VMStateDescription bxcan_vmstate = {
    .name = "stm32f4-bxcan", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(bits, Bxcan),
        VMSTATE_UINT32(mode, Bxcan),
        VMSTATE_UINT32(role, Bxcan),
        VMSTATE_BOOL(alone, Bxcan),
        VMSTATE_BOOL(recovering, Bxcan),
        VMSTATE_UINT64(sync_due, Bxcan),
        VMSTATE_UINT64(recovery_due, Bxcan),
        VMSTATE_UINT32(mailbox, Bxcan),
        VMSTATE_UINT32_ARRAY(order, Bxcan, MAILBOXES),
        VMSTATE_UINT32(requests, Bxcan),
        VMSTATE_UINT32(stamp, Bxcan),
        VMSTATE_INT64(quiet_until, Bxcan),
        VMSTATE_UINT32(found, Bxcan),
        VMSTATE_UINT32(fault, Bxcan),
        VMSTATE_UINT32(faults, Bxcan),
        VMSTATE_BOOL(impatient, Bxcan),
        VMSTATE_STRUCT_ARRAY(fifo, Bxcan, 2, 1, vmstate_can_fifo, CanFifo),
        VMSTATE_STRUCT(inner, Bxcan, 1, vmstate_can_wire, CanWire),
        VMSTATE_STRUCT(outer, Bxcan, 1, vmstate_can_wire, CanWire),
        VMSTATE_PICTURE(tx_picture, Bxcan),
        VMSTATE_PICTURE(rx_picture, Bxcan),
        VMSTATE_VALIDATE("modes and FIFOs", bxcan_is_sane),
        VMSTATE_PERIPH(Bxcan),
        VMSTATE_END_OF_LIST()
    },
};

static const Property bxcan_properties[] = {
    DEFINE_PROP_LINK("canbus", Bxcan, bus, TYPE_CAN_BUS, CanBusState *),
    DEFINE_PROP_LINK("master", Bxcan, master, TYPE_PERIPH, Periph *),
};

/* What a loop waits for that nothing ends. */
static const char *bxcan_idle(Periph *p, unsigned n)
{
    Bxcan *s = BXCAN(p);

    if (n != R_MSR && n != R_TSR) {
        return NULL;
    }
    return s->mode == CAN_MODE_SLEEP && reg_get(s, MCR, SLEEP) ? "MCR.SLEEP is 1, it sleeps"
           : s->mode == CAN_MODE_INIT && reg_get(s, MCR, INRQ) ? "MCR.INRQ is 1, it is in initialization" : NULL;
}

static const PeriphInfo bxcan = {
    .chapter = "RM0090 32", .bus = BUS_APB, .widths = 4,
    REGS_AND_OPS(bxcan_ops), PROPERTIES(bxcan_properties),
    .vmsd = &bxcan_vmstate,
    .init = bxcan_init, .realize = bxcan_realize, .reset = bxcan_reset, .sync = bxcan_sync,
    .update = bxcan_update, .holds = bxcan_holds,
    .idle = bxcan_idle,
};
DEFINE_PERIPH("stm32f4-bxcan", Bxcan, bxcan)
