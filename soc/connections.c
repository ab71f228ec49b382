/*
 * What joins the chip's peripherals: the loops that make the tables of tables.h and pins.h come true.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "stm32/core/mistake/place.h"
#include "stm32/core/wiring.h"
#include "stm32/soc/connections.h"
#include "stm32/soc/dma_wiring.h"
#include "stm32/soc/pins.h"
#include "stm32/soc/tables.h"

/* "usart2.tx" -> the signal, NULL if that peripheral is not modelled yet. */
static Signal *find_signal(Stm32f407Soc *s, const char *name)
{
    g_auto(GStrv) part = g_strsplit(name, ".", 2);
    Object *p = object_resolve_path_component(OBJECT(s), part[0]);
    Signal *signal;

    if (!p || !object_dynamic_cast(p, TYPE_PERIPH)) {
        return NULL;
    }
    signal = periph_find_signal(PERIPH(p), part[1]);
    if (!signal) {
        error_report("no signal '%s' for a pin", name);
        exit(1);
    }
    return signal;
}

Pin *stm32f407_find_pin(Object *soc, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *path = g_strdup_printf("gpio%c/%s", *lower ? lower[1] : 0, lower);
    Object *pin = object_resolve_path_at(soc, path);

    return pin ? (Pin *)object_dynamic_cast(pin, TYPE_PIN) : NULL;
}

/* pins.h: "1:tim2.ch2 7:usart2.rts" */
static void add_pin_functions(Stm32f407Soc *s, const char *pin_name, const char *functions)
{
    Pin *pin = stm32f407_find_pin(OBJECT(s), pin_name);
    g_auto(GStrv) function = g_strsplit(functions, " ", 0);

    for (char **f = function; *f; f++) {
        g_auto(GStrv) part = g_strsplit(*f, ":", 2);
        Signal *signal = find_signal(s, part[1]);

        if (signal) {
            pin_add_function(pin, atoi(part[0]), signal);
        }
    }
}

char *stm32f407_peripheral_at(const char *pin, const char *prefix, const char *signal)
{
    g_autofree char *end = g_strdup_printf(".%s", signal);

    for (unsigned i = 0; i < ARRAY_SIZE(pin_table); i++) {
        g_auto(GStrv) function = g_strsplit(pin_table[i].functions, " ", 0);

        for (char **f = function; !g_ascii_strcasecmp(pin_table[i].pin, pin) && *f; f++) {
            const char *name = strchr(*f, ':') + 1;

            if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, end)) {
                return g_strndup(name, strlen(name) - strlen(end));
            }
        }
    }
    return NULL;
}

char *stm32f407_function_at(const char *pin, unsigned function)
{
    g_autofree char *prefix = g_strdup_printf("%u:", function);
    g_autoptr(GString) names = g_string_new(NULL);

    for (unsigned i = 0; i < ARRAY_SIZE(pin_table); i++) {
        g_auto(GStrv) one = g_strsplit(pin_table[i].functions, " ", 0);

        for (char **f = one; !g_ascii_strcasecmp(pin_table[i].pin, pin) && *f; f++) {
            if (g_str_has_prefix(*f, prefix)) {
                g_string_append_printf(names, "%s%s", names->len ? " " : "", *f + strlen(prefix));
            }
        }
    }
    return names->len ? g_strdup(names->str) : NULL;
}

static void link_pin(Stm32f407Soc *s, const char *peripheral, const char *link, const char *pin)
{
    object_property_set_link(OBJECT(stm32f407_child(s, peripheral)), link,
                             OBJECT(stm32f407_find_pin(OBJECT(s), pin)), &error_abort);
}

/* Show SYSCFG the pins it chooses from, PWR, the OTG cores and the RTC those they have whatever the port says. */
static void link_pins(Stm32f407Soc *s)
{
    for (char port = 'a'; port <= 'i'; port++) {
        for (unsigned n = 0; n < 16; n++) {
            g_autofree char *name = g_strdup_printf("p%c%u", port, n);

            link_pin(s, "syscfg", name, name);
        }
    }
    link_pin(s, "pwr", "wkup", "pa0");
    link_pin(s, "otg-fs", "vbus", "pa9");
    link_pin(s, "otg-hs", "vbus", "pb13");
    link_pin(s, "rtc", "af1", "pc13");
    link_pin(s, "rtc", "af2", "pi8");
    for (unsigned i = 0; i < ARRAY_SIZE(analog_table); i++) {
        g_auto(GStrv) pin = g_strsplit(analog_table[i].pins, " ", 0);
        bool from_1 = !strcmp(analog_table[i].link, "out");

        for (unsigned n = 0; pin[n]; n++) {
            g_autofree char *link = g_strdup_printf("%s%u", analog_table[i].link, n + from_1);

            link_pin(s, analog_table[i].peripheral, link, pin[n]);
        }
    }
}

/* "tim2.oc[1]" is asked for by "tim2.oc-wanted[1]", "syscfg.exti[9]" by "syscfg.wanted[9]". */
static char *wanted_name(const char *source)
{
    int line = strcspn(source, "[");
    const char *bracket = source + line;

    return !strncmp(source, "syscfg", 6)
           ? g_strdup_printf("syscfg.wanted%s", bracket)
           : g_strdup_printf("%.*s-wanted%s", line, source, bracket);
}

/* trigger_table; and back, who waits for which source: several may, and EXTI for pins. */
static void connect_triggers(Wiring *wiring)
{
    g_autoptr(GHashTable) wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GList) names = NULL;

    for (unsigned line = 0; line < 16; line++) {
        g_hash_table_insert(wanted, g_strdup_printf("syscfg.wanted[%u]", line),
                            g_strdup_printf("exti.wanted[%u]", line));
    }
    for (unsigned i = 0; i < ARRAY_SIZE(trigger_table); i++) {
        for (unsigned n = 0; n < 16 && trigger_table[i].source[n]; n++) {
            const char *source = trigger_table[i].source[n];
            g_autofree char *input = g_strdup_printf("%s[%u]", trigger_table[i].input, n);
            char *name = wanted_name(source);
            const char *others = g_hash_table_lookup(wanted, name);

            wiring_add_named(wiring, source, input, 0);
            g_hash_table_insert(wanted, name, g_strdup_printf("%s%s%s-wanted[%u]", others ?: "",
                                others ? " " : "", trigger_table[i].input, n));
        }
    }
    names = g_list_sort(g_hash_table_get_keys(wanted), (GCompareFunc)strcmp);
    for (GList *name = names; name; name = name->next) {
        wiring_add_named(wiring, g_hash_table_lookup(wanted, name->data), name->data, 0);
    }
}

/* Show peripherals the parts of theirs that are peripherals of their own. */
static void link_peripherals(Stm32f407Soc *s)
{
    for (unsigned i = 0; i < ARRAY_SIZE(link_table); i++) {
        object_property_set_link(OBJECT(stm32f407_child(s, link_table[i].peripheral)), link_table[i].link,
                                 OBJECT(stm32f407_child(s, link_table[i].to)), &error_abort);
    }
}

/* Show each timer those that can trigger it. */
static void link_timers(Stm32f407Soc *s)
{
    for (unsigned i = 0; i < ARRAY_SIZE(itr_table); i++) {
        for (unsigned n = 0; n < ARRAY_SIZE(itr_table[i].itr); n++) {
            g_autofree char *itr = g_strdup_printf("itr%u", n);

            object_property_set_link(OBJECT(stm32f407_child(s, itr_table[i].slave)), itr,
                                     OBJECT(stm32f407_child(s, itr_table[i].itr[n])), &error_abort);
        }
    }
}

void connections_make(Stm32f407Soc *s)
{
    Wiring *wiring = wiring_new(OBJECT(s));

    for (unsigned i = 0; i < ARRAY_SIZE(peripheral_table); i++) {
        const struct Peripheral *row = &peripheral_table[i];
        g_autofree char *from = g_strdup_printf("rcc.%s%s", row->reset ?: row->name,
                                                row->reset ? "" : "-reset");

        if (!row->reset || *row->reset) {
            wiring_add(wiring, from,
                       qdev_get_gpio_in_named(stm32f407_child(s, row->name), "reset", 0));
        }
    }
    for (unsigned n = 0; n < ARRAY_SIZE(vector_table); n++) {
        if (vector_table[n]) {
            wiring_add(wiring, vector_table[n], qdev_get_gpio_in(DEVICE(&s->cpu), n));
        }
    }
    for (unsigned i = 0; i < ARRAY_SIZE(wire_table); i++) {
        wiring_add_named(wiring, wire_table[i].from, wire_table[i].to, wire_table[i].count);
    }
    wiring_add(wiring, "syscfg.mem-mode", qdev_get_gpio_in_named(DEVICE(s), "mem-mode", 0));
    wiring_add(wiring, "pwr.standby", qdev_get_gpio_in_named(DEVICE(s), "standby", 0));
    wiring_add(wiring, "pwr.power-lost", qdev_get_gpio_in_named(DEVICE(s), "power-lost", 0));
    connect_triggers(wiring);
    dma_wiring_add(OBJECT(s), wiring);
    wiring_connect(wiring);
    link_pins(s);
    for (unsigned i = 0; i < ARRAY_SIZE(pin_table); i++) {
        add_pin_functions(s, pin_table[i].pin, pin_table[i].functions);
    }
}

void connections_link(Stm32f407Soc *s)
{
    link_peripherals(s);
    link_timers(s);
}

/* Is @name a source of @sources ("can1.irq-tx exti.irq[0]") without its .irq: can1-tx, exti-0? */
static bool names_source(const char *sources, const char *name)
{
    g_auto(GStrv) source = g_strsplit(sources, " ", 0);

    for (char **s = source; *s; s++) {
        g_auto(GStrv) part = g_strsplit(*s, ".irq", 2);
        g_autofree char *plain = g_strconcat(part[0], part[1], NULL);
        char *bracket = strchr(plain, '[');

        if (bracket) {
            *bracket = '-';
            plain[strlen(plain) - 1] = 0;
        }
        if (!g_ascii_strcasecmp(plain, name)) {
            return true;
        }
    }
    return false;
}

int stm32f407_find_exception(const char *name)
{
    static const char *const core[] = {
        [2] = "nmi", [3] = "hardfault", [4] = "memmanage", [5] = "busfault", [6] = "usagefault", [11] = "svcall",
        [12] = "debugmon", [14] = "pendsv", [15] = "systick",
    };
    unsigned number;
    char end;

    for (unsigned n = 0; n < ARRAY_SIZE(core); n++) {
        if (core[n] && !g_ascii_strcasecmp(core[n], name)) {
            return n;
        }
    }
    if (sscanf(name, "%3u%c", &number, &end) == 1) {
        return number < ARRAY_SIZE(vector_table) ? (int)number + FIRST_INTERRUPT : -1;
    }
    for (unsigned n = 0; n < ARRAY_SIZE(vector_table); n++) {
        if (vector_table[n] && names_source(vector_table[n], name)) {
            return n + FIRST_INTERRUPT;
        }
    }
    return -1;
}
