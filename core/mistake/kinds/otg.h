/*
 * Mistakes with both USB cores, as device and as host, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(OTG001, ERROR, "RM0090 34, 35",
        "the receive FIFO has no room for a packet of a channel: it is never asked for",
        "give GRXFSIZ more words")
MISTAKE(OTG002, ERROR, "RM0090 34, 35",
        "a write to the FIFO of a channel that does not send: the word is lost",
        "enable an OUT channel first")
MISTAKE(OTG003, ERROR, "RM0090 34, 35",
        "a write to the FIFO of a channel beyond what is to be sent: the word is lost",
        "write as many bytes as HCTSIZ.XFRSIZ")
MISTAKE(OTG004, ERROR, "RM0090 34, 35",
        "a write to a transmit FIFO of the host that is full: the word is lost",
        "look at HNPTXSTS or HPTXSTS before a packet")
MISTAKE(OTG005, ERROR, "RM0090 34, 35",
        "a channel is enabled while the port is not: nothing is sent",
        "reset the port when a device is connected, and wait for PENCHNG")
MISTAKE(OTG006, ERROR, "RM0090 34, 35",
        "a channel is enabled with PKTCNT = 0: nothing is sent",
        "a packet, also an empty one, has to be counted")
MISTAKE(OTG007, ERROR, "RM0090 34, 35",
        "a channel is enabled with more bytes than its packets hold",
        "make PKTCNT the number of packets")
MISTAKE(OTG008, ERROR, "RM0090 34, 35",
        "HCCHAR is written while the core is a device",
        "set GUSBCFG.FHMOD and wait until it is a host")
MISTAKE(OTG009, ERROR, "RM0090 34, 35",
        "HCTSIZ is written while its channel is enabled: the transfer under way is changed",
        "halt the channel first")
MISHAP(OTG010, ERROR, "RM0090 34, 35",
        "HCLK is not the 14.2 MHz that USB takes at least",
        "choose a faster HCLK")
MISHAP(OTG011, ERROR, "RM0090 34, 35",
        "GUSBCFG.TRDT is too small: the core answers too late",
        "set GUSBCFG.TRDT by HCLK, as the manual's table has it")
MISTAKE(OTG012, ERROR, "RM0090 34, 35",
        "DCTL.RWUSIG set while the bus is not suspended (DSTS.SUSPSTS is 0): the host is not woken",
        "wait for GINTSTS.USBSUSP")
MISHAP(OTG013, ERROR, "RM0090 34, 35",
        "the core's DMA reaches nothing at an address",
        "put the buffer into SRAM")
MISHAP(OTG014, SUSPICIOUS, "RM0090 34, 35",
        "DATA0 and DATA1 do not alternate: the device drops the packet",
        "keep HCTSIZ.DPID from one transfer to the next")
MISTAKE(OTG015, ERROR, "RM0090 34, 35",
        "a transmit FIFO ends behind the RAM",
        "the sum of GRXFSIZ and all transmit FIFOs has to be no more than the RAM")
MISTAKE(OTG016, ERROR, "RM0090 34, 35",
        "a transmit FIFO is smaller than its packets: they will never go",
        "give it the words of a packet")
MISTAKE(OTG017, ERROR, "RM0090 34, 35",
        "a transmit FIFO overlaps the receive FIFO: they spoil each other's data",
        "put them behind the receive FIFO")
MISTAKE(OTG018, ERROR, "RM0090 34, 35",
        "two transmit FIFOs overlap: they spoil each other's data",
        "put one behind the other")
MISHAP(OTG019, ERROR, "RM0090 34, 35",
        "a device is plugged in and HPRT.PPWR is set, but there is no VBUS: it stays dark",
        "the power switch of the connector has to be on, by the pin that it is at")
MISHAP(OTG020, ERROR, "RM0090 34, 35",
        "a device is plugged in and the core is its host, but HPRT.PPWR is not set: the port looks "
        "for nothing",
        "set HPRT.PPWR")
MISTAKE(OTG021, ERROR, "RM0090 34, 35",
        "HPRT.PRST was set for less than 10 ms",
        "hold it for 10 ms at least, 50 ms for a root port")
MISTAKE(OTG022, ERROR, "RM0090 34, 35",
        "HPRT is written while the core is a device",
        "set GUSBCFG.FHMOD and wait until it is a host")
MISTAKE(OTG023, SUSPICIOUS, "RM0090 34, 35",
        "HPRT is written with PENA = 1, which disables the port",
        "where one of its bits is changed PENA, PCDET, PENCHNG and POCCHNG have to be written 0 if "
        "they are not meant")
MISTAKE(OTG024, ERROR, "RM0090 34, 35",
        "HCFG.FSLSPCS does not fit the device's speed",
        "set it to 1 (48 MHz), or 2 (6 MHz) with a low-speed device")
MISTAKE(OTG025, ERROR, "RM0090 34, 35",
        "HFIR does not make frames of 1 ms",
        "write 48000 to HFIR, or 6000 with FSLSPCS = 2")
MISTAKE(OTG026, ERROR, "RM0090 34, 35",
        "a write to the FIFO of an IN endpoint beyond what is to be sent: the host will get it with "
        "the next transfer",
        "the host will get it with the next transfer")
MISTAKE(OTG027, ERROR, "RM0090 34, 35",
        "a write to a transmit FIFO that is full: the word is lost",
        "look at DTXFSTS before a packet")
MISTAKE(OTG029, ERROR, "RM0090 34, 35",
        "DIEPTSIZ is written while its endpoint is enabled: the transfer under way is changed",
        "wait for XFRC, or disable it first")
MISTAKE(OTG030, ERROR, "RM0090 34, 35",
        "an IN endpoint is enabled, but not active: it does not answer",
        "set USBAEP")
MISTAKE(OTG031, ERROR, "RM0090 34, 35",
        "an IN endpoint is enabled with PKTCNT = 0: it never sends",
        "an empty packet has PKTCNT = 1")
MISTAKE(OTG032, ERROR, "RM0090 34, 35",
        "an IN endpoint is enabled with more bytes than its packets hold",
        "make PKTCNT the number of packets")
MISTAKE(OTG033, ERROR, "RM0090 34, 35",
        "DIEPCTL.TXFNUM is no FIFO",
        "choose one that there is")
MISTAKE(OTG034, ERROR, "RM0090 34, 35",
        "an IN endpoint is disabled while it may send",
        "set SNAK first and wait for DIEPINT.INEPNE")
MISTAKE(OTG035, ERROR, "RM0090 34, 35",
        "DIEPCTL is written while the core is a host",
        "set GUSBCFG.FDMOD and wait until it is a device")
MISHAP(OTG036, ERROR, "RM0090 34, 35",
        "GUSBCFG.PHYSEL is 0: the PHY is to be one at the ULPI, and there is none",
        "set PHYSEL for the full-speed PHY of the chip, or give the machine one (-global "
        "stm32f4-otg-hs.ulpi=on)")
MISHAP(OTG037, ERROR, "RM0090 34, 35",
        "the clock of USB is not 48 MHz: no host will understand it",
        "choose PLLQ so that it is 48 MHz")
MISHAP(OTG038, ERROR, "RM0090 34, 35",
        "it is switched on, but not all of its signals are at a pin",
        "choose their alternate function in GPIOx_AFR and GPIOx_MODER")
MISTAKE(OTG039, ERROR, "RM0090 34, 35",
        "GRXSTSP read while the receive FIFO is empty",
        "wait for GINTSTS.RXFLVL")
MISTAKE(OTG040, ERROR, "RM0090 34, 35",
        "GRXSTSP is read while words of the packet before are in the receive FIFO: they are taken for "
        "a status",
        "read the words of the packet from the FIFO first")
MISTAKE(OTG041, ERROR, "RM0090 34, 35",
        "CSRST without the clock of the PHY: it will never be 0 again",
        "switch the PLL on, or choose the PHY of the chip by PHYSEL")
MISTAKE(OTG042, ERROR, "RM0090 34, 35",
        "GRXFSIZ written while there is something in the receive FIFO: it is lost",
        "do it while the FIFOs are empty, and flush them")
MISTAKE(OTG043, ERROR, "RM0090 34, 35",
        "the place of a transmit FIFO is changed while there is something in it: it is lost",
        "do it while the FIFOs are empty, and flush them")
MISHAP(OTG044, ERROR, "RM0090 34, 35",
        "a packet comes that is more than the firmware expects",
        "XFRSIZ has to be a multiple of MPSIZ")
MISHAP(OTG045, ERROR, "RM0090 34, 35",
        "the host sends more than an OUT endpoint's packets have",
        "make MPSIZ what the descriptor says")
MISHAP(OTG046, ERROR, "RM0090 34, 35",
        "a SETUP comes and the receive FIFO has no room for it: it is lost",
        "the FIFO needs 10 words for SETUPs besides those for packets")
MISTAKE(OTG047, ERROR, "RM0090 34, 35",
        "an OUT endpoint is enabled, but not active: it does not answer",
        "set USBAEP")
MISTAKE(OTG048, ERROR, "RM0090 34, 35",
        "an OUT endpoint is enabled with PKTCNT = 0: it ends with the first packet",
        "count the packets")
MISTAKE(OTG049, ERROR, "RM0090 34, 35",
        "the receive FIFO has no room for a packet of an OUT endpoint: it will never be taken",
        "give GRXFSIZ more words")
MISTAKE(OTG050, ERROR, "RM0090 34, 35",
        "an OUT endpoint is disabled while it may receive",
        "set DCTL.SGONAK first and wait for GINTSTS.GONAKEFF")
MISTAKE(OTG051, ERROR, "RM0090 34, 35",
        "DOEPCTL is written while the core is a host",
        "set GUSBCFG.FDMOD and wait until it is a device")
MISTAKE(OTG052, ERROR, "RM0090 34, 35",
        "DOEPTSIZ is written while its endpoint is enabled: the transfer under way is changed",
        "wait for XFRC, or disable it first")
MISTAKE(OTG053, ERROR, "RM0090 34, 35",
        "a request of a channel comes while its queue is full: it is lost",
        "look at HPTXSTS.PTXQSAV or HNPTXSTS.NPTQXSAV before")
MISTAKE(OTG054, ERROR, "RM0090 34, 35",
        "read of the receive FIFO while it is empty",
        "wait for GINTSTS.RXFLVL, and read as many words as GRXSTSP.BCNT tells")
MISTAKE(OTG055, ERROR, "RM0090 34, 35",
        "read of the receive FIFO beyond the packet: what comes is the next word of status, which is "
        "lost",
        "read GRXSTSP first")
MISTAKE(OTG056, ERROR, "RM0090 34, 35",
        "a write to the FIFO of an endpoint or channel which there is not",
        "there are those that HWCFG says")
MISTAKE(OTG057, SUSPICIOUS, "RM0090 34, 35; USB 2.0 7.1.20",
        "a test mode is chosen with a full-speed PHY: all of them are signals of high speed",
        "only OTG_HS with a PHY at the ULPI has them; refuse SET_FEATURE(TEST_MODE) at full speed")
MISTAKE(OTG058, ERROR, "USB 2.0 9.4.9",
        "DCTL.TCTL is set before the status of SET_FEATURE has been sent: the host never gets it",
        "set it when the empty IN packet of the status has been sent (DIEPINT0.XFRC)")
MISTAKE(OTG059, SUSPICIOUS, "RM0090 35.12, DIEPTSIZ",
        "DIEPTSIZ.MCNT of an isochronous endpoint is 0, or more than the packets that there are: the host is told a "
        "wrong number",
        "at high speed make MCNT the number of packets in a microframe, 1 at least")
MISTAKE(OTG060, SUSPICIOUS, "RM0090 34, 35, HCCHAR",
        "a periodic channel is enabled with HCCHAR.MC = 0, which is reserved",
        "set it to 1; to 2 or 3 if the endpoint's wMaxPacketSize tells of more transactions")
MISTAKE(OTG061, ERROR, "USB 2.0 5.6.3, 5.7.3",
        "a periodic channel is enabled with HCCHAR.MC of more than 1 at full speed",
        "set it to 1: only at high speed an endpoint has several transactions in a microframe")
MISTAKE(OTG062, ERROR, "USB 2.0 5.9.2",
        "the first of several packets OUT in a microframe is not MDATA: the device takes it for the only one",
        "set HCTSIZ.DPID to 3 (MDATA) where HCCHAR.MC is more than 1")
MISTAKE(OTG063, ERROR, "RM0090 34, 35, GOTGCTL",
        "GOTGCTL.SRQ is set without GUSBCFG.SRPCAP: no session is asked for",
        "set SRPCAP before")
MISTAKE(OTG064, ERROR, "RM0090 34, 35, GOTGCTL",
        "GOTGCTL.SRQ is set where there is nothing to ask for: a session is there, or the core is a host",
        "wait for GOTGINT.SEDET, and look whether GOTGCTL.BSVLD is 0")
MISTAKE(OTG065, ERROR, "RM0090 34, 35, GOTGCTL",
        "GOTGCTL.HNPRQ or HSHNPEN is set without what allows it: no roles are negotiated",
        "set GUSBCFG.HNPCAP, and as a device DHNPEN when the host has sent SET_FEATURE(b_hnp_enable)")
MISHAP(OTG066, ERROR, "RM0090 35.12, HCSPLT; USB 2.0 11.14",
        "a transaction goes to a device of full or low speed behind a hub of high speed and is not split",
        "set HCSPLT.SPLITEN with the hub's address and its port, and do both halves")
MISHAP(OTG067, ERROR, "RM0090 35.12, HCSPLT; USB 2.0 11.14",
        "a split transaction goes to a hub and port where the device is not",
        "HUBADDR and PRTADDR are those of the hub of high speed next to the device; a device of high speed, or at a "
        "bus that is not, needs none")
MISHAP(OTG068, ERROR, "RM0090 35.12, HCSPLT; USB 2.0 11.17",
        "a complete-split comes without a start-split before it",
        "clear HCSPLT.COMPLSPLT for the first half, and set it when that has been acknowledged")
MISHAP(OTG069, ERROR, "USB 2.0 9.4.9",
        "a device is connected with DCTL.TCTL set: it drives a test signal, and answers no host",
        "clear TCTL when the session ends (GOTGINT.SEDET): who is without power leaves a test mode")
