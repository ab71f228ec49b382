/*
 * What is at the other end of a USB cable: the plug, the built-in host, USB/IP; with devices of QEMU's in
 * the socket.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <poll.h>
#include <sys/un.h>
#include "qemu/bswap.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "stm32/tests/qtest/board.h"

#define MS 1000000LL
#define FAR "/machine/peripheral/far"
#define KEYBOARD "-device stm32-usb-adapter,id=dev -device usb-kbd,bus=dev.0,id=kbd "
#define HOST "-device stm32-usb-host,port=dev,id=far "

static char *image;             /* a disk's, of IMAGE_SIZE bytes */
#define IMAGE_SIZE (256 * 1024)
#define DISK "-device stm32-usb-adapter,id=dev -drive if=none,id=d,format=raw,file=%s " \
             "-device usb-storage,bus=dev.0,drive=d "

/* The options @args are refused with one line that has @text. */
static void expect_refused(const char *args, const char *text)
{
    g_autofree char *command = g_strdup_printf("%s -machine stm32f407g_disc -display none %s",
                                               getenv("QTEST_QEMU_BINARY"), args);
    g_autofree char *error = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(command, NULL, &error, &status, NULL));
    g_assert_cmpint(status, !=, 0);
    g_assert_cmpuint(board_lines_of(error), ==, 1);
    g_assert_nonnull(strstr(error, text));
}

static bool has_redir(void)
{
    g_autofree char *command = g_strdup_printf("%s -machine stm32f407g_disc -display none -chardev null,id=n %s "
                                               "-device stm32-usbredir,port=none,chardev=n",
                                               getenv("QTEST_QEMU_BINARY"), KEYBOARD);
    g_autofree char *error = NULL;
    int status;

    g_assert_true(g_spawn_command_line_sync(command, NULL, &error, &status, NULL));
    return !strstr(error, "has not been built in");
}

static void test_options(void)
{
    expect_refused("-device stm32-usb-host,port=otg", "port=otg: choose otg-fs or otg-hs");
    expect_refused(KEYBOARD HOST "-device stm32-usbip,port=dev", "there is a plug in that socket already");
    expect_refused(KEYBOARD "-device stm32-usbip,port=dev,address=nonsense",
                   "address=nonsense: write it as address=127.0.0.1:3240");
    expect_refused("-device stm32-usb-adapter", "needs an id=NAME");
    expect_refused("-device stm32-usbredir", has_redir() ? "a stm32-usbredir needs chardev=ID" : "not been built");
    expect_refused(KEYBOARD "-device stm32-usb-host,port=dev,msc=-", "Invalid node-name");
    expect_refused("-device stm32-usb-plug", "stm32-usb-plug");
}

/* ---- The plug ---- */

static void expect_tree(const char *text)
{
    g_autofree char *tree = board_get_string(FAR, "tree");

    g_assert_nonnull(strstr(tree, text));
}

static void expect_nothing(void)
{
    g_autofree char *tree = board_get_string(FAR, "tree");

    g_assert_cmpstr(tree, ==, "");
}

static void test_plug(void)
{
    board_start(KEYBOARD HOST);
    expect_nothing();
    board_wait_ns(1000 * MS);
    expect_tree("0627:0001 QEMU QEMU USB Keyboard");
    expect_tree("bInterfaceClass          3 Human Interface Device");
    expect_tree("bEndpointAddress      0x81 EP 1 IN");
    board_set_bool(FAR, "attached", false);
    expect_nothing();
    board_wait_ns(1000 * MS);
    board_set_bool(FAR, "attached", true);
    expect_nothing();
    board_wait_ns(1000 * MS);
    expect_tree("QEMU USB Keyboard");
    board_set_bool(FAR, "vbus", false);
    board_wait_ns(MS);
    expect_nothing();
    board_wait_ns(1000 * MS);
    expect_nothing();
    board_set_bool(FAR, "attached", false);     /* in any order */
    board_set_bool(FAR, "vbus", true);
    board_wait_ns(1000 * MS);
    expect_nothing();
    board_set_bool(FAR, "attached", true);
    board_wait_ns(1000 * MS);
    expect_tree("QEMU USB Keyboard");
}

static void test_not_attached(void)
{
    board_start(KEYBOARD "-device stm32-usb-host,port=dev,id=far,attached=off");
    board_wait_ns(1000 * MS);
    expect_nothing();
    board_set_bool(FAR, "attached", true);
    board_wait_ns(1000 * MS);
    expect_tree("QEMU USB Keyboard");
}

/* In the middle of it: whatever was on its way, after a load the device is found again. */
static void test_snapshot(void)
{
    for (unsigned ms = 50; ms < 400; ms += 87) {
        g_autofree char *file = NULL;

        board_start(KEYBOARD HOST);
        board_wait_ns(ms * MS);
        file = board_save();
        board_load(file, KEYBOARD HOST);
        board_wait_ns(1000 * MS);
        expect_tree("QEMU USB Keyboard");
        unlink(file);
    }
}

/* ---- Classes of the built-in host ---- */

/* A chardev that is a socket: our end of it. */
static int dial_chardev(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    g_strlcpy(a.sun_path, path, sizeof(a.sun_path));
    g_assert(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    return fd;
}

static void press_a(bool down)
{
    qtest_qmp_assert_success(board, "{'execute': 'input-send-event', 'arguments': {'events': ["
                             "{'type': 'key', 'data': {'down': %i, 'key': "
                             "{'type': 'qcode', 'data': 'a'}}}]}}", down);
}

/* A line that has come to @fd, while virtual time passes. */
static void expect_line(int fd, const char *line)
{
    char got[64] = "";
    size_t length = 0;

    for (unsigned i = 0; i < 5000 && !strchr(got, '\n'); i++) {
        struct pollfd p = { .fd = fd, .events = POLLIN };

        board_wait_ns(MS);
        if (poll(&p, 1, 1) && recv(fd, got + length, 1, 0) == 1) {
            length = MIN(length + 1, sizeof(got) - 2);
        }
    }
    g_assert_cmpstr(got, ==, line);
}

static void test_hid(void)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-usb-XXXXXX", NULL);
    g_autofree char *path = g_strdup_printf("%s/hid", dir);
    g_autofree char *args = g_strdup_printf(KEYBOARD HOST "-chardev socket,id=c,path=%s,server=on,wait=off "
                                            "-global stm32-usb-host.hid=c", path);
    int fd;

    board_start(args);
    board_wait_ns(1000 * MS);
    fd = dial_chardev(path);
    board_wait_ns(100 * MS);
    press_a(true);
    expect_line(fd, "0000040000000000\n");
    press_a(false);
    expect_line(fd, "0000000000000000\n");
    g_assert(send(fd, "02\nno report\n\n", 14, MSG_NOSIGNAL) == 14);      /* LEDs, and two lines that are none */
    board_wait_ns(100 * MS);
    press_a(true);
    expect_line(fd, "0000040000000000\n");
    close(fd);
    unlink(path);
    rmdir(dir);
}

/* Wait for the job to end; its error, "" if there was none. */
static char *wait_for_job(void)
{
    for (unsigned i = 0; i < 10000; i++) {
        QDict *answer = qtest_qmp(board, "{'execute': 'query-jobs'}");
        QList *jobs = qdict_get_qlist(answer, "return");
        QDict *job = jobs && !qlist_empty(jobs) ? qobject_to(QDict, qlist_peek(jobs)) : NULL;
        char *error = job && !strcmp(qdict_get_str(job, "status"), "concluded")
                      ? g_strdup(qdict_get_try_str(job, "error") ?: "") : NULL;

        qobject_unref(answer);
        if (error) {
            qtest_qmp_assert_success(board, "{'execute': 'job-dismiss', 'arguments': {'id': 'j'}}");
            return error;
        }
        board_wait_ns(MS);
    }
    return g_strdup("it does not end");
}

static void copy(const char *from, const char *to)
{
    g_autofree char *error = NULL;

    qtest_qmp_assert_success(board, "{'execute': 'blockdev-backup', 'arguments': {'job-id': 'j', 'device': %s, "
                             "'target': %s, 'sync': 'full', 'auto-dismiss': false}}", from, to);
    error = wait_for_job();
    g_assert_cmpstr(error, ==, "");
}

static void add_file(const char *node, const char *file)
{
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-add', 'arguments': {'driver': 'file', "
                             "'node-name': %s, 'filename': %s}}", node, file);
}

static void expect_same(const char *file, const char *other)
{
    g_autofree char *one = NULL, *two = NULL;
    gsize size, other_size;

    g_assert_true(g_file_get_contents(file, &one, &size, NULL));
    g_assert_true(g_file_get_contents(other, &two, &other_size, NULL));
    g_assert_cmpmem(one, size, two, other_size);
}

static char *new_file(char fill)
{
    g_autofree char *data = g_malloc(IMAGE_SIZE);
    char *name;
    int fd = g_file_open_tmp("stm32-disk-XXXXXX", &name, NULL);

    for (unsigned i = 0; i < IMAGE_SIZE; i++) {
        data[i] = fill ? i * 2654435761u >> 13 ^ fill : 0;
    }
    g_assert(write(fd, data, IMAGE_SIZE) == IMAGE_SIZE);
    close(fd);
    return name;
}

/* A disk is read by QEMU's block layer, and written. */
static void test_msc(void)
{
    g_autofree char *args = g_strdup_printf(DISK "%s", image,
                                            "-device stm32-usb-host,port=dev,id=far,msc=stick");
    g_autofree char *read = new_file(0), *other = new_file(0x55);

    board_start(args);
    board_wait_ns(2000 * MS);
    add_file("read", read);
    copy("stick", "read");
    expect_same(read, image);
    add_file("other", other);
    copy("other", "stick");
    board_set_bool(FAR, "attached", false);
    board_stop();
    expect_same(other, image);
    unlink(read);
    unlink(other);
}

/* Pulled out in the middle of it: it fails, and that is all. */
static void test_msc_pulled_out(void)
{
    g_autofree char *args = g_strdup_printf(DISK "%s", image,
                                            "-device stm32-usb-host,port=dev,id=far,msc=stick");
    g_autofree char *read = new_file(0), *error = NULL;

    board_start(args);
    board_wait_ns(2000 * MS);
    add_file("read", read);
    qtest_qmp_assert_success(board, "{'execute': 'blockdev-backup', 'arguments': {'job-id': 'j', "
                             "'device': 'stick', 'target': 'read', 'sync': 'full', 'auto-dismiss': false}}");
    board_wait_ns(MS);
    board_set_bool(FAR, "attached", false);
    error = wait_for_job();
    g_assert_cmpstr(error, !=, "");
    unlink(read);
}

/* ---- USB/IP ---- */

static int client;

static unsigned free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    g_assert(bind(fd, (struct sockaddr *)&a, size) == 0);
    g_assert(getsockname(fd, (struct sockaddr *)&a, &size) == 0);
    close(fd);
    return ntohs(a.sin_port);
}

static unsigned port;

static void start_usbip(const char *device)
{
    g_autofree char *args = NULL;

    port = free_port();
    args = g_strdup_printf("%s -device stm32-usbip,id=far,port=dev,address=127.0.0.1:%u", device, port);
    board_start(args);
}

static void dial(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(port) };

    client = socket(AF_INET, SOCK_STREAM, 0);
    g_assert(connect(client, (struct sockaddr *)&a, sizeof(a)) == 0);
}

static bool may_hang_up;        /* the other side, at what we say */

static void say(const void *data, size_t length)
{
    g_assert(send(client, data, length, MSG_NOSIGNAL) == length || may_hang_up);
}

/* The next @length bytes; virtual time passes as long as they have not come.  False: it has hung up. */
static bool hear(void *data, size_t length)
{
    for (size_t got = 0; got < length;) {
        struct pollfd poll_client = { .fd = client, .events = POLLIN };
        ssize_t n;

        for (unsigned i = 0; !poll(&poll_client, 1, 1); i++) {
            if (i > 10000) {
                return false;
            }
            board_wait_ns(MS);
        }
        n = recv(client, (char *)data + got, length - got, 0);
        if (n <= 0) {
            return false;
        }
        got += n;
    }
    return true;
}

static bool hangs_up(void)
{
    char byte;

    return !hear(&byte, 1);
}

static void say_op(unsigned code)
{
    uint8_t op[8] = { 1, 0x11, code >> 8, code };

    say(op, sizeof(op));
}

/* The status of the answer. */
static uint32_t import(const char *name)
{
    char bus_id[32] = "", device[312];
    uint8_t header[8];

    g_strlcpy(bus_id, name, sizeof(bus_id));
    say_op(0x8003);
    say(bus_id, sizeof(bus_id));
    g_assert_true(hear(header, sizeof(header)));
    g_assert_cmphex(lduw_be_p(header + 2), ==, 3);
    if (!ldl_be_p(header + 4)) {
        g_assert_true(hear(device, sizeof(device)));
    }
    return ldl_be_p(header + 4);
}

static uint32_t sequence;

static void say_submit(bool in, unsigned endpoint, const uint8_t *setup, const void *data, unsigned length)
{
    uint32_t words[10] = { 1, ++sequence, 0x10002, in, endpoint, 0, length, 0, UINT32_MAX, 0 };
    uint8_t header[48] = {};

    for (unsigned i = 0; i < 10; i++) {
        stl_be_p(header + 4 * i, words[i]);
    }
    if (setup) {
        memcpy(header + 40, setup, 8);
    }
    say(header, sizeof(header));
    if (!in && length) {
        say(data, length);
    }
}

/* The answer: its status, and in @actual how much has been moved. */
static int32_t hear_result(bool in, void *data, unsigned *actual)
{
    uint8_t header[48];

    g_assert_true(hear(header, sizeof(header)));
    g_assert_cmpuint(ldl_be_p(header), ==, 3);
    *actual = ldl_be_p(header + 24);
    if (in && *actual) {
        g_assert_true(hear(data, *actual));
    }
    return ldl_be_p(header + 20);
}

static void wait_for_device(void)
{
    for (unsigned i = 0; i < 20; i++) {
        g_autofree char *tree = board_get_string(FAR, "tree");

        if (*tree) {
            return;
        }
        board_wait_ns(100 * MS);
    }
    g_assert_not_reached();
}

static void test_list(void)
{
    uint8_t header[8], count[4], device[312], interface[4];

    start_usbip(KEYBOARD);
    dial();
    say_op(0x8005);
    g_assert_true(hear(header, sizeof(header)));
    g_assert_true(hear(count, sizeof(count)));
    wait_for_device();
    say_op(0x8005);
    g_assert_true(hear(header, sizeof(header)));
    g_assert_cmphex(ldl_be_p(header), ==, 0x01110005);
    g_assert_true(hear(count, sizeof(count)));
    g_assert_cmpuint(ldl_be_p(count), ==, 1);
    g_assert_true(hear(device, sizeof(device)));
    g_assert_cmpstr((char *)device + 256, ==, "1-1");
    g_assert_cmphex(lduw_be_p(device + 300), ==, 0x0627);
    g_assert_cmpuint(device[311], ==, 1);
    g_assert_true(hear(interface, sizeof(interface)));
    g_assert_cmpuint(interface[0], ==, 3);
    g_assert_cmpuint(import("2-1"), ==, 1);
    g_assert_cmpuint(import("1-1"), ==, 0);
    close(client);
}

static void test_control(void)
{
    static const uint8_t get_device[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };
    static const uint8_t get_nothing[8] = { 0x80, 6, 0, 0x77, 0, 0, 18, 0 };
    uint8_t device[18];
    unsigned actual;

    start_usbip(KEYBOARD);
    wait_for_device();
    dial();
    g_assert_cmpuint(import("1-1"), ==, 0);
    say_submit(true, 0, get_device, NULL, 18);
    g_assert_cmpint(hear_result(true, device, &actual), ==, 0);
    g_assert_cmpuint(actual, ==, 18);
    g_assert_cmphex(lduw_le_p(device + 8), ==, 0x0627);
    say_submit(true, 0, get_nothing, NULL, 18);
    g_assert_cmpint(hear_result(true, device, &actual), ==, -32);
    say_submit(true, 5, NULL, NULL, 18);            /* there is no such endpoint */
    g_assert_cmpint(hear_result(true, device, &actual), ==, -71);
    close(client);
}

/* An interrupt transfer waits, and is taken back; then a key is pressed. */
static void test_unlink(void)
{
    uint8_t unlink_it[48] = {}, answer[48], report[8];
    unsigned actual;

    start_usbip(KEYBOARD);
    wait_for_device();
    dial();
    g_assert_cmpuint(import("1-1"), ==, 0);
    say_submit(true, 1, NULL, NULL, 8);
    stl_be_p(unlink_it, 2);
    stl_be_p(unlink_it + 4, 1000);
    stl_be_p(unlink_it + 20, sequence);
    say(unlink_it, sizeof(unlink_it));
    g_assert_true(hear(answer, sizeof(answer)));
    g_assert_cmpuint(ldl_be_p(answer), ==, 4);
    g_assert_cmpuint(ldl_be_p(answer + 4), ==, 1000);
    g_assert_cmpint((int32_t)ldl_be_p(answer + 20), ==, -104);
    say(unlink_it, sizeof(unlink_it));              /* there is no such any more */
    g_assert_true(hear(answer, sizeof(answer)));
    g_assert_cmpuint(ldl_be_p(answer + 20), ==, 0);
    say_submit(true, 1, NULL, NULL, 8);
    board_wait_ns(10 * MS);
    press_a(true);
    g_assert_cmpint(hear_result(true, report, &actual), ==, 0);
    g_assert_cmpuint(actual, ==, 8);
    g_assert_cmpuint(report[2], ==, 4);
    /* pulled out, with one that waits */
    say_submit(true, 1, NULL, NULL, 8);
    board_wait_ns(10 * MS);
    board_set_bool(FAR, "attached", false);
    g_assert_cmpint(hear_result(true, report, &actual), ==, -108);
    g_assert_true(hangs_up());
    close(client);
}

/* Bulk-only transport, by hand. */
static void scsi(const uint8_t *cdb, unsigned cdb_length, uint8_t *data, unsigned length)
{
    uint8_t command[31] = "USBC", status[13];
    unsigned actual;

    stl_le_p(command + 8, length);
    command[12] = 0x80;
    command[14] = cdb_length;
    memcpy(command + 15, cdb, cdb_length);
    say_submit(false, 2, NULL, command, sizeof(command));
    g_assert_cmpint(hear_result(false, NULL, &actual), ==, 0);
    if (length) {
        say_submit(true, 1, NULL, NULL, length);
        g_assert_cmpint(hear_result(true, data, &actual), ==, 0);
    }
    say_submit(true, 1, NULL, NULL, sizeof(status));
    g_assert_cmpint(hear_result(true, status, &actual), ==, 0);
    g_assert_cmpuint(actual, ==, 13);
}

static void test_disk(void)
{
    g_autofree uint8_t *data = g_malloc(IMAGE_SIZE);
    g_autofree char *args = g_strdup_printf(DISK, image), *was = NULL;
    gsize size;

    start_usbip(args);
    wait_for_device();
    dial();
    g_assert_cmpuint(import("1-1"), ==, 0);
    scsi((const uint8_t[6]) {}, 6, NULL, 0);
    scsi((const uint8_t[6]) { 3, 0, 0, 0, 18 }, 6, data, 18);       /* it says that it was reset */
    for (unsigned block = 0; block < IMAGE_SIZE / 512; block += 64) {
        const uint8_t read10[10] = { 0x28, 0, 0, 0, block >> 8, block, 0, 0, 64 };

        scsi(read10, 10, data + block * 512, 64 * 512);
    }
    g_assert_true(g_file_get_contents(image, &was, &size, NULL));
    g_assert_cmpmem(data, IMAGE_SIZE, was, size);
    close(client);
}

/* Isochronous OUT of @count packets of 192 bytes each, the last at @offset; the status, and each one's. */
static int32_t send_sound(unsigned count, uint32_t offset, int32_t *packet_status)
{
    uint32_t words[10] = { 1, ++sequence, 0x10002, 0, 1, 2, count * 192, 0, count, 1 };
    uint8_t header[48] = {}, rows[16 * 16] = {}, data[16 * 192] = {};

    for (unsigned i = 0; i < 10; i++) {
        stl_be_p(header + 4 * i, words[i]);
    }
    for (unsigned i = 0; i < count; i++) {
        stl_be_p(rows + 16 * i, i + 1 < count ? i * 192 : offset);
        stl_be_p(rows + 16 * i + 4, 192);
    }
    say(header, sizeof(header));
    say(data, count * 192);
    say(rows, count * 16);
    g_assert_true(hear(header, sizeof(header)));
    g_assert_cmpuint(ldl_be_p(header + 32), ==, count);
    g_assert_true(hear(rows, count * 16));
    for (unsigned i = 0; i < count; i++) {
        packet_status[i] = ldl_be_p(rows + 16 * i + 12);
        g_assert_cmpuint(ldl_be_p(rows + 16 * i + 8), ==, packet_status[i] ? 0 : 192);
    }
    return ldl_be_p(header + 20);
}

static void test_sound(void)
{
    static const uint8_t setting_1[8] = { 1, 11, 1, 0, 1, 0, 0, 0 };
    int32_t status[16];
    unsigned actual;

    start_usbip("-audiodev none,id=a -device stm32-usb-adapter,id=dev -device usb-audio,bus=dev.0,audiodev=a");
    wait_for_device();
    dial();
    g_assert_cmpuint(import("1-1"), ==, 0);
    say_submit(false, 0, setting_1, NULL, 0);
    g_assert_cmpint(hear_result(false, NULL, &actual), ==, 0);
    g_assert_cmpint(send_sound(10, 9 * 192, status), ==, 0);
    for (unsigned i = 0; i < 10; i++) {
        g_assert_cmpint(status[i], ==, 0);
    }
    g_assert_cmpint(send_sound(3, 3 * 192 - 191, status), ==, -71);     /* beyond its data */
    g_assert_cmpint(send_sound(3, 0xffffff80, status), ==, -71);
    g_assert_cmpint(send_sound(2, 0, status), ==, 0);
    close(client);
}

/* The one before may not have been missed yet. */
static void import_at_last(void)
{
    for (unsigned i = 0; import("1-1"); i++) {
        g_assert_cmpuint(i, <, 1000);
        g_usleep(1000);
    }
}

/* What is not USB/IP is hung up on; all others go on. */
static void test_nonsense(void)
{
    static const uint8_t huge[48] = { 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
                                      0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff };
    GRand *rand = g_rand_new_with_seed(99);

    start_usbip(KEYBOARD);
    wait_for_device();
    dial();
    say("GET / HTTP/1.0\r\n\r\n", 18);
    g_assert_true(hangs_up());
    close(client);
    dial();
    g_assert_cmpuint(import("1-1"), ==, 0);
    say(huge, sizeof(huge));
    g_assert_true(hangs_up());
    close(client);
    for (unsigned i = 0; i < 100; i++) {
        uint8_t noise[200];

        dial();
        if (i % 4) {
            import_at_last();
        }
        for (unsigned n = 0; n < sizeof(noise); n++) {
            noise[n] = g_rand_int(rand);
        }
        if (i % 2) {                                /* nearly right */
            memset(noise, 0, 24);
            noise[3] = 1 + i % 3 / 2;
            noise[15] = noise[0] & 1;
            noise[19] = g_rand_int_range(rand, 0, 18);
            noise[26] = 0;
            noise[24] = noise[25] = 0;
            noise[31] = g_rand_int_range(rand, 0, 4);
        }
        send(client, noise, g_rand_int_range(rand, 1, sizeof(noise)), MSG_NOSIGNAL);
        board_wait_ns(3 * MS);
        close(client);
    }
    dial();
    import_at_last();
    close(client);
    g_rand_free(rand);
}

/* ---- usbredir, of a side that can do nothing but the oldest protocol ---- */

enum { HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS, SET_CONFIGURATION, CONFIGURATION_STATUS = 8,
       START_INTERRUPT = 15, STOP_INTERRUPT, INTERRUPT_STATUS, CANCEL = 21, CONTROL = 100, BULK, ISO,
       INTERRUPT };

static char *redir_path;

static void start_redir(const char *device)
{
    g_autofree char *dir = g_dir_make_tmp("stm32-usb-XXXXXX", NULL);
    g_autofree char *args = NULL;

    redir_path = g_strdup_printf("%s/redir", dir);
    args = g_strdup_printf("%s -chardev socket,id=c,path=%s,server=on,wait=off "
                           "-device stm32-usbredir,id=far,port=dev,chardev=c", device, redir_path);
    board_start(args);
}

static void end_redir(void)
{
    g_autofree char *dir = g_path_get_dirname(redir_path);

    close(client);
    board_stop();
    unlink(redir_path);
    rmdir(dir);
    g_clear_pointer(&redir_path, g_free);
}

static void say_redir(unsigned type, uint32_t id, const void *data, unsigned length)
{
    uint8_t header[12];

    stl_le_p(header, type);
    stl_le_p(header + 4, length);
    stl_le_p(header + 8, id);
    say(header, sizeof(header));
    say(data, length);
}

/* The next packet, which is @type: its length. */
static unsigned hear_redir(unsigned type, uint8_t *data, unsigned most)
{
    uint8_t header[12];
    unsigned length;

    g_assert_true(hear(header, sizeof(header)));
    length = ldl_le_p(header + 4);
    g_assert_cmpuint(ldl_le_p(header), ==, type);
    g_assert_cmpuint(length, <=, most);
    g_assert_true(hear(data, MIN(length, most)));
    return length;
}

static void greet(void)
{
    char hello[64] = "test";
    uint8_t data[512];

    client = dial_chardev(redir_path);
    say_redir(HELLO, 0, hello, sizeof(hello));
    hear_redir(HELLO, data, sizeof(data));
}

static void expect_device(unsigned vendor)
{
    uint8_t data[512];

    hear_redir(INTERFACES, data, sizeof(data));
    g_assert_cmpuint(ldl_le_p(data), ==, 1);
    hear_redir(ENDPOINTS, data, sizeof(data));
    g_assert_cmpuint(data[0], ==, 0);
    g_assert_cmpuint(data[0x12], ==, 255);          /* there is no endpoint 2 IN */
    hear_redir(CONNECT, data, sizeof(data));
    g_assert_cmphex(lduw_le_p(data + 4), ==, vendor);
}

static void expect_descriptor(uint32_t id, unsigned vendor)
{
    static const uint8_t get_device[10] = { 0x80, 6, 0x80, 0, 0, 1, 0, 0, 18, 0 };
    uint8_t data[64];

    say_redir(CONTROL, id, get_device, sizeof(get_device));
    g_assert_cmpuint(hear_redir(CONTROL, data, sizeof(data)), ==, 10 + 18);
    g_assert_cmpuint(data[3], ==, 0);
    g_assert_cmphex(lduw_le_p(data + 10 + 8), ==, vendor);
}

static void test_redir(void)
{
    static const uint8_t endpoint_1 = 0x81, configuration = 1;
    static const uint8_t get_nothing[10] = { 0x80, 6, 0x80, 0, 0, 0x77, 0, 0, 18, 0 };
    uint8_t data[512];

    start_redir(KEYBOARD);
    greet();
    wait_for_device();
    expect_device(0x0627);
    expect_descriptor(7, 0x0627);
    say_redir(CONTROL, 8, get_nothing, sizeof(get_nothing));
    g_assert_cmpuint(hear_redir(CONTROL, data, sizeof(data)), ==, 10);
    g_assert_cmpuint(data[3], ==, 4);               /* STALL */
    say_redir(SET_CONFIGURATION, 9, &configuration, 1);
    hear_redir(INTERFACES, data, sizeof(data));
    hear_redir(ENDPOINTS, data, sizeof(data));
    hear_redir(CONFIGURATION_STATUS, data, sizeof(data));
    g_assert_cmpuint(data[0], ==, 0);
    g_assert_cmpuint(data[1], ==, 1);
    say_redir(START_INTERRUPT, 10, &endpoint_1, 1);
    hear_redir(INTERRUPT_STATUS, data, sizeof(data));
    g_assert_cmpuint(data[0], ==, 0);
    board_wait_ns(10 * MS);
    press_a(true);
    g_assert_cmpuint(hear_redir(INTERRUPT, data, sizeof(data)), ==, 4 + 8);
    g_assert_cmpuint(data[4 + 2], ==, 4);
    say_redir(STOP_INTERRUPT, 11, &endpoint_1, 1);
    hear_redir(INTERRUPT_STATUS, data, sizeof(data));
    say_redir(RESET, 0, NULL, 0);                   /* what follows waits for its end */
    expect_descriptor(12, 0x0627);
    board_set_bool(FAR, "attached", false);
    hear_redir(DISCONNECT, data, sizeof(data));
    board_set_bool(FAR, "attached", true);
    expect_device(0x0627);
    close(client);                                  /* and another one comes */
    board_wait_ns(10 * MS);
    greet();
    expect_device(0x0627);
    end_redir();
}

static void test_redir_nonsense(void)
{
    GRand *rand = g_rand_new_with_seed(5);

    start_redir(KEYBOARD);
    wait_for_device();
    for (unsigned i = 0; i < 150; i++) {
        uint8_t noise[600];
        unsigned length = g_rand_int_range(rand, 1, sizeof(noise));
        static const uint8_t types[] = { 3, 6, 7, 9, 10, 12, 13, 15, 16, 18, 21, 22, 23, 24, 25, 100, 101, 102,
                                         103, 104 };
        static const uint8_t sizes[] = { 0, 1, 0, 2, 1, 3, 1, 1, 1, 8, 0, 0, 0, 0, 10, 10, 8, 4, 4, 10 };

        greet();
        may_hang_up = true;
        for (unsigned n = 0; n < sizeof(noise); n++) {
            noise[n] = g_rand_int(rand);
        }
        if (i % 3) {                                /* packets that are nearly right */
            for (unsigned n = 0; n < 8; n++) {
                unsigned type = g_rand_int_range(rand, 0, sizeof(types));
                unsigned more = g_rand_boolean(rand) ? g_rand_int_range(rand, 0, 64) : 0;

                noise[0] = g_rand_int_range(rand, 0, 4) | (g_rand_boolean(rand) ? 0x80 : 0);
                say_redir(types[type], n, noise, sizes[type] + more);
                noise[4] = g_rand_int(rand);
                noise[5] = noise[9] = 0;
            }
        } else {
            say(noise, length);
        }
        board_wait_ns(20 * MS);
        close(client);
        may_hang_up = false;
        board_wait_ns(MS);
    }
    board_set_bool(FAR, "attached", false);
    board_set_bool(FAR, "attached", true);
    board_wait_ns(1000 * MS);
    expect_tree("QEMU USB Keyboard");
    greet();
    expect_device(0x0627);
    end_redir();
    g_rand_free(rand);
}

int main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    image = new_file(1);
    qtest_add_func("/usb-far/options", test_options);
    qtest_add_func("/usb-far/plug", test_plug);
    qtest_add_func("/usb-far/not-attached", test_not_attached);
    qtest_add_func("/usb-far/snapshot", test_snapshot);
    qtest_add_func("/usb-far/hid", test_hid);
    qtest_add_func("/usb-far/msc", test_msc);
    qtest_add_func("/usb-far/msc-pulled-out", test_msc_pulled_out);
    qtest_add_func("/usb-far/usbip/list", test_list);
    qtest_add_func("/usb-far/usbip/control", test_control);
    qtest_add_func("/usb-far/usbip/unlink", test_unlink);
    qtest_add_func("/usb-far/usbip/disk", test_disk);
    qtest_add_func("/usb-far/usbip/sound", test_sound);
    qtest_add_func("/usb-far/usbip/nonsense", test_nonsense);
    if (has_redir()) {
        qtest_add_func("/usb-far/redir", test_redir);
        qtest_add_func("/usb-far/redir-nonsense", test_redir_nonsense);
    }
    result = board_run_tests();
    unlink(image);
    g_free(image);
    return result;
}
