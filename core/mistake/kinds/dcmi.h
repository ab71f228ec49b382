/*
 * Mistakes with DCMI, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISHAP(DCMI001, ERROR, "RM0090 15",
        "OVR: the FIFO was full and more came",
        "let stream 1 or 7 of DMA2 (channel 1) serve it, enabled before CAPTURE is set and for all of "
        "the frame, or read DR in time")
MISTAKE(DCMI002, ERROR, "RM0090 15",
        "CAPTURE set, but DCMI_PIXCLK is at no pin",
        "select AF13 at PA6")
MISTAKE(DCMI003, ERROR, "RM0090 15",
        "CAPTURE set, but DCMI_HSYNC is at no pin",
        "select AF13 at PA4 (or PH8)")
MISTAKE(DCMI004, ERROR, "RM0090 15",
        "CAPTURE set, but DCMI_VSYNC is at no pin",
        "select AF13 at PB7 (or PI5)")
MISTAKE(DCMI005, ERROR, "RM0090 15",
        "CAPTURE set, but a data line is at no pin: its bit reads 0",
        "select AF13 there")
MISTAKE(DCMI006, ERROR, "RM0090 15",
        "CR.ESS is not what the camera sends: no frame is seen",
        "set CR.ESS as the camera sends")
MISTAKE(DCMI007, ERROR, "RM0090 15",
        "CR.VSPOL is not as the camera's VSYNC is: frames are empty",
        "set CR.VSPOL to the other level")
MISTAKE(DCMI008, ERROR, "RM0090 15",
        "CR.HSPOL is not as the camera's HSYNC is: what is taken is no data",
        "set CR.HSPOL to the other level")
MISTAKE(DCMI009, ERROR, "RM0090 15",
        "CR.PCKPOL takes data with the edge at which the camera changes it",
        "set CR.PCKPOL to the other edge")
MISTAKE(DCMI010, ERROR, "RM0090 15",
        "CAPTURE set with codes in ESCR, by ESUR, of which the camera sends none that begins a frame",
        "write ESCR as the camera's datasheet has its codes")
MISTAKE(DCMI011, ERROR, "RM0090 15",
        "CAPTURE set with codes in ESCR, by ESUR, of which the camera sends none that ends a frame",
        "write ESCR as the camera's datasheet has its codes")
MISTAKE(DCMI012, ERROR, "RM0090 15",
        "CR.ESS with more than 8 bits: codes are bytes",
        "set CR.EDM to 0, for 8 bits")
MISTAKE(DCMI013, ERROR, "RM0090 15",
        "CR.EDM takes another number of bits than the camera has lines",
        "set CR.EDM as the camera is wired")
MISTAKE(DCMI014, ERROR, "RM0090 15",
        "CR.JPEG is 0, and the camera sends JPEG: the end of a picture that is no whole word is lost",
        "set CR.JPEG")
MISTAKE(DCMI015, NOTE, "RM0090 15",
        "CR.JPEG is 1, and the camera does not send JPEG",
        "set its format too")
MISTAKE(DCMI016, ERROR, "RM0090 15",
        "CR.CROP does nothing with JPEG",
        "clear CR.CROP, or CR.JPEG")
MISTAKE(DCMI017, ERROR, "RM0090 15",
        "PIXCLK is faster than HCLK / 2.5: data is lost on silicon",
        "lower it, or raise HCLK")
MISTAKE(DCMI018, NOTE, "RM0090 15",
        "CAPTURE set, and no stream of the DMA is enabled for it",
        "enable stream 1 or 7 of DMA2 with channel 1 first, or read DR in time")
MISTAKE(DCMI019, NOTE, "RM0090 15",
        "the DMA is set for another number of words than a frame of the camera has",
        "set NDTR to the words of a frame; more than 65535 take two buffers (DBM), or CROP")
MISTAKE(DCMI020, NOTE, "RM0090 15",
        "CAPTURE set, but there is no camera",
        "-device stm32-camera plugs one in")
MISTAKE(DCMI021, NOTE, "RM0090 15",
        "CAPTURE set, but the camera sends nothing",
        "see what it says: its clock, reset, power, registers")
MISTAKE(DCMI022, ERROR, "RM0090 15",
        "CR is written while CAPTURE is 1",
        "stop first, and wait until CAPTURE reads 0")
MISTAKE(DCMI023, ERROR, "RM0090 15",
        "CR.CAPTURE set without ENABLE: nothing is captured before that is set too",
        "set ENABLE")
MISTAKE(DCMI024, ERROR, "RM0090 15",
        "DR is read while the FIFO is empty",
        "wait for SR.FNE, or let the DMA read it")
