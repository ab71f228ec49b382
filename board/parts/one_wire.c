/*
 * A slave on 1-Wire, see one_wire.h.  Times as of a DS18B20: a reset is 480 us low, the slave answers 30 us later with
 * 120 us low; of a slot that is longer than 20 us low a 0 is read; a 0 is held for 30 us.
 *
 * Not able to: overdrive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/parts/one_wire.h"
#include "stm32/core/counter.h"

enum { RESET_NS = 400000, ZERO_NS = 20000, HOLD_NS = 30000, WAIT_NS = 30000, PRESENCE_NS = 120000 };
enum { DEAF, ROM_COMMAND, MATCH, SEARCH, READ_ROM, COMMAND, DATA };

uint8_t one_wire_crc(const uint8_t *data, unsigned n)
{
    uint8_t crc = 0;

    while (n--) {
        crc ^= *data++;
        for (unsigned i = 0; i < 8; i++) {
            crc = crc & 1 ? crc >> 1 ^ 0x8c : crc >> 1;
        }
    }
    return crc;
}

static void drive(OneWire *w)
{
    pin_drive(&w->out, w->pulls ? DRIVE(LOW) : DRIVE(NONE));
    counter_arm(w->timer, w->pulls || w->presence ? w->next : COUNTER_NEVER);
}

static void expired(void *opaque)
{
    OneWire *w = opaque;

    w->pulls = w->presence == 1;
    w->next += PRESENCE_NS;
    w->presence = w->presence == 1 ? 2 : 0;
    drive(w);
}

static bool rom_bit(const OneWire *w)
{
    return w->rom[w->place / 8] >> w->place % 8 & 1;
}

/* A bit of the ROM is done. */
static void next_place(OneWire *w, unsigned then)
{
    if (++w->place == 64) {
        w->state = then;
    }
}

/* ---- Bits ---- */

static void rom_command(OneWire *w, uint8_t byte)
{
    w->place = w->step = 0;
    switch (byte) {
    case 0x33:
        w->state = READ_ROM;
        break;
    case 0x55:
        w->state = MATCH;
        break;
    case 0xcc:
        w->state = COMMAND;
        break;
    case 0xf0:
        w->state = SEARCH;
        break;
    case 0xec:
        w->state = w->alarms(w->opaque) ? SEARCH : DEAF;
        break;
    default:
        w->state = DEAF;
        break;
    }
}

static void take_byte(OneWire *w, uint8_t byte)
{
    if (w->state == ROM_COMMAND) {
        rom_command(w, byte);
    } else {
        bool command = w->state == COMMAND;

        w->state = DATA;
        w->take(w->opaque, byte, command);
    }
}

static void take_bit(OneWire *w, bool bit)
{
    if (w->state == MATCH || (w->state == SEARCH && w->step == 2)) {
        w->step = 0;
        if (bit != rom_bit(w)) {
            w->state = DEAF;            /* somebody else is meant */
        } else {
            next_place(w, COMMAND);
        }
        return;
    }
    w->byte = w->byte >> 1 | bit << 7;
    w->bits = (w->bits + 1) % 8;
    if (!w->bits) {
        take_byte(w, w->byte);
    }
}

/* What we say in the slot that begins; -1: nothing, the master writes. */
static int give_bit(OneWire *w)
{
    int bit;

    switch (w->state) {
    case READ_ROM:
        bit = rom_bit(w);
        next_place(w, COMMAND);
        return bit;
    case SEARCH:
        return w->step < 2 ? rom_bit(w) ^ w->step++ : -1;
    case DATA:
        return w->bits ? -1 : w->give(w->opaque);
    default:
        return -1;
    }
}

/* ---- Edges ---- */

static void fell(OneWire *w, int64_t ns)
{
    int bit = w->presence || w->state == DEAF ? -1 : give_bit(w);

    w->fell = ns;
    w->given = bit >= 0;
    if (!bit) {
        w->pulls = true;
        w->next = ns + HOLD_NS;
        drive(w);
    }
}

static void rose(OneWire *w, int64_t ns)
{
    int64_t low = ns - w->fell;

    if (low >= RESET_NS) {
        w->state = ROM_COMMAND;
        w->bits = 0;
        w->presence = 1;
        w->next = ns + WAIT_NS;
        drive(w);
    } else if (w->state != DEAF && !w->given && !w->presence) {
        take_bit(w, low < ZERO_NS);
    }
}

static void changed(void *opaque, bool level)
{
    OneWire *w = opaque;

    if (w->presence == 2 || (w->presence == 1 && !level)) {
        w->fell = drive_now();          /* our own pulse, or another's */
        w->given = true;
    } else if (level) {
        rose(w, drive_now());
    } else {
        fell(w, drive_now());
    }
}

void one_wire_init(OneWire *w, Pin *pin)
{
    w->pin = pin;
    w->rom[7] = one_wire_crc(w->rom, 7);
    w->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, w);
    pin_add_driver(pin, &w->pull, "resistor of 1-Wire");
    pin_drive(&w->pull, DRIVE(PULL_UP));
    pin_add_driver(pin, &w->out, "1-Wire");
    w->listener = (PinListener) { .changed = changed, .opaque = w };
    pin_listen(&w->listener, pin);
}

static int one_wire_post_load(void *opaque, int version_id)
{
    OneWire *w = opaque;

    if (w->state > DATA || w->place > 64 || w->step > 2 || w->bits > 7 || w->presence > 2 ||
        (w->place == 64 && w->state < COMMAND && w->state != DEAF)) {
        return -EINVAL;
    }
    drive(w);
    return 0;
}

const VMStateDescription vmstate_one_wire = {
    .name = "stm32-one-wire", .version_id = 1, .minimum_version_id = 1, .post_load = one_wire_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(state, OneWire),
        VMSTATE_UINT8(bits, OneWire),
        VMSTATE_UINT8(byte, OneWire),
        VMSTATE_UINT8(place, OneWire),
        VMSTATE_UINT8(step, OneWire),
        VMSTATE_BOOL(given, OneWire),
        VMSTATE_BOOL(pulls, OneWire),
        VMSTATE_INT64(fell, OneWire),
        VMSTATE_INT64(next, OneWire),
        VMSTATE_UINT8(presence, OneWire),
        VMSTATE_END_OF_LIST()
    },
};
