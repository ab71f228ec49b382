/*
 * What the two files of the MFRC522 share: mfrc522.c are its registers and its bus, commands.c is what it does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_RFID_MFRC522_H
#define STM32_BOARD_PARTS_RFID_MFRC522_H

#include "stm32/board/parts/rfid/card.h"
#include "stm32/board/parts/spi_module.h"

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

typedef struct Mfrc522 {
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
} Mfrc522;

/* ---- commands.c ---- */

void mfrc522_reset(Mfrc522 *m);
/* COMMAND has been written; a byte has come into the FIFO, which a command may wait for. */
void mfrc522_execute(Mfrc522 *m, uint8_t command);
void mfrc522_go_on(Mfrc522 *m);
/* StartSend: what is in the FIFO goes out. */
void mfrc522_send(Mfrc522 *m);
/* The antenna, or what is before it, has changed. */
void mfrc522_field_changed(Mfrc522 *m);

void mfrc522_push(Mfrc522 *m, uint8_t byte);
uint8_t mfrc522_pop(Mfrc522 *m);
void mfrc522_flush(Mfrc522 *m);

bool mfrc522_irq_is_active(const Mfrc522 *m);
void mfrc522_drive_irq(Mfrc522 *m);

/* Virtual ns. */
void mfrc522_start_timer(Mfrc522 *m, int64_t now);
void mfrc522_stop_timer(Mfrc522 *m);
uint16_t mfrc522_timer_value(Mfrc522 *m);
/* What its QEMUTimer calls, and when that is due. */
void mfrc522_expired(void *opaque);
void mfrc522_arm(Mfrc522 *m);

#endif
