/*
 * What the three A/D converters share (RM0090 13.9, 13.13.15 on): prescaler, multi modes, CDR, the
 * sensors inside the chip; and the lines all three have in common.
 *
 * Lines in: `ext-trig[0..15]` and `jext-trig[0..15]`, the triggers as EXTSEL and JEXTSEL number them;
 *   `vref`, its level is VREF+ in mV.
 * Lines out: `ext-trig-wanted[0..15]`, `jext-trig-wanted[0..15]`: somebody waits for that trigger.
 * Properties: `temperature` of the chip in thousandths of a degree, `vbat` in mV; can be changed while
 *   running.
 *
 * It has the clock of whichever converter has one.
 *
 * unsure: reading CDR takes the data of the converters it shows, as reading their DR would.  In triple
 * mode without DMA it shows ADC1 and ADC2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/peripherals/adc/state.h"

const uint8_t adc_modes[16] = {
    [1] = SIMULTANEOUS | INJECTED_SIMULTANEOUS, [2] = SIMULTANEOUS | ALTERNATE,
    [5] = INJECTED_SIMULTANEOUS, [6] = SIMULTANEOUS, [7] = INTERLEAVED, [9] = ALTERNATE,
};

/* ---- CDR ---- */

static unsigned cdr_dma(const AdcCommon *c)
{
    return FIELD_EX32(c->parent_obj.regs[R_CCR], CCR, DMA);
}

/* The @n-th of those whose data CDR shows. */
static Adc *cdr_source(const AdcCommon *c, unsigned n)
{
    return c->adc[(cdr_dma(c) ? c->item + n : n) % MAX(adc_team_size(c), 2)];
}

static unsigned cdr_items(const AdcCommon *c)
{
    return cdr_dma(c) == CDR_HALFWORDS ? 1 : 2;
}

bool adc_cdr_is_ready(const AdcCommon *c)
{
    return !c->dma_done && cdr_source(c, 0)->fresh &&
           (cdr_items(c) == 1 || cdr_source(c, 1)->fresh);
}

static uint32_t cdr_value(const AdcCommon *c)
{
    uint32_t first = cdr_source(c, 0)->parent_obj.regs[R_DR];
    uint32_t second = cdr_items(c) == 2 ? cdr_source(c, 1)->parent_obj.regs[R_DR] : 0;

    return cdr_dma(c) == CDR_BYTES ? (second & 0xff) << 8 | (first & 0xff) : second << 16 | first;
}

static uint32_t cdr_read(Periph *p, unsigned n)
{
    AdcCommon *c = ADC_COMMON(p);
    uint32_t value = cdr_value(c);

    if (adc_team_size(c) > 1) {
        bool counts = cdr_dma(c) && adc_cdr_is_ready(c);

        for (unsigned i = 0; i < cdr_items(c); i++) {
            Adc *s = cdr_source(c, i);

            s->fresh = false;
            s->parent_obj.regs[R_SR] &= ~R_SR_EOC_MASK;
        }
        if (counts) {
            c->item = (c->item + cdr_items(c)) % adc_team_size(c);
        }
        adc_sync(c);
        adc_update_all(c);
    }
    return value;
}

/* ---- The other registers ---- */

static uint32_t csr_read(Periph *p, unsigned n)
{
    AdcCommon *c = ADC_COMMON(p);
    uint32_t csr = 0;

    adc_look(c);
    adc_sync(c);
    for (unsigned i = 0; i < N_ADCS; i++) {
        csr |= c->adc[i]->parent_obj.regs[R_SR] << 8 * i;
    }
    adc_update_all(c);
    return csr;
}

static void ccr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    AdcCommon *c = ADC_COMMON(p);

    if ((p->regs[R_CCR] ^ was) & R_CCR_MULTI_MASK) {
        c->turn = c->jturn = c->item = 0;
        if ((was & R_CCR_MULTI_MASK) && adc_multi(c)) {
            periph_mistake(p, "MULTI changed from one multi mode to another: go through "
                           "independent mode");
        }
        if (adc_multi(c) && !adc_mode(c)) {
            periph_mistake(p, "MULTI = 0x%x is reserved: the converters work alone", adc_multi(c));
        }
    }
    if (!(was & R_CCR_DMA_MASK) != !cdr_dma(c)) {
        c->dma_done = false;
        c->item = 0;
        for (unsigned i = 0; i < N_ADCS; i++) {
            c->adc[i]->fresh = false;
        }
    }
}

static const RegOps adc_common_ops[] = {
    [R_CSR] = { .read = csr_read },
    [R_CCR] = { .written = ccr_written },
    [R_CDR] = { .read = cdr_read },
};

/* ---- Triggers ---- */

static bool is_slave(const Adc *s, AdcGroup group)
{
    unsigned modes = group == ADC_REGULAR ? SIMULTANEOUS | INTERLEAVED
                                          : INJECTED_SIMULTANEOUS | ALTERNATE;

    return s->number > 1 && adc_is_in_team(s) && adc_mode(s->common) & modes;
}

/* The team begins anew: nothing is left of what it did before. */
static void prepare_team(AdcCommon *c, uint64_t tick)
{
    bool any = false;

    for (unsigned i = 0; i < adc_team_size(c); i++) {
        any |= c->adc[i]->regular || c->adc[i]->fresh;
    }
    if (!any) {
        c->item = c->turn = 0;
        c->turn_at = tick;
    } else if (!c->adc[0]->regular) {
        c->turn = 0;
        c->turn_at = MAX(c->turn_at, tick);
    }
}

static void trigger_regular(Adc *s, uint64_t tick, bool by_software)
{
    AdcCommon *c = s->common;

    if (!adc_is_in_team(s) || !(adc_mode(c) & (SIMULTANEOUS | INTERLEAVED))) {
        adc_start_regular(s, tick, by_software);
        return;
    }
    prepare_team(c, tick);
    for (unsigned i = 0; i < adc_team_size(c); i++) {
        adc_start_regular(c->adc[i], tick, by_software);
    }
}

static void trigger_injected(Adc *s, uint64_t tick, bool by_software)
{
    AdcCommon *c = s->common;

    if (!adc_is_in_team(s) || !(adc_mode(c) & (INJECTED_SIMULTANEOUS | ALTERNATE))) {
        adc_start_injected(s, tick, by_software);
    } else if (adc_is_alternate(c)) {
        adc_start_injected(c->adc[c->jturn], tick, by_software);
        c->jturn = (c->jturn + 1) % adc_team_size(c);
    } else {
        for (unsigned i = 0; i < adc_team_size(c); i++) {
            adc_start_injected(c->adc[i], tick, by_software);
        }
    }
}

void adc_trigger(Adc *s, AdcGroup group, bool by_software)
{
    uint64_t tick = adc_tick(s->common);

    if (is_slave(s, group)) {
        periph_mistake(&s->parent_obj, "a trigger of its own is ignored: in this multi mode (MULTI) "
                       "ADC1 starts it");
    } else if (group == ADC_REGULAR) {
        trigger_regular(s, tick, by_software);
    } else {
        trigger_injected(s, tick, by_software);
    }
}

/* Which edges of input @n start the group: 1 rising, 2 falling. */
static unsigned edges(const Adc *s, AdcGroup group, unsigned n)
{
    uint32_t cr2 = s->parent_obj.regs[R_CR2];

    if (!adc_is_on(s) || is_slave(s, group)) {
        return 0;
    }
    if (group == ADC_REGULAR) {
        return FIELD_EX32(cr2, CR2, EXTSEL) == n ? FIELD_EX32(cr2, CR2, EXTEN) : 0;
    }
    return FIELD_EX32(cr2, CR2, JEXTSEL) == n ? FIELD_EX32(cr2, CR2, JEXTEN) : 0;
}

static void trigger_input(AdcCommon *c, AdcGroup group, uint32_t *levels, uint32_t heard, int n,
                          bool level)
{
    bool was = extract32(*levels, n, 1);

    *levels = deposit32(*levels, n, 1, level);
    if (was == level || !extract32(heard, n, 1)) {
        return;
    }
    adc_sync(c);
    for (unsigned i = 0; i < N_ADCS; i++) {
        if (edges(c->adc[i], group, n) & (level ? 1 : 2)) {
            adc_trigger(c->adc[i], group, false);
        }
    }
    adc_update_all(c);
}

static void ext_input(void *opaque, int n, int level)
{
    AdcCommon *c = opaque;

    trigger_input(c, ADC_REGULAR, &c->level, c->heard, n, level);
}

static void jext_input(void *opaque, int n, int level)
{
    AdcCommon *c = opaque;

    trigger_input(c, ADC_INJECTED, &c->jlevel, c->jheard, n, level);
}

static void vref_input(void *opaque, int n, int mv)
{
    AdcCommon *c = opaque;

    if (mv > 0 && mv != c->vref) {
        adc_settle(c);
        c->vref = mv;
        adc_update_all(c);
    }
}

/* ---- Outputs ---- */

static bool interrupts(const Adc *s)
{
    uint32_t sr = s->parent_obj.regs[R_SR], cr1 = s->parent_obj.regs[R_CR1];

    return (sr & R_SR_EOC_MASK && cr1 & R_CR1_EOCIE_MASK) ||
           (sr & R_SR_AWD_MASK && cr1 & R_CR1_AWDIE_MASK) ||
           (sr & R_SR_JEOC_MASK && cr1 & R_CR1_JEOCIE_MASK) ||
           (sr & R_SR_OVR_MASK && cr1 & R_CR1_OVRIE_MASK);
}

static bool requests_dma(const Adc *s)
{
    if (adc_uses_cdr_dma(s)) {
        return s->number == 1 && adc_cdr_is_ready(s->common);
    }
    return s->fresh && adc_cr2(s, R_CR2_DMA_MASK) && !s->dma_done;
}

/* Only edges after it is wanted count: a source that is asked first shows what it has been by now. */
static void update_wanted(AdcCommon *c)
{
    uint32_t wanted = 0, jwanted = 0;

    for (unsigned i = 0; i < N_ADCS; i++) {
        uint32_t cr2 = c->adc[i]->parent_obj.regs[R_CR2];
        unsigned n = FIELD_EX32(cr2, CR2, EXTSEL), jn = FIELD_EX32(cr2, CR2, JEXTSEL);

        wanted |= (edges(c->adc[i], ADC_REGULAR, n) ? 1u : 0) << n;
        jwanted |= (edges(c->adc[i], ADC_INJECTED, jn) ? 1u : 0) << jn;
    }
    for (unsigned n = 0; n < N_TRIGGERS; n++) {
        line_set(&c->wanted[n], extract32(wanted, n, 1));
        line_set(&c->jwanted[n], extract32(jwanted, n, 1));
    }
    c->heard = wanted;
    c->jheard = jwanted;
}

void adc_update_all(AdcCommon *c)
{
    adc_plan(c);
    for (unsigned i = 0; i < N_ADCS; i++) {
        Adc *s = c->adc[i];

        line_set(&s->irq, interrupts(s));
        line_set(&s->dma, requests_dma(s));
    }
}

static void adc_common_update(Periph *p)
{
    update_wanted(ADC_COMMON(p));
    adc_update_all(ADC_COMMON(p));
}

/* A converter's clock changes, and with it perhaps ours. */
void adc_clock_changed(AdcCommon *c, ClockEvent event)
{
    uint64_t period = 0;

    if (!c->adc[0] || !c->adc[1] || !c->adc[2]) {
        return;                     /* the chip is being built */
    }
    if (event == ClockPreUpdate) {
        adc_sync(c);
        counter_sync(&c->ticks);
        return;
    }
    for (unsigned i = 0; i < N_ADCS; i++) {
        period = MAX(period, clock_get(c->adc[i]->parent_obj.clk));
    }
    counter_sync(&c->ticks);
    clock_update(c->parent_obj.clk, period);
    for (unsigned i = 0; i < N_ADCS; i++) {
        if (adc_has_clock(c->adc[i])) {
            adc_go_on(c->adc[i], adc_tick(c));
        } else {
            adc_interrupt(c->adc[i], adc_tick(c));
        }
    }
    adc_common_update(&c->parent_obj);
}

/* ---- The device ---- */

static void adc_common_sync(Periph *p)
{
    adc_sync(ADC_COMMON(p));
}

static void adc_common_reset(Periph *p, bool power_on)
{
    AdcCommon *c = ADC_COMMON(p);

    c->turn = c->jturn = c->item = 0;
    c->turn_at = 0;
    c->dma_done = false;
    c->level = c->jlevel = c->heard = c->jheard = 0;
}

static void get_number(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    AdcCommon *c = ADC_COMMON(obj);
    int64_t value = !strcmp(name, "vbat") ? c->vbat : c->temperature;

    visit_type_int(v, name, &value, errp);
}

static void set_number(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    AdcCommon *c = ADC_COMMON(obj);
    int64_t value;

    if (!visit_type_int(v, name, &value, errp)) {
        return;
    }
    if (!strcmp(name, "vbat") ? value < 0 || value > 3600 : value < -40000 || value > 125000) {
        error_setg(errp, "%s=%" PRId64 ": vbat is 0 to 3600 mV, temperature -40000 to 125000 "
                   "thousandths of a degree", name, value);
        return;
    }
    adc_settle(c);
    if (!strcmp(name, "vbat")) {
        c->vbat = value;
    } else {
        c->temperature = value;
    }
    adc_update_all(c);
}

static void adc_common_init(Periph *p)
{
    AdcCommon *c = ADC_COMMON(p);

    c->vref = c->vbat = PIN_VDD_MV;
    c->temperature = 25000;
    for (unsigned n = 0; n < N_TRIGGERS; n++) {
        periph_add_line(p, &c->wanted[n], "ext-trig-wanted");
        periph_add_line(p, &c->jwanted[n], "jext-trig-wanted");
    }
    qdev_init_gpio_in_named(DEVICE(p), ext_input, "ext-trig", N_TRIGGERS);
    qdev_init_gpio_in_named(DEVICE(p), jext_input, "jext-trig", N_TRIGGERS);
    qdev_init_gpio_in_named(DEVICE(p), vref_input, "vref", 1);
    object_property_add(OBJECT(p), "temperature", "int", get_number, set_number, NULL, NULL);
    object_property_add(OBJECT(p), "vbat", "int", get_number, set_number, NULL, NULL);
    adc_time_init(c);
}

static int adc_common_pre_save(void *opaque)
{
    adc_settle(opaque);
    return 0;
}

static bool adc_common_is_sane(void *opaque, int version_id)
{
    AdcCommon *c = opaque;

    return c->turn < N_ADCS && c->jturn < N_ADCS && c->item < N_ADCS && c->vref > 0 &&
           c->vref <= 5000;
}

static const VMStateDescription adc_common_vmstate = {
    .name = "stm32f4-adc-common", .version_id = 1, .minimum_version_id = 1,
    .pre_save = adc_common_pre_save,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(vref, AdcCommon),
        VMSTATE_UINT32(vbat, AdcCommon),
        VMSTATE_INT32(temperature, AdcCommon),
        VMSTATE_UINT32(level, AdcCommon),
        VMSTATE_UINT32(jlevel, AdcCommon),
        VMSTATE_UINT32(heard, AdcCommon),
        VMSTATE_UINT32(jheard, AdcCommon),
        VMSTATE_COUNTER(ticks, AdcCommon),
        VMSTATE_UINT64(seen, AdcCommon),
        VMSTATE_INT64(seen_ns, AdcCommon),
        VMSTATE_INT64(expired, AdcCommon),
        VMSTATE_BOOL(busy, AdcCommon),
        VMSTATE_UINT32(turn, AdcCommon),
        VMSTATE_UINT32(jturn, AdcCommon),
        VMSTATE_UINT64(turn_at, AdcCommon),
        VMSTATE_UINT32(item, AdcCommon),
        VMSTATE_BOOL(dma_done, AdcCommon),
        VMSTATE_VALIDATE("turns and voltages", adc_common_is_sane),
        VMSTATE_PERIPH(AdcCommon),
        VMSTATE_END_OF_LIST()
    },
};

static const PeriphInfo adc_common = {
    .chapter = "RM0090 13", .bus = BUS_APB, .size = 0x100,
    .regs = adc_common_rows, .ops = adc_common_ops, .n_ops = ARRAY_SIZE(adc_common_ops),
    .vmsd = &adc_common_vmstate,
    .init = adc_common_init, .reset = adc_common_reset, .sync = adc_common_sync,
    .update = adc_common_update,
};
DEFINE_PERIPH("stm32f4-adc-common", AdcCommon, adc_common)
