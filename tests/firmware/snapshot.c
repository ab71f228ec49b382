/*
 * Keeps everything that is modelled busy at once, and writes down all that it sees with the time it
 * sees it: a snapshot anywhere in between must not show.
 *
 * Jumpers it wants: pa8-pb8 (MCO1 to EXTI8), pe2-pd3 (out to EXTI3), pe4-pa11 (out to USART1's
 * CTS), pb12-pb7 (USART3's CK to EXTI7); and of snapshot_buses.c: pc10-pb13, pc11-pb14, pc12-pb15
 * (SPI), pi0-pa15, pi1-pb3, pi3-pb5 (I2S), pb6-pf1, pb9-pf0 (I2C), pa4-pa1.  PE7 high lets it begin;
 * in Stop mode the user button, which was pressed before, is to be released.  At the end it sleeps
 * for ever.
 *
 * Mailbox: 1 how far it is (STEP_...); 2 checksum of what it saw; 3 how many words that are.  The
 * words are in `trail`, so in SRAM; the LEDs show the checksum.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"
#include "snapshot.h"

#define BKPSRAM ((volatile uint32_t *)0x40024000)
#define ITM_STIM0 (*(volatile uint8_t *)0xe0000000)
#define SLEEPDEEP (1 << 2)
#define ROUNDS 20
#define TRAIL 16384                 /* words */
#define FLASH_PLACE 0x0800c000u     /* sector 3 */

static uint32_t trail[TRAIL];
static uint32_t noted, sum;

void note(uint32_t value)
{
    trail[noted++ % TRAIL] = value;
    sum = (sum ^ value) * 16777619;
    mailbox[2] = sum;
    mailbox[3] = noted;
}

void note_time(uint32_t what)
{
    note(what);
    note(DWT_CYCCNT);
    note(SYST_CVR);
    REG(GPIOD, GPIO_ODR) = sum >> 16 & 0xf000;
}

/* ---- Interrupts ---- */

static unsigned mco_edges;

static void exti_service(unsigned line)
{
    note_time(0xe0000000 | line);
    note(REG(EXTI, EXTI_PR));
    REG(EXTI, EXTI_PR) = 1u << line;
    if (line == 8 && ++mco_edges % 16 == 0) {
        REG(EXTI, EXTI_IMR) &= ~(1u << 8);      /* enough of a clock's edges for now */
    }
}

void exti0_handler(void)  { exti_service(0); }
void exti3_handler(void)  { exti_service(3); }
void pvd_handler(void)    { exti_service(16); }

void exti9_5_handler(void)
{
    exti_service(REG(EXTI, EXTI_PR) & 1 << 7 ? 7 : 8);
}

void systick_handler(void)
{
    ticks_ms++;
    note_time(0x5c000000);
    note(REG(GPIOA, GPIO_IDR));
    note(REG(GPIOB, GPIO_IDR));
    note(REG(PWR, PWR_CSR));
    if (ticks_ms % 3 == 0) {
        REG(GPIOE, GPIO_ODR) ^= 1 << 2;
    }
}

static void usart_service(uint32_t usart, unsigned *left)
{
    uint32_t sr = REG(usart, USART_SR);

    note_time(usart);
    note(sr);
    REG(usart, USART_SR) = ~USART_SR_CTS;
    if (sr & (USART_SR_RXNE | USART_SR_IDLE | USART_SR_ORE)) {
        note(REG(usart, USART_DR));
    }
    if (sr & USART_SR_TXE && REG(usart, USART_CR1) & USART_CR1_TXEIE) {
        if (*left) {
            REG(usart, USART_DR) = 'A' + --*left % 26;
        } else {
            REG(usart, USART_CR1) &= ~USART_CR1_TXEIE;
        }
    }
}

static unsigned left1 = 600, left2 = 100, left3;

void usart1_handler(void) { usart_service(USART1, &left1); }
void usart2_handler(void) { usart_service(USART2, &left2); }
void usart3_handler(void) { usart_service(USART3, &left3); }

/* Copies of changing memory, and USART3's text in a circle. */
static uint32_t copied[2][512];

void dma2_stream0_handler(void)
{
    note_time(0xd2000000);
    note(REG(DMA2, DMA_LISR));
    note(copied[1][511]);
    REG(DMA2, DMA_LIFCR) = 0x3d;
}

void dma1_stream3_handler(void)
{
    note_time(0xd1000000);
    note(REG(DMA1, DMA_LISR));
    note(REG(DMA1, DMA_S3NDTR));
    REG(DMA1, DMA_LIFCR) = 0x3d << 22;
}

void flash_handler(void)
{
    note_time(0xf1000000);
    note(REG(FLASH, FLASH_SR));
    REG(FLASH, FLASH_SR) = FLASH_SR_EOP;
}

static void rtc_service(uint32_t what, uint32_t flag, unsigned line)
{
    note_time(what);
    note(REG(RTC, RTC_ISR));
    REG(RTC, RTC_ISR) = ~(flag | RTC_ISR_INIT);
    REG(EXTI, EXTI_PR) = 1u << line;
    note(REG(RTC, RTC_SSR));
    note(REG(RTC, RTC_TR));
    note(REG(RTC, RTC_DR));
}

void rtc_alarm_handler(void)  { rtc_service(0xa1000000, RTC_ISR_ALRAF, 17); }
void rtc_wakeup_handler(void) { rtc_service(0xa2000000, RTC_ISR_WUTF, 22); }

void wwdg_handler(void)
{
    note_time(0xd0600000);
    REG(WWDG, WWDG_SR) = 0;
}

/* ---- Setting up ---- */

static void clocks_of_all(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOEEN |
                             RCC_AHB1ENR_CRCEN | RCC_AHB1ENR_BKPSRAMEN | RCC_AHB1ENR_DMA1EN |
                             RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_PWREN | RCC_APB1ENR_USART2EN | RCC_APB1ENR_USART3EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN | RCC_APB2ENR_USART1EN;
}

static void pins(void)
{
    set_field(&REG(GPIOA, GPIO_AFRH), 0xf0, 7);             /* PA9 ... 11 USART1, PA8 stays MCO1 */
    set_field(&REG(GPIOA, GPIO_AFRH), 0xf00, 7);
    set_field(&REG(GPIOA, GPIO_AFRH), 0xf000, 7);
    set_field(&REG(GPIOA, GPIO_MODER), 0xff0000, 0xaa);
    set_field(&REG(GPIOA, GPIO_AFRL), 0xf00, 7);            /* PA2 USART2, one wire */
    set_field(&REG(GPIOA, GPIO_MODER), 0x30, 2);
    REG(GPIOB, GPIO_AFRH) = 7 << 8 | 7 << 12 | 7 << 16;     /* PB10 ... 12 USART3 */
    set_field(&REG(GPIOB, GPIO_MODER), 0x3f00000, 0x2a);
    set_field(&REG(GPIOE, GPIO_MODER), 0x330, 0x11);        /* PE2, PE4 out */
    REG(GPIOE, GPIO_PUPDR) = 1 << 12;                       /* PE6 up */
    REG(GPIOE, GPIO_LCKR) = 0x10040;
    REG(GPIOE, GPIO_LCKR) = 0x00040;
    REG(GPIOE, GPIO_LCKR) = 0x10040;
    note(REG(GPIOE, GPIO_LCKR));
}

static void external_interrupts(void)
{
    REG(SYSCFG, SYSCFG_EXTICR1) = 3 << 12;                  /* PA0, PD3 */
    REG(SYSCFG, SYSCFG_EXTICR2) = 1 << 12;                  /* PB7 */
    REG(SYSCFG, SYSCFG_EXTICR3) = 1;                        /* PB8 */
    REG(EXTI, EXTI_RTSR) = 1 << 3 | 1 << 7 | 1 << 8 | 1 << 16 | 1 << 17 | 1 << 22;
    REG(EXTI, EXTI_FTSR) = 1 << 0 | 1 << 3 | 1 << 8 | 1 << 16;
    REG(EXTI, EXTI_IMR) = 1 << 0 | 1 << 3 | 1 << 7 | 1 << 16 | 1 << 17 | 1 << 22;
    irq_enable(0);
    irq_enable(1);
    irq_enable(3);
    irq_enable(41);
    irq_enable(6);
    irq_enable(9);
    irq_enable(23);
}

static void usarts(void)
{
    uint32_t on = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE |
                  USART_CR1_TXEIE | USART_CR1_IDLEIE;

    REG(USART1, USART_BRR) = 84000000 / 115200;
    REG(USART2, USART_BRR) = 42000000 / 9600;
    REG(USART2, USART_CR3) = USART_CR3_HDSEL;
    REG(USART3, USART_BRR) = 42000000 / 38400;
    REG(USART3, USART_CR2) = USART_CR2_CLKEN | USART_CR2_CPOL;
    irq_enable(37);
    irq_enable(38);
    irq_enable(39);
    REG(USART1, USART_CR3) = USART_CR3_CTSE | USART_CR3_CTSIE;
    REG(USART1, USART_CR1) |= on;
    REG(USART2, USART_CR1) = on;
    REG(USART3, USART_CR3) = USART_CR3_DMAT;
    REG(USART3, USART_CR1) = on & ~USART_CR1_TXEIE;
}

static void dma_send_text(void)
{
    static const char text[] = "in a circle, by the FIFO";

    REG(DMA1, DMA_S3PAR) = USART3 + USART_DR;
    REG(DMA1, DMA_S3M0AR) = (uint32_t)text;
    REG(DMA1, DMA_S3NDTR) = 24;
    REG(DMA1, DMA_S3FCR) = 4 | 1;
    REG(DMA1, DMA_S3CR) = 4 << 25 | 2 << 13 | 1 << 6 | DMA_S0CR_MINC | DMA_S0CR_CIRC |
                          DMA_S0CR_TCIE | DMA_S0CR_HTIE;
    irq_enable(14);
    irq_enable(56);
    REG(DMA1, DMA_S3CR) |= DMA_S0CR_EN;
}

/* 512 words, some 12 us: what the work of this round does meanwhile is in it or not. */
static void dma_begin_copy(unsigned round)
{
    copied[0][round] = sum;
    REG(DMA2, DMA_LIFCR) = 0x3d;
    REG(DMA2, DMA_S0PAR) = (uint32_t)copied[0];
    REG(DMA2, DMA_S0M0AR) = (uint32_t)copied[1];
    REG(DMA2, DMA_S0NDTR) = 512 * 4;
    REG(DMA2, DMA_S0FCR) = round % 4;
    REG(DMA2, DMA_S0CR) = 2 << 13 | 2 << 6 | DMA_S0CR_PINC | DMA_S0CR_MINC | DMA_S0CR_TCIE |
                          DMA_S0CR_HTIE;
    REG(DMA2, DMA_S0CR) |= DMA_S0CR_EN;
}

/* From LSI: a "second" of 3.1 ms with an alarm in the middle of each, a wake-up every 3.3 ms. */
static void rtc_begin(void)
{
    REG(RCC, RCC_CSR) |= RCC_CSR_LSION;
    REG(RCC, RCC_BDCR) |= 2 << 8 | RCC_BDCR_RTCEN;
    REG(RTC, RTC_WPR) = 0xca;
    REG(RTC, RTC_WPR) = 0x53;
    REG(RTC, RTC_CR) = 0;
    REG(RTC, RTC_ISR) = ~0u;
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_INITF)) {
    }
    REG(RTC, RTC_PRER) = 99;
    REG(RTC, RTC_TR) = 0x235930;
    REG(RTC, RTC_ISR) = (uint32_t)~RTC_ISR_INIT;
    while (!(REG(RTC, RTC_ISR) & RTC_ISR_WUTWF) || !(REG(RTC, RTC_ISR) & RTC_ISR_ALRAWF)) {
    }
    REG(RTC, RTC_ALRMAR) = 0x80808080;
    REG(RTC, RTC_ALRMASSR) = 15u << 24 | 50;
    REG(RTC, RTC_WUTR) = 52;
    REG(RTC, RTC_CR) = 3;
    REG(RTC, RTC_CR) = 3 | RTC_CR_ALRAE | RTC_CR_ALRAIE | RTC_CR_WUTE | RTC_CR_WUTIE;
}

/* Steps of 4096 * 8 / 42 MHz; work() refreshes with 9 steps until the early wake-up. */
static void wwdg_begin(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_WWDGEN;
    REG(WWDG, WWDG_CFR) = 3 << 7 | 0x7f | WWDG_CFR_EWI;
    REG(WWDG, WWDG_CR) = WWDG_CR_WDGA | 0x7f;
}

/* Nothing that comes by itself: time is to stand when the core sleeps. */
static void timers_end(void)
{
    REG(RTC, RTC_CR) = 0;
    REG(RCC, RCC_APB1ENR) &= ~(uint32_t)RCC_APB1ENR_WWDGEN;
}

/* What comes from the host at no certain time has to be there before the time counts: one frame in
 * DR, and the others wait until that is read. */
static void fill_usart1(void)
{
    set_field(&REG(GPIOA, GPIO_AFRH), 0xf00, 7);
    set_field(&REG(GPIOA, GPIO_MODER), 0x300000, 2);
    REG(USART1, USART_BRR) = 16000000 / 115200;
    REG(USART1, USART_CR1) = USART_CR1_UE | USART_CR1_RE;
}

/* ---- Work ---- */

static void flash_begin_erase(void)
{
    REG(FLASH, FLASH_KEYR) = 0x45670123;
    REG(FLASH, FLASH_KEYR) = 0xcdef89ab;
    irq_enable(4);
    REG(FLASH, FLASH_CR) = FLASH_CR_SER | 3 << 3 | 3 << 8 | FLASH_CR_EOPIE;
    REG(FLASH, FLASH_CR) |= FLASH_CR_STRT;
}

/* A word, while the erase goes on or after: it waits for that. */
static void flash_program(unsigned n)
{
    note(REG(FLASH, FLASH_SR));
    REG(FLASH, FLASH_CR) = FLASH_CR_PG | 2 << 8 | FLASH_CR_EOPIE;
    *(volatile uint32_t *)(FLASH_PLACE + 4 * n) = sum;
    note_time(REG(FLASH, FLASH_SR));
}

static void work(unsigned round)
{
    dma_begin_copy(round);
    REG(CRC, CRC_DR) = sum;
    note(REG(CRC, CRC_DR));
    BKPSRAM[round] = sum;
    note(BKPSRAM[round / 2]);
    ITM_STIM0 = 'a' + round % 26;
    REG(GPIOE, GPIO_ODR) ^= round % 3 ? 0 : 1 << 4;         /* CTS of USART1 */
    set_field(&REG(PWR, PWR_CR), PWR_CR_PLS, round % 8);
    if (round % 4 == 1) {
        REG(EXTI, EXTI_IMR) |= 1 << 8;
    }
    set_field(&REG(RCC, RCC_CFGR), 0xf0, round % 5 == 2 ? 8 : 0);   /* HCLK / 2 for a while */
    note_time(0x30000000 | round);
    note(REG(WWDG, WWDG_CR));
    buses_note(round);
    debug_note(round);
    if (round % 4 == 3) {
        REG(WWDG, WWDG_CR) = 0x49;
    }
    if (round % 8 == 7) {
        flash_program(round);
    }
    wait_for_interrupt();
    sleep_ms(1);
}

static void stop_mode(void)
{
    timers_end();
    accelerometer_end();
    REG(EXTI, EXTI_IMR) = 1 << 0;
    SYST_CSR = 0;
    SCB_SCR |= SLEEPDEEP;
    mailbox[1] = STEP_STOP;
    while (!(REG(GPIOA, GPIO_IDR) & 1) || !mco_edges) {
    }
    do {
        wait_for_interrupt();
    } while (REG(GPIOA, GPIO_IDR) & 1);
    SCB_SCR &= ~SLEEPDEEP;
    mailbox[1] = STEP_AFTER_STOP;
    note(REG(RCC, RCC_CR));
}

int main(void)
{
    cycles_init();
    clocks_of_all();
    REG(PWR, PWR_CR) |= PWR_CR_DBP | PWR_CR_PVDE;
    leds_init();
    fill_usart1();
    mailbox[1] = STEP_READY;
    while (!(REG(GPIOE, GPIO_IDR) & 1 << 7)) {
        for (volatile unsigned i = 0; i < 1000; i++) {
        }
    }
    mailbox[1] = STEP_GO;
    REG(RCC, RCC_CFGR) = 2 << 21 | 7 << 24;                 /* MCO1: HSE / 5 */
    clock_168mhz();
    REG(RCC, RCC_CFGR) |= 2 << 21 | 7 << 24;
    pins();
    external_interrupts();
    ticks_init(168000000);
    rtc_begin();
    wwdg_begin();
    usarts();
    dma_send_text();
    flash_begin_erase();
    buses_begin(false);
    debug_begin();
    for (unsigned round = 0; round < ROUNDS; round++) {
        work(round);
    }
    stop_mode();
    clock_168mhz();
    REG(RCC, RCC_CFGR) |= 2 << 21 | 7 << 24;
    external_interrupts();
    ticks_init(168000000);
    rtc_begin();
    wwdg_begin();
    buses_end();
    buses_begin(true);
    for (unsigned round = 0; round < ROUNDS; round++) {
        work(round);
    }
    __asm__ volatile("cpsid i");
    SYST_CSR = 0;
    timers_end();
    accelerometer_end();
    buses_end();
    debug_end();
    REG(EXTI, EXTI_IMR) = 0;
    REG(DMA1, DMA_S3CR) = 0;
    mailbox[0] = MAILBOX_DONE;
    for (;;) {
        REG(USART1, USART_CR1) &= USART_CR1_UE;
        REG(USART2, USART_CR1) &= USART_CR1_UE;
        REG(USART3, USART_CR1) &= USART_CR1_UE;
        for (unsigned i = 0; i < 3; i++) {
            NVIC_ICER[i] = ~0u;
        }
        wait_for_interrupt();
    }
}
