/*
 * Mistakes in using the SDIO host: clocks, pins, width, settings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/sdio/state.h"
#include "stm32/core/lane.h"

#define NS(ns) ((uint64_t)(ns) << 32)           /* of a Clock's period */

static uint64_t ck_period(const Sdio *s)
{
    return clock_get(s->sdioclk) * s->ck.divide;
}

static void check_speed(Sdio *s)
{
    Periph *p = &s->parent_obj;
    uint64_t period = ck_period(s);

    if (clock_get(p->clk) * 3 > period * 8) {
        periph_mistake(p, SDIO001, "PCLK2 is less than 3/8 of SDIO_CK");
    }
    if (!s->identified && period < NS(2475)) {
        periph_mistake(p, SDIO002, "SDIO_CK is more than 400 kHz before the card has its address (CMD3)");
    } else if (s->identified && !s->high_speed && period < NS(38)) {
        periph_mistake(p, SDIO003, "SDIO_CK is more than 25 MHz and the card has not been switched to high "
                       "speed (CMD6): without BYPASS it is 24 MHz at most");
    }
}

bool sdio_check_command(Sdio *s)
{
    Periph *p = &s->parent_obj;

    if (reg_get(s, POWER, PWRCTRL) != 3 || !reg_get(s, CLKCR, CLKEN)) {
        periph_mistake(p, SDIO004, "command while SDIO_CK stands: it waits");
        return false;
    }
    if (!clock_is_enabled(s->sdioclk)) {
        periph_mistake(p, SDIO005, "command without SDIOCLK: it is PLL48CLK, so the PLL has to be on, at 48 "
                       "MHz by PLLQ; it waits");
        return false;
    }
    check_speed(s);
    if (!signal_is_routed(&s->sig_ck) || !signal_is_routed(&s->sig_cmd)) {
        periph_mistake(p, SDIO006, "command, but %s is at no pin: nobody answers",
                       signal_is_routed(&s->sig_ck) ? "SDIO_CMD" : "SDIO_CK");
        return false;
    }
    if (s->inserted && signal_state(&s->sig_cmd).kind == DRIVE_NONE) {
        periph_mistake(p, SDIO007, "nobody pulls SDIO_CMD up");
    }
    return true;
}

/* Not as DCTRL is written: who enables the stream before data come, or go, is in time. */
void sdio_check_dma(Sdio *s)
{
    const LaneNeed need = { &s->parent_obj, R_FIFO, !sdio_receives(s) };
    LaneOffer offer = {};

    if (!(s->dctrl & R_DCTRL_DMAEN_MASK)) {
        return;
    }
    lane_offer(&s->dma, &need, &offer);
    if (!offer.lane) {
        periph_mistake(&s->parent_obj, SDIO008, "DCTRL.DMAEN is set and the card %s, and no stream of the "
                       "DMA is enabled for it", sdio_receives(s) ? "sends" : "waits for data");
    }
}

void sdio_check_data(Sdio *s)
{
    Periph *p = &s->parent_obj;
    unsigned size = reg_get(s, DCTRL, DBLOCKSIZE);
    uint32_t bytes = p->regs[R_DLEN];

    if (!bytes) {
        periph_mistake(p, SDIO009, "DCTRL starts a transfer with DLEN = 0");
    } else if (!reg_get(s, DCTRL, DTMODE) && size < 15 && bytes % (1u << size)) {
        periph_mistake(p, SDIO010, "DLEN is %u, not a whole number of blocks of %u bytes (DCTRL.DBLOCKSIZE)",
                       bytes, 1u << size);
    }
    if (!reg_get(s, DCTRL, DTMODE) && size == 15) {
        periph_mistake(p, SDIO011, "DCTRL.DBLOCKSIZE is 15, which is reserved");
    }
    if (reg_get(s, DCTRL, DTDIR) && !p->regs[R_DTIMER]) {
        periph_mistake(p, SDIO012, "DCTRL starts a transfer from the card with DTIMER = 0: it times out at "
                       "once");
    }
}

bool sdio_check_lines(Sdio *s)
{
    unsigned width = sdio_width(s);

    s->block_bad = s->block_lost = false;
    for (unsigned i = 0; i < width; i++) {
        if (!signal_is_routed(&s->sig_d[i])) {
            periph_mistake(&s->parent_obj, SDIO013, "data, but SDIO_D%u is at no pin", i);
            if (!i) {
                return false;
            }
            s->block_bad = true;
            s->block_lost = sdio_receives(s);
        }
    }
    if (width != s->card_width && s->inserted) {
        periph_mistake(&s->parent_obj, SDIO014, "CLKCR.WIDBUS says %u data lines, the card uses %u: tell it "
                       "by ACMD6 (an MMC by CMD6)", width, s->card_width);
        s->block_bad = true;
        s->block_lost = sdio_receives(s) && width > s->card_width;
    }
    return true;
}
