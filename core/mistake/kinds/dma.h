/*
 * Mistakes with DMA, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(DMA001, ERROR, "RM0090 10.5.5",
        "a register of a stream is written while EN is 1: most of its bits stay",
        "clear EN, and wait until it reads 0, first")
MISTAKE(DMA002, ERROR, "RM0090 10.5.6",
        "NDTR is written with more than its 16 bits hold",
        "take more than one transfer (DBM), or larger items")
MISTAKE(DMA003, ERROR, "RM0090 10.3.9",
        "the buffer in use is changed: transfer error, the stream is disabled",
        "write the other one: CR.CT says which is in use")
MISHAP(DMA004, ERROR, "RM0090 10.3.18",
        "a stream can't reach an address: transfer error, it is disabled",
        "give PAR, M0AR, M1AR addresses that this DMA reaches: not CCM (0x10000000), not the core's "
        "registers")
MISTAKE(DMA005, ERROR, "RM0090 10.5.5",
        "PSIZE or MSIZE is 3, which is reserved",
        "they are 0, 1 or 2: bytes, halfwords, words")
MISTAKE(DMA006, ERROR, "RM0090 10.3.11",
        "NDTR is no whole number of MSIZE: the last one is written with undefined bytes",
        "make NDTR a multiple of MSIZE by PSIZE")
MISTAKE(DMA007, ERROR, "RM0090 10.3.11",
        "an address is not a multiple of its item's size",
        "align buffers, or choose smaller items")
MISTAKE(DMA008, ERROR, "RM0090 10.3.12",
        "a burst of the peripheral port does not fit the FIFO",
        "a burst times PSIZE has to be 16 bytes at most")
MISTAKE(DMA009, ERROR, "RM0090 10.3.12",
        "with a burst as big as the FIFO a threshold of 3/4 makes it overrun or underrun",
        "choose a smaller burst, or FTH = 3, full")
MISTAKE(DMA010, ERROR, "RM0090 10.5.5",
        "DIR is 3, which is reserved: the stream does nothing",
        "DIR is 0, 1 or 2")
MISTAKE(DMA011, ERROR, "RM0090 10.3.6",
        "DMA1 can't go from memory to memory: its peripheral port does not reach memory",
        "take a stream of DMA2")
MISTAKE(DMA012, ERROR, "RM0090 10.3.8",
        "CIRC and DBM are not allowed from memory to memory",
        "clear CIRC and DBM")
MISTAKE(DMA013, ERROR, "RM0090 10.5.6",
        "a stream is enabled with NDTR = 0: it moves nothing",
        "write the number of items first")
MISTAKE(DMA014, ERROR, "RM0090 10.3.17",
        "a stream is enabled while TCIF or TEIF of it is set: it stays disabled",
        "clear its flags first")
MISTAKE(DMA015, SUSPICIOUS, "RM0090 10.3.17",
        "a stream is enabled with flags of its last transfer set",
        "clear them first")
MISTAKE(DMA016, ERROR, "RM0090 10.3.12",
        "FCR.FTH is not a whole number of memory bursts: FIFO error, the stream is disabled",
        "FTH times 4 bytes has to be a multiple of MBURST times MSIZE")
MISTAKE(DMA017, ERROR, "RM0090 10.3.3",
        "a stream is enabled with a channel that no peripheral requests: it waits for ever",
        "choose stream and channel by tables 43 and 44 of the manual")
MISHAP(DMA018, SUSPICIOUS, "RM0090 10.3.3",
        "a peripheral requests, and no stream serves it",
        "choose stream and channel by tables 43 and 44 of the manual, and set EN of that stream")
MISHAP(DMA019, SUSPICIOUS, "RM0090 10.3.3",
        "a stream waits for a transmitter that does not request",
        "set the peripheral's own bit (USART_CR3.DMAT, SPI_CR2.TXDMAEN), and see that the peripheral is on")
MISTAKE(DMA020, SUSPICIOUS, "RM0090 10.3.7",
        "a circular stream has done half or all of its buffer again while the flag of the time before is set: the handler has "
        "missed what was there",
        "clear the flag first in the handler, do there only what takes shorter than half a buffer, or make the buffer larger")
MISTAKE(DMA021, ERROR, "RM0090 10.5.5",
        "a stream moves data the other way than the request is for that it serves",
        "for a transmitter (tx) set CR.DIR to 1, for a receiver to 0")
MISTAKE(DMA022, SUSPICIOUS, "RM0090 10.5.5",
        "a stream moves several items of a USART, I2C, ADC or DCMI from or to one and the same place in memory",
        "set CR.MINC (DMA_MINC_ENABLE)")
MISTAKE(DMA023, ERROR, "RM0090 10.5.6",
        "a stream goes beyond the end of the variable that it begins in",
        "NDTR counts items, not bytes, and PSIZE and MSIZE are those of the variable: DMA_MDATAALIGN_HALFWORD for uint16_t")
MISHAP(DMA024, SUSPICIOUS, "RM0090 10.3.11",
        "a burst to or from memory crosses a boundary of 1 Kbyte: on silicon the bus may refuse it, and no flag tells",
        "align the buffer to the size of a burst, MBURST times MSIZE")
MISTAKE(DMA025, SUSPICIOUS, "RM0090 10.3.6",
        "a stream's address is not that of a data register, or of a buffer",
        "PAR = (uint32_t)&USART2->DR, M0AR = (uint32_t)buffer: the addresses, not what is there")
