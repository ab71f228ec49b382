/*
 * The line of a USART (RM0090 30.3): frames and the time they take, and the host at the other end,
 * a chardev, which carries data bits only, at most 8 of a frame.  The receiver is usart_rx.c, the
 * transmitter usart_tx.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart_line.h"

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

/* ---- Time ---- */

void usart_shifter_begin(Shifter *sh, unsigned phase, uint64_t due, uint64_t ticks, bool follows)
{
    if (!follows && counter_now(&sh->ticks) >= sh->end) {
        counter_set(&sh->ticks, 0);
        sh->end = 0;
    }
    sh->phase = phase;
    sh->begin = sh->end;
    sh->due = sh->begin + due;
    sh->end = sh->begin + ticks;
}

static void shifter_arm(Shifter *sh, int64_t when)
{
    if (when == COUNTER_NEVER) {
        timer_del(sh->timer);
    } else if (timer_expire_time_ns(sh->timer) != when) {
        timer_mod(sh->timer, when);
    }
}

static void shifter_reset(Shifter *sh)
{
    sh->phase = 0;
    sh->begin = sh->due = sh->end = 0;
    sh->word = 0;
    timer_del(sh->timer);
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
    shifter_arm(&s->tx, usart_tx_is_timed(s) ? counter_when(&s->tx.ticks, s->tx.due)
                        : COUNTER_NEVER);
    shifter_arm(&s->rx, s->rx.phase == RX_NOTHING ? COUNTER_NEVER
                        : s->rx.phase == RX_HELD ? s->held_until
                        : counter_when(&s->rx.ticks, s->rx.due));
    if (s->refused && host_may_send(s)) {
        s->refused = false;
        qemu_chr_fe_accept_input(&s->chr);
    }
}

void usart_line_catch_up(Usart *s)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (timer_pending(s->tx.timer) && timer_expired(s->tx.timer, now)) {
        usart_tx_expired(s);
    }
    if (timer_pending(s->rx.timer) && timer_expired(s->rx.timer, now)) {
        usart_rx_expired(s);
    }
}

void usart_line_init(Usart *s)
{
    counter_init(&s->tx.ticks, s->parent_obj.clk);
    counter_init(&s->rx.ticks, s->parent_obj.clk);
    counter_go(&s->tx.ticks);
    counter_go(&s->rx.ticks);
    s->tx.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, usart_tx_expired, s);
    s->rx.timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, usart_rx_expired, s);
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
    s->idle_frame = s->idle_armed = s->listening = false;
    s->early = true;
    s->faults = 0;
}

void usart_line_clock_will_change(Usart *s)
{
    counter_sync(&s->tx.ticks);
    counter_sync(&s->rx.ticks);
}

bool usart_line_is_sane(void *opaque, int version_id)
{
    Usart *s = opaque;

    return s->wire_first < WIRE_SIZE && s->wire_count <= WIRE_SIZE;
}

const VMStateDescription usart_shifter_vmstate = {
    .name = "stm32f4-usart-shifter", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(ticks, Shifter),
        VMSTATE_UINT64(begin, Shifter),
        VMSTATE_UINT64(due, Shifter),
        VMSTATE_UINT64(end, Shifter),
        VMSTATE_UINT32(phase, Shifter),
        VMSTATE_UINT32(word, Shifter),
        VMSTATE_END_OF_LIST()
    },
};
