/*
 * D flip-flops: wokwi-flip-flop-d (D, CLK, Q, NOTQ), -dr (R clears it), -dsr (S sets it, R clears it; high does, at once).
 * A rising edge of CLK takes D.
 *
 * unsure: which of S and R wins while both are high; here R.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/part.h"

#define TYPE_FLIP_FLOP "stm32-flip-flop"
OBJECT_DECLARE_SIMPLE_TYPE(FlipFlop, FLIP_FLOP)

enum { LEG_D, LEG_CLK, LEG_Q, LEG_NOTQ, LEG_R, LEG_S };

struct FlipFlop {
    Part parent_obj;
    PinListener clock, r, s;
    PinDriver q, not_q;
    bool level;
};

static void drive(FlipFlop *f)
{
    bool level = f->level;

    pin_drive_level(&f->q, level);
    pin_drive_level(&f->not_q, !level);
}

static bool is_high(FlipFlop *f, unsigned leg)
{
    return leg < PART(f)->n_legs && pin_level(part_leg(PART(f), leg));
}

static void put(FlipFlop *f, bool level)
{
    bool now = is_high(f, LEG_R) ? false : is_high(f, LEG_S) ? true : level;

    if (now != f->level && part_enter()) {
        f->level = now;
        drive(f);
        part_leave();
    }
}

static void clock_changed(void *opaque, bool level)
{
    if (level) {
        put(opaque, is_high(opaque, LEG_D));
    }
}

static void forced(void *opaque, bool level)
{
    put(opaque, FLIP_FLOP(opaque)->level);
}

static bool flip_flop_fit(Part *part, Error **errp)
{
    FlipFlop *f = FLIP_FLOP(part);

    pin_add_driver(part_leg(part, LEG_Q), &f->q, part_id(part));
    pin_add_driver(part_leg(part, LEG_NOTQ), &f->not_q, part_id(part));
    part_listen(part, LEG_CLK, &f->clock, clock_changed);
    pin_listen_to_waves(&f->clock, true);
    if (part->n_legs > LEG_R) {
        part_listen(part, LEG_R, &f->r, forced);
    }
    if (part->n_legs > LEG_S) {
        part_listen(part, LEG_S, &f->s, forced);
    }
    drive(f);
    put(f, false);
    return true;
}

static int flip_flop_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription flip_flop_vmstate = {
    .name = TYPE_FLIP_FLOP, .version_id = 1, .minimum_version_id = 1, .post_load = flip_flop_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(level, FlipFlop),
        VMSTATE_END_OF_LIST()
    },
};

static void init_class(ObjectClass *klass, const char *const *legs)
{
    DEVICE_CLASS(klass)->desc = "D flip-flop: D, CLK, Q, NOTQ";
    DEVICE_CLASS(klass)->vmsd = &flip_flop_vmstate;
    part_class_set(klass, legs, NULL, NULL, flip_flop_fit);
}

static void d_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "D", "CLK", "Q", "NOTQ", NULL };

    init_class(klass, legs);
}

static void dr_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "D", "CLK", "Q", "NOTQ", "R", NULL };

    init_class(klass, legs);
}

static void dsr_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "D", "CLK", "Q", "NOTQ", "R", "S", NULL };

    init_class(klass, legs);
}

static const TypeInfo flip_flop_types[] = {
    { .name = TYPE_FLIP_FLOP, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(FlipFlop) },
    { .name = "wokwi-flip-flop-d", .parent = TYPE_FLIP_FLOP, .class_init = d_class_init },
    { .name = "wokwi-flip-flop-dr", .parent = TYPE_FLIP_FLOP, .class_init = dr_class_init },
    { .name = "wokwi-flip-flop-dsr", .parent = TYPE_FLIP_FLOP, .class_init = dsr_class_init },
};
DEFINE_TYPES(flip_flop_types)
