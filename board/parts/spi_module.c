/*
 * The slave of a module on SPI, see spi_module.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/spi_module.h"

/* The next byte is known, and its first bit is there until SCK says more. */
static void load(SpiModule *m)
{
    m->bits.out = m->ops->give ? m->ops->give(m->part) : 0xff;
}

static void drive_bit(SpiModule *m)
{
    if (m->out.pin) {
        pin_drive(&m->out, m->selected ? DRIVE_LEVEL(spi_bits_out(&m->bits)) : DRIVE(NONE));
    }
}

/* ---- Frames ---- */

static void show(SpiModule *m, SpiFrame *f, uint32_t out)
{
    if (!m->out.pin || !f->in || !signal_meets(f->in, &m->miso)) {
        return;
    }
    f->answer = out;
    f->known = f->drawn = true;
    pin_show(&m->out, &m->picture,
             picture_bits(f->start, f->bit, revbit32(out) >> (32 - f->bits), f->bits, out & 1));
    pin_drive(&m->out, DRIVE_OF(&m->picture));
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    SpiModule *m = opaque;
    SpiFrame *f = (SpiFrame *)frame;
    uint32_t in = 0xffff, out = 0;

    if (frame->bus != FRAME_SPI || !m->selected) {
        frame_pass_run(frame, m->selected ? FRAME_SPI : FRAME_RUN);
        return;
    }
    m->bits.count = 0;
    spi_care_mode(DEVICE(m->part)->canonical_path, f->cpol, f->cpha);
    m->sampled = spi_sampled_at(f->start, f->bit, f->bits);
    if (f->out && signal_meets(f->out, &m->mosi)) {
        in = f->data;
    }
    for (int shift = f->bits - 8; shift >= 0; shift -= 8) {
        out = out << 8 | (m->bits.out & 0xff);
        m->ops->take(m->part, in >> shift & 0xff);
        load(m);
    }
    show(m, f, out);
}

/* ---- Levels: in mode 0 and mode 3 SCK's rising edge samples, and the falling one shifts ---- */

static void sck_changed(void *opaque, bool level)
{
    SpiModule *m = opaque;

    if (!spi_bits_is_edge(m->sck_pin)) {
        return;
    }
    if (!level) {
        drive_bit(m);
    } else if (spi_bits_sample(&m->bits, pin_plain_level(m->mosi_pin))) {
        m->ops->take(m->part, m->bits.in & 0xff);
        load(m);
    }
}

static void cs_changed(void *opaque, bool level)
{
    SpiModule *m = opaque;

    if (level && m->selected) {
        spi_care_deselected(DEVICE(m->part)->canonical_path, m->cs_level.pin, m->sampled);
    }
    m->selected = !level;
    m->sampled = 0;
    m->bits = (SpiBits) { .width = 8 };
    m->picture = picture_rest(true);
    if (m->ops->select) {
        m->ops->select(m->part, m->selected);
    }
    if (m->selected) {
        load(m);
    }
    pin_listen(&m->sck_level, m->selected ? m->sck_pin : NULL);
    drive_bit(m);
}

/* ---- What it is made of ---- */

void spi_module_init(SpiModule *m, Part *part, Pin *sck, Pin *mosi, Pin *miso, Pin *cs, const SpiModuleOps *ops)
{
    m->part = part;
    m->ops = ops;
    m->sck_pin = sck;
    m->mosi_pin = mosi;
    m->bits.width = 8;
    m->picture = picture_rest(true);
    signal_init(&m->sck, "spi module");
    signal_init(&m->mosi, "spi module");
    signal_init(&m->miso, "spi module");
    m->sck.heard = heard;
    m->sck.opaque = m->sck_level.opaque = m->cs_level.opaque = m;
    signal_solder(&m->sck, sck);
    signal_solder(&m->mosi, mosi);
    m->sck_level.changed = sck_changed;
    m->cs_level.changed = cs_changed;
    if (miso) {
        signal_solder(&m->miso, miso);
        pin_add_driver(miso, &m->out, part_id(part));
    }
    pin_listen(&m->cs_level, cs);
    if (!pin_level(cs)) {
        cs_changed(m, false);
    }
}

static int spi_module_post_load(void *opaque, int version_id)
{
    SpiModule *m = opaque;

    if (m->bits.width != 8 || m->bits.count >= 8) {
        return -EINVAL;
    }
    pin_listen(&m->sck_level, m->selected ? m->sck_pin : NULL);
    if (m->out.pin && m->selected && m->picture.count) {
        pin_drive(&m->out, DRIVE_OF(&m->picture));
    } else {
        drive_bit(m);
    }
    return 0;
}

const VMStateDescription vmstate_spi_module = {
    .name = "stm32-spi-module", .version_id = 1, .minimum_version_id = 1, .post_load = spi_module_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_BITS(bits, SpiModule),
        VMSTATE_PICTURE(picture, SpiModule),
        VMSTATE_BOOL(selected, SpiModule),
        VMSTATE_END_OF_LIST()
    },
};
