/*
 * System configuration controller (RM0090 chapter 9): what shows at address 0, and which port's pin n
 * is external interrupt line n; whether Ethernet is MII or RMII.
 *
 * Links `pa0` ... `pi15`: the pins.  Property `boot-mode`: MEM_MODE after reset.
 * Lines out: `mem-mode` (its level is MEM_MODE, 0 to 3), `exti[0..15]`, `rmii`.
 * Lines in: `wanted[0..15]`, from EXTI: somebody waits for edges of this line.
 *
 * Deliberately different: the compensation cell is ready at once; it does nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#include "qemu/timer.h"
#include "system/runstate.h"
#define REGS "stm32/regs/syscfg.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/periph.h"

#define N_PORTS 9
#define N_LINES 16

typedef struct Syscfg {
    Periph parent_obj;
    uint8_t boot_mode;
    Pin *pin[N_PORTS][N_LINES];
    PinListener listener[N_LINES];
    qemu_irq exti[N_LINES];
    qemu_irq mem_mode;
    Line rmii;
    /* for reports, in no snapshot: EXTI listens to a line, and since when */
    bool is_wanted[N_LINES];
    int64_t wanted_ns[N_LINES];
} Syscfg;

#define CHOSEN_NS (10 * SCALE_MS)       /* who opens a line before he chooses its port has done so by then */

#define SYSCFG(obj) ((Syscfg *)(obj))

static Pin *selected_pin(Syscfg *s, unsigned line)
{
    unsigned port = extract32(s->parent_obj.regs[R_EXTICR1 + line / 4], line % 4 * 4, 4);

    return port < N_PORTS ? s->pin[port][line] : NULL;
}

static void syscfg_update(Periph *p)
{
    Syscfg *s = SYSCFG(p);

    qemu_set_irq(s->mem_mode, p->regs[R_MEMRMP]);
    line_set(&s->rmii, reg_get(s, PMC, MII_RMII_SEL));
    for (unsigned line = 0; line < N_LINES; line++) {
        Pin *pin = selected_pin(s, line);

        pin_listen(&s->listener[line], pin);
        qemu_set_irq(s->exti[line], pin && pin_level(pin));
    }
}

/*
 * EXTI finds the edges, by the level it saw last.  That is in its state and not in ours: when we are
 * loaded from a snapshot, before it, the pins have not got their levels yet.
 */
static void pin_changed(void *opaque, bool level)
{
    qemu_set_irq(*(qemu_irq *)opaque, level);
}

/*
 * A line that nobody wants need not be told of every frame on a pin that it has by default; who begins to want it is
 * shown what it is by now.  Not while a snapshot is loaded: see above.
 */
static void wanted_input(void *opaque, int line, int level)
{
    Syscfg *s = SYSCFG(opaque);
    PinListener *listener = &s->listener[line];

    s->wanted_ns[line] = guest_now_ns();
    s->is_wanted[line] = level;
    pin_listen_idly(listener, !level);
    pin_listen_to_waves(listener, level);
    if (level && runstate_is_running()) {
        qemu_set_irq(s->exti[line], listener->pin && pin_level(listener->pin));
    }
}

static void exticr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned port = extract32(p->regs[n], 4 * i, 4);

        unsigned line = (n - R_EXTICR1) * 4 + i, before = extract32(was, 4 * i, 4);
        bool chosen = before || guest_now_ns() - SYSCFG(p)->wanted_ns[line] >= CHOSEN_NS;

        if (port != before && SYSCFG(p)->is_wanted[line] && chosen) {
            periph_mistake(p, EXTI004, "line %u, which is open, is given from P%c%u to P%c%u", line, 'A' + before, line, 'A' + port,
                           line);
        }
        if (port >= N_PORTS && port != extract32(was, 4 * i, 4)) {
            periph_mistake(p, SYSCFG001, "EXTI line %u taken from port %u", (n - R_EXTICR1) * 4 + i, port);
        }
    }
}

static void cmpcr_written(Periph *p, unsigned n, uint32_t was, uint32_t data)
{
    p->regs[n] = FIELD_DP32(p->regs[n], CMPCR, READY, FIELD_EX32(p->regs[n], CMPCR, CMP_PD));
}

static const RegOps syscfg_ops[] = {
    [R_EXTICR1] = { .written = exticr_written },
    [R_EXTICR2] = { .written = exticr_written },
    [R_EXTICR3] = { .written = exticr_written },
    [R_EXTICR4] = { .written = exticr_written },
    [R_CMPCR]   = { .written = cmpcr_written },
};

static void syscfg_reset(Periph *p, bool power_on)
{
    p->regs[R_MEMRMP] = SYSCFG(p)->boot_mode;
}

static void syscfg_init(Periph *p)
{
    Syscfg *s = SYSCFG(p);

    for (unsigned port = 0; port < N_PORTS; port++) {
        for (unsigned line = 0; line < N_LINES; line++) {
            g_autofree char *name = g_strdup_printf("p%c%u", 'a' + port, line);

            object_property_add_link(OBJECT(p), name, TYPE_PIN, (Object **)&s->pin[port][line],
                                     object_property_allow_set_link, 0);
        }
    }
    for (unsigned line = 0; line < N_LINES; line++) {
        s->listener[line] = (PinListener) { .changed = pin_changed, .opaque = &s->exti[line], .idle = true };
    }
    qdev_init_gpio_out_named(DEVICE(p), s->exti, "exti", N_LINES);
    qdev_init_gpio_out_named(DEVICE(p), &s->mem_mode, "mem-mode", 1);
    periph_add_line(p, &s->rmii, "rmii");
    qdev_init_gpio_in_named(DEVICE(p), wanted_input, "wanted", N_LINES);
}

static const Property syscfg_properties[] = {
    DEFINE_PROP_UINT8("boot-mode", Syscfg, boot_mode, 0),
};

static const PeriphInfo syscfg = {
    .chapter = "RM0090 9", .bus = BUS_APB,
    REGS_AND_OPS(syscfg_ops), PROPERTIES(syscfg_properties),
    .init = syscfg_init, .reset = syscfg_reset, .update = syscfg_update,
};
DEFINE_PERIPH("stm32f4-syscfg", Syscfg, syscfg)
