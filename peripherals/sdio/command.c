/*
 * The command path (RM0090 31.3.3): 48 bits to the card, and what it answers.
 *
 * A card gets a command when its last bit has been sent, and answers eight clocks later.  A response without a
 * CRC (the OCR's) sets CCRCFAIL, as on silicon.  unsure: the same for one that is not as long as WAITRESP says.
 *
 * CE-ATA (RM0090 31.7): behind a response either the disk's completion signal is waited for, a 0 on CMD by whoever
 * drives that pin, or the disk is told not to send it.  QEMU has no such disk, its cards do not answer CMD61.
 * unsure: CMDINDEX is sent as it is, although CEATACMD stands for CMD61; and what ENCMDCOMPL does without nIEN.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"

enum { COMMAND_CLOCKS = 48, LONG_CLOCKS = 136, ANSWER_AFTER = 8, TIMEOUT_CLOCKS = 64, DATA_AFTER = 64 };
enum { DISABLE_AFTER = 8, DISABLE_CLOCKS = 5 };       /* the sequence 00001 */
#define PATIENCE 48000          /* clocks that a late host gets to read the response: 1 ms or more */
enum { WAIT_SHORT = 1, WAIT_LONG = 3 };

static bool is_long(const Sdio *s)
{
    return reg_get(s, CMD, WAITRESP) == WAIT_LONG;
}

static bool waits_for_response(const Sdio *s)
{
    return reg_get(s, CMD, WAITRESP) & 1;
}

uint64_t sdio_command_due(const Sdio *s)
{
    return s->command == CMD_IDLE || s->command == CMD_PENDING || s->command == CMD_COMPLETION ? SDIO_NEVER
                                                                                              : s->command_due;
}

static void go(Sdio *s)
{
    s->command = CMD_SENDING;
    s->command_due = sdio_now(s) + COMMAND_CLOCKS;
}

void sdio_command_begin(Sdio *s)
{
    if (reg_get(s, CMD, WAITPEND) && sdio_data_is_active(s)) {
        s->command = CMD_PENDING;
    } else {
        go(s);
    }
}

void sdio_command_look(Sdio *s)
{
    if (s->command == CMD_PENDING && !sdio_data_is_active(s)) {
        go(s);
    } else if (s->command == CMD_COMPLETION && signal_state(&s->sig_cmd).kind == DRIVE_LOW) {
        s->command = CMD_IDLE;
        sdio_flag(s, STA(CEATAEND));
    }
}

/* The last bit has been sent. */
static void sent(Sdio *s)
{
    bool reaches = signal_is_routed(&s->sig_ck) && signal_is_routed(&s->sig_cmd);

    memset(s->response, 0, sizeof(s->response));
    s->response_bytes = 0;
    if (reaches) {
        s->response_bytes = sdio_card_command(s, reg_get(s, CMD, CMDINDEX),
                                              s->parent_obj.regs[R_ARG], s->response);
        s->ready_from = s->command_due + DATA_AFTER;
        s->unseen = s->response_bytes && !time_is_exact();
        s->seen_from = s->command_due + PATIENCE;
        sdio_data_look(s);
    }
    if (!waits_for_response(s)) {
        s->command = CMD_IDLE;
        sdio_flag(s, STA(CMDSENT));
    } else if (s->response_bytes) {
        s->command = CMD_RESPONSE;
        s->command_due += ANSWER_AFTER + (is_long(s) ? LONG_CLOCKS : COMMAND_CLOCKS);
    } else {
        s->command = CMD_SILENT;
        s->command_due = reg_get(s, CMD, WAITINT) ? SDIO_NEVER : s->command_due + TIMEOUT_CLOCKS;
    }
}

/* A good short response has come: is there something of CE-ATA to follow? */
static void follow(Sdio *s)
{
    bool awaited = reg_get(s, CMD, ENCMDCOMPL);

    if (reg_get(s, CMD, CEATACMD) && reg_get(s, CMD, NIEN) && !is_long(s)) {
        s->command = awaited ? CMD_COMPLETION : CMD_DISABLING;
        s->command_due += DISABLE_AFTER + DISABLE_CLOCKS;
    }
}

static void responded(Sdio *s)
{
    uint32_t *regs = s->parent_obj.regs;
    bool bad = s->response_bad || s->spoil_response || is_long(s) != (s->response_bytes == 16);

    regs[R_RESPCMD] = s->no_index ? 0x3f : reg_get(s, CMD, CMDINDEX);
    regs[R_RESP1] = ldl_be_p(s->response);
    if (is_long(s)) {
        regs[R_RESP2] = ldl_be_p(s->response + 4);
        regs[R_RESP3] = ldl_be_p(s->response + 8);
        regs[R_RESP4] = ldl_be_p(s->response + 12) & ~1u;
    }
    s->spoil_response = false;
    s->command = CMD_IDLE;
    sdio_flag(s, bad ? STA(CCRCFAIL) : STA(CMDREND));
    if (!bad) {
        follow(s);
    }
}

void sdio_command_step(Sdio *s)
{
    switch (s->command) {
    case CMD_SENDING:
        sent(s);
        break;
    case CMD_RESPONSE:
        responded(s);
        break;
    case CMD_DISABLING:
        s->command = CMD_IDLE;
        break;
    default:
        s->command = CMD_IDLE;
        sdio_flag(s, STA(CTIMEOUT));
        break;
    }
}
