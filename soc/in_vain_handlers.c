/*
 * Waiting for a handler that does not come while others do, see in_vain_handlers.h: SysTick's nearly always runs.
 *
 * What handlers have to do with a variable is read off their code (core/code/refs.h).  It is told only if none of those that
 * may come has anything to do with what the loop reads, and one that can't come has: its interrupt is not enabled, in the NVIC or
 * where it comes from (asks.c).  And those that may neither enable, start nor pend that one, nor does a kernel switch threads.
 * The tick of ST's HAL is known by name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "target/arm/cpu.h"
#include "stm32/core/code/refs.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/symbols.h"
#include "stm32/soc/asks.h"
#include "stm32/soc/in_vain_handlers.h"
#include "stm32/soc/tables.h"

#define LONG_NS (2000 * SCALE_MS)
#define LOOK_NS (10 * SCALE_MS)
#define PENDSV_EXCEPTION 14
#define NVIC_FIRST 0xe000e100       /* PM0214 4.3: ISER to ICPR, and STIR */
#define NVIC_LAST 0xe000e2ff
#define STIR 0xe000ef00
#define CONTROL_SPSEL 2             /* PM0214 2.1.3: it is a thread with a stack of its own */

static struct {
    uint32_t variable;
    int64_t since;                  /* in vain without a break, as far as has been looked */
    int64_t looked;                 /* not again at once, it takes a while */
} vain;

static const CodeRefs *handler(NVICState *s, unsigned exception)
{
    uint32_t entry;

    return guest_read_word(s->cpu->env.v7m.vecbase[M_REG_NS] + 4 * exception, &entry) ? code_refs(entry) : NULL;
}

static bool may_come(Stm32f407Soc *soc, NVICState *s, unsigned exception)
{
    const VecInfo *vec = &s->vectors[exception];
    g_autofree char *why = NULL;

    if (exception == SYSTICK_EXCEPTION || vec->pending || vec->active || vec->level) {
        return true;
    }
    why = asks_not(soc, exception - FIRST_INTERRUPT);
    return !why;
}

static bool reads_one(const CodeRefs *refs, const uint32_t *read, unsigned reads)
{
    for (unsigned i = 0; i < reads; i++) {
        if (code_refs_may_have(refs, read[i])) {
            return true;
        }
    }
    return false;
}

static bool drives_nvic(const CodeRefs *refs)
{
    for (unsigned i = 0; i < refs->addresses->len; i++) {
        uint32_t at = g_array_index(refs->addresses, uint32_t, i);

        if ((at >= NVIC_FIRST && at <= NVIC_LAST) || at == STIR) {
            return true;
        }
    }
    return false;
}

/* Do both have to do with one variable, by which one might bring the other to run? */
static bool share(const CodeRefs *a, const CodeRefs *b)
{
    for (unsigned i = 0; i < b->addresses->len; i++) {
        uint32_t at = g_array_index(b->addresses, uint32_t, i), base;

        if (symbols_object(at, &base) && code_refs_has(a, at)) {
            return true;
        }
    }
    return false;
}

/* May a handler that comes make @exception come, or change what is @read? */
static bool is_helped(Stm32f407Soc *soc, NVICState *s, unsigned exception, const CodeRefs *its,
                      bool (*gets_in)(NVICState *nvic, unsigned exception))
{
    for (unsigned n = SYSTICK_EXCEPTION; n < s->num_irq; n++) {
        const CodeRefs *other = gets_in(s, n) && may_come(soc, s, n) ? handler(s, n) : NULL;

        if (other && (asks_by(soc, exception - FIRST_INTERRUPT, other->addresses) ||
                      (other->stores_anywhere && share(other, its)))) {
            return true;
        }
    }
    return false;
}

/* Have those that may come nothing to do with what is @read?  In @closed, do they store nowhere that is not known? */
static bool are_strangers(Stm32f407Soc *soc, NVICState *s, const uint32_t *read, unsigned reads,
                          bool (*gets_in)(NVICState *nvic, unsigned exception), bool *closed)
{
    const CodeRefs *switches = handler(s, PENDSV_EXCEPTION);

    *closed = true;
    if (!switches || switches->stores || switches->calls_anything || s->cpu->env.v7m.control[M_REG_NS] & CONTROL_SPSEL) {
        return false;
    }
    for (unsigned n = SYSTICK_EXCEPTION; n < s->num_irq; n++) {
        if (gets_in(s, n) && may_come(soc, s, n)) {
            const CodeRefs *refs = handler(s, n);

            if (!refs || refs->calls_anything || drives_nvic(refs) || reads_one(refs, read, reads)) {
                return false;
            }
            *closed &= !refs->stores_anywhere;
        }
    }
    return true;
}

/* The interrupt whose handler has to do with one of @read, and why it can't come. */
static char *why_not(Stm32f407Soc *soc, NVICState *s, const uint32_t *read, unsigned reads,
                     bool (*gets_in)(NVICState *nvic, unsigned exception), unsigned *which)
{
    for (unsigned n = FIRST_INTERRUPT; n < s->num_irq; n++) {
        const CodeRefs *refs = handler(s, n);
        g_autofree char *why = NULL;

        *which = 0;
        while (refs && *which < reads && !code_refs_has(refs, read[*which])) {
            (*which)++;
        }
        if (!refs || *which == reads || !vector_table[n - FIRST_INTERRUPT]) {
            continue;
        }
        if (is_helped(soc, s, n, refs, gets_in) || (s->vectors[n].level && !s->vectors[n].enabled)) {
            return NULL;                /* unheard.c tells */
        }
        why = s->vectors[n].enabled ? asks_not(soc, n - FIRST_INTERRUPT) : g_strdup("the NVIC has it not enabled");
        if (why) {
            GString *text = g_string_new("the handler of ");

            in_vain_name(text, s, n);
            g_string_append_printf(text, " does not come: %s", why);
            return g_string_free(text, false);
        }
        return NULL;                    /* it does not get in */
    }
    return NULL;
}

static char *why_no_tick(const uint32_t *read, unsigned reads, unsigned *which)
{
    uint32_t entry;
    const CodeRefs *refs = symbols_find("HAL_IncTick", &entry, NULL) ? code_refs(entry) : NULL;

    for (*which = 0; refs && *which < reads; (*which)++) {
        if (code_refs_has(refs, read[*which])) {
            return g_strdup("no handler that comes calls HAL_IncTick()");
        }
    }
    return NULL;
}

char *in_vain_by_handlers(Stm32f407Soc *soc, const uint32_t *read, unsigned reads,
                          bool (*gets_in)(NVICState *nvic, unsigned exception), unsigned *which)
{
    NVICState *s = &soc->cpu.nvic;
    int64_t now = guest_now_ns();
    bool closed;
    g_autofree char *why = NULL;

    if (now >= vain.looked && now - vain.looked < LOOK_NS) {
        return NULL;
    }
    *which = 0;
    if (are_strangers(soc, s, read, reads, gets_in, &closed)) {
        why = why_not(soc, s, read, reads, gets_in, which);
        if (!why && closed) {
            why = why_no_tick(read, reads, which);
        }
    }
    if (!why || read[*which] != vain.variable || now < vain.looked || now - vain.looked > LONG_NS) {
        vain.variable = why ? read[*which] : 0;
        vain.since = now;
    }
    vain.looked = now;
    return why && now - vain.since >= LONG_NS ? g_steal_pointer(&why) : NULL;
}
