/*
 * What the parts of the A/D converters share.  From the bottom:
 *
 *   settings.c what the registers ask for
 *   result.c   from volts to what is in the data register; the analog watchdog
 *   sequence.c the groups: what begins when, and what the end of a conversion causes
 *   row.c      many conversions at once, for the DMA
 *   time.c     brings all three to now
 *   notice.c   what others notice: interrupts, DMA requests, and when to look again
 *   trigger.c  what starts them
 *   common.c   the common registers, the device of that
 *   adc.c      registers, pins and lines of one converter
 *
 * Each calls only those above it in this list.
 *
 * Time is counted in ticks of PCLK2 by one counter for all three, for they can work in step.  What
 * has to happen by now is done when somebody looks; a timer runs only if somebody can notice.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_ADC_STATE_H
#define STM32_PERIPHERALS_ADC_STATE_H

#include "qemu/timer.h"
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/missed.h"
#include "stm32/core/run.h"

#define REGS "stm32/regs/adc.h"
#define reg_rows adc_rows
#include "stm32/core/regs.h"
#undef REGS
#undef reg_rows
#define REGS "stm32/regs/adc_common.h"
#define reg_rows adc_common_rows
#include "stm32/core/regs.h"
#undef REGS
#undef reg_rows

#define N_ADCS 3
#define N_PIN_CHANNELS 16
#define N_CHANNELS 19
#define N_TRIGGERS 16
#define ADC_MAX_SEQUENCE 16
enum { CHANNEL_TEMPERATURE = 16, CHANNEL_VREFINT, CHANNEL_VBAT };
/* CCR.DMA */
enum { CDR_NO_DMA, CDR_HALFWORDS, CDR_PAIRS, CDR_BYTES };

typedef enum AdcGroup {
    ADC_NOTHING, ADC_REGULAR, ADC_INJECTED,
} AdcGroup;

typedef struct AdcCommon AdcCommon;

typedef struct AdcInput {           /* a channel that is a pin */
    Pin *pin;
    PinFollower follower;
    Drive drive;                    /* since it changed last */
    AdcCommon *common;
} AdcInput;

typedef struct Adc {
    Periph parent_obj;
    uint8_t number;                 /* properties: 1 to 3; */
    bool errata;                    /* ... what ES0182 says */
    AdcCommon *common;              /* link */
    AdcInput input[N_PIN_CHANNELS];
    Line irq, dma;
    /* the conversion under way: of which group, from tick to tick */
    uint32_t busy;                  /* AdcGroup */
    uint64_t begun, end;
    bool held;                      /* it has been sampled, and this is what came out */
    uint32_t sample;
    /*
     * the groups: started and not through; the conversion under way or next; how many until a pause
     */
    bool regular, injected;
    bool by_software[3];            /* an AdcGroup has been started by it */
    uint32_t rank, left, jrank, jleft;
    uint32_t owed;                  /* triggers that a late host has missed */
    bool fresh;                     /* DR has not been read, and that matters */
    int64_t fresh_ns;               /* since when, as the host had time for it; */
    uint32_t strikes;               /* ... how often it has been waited for since */
    bool dma_done;                  /* DDS = 0, and the DMA has taken the last item */
    uint32_t unnoticed;             /* results that the DMA will take with nobody the wiser */
    uint64_t stable;                /* from this tick on, after ADON */
    unsigned longest;               /* sequence since the reset, and were there any of which all can be read; in no snapshot */
    bool kept;
    bool has_started;               /* a conversion, since the reset; in no snapshot */
    /* row.c: what a run that is planned would do */
    Runner runner;
    const Lane *lane;
    uint64_t row[ADC_MAX_SEQUENCE], row_ticks;
    unsigned row_length;
    Missed missed;                  /* of SR: ends of what triggers have started; in no snapshot */
} Adc;

#define ADC(obj) ((Adc *)(obj))

struct AdcCommon {
    Periph parent_obj;
    Adc *adc[N_ADCS];
    uint32_t vref, vbat;            /* mV */
    int32_t temperature;            /* thousandths of a degree */
    Line wanted[N_TRIGGERS], jwanted[N_TRIGGERS];
    uint32_t level, jlevel;         /* of the trigger inputs; */
    uint32_t heard, jheard;         /* ... those whose edges count */
    Counter ticks;
    uint64_t seen;                  /* what it was when last looked at, */
    int64_t seen_ns;                /* ... and that virtual time */
    int64_t expired;                /* when the timer did */
    QEMUTimer *timer;
    bool busy;
    /* multi modes */
    uint32_t turn, jturn;           /* interleaved, alternate: who is next, */
    uint64_t turn_at;               /* not before this tick */
    uint32_t item;                  /* whose data is next in CDR */
    bool dma_done;
};

#define ADC_COMMON(obj) ((AdcCommon *)(obj))

/* ---- Registers ---- */


static inline bool adc_has_clock(const Adc *s)
{
    return clock_is_enabled(s->parent_obj.clk) && !s->parent_obj.held;
}

static inline bool adc_is_on(const Adc *s)
{
    return reg_get(s, CR2, ADON) && adc_has_clock(s);
}

/* Ticks of PCLK2 for one of ADCCLK. */
static inline unsigned adc_prescaler(const AdcCommon *c)
{
    return 2 * (1 + reg_get(c, CCR, ADCPRE));
}

/* ---- settings.c ---- */

/* Is it an error not to read DR in time? */
bool adc_minds_overrun(const Adc *s);
unsigned adc_regular_length(const Adc *s);
unsigned adc_regular_channel(const Adc *s, unsigned rank);
unsigned adc_injected_length(const Adc *s);
unsigned adc_injected_channel(const Adc *s, unsigned rank);
/* Ticks of a conversion. */
uint64_t adc_conversion_ticks(const Adc *s, unsigned channel);
unsigned adc_sampling_cycles(const Adc *s, unsigned channel);

/* Modes: CCR.MULTI, as bits for what each of its 16 ways to work together is. */
enum {
    SIMULTANEOUS = 1, INTERLEAVED = 2, INJECTED_SIMULTANEOUS = 4, ALTERNATE = 8,
};
extern const uint8_t adc_modes[16];

static inline unsigned adc_multi(const AdcCommon *c)
{
    return reg_get(c, CCR, MULTI);
}

static inline unsigned adc_mode(const AdcCommon *c)
{
    return adc_modes[adc_multi(c) & 15];
}

/* Converters that work together: 1, 2 or 3. */
static inline unsigned adc_team_size(const AdcCommon *c)
{
    return !adc_mode(c) ? 1 : adc_multi(c) & 16 ? 3 : 2;
}

static inline bool adc_is_in_team(const Adc *s)
{
    unsigned size = adc_team_size(s->common);

    return size > 1 && s->number <= size;
}

static inline bool adc_is_simultaneous(const AdcCommon *c)
{
    return adc_mode(c) & SIMULTANEOUS;
}

static inline bool adc_is_interleaved(const AdcCommon *c)
{
    return adc_mode(c) & INTERLEAVED;
}

static inline bool adc_is_injected_simultaneous(const AdcCommon *c)
{
    return adc_mode(c) & INJECTED_SIMULTANEOUS;
}

static inline bool adc_is_alternate(const AdcCommon *c)
{
    return adc_mode(c) & ALTERNATE;
}

/* Regular and injected conversions of the team are combined. */
static inline bool adc_is_combined(const AdcCommon *c)
{
    return adc_is_simultaneous(c) && adc_mode(c) & (INJECTED_SIMULTANEOUS | ALTERNATE);
}

/* Does the team give its regular data by CDR to the DMA? */
static inline bool adc_uses_cdr_dma(const Adc *s)
{
    return reg_get(s->common, CCR, DMA) &&
           adc_mode(s->common) & (SIMULTANEOUS | INTERLEAVED) && adc_is_in_team(s);
}

/*
 * What CCR.DMA says, and of the data that CDR shows: whose is the @n-th, how many, is all there for
 * the DMA?
 */
unsigned adc_cdr_dma(const AdcCommon *c);
Adc *adc_cdr_source(const AdcCommon *c, unsigned n);
unsigned adc_cdr_items(const AdcCommon *c);
bool adc_cdr_is_ready(const AdcCommon *c);

/* ---- result.c ---- */

/* What the converter makes of @channel at that time: 12 bits. */
uint32_t adc_sample(Adc *s, unsigned channel, int64_t ns);
/* As it is in DR, or in a JDR. */
uint32_t adc_regular_data(const Adc *s, uint32_t sample);
uint32_t adc_injected_data(const Adc *s, uint32_t sample, unsigned offset);
void adc_watch(Adc *s, AdcGroup group, unsigned channel, uint32_t sample);
/* May the watchdog raise its flag, as things are now? */
bool adc_watchdog_may_bark(Adc *s);
void adc_check_channel(Adc *s, unsigned channel);
/* Does what the channel measures depend on the time? */
bool adc_channel_moves(const Adc *s, unsigned channel);

/* ---- sequence.c ---- */

/* A trigger of a group, by software or not. */
void adc_start_regular(Adc *s, uint64_t tick, bool by_software);
void adc_start_injected(Adc *s, uint64_t tick, bool by_software);
/* The conversion under way is through. */
void adc_finish(Adc *s);
/* What it has sampled by now does not change any more. */
void adc_hold(Adc *s);
/* If nothing is under way, begin what is next. */
void adc_go_on(Adc *s, uint64_t tick);
/* Give up the conversion under way; the group it is of goes on later. */
void adc_interrupt(Adc *s, uint64_t tick);
/* A group is not to go on. */
void adc_give_up(Adc *s, AdcGroup group, uint64_t tick);
/* A group's sequence has been changed. */
void adc_restart(Adc *s, AdcGroup group, uint64_t tick);
void adc_stop(Adc *s);
/* ---- row.c ---- */

/* Does it convert regular channels for ever, with nothing in between and no other to wait for? */
bool adc_goes_on_alone(const Adc *s);

/*
 * The data of conversions that have ended by adc_look(), as if each had been read at once: how
 * many.
 */
unsigned adc_take_row(Adc *s, uint32_t *data, unsigned max);
/*
 * When @more conversions after the one under way have ended too; if that can't be told, when that
 * has.
 */
uint64_t adc_row_end(Adc *s, unsigned more);

/* Of the conversions of its sequence. */
uint64_t adc_shortest_ticks(const Adc *s);
void adc_run_init(Adc *s);

/* ---- time.c ---- */

#define ADC_HELD_NS 5000000     /* a late host's reader is waited for twice as long */

/* Bring all to now. */
void adc_sync(AdcCommon *c);
/* After that: until when will it have nothing to do?  Virtual ns. */
int64_t adc_holds(const AdcCommon *c);
/* The same, before what they measure changes. */
void adc_settle(AdcCommon *c);
/*
 * Look at the clock, though nothing may be due: a host that is late is not waited for any longer.
 */
void adc_look(AdcCommon *c);
/* Is its end put off, because the data before has not been read? */
bool adc_waits_for_reader(const Adc *s);
/* adc_sync() has been called: the tick that it is now. */
static inline uint64_t adc_tick(AdcCommon *c)
{
    return counter_now(&c->ticks);
}

/* ---- notice.c ---- */

void adc_notice_init(AdcCommon *c);
/* Lines of all three, and the timer. */
void adc_update_all(AdcCommon *c);

/* ---- trigger.c ---- */

void adc_trigger_init(AdcCommon *c);
/* A trigger, for those whom it concerns in this mode. */
void adc_trigger(Adc *s, AdcGroup group, bool by_software);
/* Say which triggers are waited for. */
void adc_update_wanted(AdcCommon *c);

/* ---- common.c ---- */

void adc_clock_changed(AdcCommon *c, ClockEvent event);

#endif
