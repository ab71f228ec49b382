/*
 * Transmit mailboxes of bxCAN (RM0090 32.7.1, 32.7.2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/peripherals/bxcan/state.h"

#define START_NS (1000 * SCALE_MS)      /* until who has something to send is thought of as never to begin */
#define WORDS 4                 /* registers of a mailbox */
#define RESULT (R_TSR_RQCP0_MASK | R_TSR_TXOK0_MASK | R_TSR_ALST0_MASK | R_TSR_TERR0_MASK)

static unsigned mailbox_of(unsigned n)
{
    return (n - R_TI0R) / WORDS;
}

static bool is_pending(const Bxcan *s, unsigned mailbox)
{
    return bxcan_regs(s)[R_TI0R + WORDS * mailbox] & R_TI0R_TXRQ_MASK;
}

static bool is_being_sent(const Bxcan *s, unsigned mailbox)
{
    return (s->role == ROLE_SENDER || s->role == ROLE_LOSER) && s->mailbox == mailbox;
}

/* Is @a to be sent before @b?  Of equals the lower mailbox. */
static bool goes_before(const Bxcan *s, unsigned a, unsigned b)
{
    CanFrame of_a = can_frame_from_rir(bxcan_regs(s)[R_TI0R + WORDS * a]);
    CanFrame of_b = can_frame_from_rir(bxcan_regs(s)[R_TI0R + WORDS * b]);

    if (reg_get(s, MCR, TXFP)) {
        return (int32_t)(s->order[a] - s->order[b]) < 0;
    }
    return can_frame_key(&of_a) < can_frame_key(&of_b);
}

/* The pending mailbox that is sent first, or last; -1 without any. */
static int find_pending(const Bxcan *s, bool first)
{
    int found = -1;

    for (unsigned n = 0; n < MAILBOXES; n++) {
        if (is_pending(s, n) && (found < 0 || goes_before(s, n, found) == first)) {
            found = n;
        }
    }
    return found;
}

int bxcan_tx_next(const Bxcan *s)
{
    uint32_t mode = bxcan_regs(s)[R_BTR] & (R_BTR_SILM_MASK | R_BTR_LBKM_MASK);

    if (!bxcan_is_on(s) || bxcan_regs(s)[R_MCR] & (R_MCR_INRQ_MASK | R_MCR_SLEEP_MASK) ||
        mode == R_BTR_SILM_MASK) {
        return -1;
    }
    return find_pending(s, true);
}

CanFrame bxcan_tx_frame(const Bxcan *s, unsigned mailbox)
{
    const uint32_t *reg = &bxcan_regs(s)[R_TI0R + WORDS * mailbox];
    CanFrame f = can_frame_from_rir(reg[0]);

    f.dlc = FIELD_EX32(reg[1], TDT0R, DLC);
    stl_le_p(f.data, reg[2]);
    stl_le_p(f.data + 4, reg[3]);
    if (reg[1] & R_TDT0R_TGT_MASK && reg_get(s, MCR, TTCM)) {
        f.data[6] = s->stamp >> 8;
        f.data[7] = s->stamp;
    }
    return f;
}

/* ---- How it ends ---- */

static void empty(Bxcan *s, unsigned mailbox)
{
    uint32_t *regs = bxcan_regs(s);

    regs[R_TI0R + WORDS * mailbox] &= ~R_TI0R_TXRQ_MASK;
    regs[R_TSR] &= ~(R_TSR_ABRQ0_MASK << 8 * mailbox);
    regs[R_TSR] |= R_TSR_RQCP0_MASK << 8 * mailbox;
}

/* TXOK, ALST and TERR are of the last attempt, also if another follows. */
static void set_result(Bxcan *s, uint32_t flag)
{
    uint32_t *tsr = &bxcan_regs(s)[R_TSR];

    *tsr = (*tsr & ~(RESULT << 8 * s->mailbox)) | flag << 8 * s->mailbox;
}

static void attempt_failed(Bxcan *s, uint32_t flag)
{
    set_result(s, flag);
    if (reg_get(s, MCR, NART) ||
        bxcan_regs(s)[R_TSR] & R_TSR_ABRQ0_MASK << 8 * s->mailbox) {
        empty(s, s->mailbox);
    }
}

void bxcan_tx_sent(Bxcan *s)
{
    uint32_t *tdtr = &bxcan_regs(s)[R_TDT0R + WORDS * s->mailbox];

    if (reg_get(s, MCR, TTCM)) {
        *tdtr = FIELD_DP32(*tdtr, TDT0R, TIME, s->stamp);
    }
    set_result(s, R_TSR_TXOK0_MASK);
    empty(s, s->mailbox);
    bxcan_no_error(s, true);
}

void bxcan_tx_failed(Bxcan *s, CanError error)
{
    attempt_failed(s, R_TSR_TERR0_MASK);
    bxcan_tx_error(s, error);
}

void bxcan_tx_lost(Bxcan *s)
{
    attempt_failed(s, R_TSR_ALST0_MASK);
}

/* ---- Registers ---- */

uint32_t bxcan_tsr_read(Periph *p, unsigned n)
{
    Bxcan *s = BXCAN(p);
    unsigned empty_ones = 0, pending = 0, code;
    int last;
    uint32_t tsr;

    last = find_pending(s, false);
    for (unsigned m = 0; m < MAILBOXES; m++) {
        empty_ones |= is_pending(s, m) ? 0 : 1 << m;
        pending += is_pending(s, m);
    }
    code = empty_ones ? ctz32(empty_ones) : last;
    tsr = p->regs[R_TSR] & ~(R_TSR_CODE_MASK | R_TSR_TME_MASK | R_TSR_LOW_MASK);
    return tsr | code << R_TSR_CODE_SHIFT | empty_ones << R_TSR_TME_SHIFT |
           (pending > 1 ? 1u << last << R_TSR_LOW_SHIFT : 0);
}

/* ABRQ: at once, unless it is being sent; then if that fails. */
void bxcan_tsr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Bxcan *s = BXCAN(p);

    for (unsigned m = 0; m < MAILBOXES; m++) {
        if (data & R_TSR_RQCP0_MASK << 8 * m) {
            p->regs[R_TSR] &= ~(RESULT << 8 * m);
        }
        if (!is_pending(s, m)) {
            p->regs[R_TSR] &= ~(R_TSR_ABRQ0_MASK << 8 * m);
        } else if (data & R_TSR_ABRQ0_MASK << 8 * m && !is_being_sent(s, m)) {
            empty(s, m);
        }
    }
}

static bool is_locked(Periph *p, unsigned n, uint32_t was)
{
    if (p->regs[R_TI0R + WORDS * mailbox_of(n)] & R_TI0R_TXRQ_MASK) {
        periph_mistake(p, CAN007, "%s written while mailbox %u is pending: ignored", p->reg[n].name,
                       mailbox_of(n));
        p->regs[n] = was;
        return true;
    }
    return false;
}

void bxcan_mailbox_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    is_locked(p, n, was);
}

static void check_started(void *opaque)
{
    Bxcan *s = opaque;

    for (unsigned m = 0; m < MAILBOXES; m++) {
        if (is_pending(s, m) && reg_get(s, MSR, INAK)) {
            periph_mistake(&s->parent_obj, CAN013, "mailbox %u has a frame to send, and MSR.INAK is 1 since then", m);
        }
    }
}

static void check_request(Periph *p, unsigned mailbox)
{
    uint32_t mode = p->regs[R_BTR] & (R_BTR_SILM_MASK | R_BTR_LBKM_MASK);

    if (p->regs[R_TDT0R + WORDS * mailbox] & 8 &&
        p->regs[R_TDT0R + WORDS * mailbox] & R_TDT0R_DLC_MASK & 7) {
        periph_mistake(p, CAN008, "TDT%uR.DLC is more than 8: 8 bytes are sent", mailbox);
    }
    if (mode == R_BTR_SILM_MASK) {
        periph_mistake(p, CAN009, "TXRQ set in silent mode: it is not sent");
    }
    mistake_later(check_started, p, START_NS);
}

void bxcan_tir_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Bxcan *s = BXCAN(p);
    unsigned mailbox = mailbox_of(n);
    uint32_t now = p->regs[n];

    p->regs[n] = was;
    if (is_locked(p, n, was)) {
        return;
    }
    p->regs[n] = now;
    if (now & R_TI0R_TXRQ_MASK) {
        check_request(p, mailbox);
        p->regs[R_TSR] &= ~(RESULT << 8 * mailbox);
        s->order[mailbox] = s->requests++;
    }
}
