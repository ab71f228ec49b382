/*
 * Analog-to-digital converter (RM0090 chapter 13): registers, pins and lines of one of the three.
 * The rest is in sequence.c, result.c, common.c and time.c.
 *
 * Properties: `number`, 1 to 3; `errata`, what ES0182 says.  Links: `common`, what all share; `in0`
 *   ... `in15`, the pins of its channels.
 * Lines out: `irq`; `dma`, DR (of ADC1 in multi modes CDR) has data for the DMA.
 * Lines in: `dma-last`, the DMA has taken the last.
 *
 * Deliberately different: a trigger has its effect at once, not some ticks later; there is no
 * noise; a conversion while it is not yet stable is as good as any; sampling loads nobody's output.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/core/lane.h"
#include "stm32/peripherals/adc/state.h"

#define STABLE_NS 3000
#define REQUESTS_NS (100 * SCALE_MS)      /* until who converts on is asked whether it requests no more */
#define EXTI_TRIGGER 15                 /* of EXTSEL, JEXTSEL: line 11, line 15 */
#define SILENT_NS (1000 * SCALE_MS)     /* until a trigger that is enabled and does not come is */
#define LONG_NS (100 * SCALE_MS)        /* until a trigger that was chosen and not enabled is thought of as forgotten */

/* ---- Registers ---- */

static uint32_t sr_read(Periph *p, unsigned n)
{
    adc_look(ADC(p)->common);
    adc_sync(ADC(p)->common);
    adc_update_all(ADC(p)->common);
    return p->regs[R_SR];
}

static void note_served(Adc *s, uint32_t flag, const char *name)
{
    uint64_t missed = missed_served(&s->missed, flag);

    if (missed) {
        periph_mistake(&s->parent_obj, ADC020, "%" PRIu64 " more trigger%s conversions are through while %s was set: %s "
                       "interrupts are lost", missed, missed == 1 ? "'s" : "s'", name, missed == 1 ? "its" : "their");
    }
}

/* @cleared of SR are, by the guest. */
static void note_cleared(Adc *s, uint32_t cleared)
{
    if (cleared & R_SR_EOC_MASK && reg_get(s, CR1, EOCIE)) {
        note_served(s, R_SR_EOC_MASK, "EOC");
    }
    if (cleared & R_SR_JEOC_MASK && reg_get(s, CR1, JEOCIE)) {
        note_served(s, R_SR_JEOC_MASK, "JEOC");
    }
}

/* unsure: who clears OVR, or without DMA EOC, has done with the data as if it had been read */
static void sr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    uint32_t cleared = was & ~p->regs[R_SR];

    note_cleared(ADC(p), cleared);
    if (cleared & R_SR_OVR_MASK ||
        (cleared & R_SR_EOC_MASK && !reg_get(ADC(p), CR2, DMA) &&
         !adc_uses_cdr_dma(ADC(p)))) {
        ADC(p)->fresh = false;
    }
}

/* A trigger is selected, and no edge of it. */
static bool lacks_edge(Adc *s)
{
    return reg_get(s, CR2, EXTSEL) && !reg_get(s, CR2, EXTEN);
}

static bool injected_lacks_edge(Adc *s)
{
    return reg_get(s, CR2, JEXTSEL) && !reg_get(s, CR2, JEXTEN);
}

/* Is somebody to be told of their end, who does not look himself? */
static bool regular_is_awaited(Adc *s)
{
    return reg_get(s, CR1, EOCIE) || reg_get(s, CR2, DMA);
}

/* Somebody waits for conversions that no trigger starts, and nothing has ever started one. */
static void check_trigger(void *opaque)
{
    Adc *s = opaque;

    if (!adc_is_on(s) || s->has_started) {
        return;
    }
    if (regular_is_awaited(s) && lacks_edge(s)) {
        periph_mistake(&s->parent_obj, ADC019, "CR2.EXTSEL is %u, and EXTEN is 0: nothing starts a conversion",
                       reg_get(s, CR2, EXTSEL));
    }
    if (reg_get(s, CR1, JEOCIE) && injected_lacks_edge(s) && !reg_get(s, CR1, JAUTO)) {
        periph_mistake(&s->parent_obj, ADC019, "CR2.JEXTSEL is %u, and JEXTEN is 0: nothing starts an injected conversion",
                       reg_get(s, CR2, JEXTSEL));
    }
}

/* An edge of a pin may take its time, a timer's that has been started does not. */
static void check_silence(void *opaque)
{
    Adc *s = opaque;
    bool polls = s->parent_obj.last_read == R_SR + 1 && s->parent_obj.same_reads;
    bool waits = regular_is_awaited(s) || polls, jwaits = reg_get(s, CR1, JEOCIE) || polls;

    if (!adc_is_on(s) || s->has_started || reg_get(s->common, CCR, MULTI)) {
        return;
    }
    if (waits && reg_get(s, CR2, EXTEN) && reg_get(s, CR2, EXTSEL) != EXTI_TRIGGER) {
        periph_mistake(&s->parent_obj, ADC021, "the trigger that CR2.EXTSEL selects, %u, has not come for a second",
                       reg_get(s, CR2, EXTSEL));
    }
    if (jwaits && reg_get(s, CR2, JEXTEN) && reg_get(s, CR2, JEXTSEL) != EXTI_TRIGGER) {
        periph_mistake(&s->parent_obj, ADC021, "the trigger that CR2.JEXTSEL selects, %u, has not come for a second",
                       reg_get(s, CR2, JEXTSEL));
    }
}

/* ST's LL_ADC_CommonInit() looks whether an ADC is on, and also at those that have no clock. */
static bool cr2_rests(Periph *p, unsigned n)
{
    return !p->regs[n];
}

static void cr2_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Adc *s = ADC(p);
    uint32_t changed = p->regs[R_CR2] ^ was;

    if (changed & R_CR2_ADON_MASK) {
        s->stable = adc_tick(s->common) + clock_get_hz(p->clk) * 1ull * STABLE_NS / 1000000000;
        adc_stop(s);
    }
    if (changed & R_CR2_DMA_MASK) {
        s->dma_done = s->fresh = false;
    }
    if (reg_get(s, CR1, JAUTO) && p->regs[R_CR2] & R_CR2_JEXTEN_MASK) {
        periph_mistake(p, ADC001, "JAUTO with an external trigger of the injected group (JEXTEN)");
    }
    if (data & R_CR2_JSWSTART_MASK) {
        adc_trigger(s, ADC_INJECTED, true);
    }
    if (data & R_CR2_SWSTART_MASK) {
        adc_trigger(s, ADC_REGULAR, true);
    }
    if (adc_is_on(s) && !s->has_started && (lacks_edge(s) || injected_lacks_edge(s))) {
        mistake_later(check_trigger, s, LONG_NS);
    }
    if (p->regs[R_CR2] & ~was & (R_CR2_EXTEN_MASK | R_CR2_JEXTEN_MASK)) {
        mistake_later(check_silence, s, SILENT_NS);
    }
}

static void cr1_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Adc *s = ADC(p);

    if (reg_get(s, CR1, JAUTO) && p->regs[R_CR1] & (R_CR1_DISCEN_MASK | R_CR1_JDISCEN_MASK)) {
        periph_mistake(p, ADC002, "JAUTO and a discontinuous mode at the same time");
    }
    if (reg_get(s, CR1, DISCEN) && reg_get(s, CR1, JDISCEN)) {
        periph_mistake(p, ADC003, "discontinuous mode of both groups at the same time");
    }
    if ((p->regs[R_CR1] ^ was) & R_CR1_DISCEN_MASK && !s->regular) {
        s->rank = 0;
    }
    missed_forget(&s->missed, (reg_get(s, CR1, EOCIE) && !(was & R_CR1_EOCIE_MASK) ? R_SR_EOC_MASK : 0) |
                              (reg_get(s, CR1, JEOCIE) && !(was & R_CR1_JEOCIE_MASK) ? R_SR_JEOC_MASK : 0));
}

/*
 * RM0090 13.3.4: the conversion under way is reset, and the new group is begun.  ES0182: if
 * software has started it, nothing is begun.
 */
static void sequence_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    AdcGroup group = n == R_JSQR ? ADC_INJECTED : ADC_REGULAR;
    Adc *s = ADC(p);

    if (p->regs[n] == was) {
        return;
    }
    if (s->busy == group && s->by_software[group] && s->errata) {
        periph_mistake(p, ADC004, "%s written during a conversion that software has started: that ends "
                       "without EOC, and no other begins (ES0182)", p->reg[n].name);
        adc_give_up(s, group, adc_tick(s->common));
    } else {
        adc_restart(s, group, adc_tick(s->common));
    }
}

static void dr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Adc *s = ADC(p);

    note_cleared(s, p->regs[R_SR] & R_SR_EOC_MASK);
    p->regs[R_SR] &= ~R_SR_EOC_MASK;
    s->fresh = false;
    s->unnoticed = 0;
    adc_sync(s->common);            /* a late host: what has waited for this */
    adc_update_all(s->common);
}

/* Read once more before another result has come. */
static int64_t dr_holds(Periph *p, unsigned n)
{
    return adc_holds(ADC(p)->common);
}

/* The DMA finds what a host that is late has let wait. */
static unsigned dr_read_run(Periph *p, unsigned n, uint32_t *data, unsigned max,
                            unsigned unnoticed)
{
    Adc *s = ADC(p);
    unsigned count = 0;

    if (!reg_get(s, CR2, DMA) || s->dma_done || adc_uses_cdr_dma(s)) {
        return 0;
    }
    while (s->fresh && count < max) {
        data[count++] = p->regs[R_DR];
        p->regs[R_SR] &= ~R_SR_EOC_MASK;
        s->fresh = false;
        count += adc_take_row(s, data + count, max - count);
        adc_sync(s->common);
    }
    s->unnoticed = unnoticed - MIN(count, unnoticed);
    adc_update_all(s->common);
    return count;
}

static const RegOps adc_ops[] = {
    [R_SR]   = { .read = sr_read, .written = sr_written },
    [R_CR1]  = { .written = cr1_written },
    [R_CR2]  = { .rests = cr2_rests, .written = cr2_written },
    [R_SQR1] = { .written = sequence_written },
    [R_SQR2] = { .written = sequence_written },
    [R_SQR3] = { .written = sequence_written },
    [R_JSQR] = { .written = sequence_written },
    [R_DR]   = { .was_read = dr_was_read, .holds = dr_holds, .read_run = dr_read_run },
};

/* ---- Inputs ---- */

/* It requests no more, and converts on, while its stream goes on too: that is a circular one. */
static void check_requests(void *opaque)
{
    Adc *s = opaque;

    adc_sync(s->common);
    if (s->dma_done && reg_get(s, CR2, DMA) && reg_get(s, SR, EOC) && lane_is_served(&s->dma)) {
        periph_mistake(&s->parent_obj, ADC024, "the stream begins again, and with CR2.DDS 0 it requests no more");
    }
}

static void dma_last_input(void *opaque, int n, int level)
{
    Adc *s = opaque;
    AdcCommon *c = s->common;

    if (!level) {
        return;
    }
    if (adc_uses_cdr_dma(s)) {
        c->dma_done = !reg_get(c, CCR, DDS);
    } else if (!reg_get(s, CR2, DDS)) {
        s->dma_done = true;
        s->fresh = false;
        mistake_later(check_requests, s, REQUESTS_NS);
    }
    adc_update_all(c);
}

/* What has been sampled by now was what the pin was before. */
static void pin_changed(void *opaque)
{
    AdcInput *input = opaque;

    if (input->common->busy) {
        adc_settle(input->common);
    }
    input->drive = pin_state(input->pin);
    if (input->common->busy) {
        adc_update_all(input->common);
    }
}

static void clock_changed(void *opaque, ClockEvent event)
{
    adc_clock_changed(ADC(opaque)->common, event);
}

/* ---- The device ---- */

static void adc_periph_sync(Periph *p)
{
    adc_sync(ADC(p)->common);
}

static int64_t adc_periph_holds(Periph *p)
{
    return adc_holds(ADC(p)->common);
}

static void adc_update(Periph *p)
{
    periph_update(&ADC(p)->common->parent_obj);
}

/* The pins have been linked and joined by now. */
static void follow_pins(Adc *s)
{
    for (unsigned i = 0; i < N_PIN_CHANNELS; i++) {
        AdcInput *input = &s->input[i];

        if (input->pin && !input->common) {
            input->common = s->common;
            input->follower = (PinFollower) { .changed = pin_changed, .opaque = input };
            input->drive = pin_state(input->pin);
            pin_follow(&input->follower, input->pin);
        }
    }
}

static void adc_reset(Periph *p, bool power_on)
{
    Adc *s = ADC(p);

    follow_pins(s);
    adc_stop(s);
    s->begun = s->end = s->stable = 0;
    s->left = s->jleft = 0;
    memset(s->by_software, 0, sizeof(s->by_software));
    s->dma_done = false;
    s->fresh_ns = s->strikes = s->unnoticed = 0;
    s->has_started = false;
    s->longest = 0;
    s->kept = false;
    missed_forget(&s->missed, UINT32_MAX);
}

static void adc_realize(Periph *p, Error **errp)
{
    Adc *s = ADC(p);

    if (!s->common || s->number < 1 || s->number > N_ADCS) {
        error_setg(errp, "an ADC needs its link common and a number of 1 to %u", N_ADCS);
        return;
    }
    s->common->adc[s->number - 1] = s;
}

static void adc_init(Periph *p)
{
    Adc *s = ADC(p);

    periph_add_line(p, &s->irq, "irq");
    periph_add_line(p, &s->dma, "dma");
    qdev_init_gpio_in_named(DEVICE(p), dma_last_input, "dma-last", 1);
    for (unsigned i = 0; i < N_PIN_CHANNELS; i++) {
        g_autofree char *name = g_strdup_printf("in%u", i);

        object_property_add_link(OBJECT(p), name, TYPE_PIN, (Object **)&s->input[i].pin,
                                 object_property_allow_set_link, 0);
    }
    clock_set_callback(p->clk, clock_changed, p, ClockPreUpdate | ClockUpdate);
    adc_run_init(s);
}

static int adc_pre_save(void *opaque)
{
    adc_settle(ADC(opaque)->common);
    return 0;
}

static bool adc_is_sane(void *opaque, int version_id)
{
    Adc *s = opaque;

    return s->busy <= ADC_INJECTED && s->rank < 16 && s->jrank < 4;
}

static const VMStateDescription adc_vmstate = {
    .name = "stm32f4-adc", .version_id = 1, .minimum_version_id = 1,
    .pre_save = adc_pre_save,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(busy, Adc),
        VMSTATE_UINT64(begun, Adc),
        VMSTATE_UINT64(end, Adc),
        VMSTATE_BOOL(held, Adc),
        VMSTATE_UINT32(sample, Adc),
        VMSTATE_BOOL(regular, Adc),
        VMSTATE_BOOL(injected, Adc),
        VMSTATE_BOOL_ARRAY(by_software, Adc, 3),
        VMSTATE_UINT32(rank, Adc),
        VMSTATE_UINT32(left, Adc),
        VMSTATE_UINT32(jrank, Adc),
        VMSTATE_UINT32(jleft, Adc),
        VMSTATE_UINT32(owed, Adc),
        VMSTATE_BOOL(fresh, Adc),
        VMSTATE_INT64(fresh_ns, Adc),
        VMSTATE_UINT32(strikes, Adc),
        VMSTATE_BOOL(dma_done, Adc),
        VMSTATE_UINT32(unnoticed, Adc),
        VMSTATE_UINT64(stable, Adc),
        VMSTATE_VALIDATE("places in the sequences", adc_is_sane),
        VMSTATE_PERIPH(Adc),
        VMSTATE_END_OF_LIST()
    },
};

static const Property adc_properties[] = {
    DEFINE_PROP_UINT8("number", Adc, number, 1),
    DEFINE_PROP_BOOL("errata", Adc, errata, true),
    DEFINE_PROP_LINK("common", Adc, common, "stm32f4-adc-common", AdcCommon *),
};

/* What a loop waits for that will never end. */
static const char *adc_never(Periph *p, unsigned n)
{
    Adc *s = ADC(p);

    if (n != R_SR) {
        return NULL;
    }
    if (!reg_get(s, CR2, ADON)) {
        return "CR2.ADON is 0, it is off";
    }
    if (reg_get(s, SR, OVR) && !reg_get(s, SR, EOC)) {
        return "OVR is 1: data was not read in time, and regular conversions do not go on until it is cleared";
    }
    return !s->has_started && lacks_edge(s) && !reg_get(s, CR2, JEXTEN)
           ? "CR2.EXTSEL selects a trigger, and EXTEN is 0: nothing starts a conversion" : NULL;
}

static const char *adc_idle(Periph *p, unsigned n)
{
    Adc *s = ADC(p);

    if (n != R_SR || s->busy || s->regular || s->injected || reg_get(s, CR2, EXTEN) || reg_get(s, CR2, JEXTEN) ||
        reg_get(s->common, CCR, MULTI) || reg_get(s, SR, EOC) || reg_get(s, SR, JEOC)) {
        return NULL;
    }
    return s->has_started ? "all conversions are through; set CR2.SWSTART again (with EOCS 0, EOC comes once for a sequence; without "
                            "SCAN one channel is converted)"
                          : "nothing has started a conversion; set CR2.SWSTART, or EXTEN";
}

static const PeriphInfo adc = {
    .chapter = "RM0090 13", .bus = BUS_APB, .size = 0x100,
    .regs = adc_rows, .ops = adc_ops, .n_ops = ARRAY_SIZE(adc_ops), PROPERTIES(adc_properties),
    .vmsd = &adc_vmstate,
    .init = adc_init, .realize = adc_realize, .reset = adc_reset, .sync = adc_periph_sync,
    .update = adc_update, .holds = adc_periph_holds,
    .never = adc_never, .idle = adc_idle,
};
DEFINE_PERIPH("stm32f4-adc", Adc, adc)
