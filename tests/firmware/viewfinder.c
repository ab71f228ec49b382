/*
 * A viewfinder: the camera's frames go to a TFT at the memory controller by DMA alone, each in the place of the one
 * before, and the core sleeps.
 *
 * Mailbox: 1 the step that failed, or 0; 2 frames
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "camera.h"
#include "fsmc.h"
#include "mailbox.h"

enum { DCMI_IRQ = 78, FRAMES = 3, X = 40, Y = 100, WORDS = CAMERA_WIDTH * CAMERA_HEIGHT / 2 };

static void check(bool right, uint32_t step)
{
    if (!right) {
        mailbox[1] = step;
        mailbox_finish();
    }
}

/* Words of the DCMI are two pixels of the TFT. */
static void start_frame(void)
{
    tft_window(X, Y, CAMERA_WIDTH, CAMERA_HEIGHT);
    REG(DMA2, DMA_LIFCR) = 0x3f << 6;
    REG(DMA2, DMA_OF(1, DMA_S0PAR)) = DCMI + DCMI_DR;
    REG(DMA2, DMA_OF(1, DMA_S0M0AR)) = TFT_DATA_ADDRESS;
    REG(DMA2, DMA_OF(1, DMA_S0NDTR)) = WORDS;
    REG(DMA2, DMA_OF(1, DMA_S0FCR)) = 1 << 2 | 3;       /* the FIFO takes words apart */
    REG(DMA2, DMA_OF(1, DMA_S0CR)) = 1 << 25 | 1 << 13 | 2 << 11 | 1;
    REG(DCMI, DCMI_CR) = CAMERA_CR | DCMI_CR_CM;
    REG(DCMI, DCMI_CR) = CAMERA_CR | DCMI_CR_CM | DCMI_CR_CAPTURE;
}

void dcmi_handler(void)
{
    check(!(REG(DCMI, DCMI_MIS) & DCMI_RIS_OVR), 2);
    check(REG(DMA2, DMA_LISR) & 1 << 11, 3);
    REG(DCMI, DCMI_ICR) = 0x1f;
    if (++mailbox[2] < FRAMES) {
        start_frame();
    }
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    irq_enable(DCMI_IRQ);
    fsmc_init();
    check(camera_init(), 1);        /* PE0 and PE1 are its: a TFT of 16 lines needs no byte lanes */
    tft_init();
    REG(DCMI, DCMI_IER) = DCMI_RIS_FRAME | DCMI_RIS_OVR;
    start_frame();
    while (mailbox[2] < FRAMES) {
        wait_for_interrupt();
    }
    mailbox_finish();
}
