/*
 * Digital-to-analog converter (RM0090 chapter 14): two channels.
 *
 * Lines in: `trig[0..6]`, the triggers as TSEL numbers them (software is the eighth); `dma-1-ack`,
 *   `dma-2-ack`; `vref`, its level is VREF+ in mV.
 * Lines out: `irq`; `dma-1`, `dma-2`; `trig-wanted[0..6]`, somebody waits for that trigger.
 * Links: `out1`, `out2`, the pins.
 * Property: `errata`, ES0182: an underrun does not stop the DMA, and a request that is pending
 *   outlives DMAEN and EN.
 *
 * A channel that is enabled drives its pin, whatever mode that is in.  Data goes to the output one
 * cycle of PCLK1 after it has been written, or three after a trigger (one if that is software's).
 *
 * Deliberately different: the output settles at once, reaches both rails with its buffer on, and is
 * ready at once after EN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "hw/qdev-properties.h"
#define REGS "stm32/regs/dac.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/mistake/place.h"

#define N_TRIGGERS 7
#define SOFTWARE 7
#define LFSR_START 0xaaa
#define MAX_OWED 64
#define EXTI9 6
#define HELD_NS 10000000        /* a late host is not an underrun before this */
#define UNASKED_NS (500 * SCALE_MS)
#define STUCK_NS (1000 * SCALE_MS)      /* until data that goes nowhere is thought of as forgotten */

typedef struct DacChannel {
    PinDriver driver;
    Pin *pin;
    Line dma;
    uint32_t lfsr, triangle;
    bool down;                  /* the triangle */
    bool loading, triggered;    /* DOR gets its new value, because of a trigger, at ... */
    uint64_t due;               /* ... this tick */
    bool requested;             /* the DMA has been asked and has not answered */
    int64_t requested_ns;
    uint32_t owed;              /* triggers that a late DMA has missed */
    bool stuck;                 /* for a report, in no snapshot: DHR has been written, and not been loaded since ... */
    int64_t stuck_ns;           /* ... that first time */
} DacChannel;

typedef struct Dac {
    Periph parent_obj;
    DacChannel ch[2];
    bool errata;                /* property */
    uint32_t vref;              /* mV */
    uint32_t level;             /* of the trigger inputs; */
    uint32_t heard;             /* ... those whose edges count */
    Line irq, wanted[N_TRIGGERS];
    Counter ticks;              /* of PCLK1 */
    QEMUTimer *timer;
} Dac;

#define DAC(obj) ((Dac *)(obj))

/* The half of CR or SR that is channel @n's, with the names of channel 1. */
static uint32_t half(const Dac *s, unsigned reg, unsigned n)
{
    return extract32(s->parent_obj.regs[reg], 16 * n, 16);
}

static bool is_on(const Dac *s, unsigned n)
{
    return half(s, R_CR, n) & R_CR_EN1_MASK && clock_is_enabled(s->parent_obj.clk);
}

static bool is_triggered(const Dac *s, unsigned n)
{
    return half(s, R_CR, n) & R_CR_TEN1_MASK;
}

static unsigned trigger_of(const Dac *s, unsigned n)
{
    return FIELD_EX32(half(s, R_CR, n), CR, TSEL1);
}

static uint32_t holding(const Dac *s, unsigned n)
{
    return s->parent_obj.regs[n ? R_DHR12R2 : R_DHR12R1];
}

/* ---- From the holding register to the output ---- */

static uint32_t amplitude(const Dac *s, unsigned n)
{
    return MAKE_64BIT_MASK(0, MIN(FIELD_EX32(half(s, R_CR, n), CR, MAMP1), 11) + 1);
}

/* RM0090 14.3.8: x^12 + x^6 + x^4 + x + 1, and it never sticks at 0. */
static uint32_t noise(Dac *s, unsigned n)
{
    DacChannel *ch = &s->ch[n];
    uint32_t now = ch->lfsr;
    uint32_t bit = (now ^ now >> 1 ^ now >> 4 ^ now >> 6 ^ (now == 0)) & 1;

    ch->lfsr = now >> 1 | bit << 11;
    return now & amplitude(s, n);
}

/* unsure: the first trigger gives 0, as noise begins with its first value */
static uint32_t triangle(Dac *s, unsigned n)
{
    DacChannel *ch = &s->ch[n];
    uint32_t now = ch->triangle, top = amplitude(s, n);

    ch->down = now >= top || (ch->down && now);
    ch->triangle += ch->down ? -1 : 1;
    return now;
}

static void load(Dac *s, unsigned n)
{
    unsigned wave = s->ch[n].triggered ? FIELD_EX32(half(s, R_CR, n), CR, WAVE1) : 0;
    uint32_t added = wave == 0 ? 0 : wave == 1 ? noise(s, n) : triangle(s, n);

    s->ch[n].loading = s->ch[n].stuck = false;
    s->parent_obj.regs[n ? R_DOR2 : R_DOR1] = MIN(holding(s, n) + added, 4095);
}

static void dac_sync(Periph *p)
{
    Dac *s = DAC(p);

    for (unsigned n = 0; n < 2; n++) {
        if (s->ch[n].loading && counter_now(&s->ticks) >= s->ch[n].due) {
            load(s, n);
        }
    }
}

static int64_t dac_holds(Periph *p)
{
    Dac *s = DAC(p);
    int64_t until = INT64_MAX;

    for (unsigned n = 0; n < 2; n++) {
        if (s->ch[n].loading) {
            until = MIN(until, counter_when(&s->ticks, s->ch[n].due));
        }
    }
    return until;
}

/* Load after @ticks.  Without -icount it is done at once: the host is never that exact. */
static void load_after(Dac *s, unsigned n, unsigned ticks, bool triggered)
{
    if (s->ch[n].loading) {
        load(s, n);
    }
    s->ch[n].loading = true;
    s->ch[n].triggered = triggered;
    s->ch[n].due = counter_now(&s->ticks) + ticks;
    if (!time_is_exact()) {
        load(s, n);
    }
}

/* ---- Triggers and DMA ---- */

static void request(Dac *s, unsigned n)
{
    bool stopped = half(s, R_SR, n) & R_SR_DMAUDR1_MASK && !s->errata;

    if (half(s, R_CR, n) & R_CR_DMAEN1_MASK && !stopped) {
        s->ch[n].requested = true;
        s->ch[n].requested_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    }
}

/* The DMA has not answered yet: has only the host been late? */
static bool excuses(Dac *s, unsigned n)
{
    DacChannel *ch = &s->ch[n];

    return !time_is_exact() &&
           qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) < ch->requested_ns + HELD_NS;
}

static void hardware_trigger(Dac *s, unsigned n)
{
    DacChannel *ch = &s->ch[n];

    if (ch->requested && excuses(s, n)) {
        ch->owed = MIN(ch->owed + 1, MAX_OWED);
        return;
    }
    load_after(s, n, 3, true);
    if (ch->requested) {
        s->parent_obj.regs[R_SR] |= R_SR_DMAUDR1_MASK << 16 * n;
        periph_mistake(&s->parent_obj, DAC003, "channel %u: underrun, a trigger has come before the DMA has served "
                       "the one before", n + 1);
        ch->requested = s->errata;
        ch->owed = 0;
    } else {
        request(s, n);
    }
}

static void trig_input(void *opaque, int input, int level)
{
    Dac *s = opaque;
    bool rose = level && !extract32(s->level, input, 1) && extract32(s->heard, input, 1);

    s->level = deposit32(s->level, input, 1, !!level);
    if (!rose) {
        return;
    }
    dac_sync(&s->parent_obj);
    for (unsigned n = 0; n < 2; n++) {
        if (is_on(s, n) && is_triggered(s, n) && trigger_of(s, n) == input) {
            hardware_trigger(s, n);
        }
    }
    periph_update(&s->parent_obj);
}

static void acknowledge(Dac *s, unsigned n, bool level)
{
    DacChannel *ch = &s->ch[n];

    if (!level) {
        return;
    }
    ch->requested = false;
    if (ch->owed) {
        ch->owed--;
        hardware_trigger(s, n);
    }
    periph_update(&s->parent_obj);
}

static void ack1_input(void *opaque, int input, int level) { acknowledge(opaque, 0, level); }
static void ack2_input(void *opaque, int input, int level) { acknowledge(opaque, 1, level); }

/* ---- Registers ---- */

static void check_unasked(void *opaque);

static void cr_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Dac *s = DAC(p);

    if (p->regs[reg] & ~was & (R_CR_DMAEN1_MASK | R_CR_DMAEN2_MASK)) {
        mistake_later(check_unasked, s, UNASKED_NS);
    }
    for (unsigned n = 0; n < 2; n++) {
        DacChannel *ch = &s->ch[n];
        uint32_t now = half(s, R_CR, n), changed = now ^ extract32(was, 16 * n, 16);

        if (changed & now & R_CR_EN1_MASK && ch->pin && ch->pin->config.mode != PIN_ANALOG) {
            periph_mistake(p, DAC001, "channel %u enabled, but %s is not in analog mode (MODER)", n + 1,
                           ch->pin->name);
        }
        if (changed & R_CR_WAVE1_MASK) {
            ch->lfsr = LFSR_START;
            ch->triangle = 0;
            ch->down = false;
        }
        if (changed & (R_CR_DMAEN1_MASK | R_CR_EN1_MASK)) {
            ch->requested &= s->errata;
            ch->owed = 0;
        }
        /* what has been held meanwhile goes out when there is no trigger to wait for */
        if (changed & (R_CR_TEN1_MASK | R_CR_EN1_MASK) && is_on(s, n) && !is_triggered(s, n)) {
            load_after(s, n, 1, false);
        }
    }
}

static void swtrigr_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    Dac *s = DAC(p);

    for (unsigned n = 0; n < 2; n++) {
        if (!extract32(data, n, 1)) {
            continue;
        }
        if (!is_on(s, n) || !is_triggered(s, n) || trigger_of(s, n) != SOFTWARE) {
            periph_mistake(p, DAC002, "software trigger of channel %u, which does not wait for it", n + 1);
        } else {
            load_after(s, n, 1, true);
        }
    }
}

/* All data registers are views of two. */
static void show_holding(Dac *s, uint32_t one, uint32_t two)
{
    uint32_t *regs = s->parent_obj.regs;

    regs[R_DHR12R1] = one;
    regs[R_DHR12L1] = one << 4;
    regs[R_DHR8R1] = one >> 4;
    regs[R_DHR12R2] = two;
    regs[R_DHR12L2] = two << 4;
    regs[R_DHR8R2] = two >> 4;
    regs[R_DHR12RD] = two << 16 | one;
    regs[R_DHR12LD] = two << 20 | one << 4;
    regs[R_DHR8RD] = (two >> 4) << 8 | one >> 4;
}

/* Who waits for a finger (EXTI line 9) may have to wait for long. */
static void check_stuck(void *opaque)
{
    Dac *s = opaque;

    for (unsigned n = 0; n < 2; n++) {
        int64_t stuck_for = guest_now_ns() - s->ch[n].stuck_ns;

        if (!s->ch[n].stuck || s->ch[n].loading || holding(s, n) == s->parent_obj.regs[n ? R_DOR2 : R_DOR1]) {
            continue;
        }
        if (stuck_for < STUCK_NS) {     /* others have been loaded meanwhile */
            mistake_later(check_stuck, s, STUCK_NS - stuck_for);
            continue;
        }
        s->ch[n].stuck = false;
        if (!is_on(s, n)) {
            periph_mistake(&s->parent_obj, DAC004, "channel %u: DHR has been written, and CR.EN%u is 0", n + 1, n + 1);
        } else if (trigger_of(s, n) != EXTI9) {
            static const char *const name[] = { "TIM6_TRGO", "TIM8_TRGO", "TIM7_TRGO", "TIM5_TRGO", "TIM2_TRGO", "TIM4_TRGO",
                                                "EXTI line 9", "SWTRIGR" };

            periph_mistake(&s->parent_obj, DAC004, "channel %u: DHR has been written, TEN is 1, and the trigger that TSEL selects, "
                           "%s, has not come for a second", n + 1, name[trigger_of(s, n)]);
        }
    }
}

/* Its DMA request comes with a trigger only. */
static void check_unasked(void *opaque)
{
    Dac *s = opaque;

    for (unsigned n = 0; n < 2; n++) {
        if (is_on(s, n) && half(s, R_CR, n) & R_CR_DMAEN1_MASK && !is_triggered(s, n)) {
            periph_mistake(&s->parent_obj, DAC005, "channel %u: DMAEN%u is 1, and TEN%u is 0", n + 1, n + 1, n + 1);
        }
    }
}

static void dhr_written(Periph *p, unsigned reg, uint32_t was, uint32_t data)
{
    /* where the channels' bits are, and how far right of the top; length 0: not in this one */
    static const struct {
        uint8_t shift, length;
    } view[][2] = {
        [R_DHR12R1] = { { 0, 12 }, { } }, [R_DHR12L1] = { { 4, 12 }, { } },
        [R_DHR8R1]  = { { 0, 8 }, { } },  [R_DHR12R2] = { { }, { 0, 12 } },
        [R_DHR12L2] = { { }, { 4, 12 } }, [R_DHR8R2]  = { { }, { 0, 8 } },
        [R_DHR12RD] = { { 0, 12 }, { 16, 12 } }, [R_DHR12LD] = { { 4, 12 }, { 20, 12 } },
        [R_DHR8RD]  = { { 0, 8 }, { 8, 8 } },
    };
    Dac *s = DAC(p);
    uint32_t value = p->regs[reg], held[2];

    p->regs[reg] = was;
    for (unsigned n = 0; n < 2; n++) {
        unsigned length = view[reg][n].length;

        held[n] = !length ? holding(s, n)
                  : extract32(value, view[reg][n].shift, length) << (12 - length);
    }
    show_holding(s, held[0], held[1]);
    for (unsigned n = 0; n < 2; n++) {
        /* unsure: a channel that is off does not load; RM0090 14.3.4 speaks of the trigger alone */
        if (view[reg][n].length && is_on(s, n) && !is_triggered(s, n)) {
            load_after(s, n, 1, false);
        } else if (view[reg][n].length && !s->ch[n].stuck) {
            s->ch[n].stuck = true;
            s->ch[n].stuck_ns = guest_now_ns();
            mistake_later(check_stuck, s, STUCK_NS);
        }
    }
}

#define DHR { .written = dhr_written }
static const RegOps dac_ops[] = {
    [R_CR]      = { .written = cr_written },
    [R_SWTRIGR] = { .written = swtrigr_written },
    [R_DHR12R1] = DHR, [R_DHR12L1] = DHR, [R_DHR8R1] = DHR,
    [R_DHR12R2] = DHR, [R_DHR12L2] = DHR, [R_DHR8R2] = DHR,
    [R_DHR12RD] = DHR, [R_DHR12LD] = DHR, [R_DHR8RD] = DHR,
};

/* ---- Outputs ---- */

/* It stays without clock, in Stop mode too. */
static Drive output(const Dac *s, unsigned n)
{
    uint64_t dor = s->parent_obj.regs[n ? R_DOR2 : R_DOR1];

    return half(s, R_CR, n) & R_CR_EN1_MASK ? (Drive) {
               .kind = DRIVE_ANALOG, .uv = dor * s->vref * 1000 / 4095 } : DRIVE(NONE);
}

static void plan(Dac *s)
{
    int64_t when = COUNTER_NEVER;

    for (unsigned n = 0; n < 2; n++) {
        if (s->ch[n].loading && is_on(s, n)) {
            when = MIN(when, counter_when(&s->ticks, s->ch[n].due));
        }
    }
    counter_arm(s->timer, when);
}

static void dac_update(Periph *p)
{
    Dac *s = DAC(p);
    uint32_t wanted = 0;
    bool irq = false;

    plan(s);
    for (unsigned n = 0; n < 2; n++) {
        wanted |= (is_on(s, n) && is_triggered(s, n) ? 1u : 0) << trigger_of(s, n);
        irq |= half(s, R_CR, n) & R_CR_DMAUDRIE1_MASK && half(s, R_SR, n) & R_SR_DMAUDR1_MASK;
        line_set(&s->ch[n].dma, s->ch[n].requested);
        if (s->ch[n].pin) {
            if (!s->ch[n].driver.pin) {     /* linked meanwhile */
                pin_add_driver(s->ch[n].pin, &s->ch[n].driver, n ? "dac.out2" : "dac.out1");
            }
            pin_drive(&s->ch[n].driver, output(s, n));
        }
    }
    line_set(&s->irq, irq);
    for (unsigned i = 0; i < N_TRIGGERS; i++) {
        line_set(&s->wanted[i], extract32(wanted, i, 1));
    }
    s->heard = wanted;          /* not before: a source that is asked first shows what it has been */
}

static void expired(void *opaque)
{
    dac_sync(opaque);
    periph_update(opaque);
}

static void vref_input(void *opaque, int n, int mv)
{
    if (mv > 0) {
        DAC(opaque)->vref = mv;
        periph_update(opaque);
    }
}

static void clock_changed(void *opaque, ClockEvent event)
{
    if (event == ClockPreUpdate) {
        counter_sync(&DAC(opaque)->ticks);
    } else {
        periph_update(opaque);
    }
}

/* ---- The device ---- */

static void dac_reset(Periph *p, bool power_on)
{
    Dac *s = DAC(p);

    s->level = s->heard = 0;
    for (unsigned n = 0; n < 2; n++) {
        DacChannel *ch = &s->ch[n];

        ch->lfsr = LFSR_START;
        ch->triangle = ch->owed = ch->due = 0;
        ch->down = ch->loading = ch->triggered = ch->requested = false;
    }
}

static void dac_init(Periph *p)
{
    Dac *s = DAC(p);

    s->vref = PIN_VDD_MV;
    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->ch[0].dma, "dma-1");
    periph_add_line(p, &s->ch[1].dma, "dma-2");
    for (unsigned i = 0; i < N_TRIGGERS; i++) {
        periph_add_line(p, &s->wanted[i], "trig-wanted");
    }
    qdev_init_gpio_in_named(DEVICE(p), trig_input, "trig", N_TRIGGERS);
    qdev_init_gpio_in_named(DEVICE(p), ack1_input, "dma-1-ack", 1);
    qdev_init_gpio_in_named(DEVICE(p), ack2_input, "dma-2-ack", 1);
    qdev_init_gpio_in_named(DEVICE(p), vref_input, "vref", 1);
    object_property_add_link(OBJECT(p), "out1", TYPE_PIN, (Object **)&s->ch[0].pin,
                             object_property_allow_set_link, 0);
    object_property_add_link(OBJECT(p), "out2", TYPE_PIN, (Object **)&s->ch[1].pin,
                             object_property_allow_set_link, 0);
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    counter_init(&s->ticks, p->clk);
    counter_go(&s->ticks);
    s->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, s);
}

static const VMStateDescription channel_vmstate = {
    .name = "stm32f4-dac-channel", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(lfsr, DacChannel),
        VMSTATE_UINT32(triangle, DacChannel),
        VMSTATE_BOOL(down, DacChannel),
        VMSTATE_BOOL(loading, DacChannel),
        VMSTATE_BOOL(triggered, DacChannel),
        VMSTATE_UINT64(due, DacChannel),
        VMSTATE_BOOL(requested, DacChannel),
        VMSTATE_INT64(requested_ns, DacChannel),
        VMSTATE_UINT32(owed, DacChannel),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription dac_vmstate = {
    .name = "stm32f4-dac", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(ch, Dac, 2, 1, channel_vmstate, DacChannel),
        VMSTATE_UINT32(vref, Dac),
        VMSTATE_UINT32(level, Dac),
        VMSTATE_UINT32(heard, Dac),
        VMSTATE_COUNTER(ticks, Dac),
        VMSTATE_PERIPH(Dac),
        VMSTATE_END_OF_LIST()
    },
};

static const Property dac_properties[] = {
    DEFINE_PROP_BOOL("errata", Dac, errata, true),
};

static const PeriphInfo dac = {
    .chapter = "RM0090 14", .bus = BUS_APB,
    REGS_AND_OPS(dac_ops), PROPERTIES(dac_properties),
    .vmsd = &dac_vmstate,
    .init = dac_init, .reset = dac_reset, .sync = dac_sync, .update = dac_update,
    .holds = dac_holds,
};
DEFINE_PERIPH("stm32f4-dac", Dac, dac)
