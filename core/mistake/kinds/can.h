/*
 * Mistakes with CAN, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(CAN001, ERROR, "RM0090 32",
        "BTR written outside of initialization mode: ignored",
        "set MCR.INRQ and wait for MSR.INAK first")
MISHAP(CAN002, ERROR, "RM0090 32",
        "waits for 11 recessive bits, and RX is low: there is no transceiver without -machine "
        "canbus1=ID or canbus2=ID",
        "give the machine a bus: -machine canbus1=ID or canbus2=ID with -object can-bus,id=ID; on a "
        "board, look at the transceiver")
MISHAP(CAN003, ERROR, "RM0090 32",
        "CAN leaves initialization, and RX or TX is at no pin",
        "select AF9 of both pins in AFR, and MODER")
MISTAKE(CAN004, ERROR, "RM0090 32",
        "filter registers of CAN2 are accessed, which are those of CAN1",
        "set them by CAN1: FMR.CAN2SB says which are CAN2's")
MISTAKE(CAN005, ERROR, "RM0090 32",
        "a filter bank is written while it is active: ignored",
        "set FMR.FINIT, or clear the bank's bit in FA1R, first")
MISTAKE(CAN006, ERROR, "RM0090 32",
        "a filter register is written with FMR.FINIT = 0: ignored",
        "set FMR.FINIT first")
MISTAKE(CAN007, ERROR, "RM0090 32",
        "a mailbox is written while it is pending: ignored",
        "look for an empty mailbox (TSR.TMEx) before")
MISTAKE(CAN008, ERROR, "RM0090 32",
        "TDTxR.DLC is more than 8: 8 bytes are sent",
        "a frame has 0 to 8 bytes")
MISTAKE(CAN009, ERROR, "RM0090 32",
        "TXRQ set in silent mode: it is not sent",
        "clear BTR.SILM, or set LBKM with it to test")
MISHAP(CAN010, SUSPICIOUS, "RM0090 32.7.4",
        "a frame comes, and no filter bank of this CAN is active: all frames are dropped",
        "give it a bank: CAN1 has those below FMR.CAN2SB, CAN2 the others; set FA1R, clear FINIT")
MISTAKE(CAN011, ERROR, "RM0090 32.3",
        "CAN2 is used without the clock of CAN1, whose memory and filters it needs",
        "set RCC_APB1ENR.CAN1EN too, and give CAN2 its filters by CAN1's registers")
MISTAKE(CAN012, SUSPICIOUS, "RM0090 32.4.3",
        "it is set up while MCR.SLEEP is set, as it is after a reset: on silicon it may not leave Sleep mode",
        "clear MCR.SLEEP before INRQ is set, or with it")
MISHAP(CAN013, SUSPICIOUS, "RM0090 32.4.1",
        "a frame is to be sent while CAN is in initialization mode: it waits",
        "clear MCR.INRQ and wait for MSR.INAK to be 0: HAL_CAN_Start()")
MISHAP(CAN014, SUSPICIOUS, "RM0090 32.7.4",
        "the filters give frames to a FIFO that nobody reads, and the interrupts that are enabled are the other's",
        "make FFA1R (FilterFIFOAssignment) and IER (CAN_IT_RX_FIFOx_MSG_PENDING) say the same FIFO")
