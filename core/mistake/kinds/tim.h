/*
 * Mistakes with TIM, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(TIM001, ERROR, "RM0090 17-20",
        "a register of a timer is written with bits that it has not",
        "see which bits this timer has")
MISTAKE(TIM002, ERROR, "RM0090 17-20",
        "bits are written which BDTR.LOCK protects",
        "write them before LOCK, which holds until a reset")
MISTAKE(TIM003, ERROR, "RM0090 18.3.1",
        "CR1.CEN is set with ARR = 0: the counter stands",
        "write ARR first")
MISTAKE(TIM004, ERROR, "RM0090 18.4.1",
        "CR1.CMS changed from edge-aligned while the counter is enabled",
        "clear CEN first")
MISTAKE(TIM005, SUSPICIOUS, "RM0090 18.4.3",
        "SMCR.TS changed with SMS not 0: it may see an edge that is none",
        "clear SMS first")
MISTAKE(TIM006, ERROR, "RM0090 18.4.3",
        "SMCR: encoder mode and ECE exclude each other",
        "clear ECE, or SMS")
MISTAKE(TIM007, ERROR, "RM0090 18.4.3",
        "SMCR: gated mode with TI1F_ED, which has no level",
        "choose another trigger")
MISTAKE(TIM008, ERROR, "RM0090 18.4.7",
        "CCMR.CCxS is written while CCxE is set: ignored",
        "clear CCxE first")
MISTAKE(TIM009, ERROR, "RM0090 18.4.13",
        "CCR is written while the channel is an input: ignored",
        "an input's CCR only reads: check CCMR.CCxS")
MISTAKE(TIM010, ERROR, "RM0090 18.4.3",
        "SMCR: this timer has no encoder mode",
        "take TIM1 to TIM5 or TIM8")
MISHAP(TIM011, ERROR, "RM0090 18.3.1",
        "ARR is written below CNT without preload: the counter goes on to its end first",
        "set CR1.ARPE, write CNT too, or set EGR.UG")
MISHAP(TIM012, SUSPICIOUS, "RM0090 17.3.12",
        "TIM1 or TIM8 counts, outputs are enabled, and BDTR.MOE is 0: the pins stay off",
        "set BDTR.MOE (HAL_TIM_PWM_Start() does)")
MISTAKE(TIM013, SUSPICIOUS, "RM0090 18.4.5",
        "updates come while UIF is still set from the one before, so their interrupts are lost",
        "clear UIF first in the handler, keep that, and sections with interrupts off, shorter than the period, or count in "
        "the timer")
MISTAKE(TIM014, SUSPICIOUS, "RM0090 18.4.5",
        "matches or captures of a channel come while CCxIF is still set from the one before, so their interrupts are lost",
        "clear CCxIF first in the handler, and keep that, and sections with interrupts off, shorter than what is between "
        "two of them; let a DMA take captures that come faster")
MISHAP(TIM015, NOTE, "RM0090 18.3.9",
        "a channel is a PWM whose output is enabled, and no pin, interrupt, request or other peripheral takes it",
        "set MODER and AFR of its pin")
MISTAKE(TIM016, NOTE, "RM0090 17-20",
        "BDTR is written of a timer that has none: its outputs are on without MOE",
        "leave it out: only TIM1 and TIM8 have BDTR")
MISHAP(TIM017, NOTE, "RM0090 18.3.9",
        "a channel is a PWM, and has a pin and a pulse, but it has never been enabled: the pin stays as it is",
        "set CCER.CCxE: HAL_TIM_PWM_Start(), not HAL_TIM_Base_Start()")
MISHAP(TIM018, SUSPICIOUS, "RM0090 18.3.5",
        "a channel is an input that an interrupt or a DMA waits for, and it has never been enabled: nothing is captured",
        "set CCER.CCxE: HAL_TIM_IC_Start_IT(), not HAL_TIM_Base_Start_IT()")
MISHAP(TIM019, SUSPICIOUS, "RM0090 18.3.5",
        "a timer captures, counts or is triggered by an input that is at no pin",
        "set MODER and AFR of its pin, to the number that the datasheet has for this timer")
MISHAP(TIM020, NOTE, "RM0090 18.4.7",
        "the output of a channel is enabled at a pin, and its mode has never been chosen (OCxM is 0): the pin stays as it is",
        "set OCxM in CCMR, 6 for PWM mode 1: HAL_TIM_PWM_ConfigChannel(), or HAL_TIM_OC_ConfigChannel()")
MISHAP(TIM021, SUSPICIOUS, "RM0090 18.4.2",
        "DAC, ADC or another timer waits for the trigger output of one that counts, and that is not chosen: nothing starts",
        "set CR2.MMS, to 2 for a trigger with each update (TIM_TRGO_UPDATE)")
