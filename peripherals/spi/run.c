/*
 * Frames of an SPI that a DMA serves, many at a time (core/run.h): of a master, with its slave if that is one
 * of ours at pins joined with its own, or with a part of QEMU.
 *
 * From the middle of a frame to that of a later one.  What would be told of each, by interrupts of TXE and
 * RXNE or edges that somebody listens to, and what has to be looked at for each, CRCs and lines that do not
 * just have a level, is left to single frames.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/spi/state.h"

/* ---- What it takes ---- */

/* Is each word sent taken from memory, and each that comes in to memory, or lost as the one before? */
static bool add_lanes(Spi *s, RunPlan *plan)
{
    const LaneNeed send = { &s->parent_obj, R_DR, true }, receive = { &s->parent_obj, R_DR, false };
    bool unread = reg_get(s, SR, RXNE);

    s->tx_lane = s->rx_lane = NULL;
    if (spi_line_out(s) && !reg_get(s, SR, TXE)) {
        s->tx_lane = reg_get(s, CR2, TXDMAEN) ? run_add_lane(plan, &s->dma_tx, &send) : NULL;
        if (!s->tx_lane) {
            return false;
        }
    } else if (spi_line_out(s) && (spi_is_master(s) || reg_get(s, CR2, TXDMAEN))) {
        return false;
    }
    if (spi_line_in(s) && !unread) {
        s->rx_lane = reg_get(s, CR2, RXDMAEN) ? run_add_lane(plan, &s->dma_rx, &receive) : NULL;
        return s->rx_lane;
    }
    return !unread || (reg_get(s, SR, OVR) && !reg_get(s, CR2, RXDMAEN));
}

/* After each frame the level of a data line is another one, that of the clock is not. */
static bool is_drawn_for_nobody(const Signal *signal, const Picture *picture)
{
    return signal->drive.kind != DRIVE_PICTURE || signal->drive.picture != picture ||
           (!picture->heard && !picture->watched);
}

bool spi_is_unobserved(const Spi *s)
{
    return !reg_get(s, CR1, CRCEN) && !reg_get(s, CR2, TXEIE) && !reg_get(s, CR2, RXNEIE) &&
           !reg_get(s, CR2, FRF) && !s->holds && !s->grace &&
           (s->sck.drive.kind != DRIVE_PICTURE || !s->sck_picture.watched) &&
           is_drawn_for_nobody(&s->mosi, &s->out_picture) &&
           is_drawn_for_nobody(&s->miso, &s->out_picture) &&
           is_drawn_for_nobody(&s->miso, &s->in_picture);
}

/* In the middle of a whole frame, or, with a host that is late, after it. */
static bool slave_is_ready(const Spi *s, unsigned bits)
{
    bool whole = s->piece_left == bits && !s->bits.count && s->piece_known;

    return spi_is_slave(s) && spi_is_unobserved(s) && spi_frame_bits(s) == bits && !s->by_bits && !s->soft &&
           (s->shift.phase == SPI_IDLE ? !s->piece_left : s->shift.phase == SPI_DATA && whole);
}

void spi_run_heard(Spi *s, Signal *from, RunFrame *run)
{
    SpiRunFrame *f = (SpiRunFrame *)run;
    Signal *in = spi_line_in(s), *out = spi_line_out(s);

    if (run->of != FRAME_SPI || !spi_is_slave(s) || !signal_meets(from, &s->sck)) {
        run->agreed++;
        return;
    }
    if (f->slave || f->cpol != reg_get(s, CR1, CPOL) || f->cpha != reg_get(s, CR1, CPHA) ||
        !slave_is_ready(s, f->bits) || (in && !(f->out && signal_meets(f->out, in))) ||
        !add_lanes(s, f->plan)) {
        return;
    }
    f->plan->timer[f->plan->timers++] = s->shift.timer;
    f->answers = f->in && out && signal_meets(f->in, out);
    f->slave = s;
    run->agreed++;
}

/* Parts of QEMU, which are behind SCK. */
static bool has_parts(const Spi *s)
{
    return signal_is_routed(&s->sck) && !QTAILQ_EMPTY(&BUS(s->ssi)->children);
}

/* Nobody will hear it who would rather hear single frames. */
static bool ask_others(Spi *s, RunPlan *plan)
{
    bool parts = has_parts(s);
    SpiRunFrame f = {
        .run = { .frame.bus = FRAME_RUN, .of = FRAME_SPI },
        .out = spi_line_out(s), .in = spi_line_in(s), .bits = spi_frame_bits(s),
        .cpol = reg_get(s, CR1, CPOL), .cpha = reg_get(s, CR1, CPHA), .plan = plan,
    };
    Pin *pin;

    if (signal_send(&s->sck, &f.run.frame) != f.run.agreed || (f.slave && parts)) {
        return false;
    }
    s->run_slave = f.slave;
    s->run_answer = f.answers ? SPI_SLAVE : parts && spi_part_answers(s) ? SPI_PART : SPI_LEVEL;
    if (s->run_answer != SPI_LEVEL || !f.in) {
        return true;
    }
    pin = signal_pin(f.in);
    return !pin || pin_state(pin).kind < DRIVE_WAVE;
}

static bool master_plan(void *opaque, RunPlan *plan)
{
    Spi *s = opaque;
    bool served = reg_get(s, CR2, TXDMAEN) || reg_get(s, CR2, RXDMAEN);

    if (s->shift.phase != SPI_DATA || !served || !spi_is_on(s) || !spi_is_master(s) || s->waits ||
        s->in_pieces || !spi_is_unobserved(s)) {
        return false;
    }
    plan->ticks = &s->shift.ticks;
    plan->due = s->shift.due;
    plan->period = spi_frame_bits(s) * spi_bit_ticks(s);
    plan->timer[plan->timers++] = s->shift.timer;
    return plan->due == s->shift.begin + plan->period && add_lanes(s, plan) && ask_others(s, plan);
}

/* ---- Late frames ---- */

/*
 * So many frames could end from now on before one has a beat of @line of which somebody is told.  Now and then the beat of
 * the one before is still to come.  Frames after the last beat tell nobody.
 */
static uint32_t quiet_frames(Spi *s, const Line *line)
{
    uint32_t beats = lane_quiet(line, &s->parent_obj, true);

    return beats > line->level ? MIN(beats - line->level, RUN_FRAMES) : 0;
}

static void tell_late(Spi *s, int64_t until)
{
    s->late_until = until;
    lane_be_late(&s->dma_tx, until);
    lane_be_late(&s->dma_rx, until);
}

int64_t spi_lateness(void *opaque)
{
    Spi *s = opaque;
    RunPlan nothing = { };
    bool sends = spi_line_out(s), served = reg_get(s, CR2, TXDMAEN) || (!sends && reg_get(s, CR2, RXDMAEN));
    uint32_t frames = RUN_FRAMES;
    int64_t late;

    if (!time_is_exact() || !time_may_be_late() || !run_is_enabled() || s->shift.phase != SPI_DATA ||
        !spi_is_on(s) || !spi_is_master(s) || s->waits || s->in_pieces || reg_get(s, CR2, ERRIE) || !served ||
        !spi_is_unobserved(s)) {
        return 0;
    }
    if (reg_get(s, CR2, TXDMAEN)) {
        frames = MIN(frames, quiet_frames(s, &s->dma_tx));
    }
    if (reg_get(s, CR2, RXDMAEN)) {
        frames = MIN(frames, quiet_frames(s, &s->dma_rx));
    }
    if (!frames || !ask_others(s, &nothing) || s->run_slave) {
        return 0;
    }
    late = frames * clock_ticks_to_ns(s->parent_obj.clk, spi_frame_bits(s) * spi_bit_ticks(s));
    late = MIN(late, RUN_LATE_NS);
    tell_late(s, shifter_when(&s->shift) + late);
    return late;
}

void spi_settle_late(Spi *s)
{
    if (s->late_until && s->shift.phase == SPI_IDLE) {
        tell_late(s, 0);
    }
}

/* ---- Frames ---- */

/* The words of @n frames, and the one that is in TDR after them; false: nobody gives any. */
static bool fetch(Spi *s, uint32_t *out, uint32_t n)
{
    if (!s->tx_lane) {
        return false;
    }
    out[0] = s->tdr;
    lane_peek(s->tx_lane, out + 1, n);
    lane_take(s->tx_lane, n);
    s->tdr = out[n] & R_DR_DR_MASK;
    return true;
}

/* @n words have come in, each of which has been read. */
static void deliver(Spi *s, const uint32_t *in, uint32_t n)
{
    if (s->rx_lane && n) {
        s->parent_obj.regs[R_DR] = in[n - 1];
        lane_put(s->rx_lane, in, n);
    }
    s->looks = 0;
    s->patient = true;
}

/* Of a slave: @n frames with @data, which it answers. */
static void slave_go(Spi *s, const uint32_t *data, uint32_t *answer, uint32_t n)
{
    uint32_t out[RUN_FRAMES + 1], in[RUN_FRAMES + 1], count = 0;
    bool line_in = spi_line_in(s), sends;

    if (s->shift.phase == SPI_DATA) {
        in[count++] = s->in = spi_line_order(s, s->piece_in);
    }
    sends = fetch(s, out, n);
    for (uint32_t i = 0; i < n; i++) {
        s->shift.word = sends ? out[i] & R_DR_DR_MASK : line_in ? s->in : s->shift.word;
        answer[i] = spi_line_order(s, s->shift.word);
        if (i + 1 < n) {
            in[count++] = s->in = spi_line_order(s, data[i]);
        }
    }
    deliver(s, in, count);
    s->piece_in = data[n - 1];
}

/* It is in the middle of the last of them, which began at @start, with the time at @now. */
static void slave_draw(Spi *s, const Spi *master, int64_t now)
{
    unsigned bits = spi_frame_bits(s);

    s->shift.phase = SPI_DATA;
    s->bits = (SpiBits) { .width = bits, .out = spi_line_order(s, s->shift.word) };
    s->piece_left = s->drawn_bits = bits;
    s->piece_known = true;
    s->drawn_at = master->drawn_at;
    s->drawn_bit = master->drawn_bit;
    s->drawn_out = s->bits.out;
    s->slave_end = now + (bits * s->drawn_bit >> 32);
    periph_update(&s->parent_obj);
}

/* What @n frames with @data, as it is on the line, are answered with. */
static void exchange(Spi *s, const uint32_t *data, uint32_t *answer, uint32_t n)
{
    bool parts = has_parts(s);

    if (s->run_slave) {
        slave_go(s->run_slave, data, answer, n);
    }
    for (uint32_t i = 0; i < n && parts; i++) {     /* those that are not selected hear it too */
        answer[i] = spi_ask_parts(s, data[i]);
    }
}

static void master_go(void *opaque, RunPlan *plan, uint32_t n)
{
    Spi *s = opaque;
    uint32_t out[RUN_FRAMES + 1], data[RUN_FRAMES], in[RUN_FRAMES + 1];
    Signal *line_out = spi_line_out(s);
    bool routed = line_out && signal_is_routed(line_out), sends;

    in[0] = sampler_goes_on(&s->sampler) ? spi_line_order(s, sampler_end(&s->sampler)) : s->in;
    sends = fetch(s, out, n);
    if (s->run_slave || has_parts(s)) {
        for (uint32_t i = 0; i < n; i++) {
            data[i] = sends && routed ? spi_line_order(s, out[i]) : spi_idle_line(s, line_out);
        }
        exchange(s, data, in + 1, n);
        for (uint32_t i = 1; i <= n; i++) {
            in[i] = spi_line_order(s, in[i]);
        }
    }
    if (s->run_answer == SPI_LEVEL) {
        uint32_t level = spi_line_order(s, spi_idle_line(s, spi_line_in(s)));

        for (uint32_t i = 1; i <= n; i++) {
            in[i] = level;
        }
    }
    deliver(s, in, n);
    s->in = in[n];
    s->shift.word = sends ? out[n - 1] & R_DR_DR_MASK : s->shift.word;
    s->shift.begin += n * plan->period;
    s->shift.due += n * plan->period;
    s->shift.end += n * plan->period;
    s->drawn_at = counter_time(&s->shift.ticks, s->shift.begin);
    s->drawn_out = spi_line_order(s, s->shift.word);
    s->drawn_in = spi_line_order(s, s->in);
    if (s->run_answer == SPI_LEVEL && spi_line_in(s)) {
        sampler_begin(&s->sampler, spi_line_in(s), s->drawn_at, s->drawn_bit, s->drawn_bits);
    }
    if (s->run_slave) {
        slave_draw(s->run_slave, s, time_is_exact() ? counter_when(&s->shift.ticks, s->shift.begin)
                                                    : drive_now());
    }
    periph_update(&s->parent_obj);
}

void spi_run_init(Spi *s)
{
    s->runner = (Runner) { .opaque = s, .plan = master_plan, .go = master_go };
    runner_add(&s->runner);
}
