/*
 * What all parts of the bench share, see part.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "stm32/board/nearest.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/user_pin.h"

/* ---- Names ---- */

/* Is @name one of those in @names, which have blanks between? */
static bool is_among(const char *names, const char *name)
{
    g_auto(GStrv) one = g_strsplit(names, " ", 0);

    return g_strv_contains((const char *const *)one, name);
}

static int leg_number(const PartClass *pc, const char *name)
{
    for (unsigned n = 0; pc->legs[n]; n++) {
        if (is_among(pc->legs[n], name)) {
            return n;
        }
    }
    return -1;
}

Pin *part_find_leg(Part *part, const char *name)
{
    int n = leg_number(PART_GET_CLASS(part), name);

    return n < 0 ? NULL : &part->legs[n];
}

const char *part_id(const Part *part)
{
    return part->parent_obj.id ?: object_get_typename(OBJECT(part));
}

Part *part_find(const char *id)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);
    Object *object = strchr(id, '/') ? NULL : object_resolve_path(path, NULL);

    return object ? (Part *)object_dynamic_cast(object, TYPE_PART) : NULL;
}

/* "led1.A" for user_pin(); an id may have dots, and so may a leg. */
static Pin *find_leg(const char *name, Error **errp)
{
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        g_autofree char *id = g_strndup(name, dot - name), *legs = NULL;
        Part *part = part_find(id);
        Pin *pin = part ? part_find_leg(part, dot + 1) : NULL;

        if (part && !pin) {
            legs = g_strjoinv(", ", (char **)PART_GET_CLASS(part)->legs);
            error_setg(errp, "there is no leg '%s'; a %s has %s", name, object_get_typename(OBJECT(part)), legs);
        }
        if (part) {
            return pin;
        }
    }
    return NULL;
}

/* ---- Properties: legs and looks ---- */

static char *get_leg(Object *obj, const char *name)
{
    Part *part = PART(obj);

    return g_strdup(part->places[leg_number(PART_GET_CLASS(part), name)] ?: "");
}

static void leg_get(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    g_autofree char *place = get_leg(obj, name);

    visit_type_str(v, name, &place, errp);
}

static void leg_set(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    Part *part = PART(obj);
    char **place = &part->places[leg_number(PART_GET_CLASS(part), name)], *more;

    if (part->parent_obj.realized) {
        error_setg(errp, "%s.%s: the legs of parts are joined before the machine starts", part_id(part), name);
    } else if (visit_type_str(v, name, &more, errp)) {
        g_autofree char *were = *place;

        *place = were ? g_strdup_printf("%s:%s", were, more) : g_strdup(more);
        g_free(more);
    }
}

static void look_get(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    g_autofree char *value = g_strdup(g_hash_table_lookup(PART(obj)->looks, name) ?: "");

    visit_type_str(v, name, &value, errp);
}

static void look_set(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    char *value;

    if (visit_type_str(v, name, &value, errp)) {
        g_hash_table_insert(PART(obj)->looks, g_strdup(name), value);
    }
}

void part_class_set(ObjectClass *klass, const char *const *legs, const char *const *looks,
                    const char *const *shows, bool (*fit)(Part *part, Error **errp))
{
    static const char *const none[] = { NULL };
    PartClass *pc = PART_CLASS(klass);

    pc->legs = legs ?: none;
    pc->looks = looks ?: none;
    pc->shows = shows ?: none;
    pc->fit = fit;
    for (legs = pc->legs; *legs; legs++) {
        g_auto(GStrv) name = g_strsplit(*legs, " ", 0);

        for (char **n = name; *n; n++) {
            object_class_property_add(klass, *n, "str", leg_get, leg_set, NULL, NULL);
            object_class_property_set_description(klass, *n, "what this leg is joined to: pd12, gnd, led1.A");
        }
    }
    for (looks = pc->looks; *looks; looks++) {
        if (object_class_property_find(klass, *looks)) {
            continue;           /* "type" is one of all objects; see part_set_attribute() */
        }
        object_class_property_add(klass, *looks, "str", look_get, look_set, NULL, NULL);
        object_class_property_set_description(klass, *looks, "for the eye alone");
    }
}

/* ---- Properties: controls ---- */

static int32_t *control_value(Part *part, const PartControl *control)
{
    return (int32_t *)((char *)part + control->offset);
}

static void control_get(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    const PartControl *control = opaque;
    int64_t value = *control_value(PART(obj), control);
    bool truth = value;
    double number = control->scale ? (double)value / control->scale : 0;

    if (!control->scale) {
        visit_type_bool(v, name, &truth, errp);
    } else if (control->scale == 1) {
        visit_type_int(v, name, &value, errp);
    } else {
        visit_type_number(v, name, &number, errp);
    }
}

static void control_set(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
    const PartControl *control = opaque;
    Part *part = PART(obj);
    double number;
    bool truth;

    if (!control->scale) {
        if (!visit_type_bool(v, name, &truth, errp)) {
            return;
        }
        number = truth;
    } else if (!visit_type_number(v, name, &number, errp)) {
        return;
    } else if (!(number >= control->min && number <= control->max)) {
        error_setg(errp, "%s is %g to %g, not %g", name, control->min, control->max, number);
        return;
    }
    *control_value(part, control) = lrint(number * MAX(control->scale, 1));
    if (part->fitted && control->changed) {
        control->changed(part);
    }
}

void part_class_set_controls(ObjectClass *klass, const PartControl *controls)
{
    PART_CLASS(klass)->controls = controls;
    for (; controls->name; controls++) {
        object_class_property_add(klass, controls->name, controls->scale ? "number" : "bool", control_get, control_set,
                                  NULL, (void *)controls);
        object_class_property_set_description(klass, controls->name, controls->what);
    }
}

static void tell_controls(Part *part)
{
    for (const PartControl *c = PART_GET_CLASS(part)->controls; c && c->name; c++) {
        if (c->changed) {
            c->changed(part);
        }
    }
}

static int controls_pre_save(void *opaque)
{
    Part *part = opaque;
    const PartControl *controls = PART_GET_CLASS(part)->controls;

    for (unsigned n = 0; controls[n].name; n++) {
        part->saved[n] = *control_value(part, &controls[n]);
    }
    return 0;
}

static int controls_post_load(void *opaque, int version_id)
{
    Part *part = opaque;
    const PartControl *controls = PART_GET_CLASS(part)->controls;

    for (unsigned n = 0; controls[n].name; n++) {
        const PartControl *c = &controls[n];
        int32_t scale = MAX(c->scale, 1);

        if (part->saved[n] < lrint(c->min * scale) || part->saved[n] > lrint((c->scale ? c->max : 1) * scale)) {
            return -EINVAL;
        }
        *control_value(part, c) = part->saved[n];
    }
    tell_controls(part);
    return 0;
}

static const VMStateDescription controls_vmstate = {
    .name = "stm32-part-controls", .version_id = 1, .minimum_version_id = 1,
    .pre_save = controls_pre_save, .post_load = controls_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32_ARRAY(saved, Part, PART_CONTROLS),
        VMSTATE_END_OF_LIST()
    },
};

/* ---- Rings ---- */

enum { DEEPEST = 300 };

static unsigned depth;

bool part_enter(void)
{
    return depth < DEEPEST && ++depth;
}

void part_leave(void)
{
    depth--;
}

/* ---- Attributes ---- */

static ObjectProperty *attribute_property(Part *part, const char *name)
{
    return leg_number(PART_GET_CLASS(part), name) < 0 ? object_property_find(OBJECT(part), name) : NULL;
}

static bool is_look(Part *part, const char *name)
{
    return g_strv_contains(PART_GET_CLASS(part)->looks, name);
}

bool part_has_attribute(Part *part, const char *name, char **nearest)
{
    ObjectProperty *property = attribute_property(part, name);
    bool has = property && (property->set || is_look(part, name));

    *nearest = has ? NULL : nearest_property(OBJECT(part), name);
    return has;
}

bool part_set_attribute(Part *part, const char *name, const char *value, Error **errp)
{
    ObjectProperty *property = attribute_property(part, name);

    if (is_look(part, name) && property && !property->set) {
        g_hash_table_insert(part->looks, g_strdup(name), g_strdup(value));
        return true;
    }
    return object_property_parse(OBJECT(part), name, value, errp);
}

/* ---- The device ---- */

static bool join_leg(Part *part, unsigned n, Error **errp)
{
    g_auto(GStrv) place = g_strsplit(part->places[n] ?: "", ":", 0);

    for (char **p = place; *p; p++) {
        Pin *pin = user_pin(part_id(part), *p, errp);

        if (!pin) {
            return false;
        }
        pin_join(pin, &part->legs[n]);
    }
    return true;
}

/* The machine goes on. */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    Part *part = opaque;

    for (unsigned n = 0; running && n < part->n_legs; n++) {
        pin_goes_on(&part->legs[n]);
    }
}

static void part_realize(DeviceState *dev, Error **errp)
{
    Part *part = PART(dev);
    PartClass *pc = PART_GET_CLASS(part);

    for (unsigned n = 0; n < part->n_legs; n++) {
        g_auto(GStrv) name = g_strsplit(pc->legs[n], " ", 2);

        part->legs[n].name = g_strdup_printf("%s.%s", part_id(part), name[0]);
        vmstate_register_any(NULL, &vmstate_pin, &part->legs[n]);
        if (!join_leg(part, n, errp)) {
            return;
        }
    }
    if (pc->fit && !pc->fit(part, errp)) {
        return;
    }
    part->fitted = true;
    tell_controls(part);
    if (pc->controls) {
        vmstate_register_any(NULL, &controls_vmstate, part);
    }
    qemu_add_vm_change_state_handler(vm_state_changed, part);
}

/* Paths to a leg, as to a pin of the chip: "/machine/peripheral/led1/pin-A", "pin-D-C" for D/C. */
static void name_leg(Object *part, const char *names, Pin *leg)
{
    g_auto(GStrv) name = g_strsplit(names, " ", 0);

    for (char **n = name; *n; n++) {
        g_autofree char *path = g_strdup_printf("pin-%s", *n);

        object_property_add_const_link(part, g_strdelimit(path, "/", '-'), OBJECT(leg));
    }
}

static void part_init(Object *obj)
{
    Part *part = PART(obj);
    PartClass *pc = PART_GET_CLASS(part);

    for (const PartControl *c = pc->controls; c && c->name; c++) {
        *control_value(part, c) = lrint(c->initial * MAX(c->scale, 1));
    }
    part->looks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (pc->legs[part->n_legs]) {
        part->n_legs++;
    }
    part->legs = g_new0(Pin, part->n_legs);
    part->places = g_new0(char *, part->n_legs);
    for (unsigned n = 0; n < part->n_legs; n++) {
        g_autofree char *child = g_strdup_printf("leg[%u]", n);

        object_initialize_child(obj, child, &part->legs[n], TYPE_PIN);
        name_leg(obj, pc->legs[n], &part->legs[n]);
    }
}

static void part_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = part_realize;
    dc->hotpluggable = false;
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo part_types[] = { {
    .name = TYPE_PART, .parent = TYPE_DEVICE, .abstract = true,
    .instance_size = sizeof(Part), .instance_init = part_init,
    .class_size = sizeof(PartClass), .class_init = part_class_init,
} };
DEFINE_TYPES(part_types)

static void part_register(void)
{
    user_pin_also(find_leg);
}
type_init(part_register)
