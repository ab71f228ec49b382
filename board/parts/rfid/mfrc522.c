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
#include "stm32/board/parts/rfid/card.h"
#include "stm32/board/parts/spi_module.h"
#include "stm32/core/counter.h"

#define TYPE_MFRC522 "board-mfrc522"
OBJECT_DECLARE_SIMPLE_TYPE(Mfrc522, MFRC522)

enum { LEG_SDA, LEG_SCK, LEG_MOSI, LEG_MISO, LEG_IRQ, LEG_GND, LEG_RST, LEG_3V3 };

enum {
    COMMAND = 0x01, COM_IEN, DIV_IEN, COM_IRQ, DIV_IRQ, ERROR, STATUS1, STATUS2, FIFO_DATA, FIFO_LEVEL, WATER_LEVEL, CONTROL,
    BIT_FRAMING, COLL, MODE = 0x11, TX_MODE, RX_MODE, TX_CONTROL, TX_ASK, TX_SEL, RX_SEL, RX_THRESHOLD, DEMOD,
    MF_TX = 0x1c, MF_RX, SERIAL_SPEED = 0x1f, CRC_RESULT_H = 0x21, CRC_RESULT_L, MOD_WIDTH = 0x24, RF_CFG = 0x26, GS_N,
    CW_GS_P, MOD_GS_P, T_MODE, T_PRESCALER, T_RELOAD_H, T_RELOAD_L, T_COUNTER_H, T_COUNTER_L,
    AUTO_TEST = 0x36, VERSION, REGISTERS = 0x40
};
enum { IDLE, MEM, RANDOM_ID, CALC_CRC, TRANSMIT, NO_CHANGE = 7, RECEIVE, TRANSCEIVE = 12, AUTHENT = 14, SOFT_RESET };
enum { TX_IRQ = 0x40, RX_IRQ = 0x20, IDLE_IRQ = 0x10, HI_ALERT_IRQ = 8, LO_ALERT_IRQ = 4, ERR_IRQ = 2, TIMER_IRQ = 1 };
enum { CRC_IRQ = 4, DIV_IRQS = 0x14 };
enum { BUFFER_OVERFLOW = 0x10, CRC_ERROR = 4, PROTOCOL_ERROR = 1 };
enum { CRYPTO1_ON = 8, FLUSH = 0x80, START_SEND = 0x80, SET = 0x80, TX_CRC = 0x80, RX_CRC = 0x80, ANTENNA = 3 };
enum { T_AUTO = 0x80, T_RESTART = 0x10, T_STOP_NOW = 0x80, T_START_NOW = 0x40, T_EVEN = 0x10 };
enum { VERSION_2 = 0x92, FIFO_SIZE = 64, BUFFER_SIZE = 25, AUTHENT_BYTES = 12, CARDS = 6 };

/* What goes on between reader and card: the end of it is an event. */
enum { QUIET, SENDS, HEARS, AUTHENTICATES };

struct Mfrc522 {
    Part parent_obj;
    SpiModule spi;
    PinListener rst;
    PinDriver irq, rst_pull;
    QEMUTimer *timer;
    char *uid;
    int32_t card, present;
    RfidCard cards[CARDS];
    bool held;                              /* RST is low */
    bool pointed, reads;                    /* on SPI: an address has come, and it was to read */
    uint8_t at;
    uint8_t reg[REGISTERS];
    uint8_t fifo[FIFO_SIZE], level;
    uint8_t buffer[BUFFER_SIZE];
    uint8_t phase;
    int64_t phase_ends, timer_ends;         /* virtual ns; COUNTER_NEVER: it does not run */
    RfidFrame frame;                        /* on its way to the reader */
};

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

static int64_t timer_ns(const Mfrc522 *m)
{
    unsigned prescaler = (m->reg[T_MODE] & 15) << 8 | m->reg[T_PRESCALER];
    unsigned reload = m->reg[T_RELOAD_H] << 8 | m->reg[T_RELOAD_L];

    return carrier_ns((uint64_t)(2 * prescaler + (m->reg[DEMOD] & T_EVEN ? 2 : 1)) * (reload + 1));
}

/* A timer that begins again, and whose flag is set already, has ended unseen. */
static void catch_up(Mfrc522 *m, int64_t now)
{
    if (m->timer_ends <= now && m->reg[T_MODE] & T_RESTART) {
        m->timer_ends += ((now - m->timer_ends) / timer_ns(m) + 1) * timer_ns(m);
    }
}

static void arm(Mfrc522 *m)
{
    bool unseen = m->reg[T_MODE] & T_RESTART && m->reg[COM_IRQ] & TIMER_IRQ;

    counter_arm(m->timer, MIN(m->phase == QUIET ? COUNTER_NEVER : m->phase_ends,
                              unseen ? COUNTER_NEVER : m->timer_ends));
}

static void enter(Mfrc522 *m, unsigned phase, int64_t ns)
{
    m->phase = phase;
    m->phase_ends = ns;
    arm(m);
}

static void start_timer(Mfrc522 *m, int64_t now)
{
    m->timer_ends = now + timer_ns(m);
    arm(m);
}

static void stop_timer(Mfrc522 *m)
{
    m->timer_ends = COUNTER_NEVER;
    arm(m);
}

/* ---- Interrupts ---- */

static bool irq_is_active(const Mfrc522 *m)
{
    return (m->reg[COM_IRQ] & m->reg[COM_IEN] & 0x7f) || (m->reg[DIV_IRQ] & m->reg[DIV_IEN] & DIV_IRQS);
}

static void drive_irq(Mfrc522 *m)
{
    bool inverted = m->reg[COM_IEN] & 0x80, push_pull = m->reg[DIV_IEN] & 0x80;
    bool level = irq_is_active(m) != inverted;

    pin_drive(&m->irq, level && !push_pull ? DRIVE(NONE) : DRIVE_LEVEL(level));
}

static void raise_irq(Mfrc522 *m, uint8_t flags)
{
    m->reg[COM_IRQ] |= flags;
    drive_irq(m);
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

static void push(Mfrc522 *m, uint8_t byte)
{
    if (m->level == FIFO_SIZE) {
        fail(m, BUFFER_OVERFLOW);
        return;
    }
    m->fifo[m->level++] = byte;
    level_changed(m);
}

static uint8_t pop(Mfrc522 *m)
{
    uint8_t byte = m->fifo[0];

    if (!m->level) {
        return 0;
    }
    memmove(m->fifo, m->fifo + 1, --m->level);
    level_changed(m);
    return byte;
}

static void flush(Mfrc522 *m)
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
static void field_changed(Mfrc522 *m)
{
    RfidCard *there = card_there(m);

    if (there) {
        rfid_card_power_on(there);
    }
}

static uint16_t crc_begin(const Mfrc522 *m)
{
    static const uint16_t presets[] = { 0x0000, 0x6363, 0xa671, 0xffff };

    return presets[m->reg[MODE] & 3];
}

/* ---- Commands ---- */

static void idle(Mfrc522 *m)
{
    m->reg[COMMAND] &= ~15;
    raise_irq(m, IDLE_IRQ);
}

/* What is in the FIFO goes out. */
static void send_frame(Mfrc522 *m)
{
    unsigned last = m->reg[BIT_FRAMING] & 7;
    RfidFrame *f = &m->frame;

    if (m->phase != QUIET || !m->level) {
        return;
    }
    *f = (RfidFrame) { .bits = 8 * m->level - (last ? 8 - last : 0) };
    memcpy(f->bytes, m->fifo, m->level);
    if (m->reg[TX_MODE] & TX_CRC && f->bits <= 8 * (RFID_FRAME - 2)) {
        stw_le_p(f->bytes + m->level, rfid_crc(0x6363, f->bytes, m->level));
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
        start_timer(m, now);
    }
    m->frame = card ? rfid_card_hear(card, &m->frame, m->reg[STATUS2] & CRYPTO1_ON) : (RfidFrame) { .bits = 0 };
    if ((m->reg[COMMAND] & 15) == TRANSMIT) {
        idle(m);
    } else if (m->frame.bits) {
        enter(m, HEARS, now + carrier_ns(1172) + frame_ns(m->frame.bits));
        if (m->reg[T_MODE] & T_AUTO) {
            stop_timer(m);          /* unsure: the fifth bit stops it; the first byte is as good here */
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
        if (rfid_crc(0x6363, m->frame.bytes, n)) {
            fail(m, CRC_ERROR);
        }
        bits -= 16;
    }
    for (unsigned i = 0; i < DIV_ROUND_UP(bits, 8); i++) {
        push(m, m->frame.bytes[i] << align | carry);
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
        m->frame.bytes[i] = pop(m);
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
        start_timer(m, now);
    }
}

/* Goes on with what comes into the FIFO, until another command. */
static void calculate_crc(Mfrc522 *m, uint16_t crc)
{
    while (m->level) {
        uint8_t byte = pop(m);

        crc = rfid_crc(crc, &byte, 1);
    }
    m->reg[CRC_RESULT_H] = crc >> 8;
    m->reg[CRC_RESULT_L] = crc;
    m->reg[STATUS1] |= 0x20;
    m->reg[DIV_IRQ] |= CRC_IRQ;
    drive_irq(m);
}

static void move_buffer(Mfrc522 *m)
{
    if (m->level) {
        for (unsigned i = 0; i < BUFFER_SIZE; i++) {
            m->buffer[i] = m->level ? pop(m) : 0;
        }
    } else {
        for (unsigned i = 0; i < BUFFER_SIZE; i++) {
            push(m, m->buffer[i]);
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

static void reset(Mfrc522 *m)
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
    arm(m);
    drive_irq(m);
}

static void execute(Mfrc522 *m, uint8_t command)
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
        send_frame(m);
        break;
    case TRANSCEIVE:
        if (m->reg[BIT_FRAMING] & START_SEND) {
            send_frame(m);
        }
        break;
    case AUTHENT:
        authenticate(m);
        break;
    case SOFT_RESET:
        reset(m);
        field_changed(m);
        break;
    default:                            /* IDLE, RECEIVE, and codes that it has not */
        break;
    }
}

static void expired(void *opaque)
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
    arm(m);
}

/* ---- Registers ---- */

static uint16_t timer_value(Mfrc522 *m)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    unsigned reload = m->reg[T_RELOAD_H] << 8 | m->reg[T_RELOAD_L];

    catch_up(m, now);
    if (m->timer_ends == COUNTER_NEVER || m->timer_ends < now) {
        return 0;
    }
    return MIN(muldiv64(m->timer_ends - now, reload + 1, timer_ns(m)), reload);
}

static uint8_t read_reg(Mfrc522 *m, uint8_t n)
{
    switch (n) {
    case FIFO_DATA:
        return pop(m);
    case FIFO_LEVEL:
        return m->level;
    case STATUS1:
        return m->reg[n] | irq_is_active(m) << 4 | (m->timer_ends != COUNTER_NEVER) << 3;
    case T_COUNTER_H:
        return timer_value(m) >> 8;
    case T_COUNTER_L:
        return timer_value(m);
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
    drive_irq(m);
    catch_up(m, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    arm(m);
}

static void write_reg(Mfrc522 *m, uint8_t n, uint8_t value)
{
    uint8_t was = m->reg[n];

    switch (n) {
    case COMMAND:
        m->reg[n] = (value & 0x30) | (was & 15);
        execute(m, value & 15);
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
        push(m, value);
        if ((m->reg[COMMAND] & 15) == CALC_CRC) {
            calculate_crc(m, m->reg[CRC_RESULT_H] << 8 | m->reg[CRC_RESULT_L]);
        } else if ((m->reg[COMMAND] & 15) == AUTHENT) {
            authenticate(m);
        }
        break;
    case FIFO_LEVEL:
        if (value & FLUSH) {
            flush(m);
        }
        break;
    case CONTROL:
        if (value & T_STOP_NOW) {
            stop_timer(m);
        }
        if (value & T_START_NOW) {
            start_timer(m, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        }
        break;
    case BIT_FRAMING:
        m->reg[n] = value;
        if (value & START_SEND && (m->reg[COMMAND] & 15) == TRANSCEIVE) {
            send_frame(m);
        }
        break;
    case COLL:
        m->reg[n] = (value & 0x80) | (was & 0x7f);
        break;
    case TX_CONTROL:
        m->reg[n] = value;
        if (!(was & ANTENNA) != !(value & ANTENNA)) {
            field_changed(m);
        }
        break;
    default:
        m->reg[n] = value;
        drive_irq(m);                   /* COM_IEN, DIV_IEN; */
        arm(m);                         /* T_MODE */
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
    reset(m);
}

static void card_changed(Part *part)
{
    field_changed(MFRC522(part));
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
        rfid_card_init(&m->cards[i], presets[i].kind, presets[i].uid, presets[i].kind == RFID_ULTRALIGHT ? 7 : 4);
    }
    if (m->uid && *m->uid) {
        unsigned n = parse_uid(m->uid, uid);

        if (!n) {
            error_setg(errp, "%s: uid is 4 or 7 bytes in hexadecimal with : between, 01:02:03:04, not '%s'",
                       part_id(PART(m)), m->uid);
            return false;
        }
        rfid_card_init(&m->cards[0], n == 4 ? RFID_CLASSIC_1K : RFID_ULTRALIGHT, uid, n);
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
    m->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, expired, m);
    pin_add_driver(part_leg(part, LEG_IRQ), &m->irq, part_id(part));
    reset(m);
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
    arm(m);
    drive_irq(m);
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
