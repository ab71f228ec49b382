/*
 * Universal synchronous asynchronous receiver transmitter (RM0090 chapter 30): registers, flags and
 * outputs.  What is on the line is line.c and below.
 *
 * Lines out: `irq`, `dma-rx`, `dma-tx`.
 * Signals: `tx`, `rx`, `ck`, `cts`, `rts`.
 * Properties: `chardev`, the other end; `synchronous` (CK, smartcard) and `flow-control` (CTS, RTS),
 *   which UART4 and 5 lack; `paced`: off, a frame takes no time; while it runs `fault`: "parity",
 *   "framing" or "noise", what is wrong with the next frame that comes in.
 *
 * Deliberately different: frames go over the chardev, and whole to controllers whose pins are joined
 * with TX; TX and CK show a picture of them.  RX hears frames, and real levels (bits.c).  What comes
 * over the chardev does not show at RX.  IrDA's pulses are not made, a smartcard never answers with
 * NACK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "stm32/peripherals/usart/state.h"

/* ---- Outputs ---- */

static bool wants_interrupt(const uint32_t *regs)
{
    uint32_t sr = regs[R_SR], cr1 = regs[R_CR1], cr2 = regs[R_CR2], cr3 = regs[R_CR3];

    return (sr & R_SR_TXE_MASK && cr1 & R_CR1_TXEIE_MASK) ||
           (sr & R_SR_TC_MASK && cr1 & R_CR1_TCIE_MASK) ||
           (sr & (R_SR_RXNE_MASK | R_SR_ORE_MASK) && cr1 & R_CR1_RXNEIE_MASK) ||
           (sr & R_SR_IDLE_MASK && cr1 & R_CR1_IDLEIE_MASK) ||
           (sr & R_SR_PE_MASK && cr1 & R_CR1_PEIE_MASK) ||
           (sr & R_SR_LBD_MASK && cr2 & R_CR2_LBDIE_MASK) ||
           (sr & R_SR_CTS_MASK && cr3 & R_CR3_CTSIE_MASK) ||
           (sr & (R_SR_FE_MASK | R_SR_NE_MASK | R_SR_ORE_MASK) &&
            cr3 & R_CR3_EIE_MASK && cr3 & R_CR3_DMAR_MASK);
}

/* When what goes out began. */
static int64_t tx_began(const Usart *s)
{
    return counter_time(&s->tx.ticks, s->tx.begin);
}

static Picture tx_picture(const Usart *s)
{
    uint64_t bit = usart_bit_time(s);

    if (s->tx.phase == TX_DATA && bit) {
        return picture_bits(tx_began(s), bit, (uint64_t)s->tx.word << 1, 1 + usart_word_bits(s), true);
    }
    if (s->tx.phase == TX_BREAK && bit) {
        return picture_bits(tx_began(s), bit, 0, usart_break_bits(s), true);
    }
    return picture_rest(true);
}

static void drive_tx(Usart *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    bool on = regs[R_CR1] & R_CR1_UE_MASK && regs[R_CR1] & R_CR1_TE_MASK;

    signal_show(&s->signal_tx, &s->tx_picture, tx_picture(s));
    if (!on || (usart_single_wire(s) && s->tx.phase == TX_NOTHING)) {
        signal_drive(&s->signal_tx, DRIVE(NONE));
    } else if (regs[R_CR3] & R_CR3_IREN_MASK) {
        signal_drive(&s->signal_tx, DRIVE(LOW));        /* light is a 1 */
    } else {
        signal_drive(&s->signal_tx, DRIVE_OF(&s->tx_picture));
    }
}

/*
 * CK has a pulse for each data bit, but without LBCL for the last.  Data is to be taken in the middle of a
 * bit: that is its first edge, or with CPHA its second.
 */
static Picture ck_picture(const Usart *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    bool high = regs[R_CR2] & R_CR2_CPOL_MASK, phase = regs[R_CR2] & R_CR2_CPHA_MASK;
    unsigned bits = usart_word_bits(s);
    unsigned pulses = bits - (regs[R_CR2] & R_CR2_LBCL_MASK ? 0 : 1);
    uint64_t halves = (phase ? 0x55555555 : 0xaaaaaaaa) & MAKE_64BIT_MASK(0, 2 * pulses);

    halves <<= 2;
    return picture_bits(tx_began(s), usart_bit_time(s) / 2, high ? ~halves : halves, 2 * (1 + bits), high);
}

/* A smartcard is clocked all the time; otherwise CK runs while data goes out. */
static void drive_ck(Usart *s)
{
    const uint32_t *regs = s->parent_obj.regs;
    bool high = regs[R_CR2] & R_CR2_CPOL_MASK, card = regs[R_CR3] & R_CR3_SCEN_MASK;
    bool clocks = !card && s->tx.phase == TX_DATA && usart_bit_time(s);
    uint64_t period = clock_get(s->parent_obj.clk) * 2 * FIELD_EX32(regs[R_GTPR], GTPR, PSC);

    if (!(regs[R_CR1] & R_CR1_UE_MASK) || !(regs[R_CR2] & R_CR2_CLKEN_MASK)) {
        signal_drive(&s->signal_ck, DRIVE(NONE));
    } else if (card && period) {
        signal_drive(&s->signal_ck, (Drive) { .kind = DRIVE_WAVE, .period = period,
                                              .high = period / 2 });
    } else {
        signal_show(&s->signal_ck, &s->ck_picture, clocks ? ck_picture(s) : picture_rest(high));
        signal_drive(&s->signal_ck, DRIVE_OF(&s->ck_picture));
    }
}

/* nRTS is low, asking for more, while DR is empty.  ES0182: as soon as RTSE is set, receiver or not. */
static Drive rts_drive(const Usart *s)
{
    bool receives = s->errata || (reg_get(s, CR1, UE) && reg_get(s, CR1, RE));
    bool ready = receives && reg_get(s, CR3, RTSE) && !reg_get(s, SR, RXNE);

    return DRIVE_LEVEL(!ready);     /* unsure: what it drives without RTSE */
}

static void usart_update(Periph *p)
{
    Usart *s = USART(p);

    usart_line_run(s);
    line_set(&s->irq, wants_interrupt(p->regs));
    line_set(&s->dma_rx, p->regs[R_SR] & R_SR_RXNE_MASK && p->regs[R_CR3] & R_CR3_DMAR_MASK);
    line_set(&s->dma_tx, p->regs[R_SR] & R_SR_TXE_MASK && p->regs[R_CR3] & R_CR3_DMAT_MASK);
    drive_tx(s);
    drive_ck(s);
    signal_drive(&s->signal_rts, rts_drive(s));
}

/* ---- Registers ---- */

static uint32_t sr_read(Periph *p, unsigned n)
{
    usart_line_catch_up(USART(p));
    return p->regs[R_SR];
}

/* It is the first half of "SR, then DR", which clears the flags it showed. */
static void sr_was_read(Periph *p, unsigned n, uint32_t value)
{
    USART(p)->seen = value;
}

static int64_t sr_holds(Periph *p, unsigned n)
{
    return MIN(shifter_when(&USART(p)->tx), shifter_when(&USART(p)->rx));
}

static void sr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    USART(p)->seen &= p->regs[R_SR];
}

static void dr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Usart *s = USART(p);

    usart_clear(s, R_SR_RXNE_MASK | (s->seen & USART_ERRORS));
    periph_update(p);
}

static void dr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Usart *s = USART(p);
    uint32_t on = R_CR1_UE_MASK | R_CR1_TE_MASK;

    s->tdr = p->regs[R_DR];
    p->regs[R_DR] = was;
    if ((p->regs[R_CR1] & on) != on) {
        /* unsure: it waits there until both are set */
        periph_mistake(p, USART008, "DR written with the transmitter off (CR1.UE, CR1.TE)");
    } else {
        if (!(p->regs[R_SR] & R_SR_TXE_MASK)) {
            periph_mistake(p, USART009, "DR written while TXE is 0: what was there before is lost");
        }
        usart_report_unrouted(s);
        if (reg_get(s, CR1, PCE) && s->tdr & (reg_get(s, CR1, M) ? 0x100 : 0x80)) {
            periph_mistake(p, USART020, "DR written 0x%02x, and with PCE and M = %d the parity takes the place of its upper bit", s->tdr,
                           reg_get(s, CR1, M));
        }
    }
    usart_clear(s, R_SR_TXE_MASK | (s->seen & (R_SR_TC_MASK | R_SR_PE_MASK)));
}

/* Settings that contradict each other: only now, with UE set, are they meant. */
static void check_settings(Periph *p)
{
    uint32_t cr2 = p->regs[R_CR2], cr3 = p->regs[R_CR3];
    bool lin = cr2 & R_CR2_LINEN_MASK, ir = cr3 & R_CR3_IREN_MASK;
    bool card = cr3 & R_CR3_SCEN_MASK, half = cr3 & R_CR3_HDSEL_MASK;

    if (!(p->regs[R_CR1] & R_CR1_UE_MASK)) {
        return;
    }
    if (lin + ir + card + half > 1 || (cr2 & R_CR2_CLKEN_MASK && (lin || ir || half))) {
        periph_mistake(p, USART010, "LINEN, IREN, SCEN, HDSEL and CLKEN exclude each other, but SCEN and "
                       "CLKEN do not");
    }
    if (ir && !FIELD_EX32(p->regs[R_GTPR], GTPR, PSC)) {
        periph_mistake(p, USART011, "IREN with GTPR.PSC = 0, which is reserved");
    }
    if (p->regs[R_CR1] & R_CR1_OVER8_MASK && p->regs[R_BRR] & 8) {
        periph_mistake(p, USART012, "BRR bit 3 set, with OVER8 it has to be 0: taken as 0");
    }
}

static void brr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    if (p->regs[n] != was && USART(p)->tx.phase == TX_DATA) {
        periph_mistake(p, USART013, "BRR changed while a frame is going out");
    }
    if (reg_get(USART(p), CR1, UE)) {
        usart_check_rate(USART(p));
    }
    check_settings(p);
}

static void cr1_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t *cr1 = &p->regs[R_CR1];

    if ((*cr1 ^ was) & R_CR1_RWU_MASK && *cr1 & R_CR1_WAKE_MASK &&
        p->regs[R_SR] & R_SR_RXNE_MASK) {
        periph_mistake(p, USART014, "with WAKE, RWU can't be written while RXNE is set: ignored");
        *cr1 ^= R_CR1_RWU_MASK;
    }
    if (*cr1 & ~was & R_CR1_UE_MASK) {
        usart_check_rate(USART(p));
    }
    usart_line_switched(USART(p), was);
    check_settings(p);
}

/* Bits that this instance does not have. */
static uint32_t absent_bits(const Usart *s, unsigned n)
{
    uint32_t bits = 0;

    if (n == R_CR2 && !s->synchronous) {
        bits = R_CR2_CLKEN_MASK | R_CR2_CPOL_MASK | R_CR2_CPHA_MASK | R_CR2_LBCL_MASK;
    } else if (n == R_CR3) {
        bits |= s->synchronous ? 0 : R_CR3_SCEN_MASK | R_CR3_NACK_MASK;
        bits |= s->flow_control ? 0 : R_CR3_RTSE_MASK | R_CR3_CTSE_MASK | R_CR3_CTSIE_MASK;
    } else if (n == R_GTPR && !s->synchronous) {
        bits = R_GTPR_GT_MASK;
    }
    return bits;
}

static void settings_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t absent = absent_bits(USART(p), n);

    if (p->regs[n] & absent) {
        periph_mistake(p, USART015, "%s written 0x%04x: this UART has no bits 0x%04x there", p->reg[n].name,
                       p->regs[n], p->regs[n] & absent);
        p->regs[n] &= ~absent;
    }
    if (n == R_CR2 && !USART(p)->synchronous && p->regs[n] & (1 << R_CR2_STOP_SHIFT)) {
        periph_mistake(p, USART016, "CR2.STOP: 0.5 and 1.5 stop bits are not available in this UART");
    }
    check_settings(p);
}

static const RegOps usart_ops[] = {
    [R_SR]   = { .read = sr_read, .was_read = sr_was_read, .written = sr_written, .holds = sr_holds },
    [R_DR]   = { .was_read = dr_was_read, .written = dr_written },
    [R_BRR]  = { .written = brr_written },
    [R_CR1]  = { .written = cr1_written },
    [R_CR2]  = { .written = settings_written },
    [R_CR3]  = { .written = settings_written },
    [R_GTPR] = { .written = settings_written },
};

/* ---- Inputs ---- */

static void cts_changed(void *opaque, bool level)
{
    Usart *s = opaque;

    if (s->ncts != level) {
        s->ncts = level;
        if (s->parent_obj.regs[R_CR3] & R_CR3_CTSE_MASK) {
            usart_set(s, R_SR_CTS_MASK);
        }
        periph_update(&s->parent_obj);
    }
}

static void clock_changed(void *opaque, ClockEvent event)
{
    Usart *s = opaque;

    if (event == ClockPreUpdate) {
        usart_line_clock_will_change(s);
        s->sends_on = s->tx.phase == TX_DATA ? clock_get(s->parent_obj.clk) : 0;
        return;
    }
    if (s->sends_on && clock_get(s->parent_obj.clk) != s->sends_on) {
        periph_mistake(&s->parent_obj, USART019, "its clock %s while a frame is going out",
                       clock_is_enabled(s->parent_obj.clk) ? "changes" : "stops");
    }
    periph_update(opaque);
}

static const struct {
    const char *name;
    uint32_t flag;
} fault_table[] = {
    { "none", 0 }, { "parity", R_SR_PE_MASK }, { "framing", R_SR_FE_MASK },
    { "noise", R_SR_NE_MASK },
};

static char *get_fault(Object *obj, Error **errp)
{
    for (unsigned i = 1; i < ARRAY_SIZE(fault_table); i++) {
        if (USART(obj)->faults == fault_table[i].flag) {
            return g_strdup(fault_table[i].name);
        }
    }
    return g_strdup("none");
}

static void set_fault(Object *obj, const char *value, Error **errp)
{
    for (unsigned i = 0; i < ARRAY_SIZE(fault_table); i++) {
        if (!strcmp(value, fault_table[i].name)) {
            USART(obj)->faults = fault_table[i].flag;
            return;
        }
    }
    error_setg(errp, "the fault of a frame is 'parity', 'framing', 'noise' or 'none', not '%s'",
               value);
}

/* ---- The device ---- */

static void usart_init(Periph *p)
{
    Usart *s = USART(p);

    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->dma_rx, "dma-rx");
    periph_add_line(p, &s->dma_tx, "dma-tx");
    periph_add_signal(p, &s->signal_tx, "tx");
    periph_add_signal(p, &s->signal_rx, "rx");
    periph_add_signal(p, &s->signal_ck, "ck");
    periph_add_signal(p, &s->signal_cts, "cts");
    periph_add_signal(p, &s->signal_rts, "rts");
    s->signal_cts.changed = cts_changed;
    s->signal_rx.heard = s->signal_tx.heard = usart_rx_heard;
    s->signal_cts.opaque = s->signal_rx.opaque = s->signal_tx.opaque = s;
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    object_property_add_str(OBJECT(p), "fault", get_fault, set_fault);
    usart_line_init(s);
}

static void usart_realize(Periph *p, Error **errp)
{
    usart_line_realize(USART(p));
}

/* Registers are looked at. */
static void usart_sync(Periph *p)
{
    usart_run_look(USART(p));
}

static void usart_reset(Periph *p, bool power_on)
{
    Usart *s = USART(p);

    s->tdr = s->seen = 0;
    usart_line_reset(s);
}

static const VMStateDescription usart_vmstate = {
    .name = "stm32f4-usart", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(tdr, Usart),
        VMSTATE_UINT32(seen, Usart),
        VMSTATE_SHIFTER(tx, Usart),
        VMSTATE_SHIFTER(rx, Usart),
        VMSTATE_BOOL(idle_frame, Usart),
        VMSTATE_BOOL(idle_armed, Usart),
        VMSTATE_BOOL(ncts, Usart),
        VMSTATE_BOOL(early, Usart),
        VMSTATE_BOOL(listening, Usart),
        VMSTATE_INT64(held_until, Usart),
        VMSTATE_UINT32(faults, Usart),
        VMSTATE_INT64(bits_at, Usart),
        VMSTATE_UINT32(bits_word, Usart),
        VMSTATE_UINT32(bits_count, Usart),
        VMSTATE_BOOL(bits_level, Usart),
        VMSTATE_BOOL(bits_noise, Usart),
        VMSTATE_UINT16_ARRAY(wire, Usart, WIRE_SIZE),
        VMSTATE_UINT32(wire_first, Usart),
        VMSTATE_UINT32(wire_count, Usart),
        VMSTATE_VALIDATE("the wire's buffer", usart_line_is_sane),
        VMSTATE_PERIPH(Usart),
        VMSTATE_END_OF_LIST()
    },
};

static const Property usart_properties[] = {
    DEFINE_PROP_CHR("chardev", Usart, chr),
    DEFINE_PROP_BOOL("synchronous", Usart, synchronous, true),
    DEFINE_PROP_BOOL("flow-control", Usart, flow_control, true),
    DEFINE_PROP_BOOL("paced", Usart, paced, true),
    DEFINE_PROP_BOOL("errata", Usart, errata, true),
};

/* What a loop waits for that will never end. */
static const char *usart_never(Periph *p, unsigned n)
{
    Usart *s = USART(p);
    uint32_t sent = R_SR_TXE_MASK | R_SR_TC_MASK;

    if (n != R_SR) {
        return NULL;
    }
    return !reg_get(s, CR1, UE) ? "CR1.UE is 0, it is off"
           : !reg_get(s, CR1, RE) && (p->regs[R_SR] & sent) == sent ? "CR1.RE is 0, so nothing is received, and all is sent" : NULL;
}

static const PeriphInfo usart = {
    .chapter = "RM0090 30", .bus = BUS_APB,     /* bytes: what DMA does with DR */
    REGS_AND_OPS(usart_ops), PROPERTIES(usart_properties),
    .vmsd = &usart_vmstate,
    .init = usart_init, .realize = usart_realize, .reset = usart_reset, .sync = usart_sync,
    .update = usart_update,
    .never = usart_never,
};
DEFINE_PERIPH("stm32f4-usart", Usart, usart)
