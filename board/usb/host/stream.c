/*
 * A chardev and endpoints, see stream.h.
 *
 * Flow control goes both ways: what the chardev does not take is not read from the device, which sees NAK;
 * and what the device does not take fills a buffer, then the chardev waits.  As on Linux nothing is read
 * while nobody has the terminal open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/host/stream.h"

#define MAX_BUFFER 4096
#define MAX_LINE 1024
#define COOL_DOWN_NS 500000000LL

static void recover(Stream *s, bool in, TransferStatus status);

/* ---- From the device ---- */

static bool may_read(const Stream *s)
{
    return s->going && s->in >= 0 && s->open && !s->text->len && !s->recovering;
}

static void read_on(Stream *s)
{
    for (unsigned i = 0; i < STREAM_READS && may_read(s); i++) {
        Transfer *t = &s->read[i];

        if (t->status != TRANSFER_PENDING) {
            gadget_aim(s->class->gadget, t, true, s->in);
            host_bus_submit(&s->class->gadget->bus, t);
        }
    }
}

static gboolean flush(void *do_not_use, GIOCondition condition, void *opaque);

/* To a chardev that is closed nothing is written: at the end of QEMU it is half gone. */
static void push(Stream *s)
{
    if (!s->open) {
        g_string_truncate(s->text, 0);
    }
    if (s->text->len && !s->watch) {
        int done = qemu_chr_fe_write(&s->class->chr, (uint8_t *)s->text->str, s->text->len);

        g_string_erase(s->text, 0, MIN((gsize)MAX(done, 0), s->text->len));   /* it may have been closed */
        if (s->text->len) {
            s->watch = qemu_chr_fe_add_watch(&s->class->chr, G_IO_OUT | G_IO_HUP, flush, s);
            if (!s->watch) {
                g_string_truncate(s->text, 0);      /* nobody will take it */
            }
        }
    }
}

static gboolean flush(void *do_not_use, GIOCondition condition, void *opaque)
{
    Stream *s = opaque;

    s->watch = 0;
    push(s);
    read_on(s);
    return G_SOURCE_REMOVE;
}

static void read_done(void *opaque, Transfer *t)
{
    Stream *s = opaque;

    if (t->actual && s->open) {
        s->came(s, t->data, t->actual, s->text);
        push(s);
    }
    if (t->status == TRANSFER_DONE) {
        read_on(s);
    } else {
        recover(s, true, t->status);
    }
}

/* ---- To the device ---- */

static void write_on(Stream *s)
{
    GByteArray *empty = s->sent;

    if (!s->going || s->recovering || s->out < 0 || s->write.status == TRANSFER_PENDING || !s->next->len) {
        return;
    }
    s->sent = s->next;
    s->next = empty;
    g_byte_array_set_size(empty, 0);
    gadget_aim(s->class->gadget, &s->write, false, s->out);
    s->write.data = s->sent->data;
    s->write.length = s->sent->len;
    host_bus_submit(&s->class->gadget->bus, &s->write);
}

static void write_done(void *opaque, Transfer *t)
{
    Stream *s = opaque;

    if (t->status == TRANSFER_DONE) {
        write_on(s);
        qemu_chr_fe_accept_input(&s->class->chr);
    } else {
        recover(s, false, t->status);
    }
}

/* As Linux: a halt is cleared, after anything else half a second passes. */
static void coroutine_fn recover_both(void *opaque)
{
    Stream *s = opaque;
    Gadget *g = s->class->gadget;
    unsigned life = g->life;

    for (unsigned in = 0; in < 2; in++) {
        TransferStatus trouble = s->trouble[in];

        s->trouble[in] = TRANSFER_IDLE;
        if (trouble == TRANSFER_STALLED) {
            gadget_request(g, REQUEST_ENDPOINT, CLEAR_FEATURE, 0, in ? s->in | 0x80 : s->out, NULL, 0);
        } else if (trouble != TRANSFER_IDLE) {
            gadget_sleep(g, COOL_DOWN_NS);
        }
    }
    if (life == g->life) {
        s->recovering = false;
        read_on(s);
        write_on(s);
        qemu_chr_fe_accept_input(&s->class->chr);
    }
}

static void recover(Stream *s, bool in, TransferStatus status)
{
    if (!s->going || status == TRANSFER_CANCELLED || status == TRANSFER_GONE) {
        return;
    }
    s->trouble[in] = status;
    if (!s->recovering) {
        s->recovering = true;
        qemu_coroutine_enter(qemu_coroutine_create(recover_both, s));
    }
}

unsigned stream_room(const Stream *s)
{
    return s->going && s->next->len < MAX_BUFFER ? MAX_BUFFER - s->next->len : 0;
}

void stream_send(Stream *s, const uint8_t *data, unsigned length)
{
    g_byte_array_append(s->next, data, length);
    write_on(s);
}

void stream_typed(Stream *s, const uint8_t *data, unsigned length)
{
    if (!s->lines) {
        stream_send(s, data, length);
        return;
    }
    for (unsigned i = 0; i < length; i++) {
        if (data[i] == '\n') {
            s->typed(s, s->line->str);
            g_string_truncate(s->line, 0);
        } else if (s->line->len < MAX_LINE) {
            g_string_append_c(s->line, data[i]);
        }
    }
}

int stream_hex(const char *line, uint8_t *data, unsigned most)
{
    unsigned n = 0;

    for (;; line += 2, n++) {
        while (*line == ' ' || *line == '\r') {
            line++;
        }
        if (!*line) {
            return n;
        }
        if (n >= most || !g_ascii_isxdigit(line[0]) || !g_ascii_isxdigit(line[1])) {
            return -1;
        }
        data[n] = g_ascii_xdigit_value(line[0]) << 4 | g_ascii_xdigit_value(line[1]);
    }
}

bool stream_find(Stream *s, const uint8_t *interface, TransferKind kind)
{
    const Descriptors *d = gadget_configuration(s->class->gadget);
    const uint8_t *in = descriptors_endpoint(d, interface, true, kind);
    const uint8_t *out = descriptors_endpoint(d, interface, false, kind);

    s->in = in ? in[2] & 15 : -1;
    s->out = out ? out[2] & 15 : -1;
    s->read_size = in ? MIN(get16(in + 4) & 0x7ff, USB_MAX_PACKET) : 0;
    return in;
}

/* ---- Begin and end ---- */

static void cancel_reads(Stream *s)
{
    for (unsigned i = 0; i < STREAM_READS; i++) {
        host_bus_cancel(&s->class->gadget->bus, &s->read[i]);
    }
}

void stream_open(Stream *s, bool open)
{
    s->open = open;
    if (!open) {
        if (s->watch) {
            g_source_remove(s->watch);
            s->watch = 0;
        }
        g_string_truncate(s->text, 0);
        g_string_truncate(s->line, 0);
        cancel_reads(s);
    }
    read_on(s);
}

void stream_begin(Stream *s)
{
    s->going = true;
    s->recovering = false;
    s->trouble[0] = s->trouble[1] = TRANSFER_IDLE;
    g_byte_array_set_size(s->next, 0);
    for (unsigned i = 0; i < STREAM_READS; i++) {
        s->read[i] = (Transfer) {
            .done = read_done, .opaque = s, .data = s->data[i],
            .length = MIN(s->read_size, STREAM_READ_MAX),
        };
    }
    s->write = (Transfer) { .done = write_done, .opaque = s };
    read_on(s);
    qemu_chr_fe_accept_input(&s->class->chr);
}

void stream_end(Stream *s)
{
    s->going = false;
    cancel_reads(s);
    host_bus_cancel(&s->class->gadget->bus, &s->write);
}

void stream_init(Stream *s, HostClass *c)
{
    s->class = c;
    s->in = s->out = -1;
    s->next = g_byte_array_new();
    s->sent = g_byte_array_new();
    s->text = g_string_new(NULL);
    s->line = g_string_new(NULL);
}
