/*
 * The demo that `make run` shows: sets the clock to 168 MHz from the crystal and says how long that
 * took, chases the four LEDs, plays a tune, answers on the console and reacts to the user button and
 * to being tilted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "lis3dsh.h"
#include "music.h"

#define TILTED_MG 200

static volatile unsigned pressed;
static unsigned step_ms = 100;
static int direction = 1;
static bool sounds;

/* Wait until @flag is set in RCC_CR, and say how many cycles of HSI (16 MHz) that took. */
static uint32_t measure_ready(uint32_t on, uint32_t flag)
{
    SYST_RVR = 0xffffff;
    SYST_CVR = 0;
    SYST_CSR = 5;
    REG(RCC, RCC_CR) |= on;
    while (!(REG(RCC, RCC_CR) & flag)) {
    }
    return 0xffffff - SYST_CVR;
}

static void say_time(const char *what, uint32_t hsi_cycles)
{
    put_string(what);
    put_number(hsi_cycles / 16);
    put_string(" us\n");
}

void exti0_handler(void)
{
    REG(EXTI, EXTI_PR) = 1;
    pressed++;
}

static void button_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    clock_settles();
    REG(SYSCFG, SYSCFG_EXTICR1) = 0;
    REG(EXTI, EXTI_RTSR) |= 1;
    REG(EXTI, EXTI_IMR) |= 1;
    irq_enable(6);
}

static void help(void)
{
    put_string("  f faster   s slower   r reverse   t time   m music   h help\n");
}

static void answer(int c)
{
    switch (c) {
    case 'f':
        step_ms = step_ms > 25 ? step_ms / 2 : step_ms;
        break;
    case 's':
        step_ms = step_ms < 800 ? step_ms * 2 : step_ms;
        break;
    case 'r':
        direction = -direction;
        break;
    case 'm':
        if (sounds) {
            music_play();
        }
        return;
    case 't':
        break;
    case 'h':
        help();
        return;
    default:
        return;
    }
    put_string("  ");
    put_number(ticks_ms);
    put_string(" ms since the clock was set, a step every ");
    put_number(step_ms);
    put_string(" ms\n");
}

static void check_button(void)
{
    static unsigned seen;

    if (seen != pressed) {
        seen = pressed;
        direction = -direction;
        put_string("button pressed ");
        put_number(seen);
        put_string(seen == 1 ? " time: the other way round\n" : " times: the other way round\n");
    }
}

/* To the right: clockwise; to the left: the other way. */
static void check_tilt(void)
{
    static int before;
    int32_t mg[3];
    int now;

    lis3dsh_get_mg(mg);
    now = mg[0] > TILTED_MG ? 1 : mg[0] < -TILTED_MG ? -1 : 0;
    if (now != before) {
        before = now;
        direction = now ? now : direction;
        put_string(now > 0 ? "tilted to the right: clockwise\n" :
                   now < 0 ? "tilted to the left: anticlockwise\n" : "flat\n");
    }
}

int main(void)
{
    uint32_t hse = measure_ready(RCC_CR_HSEON, RCC_CR_HSERDY), pll;
    unsigned led = 0;
    bool tilts;

    REG(RCC, RCC_PLLCFGR) = 0x27405408;
    pll = measure_ready(RCC_CR_PLLON, RCC_CR_PLLRDY);
    clock_168mhz();
    ticks_init(168000000);
    leds_init();
    button_init();
    console_init(42000000, 115200);

    put_string("\nSTM32F407G-DISC1 at 168 MHz from the 8 MHz crystal\n");
    say_time("  crystal ready after ", hse);
    say_time("  PLL locked after ", pll);
    tilts = lis3dsh_init();
    if (tilts) {
        put_string("  accelerometer found: tilt the board\n");
        lis3dsh_put(LIS3DSH_CTRL_REG4, 0x67);       /* 100 Hz, X, Y, Z */
    }
    sounds = music_init();
    if (sounds) {
        put_string("  codec found: a tune\n");
        music_play();
    }
    help();

    for (uint32_t next = ticks_ms;;) {
        answer(get_char());
        check_button();
        if ((int32_t)(ticks_ms - next) >= 0) {
            next += step_ms;
            if (tilts) {
                check_tilt();
            }
            led = (led + direction) & 3;
            led_only(led);
        }
        wait_for_interrupt();
    }
}
