/*
 * A card at 13.56 MHz, see card.h.  From the top: how it is found and selected (ISO/IEC 14443-3), then the commands of
 * MIFARE Classic (MF1S50) and Ultralight (MF0ICU1).
 *
 * unsure: which of the four NAKs is sent where several would do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "stm32/board/parts/rfid/card.h"

enum { OFF, IDLE, READY, ACTIVE };
enum {
    REQA = 0x26, WUPA = 0x52, SELECT = 0x93, CASCADE_TAG = 0x88, HLTA = 0x50, READ = 0x30, WRITE = 0xa0, WRITE_PAGE = 0xa2,
    DECREMENT = 0xc0, INCREMENT = 0xc1, RESTORE = 0xc2, TRANSFER = 0xb0
};
enum { ACK = 0xa, NAK_ARGUMENT = 0, NAK_CRC = 1, NAK_DENIED = 4, NAK_FAILED = 5 };
enum { SAK_MORE = 4, BLOCK = 16, PAGE = 4, PAGES = 16, LOCKS = 10, OTP = 12 };
/* What a sector's trailer has: key A, access bits, key B. */
enum { ACCESS = 6, KEY_B = 10, KEY = 6 };

uint16_t rfid_crc(uint16_t crc, const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0x8408 : crc >> 1;
        }
    }
    return crc;
}

static RfidFrame frame_of(const uint8_t *bytes, unsigned n, bool crc)
{
    RfidFrame f = { .bits = 8 * (n + 2 * crc) };

    memcpy(f.bytes, bytes, n);
    if (crc) {
        stw_le_p(f.bytes + n, rfid_crc(RFID_CRC_A, bytes, n));
    }
    return f;
}

static const RfidFrame silence;

/* Whatever it does not understand, it falls back. */
static RfidFrame fall_back(RfidCard *c)
{
    c->state = IDLE;
    c->sector = -1;
    c->pending = 0;
    return silence;
}

static RfidFrame nak(RfidCard *c, uint8_t code)
{
    fall_back(c);
    return (RfidFrame) { .bytes = { code }, .bits = 4 };
}

static RfidFrame ack(void)
{
    return (RfidFrame) { .bytes = { ACK }, .bits = 4 };
}

/* ---- To be found and selected ---- */

static unsigned uid_length(const RfidCard *c)
{
    return c->kind == RFID_ULTRALIGHT ? 7 : 4;
}

static bool is_last_level(const RfidCard *c)
{
    return c->level == (uid_length(c) == 4 ? 0 : 1);
}

/* The four bytes that it tells in its cascade level, and their check byte. */
static void level_bytes(const RfidCard *c, uint8_t *bytes)
{
    if (is_last_level(c)) {
        memcpy(bytes, c->uid + 3 * c->level, 4);
    } else {
        bytes[0] = CASCADE_TAG;
        memcpy(bytes + 1, c->uid + 3 * c->level, 3);
    }
    bytes[4] = bytes[0] ^ bytes[1] ^ bytes[2] ^ bytes[3];
}

static RfidFrame answer_request(RfidCard *c, bool wakes_halted)
{
    uint8_t atqa[2] = { uid_length(c) == 4 ? 0x04 : 0x44, 0 };

    if (c->state != IDLE || (c->halted && !wakes_halted)) {
        return fall_back(c);
    }
    c->state = READY;
    c->level = 0;
    return frame_of(atqa, 2, false);
}

static bool bits_agree(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    return !memcmp(a, b, bits / 8) && !((a[bits / 8] ^ b[bits / 8]) & ((1 << bits % 8) - 1));
}

/* The reader knows some bits of the number: who has these tells the others. */
static RfidFrame tell_rest(RfidCard *c, const RfidFrame *in)
{
    unsigned known = (in->bytes[1] >> 4) * 8 + (in->bytes[1] & 7) - 16;
    uint8_t mine[6] = { 0 };
    RfidFrame out = { .bits = 40 - known };

    level_bytes(c, mine);
    if (in->bits != 16 + known || !bits_agree(in->bytes + 2, mine, known)) {
        return fall_back(c);
    }
    for (unsigned i = 0; i < DIV_ROUND_UP(out.bits, 8); i++) {
        out.bytes[i] = lduw_le_p(mine + known / 8 + i) >> known % 8;
    }
    if (out.bits % 8) {
        out.bytes[out.bits / 8] &= (1 << out.bits % 8) - 1;
    }
    return out;
}

static RfidFrame select_card(RfidCard *c, const RfidFrame *in)
{
    uint8_t mine[5], sak;

    level_bytes(c, mine);
    if (in->bits != 72 || memcmp(in->bytes + 2, mine, 5) || rfid_crc(RFID_CRC_A, in->bytes, 9)) {
        return fall_back(c);
    }
    if (is_last_level(c)) {
        c->state = ACTIVE;
        sak = c->kind == RFID_CLASSIC_1K ? 0x08 : c->kind == RFID_CLASSIC_MINI ? 0x09 : 0;
    } else {
        c->level++;
        sak = SAK_MORE;
    }
    return frame_of(&sak, 1, true);
}

static RfidFrame hear_ready(RfidCard *c, const RfidFrame *in)
{
    unsigned known = in->bytes[1] >> 4;

    if (in->bits < 16 || in->bytes[0] != SELECT + 2 * c->level || known < 2 || known > 7 || (in->bytes[1] & 15) > 7) {
        return fall_back(c);
    }
    return in->bytes[1] == 0x70 ? select_card(c, in) : known < 7 ? tell_rest(c, in) : fall_back(c);
}

/* ---- MIFARE Classic: sectors of four blocks, the last has the keys and says who may do what ---- */

static unsigned blocks_of(const RfidCard *c)
{
    return c->kind == RFID_CLASSIC_1K ? 64 : 20;
}

static uint8_t *trailer_of(RfidCard *c, unsigned sector)
{
    return c->memory + (sector * 4 + 3) * BLOCK;
}

/* C1 C2 C3 of a block. */
static unsigned access_bits(RfidCard *c, unsigned block)
{
    const uint8_t *access = trailer_of(c, block / 4) + ACCESS;
    unsigned n = block % 4;

    return (access[1] >> (4 + n) & 1) << 2 | (access[2] >> n & 1) << 1 | (access[2] >> (4 + n) & 1);
}

enum { A = 1, B = 2, AB = 3 };

static bool key_b_is_readable(RfidCard *c, unsigned sector)
{
    unsigned bits = access_bits(c, sector * 4 + 3);

    return bits == 0 || bits == 1 || bits == 2;
}

static unsigned who(RfidCard *c)
{
    /* a key B that can be read is data, and opens nothing */
    return !c->by_b ? A : key_b_is_readable(c, c->sector) ? 0 : B;
}

static bool may(RfidCard *c, uint8_t command, unsigned block)
{
    static const uint8_t read[] = { AB, AB, AB, B, AB, B, AB, 0 };
    static const uint8_t write[] = { AB, 0, 0, B, B, 0, B, 0 };
    static const uint8_t increase[] = { AB, 0, 0, 0, 0, 0, B, 0 };
    static const uint8_t decrease[] = { AB, AB, 0, 0, 0, 0, AB, 0 };
    const uint8_t *of = command == READ ? read : command == WRITE ? write : command == INCREMENT ? increase : decrease;

    return of[access_bits(c, block)] & who(c);
}

static bool is_trailer(unsigned block)
{
    return block % 4 == 3;
}

static RfidFrame read_trailer(RfidCard *c, unsigned block)
{
    static const uint8_t access_readable[] = { A, A, A, AB, AB, AB, AB, AB };
    uint8_t bytes[BLOCK];

    memcpy(bytes, c->memory + block * BLOCK, BLOCK);
    memset(bytes, 0, KEY);
    if (!(access_readable[access_bits(c, block)] & who(c))) {
        return nak(c, NAK_DENIED);
    }
    if (!key_b_is_readable(c, block / 4)) {
        memset(bytes + KEY_B, 0, KEY);
    }
    return frame_of(bytes, BLOCK, true);
}

static bool write_trailer(RfidCard *c, unsigned block, const uint8_t *bytes)
{
    static const uint8_t keys[] = { A, A, 0, B, B, 0, 0, 0 };
    static const uint8_t access[] = { 0, A, 0, B, 0, B, 0, 0 };
    unsigned bits = access_bits(c, block);
    uint8_t *trailer = c->memory + block * BLOCK;
    bool changes_keys = keys[bits] & who(c), changes_access = access[bits] & who(c);

    if (changes_keys) {
        memcpy(trailer, bytes, KEY);
        memcpy(trailer + KEY_B, bytes + KEY_B, KEY);
    }
    if (changes_access) {
        memcpy(trailer + ACCESS, bytes + ACCESS, KEY_B - ACCESS);
    }
    return changes_keys || changes_access;
}

/* A block of a purse: the value three times, the second inverted, and an address four times. */
static bool is_value(const uint8_t *b)
{
    return ldl_le_p(b) == ldl_le_p(b + 8) && ldl_le_p(b) == (int)~ldl_le_p(b + 4) &&
           b[12] == b[14] && b[13] == b[15] && (b[12] ^ b[13]) == 0xff;
}

static RfidFrame transfer(RfidCard *c, unsigned block)
{
    uint8_t *b = c->memory + block * BLOCK;

    if (is_trailer(block) || !block || !may(c, TRANSFER, block)) {
        return nak(c, NAK_DENIED);
    }
    memcpy(b + 12, c->memory + c->value_block * BLOCK + 12, 4);
    stl_le_p(b, c->value);
    stl_le_p(b + 4, ~c->value);
    stl_le_p(b + 8, c->value);
    return ack();
}

static RfidFrame classic_second(RfidCard *c, const RfidFrame *in)
{
    uint8_t command = c->pending;
    unsigned n = command == WRITE ? BLOCK : 4;
    int32_t operand = ldl_le_p(in->bytes);

    c->pending = 0;
    if (in->bits != 8 * (n + 2) || rfid_crc(RFID_CRC_A, in->bytes, n + 2)) {
        return nak(c, NAK_CRC);
    }
    if (command == WRITE) {
        if (is_trailer(c->block)) {
            return write_trailer(c, c->block, in->bytes) ? ack() : nak(c, NAK_DENIED);
        }
        memcpy(c->memory + c->block * BLOCK, in->bytes, BLOCK);
        return ack();
    }
    c->value_block = c->block;
    c->value = ldl_le_p(c->memory + c->block * BLOCK);
    if (command != RESTORE) {
        c->value = command == INCREMENT ? (uint32_t)c->value + operand : (uint32_t)c->value - operand;
    }
    return silence;
}

static RfidFrame classic_first(RfidCard *c, uint8_t command, unsigned block)
{
    if (block >= blocks_of(c) || c->sector != block / 4) {
        return nak(c, NAK_DENIED);
    }
    c->block = block;
    switch (command) {
    case READ:
        if (is_trailer(block)) {
            return read_trailer(c, block);
        }
        return may(c, READ, block) ? frame_of(c->memory + block * BLOCK, BLOCK, true) : nak(c, NAK_DENIED);
    case WRITE:
        if (!block || (!is_trailer(block) && !may(c, WRITE, block))) {
            return nak(c, NAK_DENIED);
        }
        break;
    case INCREMENT: case DECREMENT: case RESTORE:
        if (is_trailer(block) || !may(c, command, block) || !is_value(c->memory + block * BLOCK)) {
            return nak(c, NAK_DENIED);
        }
        break;
    case TRANSFER:
        return transfer(c, block);
    default:
        return nak(c, NAK_ARGUMENT);
    }
    c->pending = command;
    return ack();
}

bool rfid_card_let_in(RfidCard *c, bool key_b, unsigned block, const uint8_t *key, const uint8_t *uid)
{
    bool is_classic = c->kind != RFID_ULTRALIGHT;

    if (c->state != ACTIVE || !is_classic || block >= blocks_of(c) || memcmp(uid, c->uid, 4) ||
        memcmp(key, trailer_of(c, block / 4) + (key_b ? KEY_B : 0), KEY)) {
        fall_back(c);
        return false;
    }
    c->sector = block / 4;
    c->by_b = key_b;
    return true;
}

/* ---- MIFARE Ultralight: pages of four bytes ---- */

static bool is_locked(const RfidCard *c, unsigned page)
{
    return lduw_le_p(c->memory + LOCKS) >> page & 1;
}

static RfidFrame write_page(RfidCard *c, unsigned page, const uint8_t *bytes)
{
    if (page < 2 || page >= PAGES || (page > 2 && is_locked(c, page))) {
        return nak(c, NAK_ARGUMENT);
    }
    if (page == 2 || page == 3) {       /* lock bits and OTP: ones stay; the number and its check byte too */
        for (unsigned i = page == 2 ? 2 : 0; i < PAGE; i++) {
            c->memory[page * PAGE + i] |= bytes[i];
        }
    } else {
        memcpy(c->memory + page * PAGE, bytes, PAGE);
    }
    return ack();
}

static RfidFrame ultralight(RfidCard *c, const RfidFrame *in, unsigned n)
{
    uint8_t bytes[BLOCK];

    if (c->pending) {
        c->pending = 0;
        return n == BLOCK ? write_page(c, c->block, in->bytes) : nak(c, NAK_ARGUMENT);
    }
    if (in->bytes[0] == READ && n == 2 && in->bytes[1] < PAGES) {
        for (unsigned i = 0; i < BLOCK; i++) {
            bytes[i] = c->memory[(in->bytes[1] * PAGE + i) % (PAGES * PAGE)];
        }
        return frame_of(bytes, BLOCK, true);
    }
    if (in->bytes[0] == WRITE_PAGE && n == 2 + PAGE) {
        return write_page(c, in->bytes[1], in->bytes + 2);
    }
    if (in->bytes[0] == WRITE && n == 2) {
        c->pending = WRITE;
        c->block = in->bytes[1];
        return ack();
    }
    return nak(c, NAK_ARGUMENT);
}

/* ---- Frames ---- */

static RfidFrame hear_active(RfidCard *c, const RfidFrame *in)
{
    unsigned n = in->bits / 8;

    if (in->bits % 8 || n < 3 || n > BLOCK + 2 + PAGE) {
        return fall_back(c);
    }
    if (c->kind != RFID_ULTRALIGHT && c->pending) {
        return classic_second(c, in);
    }
    if (rfid_crc(RFID_CRC_A, in->bytes, n)) {
        return nak(c, NAK_FAILED);
    }
    if (in->bytes[0] == HLTA && n == 4) {
        c->halted = true;
        return fall_back(c);
    }
    if (c->kind == RFID_ULTRALIGHT) {
        return ultralight(c, in, n - 2);
    }
    return n == 4 ? classic_first(c, in->bytes[0], in->bytes[1]) : nak(c, NAK_ARGUMENT);
}

RfidFrame rfid_card_hear(RfidCard *c, const RfidFrame *in, bool encrypted)
{
    if (c->state == OFF) {
        return silence;
    }
    if (encrypted != (c->sector >= 0)) {        /* noise */
        return fall_back(c);
    }
    if (in->bits == 7) {
        uint8_t command = in->bytes[0] & 0x7f;

        return command == REQA || command == WUPA ? answer_request(c, command == WUPA) : fall_back(c);
    }
    return c->state == READY ? hear_ready(c, in) : c->state == ACTIVE ? hear_active(c, in) : silence;
}

void rfid_card_power_on(RfidCard *c)
{
    fall_back(c);
    c->halted = false;
}

static void fill_classic(RfidCard *c)
{
    static const uint8_t trailer[BLOCK] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07, 0x80, 0x69, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
    };

    memcpy(c->memory, c->uid, 4);
    c->memory[4] = c->uid[0] ^ c->uid[1] ^ c->uid[2] ^ c->uid[3];
    c->memory[5] = c->kind == RFID_CLASSIC_1K ? 0x08 : 0x09;
    c->memory[6] = 0x04;
    for (unsigned sector = 0; sector < blocks_of(c) / 4; sector++) {
        memcpy(trailer_of(c, sector), trailer, BLOCK);
    }
}

static void fill_ultralight(RfidCard *c)
{
    memcpy(c->memory, c->uid, 3);
    c->memory[3] = CASCADE_TAG ^ c->uid[0] ^ c->uid[1] ^ c->uid[2];
    memcpy(c->memory + 4, c->uid + 3, 4);
    c->memory[8] = c->uid[3] ^ c->uid[4] ^ c->uid[5] ^ c->uid[6];
    c->memory[9] = 0x48;
}

void rfid_card_init(RfidCard *c, RfidKind kind, const uint8_t *uid)
{
    *c = (RfidCard) { .kind = kind, .state = OFF, .sector = -1 };
    memcpy(c->uid, uid, uid_length(c));
    if (kind == RFID_ULTRALIGHT) {
        fill_ultralight(c);
    } else {
        fill_classic(c);
    }
}

static bool is_sane(void *opaque, int version_id)
{
    RfidCard *c = opaque;

    return c->state <= ACTIVE && c->level <= 1 && c->sector < 16 && c->block < 64 && c->value_block < 64;
}

const VMStateDescription vmstate_rfid_card = {
    .name = "stm32-rfid-card", .version_id = 1, .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_ARRAY(memory, RfidCard, RFID_MEMORY),
        VMSTATE_UINT8(state, RfidCard),
        VMSTATE_UINT8(level, RfidCard),
        VMSTATE_BOOL(halted, RfidCard),
        VMSTATE_INT8(sector, RfidCard),
        VMSTATE_BOOL(by_b, RfidCard),
        VMSTATE_UINT8(pending, RfidCard),
        VMSTATE_UINT8(block, RfidCard),
        VMSTATE_INT32(value, RfidCard),
        VMSTATE_UINT8(value_block, RfidCard),
        VMSTATE_VALIDATE("its state", is_sane),
        VMSTATE_END_OF_LIST()
    },
};
