/*
 * AN3154: CAN2 on PB5 and PB13, 125 kbit/s.  A command is a frame whose identifier says which; what it is answered by
 * has the same one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"

#define CAN_VERSION 0x20
#define CALL 0x79
#define QUANTA 15               /* a bit: 1, 12 and 2 of them */

static struct frame {
    uint32_t id;
    unsigned length;
    uint8_t data[8];
} frame;                        /* that has come */

static uint8_t block[BLOCK];

static void set_rate(unsigned kbit)
{
    REG(CAN2, CAN_MCR) = CAN_MCR_INRQ | CAN_MCR_ABOM;
    while (!(REG(CAN2, CAN_MSR) & CAN_MSR_INAK)) {
    }
    REG(CAN2, CAN_BTR) = (PCLK1_MHZ * 1000 / QUANTA / kbit - 1) | 11 << 16 | 1 << 20;
    REG(CAN2, CAN_MCR) = CAN_MCR_ABOM | CAN_MCR_TXFP;
}

void can_start_up(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_CAN1EN | RCC_APB1ENR_CAN2EN;
    (void)REG(RCC, RCC_APB1ENR);
    set_field(&REG(GPIOB, GPIO_PUPDR), 3 << 10, 1);
    set_field(&REG(GPIOB, GPIO_AFRL), 0xf << 20, 9);
    set_field(&REG(GPIOB, GPIO_AFRH), 0xf << 20, 9);
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 10, 2);
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 26, 2);
    set_rate(125);
    /* Filter 14 is the first of CAN2's, and takes all */
    REG(CAN1, CAN_FMR) = 14 << 8 | 1;
    REG(CAN1, CAN_FS1R) |= 1 << 14;
    REG(CAN1, CAN_F0R1 + 8 * 14) = REG(CAN1, CAN_F0R1 + 8 * 14 + 4) = 0;
    REG(CAN1, CAN_FA1R) |= 1 << 14;
    REG(CAN1, CAN_FMR) = 14 << 8;
}

/* ---- Frames ---- */

static bool receive(void)
{
    uint32_t low, high;

    if (!(REG(CAN2, CAN_RF0R) & CAN_RF0R_FMP0)) {
        return false;
    }
    frame.id = REG(CAN2, CAN_RI0R) >> 21;
    frame.length = REG(CAN2, CAN_RDT0R) & 15;
    low = REG(CAN2, CAN_RDL0R);
    high = REG(CAN2, CAN_RDH0R);
    for (unsigned i = 0; i < 8; i++) {
        frame.data[i] = (i < 4 ? low : high) >> 8 * (i % 4);
    }
    frame.length = frame.length > 8 ? 8 : frame.length;
    REG(CAN2, CAN_RF0R) = CAN_RF0R_RFOM0;
    return true;
}

static void wait_for_frame(void)
{
    while (!receive()) {
        memory_feed_watchdog();
    }
}

static void send(uint32_t id, const uint8_t *data, unsigned length)
{
    uint32_t words[2] = { 0, 0 };

    for (unsigned i = 0; i < length; i++) {
        words[i / 4] |= (uint32_t)data[i] << 8 * (i % 4);
    }
    while (!(REG(CAN2, CAN_TSR) & 1 << 26)) {
        memory_feed_watchdog();
    }
    REG(CAN2, CAN_TDT0R) = length;
    REG(CAN2, CAN_TDL0R) = words[0];
    REG(CAN2, CAN_TDH0R) = words[1];
    REG(CAN2, CAN_TI0R) = id << 21 | CAN_TI0R_TXRQ;
}

static void send_byte(uint32_t id, uint8_t byte)
{
    send(id, &byte, 1);
}

static bool answer(uint32_t id, bool well)
{
    send_byte(id, well ? ACK : NACK);
    return well;
}

static void drain(void)
{
    while (!(REG(CAN2, CAN_TSR) & 1 << 26)) {
    }
}

/* ---- Commands ---- */

static uint32_t address_of_frame(void)
{
    return (uint32_t)frame.data[0] << 24 | frame.data[1] << 16 | frame.data[2] << 8 | frame.data[3];
}

static void get_commands(void)
{
    static const uint8_t list[] = { 12, CAN_VERSION, GET, GET_VERSION, GET_ID, SPEED, READ, GO, WRITE, ERASE, WRITE_PROTECT,
                                    WRITE_UNPROTECT, READOUT_PROTECT, READOUT_UNPROTECT };

    answer(GET, true);
    for (unsigned i = 0; i < sizeof(list); i++) {
        send_byte(GET, list[i]);
    }
    answer(GET, true);
}

static void get_version(void)
{
    static const uint8_t options[2];

    answer(GET_VERSION, true);
    send_byte(GET_VERSION, CAN_VERSION);
    send(GET_VERSION, options, 2);
    answer(GET_VERSION, true);
}

static void get_id(void)
{
    static const uint8_t id[] = { CHIP_ID >> 8, CHIP_ID & 0xff };

    answer(GET_ID, true);
    send(GET_ID, id, 2);
    answer(GET_ID, true);
}

static void set_speed(void)
{
    static const uint16_t kbits[] = { 125, 250, 500, 1000 };
    unsigned n = frame.data[0];

    if (answer(SPEED, frame.length == 1 && n >= 1 && n <= 4)) {
        drain();
        set_rate(kbits[n - 1]);
        answer(SPEED, true);
    }
}

static void read_memory(void)
{
    uint32_t address = address_of_frame();
    unsigned length = frame.data[4] + 1u;

    if (!answer(READ, frame.length == 5 && memory_can_read(address, length))) {
        return;
    }
    for (unsigned i = 0; i < length; i += 8) {
        send(READ, (const uint8_t *)(address + i), length - i < 8 ? length - i : 8);
    }
    answer(READ, true);
}

static void go(void)
{
    uint32_t address = address_of_frame();

    if (answer(GO, frame.length == 4 && memory_can_go(address))) {
        drain();
        dfu_stop();
        memory_go(address);
    }
}

static void write_memory(void)
{
    uint32_t address = address_of_frame();
    unsigned length = frame.data[4] + 1u, done = 0;

    if (!answer(WRITE, frame.length == 5 && memory_can_write(address, length))) {
        return;
    }
    while (done < length) {
        wait_for_frame();
        for (unsigned i = 0; i < frame.length && done < length; i++) {
            block[done++] = frame.data[i];
        }
        answer(WRITE, true);
    }
    if (answer(WRITE, memory_write(address, block, length)) && memory_is_option(address)) {
        drain();
        memory_reset();
    }
}

/* The sectors that the next frames name, @count of them: bits.  0: one is none. */
static uint32_t take_sectors(unsigned count)
{
    uint32_t sectors = 0;
    bool well = true;

    while (count) {
        wait_for_frame();
        for (unsigned i = 0; i < frame.length && count; i++, count--) {
            well &= frame.data[i] < SECTORS;
            sectors |= well ? 1 << frame.data[i] : 0;
        }
    }
    return well ? sectors : 0;
}

/* Each frame of sector codes is answered, and each sector's erase as well: hosts that know ST's wait for both */
static void erase_sectors(unsigned count)
{
    while (count) {
        unsigned here;
        bool well = true;

        wait_for_frame();
        here = frame.length < count ? frame.length : count;
        for (unsigned i = 0; i < here; i++) {
            well &= frame.data[i] < SECTORS;
        }
        if (!answer(ERASE, well)) {
            return;
        }
        for (unsigned i = 0; i < here; i++) {
            answer(ERASE, memory_erase_sectors(1 << frame.data[i]));
        }
        count -= here;
    }
}

static void erase(void)
{
    unsigned number = frame.data[0];

    if (!answer(ERASE, frame.length >= 1)) {
        return;
    }
    if (number == 0xff) {
        answer(ERASE, memory_erase_all());
    } else {
        erase_sectors(number + 1);
    }
}

static void protect_sectors(void)
{
    uint32_t sectors;

    if (!answer(WRITE_PROTECT, frame.length >= 1)) {
        return;
    }
    sectors = take_sectors(frame.data[0] + 1u);
    if (answer(WRITE_PROTECT, sectors)) {
        drain();
        memory_protect_sectors(sectors, true);
        memory_reset();
    }
}

static void protect(uint32_t command)
{
    answer(command, true);
    if (command == WRITE_UNPROTECT) {
        memory_protect_sectors(0xfff, false);
    } else {
        memory_protect_reading(command == READOUT_PROTECT);
    }
    answer(command, true);
    drain();
    memory_reset();
}

static void serve(void)
{
    bool closed = memory_is_protected();

    if (closed && frame.id > SPEED && frame.id != CALL && frame.id != READOUT_UNPROTECT) {
        answer(frame.id, false);
        return;
    }
    switch (frame.id) {
    case CALL:                  answer(CALL, true);     break;
    case GET:                   get_commands();         break;
    case GET_VERSION:           get_version();          break;
    case GET_ID:                get_id();               break;
    case SPEED:                 set_speed();            break;
    case READ:                  read_memory();          break;
    case GO:                    go();                   break;
    case WRITE:                 write_memory();         break;
    case ERASE:                 erase();                break;
    case WRITE_PROTECT:         protect_sectors();      break;
    case WRITE_UNPROTECT:
    case READOUT_PROTECT:
    case READOUT_UNPROTECT:     protect(frame.id);      break;
    default:                    answer(frame.id, false); break;
    }
}

void can_poll(void)
{
    if (receive()) {
        dfu_stop();
        for (;;) {
            serve();
            wait_for_frame();
        }
    }
}
