/*
 * The other end of a serial line for tests whose every run is the same: a chardev that sends what it is told at the
 * virtual time at which it is told, and pauses the machine when the firmware has said a certain text.
 *
 *   -chardev stm32-expect,id=console,logfile=said.txt -serial chardev:console
 *
 * What the firmware sends is in the logfile, as with any chardev of QEMU, and is there when the machine stands.
 * QOM properties of /chardevs/console, bytes as hex digits:
 *
 *   input     what is still to be sent; setting it says all that there is
 *   stop-on   a text of up to 4096 bytes: the machine is paused when its last byte has been sent; "4f4b:1": the first
 *             of its bytes has been sent already; "any": at each byte; "": never
 *
 * A socket is not the same in every run: when its bytes come depends on the host.  Of a DMA whose frames go in
 * bunches (core/run.h) the text may be followed by more before the machine stands; `runs=off` has single ones.
 * Nothing of it is in a snapshot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "chardev/char.h"
#include "stm32/core/pause.h"

#define TYPE_EXPECT "chardev-stm32-expect"
OBJECT_DECLARE_SIMPLE_TYPE(Expect, EXPECT)

#define MAX_TEXT 4096

struct Expect {
    Chardev parent_obj;
    GByteArray *input;
    guint sent;                 /* of it */
    bool sending, any;
    GByteArray *text;           /* that the machine stops on */
    unsigned *border;           /* for each prefix of it, its longest prefix that is its end too */
    unsigned matched;
};

/* ---- Text that stops the machine: by Knuth, Morris and Pratt ---- */

static void find_borders(Expect *e)
{
    const uint8_t *text = e->text->data;
    unsigned n = 0;

    g_free(e->border);
    e->border = g_new0(unsigned, e->text->len + 1);
    for (unsigned i = 1; i < e->text->len; i++) {
        while (n && text[n] != text[i]) {
            n = e->border[n];
        }
        n += text[n] == text[i];
        e->border[i + 1] = n;
    }
    e->matched = 0;
}

static bool is_said(Expect *e, uint8_t byte)
{
    const GByteArray *text = e->text;

    if (!text->len) {
        return e->any;
    }
    while (e->matched && text->data[e->matched] != byte) {
        e->matched = e->border[e->matched];
    }
    e->matched += text->data[e->matched] == byte;
    if (e->matched < text->len) {
        return false;
    }
    e->matched = e->border[e->matched];
    return true;
}

static int expect_write(Chardev *chr, const uint8_t *bytes, int n)
{
    bool said = false;

    for (int i = 0; i < n; i++) {
        said |= is_said(EXPECT(chr), bytes[i]);
    }
    if (said) {
        pause_machine();
    }
    return n;
}

/* ---- What is sent ---- */

static void expect_send(Chardev *chr)
{
    Expect *e = EXPECT(chr);
    int room;

    if (e->sending) {           /* who takes a byte may say at once that there is room for more */
        return;
    }
    e->sending = true;
    while (e->sent < e->input->len && (room = qemu_chr_be_can_write(chr)) > 0) {
        uint8_t *next = e->input->data + e->sent;

        room = MIN(room, (int)(e->input->len - e->sent));
        e->sent += room;
        qemu_chr_be_write(chr, next, room);
    }
    e->sending = false;
}

/* ---- Properties ---- */

static char *to_hex(const uint8_t *bytes, size_t n)
{
    GString *text = g_string_sized_new(2 * n);

    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(text, "%02x", bytes[i]);
    }
    return g_string_free(text, false);
}

static bool from_hex(GByteArray *bytes, const char *name, const char *text, size_t max, Error **errp)
{
    size_t digits = strlen(text);

    if (digits % 2 || strspn(text, "0123456789abcdefABCDEF") != digits || digits / 2 > max) {
        error_setg(errp, "%s: it is up to %zu bytes, two hex digits each", name, max);
        return false;
    }
    g_byte_array_set_size(bytes, 0);
    for (size_t i = 0; i < digits; i += 2) {
        uint8_t byte = g_ascii_xdigit_value(text[i]) << 4 | g_ascii_xdigit_value(text[i + 1]);

        g_byte_array_append(bytes, &byte, 1);
    }
    return true;
}

static char *get_input(Object *obj, Error **errp)
{
    Expect *e = EXPECT(obj);

    return to_hex(e->input->data + e->sent, e->input->len - e->sent);
}

static void set_input(Object *obj, const char *value, Error **errp)
{
    Expect *e = EXPECT(obj);

    if (from_hex(e->input, "input", value, 16 << 20, errp)) {
        e->sent = 0;
        expect_send(CHARDEV(e));
    }
}

static char *get_stop_on(Object *obj, Error **errp)
{
    Expect *e = EXPECT(obj);

    return e->any ? g_strdup("any") : to_hex(e->text->data, e->text->len);
}

static void set_stop_on(Object *obj, const char *value, Error **errp)
{
    Expect *e = EXPECT(obj);
    bool any = !strcmp(value, "any");
    g_auto(GStrv) part = g_strsplit(any ? "" : value, ":", 2);
    unsigned known = part[0] && part[1] ? strtoul(part[1], NULL, 10) : 0;

    if (from_hex(e->text, "stop-on", part[0] ?: "", MAX_TEXT, errp)) {
        e->any = any;
        find_borders(e);
        e->matched = known < e->text->len ? known : 0;
    }
}

static void expect_init(Object *obj)
{
    Expect *e = EXPECT(obj);

    e->input = g_byte_array_new();
    e->text = g_byte_array_new();
    find_borders(e);
}

static void expect_finalize(Object *obj)
{
    Expect *e = EXPECT(obj);

    g_byte_array_free(e->input, true);
    g_byte_array_free(e->text, true);
    g_free(e->border);
}

static void expect_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *cc = CHARDEV_CLASS(klass);

    cc->chr_write = expect_write;
    cc->chr_accept_input = expect_send;
    object_class_property_add_str(klass, "input", get_input, set_input);
    object_class_property_add_str(klass, "stop-on", get_stop_on, set_stop_on);
}

static const TypeInfo expect_types[] = { {
    .name = TYPE_EXPECT, .parent = TYPE_CHARDEV, .instance_size = sizeof(Expect),
    .instance_init = expect_init, .instance_finalize = expect_finalize, .class_init = expect_class_init,
} };
DEFINE_TYPES(expect_types)
