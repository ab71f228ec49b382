/*
 * A membrane keypad, 4 rows of 3 or 4 keys: `pressed` has the labels of the keys that are held, "5" or "1,A"; "" none.
 * A key joins its row to its column.  There are no diodes: three of a rectangle close the fourth.  No bouncing.
 *
 * Labels are those of `keys`, a list in JSON or with commas.  unsure: Wokwi's control is `pressed` for a key alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"

#define TYPE_KEYPAD "wokwi-membrane-keypad"
OBJECT_DECLARE_SIMPLE_TYPE(Keypad, KEYPAD)

enum { ROWS = 4, COLUMNS = 4, KEYS = ROWS * COLUMNS };

struct Keypad {
    Part parent_obj;
    PinContact contact[KEYS];
    char *label[KEYS];
    uint32_t columns;
    uint16_t pressed;           /* bit n: key n */
};

static char *labels(const Keypad *k, unsigned of)
{
    GString *text = g_string_new(NULL);

    for (unsigned n = 0; n < KEYS; n++) {
        if (of >> n & 1) {
            g_string_append_printf(text, "%s%s", text->len ? "," : "", k->label[n]);
        }
    }
    return g_string_free(text, false);
}

static int find_key(const Keypad *k, const char *label)
{
    for (unsigned n = 0; n < KEYS; n++) {
        if (!strcmp(k->label[n], label) && n % COLUMNS < k->columns) {
            return n;
        }
    }
    return -1;
}

static char *get_pressed(Object *obj, Error **errp)
{
    return labels(KEYPAD(obj), KEYPAD(obj)->pressed);
}

static void put_pressed(Keypad *k)
{
    for (unsigned n = 0; n < KEYS; n++) {
        contact_set(&k->contact[n], k->pressed >> n & 1 ? 0 : CONTACT_OPEN);
    }
}

static void set_pressed(Object *obj, const char *value, Error **errp)
{
    Keypad *k = KEYPAD(obj);
    g_auto(GStrv) wanted = g_strsplit(value, ",", 0);
    unsigned pressed = 0;

    for (char **label = wanted; *label; label++) {
        int n = find_key(k, *label);

        if (n < 0) {
            g_autofree char *all = labels(k, 0xffff);

            error_setg(errp, "there is no key '%s'; there are %s", *label, all);
            return;
        }
        pressed |= 1 << n;
    }
    k->pressed = pressed;
    if (PART(k)->fitted) {
        put_pressed(k);
    }
}

static char *get_keys(Object *obj, Error **errp)
{
    return labels(KEYPAD(obj), 0xffff);
}

static void set_keys(Object *obj, const char *value, Error **errp)
{
    Keypad *k = KEYPAD(obj);
    g_autofree char *plain = g_strdup(value);
    g_auto(GStrv) label = g_strsplit(g_strstrip(g_strdelimit(plain, "[]\"", ' ')), ",", 0);

    for (unsigned n = 0; n < KEYS && label[n]; n++) {
        g_free(k->label[n]);
        k->label[n] = g_strdup(g_strstrip(label[n]));
    }
}

static bool keypad_fit(Part *part, Error **errp)
{
    Keypad *k = KEYPAD(part);

    if (k->columns != 3 && k->columns != 4) {
        error_setg(errp, "%s: columns is 3 or 4, not %u", part_id(part), k->columns);
        return false;
    }
    for (unsigned n = 0; n < KEYS; n++) {
        contact_add(&k->contact[n], part_leg(part, n / COLUMNS), part_leg(part, ROWS + n % COLUMNS),
                    k->pressed >> n & 1 ? 0 : CONTACT_OPEN);
    }
    return true;
}

static int keypad_post_load(void *opaque, int version_id)
{
    put_pressed(opaque);
    return 0;
}

static const VMStateDescription keypad_vmstate = {
    .name = TYPE_KEYPAD, .version_id = 1, .minimum_version_id = 1, .post_load = keypad_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16(pressed, Keypad),
        VMSTATE_END_OF_LIST()
    },
};

static void keypad_init(Object *obj)
{
    set_keys(obj, "1,2,3,A,4,5,6,B,7,8,9,C,*,0,#,D", NULL);
}

static const Property keypad_properties[] = {
    DEFINE_PROP_UINT32("columns", Keypad, columns, 4),
};

static void keypad_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "R1", "R2", "R3", "R4", "C1", "C2", "C3", "C4", NULL };
    static const char *const looks[] = { "connector", NULL };
    static const char *const shows[] = { "pressed", NULL };

    DEVICE_CLASS(klass)->desc = "keypad: R1 ... R4, C1 ... C4; columns=, keys=";
    DEVICE_CLASS(klass)->vmsd = &keypad_vmstate;
    part_class_set(klass, legs, looks, shows, keypad_fit);
    object_class_property_add_str(klass, "pressed", get_pressed, set_pressed);
    object_class_property_add_str(klass, "keys", get_keys, set_keys);
    device_class_set_props(DEVICE_CLASS(klass), keypad_properties);
}

static const TypeInfo keypad_types[] = { {
    .name = TYPE_KEYPAD, .parent = TYPE_PART, .instance_size = sizeof(Keypad), .instance_init = keypad_init,
    .class_init = keypad_class_init,
} };
DEFINE_TYPES(keypad_types)
