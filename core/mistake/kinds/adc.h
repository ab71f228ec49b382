/*
 * Mistakes with ADC, see ../kinds.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
MISTAKE(ADC001, ERROR, "RM0090 13",
        "JAUTO with an external trigger of the injected group (JEXTEN)",
        "clear JEXTEN, or JAUTO")
MISTAKE(ADC002, ERROR, "RM0090 13",
        "JAUTO and a discontinuous mode at the same time",
        "choose one of them")
MISTAKE(ADC003, ERROR, "RM0090 13",
        "discontinuous mode of both groups at the same time",
        "choose one of them")
MISTAKE(ADC004, ERROR, "RM0090 13",
        "CR1 or a sequence is written during a conversion that software has started: that ends "
        "without EOC",
        "start it again")
MISTAKE(ADC005, ERROR, "RM0090 13",
        "MULTI changed from one multi mode to another",
        "go through independent mode")
MISTAKE(ADC006, ERROR, "RM0090 13",
        "CCR.MULTI has a value that is reserved",
        "choose one of the modes that the manual names")
MISHAP(ADC007, ERROR, "RM0090 13",
        "a channel is converted that does not exist: it reads 0",
        "channels are 0 to 18: correct SQRx or JSQR")
MISHAP(ADC008, ERROR, "RM0090 13",
        "a channel inside the chip is converted, and is off",
        "set TSVREFE or VBATE in CCR")
MISHAP(ADC009, ERROR, "RM0090 13",
        "a channel inside the chip is sampled for less than the 10 us it needs",
        "give SMPRx more cycles, or ADCCLK a larger prescaler")
MISHAP(ADC010, ERROR, "RM0090 13",
        "a channel is converted whose pin is not in analog mode",
        "set MODER of the pin to 3, analog")
MISTAKE(ADC011, ERROR, "RM0090 13",
        "started while it is off",
        "set ADON first")
MISTAKE(ADC012, SUSPICIOUS, "RM0090 13",
        "started before it is stable",
        "wait for 3 us after ADON")
MISHAP(ADC013, ERROR, "RM0090 13",
        "ADCCLK is faster than 36 MHz",
        "choose a larger ADCPRE")
MISHAP(ADC014, ERROR, "RM0090 13",
        "a regular trigger is ignored while SR.OVR is set",
        "clear SR.OVR, and set DMA and its stream up again, before conversions go on")
MISHAP(ADC015, ERROR, "RM0090 13",
        "a regular trigger comes before the last one's conversions are through: it is lost",
        "trigger less often, or sample shorter")
MISHAP(ADC016, ERROR, "RM0090 13",
        "an injected trigger comes before the last one's conversions are through: it is lost",
        "trigger less often, or sample shorter")
MISHAP(ADC017, ERROR, "RM0090 13",
        "a trigger of its own is ignored: in this multi mode (MULTI) ADC1 starts it",
        "clear EXTEN of the slave, or choose independent mode")
MISHAP(ADC018, ERROR, "RM0090 13.8.1",
        "overrun with DMA: neither conversions nor requests go on",
        "let the stream be enabled, circular or long enough, before the first conversion; after an "
        "overrun clear SR.OVR, set NDTR and EN of the stream, then start again")
MISHAP(ADC019, SUSPICIOUS, "RM0090 13.6",
        "conversions are waited for, and their trigger is selected (EXTSEL, JEXTSEL) but not enabled",
        "set EXTEN (JEXTEN) to the edge that is to start them, or start by SWSTART (JSWSTART)")
MISTAKE(ADC020, SUSPICIOUS, "RM0090 13.3.9",
        "conversions of a trigger end while EOC or JEOC is still set from the ones before, so their interrupt is lost, and data is "
        "written over",
        "keep the handler, and sections with interrupts off, shorter than a trigger's period; let a DMA take the data, or set "
        "CR2.EOCS to be told by OVR")
MISHAP(ADC021, NOTE, "RM0090 13.6",
        "conversions are waited for, and the trigger that starts them does not come",
        "start what EXTSEL (JEXTSEL) selects: CEN of the timer, MMS in its CR2 for TRGO, CCxE and a mode of CCx")
MISHAP(ADC022, SUSPICIOUS, "RM0090 13.3.3",
        "a sequence is set up for more channels than are converted",
        "set SQR1.L to their number less 1, and CR1.SCAN: NbrOfConversion and ScanConvMode of ADC_InitTypeDef")
MISHAP(ADC023, SUSPICIOUS, "RM0090 13.8.2",
        "several channels are converted in a row, and only the last can be read: there is no DMA, and EOC comes at the end",
        "let a DMA take them, or set CR2.EOCS (EOCSelection = ADC_EOC_SINGLE_CONV) and read DR after each")
MISHAP(ADC024, ERROR, "RM0090 13.8.1",
        "an ADC converts on, and its stream is circular, but it requests no more since the stream's first time: data stays as it is",
        "set CR2.DDS (DMAContinuousRequests = ENABLE)")
