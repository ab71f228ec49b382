/*
 * Fuzzing of far ends: who speaks a protocol with the machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/fuzz/fuzz.h"

#define USB_DEVICES                                                                             \
    "-device stm32-usb-adapter,id=a -device usb-audio,audiodev=none,bus=a.0 -audiodev none,id=none "     \
    "-device stm32-usb-adapter,id=b -device usb-kbd,bus=b.0 "

/* Their devices have been found. */
static void wait_a_second(void)
{
    fuzz_step(1000000000);
    fuzz_main_loop();
}

/* What comes from the other end, in pieces with time between them. */
static void speak(const char *id, Input *in)
{
    fuzz_open(id, true);
    while (in->left) {
        size_t size = input_byte(in);
        const uint8_t *bytes = input_bytes(in, &size);

        fuzz_say(id, bytes, size);
        fuzz_main_loop();
        fuzz_step(2000000);
    }
    fuzz_open(id, false);
    fuzz_main_loop();
}

static void play_usbredir(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    const char *id = input_byte(&in) & 1 ? "a" : "b";

    speak(id, &in);
    wait_a_second();
}

const Target fuzz_usbredir = {
    .name = "usbredir", .about = "who has the board's USB device by usbredir",
    .args = USB_DEVICES "-chardev null,id=a -chardev null,id=b -device stm32-usbredir,port=a,chardev=a "
            "-device stm32-usbredir,port=b,chardev=b",
    .begin = wait_a_second, .play = play_usbredir,
};

static void play_usbip(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    int fd = fuzz_connect();

    while (fd >= 0 && in.left) {
        size_t length = input_half(&in) % 2048;
        const uint8_t *bytes = input_bytes(&in, &length);

        fuzz_send(fd, bytes, length);
        fuzz_step(2000000);
    }
    close(fd);
    fuzz_main_loop();
    wait_a_second();
}

const Target fuzz_usbip = {
    .name = "usbip", .about = "who has the board's USB device by USB/IP",
    .args = USB_DEVICES "-device stm32-usbip,port=a,address=127.0.0.1:0", .begin = wait_a_second, .play = play_usbip,
};

/* PB13 to PB15 are SPI2, PB6 and PB7 USART1 or I2C1: slaves, or masters with something to say.  Or inputs of EXTI. */
static void set_up_pins(uint8_t way)
{
    static const uint32_t words[][2] = {
        { 0x40013814, 0x1110 },                                                 /* EXTICR4: PB13, PB14, PB15 */
        { 0x40013c00, 0x7fffff }, { 0x40013c08, 0x7fffff }, { 0x40013c0c, 0x7fffff },
        { 0x40011008, 0x8b }, { 0x4001100c, 0x202c },                           /* USART1 */
        { 0x40005404, 0x010 }, { 0x40005408, 0x4054 }, { 0x4000541c, 80 }, { 0x40005420, 17 },
    };
    bool bus = way & 1, i2c = way & 2, master = way & 4;

    for (uint32_t enable = 0x40023830; enable <= 0x40023844; enable += 4) {
        fuzz_write(enable, 0xffffffff, 4);
    }
    fuzz_write(0x40020400, bus ? 0xa800a000 : 0, 4);                            /* MODER of GPIOB */
    fuzz_write(0x40020420, i2c ? 0x44000000 : 0x77000000, 4);
    fuzz_write(0x40020424, 0x55500000, 4);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        fuzz_write(words[i][0], words[i][1], 4);
    }
    fuzz_write(0x40005400, i2c ? 0x401 | (uint32_t)master << 8 : 0, 4);         /* I2C1: PE, ACK, START */
    fuzz_write(0x40003800, master ? 0x347 : 0x240, 4);                          /* SPI2: SPE, SSM, MSTR, SSI */
    fuzz_write(0x4000380c, 0xa5, 2);
}

static void play_link(const uint8_t *data, size_t size)
{
    Input in = { data, size };

    set_up_pins(input_byte(&in));
    speak("far", &in);
}

const Target fuzz_cable = {
    .name = "cable", .about = "the other board at a cable",
    .args = "-chardev null,id=far -device stm32-cable,chardev=far,pins=pb13:pb14:pb15:pb6:pb7", .play = play_link,
};
const Target fuzz_can_link = {
    .name = "can_link", .about = "the other board on a CAN bus",
    .args = "-chardev null,id=far -object can-bus,id=can -machine canbus1=can -device stm32-can-link,chardev=far,canbus=can",
    .play = play_link,
};

/* ---- The page ---- */

static void send_text_frame(int fd, const uint8_t *text, size_t size)
{
    uint8_t head[8] = { 0x81, 0x80 | 126, size >> 8, size };
    g_autofree uint8_t *frame = g_malloc(size + 8);

    memcpy(frame, head, 8);                         /* the mask is 0 */
    memcpy(frame + 8, text, size);
    fuzz_send(fd, frame, size + 8);
}

/* A request as it is, or lines of a page that is open. */
static void play_page(const uint8_t *data, size_t size)
{
    static const char hello[] = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    Input in = { data, size };
    uint8_t way = input_byte(&in);
    int fd = fuzz_connect();

    if (fd < 0) {
        return;
    }
    if (way & 1) {
        fuzz_send(fd, hello, sizeof(hello) - 1);
    }
    if (way & 2) {
        send_text_frame(fd, in.at, MIN(in.left, 60000));
    } else {
        fuzz_send(fd, in.at, in.left);
    }
    fuzz_step(1000000);
    close(fd);
    fuzz_main_loop();
}

const Target fuzz_page = {
    .name = "page", .about = "a browser, and what it says to the page's server",
    .args = "-machine page=127.0.0.1:0,page-files=/nonexistent", .play = play_page,
};
