/*
 * A TFT with an ILI9341 on a bus of the kind 8080, at the static memory controller:
 *
 *   -device stm32-ili9341,bank=ne1,width=16,rs=a16
 *
 * rs=LINE       the address line that is its D/CX: a write with that low is a command.  With 16 data lines line An
 *               is bit n + 1 of an address: at NE1 with rs=a16 commands are at 0x60000000, data at 0x60020000.
 * rotate=90     how it is mounted: turned by that against the clock, so a landscape picture is upright
 * reset=PIN     its RESET; without it is at that of the chip
 * te=PIN        its tearing line
 * rgb-glass=on, straight=on   see ili9341_picture.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "hw/qdev-properties.h"
#include "stm32/core/fsmc/part.h"
#include "stm32/board/displays/ili9341.h"

#define TYPE_ILI9341_PARALLEL "stm32-ili9341"
OBJECT_DECLARE_SIMPLE_TYPE(Ili9341Parallel, ILI9341_PARALLEL)

/* Its datasheet, 18.3: a write, and a read that is not of its memory, which would be 450. */
#define WRITE_NS 66
#define READ_NS 160

struct Ili9341Parallel {
    FsmcPart parent_obj;
    char *rs_name;
    uint32_t rs;                /* its bit among the address lines */
    Ili9341 controller;
};

/* "a16" */
static bool find_rs(Ili9341Parallel *s, Error **errp)
{
    const char *name = s->rs_name ?: "a16";
    unsigned line;

    if (g_ascii_tolower(*name) != 'a' || qemu_strtoui(name + 1, NULL, 10, &line) || line > 25) {
        error_setg(errp, "rs=%s: D/CX of the display is at one of the address lines a0 to a25", name);
        return false;
    }
    s->rs = 1u << line;
    return true;
}

static bool parallel_prepare(FsmcPart *part, Error **errp)
{
    Ili9341Parallel *s = ILI9341_PARALLEL(part);

    if (!find_rs(s, errp) || !ili9341_init(&s->controller, DEVICE(part), errp)) {
        return false;
    }
    part->address_lines = part->register_select = s->rs;
    part->write_ns = WRITE_NS;
    part->read_ns = READ_NS;
    return true;
}

static uint16_t parallel_read(FsmcPart *part, FsmcSpace space, uint32_t address)
{
    Ili9341Parallel *s = ILI9341_PARALLEL(part);

    /* unsure: what is read with D/CX low */
    return address & s->rs ? ili9341_read(&s->controller, part->width) : 0;
}

static void parallel_write(FsmcPart *part, FsmcSpace space, uint32_t address, uint16_t data, unsigned lanes)
{
    Ili9341Parallel *s = (Ili9341Parallel *)part;       /* for each pixel */

    if (address & s->rs) {
        ili9341_write(&s->controller, data, part->width);
    } else {
        ili9341_command(&s->controller, data);
    }
}

static void parallel_reset(DeviceState *dev)
{
    ili9341_machine_reset(&ILI9341_PARALLEL(dev)->controller);
}

static const Property parallel_properties[] = {
    DEFINE_PROP_STRING("rs", Ili9341Parallel, rs_name),
    ILI9341_PROPERTIES(Ili9341Parallel, controller),
};

static const VMStateDescription parallel_vmstate = {
    .name = TYPE_ILI9341_PARALLEL, .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_ILI9341(controller, Ili9341Parallel),
        VMSTATE_END_OF_LIST()
    },
};

static void parallel_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    FsmcPartClass *pc = FSMC_PART_CLASS(klass);

    dc->desc = "TFT of 240 x 320 at the FSMC: bank=ne1,width=16,rs=a16";
    dc->vmsd = &parallel_vmstate;
    device_class_set_legacy_reset(dc, parallel_reset);
    pc->prepare = parallel_prepare;
    pc->read = parallel_read;
    pc->write = parallel_write;
    device_class_set_props(dc, parallel_properties);
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
}

static const TypeInfo parallel_types[] = { {
    .name = TYPE_ILI9341_PARALLEL, .parent = TYPE_FSMC_PART, .instance_size = sizeof(Ili9341Parallel),
    .class_init = parallel_class_init,
} };
DEFINE_TYPES(parallel_types)
