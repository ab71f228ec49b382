/*
 * AN3156: DFU 1.1a as ST has it (DfuSe) on OTG_FS.  What a DNLOAD asks for is done when its status has been asked for,
 * which is then "busy".
 *
 * Not there: the alternate setting "Device Feature".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bootloader.h"
#include "usb_device.h"

#define TRANSFER 2048
#define SERIAL_LENGTH 12
#define UID 0x1fff7a10u
#define OTG_DCTL REG(OTG_FS, 0x804)
#define OTG_SDIS 2u

enum { DETACH, DNLOAD, UPLOAD, GETSTATUS, CLRSTATUS, GETSTATE, ABORT };
enum { IDLE = 2, DNLOAD_SYNC, DNBUSY, DNLOAD_IDLE, MANIFEST_SYNC, MANIFEST, UPLOAD_IDLE = 9, ERROR };
enum { OK = 0, ERR_TARGET = 0x01, ERR_WRITE = 0x03, ERR_ERASE = 0x04, ERR_ADDRESS = 0x08, ERR_VENDOR = 0x0b,
       ERR_STALLED = 0x0f };
enum { COMMAND_SET_ADDRESS = 0x21, COMMAND_ERASE = 0x41, COMMAND_READ_UNPROTECT = 0x92 };
enum { FIRST_BLOCK = 2 };       /* whose data are at the address; 0 has commands */

#define INTERFACE(alternate) 9, 4, 0, (alternate), 0, 0xfe, 1, 2, 4 + (alternate)

static const uint8_t device[] = {
    18, 1, 0x00, 0x01, 0, 0, 0, 64, 0x83, 0x04, 0x11, 0xdf, 0x00, 0x22, 1, 2, 3, 1,
};
static const uint8_t configuration[] = {
    9, 2, 9 + 3 * 9 + 9, 0, 1, 1, 0, 0xc0, 50,
    INTERFACE(0), INTERFACE(1), INTERFACE(2),
    9, 0x21, 0x0b, 255, 0, TRANSFER & 0xff, TRANSFER >> 8, 0x1a, 0x01,
};
static char serial[SERIAL_LENGTH + 1];
static const char *const strings[] = {
    "", "STMicroelectronics", "STM32  BOOTLOADER", serial,
    "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
    "@Option Bytes  /0x1FFFC000/01*016 e",
    "@OTP Memory /0x1FFF7800/01*512 e,01*016 e",
};

static uint8_t data[TRANSFER];
static struct {
    uint16_t block, length;
} asked;                        /* by the DNLOAD that is to be done */
static uint32_t address;
static uint8_t state = IDLE, status, alternate;
static bool started, called;

static bool fail(uint8_t why)
{
    status = why;
    state = ERROR;
    return false;
}

/* ---- What DNLOAD asks for ---- */

static uint32_t address_in_data(void)
{
    return data[1] | data[2] << 8 | data[3] << 16 | (uint32_t)data[4] << 24;
}

static void erase(void)
{
    int sector = memory_sector_of(address_in_data());

    if (asked.length != 1 && sector < 0) {
        fail(ERR_ADDRESS);
    } else if (!(asked.length == 1 ? memory_erase_all() : memory_erase_sectors(1 << sector))) {
        fail(ERR_ERASE);
    }
}

static void command(void)
{
    if (data[0] == COMMAND_READ_UNPROTECT && asked.length == 1) {
        memory_protect_reading(false);
        memory_reset();
    } else if (memory_is_protected()) {
        fail(ERR_VENDOR);
    } else if (data[0] == COMMAND_ERASE && (asked.length == 1 || asked.length == 5)) {
        erase();
    } else if (data[0] == COMMAND_SET_ADDRESS && asked.length == 5) {
        address = address_in_data();
        if (!memory_can_read(address, 1)) {
            fail(ERR_ADDRESS);
        }
    } else {
        fail(ERR_STALLED);
    }
}

static void write_block(void)
{
    uint32_t to = address + (asked.block - FIRST_BLOCK) * TRANSFER;

    if (memory_is_protected()) {
        fail(ERR_VENDOR);
    } else if (!memory_can_write(to, asked.length)) {
        fail(ERR_ADDRESS);
    } else if (!memory_write(to, data, asked.length)) {
        fail(ERR_WRITE);
    } else if (memory_is_option(to)) {
        memory_reset();
    }
}

static void do_it(void)
{
    state = DNLOAD_SYNC;
    if (!asked.block) {
        command();
    } else if (asked.block >= FIRST_BLOCK) {
        write_block();
    } else {
        fail(ERR_STALLED);
    }
    asked.length = 0;
}

/* In ms: about how long that takes. */
static unsigned time_of_it(void)
{
    if (asked.block) {
        return 40;
    }
    return data[0] != COMMAND_ERASE ? 1 : asked.length == 1 ? 16000 : 1000;
}

/* ---- Requests ---- */

static bool download(const struct usb_setup *setup)
{
    if ((state != IDLE && state != DNLOAD_IDLE) || setup->length > TRANSFER) {
        return fail(ERR_STALLED);
    }
    asked.block = setup->value;
    asked.length = setup->length;
    state = setup->length ? DNLOAD_SYNC : MANIFEST_SYNC;
    return true;
}

static bool upload(const struct usb_setup *setup)
{
    static const uint8_t commands[] = { 0, COMMAND_SET_ADDRESS, COMMAND_ERASE, COMMAND_READ_UNPROTECT };
    uint32_t from = address + (setup->value - FIRST_BLOCK) * TRANSFER;

    if ((state != IDLE && state != UPLOAD_IDLE) || setup->length > TRANSFER || setup->value == 1) {
        return fail(ERR_STALLED);
    }
    state = UPLOAD_IDLE;
    if (!setup->value) {
        state = IDLE;
        usb_answer(commands, sizeof(commands));
    } else if (memory_is_protected()) {
        return fail(ERR_VENDOR);
    } else if (!memory_can_read(from, setup->length)) {
        return fail(ERR_ADDRESS);
    } else {
        usb_answer((const uint8_t *)from, setup->length);
    }
    return true;
}

static bool get_status(void)
{
    static uint8_t answer[6];
    unsigned ms = 0;

    if (state == DNLOAD_SYNC && asked.length) {
        state = DNBUSY;
        ms = time_of_it();
    } else if (state == DNLOAD_SYNC) {
        state = DNLOAD_IDLE;
    } else if (state == MANIFEST_SYNC) {
        state = MANIFEST;
    }
    answer[0] = status;
    answer[1] = ms;
    answer[2] = ms >> 8;
    answer[4] = state;
    usb_answer(answer, sizeof(answer));
    return true;
}

static bool to_idle(void)
{
    status = OK;
    state = IDLE;
    asked.length = 0;
    return true;
}

static bool request(const struct usb_setup *setup, const uint8_t *unused)
{
    (void)unused;
    switch (setup->type << 8 | setup->request) {
    case 0x2100 | DETACH:       called = true; return true;
    case 0x2100 | DNLOAD:       called = true; return download(setup);
    case 0xa100 | UPLOAD:       called = true; return upload(setup);
    case 0xa100 | GETSTATUS:    called = true; return get_status();
    case 0x2100 | CLRSTATUS:    return to_idle();
    case 0xa100 | GETSTATE:     usb_answer(&state, 1); return true;
    case 0x2100 | ABORT:        return to_idle();
    case 0x010b:                alternate = setup->value; return alternate < 3;
    case 0x810a:                usb_answer(&alternate, 1); return true;
    default:                    return false;
    }
}

/* ---- The device ---- */

static void ignore_configured(void)
{
}

static void ignore_sent(unsigned endpoint)
{
    (void)endpoint;
}

static void ignore_received(unsigned endpoint, const uint8_t *unused, unsigned length)
{
    (void)endpoint;
    (void)unused;
    (void)length;
}

/* unsure: how ST's makes it of the 96 bits */
static void make_serial(void)
{
    uint32_t words[2] = { REG(UID, 0) + REG(UID, 8), REG(UID, 4) };

    for (unsigned i = 0; i < SERIAL_LENGTH; i++) {
        serial[i] = "0123456789ABCDEF"[words[i / 8] >> (28 - 4 * (i % 8)) & 15];
    }
}

void dfu_start(void)
{
    static const struct usb_program program = {
        .device = device, .configuration = configuration, .strings = strings,
        .n_strings = sizeof(strings) / sizeof(strings[0]) - 1, .data = data, .data_size = TRANSFER, .polled = true,
        .configured = ignore_configured, .request = request, .sent = ignore_sent, .received = ignore_received,
    };

    make_serial();
    address = 0x08000000;
    usb_start(&program);
    started = true;
}

void dfu_stop(void)
{
    if (started) {
        OTG_DCTL |= OTG_SDIS;
    }
}

/* The answer has gone, and with it what the host has to know. */
static void go_on(void)
{
    if (state == DNBUSY && usb_answered()) {
        do_it();
    } else if (state == MANIFEST && usb_answered()) {
        dfu_stop();
        if (memory_can_go(address) && !memory_is_protected()) {
            memory_go(address);
        }
        memory_reset();
    }
}

void dfu_poll(void)
{
    do {
        usb_interrupt();
        go_on();
        memory_feed_watchdog();
    } while (called);
}
