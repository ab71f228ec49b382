/*
 * A card or tag at 13.56 MHz (ISO/IEC 14443 A): MIFARE Classic 1K and Mini, MIFARE Ultralight.  It hears frames and answers
 * them; time is the reader's business.
 *
 * Crypto1 is not computed: who knows the key of a sector and has been let in is understood from then on, and nobody else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_RFID_CARD_H
#define STM32_BOARD_PARTS_RFID_CARD_H

#include "migration/vmstate.h"

#define RFID_UID_MOST 7
#define RFID_MEMORY 1024
#define RFID_FRAME 64           /* bytes of a frame, at most */
#define RFID_CRC_A 0x6363       /* what that sum begins with */

typedef enum RfidKind { RFID_CLASSIC_1K, RFID_CLASSIC_MINI, RFID_ULTRALIGHT } RfidKind;

typedef struct RfidFrame {
    uint8_t bytes[RFID_FRAME];
    uint32_t bits;              /* 0: nothing is sent */
} RfidFrame;

typedef struct RfidCard {
    uint8_t kind;
    uint8_t uid[RFID_UID_MOST];
    /* what a snapshot has */
    uint8_t memory[RFID_MEMORY];
    uint8_t state, level;       /* the cascade level that it answers in */
    bool halted;                /* where it falls back to */
    int8_t sector;              /* that it has let the reader into, or -1; by key B */
    bool by_b;
    uint8_t pending, block;     /* the command whose second part is to come, or 0 */
    int32_t value;              /* of increment, decrement and restore, for transfer */
    uint8_t value_block;
} RfidCard;

/* As it is sold: empty, all keys ff ff ff ff ff ff.  @uid has 4 bytes, that of a RFID_ULTRALIGHT 7. */
void rfid_card_init(RfidCard *card, RfidKind kind, const uint8_t *uid);
/* It has come into the field, or the field has been switched on. */
void rfid_card_power_on(RfidCard *card);
/* The reader sends @frame; @encrypted: with Crypto1, as it has let the reader in. */
RfidFrame rfid_card_hear(RfidCard *card, const RfidFrame *frame, bool encrypted);
/* Three passes of authentication with a @key of 6 bytes for @block.  false: it does not answer any more. */
bool rfid_card_let_in(RfidCard *card, bool key_b, unsigned block, const uint8_t *key, const uint8_t *uid);
/* The sum of ISO/IEC 14443-3, annex B; with RFID_CRC_A, over a frame and its CRC, 0. */
uint16_t rfid_crc(uint16_t crc, const uint8_t *bytes, unsigned n);

extern const VMStateDescription vmstate_rfid_card;

#endif
