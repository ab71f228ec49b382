/*
 * The host role of the OTG cores (RM0090 34.6, 34.16.3, 34.17.4): port, frames, channels and queues, against QEMU's
 * own USB devices on the bus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/un.h>
#include "qobject/qdict.h"
#include "stm32/tests/qtest/otg_host.h"

#define BLOCK 512

static char *stick;

static void start_with(const char *args)
{
    board_start(args);
    start_host(OTG_FS);
}

static void start_keyboard(void)
{
    start_with("-device usb-kbd,bus=otg-fs.0,id=kbd");
    reset_port();
}

static void press(const char *key)
{
    qtest_qmp_assert_success(board, "{ 'execute': 'send-key', 'arguments': { 'hold-time': 1, 'keys': [ "
                             "{ 'type': 'qcode', 'data': %s } ] } }", key);
}

static void unplug(const char *id)
{
    qtest_qmp_assert_success(board, "{ 'execute': 'device_del', 'arguments': { 'id': %s } }", id);
    qtest_qmp_eventwait(board, "DEVICE_DELETED");
}

/* ---- Port ---- */

static void test_connect(void)
{
    start_with("");
    g_assert_cmphex(get(A_HPRT), ==, R_HPRT_PPWR_MASK);
    qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': 'otg-fs.0' }");
    g_assert_cmphex(get(A_HPRT) & 0xff, ==, R_HPRT_PCSTS_MASK | R_HPRT_PCDET_MASK);
    g_assert_cmpuint(FIELD_EX32(get(A_HPRT), HPRT, PLSTS), ==, 1);      /* D+ is pulled up */
    g_assert_cmpuint(FIELD_EX32(get(A_HPRT), HPRT, PSPD), ==, 1);       /* before any reset */
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_HPRTINT_MASK);
    put(A_HPRT, port() | R_HPRT_PCDET_MASK);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_HPRTINT_MASK);
    reset_port();
    unplug("kbd");
    g_assert_cmphex(get(A_HPRT) & 0xff, ==, R_HPRT_PENCHNG_MASK);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_DISCINT_MASK);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* The first device is at the port itself, not behind a hub; there is none for a second, unless that is a hub. */
static void test_one_port(void)
{
    QDict *answer;

    start_with("-device usb-kbd,bus=otg-fs.0,id=kbd");
    answer = qtest_qmp(board, "{ 'execute': 'device_add', 'arguments': { 'driver': 'usb-mouse', 'id': 'mouse', "
                       "'bus': 'otg-fs.0' } }");
    g_assert_true(qdict_haskey(answer, "error"));
    qobject_unref(answer);
    unplug("kbd");
    qtest_qmp_device_add(board, "usb-hub", "hub", "{ 'bus': 'otg-fs.0' }");
    qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': 'otg-fs.0', 'port': '1.1' }");
    qtest_qmp_device_add(board, "usb-mouse", "mouse", "{ 'bus': 'otg-fs.0', 'port': '1.2' }");
}

/* The switch of VBUS is a pin's matter, not PPWR's alone. */
static void test_power(void)
{
    start_with("-device usb-kbd,bus=otg-fs.0");
    g_assert_true(get(A_HPRT) & R_HPRT_PCSTS_MASK);
    switch_vbus(false);
    g_assert_false(get(A_HPRT) & R_HPRT_PCSTS_MASK);
    switch_vbus(true);
    g_assert_true(get(A_HPRT) & R_HPRT_PCSTS_MASK);
    put(A_HPRT, 0);
    g_assert_false(get(A_HPRT) & R_HPRT_PCSTS_MASK);
}

/* Somebody plugs something in, and the firmware has forgotten ... */
static void test_no_power(void)
{
    start_with("-device usb-kbd,bus=otg-fs.0");
    put(A_HPRT, 0);
    put(A_GUSBCFG, get(A_GUSBCFG) & ~R_GUSBCFG_FHMOD_MASK);     /* its role begins anew */
    put(A_GUSBCFG, get(A_GUSBCFG) | R_GUSBCFG_FDMOD_MASK);
    board_wait_ns(30 * MS);
    put(A_GUSBCFG, (get(A_GUSBCFG) & ~R_GUSBCFG_FDMOD_MASK) | R_GUSBCFG_FHMOD_MASK);
    board_wait_ns(900 * MS);
    g_assert_cmpint(board_mistakes("HPRT.PPWR is not set"), ==, 0);
    board_wait_ns(200 * MS);
    g_assert_cmpint(board_mistakes("HPRT.PPWR is not set"), ==, 1);
    board_start("-device usb-kbd,bus=otg-fs.0");
    start_host(OTG_FS);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

static void test_no_vbus(void)
{
    board_start("");
    start_host(OTG_FS);
    switch_vbus(false);
    qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': 'otg-fs.0' }");
    board_wait_ns(2000 * (int64_t)MS);
    g_assert_cmpint(board_mistakes("there is no VBUS"), ==, 1);
}

static void test_reset(void)
{
    start_with("-device usb-kbd,bus=otg-fs.0");
    put(A_HPRT, port() | R_HPRT_PRST_MASK);
    board_wait_ns(9 * MS);
    g_assert_false(get(A_HPRT) & R_HPRT_PENA_MASK);
    put(A_HPRT, port() & ~R_HPRT_PRST_MASK);
    g_assert_cmpint(board_mistakes("less than 10 ms"), ==, 1);
    reset_port();
    g_assert_cmpuint(FIELD_EX32(get(A_HPRT), HPRT, PSPD), ==, 1);
    g_assert_false(get(A_HPRT) & R_HPRT_PENCHNG_MASK);
    put(A_HPRT, port() | R_HPRT_PENA_MASK);                     /* disables it, and that alone is no mistake */
    g_assert_cmphex(get(A_HPRT) & 0xff, ==, R_HPRT_PCSTS_MASK | R_HPRT_PENCHNG_MASK);
    g_assert_cmpint(board_mistakes("[note "), ==, 0);
    reset_port();
    put(A_HPRT, get(A_HPRT) | R_HPRT_PRST_MASK);
    g_assert_cmpint(board_mistakes("which disables the port"), ==, 1);
}

/* ID of an OTG cable: makes it a host without being forced, if its pin is there to see. */
static void test_id(void)
{
    board_start("-device usb-kbd,bus=otg-fs.0,id=kbd");
    board_enable("otgfs");
    board_route("pa10", 10);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_CMOD_MASK);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_CIDSCHG_MASK);
    g_assert_false(get(A_GOTGCTL) & R_GOTGCTL_CIDSTS_MASK);
    board_set_bool("/machine", "otg-id", false);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_CMOD_MASK);
    board_set_bool("/machine", "otg-id", true);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_CMOD_MASK);
    unplug("kbd");
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_CMOD_MASK);
}

static void test_role(void)
{
    board_start("");
    core_base = OTG_FS;
    board_enable("otgfs");
    put(A_HPRT, R_HPRT_PPWR_MASK);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_MMIS_MASK);
    put(A_HCCHAR0, R_HCCHAR0_CHENA_MASK);
    g_assert_cmphex(get(A_HCCHAR0), ==, 0);
    g_assert_cmpint(board_mistakes("while the core is a device"), ==, 2);
}

/* ---- Frames ---- */

static void test_frames(void)
{
    uint32_t frame;

    start_with("-device usb-kbd,bus=otg-fs.0");
    g_assert_cmphex(get(A_HFNUM), ==, 0x3fff);
    board_watch_irqs();
    put(A_GINTMSK, R_GINTMSK_SOFM_MASK);
    put(A_GAHBCFG, R_GAHBCFG_GINT_MASK);
    reset_port();
    put(A_GINTSTS, R_GINTSTS_SOF_MASK);
    g_assert_cmpuint(FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM), ==, 0);
    g_assert_cmpuint(FIELD_EX32(get(A_HFNUM), HFNUM, FTREM), ==, 48000 * 99 / 100);    /* 10 us have passed */
    g_assert_false(irq(67));
    board_wait_ns(MS - 10001);
    g_assert_false(irq(67));
    board_wait_ns(1);
    g_assert_true(irq(67));
    g_assert_cmpuint(FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM), ==, 1);
    put(A_GINTSTS, R_GINTSTS_SOF_MASK);
    g_assert_false(irq(67));
    board_wait_ns(100 * MS);
    g_assert_true(irq(67));
    frame = FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM);
    g_assert_cmpuint(frame, ==, 101);
    put(A_GRSTCTL, R_GRSTCTL_FCRST_MASK);
    board_wait_ns(MS);
    g_assert_cmpuint(FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM), ==, 0);
    put(A_HPRT, port() | R_HPRT_PSUSP_MASK);
    g_assert_true(get(A_HPRT) & R_HPRT_PSUSP_MASK);
    put(A_GINTSTS, R_GINTSTS_SOF_MASK);
    board_wait_ns(10 * MS);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_SOF_MASK);
    put(A_HPRT, port() | R_HPRT_PRES_MASK);
    g_assert_false(get(A_HPRT) & R_HPRT_PSUSP_MASK);
    board_wait_ns(20 * MS);
    put(A_HPRT, port() & ~R_HPRT_PRES_MASK);
    board_wait_ns(MS);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_SOF_MASK);
    frame = FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM);
    board_wait_ns((0x3fff - frame) * (int64_t)MS);
    g_assert_cmpuint(FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM), ==, 0x3fff);
    board_wait_ns(MS);
    g_assert_cmpuint(FIELD_EX32(get(A_HFNUM), HFNUM, FRNUM), ==, 0);
}

static void test_wrong_clock(void)
{
    const Endpoint e = { .type = CONTROL, .max_packet = 8 };

    start_keyboard();
    put(A_HFIR, 60000);
    set_channel(0, &e, false);
    set_size(0, 0, 1, DATA1);
    enable_channel(0);
    g_assert_cmpint(board_mistakes("HFIR is 60000: frames would have 1250 us"), ==, 1);
    halt_channel(0);
    put(A_HFIR, 47999);
    put(A_HCFG, 0);
    set_size(0, 0, 1, DATA1);
    enable_channel(0);
    g_assert_cmpint(board_mistakes("HCFG.FSLSPCS is 0 with a full-speed device"), ==, 1);
    g_assert_cmpint(board_mistakes("/machine"), ==, 2);
}

/* ---- Channels ---- */

static void test_control(void)
{
    Endpoint e = { .type = CONTROL, .max_packet = 8 };
    uint8_t data[64];

    start_keyboard();
    g_assert_cmpuint(CONTROL_IN(&e, data, 0x80, 6, 0, 1, 0, 0, 18, 0), ==, 18);
    g_assert_cmphex(data[0], ==, 18);
    g_assert_cmphex(data[7], ==, 8);
    g_assert_cmphex(data[8] | data[9] << 8, ==, 0x0627);
    /* three packets: the second of them the last DATA0; what was not used of the last is left */
    g_assert_cmphex(get(HC(HCTSIZ, 1)), ==, (24 - 18) | (uint32_t)DATA0 << 29);
    g_assert_cmpuint(CONTROL_IN(&e, data, 0x80, 6, 0, 1, 0, 0, 64, 0), ==, 18);
    g_assert_cmphex(get(HC(HCTSIZ, 1)), ==, (64 - 18) | 5 << 19 | (uint32_t)DATA0 << 29);
    e = configure(5, 8);
    g_assert_cmpuint(CONTROL_IN(&e, data, 0x80, 8, 0, 0, 0, 0, 1, 0), ==, 1);
    g_assert_cmphex(data[0], ==, 1);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* Flags come one after the other, each with its word of the receive FIFO. */
static void test_receive_fifo(void)
{
    const uint8_t setup[8] = { 0x80, 6, 0, 1, 0, 0, 8, 0 };
    Endpoint e = { .type = CONTROL, .max_packet = 8 };

    start_keyboard();
    g_assert_cmphex(send_packets(0, &e, SETUP, setup, 8), ==, FLAG(XFRC) | FLAG(ACK));
    g_assert_false(get(HC(HCCHAR, 0)) & R_HCCHAR0_CHENA_MASK);
    set_channel(3, &e, true);
    set_size(3, 8, 1, DATA1);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_RXFLVL_MASK);
    enable_channel(3);
    board_wait_ns(100000);
    g_assert_cmphex(get(HC(HCINT, 3)), ==, 0);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_RXFLVL_MASK);
    g_assert_cmphex(get(A_GRXSTSR), ==, 3 | 8 << 4 | DATA1 << 15 | 2 << 17);
    g_assert_cmphex(get(A_GRXSTSP), ==, 3 | 8 << 4 | DATA1 << 15 | 2 << 17);
    g_assert_cmphex(get(HC(HCINT, 3)), ==, FLAG(ACK));
    g_assert_cmphex(get(0x1000 + 3 * 0x1000), ==, 0x02000112);
    g_assert_cmphex(get(0x1000) & 0xff000000, ==, 8 << 24);
    g_assert_cmphex(get(A_GRXSTSP) & ~0x18000, ==, 3 | 3 << 17);
    g_assert_cmphex(get(HC(HCINT, 3)), ==, FLAG(ACK) | FLAG(XFRC));
    g_assert_true(get(HC(HCCHAR, 3)) & R_HCCHAR0_CHENA_MASK);
    put(HC(HCCHAR, 3), get(HC(HCCHAR, 3)) | R_HCCHAR0_CHDIS_MASK);
    board_wait_ns(1000);
    g_assert_false(get(HC(HCCHAR, 3)) & R_HCCHAR0_CHENA_MASK);
    g_assert_cmphex(get(A_GRXSTSP) & ~0x18000, ==, 3 | 7 << 17);
    g_assert_cmphex(get(HC(HCINT, 3)), ==, FLAG(ACK) | FLAG(XFRC) | FLAG(CHH));
    g_assert_cmphex(get(A_HAINT), ==, 1 << 0 | 1 << 3);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_HCINT_MASK);
    put(A_HAINTMSK, 1 << 3);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_HCINT_MASK);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* An empty interrupt endpoint says NAK to each question; a key is a packet, with the next toggle each time. */
static void test_interrupt(void)
{
    uint8_t report[8], toggle = DATA0;
    unsigned got;
    Endpoint e;

    start_keyboard();
    e = configure(1, 8);
    CONTROL_IN(&e, NULL, 0x21, 10, 0, 0, 0, 0, 0, 0);           /* SET_IDLE: only what is new */
    e.number = 1;
    e.type = INTERRUPT;
    for (unsigned i = 0; i < 3; i++) {
        set_channel(2, &e, true);
        set_size(2, 8, 1, toggle);
        enable_channel(2);
        board_wait_ns(10000);
        g_assert_cmphex(get(HC(HCINT, 2)), ==, 0);              /* it is for the next frame */
        board_wait_ns(2 * MS);
        g_assert_cmphex(get(HC(HCINT, 2)), ==, FLAG(NAK));
        halt_channel(2);
        press("a");
        board_wait_ns(MS);
        g_assert_true(receive_packets(2, &e, toggle, report, 8, &got) & FLAG(XFRC));
        g_assert_cmpuint(got, ==, 8);
        g_assert_cmphex(report[2], ==, 4);
        toggle ^= DATA1;
        board_wait_ns(10 * MS);                                 /* it is released */
        g_assert_true(receive_packets(2, &e, toggle, report, 8, &got) & FLAG(XFRC));
        g_assert_cmphex(report[2], ==, 0);
        toggle ^= DATA1;
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

static void test_errors(void)
{
    const uint8_t unknown[8] = { 0x80, 6, 0, 0x77, 0, 0, 8, 0 }, setup[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };
    Endpoint e = { .type = CONTROL, .max_packet = 8 }, nobody = { .address = 9, .type = CONTROL, .max_packet = 8 };
    uint8_t data[64];
    unsigned got;

    start_keyboard();
    g_assert_true(send_packets(0, &nobody, SETUP, setup, 8) & FLAG(TXERR));
    halt_channel(0);
    g_assert_true(send_packets(0, &e, SETUP, unknown, 8) & FLAG(XFRC));
    g_assert_true(receive_packets(1, &e, DATA1, data, 8, &got) & FLAG(STALL));
    g_assert_true(send_packets(0, &e, SETUP, setup, 8) & FLAG(XFRC));
    g_assert_true(receive_packets(1, &e, DATA0, data, 18, &got) & FLAG(DTERR));
    g_assert_true(send_packets(0, &e, SETUP, setup, 8) & FLAG(XFRC));
    e.max_packet = 4;
    g_assert_true(receive_packets(1, &e, DATA1, data, 18, &got) & FLAG(BBERR));
    e.max_packet = 8;
    g_assert_cmpuint(CONTROL_IN(&e, data, 0x80, 6, 0, 1, 0, 0, 18, 0), ==, 18);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* Requests that are left when a transfer is over, or a channel halts, are taken back. */
static void test_queue(void)
{
    const uint8_t setup[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };
    Endpoint e = { .type = CONTROL, .max_packet = 8 };

    start_keyboard();
    g_assert_cmphex(get(A_HNPTXSTS), ==, 8 << 16 | 96);
    g_assert_cmphex(get(A_HPTXSTS), ==, 8 << 16 | 64);
    g_assert_true(send_packets(0, &e, SETUP, setup, 8) & FLAG(XFRC));
    put(A_HPRT, port() | R_HPRT_PSUSP_MASK);                    /* so nothing leaves the queue */
    set_channel(5, &e, true);
    set_size(5, 24, 3, DATA1);
    for (unsigned i = 0; i < 8; i++) {
        put(HC(HCCHAR, 5), get(HC(HCCHAR, 5)) | R_HCCHAR0_CHENA_MASK);
        g_assert_cmphex(FIELD_EX32(get(A_HNPTXSTS), HNPTXSTS, NPTQXSAV), ==, 7 - i);
    }
    g_assert_cmphex(FIELD_EX32(get(A_HNPTXSTS), HNPTXSTS, NPTXQTOP), ==, 5 << 3);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    put(HC(HCCHAR, 5), get(HC(HCCHAR, 5)) | R_HCCHAR0_CHENA_MASK);
    g_assert_cmpint(board_mistakes("a request of channel 5 comes while the non-periodic queue has all its 8"), ==, 1);
    put(A_HPRT, port() | R_HPRT_PRES_MASK);
    put(A_HPRT, port() & ~R_HPRT_PRES_MASK);
    board_wait_ns(900000);
    g_assert_cmphex(get(A_HNPTXSTS), ==, 8 << 16 | 96);
    g_assert_cmphex(get(HC(HCTSIZ, 5)) & 0x1fffffff, ==, 6);
    halt_channel(5);
}

static void test_fifos(void)
{
    Endpoint e = { .type = CONTROL, .max_packet = 8 };
    const uint8_t data[512] = { };

    start_keyboard();
    push_data(0, data, 4);
    g_assert_cmpint(board_mistakes("write to the FIFO of channel 0, which is not enabled"), ==, 1);
    put(A_HPRT, port() | R_HPRT_PSUSP_MASK);
    set_channel(0, &e, false);
    set_size(0, 8, 1, DATA1);
    enable_channel(0);
    push_data(0, data, 4);
    g_assert_cmphex(get(A_HNPTXSTS), ==, 8 << 16 | 95);
    push_data(0, data, 4);
    g_assert_cmphex(get(A_HNPTXSTS) & 0xffffff, ==, 7 << 16 | 94);
    push_data(0, data, 4);
    g_assert_cmpint(board_mistakes("beyond what HCTSIZ0.XFRSIZ says"), ==, 1);
    halt_channel(0);
    g_assert_cmphex(get(A_HNPTXSTS), ==, 8 << 16 | 96);
    e.max_packet = 64;
    set_channel(0, &e, false);
    set_size(0, 512, 8, DATA1);
    enable_channel(0);
    push_data(0, data, 192);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_NPTXFE_MASK);      /* half of it is free */
    push_data(0, data, 4);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_NPTXFE_MASK);
    push_data(0, data, 188);
    g_assert_cmpint(board_mistakes("which is full"), ==, 0);
    push_data(0, data, 4);
    g_assert_cmpint(board_mistakes("write to the non-periodic transmit FIFO, which is full (96 words)"), ==, 1);
    put(A_GRSTCTL, R_GRSTCTL_TXFFLSH_MASK | 16 << R_GRSTCTL_TXFNUM_SHIFT);
    g_assert_cmphex(get(A_HNPTXSTS), ==, 8 << 16 | 96);
    put(A_DIEPTXF0, 96 << 16 | 100);
    set_channel(1, &e, false);
    set_size(1, 8, 1, DATA1);
    enable_channel(1);
    g_assert_cmpint(board_mistakes("overlaps the receive FIFO of 128 words"), ==, 1);
}

static void test_disabled_port(void)
{
    const Endpoint e = { .type = CONTROL, .max_packet = 8 };

    start_with("-device usb-kbd,bus=otg-fs.0,id=kbd");
    set_channel(0, &e, true);
    set_size(0, 8, 1, DATA1);
    enable_channel(0);
    g_assert_cmpint(board_mistakes("channel 0 is enabled while the port is not"), ==, 1);
    halt_channel(0);
    reset_port();
    set_size(0, 8, 1, DATA1);
    enable_channel(0);
    unplug("kbd");                                              /* in the middle of it */
    board_wait_ns(10 * MS);
    halt_channel(0);
    set_size(0, 8, 1, DATA1);
    enable_channel(0);                                          /* the firmware may not know yet */
    halt_channel(0);
    g_assert_cmpint(board_mistakes("/machine"), ==, 1);
}

/* A keyboard that may wakes the bus. */
static void test_wakeup(void)
{
    Endpoint e;

    start_keyboard();
    e = configure(1, 8);
    CONTROL_IN(&e, NULL, 0x00, 3, 1, 0, 0, 0, 0, 0);
    put(A_HPRT, port() | R_HPRT_PSUSP_MASK);
    board_wait_ns(10 * MS);
    put(A_PCGCCTL, R_PCGCCTL_STPPCLK_MASK);
    board_intercept_out("otg-fs", "wakeup");
    press("a");
    board_wait_ns(MS);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_WKUINT_MASK);
    g_assert_cmphex(get(A_HPRT) & (R_HPRT_PRES_MASK | R_HPRT_PSUSP_MASK), ==, R_HPRT_PRES_MASK);
    g_assert_true(irq(0));
    put(A_PCGCCTL, 0);
    put(A_HPRT, port() & ~R_HPRT_PRES_MASK);
    CONTROL_IN(&e, NULL, 0x00, 9, 1, 0, 0, 0, 0, 0);
}

/* ---- Over-current ---- */

/* The switch tells at PD5, not the core; when nothing is left of VBUS that is seen by the core too. */
static void test_overload(void)
{
    start_keyboard();
    put(A_GCCFG, R_GCCFG_PWRDWN_MASK | R_GCCFG_VBUSASEN_MASK);
    board_set_bool("/machine/usb-switch", "overcurrent", true);
    g_assert_false(pin_level("pd5"));
    g_assert_true(board_get_bool("/machine/led-overcurrent", "lit"));
    g_assert_cmphex(get(A_HPRT) & (R_HPRT_POCA_MASK | R_HPRT_POCCHNG_MASK | R_HPRT_PENA_MASK), ==,
                    R_HPRT_PENA_MASK);
    g_assert_cmphex(get(A_GOTGINT), ==, 0);
    board_set_bool("/machine/usb-switch", "overcurrent", false);
    g_assert_true(pin_level("pd5"));
    board_set_bool("/machine/usb-switch", "short-circuit", true);
    g_assert_false(pin_level("pd5"));
    g_assert_true(board_get_bool("/machine/led-overcurrent", "lit"));
    g_assert_false(board_get_bool("/machine/led-vbus", "lit"));
    g_assert_cmphex(get(A_GOTGINT), ==, R_GOTGINT_SEDET_MASK);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_OTGINT_MASK);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_DISCINT_MASK);
    g_assert_cmphex(get(A_HPRT) & (R_HPRT_PENA_MASK | R_HPRT_PCSTS_MASK), ==, 0);
    g_assert_false(get(A_GOTGCTL) & R_GOTGCTL_ASVLD_MASK);
    put(A_GOTGINT, R_GOTGINT_SEDET_MASK);
    put(A_HPRT, 0);                                             /* as the manual says: PPWR off, and the switch */
    switch_vbus(false);
    board_set_bool("/machine/usb-switch", "short-circuit", false);
    switch_vbus(true);
    g_assert_cmphex(get(A_GOTGINT), ==, 0);
    put(A_HPRT, R_HPRT_PPWR_MASK);
    g_assert_true(get(A_HPRT) & R_HPRT_PCSTS_MASK);
    put(A_HPRT, 0);                                             /* switched off by the firmware: nothing fails */
    switch_vbus(false);
    g_assert_cmphex(get(A_GOTGINT), ==, 0);
}

/* A snapshot knows of the short circuit. */
static void test_overload_snapshot(void)
{
    g_autofree char *file = NULL;

    start_keyboard();
    board_set_bool("/machine/usb-switch", "short-circuit", true);
    file = board_save();
    board_load(file, "-device usb-kbd,bus=otg-fs.0,id=kbd");
    unlink(file);
    g_assert_true(board_get_bool("/machine/usb-switch", "short-circuit"));
    g_assert_false(pin_level("pd5"));
    g_assert_false(pin_level("pa9"));
}

/* ---- Session request, host negotiation ---- */

/* A host by its ID pin. */
static void capable(void)
{
    board_enable("gpioa");
    board_route("pa10", 10);
    pin_drive("pa10", "0");
    put(A_GUSBCFG, (get(A_GUSBCFG) & ~R_GUSBCFG_FHMOD_MASK) | R_GUSBCFG_SRPCAP_MASK | R_GUSBCFG_HNPCAP_MASK);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_CMOD_MASK);
}

static void expect_gotgint(uint32_t flags)
{
    g_assert_cmphex(get(A_GOTGINT), ==, flags);
    put(A_GOTGINT, flags);
    g_assert_cmphex(get(A_GOTGINT), ==, 0);
}

/* A connect is told at once, that it is for good after 100 ms; that nobody came after more than a second. */
static void test_debounce(void)
{
    start_with("");
    capable();
    board_wait_ns(1099 * MS);
    expect_gotgint(0);
    board_wait_ns(2 * MS);
    expect_gotgint(R_GOTGINT_ADTOCHG_MASK);
    board_wait_ns(2000 * MS);
    expect_gotgint(0);                                          /* once */
    qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': 'otg-fs.0' }");
    g_assert_true(get(A_HPRT) & R_HPRT_PCDET_MASK);
    board_wait_ns(99 * MS);
    expect_gotgint(0);
    board_wait_ns(2 * MS);
    expect_gotgint(R_GOTGINT_DBCDNE_MASK);
    g_assert_false(get(A_GOTGCTL) & R_GOTGCTL_DBCT_MASK);
    unplug("kbd");
    board_wait_ns(1101 * MS);
    expect_gotgint(R_GOTGINT_ADTOCHG_MASK);
}

/* Without both capabilities, or with a role that is forced, none of that is told. */
static void test_not_capable(void)
{
    for (unsigned forced = 0; forced < 2; forced++) {
        start_with("");
        if (!forced) {
            capable();
            put(A_GUSBCFG, get(A_GUSBCFG) & ~(R_GUSBCFG_SRPCAP_MASK | R_GUSBCFG_HNPCAP_MASK));
        }
        board_wait_ns(2000 * MS);
        qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': 'otg-fs.0' }");
        board_wait_ns(2000 * MS);
        expect_gotgint(0);
    }
}

/* A device that is allowed to be host, and does not want to. */
static void test_host_allows(void)
{
    start_keyboard();
    capable();
    board_wait_ns(101 * MS);
    expect_gotgint(R_GOTGINT_DBCDNE_MASK);
    put(A_GOTGCTL, R_GOTGCTL_HSHNPEN_MASK);
    put(A_HPRT, port() | R_HPRT_PSUSP_MASK);
    board_wait_ns(199 * MS);
    expect_gotgint(0);
    board_wait_ns(2 * MS);
    expect_gotgint(R_GOTGINT_ADTOCHG_MASK);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* Somebody asks a port without power for a session. */
static void test_session_is_requested(void)
{
    start_with("");
    put(A_GINTSTS, 0xffffffff);
    put(A_GUSBCFG, get(A_GUSBCFG) & ~R_GUSBCFG_HNPCAP_MASK);
    board_set_bool("/machine/soc/otg-fs", "session-request", true);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_SRQINT_MASK);     /* not capable */
    capable();
    board_set_bool("/machine/soc/otg-fs", "session-request", true);
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_SRQINT_MASK);     /* it has power */
    put(A_HPRT, 0);
    board_set_bool("/machine/soc/otg-fs", "session-request", true);
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_SRQINT_MASK);
}

/* ---- Isochronous ---- */

/* A packet each frame, to a device that plays it: in the frame of its parity, without a handshake. */
static void test_isochronous(void)
{
    const Endpoint speaker = { .address = 1, .number = 1, .type = ISOCHRONOUS, .max_packet = 192 };
    const uint8_t samples[192] = { };
    uint32_t frame;
    Endpoint e;

    start_with("-device usb-audio,bus=otg-fs.0");
    reset_port();
    e = configure(1, 64);
    CONTROL_IN(&e, NULL, 0x01, 11, 1, 0, 1, 0, 0, 0);           /* SET_INTERFACE: the one with the endpoint */
    for (unsigned i = 0; i < 20; i++) {
        set_channel(2, &speaker, false);
        set_size(2, 192, 1, DATA0);
        frame = get(A_HFNUM) & 0xffff;
        enable_channel(2);
        push_data(2, samples, 192);
        g_assert_cmphex(FIELD_EX32(get(A_HPTXSTS), HPTXSTS, PTXFSAVL), ==, 64 - 48);
        g_assert_cmphex(FIELD_EX32(get(A_HPTXSTS), HPTXSTS, PTXQSAV), ==, 7);
        g_assert_cmphex(FIELD_EX32(get(A_HPTXSTS), HPTXSTS, PTXQTOP), ==, (frame & 1 ? 0 : 0x80) | 2 << 3);
        while ((get(A_HFNUM) & 0xffff) == frame) {
            g_assert_cmphex(get(HC(HCINT, 2)), ==, 0);
            board_wait_ns(10000);
        }
        board_wait_ns(200000);                                  /* 192 bytes take 130 us */
        g_assert_cmphex(get(HC(HCINT, 2)), ==, FLAG(XFRC));
        g_assert_false(get(HC(HCCHAR, 2)) & R_HCCHAR0_CHENA_MASK);
        g_assert_cmphex(get(HC(HCTSIZ, 2)), ==, 0);
    }
    g_assert_false(get(A_GINTSTS) & R_GINTSTS_IPXFR_MASK);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
}

/* A packet of 1023 bytes has no room in what is left of its frame. */
static void test_overrun(void)
{
    const Endpoint microphone = { .address = 1, .number = 2, .type = ISOCHRONOUS, .max_packet = 1023 };
    uint32_t hcchar;

    start_keyboard();
    put(A_GRXFSIZ, 300);
    set_channel(2, &microphone, true);
    set_size(2, 1023, 1, DATA0);
    board_wait_ns(500000);
    hcchar = get(HC(HCCHAR, 2)) | R_HCCHAR0_CHENA_MASK;
    put(HC(HCCHAR, 2), hcchar | (get(A_HFNUM) & 1 ? R_HCCHAR0_ODDFRM_MASK : 0));
    g_assert_cmphex(get(HC(HCINT, 2)), ==, FLAG(FRMOR));
    g_assert_true(get(A_GINTSTS) & R_GINTSTS_IPXFR_MASK);
    halt_channel(2);
    put(HC(HCINT, 2), 0x7ff);
    set_size(2, 1023, 1, DATA0);
    enable_channel(2);                                          /* in the next one it has; there is nobody */
    board_wait_ns(2 * MS);
    g_assert_cmphex(get(HC(HCINT, 2)), ==, FLAG(TXERR));
    halt_channel(2);
    put(A_GRXFSIZ, 128);
    enable_channel(2);
    board_wait_ns(2 * MS);
    g_assert_cmpint(board_mistakes("GRXFSIZ is 128 words: a packet of channel 2 needs 258"), ==, 1);
}

/* ---- A stick ---- */

static void make_stick(void)
{
    uint8_t block[BLOCK];
    int fd = g_file_open_tmp("stm32-stick-XXXXXX", &stick, NULL);

    for (unsigned n = 0; n < 64; n++) {
        memset(block, n ^ 0x5a, BLOCK);
        g_assert_cmpint(write(fd, block, BLOCK), ==, BLOCK);
    }
    close(fd);
}

static char *stick_args(const char *bus)
{
    return g_strdup_printf("-drive if=none,id=stick,format=raw,file=%s -device usb-storage,bus=%s,drive=stick",
                           stick, bus);
}

/* Bulk-only: out and in have their own toggles. */
static unsigned toggle_out, toggle_in;
static Endpoint bulk_out = { .address = 1, .number = 2, .type = BULK, .max_packet = 64 };
static Endpoint bulk_in = { .address = 1, .number = 1, .type = BULK, .max_packet = 64 };

static void send_bulk(const void *data, unsigned bytes)
{
    for (unsigned at = 0; at < bytes; at += 64) {
        unsigned part = MIN(64, bytes - at);
        uint32_t flags;

        do {
            flags = send_packets(2, &bulk_out, toggle_out, (const uint8_t *)data + at, part);
            if (flags & FLAG(NAK)) {
                halt_channel(2);
            }
        } while (flags & FLAG(NAK));
        g_assert_true(flags & FLAG(XFRC));
        toggle_out ^= DATA1;
    }
}

static void receive_bulk(uint8_t *data, unsigned bytes)
{
    unsigned got;

    g_assert_true(receive_packets(3, &bulk_in, toggle_in, data, bytes, &got) & FLAG(XFRC));
    g_assert_cmpuint(got, ==, bytes);
    toggle_in = FIELD_EX32(get(HC(HCTSIZ, 3)), HCTSIZ0, DPID);
}

static void scsi(uint8_t operation, unsigned block, bool in, uint8_t *data, unsigned bytes)
{
    uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 2, 3, 4, bytes, bytes >> 8, 0, 0, in << 7, 0, 10, operation, 0, 0, 0, 0,
                        block, 0, 0, bytes / BLOCK };
    uint8_t csw[13];

    send_bulk(cbw, sizeof(cbw));
    if (in && bytes) {
        receive_bulk(data, bytes);
    } else if (bytes) {
        send_bulk(data, bytes);
    }
    receive_bulk(csw, sizeof(csw));
    g_assert_cmpmem(csw, 8, "USBS\1\2\3\4", 8);
    if (operation) {
        g_assert_cmphex(csw[12], ==, 0);
    }
}

static void begin_stick(void)
{
    configure(1, 64);
    toggle_out = toggle_in = DATA0;
    scsi(0, 0, false, NULL, 0);                                 /* TEST UNIT READY: it has been reset */
    scsi(0, 0, false, NULL, 0);
}

static void test_stick(void)
{
    uint8_t block[BLOCK], written[BLOCK];
    g_autofree char *args = NULL;
    int fd;

    make_stick();
    args = stick_args("otg-fs.0");
    start_with(args);
    reset_port();
    begin_stick();
    scsi(0x28, 7, true, block, BLOCK);
    for (unsigned i = 0; i < BLOCK; i++) {
        g_assert_cmphex(block[i], ==, 7 ^ 0x5a);
        written[i] = i * 3;
    }
    scsi(0x2a, 9, false, written, BLOCK);
    scsi(0x28, 9, true, block, BLOCK);
    g_assert_cmpmem(block, BLOCK, written, BLOCK);
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    board_stop();
    fd = open(stick, O_RDONLY);
    g_assert_cmpint(pread(fd, block, BLOCK, 9 * BLOCK), ==, BLOCK);
    g_assert_cmpmem(block, BLOCK, written, BLOCK);
    close(fd);
    unlink(stick);
    g_clear_pointer(&stick, g_free);
}

/* A packet with the toggle of the one before is one that comes again: the device drops it. */
static void test_wrong_toggle(void)
{
    g_autofree char *args = NULL;

    make_stick();
    args = stick_args("otg-fs.0");
    start_with(args);
    reset_port();
    begin_stick();
    g_assert_true(send_packets(2, &bulk_out, toggle_out ^ DATA1, "1234", 4) & FLAG(XFRC));
    g_assert_cmpint(board_mistakes("goes to OUT endpoint 2 of device 1, which expects"), ==, 1);
    scsi(0, 0, false, NULL, 0);
    unlink(stick);
    g_clear_pointer(&stick, g_free);
}

/* A packet of 64 bytes takes 52 us on the bus: 19 of them are in a frame. */
static void test_pace(void)
{
    uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 2, 3, 4, 0, 0x10, 0, 0, 0x80, 0, 10, 0x28, 0, 0, 0, 0, 0, 0, 0, 8 };
    uint8_t data[64];
    unsigned packets = 0, frame;
    g_autofree char *args = NULL;

    make_stick();
    args = stick_args("otg-fs.0");
    start_with(args);
    reset_port();
    begin_stick();
    send_bulk(cbw, sizeof(cbw));
    set_channel(3, &bulk_in, true);
    set_size(3, 4096, 64, toggle_in);
    board_wait_ns(MS - get(A_HFNUM) % 1);
    frame = get(A_HFNUM) & 0xffff;
    while ((get(A_HFNUM) & 0xffff) == frame) {
        board_wait_ns(100);
    }
    for (unsigned i = 0; i < 8; i++) {
        put(HC(HCCHAR, 3), get(HC(HCCHAR, 3)) | R_HCCHAR0_CHENA_MASK);
    }
    frame = get(A_HFNUM) & 0xffff;
    while ((get(A_HFNUM) & 0xffff) == frame) {
        board_wait_ns(1000);
        if (pop_all(3, data, 64)) {
            packets++;
            put(HC(HCCHAR, 3), get(HC(HCCHAR, 3)) | R_HCCHAR0_CHENA_MASK);
        }
    }
    g_assert_cmpuint(packets, ==, 19);
    unlink(stick);
    g_clear_pointer(&stick, g_free);
}

/* ---- Snapshots ---- */

/* Read what is left of a block from a stick, 64 bytes a time, in a fixed pace: a trace of it all. */
static GString *go_on(void)
{
    GString *trace = g_string_new("");

    for (unsigned i = 0; i < 60; i++) {
        uint8_t data[64];
        unsigned got;

        board_wait_ns(10000);
        got = pop_all(3, data, sizeof(data));
        g_string_append_printf(trace, "%u %02x %03x %08x %08x\n", got, got ? data[0] : 0, get(HC(HCINT, 3)),
                               get(HC(HCTSIZ, 3)), get(A_HFNUM));
        if (got) {
            put(HC(HCCHAR, 3), get(HC(HCCHAR, 3)) | R_HCCHAR0_CHENA_MASK);
        }
    }
    return trace;
}

/* In the middle of a packet, of a transfer, of a command: as if nothing had been. */
static void test_snapshot(void)
{
    uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 2, 3, 4, 0, 2, 0, 0, 0x80, 0, 10, 0x28, 0, 0, 0, 0, 7, 0, 0, 1 };
    g_autofree char *args = NULL, *file = NULL;
    GString *here, *there;

    make_stick();
    args = stick_args("otg-fs.0");
    start_with(args);
    reset_port();
    begin_stick();
    send_bulk(cbw, sizeof(cbw));
    set_channel(3, &bulk_in, true);
    set_size(3, BLOCK, 8, toggle_in);
    enable_channel(3);
    put(HC(HCCHAR, 3), get(HC(HCCHAR, 3)) | R_HCCHAR0_CHENA_MASK);
    board_wait_ns(70000);                                       /* the second packet is on the bus */
    file = board_save();
    qtest_qmp_assert_success(board, "{ 'execute': 'cont' }");
    here = go_on();
    board_load(file, args);
    unlink(file);
    there = go_on();
    g_assert_cmpstr(here->str, ==, there->str);
    g_assert_nonnull(strstr(here->str, "64 5d"));
    g_assert_nonnull(strstr(here->str, "64 5d"));
    g_assert_true(get(HC(HCINT, 3)) & FLAG(XFRC));
    g_string_free(here, true);
    g_string_free(there, true);
    unlink(stick);
    g_clear_pointer(&stick, g_free);
}

/* ---- A driver that is out of its mind ---- */

static void test_fuzz(const void *seed)
{
    GRand *random = g_rand_new_with_seed(GPOINTER_TO_UINT(seed));
    bool hs = GPOINTER_TO_UINT(seed) % 2;
    g_autofree char *args = NULL;
    static const char *const buses[] = { "otg-fs.0", "otg-hs.0" };

    make_stick();
    args = g_strdup_printf("-drive if=none,id=stick,format=raw,file=%s -device usb-hub,bus=%s,id=hub "
                           "-device usb-storage,bus=%s,port=1.1,drive=stick -device usb-kbd,bus=%s,port=1.2,id=kbd",
                           stick, buses[hs], buses[hs], buses[hs]);
    board_start(args);
    start_host(hs ? OTG_HS : OTG_FS);
    for (unsigned i = 0; i < 6000; i++) {
        unsigned n = g_rand_int_range(random, 0, 4), what = g_rand_int_range(random, 0, 16);
        uint32_t any = g_rand_int(random);

        switch (what) {
        case 0: put(A_HPRT, (any & 0x1fff) | R_HPRT_PPWR_MASK); break;
        case 1: put(A_HPRT, port() & ~R_HPRT_PRST_MASK); break;
        case 2: put(A_GRSTCTL, any & 0x7f0 & g_rand_int(random)); break;
        case 3: put(A_GAHBCFG, any & 0x1a1); break;
        case 4: put(HC(HCTSIZ, n), any & 0x6018007f); break;
        case 5: put(HC(HCDMA, n), 0x20000000 + (any & 0xffff)); break;
        case 6: put(HC(HCINT, n), any); break;
        case 7: pop_all(16, NULL, 0); break;
        case 8: push_data(n, &any, 4); break;
        case 9: board_wait_ns(any % 2000000); break;
        case 10: get(A_GRXSTSP); break;
        case 11: get(0x1000); break;
        case 12: put(A_PCGCCTL, any & any >> 16 & 1); break;
        default:                                                /* mostly something that could be one */
            put(HC(HCCHAR, n), (any & 0xe0000000) | (any & 3) << 22 | (any & 0x0030f800 & g_rand_int(random)) |
                (g_rand_boolean(random) ? 64 : any & 0x7ff) | (any & 0xc0000));
        }
        if (i % 2000 == 1000) {
            const char *port = i < 2000 ? "1.3" : i < 4000 ? "1.4" : "1.5";

            unplug("kbd");
            qtest_qmp_device_add(board, "usb-kbd", "kbd", "{ 'bus': %s, 'port': %s }", buses[hs], port);
        }
    }
    board_reset();
    g_assert_cmphex(peek(0x40023830), ==, 0x00100000);
    unlink(stick);
    g_clear_pointer(&stick, g_free);
    g_rand_free(random);
}

/* ---- DMA ---- */

enum { BUFFER = 0x20001000 };

static uint32_t dma_transfer(unsigned n, const Endpoint *e, bool in, unsigned dpid, uint32_t address, unsigned bytes)
{
    unsigned packets = MAX(DIV_ROUND_UP(bytes, e->max_packet), 1);

    set_channel(n, e, in);
    set_size(n, in ? packets * e->max_packet : bytes, packets, dpid);
    put(HC(HCDMA, n), address);
    enable_channel(n);
    for (unsigned i = 0; i < 1000 && !(get(HC(HCINT, n)) & FLAG(CHH)); i++) {
        board_wait_ns(100000);
    }
    return get(HC(HCINT, n));
}

static void dma_control(const Endpoint *e, const uint8_t setup[8])
{
    qtest_memwrite(board, BUFFER, setup, 8);
    g_assert_cmphex(dma_transfer(0, e, false, SETUP, BUFFER, 8), ==, FLAG(XFRC) | FLAG(CHH) | FLAG(ACK));
    g_assert_cmphex(dma_transfer(1, e, true, DATA1, BUFFER, 0), ==, FLAG(XFRC) | FLAG(CHH) | FLAG(ACK));
}

/* A channel goes on by itself until all is done, and halts. */
static void test_dma(void)
{
    static const uint8_t set_address[8] = { 0, 5, 1 }, set_configuration[8] = { 0, 9, 1 };
    uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 2, 3, 4, 0, 4, 0, 0, 0x80, 0, 10, 0x28, 0, 0, 0, 0, 7, 0, 0, 2 };
    uint8_t blocks[2 * BLOCK];
    g_autofree char *args = NULL;
    Endpoint e = { .type = CONTROL, .max_packet = 64 };

    make_stick();
    args = stick_args("otg-hs.0");
    board_start(args);
    start_host(OTG_HS);
    put(A_GAHBCFG, R_GAHBCFG_DMAEN_MASK);
    reset_port();
    dma_control(&e, set_address);
    e.address = 1;
    dma_control(&e, set_configuration);
    g_assert_cmphex(dma_transfer(3, &bulk_in, true, DATA0, BUFFER, 64), ==, FLAG(STALL) | FLAG(CHH));
    dma_control(&e, (const uint8_t[8]) { 2, 1, 0, 0, 0x81 });   /* CLEAR_FEATURE */
    for (unsigned i = 0; i < 2; i++) {                          /* the first one tells that it has been reset */
        unsigned out = i ? DATA1 : DATA0, in = i ? DATA1 : DATA0;

        qtest_memwrite(board, BUFFER, cbw, sizeof(cbw));
        g_assert_cmphex(dma_transfer(2, &bulk_out, false, out, BUFFER, 31), ==, FLAG(XFRC) | FLAG(CHH) | FLAG(ACK));
        g_assert_cmphex(dma_transfer(3, &bulk_in, true, in, BUFFER, 2 * BLOCK), ==,
                        FLAG(XFRC) | FLAG(CHH) | FLAG(ACK));
        g_assert_cmphex(get(HC(HCDMA, 3)), ==, BUFFER + 2 * BLOCK);
        g_assert_cmphex(get(HC(HCTSIZ, 3)), ==, (uint32_t)in << 29);
        qtest_memread(board, BUFFER, blocks, sizeof(blocks));
        g_assert_cmphex(dma_transfer(3, &bulk_in, true, in, BUFFER, 13), ==, FLAG(XFRC) | FLAG(CHH) | FLAG(ACK));
        g_assert_cmphex(get(HC(HCDMA, 3)), ==, BUFFER + 13);
    }
    for (unsigned i = 0; i < sizeof(blocks); i += 64) {
        g_assert_cmphex(blocks[i], ==, (7 + i / BLOCK) ^ 0x5a);
    }
    g_assert_cmpint(board_mistakes("/machine"), ==, 0);
    dma_control(&e, set_configuration);
    qtest_memwrite(board, BUFFER, cbw, sizeof(cbw));
    dma_transfer(2, &bulk_out, false, DATA0, BUFFER, 31);
    g_assert_cmphex(dma_transfer(3, &bulk_in, true, DATA0, 0x10000000, 64), ==, FLAG(AHBERR) | FLAG(CHH));
    g_assert_cmpint(board_mistakes("it has no way to the CCM"), ==, 1);
    unlink(stick);
    g_clear_pointer(&stick, g_free);
}

/* A bulk endpoint that has nothing is not asked all the time, but its data come when there are any. */
static void test_dma_nak(void)
{
    static const uint8_t set_address[8] = { 0, 5, 1 }, set_configuration[8] = { 0, 9, 1 };
    g_autofree char *path = g_strdup_printf("/tmp/stm32-serial-%d", getpid());
    g_autofree char *args = g_strdup_printf("-chardev socket,id=c,path=%s,server=on,wait=off "
                                            "-device usb-serial,bus=otg-hs.0,chardev=c,always-plugged=on", path);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    Endpoint e = { .type = CONTROL, .max_packet = 8 }, in = { .address = 1, .number = 1, .type = BULK, .max_packet = 64 };
    uint8_t data[5] = { };
    int fd;

    board_start(args);
    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    start_host(OTG_HS);
    put(A_GAHBCFG, R_GAHBCFG_DMAEN_MASK);
    reset_port();
    dma_control(&e, set_address);
    e.address = 1;
    dma_control(&e, set_configuration);
    set_channel(3, &in, true);
    set_size(3, 64, 1, DATA0);
    put(HC(HCDMA, 3), BUFFER);
    enable_channel(3);
    board_wait_ns(50 * MS);
    g_assert_cmphex(get(HC(HCINT, 3)), ==, FLAG(NAK));
    g_assert_cmpint(write(fd, "abc", 3), ==, 3);
    for (unsigned i = 0; i < 10000 && !(get(HC(HCINT, 3)) & FLAG(CHH)); i++) {
        g_usleep(1000);
        board_wait_ns(100000);
    }
    g_assert_cmphex(get(HC(HCINT, 3)), ==, FLAG(NAK) | FLAG(ACK) | FLAG(XFRC) | FLAG(CHH));
    qtest_memread(board, BUFFER, data, 5);
    g_assert_cmpmem(data + 2, 3, "abc", 3);
    g_assert_cmphex(get(HC(HCTSIZ, 3)) & 0x7ffff, ==, 64 - 5);
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("otg-host/connect", test_connect);
    qtest_add_func("otg-host/one-port", test_one_port);
    qtest_add_func("otg-host/power", test_power);
    qtest_add_func("otg-host/no-power", test_no_power);
    qtest_add_func("otg-host/no-vbus", test_no_vbus);
    qtest_add_func("otg-host/reset", test_reset);
    qtest_add_func("otg-host/id", test_id);
    qtest_add_func("otg-host/role", test_role);
    qtest_add_func("otg-host/frames", test_frames);
    qtest_add_func("otg-host/wrong-clock", test_wrong_clock);
    qtest_add_func("otg-host/control", test_control);
    qtest_add_func("otg-host/receive-fifo", test_receive_fifo);
    qtest_add_func("otg-host/interrupt", test_interrupt);
    qtest_add_func("otg-host/errors", test_errors);
    qtest_add_func("otg-host/queue", test_queue);
    qtest_add_func("otg-host/fifos", test_fifos);
    qtest_add_func("otg-host/disabled-port", test_disabled_port);
    qtest_add_func("otg-host/wakeup", test_wakeup);
    qtest_add_func("otg-host/overload", test_overload);
    qtest_add_func("otg-host/overload-snapshot", test_overload_snapshot);
    qtest_add_func("otg-host/debounce", test_debounce);
    qtest_add_func("otg-host/not-capable", test_not_capable);
    qtest_add_func("otg-host/host-allows", test_host_allows);
    qtest_add_func("otg-host/session-is-requested", test_session_is_requested);
    qtest_add_func("otg-host/isochronous", test_isochronous);
    qtest_add_func("otg-host/overrun", test_overrun);
    qtest_add_func("otg-host/stick", test_stick);
    qtest_add_func("otg-host/wrong-toggle", test_wrong_toggle);
    qtest_add_func("otg-host/pace", test_pace);
    qtest_add_func("otg-host/snapshot", test_snapshot);
    qtest_add_func("otg-host/dma", test_dma);
    qtest_add_func("otg-host/dma-nak", test_dma_nak);
    for (unsigned seed = 1; seed <= 4; seed++) {
        g_autofree char *name = g_strdup_printf("otg-host/fuzz-%u", seed);

        qtest_add_data_func(name, GUINT_TO_POINTER(seed), test_fuzz);
    }
    return board_run_tests();
}
