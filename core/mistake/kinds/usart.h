/*
 * Mistakes with USART, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(USART001, ERROR, "RM0090 30",
        "overrun again, and nobody has cleared ORE yet",
        "read SR, then DR")
MISHAP(USART002, ERROR, "RM0090 30",
        "overrun: a frame has come before DR was read, and is lost",
        "read DR in time: by interrupt, or DMA")
MISHAP(USART003, ERROR, "RM0090 30",
        "RX is at no pin: what comes in is lost",
        "set MODER and AFR of its port")
MISHAP(USART004, ERROR, "RM0090 30",
        "BRR is no baud rate: what comes in is lost",
        "write BRR first")
MISTAKE(USART005, ERROR, "RM0090 30",
        "TX is at no pin: what it sends reaches nobody",
        "set MODER and AFR of its port")
MISTAKE(USART006, ERROR, "RM0090 30",
        "BRR is no baud rate: nothing is sent",
        "write BRR first")
MISTAKE(USART007, ERROR, "RM0090 30",
        "TE cleared while a frame was going out: it is lost",
        "wait for SR.TC before")
MISTAKE(USART008, ERROR, "RM0090 30",
        "DR is written with the transmitter off (CR1.UE, CR1.TE)",
        "set CR1.UE and TE first")
MISTAKE(USART009, ERROR, "RM0090 30",
        "DR written while TXE is 0: what was there before is lost",
        "wait for SR.TXE")
MISTAKE(USART010, ERROR, "RM0090 30",
        "LINEN, IREN, SCEN, HDSEL and CLKEN exclude each other, but SCEN and CLKEN do not",
        "choose one of them")
MISTAKE(USART011, ERROR, "RM0090 30",
        "IREN with GTPR.PSC = 0, which is reserved",
        "write GTPR.PSC")
MISTAKE(USART012, ERROR, "RM0090 30",
        "BRR bit 3 set, with OVER8 it has to be 0: taken as 0",
        "shift the fraction right by one bit: it has three with OVER8")
MISTAKE(USART013, ERROR, "RM0090 30",
        "BRR changed while a frame is going out",
        "wait for SR.TC before")
MISTAKE(USART014, ERROR, "RM0090 30",
        "with WAKE, RWU can't be written while RXNE is set: ignored",
        "read DR first")
MISTAKE(USART015, ERROR, "RM0090 30",
        "a register is written with bits that this UART has not",
        "see which bits UART4 and UART5 have")
MISTAKE(USART016, ERROR, "RM0090 30",
        "CR2.STOP: 0.5 and 1.5 stop bits are not available in this UART",
        "take 1 or 2")
MISTAKE(USART017, NOTE, "RM0090 30.3.4",
        "the baud rate is none of the usual, and BRR fits one of them with another clock: on a board garbage comes out",
        "reckon BRR from PCLK1, or PCLK2 for USART1 and USART6, as the program has set them; see HSE_VALUE and SystemCoreClock")
MISHAP(USART018, NOTE, "RM0090 30.3.3",
        "frames come, and DR is not read: what waits here is lost on a board",
        "read DR, or begin anew in the callback: HAL_UART_Receive_IT() and HAL_UART_Receive_DMA() are for once, unless the stream is "
        "circular")
MISTAKE(USART019, SUSPICIOUS, "RM0090 30.3.2",
        "the clock of a USART changes, or stops, while a frame is going out: on a board garbage arrives",
        "wait for SR.TC before the clocks are changed, before Stop, and before its enable bit is cleared")
MISTAKE(USART020, SUSPICIOUS, "RM0090 30.3.8",
        "what is written to DR has a bit more than frames have: parity takes the place of the upper data bit",
        "set CR1.M with PCE for 8 bits of data: UART_WORDLENGTH_9B")
