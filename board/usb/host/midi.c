/*
 * USB MIDI 1.0.  Option midi= is a chardev: each event that comes is a line of its bytes, 90 3c 7f, and each such
 * line that is written there is one, sysex of any length too.  A cable other than 0 is in front: 1: 90 3c 7f.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/board/usb/host/stream.h"

#define MAX_EVENT 512

typedef struct Midi {
    Stream stream;
} Midi;

static bool midi_matches(const uint8_t *interface)
{
    return interface[5] == CLASS_AUDIO && interface[6] == 3;
}

/* Bytes of an event, by its code index number (table 4-1); 0: that is reserved. */
static const uint8_t event_size[16] = { 0, 0, 2, 3, 3, 1, 2, 3, 3, 3, 3, 3, 2, 2, 3, 1 };

static void came(Stream *s, const uint8_t *data, unsigned length, GString *text)
{
    for (; length >= 4; data += 4, length -= 4) {
        unsigned size = event_size[data[0] & 15];

        if (!size) {
            continue;
        }
        if (data[0] >> 4) {
            g_string_append_printf(text, "%u: ", data[0] >> 4);
        }
        for (unsigned i = 0; i < size; i++) {
            g_string_append_printf(text, "%s%02x", i ? " " : "", data[1 + i]);
        }
        g_string_append_c(text, '\n');
    }
}

static void send_event(Stream *s, unsigned cable, unsigned code, const uint8_t *data, unsigned size)
{
    uint8_t event[4] = { cable << 4 | code };

    memcpy(event + 1, data, size);
    stream_send(s, event, sizeof(event));
}

/* In pieces of three bytes; the last says that it is the last. */
static void send_sysex(Stream *s, unsigned cable, const uint8_t *data, unsigned size)
{
    for (; size > 3; data += 3, size -= 3) {
        send_event(s, cable, 4, data, 3);
    }
    send_event(s, cable, 4 + size, data, size);
}

/* Bytes of a message that begins with @status, 0: none does, or of any length. */
static unsigned message_size(uint8_t status)
{
    static const uint8_t system[16] = { 0, 2, 3, 2, 0, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1 };

    return status < 0x80 ? 0 : status >= 0xf0 ? system[status & 15] : event_size[status >> 4];
}

static bool send_message(Stream *s, unsigned cable, const uint8_t *data, unsigned size)
{
    if (size >= 2 && data[0] == 0xf0 && data[size - 1] == 0xf7) {
        send_sysex(s, cable, data, size);
    } else if (size && size == message_size(data[0])) {
        send_event(s, cable, data[0] < 0xf0 ? data[0] >> 4 : size == 1 ? 5 : size, data, size);
    } else {
        return false;
    }
    return true;
}

static void typed(Stream *s, const char *line)
{
    uint8_t data[MAX_EVENT];
    unsigned cable = 0;
    const char *colon = strchr(line, ':');
    int size;

    if (colon) {
        cable = g_ascii_strtoull(line, NULL, 10) & 15;
        line = colon + 1;
    }
    size = stream_hex(line, data, sizeof(data));
    if (size && (size < 0 || !send_message(s, cable, data, size))) {
        usb_plug_say(USB_PLUG(s->class->host), "midi=: a line that is no event; write it as 90 3c 7f");
    }
}

static bool coroutine_fn midi_begin(HostClass *c)
{
    Midi *midi = c->state;
    const uint8_t *interface = host_class_interface(c);
    bool there = qemu_chr_fe_backend_connected(&c->chr);

    if (!interface || (!stream_find(&midi->stream, interface, TRANSFER_BULK) && midi->stream.out < 0)) {
        return false;
    }
    usb_plug_say(USB_PLUG(c->host), "interface %u is MIDI%s", c->interface,
                 there ? "" : "; -device stm32-usb-host,midi=ID shows its events");
    if (there) {
        stream_begin(&midi->stream);
    }
    return true;
}

static void midi_end(HostClass *c)
{
    stream_end(&((Midi *)c->state)->stream);
}

static Stream *stream_of(void *opaque)
{
    return &((Midi *)((HostClass *)opaque)->state)->stream;
}

/* What is typed becomes four bytes for each of three at most. */
static int can_type(void *opaque)
{
    return stream_room(stream_of(opaque));
}

static void type(void *opaque, const uint8_t *data, int length)
{
    stream_typed(stream_of(opaque), data, length);
}

static void event(void *opaque, QEMUChrEvent event)
{
    if (event == CHR_EVENT_OPENED || event == CHR_EVENT_CLOSED) {
        stream_open(stream_of(opaque), event == CHR_EVENT_OPENED);
    }
}

static void midi_init(HostClass *c)
{
    Midi *midi = c->state;

    stream_init(&midi->stream, c);
    midi->stream.came = came;
    midi->stream.lines = true;
    midi->stream.typed = typed;
    qemu_chr_fe_set_handlers(&c->chr, can_type, type, event, NULL, c, NULL, true);
}

const HostClassOps midi_ops = {
    .size = sizeof(Midi), .matches = midi_matches, .begin = midi_begin, .end = midi_end, .init = midi_init,
};
