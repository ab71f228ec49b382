/*
 * The controller's pins (RM0090 36.3, tables 213 to 217): which of them are routed.
 *
 * Deliberately different: only what rests high, selects and strobes, drives its pins; what a cycle looks like
 * is not to be seen there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/fsmc/state.h"

/* a0 ... a25, d0 ... d15, da0 ... da15 come before them. */
static const struct {
    const char *name;
    bool rests_high;
} control_table[] = {
    { "ne1", true }, { "ne2", true }, { "ne3", true }, { "ne4", true },
    { "noe", true }, { "nwe", true }, { "nbl0" }, { "nbl1" }, { "nl" }, { "clk" }, { "nwait" },
    { "nce2", true }, { "nce3", true }, { "nce4-1", true }, { "nce4-2", true }, { "cle" }, { "ale" },
    { "int2" }, { "int3" }, { "intr" }, { "cd" }, { "nreg" }, { "niord", true }, { "niowr", true },
};
#define FIRST_DATA FSMC_ADDRESS_LINES
#define FIRST_CONTROL (FIRST_DATA + 2 * FSMC_DATA_LINES)

/* Its pins: what is there besides, and who goes on after a pause, is of no interest. */
static void pins_changed(void *opaque)
{
    FsmcLine *line = opaque;
    bool routed = signal_is_routed(&line->signal);

    if (line->routed != routed) {
        line->routed = routed;
        line->s->routed_anew(line->s);
    }
}

static void add(Fsmc *s, unsigned n, const char *name)
{
    FsmcLine *line = &s->line[n];

    periph_add_signal(&s->parent_obj, &line->signal, name);
    line->s = s;
    line->follower = (PinFollower) { .changed = pins_changed, .opaque = line };
    signal_follow(&line->signal, &line->follower);
}

void fsmc_lines_init(Fsmc *s, void (*changed)(void *opaque))
{
    QEMU_BUILD_BUG_ON(FIRST_CONTROL + ARRAY_SIZE(control_table) != FSMC_LINES);
    s->routed_anew = changed;
    for (unsigned i = 0; i < FIRST_CONTROL; i++) {
        unsigned n = i < FIRST_DATA ? i : (i - FIRST_DATA) % FSMC_DATA_LINES;
        const char *prefix = i < FIRST_DATA ? "a" : i < FIRST_DATA + FSMC_DATA_LINES ? "d" : "da";
        g_autofree char *name = g_strdup_printf("%s%u", prefix, n);

        add(s, i, g_intern_string(name));
    }
    for (unsigned i = 0; i < ARRAY_SIZE(control_table); i++) {
        add(s, FIRST_CONTROL + i, control_table[i].name);
        if (control_table[i].rests_high) {
            signal_drive(&s->line[FIRST_CONTROL + i].signal, DRIVE(HIGH));
        }
    }
}

Signal *fsmc_line(Fsmc *s, const char *name)
{
    return periph_find_signal(&s->parent_obj, name);
}

bool fsmc_line_is_routed(Fsmc *s, const char *name)
{
    return signal_is_routed(fsmc_line(s, name));
}

static uint32_t routed(Fsmc *s, unsigned first, unsigned count)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < count; i++) {
        mask |= (uint32_t)signal_is_routed(&s->line[first + i].signal) << i;
    }
    return mask;
}

uint32_t fsmc_data_lines(Fsmc *s)
{
    return routed(s, FIRST_DATA, FSMC_DATA_LINES);
}

uint32_t fsmc_address_lines(Fsmc *s)
{
    return routed(s, 0, FSMC_ADDRESS_LINES);
}

const char *fsmc_select_line(FsmcSelect select)
{
    static const char *const name[FSMC_SELECTS] = {
        "ne1", "ne2", "ne3", "ne4", "nce2", "nce3", "nce4-1",
    };

    return name[select];
}

/* "nbl0 (PE0)" */
static void add_name(Fsmc *s, GString *names, const char *name)
{
    GPtrArray *pins = fsmc_line(s, name)->pins;

    g_string_append_printf(names, "%s%s (%s)", names->len ? ", " : "", name,
                           pins->len ? ((Pin *)pins->pdata[0])->name : "no pin");
}

static void add_if_missing(Fsmc *s, GString *names, const char *name, bool wanted)
{
    if (wanted && !fsmc_line_is_routed(s, name)) {
        add_name(s, names, name);
    }
}

static void add_missing_of(Fsmc *s, GString *names, char letter, uint32_t lines)
{
    for (unsigned i = 0; i < FSMC_ADDRESS_LINES; i++) {
        g_autofree char *name = g_strdup_printf("%c%u", letter, i);

        if (lines & 1u << i) {
            add_name(s, names, name);
        }
    }
}

char *fsmc_missing_lines(Fsmc *s, const FsmcPart *part)
{
    static const char *const of_cards[] = { "nce4-2", "nreg", "niord", "niowr", "cd", "intr" };
    GString *names = g_string_new(NULL);
    uint32_t data = MAKE_64BIT_MASK(0, part->width), address = part->address_lines;

    if (part->multiplexed) {
        data = 0xffff;          /* they carry A0 to A15 */
        address &= ~0xffffu;
    }
    add_if_missing(s, names, fsmc_select_line(part->select), true);
    add_if_missing(s, names, "noe", true);
    add_if_missing(s, names, "nwe", true);
    for (unsigned i = 0; i < ARRAY_SIZE(of_cards); i++) {
        add_if_missing(s, names, of_cards[i], part->select == FSMC_NCE4);
    }
    add_if_missing(s, names, "nl", part->multiplexed);
    add_if_missing(s, names, "nbl0", part->byte_lanes && part->width == 16);
    add_if_missing(s, names, "nbl1", part->byte_lanes && part->width == 16);
    add_missing_of(s, names, 'd', data & ~fsmc_data_lines(s));
    add_missing_of(s, names, 'a', address & ~fsmc_address_lines(s));
    return g_string_free(names, FALSE);
}
