/*
 * The part of snapshot.c that keeps buses and converters busy: by DMA, by interrupts, by polling.
 *
 * SPI2 is the master of SPI3, later I2S2 that of I2S3: in circles.  I2C1 writes to I2C2, CAN1 to
 * itself.  TIM2 triggers the DAC and ADC1.  The accelerometer at SPI1 gives samples.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "lis3dsh.h"
#include "snapshot.h"

#define RING 64
#define SLAVE 0x42
#define I2S_MODE (SPI_I2SCFGR_I2SMOD | SPI_I2SCFGR_I2SE)

static uint16_t ring[5][RING];          /* sent and received by the master, by the slave; ADC's */

/* ---- SPI and I2S ---- */

void dma1_stream0_handler(void)
{
    note_time(0x59000000);
    note(REG(DMA1, DMA_LISR));
    note(REG(DMA1, DMA_OF(4, DMA_S0NDTR)));
    REG(DMA1, DMA_LIFCR) = 0x3d;
}

static void circle(uint32_t dma, unsigned n, uint32_t dr, uint16_t *memory, uint32_t cr)
{
    REG(dma, DMA_OF(n, DMA_S0PAR)) = dr;
    REG(dma, DMA_OF(n, DMA_S0M0AR)) = (uint32_t)memory;
    REG(dma, DMA_OF(n, DMA_S0NDTR)) = RING;
    REG(dma, DMA_OF(n, DMA_S0CR)) = cr | 1 << 11 | 1 << 13 | DMA_S0CR_CIRC | DMA_S0CR_MINC;
    REG(dma, DMA_OF(n, DMA_S0CR)) |= DMA_S0CR_EN;
}

/* The pins of both are set up all the time: who is on shows in them. */
static void serial_pins(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_GPIOIEN;
    set_field(&REG(GPIOB, GPIO_AFRH), 0xfffu << 20, 0x555);         /* PB13 ... 15 SPI2 */
    set_field(&REG(GPIOB, GPIO_MODER), 0x3fu << 26, 0x2a);
    REG(GPIOC, GPIO_AFRH) = 0x66600;                                /* PC10 ... 12 SPI3 */
    set_field(&REG(GPIOC, GPIO_MODER), 0x3f << 20, 0x2a);
}

static void spi_begin(void)
{
    uint32_t cr1 = SPI_CR1_DFF | SPI_CR1_SSM;

    REG(SPI3, SPI_CR2) = SPI_CR2_RXDMAEN | SPI_CR2_TXDMAEN;
    REG(SPI3, SPI_CR1) = cr1 | SPI_CR1_SPE;
    REG(SPI2, SPI_CR1) = cr1 | SPI_CR1_SSI | SPI_CR1_MSTR | 6 << 3;
    REG(SPI2, SPI_CR1) |= SPI_CR1_SPE;
    REG(SPI2, SPI_CR2) = SPI_CR2_TXDMAEN;
}

/* Of other pins: PI0, 1, 3 to PA15, PB3, PB5. */
static void i2s_begin(void)
{
    REG(GPIOI, GPIO_AFRL) = 0x5055;
    set_field(&REG(GPIOI, GPIO_MODER), 0xff, 0x8a);
    set_field(&REG(GPIOA, GPIO_AFRH), 0xfu << 28, 6);
    set_field(&REG(GPIOA, GPIO_MODER), 3u << 30, 2);
    set_field(&REG(GPIOB, GPIO_AFRL), 0xf0f << 12, 0x606);
    set_field(&REG(GPIOB, GPIO_MODER), 0x33 << 6, 0x22);
    REG(RCC, RCC_CR) |= RCC_CR_PLLI2SON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLI2SRDY)) {
    }
    REG(SPI2, SPI_I2SPR) = REG(SPI3, SPI_I2SPR) = 30;
    REG(SPI3, SPI_CR2) = SPI_CR2_RXDMAEN;
    REG(SPI3, SPI_I2SCFGR) = I2S_MODE | 1 << 8;                     /* slave, receives */
    REG(SPI2, SPI_CR2) = SPI_CR2_TXDMAEN;
    REG(SPI2, SPI_I2SCFGR) = I2S_MODE | 2 << 8;                     /* master, transmits */
}

static void serial_begin(bool i2s)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN | RCC_APB1ENR_SPI3EN;
    serial_pins();
    for (unsigned i = 0; i < RING; i++) {
        ring[0][i] = i * 259 + 1;
        ring[2][i] = ~ring[0][i];
    }
    irq_enable(11);
    circle(DMA1, 0, SPI3 + SPI_DR, ring[3], DMA_S0CR_TCIE | DMA_S0CR_HTIE);
    circle(DMA1, 5, SPI3 + SPI_DR, ring[2], 1 << 6);
    circle(DMA1, 4, SPI2 + SPI_DR, ring[0], 1 << 6);
    if (i2s) {
        i2s_begin();
    } else {
        spi_begin();
    }
}

/* ---- I2C: a message after the other; the slave is slow ---- */

static unsigned said, heard;

void i2c1_event_handler(void)
{
    uint32_t sr1 = REG(I2C1, I2C_SR1);

    note_time(0x1c000000 | sr1);
    if (sr1 & I2C_SR1_SB) {
        REG(I2C1, I2C_DR) = SLAVE << 1;
    } else if (sr1 & I2C_SR1_ADDR) {
        note(REG(I2C1, I2C_SR2));
    } else if (said % 8 != 7) {
        REG(I2C1, I2C_DR) = ++said * 37;
    } else if (!(sr1 & I2C_SR1_BTF)) {
        REG(I2C1, I2C_CR2) &= ~I2C_CR2_ITBUFEN;         /* that is next */
    } else {
        said++;
        REG(I2C1, I2C_CR1) |= said % 16 ? I2C_CR1_START : I2C_CR1_STOP;
        REG(I2C1, I2C_CR2) |= I2C_CR2_ITBUFEN;
    }
}

void i2c2_event_handler(void)
{
    uint32_t sr1 = REG(I2C2, I2C_SR1);

    note_time(0x2c000000 | sr1);
    if (sr1 & I2C_SR1_ADDR) {
        note(REG(I2C2, I2C_SR2));
    } else if (sr1 & I2C_SR1_STOPF) {
        REG(I2C2, I2C_CR1) |= I2C_CR1_PE;
    } else if (++heard % 4 == 0) {
        REG(I2C2, I2C_CR2) &= ~I2C_CR2_ITBUFEN;         /* stretch: until there is time */
    } else {
        note(REG(I2C2, I2C_DR));
    }
}

static void i2c_begin(void)
{
    uint32_t events = I2C_CR2_ITEVTEN | I2C_CR2_ITBUFEN;

    REG(RCC, RCC_AHB1ENR) |= 1 << 5;                                /* GPIOF */
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN | RCC_APB1ENR_I2C2EN;
    set_field(&REG(GPIOB, GPIO_OTYPER), 0x240, 9);                  /* PB6, PB9 */
    set_field(&REG(GPIOB, GPIO_AFRL), 0xf << 24, 4);
    set_field(&REG(GPIOB, GPIO_AFRH), 0xf0, 4);
    set_field(&REG(GPIOB, GPIO_MODER), 0xc3 << 12, 0x82);
    REG(GPIOF, GPIO_OTYPER) = 3;                                    /* PF0 SDA, PF1 SCL */
    REG(GPIOF, GPIO_AFRL) = 0x44;
    REG(GPIOF, GPIO_MODER) = 0xa;
    for (uint32_t i2c = I2C1; i2c <= I2C2; i2c += I2C2 - I2C1) {
        REG(i2c, I2C_CR1) = 0;
        REG(i2c, I2C_CR2) = 42 | events;
        REG(i2c, I2C_CCR) = 210;
        REG(i2c, I2C_TRISE) = 43;
        REG(i2c, I2C_OAR1) = SLAVE << 1;
        REG(i2c, I2C_CR1) = I2C_CR1_PE;
        REG(i2c, I2C_CR1) = I2C_CR1_PE | I2C_CR1_ACK;
    }
    irq_enable(31);
    irq_enable(33);
    REG(I2C1, I2C_CR1) |= I2C_CR1_START;
}

/* ---- CAN: a frame after the other, 100 kbit/s ---- */

static void can_send(unsigned box, uint32_t id)
{
    REG(CAN1, CAN_TDT0R + 0x10 * box) = id % 9;
    REG(CAN1, CAN_TDL0R + 0x10 * box) = id * 0x01234567;
    REG(CAN1, CAN_TDH0R + 0x10 * box) = id;
    REG(CAN1, CAN_TI0R + 0x10 * box) = (id * 77 & 0x7ff) << 21 | 1;
}

void can1_tx_handler(void)
{
    static uint32_t sent;
    uint32_t tsr = REG(CAN1, CAN_TSR);

    note_time(0xca000000);
    note(tsr);
    for (unsigned box = 0; box < 3; box++) {
        if (tsr >> 8 * box & 1) {
            REG(CAN1, CAN_TSR) = 1u << 8 * box;
            can_send(box, ++sent);
        }
    }
}

void can1_rx0_handler(void)
{
    note_time(0xcb000000);
    note(REG(CAN1, CAN_RI0R));
    note(REG(CAN1, CAN_RDT0R));
    note(REG(CAN1, CAN_RDL0R));
    REG(CAN1, CAN_RF0R) = 1 << 5;
}

static void can_begin(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_CAN1EN;
    set_field(&REG(GPIOD, GPIO_AFRL), 0xff, 0x99);                  /* PD0, PD1 */
    set_field(&REG(GPIOD, GPIO_MODER), 0xf, 0xa);
    REG(CAN1, CAN_FMR) = 1 | 14 << 8;
    REG(CAN1, CAN_FS1R) = 1;
    REG(CAN1, CAN_FA1R) = 1;
    REG(CAN1, CAN_FMR) = 14 << 8;
    REG(CAN1, CAN_MCR) = CAN_MCR_INRQ | CAN_MCR_TTCM;
    while (!(REG(CAN1, CAN_MSR) & CAN_MSR_INAK)) {
    }
    REG(CAN1, CAN_BTR) = 1 << 30 | 59 | 3 << 16 | 1 << 20;          /* loop back */
    REG(CAN1, CAN_IER) = 1 | 2;
    REG(CAN1, CAN_MCR) = CAN_MCR_TTCM;
    while (REG(CAN1, CAN_MSR) & CAN_MSR_INAK) {
    }
    irq_enable(19);
    irq_enable(20);
    for (unsigned box = 0; box < 3; box++) {
        can_send(box, 100 + box);
    }
}

/* ---- Converters ---- */

static void converters_begin(void)
{
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_DACEN | RCC_APB1ENR_TIM2EN;
    REG(RCC, RCC_APB2ENR) |= RCC_APB2ENR_ADC1EN;
    REG(GPIOA, GPIO_MODER) |= 3 << 8 | 3 << 2;                      /* PA4, PA1 */
    REG(DAC, DAC_CR) = DAC_CR_EN1 | DAC_CR_TEN1 | 4 << 3 | 2 << 6 | 10 << 8;   /* a triangle */
    REG(ADC, ADC_CCR) = 3 << 16 | ADC_CCR_TSVREFE;
    REG(ADC1, ADC_CR1) = ADC_CR1_SCAN;
    REG(ADC1, ADC_SMPR1) = 0x3f << 18;
    REG(ADC1, ADC_SQR3) = 1 | 16 << 5 | 17 << 10;
    REG(ADC1, ADC_SQR1) = 2 << 20;
    REG(ADC1, ADC_CR2) = ADC_CR2_ADON;
    circle(DMA2, 4, ADC1 + ADC_DR, ring[4], 2 << 16);      /* the copies would starve it */
    REG(ADC1, ADC_CR2) |= ADC_CR2_DMA | ADC_CR2_DDS | 6 << 24 | 1 << 28;
    REG(TIM2, TIM_ARR) = 84 * 123;
    REG(TIM2, TIM_CR2) = 2 << 4;
    REG(TIM2, TIM_CR1) = TIM_CR1_CEN;
}

/* ---- Accelerometer ---- */

static void accelerometer_begin(void)
{
    note(lis3dsh_init());
    lis3dsh_put(LIS3DSH_CTRL_REG6, 0x50);               /* FIFO, ADD_INC */
    lis3dsh_put(LIS3DSH_FIFO_CTRL, 2 << 5);             /* stream */
    lis3dsh_put(LIS3DSH_CTRL_REG3, 0xc8);               /* data ready at INT1 */
    lis3dsh_put(LIS3DSH_CTRL_REG4, 0x97);               /* 1600 Hz */
}

/* From STATUS to FIFO_SRC. */
static void accelerometer_note(void)
{
    uint8_t data[9];

    lis3dsh_read(LIS3DSH_STATUS, data, sizeof(data));
    for (unsigned i = 0; i < sizeof(data); i++) {
        note(data[i]);
    }
}

/* ---- All of it ---- */

void buses_begin(bool i2s)
{
    serial_begin(i2s);
    i2c_begin();
    can_begin();
    converters_begin();
    accelerometer_begin();
}

void buses_note(unsigned round)
{
    note(ring[1 + 2 * (round % 2)][round]);
    note(ring[4][round]);
    note(REG(DMA2, DMA_OF(4, DMA_S0NDTR)));
    note(REG(SPI2, SPI_SR));
    note(REG(SPI3, SPI_SR));
    note(REG(DAC, DAC_DOR1));
    note(REG(TIM2, TIM_CNT));
    accelerometer_note();
    REG(I2C2, I2C_CR2) |= I2C_CR2_ITBUFEN;
    if (!(REG(I2C1, I2C_SR2) & I2C_SR2_BUSY)) {
        REG(I2C1, I2C_CR1) |= I2C_CR1_START;
    }
}

void accelerometer_end(void)
{
    lis3dsh_put(LIS3DSH_CTRL_REG4, 0);
}

void buses_end(void)
{
    REG(DMA1, DMA_S0CR) = REG(DMA1, DMA_OF(4, DMA_S0CR)) = REG(DMA1, DMA_OF(5, DMA_S0CR)) = 0;
    REG(DMA2, DMA_OF(4, DMA_S0CR)) = 0;
    REG(DMA1, DMA_LIFCR) = 0x3d;
    REG(DMA1, DMA_HIFCR) = 0x3d << 6 | 0x3d;
    REG(DMA2, DMA_HIFCR) = 0x3d;
    REG(RCC, RCC_APB1RSTR) = RCC_APB1RSTR_SPI2RST | RCC_APB1RSTR_SPI3RST | RCC_APB1RSTR_I2C1RST |
                             RCC_APB1RSTR_I2C2RST | RCC_APB1RSTR_CAN1RST | RCC_APB1RSTR_DACRST |
                             RCC_APB1RSTR_TIM2RST;
    REG(RCC, RCC_APB2RSTR) = RCC_APB2RSTR_ADCRST;
    REG(RCC, RCC_APB1RSTR) = REG(RCC, RCC_APB2RSTR) = 0;
}
