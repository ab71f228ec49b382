/*
 * The shaft of a stepper motor, see coils.h.
 *
 * Deliberately different: it follows at once, and never slips but by two full steps, whose way nobody knows.
 * Pins of a port that change at once are seen one after the other, so a motor that is let go may turn by half a step.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "system/runstate.h"
#include "stm32/board/parts/coils.h"

enum { A_MINUS, A_PLUS, B_PLUS, B_MINUS };
enum { CYCLE = 4 * COILS_MICROSTEPS };          /* of the currents, in microsteps */

#define LEAST_UV 50000          /* less between a coil's ends is no current */

/* Microvolts; nothing at an end is no current. */
static int voltage(const Coils *c, unsigned plus, unsigned minus)
{
    Drive p = pin_plain_state(c->end[plus]), m = pin_plain_state(c->end[minus]);
    int64_t now = drive_now();
    int uv = p.kind == DRIVE_NONE || m.kind == DRIVE_NONE ? 0
             : drive_uv(&p, now, DRIVE_VDD_UV) - drive_uv(&m, now, DRIVE_VDD_UV);

    return abs(uv) < LEAST_UV ? 0 : uv;
}

static void changed(void *opaque)
{
    Coils *c = opaque;
    int a = voltage(c, A_PLUS, A_MINUS), b = voltage(c, B_PLUS, B_MINUS), at, step;

    if ((!a && !b) || !runstate_is_running()) {
        return;                         /* a snapshot is loaded pin by pin */
    }
    at = lrint(atan2(b, a) * CYCLE / (2 * M_PI));
    step = ((at - c->position) % CYCLE + CYCLE) % CYCLE;
    if (!c->turned) {
        c->position = (at + CYCLE) % CYCLE;     /* where it is when it begins is 0 for who looks */
        c->turned = true;
    } else if (step != CYCLE / 2) {
        c->position += step > CYCLE / 2 ? step - CYCLE : step;
    }
}

void coils_init(Coils *c, Pin *end)
{
    for (unsigned n = 0; n < COIL_ENDS; n++) {
        c->end[n] = &end[n];
        c->follower[n] = (PinFollower) { .changed = changed, .opaque = c };
        pin_follow(&c->follower[n], &end[n]);
    }
}

double coils_angle(const Coils *c, unsigned steps)
{
    int turn = MAX(steps, 1) * COILS_MICROSTEPS;

    return (c->position % turn + turn) % turn * 360.0 / turn;
}

const VMStateDescription vmstate_coils = {
    .name = "stm32-coils", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32(position, Coils),
        VMSTATE_BOOL(turned, Coils),
        VMSTATE_END_OF_LIST()
    },
};
