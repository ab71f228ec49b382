/*
 * Properties that the page shows: of the board's LEDs, its button and accelerometer, of the machine, and what each
 * part of the bench has that a picture shows or people set.
 *
 * They are looked at, with every tick; those that differ from the time before are what pages get.  The name of one
 * is "led-green.brightness", of a part's "/lamp.brightness".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/qapi-types-run-state.h"
#include "qobject/qbool.h"
#include "qobject/qnum.h"
#include "qom/qom-qobject.h"
#include "system/runstate.h"
#include "stm32/board/page/state.h"
#include "stm32/board/parts/part.h"

#define SELDOM 30               /* ticks between two looks at what is measured over some time */

typedef struct Look {
    Object *object;             /* NULL: the run state */
    char *key;
    const char *property;
    bool seldom;
    Lamp *lamp;                 /* for the brightness of a LED, or NULL */
    QObject *value;
    uint64_t changed;           /* the tick that found it so */
} Look;

static GArray *looks;

/* ---- What is looked at ---- */

static const struct {
    const char *child, *property;       /* of the machine; "": the machine itself */
    bool seldom;
} board_table[] = {
    { "led-green", "brightness" }, { "led-orange", "brightness" },
    { "led-red", "brightness" }, { "led-blue", "brightness" },
    { "led-vbus", "brightness" }, { "led-overcurrent", "brightness" },
    { "button-user", "pressed" },
    { "accelerometer", "x" }, { "accelerometer", "y" }, { "accelerometer", "z" },
    { "", "virtual-time" }, { "", "speed" }, { "", "speed-ratio", true },
};

static void add(Object *object, const char *prefix, const char *property, bool seldom)
{
    Look look = {
        .object = object, .key = g_strdup_printf("%s.%s", prefix, property), .property = property, .seldom = seldom,
    };

    for (unsigned n = 0; n < looks->len; n++) {
        if (!strcmp(g_array_index(looks, Look, n).key, look.key)) {
            g_free(look.key);
            return;
        }
    }
    look.lamp = object && !strcmp(property, "brightness") ? lamp_new(object) : NULL;
    g_array_append_val(looks, look);
}

static int add_part(Object *child, void *opaque)
{
    Part *part = (Part *)object_dynamic_cast(child, TYPE_PART);
    PartClass *pc = part ? PART_GET_CLASS(part) : NULL;
    g_autofree char *prefix = part ? g_strdup_printf("/%s", part_id(part)) : NULL;

    for (unsigned n = 0; part && pc->shows[n]; n++) {
        add(child, prefix, pc->shows[n], false);
    }
    for (const PartControl *c = part ? pc->controls : NULL; c && c->name; c++) {
        add(child, prefix, c->name, false);
    }
    return 0;
}

static void find_all(const PageBoard *board)
{
    looks = g_array_new(false, false, sizeof(Look));
    for (unsigned n = 0; n < ARRAY_SIZE(board_table); n++) {
        const char *child = board_table[n].child;
        Object *object = *child ? object_resolve_path_component(board->machine, child) : board->machine;

        if (object) {
            add(object, *child ? child : "machine", board_table[n].property, board_table[n].seldom);
        }
    }
    add(NULL, "machine", "running", false);
    object_child_foreach(object_resolve_path("/machine/peripheral", NULL), add_part, NULL);
}

/* ---- Looking ---- */

static QObject *value_of(const Look *look)
{
    if (look->lamp) {
        return QOBJECT(qnum_from_int(lamp_percent(look->lamp)));
    }
    return look->object ? object_property_get_qobject(look->object, look->property, NULL)
           : QOBJECT(qbool_from_bool(runstate_is_running()));
}

void look_watch(const PageBoard *board, bool on)
{
    if (!looks) {
        find_all(board);
    }
    for (unsigned n = 0; n < looks->len; n++) {
        if (g_array_index(looks, Look, n).lamp) {
            lamp_watch(g_array_index(looks, Look, n).lamp, on);
        }
    }
}

void look_update(uint64_t now)
{
    for (unsigned n = 0; n < looks->len; n++) {
        Look *look = &g_array_index(looks, Look, n);
        QObject *value = look->seldom && look->value && now % SELDOM ? NULL : value_of(look);

        if (!value || (look->value && qobject_is_equal(value, look->value))) {
            qobject_unref(value);
            continue;
        }
        qobject_unref(look->value);
        look->value = value;
        look->changed = now;
    }
}

QDict *look_changes(uint64_t seen)
{
    QDict *changes = NULL;

    for (unsigned n = 0; n < looks->len; n++) {
        Look *look = &g_array_index(looks, Look, n);

        if (look->changed > seen) {
            changes = changes ?: qdict_new();
            qdict_put_obj(changes, look->key, qobject_ref(look->value));
        }
    }
    return changes;
}

/* ---- Parts ---- */

bool look_may_set(Object *object, const char *property)
{
    ObjectProperty *p = object_property_find(object, property);

    return p && p->set && !strchr(property, '[') && !part_find_leg(PART(object), property) &&
           !g_strv_contains(PART_GET_CLASS(object)->looks, property) &&
           !object_class_property_find(object_class_by_name(TYPE_PART), property);
}

static QDict *describe_control(const PartControl *c)
{
    QDict *control = qdict_new();

    qdict_put_str(control, "name", c->name);
    qdict_put_str(control, "what", c->what ?: "");
    qdict_put_int(control, "scale", c->scale);
    qdict_put_int(control, "min", c->min);
    qdict_put_int(control, "max", c->max);
    return control;
}

static int describe_part(Object *child, void *list)
{
    Part *part = (Part *)object_dynamic_cast(child, TYPE_PART);
    QDict *one;
    QList *controls;

    if (!part) {
        return 0;
    }
    one = qdict_new();
    controls = qlist_new();
    for (const PartControl *c = PART_GET_CLASS(part)->controls; c && c->name; c++) {
        qlist_append(controls, describe_control(c));
    }
    qdict_put_str(one, "id", part_id(part));
    qdict_put_str(one, "type", object_get_typename(child));
    qdict_put(one, "controls", controls);
    qlist_append((QList *)list, one);
    return 0;
}

QList *look_parts(void)
{
    QList *parts = qlist_new();

    object_child_foreach(object_resolve_path("/machine/peripheral", NULL), describe_part, parts);
    return parts;
}
