/*
 * QEMU's I2C parts, see i2c_parts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/core/pins/i2c_parts.h"

/* Only parts with one address are looked at. */
static void compare(I2cParts *p, I2cFrame *f)
{
    BusChild *kid;

    QTAILQ_FOREACH(kid, &BUS(p->bus)->children, sibling) {
        i2c_frame_compare(f, I2C_SLAVE(kid->child)->address);
    }
}

/* A START to another address does not end what QEMU's bus takes for a transfer. */
static void hear_address(I2cParts *p, I2cFrame *f)
{
    uint8_t address = f->data >> 1;

    if (i2c_bus_busy(p->bus) && address != p->address) {
        i2c_end_transfer(p->bus);
    }
    p->address = address;
    p->addressed = i2c_start_transfer(p->bus, address, f->data & 1) == 0;
    if (!p->addressed) {
        i2c_end_transfer(p->bus);
        compare(p, f);
    }
    i2c_frame_answer(f, p->addressed, 0xff);
}

void i2c_parts_hear(I2cParts *p, I2cFrame *f)
{
    switch (f->event) {
    case I2C_EVENT_START:
        p->addressed = false;
        p->follows = true;
        break;
    case I2C_EVENT_ADDRESS:
        if (p->follows) {
            hear_address(p, f);
        }
        p->follows = false;
        break;
    case I2C_EVENT_WRITE:
        i2c_frame_answer(f, p->addressed && i2c_send(p->bus, f->data) == 0, 0xff);
        break;
    case I2C_EVENT_READ:
        i2c_frame_answer(f, p->addressed, p->addressed ? i2c_recv(p->bus) : 0xff);
        break;
    case I2C_EVENT_NACK:
        if (p->addressed) {
            i2c_nack(p->bus);
        }
        break;
    case I2C_EVENT_STOP:
        i2c_parts_reset(p);
        break;
    default:
        break;
    }
}

void i2c_parts_reset(I2cParts *p)
{
    i2c_end_transfer(p->bus);
    p->addressed = p->follows = false;
}

bool i2c_parts_are_there(const I2cParts *p)
{
    return !QTAILQ_EMPTY(&BUS(p->bus)->children);
}

const VMStateDescription vmstate_i2c_parts = {
    .name = "stm32-i2c-parts", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(addressed, I2cParts),
        VMSTATE_UINT8(address, I2cParts),
        VMSTATE_BOOL(follows, I2cParts),
        VMSTATE_END_OF_LIST()
    },
};
