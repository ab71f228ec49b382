/*
 * What an MFRC522 does: its FIFO and interrupts, its timer, and the commands that take time, see mfrc522.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "stm32/board/parts/rfid/mfrc522.h"
#include "stm32/core/counter.h"

/* ---- Times, in periods of the carrier ---- */

static int64_t carrier_ns(uint64_t periods)
{
    return muldiv64(periods, 25000, 339);       /* of 13.56 MHz */
}

/* A start, a parity bit a byte, an end; a bit is 128 periods. */
static int64_t frame_ns(unsigned bits)
{
    return carrier_ns(128 * (2 + bits + bits / 8));
}

static unsigned timer_reload(const Mfrc522 *m)
{
    return m->reg[T_RELOAD_H] << 8 | m->reg[T_RELOAD_L];
}

static int64_t timer_ns(const Mfrc522 *m)
{
    unsigned prescaler = (m->reg[T_MODE] & 15) << 8 | m->reg[T_PRESCALER];

    return carrier_ns((uint64_t)(2 * prescaler + (m->reg[DEMOD] & T_EVEN ? 2 : 1)) * (timer_reload(m) + 1));
}

/* A timer that begins again, and whose flag is set already, has ended unseen. */
static void catch_up(Mfrc522 *m, int64_t now)
{
    if (m->timer_ends <= now && m->reg[T_MODE] & T_RESTART) {
        m->timer_ends += ((now - m->timer_ends) / timer_ns(m) + 1) * timer_ns(m);
    }
}

void mfrc522_arm(Mfrc522 *m)
{
    bool unseen = m->reg[T_MODE] & T_RESTART && m->reg[COM_IRQ] & TIMER_IRQ;

    if (!unseen && m->timer_ends != COUNTER_NEVER) {
        catch_up(m, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
    counter_arm(m->timer, MIN(m->phase == QUIET ? COUNTER_NEVER : m->phase_ends,
                              unseen ? COUNTER_NEVER : m->timer_ends));
}

static void enter(Mfrc522 *m, unsigned phase, int64_t ns)
{
    m->phase = phase;
    m->phase_ends = ns;
    mfrc522_arm(m);
}

void mfrc522_start_timer(Mfrc522 *m, int64_t now)
{
    m->timer_ends = now + timer_ns(m);
    mfrc522_arm(m);
}

void mfrc522_stop_timer(Mfrc522 *m)
{
    m->timer_ends = COUNTER_NEVER;
    mfrc522_arm(m);
}

/* ---- Interrupts ---- */

bool mfrc522_irq_is_active(const Mfrc522 *m)
{
    return (m->reg[COM_IRQ] & m->reg[COM_IEN] & 0x7f) || (m->reg[DIV_IRQ] & m->reg[DIV_IEN] & DIV_IRQS);
}

void mfrc522_drive_irq(Mfrc522 *m)
{
    bool inverted = m->reg[COM_IEN] & 0x80, push_pull = m->reg[DIV_IEN] & 0x80;
    bool level = mfrc522_irq_is_active(m) != inverted;

    pin_drive(&m->irq, level && !push_pull ? DRIVE(NONE) : DRIVE_LEVEL(level));
}

static void raise_irq(Mfrc522 *m, uint8_t flags)
{
    m->reg[COM_IRQ] |= flags;
    mfrc522_drive_irq(m);
}

static void fail(Mfrc522 *m, uint8_t error)
{
    m->reg[ERROR] |= error;
    raise_irq(m, ERR_IRQ);
}

/* ---- FIFO ---- */

static void level_changed(Mfrc522 *m)
{
    unsigned water = m->reg[WATER_LEVEL] & 63;

    m->reg[STATUS1] = (m->reg[STATUS1] & ~3) | (FIFO_SIZE - m->level <= water) << 1 | (m->level <= water);
    raise_irq(m, (m->reg[STATUS1] & 2 ? HI_ALERT_IRQ : 0) | (m->reg[STATUS1] & 1 ? LO_ALERT_IRQ : 0));
}

void mfrc522_push(Mfrc522 *m, uint8_t byte)
{
    if (m->level == FIFO_SIZE) {
        fail(m, BUFFER_OVERFLOW);
        return;
    }
    m->fifo[m->level++] = byte;
    level_changed(m);
}

uint8_t mfrc522_pop(Mfrc522 *m)
{
    uint8_t byte = m->fifo[0];

    if (!m->level) {
        return 0;
    }
    memmove(m->fifo, m->fifo + 1, --m->level);
    level_changed(m);
    return byte;
}

void mfrc522_flush(Mfrc522 *m)
{
    m->level = 0;
    m->reg[ERROR] &= ~BUFFER_OVERFLOW;
    level_changed(m);
}

/* ---- The field, and who is in it ---- */

static RfidCard *card_there(Mfrc522 *m)
{
    return m->present && (m->reg[TX_CONTROL] & ANTENNA) && !m->held ? &m->cards[m->card] : NULL;
}

/* The antenna, or what is before it, has changed. */
void mfrc522_field_changed(Mfrc522 *m)
{
    RfidCard *there = card_there(m);

    if (there) {
        rfid_card_power_on(there);
    }
}

static uint16_t crc_begin(const Mfrc522 *m)
{
    static const uint16_t presets[] = { 0x0000, RFID_CRC_A, 0xa671, 0xffff };

    return presets[m->reg[MODE] & 3];
}

/* ---- Commands ---- */

static void idle(Mfrc522 *m)
{
    m->reg[COMMAND] &= ~15;
    raise_irq(m, IDLE_IRQ);
}

/* What is in the FIFO goes out. */
void mfrc522_send(Mfrc522 *m)
{
    unsigned last = m->reg[BIT_FRAMING] & 7;
    RfidFrame *f = &m->frame;

    if (m->phase != QUIET || !m->level) {
        return;
    }
    *f = (RfidFrame) { .bits = 8 * m->level - (last ? 8 - last : 0) };
    memcpy(f->bytes, m->fifo, m->level);
    if (m->reg[TX_MODE] & TX_CRC && f->bits <= 8 * (RFID_FRAME - 2)) {
        stw_le_p(f->bytes + m->level, rfid_crc(RFID_CRC_A, f->bytes, m->level));
        f->bits += 16;
    }
    m->level = 0;
    level_changed(m);
    enter(m, SENDS, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + frame_ns(f->bits));
}

static void sent(Mfrc522 *m, int64_t now)
{
    RfidCard *card = card_there(m);

    raise_irq(m, TX_IRQ);
    enter(m, QUIET, 0);
    if (m->reg[T_MODE] & T_AUTO) {
        mfrc522_start_timer(m, now);
    }
    m->frame = card ? rfid_card_hear(card, &m->frame, m->reg[STATUS2] & CRYPTO1_ON) : (RfidFrame) { .bits = 0 };
    if ((m->reg[COMMAND] & 15) == TRANSMIT) {
        idle(m);
    } else if (m->frame.bits) {
        enter(m, HEARS, now + carrier_ns(1172) + frame_ns(m->frame.bits));
        if (m->reg[T_MODE] & T_AUTO) {
            mfrc522_stop_timer(m);          /* unsure: the fifth bit stops it; the first byte is as good here */
        }
    }
}

/* The answer is in the FIFO. */
static void heard(Mfrc522 *m)
{
    unsigned align = m->reg[BIT_FRAMING] >> 4 & 7, bits = m->frame.bits + align, n = m->frame.bits / 8;
    uint8_t carry = 0;

    enter(m, QUIET, 0);
    if (m->reg[RX_MODE] & RX_CRC && n >= 2 && !(m->frame.bits % 8)) {
        if (rfid_crc(RFID_CRC_A, m->frame.bytes, n)) {
            fail(m, CRC_ERROR);
        }
        bits -= 16;
    }
    for (unsigned i = 0; i < DIV_ROUND_UP(bits, 8); i++) {
        mfrc522_push(m, m->frame.bytes[i] << align | carry);
        carry = align ? m->frame.bytes[i] >> (8 - align) : 0;
    }
    m->reg[CONTROL] = (m->reg[CONTROL] & ~7) | bits % 8;
    raise_irq(m, RX_IRQ);
}

/* Four frames, the first of which has gone out when it comes here; a card that refuses says nothing more. */
static void authenticate(Mfrc522 *m)
{
    if (m->level < AUTHENT_BYTES || m->phase != QUIET) {
        return;
    }
    m->frame = (RfidFrame) { .bits = 8 * AUTHENT_BYTES };
    for (unsigned i = 0; i < AUTHENT_BYTES; i++) {
        m->frame.bytes[i] = mfrc522_pop(m);
    }
    enter(m, AUTHENTICATES, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + 2 * frame_ns(32) + frame_ns(64) + 2 * carrier_ns(1172));
}

static void authenticated(Mfrc522 *m, int64_t now)
{
    const uint8_t *b = m->frame.bytes;
    RfidCard *card = card_there(m);

    enter(m, QUIET, 0);
    if (card && (b[0] & 0xfe) == 0x60 && rfid_card_let_in(card, b[0] & 1, b[1], b + 2, b + 8)) {
        m->reg[STATUS2] |= CRYPTO1_ON;
        idle(m);
    } else if (m->reg[T_MODE] & T_AUTO) {
        mfrc522_start_timer(m, now);
    }
}

/* Goes on with what comes into the FIFO, until another command. */
static void calculate_crc(Mfrc522 *m, uint16_t crc)
{
    while (m->level) {
        uint8_t byte = mfrc522_pop(m);

        crc = rfid_crc(crc, &byte, 1);
    }
    m->reg[CRC_RESULT_H] = crc >> 8;
    m->reg[CRC_RESULT_L] = crc;
    m->reg[STATUS1] |= 0x20;
    m->reg[DIV_IRQ] |= CRC_IRQ;
    mfrc522_drive_irq(m);
}

static void move_buffer(Mfrc522 *m)
{
    if (m->level) {
        for (unsigned i = 0; i < BUFFER_SIZE; i++) {
            m->buffer[i] = m->level ? mfrc522_pop(m) : 0;
        }
    } else {
        for (unsigned i = 0; i < BUFFER_SIZE; i++) {
            mfrc522_push(m, m->buffer[i]);
        }
    }
    idle(m);
}

static void make_random_id(Mfrc522 *m)
{
    uint32_t noise = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    memset(m->buffer, 0, sizeof(m->buffer));
    for (unsigned i = 0; i < 10; i++) {
        noise = noise * 1664525 + 1013904223;
        m->buffer[i] = noise >> 24;
    }
    idle(m);
}

void mfrc522_reset(Mfrc522 *m)
{
    static const uint8_t values[REGISTERS] = {
        [COMMAND] = 0x20, [COM_IEN] = 0x80, [COM_IRQ] = 0x14, [STATUS1] = 0x21, [WATER_LEVEL] = 8, [CONTROL] = 0x10,
        [COLL] = 0xa0, [MODE] = 0x3f, [TX_CONTROL] = 0x80, [TX_SEL] = 0x10, [RX_SEL] = 0x84, [RX_THRESHOLD] = 0x84,
        [DEMOD] = 0x4d, [MF_TX] = 0x62, [SERIAL_SPEED] = 0xeb, [CRC_RESULT_H] = 0xff, [CRC_RESULT_L] = 0xff,
        [MOD_WIDTH] = 0x26, [RF_CFG] = 0x48, [GS_N] = 0x88, [CW_GS_P] = 0x20, [MOD_GS_P] = 0x20, [AUTO_TEST] = 0x40,
        [VERSION] = VERSION_2,
    };

    memcpy(m->reg, values, sizeof(values));
    m->level = 0;
    m->phase = QUIET;
    m->timer_ends = COUNTER_NEVER;
    mfrc522_arm(m);
    mfrc522_drive_irq(m);
}

void mfrc522_execute(Mfrc522 *m, uint8_t command)
{
    if (command == NO_CHANGE) {
        return;
    }
    m->reg[COMMAND] = (m->reg[COMMAND] & ~15) | command;
    enter(m, QUIET, 0);
    m->reg[ERROR] = 0;
    switch (command) {
    case MEM:
        move_buffer(m);
        break;
    case RANDOM_ID:
        make_random_id(m);
        break;
    case CALC_CRC:
        calculate_crc(m, crc_begin(m));
        break;
    case TRANSMIT:
        mfrc522_send(m);
        break;
    case TRANSCEIVE:
        if (m->reg[BIT_FRAMING] & START_SEND) {
            mfrc522_send(m);
        }
        break;
    case AUTHENT:
        authenticate(m);
        break;
    case SOFT_RESET:
        mfrc522_reset(m);
        mfrc522_field_changed(m);
        break;
    default:                            /* IDLE, RECEIVE, and codes that it has not */
        break;
    }
}

void mfrc522_go_on(Mfrc522 *m)
{
    if ((m->reg[COMMAND] & 15) == CALC_CRC) {
        calculate_crc(m, m->reg[CRC_RESULT_H] << 8 | m->reg[CRC_RESULT_L]);
    } else if ((m->reg[COMMAND] & 15) == AUTHENT) {
        authenticate(m);
    }
}

void mfrc522_expired(void *opaque)
{
    Mfrc522 *m = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (m->timer_ends <= now) {
        catch_up(m, now);
        if (m->timer_ends <= now) {
            m->timer_ends = COUNTER_NEVER;
        }
        raise_irq(m, TIMER_IRQ);
    }
    if (m->phase != QUIET && m->phase_ends <= now) {
        switch (m->phase) {
        case SENDS:
            sent(m, now);
            break;
        case HEARS:
            heard(m);
            break;
        default:
            authenticated(m, now);
            break;
        }
    }
    mfrc522_arm(m);
}

uint16_t mfrc522_timer_value(Mfrc522 *m)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    catch_up(m, now);
    if (m->timer_ends == COUNTER_NEVER || m->timer_ends < now) {
        return 0;
    }
    return MIN(muldiv64(m->timer_ends - now, timer_reload(m) + 1, timer_ns(m)), timer_reload(m));
}
