/*
 * Timers: pins and clocks that come in, see state.h: multiplexers, who listens to what, break.
 *
 * An edge of a square wave is handled with the time it had, not with that at which the host got
 * round to it, so what is captured is exact.  Of a wave faster than an edge a microsecond only the
 * last period is seen edge by edge; those before it are counted, by an external clock too.
 *
 * Deliberately different: synchronization takes no time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/peripherals/tim/state.h"

/* ---- Multiplexers ---- */

/* TI4 of TIM5 and TI1 of TIM11 come from inside: 0 the pin, 1 to 3 see internal_source(). */
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

bool tim_is_inside(const Tim *s, unsigned input)
{
    return internal_source(s) && input == internal_ti(s);
}

static bool raw_level(const Tim *s, unsigned input)
{
    if (tim_is_inside(s, input)) {
        return s->internal_level;
    }
    if (input == 0 && reg_get(s, CR2, TI1S)) {
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
    trgi |= reg_get(s, CR2, CCUS);
    if (trgi) {
        used |= tim_ts(s) == TS_TI1F_ED || tim_ts(s) == TS_TI1FP1 ? 1 << 0 : 0;
        used |= tim_ts(s) == TS_TI2FP2 ? 1 << 1 : 0;
        used |= tim_ts(s) == TS_ETRF ? 1 << INPUT_ETR : 0;
    }
    used |= smcr & R_SMCR_ECE_MASK ? 1 << INPUT_ETR : 0;
    used |= tim_is_encoder(s) ? 3 : 0;
    return used & ((tim_is_general(s) ? 1u << INPUT_ETR : 0) | ((1u << s->channels) - 1));
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
    bool xor = reg_get(s, CR2, TI1S);
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
            signal_listen_to_waves(tim_pin_of(s, i), waves);
            if (new & 1 << i || xor != s->xored) {
                Pin *pin = signal_pin(tim_pin_of(s, i));

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
            bool inverted = i == INPUT_ETR && reg_get(s, SMCR, ETP);

            s->input[i] = (TimInput) { .level = raw_level(s, i) ^ inverted };
        }
    }
}

/* ---- Edges ---- */

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
    if (input == INPUT_ETR && reg_get(s, SMCR, ETP)) {
        level = !level;
    }
    delay = tim_filter_ticks(s, input);
    s->busy = true;
    if (level == in->level) {
        in->waiting = false;
    } else if (delay) {
        in->due = in->waiting ? in->due : s->at + delay;
        in->waiting = true;
    } else {
        tim_filtered_edge(s, input, level, pin ? pin_periods_skipped(pin) : 0);
    }
    tim_run(s);
    s->busy = false;
    if (!s->pulling) {
        periph_update(&s->parent_obj);
    }
}

static void channel_changed(Tim *s, unsigned ch, bool level)
{
    s->pin_level[ch] = level;
    edge(s, ch, signal_pin(&s->ch[ch]));
    if (ch && ch < 3 && reg_get(s, CR2, TI1S)) {
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
