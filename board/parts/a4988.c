/*
 * A driver for a stepper motor, A4988: a rising edge of STEP turns the currents of two coils on, by a step or by what MS1,
 * MS2, MS3 make of that; with DIR high clockwise.  Its motor has 2A at A+, 2B at A-, 1A at B+, 1B at B-.
 *
 * ENABLE high, SLEEP low or RESET low let the coils go; RESET goes back to where they begin.  RESET is not pulled: it is
 * to be joined to something, mostly to SLEEP.
 *
 * Deliberately different: a coil's current is shown as a voltage between its ends, as much of the supply; it is there at
 * once, and no millisecond is needed after SLEEP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "stm32/board/parts/coils.h"
#include "stm32/board/parts/part.h"

#define TYPE_A4988 "wokwi-a4988"
OBJECT_DECLARE_SIMPLE_TYPE(StepDriver, A4988)

enum {
    LEG_ENABLE, LEG_MS1, LEG_MS2, LEG_MS3, LEG_RESET, LEG_SLEEP, LEG_STEP, LEG_DIR, LEG_GND, LEG_VDD, LEG_1B, LEG_1A,
    LEG_2A, LEG_2B, LEG_VMOT
};
enum { CYCLE = 4 * COILS_MICROSTEPS, HOME = CYCLE / 8 };        /* both coils have the same current at home */

struct StepDriver {
    Part parent_obj;
    PinListener step, other[3];
    PinDriver pull[5], coil[4];         /* of 1B, 1A, 2A, 2B */
    uint8_t at;                         /* of CYCLE, in microsteps */
};

static bool leg(StepDriver *a, unsigned n)
{
    return pin_plain_level(part_leg(PART(a), n));
}

static bool is_on(StepDriver *a)
{
    return !leg(a, LEG_ENABLE) && leg(a, LEG_SLEEP) && leg(a, LEG_RESET);
}

static void drive_coil(PinDriver *plus, PinDriver *minus, double current)
{
    int uv = lrint(DRIVE_VDD_UV * fabs(current));

    pin_drive(plus, (Drive) { .kind = DRIVE_ANALOG, .uv = current > 0 ? uv : 0 });
    pin_drive(minus, (Drive) { .kind = DRIVE_ANALOG, .uv = current > 0 ? 0 : uv });
}

static void drive(StepDriver *a)
{
    double angle = a->at * 2 * M_PI / CYCLE;

    if (!is_on(a)) {
        for (unsigned n = 0; n < ARRAY_SIZE(a->coil); n++) {
            pin_drive(&a->coil[n], DRIVE(NONE));
        }
        return;
    }
    drive_coil(&a->coil[2], &a->coil[3], cos(angle));
    drive_coil(&a->coil[1], &a->coil[0], sin(angle));
}

/* Microsteps of a step: 16, 8, 4, 2, 1.  unsure: what the data sheet's table leaves out. */
static unsigned resolution(StepDriver *a)
{
    static const uint8_t by_ms[8] = { 16, 8, 4, 2, 16, 8, 4, 1 };       /* MS1 is bit 0 */

    return by_ms[leg(a, LEG_MS1) | leg(a, LEG_MS2) << 1 | leg(a, LEG_MS3) << 2];
}

/* On to the next place that this resolution has: full steps are at home and a quarter of the cycle from there. */
static void turn(StepDriver *a, uint64_t steps)
{
    int by = resolution(a), off = by == COILS_MICROSTEPS ? HOME : 0, rest = (a->at + CYCLE - off) % by;
    int first = leg(a, LEG_DIR) ? by - rest : -(rest ? rest : by);
    int more = (int)((steps - 1) % CYCLE) * (leg(a, LEG_DIR) ? by : -by);

    a->at = ((a->at + first + more) % CYCLE + CYCLE) % CYCLE;
    drive(a);
}

static void step_changed(void *opaque, bool level)
{
    StepDriver *a = opaque;
    uint64_t skipped = pin_periods_skipped(part_leg(PART(a), LEG_STEP));

    if (level && leg(a, LEG_SLEEP) && leg(a, LEG_RESET)) {
        turn(a, skipped + 1);
    }
}

static void other_changed(void *opaque, bool level)
{
    StepDriver *a = opaque;

    if (!leg(a, LEG_RESET)) {
        a->at = HOME;
    }
    drive(a);
}

static bool a4988_fit(Part *part, Error **errp)
{
    static const uint8_t pulled[5] = { LEG_ENABLE, LEG_MS1, LEG_MS2, LEG_MS3, LEG_SLEEP };
    static const uint8_t others[3] = { LEG_ENABLE, LEG_SLEEP, LEG_RESET };
    StepDriver *a = A4988(part);

    a->at = HOME;
    for (unsigned n = 0; n < ARRAY_SIZE(pulled); n++) {
        pin_add_driver(part_leg(part, pulled[n]), &a->pull[n], part_id(part));
        pin_drive(&a->pull[n], pulled[n] == LEG_SLEEP ? DRIVE(PULL_UP) : DRIVE(PULL_DOWN));
    }
    for (unsigned n = 0; n < ARRAY_SIZE(a->coil); n++) {
        pin_add_driver(part_leg(part, LEG_1B + n), &a->coil[n], part_id(part));
    }
    part_listen(part, LEG_STEP, &a->step, step_changed);
    pin_listen_to_waves(&a->step, true);
    for (unsigned n = 0; n < ARRAY_SIZE(others); n++) {
        part_listen(part, others[n], &a->other[n], other_changed);
    }
    drive(a);
    return true;
}

static int a4988_post_load(void *opaque, int version_id)
{
    StepDriver *a = opaque;

    if (a->at >= CYCLE) {
        return -EINVAL;
    }
    drive(a);
    return 0;
}

static const VMStateDescription a4988_vmstate = {
    .name = TYPE_A4988, .version_id = 1, .minimum_version_id = 1, .post_load = a4988_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(at, StepDriver),
        VMSTATE_END_OF_LIST()
    },
};

static void a4988_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "ENABLE", "MS1", "MS2", "MS3", "RESET", "SLEEP", "STEP", "DIR", "GND GND.1 GND.2", "VDD", "1B", "1A", "2A", "2B", "VMOT",
        NULL
    };

    DEVICE_CLASS(klass)->desc = "driver for a stepper motor: STEP, DIR, MS1, MS2, MS3, ENABLE, SLEEP, RESET, 1A, 1B, 2A, 2B";
    DEVICE_CLASS(klass)->vmsd = &a4988_vmstate;
    part_class_set(klass, legs, NULL, NULL, a4988_fit);
}

static const TypeInfo a4988_types[] = { {
    .name = TYPE_A4988, .parent = TYPE_PART, .instance_size = sizeof(StepDriver), .class_init = a4988_class_init,
} };
DEFINE_TYPES(a4988_types)
