/*
 * A frame of a USART (RM0090 30.3.2 to 30.3.4), as the registers say: its bits, and the time they take.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/peripherals/usart/state.h"

bool usart_single_wire(const Usart *s)
{
    return reg_get(s, CR3, HDSEL) || reg_get(s, CR3, SCEN);
}

uint32_t usart_bit_ticks(const Usart *s)
{
    uint32_t brr = s->parent_obj.regs[R_BRR];
    unsigned mantissa = brr >> R_BRR_DIV_Mantissa_SHIFT;

    if (!mantissa) {
        return 0;
    }
    return reg_get(s, CR1, OVER8) ? mantissa * 8 + (brr & 7) : brr;
}

unsigned usart_word_bits(const Usart *s)
{
    return reg_get(s, CR1, M) ? 9 : 8;
}

/* Parity takes the place of the most significant bit. */
unsigned usart_data_bits(const Usart *s)
{
    return usart_word_bits(s) - (reg_get(s, CR1, PCE) ? 1 : 0);
}

unsigned usart_stop_halves(const Usart *s)
{
    static const uint8_t halves[] = { 2, 1, 4, 3 };

    return halves[reg_get(s, CR2, STOP)];
}

uint64_t usart_bit_time(const Usart *s)
{
    return clock_get(s->parent_obj.clk) * usart_bit_ticks(s);
}

uint64_t usart_halves_to_ticks(const Usart *s, unsigned halves)
{
    return DIV_ROUND_UP((uint64_t)usart_bit_ticks(s) * halves, 2);
}

unsigned usart_frame_halves(const Usart *s)
{
    return 2 * (1 + usart_word_bits(s)) + usart_stop_halves(s);
}

unsigned usart_break_bits(const Usart *s)
{
    return reg_get(s, CR2, LINEN) ? 13 : 2 + usart_word_bits(s);
}

uint64_t usart_pace(const Usart *s, unsigned halves)
{
    return s->paced ? usart_halves_to_ticks(s, halves) : 0;
}

bool usart_parity_is_wrong(const Usart *s, uint32_t word)
{
    bool odd = ctpop32(word) & 1, should_be = reg_get(s, CR1, PS);

    return reg_get(s, CR1, PCE) && odd != should_be;
}

uint32_t usart_make_word(const Usart *s, uint32_t data)
{
    uint32_t word = data & MAKE_64BIT_MASK(0, usart_data_bits(s));

    return usart_parity_is_wrong(s, word) ? word | 1u << usart_data_bits(s) : word;
}

bool usart_has_clock(const Usart *s)
{
    return clock_is_enabled(s->parent_obj.clk);
}
