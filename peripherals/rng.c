/*
 * Random number generator (RM0090 chapter 24): a word every 40 periods of its own clock.
 *
 * Clock input `rng-clk` (RCC's 48 MHz); if that is missing or slower than HCLK / 16 there are no words
 * but a clock error.  Line out: `irq`.
 * Property `seed-error`, while it runs: the analog source has failed.  As on the chip, words come again
 * after it has been cured and RNGEN been switched off and on.
 *
 * The words are a generator's (xoshiro256**, by Blackman and Vigna), which begins with the host's random numbers, or
 * with QEMU's -seed the same ones every time.  Where it is belongs to a snapshot: who goes on from one twice sees the
 * same words.  So they are no secret.  The manual wants firmware to drop the first word after RNGEN: it is as good as
 * any here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/guest-random.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#define REGS "stm32/regs/rng.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"

#define CLOCKS_PER_WORD 40

typedef struct Rng {
    Periph parent_obj;
    Clock *rng_clk;
    Counter words;              /* made since RNGEN was set */
    uint64_t taken;             /* of those: the last one read, and those before it */
    uint32_t word;              /* that DR shows, ... */
    bool drawn;                 /* ... if there is one already */
    bool source_failed;
    bool seed_error;            /* until RNGEN is switched off */
    uint64_t generator[4];
    QEMUTimer *ready;
    Line irq;
} Rng;

#define RNG(obj) ((Rng *)(obj))

static bool is_enabled(const Rng *s)
{
    return s->parent_obj.regs[R_CR] & R_CR_RNGEN_MASK;
}

static bool clock_is_wrong(const Rng *s)
{
    uint64_t period = clock_get(s->rng_clk), hclk = clock_get(s->parent_obj.clk);

    return is_enabled(s) && (!period || period / 16 > hclk);
}

static bool is_ready(const Rng *s)
{
    return is_enabled(s) && counter_now(&s->words) > s->taken;
}

static void rng_update(Periph *p)
{
    Rng *s = RNG(p);
    uint32_t errors;
    int64_t when;

    if (!clock_is_enabled(p->clk)) {
        timer_del(s->ready);
        return;
    }
    s->seed_error = is_enabled(s) && (s->seed_error || s->source_failed);
    if (s->seed_error) {
        p->regs[R_SR] |= R_SR_SEIS_MASK;
    }
    if (clock_is_wrong(s)) {
        p->regs[R_SR] |= R_SR_CEIS_MASK;
    }
    if (is_enabled(s) && !s->seed_error && !clock_is_wrong(s)) {
        counter_go(&s->words);
    } else {
        counter_stop(&s->words);
    }
    errors = p->regs[R_SR] & (R_SR_CEIS_MASK | R_SR_SEIS_MASK);
    line_set(&s->irq, (p->regs[R_CR] & R_CR_IE_MASK) && (errors || is_ready(s)));
    when = counter_when(&s->words, s->taken + 1);
    counter_arm(s->ready, p->regs[R_CR] & R_CR_IE_MASK && !s->irq.level ? when : COUNTER_NEVER);
}

static void ready_expired(void *opaque)
{
    periph_update(opaque);
}

/* xoshiro256**, of whose 64 bits the upper half is a word. */
static uint32_t make_word(uint64_t s[4])
{
    uint32_t word = rol64(s[1] * 5, 7) * 9 >> 32;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rol64(s[3], 45);
    return word;
}

/* ---- Registers ---- */

static void cr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Rng *s = RNG(p);

    if ((p->regs[R_CR] ^ was) & R_CR_RNGEN_MASK) {
        counter_stop(&s->words);
        counter_set(&s->words, 0);
        s->taken = 0;
        s->drawn = false;
    }
}

static uint32_t sr_read(Periph *p, unsigned n)
{
    Rng *s = RNG(p);
    uint32_t sr = p->regs[R_SR];

    sr = FIELD_DP32(sr, SR, DRDY, is_ready(s));
    sr = FIELD_DP32(sr, SR, CECS, clock_is_wrong(s));
    return FIELD_DP32(sr, SR, SECS, s->seed_error);
}

static int64_t sr_holds(Periph *p, unsigned n)
{
    Rng *s = RNG(p);

    return is_ready(s) ? INT64_MAX : counter_when(&s->words, s->taken + 1);
}

/* What a loop waits for that will never end. */
static const char *rng_never(Periph *p, unsigned n)
{
    Rng *s = RNG(p);

    if (n != R_SR || is_ready(s)) {
        return NULL;
    }
    return !is_enabled(s) ? "CR.RNGEN is 0, it is off"
           : clock_is_wrong(s) ? "PLL48CLK is off, or slower than HCLK / 16: switch the PLL on, with 48 MHz by PLLQ"
           : s->seed_error ? "SECS is 1: clear SEIS, then RNGEN, and set it again" : NULL;
}

static uint32_t dr_read(Periph *p, unsigned n)
{
    Rng *s = RNG(p);

    if (!is_ready(s)) {
        return 0;
    }
    if (!s->drawn) {
        s->word = make_word(s->generator);
        s->drawn = true;
    }
    return s->word;
}

static void dr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Rng *s = RNG(p);

    if (!is_ready(s)) {
        periph_mistake(p, RNG001, "DR read while SR.DRDY is 0: it reads 0");
        return;
    }
    s->drawn = false;
    s->taken = counter_now(&s->words);
    periph_update(p);
}

static const RegOps rng_ops[] = {
    [R_CR] = { .written = cr_written },
    [R_SR] = { .read = sr_read, .holds = sr_holds },
    [R_DR] = { .read = dr_read, .was_read = dr_was_read },
};

/* ---- The device ---- */

static void clock_changes(void *opaque, ClockEvent event)
{
    if (event == ClockPreUpdate) {
        counter_sync(&RNG(opaque)->words);
    } else {
        periph_update(opaque);
    }
}

static bool get_seed_error(Object *obj, Error **errp)
{
    return RNG(obj)->source_failed;
}

static void set_seed_error(Object *obj, bool failed, Error **errp)
{
    RNG(obj)->source_failed = failed;
    periph_update(PERIPH(obj));
}

static void rng_reset(Periph *p, bool power_on)
{
    Rng *s = RNG(p);

    counter_stop(&s->words);
    counter_set(&s->words, 0);
    s->taken = 0;
    s->drawn = false;
    s->seed_error = false;
}

static void rng_realize(Periph *p, Error **errp)
{
    Rng *s = RNG(p);

    if (!qemu_guest_getrandom(s->generator, sizeof(s->generator), errp)) {
        s->generator[0] |= 1;       /* all zeros would stay so */
    }
}

static void rng_init(Periph *p)
{
    Rng *s = RNG(p);

    s->rng_clk = qdev_init_clock_in(DEVICE(p), "rng-clk", clock_changes, s,
                                    ClockPreUpdate | ClockUpdate);
    clock_set_callback(p->clk, clock_changes, s, ClockUpdate);
    counter_init(&s->words, s->rng_clk);
    counter_divide(&s->words, CLOCKS_PER_WORD);
    s->ready = timer_new_ns(QEMU_CLOCK_VIRTUAL, ready_expired, s);
    object_property_add_bool(OBJECT(p), "seed-error", get_seed_error, set_seed_error);
    periph_add_line(p, &s->irq, "irq");
}

static const VMStateDescription rng_vmstate = {
    .name = "stm32f4-rng", .version_id = 2, .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        VMSTATE_CLOCK(rng_clk, Rng),
        VMSTATE_COUNTER(words, Rng),
        VMSTATE_UINT64(taken, Rng),
        VMSTATE_UINT32(word, Rng),
        VMSTATE_BOOL(drawn, Rng),
        VMSTATE_BOOL(source_failed, Rng),
        VMSTATE_BOOL(seed_error, Rng),
        VMSTATE_UINT64_ARRAY(generator, Rng, 4),
        VMSTATE_BOOL(irq.level, Rng),       /* without a clock it stays as it is */
        VMSTATE_PERIPH(Rng),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo rng = {
    .chapter = "RM0090 24", .bus = BUS_AHB,
    REGS_AND_OPS(rng_ops),
    .vmsd = &rng_vmstate,
    .init = rng_init, .realize = rng_realize, .reset = rng_reset, .update = rng_update,
    .never = rng_never,
};
DEFINE_PERIPH("stm32f4-rng", Rng, rng)
