/*
 * Modes of bxCAN and its errors (RM0090 32.4, 32.7.6): initialization, sleep, how it gets to the
 * bus and off it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "system/runstate.h"
#include "stm32/peripherals/bxcan/state.h"

#define WARNING 96
#define PASSIVE 128
#define BUS_OFF 256
#define PINS_NS (10 * SCALE_MS)         /* until pins are thought of as forgotten */
#define NOT_YET UINT64_MAX      /* `sync_due` while RX is low */

bool bxcan_rx_level(const Bxcan *s)
{
    return s->bus || signal_level(&s->rx, true);
}

/* In loopback mode the pin is of no interest. */
static bool sees_low(const Bxcan *s)
{
    return !reg_get(s, BTR, LBKM) && !bxcan_rx_level(s);
}

bool bxcan_is_on(const Bxcan *s)
{
    return s->mode == CAN_MODE_NORMAL && bxcan_has_clock(s) && !s->parent_obj.held &&
           !reg_get(s, ESR, BOFF);
}

/* ---- Modes ---- */

static void set_acknowledges(Bxcan *s, uint32_t which)
{
    uint32_t *msr = &bxcan_regs(s)[R_MSR];

    *msr = (*msr & ~(R_MSR_INAK_MASK | R_MSR_SLAK_MASK)) | which;
    if (!(which & R_MSR_SLAK_MASK)) {
        *msr &= ~R_MSR_SLAKI_MASK;
    }
}

static void enter_init(Bxcan *s)
{
    s->mode = CAN_MODE_INIT;
    s->recovering = false;
    set_acknowledges(s, R_MSR_INAK_MASK);
}

static void enter_sleep(Bxcan *s)
{
    s->mode = CAN_MODE_SLEEP;
    set_acknowledges(s, R_MSR_SLAK_MASK);
    if (reg_get(s, IER, SLKIE)) {
        bxcan_regs(s)[R_MSR] |= R_MSR_SLAKI_MASK;
    }
}

static void begin_recovery(Bxcan *s)
{
    s->recovering = true;
    s->recovery_due = counter_now(&s->bits) + RECOVERY_BITS;
}

/* INAK or SLAK stays until the bus has been idle for 11 bits. */
static void begin_sync(Bxcan *s)
{
    if (s->mode == CAN_MODE_INIT) {
        counter_set(&s->bits, 0);
        if (reg_get(s, ESR, BOFF)) {
            begin_recovery(s);
        }
    }
    s->mode = CAN_MODE_SYNC;
    s->sync_due = sees_low(s) ? NOT_YET : counter_now(&s->bits) + BUS_IDLE_BITS;
    if (s->master && !clock_is_enabled(s->master->clk)) {
        periph_mistake(&s->parent_obj, CAN011, "it is to go to the bus, and CAN1 has no clock (RCC_APB1ENR.CAN1EN)");
    }
    if (sees_low(s)) {
        periph_mistake(&s->parent_obj, CAN002, "waits for 11 recessive bits, and RX is low: there is no "
                       "transceiver without -machine canbus1=ID or canbus2=ID");
    }
}

static void end_recovery(Bxcan *s)
{
    s->recovering = false;
    bxcan_regs(s)[R_ESR] &= ~(R_ESR_BOFF_MASK | R_ESR_EPVF_MASK | R_ESR_EWGF_MASK |
                              R_ESR_TEC_MASK | R_ESR_REC_MASK);
}

/* unsure: INRQ counts for more than SLEEP, which drivers clear before or after. */
static void follow_requests(Bxcan *s)
{
    bool init = reg_get(s, MCR, INRQ), sleep = reg_get(s, MCR, SLEEP);

    if (init) {
        if (s->mode != CAN_MODE_INIT) {
            enter_init(s);
        }
    } else if (sleep) {
        if (s->mode != CAN_MODE_SLEEP) {
            enter_sleep(s);
        }
    } else if (s->mode == CAN_MODE_INIT || s->mode == CAN_MODE_SLEEP) {
        begin_sync(s);
    }
}

/* Looked at a moment after the start: VESC selects its pins behind it. */
static void check_pins(void *opaque)
{
    Bxcan *s = opaque;
    bool needs_tx = !reg_get(s, BTR, SILM);

    if (s->mode == CAN_MODE_NORMAL && !reg_get(s, BTR, LBKM) &&
        (!signal_is_routed(&s->rx) || (needs_tx && !signal_is_routed(&s->tx)))) {
        periph_mistake(&s->parent_obj, CAN003, "%s is at no pin (GPIOx_MODER, GPIOx_AFR): nothing of the "
                       "bus gets here", signal_is_routed(&s->rx) ? "TX" : "RX");
    }
}

/* 11 recessive bits, from where RX has risen or a frame has ended. */
static void wait_for_bus(Bxcan *s)
{
    bool low = sees_low(s);

    if (!runstate_is_running()) {
        return;                         /* it is being loaded: pins come later, and the other nodes */
    }
    if (low) {
        s->sync_due = NOT_YET;
    } else if (s->sync_due == NOT_YET || bxcan_bus_is_busy(s)) {
        s->sync_due = counter_now(&s->bits) + BUS_IDLE_BITS;
    } else if (counter_now(&s->bits) >= s->sync_due) {
        s->mode = CAN_MODE_NORMAL;
        set_acknowledges(s, 0);
        mistake_later(check_pins, s, PINS_NS);
    }
}

void bxcan_mode_run(Bxcan *s)
{
    if (!bxcan_has_clock(s) || s->parent_obj.held) {
        return;
    }
    if (s->role == ROLE_NONE) {         /* a frame under way ends first */
        follow_requests(s);
    }
    if (s->mode == CAN_MODE_SYNC) {
        wait_for_bus(s);
    }
    if (s->recovering && s->mode == CAN_MODE_NORMAL &&
        counter_now(&s->bits) >= s->recovery_due) {
        end_recovery(s);
    }
}

int64_t bxcan_mode_when(const Bxcan *s)
{
    if (!bxcan_has_clock(s) || s->parent_obj.held) {
        return COUNTER_NEVER;
    }
    if (s->mode == CAN_MODE_SYNC) {
        return bxcan_bus_is_busy(s) || s->sync_due == NOT_YET ? COUNTER_NEVER : counter_when(&s->bits, s->sync_due);
    }
    return s->mode == CAN_MODE_NORMAL && s->recovering && !bxcan_bus_is_busy(s)
           ? counter_when(&s->bits, s->recovery_due) : COUNTER_NEVER;
}

/*
 * Of the 11 recessive bits that end every frame 3 are still to come; they count once for recovery.
 */
void bxcan_mode_bus_was_busy(Bxcan *s, unsigned bits)
{
    if (s->mode == CAN_MODE_SYNC) {
        counter_set(&s->bits, counter_now(&s->bits));
        s->sync_due = counter_now(&s->bits) + 3;
    }
    if (s->recovering) {
        s->recovery_due += bits;
    }
}

/* Its bits and the sender's differ by up to one. */
void bxcan_mode_bus_is_idle(Bxcan *s)
{
    if (s->mode == CAN_MODE_SYNC && counter_now(&s->bits) + 1 >= s->sync_due) {
        s->sync_due = counter_now(&s->bits);
        bxcan_mode_run(s);
    }
}

void bxcan_mode_wake(Bxcan *s)
{
    if (s->mode == CAN_MODE_SLEEP && bxcan_has_clock(s) && !s->parent_obj.held) {
        bxcan_regs(s)[R_MSR] |= R_MSR_WKUI_MASK;
        if (reg_get(s, MCR, AWUM)) {
            bxcan_regs(s)[R_MCR] &= ~R_MCR_SLEEP_MASK;
        }
    }
}

/* ---- Errors ---- */

bool bxcan_is_passive(const Bxcan *s)
{
    return reg_get(s, ESR, EPVF);
}

/* Set and clear flags as the counters say; ERRI when one is set that may interrupt. */
static void count(Bxcan *s, unsigned tec, unsigned rec)
{
    uint32_t *regs = bxcan_regs(s), flags = 0, risen;

    flags |= MAX(tec, rec) >= WARNING ? R_ESR_EWGF_MASK : 0;
    flags |= MAX(tec, rec) >= PASSIVE ? R_ESR_EPVF_MASK : 0;
    flags |= tec >= BUS_OFF ? R_ESR_BOFF_MASK : 0;
    risen = flags & ~regs[R_ESR];
    regs[R_ESR] = (regs[R_ESR] & R_ESR_LEC_MASK) | flags;
    /* unsure: what TEC shows at bus-off; here where it was before it overflowed */
    regs[R_ESR] = FIELD_DP32(regs[R_ESR], ESR, TEC, tec >= BUS_OFF ? BUS_OFF - 8 : tec);
    regs[R_ESR] = FIELD_DP32(regs[R_ESR], ESR, REC, rec);
    if ((risen & R_ESR_EWGF_MASK && regs[R_IER] & R_IER_EWGIE_MASK) ||
        (risen & R_ESR_EPVF_MASK && regs[R_IER] & R_IER_EPVIE_MASK) ||
        (risen & R_ESR_BOFF_MASK && regs[R_IER] & R_IER_BOFIE_MASK)) {
        regs[R_MSR] |= R_MSR_ERRI_MASK;
    }
    if (risen & R_ESR_BOFF_MASK && reg_get(s, MCR, ABOM)) {
        begin_recovery(s);
    }
}

static void set_code(Bxcan *s, CanError error)
{
    uint32_t *regs = bxcan_regs(s);

    regs[R_ESR] = FIELD_DP32(regs[R_ESR], ESR, LEC, error);
    if (error && regs[R_IER] & R_IER_LECIE_MASK) {
        regs[R_MSR] |= R_MSR_ERRI_MASK;
    }
}

/* An error passive node that nobody acknowledges stays where it is. */
void bxcan_tx_error(Bxcan *s, CanError error)
{
    uint32_t esr = bxcan_regs(s)[R_ESR];
    unsigned tec = FIELD_EX32(esr, ESR, TEC), rec = FIELD_EX32(esr, ESR, REC);

    set_code(s, error);
    if (error != CAN_ACK || !bxcan_is_passive(s)) {
        count(s, tec + 8, rec);
    }
}

void bxcan_rx_error(Bxcan *s, CanError error, bool first)
{
    uint32_t esr = bxcan_regs(s)[R_ESR];
    unsigned rec = FIELD_EX32(esr, ESR, REC) + (first ? 9 : 1);

    set_code(s, error);
    count(s, FIELD_EX32(esr, ESR, TEC), MIN(rec, 255));
}

void bxcan_no_error(Bxcan *s, bool sent)
{
    uint32_t esr = bxcan_regs(s)[R_ESR];
    unsigned tec = FIELD_EX32(esr, ESR, TEC), rec = FIELD_EX32(esr, ESR, REC);

    set_code(s, CAN_NO_ERROR);
    if (sent) {
        count(s, tec ? tec - 1 : 0, rec);
    } else {
        count(s, tec, rec >= PASSIVE ? 120 : rec ? rec - 1 : 0);
    }
}
