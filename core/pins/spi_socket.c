/*
 * QEMU's SPI parts at pins, see spi_socket.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/irq.h"
#include "migration/vmstate.h"
#include "stm32/core/pins/spi_socket.h"

/* MISO is driven while the part is selected, and something has been said. */
static void drive_miso(SpiSocket *s)
{
    if (s->miso_driver.pin) {
        pin_drive(&s->miso_driver, s->selected && s->picture.count ? DRIVE_OF(&s->picture) : DRIVE(NONE));
    }
}

static void answer(SpiSocket *s, SpiFrame *f, uint32_t out)
{
    if (!s->miso_driver.pin || !f->in || !signal_meets(f->in, &s->miso)) {
        return;
    }
    f->answer = out;
    f->known = f->drawn = true;
    pin_show(&s->miso_driver, &s->picture,
             picture_bits(f->start, f->bit, revbit32(out) >> (32 - f->bits), f->bits, out & 1));
    drive_miso(s);
}

static void heard(void *opaque, Signal *from, Frame *frame)
{
    SpiSocket *s = opaque;
    SpiFrame *f = (SpiFrame *)frame;
    uint32_t in = 0xffff, out = 0;

    if (frame->bus != FRAME_SPI || !s->selected) {
        frame_pass_run(frame, s->selected ? FRAME_SPI : FRAME_RUN);
        return;
    }
    s->bits.count = 0;
    spi_care_mode(s->path, f->cpol, f->cpha);
    s->sampled = spi_sampled_at(f->start, f->bit, f->bits);
    if (f->out && signal_meets(f->out, &s->mosi)) {
        in = f->data;
    }
    for (int shift = f->bits - 8; shift >= 0; shift -= 8) {
        out = out << 8 | (ssi_transfer(s->bus, in >> shift & 0xff) & 0xff);
    }
    answer(s, f, out);
}

/* In mode 0 and mode 3 SCK's rising edge samples. */
static void sck_changed(void *opaque, bool level)
{
    SpiSocket *s = opaque;

    if (level && spi_bits_is_edge(s->sck_pin) && spi_bits_sample(&s->bits, pin_plain_level(s->mosi_pin))) {
        ssi_transfer(s->bus, s->bits.in & 0xff);
    }
}

static void listen_to_sck(SpiSocket *s)
{
    pin_listen(&s->sck_level, s->selected ? s->sck_pin : NULL);
}

static void cs_changed(void *opaque, bool level)
{
    SpiSocket *s = opaque;

    if (level && s->selected) {
        spi_care_deselected(s->path, s->cs_pin, s->sampled);
    }
    s->selected = !level;
    s->sampled = 0;
    s->bits = (SpiBits) { .width = 8 };
    s->picture = picture_rest(true);
    listen_to_sck(s);
    drive_miso(s);
    qemu_set_irq(s->cs, level);
}

void spi_socket_init(SpiSocket *s, DeviceState *owner, const char *name, Pin *sck, Pin *mosi, Pin *miso)
{
    s->path = owner->canonical_path;
    s->bus = ssi_create_bus(owner, name);
    s->sck_pin = sck;
    s->mosi_pin = mosi;
    s->bits.width = 8;
    s->picture = picture_rest(true);
    signal_init(&s->sck, "spi part");
    signal_init(&s->mosi, "spi part");
    signal_init(&s->miso, "spi part");
    s->sck.heard = heard;
    s->sck.opaque = s->sck_level.opaque = s->cs_level.opaque = s;
    signal_solder(&s->sck, sck);
    signal_solder(&s->mosi, mosi);
    s->sck_level.changed = sck_changed;
    s->cs_level.changed = cs_changed;
    if (miso) {
        signal_solder(&s->miso, miso);
        pin_add_driver(miso, &s->miso_driver, "SPI part");
    }
}

void spi_socket_select(SpiSocket *s, SSIPeripheral *part, Pin *cs)
{
    s->cs_pin = cs;
    s->cs = qdev_get_gpio_in_named(DEVICE(part), SSI_GPIO_CS, 0);
    pin_listen(&s->cs_level, cs);
    cs_changed(s, pin_level(cs));
}

static int spi_socket_post_load(void *opaque, int version_id)
{
    SpiSocket *s = opaque;

    if (s->bits.width != 8 || s->bits.count >= 8) {
        return -EINVAL;
    }
    listen_to_sck(s);
    drive_miso(s);
    return 0;
}

const VMStateDescription vmstate_spi_socket = {
    .name = "stm32-spi-socket", .version_id = 1, .minimum_version_id = 1, .post_load = spi_socket_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_BITS(bits, SpiSocket),
        VMSTATE_PICTURE(picture, SpiSocket),
        VMSTATE_BOOL(selected, SpiSocket),
        VMSTATE_END_OF_LIST()
    },
};
