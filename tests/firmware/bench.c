/*
 * A program to test test tools with: a console that takes commands, a button that interrupts, a PWM, an ADC, variables
 * of all kinds and functions to call.  Commands are single characters:
 *
 *   ?  its name      +  counts      a  measures PA1      m  makes a mistake      s  sleeps for good      b  PWM at 2 kHz
 *   c  starts CAN1, 1 Mbit/s      f  sends a frame with the count      e followed by a digit: ends with that code
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "can.h"

enum { SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };

struct state {
    uint32_t count;
    uint16_t small;
    uint8_t flag;
    int8_t below;
};

volatile uint32_t presses, ticks, can_frames, can_data;
volatile struct state state = { 7, 0x1234, 1, -5 };
volatile uint16_t samples[4] = { 1, 2, 3, 0xffff };
volatile int16_t negative = -42;
volatile uint64_t wide = 0x123456789abcdef0ull;
const char version[] = "bench 1.0";
volatile float level = 1.5f;

/* More arguments than registers. */
__attribute__((noinline, used)) uint32_t sum(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
}

__attribute__((noinline, used)) uint32_t scaled(uint32_t n)
{
    volatile float x = n * level;

    return x;
}

__attribute__((noinline, used)) void forever(void)
{
    for (;;) {
    }
}

static __attribute__((noinline)) void leave(uint32_t code)
{
    uint32_t block[] = { APPLICATION_EXIT, code };
    register uint32_t operation __asm__("r0") = SYS_EXIT_EXTENDED;
    register uint32_t *argument __asm__("r1") = block;

    __asm__ volatile ("bkpt 0xab" : "+r" (operation) : "r" (argument) : "memory");
}

void systick_handler(void)
{
    ticks++;
}

void exti0_handler(void)
{
    REG(EXTI, EXTI_PR) = 1;
    presses++;
}

/* TIM4's channel 1 at PD12, of 16 MHz; high for a quarter. */
static void pwm(uint32_t hz)
{
    REG(TIM4, TIM_ARR) = 16000000 / hz - 1;
    REG(TIM4, TIM_CCR1) = 16000000 / hz / 4;
    REG(TIM4, TIM_EGR) = 1;
}

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= 0xf;                       /* GPIOA to D */
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_TIM4EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN | RCC_APB2ENR_ADC1EN;
    REG(GPIOA, GPIO_MODER) |= 3 << 2;                   /* PA1 analog */
    REG(GPIOD, GPIO_MODER) |= 2 << 24 | 1 << 26;        /* PD12 TIM4, PD13 output */
    REG(GPIOD, GPIO_AFRH) |= 2 << 16;
    REG(TIM4, TIM_CCMR1) = 6 << 4 | 1 << 3;
    REG(TIM4, TIM_CCER) = 1;
    pwm(1000);
    REG(TIM4, TIM_CR1) = 1;
    REG(EXTI, EXTI_RTSR) = 1;                           /* PA0, the user's button */
    REG(EXTI, EXTI_IMR) = 1;
    irq_enable(6);
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    REG(ADC1, ADC_SQR3) = 1;
}

void can1_rx0_handler(void)
{
    can_data = REG(CAN1, CAN_RDL0R);
    can_frames++;
    REG(CAN1, CAN_RF0R) = 1 << 5;
}

static void can_begin(void)
{
    can_pins_init();
    REG(CAN1, CAN_FS1R) = 1;
    REG(CAN1, CAN_F0R2) = 0;                            /* all */
    REG(CAN1, CAN_FA1R) = 1;
    REG(CAN1, CAN_FMR) = 14 << 8;
    can_start(CAN1, 12 << 16 | 1 << 20, 2);             /* 16 MHz / 16 */
    irq_enable(20);
}

static void can_send(uint32_t data)
{
    REG(CAN1, CAN_TDT0R) = 4;
    REG(CAN1, CAN_TDL0R) = data;
    REG(CAN1, CAN_TI0R) = 0x123u << 21 | 1;
    while (!(REG(CAN1, CAN_TSR) & 1)) {                 /* RQCP0 */
    }
    REG(CAN1, CAN_TSR) = 1;
}

static uint32_t measure(void)
{
    REG(ADC1, ADC_CR2) |= ADC_CR2_SWSTART;
    while (!(REG(ADC1, ADC_SR) & ADC_SR_EOC)) {
    }
    return REG(ADC1, ADC_DR);
}

static char next(void)
{
    int c;

    do {
        c = get_char();
    } while (c < 0);
    return c;
}

static void command(char c)
{
    switch (c) {
    case '?':
        put_string(version);
        put_string("\n");
        break;
    case '+':
        state.count++;
        REG(GPIOD, GPIO_ODR) ^= 1 << 13;
        put_string("count=");
        put_number(state.count);
        put_string("\n");
        break;
    case 'a':
        put_string("PA1=");
        put_number(measure());
        put_string("\n");
        break;
    case 'b':
        pwm(2000);
        break;
    case 'm':
        REG(SPI2, SPI_CR1) = 0;                         /* without clock */
        put_string("made\n");
        break;
    case 's':
        for (;;) {
            wait_for_interrupt();
        }
    case 'c':
        can_begin();
        put_string("can\n");
        break;
    case 'f':
        can_send(state.count);
        put_string("sent\n");
        break;
    case 'e':
        leave(next() - '0');
        break;
    }
}

int main(void)
{
    pins_init();
    console_init(16000000, 115200);
    SYST_RVR = 16000 - 1;
    SYST_CSR = 7;
    put_string("ready\n");
    for (;;) {
        command(next());
    }
}
