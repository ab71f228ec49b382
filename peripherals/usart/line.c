/*
 * The line of a USART (RM0090 30.3): receiver and transmitter together, and the host at the other end,
 * a chardev, which carries data bits only, at most 8 of a frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

/* ---- The host ---- */

/* One that has filled the wire waits until half of it is free: it would be asked for each byte otherwise. */
static int host_may_send(void *opaque)
{
    Usart *s = opaque;
    bool waits = !s->listening || (s->refused && s->wire_count > WIRE_SIZE / 2);
    int room = waits ? 0 : WIRE_SIZE - s->wire_count;

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
    bool parity = reg_get(s, CR1, PCE);
    QEMUSerialSetParams now = {
        .speed = bit && usart_has_clock(s) ? clock_get_hz(s->parent_obj.clk) / bit : 0,
        .parity = !parity ? 'N' : reg_get(s, CR1, PS) ? 'O' : 'E',
        .data_bits = MIN(usart_data_bits(s), 8),
        .stop_bits = usart_stop_halves(s) > 2 ? 2 : 1,
    };

    if (reg_get(s, CR1, UE) && now.speed && memcmp(&now, &s->params, sizeof(now))) {
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
    if (!run_is_late(&s->tx_runner)) {
        shifter_arm(&s->tx, usart_tx_is_timed(s) ? shifter_when(&s->tx) : COUNTER_NEVER);
    }
    if (!run_is_late(&s->rx_runner)) {
        shifter_arm(&s->rx, s->rx.phase == RX_HELD ? s->held_until : shifter_when(&s->rx));
    }
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
    /* what a DMA reads is not there before that can do so: who reads SR and DR would take it away */
    if (shifter_is_late(&s->rx) && !(reg_get(s, CR3, DMAR) && s->rx.phase != RX_QUIET)) {
        usart_rx_expired(s);
    }
}

void usart_line_init(Usart *s)
{
    shifter_init(&s->tx, s->parent_obj.clk, usart_tx_expired, s);
    shifter_init(&s->rx, s->parent_obj.clk, usart_rx_expired, s);
    usart_bits_init(s);
    usart_run_init(s);
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
    s->unread_ns = 0;
    s->faults = 0;
}

void usart_line_clock_will_change(Usart *s)
{
    usart_run_look(s);
    shifter_sync(&s->tx);
    shifter_sync(&s->rx);
}

bool usart_line_is_sane(void *opaque, int version_id)
{
    Usart *s = opaque;

    return s->wire_first < WIRE_SIZE && s->wire_count <= WIRE_SIZE && s->bits_count < 32;
}
