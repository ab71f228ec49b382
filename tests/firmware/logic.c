/*
 * What a logic analyser looks at, one after the other: USART2 says a line (PA2, 115200), SPI1 sends bytes (PA5, PA7,
 * select PE3, mode 0), I2C1 asks the codec for its number (PB6, PB9), a one-wire bus is reset and sent to by GPIO (PB0),
 * TIM4 makes PWM (PD12, 1 kHz, 25 %), TIM3 with DMA sends the colours of two WS2812 (PB4), CAN1 sends two frames (PD1, PD0,
 * 1 Mbit/s), which CAN2 acknowledges (PB5, PB6).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "can.h"
#include "cs43l22.h"
#include "mailbox.h"

#define US 168
#define LEDS 2

static void wait_us(uint32_t us)
{
    uint32_t start = DWT_CYCCNT;

    while (DWT_CYCCNT - start < us * US) {
    }
}

static void spi_send(const char *bytes)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOEEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SPI1EN;
    REG(GPIOE, GPIO_BSRR) = 1 << 3;
    set_field(&REG(GPIOE, GPIO_MODER), 3 << 6, 1);
    REG(GPIOA, GPIO_AFRL) |= 5u << 20 | 5u << 28;
    set_field(&REG(GPIOA, GPIO_MODER), 3 << 10, 2);
    set_field(&REG(GPIOA, GPIO_MODER), 3 << 14, 2);
    REG(SPI1, SPI_CR1) = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | 4 << 3 | SPI_CR1_SPE;
    wait_us(10);
    REG(GPIOE, GPIO_BSRR) = 1 << 19;
    for (; *bytes; bytes++) {
        while (!(REG(SPI1, SPI_SR) & SPI_SR_TXE)) {
        }
        REG(SPI1, SPI_DR) = *bytes;
    }
    while (REG(SPI1, SPI_SR) & SPI_SR_BSY) {
    }
    wait_us(1);
    REG(GPIOE, GPIO_BSRR) = 1 << 3;
}

static void one_wire_pulse(uint32_t low, uint32_t high)
{
    REG(GPIOB, GPIO_BSRR) = 1 << 16;
    wait_us(low);
    REG(GPIOB, GPIO_BSRR) = 1;
    wait_us(high);
}

static void one_wire_send(uint32_t bytes, unsigned bits)
{
    set_field(&REG(GPIOB, GPIO_PUPDR), 3, 1);
    REG(GPIOB, GPIO_OTYPER) |= 1;
    REG(GPIOB, GPIO_BSRR) = 1;
    set_field(&REG(GPIOB, GPIO_MODER), 3, 1);
    wait_us(100);
    one_wire_pulse(500, 500);
    for (unsigned i = 0; i < bits; i++) {
        if (bytes >> i & 1) {
            one_wire_pulse(6, 64);
        } else {
            one_wire_pulse(60, 10);
        }
    }
}

static void pwm(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIODEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM4EN;
    REG(GPIOD, GPIO_AFRH) |= 2 << 16;
    set_field(&REG(GPIOD, GPIO_MODER), 3 << 24, 2);
    REG(TIM4, TIM_PSC) = 83;
    REG(TIM4, TIM_ARR) = 999;
    REG(TIM4, TIM_CCR1) = 250;
    REG(TIM4, TIM_CCMR1) = 6 << 4;
    REG(TIM4, TIM_CCER) = 1;
    REG(TIM4, TIM_EGR) = 1;
    REG(TIM4, TIM_CR1) = 1;
    wait_us(3500);
    REG(TIM4, TIM_CCER) = 0;
}

/* 1.25 us a bit: 0 is high for 0.35 us, 1 for 0.7 us. */
static void colours(const uint32_t *grb)
{
    static volatile uint16_t high[24 * LEDS + 2];

    for (unsigned i = 0; i < 24 * LEDS; i++) {
        high[i] = grb[i / 24] >> (23 - i % 24) & 1 ? 59 : 29;
    }
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_GPIOBEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM3EN;
    set_field(&REG(GPIOB, GPIO_AFRL), 15 << 16, 2);
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 8, 2);
    REG(DMA1, DMA_OF(2, DMA_S0PAR)) = TIM3 + TIM_CCR1;
    REG(DMA1, DMA_OF(2, DMA_S0M0AR)) = (uint32_t)high;
    REG(DMA1, DMA_OF(2, DMA_S0NDTR)) = 24 * LEDS + 2;
    REG(DMA1, DMA_OF(2, DMA_S0CR)) = 5u << 25 | DMA_S0CR_MINC | 1 << 13 | 1 << 11 | 1 << 6;
    REG(DMA1, DMA_OF(2, DMA_S0CR)) |= DMA_S0CR_EN;
    REG(TIM3, TIM_ARR) = 104;
    REG(TIM3, TIM_CCMR1) = 6 << 4 | 1 << 3;
    REG(TIM3, TIM_CCER) = 1;
    REG(TIM3, TIM_DIER) = 1 << 8;
    REG(TIM3, TIM_CR1) = 1;
    while (REG(DMA1, DMA_OF(2, DMA_S0CR)) & DMA_S0CR_EN) {
    }
    wait_us(400);
}

static void can_send(uint32_t id, uint32_t dlc, uint32_t low, uint32_t high)
{
    REG(CAN1, CAN_TDT0R) = dlc;
    REG(CAN1, CAN_TDL0R) = low;
    REG(CAN1, CAN_TDH0R) = high;
    REG(CAN1, CAN_TI0R) = id | 1;
    while (!(REG(CAN1, CAN_TSR) & 2)) {
    }
    REG(CAN1, CAN_TSR) = 1;
}

/* Long rows of the same bits, so that there is a lot of stuffing; an identifier of 11 bits and one of 29. */
static void can_frames(void)
{
    can_pins_init();
    can_start(CAN1, CAN_1_MBIT, 0);
    can_start(CAN2, CAN_1_MBIT, 0);
    can_send(0x123 << 21, 8, 0, 0xffffff00);
    can_send(0x12345678u << 3 | 4, 3, 0x00c0ffee, 0);
}

int main(void)
{
    static const uint32_t grb[LEDS] = { 0x12ab34, 0xff0081 };

    cycles_init();
    clock_168mhz();
    console_init(42000000, 115200);
    put_string("Logic!\n");
    wait_us(1000);
    spi_send("F407\xa5");
    cs43l22_init();
    mailbox[1] = cs43l22_get(0x01);
    one_wire_send(0x44cc, 16);
    pwm();
    colours(grb);
    can_frames();
    mailbox_finish();
}
