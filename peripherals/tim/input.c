/*
 * Timers: what comes in at pins, see state.h: multiplexers, filters, prescalers, input capture, encoder,
 * ETR, break.
 *
 * An edge of a square wave is handled with the time it had, not with that at which the host got round
 * to it, so what is captured is exact.  Of a wave faster than an edge a microsecond only the last
 * period is seen edge by edge; those before it are counted, by an external clock too.
 *
 * Deliberately different: synchronization takes no time.  A filter lets a level through that has been
 * there for as long as its samples take, it does not take samples; where a wave is too fast to be seen
 * edge by edge it does not count what was left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/peripherals/tim/state.h"

/* What an edge detector lets through: bits of CCER. */
static bool is_active_edge(const Tim *s, unsigned ch, bool level)
{
    unsigned ccer = tim_ccer(s, ch);

    return (ccer & (CCER_P | CCER_NP)) == (CCER_P | CCER_NP) || level == !(ccer & CCER_P);
}

bool tim_input_fp(const Tim *s, unsigned ti)
{
    return s->input[ti].level ^ ((tim_ccer(s, ti) & CCER_P) != 0);
}

/* ---- Multiplexers ---- */

/* TI4 of TIM5 and TI1 of TIM11 come from inside: 0 the pin, 1 to 3 see internal_select(). */
static unsigned internal_ti(const Tim *s)
{
    return s->remap == 5 ? 3 : 0;
}

static unsigned internal_source(const Tim *s)
{
    uint32_t or = s->parent_obj.regs[R_OR];

    return s->remap == 5 ? FIELD_EX32(or, OR, TI4_RMP)
         : s->remap == 11 && FIELD_EX32(or, OR, TI1_RMP) == 2 ? 1 : 0;
}

static bool raw_level(const Tim *s, unsigned input)
{
    if (internal_source(s) && input == internal_ti(s)) {
        return s->internal_level;
    }
    if (input == 0 && s->parent_obj.regs[R_CR2] & R_CR2_TI1S_MASK) {
        return s->pin_level[0] ^ s->pin_level[1] ^ s->pin_level[2];
    }
    return s->pin_level[input];
}

/* The inputs that somebody listens to. */
static uint32_t used_inputs(const Tim *s)
{
    uint32_t smcr = s->parent_obj.regs[R_SMCR], used = 0;
    bool trgi = tim_sms(s) >= SMS_RESET;

    for (unsigned ch = 0; ch < s->channels; ch++) {
        unsigned ccs = tim_ccs(s, ch);

        if (tim_ccer(s, ch) & CCER_E && (ccs == CCS_DIRECT || ccs == CCS_OTHER)) {
            used |= 1 << (ccs == CCS_DIRECT ? ch : ch ^ 1);
        }
        trgi |= ccs == CCS_TRC && tim_ccer(s, ch) & CCER_E;
        used |= ccs == CCS_OUTPUT && tim_ccmr(s, ch) & CCMR_OCCE ? 1 << INPUT_ETR : 0;
    }
    trgi |= s->parent_obj.regs[R_CR2] & R_CR2_CCUS_MASK;
    if (trgi) {
        used |= tim_ts(s) == TS_TI1F_ED || tim_ts(s) == TS_TI1FP1 ? 1 << 0 : 0;
        used |= tim_ts(s) == TS_TI2FP2 ? 1 << 1 : 0;
        used |= tim_ts(s) == TS_ETRF ? 1 << INPUT_ETR : 0;
    }
    used |= smcr & R_SMCR_ECE_MASK ? 1 << INPUT_ETR : 0;
    used |= tim_is_encoder(s) ? 3 : 0;
    return used & (1u << INPUT_ETR | ((1u << s->channels) - 1));
}

static Signal *pin_of(Tim *s, unsigned input)
{
    return input == INPUT_ETR ? &s->etr : &s->ch[input];
}

static void listen_inside(Tim *s)
{
    unsigned source = internal_source(s);
    uint64_t period = source && source < 3 ? clock_get(s->source[source - 1]) : 0;
    bool used = s->used & 1 << internal_ti(s);
    Drive d = DRIVE_LEVEL(source == 3 && s->rtc_wakeup);

    if (!s->internal) {
        return;
    }
    if (period) {
        d = (Drive) { .kind = DRIVE_WAVE, .period = period, .high = period / 2 };
    }
    pin_listen_to_waves(&s->internal_listener, used && source);
    pin_drive(&s->internal_driver, d);
}

void tim_input_select(Tim *s)
{
    bool xor = s->parent_obj.regs[R_CR2] & R_CR2_TI1S_MASK;
    uint32_t used = used_inputs(s), new = used & ~s->used;

    if (used == s->used && used == s->listening && xor == s->xored &&
        internal_source(s) == s->selected) {
        return;
    }
    s->listening = used;
    for (unsigned i = 0; i < N_INPUTS; i++) {
        if (s->used & ~used & 1 << i) {
            s->input[i].waiting = false;    /* its filter lets nothing through any more */
        }
    }
    s->used = used;
    for (unsigned i = 0; i < N_INPUTS; i++) {
        bool waves = used & 1 << i || (xor && i < 3 && used & 1);

        if (i < s->channels || (i == INPUT_ETR && tim_is_general(s))) {
            signal_listen_to_waves(pin_of(s, i), waves);
            if (new & 1 << i || xor != s->xored) {
                Pin *pin = signal_pin(pin_of(s, i));

                s->pin_level[i] = pin && pin_level(pin);
            }
        }
    }
    listen_inside(s);
    if (xor != s->xored || internal_source(s) != s->selected) {
        new |= used & (1 | 1 << internal_ti(s));
    }
    s->xored = xor;
    s->selected = internal_source(s);
    for (unsigned i = 0; i < N_INPUTS; i++) {
        if (new & 1 << i) {
            bool inverted = i == INPUT_ETR && s->parent_obj.regs[R_SMCR] & R_SMCR_ETP_MASK;

            s->input[i] = (TimInput) { .level = raw_level(s, i) ^ inverted };
        }
    }
}

void tim_input_catch_up(Tim *s)
{
    for (unsigned i = 0; s->used && i < N_INPUTS; i++) {
        Pin *pin = s->used & 1 << i || (s->xored && i < 3) ? signal_pin(pin_of(s, i)) : NULL;

        if (pin) {
            pin_catch_up(pin);
        }
    }
    if (s->internal && s->used) {
        pin_catch_up(s->internal);
    }
}

/* ---- Capture ---- */

void tim_capture(Tim *s, unsigned ch)
{
    uint32_t *regs = s->parent_obj.regs, flag = R_SR_CC1IF_MASK << ch;

    if (regs[R_SR] & flag) {
        regs[R_SR] |= R_SR_CC1OF_MASK << ch;
    }
    regs[R_CCR1 + ch] = s->ccr[ch] = regs[R_CNT];
    tim_event(s, flag);
    if (ch == 0) {
        tim_trgo_pulses(s, MMS_COMPARE, 1);
    }
}

/* @edges have come, the last just now: is it one to capture? */
static void capture_divided(Tim *s, unsigned ch, uint64_t edges)
{
    unsigned divide = 1 << (tim_ccmr(s, ch) >> 2 & 3);
    uint32_t *count = &s->captured[ch];
    uint64_t all = *count + edges;

    *count = all % divide;
    if (all >= divide && all % divide == 0) {
        tim_capture(s, ch);
    }
}

void tim_input_trc(Tim *s)
{
    for (unsigned ch = 0; ch < s->channels; ch++) {
        if (tim_ccs(s, ch) == CCS_TRC && tim_ccer(s, ch) & CCER_E) {
            capture_divided(s, ch, 1);
        }
    }
}

static void capture_edge(Tim *s, unsigned ti, bool level, uint64_t skipped)
{
    for (unsigned ch = ti & ~1; ch < MIN((ti | 1) + 1, s->channels); ch++) {
        unsigned ccs = tim_ccs(s, ch);
        bool mine = ccs == (ch == ti ? CCS_DIRECT : CCS_OTHER);

        if (mine && tim_ccer(s, ch) & CCER_E) {
            bool both = (tim_ccer(s, ch) & (CCER_P | CCER_NP)) == (CCER_P | CCER_NP);

            if (is_active_edge(s, ch, level)) {
                capture_divided(s, ch, 1 + skipped * (both ? 2 : 1));
            } else {
                s->captured[ch] += skipped;     /* taken account of at the next that is active */
            }
        }
    }
}

/* ---- Encoder ---- */

/*
 * RM0090 table 80.  unsure: its text says that mode 1 counts edges of TI2 and mode 2 those of TI1, as
 * here; HAL and later manuals have it the other way round.
 */
static void encoder_edge(Tim *s, unsigned ti)
{
    bool a = tim_input_fp(s, 0), b = tim_input_fp(s, 1);
    bool down = ti == 0 ? a == b : a != b;
    unsigned counted = tim_sms(s) == SMS_ENCODER1 ? 1 << 1 : tim_sms(s) == SMS_ENCODER2 ? 1 << 0 : 3;
    uint32_t *cr1 = &s->parent_obj.regs[R_CR1];

    if (counted & 1 << ti) {
        tim_step(s, down);
    } else {
        *cr1 = FIELD_DP32(*cr1, CR1, DIR, down);
    }
}

/* ---- Edges ---- */

/* TI1, TI2 as trigger. */
static void trigger_edge(Tim *s, unsigned ti, bool level, uint64_t skipped)
{
    unsigned ts = tim_ts(s);

    if (ti == 0 && ts == TS_TI1F_ED) {
        tim_trigger_pulses(s, 1 + 2 * skipped);
    } else if ((ti == 0 && ts == TS_TI1FP1) || (ti == 1 && ts == TS_TI2FP2)) {
        if (skipped) {
            tim_trigger_pulses(s, skipped);
        }
        if ((tim_ccer(s, ti) & (CCER_P | CCER_NP)) == (CCER_P | CCER_NP)) {
            tim_trigger_pulses(s, 1);
        } else {
            tim_trigger(s, tim_input_fp(s, ti));
        }
    }
}

static void etr_edge(Tim *s, bool level, uint64_t skipped)
{
    uint32_t smcr = s->parent_obj.regs[R_SMCR];
    unsigned divide = 1 << FIELD_EX32(smcr, SMCR, ETPS);
    uint64_t all = s->etr_count + skipped + level, pulses = all / divide;

    s->etr_count = all % divide;
    if (smcr & R_SMCR_ECE_MASK) {
        tim_count(s, pulses);
    }
    if (tim_ts(s) == TS_ETRF) {
        if (divide == 1 && !skipped) {
            tim_trigger(s, level);
        } else if (pulses) {
            tim_trigger_pulses(s, pulses);
        }
    }
    tim_output_refresh(s);
}

static void filtered_edge(Tim *s, unsigned input, bool level, uint64_t skipped)
{
    s->input[input].level = level;
    if (input == INPUT_ETR) {
        etr_edge(s, level, skipped);
        return;
    }
    capture_edge(s, input, level, skipped);
    if (tim_is_encoder(s) && input < 2) {
        encoder_edge(s, input);
    } else {
        trigger_edge(s, input, level, skipped);
    }
}

/* ---- Filters ---- */

/* RM0090 ICxF, ETF: so many samples have to agree, in ticks. */
static uint64_t filter_ticks(const Tim *s, unsigned input)
{
    static const struct {
        uint8_t divide, samples;
    } table[16] = {
        { 0, 0 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 2, 6 }, { 2, 8 }, { 4, 6 }, { 4, 8 },
        { 8, 6 }, { 8, 8 }, { 16, 5 }, { 16, 6 }, { 16, 8 }, { 32, 5 }, { 32, 6 }, { 32, 8 },
    };
    unsigned f = input == INPUT_ETR ? FIELD_EX32(s->parent_obj.regs[R_SMCR], SMCR, ETF)
               : tim_ccs(s, input) != CCS_OUTPUT ? tim_ccmr(s, input) >> 4 : 0;
    unsigned dts = 1 << FIELD_EX32(s->parent_obj.regs[R_CR1], CR1, CKD);

    return table[f].samples * (table[f].divide ? table[f].divide * dts : 1);
}

uint64_t tim_input_due(const Tim *s)
{
    uint64_t due = NEVER;

    for (unsigned i = 0; s->used && i < N_INPUTS; i++) {
        due = s->input[i].waiting ? MIN(due, s->input[i].due) : due;
    }
    return due;
}

void tim_input_settle(Tim *s, uint64_t tick)
{
    for (unsigned i = 0; s->used && i < N_INPUTS; i++) {
        if (s->input[i].waiting && s->input[i].due <= tick) {
            s->input[i].waiting = false;
            filtered_edge(s, i, !s->input[i].level, 0);
        }
    }
}

/* Something at a pin has changed: @pin says when. */
static void edge(Tim *s, unsigned input, Pin *pin)
{
    TimInput *in = &s->input[input];
    bool level = raw_level(s, input);
    uint64_t delay;

    if (!(s->used & 1 << input)) {
        return;
    }
    tim_sync_to(s, pin ? pin_edge_ns(pin) : qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    if (input == INPUT_ETR && s->parent_obj.regs[R_SMCR] & R_SMCR_ETP_MASK) {
        level = !level;
    }
    delay = filter_ticks(s, input);
    s->busy = true;
    if (level == in->level) {
        in->waiting = false;
    } else if (delay) {
        in->due = in->waiting ? in->due : s->at + delay;
        in->waiting = true;
    } else {
        filtered_edge(s, input, level, pin ? pin_periods_skipped(pin) : 0);
    }
    s->busy = false;
    if (!s->pulling) {
        periph_update(&s->parent_obj);
    }
}

static void channel_changed(Tim *s, unsigned ch, bool level)
{
    s->pin_level[ch] = level;
    edge(s, ch, signal_pin(&s->ch[ch]));
    if (ch && ch < 3 && s->parent_obj.regs[R_CR2] & R_CR2_TI1S_MASK) {
        edge(s, 0, signal_pin(&s->ch[ch]));
    }
}

static void ch1_changed(void *opaque, bool level) { channel_changed(opaque, 0, level); }
static void ch2_changed(void *opaque, bool level) { channel_changed(opaque, 1, level); }
static void ch3_changed(void *opaque, bool level) { channel_changed(opaque, 2, level); }
static void ch4_changed(void *opaque, bool level) { channel_changed(opaque, 3, level); }

static void etr_changed(void *opaque, bool level)
{
    TIM(opaque)->pin_level[INPUT_ETR] = level;
    edge(opaque, INPUT_ETR, signal_pin(&TIM(opaque)->etr));
}

static void internal_changed(void *opaque, bool level)
{
    Tim *s = opaque;

    s->internal_level = level;
    if (internal_source(s)) {
        edge(s, internal_ti(s), s->internal);
    }
}

static void bkin_changed(void *opaque, bool level)
{
    tim_sync(opaque);
    tim_break_check(opaque);
    periph_update(opaque);
}

static void break_input(void *opaque, int n, int level)
{
    TIM(opaque)->brk[0] = level;
    bkin_changed(opaque, level);
}

static void rtc_wakeup_input(void *opaque, int n, int level)
{
    TIM(opaque)->rtc_wakeup = level;
    listen_inside(opaque);
}

static void source_changed(void *opaque, ClockEvent event)
{
    listen_inside(opaque);
}

/* ---- The device ---- */

static void add_input(Tim *s, Signal *signal, const char *name,
                      void (*changed)(void *opaque, bool level))
{
    periph_add_signal(&s->parent_obj, signal, name);
    signal->changed = changed;
    signal->opaque = s;
}

static void realize_internal(Tim *s)
{
    s->internal = PIN(object_new(TYPE_PIN));
    object_property_add_child(OBJECT(s), "internal", OBJECT(s->internal));
    object_unref(OBJECT(s->internal));
    s->internal->name = "internal";
    pin_add_driver(s->internal, &s->internal_driver, "clock");
    s->internal_listener = (PinListener) { .changed = internal_changed, .opaque = s };
    pin_listen(&s->internal_listener, s->internal);
}

void tim_input_init(Tim *s)
{
    static const char *const names[] = { "source[0]", "source[1]" };

    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        s->source[i] = qdev_init_clock_in(DEVICE(s), names[i], source_changed, s, ClockUpdate);
    }
    qdev_init_gpio_in_named(DEVICE(s), rtc_wakeup_input, "source-level", 1);
    qdev_init_gpio_in_named(DEVICE(s), break_input, "break-css", 1);
}

void tim_input_realize(Tim *s, Error **errp)
{
    static const char *const names[] = { "ch1", "ch2", "ch3", "ch4" };
    static const char *const complementary[] = { "ch1n", "ch2n", "ch3n" };
    static void (*const changed[])(void *opaque, bool level) = {
        ch1_changed, ch2_changed, ch3_changed, ch4_changed,
    };

    for (unsigned ch = 0; ch < s->channels; ch++) {
        add_input(s, &s->ch[ch], names[ch], changed[ch]);
    }
    for (unsigned ch = 0; s->advanced && ch < N_CHANNELS - 1; ch++) {
        periph_add_signal(&s->parent_obj, &s->chn[ch], complementary[ch]);
    }
    if (tim_is_general(s)) {
        add_input(s, &s->etr, "etr", etr_changed);
    } else {
        signal_init(&s->etr, "etr");
    }
    if (s->advanced) {
        add_input(s, &s->bkin, "bkin", bkin_changed);
    }
    if (s->remap == 5 || s->remap == 11) {
        realize_internal(s);
    }
}
