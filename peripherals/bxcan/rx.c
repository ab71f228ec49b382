/*
 * Filters and receive FIFOs of bxCAN (RM0090 32.7.3, 32.7.4).
 *
 * unsure: that CAN2 counts its filters from 0 at CAN2SB; that between the two FIFOs the lower bank
 * wins; that TIME is 0 without TTCM.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/bxcan/state.h"

#define WORDS 4                 /* registers of a FIFO's mailbox */

/* ---- Filters ---- */

typedef struct Match {
    unsigned fifo, index;
} Match;

/*
 * The four shapes of a bank: FS1R is the upper bit, FM1R the lower; the order is that of priority.
 */
enum { MASKS_16, LIST_16, MASK_32, LIST_32 };

static const unsigned filters_of_shape[] = { 2, 4, 1, 2 };

/* As 16 bit filters have it: STID, RTR, IDE, EXID[17:15]. */
static uint32_t short_id(const CanFrame *f)
{
    uint32_t id = f->extended ? (f->id >> 18) << 5 | 1 << 3 | (f->id >> 15 & 7) : f->id << 5;

    return id | f->remote << 4;
}

/* Does filter @n of a bank let @f pass? */
static bool passes(const uint32_t *bank, unsigned shape, unsigned n, const CanFrame *f)
{
    uint32_t id = can_frame_rir(f), id16 = short_id(f);

    switch (shape) {
    case LIST_32:
        return bank[n] == id;
    case MASK_32:
        return !((bank[0] ^ id) & bank[1]);
    case LIST_16:
        return extract32(bank[n / 2], n % 2 * 16, 16) == id16;
    default:
        return !((extract32(bank[n], 0, 16) ^ id16) & extract32(bank[n], 16, 16));
    }
}

/* 32 bits before 16, lists before masks, the lower number first.  Banks that are off count too. */
static bool filter(const Bxcan *s, const CanFrame *f, Match *match)
{
    const uint32_t *regs = bxcan_regs(s->master ? BXCAN(s->master) : s);
    unsigned split = MIN(FIELD_EX32(regs[R_FMR], FMR, CAN2SB), BANKS);
    unsigned end = s->master ? BANKS : split, numbers[2] = {};
    int best = -1;

    for (unsigned bank = s->master ? split : 0; bank < end; bank++) {
        unsigned shape = extract32(regs[R_FS1R], bank, 1) << 1 | extract32(regs[R_FM1R], bank, 1);
        unsigned fifo = extract32(regs[R_FFA1R], bank, 1);
        bool on = extract32(regs[R_FA1R], bank, 1);

        for (unsigned n = 0; on && n < filters_of_shape[shape] && (int)shape > best; n++) {
            if (passes(&regs[R_F0R1 + 2 * bank], shape, n, f)) {
                *match = (Match) { fifo, numbers[fifo] + n };
                best = shape;
            }
        }
        numbers[fifo] += filters_of_shape[shape];
    }
    return best >= 0;
}

/* Is one of its banks active? */
static bool has_filter(const Bxcan *s)
{
    const uint32_t *regs = bxcan_regs(s->master ? BXCAN(s->master) : s);
    unsigned split = MIN(FIELD_EX32(regs[R_FMR], FMR, CAN2SB), BANKS);

    return s->master ? regs[R_FA1R] >> split : regs[R_FA1R] & MAKE_64BIT_MASK(0, split);
}

/* While filters are set up nothing is received; CAN2 needs CAN1's clock for them. */
static bool reception_is_off(const Bxcan *s)
{
    const Periph *owner = s->master ?: &s->parent_obj;

    return owner->held || !clock_is_enabled(owner->clk) || owner->regs[R_FMR] & R_FMR_FINIT_MASK;
}

void bxcan_filter_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    bool finit = p->regs[R_FMR] & R_FMR_FINIT_MASK;

    if (BXCAN(p)->master) {
        periph_mistake(p, CAN004, "%s: the filters of CAN2 are those of CAN1", p->reg[n].name);
        p->regs[n] = was;
    } else if (n >= R_F0R1 && !finit && extract32(p->regs[R_FA1R], (n - R_F0R1) / 2, 1)) {
        periph_mistake(p, CAN005, "%s written while its bank is active (FA1R, FMR.FINIT): ignored",
                       p->reg[n].name);
        p->regs[n] = was;
    } else if ((n == R_FM1R || n == R_FS1R || n == R_FFA1R) && !finit) {
        periph_mistake(p, CAN006, "%s written with FMR.FINIT = 0: ignored", p->reg[n].name);
        p->regs[n] = was;
    }
}

uint32_t bxcan_filter_read(Periph *p, unsigned n)
{
    return BXCAN(p)->master ? 0 : p->regs[n];
}

void bxcan_filter_was_read(Periph *p, unsigned n, uint32_t value)
{
    if (BXCAN(p)->master) {
        periph_mistake(p, CAN004, "%s: the filters of CAN2 are those of CAN1", p->reg[n].name);
    }
}

/* ---- FIFOs ---- */

/* A frame is lost: is it the other FIFO that somebody listens to? */
static void check_told(const Bxcan *s, unsigned fifo)
{
    static const uint32_t told[] = { R_IER_FMPIE0_MASK | R_IER_FFIE0_MASK | R_IER_FOVIE0_MASK,
                                     R_IER_FMPIE1_MASK | R_IER_FFIE1_MASK | R_IER_FOVIE1_MASK };
    uint32_t ier = bxcan_regs(s)[R_IER];

    if (!s->fifo[fifo].released && !(ier & told[fifo]) && ier & told[!fifo]) {
        guest_mistake_of(DEVICE(s)->canonical_path, CAN014, NULL, &s->fifo[fifo], "frames come to FIFO %u, where FFA1R sends them, "
                         "and nobody reads it; IER has interrupts of FIFO %u only", fifo, !fifo);
    }
}

static void store(Bxcan *s, const CanFrame *f, Match match)
{
    CanFifo *fifo = &s->fifo[match.fifo];
    uint32_t *rfr = &bxcan_regs(s)[R_RF0R + match.fifo];
    unsigned dlc = f->remote ? 0 : f->dlc;  /* unsure: of a remote frame the manual says 0 */
    unsigned at;
    bool overrun = fifo->count == FIFO_DEPTH;

    if (overrun) {
        *rfr |= R_RF0R_FOVR0_MASK;
        check_told(s, match.fifo);
        if (reg_get(s, MCR, RFLM)) {
            return;
        }
        fifo->count--;                      /* it takes the place of the last one */
    }
    at = (fifo->first + fifo->count) % FIFO_DEPTH;
    fifo->slot[at] = (CanMessage) {
        .rir = can_frame_rir(f),
        .rdtr = dlc | match.index << R_RDT0R_FMI_SHIFT |
                (reg_get(s, MCR, TTCM) ? s->stamp << R_RDT0R_TIME_SHIFT : 0),
        .rdlr = ldl_le_p(f->data), .rdhr = ldl_le_p(f->data + 4),
    };
    fifo->count++;
    if (fifo->count == FIFO_DEPTH && !overrun) {
        *rfr |= R_RF0R_FULL0_MASK;
    }
}

void bxcan_rx_take(Bxcan *s, const CanFrame *f)
{
    Match match;

    if (!reception_is_off(s) && filter(s, f, &match)) {
        store(s, f, match);
    } else if (reception_is_off(s) || !has_filter(s)) {
        periph_mistake(&s->parent_obj, CAN010, "a frame has come, and %s: it is dropped", reception_is_off(s)
                       ? "FMR.FINIT is 1" : "none of its filter banks is active (FA1R, FMR.CAN2SB)");
    }
}

bool bxcan_rx_is_full_for(const Bxcan *s, const CanFrame *f)
{
    static const uint32_t enables[] = { R_IER_FMPIE0_MASK | R_IER_FFIE0_MASK,
                                        R_IER_FMPIE1_MASK | R_IER_FFIE1_MASK };
    Match match;

    return !reception_is_off(s) && filter(s, f, &match) &&
           s->fifo[match.fifo].count == FIFO_DEPTH &&
           bxcan_regs(s)[R_IER] & enables[match.fifo];
}

uint32_t bxcan_rfr_read(Periph *p, unsigned n)
{
    return (p->regs[n] & ~R_RF0R_FMP0_MASK) | BXCAN(p)->fifo[n - R_RF0R].count;
}

void bxcan_rfr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    CanFifo *fifo = &BXCAN(p)->fifo[n - R_RF0R];

    p->regs[n] &= ~R_RF0R_RFOM0_MASK;
    fifo->released |= data & R_RF0R_RFOM0_MASK;
    if (data & R_RF0R_RFOM0_MASK && fifo->count) {
        fifo->count--;
        fifo->first = (fifo->first + 1) % FIFO_DEPTH;
        BXCAN(p)->impatient = false;
    }
}

/* The oldest message; of an empty FIFO what was there before. */
uint32_t bxcan_fifo_read(Periph *p, unsigned n)
{
    const CanFifo *fifo = &BXCAN(p)->fifo[(n - R_RI0R) / WORDS];
    const CanMessage *m = &fifo->slot[fifo->first];

    switch ((n - R_RI0R) % WORDS) {
    case 0:
        return m->rir;
    case 1:
        return m->rdtr;
    case 2:
        return m->rdlr;
    default:
        return m->rdhr;
    }
}

static const VMStateDescription vmstate_can_message = {
    .name = "stm32-can-message", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(rir, CanMessage),
        VMSTATE_UINT32(rdtr, CanMessage),
        VMSTATE_UINT32(rdlr, CanMessage),
        VMSTATE_UINT32(rdhr, CanMessage),
        VMSTATE_END_OF_LIST()
    },
};

const VMStateDescription vmstate_can_fifo = {
    .name = "stm32-can-fifo", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(slot, CanFifo, FIFO_DEPTH, 1, vmstate_can_message, CanMessage),
        VMSTATE_UINT32(first, CanFifo),
        VMSTATE_UINT32(count, CanFifo),
        VMSTATE_END_OF_LIST()
    },
};
