# SPDX-License-Identifier: GPL-2.0-or-later
"""The chip's exceptions and interrupts by name: RM0090, table 62, names as in ST's headers without _IRQn."""
from __future__ import annotations

from typing import Union

from .errors import BoardError, no_such

_EXCEPTIONS = {"reset": 1, "nmi": 2, "hardfault": 3, "memmanage": 4, "busfault": 5, "usagefault": 6, "svc": 11,
               "debugmon": 12, "pendsv": 14, "systick": 15}
_INTERRUPTS = """WWDG PVD TAMP_STAMP RTC_WKUP FLASH RCC EXTI0 EXTI1 EXTI2 EXTI3 EXTI4 DMA1_Stream0 DMA1_Stream1
DMA1_Stream2 DMA1_Stream3 DMA1_Stream4 DMA1_Stream5 DMA1_Stream6 ADC CAN1_TX CAN1_RX0 CAN1_RX1 CAN1_SCE EXTI9_5
TIM1_BRK_TIM9 TIM1_UP_TIM10 TIM1_TRG_COM_TIM11 TIM1_CC TIM2 TIM3 TIM4 I2C1_EV I2C1_ER I2C2_EV I2C2_ER SPI1 SPI2 USART1
USART2 USART3 EXTI15_10 RTC_Alarm OTG_FS_WKUP TIM8_BRK_TIM12 TIM8_UP_TIM13 TIM8_TRG_COM_TIM14 TIM8_CC DMA1_Stream7 FSMC
SDIO TIM5 SPI3 UART4 UART5 TIM6_DAC TIM7 DMA2_Stream0 DMA2_Stream1 DMA2_Stream2 DMA2_Stream3 DMA2_Stream4 ETH ETH_WKUP
CAN2_TX CAN2_RX0 CAN2_RX1 CAN2_SCE OTG_FS DMA2_Stream5 DMA2_Stream6 DMA2_Stream7 USART6 I2C3_EV I2C3_ER
OTG_HS_EP1_OUT OTG_HS_EP1_IN OTG_HS_WKUP OTG_HS DCMI CRYP HASH_RNG FPU""".split()

EXCEPTION_OF: dict[str, int] = {**_EXCEPTIONS,
                                **{name.lower(): 16 + n for n, name in enumerate(_INTERRUPTS)}}


def exception_number(interrupt: Union[int, str]) -> int:
    """Of 'TIM2', 'TIM2_IRQn', 'TIM2_IRQHandler', 'SysTick', or an interrupt's number (TIM2 is 28)."""
    if isinstance(interrupt, int):
        if not 0 <= interrupt < len(_INTERRUPTS):
            raise BoardError(f"interrupt {interrupt}: the chip has 0 to {len(_INTERRUPTS) - 1}")
        return 16 + interrupt
    name = interrupt.lower()
    for end in ("_irqhandler", "_irqn", "_handler"):
        name = name[:-len(end)] if name.endswith(end) else name
    if name not in EXCEPTION_OF:
        raise no_such("interrupt", interrupt, [*_EXCEPTIONS, *_INTERRUPTS])
    return EXCEPTION_OF[name]
