/*
 * The transmitter of a USART (RM0090 30.3.2): idle frames, breaks, data, guard time.  When the host
 * has no room for a byte, the frame lasts until it has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

void usart_send_break(Usart *s, int on)
{
    qemu_chr_fe_ioctl(&s->chr, CHR_IOCTL_SERIAL_SET_BREAK, &on);
}

void usart_report_unrouted(Usart *s)
{
    if (!signal_is_routed(&s->signal_tx)) {
        periph_mistake(&s->parent_obj, USART005, "TX is not routed to a pin: what it sends reaches nobody");
    }
}

static bool transmitter_is_on(const Usart *s)
{
    return reg_get(s, CR1, UE) && reg_get(s, CR1, TE) && usart_has_clock(s);
}

static void tx_begin(Usart *s, TxPhase phase, unsigned halves, bool follows)
{
    shifter_begin(&s->tx, phase, usart_pace(s, halves), usart_pace(s, halves), follows);
}

/*
 * Controllers at pins joined with ours hear @bits of @word after the start bit.  The frame has begun: our
 * own receiver may be among them, and what it does brings us back here.
 */
static void tx_tell(Usart *s, uint32_t word, unsigned bits)
{
    SerialFrame f = {
        .frame.bus = FRAME_SERIAL, .word = word << 1, .bits = 1 + bits,
        .bit = usart_bit_time(s),
    };

    signal_send(&s->signal_tx, &f.frame);
}

/* Let what is to go out next begin: an idle frame, a break, data (RM0090 30.3.2). */
static bool tx_start(Usart *s, bool follows)
{
    bool data = !reg_get(s, SR, TXE) && !(reg_get(s, CR3, CTSE) && s->ncts);

    if (!transmitter_is_on(s) || !(s->idle_frame || reg_get(s, CR1, SBK) || data)) {
        return false;
    }
    if (!usart_bit_ticks(s)) {
        if (data) {
            periph_mistake(&s->parent_obj, USART006, "BRR is 0x%04x, no baud rate: nothing is sent",
                           s->parent_obj.regs[R_BRR]);
        }
        return false;
    }
    if (s->idle_frame) {
        s->idle_frame = false;
        tx_begin(s, TX_IDLE, usart_frame_halves(s), follows);
    } else if (reg_get(s, CR1, SBK)) {
        unsigned bits = usart_break_bits(s);

        usart_report_unrouted(s);
        usart_send_break(s, 1);
        tx_begin(s, TX_BREAK, 2 * bits, follows);
        tx_tell(s, 0, bits - 1);
    } else {
        s->tx.word = usart_make_word(s, s->tdr);
        usart_set(s, R_SR_TXE_MASK);
        tx_begin(s, TX_DATA, usart_frame_halves(s), follows);
        tx_tell(s, s->tx.word, usart_word_bits(s));
    }
    return true;
}

static gboolean tx_unblocked(void *do_not_use, GIOCondition condition, void *opaque)
{
    Usart *s = opaque;

    s->watch = 0;
    periph_update(&s->parent_obj);
    return G_SOURCE_REMOVE;
}

bool usart_tx_watch(Usart *s)
{
    s->watch = qemu_chr_fe_add_watch(&s->chr, G_IO_OUT | G_IO_HUP, tx_unblocked, s);
    return s->watch;
}

/* Hand the frame to the other end; false if that has no room. */
static bool tx_hand_over(Usart *s)
{
    uint8_t byte = s->tx.word & MAKE_64BIT_MASK(0, usart_data_bits(s));

    if (!reg_get(s, CR1, TE)) {
        periph_mistake(&s->parent_obj, USART007, "TE cleared while a frame was going out: it is lost");
        return true;
    }
    if (!signal_is_routed(&s->signal_tx) || qemu_chr_fe_write(&s->chr, &byte, 1) == 1) {
        return true;
    }
    return !usart_tx_watch(s);
}

static void tx_frame_is_through(Usart *s)
{
    usart_rx_hear_own(s, s->tx.word, 0);
    if (reg_get(s, CR3, SCEN) && reg_get(s, GTPR, GT)) {
        tx_begin(s, TX_GUARD, 2 * reg_get(s, GTPR, GT), true);
    } else if (reg_get(s, SR, TXE)) {
        usart_set(s, R_SR_TC_MASK);
    }
}

static void tx_due(Usart *s)
{
    TxPhase was = s->tx.phase;

    s->tx.phase = TX_NOTHING;
    switch (was) {
    case TX_BREAK:
        reg_set(s, CR1, SBK, 0);
        usart_send_break(s, 0);
        usart_rx_hear_own(s, 0, R_SR_FE_MASK | R_SR_LBD_MASK);
        tx_begin(s, TX_BREAK_STOP, usart_stop_halves(s), true);
        break;
    case TX_DATA:
        if (tx_hand_over(s)) {
            tx_frame_is_through(s);
        } else {
            s->tx.phase = TX_BLOCKED;
        }
        break;
    case TX_GUARD:
        if (reg_get(s, SR, TXE)) {
            usart_set(s, R_SR_TC_MASK);
        }
        break;
    default:
        break;
    }
}

void usart_tx_expired(void *opaque)
{
    Usart *s = opaque;

    if (run_look_at(&s->tx_runner)) {
        return;
    }
    tx_due(s);
    if (s->tx.phase == TX_NOTHING) {
        tx_start(s, true);
    }
    periph_update(&s->parent_obj);
}

bool usart_tx_is_timed(const Usart *s)
{
    return s->tx.phase != TX_NOTHING && s->tx.phase != TX_BLOCKED;
}

void usart_tx_run(Usart *s)
{
    if (s->tx.phase == TX_BLOCKED && !s->watch) {
        s->tx.phase = TX_DATA;      /* its time is over: the timer tries again at once */
    }
    if (s->tx.phase == TX_NOTHING) {
        tx_start(s, false);
    }
    while (!s->paced && usart_tx_is_timed(s)) {
        tx_due(s);
        if (s->tx.phase == TX_NOTHING) {
            tx_start(s, true);
        }
    }
}

void usart_tx_switched(Usart *s, uint32_t was)
{
    uint32_t on = R_CR1_UE_MASK | R_CR1_TE_MASK;

    if ((s->parent_obj.regs[R_CR1] & on) == on && (was & on) != on && !reg_get(s, CR3, SCEN)) {
        s->idle_frame = true;
    }
}
