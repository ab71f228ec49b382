/*
 * Mistakes with ETH, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(ETH001, ERROR, "RM0090 33",
        "fatal bus error: the DMA reaches nothing at a descriptor's or buffer's address",
        "put descriptors and buffers into SRAM (0x20000000); the DMA is dead until DMABMR.SR")
MISTAKE(ETH002, ERROR, "RM0090 33",
        "DMABMR.SR without the clocks of MII or RMII: it will not be 0 again",
        "switch the clocks of MII or RMII on first: pins, and what the PHY needs")
MISTAKE(ETH003, ERROR, "RM0090 33",
        "HCLK is less than the 25 MHz that Ethernet takes",
        "choose a faster HCLK")
MISTAKE(ETH004, ERROR, "RM0090 33",
        "started while DMABMR.SR is 1, in reset",
        "wait until it is 0")
MISTAKE(ETH005, ERROR, "RM0090 33",
        "SYSCFG_PMC.MII_RMII_SEL has changed while the MAC ran",
        "choose while it is in reset, or reset it afterwards by DMABMR.SR")
MISTAKE(ETH006, ERROR, "RM0090 33",
        "descriptors are not at words: the two lowest bits are taken for 0",
        "align descriptors to words")
MISTAKE(ETH007, ERROR, "RM0090 33",
        "descriptors are in CCM RAM, which the Ethernet DMA does not reach",
        "put the descriptors into SRAM (0x20000000)")
MISTAKE(ETH008, NOTE, "RM0090 33",
        "the transmit DMA is suspended, and a descriptor waits for it",
        "write DMATPDR when a frame is ready, and clear DMASR.TBUS")
MISTAKE(ETH009, ERROR, "RM0090 33",
        "the address of a list is written while that DMA runs",
        "clear DMAOMR.ST or SR first")
MISHAP(ETH010, ERROR, "RM0090 33",
        "a frame was begun, and its next descriptor is not the DMA's: underflow",
        "give it the first one last, or use DMAOMR.TSF")
MISHAP(ETH011, ERROR, "RM0090 33",
        "a transmit descriptor is a first one (FS), and the frame before has had no last one (LS)",
        "set TDES0.LS in the last descriptor of every frame")
MISHAP(ETH012, ERROR, "RM0090 33",
        "a transmit descriptor begins a frame without FS",
        "set TDES0.FS in the first; the ring has to be closed by TER")
MISHAP(ETH013, ERROR, "RM0090 33",
        "TDES0.CIC asks for checksums, which takes DMAOMR.TSF: none are inserted",
        "set DMAOMR.TSF")
MISTAKE(ETH014, ERROR, "RM0090 33",
        "an access to the PHY, and MDC or MDIO is at no pin",
        "select AF11 at PC1 (MDC) and PA2 (MDIO)")
MISTAKE(ETH015, ERROR, "RM0090 33",
        "MACMIIAR written while an access to the PHY is under way",
        "wait for MB to be 0")
MISTAKE(ETH016, ERROR, "RM0090 33",
        "MDC is faster than the 2.5 MHz that PHYs take",
        "choose MACMIIAR.CR by HCLK")
MISTAKE(ETH017, ERROR, "RM0090 33",
        "MACPMTCSR.PD without MPE and WFE: no frame can wake the MAC",
        "set MPE or WFE with it")
MISTAKE(ETH018, ERROR, "RM0090 33",
        "PTPTSCR.TSE without clock",
        "set ETHMACPTPEN of RCC_AHB1ENR")
MISTAKE(ETH019, NOTE, "RM0090 33",
        "frames come for an address that the filter does not take",
        "write the address into MACA0HR and MACA0LR, in that order")
MISHAP(ETH020, ERROR, "RM0090 33",
        "the next receive descriptor is all 0",
        "close the ring: RER in the last descriptor (RDES1), or RCH and the address of the next")
MISHAP(ETH021, ERROR, "RM0090 33",
        "a frame is longer than its buffers: it is cut (RDES0.DE)",
        "give the DMA more or larger ones")
MISHAP(ETH022, ERROR, "RM0090 33",
        "receive descriptors without buffers, one after the other",
        "give RDES1 the sizes of the buffers")
MISHAP(ETH023, ERROR, "RM0090 33",
        "TDES0.DC: the last four bytes of a frame have to be its CRC, and are not: nobody will take it",
        "append the CRC, or clear TDES0.DC")
MISTAKE(ETH024, ERROR, "RM0090 33",
        "MACFCR.FCBBPA without TFCE: no PAUSE frame is sent, no back pressure made",
        "set MACFCR.TFCE")
MISHAP(ETH025, ERROR, "RM0090 33",
        "a frame, but a data line is at no pin",
        "select AF11 there")
MISHAP(ETH026, ERROR, "RM0090 33",
        "MACCR.FES is not the speed of the PHY: frames are garbled",
        "read the PHY's result of auto-negotiation")
MISHAP(ETH027, ERROR, "RM0090 33",
        "MACCR.DM is not as the PHY's duplex: on a busy line frames are lost",
        "read the PHY's result of auto-negotiation")
MISHAP(ETH028, ERROR, "RM0090 33",
        "a frame, but ETH_TX_EN is at no pin",
        "select AF11 at PB11 (or PG11)")
MISHAP(ETH029, ERROR, "RM0090 33",
        "a frame, but CRS_DV or RX_DV is at no pin",
        "select AF11 at PA7")
