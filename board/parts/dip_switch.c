/*
 * Eight switches in a row: `values`, "10000000" closes the first.  They bounce, unless `bounce=0`.
 *
 * unsure: the name of Wokwi's control; `values` is that of its picture, whose form with commas is taken too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "stm32/board/parts/part.h"
#include "stm32/board/parts/switch.h"

#define TYPE_DIP_SWITCH "wokwi-dip-switch-8"
OBJECT_DECLARE_SIMPLE_TYPE(DipSwitch, DIP_SWITCH)

enum { SWITCHES = 8 };

struct DipSwitch {
    Part parent_obj;
    Switch contact[SWITCHES];
    uint8_t closed;             /* bit 0: the first */
    bool steady;
};

static char *get_values(Object *obj, Error **errp)
{
    char text[SWITCHES + 1] = "";

    for (unsigned n = 0; n < SWITCHES; n++) {
        text[n] = DIP_SWITCH(obj)->closed >> n & 1 ? '1' : '0';
    }
    return g_strdup(text);
}

static void set_values(Object *obj, const char *value, Error **errp)
{
    DipSwitch *s = DIP_SWITCH(obj);
    unsigned n = 0, closed = 0;

    for (; *value && n <= SWITCHES; value++) {
        if (*value == '0' || *value == '1') {
            closed |= (*value == '1') << n++;
        } else if (!strchr("[], ", *value)) {
            break;
        }
    }
    if (*value || n != SWITCHES) {
        error_setg(errp, "values is eight of 0 and 1, as 10000000");
        return;
    }
    s->closed = closed;
    for (n = 0; n < SWITCHES; n++) {
        switch_set(&s->contact[n], closed >> n & 1, s->steady);
    }
}

static bool dip_switch_fit(Part *part, Error **errp)
{
    DipSwitch *s = DIP_SWITCH(part);

    for (unsigned n = 0; n < SWITCHES; n++) {
        switch_add(&s->contact[n], part_leg(part, n), part_leg(part, SWITCHES + n), s->closed >> n & 1);
    }
    return true;
}

static const VMStateDescription dip_switch_vmstate = {
    .name = TYPE_DIP_SWITCH, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SWITCHES(contact, DipSwitch, SWITCHES),
        VMSTATE_UINT8(closed, DipSwitch),
        VMSTATE_END_OF_LIST()
    },
};

static void dip_switch_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = {
        "1a", "2a", "3a", "4a", "5a", "6a", "7a", "8a", "1b", "2b", "3b", "4b", "5b", "6b", "7b", "8b", NULL
    };
    static const char *const shows[] = { "values", NULL };

    DEVICE_CLASS(klass)->desc = "eight switches: 1a, 1b ... 8a, 8b";
    DEVICE_CLASS(klass)->vmsd = &dip_switch_vmstate;
    part_class_set(klass, legs, NULL, shows, dip_switch_fit);
    object_class_property_add_str(klass, "values", get_values, set_values);
    switch_class_add_bounce(klass, offsetof(DipSwitch, steady));
}

static const TypeInfo dip_switch_types[] = { {
    .name = TYPE_DIP_SWITCH, .parent = TYPE_PART, .instance_size = sizeof(DipSwitch),
    .class_init = dip_switch_class_init,
} };
DEFINE_TYPES(dip_switch_types)
