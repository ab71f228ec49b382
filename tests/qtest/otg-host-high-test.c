/*
 * The host role of OTG_HS at high speed (RM0090 35.12, 35.13): what full speed has not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/un.h>
#include "qemu/bswap.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/otg_host.h"

static void start_with(const char *args)
{
    g_autofree char *all = g_strdup_printf(HIGH_SPEED " %s", args);

    board_start(all);
    start_high_speed_host();
}

/* ---- Test modes ---- */

static void choose_test(unsigned test)
{
    put(A_HPRT, (port() & ~R_HPRT_PTCTL_MASK) | test << R_HPRT_PTCTL_SHIFT);
}

static bool has_sof(void)
{
    put(A_GINTSTS, R_GINTSTS_SOF_MASK);
    board_wait_ns(2 * MS);
    return get(A_GINTSTS) & R_GINTSTS_SOF_MASK;
}

/* A port that drives a signal sends no SOF and serves no channel. */
static void test_port(void)
{
    Endpoint e = { .type = CONTROL, .max_packet = 64 };
    const uint8_t setup[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };

    start_with("-device usb-tablet,bus=otg-hs.0");
    reset_port();
    g_assert_cmpuint(FIELD_EX32(get(A_HPRT), HPRT, PSPD), ==, 0);
    g_assert_true(has_sof());
    for (unsigned test = 1; test <= 4; test++) {
        choose_test(test);
        g_assert_false(has_sof());
        g_assert_cmphex(send_packets(0, &e, SETUP, setup, 8), ==, 0);
        put(A_HPRT, port() | R_HPRT_PRST_MASK);         /* a reset does not end it */
        board_wait_ns(10 * MS);
        put(A_HPRT, port() & ~R_HPRT_PRST_MASK);
        g_assert_false(has_sof());
        choose_test(0);
        g_assert_true(has_sof());
        g_assert_true(get(HC(HCINT, 0)) & FLAG(XFRC));
        put(HC(HCINT, 0), 0x7ff);
    }
    choose_test(5);
    g_assert_true(has_sof());
    choose_test(2);
    put(A_GRSTCTL, R_GRSTCTL_CSRST_MASK);
    g_assert_cmphex(get(A_HPRT) & R_HPRT_PTCTL_MASK, ==, 0);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* A resume, or the end of a suspend, does not bring frames either. */
static void test_port_suspended(void)
{
    start_with("-device usb-tablet,bus=otg-hs.0");
    reset_port();
    put(A_HPRT, port() | R_HPRT_PSUSP_MASK);
    choose_test(4);
    put(A_HPRT, (port() | R_HPRT_PRES_MASK));
    put(A_HPRT, (port() & ~R_HPRT_PRES_MASK));
    g_assert_false(has_sof());
    choose_test(0);
    g_assert_true(has_sof());
}

static void test_port_full_speed(void)
{
    board_start("-device usb-kbd,bus=otg-fs.0");
    start_host(OTG_FS);
    reset_port();
    choose_test(1);
    g_assert_cmpint(board_mistakes("HPRT.PTCTL chooses a test mode with a full-speed PHY"), ==, 1);
    g_assert_false(has_sof());
}

/* ---- Several transactions in a microframe ---- */

/*
 * A device of high speed with isochronous endpoints, by usbredir, which QEMU's usb-redir has made part of the bus: this
 * test is the side that has it.
 */
enum { HELLO, DEVICE_CONNECT, INTERFACES = 4, ENDPOINTS, START_ISO = 12, ISO_PACKET = 102 };
enum { ISO_IN = 2, ISO_OUT = 1, BURST = 1024 | 2 << 11 };       /* wMaxPacketSize: three of 1024 */
enum { BUFFER = 0x20001000 };

static int device;
static char *device_path;

static bool has_redir(void)
{
    const char *arguments[] = { g_getenv("QTEST_QEMU_BINARY"), "-M", "none", "-device", "usb-redir,help", NULL };
    int status = 1;

    return g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                        NULL, NULL, NULL, &status, NULL) && !status;
}

static void say(unsigned type, const void *data, unsigned length)
{
    uint8_t header[12] = { };

    stl_le_p(header, type);
    stl_le_p(header + 4, length);
    g_assert_cmpint(write(device, header, sizeof(header)), ==, sizeof(header));
    g_assert_cmpint(write(device, data, length), ==, length);
}

/* The next packet of @type: its length; others are passed over. */
static unsigned hear(unsigned type, uint8_t *data, unsigned room)
{
    for (;;) {
        uint8_t header[12];
        unsigned length;

        g_assert_cmpint(recv(device, header, sizeof(header), MSG_WAITALL), ==, sizeof(header));
        length = ldl_le_p(header + 4);
        g_assert_cmpuint(length, <=, room);
        g_assert_cmpint(length ? recv(device, data, length, MSG_WAITALL) : 0, ==, length);
        if (ldl_le_p(header) == type) {
            return length;
        }
    }
}

static void plug_isochronous(void)
{
    static const uint8_t connect_data[10] = { 2, 0xff, 0, 0, 0x83, 4, 1, 0, 0, 1 };     /* high speed */
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    uint8_t hello[68] = "test", interfaces[132] = { 1 }, endpoints[160] = { }, data[256];
    g_autofree char *dir = g_dir_make_tmp("stm32-usb-XXXXXX", NULL), *args = NULL;

    device_path = g_strdup_printf("%s/redir", dir);
    args = g_strdup_printf("-chardev socket,id=r,path=%s,server=on,wait=off -device usb-redir,chardev=r,bus=otg-hs.0",
                           device_path);
    start_with(args);
    device = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(address.sun_path, device_path);
    g_assert_cmpint(connect(device, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    stl_le_p(hello + 64, 1 << 1 | 1 << 4);              /* device version, packet sizes */
    say(HELLO, hello, sizeof(hello));
    hear(HELLO, data, sizeof(data));
    memset(endpoints, 255, 32);
    endpoints[0] = endpoints[16] = CONTROL;
    endpoints[ISO_OUT] = endpoints[16 + ISO_IN] = ISOCHRONOUS;
    endpoints[32 + ISO_OUT] = endpoints[32 + 16 + ISO_IN] = 8;          /* interval */
    stw_le_p(endpoints + 96, 64);
    stw_le_p(endpoints + 96 + 2 * 16, 64);
    stw_le_p(endpoints + 96 + 2 * ISO_OUT, BURST);
    stw_le_p(endpoints + 96 + 2 * (16 + ISO_IN), BURST);
    say(INTERFACES, interfaces, sizeof(interfaces));
    say(ENDPOINTS, endpoints, sizeof(endpoints));
    say(DEVICE_CONNECT, connect_data, sizeof(connect_data));
    for (unsigned i = 0; i < 100 && !(get(A_HPRT) & R_HPRT_PCSTS_MASK); i++) {
        board_wait_ns(10 * MS);
    }
    reset_port();
    g_assert_cmpuint(FIELD_EX32(get(A_HPRT), HPRT, PSPD), ==, 0);
}

static void unplug_isochronous(void)
{
    g_autofree char *dir = g_path_get_dirname(device_path);

    board_stop();
    close(device);
    unlink(device_path);
    rmdir(dir);
    g_clear_pointer(&device_path, g_free);
}

/* Enable channel @n by DMA for a transfer of @packets, @count a microframe; for the next microframe. */
static void begin_burst(unsigned n, bool in, unsigned count, unsigned bytes, unsigned packets, unsigned dpid)
{
    Endpoint e = { .number = in ? ISO_IN : ISO_OUT, .type = ISOCHRONOUS, .max_packet = 1024 };

    put(A_GAHBCFG, R_GAHBCFG_DMAEN_MASK);
    set_channel(n, &e, in);
    put(HC(HCCHAR, n), (get(HC(HCCHAR, n)) & ~R_HCCHAR0_MC_MASK) | count << R_HCCHAR0_MC_SHIFT);
    put(HC(HCDMA, n), BUFFER);
    set_size(n, bytes, packets, dpid);
    enable_channel(n);
}

/* Three packets OUT: the device gets them in one microframe, as one. */
static void test_burst_out(void)
{
    uint8_t data[4096];

    if (!has_redir()) {
        g_test_skip("QEMU has no usb-redir");
        return;
    }
    plug_isochronous();
    for (unsigned i = 0; i < 2600; i += 4) {
        poke(BUFFER + i, i * 2654435761u);
    }
    begin_burst(1, false, 3, 2600, 3, 3);
    board_wait_ns(250000);
    g_assert_cmphex(get(HC(HCINT, 1)), ==, FLAG(XFRC) | FLAG(CHH));
    g_assert_cmpuint(hear(ISO_PACKET, data, sizeof(data)), ==, 4 + 2600);
    for (unsigned i = 0; i < 2600; i += 4) {
        g_assert_cmphex((uint32_t)ldl_le_p(data + 4 + i), ==, i * 2654435761u);
    }
    begin_burst(1, false, 2, 1024 + 10, 2, 3);
    board_wait_ns(250000);
    g_assert_cmpuint(hear(ISO_PACKET, data, sizeof(data)), ==, 4 + 1034);
    /* one a microframe: two packets take three microframes, as the one in between has the other parity */
    begin_burst(1, false, 1, 2048, 2, DATA0);
    board_wait_ns(250000);
    g_assert_cmphex(get(HC(HCINT, 1)), ==, 0);
    g_assert_cmpuint(hear(ISO_PACKET, data, sizeof(data)), ==, 4 + 1024);
    board_wait_ns(250000);
    g_assert_cmphex(get(HC(HCINT, 1)), ==, FLAG(XFRC) | FLAG(CHH));
    g_assert_cmpuint(hear(ISO_PACKET, data, sizeof(data)), ==, 4 + 1024);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    unplug_isochronous();
}

/* What the device has for a microframe comes as DATA2, DATA1, DATA0; what was not fetched is gone with it. */
static void test_burst_in(void)
{
    static const unsigned sizes[] = { 2500, 2048, 100, 0, 3072, 2500, 7 };
    uint8_t packet[4 + 3072] = { 0x80 | ISO_IN }, data[64];

    if (!has_redir()) {
        g_test_skip("QEMU has no usb-redir");
        return;
    }
    plug_isochronous();
    begin_burst(2, true, 3, 3072, 3, 1);                /* the stream begins */
    board_wait_ns(250000);
    hear(START_ISO, data, sizeof(data));
    g_assert_cmphex(get(HC(HCINT, 2)), ==, FLAG(XFRC) | FLAG(CHH));
    for (unsigned i = 0; i < 60; i++) {                 /* as many as usb-redir wants before it hands any on */
        unsigned size = i < ARRAY_SIZE(sizes) ? sizes[i] : 1;

        memset(packet + 4, i + 1, size);
        stw_le_p(packet + 2, size);
        say(ISO_PACKET, packet, 4 + size);
        board_wait_ns(1000);
    }
    for (unsigned i = 0; i < 5; i++) {
        put(HC(HCINT, 2), 0x7ff);
        poke(BUFFER, 0);
        begin_burst(2, true, 3, 3072, 3, 1);
        board_wait_ns(250000);
        g_assert_cmphex(get(HC(HCINT, 2)) & FLAG(CHH), ==, FLAG(CHH));
        g_assert_cmpuint(get(HC(HCDMA, 2)) - BUFFER, ==, sizes[i]);
        g_assert_cmphex(peek(BUFFER), ==, sizes[i] ? (i + 1) * 0x01010101 : 0);
    }
    begin_burst(2, true, 1, 1024, 1, DATA0);            /* the first of 2500 only */
    board_wait_ns(250000);
    g_assert_cmphex(peek(BUFFER), ==, 0x06060606);
    begin_burst(2, true, 1, 1024, 1, DATA0);
    board_wait_ns(250000);
    g_assert_cmpuint(get(HC(HCDMA, 2)) - BUFFER, ==, 7);
    g_assert_cmphex(peek(BUFFER) & 0xff, ==, 7);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    unplug_isochronous();
}

/* 0 is reserved; the first of several is MDATA; at full speed there is one. */
static void test_burst_mistakes(void)
{
    start_with("-device usb-tablet,bus=otg-hs.0");
    reset_port();
    begin_burst(1, false, 0, 8, 1, DATA0);
    g_assert_cmpint(board_mistakes("HCCHAR1.MC = 0, which is reserved"), ==, 1);
    begin_burst(2, false, 2, 1024 + 8, 2, DATA0);
    g_assert_cmpint(board_mistakes("channel 2 sends 2 packets a microframe and HCTSIZ2.DPID is 0"), ==, 1);
    board_start("-device usb-kbd,bus=otg-fs.0");
    start_host(OTG_FS);
    reset_port();
    begin_burst(1, false, 2, 8, 1, DATA0);
    g_assert_cmpint(board_mistakes("HCCHAR1.MC = 2 at full speed"), ==, 1);
}

/* ---- Split transactions ---- */

enum { HUB = 1, KEYBOARD_PORT = 1, STICK_PORT, KEYBOARD = 2 };
#define SPLIT(hub, port) (R_HCSPLT0_SPLITEN_MASK | 3u << 14 | (hub) << 7 | (port))
#define HUB_AND_KEYBOARD "-device usb-hub,bus=otg-hs.0,high-speed=on,id=hub " \
                         "-device usb-kbd,bus=otg-hs.0,port=1.1,usb_version=1,id=kbd "

static bool by_dma;
static unsigned nyets;                           /* that complete-splits were answered with */

/* One half, until the core tells: the flags without CHH. */
static uint32_t half(unsigned n)
{
    put(HC(HCINT, n), 0x7ff);
    enable_channel(n);
    for (unsigned i = 0; i < 100; i++) {
        uint32_t flags;

        board_wait_ns(10000);
        flags = get(HC(HCINT, n));
        if (by_dma ? flags & FLAG(CHH) : flags) {
            return flags & ~FLAG(CHH);
        }
        if (!by_dma && get(A_GINTSTS) & R_GINTSTS_RXFLVL_MASK) {
            return 0;                                   /* data have come */
        }
    }
    return 0;
}

/* A packet, as a driver does it: both halves, NYET and NAK again.  The flags at the end. */
static uint32_t split_packet(unsigned n, const Endpoint *e, bool in, unsigned dpid, uint8_t *data, unsigned bytes,
                             unsigned *got)
{
    uint32_t flags = 0;

    *got = 0;
    set_channel(n, e, in);
    for (unsigned i = 0; i < 500; i++) {
        set_size(n, in ? e->max_packet : bytes, 1, dpid);
        put(HC(HCSPLT, n), SPLIT(HUB, KEYBOARD_PORT));
        if (by_dma) {
            put(HC(HCDMA, n), BUFFER);
            for (unsigned at = 0; !in && at < bytes; at += 4) {
                poke(BUFFER + at, ldl_le_p(data + at));
            }
            flags = half(n);
        } else {
            put(HC(HCINT, n), 0x7ff);
            enable_channel(n);
            if (!in) {
                push_data(n, data, bytes);
            }
            board_wait_ns(150000);
            flags = get(HC(HCINT, n));
        }
        if (flags != FLAG(ACK)) {
            g_assert_cmphex(flags, ==, FLAG(NAK));
            continue;
        }
        put(HC(HCSPLT, n), SPLIT(HUB, KEYBOARD_PORT) | R_HCSPLT0_COMPLSPLT_MASK);
        do {
            flags = half(n);
            nyets += !!(flags & FLAG(NYET));
        } while (flags & FLAG(NYET));
        if (!by_dma && in) {
            *got = pop_all(n, data, bytes);
            flags |= get(HC(HCINT, n));
        }
        if (!(flags & FLAG(NAK))) {
            break;
        }
        if (!by_dma) {
            halt_channel(n);
        }
    }
    if (by_dma && in && flags & FLAG(XFRC)) {
        *got = get(HC(HCDMA, n)) - BUFFER;
        for (unsigned at = 0; at < *got; at++) {
            data[at] = qtest_readb(board, BUFFER + at);
        }
    }
    if (get(HC(HCCHAR, n)) & R_HCCHAR0_CHENA_MASK) {
        halt_channel(n);
    }
    put(HC(HCSPLT, n), 0);
    return flags & ~FLAG(CHH);
}

/* A control transfer to the keyboard: bytes that have come. */
static unsigned split_control(const Endpoint *e, const uint8_t setup[8], uint8_t *data)
{
    unsigned length = setup[6], got = 0, came, dpid = DATA1;
    uint8_t copy[8], none[8];

    memcpy(copy, setup, 8);
    g_assert_true(split_packet(4, e, false, SETUP, copy, 8, &came) & FLAG(XFRC));
    while (got < length) {
        g_assert_true(split_packet(5, e, true, dpid, data + got, length - got + 8, &came) & FLAG(XFRC));
        got += came;
        dpid ^= DATA1;
        if (came < e->max_packet) {
            break;
        }
    }
    g_assert_true(split_packet(4 + !length, e, !length, DATA1, none, 0, &came) & FLAG(XFRC));
    return got;
}

/* The hub is configured and has reset @hub_port: its wPortStatus.  Without DMA, as these functions have none. */
static unsigned start_hub(unsigned hub_port)
{
    Endpoint hub = configure(HUB, 64);
    uint8_t status[8];

    CONTROL_IN(&hub, NULL, 0x23, 3, 4, 0, hub_port, 0, 0, 0);
    CONTROL_IN(&hub, status, 0xa3, 0, 0, 0, hub_port, 0, 4, 0);
    return lduw_le_p(status);
}

static void start_split(bool dma)
{
    start_with(HUB_AND_KEYBOARD);
    reset_port();
    g_assert_cmpuint(FIELD_EX32(get(A_HPRT), HPRT, PSPD), ==, 0);
    g_assert_cmphex(start_hub(KEYBOARD_PORT) & 0x603, ==, 0x003);       /* connected, enabled, full speed */
    by_dma = dma;
    nyets = 0;
    put(A_GAHBCFG, dma ? R_GAHBCFG_DMAEN_MASK : 0);
}

static void press(const char *key)
{
    qtest_qmp_assert_success(board, "{ 'execute': 'send-key', 'arguments': { 'hold-time': 1, 'keys': [ "
                             "{ 'type': 'qcode', 'data': %s } ] } }", key);
}

static void use_keyboard(void)
{
    Endpoint e = { .address = 0, .type = CONTROL, .max_packet = 8 };
    const Endpoint keys = { .address = KEYBOARD, .number = 1, .type = INTERRUPT, .max_packet = 8 };
    uint8_t data[64];
    unsigned got;

    g_assert_cmpuint(split_control(&e, (const uint8_t[8]) { 0x80, 6, 0, 1, 0, 0, 18 }, data), ==, 18);
    g_assert_cmphex(lduw_le_p(data + 8), ==, 0x0627);
    split_control(&e, (const uint8_t[8]) { 0, 5, KEYBOARD }, data);
    e.address = KEYBOARD;
    split_control(&e, (const uint8_t[8]) { 0, 9, 1 }, data);
    press("a");
    g_assert_true(split_packet(6, &keys, true, DATA0, data, 8, &got) & FLAG(XFRC));
    g_assert_cmpuint(got, ==, 8);
    g_assert_cmphex(data[2], ==, 4);
    g_assert_true(nyets || !by_dma);                    /* without DMA this test waits long enough */
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

static void test_split_dma(void)
{
    start_split(true);
    use_keyboard();
}

static void test_split(void)
{
    start_split(false);
    use_keyboard();
}

/* What a driver can do wrong with them. */
static void test_split_mistakes(void)
{
    Endpoint e = { .address = 0, .type = CONTROL, .max_packet = 8 };
    const uint8_t setup[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };

    start_split(true);
    poke(BUFFER, ldl_le_p(setup));
    poke(BUFFER + 4, ldl_le_p(setup + 4));
    set_channel(4, &e, false);
    set_size(4, 8, 1, SETUP);
    put(HC(HCDMA, 4), BUFFER);
    g_assert_cmphex(half(4), ==, FLAG(TXERR));          /* it does not hear that */
    g_assert_cmpint(board_mistakes("device 0, which is of full speed behind a hub of high speed"), ==, 1);
    g_assert_cmpint(board_mistakes("the hub is device 1, its port 1"), ==, 1);
    put(HC(HCSPLT, 4), SPLIT(HUB, 3));
    g_assert_cmphex(half(4), ==, FLAG(TXERR));
    g_assert_cmpint(board_mistakes("goes to hub 1, port 3, and device 0 is not there"), ==, 1);
    put(HC(HCSPLT, 4), SPLIT(HUB, KEYBOARD_PORT) | R_HCSPLT0_COMPLSPLT_MASK);
    g_assert_cmphex(half(4), ==, FLAG(STALL));
    g_assert_cmpint(board_mistakes("comes without a start-split before it"), ==, 1);
}

/* Each packet that comes is a transfer of its own, and the next one goes on where it ended. */
static void test_split_packets(void)
{
    Endpoint e = { .type = CONTROL, .max_packet = 8 };
    uint8_t setup[8] = { 0x80, 6, 0, 1, 0, 0, 18 };
    unsigned got;

    start_split(true);
    g_assert_true(split_packet(4, &e, false, SETUP, setup, 8, &got) & FLAG(XFRC));
    set_channel(5, &e, true);
    set_size(5, 18, 3, DATA1);
    put(HC(HCDMA, 5), BUFFER);
    for (unsigned packets = 2; packets < 3; packets--) {
        put(HC(HCSPLT, 5), SPLIT(HUB, KEYBOARD_PORT));
        g_assert_cmphex(half(5), ==, FLAG(ACK));
        put(HC(HCSPLT, 5), SPLIT(HUB, KEYBOARD_PORT) | R_HCSPLT0_COMPLSPLT_MASK);
        board_wait_ns(100000);
        g_assert_cmphex(half(5), ==, FLAG(ACK) | FLAG(XFRC));
        g_assert_cmpuint(FIELD_EX32(get(HC(HCTSIZ, 5)), HCTSIZ0, PKTCNT), ==, packets);
    }
    g_assert_cmpuint(get(HC(HCDMA, 5)) - BUFFER, ==, 18);
    g_assert_cmphex(peek(BUFFER + 8) & 0xffff, ==, 0x0627);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* Its two buffers are taken until they are asked for, or cleared. */
static void test_split_buffers(void)
{
    Endpoint e = { .type = BULK, .max_packet = 8 }, hub = { .address = HUB, .type = CONTROL, .max_packet = 64 };

    start_split(true);
    for (unsigned i = 0; i < 3; i++) {
        e.number = 3 + i;
        set_channel(4, &e, true);
        set_size(4, 8, 1, DATA0);
        put(HC(HCDMA, 4), BUFFER);
        put(HC(HCSPLT, 4), SPLIT(HUB, KEYBOARD_PORT));
        g_assert_cmphex(half(4), ==, i < 2 ? FLAG(ACK) : FLAG(NAK));
    }
    put(A_GAHBCFG, 0);
    CONTROL_IN(&hub, NULL, 0x23, 8, 3, 2 << 3, 1, 0, 0, 0);             /* Clear_TT_Buffer: endpoint 3 */
    put(A_GAHBCFG, R_GAHBCFG_DMAEN_MASK);
    g_assert_cmphex(half(4), ==, FLAG(ACK));
}

/* Between its halves. */
static void test_split_snapshot(void)
{
    Endpoint e = { .type = CONTROL, .max_packet = 8 };
    g_autofree char *file = NULL;

    start_split(true);
    poke(BUFFER, 0x01000680);
    poke(BUFFER + 4, 0x00120000);
    set_channel(4, &e, false);
    set_size(4, 8, 1, SETUP);
    put(HC(HCDMA, 4), BUFFER);
    put(HC(HCSPLT, 4), SPLIT(HUB, KEYBOARD_PORT));
    g_assert_cmphex(half(4), ==, FLAG(ACK));
    file = board_save();
    board_load(file, HIGH_SPEED " " HUB_AND_KEYBOARD);
    unlink(file);
    put(HC(HCSPLT, 4), SPLIT(HUB, KEYBOARD_PORT) | R_HCSPLT0_COMPLSPLT_MASK);
    board_wait_ns(100000);
    g_assert_cmphex(half(4), ==, FLAG(ACK) | FLAG(XFRC));
}

/* At a bus of full speed the hub is of full speed, and so is what it has. */
static void test_hub_full_speed(void)
{
    board_start("-device usb-hub,bus=otg-fs.0,high-speed=on -device usb-tablet,bus=otg-fs.0,port=1.1");
    start_host(OTG_FS);
    reset_port();
    g_assert_cmphex(start_hub(1) & 0x603, ==, 0x003);
}

static void test_hub_high_speed(void)
{
    start_with("-device usb-hub,bus=otg-hs.0,high-speed=on -device usb-tablet,bus=otg-hs.0,port=1.1");
    reset_port();
    g_assert_cmphex(start_hub(1) & 0x603, ==, 0x403);
    configure(2, 64);                                   /* not split */
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* ---- A driver that is out of its mind ---- */

static void test_fuzz(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));

    start_split(false);
    for (unsigned i = 0; i < 6000; i++) {
        unsigned n = g_rand_int_range(random, 0, 4), what = g_rand_int_range(random, 0, 16);
        uint32_t any = g_rand_int(random);

        switch (what) {
        case 0: put(A_HPRT, (port() & ~R_HPRT_PTCTL_MASK) | (any & g_rand_int(random) & 0x1e000)); break;
        case 1: put(A_HPRT, port() & ~(R_HPRT_PRST_MASK | R_HPRT_PTCTL_MASK)); break;
        case 2: put(A_GRSTCTL, any & 0x7f0 & g_rand_int(random)); break;
        case 3: put(A_GAHBCFG, any & 0x1a1); break;
        case 4: put(HC(HCTSIZ, n), any & 0x601807ff); break;
        case 5: put(HC(HCDMA, n), 0x20000000 + (any & 0xffff)); break;
        case 6: put(HC(HCINT, n), any); break;
        case 7: pop_all(16, NULL, 0); break;
        case 8: push_data(n, &any, 4); break;
        case 9: board_wait_ns(any % 300000); break;
        case 10: put(A_GOTGCTL, any & 0xf02); break;
        case 11: put(HC(HCSPLT, n), SPLIT(HUB, 1 + (any & 1)) ^ (any & g_rand_int(random) & 0x8001c002)); break;
        case 12: put(A_GOTGINT, any); break;
        default:
            put(HC(HCCHAR, n), (any & 0xe0000000) | (any & 3) << 22 | (any & 0x0030f800 & g_rand_int(random)) |
                (g_rand_boolean(random) ? 64 : any & 0x7ff) | (any & 0xc0000));
        }
        if (i % 2000 == 1000) {
            qtest_qmp_assert_success(board, "{ 'execute': 'device_del', 'arguments': { 'id': 'kbd' } }");
            qtest_qmp_eventwait(board, "DEVICE_DELETED");
            qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': 'otg-hs.0', 'port': '1.2', 'usb_version': 1 }");
        }
    }
    board_reset();
    g_assert_cmphex(peek(0x40023830), ==, 0x00100000);
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("otg-host-high/burst-out", test_burst_out);
    qtest_add_func("otg-host-high/burst-in", test_burst_in);
    qtest_add_func("otg-host-high/burst-mistakes", test_burst_mistakes);
    qtest_add_func("otg-host-high/test-port", test_port);
    qtest_add_func("otg-host-high/test-port-suspended", test_port_suspended);
    qtest_add_func("otg-host-high/test-port-full-speed", test_port_full_speed);
    qtest_add_func("otg-host-high/split-dma", test_split_dma);
    qtest_add_func("otg-host-high/split", test_split);
    qtest_add_func("otg-host-high/split-packets", test_split_packets);
    qtest_add_func("otg-host-high/split-mistakes", test_split_mistakes);
    qtest_add_func("otg-host-high/split-buffers", test_split_buffers);
    qtest_add_func("otg-host-high/split-snapshot", test_split_snapshot);
    qtest_add_func("otg-host-high/hub-full-speed", test_hub_full_speed);
    qtest_add_func("otg-host-high/hub-high-speed", test_hub_high_speed);
    for (unsigned seed = 1; seed <= 3; seed++) {
        g_autofree char *name = g_strdup_printf("otg-host-high/fuzz/%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_fuzz);
    }
    return board_run_tests();
}
