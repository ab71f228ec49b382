/*
 * The chip's registers for guest programs, out of the same declarations that the machine is made of.
 *
 *   REG(RCC, RCC_CR) |= RCC_CR_HSEON;
 *   REG(GPIOD, GPIO_ODR) = 1 << 12;
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FIRMWARE_STM32_H
#define FIRMWARE_STM32_H

#include <stdbool.h>
#include <stdint.h>

/* Core: PM0214 */
#define SYST_CSR    (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR    (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR    (*(volatile uint32_t *)0xe000e018)
#define NVIC_ISER   ((volatile uint32_t *)0xe000e100)
#define NVIC_ICER   ((volatile uint32_t *)0xe000e180)
#define NVIC_ICPR   ((volatile uint32_t *)0xe000e280)
#define SCB_VTOR    (*(volatile uint32_t *)0xe000ed08)
#define SCB_AIRCR   (*(volatile uint32_t *)0xe000ed0c)
#define SCB_SCR     (*(volatile uint32_t *)0xe000ed10)
#define SCB_SHCSR   (*(volatile uint32_t *)0xe000ed24)
#define SCB_CFSR    (*(volatile uint32_t *)0xe000ed28)
#define SCB_BFAR    (*(volatile uint32_t *)0xe000ed38)
#define CORE_DEMCR  (*(volatile uint32_t *)0xe000edfc)
#define DWT_CTRL    (*(volatile uint32_t *)0xe0001000)
#define DWT_CYCCNT  (*(volatile uint32_t *)0xe0001004)

/* regs/x.h -> enum of offsets (RCC_CR) and masks (RCC_CR_HSEON) with the prefix P */
#define JOIN3_(a, b, c)  a##b##c
#define JOIN3(a, b, c)   JOIN3_(a, b, c)
#define JOIN5_(a, b, c, d, e)  a##b##c##d##e
#define JOIN5(a, b, c, d, e)   JOIN5_(a, b, c, d, e)
#define KEPT_(reg, offset)     JOIN3(P, _, reg) = (offset),

#define KEPT(reg, offset, reset) KEPT_(reg, offset)
#define REG(reg, offset, reset)  KEPT_(reg, offset)
#define BITS(reg, name, shift, length, access) \
    JOIN5(P, _, reg, _, name) = (int)(((1ull << (length)) - 1) << (shift)),

enum {
#define P RCC
#include "../../regs/rcc.h"
#undef P
#define P GPIO
#include "../../regs/gpio.h"
#undef P
#define P SYSCFG
#include "../../regs/syscfg.h"
#undef P
#define P EXTI
#include "../../regs/exti.h"
#undef P
#define P CRC
#include "../../regs/crc.h"
#undef P
#define P PWR
#include "../../regs/pwr.h"
#undef P
#define P FLASH
#include "../../regs/flash.h"
#undef P
#define P DMA
#include "../../regs/dma.h"
#undef P
#define P I2C
#include "../../regs/i2c.h"
#undef P
#define P SPI
#include "../../regs/spi.h"
#undef P
#define P SDIO
#include "../../regs/sdio.h"
#undef P
#define P DCMI
#include "../../regs/dcmi.h"
#undef P
#define P FSMC
#include "../../regs/fsmc.h"
#undef P
#define P USART
#include "../../regs/usart.h"
#undef P
#define P RTC
#include "../../regs/rtc.h"
#undef P
#define P IWDG
#include "../../regs/iwdg.h"
#undef P
#define P WWDG
#include "../../regs/wwdg.h"
#undef P
#define P RNG
#include "../../regs/rng.h"
#undef P
#define P TIM
#include "../../regs/tim.h"
#undef P
#define P ADC
#include "../../regs/adc.h"
#include "../../regs/adc_common.h"
#undef P
#define P DAC
#include "../../regs/dac.h"
#undef P
#define P CAN
#include "../../regs/bxcan.h"
#undef P
#define P ETH
#include "../../regs/eth.h"
#undef P
#define P USB
#include "../../regs/otg_hs.h"
#undef P
};

#undef KEPT
#undef REG
#undef BITS

#define OTG_FS  0x50000000u
#define ETH     0x40028000u
#define OTG_HS  0x40040000u
#define DCMI    0x50050000u
#define RCC     0x40023800u
#define CAN1    0x40006400u
#define CAN2    0x40006800u
#define GPIOA   0x40020000u
#define GPIOB   0x40020400u
#define GPIOC   0x40020800u
#define GPIOD   0x40020c00u
#define GPIOE   0x40021000u
#define GPIOF   0x40021400u
#define GPIOG   0x40021800u
#define GPIOI   0x40022000u
#define TIM1    0x40010000u
#define TIM2    0x40000000u
#define TIM3    0x40000400u
#define TIM4    0x40000800u
#define TIM5    0x40000c00u
#define TIM6    0x40001000u
#define TIM8    0x40010400u
#define DAC     0x40007400u
#define ADC1    0x40012000u
#define ADC2    0x40012100u
#define ADC3    0x40012200u
#define ADC     0x40012300u     /* the common registers */
#define USART1  0x40011000u
#define USART2  0x40004400u
#define USART3  0x40004800u
#define SPI2    0x40003800u
#define SPI3    0x40003c00u
#define I2C1    0x40005400u
#define I2C2    0x40005800u
#define SPI1    0x40013000u
#define SDIO    0x40012c00u
#define SYSCFG  0x40013800u
#define EXTI    0x40013c00u
#define FLASH   0x40023c00u
#define PWR     0x40007000u
#define CRC     0x40023000u
#define DMA1    0x40026000u
#define DMA2    0x40026400u

/* Offset of a register of DMA stream @n, from that of stream 0. */
#define DMA_OF(n, offset) ((offset) + 0x18 * (n))
#define RTC     0x40002800u
#define WWDG    0x40002c00u
#define IWDG    0x40003000u
#define RNG     0x50060800u
#define FSMC    0xa0000000u

#define REG(base, offset) (*(volatile uint32_t *)((base) + (offset)))

/* Behind a write of RCC's that enables a clock, if the next instruction accesses what it is for (ES0182). */
static inline void clock_settles(void)
{
    __asm__ volatile("dsb" ::: "memory");
}

/* Put @value, unshifted, into the field @mask of the register. */
static inline void set_field(volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    *reg = (*reg & ~mask) | ((value * (mask & -mask)) & mask);
}

#endif
