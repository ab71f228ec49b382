/*
 * The camera of the base board, by registers: an OV9655 at I2C1 (PB8, PB9), 160 x 120 pixels of RGB565.  First a
 * snapshot by DMA while the core sleeps, then frames line by line in two buffers, as who has no memory for more does.
 *
 * Mailbox: 1 the step that failed, or 0; 2 sum of the snapshot's words from line 30 on; 3 cycles of a frame;
 * 4 lines of two frames; 5 the same sum of the second, line by line; 6 cycles of a frame by a loop that polls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "camera.h"
#include "mailbox.h"

enum { HEIGHT = CAMERA_HEIGHT, STILL = 30, LINE_WORDS = CAMERA_WIDTH / 2 };
enum { DMA2_STREAM1_IRQ = 57, DCMI_IRQ = 78 };
#define WANTED CAMERA_CR

static uint32_t frame[LINE_WORDS * HEIGHT], line[2][LINE_WORDS];
static volatile uint32_t frames, lines, sum, cycles;

static void check(bool right, uint32_t step)
{
    if (!right) {
        mailbox[1] = step;
        mailbox_finish();
    }
}

/* ---- Capture ---- */

static void add(const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        sum = sum * 3 + words[i];
    }
}

void dcmi_handler(void)
{
    uint32_t flags = REG(DCMI, DCMI_MIS);
    static uint32_t last;

    REG(DCMI, DCMI_ICR) = flags;
    check(!(flags & DCMI_RIS_OVR), 10);
    cycles = DWT_CYCCNT - last;
    last = DWT_CYCCNT;
    frames++;
}

void dma2_stream1_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3f << 6;
    if (lines % HEIGHT == 0) {
        sum = 0;
    }
    if (lines % HEIGHT >= STILL) {
        add(line[lines & 1], LINE_WORDS);
    }
    lines++;
}

static void stream(const void *to, const void *other, uint32_t words, uint32_t cr)
{
    REG(DMA2, DMA_OF(1, DMA_S0CR)) = 0;
    REG(DMA2, DMA_LIFCR) = 0x3f << 6;
    REG(DMA2, DMA_OF(1, DMA_S0PAR)) = DCMI + DCMI_DR;
    REG(DMA2, DMA_OF(1, DMA_S0M0AR)) = (uint32_t)to;
    REG(DMA2, DMA_OF(1, DMA_S0M1AR)) = (uint32_t)other;
    REG(DMA2, DMA_OF(1, DMA_S0NDTR)) = words;
    REG(DMA2, DMA_OF(1, DMA_S0CR)) = 1 << 25 | 2 << 13 | 2 << 11 | 1 << 10 | cr;
    REG(DMA2, DMA_OF(1, DMA_S0CR)) |= 1;
}

static void snapshot(void)
{
    stream(frame, 0, LINE_WORDS * HEIGHT, 0);
    REG(DCMI, DCMI_CR) = WANTED | DCMI_CR_CM;
    REG(DCMI, DCMI_CR) = WANTED | DCMI_CR_CM | DCMI_CR_CAPTURE;
    while (!frames) {
        wait_for_interrupt();
    }
    check(!(REG(DCMI, DCMI_CR) & DCMI_CR_CAPTURE), 20);
    check(REG(DMA2, DMA_LISR) & 1 << 11, 21);
    add(frame + LINE_WORDS * STILL, LINE_WORDS * (HEIGHT - STILL));
    mailbox[2] = sum;
}

static void line_by_line(void)
{
    frames = 0;
    stream(line[0], line[1], LINE_WORDS, 1 << 18 | 1 << 4);
    REG(DCMI, DCMI_CR) = WANTED;
    REG(DCMI, DCMI_CR) = WANTED | DCMI_CR_CAPTURE;
    while (frames < 2) {
    }
    REG(DCMI, DCMI_CR) = WANTED;
    mailbox[3] = cycles;
    mailbox[4] = lines;
    mailbox[5] = sum;
}

/* One that nobody takes: RIS, and CAPTURE. */
static void polled(void)
{
    uint32_t begin;

    REG(DCMI, DCMI_IER) = 0;
    while (REG(DCMI, DCMI_CR) & DCMI_CR_CAPTURE) {
    }
    begin = DWT_CYCCNT;
    REG(DCMI, DCMI_ICR) = 0x1f;
    while (!(REG(DCMI, DCMI_RIS) & DCMI_RIS_VSYNC)) {
    }
    mailbox[6] = DWT_CYCCNT - begin;
}

int main(void)
{
    clock_168mhz();
    cycles_init();
    check(camera_init(), 1);
    REG(DCMI, DCMI_IER) = DCMI_RIS_FRAME | DCMI_RIS_OVR;
    irq_enable(DCMI_IRQ);
    irq_enable(DMA2_STREAM1_IRQ);
    snapshot();
    line_by_line();
    polled();
    mailbox_finish();
}
