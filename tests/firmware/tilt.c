/*
 * The accelerometer at work: a LIS3DSH gives 100 samples a second, each with an interrupt (INT1 at
 * PE0), and the LED at the side to which the board is tilted is lit; none when it lies flat.
 *
 * x above 0 is the red LED, below 0 the green one, y orange and blue, as ST's own demonstration has
 * it.  unsure: that these are the lower sides.
 *
 * Mailbox: 1 samples; 2, 3 the last x and y in mg; 4 the part is there; 5 samples that had been
 * overwritten before they were read; 6 ms since the first sample
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "lis3dsh.h"
#include "mailbox.h"

#define TILTED_MG 200

static void show(int32_t x, int32_t y)
{
    uint32_t ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;

    if (ax < TILTED_MG && ay < TILTED_MG) {
        REG(GPIOD, GPIO_BSRR) = 0xf0000000;
    } else if (ax > ay) {
        led_only(x > 0 ? RED : GREEN);
    } else {
        led_only(y > 0 ? ORANGE : BLUE);
    }
}

void exti0_handler(void)
{
    static uint32_t first_ms;
    int32_t mg[3];

    REG(EXTI, EXTI_PR) = 1;
    first_ms = mailbox[1] ? first_ms : ticks_ms;
    mailbox[5] += lis3dsh_get(LIS3DSH_STATUS) >> 7;
    lis3dsh_get_mg(mg);
    show(mg[0], mg[1]);
    mailbox[2] = mg[0];
    mailbox[3] = mg[1];
    mailbox[6] = ticks_ms - first_ms;
    mailbox[1]++;
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    leds_init();
    mailbox[4] = lis3dsh_init();
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    REG(SYSCFG, SYSCFG_EXTICR1) = 4;                    /* PE0 */
    REG(EXTI, EXTI_RTSR) = 1;
    REG(EXTI, EXTI_IMR) = 1;
    irq_enable(6);
    lis3dsh_put(LIS3DSH_CTRL_REG3, 0xc8);               /* DR_EN, IEA, INT1_EN: data ready, high */
    lis3dsh_put(LIS3DSH_CTRL_REG4, 0x67);               /* 100 Hz, X, Y, Z */
    for (;;) {
        wait_for_interrupt();
    }
}
