/*
 * Timers: what a snapshot has of them, see state.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/tim/state.h"

/* A stream can't make the model divide by nothing or run away. */
static bool tim_is_sane(void *opaque, int version_id)
{
    Tim *s = opaque;
    bool sane = s->psc <= UINT16_MAX && s->psc_count <= s->psc && s->rep <= UINT8_MAX &&
                s->arr <= tim_max(s) && s->burst < 32 && s->used < 1 << N_INPUTS &&
                s->at <= INT64_MAX / 2;

    for (unsigned ch = 0; ch < N_CHANNELS; ch++) {
        sane = sane && s->ccr[ch] <= tim_max(s) && s->captured[ch] < 1u << 31;
    }
    return sane;
}

static const VMStateDescription vmstate_input = {
    .name = "stm32f4-tim-input", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(level, TimInput),
        VMSTATE_BOOL(waiting, TimInput),
        VMSTATE_UINT64(due, TimInput),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_wave = {
    .name = "stm32f4-tim-wave", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(level, Wave),
        VMSTATE_INT64(rise, Wave),
        VMSTATE_UINT64(period, Wave),
        VMSTATE_UINT64(high, Wave),
        VMSTATE_END_OF_LIST()
    },
};

/* Pins are told anew of what is listened to: also of a signal from inside that nobody listens to. */
static int tim_pre_load(void *opaque)
{
    TIM(opaque)->listening = ~0u;
    return 0;
}

static bool has_internal(void *opaque, int version_id)
{
    return TIM(opaque)->internal;
}

const VMStateDescription tim_vmstate = {
    .name = "stm32f4-tim", .version_id = 2, .minimum_version_id = 2,
    .pre_load = tim_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_COUNTER(ticks, Tim),
        VMSTATE_UINT64(at, Tim),
        VMSTATE_INT64(expired, Tim),
        VMSTATE_UINT32(psc, Tim),
        VMSTATE_UINT32(arr, Tim),
        VMSTATE_UINT32_ARRAY(ccr, Tim, N_CHANNELS),
        VMSTATE_UINT32(ccer, Tim),
        VMSTATE_UINT32_ARRAY(ccmr, Tim, 2),
        VMSTATE_UINT32(psc_count, Tim),
        VMSTATE_UINT32(rep, Tim),
        VMSTATE_BOOL_ARRAY(ref, Tim, N_CHANNELS),
        VMSTATE_BOOL_ARRAY(cleared, Tim, N_CHANNELS),
        VMSTATE_BOOL(bdtr_written, Tim),
        VMSTATE_BOOL_ARRAY(brk, Tim, 1),
        VMSTATE_BOOL(trgi, Tim),
        VMSTATE_BOOL(gate, Tim),
        VMSTATE_BOOL(trgo_level, Tim),
        VMSTATE_BOOL(trgo_wanted, Tim),
        VMSTATE_BOOL_ARRAY(oc_wanted, Tim, N_CHANNELS),
        VMSTATE_BOOL_ARRAY(itr_level, Tim, 4),
        VMSTATE_BOOL(rtc_wakeup, Tim),
        VMSTATE_UINT32(dma, Tim),
        VMSTATE_UINT32(burst, Tim),
        VMSTATE_BOOL(burst_accessed, Tim),
        VMSTATE_STRUCT_ARRAY(input, Tim, N_INPUTS, 1, vmstate_input, TimInput),
        VMSTATE_BOOL_ARRAY(pin_level, Tim, N_INPUTS),
        VMSTATE_BOOL(internal_level, Tim),
        VMSTATE_UINT32_ARRAY(captured, Tim, N_CHANNELS),
        VMSTATE_UINT32(etr_count, Tim),
        VMSTATE_UINT32(used, Tim),
        VMSTATE_UINT32(selected, Tim),
        VMSTATE_BOOL(xored, Tim),
        VMSTATE_STRUCT_ARRAY(out, Tim, N_CHANNELS, 1, vmstate_wave, Wave),
        VMSTATE_STRUCT_ARRAY(outn, Tim, N_CHANNELS - 1, 1, vmstate_wave, Wave),
        VMSTATE_VALIDATE("the counter", tim_is_sane),
        VMSTATE_STRUCT_POINTER_TEST(internal, Tim, has_internal, vmstate_pin, Pin),
        VMSTATE_PERIPH(Tim),
        VMSTATE_END_OF_LIST()
    },
};
