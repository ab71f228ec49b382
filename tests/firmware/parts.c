/*
 * What is on the board at work: the codec beeps and plays too loud, the microphone is listened to, the
 * accelerometer's state machines and FIFO run, CAN1 and CAN2 talk on a bus.  All that is seen of
 * it is written down with its time, for snapshots.  It wants -machine canbus1=b,canbus2=b.
 *
 * PLLI2S makes 86 MHz: I2S3 has 47991 frames a second, I2S2 2.05 Mbit/s (PB10, PC3).
 *
 * Mailbox: 1 checksum of what it saw; 2 how many words; 3 interrupts of the state machines; 4 samples that
 * have been too loud; 5 bytes that the codec has not acknowledged; 6 frames that CAN1 has got back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "can.h"
#include "cs43l22.h"
#include "lis3dsh.h"
#include "mailbox.h"

#define ROUNDS 40
#define FRAMES 48
#define WORDS 64

static int16_t frame[FRAMES][2];
static volatile uint16_t words[WORDS];
static uint32_t trail[8192];
static uint32_t noted, sum;

static void note(uint32_t value)
{
    trail[noted++ % 8192] = value;
    sum = (sum ^ value) * 16777619;
    mailbox[1] = sum;
    mailbox[2] = noted;
}

/* ---- Sound ---- */

static void circle(unsigned n, uint32_t dr, volatile void *memory, unsigned count, uint32_t cr)
{
    REG(DMA1, DMA_OF(n, DMA_S0PAR)) = dr;
    REG(DMA1, DMA_OF(n, DMA_S0M0AR)) = (uint32_t)memory;
    REG(DMA1, DMA_OF(n, DMA_S0NDTR)) = count;
    REG(DMA1, DMA_OF(n, DMA_S0CR)) = cr | DMA_S0CR_CIRC | DMA_S0CR_MINC | 1 << 11 | 1 << 13;
    REG(DMA1, DMA_OF(n, DMA_S0CR)) |= DMA_S0CR_EN;
}

static void sound_begin(void)
{
    cs43l22_init();
    sleep_ms(1);
    note(cs43l22_get(0x01));
    cs43l22_put(0x04, 0xaf);
    cs43l22_put(0x06, 0x04);
    cs43l22_put(0x1c, 0x70);            /* 1 kHz for 86 ms */
    cs43l22_put(0x1d, 0x06);
    cs43l22_put(0x1f, 0x2a);
    cs43l22_put(0x1e, 0x81);            /* with bass and treble */
    cs43l22_put(0x02, 0x9e);
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_DMA1EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN | RCC_APB1ENR_SPI3EN;
    REG(RCC, RCC_PLLI2SCFGR) = 3u << 28 | 258 << 6;
    REG(RCC, RCC_CR) |= RCC_CR_PLLI2SON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLI2SRDY)) {
    }
    for (unsigned i = 0; i < FRAMES; i++) {
        frame[i][0] = i < FRAMES / 2 ? 9000 : -9000;
        frame[i][1] = i * 400;
    }
    circle(5, SPI3 + SPI_DR, frame, 2 * FRAMES, 1 << 6);
    REG(SPI3, SPI_CR2) = SPI_CR2_TXDMAEN;
    REG(SPI3, SPI_I2SPR) = SPI_I2SPR_MCKOE | SPI_I2SPR_ODD | 3;
    REG(SPI3, SPI_I2SCFGR) = SPI_I2SCFGR_I2SMOD | 2 << 8;
    REG(SPI3, SPI_I2SCFGR) |= SPI_I2SCFGR_I2SE;
}

static void microphone_begin(void)
{
    REG(GPIOB, GPIO_AFRH) |= 5 << 8;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 20, 2);
    REG(GPIOC, GPIO_AFRL) |= 5 << 12;
    set_field(&REG(GPIOC, GPIO_MODER), 3 << 6, 2);
    circle(3, SPI2 + SPI_DR, words, WORDS, 0);
    REG(SPI2, SPI_CR2) = SPI_CR2_RXDMAEN;
    REG(SPI2, SPI_I2SPR) = 21;
    REG(SPI2, SPI_I2SCFGR) = SPI_I2SCFGR_I2SMOD | 3 << 8 | 2 << 4 | SPI_I2SCFGR_CKPOL;
    REG(SPI2, SPI_I2SCFGR) |= SPI_I2SCFGR_I2SE;
}

/* ---- Accelerometer ---- */

void exti0_handler(void)
{
    REG(EXTI, EXTI_PR) = 1;
    note(DWT_CYCCNT);
    mailbox[3]++;
}

static void program(uint8_t at, const uint8_t *code, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        lis3dsh_put(at + i, code[i]);
    }
}

/* Machine 1 tells every 5 ms or so; 2 of every change, of every second sample. */
static void accelerometer_begin(void)
{
    static const uint8_t one[] = { 0x01, 0x88, 0x02, 0x11 }, two[] = { 0x05, 0x38, 0x88, 0x11 };

    note(lis3dsh_init());
    program(0x40, one, sizeof(one));
    program(0x60, two, sizeof(two));
    lis3dsh_put(0x54, 5);
    lis3dsh_put(0x52, 3);
    lis3dsh_put(0x77, 5);
    lis3dsh_put(0x71, 9);
    lis3dsh_put(0x78, 1);
    lis3dsh_put(0x7a, 0xfc);
    lis3dsh_put(0x7b, 0x90);            /* peak, differences */
    lis3dsh_put(0x24, 0xc0);            /* 50 Hz */
    lis3dsh_put(LIS3DSH_CTRL_REG6, 0x50);
    lis3dsh_put(LIS3DSH_FIFO_CTRL, 2 << 5);
    lis3dsh_put(LIS3DSH_CTRL_REG3, 0x68);               /* pulses at INT1 */
    lis3dsh_put(0x21, 0x01);
    lis3dsh_put(0x22, 0x01);
    lis3dsh_put(LIS3DSH_CTRL_REG4, 0x97);
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_SYSCFGEN;
    clock_settles();
    REG(SYSCFG, SYSCFG_EXTICR1) = 4;                    /* PE0 */
    REG(EXTI, EXTI_RTSR) = 1;
    REG(EXTI, EXTI_IMR) = 1;
    irq_enable(6);
}

/* ---- CAN, 100 kbit/s: CAN2 sends back what it gets ---- */

static volatile bool can_ends;

static void can_send(uint32_t can, uint32_t id, uint32_t data)
{
    REG(can, CAN_TDT0R) = id % 9;
    REG(can, CAN_TDL0R) = data;
    REG(can, CAN_TDH0R) = ~data;
    REG(can, CAN_TI0R) = id << 21 | 1;
}

void can1_rx0_handler(void)
{
    note(DWT_CYCCNT);
    note(REG(CAN1, CAN_RI0R));
    note(REG(CAN1, CAN_RDL0R));
    REG(CAN1, CAN_RF0R) = 1 << 5;
    if (!can_ends) {
        can_send(CAN1, ++mailbox[6], sum);
    }
}

void can2_rx0_handler(void)
{
    uint32_t id = REG(CAN2, CAN_RI0R) >> 21, data = REG(CAN2, CAN_RDL0R);

    note(DWT_CYCCNT);
    note(REG(CAN2, CAN_RDT0R));
    REG(CAN2, CAN_RF0R) = 1 << 5;
    can_send(CAN2, id | 0x400, data);
}

static void can_begin(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_CAN1EN | RCC_APB1ENR_CAN2EN;
    REG(GPIOD, GPIO_AFRL) |= 0x99;                      /* PD0, PD1 */
    set_field(&REG(GPIOD, GPIO_MODER), 0xf, 0xa);
    REG(GPIOB, GPIO_AFRH) |= 0x99 << 16;                /* PB12, PB13 */
    set_field(&REG(GPIOB, GPIO_MODER), 0xf << 24, 0xa);
    REG(CAN1, CAN_FS1R) = 1 | 1 << 14;
    REG(CAN1, CAN_FA1R) = 1 | 1 << 14;
    REG(CAN1, CAN_FMR) = 14 << 8;
    can_start(CAN1, 59 | 3 << 16 | 1 << 20, 2);
    can_start(CAN2, 59 | 3 << 16 | 1 << 20, 2);
    irq_enable(20);
    irq_enable(64);
    can_send(CAN1, 0, 0);
}

/* ---- All of it ---- */

static void note_registers(uint8_t from, unsigned size)
{
    uint8_t data[16];

    lis3dsh_read(from, data, size);
    for (unsigned i = 0; i < size; i++) {
        note(data[i]);
    }
}

int main(void)
{
    clock_168mhz();
    ticks_init(168000000);
    cycles_init();
    sound_begin();
    microphone_begin();
    accelerometer_begin();
    can_begin();
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t status = cs43l22_get(0x2e);

        note(status);
        mailbox[4] += status >> 4 & 3 ? 1 : 0;
        for (unsigned i = 0; i < WORDS; i += 4) {
            note(words[i]);
        }
        note_registers(0x18, 3);                        /* STAT, PEAK1, PEAK2 */
        note_registers(LIS3DSH_STATUS, 9);
        note_registers(0x5c, 4);
        note_registers(0x7c, 4);
        if (round % 8 == 3) {
            cs43l22_put(0x20, round);                   /* louder and louder */
        }
        sleep_ms(1);
    }
    can_ends = true;
    sleep_ms(4);
    lis3dsh_put(LIS3DSH_CTRL_REG4, 0);
    REG(SPI2, SPI_I2SCFGR) = REG(SPI3, SPI_I2SCFGR) = 0;
    mailbox[5] = cs43l22_errors();
    SYST_CSR = 0;
    __asm__ volatile("cpsid i");
    mailbox[0] = MAILBOX_DONE;
    for (;;) {
        wait_for_interrupt();
    }
}
