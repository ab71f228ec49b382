/*
 * RM0090 38.16  MCU debug component
 *
 * All but IDCODE are reset by power-on only.  The freeze bits have nothing to do: see dbgmcu.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

REG (IDCODE,   0x00, 0x10076413)
BITS(IDCODE,  DEV_ID,                   0, 12, r)
BITS(IDCODE,  ALWAYS_6,                12,  4, r)
BITS(IDCODE,  REV_ID,                  16, 16, r)

KEPT(CR,       0x04, 0x00000000)
BITS(CR,      DBG_SLEEP,                0,  1, rw)
BITS(CR,      DBG_STOP,                 1,  1, rw)
BITS(CR,      DBG_STANDBY,              2,  1, rw)
BITS(CR,      TRACE_IOEN,               5,  1, rw)
BITS(CR,      TRACE_MODE,               6,  2, rw)

KEPT(APB1_FZ,  0x08, 0x00000000)
BITS(APB1_FZ, DBG_TIM2_STOP,            0,  1, rw)
BITS(APB1_FZ, DBG_TIM3_STOP,            1,  1, rw)
BITS(APB1_FZ, DBG_TIM4_STOP,            2,  1, rw)
BITS(APB1_FZ, DBG_TIM5_STOP,            3,  1, rw)
BITS(APB1_FZ, DBG_TIM6_STOP,            4,  1, rw)
BITS(APB1_FZ, DBG_TIM7_STOP,            5,  1, rw)
BITS(APB1_FZ, DBG_TIM12_STOP,           6,  1, rw)
BITS(APB1_FZ, DBG_TIM13_STOP,           7,  1, rw)
BITS(APB1_FZ, DBG_TIM14_STOP,           8,  1, rw)
BITS(APB1_FZ, DBG_RTC_STOP,            10,  1, rw)
BITS(APB1_FZ, DBG_WWDG_STOP,           11,  1, rw)
BITS(APB1_FZ, DBG_IWDG_STOP,           12,  1, rw)
BITS(APB1_FZ, DBG_I2C1_SMBUS_TIMEOUT,  21,  1, rw)
BITS(APB1_FZ, DBG_I2C2_SMBUS_TIMEOUT,  22,  1, rw)
BITS(APB1_FZ, DBG_I2C3_SMBUS_TIMEOUT,  23,  1, rw)
BITS(APB1_FZ, DBG_CAN1_STOP,           25,  1, rw)
BITS(APB1_FZ, DBG_CAN2_STOP,           26,  1, rw)

KEPT(APB2_FZ,  0x0c, 0x00000000)
BITS(APB2_FZ, DBG_TIM1_STOP,            0,  1, rw)
BITS(APB2_FZ, DBG_TIM8_STOP,            1,  1, rw)
BITS(APB2_FZ, DBG_TIM9_STOP,           16,  1, rw)
BITS(APB2_FZ, DBG_TIM10_STOP,          17,  1, rw)
BITS(APB2_FZ, DBG_TIM11_STOP,          18,  1, rw)
