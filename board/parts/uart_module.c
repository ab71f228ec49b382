/*
 * The UART of a module, see uart_module.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "stm32/board/parts/uart_module.h"
#include "stm32/core/counter.h"

enum { START_AND_DATA = 9, FRAME = 10 };

#define SECOND (1000000000ull << 32)            /* in units of 2^-32 ns */

static uint64_t bit_time(const UartModule *m)
{
    return SECOND / m->baud;
}

/* When bit @n of something that began at @ns does, or half a bit later. */
static int64_t bit_ns(const UartModule *m, int64_t ns, uint64_t n, bool middle)
{
    uint64_t bit = bit_time(m);

    return ns + (int64_t)(((unsigned __int128)bit * n + (middle ? bit / 2 : 0)) >> 32);
}

/* ---- Out ---- */

static void arm_tx(UartModule *m)
{
    counter_arm(m->tx_timer, m->busy ? bit_ns(m, m->began, (uint64_t)m->frames * FRAME, false) : COUNTER_NEVER);
}

/* The next one begins at @ns; nothing to send: none does. */
static void next(UartModule *m, int64_t ns)
{
    SerialFrame f = { .frame.bus = FRAME_SERIAL, .bits = START_AND_DATA, .bit = bit_time(m) };

    m->busy = m->count;
    if (m->busy) {
        f.word = m->queue[m->first] << 1;
        m->first = (m->first + 1) % UART_QUEUE;
        m->count--;
        m->frames++;
        pin_show(&m->out, &m->picture, picture_bits(ns, f.bit, f.word, START_AND_DATA, true));
        signal_send(&m->tx, &f.frame);
    }
    arm_tx(m);
}

static void tx_expired(void *opaque)
{
    UartModule *m = opaque;

    next(m, bit_ns(m, m->began, (uint64_t)m->frames * FRAME, false));
    if (m->ops->sent) {
        m->ops->sent(m->part);
    }
}

static void begin(UartModule *m)
{
    if (!m->busy && m->count) {
        m->began = drive_now();
        m->frames = 0;
        next(m, m->began);
    }
}

unsigned uart_module_send(UartModule *m, const void *bytes, unsigned n)
{
    const uint8_t *byte = bytes;
    unsigned done;

    for (done = 0; done < n && m->count < UART_QUEUE; done++) {
        m->queue[(m->first + m->count++) % UART_QUEUE] = byte[done];
    }
    begin(m);
    return done;
}

void uart_module_clear(UartModule *m)
{
    m->count = 0;
}

/* The frame under way keeps its end. */
void uart_module_set_baud(UartModule *m, uint32_t baud)
{
    int64_t end = bit_ns(m, m->began, (uint64_t)m->frames * FRAME, false);

    m->baud = baud;
    m->began = end;
    m->frames = 0;
    arm_tx(m);
}

/* ---- In ---- */

static void take(UartModule *m, uint32_t word)
{
    bool right = !(word & 1) && word >> START_AND_DATA & 1;

    if (right && m->ops->take) {
        m->ops->take(m->part, word >> 1);
    }
}

/* At another speed it sees what a real one would: the levels in the middle of its own bits. */
static void heard(void *opaque, Signal *from, Frame *frame)
{
    UartModule *m = opaque;
    SerialFrame *f = (SerialFrame *)frame;
    uint64_t bit = bit_time(m);
    uint32_t word = 0;

    frame_pass_run(frame, FRAME_SERIAL);
    if (frame->bus != FRAME_SERIAL || !f->bit) {
        return;
    }
    for (unsigned n = 0; n < FRAME; n++) {
        uint64_t at = (n * bit + bit / 2) / f->bit;

        word |= (at >= f->bits || at >= 32 || (f->word >> at & 1)) << n;
    }
    take(m, word);
}

static void sample_until(UartModule *m, int64_t ns)
{
    while (m->bits < FRAME && bit_ns(m, m->start, m->bits, true) <= ns) {
        m->word |= m->level << m->bits++;
    }
}

static void arm_rx(UartModule *m)
{
    counter_arm(m->rx_timer, m->start >= 0 ? bit_ns(m, m->start, FRAME - 1, true) : COUNTER_NEVER);
}

static void rx_changed(void *opaque, bool level)
{
    UartModule *m = opaque;
    int64_t now = drive_now();

    if (m->start >= 0) {
        sample_until(m, now - 1);
    } else if (!level) {
        m->start = now;
        m->word = m->bits = 0;
        arm_rx(m);
    }
    m->level = level;
}

static void rx_expired(void *opaque)
{
    UartModule *m = opaque;

    sample_until(m, drive_now());
    m->start = -1;
    take(m, m->word);
}

/* ---- What it is made of ---- */

void uart_module_init(UartModule *m, Part *part, Pin *tx, Pin *rx, uint32_t baud, const UartModuleOps *ops)
{
    m->part = part;
    m->ops = ops;
    m->rx_pin = rx;
    m->baud = baud;
    m->start = -1;
    m->level = pin_plain_level(rx);
    m->picture = picture_rest(true);
    m->tx_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, tx_expired, m);
    m->rx_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, rx_expired, m);
    signal_init(&m->tx, part_id(part));
    signal_init(&m->rx, part_id(part));
    m->rx.heard = heard;
    m->rx.opaque = m->rx_level.opaque = m;
    signal_solder(&m->tx, tx);
    signal_solder(&m->rx, rx);
    pin_add_driver(tx, &m->out, part_id(part));
    pin_drive(&m->out, DRIVE_OF(&m->picture));
    m->rx_level.changed = rx_changed;
    pin_listen(&m->rx_level, rx);
}

static int uart_module_post_load(void *opaque, int version_id)
{
    UartModule *m = opaque;

    if (m->first >= UART_QUEUE || m->count > UART_QUEUE || m->bits > FRAME || m->baud < 50 || m->baud > 20000000) {
        return -EINVAL;
    }
    pin_drive(&m->out, DRIVE_OF(&m->picture));
    arm_tx(m);
    arm_rx(m);
    return 0;
}

const VMStateDescription vmstate_uart_module = {
    .name = "stm32-uart-module", .version_id = 1, .minimum_version_id = 1, .post_load = uart_module_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_PICTURE(picture, UartModule),
        VMSTATE_UINT32(baud, UartModule),
        VMSTATE_UINT8_ARRAY(queue, UartModule, UART_QUEUE),
        VMSTATE_UINT32(first, UartModule),
        VMSTATE_UINT32(count, UartModule),
        VMSTATE_BOOL(busy, UartModule),
        VMSTATE_INT64(began, UartModule),
        VMSTATE_UINT32(frames, UartModule),
        VMSTATE_INT64(start, UartModule),
        VMSTATE_UINT16(word, UartModule),
        VMSTATE_UINT8(bits, UartModule),
        VMSTATE_BOOL(level, UartModule),
        VMSTATE_END_OF_LIST()
    },
};
