/*
 * What starts the groups of the A/D converters (RM0090 13.6, 13.9): software, lines, and in multi
 * modes each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/adc/state.h"

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
        periph_mistake(&s->parent_obj, ADC017, "a trigger of its own is ignored: in this multi mode (MULTI) "
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

/*
 * Only edges after it is wanted count: a source that is asked first shows what it has been by now.
 */
void adc_update_wanted(AdcCommon *c)
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

void adc_trigger_init(AdcCommon *c)
{
    Periph *p = &c->parent_obj;

    for (unsigned n = 0; n < N_TRIGGERS; n++) {
        periph_add_line(p, &c->wanted[n], "ext-trig-wanted");
        periph_add_line(p, &c->jwanted[n], "jext-trig-wanted");
    }
    qdev_init_gpio_in_named(DEVICE(p), ext_input, "ext-trig", N_TRIGGERS);
    qdev_init_gpio_in_named(DEVICE(p), jext_input, "jext-trig", N_TRIGGERS);
}
