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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("otg-host-high/burst-out", test_burst_out);
    qtest_add_func("otg-host-high/burst-in", test_burst_in);
    qtest_add_func("otg-host-high/burst-mistakes", test_burst_mistakes);
    qtest_add_func("otg-host-high/test-port", test_port);
    qtest_add_func("otg-host-high/test-port-suspended", test_port_suspended);
    qtest_add_func("otg-host-high/test-port-full-speed", test_port_full_speed);
    return board_run_tests();
}
