/*
 * A remote control with 20 keys that sends NEC's code with the address 0: `pressed` = "play" holds that key, "" lets go.  The
 * keys are power, menu, test, plus, back, prev, play, next, minus, c, 0 ... 9, as Wokwi's element names them.
 *
 * All wokwi-ir-receivers see it.  unsure: the name of Wokwi's control, which documents none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/ir.h"
#include "stm32/board/parts/part.h"

#define TYPE_IR_REMOTE "wokwi-ir-remote"
OBJECT_DECLARE_SIMPLE_TYPE(IrRemote, IR_REMOTE)

struct IrRemote {
    Part parent_obj;
    uint8_t key;                /* that is held, from 1 */
};

static const struct {
    const char *name, *also;    /* as the documentation has it */
    uint8_t command;
} keys[] = {
    { "power", "power", 0xa2 }, { "menu", "menu", 0xe2 }, { "test", "test", 0x22 }, { "plus", "+", 0x02 },
    { "back", "back", 0xc2 }, { "prev", "previous", 0xe0 }, { "play", "play", 0xa8 }, { "next", "next", 0x90 },
    { "minus", "-", 0x98 }, { "c", "c", 0xb0 }, { "0", "0", 0x68 }, { "1", "1", 0x30 }, { "2", "2", 0x18 },
    { "3", "3", 0x7a }, { "4", "4", 0x10 }, { "5", "5", 0x38 }, { "6", "6", 0x5a }, { "7", "7", 0x42 }, { "8", "8", 0x4a },
    { "9", "9", 0x52 },
};

static IrListener *listeners;

void ir_listen(IrListener *listener)
{
    listener->next = listeners;
    listeners = listener;
}

void ir_press(uint32_t message)
{
    for (IrListener *l = listeners; l; l = l->next) {
        l->pressed(l->opaque, message);
    }
}

void ir_release(void)
{
    for (IrListener *l = listeners; l; l = l->next) {
        l->released(l->opaque);
    }
}

uint32_t ir_nec(uint16_t address, uint8_t command)
{
    uint16_t sent = address > 0xff ? address : address | (0xff & ~address) << 8;

    return sent | command << 16 | (uint32_t)(0xff & ~command) << 24;
}

static unsigned find_key(const char *name)
{
    for (unsigned n = 0; n < ARRAY_SIZE(keys); n++) {
        if (!g_ascii_strcasecmp(name, keys[n].name) || !g_ascii_strcasecmp(name, keys[n].also)) {
            return n + 1;
        }
    }
    return 0;
}

static char *get_pressed(Object *obj, Error **errp)
{
    unsigned key = IR_REMOTE(obj)->key;

    return g_strdup(key ? keys[key - 1].name : "");
}

static void set_pressed(Object *obj, const char *value, Error **errp)
{
    IrRemote *r = IR_REMOTE(obj);
    unsigned key = find_key(value);

    if (*value && !key) {
        error_setg(errp, "there is no key '%s'; the keys are power, menu, test, plus, back, prev, play, next, minus, c, "
                   "0 to 9", value);
        return;
    }
    r->key = key;
    if (!PART(r)->fitted) {
        r->key = 0;
    } else if (key) {
        ir_press(ir_nec(0, keys[key - 1].command));
    } else {
        ir_release();
    }
}

static int ir_remote_post_load(void *opaque, int version_id)
{
    return IR_REMOTE(opaque)->key <= ARRAY_SIZE(keys) ? 0 : -EINVAL;
}

static const VMStateDescription ir_remote_vmstate = {
    .name = TYPE_IR_REMOTE, .version_id = 1, .minimum_version_id = 1, .post_load = ir_remote_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(key, IrRemote),
        VMSTATE_END_OF_LIST()
    },
};

static void ir_remote_class_init(ObjectClass *klass, void *data)
{
    static const char *const shows[] = { "pressed", NULL };

    DEVICE_CLASS(klass)->desc = "remote control for all wokwi-ir-receivers";
    DEVICE_CLASS(klass)->vmsd = &ir_remote_vmstate;
    part_class_set(klass, NULL, NULL, shows, NULL);
    object_class_property_add_str(klass, "pressed", get_pressed, set_pressed);
}

static const TypeInfo ir_remote_types[] = { {
    .name = TYPE_IR_REMOTE, .parent = TYPE_PART, .instance_size = sizeof(IrRemote), .class_init = ir_remote_class_init,
} };
DEFINE_TYPES(ir_remote_types)
