/*
 * The line of a USART (RM0090 30.3): frames and the time they take, and the host at the other end,
 * a chardev, which carries data bits only, at most 8 of a frame.  The receiver is rx.c, the
 * transmitter tx.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

/* ---- Frames ---- */

bool usart_single_wire(const Usart *s)
{
    return usart_cr3(s, R_CR3_HDSEL_MASK | R_CR3_SCEN_MASK);
}

uint32_t usart_bit_ticks(const Usart *s)
{
    uint32_t brr = s->parent_obj.regs[R_BRR];
    unsigned mantissa = brr >> R_BRR_DIV_Mantissa_SHIFT;

    if (!mantissa) {
        return 0;
    }
    return usart_cr1(s, R_CR1_OVER8_MASK) ? mantissa * 8 + (brr & 7) : brr;
}

unsigned usart_word_bits(const Usart *s)
{
    return usart_cr1(s, R_CR1_M_MASK) ? 9 : 8;
}

/* Parity takes the place of the most significant bit. */
unsigned usart_data_bits(const Usart *s)
{
    return usart_word_bits(s) - (usart_cr1(s, R_CR1_PCE_MASK) ? 1 : 0);
}

unsigned usart_stop_halves(const Usart *s)
{
    static const uint8_t halves[] = { 2, 1, 4, 3 };

    return halves[FIELD_EX32(s->parent_obj.regs[R_CR2], CR2, STOP)];
}

uint64_t usart_halves_to_ticks(const Usart *s, unsigned halves)
{
    return DIV_ROUND_UP((uint64_t)usart_bit_ticks(s) * halves, 2);
}

unsigned usart_frame_halves(const Usart *s)
{
    return 2 * (1 + usart_word_bits(s)) + usart_stop_halves(s);
}

unsigned usart_break_bits(const Usart *s)
{
    return usart_cr2(s, R_CR2_LINEN_MASK) ? 13 : 2 + usart_word_bits(s);
}

uint64_t usart_pace(const Usart *s, unsigned halves)
{
    return s->paced ? usart_halves_to_ticks(s, halves) : 0;
}

bool usart_parity_is_wrong(const Usart *s, uint32_t word)
{
    bool odd = ctpop32(word) & 1, should_be = usart_cr1(s, R_CR1_PS_MASK);

    return usart_cr1(s, R_CR1_PCE_MASK) && odd != should_be;
}

uint32_t usart_make_word(const Usart *s, uint32_t data)
{
    uint32_t word = data & MAKE_64BIT_MASK(0, usart_data_bits(s));

    return usart_parity_is_wrong(s, word) ? word | 1u << usart_data_bits(s) : word;
}

bool usart_has_clock(const Usart *s)
{
    return clock_is_enabled(s->parent_obj.clk);
}

/* ---- The host ---- */

static int host_may_send(void *opaque)
{
    Usart *s = opaque;
    int room = s->listening ? WIRE_SIZE - s->wire_count : 0;

    s->refused |= !room;
    return room;
}

static void host_sends(void *opaque, const uint8_t *data, int size)
{
    Usart *s = opaque;

    for (int i = 0; i < size; i++) {
        usart_wire_put(s, data[i]);
    }
    periph_update(&s->parent_obj);
}

static void host_event(void *opaque, QEMUChrEvent event)
{
    Usart *s = opaque;

    if (event == CHR_EVENT_BREAK && s->listening) {
        usart_wire_put(s, WIRE_BREAK);
        periph_update(&s->parent_obj);
    }
}

/* A host's real serial port takes our settings over. */
static void tell_params(Usart *s)
{
    uint32_t bit = usart_bit_ticks(s);
    bool parity = usart_cr1(s, R_CR1_PCE_MASK);
    QEMUSerialSetParams now = {
        .speed = bit && usart_has_clock(s) ? clock_get_hz(s->parent_obj.clk) / bit : 0,
        .parity = !parity ? 'N' : usart_cr1(s, R_CR1_PS_MASK) ? 'O' : 'E',
        .data_bits = MIN(usart_data_bits(s), 8),
        .stop_bits = usart_stop_halves(s) > 2 ? 2 : 1,
    };

    if (usart_cr1(s, R_CR1_UE_MASK) && now.speed && memcmp(&now, &s->params, sizeof(now))) {
        s->params = now;
        qemu_chr_fe_ioctl(&s->chr, CHR_IOCTL_SERIAL_SET_PARAMS, &now);
    }
}

/* ---- All of it ---- */

void usart_line_switched(Usart *s, uint32_t was)
{
    usart_tx_switched(s, was);
    usart_rx_switched(s, was);
}

void usart_line_run(Usart *s)
{
    tell_params(s);
    usart_tx_run(s);
    usart_rx_run(s);
    usart_bits_run(s);
    shifter_arm(&s->tx, usart_tx_is_timed(s) ? shifter_when(&s->tx) : COUNTER_NEVER);
    shifter_arm(&s->rx, s->rx.phase == RX_HELD ? s->held_until : shifter_when(&s->rx));
    if (s->refused && host_may_send(s)) {
        s->refused = false;
        qemu_chr_fe_accept_input(&s->chr);
    }
}

void usart_line_catch_up(Usart *s)
{
    if (shifter_is_late(&s->tx)) {
        usart_tx_expired(s);
    }
    if (shifter_is_late(&s->rx)) {
        usart_rx_expired(s);
    }
}

void usart_line_init(Usart *s)
{
    shifter_init(&s->tx, s->parent_obj.clk, usart_tx_expired, s);
    shifter_init(&s->rx, s->parent_obj.clk, usart_rx_expired, s);
    usart_bits_init(s);
}

void usart_line_realize(Usart *s)
{
    qemu_chr_fe_set_handlers(&s->chr, host_may_send, host_sends, host_event, NULL, s, NULL, true);
}

/* What the other end has sent and nobody has heard yet stays. */
void usart_line_reset(Usart *s)
{
    if (s->tx.phase == TX_BREAK) {
        usart_send_break(s, 0);
    }
    if (s->watch) {
        g_source_remove(s->watch);
        s->watch = 0;
    }
    shifter_reset(&s->tx);
    shifter_reset(&s->rx);
    usart_bits_reset(s);
    s->idle_frame = s->idle_armed = s->listening = false;
    s->early = true;
    s->faults = 0;
}

void usart_line_clock_will_change(Usart *s)
{
    shifter_sync(&s->tx);
    shifter_sync(&s->rx);
}

bool usart_line_is_sane(void *opaque, int version_id)
{
    Usart *s = opaque;

    return s->wire_first < WIRE_SIZE && s->wire_count <= WIRE_SIZE && s->bits_count < 32;
}
