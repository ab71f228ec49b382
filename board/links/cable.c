/*
 * A cable between pins of two boards, each a QEMU of its own:
 *
 *   -chardev socket,id=c,path=/tmp/cable,server=on,wait=off -device stm32-cable,chardev=c,pins=pb13:pb14
 *   -chardev socket,id=c,path=/tmp/cable                    -device stm32-cable,chardev=c,pins=pb13:pb14
 *
 * The n-th pin here is joined with the n-th there, grounds are common.  What the pins' nets are driven
 * with passes to and fro, and the frames of USART, SPI and I2C (frames.h); a master waits for
 * the answer, so that its frame lasts as long as that takes.
 *
 * Lines of text go over the chardev (link.h), see message_table.  What comes in is not trusted.  With
 * nobody at the other end the pins float there.  With -icount shift=3,sleep=off the two are in step if
 * one end has step=100000 (ns) and the other follows=on.
 *
 * Deliberately different: I2S does not pass, its slaves could not answer in time; a snapshot does not
 * hold what is under way in the cable.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "stm32/core/pins/frames.h"
#include "stm32/board/links/link.h"
#include "stm32/board/user_pin.h"

#define TYPE_CABLE "stm32-cable"
OBJECT_DECLARE_SIMPLE_TYPE(Cable, CABLE)

#define MAX_PINS 16

typedef struct Core {
    Cable *cable;
    Pin *pin;
    Signal signal;                  /* who hears and says frames here */
    PinDriver driver;               /* what the other board does */
    PinFollower follower;
    Drive sent;
    bool pending;                   /* `sent` is not what it should be */
    I2cFrame owed;                  /* the other board's event that slaves here let wait */
} Core;

/* An answer that a master of this machine waits for. */
typedef struct Waiting {
    void (*spi)(void *master, uint32_t answer);
    void *master;                   /* ... of SPI */
    Signal *sda;                    /* ... of I2C, here; both NULL: nobody waits */
    uint32_t nobody;                /* what it gets of nobody */
} Waiting;

struct Cable {
    DeviceState parent_obj;
    Link link;
    char *pins;
    Core core[MAX_PINS];
    unsigned cores;
    Waiting waiting[MAX_PINS];      /* by the core of the clock line */
    bool telling;                   /* a frame of the other board: not to be sent back */
};

/* ---- Out ---- */

static void say_drive(Core *core)
{
    Cable *c = core->cable;
    Drive d = pin_state_without(core->pin, &core->driver);

    if (d.kind == DRIVE_SOURCE) {       /* a generator does not reach the other board: what it is now */
        int uv = drive_uv(&d, drive_now(), DRIVE_VDD_UV);

        d = (Drive) { .kind = DRIVE_ANALOG, .uv = uv };
    }
    if (!c->link.connected || (drive_equals(&d, &core->sent) && !core->pending)) {
        return;
    }
    core->pending = link_backlog(&c->link) > LINK_MAX_BACKLOG;
    if (!core->pending) {
        core->sent = d;
        link_say(&c->link, "drive %d %u %d %" PRIu64 " %" PRIu64, (int)(core - c->core), d.kind, d.uv,
            d.period, d.high);
    }
}

/* What waited for room. */
static void drained(void *opaque)
{
    Cable *c = opaque;

    for (unsigned i = 0; i < c->cores && !link_backlog(&c->link); i++) {
        say_drive(&c->core[i]);
    }
}

static void followed(void *opaque)
{
    say_drive(opaque);
}

/* The core that meets @signal, or -1. */
static int core_of(const Cable *c, const Signal *signal)
{
    for (unsigned i = 0; signal && i < c->cores; i++) {
        if (signal_meets(signal, &c->core[i].signal)) {
            return i;
        }
    }
    return -1;
}

static void say_spi(Cable *c, int n, SpiFrame *f)
{
    c->waiting[n] = (Waiting) { .master = f->master, .spi = f->answered, .nobody = f->answer };
    f->waits = true;
    link_say(&c->link, "spi %d %d %d %u %u %" PRIu64 " %d", n, core_of(c, f->out), core_of(c, f->in), f->data,
        f->bits, f->bit, f->cpol | f->cpha << 1 | f->ti << 2);
    link_expect(&c->link, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + (f->bits * f->bit >> 32));
}

/* Can a slave let the master wait before it? */
static bool may_wait(const I2cFrame *f)
{
    return f->event != I2C_EVENT_ACK && f->event != I2C_EVENT_NACK;
}

static void say_i2c_answer(Core *core, const I2cFrame *f)
{
    link_answer(&core->cable->link, "answer %d %d %u", (int)(core - core->cable->core), f->ack, f->data);
}

/* A slave here has let the master of the other board wait, and answers now. */
static void hear_slave(Core *core, const I2cFrame *f)
{
    I2cFrame *owed = &core->owed;

    if (owed->waits) {
        i2c_frame_answer(owed, f->ack, f->data);
        if (--owed->waits == 0) {
            say_i2c_answer(core, owed);
        }
    }
}

static void say_i2c(Cable *c, int n, I2cFrame *f)
{
    int sda = core_of(c, f->sda);

    if (sda < 0) {
        return;
    }
    if (may_wait(f)) {
        c->waiting[n] = (Waiting) { .sda = &c->core[sda].signal };
        f->waits++;
    }
    link_say(&c->link, "i2c %d %d %d %u %" PRIu64, n, sda, f->event, f->data, f->bit);
    if (may_wait(f)) {
        link_expect(&c->link, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    Core *core = opaque;
    Cable *c = core->cable;
    int n = core - c->core;

    if (frame->bus == FRAME_I2C && ((I2cFrame *)frame)->event == I2C_EVENT_ANSWER) {
        if (c->link.connected) {
            hear_slave(core, (I2cFrame *)frame);
        }
        return;
    }
    if (!c->link.connected || c->telling) {
        return;
    }
    if (frame->bus == FRAME_SERIAL) {
        SerialFrame *f = (SerialFrame *)frame;

        link_say(&c->link, "serial %d %u %u %" PRIu64, n, f->word, f->bits, f->bit);
    } else if (frame->bus == FRAME_SPI) {
        say_spi(c, n, (SpiFrame *)frame);
    } else if (frame->bus == FRAME_I2C) {
        say_i2c(c, n, (I2cFrame *)frame);
    }
}

/* ---- In ---- */

static Signal *signal_of(Cable *c, int64_t n)
{
    return n >= 0 && n < c->cores ? &c->core[n].signal : NULL;
}

/* Let those on this board hear @frame of the other. */
static void tell(Cable *c, Signal *at, Frame *frame)
{
    c->telling = true;
    signal_send(at, frame);
    c->telling = false;
}

/* The answer a master waits for at core @n, or that nobody is there. */
static void answer(Cable *c, int64_t n, bool ack, uint32_t data)
{
    Waiting w = n >= 0 && n < c->cores ? c->waiting[n] : (Waiting) { };

    if (w.spi) {
        c->waiting[n] = (Waiting) { };
        w.spi(w.master, ack ? data : w.nobody);
    } else if (w.sda) {
        I2cFrame f = {
            .frame.bus = FRAME_I2C, .event = I2C_EVENT_ANSWER, .sda = w.sda, .ack = ack,
            .data = data,
        };

        c->waiting[n] = (Waiting) { };
        tell(c, &c->core[n].signal, &f.frame);
    }
}

static void hear_drive(Cable *c, const int64_t *arg)
{
    Drive d = { .kind = arg[1], .uv = arg[2], .period = arg[3], .high = arg[4] };

    if (arg[1] < 0 || d.kind > DRIVE_ANALOG || arg[2] < 0 || arg[2] > 5000000 ||
        (d.kind == DRIVE_WAVE && (!d.period || d.high > d.period))) {
        return;
    }
    d.start = d.kind == DRIVE_WAVE ? qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) : 0;
    pin_drive(&c->core[arg[0]].driver, d);
}

static void hear_serial(Cable *c, const int64_t *arg)
{
    SerialFrame f = { .frame.bus = FRAME_SERIAL, .word = arg[1], .bits = arg[2], .bit = arg[3] };

    if (arg[2] > 0 && arg[2] < 32 && arg[3] > 0) {
        tell(c, signal_of(c, arg[0]), &f.frame);
    }
}

static void answered_spi(void *master, uint32_t data)
{
    Core *core = master;

    link_answer(&core->cable->link, "answer %d 1 %u", (int)(core - core->cable->core), data);
}

static void hear_spi(Cable *c, const int64_t *arg)
{
    uint64_t bits = arg[4];
    SpiFrame f = {
        .frame.bus = FRAME_SPI, .out = signal_of(c, arg[1]), .in = signal_of(c, arg[2]),
        .data = arg[3], .bits = bits, .bit = arg[5], .cpol = arg[6] & 1, .cpha = arg[6] & 2,
        .ti = arg[6] & 4, .start = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL),
        .answered = answered_spi, .master = &c->core[arg[0]],
    };

    if (bits != 8 && bits != 16) {
        return;
    }
    f.answer = f.in && pin_level(c->core[arg[2]].pin) ? MAKE_64BIT_MASK(0, bits) : 0;
    tell(c, signal_of(c, arg[0]), &f.frame);
    if (!f.waits) {
        answered_spi(f.master, f.answer);
    }
}

static void hear_i2c(Cable *c, const int64_t *arg)
{
    Core *core = &c->core[arg[0]];
    I2cFrame f = {
        .frame.bus = FRAME_I2C, .sda = signal_of(c, arg[1]), .event = arg[2], .data = arg[3],
        .bit = arg[4],
    };

    if (!f.sda || arg[2] < 0 || arg[2] > I2C_EVENT_STOP || arg[4] <= 0) {
        return;
    }
    tell(c, &core->signal, &f.frame);
    core->owed = f;
    if (may_wait(&f) && !f.waits) {
        say_i2c_answer(core, &f);
    }
}

static void hear_answer(Cable *c, const int64_t *arg)
{
    answer(c, arg[0], arg[1], arg[2]);
}

/* What the lines of text are: a word and numbers, the first of them a core. */
static const struct {
    const char *word;
    unsigned args;
    void (*hear)(Cable *c, const int64_t *arg);
} message_table[] = {
    { "drive", 5, hear_drive },         /* core, kind, mV, period, high */
    { "serial", 4, hear_serial },       /* core, word, bits, time of a bit */
    { "spi", 7, hear_spi },             /* SCK, out, in (-1: none), data, bits, time of a bit, mode */
    { "i2c", 5, hear_i2c },             /* SCL, SDA, event, data, time of a bit */
    { "answer", 3, hear_answer },       /* core of the clock line, acknowledged, data */
};

static void hear_line(void *opaque, const char *line)
{
    Cable *c = opaque;
    g_auto(GStrv) part = g_strsplit(line, " ", 0);
    int64_t arg[8] = { };
    unsigned n = g_strv_length(part);

    for (unsigned i = 1; i < n && i < ARRAY_SIZE(arg) + 1; i++) {
        arg[i - 1] = g_ascii_strtoll(part[i], NULL, 10);
    }
    for (unsigned i = 0; n && i < ARRAY_SIZE(message_table); i++) {
        if (!strcmp(part[0], message_table[i].word) && n == message_table[i].args + 1 &&
            arg[0] >= 0 && arg[0] < c->cores) {
            message_table[i].hear(c, arg);
        }
    }
}

static void plugged(void *opaque)
{
    Cable *c = opaque;

    for (unsigned i = 0; i < c->cores; i++) {
        pin_drive(&c->core[i].driver, DRIVE(NONE));
        c->core[i].owed.waits = 0;
        answer(c, i, false, 0xff);
        c->core[i].pending = true;
        say_drive(&c->core[i]);
    }
}

/* ---- The device ---- */

static bool add_core(Cable *c, const char *name, Error **errp)
{
    Pin *pin = user_pin("pins", name, errp);
    Core *core = &c->core[c->cores];

    if (!pin) {
        return false;
    }
    if (c->cores == MAX_PINS) {
        error_setg(errp, "pins=: a cable joins at most %d", MAX_PINS);
        return false;
    }
    c->cores++;
    core->cable = c;
    core->pin = pin;
    signal_init(&core->signal, "cable");
    core->signal.heard = heard;
    core->signal.opaque = core->follower.opaque = core;
    core->follower.changed = followed;
    signal_solder(&core->signal, pin);
    pin_add_driver(pin, &core->driver, "cable");
    pin_follow(&core->follower, pin);
    return true;
}

static void cable_realize(DeviceState *dev, Error **errp)
{
    Cable *c = CABLE(dev);
    g_auto(GStrv) name = g_strsplit(c->pins ?: "", ":", 0);
    const char *example = "a cable needs chardev=ID and pins=pb13:pb14, the pins here in the order "
                          "of those at the other end";

    c->link.name = TYPE_CABLE;
    c->link.hear = hear_line;
    c->link.plugged = plugged;
    c->link.drained = drained;
    c->link.opaque = c;
    for (char **n = name; *n; n++) {
        if (!add_core(c, *n, errp)) {
            return;
        }
    }
    if (!c->cores) {
        error_setg(errp, "%s", example);
    } else {
        link_open(&c->link, example, errp);
    }
}

static const Property cable_properties[] = {
    LINK_PROPERTIES(Cable, link),
    DEFINE_PROP_STRING("pins", Cable, pins),
};

static void cable_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "cable between pins of two boards";
    dc->realize = cable_realize;
    dc->hotpluggable = false;
    device_class_set_props(dc, cable_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo cable_types[] = { {
    .name = TYPE_CABLE, .parent = TYPE_DEVICE, .instance_size = sizeof(Cable),
    .class_init = cable_class_init,
} };
DEFINE_TYPES(cable_types)
