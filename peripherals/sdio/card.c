/*
 * The card: QEMU's SD bus `sdio`, and what commands have told the card, as far as that decides what the host
 * sees: how many data lines it uses, how fast it may be clocked, which responses have a CRC, when it is busy.
 *
 * QEMU's card has written what it has got.  That it takes time to program it (SD 4.3.4) is added here: until then it
 * is in state prg, holds its data line 0 low, and answers few commands.  unsure: how long is the card's secret.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"

enum {
    GO_IDLE = 0, SEND_OP_COND = 1, SEND_RELATIVE_ADDR = 3, IO_SEND_OP_COND = 5, SWITCH = 6, SELECT = 7,
    SEND_IF_COND = 8, STOP = 12,
    SEND_STATUS = 13, GO_INACTIVE = 15, SET_WRITE_PROT = 28, CLR_WRITE_PROT = 29, ERASE = 38,
    APP_COMMAND = 55, SET_BUS_WIDTH = 6, SD_SEND_OP_COND = 41,
    SET_CLR_CARD_DETECT = 42,
};

/* The card's status, as R1 has it; its bits are named in sd.h. */
enum { STATE_SHIFT = 9 };
enum { STATE_STBY = 3, STATE_TRAN = 4, STATE_PRG = 7, STATE_DIS = 8 };

enum { EXT_CSD_BUS_WIDTH = 183, EXT_CSD_HS_TIMING = 185 };

void sdio_card_is_new(Sdio *s)
{
    s->card_width = 1;
    s->high_speed = s->identified = s->app_command = s->illegal = false;
    timer_del(s->programmed);
    s->pulls_d3 = s->inserted;
}

/* CMD6: of an SD card, or (bits 25:24 are 3, write a byte) of an MMC. */
static void note_switch(Sdio *s, uint32_t arg)
{
    if (extract32(arg, 24, 6) != 3) {
        if (arg >> 31 && extract32(arg, 0, 4) != 15) {
            s->high_speed = extract32(arg, 0, 4) == 1;
        }
    } else if (extract32(arg, 16, 8) == EXT_CSD_BUS_WIDTH) {
        unsigned width = extract32(arg, 8, 2);

        s->card_width = width == 0 ? 1 : width == 1 ? 4 : 8;
    } else if (extract32(arg, 16, 8) == EXT_CSD_HS_TIMING) {
        s->high_speed = extract32(arg, 8, 4);
    }
}

static void note_command(Sdio *s, unsigned index, uint32_t arg, bool app)
{
    if (app && index == SET_BUS_WIDTH) {
        s->card_width = (arg & 3) == 2 ? 4 : 1;
    } else if (app && index == SET_CLR_CARD_DETECT) {
        s->pulls_d3 = arg & 1;
    } else if (!app && index == SWITCH) {
        note_switch(s, arg);
    } else if (!app && index == SEND_RELATIVE_ADDR) {
        s->identified = true;
    }
}

/* ---- It is busy ---- */

bool sdio_card_is_busy(const Sdio *s)
{
    return timer_pending(s->programmed);
}

static void be_busy(Sdio *s, uint32_t us)
{
    if (us) {
        counter_arm(s->programmed, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + us * 1000LL);
    }
}

void sdio_card_programs(Sdio *s)
{
    be_busy(s, sdio_card_receives(s) ? s->block_time : s->program_time);
}

/* What a command has begun that takes as long as a write. */
static void note_busy(Sdio *s, unsigned index, uint32_t arg, bool app, bool wrote)
{
    bool takes_time = index == ERASE || index == SET_WRITE_PROT || index == CLR_WRITE_PROT ||
                      (index == SWITCH && extract32(arg, 24, 6) == 3) || (index == STOP && wrote);

    if (!app && takes_time && !sdio_card_receives(s)) {
        be_busy(s, s->program_time);
    }
}

/* SD 4.8: what a card answers while it programs; between the blocks of a write it takes its end, too. */
static bool is_refused(Sdio *s, unsigned index, bool app)
{
    bool taken = index == GO_IDLE || index == SELECT || index == SEND_STATUS || index == GO_INACTIVE ||
                 index == APP_COMMAND || (index == STOP && sdio_card_receives(s));

    return sdio_card_is_busy(s) && (app ? index != SEND_STATUS : !taken);
}

/* QEMU's card is ready, ours may be not; and it tells what it has refused. */
static void correct_status(Sdio *s, uint8_t *response)
{
    uint32_t status = ldl_be_p(response), state = extract32(status, STATE_SHIFT, 4);

    if (sdio_card_is_busy(s)) {
        state = state == STATE_TRAN ? STATE_PRG : state == STATE_STBY ? STATE_DIS : state;
        status = deposit32(status & ~READY_FOR_DATA, STATE_SHIFT, 4, state);
    }
    stl_be_p(response, status | (s->illegal ? ILLEGAL_COMMAND : 0));
    s->illegal = false;
}

/* ---- Commands ---- */

/* R1, not R3, R6 or R7.  unsure: an MMC's CMD3 has one, too, but no MMC is busy then. */
static bool has_status(unsigned index, bool app)
{
    return app ? index != SD_SEND_OP_COND : index >= SWITCH && index != SEND_IF_COND;
}

unsigned sdio_card_command(Sdio *s, unsigned index, uint32_t arg, uint8_t *response)
{
    SDRequest request = { .cmd = index, .arg = arg };
    bool app = s->app_command, wrote = sdio_card_receives(s), no_crc;
    int bytes;

    if (s->inserted && is_refused(s, index, app)) {
        periph_mistake(&s->parent_obj, SDIO024, "command %u while the card is busy with what has been written: it "
                       "does not answer", index);
        s->app_command = false;
        s->illegal = true;
        return 0;
    }
    bytes = sdbus_do_command(&s->bus, &request, response);
    s->app_command = !app && index == APP_COMMAND && bytes == 4;
    if (index == GO_IDLE) {
        sdio_card_is_new(s);
        return 0;
    }
    if (bytes != 4 && bytes != 16) {
        return 0;
    }
    note_command(s, index, arg, app);
    if (bytes == 4 && has_status(index, app)) {
        correct_status(s, response);
    }
    note_busy(s, index, arg, app, wrote);
    no_crc = app ? index == SD_SEND_OP_COND : index == SEND_OP_COND || index == IO_SEND_OP_COND;
    s->response_bad = no_crc;
    s->no_index = no_crc || bytes == 16;
    return bytes;
}

bool sdio_card_sends(Sdio *s)
{
    return s->inserted && sdbus_data_ready(&s->bus);
}

bool sdio_card_receives(Sdio *s)
{
    return s->inserted && sdbus_receive_ready(&s->bus);
}
