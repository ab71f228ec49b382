/*
 * The data path (RM0090 31.3.4): blocks between the FIFO and the card, a word at a time.
 *
 * What a word does is made true when somebody looks; there is an event where somebody is told.  While virtual
 * time is the host's, data waits for a late host as with HWFC_EN, but not for ever; and a card's first data until
 * the response has been read: a driver expects that before the data ends.
 *
 * A block that has been sent is followed by the state Busy while the card holds its data line 0 low; DATAEND comes
 * behind that, DBCKEND before.  unsure of the latter.
 *
 * Deliberately different: a card's data begins 64 clocks after the command.  A block that the card has no data for,
 * or does not take, is one with a wrong CRC.  A block that is shorter than the card's is not noticed.  The erratum of
 * HWFC_EN (ES0182: glitches on SDIO_CK spoil data) is not there, nor is that of an underrun that is not detected.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"

/* Clocks: CRC and end bit; of a write also the card's answer; before the next block; before the first bit. */
enum { READ_END = 17, WRITE_END = 24, BETWEEN_BLOCKS = 8, BEFORE_WRITE = 2 };
#define PATIENCE 480000         /* clocks that a late host gets: 10 ms or more */

static uint32_t *bytes_left(Sdio *s)
{
    return &s->parent_obj.regs[R_DCOUNT];
}

static unsigned clocks_of(const Sdio *s, unsigned bytes)
{
    return bytes * 8 / sdio_width(s);
}

static unsigned end_clocks(const Sdio *s)
{
    return sdio_receives(s) ? READ_END : WRITE_END;
}

void sdio_data_stop(Sdio *s)
{
    s->data = DATA_IDLE;        /* a command that waits for that (WAITPEND) goes now */
}

static void end_with(Sdio *s, uint32_t flags)
{
    sdio_flag(s, flags);
    sdio_data_stop(s);
}

/* ---- Between blocks ---- */

static void begin_block(Sdio *s, uint64_t tick)
{
    uint32_t left = *bytes_left(s), size = 1u << FIELD_EX32(s->dctrl, DCTRL, DBLOCKSIZE);

    if (!sdio_check_lines(s)) {
        return;
    }
    if (sdio_receives(s) && left == s->parent_obj.regs[R_DLEN]) {
        sdio_check_dma(s);
    }
    s->block_left = s->dctrl & R_DCTRL_DTMODE_MASK ? left : MIN(size, left);
    s->data = DATA_BLOCK;
    s->data_due = tick + (s->block_lost ? 1 : clocks_of(s, MIN(4, s->block_left)));
}

static void wait_for_block(Sdio *s)
{
    s->data = DATA_WAIT;
    s->timeout = sdio_now(s) + s->parent_obj.regs[R_DTIMER];
    sdio_data_look(s);
}

static bool holds_card(const Sdio *s)
{
    return sdio_receives(s) && reg_get(s, DCTRL, RWSTART) && !reg_get(s, DCTRL, RWSTOP);
}

/* A block has gone its way: to the next one, or it was the last. */
static void go_on(Sdio *s)
{
    if (!*bytes_left(s)) {
        end_with(s, STA(DATAEND));
    } else if (holds_card(s)) {
        s->data = DATA_READ_WAIT;
    } else {
        wait_for_block(s);
    }
}

void sdio_data_begin(Sdio *s)
{
    s->dctrl = s->parent_obj.regs[R_DCTRL];
    *bytes_left(s) = s->parent_obj.regs[R_DLEN];
    s->parent_obj.regs[R_FIFOCNT] = DIV_ROUND_UP(*bytes_left(s), 4);
    sdio_fifo_clear(s);
    if (!*bytes_left(s)) {
        end_with(s, STA(DATAEND));      /* unsure */
        return;
    }
    wait_for_block(s);
}

void sdio_data_look(Sdio *s)
{
    uint64_t now = sdio_now(s);

    if (s->data == DATA_READ_WAIT && !holds_card(s)) {
        wait_for_block(s);
    } else if (s->data == DATA_BUSY && !sdio_card_is_busy(s)) {
        go_on(s);
    } else if (s->data == DATA_WAIT && sdio_receives(s)) {
        if (sdio_card_sends(s) && (!s->unseen || now >= s->seen_from)) {
            begin_block(s, MAX(now, s->ready_from));
        }
    } else if (s->data == DATA_WAIT && (s->fifo_count || sdio_lane_move(s))) {
        begin_block(s, now + BEFORE_WRITE);
    } else if (s->data == DATA_STALLED &&
               (sdio_receives(s) ? s->fifo_count < sdio_fifo_size(s) : s->fifo_count)) {
        s->data = DATA_BLOCK;
        s->data_due = now + 1;
    }
}

/* ---- Words ---- */

/* The FIFO has no room, or no word. */
static void stall(Sdio *s)
{
    bool waits = reg_get(s, CLKCR, HWFC_EN);

    if (s->data == DATA_BLOCK && (waits || !time_is_exact())) {
        s->data = DATA_STALLED;
        s->data_due = waits ? SDIO_NEVER : sdio_now(s) + PATIENCE;
        return;
    }
    if (sdio_receives(s)) {
        periph_mistake(&s->parent_obj, SDIO015, "RXOVERR: the FIFO was full and more came");
        end_with(s, STA(RXOVERR));
    } else {
        periph_mistake(&s->parent_obj, SDIO016, "TXUNDERR: the FIFO was empty in the middle of a block");
        end_with(s, STA(TXUNDERR));
    }
}

/* Of blocks of this size words go in rows: the card is asked with each whether it goes on, and its own may be shorter. */
enum { ROWS_FROM = 512, ROW_BYTES = 64 };

static void receive_words(Sdio *s, unsigned bytes)
{
    uint8_t data[ROW_BYTES] = {};

    if (sdio_card_sends(s)) {           /* unsure: one whose block ends within a word */
        sdbus_read_data(&s->bus, data, bytes);
    } else {
        s->block_bad = true;
    }
    for (unsigned i = 0; i < bytes; i += 4) {
        sdio_fifo_push(s, ldl_le_p(data + i));
    }
}

static void send_words(Sdio *s, unsigned bytes)
{
    uint8_t data[ROW_BYTES];

    for (unsigned i = 0; i < bytes; i += 4) {
        stl_le_p(data + i, sdio_fifo_pop(s));
    }
    if (sdio_card_receives(s)) {
        sdbus_write_data(&s->bus, data, bytes);
    } else {
        s->block_bad = true;
    }
}

/* Words that the FIFO has room for, or has. */
static unsigned words_there(const Sdio *s)
{
    return sdio_receives(s) ? sdio_fifo_size(s) - MIN(s->fifo_count, sdio_fifo_size(s)) : s->fifo_count;
}

/* Bytes that are due before tick @until and can be moved at once: a word at least. */
static unsigned bytes_due(const Sdio *s, uint64_t until)
{
    unsigned rows = FIELD_EX32(s->dctrl, DCTRL, DTMODE) || 1u << FIELD_EX32(s->dctrl, DCTRL, DBLOCKSIZE) < ROWS_FROM
                    ? 4 : ROW_BYTES;
    uint64_t due = until > s->data_due ? (until - s->data_due - 1) / clocks_of(s, 4) + 1 : 1;

    return s->block_left <= 4 ? s->block_left : MIN(MIN(due, words_there(s)) * 4, MIN(rows, s->block_left & ~3));
}

static void move_words(Sdio *s, uint64_t until)
{
    unsigned bytes;

    if (s->block_lost) {
        end_with(s, STA(STBITERR));
        return;
    }
    if (!words_there(s) && !sdio_lane_move(s)) {
        stall(s);
        return;
    }
    bytes = bytes_due(s, until);
    if (sdio_receives(s)) {
        receive_words(s, bytes);
    } else {
        send_words(s, bytes);
    }
    *bytes_left(s) -= MIN(bytes, *bytes_left(s));
    s->block_left -= bytes;
    s->data_due += (DIV_ROUND_UP(bytes, 4) - 1) * (uint64_t)clocks_of(s, 4);
    if (s->block_left) {
        s->data_due += clocks_of(s, MIN(4, s->block_left));
    } else {
        s->data = DATA_CRC;
        s->data_due += end_clocks(s);
    }
}

static void end_block(Sdio *s)
{
    bool bad = s->block_bad || s->spoil_data;
    uint32_t flags = s->dctrl & R_DCTRL_DTMODE_MASK ? 0 : STA(DBCKEND);

    s->spoil_data = false;
    if (bad) {
        end_with(s, STA(DCRCFAIL));
        return;
    }
    sdio_flag(s, flags);
    s->ready_from = s->data_due + BETWEEN_BLOCKS;
    if (!sdio_receives(s)) {
        sdio_card_programs(s);
    }
    if (!sdio_receives(s) && sdio_card_is_busy(s)) {
        s->data = DATA_BUSY;
        s->timeout = s->data_due + s->parent_obj.regs[R_DTIMER];
    } else {
        go_on(s);
    }
}

void sdio_data_step(Sdio *s, uint64_t until)
{
    switch (s->data) {
    case DATA_WAIT:
        if (s->unseen) {
            s->unseen = false;
            sdio_data_look(s);
        } else {
            end_with(s, STA(DTIMEOUT));
        }
        break;
    case DATA_BLOCK:
        move_words(s, until);
        break;
    case DATA_STALLED:
        stall(s);
        break;
    case DATA_BUSY:
        periph_mistake(&s->parent_obj, SDIO025, "DTIMEOUT: the card is busy for longer than DTIMER says, %u periods "
                       "of SDIO_CK", s->parent_obj.regs[R_DTIMER]);
        end_with(s, STA(DTIMEOUT));
        break;
    default:
        end_block(s);
        break;
    }
}

/* ---- Time ---- */

uint64_t sdio_data_due(const Sdio *s)
{
    switch (s->data) {
    case DATA_WAIT:
        return !sdio_receives(s) ? SDIO_NEVER : s->unseen ? s->seen_from : s->timeout;
    case DATA_BUSY:
        return s->timeout;
    case DATA_BLOCK: case DATA_STALLED: case DATA_CRC:
        return s->data_due;
    default:
        return SDIO_NEVER;
    }
}

uint64_t sdio_data_told(Sdio *s)
{
    unsigned quiet;

    if (s->data != DATA_BLOCK || s->block_lost) {
        return sdio_data_due(s);
    }
    quiet = MAX(sdio_fifo_quiet(s), sdio_lane_words(s));
    if (s->block_left <= 4 * quiet) {
        unsigned later = s->block_left - MIN(4, s->block_left);

        return s->data_due + clocks_of(s, later) + end_clocks(s);
    }
    return s->data_due + (uint64_t)(quiet - 1) * clocks_of(s, 4);
}
