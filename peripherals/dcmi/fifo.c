/*
 * The data path (RM0090 15.5.5, 15.5.6): 4 items of 8 bits or 2 of more make a word, words go to a FIFO of four
 * of them, and each is a request to the DMA.
 *
 * Deliberately different: while a stream of the DMA is there for it, words wait for the end of the line, or until
 * registers of this block or of a DMA are looked at, and go to memory at once.  What has something of it that
 * somebody is told of, the end of a transfer and half of it, goes word by word in its time; with `-machine runs=off`
 * all does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/dcmi/state.h"

void dcmi_fifo_clear(Dcmi *s)
{
    s->fifo_first = s->fifo_count = 0;
    s->word = s->items = 0;
}

uint32_t dcmi_fifo_pop(Dcmi *s)
{
    uint32_t word = s->fifo[s->fifo_first];

    s->fifo_first = (s->fifo_first + 1) % DCMI_FIFO;
    s->fifo_count--;
    return word;
}

/* ---- Memory ---- */

/* Words that a stream takes with nobody told. */
static uint32_t offered(Dcmi *s, LaneOffer *offer)
{
    const LaneNeed need = { &s->parent_obj, R_DR, false, .bunch = true };

    *offer = (LaneOffer) { };
    return run_is_enabled() && lane_offer(&s->dma, &need, offer) ? offer->to_half : 0;
}

void dcmi_lane_begin(Dcmi *s)
{
    s->run_count = 0;
    s->quiet = s->fifo_count ? 0 : offered(s, &s->offer);
}

static void flush(Dcmi *s)
{
    if (s->run_count) {
        lane_put(s->offer.lane, s->run, s->run_count);
        s->run_count = 0;
    }
}

void dcmi_lane_end(Dcmi *s)
{
    flush(s);
    s->quiet = 0;
}

static bool push(Dcmi *s, uint32_t word)
{
    if (s->quiet) {
        s->quiet--;
        s->run[s->run_count++] = word;
        if (s->run_count == DCMI_RUN) {
            flush(s);
        }
        return true;
    }
    if (s->fifo_count == DCMI_FIFO) {
        return false;
    }
    s->fifo[(s->fifo_first + s->fifo_count++) % DCMI_FIFO] = word;
    return true;
}

bool dcmi_take(Dcmi *s, uint16_t item)
{
    unsigned of_word = dcmi_items_of_word(s), bits = 32 / of_word;
    uint32_t word;

    s->word |= (item & MAKE_64BIT_MASK(0, dcmi_bits(s))) << bits * (s->items % of_word);
    if (++s->items < of_word) {
        return true;
    }
    word = s->word;
    s->word = s->items = 0;
    return push(s, word);
}

bool dcmi_pad(Dcmi *s)
{
    uint32_t word = s->word;
    bool partial = s->items;

    s->word = s->items = 0;
    return !partial || push(s, word);
}

unsigned dcmi_quiet_words(Dcmi *s)
{
    LaneOffer offer;

    return s->fifo_count ? DCMI_FIFO - s->fifo_count        /* then it overruns */
                         : offered(s, &offer);
}
