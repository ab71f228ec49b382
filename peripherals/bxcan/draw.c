/*
 * The bits of frames at TX and RX, for those who look at the pins: stuffing, CRC, ACK slot, error flag, at their own times.
 *
 * Silicon's bits are one by one; here a frame is drawn as pictures of up to 64 bits in a row, each as it begins, so a frame
 * that somebody looks at has three events more, and one that nobody looks at has none.  RX has what the transceiver gives it, with
 * a `canbus`, as if through a resistor: so somebody else at that pin wins.
 *
 * Deliberately different: the ACK slot is drawn as it ends, with the time at which it began; the end of frames that are spoiled
 * before it is drawn there, as errors show there (bxcan.c).  Who loses arbitration is not seen at its TX.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/bxcan/state.h"

enum { ROW = 64, FLAG_BITS = 6 };

bool can_wire_is_watched(const CanWire *w)
{
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (signal_is_watched(&s->tx) || signal_is_watched(&s->rx)) {
            return true;
        }
    }
    return false;
}

/* ---- Where it is ---- */

static uint64_t bit_time(const Bxcan *pacer)
{
    return (uint64_t)bxcan_bit_ticks(pacer) * clock_get(pacer->parent_obj.clk);
}

/* When a bit began that is @n before the end of the phase. */
static int64_t bit_ns(const CanWire *w, uint64_t n)
{
    const Bxcan *pacer = bxcan_node(w->pacer);
    int64_t end = counter_when(&pacer->bits, w->due);

    return end == COUNTER_NEVER ? end : end - (int64_t)(((unsigned __int128)bit_time(pacer) * n) >> 32);
}

/* The first row that has not begun at @time; the frame has, but times are rounded. */
static unsigned next_row(const CanWire *w, int64_t time)
{
    unsigned n;

    for (n = 1; n * ROW < w->bits && bit_ns(w, w->bits - n * ROW) <= time; n++) {
    }
    return n;
}

int64_t can_wire_when_drawn(const CanWire *w, int64_t time)
{
    unsigned n = w->phase == WIRE_FRAME ? next_row(w, time) : 0;

    return n && n * ROW < w->bits ? bit_ns(w, w->bits - n * ROW) : COUNTER_NEVER;
}

/* ---- What it looks like ---- */

static void show(Signal *signal, Picture *picture, Picture now)
{
    if (!picture_equals(picture, &now)) {
        signal_show(signal, picture, now);
    }
}

static Picture row_at(CanWire *w, int64_t time)
{
    unsigned n = next_row(w, time), bits = can_wire_bits_to_ack(w, &w->frame) - 1, first;
    uint64_t row[CAN_ROWS];

    if (w->bits == 1) {                                 /* a node that is deaf sends no more than the first bit */
        return picture_bits(bit_ns(w, 1), bit_time(bxcan_node(w->pacer)), 0, 1, true);
    }
    first = (n - 1) * ROW;
    can_frame_draw(&w->frame, row);
    return picture_bits(bit_ns(w, w->bits - first), bit_time(bxcan_node(w->pacer)), row[n - 1],
                        MIN(ROW, bits - MIN(first, bits)), true);
}

static bool sends(const CanWire *w, const Bxcan *s)
{
    return s->role == ROLE_SENDER && !(bxcan_is_looped(s) && bxcan_is_silent(s)) && !w->foreign;
}

static void draw_frame(CanWire *w, int64_t time)
{
    Picture row = row_at(w, time);
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        if (sends(w, s)) {
            show(&s->tx, &s->tx_picture, row);
        }
        show(&s->rx, &s->rx_picture, row);
    }
}

/* The ACK slot, and if it goes wrong the flag behind it. */
static void draw_end(CanWire *w)
{
    bool wrong = w->phase == WIRE_ERROR;
    unsigned behind = wrong ? CAN_ERROR_BITS : TAIL_BITS;
    uint64_t bits = wrong ? 1 : 0;
    Picture end = picture_bits(bit_ns(w, behind + 1), bit_time(bxcan_node(w->pacer)), bits, wrong ? 1 + FLAG_BITS : 1, true);
    Bxcan *s;

    FOR_EACH_NODE(s, w) {
        bool flags = wrong && sends(w, s) && !bxcan_is_passive(s);
        bool acknowledges = !wrong && s->role != ROLE_NONE && s->role != ROLE_SENDER && !bxcan_is_silent(s) && !s->found;

        if (flags || acknowledges) {
            show(&s->tx, &s->tx_picture, end);
        }
        show(&s->rx, &s->rx_picture, end);
    }
}

void can_wire_draw(CanWire *w, int64_t time)
{
    if (w->phase == WIRE_IDLE || w->phase == WIRE_HELD || !can_wire_is_watched(w) ||
        !bit_time(bxcan_node(w->pacer))) {
        return;
    }
    if (w->phase == WIRE_FRAME) {
        draw_frame(w, time);
    } else {
        draw_end(w);
    }
}

void bxcan_draw_pins(Bxcan *s)
{
    Drive rx = DRIVE_OF(&s->rx_picture);

    rx.weak = true;
    signal_drive(&s->tx, DRIVE_OF(&s->tx_picture));
    signal_drive(&s->rx, s->bus ? rx : DRIVE(NONE));
}

void bxcan_draw_init(Bxcan *s)
{
    s->tx_picture = s->rx_picture = picture_rest(true);
}
