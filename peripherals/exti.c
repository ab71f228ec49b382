/*
 * External interrupt/event controller (RM0090 chapter 12): 23 lines with an edge detector each.
 *
 * Lines in: `line[0..22]`, from pins (SYSCFG chooses) and from PVD, RTC, USB and Ethernet.
 * Lines out: `irq[0..22]`; `event`, a pulse for each event, wakes the core from WFE;
 *   `wanted[0..15]`, to SYSCFG: this line is waited for; `pending`, whose level is PR, and `open`, the lines that an
 *   edge may come through, to PWR.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/exti.h"
#include "stm32/core/periph.h"
#include "stm32/core/missed.h"
#include "stm32/core/mistake/place.h"

#define N_LINES 23
#define N_PIN_LINES 16

typedef struct Exti {
    Periph parent_obj;
    uint32_t level;                 /* of the inputs */
    uint32_t heard;                 /* lines of pins whose edges count; follows from the registers, in no snapshot */
    /* for reports, in no snapshot */
    uint32_t unheard;               /* lines of the RTC that have risen in vain */
    uint32_t by_software;           /* lines that SWIER has triggered */
    Missed missed;                  /* of PR */
    uint64_t lost[N_PIN_LINES];     /* pulses in a row, as handlers have seen none of them */
    int64_t edge_ns[N_PIN_LINES], burst_ns[N_PIN_LINES];    /* the last edge of a line; the first after a pause */
    Line irq[N_LINES], wanted[N_PIN_LINES];
    qemu_irq event, pending, open;
} Exti;

#define EXTI(obj) ((Exti *)(obj))

#define RTC_LINES (1u << 17 | 1u << 21 | 1u << 22)  /* which rise only if the RTC's interrupt is enabled */
#define UNHEARD_NS (100 * SCALE_MS)
#define EDGES_NS (100 * SCALE_MS)

#define BOUNCE_NS (10 * SCALE_MS)
#define PAUSE_NS (100 * SCALE_MS)
#define PULSES 3                /* lost ones that are more than a finger that is quick */

static void exti_update(Periph *p)
{
    Exti *s = EXTI(p);
    uint32_t pending = p->regs[R_PR] & p->regs[R_IMR];
    uint32_t wanted = (p->regs[R_IMR] | p->regs[R_EMR]) & (p->regs[R_RTSR] | p->regs[R_FTSR]);

    qemu_set_irq(s->pending, p->regs[R_PR]);
    qemu_set_irq(s->open, wanted);
    for (unsigned n = 0; n < N_LINES; n++) {
        line_set(&s->irq[n], extract32(pending, n, 1));
    }
    for (unsigned n = 0; n < N_PIN_LINES; n++) {
        line_set(&s->wanted[n], extract32(wanted, n, 1));
    }
    s->heard = wanted;
}

/*
 * The detectors of @lines have fired.  unsure: a line that IMR masks does not become pending; the
 * manual's figure puts the mask behind the pending register, boards were seen to do this.
 */
static void trigger(Exti *s, uint32_t lines)
{
    Periph *p = &s->parent_obj;

    p->regs[R_PR] |= lines & p->regs[R_IMR];
    if (lines & p->regs[R_EMR]) {
        qemu_irq_pulse(s->event);
    }
    periph_update(p);
}

/* The program goes on, so it is not for the wake-up from Standby, which takes no EXTI; nor has it just begun. */
static void check_unheard(void *opaque)
{
    static const struct {
        unsigned line;
        const char *name;
    } table[] = { { 17, "RTC alarm" }, { 21, "RTC tamper, time stamp" }, { 22, "RTC wake-up" } };
    Exti *s = opaque;

    for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
        if (s->unheard & ~s->parent_obj.regs[R_RTSR] & 1u << table[i].line) {
            periph_mistake(&s->parent_obj, EXTI001, "line %u (%s) has risen, and RTSR does not have it: nobody is told",
                           table[i].line, table[i].name);
        }
    }
    s->unheard = 0;
}

/*
 * Line @n of a pin has an edge; does it find PR set?  Contacts bounce, and handlers are right to see one edge in that;
 * what a person does while a handler waits until that is over is not meant to count either.  So what is looked for are
 * edges that follow each other for longer than contacts bounce.
 */
static void note_edge(Exti *s, unsigned n)
{
    int64_t now = guest_now_ns(), pause = now - s->edge_ns[n];

    if (pause >= BOUNCE_NS) {
        s->burst_ns[n] = now;
    }
    if (pause >= PAUSE_NS) {
        s->lost[n] = 0;
    } else if (extract32(s->parent_obj.regs[R_PR], n, 1) && (pause >= BOUNCE_NS || now - s->burst_ns[n] >= BOUNCE_NS)) {
        missed_add(&s->missed, 1u << n, 1);
    }
    s->edge_ns[n] = now;
}

static void line_input(void *opaque, int n, int level)
{
    Exti *s = opaque;
    uint32_t bit = 1u << n;
    bool rose = level && !(s->level & bit), fell = !level && (s->level & bit);

    if (rose && bit & RTC_LINES && !(s->parent_obj.regs[R_RTSR] & bit)) {
        s->unheard |= bit;
        mistake_later(check_unheard, s, UNHEARD_NS);
    }
    s->level = level ? s->level | bit : s->level & ~bit;
    if (n < N_PIN_LINES && !(s->heard & bit)) {
        return;                     /* its pin may have changed some time ago */
    }
    if ((rose && (s->parent_obj.regs[R_RTSR] & bit)) ||
        (fell && (s->parent_obj.regs[R_FTSR] & bit))) {
        if (n < N_PIN_LINES && s->parent_obj.regs[R_IMR] & bit) {
            note_edge(s, n);
        }
        trigger(s, bit);
    }
}

static void swier_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    EXTI(p)->by_software |= p->regs[R_SWIER];
    trigger(EXTI(p), p->regs[R_SWIER] & ~was);
}

/* Clearing a pending bit clears the software trigger with it. */
static void pr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    Exti *s = EXTI(p);
    uint32_t served = was & data & p->regs[R_IMR] & MAKE_64BIT_MASK(0, N_PIN_LINES);

    p->regs[R_SWIER] &= ~data;
    for (; served; served &= served - 1) {
        unsigned line = ctz32(served);

        s->lost[line] += missed_served(&s->missed, 1u << line);
        if (s->lost[line] >= PULSES) {
            periph_mistake(p, EXTI002, "%" PRIu64 " more edges of line %u have come while PR%u was set: they are lost",
                           s->lost[line], line, line);
            s->lost[line] = 0;
        }
    }
}

/* Drivers open a line first, and choose its edges then. */
static void check_edges(void *opaque)
{
    Exti *s = opaque;
    const uint32_t *regs = s->parent_obj.regs;
    uint32_t deaf = regs[R_IMR] & ~(regs[R_RTSR] | regs[R_FTSR] | s->by_software) & MAKE_64BIT_MASK(0, N_PIN_LINES);

    if (deaf) {
        periph_mistake(&s->parent_obj, EXTI003, "IMR has line %u, and neither RTSR nor FTSR has it: no edge of its pin counts",
                       ctz32(deaf));
    }
}

/* What was before an interrupt is enabled is nobody's. */
static void imr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    missed_forget(&EXTI(p)->missed, p->regs[n] & ~was);
    if (p->regs[n] & ~was & MAKE_64BIT_MASK(0, N_PIN_LINES)) {
        mistake_later(check_edges, p, EDGES_NS);
    }
}

static const RegOps exti_ops[] = {
    [R_IMR]   = { .written = imr_written },
    [R_SWIER] = { .written = swier_written },
    [R_PR]    = { .written = pr_written },
};

static void exti_init(Periph *p)
{
    Exti *s = EXTI(p);

    for (unsigned n = 0; n < N_LINES; n++) {
        periph_add_line(p, &s->irq[n], "irq");
    }
    for (unsigned n = 0; n < N_PIN_LINES; n++) {
        periph_add_line(p, &s->wanted[n], "wanted");
    }
    qdev_init_gpio_out_named(DEVICE(p), &s->event, "event", 1);
    qdev_init_gpio_out_named(DEVICE(p), &s->pending, "pending", 1);
    qdev_init_gpio_out_named(DEVICE(p), &s->open, "open", 1);
    qdev_init_gpio_in_named(DEVICE(p), line_input, "line", N_LINES);
}

static const VMStateDescription exti_vmstate = {
    .name = "stm32f4-exti", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(level, Exti),
        VMSTATE_PERIPH(Exti),
        VMSTATE_END_OF_LIST()
    },
};

static void exti_reset(Periph *p, bool power_on)
{
    EXTI(p)->unheard = EXTI(p)->by_software = 0;
    missed_forget(&EXTI(p)->missed, UINT32_MAX);
}

static const PeriphInfo exti = {
    .chapter = "RM0090 12", .bus = BUS_APB, .widths = 4,
    REGS_AND_OPS(exti_ops),
    .vmsd = &exti_vmstate,
    .init = exti_init, .reset = exti_reset, .update = exti_update,
};
DEFINE_PERIPH("stm32f4-exti", Exti, exti)
