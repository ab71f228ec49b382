/*
 * All kinds of mistakes, a file a block: to be included with MISTAKE, MISHAP and UNMODELLED defined, which are
 * undefined by it.  See kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stm32/core/mistake/kinds/adc.h"
#include "stm32/core/mistake/kinds/bkp.h"
#include "stm32/core/mistake/kinds/cam.h"
#include "stm32/core/mistake/kinds/can.h"
#include "stm32/core/mistake/kinds/codec.h"
#include "stm32/core/mistake/kinds/cpu.h"
#include "stm32/core/mistake/kinds/dac.h"
#include "stm32/core/mistake/kinds/dcmi.h"
#include "stm32/core/mistake/kinds/dma.h"
#include "stm32/core/mistake/kinds/dwt.h"
#include "stm32/core/mistake/kinds/eth.h"
#include "stm32/core/mistake/kinds/exti.h"
#include "stm32/core/mistake/kinds/flash.h"
#include "stm32/core/mistake/kinds/fpb.h"
#include "stm32/core/mistake/kinds/fsmc.h"
#include "stm32/core/mistake/kinds/gpio.h"
#include "stm32/core/mistake/kinds/i2c.h"
#include "stm32/core/mistake/kinds/ili.h"
#include "stm32/core/mistake/kinds/itm.h"
#include "stm32/core/mistake/kinds/iwdg.h"
#include "stm32/core/mistake/kinds/mic.h"
#include "stm32/core/mistake/kinds/nand.h"
#include "stm32/core/mistake/kinds/nor.h"
#include "stm32/core/mistake/kinds/nvic.h"
#include "stm32/core/mistake/kinds/otg.h"
#include "stm32/core/mistake/kinds/per.h"
#include "stm32/core/mistake/kinds/pin.h"
#include "stm32/core/mistake/kinds/pwr.h"
#include "stm32/core/mistake/kinds/rcc.h"
#include "stm32/core/mistake/kinds/rng.h"
#include "stm32/core/mistake/kinds/rtc.h"
#include "stm32/core/mistake/kinds/sd.h"
#include "stm32/core/mistake/kinds/sdio.h"
#include "stm32/core/mistake/kinds/spi.h"
#include "stm32/core/mistake/kinds/ssd.h"
#include "stm32/core/mistake/kinds/syscfg.h"
#include "stm32/core/mistake/kinds/tim.h"
#include "stm32/core/mistake/kinds/usart.h"
#include "stm32/core/mistake/kinds/usb.h"
#include "stm32/core/mistake/kinds/wwdg.h"
#undef MISTAKE
#undef MISHAP
#undef UNMODELLED
