/*
 * The host's end of a USB cable: its bus's time, transfers, enumeration, and what it says of devices that
 * are not as they should be.  Virtual time is this test's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "system/cpu-timers.h"
#include "system/qtest.h"
#include "stm32/core/mistake/mistake.h"
#include "stm32/board/usb/gadget.h"
#include "stm32/tests/core/usb_device.h"

#define MS 1000000LL

static int64_t now;             /* ns */
static GString *said;           /* what has been reported */
static unsigned events;         /* timers that have run */

int64_t cpus_get_virtual_clock(void)
{
    return now;
}

void cpus_set_virtual_clock(int64_t ns)
{
    now = ns;
}

void guest_mistake(const char *device, MistakeKind kind, const char *fmt, ...)
{
    va_list args;

    if (mistake_kinds[kind].severity == MISTAKE_NOTE) {
        return;
    }
    va_start(args, fmt);
    g_string_append_vprintf(said, fmt, args);
    g_string_append_printf(said, "; %s [%s]\n", mistake_kinds[kind].mend, mistake_kinds[kind].chapter);
    va_end(args);
}

static void run_for(int64_t ns)
{
    int64_t end = now + ns, next;

    while ((next = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL)) >= 0 &&
           now + next <= end) {
        now += next;
        events++;
        qemu_clock_run_timers(QEMU_CLOCK_VIRTUAL);
    }
    now = end;
}

/* ---- A device and a host ---- */

static TestDevice device;
static Gadget gadget;
static unsigned found, gone, restored;

static void on_found(void *opaque)
{
    found++;
}

static void on_gone(void *opaque)
{
    gone++;
}

static void on_restored(void *opaque)
{
    restored++;
}

static const GadgetOps gadget_ops = { .found = on_found, .gone = on_gone, .restored = on_restored };

static const uint8_t good_device[] = {
    18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x83, 0x04, 0x40, 0x57, 0x00, 0x01, 1, 2, 3, 1,
};
/* Isochronous endpoints are in setting 1. */
static const uint8_t iso_config[] = {
    9, 2, 62, 0, 1, 1, 0, 0xc0, 50,
    9, 4, 0, 0, 3, 0xff, 0, 0, 0,
    7, 5, 0x81, 2, 64, 0, 0,
    7, 5, 0x01, 2, 64, 0, 0,
    7, 5, 0x82, 3, 8, 0, 10,
    9, 4, 0, 1, 2, 0xff, 0, 0, 0,
    7, 5, 0x83, 1, 100, 0, 1,
    7, 5, 0x03, 1, 100, 0, 1,
};

static void start(void)
{
    if (!said) {
        said = g_string_new(NULL);
    }
    g_string_truncate(said, 0);
    found = gone = restored = events = 0;
    test_device_init(&device);
    device.device = good_device;
    device.device_length = sizeof(good_device);
    device.config = iso_config;
    device.config_length = sizeof(iso_config);
    device.strings[1] = "Maker";
    device.strings[2] = "Thing";
    device.strings[3] = "0123";
    memset(&gadget, 0, sizeof(gadget));
    gadget_init(&gadget, &gadget_ops, NULL);
    gadget.path = "device";
    g_assert_true(host_bus_plug(&gadget.bus, &device.socket, "device", USB_SPEED_FULL));
    host_bus_power(&gadget.bus, true);
}

static void stop(void)
{
    host_bus_finalize(&gadget.bus);
    g_byte_array_free(device.echo, true);
}

static void plug_in(void)
{
    test_device_connect(&device, true, USB_SPEED_FULL);
    run_for(1000 * MS);
}

/* A device that is as it should be until plug_in() */
static void start_found(void)
{
    start();
    plug_in();
    g_assert_cmpuint(found, ==, 1);
}

/* ---- Transfers ---- */

typedef struct Test {
    Transfer t;
    unsigned done;
    int64_t when;
} Test;

static void on_done(void *opaque, Transfer *t)
{
    Test *test = opaque;

    test->done++;
    test->when = now;
}

static void submit(Test *test, bool in, unsigned endpoint, void *data, unsigned length)
{
    g_assert_true(gadget_aim(&gadget, &test->t, in, endpoint));
    test->t.data = data;
    test->t.length = length;
    test->t.done = on_done;
    test->t.opaque = test;
    test->done = 0;
    host_bus_submit(&gadget.bus, &test->t);
}

static void test_enumerate(void)
{
    start();
    run_for(500 * MS);
    g_assert_cmpuint(device.tokens, ==, 0);         /* not connected */
    g_assert_true(device.powered);
    test_device_connect(&device, true, USB_SPEED_FULL);
    run_for(99 * MS);
    g_assert_cmpuint(device.resets, ==, 0);         /* contacts may bounce */
    run_for(2 * MS);
    g_assert_true(device.in_reset);
    run_for(40 * MS);
    g_assert_true(device.in_reset);
    run_for(200 * MS);
    g_assert_false(device.in_reset);
    g_assert_cmpuint(device.resets, ==, 2);         /* as Linux */
    g_assert_cmpuint(found, ==, 1);
    g_assert_cmpuint(device.address, ==, 1);
    g_assert_cmpuint(device.configuration, ==, 1);
    g_assert_cmpuint(gadget.configuration, ==, 1);
    g_assert_cmpstr(gadget.string[1], ==, "Maker");
    g_assert_cmpstr(gadget.string[3], ==, "0123");
    g_assert_cmpstr(said->str, ==, "");
    g_assert_true(gadget.endpoint[1][1].there);
    g_assert_false(gadget.endpoint[1][3].there);    /* of another setting */
    run_for(6000 * MS);                             /* what waited for a time-out */
    events = 0;
    run_for(10000 * MS);
    g_assert_cmpuint(events, ==, 0);                /* an idle device costs nothing */
    test_device_connect(&device, false, USB_SPEED_FULL);
    run_for(MS);
    g_assert_cmpuint(gone, ==, 1);
    g_assert_false(device.socket.frames);
    plug_in();
    g_assert_cmpuint(found, ==, 2);
    host_bus_unplug(&gadget.bus);
    g_assert_cmpuint(gone, ==, 2);
    g_assert_false(device.powered);
    stop();
}

/* The software of a host takes its time between two requests, at high speed too. */
static void test_pace_of_requests(void)
{
    start();
    host_bus_unplug(&gadget.bus);
    g_assert_true(host_bus_plug(&gadget.bus, &device.socket, "device", USB_SPEED_HIGH));
    host_bus_power(&gadget.bus, true);
    test_device_connect(&device, true, USB_SPEED_HIGH);
    run_for(2000 * MS);
    g_assert_cmpuint(found, ==, 1);
    g_assert_cmpuint(device.socket.bus_speed, ==, USB_SPEED_HIGH);
    g_assert_cmpint(device.setup_gap, >=, 875000);
    stop();
}

/* A device whose control endpoint has packets of 8 bytes. */
static void test_small_packets(void)
{
    uint8_t small[sizeof(good_device)];

    memcpy(small, good_device, sizeof(small));
    small[7] = 8;
    start();
    device.device = small;
    plug_in();
    g_assert_cmpuint(found, ==, 1);
    g_assert_cmpuint(gadget.config[0].length, ==, sizeof(iso_config));
    g_assert_cmpmem(gadget.config[0].data, sizeof(iso_config), iso_config, sizeof(iso_config));
    stop();
}

/* At full speed 19 packets of 64 bytes fit into a frame. */
static void test_bulk(void)
{
    static uint8_t out[64 * 190], in[64 * 190 + 64];
    Test write = {}, read = {};
    int64_t begin;

    for (unsigned i = 0; i < sizeof(out); i++) {
        out[i] = i * 7 ^ i >> 8;
    }
    start_found();
    run_for(MS - now % MS);
    begin = now;
    submit(&write, false, 1, out, sizeof(out));
    run_for(30 * MS);
    g_assert_cmpuint(write.done, ==, 1);
    g_assert_cmpuint(write.t.status, ==, TRANSFER_DONE);
    g_assert_cmpuint(write.t.actual, ==, sizeof(out));
    g_assert_cmpint(write.when - begin, >, 9 * MS);
    g_assert_cmpint(write.when - begin, <=, 11 * MS);
    submit(&read, true, 1, in, sizeof(in));         /* ended by a packet that is empty */
    run_for(30 * MS);
    g_assert_cmpuint(read.done, ==, 1);
    g_assert_cmpmem(in, read.t.actual, out, sizeof(out));
    stop();
}

static void test_nak(void)
{
    uint8_t out[200] = { 1, 2, 3 }, in[256];
    Test write = {}, read = {};

    start_found();
    run_for(6000 * MS);
    device.room = 128;
    submit(&write, false, 1, out, sizeof(out));
    run_for(10 * MS);
    g_assert_cmpuint(device.naks, ==, 1);
    events = 0;
    run_for(1000 * MS);
    g_assert_cmpuint(events, ==, 0);                /* it is not asked again ... */
    g_assert_cmpuint(write.done, ==, 0);
    device.room = 256;
    test_device_ready(&device);                     /* ... until it is ready */
    run_for(MS);
    g_assert_cmpuint(write.done, ==, 1);
    g_assert_cmpuint(device.echo->len, ==, 200);
    submit(&read, true, 1, in, sizeof(in));
    run_for(MS);
    g_assert_cmpmem(in, read.t.actual, out, 200);
    submit(&read, true, 1, in, sizeof(in));
    run_for(MS);
    g_assert_cmpuint(device.naks, ==, 2);
    submit(&write, false, 1, out, 3);
    run_for(MS);
    g_assert_cmpuint(read.t.actual, ==, 3);
    stop();
}

static void test_cancel(void)
{
    uint8_t in[64], out[64] = {};
    Test read = {}, write = {}, last = {};

    start_found();
    submit(&read, true, 1, in, sizeof(in));
    run_for(10 * MS);
    host_bus_cancel(&gadget.bus, &read.t);
    g_assert_cmpuint(read.done, ==, 1);
    g_assert_cmpuint(read.t.status, ==, TRANSFER_CANCELLED);
    host_bus_cancel(&gadget.bus, &read.t);
    g_assert_cmpuint(read.done, ==, 1);             /* once */
    read.t.timeout = 20 * MS;
    submit(&read, true, 1, in, sizeof(in));
    run_for(19 * MS);
    g_assert_cmpuint(read.done, ==, 0);
    run_for(2 * MS);
    g_assert_cmpuint(read.t.status, ==, TRANSFER_TIMED_OUT);
    /* in the middle of a packet */
    submit(&write, false, 1, out, sizeof(out));
    run_for(20000);
    host_bus_cancel(&gadget.bus, &write.t);
    run_for(10 * MS);
    g_assert_cmpuint(device.echo->len, ==, 0);
    /* the device goes with transfers under way */
    read.t.timeout = 0;
    submit(&read, true, 1, in, sizeof(in));
    test_device_connect(&device, false, USB_SPEED_FULL);
    run_for(MS);
    g_assert_cmpuint(read.t.status, ==, TRANSFER_GONE);
    submit(&last, true, 1, in, sizeof(in));
    g_assert_cmpuint(last.done, ==, 1);
    g_assert_cmpuint(last.t.status, ==, TRANSFER_GONE);
    stop();
}

static void test_interrupt(void)
{
    uint8_t in[8];
    Test read = {};
    int64_t first;

    start_found();
    submit(&read, true, 2, in, sizeof(in));
    run_for(100 * MS);
    g_assert_cmpuint(read.done, ==, 0);
    g_assert_cmpuint(device.naks, ==, 1);
    device.report = "ab";
    test_device_ready(&device);
    run_for(11 * MS);
    g_assert_cmpuint(read.done, ==, 1);
    g_assert_cmpmem(in, read.t.actual, "ab", 2);
    first = read.when;
    device.report = "c";
    submit(&read, true, 2, in, sizeof(in));
    run_for(20 * MS);
    g_assert_cmpuint(read.done, ==, 1);
    g_assert_cmpint((read.when - first) / MS, ==, 10);          /* its interval */
    stop();
}

static void coroutine_fn choose_setting_1(void *opaque)
{
    bool *stalled = opaque;

    *stalled = gadget_request(&gadget, 1, SET_INTERFACE, 1, 0, NULL, 0) == -TRANSFER_STALLED;
}

static void test_isochronous(void)
{
    static const uint8_t setup[8] = { 1, SET_INTERFACE, 1, 0, 0, 0, 0, 0 };
    uint8_t in[8 * 100], out[8 * 100] = {};
    IsoPacket in_packets[8] = {}, out_packets[8] = {};
    Test read = {}, write = {};
    bool stalled = false;

    start_found();
    qemu_coroutine_enter(qemu_coroutine_create(choose_setting_1, &stalled));
    run_for(10 * MS);
    g_assert_true(stalled);         /* the test's device has no such request: as if it had */
    gadget_bus_ops.accepted(&gadget, setup);
    for (unsigned i = 0; i < 8; i++) {
        in_packets[i] = (IsoPacket) { .offset = i * 100, .length = 100 };
        out_packets[i] = (IsoPacket) { .offset = i * 100, .length = 10 * i };
    }
    read.t.packet = in_packets;
    write.t.packet = out_packets;
    read.t.packets = write.t.packets = 8;
    submit(&read, true, 3, in, sizeof(in));
    submit(&write, false, 3, out, sizeof(out));
    run_for(7 * MS);
    g_assert_cmpuint(read.done, ==, 0);
    run_for(3 * MS);
    g_assert_cmpuint(read.done, ==, 1);
    g_assert_cmpuint(write.done, ==, 1);
    g_assert_cmpuint(device.iso_in, ==, 8);
    g_assert_cmpuint(device.iso_out, ==, 280);
    for (unsigned i = 0; i < 8; i++) {
        g_assert_cmpuint(in_packets[i].status, ==, TRANSFER_DONE);
        g_assert_cmpuint(in_packets[i].actual, ==, 10);
        g_assert_cmpuint(in[i * 100], ==, i);
    }
    stop();
}

static void test_suspend(void)
{
    uint8_t in[8];
    Test read = {};
    bool answered = false;

    start_found();
    host_bus_suspend(&gadget.bus, true);
    g_assert_false(device.socket.frames);
    submit(&read, true, 2, in, sizeof(in));
    device.report = "x";
    run_for(100 * MS);
    g_assert_cmpuint(read.done, ==, 0);
    usb_wake(&device.socket, true);
    run_for(10 * MS);
    g_assert_false(device.socket.frames);
    run_for(50 * MS);
    g_assert_true(device.socket.frames);
    g_assert_cmpuint(read.done, ==, 1);
    run_for(5000 * MS);
    host_bus_suspend(&gadget.bus, true);
    host_bus_suspend(&gadget.bus, false);
    run_for(50 * MS);
    g_assert_true(device.socket.frames);
    qemu_coroutine_enter(qemu_coroutine_create(choose_setting_1, &answered));
    device.report = "y";                            /* frames count anew, so does when things are due */
    submit(&read, true, 2, in, sizeof(in));
    run_for(20 * MS);
    g_assert_true(answered);
    g_assert_cmpuint(read.done, ==, 1);
    gadget_reset(&gadget);
    run_for(200 * MS);
    g_assert_cmpuint(restored, ==, 1);
    g_assert_cmpuint(device.address, ==, 1);
    g_assert_cmpuint(device.configuration, ==, 1);
    g_assert_cmpuint(gone, ==, 0);
    stop();
}

/* ---- Devices that are not as they should be ---- */

static uint8_t bad_device[18], bad_config[sizeof(iso_config)];

static void start_bad(void)
{
    memcpy(bad_device, good_device, sizeof(bad_device));
    memcpy(bad_config, iso_config, sizeof(bad_config));
    start();
    device.device = bad_device;
    device.config = bad_config;
}

/* Enumerate, and see whether that was said. */
static void expect(const char *text)
{
    plug_in();
    run_for(60000 * MS);
    if (!strstr(said->str, text)) {
        g_test_message("said: %s", said->str);
        g_assert_not_reached();
    }
    stop();
}

static void test_wrong_descriptors(void)
{
    static const struct {
        bool config;
        unsigned at;
        uint8_t value;
        const char *text;
    } bad[] = {
        { false, 0, 17, "the device descriptor has bLength 17" },
        { false, 1, 2, "bDescriptorType 2" },
        { false, 7, 12, "bMaxPacketSize0 is 12" },
        { false, 3, 0x0a, "bcdUSB is 0x0a00" },
        { false, 17, 0, "bNumConfigurations is 0" },
        { false, 14, 7, "to get it fails: STALL" },
        { true, 0, 8, "has bLength 8 and type 2" },
        { true, 2, 70, "wTotalLength is 70, but 62" },
        { true, 4, 2, "bNumInterfaces is 2, but there are 1" },
        { true, 5, 0, "bConfigurationValue is 0" },
        { true, 7, 0x40, "bmAttributes of the configuration is 0x40" },
        { true, 8, 251, "bMaxPower is 251" },
        { true, 11, 1, "there is an interface 1" },
        { true, 13, 2, "bNumEndpoints is 2, but 3" },
        { true, 18, 0, "bLength of a descriptor, and is 0" },
        { true, 18, 1, "bLength of a descriptor, and is 1" },
        { true, 55, 200, "bLength of a descriptor, and is 200" },
        { true, 20, 0x80, "bEndpointAddress 0x80" },
        { true, 20, 0x01, "both have endpoint 0x01" },
        { true, 22, 63, "bulk endpoint 1 IN has wMaxPacketSize 0x003f" },
        { true, 36, 65, "interrupt endpoint 2 IN has wMaxPacketSize 0x0041" },
        { true, 38, 0, "bInterval 0" },
        { true, 14, 3, "and has no HID descriptor" },
        { true, 53, 0x04, "isochronous endpoint 3 IN has wMaxPacketSize 0x0464" },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        start_bad();
        (bad[i].config ? bad_config : bad_device)[bad[i].at] = bad[i].value;
        expect(bad[i].text);
    }
}

static void test_wrong_behaviour(void)
{
    start_bad();
    device.silent = true;
    expect("GET_DESCRIPTOR of the device at address 0 fails: no answer");
    start_bad();
    device.deaf_at_address = true;
    expect("does not answer at the address");
    start_bad();
    device.short_string = true;
    expect("string 1 has bLength 13");
    start_bad();
    device.stall_string_0 = true;
    expect("string 0, which names their language, fails: STALL");
    start_bad();
    device.no_configuration = true;
    plug_in();
    g_assert_cmpuint(found, ==, 1);                 /* but not configured */
    g_assert_cmpuint(gadget.configuration, ==, 0);
    g_assert_false(gadget.endpoint[1][1].there);
    expect("SET_CONFIGURATION 1 fails: STALL");
    start_bad();
    device.qualifier = (const uint8_t[]) { 9, 6, 0, 2, 0, 0, 0, 64, 1, 0 };
    expect("the device qualifier has bLength 9");
}

static void test_late_address(void)
{
    start_bad();
    device.address_ns = 70 * MS;
    test_device_connect(&device, true, USB_SPEED_FULL);
    for (unsigned i = 0; i < 1000; i++) {
        run_for(MS);
        test_device_ready(&device);
    }
    g_assert_cmpuint(found, ==, 1);
    g_assert_nonnull(strstr(said->str, "SET_ADDRESS took 7"));
    stop();
}

/* Toggles that a device forgets to clear: its data are thrown away, as any host does. */
static void test_wrong_toggle(void)
{
    static const uint8_t setup[8] = { 0, SET_CONFIGURATION, 1 };
    uint8_t data[4] = { 1, 2, 3, 4 };
    Test write = {}, read = {};

    start_found();
    submit(&write, false, 1, data, 3);
    submit(&read, true, 1, data, 4);
    run_for(10 * MS);
    g_assert_cmpuint(read.t.actual, ==, 3);
    gadget_bus_ops.accepted(&gadget, setup);
    device.toggle_out = 0;
    submit(&write, false, 1, data, 4);
    submit(&read, true, 1, data, 4);
    run_for(10 * MS);
    g_assert_cmpuint(read.done, ==, 0);
    g_assert_nonnull(strstr(said->str, "endpoint 1 IN sends DATA1 where DATA0 is due"));
    stop();
}

/* Whatever comes: no crash, no end of it, and all that was begun ends. */
static void test_hostile(void)
{
    GRand *rand = g_rand_new_with_seed(4711);

    for (unsigned i = 0; i < 2000; i++) {
        start_bad();
        for (unsigned n = g_rand_int_range(rand, 1, 12); n; n--) {
            uint8_t *where = g_rand_boolean(rand) ? bad_config : bad_device;
            unsigned size = where == bad_config ? sizeof(bad_config) : sizeof(bad_device);

            where[g_rand_int_range(rand, 0, size)] = g_rand_int(rand);
        }
        device.config_length = g_rand_int_range(rand, 0, sizeof(bad_config) + 1);
        device.device_length = g_rand_int_range(rand, 0, 19);
        if (g_rand_boolean(rand)) {
            device.device_length = 18;
        }
        test_device_connect(&device, true, USB_SPEED_FULL);
        run_for(g_rand_int_range(rand, 1, 1000) * MS);
        if (g_rand_boolean(rand)) {
            test_device_connect(&device, false, USB_SPEED_FULL);
            run_for(MS);
        }
        stop();
    }
    g_rand_free(rand);
}

static void notify(void *opaque, QEMUClockType type)
{
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    init_clocks(notify);
    qemu_clock_enable(QEMU_CLOCK_VIRTUAL, true);
    qtest_allowed = true;
    g_test_add_func("/usb/enumerate", test_enumerate);
    g_test_add_func("/usb/pace-of-requests", test_pace_of_requests);
    g_test_add_func("/usb/small-packets", test_small_packets);
    g_test_add_func("/usb/bulk", test_bulk);
    g_test_add_func("/usb/nak", test_nak);
    g_test_add_func("/usb/cancel", test_cancel);
    g_test_add_func("/usb/interrupt", test_interrupt);
    g_test_add_func("/usb/isochronous", test_isochronous);
    g_test_add_func("/usb/suspend", test_suspend);
    g_test_add_func("/usb/wrong-descriptors", test_wrong_descriptors);
    g_test_add_func("/usb/wrong-behaviour", test_wrong_behaviour);
    g_test_add_func("/usb/late-address", test_late_address);
    g_test_add_func("/usb/wrong-toggle", test_wrong_toggle);
    g_test_add_func("/usb/hostile", test_hostile);
    return g_test_run();
}
