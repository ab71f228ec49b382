/*
 * What the parts of the timer model share.  From the bottom:
 *
 *   period.c   how far it is to what happens next
 *   chain.c    who is whose trigger, and when that comes
 *   events.c   what others notice: interrupts, DMA requests, TRGO
 *   output.c   compare outputs: what a pin does from now on, dead time, break
 *   capture.c  input capture
 *   counter.c  the counter: from one event to the next
 *   slave.c    what a trigger that comes in does
 *   input.c    edges that come in: filters, encoder, ETR
 *   sync.c     brings a timer to now, and tells those that it triggers
 *   plan.c     when to look again
 *   pins.c     who listens to which pin or clock
 *   bits.c     which bits there are; migrate.c: snapshots; care.c: outputs that nobody sees
 *   tim.c      registers, the device
 *
 * Time is counted in ticks of CK_INT.  The state is that of tick `at`; tim_sync() brings it to now,
 * from event to event, whole periods at once if nobody looks at them.  Then tim_plan() says when to
 * look again: if nothing can be noticed, never.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_PERIPHERALS_TIM_STATE_H
#define STM32_PERIPHERALS_TIM_STATE_H

#define REGS "stm32/regs/tim.h"     /* needs qemu/osdep.h before */
#include "stm32/core/periph.h"
#include "stm32/core/counter.h"
#include "stm32/core/missed.h"

#define TYPE_TIM "stm32f4-tim"

#define N_CHANNELS 4
#define N_ITR 4
#define NEVER UINT64_MAX
#define MIN_EVENT_NS 200        /* no events more often than this, but for interrupts */

/* CCMRx.OCxM */
enum { OC_FROZEN, OC_ACTIVE, OC_INACTIVE, OC_TOGGLE, OC_FORCE_LOW, OC_FORCE_HIGH, OC_PWM1,
       OC_PWM2 };
/* SMCR.SMS */
enum { SMS_OFF, SMS_ENCODER1, SMS_ENCODER2, SMS_ENCODER3, SMS_RESET, SMS_GATED, SMS_TRIGGER,
       SMS_CLOCK };
/* SMCR.TS from 4 on; below, ITRn */
enum { TS_TI1F_ED = 4, TS_TI1FP1, TS_TI2FP2, TS_ETRF };
/* CR2.MMS; from 4 on, OCxREF */
enum { MMS_RESET, MMS_ENABLE, MMS_UPDATE, MMS_COMPARE, MMS_OC1REF };
/* CCMRx.CCxS */
enum { CCS_OUTPUT, CCS_DIRECT, CCS_OTHER, CCS_TRC };

enum { INPUT_ETR = N_CHANNELS, N_INPUTS };
enum { DMA_UP, DMA_CH1, DMA_TRIG = DMA_CH1 + N_CHANNELS, DMA_COM, N_DMA };
enum { IRQ_ALL, IRQ_BRK = IRQ_ALL, IRQ_UP, IRQ_TRG_COM, IRQ_CC, N_IRQ };

/* What becomes of a level from now on: it stays, or it is a square wave.  In ticks. */
typedef struct Wave {
    bool level;                 /* without a period */
    int64_t rise;
    uint64_t period, high;
} Wave;

/* An input after its multiplexer: a filter, and what came out of it. */
typedef struct TimInput {
    bool level;                 /* behind the filter */
    bool waiting;               /* for the filter: the other level, at ... */
    uint64_t due;               /* ... this tick */
} TimInput;

/* What TRGO has done, for the timers that listen. */
typedef enum TimTold { TIM_PULSES, TIM_LEVEL } TimTold;

typedef struct TimNote {
    uint64_t at;                /* tick */
    TimTold what;
    uint64_t value;             /* so many, or what it is */
} TimNote;

typedef struct Tim {
    Periph parent_obj;
    /* the instance */
    uint8_t channels, bits, remap;
    bool advanced;
    struct Tim *itr[N_ITR];
    GPtrArray *slaves;          /* timers that have this one as an ITR */
    Pin *internal;              /* TI1 or TI4 from a clock */
    PinDriver internal_driver;
    PinListener internal_listener;
    Clock *source[2];
    /* time */
    Counter ticks;
    uint64_t at;
    QEMUTimer *timer;
    int64_t expired;            /* last, virtual ns */
    bool busy, pulling, planning;
    uint32_t arr_pc;            /* not in a snapshot: what has written ARR below CNT, or 0 */
    /* what the registers were when they were last taken over: shadow and preloaded */
    uint32_t psc, arr, ccr[N_CHANNELS];
    uint32_t ccer, ccmr[2];
    uint32_t psc_count, rep;
    bool ref[N_CHANNELS];       /* OCxREF ... */
    bool cleared[N_CHANNELS];   /* ... and ETRF keeps it low */
    uint32_t been_on;           /* what CCER has had set since the reset; for a report, in no snapshot, as ... */
    uint32_t been_moved;        /* ... channels that have had another mode than frozen, 1 << n */
    bool bdtr_written;          /* LOCK is what it is */
    bool brk[1];                /* level of the break from CSS */
    /* triggers */
    bool trgi, gate, trgo_level, trgo_wanted, oc_wanted[N_CHANNELS];
    bool itr_level[4], rtc_wakeup;
    unsigned depth;             /* of triggers that cause triggers */
    bool choosing;              /* its master: what that has done by now is not for it */
    TimNote note[16];           /* not told yet: within one event */
    uint32_t n_notes;
    uint64_t clocks;            /* from outside, not counted yet: within one event */
    Missed missed;              /* of SR */
    /* DMA */
    uint32_t dma;               /* requests, 1 << DMA_x */
    uint32_t burst;             /* accesses to DMAR in this burst */
    bool burst_accessed;
    /* pins */
    TimInput input[N_INPUTS];
    bool pin_level[N_INPUTS], internal_level;
    uint32_t captured[N_CHANNELS], etr_count;   /* edges, for the prescalers */
    uint32_t used;              /* inputs somebody listens to, 1 << n; */
    uint32_t selected;          /* ... where TI1 or TI4 comes from, */
    bool xored;                 /* ... and TI1S, as they were then */
    uint32_t listening;         /* what of this the pins know */
    Signal ch[N_CHANNELS], chn[N_CHANNELS - 1], etr, bkin;
    Wave out[N_CHANNELS], outn[N_CHANNELS - 1];
    uint64_t drawn_period;      /* of CK_INT, when the waves were drawn */
    Line irq[N_IRQ], dma_line[N_DMA], trgo, oc[N_CHANNELS];
} Tim;

#define TIM(obj) ((Tim *)(obj))

/* ---- What an instance has ---- */

static inline bool tim_is_general(const Tim *s)  { return s->channels == 4; }
static inline bool tim_is_basic(const Tim *s)    { return s->channels == 0; }
static inline bool tim_has_slave(const Tim *s)   { return s->channels >= 2; }
static inline uint32_t tim_max(const Tim *s)     { return MAKE_64BIT_MASK(0, s->bits); }

/* ---- Registers ---- */


static inline unsigned tim_sms(const Tim *s)
{
    return reg_get(s, SMCR, SMS);
}

static inline unsigned tim_ts(const Tim *s)
{
    return reg_get(s, SMCR, TS);
}

static inline bool tim_is_encoder(const Tim *s)
{
    return tim_sms(s) >= SMS_ENCODER1 && tim_sms(s) <= SMS_ENCODER3;
}

static inline bool tim_is_centred(const Tim *s) { return reg_get(s, CR1, CMS); }

/* Does the next update event stop it?  There is none with UDIS. */
static inline bool tim_is_one_pulse(const Tim *s)
{
    return reg_get(s, CR1, OPM) && !reg_get(s, CR1, UDIS);
}

/* A channel's byte of CCMR and its four bits of CCER, as they act. */
static inline unsigned tim_ccmr(const Tim *s, unsigned ch)
{
    return extract32(s->ccmr[ch / 2], ch % 2 * 8, 8);
}

static inline unsigned tim_ccs(const Tim *s, unsigned ch)  { return tim_ccmr(s, ch) & 3; }
static inline unsigned tim_ocm(const Tim *s, unsigned ch)  { return tim_ccmr(s, ch) >> 4 & 7; }
#define CCMR_OCPE 0x08
#define CCMR_OCCE 0x80

static inline unsigned tim_ccer(const Tim *s, unsigned ch) { return extract32(s->ccer, ch * 4, 4); }
#define CCER_E 1
#define CCER_P 2
#define CCER_NE 4
#define CCER_NP 8

/* The pin of an input. */
static inline Signal *tim_pin_of(Tim *s, unsigned input)
{
    return input == INPUT_ETR ? &s->etr : &s->ch[input];
}

static inline bool tim_wants_dma(const Tim *s, unsigned dma)
{
    return s->parent_obj.regs[R_DIER] & (R_DIER_UDE_MASK << dma);
}

/* ---- period.c ---- */

bool tim_is_down(const Tim *s);
/* Does it count CK_INT now, by itself? */
bool tim_is_internal(const Tim *s);
/* A counter beyond ARR runs on to its last value, and over it to 0. */
bool tim_is_beyond(const Tim *s);
/* Will the next update event change how it counts? */
bool tim_has_pending(const Tim *s);
/* ... in nothing but what it is compared with, at the end of this period? */
bool tim_knows_next(const Tim *s);
/* Clocks until CCxIF of an output is set; if that is known already, with what it is compared with next. */
uint64_t tim_clocks_to_flag(const Tim *s, unsigned ch);
/* Steps of the prescaler until a number of clocks of the counter have passed. */
uint64_t tim_steps(const Tim *s, uint64_t clocks);
/*
 * Clocks of a period, and until the counter is at the end, at a channel's value, at an update
 * event.
 */
uint64_t tim_period_clocks(const Tim *s);
uint64_t tim_clocks_to_end(const Tim *s);
uint64_t tim_clocks_to_match(const Tim *s, unsigned ch);
uint64_t tim_clocks_to_update(const Tim *s);
/* Until OCxREF changes: clocks of the counter, and steps. */
uint64_t tim_clocks_to_change(const Tim *s, unsigned ch);
uint64_t tim_output_change(const Tim *s, unsigned ch);

/* ---- chain.c ---- */

/* Does something else than SMS listen to TRGI? */
bool tim_uses_trc(const Tim *s);
/* CR2.MMS, of one that has it. */
unsigned tim_mms(const Tim *s);
/* The timer that is this one's selected trigger, and the one that clocks it; NULL if none does. */
Tim *tim_master(const Tim *s);
Tim *tim_slave_clock(const Tim *s);
/* Is every single event of TRGO to be told? */
bool tim_trgo_is_wanted(const Tim *s);
/* Steps of a timer until its next TRGO, and between that and the ones after it. */
uint64_t tim_trgo_steps(const Tim *s, uint64_t *then);
/* Virtual ns at which @n steps will have passed. */
int64_t tim_when(const Tim *s, uint64_t n);
void tim_slave_connect(Tim *s);

/* ---- events.c ---- */

/* Set flags of SR, and what they ask for: a DMA request if DIER wants it. */
void tim_event(Tim *s, uint32_t flags);
/* @n events of one flag, at least one: those that find it set are no interrupts of their own. */
void tim_events(Tim *s, uint32_t flag, uint64_t n);
void tim_request(Tim *s, unsigned dma);
void tim_update_lines(Tim *s);
/* TRGO: something has happened that MMS may select. */
void tim_trgo_pulses(Tim *s, unsigned mms, uint64_t count);
void tim_trgo_refresh(Tim *s);

/* ---- output.c ---- */

void tim_output_event(Tim *s, unsigned ch);     /* the counter is at the channel's value */
void tim_output_refresh(Tim *s);                /* OCxREF anew, after any change */
/* Drive the pins; the steps after which that has to be done again. */
uint64_t tim_output_drive(Tim *s);
void tim_break_check(Tim *s);
bool tim_break_is_active(const Tim *s);

/* ---- capture.c ---- */

void tim_capture(Tim *s, unsigned ch);
void tim_capture_trc(Tim *s);
/* An edge of input @ti, before which @skipped periods have gone unseen. */
void tim_capture_edge(Tim *s, unsigned ti, bool level, uint64_t skipped);

/* ---- counter.c ---- */

/*
 * Count up to @n steps of the prescaler, to the next event; how many are left.  @internal: of
 * CK_INT.
 */
uint64_t tim_advance(Tim *s, uint64_t n, bool internal);
/* Counter and prescaler start anew: UG, or a slave's reset. */
void tim_restart(Tim *s, bool by_software);
void tim_load_shadows(Tim *s);

/* ---- slave.c ---- */

/* Take over CCMR and CCER; those bits that CCPC preloads only at a COM event. */
void tim_load_channels(Tim *s, bool com);
void tim_commute(Tim *s);                       /* COM */
/* TIF, and its DMA request. */
void tim_trigger_flag(Tim *s);
/* TRGI is @level; as a pulse, @count of them. */
void tim_trigger(Tim *s, bool level);
void tim_trigger_pulses(Tim *s, uint64_t count);

/* ---- input.c ---- */

/* Let the pins tell of edges that are due. */
void tim_input_catch_up(Tim *s);
/* The tick at which a filter lets something through; how many ticks it takes. */
uint64_t tim_input_due(const Tim *s);
uint64_t tim_filter_ticks(const Tim *s, unsigned input);
/* Has one let something through by @tick?  Then that is done. */
bool tim_input_settle(Tim *s, uint64_t tick);
void tim_filtered_edge(Tim *s, unsigned input, bool level, uint64_t skipped);
/* TI1FP1, TI2FP2: behind the polarity. */
bool tim_input_fp(const Tim *s, unsigned ti);

/* ---- sync.c ---- */

/* Bring the state to now, or to a time before it. */
void tim_sync(Tim *s);
void tim_sync_to(Tim *s, int64_t ns);
/* An event is over: count the clocks that it was, and tell other timers what has come of it. */
void tim_run(Tim *s);
/* `choosing`: what TRGI is, or whether anybody wants it, has changed. */
void tim_slave_select(Tim *s);
void tim_slave_init(Tim *s);

/* ---- plan.c ---- */

/* Say when to look again, and draw what the pins do until then. */
void tim_plan(Tim *s);
/* Does nobody notice what it does but the program, by registers and interrupts, and a DMA? */
bool tim_is_alone(const Tim *s);
/* Until when the flags of SR stay as they are, virtual ns: see RegOps.holds. */
int64_t tim_flags_hold(const Tim *s);
/* Make the lines of DMA requests that this timer has. */
void tim_dma_init(Tim *s);

/* ---- pins.c ---- */

void tim_input_init(Tim *s);
void tim_input_realize(Tim *s, Error **errp);
void tim_input_select(Tim *s);                  /* after registers have changed */
bool tim_is_inside(const Tim *s, unsigned input);       /* does it come from a clock, or the RTC, not from a pin? */

/* ---- bits.c ---- */

/* The bits of register @n that are there. */
uint32_t tim_present_bits(const Tim *s, unsigned n);
/* Of what has been written keep what is there. */
void tim_drop_absent(Periph *p, unsigned n, uint32_t data);
/* BDTR.LOCK; put the @locked bits back. */
unsigned tim_lock_level(const Tim *s);
void tim_keep_locked(Periph *p, unsigned n, uint32_t was, uint32_t locked);
/* A byte for each channel that is an output, of CCMR; four bits, of CCER. */
uint32_t tim_output_mask(const Tim *s, unsigned first, unsigned count, unsigned width);

/* ---- migrate.c ---- */

extern const VMStateDescription tim_vmstate;

/* ---- care.c ---- */

/* It begins to count, or outputs are enabled. */
void tim_care(Tim *s);

#endif
