/*
 * What the three A/D converters share (RM0090 13.9, 13.13.15 on): prescaler, multi modes, CDR, the
 * sensors inside the chip; and the lines all three have in common.
 *
 * Lines in: `ext-trig[0..15]` and `jext-trig[0..15]`, the triggers as EXTSEL and JEXTSEL number
 *   them; `vref`, its level is VREF+ in mV.
 * Lines out: `ext-trig-wanted[0..15]`, `jext-trig-wanted[0..15]`: somebody waits for that trigger.
 * Properties: `temperature` of the chip in thousandths of a degree, `vbat` in mV; can be changed
 *   while running.
 *
 * It has the clock of whichever converter has one.
 *
 * unsure: reading CDR takes the data of the converters it shows, as reading their DR would.  In
 * triple mode without DMA it shows ADC1 and ADC2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "stm32/peripherals/adc/state.h"

/* ---- CDR ---- */

static uint32_t cdr_value(const AdcCommon *c)
{
    uint32_t first = adc_cdr_source(c, 0)->parent_obj.regs[R_DR];
    uint32_t second = adc_cdr_items(c) == 2 ? adc_cdr_source(c, 1)->parent_obj.regs[R_DR] : 0;

    return adc_cdr_dma(c) == CDR_BYTES ? (second & 0xff) << 8 | (first & 0xff)
                                       : second << 16 | first;
}

static uint32_t cdr_read(Periph *p, unsigned n)
{
    return cdr_value(ADC_COMMON(p));
}

static void cdr_was_read(Periph *p, unsigned n, uint32_t value)
{
    AdcCommon *c = ADC_COMMON(p);

    if (adc_team_size(c) > 1) {
        bool counts = adc_cdr_dma(c) && adc_cdr_is_ready(c);

        for (unsigned i = 0; i < adc_cdr_items(c); i++) {
            Adc *s = adc_cdr_source(c, i);

            s->fresh = false;
            reg_set(s, SR, EOC, 0);
        }
        if (counts) {
            c->item = (c->item + adc_cdr_items(c)) % adc_team_size(c);
        }
        adc_sync(c);
        adc_update_all(c);
    }
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
            periph_mistake(p, ADC005, "MULTI changed from one multi mode to another");
        }
        if (adc_multi(c) && !adc_mode(c)) {
            periph_mistake(p, ADC006, "MULTI = 0x%x is reserved: the converters work alone", adc_multi(c));
        }
    }
    if (!(was & R_CCR_DMA_MASK) != !adc_cdr_dma(c)) {
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
    [R_CDR] = { .read = cdr_read, .was_read = cdr_was_read },
};

/* ---- Inputs and outputs ---- */

static void vref_input(void *opaque, int n, int mv)
{
    AdcCommon *c = opaque;

    if (mv > 0 && mv != c->vref) {
        adc_settle(c);
        c->vref = mv;
        adc_update_all(c);
    }
}

static int64_t adc_common_holds(Periph *p)
{
    return adc_holds(ADC_COMMON(p));
}

static void adc_common_update(Periph *p)
{
    adc_update_wanted(ADC_COMMON(p));
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
    adc_trigger_init(c);
    qdev_init_gpio_in_named(DEVICE(p), vref_input, "vref", 1);
    object_property_add(OBJECT(p), "temperature", "int", get_number, set_number, NULL, NULL);
    object_property_add(OBJECT(p), "vbat", "int", get_number, set_number, NULL, NULL);
    adc_notice_init(c);
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
    .update = adc_common_update, .holds = adc_common_holds,
};
DEFINE_PERIPH("stm32f4-adc-common", AdcCommon, adc_common)
