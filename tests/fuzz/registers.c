/*
 * Fuzzing of what a guest can reach, with peripherals that have been set up to do something, and of what comes from outside
 * meanwhile: serial lines, CAN, the network, pins.  An input is a row of such steps, a letter and what it needs each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "net/can_emu.h"
#include "net/net.h"
#include "stm32/tests/firmware/set_ups.h"
#include "stm32/tests/fuzz/fuzz.h"

#define MOST_STEPS 400
#define MOST_NS 100000000               /* of an input */
#define BUFFER_SIZE 0x4000

static CanBusClientState can_client;
static NetClientState *network;
static uint32_t random_state;
static int64_t passed;                  /* ns of this input */

static bool hears_nothing(CanBusClientState *client)
{
    return true;
}

static ssize_t acknowledges(CanBusClientState *client, const qemu_can_frame *frames, size_t count)
{
    return count;
}

static CanBusClientInfo can_info = { .can_receive = hears_nothing, .receive = acknowledges };

static void begin(void)
{
    can_client.info = &can_info;
    can_bus_insert_client((CanBusState *)object_resolve_path("/objects/can", NULL), &can_client);
    network = qemu_find_netdev("net");
}

/* ---- Accesses ---- */

static const struct peripheral *peripheral(uint8_t n)
{
    n %= ARRAY_SIZE(peripherals) + ARRAY_SIZE(more_peripherals);
    return n < ARRAY_SIZE(peripherals) ? &peripherals[n] : &more_peripherals[n - ARRAY_SIZE(peripherals)];
}

/* A register of the peripheral that a byte names: a byte says which, of large ones a multiple of that. */
static uint32_t some_register(Input *in)
{
    const struct peripheral *p = peripheral(input_byte(in));
    uint32_t n = input_byte(in);

    return p->base + (p->size > 0x400 ? n * (p->size / 0x400) : n) * 4 % p->size;
}

static uint32_t some_address(Input *in)
{
    static const uint32_t areas[] = {
        0x40000000, 0x40010000, 0x40020000, 0x40028000, 0x40040000, 0x50000000, 0x50050000, 0x50060000, 0xa0000000, 0x60000000,
        0x64000000, 0x68000000, 0x6c000000, 0x70000000, 0x78000000, 0x80000000, 0x90000000, 0xe0000000, 0xe000e000, 0xe0040000,
        0x42000000, 0x22000000, 0x20000000, 0x10000000, 0x08000000, 0x1fff0000, 0, 0x40024000,
    };
    uint8_t n = input_byte(in);

    return areas[n % ARRAY_SIZE(areas)] + input_half(in);
}

static uint32_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static void wait_ns(int64_t ns)
{
    if (passed + ns <= MOST_NS) {
        passed += ns;
        fuzz_step(ns);
    }
}

static void set_up_stream(uint32_t dma)
{
    uint32_t stream = dma + 0x10 + 0x18 * (random_word() % 8);
    const struct peripheral *p = peripheral(random_word());

    fuzz_write(stream, 0, 4);
    fuzz_write(stream + 0x04, random_word() % 256, 4);
    fuzz_write(stream + 0x08, random_word() % 4 ? p->base + random_word() % p->size / 4 * 4 : BUFFER, 4);
    fuzz_write(stream + 0x0c, BUFFER + random_word() % BUFFER_SIZE / 4 * 4, 4);
    fuzz_write(stream + 0x10, BUFFER + random_word() % BUFFER_SIZE / 4 * 4, 4);
    fuzz_write(stream + 0x14, random_word() & 0xbf, 4);
    fuzz_write(stream, 1 | (random_word() & 0x0feffffe), 4);
}

static void set_up(uint8_t n, uint32_t seed)
{
    const struct peripheral *p = peripheral(n);

    random_state = seed << 1 | 1;
    random_word();
    for (const struct step *s = p->step; s && s->kind != END; s++) {
        uint32_t data = s->set | (random_word() & s->random), address = p->base + s->offset;

        if (s->kind == WAIT) {
            wait_ns(s->set * 100);
        } else {
            fuzz_write(address, s->kind == MORE ? fuzz_read(address, 4) | data : data, 4);
        }
    }
    if (p->step == dma) {
        set_up_stream(p->base);
    }
}

static void flip_bit(Input *in)
{
    uint32_t address = some_register(in);

    fuzz_write(address, fuzz_read(address, 4) ^ 1u << input_byte(in) % 32, 4);
}

/* Words for who has a DMA: descriptors, data. */
static void fill_memory(Input *in)
{
    uint32_t address = BUFFER + input_byte(in) * 16;
    size_t size = input_byte(in);
    const uint8_t *bytes = input_bytes(in, &size);

    for (size_t i = 0; i < size; i++) {
        fuzz_write(address + i, bytes[i], 1);
    }
}

/* ---- From outside ---- */

static void speak_serial(Input *in)
{
    static const char *const ports[] = { "s0", "s1", "s2", "s3" };
    uint8_t port = input_byte(in);
    size_t size = input_byte(in) % 32;
    const uint8_t *bytes = input_bytes(in, &size);

    fuzz_say(ports[port % ARRAY_SIZE(ports)], bytes, size);
}

static void send_can(Input *in)
{
    qemu_can_frame frame = { .can_id = input_word(in), .can_dlc = input_byte(in), .flags = input_byte(in) };
    size_t size = sizeof(frame.data);
    const uint8_t *bytes = input_bytes(in, &size);

    memcpy(frame.data, bytes, size);
    can_bus_client_send(&can_client, &frame, 1);
}

/* A frame: its length, who it is for, and its bytes. */
static void send_frame(Input *in)
{
    size_t length = MAX(input_half(in) % 2048, 14), size = input_byte(in);
    const uint8_t *bytes = input_bytes(in, &size);
    g_autofree uint8_t *frame = g_malloc0(length);

    memcpy(frame, bytes, MIN(size, length));
    qemu_send_packet(network, frame, length);
}

static void drive_pin(Input *in)
{
    static const char *const levels[] = { "0", "1", "z" };
    uint8_t n = input_byte(in), level = input_byte(in);
    g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c/p%c%u", 'a' + n / 16 % 5, 'a' + n / 16 % 5, n % 16);

    object_property_set_str(object_resolve_path(path, NULL), "drive", levels[level % ARRAY_SIZE(levels)], &error_abort);
}

static void one_step(Input *in)
{
    uint32_t address;
    uint8_t n;

    switch (input_byte(in) % 16) {
    case 0: case 1: n = input_byte(in); set_up(n, input_half(in)); break;
    case 2: address = some_register(in); fuzz_write(address, input_word(in), 4); break;
    case 3: address = some_register(in); fuzz_write(address, 1u << input_byte(in) % 32, 4); break;
    case 4: address = some_register(in); fuzz_write(address, input_byte(in), 4); break;
    case 5: flip_bit(in); break;
    case 6: fuzz_read(some_register(in), 4); break;
    case 7: case 8: wait_ns(1ll << input_byte(in) % 24); break;
    case 9: n = input_byte(in); address = some_address(in); fuzz_write(address, input_word(in), 1 << n % 3); break;
    case 10: n = input_byte(in); address = some_address(in); fuzz_read(address, 1 << n % 3); break;
    case 11: fill_memory(in); break;
    case 12: speak_serial(in); break;
    case 13: send_can(in); break;
    case 14: send_frame(in); break;
    case 15: drive_pin(in); break;
    }
}

/* All clocks on, as after a reset. */
static void start(void)
{
    fuzz_reset_machine();
    passed = 0;
    for (uint32_t enable = 0x40023830; enable <= 0x40023844; enable += 4) {
        fuzz_write(enable, 0xffffffff, 4);
    }
    fuzz_write(0x40007000, 0x100, 4);               /* DBP: the RTC, and the battery's registers */
    fuzz_write(0x40023870, 0x8201, 4);
}

static void play(const uint8_t *data, size_t size)
{
    Input in = { data, size };

    start();
    for (unsigned i = 0; in.left && i < MOST_STEPS; i++) {
        one_step(&in);
    }
    wait_ns(1000000);
}

/* ---- Without an input: a storm ---- */

#define ROUND 20000                     /* accesses, after which other peripherals are set up */
#define AT_ONCE 64                      /* ... and after which time passes */

static void one_access(GRand *random)
{
    uint32_t how = g_rand_int(random), what = g_rand_int(random);
    const struct peripheral *p = peripheral(how);
    uint32_t address = how >> 30 ? p->base + (how >> 8 & 0x3fffff) % p->size
                       : (what & 0xf) << 28 | (how >> 8 & 0xffff) | (what & 0x300) << 8;
    unsigned size = how >> 28 & 3 ? 4 : 1 << (what >> 30) % 3;

    address &= -size;
    if (what >> 29 & 1) {
        fuzz_read(address, size);
    } else {
        fuzz_write(address, what >> 27 & 1 ? g_rand_int(random) : 1u << (what >> 16) % 32, size);
    }
}

void fuzz_storm(uint32_t seed, uint64_t accesses)
{
    GRand *random = g_rand_new_with_seed(seed);

    for (uint64_t n = 0; n < accesses; n++) {
        if (n % ROUND == 0) {
            start();
            for (unsigned i = 0; i < 30; i++) {
                set_up(g_rand_int(random), g_rand_int(random) & 0xffff);
            }
        }
        if (n % AT_ONCE == 0) {
            wait_ns(1ll << g_rand_int_range(random, 0, 18));
        }
        one_access(random);
    }
    g_rand_free(random);
}

const Target fuzz_registers = {
    .name = "registers", .about = "what a guest can reach, and what comes by serial lines, CAN, the network and pins",
    .args = "-machine canbus1=can,canbus2=can,wire=pb14-pb15:pa6-pb0:pd12-pc6:pa9-pa10:pa4-pa1:pb6-pb10:pb9-pb11 "
            "-object can-bus,id=can -netdev hubport,id=net,hubid=0 -nic hubport,hubid=0 "
            "-chardev null,id=s0 -chardev null,id=s1 -chardev null,id=s2 -chardev null,id=s3 "
            "-serial chardev:s0 -serial chardev:s1 -serial chardev:s2 -serial chardev:s3 "
            "-drive if=sd,format=raw,file.driver=null-co,file.size=64M,file.read-zeroes=on "
            "-device stm32-ili9341,bank=ne1,rs=a16 -device stm32-sram,bank=ne3 -device stm32-nor,bank=ne2 "
            "-device stm32-nand,bank=nce2,width=8,ready=pd6 -device stm32-camera,model=ov9655,bus=i2c1 "
            "-device usb-kbd,bus=otg-fs.0 -device usb-hub,bus=otg-hs.0",
    .begin = begin, .play = play,
};
