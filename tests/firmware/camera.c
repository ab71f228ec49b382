/*
 * The camera of the base board, by registers: an OV9655 at I2C1 (PB8, PB9), 160 x 120 pixels of RGB565.  First a
 * snapshot by DMA while the core sleeps, then frames line by line in two buffers, as who has no memory for more does.
 *
 * Mailbox: 1 the step that failed, or 0; 2 sum of the snapshot's words from line 30 on; 3 cycles of a frame;
 * 4 lines of two frames; 5 the same sum of the second, line by line; 6 cycles of a frame by a loop that polls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

enum { WIDTH = 160, HEIGHT = 120, STILL = 30, LINE_WORDS = WIDTH / 2, CAMERA = 0x60 };
enum { DMA2_STREAM1_IRQ = 57, DCMI_IRQ = 78 };
#define WANTED (DCMI_CR_VSPOL | DCMI_CR_PCKPOL | DCMI_CR_ENABLE)

static uint32_t frame[LINE_WORDS * HEIGHT], line[2][LINE_WORDS];
static volatile uint32_t frames, lines, sum, cycles;

static void check(bool right, uint32_t step)
{
    if (!right) {
        mailbox[1] = step;
        mailbox_finish();
    }
}

/* ---- Pins ---- */

static void use(uint32_t port, unsigned pin, uint32_t function)
{
    set_field(&REG(port, pin < 8 ? GPIO_AFRL : GPIO_AFRH), 15u << 4 * (pin & 7), function);
    set_field(&REG(port, GPIO_MODER), 3u << 2 * pin, 2);
}

static void pins_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_GPIOEEN |
                             RCC_AHB1ENR_DMA2EN;
    REG(RCC, RCC_AHB2ENR) |= RCC_AHB2ENR_DCMIEN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_I2C1EN;
    use(GPIOA, 6, 13);
    use(GPIOA, 4, 13);
    use(GPIOB, 7, 13);
    use(GPIOC, 6, 13);
    use(GPIOC, 7, 13);
    use(GPIOE, 0, 13);
    use(GPIOE, 1, 13);
    use(GPIOE, 4, 13);
    use(GPIOB, 6, 13);
    use(GPIOE, 5, 13);
    use(GPIOE, 6, 13);
    REG(GPIOB, GPIO_OTYPER) |= 3 << 8;
    use(GPIOB, 8, 4);
    use(GPIOB, 9, 4);
}

/* ---- The sensor ---- */

static void i2c_wait(uint32_t flags)
{
    while (!(REG(I2C1, I2C_SR1) & (flags | I2C_SR1_AF))) {
    }
    check(!(REG(I2C1, I2C_SR1) & I2C_SR1_AF), 1);
}

static void i2c_begin(uint32_t address)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_START;
    i2c_wait(I2C_SR1_SB);
    REG(I2C1, I2C_DR) = address;
    i2c_wait(I2C_SR1_ADDR);
}

static void i2c_end(void)
{
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    while (REG(I2C1, I2C_SR2) & I2C_SR2_BUSY) {
    }
}

static void i2c_send(uint8_t byte)
{
    REG(I2C1, I2C_DR) = byte;
    i2c_wait(I2C_SR1_BTF);
}

static void camera_put(uint8_t reg, uint8_t value)
{
    i2c_begin(CAMERA);
    (void)REG(I2C1, I2C_SR2);
    i2c_send(reg);
    i2c_send(value);
    i2c_end();
}

static uint8_t camera_get(uint8_t reg)
{
    uint8_t value;

    i2c_begin(CAMERA);
    (void)REG(I2C1, I2C_SR2);
    i2c_send(reg);
    i2c_end();
    i2c_begin(CAMERA | 1);
    (void)REG(I2C1, I2C_SR2);
    REG(I2C1, I2C_CR1) |= I2C_CR1_STOP;
    i2c_wait(I2C_SR1_RXNE);
    value = REG(I2C1, I2C_DR);
    while (REG(I2C1, I2C_SR2) & I2C_SR2_BUSY) {
    }
    return value;
}

static void camera_init(void)
{
    static const uint8_t values[][2] = {
        { 0x12, 0x63 }, { 0x3a, 0xcc }, { 0x40, 0x10 }, { 0x11, 0x01 }, { 0x6b, 0x5a }, { 0x72, 0x22 }, { 0x73, 0x02 },
    };

    REG(I2C1, I2C_CR2) = 42;
    REG(I2C1, I2C_CCR) = 210;
    REG(I2C1, I2C_TRISE) = 43;
    REG(I2C1, I2C_CR1) = I2C_CR1_PE;
    check(camera_get(0x0a) == 0x96, 2);
    camera_put(0x12, 0x80);
    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        camera_put(values[i][0], values[i][1]);
    }
}

/* ---- Capture ---- */

static void add(const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        sum = sum * 3 + words[i];
    }
}

void dcmi_handler(void)
{
    uint32_t flags = REG(DCMI, DCMI_MIS);
    static uint32_t last;

    REG(DCMI, DCMI_ICR) = flags;
    check(!(flags & DCMI_RIS_OVR), 10);
    cycles = DWT_CYCCNT - last;
    last = DWT_CYCCNT;
    frames++;
}

void dma2_stream1_handler(void)
{
    REG(DMA2, DMA_LIFCR) = 0x3f << 6;
    if (lines % HEIGHT == 0) {
        sum = 0;
    }
    if (lines % HEIGHT >= STILL) {
        add(line[lines & 1], LINE_WORDS);
    }
    lines++;
}

static void stream(const void *to, const void *other, uint32_t words, uint32_t cr)
{
    REG(DMA2, DMA_OF(1, DMA_S0CR)) = 0;
    REG(DMA2, DMA_LIFCR) = 0x3f << 6;
    REG(DMA2, DMA_OF(1, DMA_S0PAR)) = DCMI + DCMI_DR;
    REG(DMA2, DMA_OF(1, DMA_S0M0AR)) = (uint32_t)to;
    REG(DMA2, DMA_OF(1, DMA_S0M1AR)) = (uint32_t)other;
    REG(DMA2, DMA_OF(1, DMA_S0NDTR)) = words;
    REG(DMA2, DMA_OF(1, DMA_S0CR)) = 1 << 25 | 2 << 13 | 2 << 11 | 1 << 10 | cr;
    REG(DMA2, DMA_OF(1, DMA_S0CR)) |= 1;
}

static void snapshot(void)
{
    stream(frame, 0, LINE_WORDS * HEIGHT, 0);
    REG(DCMI, DCMI_CR) = WANTED | DCMI_CR_CM;
    REG(DCMI, DCMI_CR) = WANTED | DCMI_CR_CM | DCMI_CR_CAPTURE;
    while (!frames) {
        wait_for_interrupt();
    }
    check(!(REG(DCMI, DCMI_CR) & DCMI_CR_CAPTURE), 20);
    check(REG(DMA2, DMA_LISR) & 1 << 11, 21);
    add(frame + LINE_WORDS * STILL, LINE_WORDS * (HEIGHT - STILL));
    mailbox[2] = sum;
}

static void line_by_line(void)
{
    frames = 0;
    stream(line[0], line[1], LINE_WORDS, 1 << 18 | 1 << 4);
    REG(DCMI, DCMI_CR) = WANTED;
    REG(DCMI, DCMI_CR) = WANTED | DCMI_CR_CAPTURE;
    while (frames < 2) {
    }
    REG(DCMI, DCMI_CR) = WANTED;
    mailbox[3] = cycles;
    mailbox[4] = lines;
    mailbox[5] = sum;
}

/* One that nobody takes: RIS, and CAPTURE. */
static void polled(void)
{
    uint32_t begin;

    REG(DCMI, DCMI_IER) = 0;
    while (REG(DCMI, DCMI_CR) & DCMI_CR_CAPTURE) {
    }
    begin = DWT_CYCCNT;
    REG(DCMI, DCMI_ICR) = 0x1f;
    while (!(REG(DCMI, DCMI_RIS) & DCMI_RIS_VSYNC)) {
    }
    mailbox[6] = DWT_CYCCNT - begin;
}

int main(void)
{
    clock_168mhz();
    cycles_init();
    pins_init();
    camera_init();
    REG(DCMI, DCMI_IER) = DCMI_RIS_FRAME | DCMI_RIS_OVR;
    irq_enable(DCMI_IRQ);
    irq_enable(DMA2_STREAM1_IRQ);
    snapshot();
    line_by_line();
    polled();
    mailbox_finish();
}
