/*
 * General-purpose I/O port (RM0090 chapter 8).
 *
 * Translates its registers into the configuration of 16 pins; what happens at a pin is core/pins.
 *
 * Children `pa0` ... `pa15` (the port's letter is a property) of type Pin.
 * Properties: `port`, a letter; `moder`, `ospeedr`, `pupdr`, the reset values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "system/runstate.h"
#define REGS "stm32/regs/gpio.h"
#include "stm32/core/periph.h"

#define N_PINS 16
#define VAIN_CHANGES 8          /* of ODR, that are not meant to do nothing */
#define HALF_A_PORT 8

typedef struct Gpio {
    Periph parent_obj;
    char *port;
    uint32_t moder, ospeedr, pupdr, swd;     /* after reset */
    Pin pin[N_PINS];
    PinBank levels;
    uint32_t analog;                    /* pins in analog mode: the input buffer is off */
    uint32_t idle;                      /* pins that do not show ODR: MODER is not 1; */
    uint8_t vain[N_PINS];               /* ... how often ODR has changed for them; for a report, in no snapshot */
    bool by_bsrr;                       /* BSRR has just been written */
    uint32_t applied[R_AFRH + 1];       /* registers as the pins have them */
    bool stale;                         /* the pins know nothing yet */
    bool written;                       /* registers other than ODR have been, since */
    uint8_t lock_step;                  /* writes of the key sequence so far */
    uint16_t locked;                    /* pins */
} Gpio;

#define GPIO(obj) ((Gpio *)(obj))

/* ---- Pins ---- */

static PinConfig pin_config(const uint32_t *regs, unsigned n)
{
    return (PinConfig) {
        .mode = extract32(regs[R_MODER], 2 * n, 2),
        .function = extract32(regs[R_AFRL + n / 8], n % 8 * 4, 4),
        .pull = extract32(regs[R_PUPDR], 2 * n, 2),
        .open_drain = extract32(regs[R_OTYPER], n, 1),
        .out = extract32(regs[R_ODR], n, 1),
    };
}

/* Which pins do bits of a register with @width bits a pin belong to? */
static uint32_t pins_of(uint32_t bits, unsigned width)
{
    uint32_t pins = 0;

    for (unsigned n = 0; bits; n++, bits >>= width) {
        pins |= (bits & MAKE_64BIT_MASK(0, width) ? 1u : 0) << n;
    }
    return pins;
}

/* The pins that registers say something new of, beside ODR. */
static uint32_t reconfigured_pins(const uint32_t *regs, const uint32_t *old)
{
    return (regs[R_OTYPER] ^ old[R_OTYPER]) |
           pins_of(regs[R_MODER] ^ old[R_MODER], 2) | pins_of(regs[R_PUPDR] ^ old[R_PUPDR], 2) |
           pins_of(regs[R_AFRL] ^ old[R_AFRL], 4) | pins_of(regs[R_AFRH] ^ old[R_AFRH], 4) << 8;
}

/*
 * ODR has @changed also for pins that do not show it.  Drivers that take turns with a line set it before MODER.  Who has
 * outputs in the port and writes all of it, a counter or GPIO_PIN_All, does not mean the others.
 */
static void note_vain(Gpio *s, uint32_t changed)
{
    bool means_them = s->idle == 0xffff || ctpop32(changed) <= (s->by_bsrr ? HALF_A_PORT : 1);

    for (uint32_t pins = changed & s->idle; pins; pins &= pins - 1) {
        unsigned n = ctz32(pins);
        unsigned mode = extract32(s->applied[R_MODER], 2 * n, 2);

        if (!means_them) {
            s->vain[n] = 0;
        } else if (s->vain[n] < VAIN_CHANGES && ++s->vain[n] == VAIN_CHANGES) {
            periph_mistake(&s->parent_obj, GPIO004, "ODR has changed %u times for %s, which is %s (MODER)", VAIN_CHANGES,
                           s->pin[n].name, mode == PIN_INPUT ? "an input" : mode == PIN_ANALOG ? "analog"
                           : "another peripheral's");
        }
    }
}

/* ODR is written a million times for once that a pin is configured. */
static void apply_odr(Gpio *s, uint32_t odr)
{
    uint32_t changed = odr ^ s->applied[R_ODR];

    s->applied[R_ODR] = odr;
    if (unlikely(changed & s->idle)) {
        note_vain(s, changed);
    }
    for (; changed; changed &= changed - 1) {
        unsigned n = ctz32(changed);

        pin_set_out(&s->pin[n], odr >> n & 1);
    }
    s->by_bsrr = false;
}

static void gpio_update(Periph *p)
{
    Gpio *s = GPIO(p);
    const uint32_t *regs = p->regs;
    uint32_t changed = s->stale ? 0xffff : s->written ? reconfigured_pins(regs, s->applied) : 0;

    s->written = false;
    if (!changed) {
        apply_odr(s, regs[R_ODR]);
        return;
    }
    changed |= regs[R_ODR] ^ s->applied[R_ODR];
    s->stale = false;
    memcpy(s->applied, regs, sizeof(s->applied));
    for (; changed; changed &= changed - 1) {
        unsigned n = ctz32(changed);
        PinConfig config = pin_config(regs, n);

        s->analog = deposit32(s->analog, n, 1, config.mode == PIN_ANALOG);
        s->idle = deposit32(s->idle, n, 1, config.mode != PIN_OUTPUT);
        s->vain[n] = 0;
        pin_configure(&s->pin[n], &config);
    }
}

static uint32_t idr_read(Periph *p, unsigned n)
{
    Gpio *s = GPIO(p);
    uint32_t levels = s->levels.high;

    for (uint32_t waves = s->levels.waves; waves; waves &= waves - 1) {
        unsigned pin = ctz32(waves);

        levels = deposit32(levels, pin, 1, pin_level(&s->pin[pin]));
    }
    return levels & ~s->analog;
}

/* Levels change by events, but those of a square wave follow from the time. */
static int64_t idr_holds(Periph *p, unsigned n)
{
    return GPIO(p)->levels.waves ? 0 : INT64_MAX;
}

static void bsrr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[R_ODR] = (p->regs[R_ODR] & ~(data >> 16)) | (data & 0xffff);
    GPIO(p)->by_bsrr = true;
}

/* ---- Lock: write 1-0-1 to LCKK with the same pins, then read; frozen until reset (RM0090 8.4.8) ---- */

static void lckr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Gpio *s = GPIO(p);
    uint32_t now = p->regs[R_LCKR];
    bool key = now & R_LCKR_LCKK_MASK, same = !((now ^ was) & R_LCKR_LCK_MASK);

    if (s->locked) {
        periph_mistake(p, GPIO001, "LCKR written, but the port is locked until reset");
        p->regs[R_LCKR] = was;
        return;
    }
    if (s->lock_step && same && key == (s->lock_step == 2)) {
        s->lock_step++;
    } else {
        s->lock_step = key ? 1 : 0;
    }
    if (s->lock_step == 3) {
        s->locked = now & R_LCKR_LCK_MASK;
    }
}

static uint32_t lckr_read(Periph *p, unsigned n)
{
    Gpio *s = GPIO(p);
    uint32_t key = s->lock_step == 3 ? R_LCKR_LCKK_MASK : 0;

    return (p->regs[R_LCKR] & R_LCKR_LCK_MASK) | key;
}

/* unsure: a read within the sequence ends it */
static void lckr_was_read(Periph *p, unsigned n, uint32_t value)
{
    Gpio *s = GPIO(p);

    s->lock_step = s->lock_step < 3 ? 0 : s->lock_step;
}

/* Give locked pins their bits of register @n back; it has @width bits a pin, the first is @first. */
static void keep_locked(Periph *p, unsigned n, uint32_t was, unsigned width, unsigned first)
{
    uint32_t kept = 0;

    for (unsigned pins = GPIO(p)->locked >> first, at = 0; pins && at < 32; pins >>= 1, at += width) {
        kept |= pins & 1 ? MAKE_64BIT_MASK(at, width) : 0;
    }
    if ((p->regs[n] ^ was) & kept) {
        periph_mistake(p, GPIO002, "%s written for pins that LCKR has locked: ignored", p->reg[n].name);
        p->regs[n] = (p->regs[n] & ~kept) | (was & kept);
    }
}

static void lockable_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    GPIO(p)->written = true;
    switch (n) {
    case R_OTYPER:
        keep_locked(p, n, was, 1, 0);
        break;
    case R_AFRL:
    case R_AFRH:
        keep_locked(p, n, was, 4, n == R_AFRL ? 0 : 8);
        break;
    default:
        keep_locked(p, n, was, 2, 0);
        break;
    }
}

/* Pins that a debugger has from reset on: on a board it can't connect any more. */
static void moder_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Gpio *s = GPIO(p);

    lockable_written(p, n, was, data);
    for (unsigned pin = 0; pin < N_PINS; pin++) {
        if (s->swd & 1u << pin && extract32(was, 2 * pin, 2) == 2 && extract32(p->regs[n], 2 * pin, 2) != 2) {
            periph_mistake(p, GPIO003, "MODER takes %s from the debugger (SWD)", s->pin[pin].name);
        }
    }
}

static const RegOps gpio_ops[] = {
    [R_MODER]   = { .written = moder_written },
    [R_OTYPER]  = { .written = lockable_written },
    [R_OSPEEDR] = { .written = lockable_written },
    [R_PUPDR]   = { .written = lockable_written },
    [R_IDR]     = { .read = idr_read, .holds = idr_holds },
    [R_BSRR]    = { .written = bsrr_written },
    [R_LCKR]    = { .read = lckr_read, .was_read = lckr_was_read, .written = lckr_written },
    [R_AFRL]    = { .written = lockable_written },
    [R_AFRH]    = { .written = lockable_written },
};

/* ---- The device ---- */

static void gpio_init(Periph *p)
{
    Gpio *s = GPIO(p);

    s->stale = true;
    for (unsigned n = 0; n < N_PINS; n++) {
        object_initialize(&s->pin[n], sizeof(Pin), TYPE_PIN);
        s->pin[n].bank = &s->levels;
        s->pin[n].bit = 1u << n;
    }
}

static void vm_state_changed(void *opaque, bool running, RunState state)
{
    Gpio *s = opaque;

    for (unsigned n = 0; running && n < N_PINS; n++) {
        pin_goes_on(&s->pin[n]);
    }
}

static void gpio_realize(Periph *p, Error **errp)
{
    Gpio *s = GPIO(p);

    if (!s->port || strlen(s->port) != 1) {
        error_setg(errp, "a GPIO port needs its letter as property 'port'");
        return;
    }
    for (unsigned n = 0; n < N_PINS; n++) {
        g_autofree char *child = g_strdup_printf("p%c%u", g_ascii_tolower(*s->port), n);

        s->pin[n].name = g_strdup_printf("P%c%u", g_ascii_toupper(*s->port), n);
        object_property_add_child(OBJECT(p), child, OBJECT(&s->pin[n]));
    }
    qemu_add_vm_change_state_handler(vm_state_changed, s);
}

static void gpio_reset(Periph *p, bool power_on)
{
    Gpio *s = GPIO(p);

    p->regs[R_MODER] = s->moder;
    p->regs[R_OSPEEDR] = s->ospeedr;
    p->regs[R_PUPDR] = s->pupdr;
    s->written = true;
    s->lock_step = 0;
    s->locked = 0;
}

static int gpio_pre_load(void *opaque)
{
    GPIO(opaque)->stale = true;
    return 0;
}

static const VMStateDescription gpio_vmstate = {
    .name = "stm32f4-gpio", .version_id = 1, .minimum_version_id = 1,
    .pre_load = gpio_pre_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(lock_step, Gpio),
        VMSTATE_UINT16(locked, Gpio),
        VMSTATE_STRUCT_ARRAY(pin, Gpio, N_PINS, 1, vmstate_pin, Pin),
        VMSTATE_PERIPH(Gpio),
        VMSTATE_END_OF_LIST()
    },
};

static const Property gpio_properties[] = {
    DEFINE_PROP_STRING("port", Gpio, port),
    DEFINE_PROP_UINT32("moder", Gpio, moder, 0),
    DEFINE_PROP_UINT32("ospeedr", Gpio, ospeedr, 0),
    DEFINE_PROP_UINT32("pupdr", Gpio, pupdr, 0),
    DEFINE_PROP_UINT32("swd", Gpio, swd, 0),
};

static const PeriphInfo gpio = {
    .chapter = "RM0090 8", .bus = BUS_AHB, .quiet = true,
    REGS_AND_OPS(gpio_ops), PROPERTIES(gpio_properties),
    .vmsd = &gpio_vmstate,
    .init = gpio_init, .realize = gpio_realize, .reset = gpio_reset, .update = gpio_update,
};
DEFINE_PERIPH("stm32f4-gpio", Gpio, gpio)
