/*
 * Chip selects, see chip_select.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "hw/irq.h"
#include "hw/ssi/ssi.h"
#include "system/system.h"
#include "stm32/board/bench/chip_select.h"
#include "stm32/board/user_pin.h"
#include "stm32/core/pins/spi_care.h"
#include "stm32/peripherals/spi/spi.h"

static const struct {
    const char *bus, *pin;
} nss_table[] = {
    { "spi1", "pa4" }, { "spi2", "pb12" }, { "spi3", "pa15" },
};

typedef struct ChipSelects {
    Notifier done;
    Object *soc;
    char *text;
} ChipSelects;

/* A part's, at a pin. */
typedef struct ChipSelect {
    PinListener pin;
    DeviceState *spi, *part;
    qemu_irq cs;
} ChipSelect;

static void pin_changed(void *opaque, bool level)
{
    ChipSelect *c = opaque;

    if (level) {
        spi_care_deselected(c->part->canonical_path, c->pin.pin, spi_frame_sampled_at(c->spi));
    }
    qemu_set_irq(c->cs, level);
}

/* Let the pin select the device with index @cs on @bus, if there is one. */
static void connect_part(Object *soc, const char *bus, unsigned cs, const char *pin_name)
{
    DeviceState *spi = DEVICE(object_resolve_path_component(soc, bus));
    DeviceState *part = ssi_get_cs((SSIBus *)qdev_get_child_bus(spi, bus), cs);
    Pin *pin = user_pin("chip-select", pin_name, &error_fatal);
    ChipSelect *c;

    if (!part) {
        return;
    }
    c = g_new0(ChipSelect, 1);
    c->spi = spi;
    c->part = part;
    c->cs = qdev_get_gpio_in_named(part, SSI_GPIO_CS, 0);
    c->pin.changed = pin_changed;
    c->pin.opaque = c;
    pin_listen(&c->pin, pin);
    qemu_set_irq(c->cs, pin_level(pin));
}

static bool is_bus(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(nss_table); i++) {
        if (!strcmp(name, nss_table[i].bus)) {
            return true;
        }
    }
    return false;
}

static void check(char **entry)
{
    for (; *entry; entry++) {
        g_auto(GStrv) part = g_strsplit(*entry, "-", 2);

        if (!part[0] || !is_bus(part[0]) || !part[1]) {
            error_report("chip-select=: '%s' is none; write it as chip-select=spi2-pb12:spi2-pb11, "
                         "with spi1, spi2 or spi3", *entry);
            exit(1);
        }
    }
}

static void connect_bus(Object *soc, const char *bus, const char *nss, char **entry)
{
    unsigned cs = 0;

    for (; *entry; entry++) {
        g_auto(GStrv) part = g_strsplit(*entry, "-", 2);

        if (!strcmp(part[0], bus)) {
            connect_part(soc, bus, cs++, part[1]);
        }
    }
    if (!cs) {
        connect_part(soc, bus, 0, nss);
    }
}

static void machine_done(Notifier *notifier, void *data)
{
    ChipSelects *c = container_of(notifier, ChipSelects, done);
    g_auto(GStrv) entry = g_strsplit(c->text, ":", 0);

    check(entry);
    for (unsigned i = 0; i < ARRAY_SIZE(nss_table); i++) {
        connect_bus(c->soc, nss_table[i].bus, nss_table[i].pin, entry);
    }
}

void chip_select_connect(Object *soc, const char *text)
{
    ChipSelects *c = g_new0(ChipSelects, 1);

    c->done.notify = machine_done;
    c->soc = soc;
    c->text = g_strdup(text ?: "");
    qemu_add_machine_init_done_notifier(&c->done);
}
