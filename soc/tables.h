/*
 * The STM32F407xx as tables of its manual: what is where, which clock and reset bit it hangs on, and
 * which output reaches which input.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * RM0090 table 1 (where) and chapter 7.3 (which bit of RCC).
 *   clock, reset   outputs of RCC; NULL: the peripheral's own name, "usart2" and "usart2-reset"
 *   properties     what makes this instance differ from others of its type
 *   type NULL      not modelled yet: an access is reported, reads give 0
 */
#define ALWAYS "hclk"       /* no enable bit: clocked with the AHB */
#define ITS_OWN ""          /* it has its clock from others that it belongs to */
#define NONE ""             /* no reset bit */

static const struct Peripheral {
    const char *name, *type;
    hwaddr base;
    const char *clock, *reset, *properties;
} peripheral_table[] = {
    /* a snapshot is loaded in this order: clocks before what they clock, SYSCFG before EXTI */
    { "rcc",    "stm32f4-rcc",    0x40023800, ALWAYS, NONE },
    /* before the SPIs: a card that the user gives no bus goes to an adapter there, if there is one */
    { "sdio",   "stm32f4-sdio",   0x40012c00 },
    /* APB1 */
    { "tim2",   "stm32f4-tim",    0x40000000, .properties = "bits=32,remap=2" },
    { "tim3",   "stm32f4-tim",    0x40000400 },
    { "tim4",   "stm32f4-tim",    0x40000800 },
    { "tim5",   "stm32f4-tim",    0x40000c00, .properties = "bits=32,remap=5" },
    { "tim6",   "stm32f4-tim",    0x40001000, .properties = "channels=0" },
    { "tim7",   "stm32f4-tim",    0x40001400, .properties = "channels=0" },
    { "tim12",  "stm32f4-tim",    0x40001800, .properties = "channels=2" },
    { "tim13",  "stm32f4-tim",    0x40001c00, .properties = "channels=1" },
    { "tim14",  "stm32f4-tim",    0x40002000, .properties = "channels=1" },
    { "rtc",    "stm32f4-rtc",    0x40002800, "pclk1", "backup-reset" },
    { "wwdg",   "stm32f4-wwdg",   0x40002c00 },
    { "iwdg",   "stm32f4-iwdg",   0x40003000, "pclk1", NONE },
    { "i2s2ext", "stm32f4-spi",   0x40003400, "spi2", "spi2-reset", "i2s=on,extension=on" },
    { "spi2",   "stm32f4-spi",    0x40003800, .properties = "i2s=on" },
    { "spi3",   "stm32f4-spi",    0x40003c00, .properties = "i2s=on" },
    { "i2s3ext", "stm32f4-spi",   0x40004000, "spi3", "spi3-reset", "i2s=on,extension=on" },
    { "usart2", "stm32f4-usart",  0x40004400 },
    { "usart3", "stm32f4-usart",  0x40004800 },
    { "uart4",  "stm32f4-usart",  0x40004c00, .properties = "synchronous=off,flow-control=off" },
    { "uart5",  "stm32f4-usart",  0x40005000, .properties = "synchronous=off,flow-control=off" },
    { "i2c1",   "stm32f4-i2c",    0x40005400 },
    { "i2c2",   "stm32f4-i2c",    0x40005800 },
    { "i2c3",   "stm32f4-i2c",    0x40005c00 },
    { "can1",   "stm32f4-bxcan",  0x40006400 },
    { "can2",   "stm32f4-bxcan",  0x40006800 },
    { "pwr",    "stm32f4-pwr",    0x40007000 },
    /* APB2 */
    { "tim1",   "stm32f4-tim",    0x40010000, .properties = "advanced=on" },
    { "tim8",   "stm32f4-tim",    0x40010400, .properties = "advanced=on" },
    { "usart1", "stm32f4-usart",  0x40011000 },
    { "usart6", "stm32f4-usart",  0x40011400 },
    { "spi1",   "stm32f4-spi",    0x40013000 },
    { "syscfg", "stm32f4-syscfg", 0x40013800 },
    { "exti",   "stm32f4-exti",   0x40013c00, ALWAYS, NONE },
    { "tim9",   "stm32f4-tim",    0x40014000, .properties = "channels=2" },
    { "tim10",  "stm32f4-tim",    0x40014400, .properties = "channels=1" },
    { "tim11",  "stm32f4-tim",    0x40014800, .properties = "channels=1,remap=11" },
    /* after what triggers them */
    { "dac",    "stm32f4-dac",    0x40007400 },
    { "adc1",   "stm32f4-adc",    0x40012000, .reset = "adc-reset", .properties = "number=1" },
    { "adc2",   "stm32f4-adc",    0x40012100, .reset = "adc-reset", .properties = "number=2" },
    { "adc3",   "stm32f4-adc",    0x40012200, .reset = "adc-reset", .properties = "number=3" },
    { "adc-common", "stm32f4-adc-common", 0x40012300, ITS_OWN, "adc-reset" },
    /* AHB1 */
    { "gpioa",  "stm32f4-gpio",   0x40020000, .properties =
      "port=A,moder=0xa8000000,ospeedr=0x0c000000,pupdr=0x64000000,swd=0x6000" },
    { "gpiob",  "stm32f4-gpio",   0x40020400, .properties =
      "port=B,moder=0x280,ospeedr=0xc0,pupdr=0x100" },
    { "gpioc",  "stm32f4-gpio",   0x40020800, .properties = "port=C" },
    { "gpiod",  "stm32f4-gpio",   0x40020c00, .properties = "port=D" },
    { "gpioe",  "stm32f4-gpio",   0x40021000, .properties = "port=E" },
    { "gpiof",  "stm32f4-gpio",   0x40021400, .properties = "port=F" },
    { "gpiog",  "stm32f4-gpio",   0x40021800, .properties = "port=G" },
    { "gpioh",  "stm32f4-gpio",   0x40021c00, .properties = "port=H" },
    { "gpioi",  "stm32f4-gpio",   0x40022000, .properties = "port=I" },
    { "crc",    "stm32f4-crc",    0x40023000 },
    { "flash",  "stm32f4-flash",  0x40023c00, ALWAYS, NONE },
    { "bkpsram", "stm32f4-bkpsram", 0x40024000, .reset = NONE },
    { "dma1",   "stm32f4-dma",    0x40026000, .properties = "memory-to-memory=off" },
    { "dma2",   "stm32f4-dma",    0x40026400 },
    { "eth",    "stm32f4-eth",    0x40028000, "ethmac", "ethmac-reset" },
    { "otg-hs", "stm32f4-otg-hs", 0x40040000, "otghs", "otgh-reset" },
    /* AHB2 */
    { "otg-fs", "stm32f4-otg-fs", 0x50000000, "otgfs", "otgfs-reset" },
    { "dcmi",   "stm32f4-dcmi",   0x50050000 },
    { "rng",    "stm32f4-rng",    0x50060800 },
    /* AHB3 */
    { "fsmc",   "stm32f4-fsmc",   0xa0000000 },
    /* Private peripheral bus of the core */
    { "itm",    "armv7m-itm",     0xe0000000, ALWAYS, NONE },
    { "dwt",    "armv7m-dwt",     0xe0001000, ALWAYS, NONE },
    { "fpb",    "armv7m-fpb",     0xe0002000, ALWAYS, NONE },
    { "coredebug", "armv7m-coredebug", 0xe000edf0, ALWAYS, NONE },
    { "tpiu",   "armv7m-tpiu",    0xe0040000, ALWAYS, NONE },
    { "dbgmcu", "stm32f4-dbgmcu", 0xe0042000, ALWAYS, NONE },
    { "romtable", "armv7m-romtable", 0xe00ff000, ALWAYS, NONE },
};

/* RM0090 figure 21: clocks that a peripheral has besides that of its bus: its input, RCC's output. */
static const struct {
    const char *peripheral, *input, *clock;
} clock_table[] = {
    { "eth", "ptp", "ethmacptp" },
    { "eth", "rx", "ethmacrx" },
    { "eth", "tx", "ethmactx" },
    { "iwdg", "lsi", "lsi" },
    { "otg-fs", "clk48", "pll48" },
    { "otg-hs", "clk48", "pll48" },
    { "rng", "rng-clk", "pll48" },
    { "rtc", "rtcclk", "rtc" },
    { "sdio", "sdioclk", "pll48" },
    { "spi2", "i2sclk", "i2s" },
    { "spi3", "i2sclk", "i2s" },
    { "tim5", "source[0]", "lsi" },
    { "tim5", "source[1]", "lse-running" },
    { "tim11", "source[0]", "hse-rtc" },
};

/* Peripherals that are part of another, or of the core. */
static const struct {
    const char *peripheral, *link, *to;
} link_table[] = {
    { "can2", "master", "can1" },
    { "spi2", "ext", "i2s2ext" },
    { "spi3", "ext", "i2s3ext" },
    { "adc1", "common", "adc-common" },
    { "adc2", "common", "adc-common" },
    { "adc3", "common", "adc-common" },
    { "coredebug", "core", "armv7m" },
    { "dwt", "core", "armv7m" },
    { "fpb", "core", "armv7m" },
};

#define FPU_IRQ 81

/* RM0090 12.1.2: 1 ms of 18.75 MHz.  unsure: SKEW (inexact), which PM0214 has as 1 */
#define SYSTICK_CALIBRATION (1u << 30 | 18750)

/* RM0090 table 62: what raises interrupt n; several sources are or-ed. */
static const char *const vector_table[82] = {
    [0]  = "wwdg.irq",
    [1]  = "exti.irq[16]",
    [2]  = "exti.irq[21]",
    [3]  = "exti.irq[22]",
    [4]  = "flash.irq",
    [5]  = "rcc.irq",
    [6]  = "exti.irq[0]",
    [7]  = "exti.irq[1]",
    [8]  = "exti.irq[2]",
    [9]  = "exti.irq[3]",
    [10] = "exti.irq[4]",
    [11] = "dma1.irq[0]",
    [12] = "dma1.irq[1]",
    [13] = "dma1.irq[2]",
    [14] = "dma1.irq[3]",
    [15] = "dma1.irq[4]",
    [16] = "dma1.irq[5]",
    [17] = "dma1.irq[6]",
    [18] = "adc1.irq adc2.irq adc3.irq",
    [19] = "can1.irq-tx",
    [20] = "can1.irq-rx0",
    [21] = "can1.irq-rx1",
    [22] = "can1.irq-sce",
    [23] = "exti.irq[5] exti.irq[6] exti.irq[7] exti.irq[8] exti.irq[9]",
    [24] = "tim1.irq-brk tim9.irq",
    [25] = "tim1.irq-up tim10.irq",
    [26] = "tim1.irq-trg-com tim11.irq",
    [27] = "tim1.irq-cc",
    [28] = "tim2.irq",
    [29] = "tim3.irq",
    [30] = "tim4.irq",
    [31] = "i2c1.irq-ev",
    [32] = "i2c1.irq-er",
    [33] = "i2c2.irq-ev",
    [34] = "i2c2.irq-er",
    [35] = "spi1.irq",
    [36] = "spi2.irq i2s2ext.irq",
    [37] = "usart1.irq",
    [38] = "usart2.irq",
    [39] = "usart3.irq",
    [40] = "exti.irq[10] exti.irq[11] exti.irq[12] exti.irq[13] exti.irq[14] exti.irq[15]",
    [41] = "exti.irq[17]",
    [42] = "exti.irq[18]",
    [43] = "tim8.irq-brk tim12.irq",
    [44] = "tim8.irq-up tim13.irq",
    [45] = "tim8.irq-trg-com tim14.irq",
    [46] = "tim8.irq-cc",
    [47] = "dma1.irq[7]",
    [48] = "fsmc.irq",
    [49] = "sdio.irq",
    [50] = "tim5.irq",
    [51] = "spi3.irq i2s3ext.irq",
    [52] = "uart4.irq",
    [53] = "uart5.irq",
    [54] = "tim6.irq dac.irq",
    [55] = "tim7.irq",
    [56] = "dma2.irq[0]",
    [57] = "dma2.irq[1]",
    [58] = "dma2.irq[2]",
    [59] = "dma2.irq[3]",
    [60] = "dma2.irq[4]",
    [61] = "eth.irq",
    [62] = "exti.irq[19]",
    [63] = "can2.irq-tx",
    [64] = "can2.irq-rx0",
    [65] = "can2.irq-rx1",
    [66] = "can2.irq-sce",
    [67] = "otg-fs.irq",
    [68] = "dma2.irq[5]",
    [69] = "dma2.irq[6]",
    [70] = "dma2.irq[7]",
    [71] = "usart6.irq",
    [72] = "i2c3.irq-ev",
    [73] = "i2c3.irq-er",
    [74] = "otg-hs.irq-ep1-out",
    [75] = "otg-hs.irq-ep1-in",
    [76] = "exti.irq[20]",
    [77] = "otg-hs.irq",
    [78] = "dcmi.irq",
    [80] = "rng.irq",
    [FPU_IRQ] = NULL,       /* a matter of the core's own */
};

/* Everything else that is wired inside the chip: from (or-ed) -> to, `count` lines of that name. */
static const struct {
    const char *from, *to;
    unsigned count;
} wire_table[] = {
    { "syscfg.exti", "exti.line", 16 },
    { "syscfg.rmii", "eth.rmii" },
    { "pwr.pvd", "exti.line[16]" },
    { "pwr.vdd", "adc-common.vref" },       /* VREF+ is joined with VDDA and that with VDD */
    { "pwr.vdd", "dac.vref" },
    { "rcc.nmi", "armv7m.NMI" },
    { "armv7m.SYSRESETREQ", "rcc.cause[0]" },
    { "coredebug.trcena", "dwt.trcena" },
    { "coredebug.trcena", "itm.trcena" },
    { "armv7m.SLEEPING", "rcc.sleeping" },
    { "armv7m.SLEEPING", "dwt.sleeping" },
    { "armv7m.SLEEPDEEP", "pwr.sleepdeep" },
    { "exti.event", "armv7m.RXEV" },
    { "exti.pending", "pwr.exti-pending" },
    { "exti.open", "pwr.exti-open" },
    { "rtc.flags", "pwr.rtc-flags" },
    { "pwr.entering", "rtc.look" },
    { "pwr.stay-awake", "armv7m.STAYAWAKE" },
    { "dbgmcu.dbg-stop", "pwr.dbg-stop" },
    { "dbgmcu.dbg-standby", "pwr.dbg-standby" },
    { "pwr.dbp", "rcc.dbp" },
    { "pwr.dbp", "bkpsram.dbp" },
    { "pwr.dbp", "rtc.dbp" },
    { "rtc.alarm", "exti.line[17]" },
    { "otg-fs.wakeup", "exti.line[18]" },
    { "eth.wakeup", "exti.line[19]" },
    { "eth.ptp-trigger", "tim2.itr1[1]" },
    { "otg-hs.wakeup", "exti.line[20]" },
    { "rtc.tamp-stamp", "exti.line[21]" },
    { "rtc.wakeup", "exti.line[22]" },
    { "rtc.alarm rtc.tamp-stamp rtc.wakeup", "pwr.wakeup" },
    { "rtc.wakeup", "tim5.source-level" },
    { "pwr.clocked", "rcc.clocked" },
    { "pwr.stop", "rcc.stop" },
    { "iwdg.expired", "rcc.cause[1]" },
    { "iwdg.lsi-on", "rcc.lsi-on" },
    { "flash.wdg-hw", "iwdg.hw-start" },
    { "wwdg.expired", "rcc.cause[2]" },
    { "pwr.low-power-reset", "rcc.cause[3]" },
    { "pwr.wake", "rcc.cause[4]" },
    { "rcc.break", "tim1.break-css" },
    { "rcc.break", "tim8.break-css" },
    { "flash.reset-on-stop", "pwr.reset-on-stop" },
    { "flash.reset-on-standby", "pwr.reset-on-standby" },
};

/* RM0090 tables 75, 81, 84: whose TRGO (of one with a single channel: OC1) is ITR0 to ITR3. */
static const struct {
    const char *slave, *itr[4];
} itr_table[] = {
    { "tim1",  { "tim5", "tim2", "tim3", "tim4" } },
    { "tim8",  { "tim1", "tim2", "tim4", "tim5" } },
    { "tim2",  { "tim1", "tim8", "tim3", "tim4" } },    /* ITR1: or Ethernet, USB */
    { "tim3",  { "tim1", "tim2", "tim5", "tim4" } },
    { "tim4",  { "tim1", "tim2", "tim3", "tim8" } },
    { "tim5",  { "tim2", "tim3", "tim4", "tim8" } },
    { "tim9",  { "tim2", "tim3", "tim10", "tim11" } },
    { "tim12", { "tim4", "tim5", "tim13", "tim14" } },
};

/*
 * RM0090 tables 69, 70, 76: what triggers conversions.  The input n of a name is number n; a source tells
 * its events only if its input `-wanted` is high.  `wanted` of EXTI is there too: SYSCFG asks for it.
 */
static const struct {
    const char *input, *source[16];
} trigger_table[] = {
    { "adc-common.ext-trig", {
        "tim1.oc[0]", "tim1.oc[1]", "tim1.oc[2]", "tim2.oc[1]", "tim2.oc[2]", "tim2.oc[3]",
        "tim2.trgo", "tim3.oc[0]", "tim3.trgo", "tim4.oc[3]", "tim5.oc[0]", "tim5.oc[1]",
        "tim5.oc[2]", "tim8.oc[0]", "tim8.trgo", "syscfg.exti[11]" } },
    { "adc-common.jext-trig", {
        "tim1.oc[3]", "tim1.trgo", "tim2.oc[0]", "tim2.trgo", "tim3.oc[1]", "tim3.oc[3]",
        "tim4.oc[0]", "tim4.oc[1]", "tim4.oc[2]", "tim4.trgo", "tim5.oc[3]", "tim5.trgo",
        "tim8.oc[1]", "tim8.oc[2]", "tim8.oc[3]", "syscfg.exti[15]" } },
    { "dac.trig", {
        "tim6.trgo", "tim8.trgo", "tim7.trgo", "tim5.trgo", "tim2.trgo", "tim4.trgo",
        "syscfg.exti[9]" } },
};

/* Datasheet table 7, RM0090 13.2: the pins of analog channels 0 to 15, and the outputs of the DAC. */
static const struct {
    const char *peripheral, *link, *pins;
} analog_table[] = {
    { "adc1", "in", "pa0 pa1 pa2 pa3 pa4 pa5 pa6 pa7 pb0 pb1 pc0 pc1 pc2 pc3 pc4 pc5" },
    { "adc2", "in", "pa0 pa1 pa2 pa3 pa4 pa5 pa6 pa7 pb0 pb1 pc0 pc1 pc2 pc3 pc4 pc5" },
    { "adc3", "in", "pa0 pa1 pa2 pa3 pf6 pf7 pf8 pf9 pf10 pf3 pc0 pc1 pc2 pc3 pf4 pf5" },
    { "dac", "out", "pa4 pa5" },
};
