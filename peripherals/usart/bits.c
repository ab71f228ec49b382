/*
 * A frame that comes to a USART as real levels, say of a GPIO: as silicon does it is sampled in the
 * middle of its bits, from a falling edge on.
 *
 * Of each edge the time is known, so that the samples before it follow; one timer, at the stop bit,
 * ends it.  Noise is an edge where the three samples of a bit would be.  A controller's frames and
 * breaks are heard whole (rx.c): pictures are no levels here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

/* Start bit, data, stop bit. */
static unsigned samples(const Usart *s)
{
    return usart_word_bits(s) + 2;
}

/* When sample @n is taken. */
static int64_t sample_ns(const Usart *s, unsigned n)
{
    uint64_t bit = usart_bit_time(s);

    return s->bits_at + (int64_t)(((unsigned __int128)n * bit + bit / 2) >> 32);
}

static void end_frame(Usart *s)
{
    unsigned bits = usart_word_bits(s);
    uint32_t word = s->bits_word >> 1 & MAKE_64BIT_MASK(0, bits);
    bool stop = s->bits_word >> (bits + 1) & 1;
    uint32_t errors = s->bits_noise ? R_SR_NE_MASK : 0;

    s->bits_at = 0;
    if (!stop) {
        errors |= R_SR_FE_MASK | (word ? 0 : R_SR_LBD_MASK);
    }
    usart_rx_word(s, word, errors);
}

/* The samples until @ns have seen the level that there has been. */
static void take_samples(Usart *s, int64_t ns)
{
    while (s->bits_at && s->bits_count < samples(s) && sample_ns(s, s->bits_count) <= ns) {
        s->bits_word |= (uint32_t)s->bits_level << s->bits_count++;
        if (s->bits_word & 1) {
            s->bits_at = 0;             /* it was no start bit */
        }
    }
    if (s->bits_at && s->bits_count >= samples(s)) {
        end_frame(s);
    }
}

/* Is an edge at @ns between the three samples of the bit before or after it? */
static bool is_noise(const Usart *s, int64_t ns)
{
    int64_t near = usart_bit_time(s) >> 36;

    return sample_ns(s, s->bits_count) - ns <= near ||
           (s->bits_count && ns - sample_ns(s, s->bits_count - 1) <= near);
}

static bool may_begin(Usart *s, const Signal *line)
{
    bool sends = usart_single_wire(s) && s->tx.phase != TX_NOTHING;

    return usart_rx_is_on(s) && usart_bit_time(s) && !sends && signal_state(line).kind == DRIVE_LOW &&
           !reg_get(s, CR2, CLKEN) && !reg_get(s, CR3, IREN) &&
           !reg_get(s, CR3, SCEN);
}

static void changed(Usart *s, const Signal *line, bool level)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    bool falls = s->bits_level && !level;

    if (s->bits_at && usart_bit_time(s) && s->bits_level != level) {
        take_samples(s, now - 1);
        s->bits_noise |= s->bits_at && s->bits_count && is_noise(s, now);
    }
    s->bits_level = level;
    if (!s->bits_at && falls && may_begin(s, line)) {
        s->bits_at = now;
        s->bits_word = s->bits_count = 0;
        s->bits_noise = false;
        s->listening = true;
    }
    if (!s->listening || s->bits_at) {
        periph_update(&s->parent_obj);
    }
}

/* It may have been routed just now: the host need not wait any longer. */
static void rx_changed(void *opaque, bool level)
{
    Usart *s = opaque;

    if (!usart_single_wire(s)) {
        changed(s, &s->signal_rx, level);
    }
}

static void tx_changed(void *opaque, bool level)
{
    Usart *s = opaque;

    if (usart_single_wire(s)) {
        changed(s, &s->signal_tx, level);
    }
}

static void expired(void *opaque)
{
    Usart *s = opaque;

    take_samples(s, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    periph_update(&s->parent_obj);
}

void usart_bits_run(Usart *s)
{
    if (s->bits_at && (!usart_rx_is_on(s) || !usart_bit_time(s))) {
        s->bits_at = 0;
    }
    counter_arm(s->bits_timer, s->bits_at ? sample_ns(s, samples(s) - 1) : COUNTER_NEVER);
}

void usart_bits_init(Usart *s)
{
    s->signal_rx.changed = rx_changed;
    s->signal_tx.changed = tx_changed;
    s->bits_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
}

void usart_bits_reset(Usart *s)
{
    s->bits_at = 0;
    timer_del(s->bits_timer);
}
