/*
 * A reader of cards at 13.56 MHz on SPI, MFRC522 (NXP's data sheet 3.9), with Wokwi's six cards: `card` says which one, and
 * `tagPresent` puts it there.  What is written to a card stays on it.  `uid` is the number of card 0, 01:02:03:04, or seven
 * bytes for an Ultralight.
 *
 * Frames take their time at 106 kbit/s, and a card answers 86 us behind them; the timer runs as it is set.  IRQ is an open
 * drain or drives, as it is set, and RST low resets.
 *
 * Not able to: more than one card at a time, other speeds, to be a card itself, I2C and UART, Receive alone, the test
 * registers, and the self test of its digital part.
 * unsure: how long a card takes to write; here no longer than to answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/timer.h"
#include "stm32/board/parts/rfid/mfrc522.h"
#include "stm32/core/counter.h"

#define TYPE_MFRC522 "board-mfrc522"
DECLARE_INSTANCE_CHECKER(Mfrc522, MFRC522, TYPE_MFRC522)

enum { LEG_SDA, LEG_SCK, LEG_MOSI, LEG_MISO, LEG_IRQ, LEG_GND, LEG_RST, LEG_3V3 };

/* ---- Registers ---- */

static uint8_t read_reg(Mfrc522 *m, uint8_t n)
{
    switch (n) {
    case FIFO_DATA:
        return mfrc522_pop(m);
    case FIFO_LEVEL:
        return m->level;
    case STATUS1:
        return m->reg[n] | mfrc522_irq_is_active(m) << 4 | (m->timer_ends != COUNTER_NEVER) << 3;
    case T_COUNTER_H:
        return mfrc522_timer_value(m) >> 8;
    case T_COUNTER_L:
        return mfrc522_timer_value(m);
    default:
        return m->reg[n];
    }
}

static void write_irqs(Mfrc522 *m, uint8_t n, uint8_t value, uint8_t mask)
{
    if (value & SET) {
        m->reg[n] |= value & mask;
    } else {
        m->reg[n] &= ~(value & mask);
    }
    mfrc522_drive_irq(m);
    mfrc522_arm(m);
}

static void write_reg(Mfrc522 *m, uint8_t n, uint8_t value)
{
    uint8_t was = m->reg[n];

    switch (n) {
    case COMMAND:
        m->reg[n] = (value & 0x30) | (was & 15);
        mfrc522_execute(m, value & 15);
        break;
    case COM_IRQ:
        write_irqs(m, n, value, 0x7f);
        break;
    case DIV_IRQ:
        write_irqs(m, n, value, DIV_IRQS);
        break;
    case ERROR: case STATUS1: case CRC_RESULT_H: case CRC_RESULT_L: case T_COUNTER_H: case T_COUNTER_L: case VERSION:
        break;
    case STATUS2:                       /* the end of encryption; its beginning is authentication alone */
        m->reg[n] = (value & 0xc0) | (was & value & CRYPTO1_ON);
        break;
    case FIFO_DATA:
        mfrc522_push(m, value);
        mfrc522_go_on(m);
        break;
    case FIFO_LEVEL:
        if (value & FLUSH) {
            mfrc522_flush(m);
        }
        break;
    case CONTROL:
        if (value & T_STOP_NOW) {
            mfrc522_stop_timer(m);
        }
        if (value & T_START_NOW) {
            mfrc522_start_timer(m, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        }
        break;
    case BIT_FRAMING:
        m->reg[n] = value;
        if (value & START_SEND && (m->reg[COMMAND] & 15) == TRANSCEIVE) {
            mfrc522_send(m);
        }
        break;
    case COLL:
        m->reg[n] = (value & 0x80) | (was & 0x7f);
        break;
    case TX_CONTROL:
        m->reg[n] = value;
        if (!(was & ANTENNA) != !(value & ANTENNA)) {
            mfrc522_field_changed(m);
        }
        break;
    default:
        m->reg[n] = value;
        mfrc522_drive_irq(m);                   /* COM_IEN, DIV_IEN; */
        mfrc522_arm(m);                         /* T_MODE */
        break;
    }
}

/* ---- SPI: an address, bit 7 to read, and data; while it reads, addresses behind each other ---- */

static uint8_t address_of(uint8_t byte)
{
    return byte >> 1 & (REGISTERS - 1);
}

static void spi_select(Part *part, bool on)
{
    MFRC522(part)->pointed = false;
}

static void spi_take(Part *part, uint8_t byte)
{
    Mfrc522 *m = MFRC522(part);

    if (m->held) {
        return;
    }
    if (!m->pointed) {
        m->pointed = true;
        m->reads = byte & 0x80;
        m->at = address_of(byte);
    } else if (m->reads) {
        m->at = address_of(byte);
    } else {
        write_reg(m, m->at, byte);
    }
}

static uint8_t spi_give(Part *part)
{
    Mfrc522 *m = MFRC522(part);

    return m->pointed && m->reads && !m->held ? read_reg(m, m->at) : 0;
}

/* ---- The part ---- */

static void rst_changed(void *opaque, bool level)
{
    Mfrc522 *m = opaque;

    m->held = !level;
    mfrc522_reset(m);
}

static void card_changed(Part *part)
{
    mfrc522_field_changed(MFRC522(part));
}

/* "01:02:03:04", or seven of them.  Returns how many, 0: it is no such thing. */
static unsigned parse_uid(const char *text, uint8_t *uid)
{
    for (unsigned n = 0; n < RFID_UID_MOST; n++, text += 3) {
        if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1])) {
            return 0;
        }
        uid[n] = g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]);
        if (text[2] != ':') {
            return !text[2] && (n == 3 || n == 6) ? n + 1 : 0;
        }
    }
    return 0;
}

static bool make_cards(Mfrc522 *m, Error **errp)
{
    static const struct { RfidKind kind; uint8_t uid[RFID_UID_MOST]; } presets[CARDS] = {
        { RFID_CLASSIC_1K, { 0x01, 0x02, 0x03, 0x04 } },
        { RFID_CLASSIC_1K, { 0x11, 0x22, 0x33, 0x44 } },
        { RFID_CLASSIC_1K, { 0x55, 0x66, 0x77, 0x88 } },
        { RFID_CLASSIC_1K, { 0xaa, 0xbb, 0xcc, 0xdd } },
        { RFID_ULTRALIGHT, { 0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
        { RFID_CLASSIC_MINI, { 0xc0, 0xff, 0xee, 0x99 } },
    };
    uint8_t uid[RFID_UID_MOST];

    for (unsigned i = 0; i < CARDS; i++) {
        rfid_card_init(&m->cards[i], presets[i].kind, presets[i].uid);
    }
    if (m->uid && *m->uid) {
        unsigned n = parse_uid(m->uid, uid);

        if (!n) {
            error_setg(errp, "%s: uid is 4 or 7 bytes in hexadecimal with : between, 01:02:03:04, not '%s'",
                       part_id(PART(m)), m->uid);
            return false;
        }
        rfid_card_init(&m->cards[0], n == 4 ? RFID_CLASSIC_1K : RFID_ULTRALIGHT, uid);
    }
    return true;
}

static bool mfrc522_fit(Part *part, Error **errp)
{
    static const SpiModuleOps spi = { .select = spi_select, .take = spi_take, .give = spi_give };
    Mfrc522 *m = MFRC522(part);

    if (!make_cards(m, errp)) {
        return false;
    }
    m->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, mfrc522_expired, m);
    pin_add_driver(part_leg(part, LEG_IRQ), &m->irq, part_id(part));
    mfrc522_reset(m);
    spi_module_init(&m->spi, part, part_leg(part, LEG_SCK), part_leg(part, LEG_MOSI), part_leg(part, LEG_MISO),
                    part_leg(part, LEG_SDA), &spi);
    pin_add_driver(part_leg(part, LEG_RST), &m->rst_pull, part_id(part));
    pin_drive(&m->rst_pull, DRIVE(PULL_UP));
    part_listen(part, LEG_RST, &m->rst, rst_changed);
    return true;
}

static int mfrc522_post_load(void *opaque, int version_id)
{
    Mfrc522 *m = opaque;

    if (m->level > FIFO_SIZE || m->phase > AUTHENTICATES || m->at >= REGISTERS || m->frame.bits > 8 * RFID_FRAME) {
        return -EINVAL;
    }
    mfrc522_arm(m);
    mfrc522_drive_irq(m);
    return 0;
}

static const VMStateDescription mfrc522_vmstate = {
    .name = TYPE_MFRC522, .version_id = 1, .minimum_version_id = 1, .post_load = mfrc522_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SPI_MODULE(spi, Mfrc522),
        VMSTATE_STRUCT_ARRAY(cards, Mfrc522, CARDS, 1, vmstate_rfid_card, RfidCard),
        VMSTATE_BOOL(held, Mfrc522),
        VMSTATE_BOOL(pointed, Mfrc522),
        VMSTATE_BOOL(reads, Mfrc522),
        VMSTATE_UINT8(at, Mfrc522),
        VMSTATE_UINT8_ARRAY(reg, Mfrc522, REGISTERS),
        VMSTATE_UINT8_ARRAY(fifo, Mfrc522, FIFO_SIZE),
        VMSTATE_UINT8(level, Mfrc522),
        VMSTATE_UINT8_ARRAY(buffer, Mfrc522, BUFFER_SIZE),
        VMSTATE_UINT8(phase, Mfrc522),
        VMSTATE_INT64(phase_ends, Mfrc522),
        VMSTATE_INT64(timer_ends, Mfrc522),
        VMSTATE_UINT8_ARRAY(frame.bytes, Mfrc522, RFID_FRAME),
        VMSTATE_UINT32(frame.bits, Mfrc522),
        VMSTATE_END_OF_LIST()
    },
};

static const PartControl mfrc522_controls[] = {
    { "card", "number of the card", offsetof(Mfrc522, card), 0, CARDS - 1, 0, 1, card_changed },
    { "tagPresent", "the card is there", offsetof(Mfrc522, present), 0, 1, 0, 0, card_changed },
    { }
};

static const Property mfrc522_properties[] = {
    DEFINE_PROP_STRING("uid", Mfrc522, uid),
};

static void mfrc522_class_init(ObjectClass *klass, void *data)
{
    static const char *const legs[] = { "SDA", "SCK", "MOSI", "MISO", "IRQ", "GND", "RST", "3.3V VCC", NULL };
    static const char *const shows[] = { "card", "tagPresent", NULL };

    DEVICE_CLASS(klass)->desc = "RFID reader on SPI: SDA, SCK, MOSI, MISO, RST, IRQ; uid=, card=, tagPresent=";
    DEVICE_CLASS(klass)->vmsd = &mfrc522_vmstate;
    part_class_set(klass, legs, NULL, shows, mfrc522_fit);
    part_class_set_controls(klass, mfrc522_controls);
    device_class_set_props(DEVICE_CLASS(klass), mfrc522_properties);
}

static const TypeInfo mfrc522_types[] = { {
    .name = TYPE_MFRC522, .parent = TYPE_PART, .instance_size = sizeof(Mfrc522), .class_init = mfrc522_class_init,
} };
DEFINE_TYPES(mfrc522_types)
