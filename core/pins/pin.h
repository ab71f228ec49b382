/*
 * Pins are nets.
 *
 * A Pin is a leg of the chip, a QOM child of its port (/machine/soc/gpiod/pd12).  Several parties
 * drive it: the chip (a port's output bit, or a peripheral's Signal chosen as alternate function),
 * its pull resistor, parts of the board, people and tests (its QOM property `drive` or `mv`).
 * Jumpers join pins to one net.  Strong beats pull beats nothing; strong against strong is
 * reported.
 *
 * A square wave is one drive, not an event an edge: a PWM or clock output costs nothing until
 * somebody listens to its edges.  So is the picture of a frame, its bits one after the other:
 * controllers hand frames on whole (frames.h), and draw them for those who look at the pin itself.
 *
 * While the machine is paused listeners are told nothing; when it goes on they are told what is
 * different then.  So a snapshot can be loaded pin by pin, and nobody sees an edge that is none.
 *
 * QOM properties of a pin: `level` (bool, read), `drive` ("0", "1", "z", "short-0", "short-1"), `mv`
 * (millivolts, set by the outside world; read: what is there), `frequency` (Hz) and `duty` (percent) of what is there; and
 * those of watch.c, which say what happens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_CORE_PINS_PIN_H
#define STM32_CORE_PINS_PIN_H

#include "qom/object.h"
#include "qemu/queue.h"
#include "qemu/timer.h"
#include "migration/vmstate.h"
#include "stm32/core/pins/drive.h"

#define TYPE_PIN "stm32-pin"
OBJECT_DECLARE_SIMPLE_TYPE(Pin, PIN)

#define PIN_VDD_MV DRIVE_VDD_MV
#define PIN_FUNCTIONS 16        /* AF0..AF15 */

struct Frame;                   /* frames.h */

/* ---- Parties at a pin ---- */

/* One party that drives a pin. */
typedef struct PinDriver {
    Pin *pin;
    const char *name;           /* for reports */
    Drive drive;
    QSLIST_ENTRY(PinDriver) next;
} PinDriver;

void pin_add_driver(Pin *pin, PinDriver *driver, const char *name);
void pin_drive(PinDriver *driver, Drive drive);

/* pin_drive() with DRIVE_LEVEL(@level), which outputs do most of the time: cheap. */
void pin_drive_level(PinDriver *driver, bool level);
/* @picture, which @driver drives the pin with, or will, is @now. */
void pin_show(PinDriver *driver, Picture *picture, Picture now);

/*
 * One party that wants to know of the pin's edges.  A picture of a frame is for those who listen to
 * waves; for others its line stays at rest, or is let go.
 */
typedef struct PinListener {
    void (*changed)(void *opaque, bool level);
    void *opaque;
    bool waves;                 /* of those of a square wave or picture too: an event each */
    bool idle;                  /* nothing follows from what it is told: nobody need take pains to tell it */
    Pin *pin;
    QLIST_ENTRY(PinListener) next;
} PinListener;

/* Listen to @pin; NULL: to none.  A listener listens to one pin at a time. */
void pin_listen(PinListener *listener, Pin *pin);
/* Set `waves`. */
void pin_listen_to_waves(PinListener *listener, bool waves);
/* Set `idle`.  Who is so no more has to look at the level first. */
void pin_listen_idly(PinListener *listener, bool idle);

/*
 * One party that wants to know whenever what drives the net may have changed: a cable, a sampler.
 */
typedef struct PinFollower {
    void (*changed)(void *opaque);
    void *opaque;
    bool pictures;              /* when a new picture of a frame begins, too */
    Pin *pin;
    QLIST_ENTRY(PinFollower) next;
} PinFollower;

/* Follow @pin; NULL: none.  A follower follows one pin at a time. */
void pin_follow(PinFollower *follower, Pin *pin);

/*
 * While a listener is told of an edge: when exactly it was, and how many periods of a wave have
 * passed untold before it, because nobody could have served them.
 */
int64_t pin_edge_ns(Pin *pin);
uint64_t pin_periods_skipped(Pin *pin);
/* Tell now of the edges that are due: before something that has to come after them. */
void pin_catch_up(Pin *pin);

/* What drives it: who won. */
Drive pin_state(Pin *pin);
/* Who would have won without @driver; pictures of frames at rest. */
Drive pin_state_without(Pin *pin, const PinDriver *driver);
/* The machine runs again: tell what was not told while it was paused. */
void pin_goes_on(Pin *pin);

/* The level a Schmitt trigger sees now; a pin that nobody drives reads 0. */
bool pin_level(Pin *pin);
/* Millivolts there now. */
int pin_mv(Pin *pin);
/* What drives it and its level, with the pictures of frames at rest. */
Drive pin_plain_state(Pin *pin);
bool pin_plain_level(Pin *pin);
/* Part of the time it is high: 0..100. */
unsigned pin_duty(Pin *pin);
/* A jumper between two pins, while the machine is built. */
void pin_join(Pin *a, Pin *b);
/* The @n-th pin of the net that @pin belongs to, or NULL. */
Pin *pin_of_net(const Pin *pin, unsigned n);

/* ---- The chip's side ---- */

/*
 * An end of a peripheral that can reach pins as alternate function: "usart2.tx" is the signal `tx`
 * of the peripheral `usart2`.  Inputs leave their drive at NONE and get `changed`.
 */
typedef struct Signal {
    const char *name;
    Drive drive;
    void (*changed)(void *opaque, bool level);
    void (*heard)(void *opaque, struct Signal *from, struct Frame *frame);
    void *opaque;
    bool waves;                 /* as PinListener's */
    PinFollower *follower;      /* of the pin it is at, see signal_follow() */
    unsigned routed;            /* pins whose port has it selected */
    GPtrArray *pins;            /* pins that can select it */
    QSLIST_ENTRY(Signal) next;
} Signal;

typedef enum PinMode {          /* as GPIOx_MODER has them */
    PIN_INPUT, PIN_OUTPUT, PIN_ALTERNATE, PIN_ANALOG,
} PinMode;

/* What a port's registers say of a pin. */
typedef struct PinConfig {
    PinMode mode;
    uint8_t function;           /* 0..15, if PIN_ALTERNATE */
    uint8_t pull;               /* as GPIOx_PUPDR: 1 up, 2 down */
    bool open_drain;
    bool out;                   /* the output bit, if PIN_OUTPUT */
} PinConfig;

void pin_configure(Pin *pin, const PinConfig *config);

/* The same if nothing but @out is new. */
void pin_set_out(Pin *pin, bool out);

/* Make @signal selectable as alternate function @function of @pin, while the chip is built. */
void pin_add_function(Pin *pin, unsigned function, Signal *signal);

void signal_init(Signal *signal, const char *name);
/* For parts of the board: @signal is at @pin for good. */
void signal_solder(Signal *signal, Pin *pin);
void signal_drive(Signal *signal, Drive drive);
/* @picture, which @signal is driven with, is @now; nobody there: it costs no more than that. */
void signal_show(Signal *signal, Picture *picture, Picture now);
/*
 * The level at the pin an input is routed to, pictures at rest; @otherwise if it is routed to none.
 */
bool signal_level(const Signal *signal, bool otherwise);

/* Set `waves`. */
void signal_listen_to_waves(Signal *signal, bool waves);
/* Let @follower follow the pin that @signal is routed to, wherever that is; NULL: nobody does. */
void signal_follow(Signal *signal, PinFollower *follower);
/* The pin that @signal is routed to, or NULL. */
Pin *signal_pin(const Signal *signal);
/* What drives the pin an input is routed to, pictures at rest; NONE if it is routed to none. */
Drive signal_state(const Signal *signal);
/* Can it do more there than pull low? */
bool signal_is_push_pull(const Signal *signal);

/* The period of a square wave there, in units of 2^-32 ns; 0 if there is none. */
uint64_t signal_wave_period(const Signal *signal);

static inline bool signal_is_routed(const Signal *signal)
{
    return signal->routed;
}

/* Does somebody listen to the level of a net it is routed to, or follow what drives it? */
bool signal_is_watched(const Signal *signal);

/* Are both at one net? */
bool signal_meets(const Signal *a, const Signal *b);

/* Let all others at the nets of @from hear @frame, see frames.h: how many. */
unsigned signal_send(Signal *from, struct Frame *frame);

/* The levels of a port's pins, so that reading them all costs one load. */
typedef struct PinBank {
    uint32_t high;              /* bit n: pin n is high */
    uint32_t waves;             /* bit n: pin n changes by itself, ask it */
} PinBank;

struct Pin {
    Object parent_obj;
    const char *name;                               /* "PD12" */
    PinBank *bank;                                  /* of its port, and its bit there */
    uint32_t bit;
    struct PinNet *net;
    QSLIST_HEAD(, PinDriver) drivers;
    QLIST_HEAD(, PinListener) listeners;
    QLIST_HEAD(, PinFollower) followers;
    PinDriver chip, pull, outside;
    PinConfig config;
    GPtrArray *functions[PIN_FUNCTIONS];            /* of Signal, or NULL */
    GPtrArray *soldered;                            /* of Signal: parts of the board */
    PinListener input;                              /* for the signals selected */
    bool told, told_plain;                          /* its net's levels, for a snapshot */
    bool rail;                                      /* of a supply: nothing changes what it has */
    bool shorted;                                   /* `outside` wins against all: a fault */
    struct PinWatch *watch;                         /* watch.c; NULL: nobody does */
};

/*
 * What the outside world does to a pin, and what its listeners heard last, in a migration stream.
 */
extern const VMStateDescription vmstate_pin;

/* The properties of watch.c. */
void pin_watch_add_properties(ObjectClass *klass);

#endif
