/*
 * The receiver of a USART (RM0090 30.3.3, 30.3.6, 30.3.8).
 *
 * Parity, stop bit and noise of what comes in are right, unless the property `fault` says
 * otherwise.  A break of the host is an event of the chardev.
 *
 * A script's input is there before the firmware is: from reset until the receiver is first on the
 * host waits, and the frames of its first burst wait for DR to be read.  Later, what comes while
 * the receiver is off, without clock or not routed to a pin is lost, as on a board.  With RTSE the
 * host obeys RTS.  With `paced=off`, when no frame would leave time to read the one before, it
 * waits for DR to be read; an idle frame takes its time even so.  Whoever sends over pins has none of
 * this patience.
 *
 * The host's bytes are buffered, WIRE_SIZE of them, so that those of a burst follow each other
 * closely.  Without -icount virtual time goes on while the host translates the guest's code or
 * serves others: a frame then waits up to GRACE_NS for DR to be read, before it is an overrun.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

#define GRACE_NS (50 * SCALE_MS)
#define LATE_FRAMES 16

bool usart_rx_is_on(const Usart *s)
{
    return reg_get(s, CR1, UE) && reg_get(s, CR1, RE) && usart_has_clock(s);
}

static bool receiver_is_routed(const Usart *s)
{
    return signal_is_routed(usart_single_wire(s) ? &s->signal_tx : &s->signal_rx);
}

/* Mute mode (RM0090 30.3.6): is this frame to be passed over?  The MSB marks an address. */
static bool is_muted(Usart *s, uint32_t word)
{
    if (reg_get(s, CR1, WAKE) && extract32(word, usart_data_bits(s) - 1, 1)) {
        bool me = (word & 0xf) == reg_get(s, CR2, ADD);

        reg_set(s, CR1, RWU, !me);
    }
    return reg_get(s, CR1, RWU);
}

static void report_overrun(Usart *s)
{
    bool tells = reg_get(s, CR1, RXNEIE) ||
                 (reg_get(s, CR3, EIE) && reg_get(s, CR3, DMAR));

    if (reg_get(s, SR, ORE)) {
        periph_mistake(&s->parent_obj, USART001, "overrun again, and nobody has cleared ORE yet");
    } else if (!tells) {
        periph_mistake(&s->parent_obj, USART002, "overrun: a frame has come before DR was read, and is lost");
    }
}

/* A frame has come in, with @errors of SR. */
static void rx_word(Usart *s, uint32_t word, uint32_t errors)
{
    s->idle_armed = true;
    errors |= s->faults;
    s->faults = 0;
    if (reg_get(s, CR2, LINEN)) {
        usart_set(s, errors & R_SR_LBD_MASK);
    }
    if (is_muted(s, word)) {
        return;
    }
    if (usart_parity_is_wrong(s, word)) {
        errors |= R_SR_PE_MASK;
    }
    if (!reg_get(s, CR1, PCE)) {
        errors &= ~R_SR_PE_MASK;
    }
    if (reg_get(s, CR3, ONEBIT)) {
        errors &= ~R_SR_NE_MASK;
    }
    if (reg_get(s, SR, RXNE)) {
        report_overrun(s);
        usart_set(s, R_SR_ORE_MASK);    /* unsure: its other errors are lost with it */
        return;
    }
    s->parent_obj.regs[R_DR] = word;
    usart_set(s, R_SR_RXNE_MASK | (errors & ~R_SR_LBD_MASK));
}

uint32_t usart_wire_take(Usart *s)
{
    uint32_t frame = s->wire[s->wire_first];

    s->wire_first = (s->wire_first + 1) % WIRE_SIZE;
    s->wire_count--;
    return frame;
}

void usart_wire_put(Usart *s, uint32_t frame)
{
    if (s->wire_count < WIRE_SIZE) {
        s->wire[(s->wire_first + s->wire_count++) % WIRE_SIZE] = frame;
    }
}

/* Does the other end wait for us with its next frame? */
static bool wire_waits(const Usart *s)
{
    bool full = reg_get(s, SR, RXNE), patient = s->early || reg_get(s, CR3, RTSE);

    if (reg_get(s, CR2, CLKEN)) {
        return true;            /* until CK fetches it */
    }
    if (s->wire[s->wire_first] & WIRE_AT_PIN) {
        return full && !s->paced;
    }
    return !s->listening || (full && (patient || !s->paced));
}

/* The bits of a frame that begins now. */
static uint32_t rx_hear(Usart *s, uint32_t frame)
{
    bool ir_busy = reg_get(s, CR3, IREN) && s->tx.phase != TX_NOTHING;

    if (!usart_rx_is_on(s) || ir_busy) {
        return WIRE_UNHEARD;
    }
    if (!receiver_is_routed(s)) {
        periph_mistake(&s->parent_obj, USART003, "%s is not routed to a pin: what comes in is lost",
                       usart_single_wire(s) ? "TX (one wire for both)" : "RX");
        return WIRE_UNHEARD;
    }
    return frame & (WIRE_BREAK | WIRE_AT_PIN) ? frame : usart_make_word(s, frame);
}

/* Let the next frame on the wire begin: when the one before ends, if it @follows closely. */
static bool rx_start(Usart *s, bool follows)
{
    unsigned stop = usart_stop_halves(s), halves = usart_frame_halves(s) - stop;
    uint32_t frame;

    if (!s->wire_count || wire_waits(s)) {
        if (s->wire_count && reg_get(s, SR, RXNE)) {
            usart_note_unread(s);
        }
        return false;
    }
    s->unread_ns = 0;
    if (!usart_has_clock(s) || !usart_bit_ticks(s)) {
        if (usart_rx_is_on(s)) {
            periph_mistake(&s->parent_obj, USART004, "BRR is 0x%04x, no baud rate: what comes in is lost",
                           s->parent_obj.regs[R_BRR]);
        }
        s->wire_count = 0;
        return false;
    }
    frame = usart_wire_take(s);
    if (frame & WIRE_BREAK && reg_get(s, CR2, LINEN)) {
        halves = 2 * 13;        /* and the delimiter */
    }
    s->rx.word = rx_hear(s, frame);
    /* a frame has been received when its first stop bit has */
    shifter_begin(&s->rx, RX_FRAME, usart_pace(s, halves + MIN(stop, 2)),
                        usart_pace(s, halves + stop), follows);
    return true;
}

/* From the end of what was last on the line, or from now: will a frame's time of ones follow? */
static void rx_await_quiet(Usart *s, bool follows)
{
    uint64_t ticks = usart_halves_to_ticks(s, usart_frame_halves(s));

    shifter_begin(&s->rx, RX_QUIET, ticks, 0, follows);   /* and free all the time */
}

static bool rx_is_busy(const Usart *s)
{
    return s->rx.phase == RX_FRAME || s->rx.phase == RX_HELD;
}

static bool is_sending(const Usart *s)
{
    return s->tx.phase == TX_DATA || s->tx.phase == TX_BREAK;
}

static void rx_idle(Usart *s)
{
    s->listening = true;        /* even if it is not routed: whoever sends should be told so */
    if (s->wire_count && !reg_get(s, CR3, RTSE)) {
        return;                 /* a burst that waits for DR to be read: not over yet */
    }
    s->early &= !s->idle_armed;
    if (!s->idle_armed || !usart_rx_is_on(s) || (usart_single_wire(s) && is_sending(s))) {
        /* unsure: a line that has been quiet ever since RE was set makes no IDLE */
        return;
    }
    s->idle_armed = false;
    if (reg_get(s, CR1, RWU)) {
        if (!reg_get(s, CR1, WAKE)) {
            reg_set(s, CR1, RWU, 0);
        }
    } else {
        usart_set(s, R_SR_IDLE_MASK);
    }
}

/* Is there reason to blame the host that the frame before has not been read yet? */
static bool rx_has_grace(const Usart *s)
{
    return s->rx.phase == RX_FRAME && !(s->rx.word & WIRE_UNHEARD) && reg_get(s, SR, RXNE) &&
           !reg_get(s, SR, ORE) && !time_is_exact();
}

/*
 * Ticks a frame may be late and the next follows closely even so.  DMA reads DR before that ends,
 * however late it is: with a fast line the host then need not turn its main loop for every frame.
 */
static uint64_t rx_slack(const Usart *s)
{
    if (time_is_exact()) {
        return usart_bit_ticks(s);
    }
    return !reg_get(s, CR3, DMAR) ? 0
           : LATE_FRAMES * usart_halves_to_ticks(s, usart_frame_halves(s));
}

/* A frame has come in, and another may follow. */
static void rx_frame_is_through(Usart *s)
{
    uint32_t word = s->rx.word;

    s->rx.phase = RX_NOTHING;
    if (!(word & WIRE_UNHEARD)) {
        rx_word(s, word & R_DR_DR_MASK, word & WIRE_BREAK ? R_SR_FE_MASK | R_SR_LBD_MASK
                                        : word & WIRE_NO_STOP ? R_SR_FE_MASK : 0);
    }
    /* One that follows a late one is late too: else a host that stalls would pour in frames. */
    if (!rx_start(s, counter_now(&s->rx.ticks) <= s->rx.end + rx_slack(s))) {
        rx_await_quiet(s, true);
    }
}

void usart_rx_expired(void *opaque)
{
    Usart *s = opaque;

    if (run_look_at(&s->rx_runner)) {
        return;
    }
    if (rx_has_grace(s)) {
        s->rx.phase = RX_HELD;
        s->held_until = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + GRACE_NS;
    } else if (s->rx.phase == RX_QUIET) {
        s->rx.phase = RX_NOTHING;
        rx_idle(s);
    } else {
        rx_frame_is_through(s);
    }
    periph_update(&s->parent_obj);
}

void usart_rx_run(Usart *s)
{
    if (usart_rx_is_on(s) && receiver_is_routed(s)) {
        s->listening = true;
    }
    if (s->rx.phase == RX_HELD && !reg_get(s, SR, RXNE)) {
        /* as if it had been sent only now: the guest gets the time it would have on a board */
        uint64_t ticks = usart_halves_to_ticks(s, usart_frame_halves(s));

        shifter_begin(&s->rx, RX_FRAME, ticks, ticks, false);
    }
    if (!rx_is_busy(s)) {
        rx_start(s, false);
    }
    while (!s->paced && s->rx.phase == RX_FRAME) {
        rx_frame_is_through(s);
    }
}

/* Is the line high at @time after the start bit began? */
static bool line_is_high(const SerialFrame *f, uint64_t time)
{
    uint64_t n = time / f->bit;

    return n >= f->bits || f->word >> n & 1;
}

/*
 * The receiver samples each bit in its middle, by its own clock: with other settings than the sender's
 * it sees what a real one would.
 */
void usart_rx_heard(void *opaque, Signal *from, Frame *frame)
{
    Usart *s = opaque;
    const SerialFrame *f = (SerialFrame *)frame;
    uint64_t bit = usart_bit_time(s);
    unsigned bits = usart_word_bits(s);
    uint32_t word = 0;
    bool stop;

    frame_pass_run(frame, usart_rx_is_on(s) ? FRAME_SERIAL : FRAME_RUN);
    if (frame->bus != FRAME_SERIAL || !usart_rx_is_on(s) || !bit || !f->bit ||
        !signal_meets(from, usart_single_wire(s) ? &s->signal_tx : &s->signal_rx)) {
        return;
    }
    for (unsigned n = 0; n < bits; n++) {
        word |= line_is_high(f, (n + 1) * bit + bit / 2) << n;
    }
    stop = line_is_high(f, (bits + 1) * bit + bit / 2);
    usart_wire_put(s, WIRE_AT_PIN | (!word && !stop ? WIRE_BREAK
                                     : word | (stop ? 0 : WIRE_NO_STOP)));
    periph_update(&s->parent_obj);
}

void usart_rx_word(Usart *s, uint32_t word, uint32_t errors)
{
    rx_word(s, word, errors);
    if (!rx_is_busy(s)) {
        rx_await_quiet(s, false);
    }
}

/* What the receiver hears of a frame that goes out. */
void usart_rx_hear_own(Usart *s, uint32_t word, uint32_t errors)
{
    if (!usart_rx_is_on(s)) {
        return;
    }
    if (usart_single_wire(s)) {
        usart_rx_word(s, word, errors);
    } else if (reg_get(s, CR2, CLKEN) && !errors) {
        /* synchronous: CK clocks in what the other end has ready, or the level of the pin */
        bool high = signal_level(&s->signal_rx, true);

        word = s->wire_count ? usart_wire_take(s) & 0xff : high ? ~0u : 0;
        rx_word(s, word & MAKE_64BIT_MASK(0, usart_word_bits(s)), 0);
    }
}

void usart_rx_switched(Usart *s, uint32_t was)
{
    uint32_t on = R_CR1_UE_MASK | R_CR1_RE_MASK;

    if ((s->parent_obj.regs[R_CR1] & on) != on) {
        s->rx.word |= WIRE_UNHEARD;
    } else if ((was & on) != on) {
        s->idle_armed = false;
        if (!rx_is_busy(s) && usart_bit_ticks(s)) {
            rx_await_quiet(s, false);
        }
    }
}
