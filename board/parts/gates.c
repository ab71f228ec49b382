/*
 * Logic gates: wokwi-gate-not, -buffer (IN, OUT), -and-2, -or-2, -nand-2, -nor-2, -xor-2, -xnor-2 (A, B, OUT), and
 * wokwi-mux-2 (A, B, SEL, OUT: SEL high is B).  They take no time; an input that nobody drives is low.
 *
 * Deliberately different: a square wave at an input has its edges at OUT one by one, which costs an event each; an output
 * that comes back to its own inputs (a latch of gates) settles, or, if it can't, stands after a while (part_enter()).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/part.h"

#define TYPE_GATE "stm32-gate"
OBJECT_DECLARE_TYPE(Gate, GateClass, GATE)

enum { INPUTS = 3 };

struct GateClass {
    PartClass parent_class;
    unsigned inputs;
    uint8_t truth;              /* bit n: OUT where the inputs are n, the first of them lowest */
};

struct Gate {
    Part parent_obj;
    PinListener in[INPUTS];
    PinDriver out;
};

static void drive(Gate *g)
{
    GateClass *gc = GATE_GET_CLASS(g);
    unsigned at = 0;

    for (unsigned n = 0; n < gc->inputs; n++) {
        at |= pin_level(part_leg(PART(g), n)) << n;
    }
    if (part_enter()) {
        pin_drive_level(&g->out, gc->truth >> at & 1);
        part_leave();
    }
}

static void in_changed(void *opaque, bool level)
{
    drive(opaque);
}

static bool gate_fit(Part *part, Error **errp)
{
    Gate *g = GATE(part);
    unsigned inputs = GATE_GET_CLASS(g)->inputs;

    pin_add_driver(part_leg(part, inputs), &g->out, part_id(part));
    for (unsigned n = 0; n < inputs; n++) {
        part_listen(part, n, &g->in[n], in_changed);
        pin_listen_to_waves(&g->in[n], true);
    }
    drive(g);
    return true;
}

static int gate_post_load(void *opaque, int version_id)
{
    drive(opaque);
    return 0;
}

static const VMStateDescription gate_vmstate = {
    .name = TYPE_GATE, .version_id = 1, .minimum_version_id = 1, .post_load = gate_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_END_OF_LIST()
    },
};

static const char *const one_legs[] = { "IN", "OUT", NULL };
static const char *const two_legs[] = { "A", "B", "OUT", NULL };
static const char *const mux_legs[] = { "A", "B", "SEL", "OUT", NULL };

static const struct GateKind {
    const char *const *legs;
    unsigned inputs;
    uint8_t truth;
} not_gate = { one_legs, 1, 0x1 }, buffer = { one_legs, 1, 0x2 }, and_gate = { two_legs, 2, 0x8 },
  or_gate = { two_legs, 2, 0xe }, nand_gate = { two_legs, 2, 0x7 }, nor_gate = { two_legs, 2, 0x1 },
  xor_gate = { two_legs, 2, 0x6 }, xnor_gate = { two_legs, 2, 0x9 }, mux = { mux_legs, 3, 0xca };

static void gate_class_init(ObjectClass *klass, void *data)
{
    const struct GateKind *kind = data;

    DEVICE_CLASS(klass)->desc = kind->inputs == 1 ? "logic gate: IN, OUT" : "logic gate: A, B, OUT";
    DEVICE_CLASS(klass)->vmsd = &gate_vmstate;
    GATE_CLASS(klass)->inputs = kind->inputs;
    GATE_CLASS(klass)->truth = kind->truth;
    part_class_set(klass, kind->legs, NULL, NULL, gate_fit);
}

#define GATE_TYPE(name_, kind_) \
    { .name = name_, .parent = TYPE_GATE, .class_init = gate_class_init, .class_data = (void *)&kind_ }

static const TypeInfo gate_types[] = {
    { .name = TYPE_GATE, .parent = TYPE_PART, .abstract = true, .instance_size = sizeof(Gate),
      .class_size = sizeof(GateClass) },
    GATE_TYPE("wokwi-gate-not", not_gate), GATE_TYPE("wokwi-gate-buffer", buffer), GATE_TYPE("wokwi-gate-and-2", and_gate),
    GATE_TYPE("wokwi-gate-or-2", or_gate), GATE_TYPE("wokwi-gate-nand-2", nand_gate),
    GATE_TYPE("wokwi-gate-nor-2", nor_gate), GATE_TYPE("wokwi-gate-xor-2", xor_gate),
    GATE_TYPE("wokwi-gate-xnor-2", xnor_gate), GATE_TYPE("wokwi-mux-2", mux),
};
DEFINE_TYPES(gate_types)
