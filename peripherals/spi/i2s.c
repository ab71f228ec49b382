/*
 * I2S (RM0090 28.4): a stereo frame is two channels, left first, each of 16 bits or of two halves
 * of 16.  A half is handed on when it begins: the master lets those at CK know, whoever sends puts
 * it on SD.  The registers show it when it ends.
 *
 * The master's clock runs from the first word of a sender, or from I2SE of a receiver, until I2SE
 * is cleared and the half is over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/mistake/later.h"
#include "stm32/core/mistake/place.h"
#include "stm32/peripherals/spi/state.h"

/* A PLL that has just been switched on is ready by then. */
#define CLOCKED_NS SCALE_MS
/*
 * In the host's time samples leave memory no later than that.  Nobody hears it, as what plays them holds more, and each
 * wake-up of the host's costs as much as a hundred samples.
 */
#define SEND_LATE_NS SCALE_MS

enum { SLAVE_SENDS, SLAVE_RECEIVES, MASTER_SENDS, MASTER_RECEIVES };    /* I2SCFG */

static unsigned mode(const Spi *s)
{
    return reg_get(s, I2SCFGR, I2SCFG);
}

static bool is_on(const Spi *s)
{
    return spi_is_i2s(s) && reg_get(s, I2SCFGR, I2SE) && clock_is_enabled(s->parent_obj.clk);
}

static bool is_master(const Spi *s)
{
    return mode(s) >= MASTER_SENDS && !s->extension;
}

static bool sends(const Spi *s)
{
    return mode(s) == MASTER_SENDS || mode(s) == SLAVE_SENDS;
}

/* Words of DR that make a channel. */
static unsigned halves(const Spi *s)
{
    return reg_get(s, I2SCFGR, DATLEN) ? 2 : 1;
}

static unsigned channel_bits(const Spi *s)
{
    return halves(s) == 2 || reg_get(s, I2SCFGR, CHLEN) ? 32 : 16;
}

/* I2SCLK by this makes MCK or, without MCKOE, the bit clock (RM0090 28.4.4). */
static unsigned divider(const Spi *s)
{
    return 2 * reg_get(s, I2SPR, I2SDIV) + reg_get(s, I2SPR, ODD);
}

/* Ticks of I2SCLK for a channel; MCK is 256 times the sampling rate. */
static unsigned channel_ticks(const Spi *s)
{
    bool mckoe = reg_get(s, I2SPR, MCKOE);

    return divider(s) * (mckoe ? 128 : channel_bits(s));
}

/* What SD reads that nobody drives. */
static uint32_t idle_line(const Spi *s)
{
    return signal_level(&s->sd, false) ? 0xffff : 0;
}

/* ---- A half ---- */

/* The next half after the one that was. */
static void turn(Spi *s)
{
    if (halves(s) == 2 && !s->second) {
        s->second = true;
    } else {
        s->second = false;
        s->right = !s->right;
    }
}

/* The word that goes in the half that has just begun. */
static void send_half(Spi *s, I2sFrame f)
{
    bool next_is_other = halves(s) == 1 || s->second;

    if (!reg_get(s, SR, TXE)) {
        s->audio.word = spi_take_tdr(s) & 0xffff;
    } else if (!is_master(s)) {
        reg_set(s, SR, UDR, 1);
    }
    /* unsure: with nothing new the word before goes out again */
    reg_set(s, SR, CHSIDE, s->right != next_is_other);
    f.stage = I2S_DATA;
    f.data = s->audio.word;
    signal_send(&s->sd, &f.frame);
}

static void end_half(Spi *s)
{
    s->audio.phase = SPI_IDLE;
    s->slave_end = 0;
    if (!sends(s)) {
        reg_set(s, SR, CHSIDE, s->right);
        spi_received(s, s->in);
    }
}

/* The extension has no clock pin: what is on ours is on its. */
static void tell_slaves(Spi *s, I2sFrame *f, I2sStage stage)
{
    f->stage = stage;
    signal_send(&s->ck, &f->frame);
    if (s->ext) {
        spi_i2s_heard(s->ext, NULL, &f->frame);
    }
    s->has_slave = f->followed;
}

/* ---- Master ---- */

static void master_begin(Spi *s, bool follows)
{
    unsigned ticks = channel_ticks(s) / halves(s);
    I2sFrame f = {
        .frame.bus = FRAME_I2S, .channel_bits = channel_bits(s),
        .channel = clock_get(s->i2sclk) * channel_ticks(s),
        .standard = reg_get(s, I2SCFGR, I2SSTD),
    };

    turn(s);
    f.right = s->right;
    f.second = s->second;
    shifter_begin(&s->audio, I2S_HALF, ticks, ticks, follows);
    spi_check_routed(s, &s->ck, "I2S CK");
    if (!sends(s)) {
        s->in = idle_line(s);
    }
    tell_slaves(s, &f, I2S_BEGIN);
    tell_slaves(s, &f, I2S_SEND);
    if (sends(s)) {
        send_half(s, f);
    }
}

static bool master_may_begin(const Spi *s)
{
    bool waits_for_word = sends(s) && s->sends_first && reg_get(s, SR, TXE);

    return is_on(s) && is_master(s) && !waits_for_word && clock_is_enabled(s->i2sclk) &&
           channel_ticks(s);
}

/* ---- Slave ---- */

static void slave_begin(Spi *s, const I2sFrame *f)
{
    if (s->audio.phase != SPI_IDLE) {
        end_half(s);
    }
    if (s->sends_first && (f->right || f->second)) {
        return;                 /* it waits for the left channel to begin */
    }
    s->sends_first = false;
    turn(s);
    if (s->right != f->right) {
        reg_set(s, SR, FRE, 1);      /* out of step with WS: in step from now on */
        s->right = f->right;
        s->second = false;
    }
    s->audio.phase = I2S_HALF;
    s->slave_end = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + (f->channel / halves(s) >> 32);
    s->in = idle_line(s);
}

/* @from is NULL for the clock that an extension has. */
void spi_i2s_heard(void *opaque, Signal *from, Frame *frame)
{
    Spi *s = opaque;
    const I2sFrame *f = (I2sFrame *)frame;
    bool clocked = s->extension ? !from : from && !is_master(s) && signal_meets(from, &s->ck);

    frame_pass_run(frame, FRAME_I2S);
    if (frame->bus != FRAME_I2S || !is_on(s)) {
        return;
    }
    if (f->stage == I2S_DATA) {
        if (!sends(s) && s->audio.phase == I2S_HALF) {
            s->in = f->data;
        }
        return;
    }
    if (!clocked || f->channel_bits != channel_bits(s)) {
        return;
    }
    ((I2sFrame *)frame)->followed = true;
    if (f->stage == I2S_BEGIN) {
        slave_begin(s, f);
    } else if (sends(s) && s->audio.phase == I2S_HALF) {
        send_half(s, *f);
    }
    if (s->ext) {
        spi_i2s_heard(s->ext, NULL, frame);
    }
    periph_update(&s->parent_obj);
}

/* ---- All of it ---- */

/* A program may start its PLL and not wait for it: the I2S begins when that is ready. */
static void check_clock(void *opaque)
{
    Spi *s = opaque;
    const char *device = DEVICE(s)->canonical_path, *text = "I2SE set, and there is no I2SCLK";

    if (!is_on(s) || !is_master(s) || clock_is_enabled(s->i2sclk)) {
        return;
    }
    if (s->unclocked_pc) {
        guest_mistake_at(device, SPI004, s->unclocked_pc, "%s", text);
    } else {
        guest_mistake(device, SPI004, "%s", text);
    }
}

void spi_i2s_switched(Spi *s, uint32_t was)
{
    uint32_t now = s->parent_obj.regs[R_I2SCFGR];
    bool on = spi_is_i2s(s) && now & R_I2SCFGR_I2SE_MASK;
    bool was_on = s->i2s && was & R_I2SCFGR_I2SMOD_MASK && was & R_I2SCFGR_I2SE_MASK;

    if (on && was_on && now != was) {
        periph_mistake(&s->parent_obj, SPI002, "I2SCFGR changed while I2SE is set");
    }
    if (on && !was_on) {
        s->right = true;                /* so that the left channel is next */
        s->second = halves(s) == 2;
        s->sends_first = true;
        s->running_since = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        if (is_master(s) && reg_get(s, I2SPR, I2SDIV) < 2) {
            periph_mistake(&s->parent_obj, SPI003, "I2SPR.I2SDIV is 0 or 1, which is forbidden");
        }
        if (is_master(s) && !clock_is_enabled(s->i2sclk)) {
            if (!guest_pc(&s->unclocked_pc)) {
                s->unclocked_pc = 0;
            }
            mistake_later(check_clock, s, CLOCKED_NS);
        }
    }
    if (!on) {
        s->parent_obj.regs[R_SR] &= ~(R_SR_CHSIDE_MASK | R_SR_UDR_MASK);
    }
}

/* When the half ends: virtual ns, or COUNTER_NEVER. */
int64_t spi_i2s_when(const Spi *s)
{
    if (s->audio.phase == SPI_IDLE) {
        return COUNTER_NEVER;
    }
    return s->grace ? s->grace : s->slave_end ?: shifter_when(&s->audio);
}

static bool is_late(const Spi *s)
{
    int64_t end = spi_i2s_when(s);

    return end != COUNTER_NEVER && end <= qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void go_on(Spi *s)
{
    end_half(s);
    if (master_may_begin(s)) {
        master_begin(s, true);
    }
}

static bool waits_for_service(Spi *s)
{
    return is_master(s) && spi_waits_for_service(s, !sends(s), sends(s));
}

void spi_i2s_catch_up(Spi *s)
{
    if (is_late(s) && !waits_for_service(s)) {
        go_on(s);
    }
}

void spi_i2s_expired(void *opaque)
{
    Spi *s = opaque;

    if (!run_look_at(&s->i2s_runner)) {
        spi_i2s_catch_up(s);
        periph_update(&s->parent_obj);
    }
}

/* ---- Many at once (core/run.h), as long as no other I2S here has to keep up ---- */

/* What goes out is there, or what has come in has been taken, by a DMA. */
static bool is_served(const Spi *s)
{
    return sends(s) ? reg_get(s, CR2, TXDMAEN) && !reg_get(s, SR, TXE)
                    : reg_get(s, CR2, RXDMAEN) && !reg_get(s, SR, RXNE);
}

static bool plan(void *opaque, RunPlan *plan)
{
    Spi *s = opaque;
    bool out = sends(s);
    const LaneNeed need = { &s->parent_obj, R_DR, out };

    if (s->audio.phase != I2S_HALF || !is_on(s) || !is_master(s) || s->has_slave || s->grace ||
        !is_served(s) || reg_get(s, CR2, TXEIE) || reg_get(s, CR2, RXNEIE) ||
        (out && signal_is_watched(&s->sd))) {
        return false;
    }
    plan->ticks = &s->audio.ticks;
    plan->due = s->audio.due;
    plan->period = channel_ticks(s) / halves(s);
    plan->late = out ? SEND_LATE_NS : RUN_LATE_NS;
    plan->timer[plan->timers++] = s->audio.timer;
    s->tx_lane = run_add_lane(plan, out ? &s->dma_tx : &s->dma_rx, &need);
    return s->tx_lane && plan->due == s->audio.begin + plan->period && master_may_begin(s);
}

/* Each is heard as ever, and served at once. */
static void go(void *opaque, RunPlan *plan, uint32_t n)
{
    Spi *s = opaque;
    uint32_t words[RUN_FRAMES];
    bool out = sends(s);

    if (out) {
        lane_peek(s->tx_lane, words, n);
    }
    for (uint32_t i = 0; i < n; i++) {
        end_half(s);
        if (!out) {
            words[i] = s->parent_obj.regs[R_DR];
            reg_set(s, SR, RXNE, 0);
        }
        master_begin(s, true);
        if (out) {
            s->tdr = words[i] & R_DR_DR_MASK;
            reg_set(s, SR, TXE, 0);
        }
    }
    if (out) {
        lane_take(s->tx_lane, n);
    } else {
        lane_put(s->tx_lane, words, n);
    }
    periph_update(&s->parent_obj);
}

void spi_i2s_init(Spi *s)
{
    s->i2s_runner = (Runner) { .opaque = s, .plan = plan, .go = go };
    runner_add(&s->i2s_runner);
}

void spi_i2s_run(Spi *s)
{
    if (s->grace && s->audio.phase != SPI_IDLE && !waits_for_service(s)) {
        go_on(s);
    }
    if (s->audio.phase == SPI_IDLE && master_may_begin(s)) {
        s->sends_first = false;
        master_begin(s, false);
    }
}

/* A square wave of @ticks of I2SCLK. */
static Drive wave(const Spi *s, uint64_t ticks)
{
    uint64_t period = clock_get(s->i2sclk) * ticks;

    return (Drive) { .kind = DRIVE_WAVE, .start = s->running_since, .period = period,
                     .high = period / 2 };
}

static void drive(Spi *s)
{
    bool runs = is_on(s) && is_master(s) && clock_is_enabled(s->i2sclk) && divider(s);
    bool high = reg_get(s, I2SCFGR, CKPOL);
    unsigned ticks = channel_ticks(s);

    if (!runs) {
        signal_drive(&s->ck, is_on(s) && is_master(s) ? DRIVE_LEVEL(high) : DRIVE(NONE));
        signal_drive(&s->ws, DRIVE(NONE));
        signal_drive(&s->mck, DRIVE(NONE));
    } else {
        bool mckoe = reg_get(s, I2SPR, MCKOE);

        signal_drive(&s->ck, wave(s, MAX(ticks / channel_bits(s), 1)));
        signal_drive(&s->ws, wave(s, 2 * ticks));
        signal_drive(&s->mck, mckoe ? wave(s, divider(s)) : DRIVE(NONE));
    }
    signal_drive(&s->sd, is_on(s) && sends(s) ? DRIVE_LEVEL(s->audio.word & 1) : DRIVE(NONE));
}

/* An SPI that has never been one drives nothing. */
void spi_i2s_drive(Spi *s)
{
    if (s->i2s && (spi_is_i2s(s) || s->ck.drive.kind != DRIVE_NONE || s->sd.drive.kind != DRIVE_NONE)) {
        drive(s);
    }
}
