/*
 * The bits that let interrupts out of the peripherals, see asks.h.  What is not in the table may ask at any time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/qdev-clock.h"
#include "stm32/core/periph.h"
#include "stm32/soc/asks.h"
#include "stm32/soc/tables.h"

/* Of the lines whose names begin so; %u is the number in `irq[5]`, and a mask of 0 the bit of that number. */
static const struct {
    const char *type, *line, *reg;
    uint32_t mask;
} enable_table[] = {
    { "stm32f4-tim",   "irq-brk",     "DIER", 0x80 },
    { "stm32f4-tim",   "irq-up",      "DIER", 0x01 },
    { "stm32f4-tim",   "irq-trg-com", "DIER", 0x60 },
    { "stm32f4-tim",   "irq-cc",      "DIER", 0x1e },
    { "stm32f4-tim",   "irq",         "DIER", 0x5f },
    { "stm32f4-usart", "irq",         "CR1", 0x1f0 },
    { "stm32f4-usart", "irq",         "CR2", 0x40 },
    { "stm32f4-usart", "irq",         "CR3", 0x401 },
    { "stm32f4-spi",   "irq",         "CR2", 0xe0 },
    { "stm32f4-i2c",   "irq-ev",      "CR2", 0x200 },
    { "stm32f4-i2c",   "irq-er",      "CR2", 0x100 },
    { "stm32f4-adc",   "irq",         "CR1", 0x040000e0 },
    { "stm32f4-dac",   "irq",         "CR", 0x20002000 },
    { "stm32f4-bxcan", "irq-tx",      "IER", 0x01 },
    { "stm32f4-bxcan", "irq-rx0",     "IER", 0x0e },
    { "stm32f4-bxcan", "irq-rx1",     "IER", 0x70 },
    { "stm32f4-bxcan", "irq-sce",     "IER", 0x38f00 },
    { "stm32f4-dma",   "irq[",        "S%uCR", 0x1e },
    { "stm32f4-dma",   "irq[",        "S%uFCR", 0x80 },
    { "stm32f4-exti",  "irq[",        "IMR", 0 },
    { "stm32f4-sdio",  "irq",         "MASK", 0xffffff },
    { "stm32f4-dcmi",  "irq",         "IER", 0x1f },
    { "stm32f4-rng",   "irq",         "CR", 0x08 },
    { "stm32f4-wwdg",  "irq",         "CFR", 0x200 },
};

static int find_register(const Periph *p, const char *name)
{
    for (unsigned n = 0; n < p->n_regs; n++) {
        if (p->reg[n].name && !strcmp(p->reg[n].name, name)) {
            return n;
        }
    }
    return -1;
}

/* Why nothing happens that it could ask for; NULL: something may. */
static const char *why_idle(Periph *p)
{
    int status = find_register(p, "SR");
    const char *why = NULL;

    status = status < 0 ? find_register(p, "SR1") : status;
    if (!clock_is_enabled(p->clk)) {
        return "it has no clock";
    }
    if (status >= 0) {
        periph_peek(p, status);
        why = p->info->never ? p->info->never(p, status) : NULL;
        why = !why && p->info->idle ? p->info->idle(p, status) : why;
    }
    return why;
}

/* To @text, why @line of @p does not rise.  False if it may. */
static bool add_why(GString *text, Periph *p, const char *line)
{
    const char *type = object_get_typename(OBJECT(p)), *bracket = strchr(line, '['), *idle;
    unsigned number = bracket ? atoi(bracket + 1) : 0, rows = 0;
    size_t before = text->len;
    bool enabled = false;

    g_string_append_printf(text, "%s%s has ", before ? "; " : "", object_get_canonical_path_component(OBJECT(p)));
    for (unsigned i = 0; i < ARRAY_SIZE(enable_table); i++) {
        const char *its = enable_table[i].line;
        bool matches = bracket ? g_str_has_prefix(line, its) && its[strlen(its) - 1] == '[' : !strcmp(line, its);

        if (!strcmp(type, enable_table[i].type) && matches) {
            uint32_t mask = enable_table[i].mask ?: 1u << number;
            g_autofree char *name = g_strdup_printf(enable_table[i].reg, number);
            int n = find_register(p, name);

            enabled |= n < 0 || p->regs[n] & mask;
            g_string_append_printf(text, "%s%s 0x%x", rows++ ? ", " : "", name, n < 0 ? 0 : p->regs[n]);
        }
    }
    if (!enabled && rows) {
        g_string_append(text, ", which enables none");
        return true;
    }
    idle = rows ? why_idle(p) : NULL;
    g_string_truncate(text, before);
    if (idle) {
        g_string_append_printf(text, "%s%s asks for nothing: %s", before ? "; " : "",
                               object_get_canonical_path_component(OBJECT(p)), idle);
    }
    return idle;
}

/* Call @fn for the peripherals behind interrupt @n, until it is false. */
static bool each_source(Stm32f407Soc *s, unsigned n, bool (*fn)(Periph *p, const char *line, void *opaque), void *opaque)
{
    g_auto(GStrv) source = g_strsplit(vector_table[n] ?: "", " ", 0);

    for (char **one = source; *one; one++) {
        g_auto(GStrv) part = g_strsplit(*one, ".", 2);

        if (!fn(PERIPH(stm32f407_child(s, part[0])), part[1], opaque)) {
            return false;
        }
    }
    return true;
}

static bool does_not_rise(Periph *p, const char *line, void *opaque)
{
    return add_why(opaque, p, line);
}

char *asks_not(Stm32f407Soc *s, unsigned n)
{
    GString *text = g_string_new(NULL);

    if (n < ARRAY_SIZE(vector_table) && vector_table[n] && each_source(s, n, does_not_rise, text)) {
        return g_string_free(text, false);
    }
    g_string_free(text, true);
    return NULL;
}

static bool has_none(Periph *p, const char *line, void *opaque)
{
    const GArray *addresses = opaque;
    hwaddr base = SYS_BUS_DEVICE(p)->mmio[0].addr;

    for (unsigned i = 0; i < addresses->len; i++) {
        if (g_array_index(addresses, uint32_t, i) - base < memory_region_size(&p->mmio)) {
            return false;
        }
    }
    return true;
}

bool asks_by(Stm32f407Soc *s, unsigned n, const GArray *addresses)
{
    return n < ARRAY_SIZE(vector_table) && !each_source(s, n, has_none, (void *)addresses);
}
