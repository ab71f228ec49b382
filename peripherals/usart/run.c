/*
 * Frames of a USART that a DMA serves, many at a time (core/run.h): what goes out to the host, and what of it
 * comes in and waits on the wire already.
 *
 * From the middle of a frame to that of a later one.  What other controllers hear, handshakes, errors, the
 * first burst after a reset, for which the other end waits, and the last frame of a burst are left to single
 * frames.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

static bool is_plain(const Usart *s)
{
    return usart_has_clock(s) && s->paced && !usart_single_wire(s) && !reg_get(s, CR2, CLKEN) &&
           !reg_get(s, CR3, IREN) && !reg_get(s, CR3, RTSE) && !reg_get(s, CR3, CTSE);
}

static void set_time(RunPlan *plan, const Shifter *sh)
{
    plan->ticks = &sh->ticks;
    plan->due = sh->due;
    plan->period = sh->end - sh->begin;
    plan->timer[plan->timers++] = sh->timer;
}

static void pass_frames(Shifter *sh, uint32_t n, uint64_t period)
{
    sh->begin += n * period;
    sh->due += n * period;
    sh->end += n * period;
}

/* ---- The transmitter ---- */

/* By other controllers, or by who wants each edge. */
static bool tx_is_heard(Usart *s)
{
    RunFrame f = { .frame.bus = FRAME_RUN, .of = FRAME_SERIAL };

    return signal_send(&s->signal_tx, &f.frame) != f.agreed ||
           (s->signal_tx.drive.kind == DRIVE_PICTURE && s->tx_picture.watched);
}

/* TC that nobody has looked at stays as it is. */
static bool next_clears_tc(Usart *s)
{
    return s->parent_obj.regs[R_SR] & s->seen & R_SR_TC_MASK;
}

static bool tx_plan(void *opaque, RunPlan *plan)
{
    const LaneNeed send = { opaque, R_DR, true };
    Usart *s = opaque;

    if (s->tx.phase != TX_DATA || !reg_get(s, CR3, DMAT) || reg_get(s, SR, TXE) || next_clears_tc(s) ||
        reg_get(s, CR1, TXEIE) || reg_get(s, CR1, SBK) || !reg_get(s, CR1, TE) || !reg_get(s, CR1, UE) ||
        s->idle_frame || s->seen & R_SR_PE_MASK || !is_plain(s) || !signal_is_routed(&s->signal_tx) ||
        tx_is_heard(s)) {
        return false;
    }
    set_time(plan, &s->tx);
    s->tx_lane = run_add_lane(plan, &s->dma_tx, &send);
    return s->tx_lane && plan->period == usart_halves_to_ticks(s, usart_frame_halves(s));
}

/* The host takes up to @n words; if fewer, the next blocks. */
static uint32_t hand_over(Usart *s, const uint32_t *words, uint32_t n)
{
    uint32_t mask = MAKE_64BIT_MASK(0, usart_data_bits(s));
    uint8_t bytes[RUN_FRAMES];
    int taken;

    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = words[i] & mask;
    }
    taken = qemu_chr_fe_write(&s->chr, bytes, n);
    return taken >= (int)n || !usart_tx_watch(s) ? n : MAX(taken, 0);
}

static void tx_go(void *opaque, RunPlan *plan, uint32_t n)
{
    Usart *s = opaque;
    uint32_t words[RUN_FRAMES + 2], taken;

    words[0] = s->tx.word;
    words[1] = s->tdr;
    lane_peek(s->tx_lane, words + 2, n);
    taken = hand_over(s, words, n);
    lane_take(s->tx_lane, taken);
    if (taken) {
        s->tx.word = usart_make_word(s, words[taken]);
        s->tdr = words[taken + 1] & R_DR_DR_MASK;
    }
    pass_frames(&s->tx, taken, plan->period);
    if (taken < n) {
        s->tx.phase = TX_BLOCKED;
    }
    periph_update(&s->parent_obj);
}

/* ---- The receiver ---- */

/* Frames on the wire, up to the first that is more than a byte. */
static uint32_t plain_frames(const Usart *s)
{
    uint32_t n = 0;

    while (n < s->wire_count && s->wire[(s->wire_first + n) % WIRE_SIZE] <= 0xff) {
        n++;
    }
    return n;
}

static bool rx_plan(void *opaque, RunPlan *plan)
{
    const LaneNeed receive = { opaque, R_DR, false };
    Usart *s = opaque;

    if (s->rx.phase != RX_FRAME || !s->wire_count || !reg_get(s, CR3, DMAR) || reg_get(s, CR1, RXNEIE) ||
        reg_get(s, SR, RXNE) || reg_get(s, CR1, RWU) || s->rx.word & ~R_DR_DR_MASK || s->faults ||
        s->early || s->seen & USART_ERRORS || !usart_rx_is_on(s) || !is_plain(s) ||
        !signal_is_routed(&s->signal_rx)) {
        return false;
    }
    set_time(plan, &s->rx);
    plan->frames = MIN(plan->frames, plain_frames(s));
    s->rx_lane = run_add_lane(plan, &s->dma_rx, &receive);
    return s->rx_lane && plan->period == usart_halves_to_ticks(s, usart_frame_halves(s));
}

static void rx_go(void *opaque, RunPlan *plan, uint32_t n)
{
    Usart *s = opaque;
    uint32_t words[WIRE_SIZE];

    for (uint32_t i = 0; i < n; i++) {
        words[i] = s->rx.word;
        s->rx.word = usart_make_word(s, usart_wire_take(s));
    }
    s->idle_armed = true;
    s->parent_obj.regs[R_DR] = words[n - 1];
    lane_put(s->rx_lane, words, n);
    pass_frames(&s->rx, n, plan->period);
    periph_update(&s->parent_obj);
}

/* ---- Both ---- */

void usart_run_look(Usart *s)
{
    run_look_at(&s->tx_runner);
    run_look_at(&s->rx_runner);
}

void usart_run_init(Usart *s)
{
    s->tx_runner = (Runner) { .opaque = s, .plan = tx_plan, .go = tx_go };
    s->rx_runner = (Runner) { .opaque = s, .plan = rx_plan, .go = rx_go };
    runner_add(&s->tx_runner);
    runner_add(&s->rx_runner);
}
