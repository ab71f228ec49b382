/*
 * What the tests of the page look at: the green LED follows the user button, the orange one is at a quarter by a
 * timer, the red one follows the tilt, the blue one blinks every ms, PE4 follows PE5 with its pull-up, and the console
 * gives back in capitals what it hears.  'W' writes where no clock is, which is a mistake.  An SSD1306 at I2C1, if
 * there is one, shows a frame and a bar, which 'I' inverts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../../firmware/lib/board.h"
#include "../../firmware/lib/lis3dsh.h"

#define SSD1306 0x78

/* ---- LEDs, and pins of the bench ---- */

static void orange_quarter(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM4EN;
    set_field(&REG(GPIOD, GPIO_MODER), 3 << 26, 2);
    set_field(&REG(GPIOD, GPIO_AFRH), 0xf << 20, 2);
    REG(TIM4, TIM_ARR) = 9999;
    REG(TIM4, TIM_CCR2) = 2500;
    REG(TIM4, TIM_CCMR1) = 6 << 12;
    REG(TIM4, TIM_CCER) = 1 << 4;
    REG(TIM4, TIM_CR1) = 1;
}

static void bench_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOEEN;
    clock_settles();
    set_field(&REG(GPIOE, GPIO_MODER), 0xf00, 1);
    set_field(&REG(GPIOE, GPIO_PUPDR), 3 << 10, 1);
}

/* ---- The display: false if nobody answers ---- */

static bool i2c_wait(uint32_t flag)
{
    for (unsigned n = 0; n < 100000; n++) {
        uint32_t sr = REG(I2C1, I2C_SR1);

        if (sr & I2C_SR1_AF) {
            return false;
        }
        if (sr & flag) {
            return true;
        }
    }
    return false;
}

static bool i2c_begin(void)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_START;
    if (!i2c_wait(I2C_SR1_SB)) {
        return false;
    }
    REG(I2C1, I2C_DR) = SSD1306;
    if (!i2c_wait(I2C_SR1_ADDR)) {
        REG(I2C1, I2C_SR1) = 0;
        REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
        return false;
    }
    (void)REG(I2C1, I2C_SR2);
    return true;
}

static void i2c_put(uint8_t byte)
{
    REG(I2C1, I2C_DR) = byte;
    i2c_wait(I2C_SR1_TXE);
}

static void i2c_end(void)
{
    i2c_wait(I2C_SR1_BTF);
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
}

static bool display_init(void)
{
    static const uint8_t commands[] = { 0x00, 0xae, 0x20, 0x00, 0x8d, 0x14, 0xa1, 0xc8, 0xaf, 0x21, 0, 127, 0x22, 0, 7 };

    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 12 | 3 << 18, 0x82);
    set_field(&REG(GPIOB, GPIO_AFRL), 0xf << 24, 4);
    set_field(&REG(GPIOB, GPIO_AFRH), 0xf << 4, 4);
    REG(GPIOB, GPIO_OTYPER) |= 1 << 6 | 1 << 9;
    REG(I2C1, I2C_CR2) = 42;
    REG(I2C1, I2C_CCR) = 1 << 15 | 35;
    REG(I2C1, I2C_TRISE) = 13;
    REG(I2C1, I2C_CR1) = I2C_CR1_PE;
    if (!i2c_begin()) {
        return false;
    }
    for (unsigned n = 0; n < sizeof(commands); n++) {
        i2c_put(commands[n]);
    }
    i2c_end();
    return true;
}

static void display_invert(void)
{
    static bool inverse;

    inverse = !inverse;
    i2c_begin();
    i2c_put(0x00);
    i2c_put(inverse ? 0xa7 : 0xa6);
    i2c_end();
}

/* A frame, and a bar in its lower half. */
static void display_draw(void)
{
    i2c_begin();
    i2c_put(0x40);
    for (unsigned page = 0; page < 8; page++) {
        for (unsigned x = 0; x < 128; x++) {
            uint8_t edge = page == 0 ? 0x01 : page == 7 ? 0x80 : 0;
            bool bar = page >= 4 && page < 7 && x >= 32 && x < 96;

            i2c_put(x == 0 || x == 127 || bar ? 0xff : edge);
        }
    }
    i2c_end();
}

/* ---- All of it ---- */

static bool has_display;
static volatile uint8_t heard[1024];
static volatile unsigned n_heard, n_answered;

void usart2_handler(void)
{
    int c = get_char();

    if (c >= 0) {
        heard[n_heard++ % sizeof(heard)] = c;
    }
}

static void answer(int c)
{
    if (c == 'I' && has_display) {
        display_invert();
    }
    if (c == 'W') {
        REG(SPI2, SPI_CR1) = 1;         /* its clock is off */
    }
    put_char(c >= 'a' && c <= 'z' ? c - 32 : c == '\r' ? '\n' : c);
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    leds_init();
    orange_quarter();
    bench_init();
    console_init(42000000, 115200);
    REG(USART2, USART_CR1) |= USART_CR1_RXNEIE;
    irq_enable(38);
    lis3dsh_init();
    lis3dsh_put(LIS3DSH_CTRL_REG4, 0x67);       /* 100 Hz, X, Y, Z */
    put_string("ready\n");
    has_display = display_init();
    if (has_display) {
        display_draw();
        put_string("display\n");
    }
    for (;;) {
        int32_t mg[3];

        while (n_answered != n_heard) {
            answer(heard[n_answered++ % sizeof(heard)]);
        }
        led_set(GREEN, REG(GPIOA, GPIO_IDR) & 1);
        lis3dsh_get_mg(mg);
        led_set(RED, mg[0] > 500);
        led_set(BLUE, ticks_ms & 1);
        REG(GPIOE, GPIO_BSRR) = REG(GPIOE, GPIO_IDR) & 0x20 ? 0x10 : 0x100000;
        wait_for_interrupt();           /* SysTick */
    }
}
