/*
 * What the tests of the converters share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_ADC_H
#define STM32_TESTS_ADC_H

#define REGS "stm32/regs/adc.h"
#define reg_rows adc_rows
#include "stm32/core/regs.h"
#undef REGS
#undef reg_rows
#define REGS "stm32/regs/adc_common.h"
#define reg_rows adc_common_rows
#include "stm32/core/regs.h"
#undef REGS
#undef reg_rows
#include "stm32/tests/qtest/board.h"

#define ADC1 0x40012000
#define ADC2 0x40012100
#define ADC3 0x40012200
#define ADC 0x40012300
#define COMMON "/machine/soc/adc-common"

#define EOC R_SR_EOC_MASK
#define JEOC R_SR_JEOC_MASK
#define OVR R_SR_OVR_MASK
#define AWD R_SR_AWD_MASK
#define ADON R_CR2_ADON_MASK
#define SWSTART R_CR2_SWSTART_MASK
#define JSWSTART R_CR2_JSWSTART_MASK

/* From HSI: PCLK2 is 16 MHz, ADCCLK half of that: 125 ns. */
#define CYCLES(n) ((n) * 125ll)
#define CONVERSION CYCLES(15)

static inline uint32_t sr(uint32_t adc) { return peek(adc + A_SR); }

/* What the converter makes of @mv. */
static inline uint32_t counts(int mv) { return (mv * 4095 + 1500) / 3000; }

static inline void set_mv(const char *pin, int mv)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c/%s", pin[1], pin);

    board_set_int(path, "mv", mv);
}

static inline int get_mv(const char *pin)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/gpio%c/%s", pin[1], pin);

    return board_get_int(path, "mv");
}

/* A new board with all converters clocked, the pins of channels 0 to 15 analog, ADCs on and stable. */
static inline void adc_start(const char *args)
{
    static const char *const names[] = {
        "adc1", "adc2", "adc3", "dac", "gpioa", "gpiob", "gpioc", "gpiof", "dma1", "dma2",
    };

    board_start(args);
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        board_enable(names[i]);
    }
    poke(0x40020000, peek(0x40020000) | 0xffff);
    poke(0x40020400, peek(0x40020400) | 0xf);
    poke(0x40020800, peek(0x40020800) | 0xfff);
    poke(0x40021400, peek(0x40021400) | 0x3fffc0);
    for (uint32_t adc = ADC1; adc <= ADC3; adc += 0x100) {
        poke(adc + A_CR2, ADON);
    }
    board_wait_ns(3000);
}

/* A regular sequence of channels: 0 1 2 ... as long as @length. */
static inline void adc_count_up(uint32_t adc, unsigned length)
{
    uint64_t sq = 0;

    for (unsigned i = 0; i < 12; i++) {
        sq |= (uint64_t)i << 5 * i;
    }
    poke(adc + A_SQR3, sq & 0x3fffffff);
    poke(adc + A_SQR2, sq >> 30);
    poke(adc + A_SQR1, 12 | 13 << 5 | 14 << 10 | 15 << 15 | (length - 1) << R_SQR1_L_SHIFT);
}

/* Channel n is at n * 100 + 100 mV. */
static inline void set_staircase(void)
{
    static const char *const pins[] = {
        "pa0", "pa1", "pa2", "pa3", "pa4", "pa5", "pa6", "pa7", "pb0", "pb1", "pc0", "pc1", "pc2",
        "pc3", "pc4", "pc5",
    };

    for (unsigned i = 0; i < ARRAY_SIZE(pins); i++) {
        set_mv(pins[i], 100 + 100 * i);
    }
}

static inline uint32_t stair(unsigned channel) { return counts(100 + 100 * channel); }

#endif
