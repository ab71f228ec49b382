/*
 * The microphone at I2S2 (PB10, PC3): PLLI2S makes 51.2 MHz, the bit clock is 1.024 MHz; DMA1
 * stream 3 brings the bits, a filter of three integrators and differences makes 16000 samples a
 * second of them.
 *
 * Mailbox: 14 a frequency to look for in the next 100 ms (the test writes it); 15 how many times
 * that has been done; 1 amplitude of that frequency; 2 of all the rest, as a sine of that power;
 * both in per mille of all bits 1; 3 overruns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "board.h"
#include "mailbox.h"

#define HALF 256            /* words of 16 bits of half of the buffer, 4 ms */
#define DECIMATE 64
#define SAMPLES 1600
#define FULL_SCALE ((float)DECIMATE * DECIMATE * DECIMATE)

static volatile uint16_t words[2 * HALF];
static float sample[SAMPLES];
static int32_t sum[3], was[3];

static void i2s_init(void)
{
    REG(RCC, RCC_AHB1ENR) |= RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_DMA1EN;
    REG(RCC, RCC_APB1ENR) |= RCC_APB1ENR_SPI2EN;
    REG(RCC, RCC_PLLI2SCFGR) = 5u << 28 | 256 << 6;
    REG(RCC, RCC_CR) |= RCC_CR_PLLI2SON;
    while (!(REG(RCC, RCC_CR) & RCC_CR_PLLI2SRDY)) {
    }
    REG(GPIOB, GPIO_AFRH) |= 5 << 8;
    set_field(&REG(GPIOB, GPIO_MODER), 3 << 20, 2);
    REG(GPIOC, GPIO_AFRL) |= 5 << 12;
    set_field(&REG(GPIOC, GPIO_MODER), 3 << 6, 2);
    REG(DMA1, DMA_OF(3, DMA_S0PAR)) = SPI2 + SPI_DR;
    REG(DMA1, DMA_OF(3, DMA_S0M0AR)) = (uint32_t)words;
    REG(DMA1, DMA_OF(3, DMA_S0NDTR)) = 2 * HALF;
    REG(DMA1, DMA_OF(3, DMA_S0CR)) = DMA_S0CR_CIRC | DMA_S0CR_MINC | 1 << 11 | 1 << 13;
    REG(DMA1, DMA_OF(3, DMA_S0CR)) |= DMA_S0CR_EN;
    REG(SPI2, SPI_CR2) = SPI_CR2_RXDMAEN;
    REG(SPI2, SPI_I2SPR) = 25;
    REG(SPI2, SPI_I2SCFGR) = SPI_I2SCFGR_I2SMOD | 3 << 8 | 2 << 4 | SPI_I2SCFGR_CKPOL;
    REG(SPI2, SPI_I2SCFGR) |= SPI_I2SCFGR_I2SE;
}

/* Bits in, first one uppermost; returns true when a sample is complete. */
static bool filter(uint16_t word, unsigned n, float *out)
{
    for (int bit = 15; bit >= 0; bit--) {
        sum[0] += word >> bit & 1 ? 1 : -1;
        sum[1] += sum[0];
        sum[2] += sum[1];
    }
    if (n % (DECIMATE / 16)) {
        return false;
    }
    int32_t value = sum[2];
    for (unsigned i = 0; i < 3; i++) {
        int32_t difference = (uint32_t)value - (uint32_t)was[i];

        was[i] = value;
        value = difference;
    }
    *out = value / FULL_SCALE;
    return true;
}

/* Wait for half of the buffer, put what it makes at @to; returns how many samples that is. */
static unsigned take_half(float *to)
{
    static unsigned second;
    uint32_t flag = second ? 1 << 27 : 1 << 26;     /* TCIF3, HTIF3 */
    unsigned count = 0;

    while (!(REG(DMA1, DMA_LISR) & flag)) {
    }
    REG(DMA1, DMA_LIFCR) = flag;
    mailbox[3] += REG(SPI2, SPI_SR) & SPI_SR_OVR ? 1 : 0;
    for (unsigned i = 0; i < HALF; i++) {
        count += filter(words[second * HALF + i], i + 1, to + count);
    }
    second ^= 1;
    return count;
}

static uint32_t root(float x)
{
    uint32_t r = 0;

    while ((float)(r + 1) * (r + 1) <= x) {
        r++;
    }
    return r;
}

/* Sine and cosine of a small angle by their series. */
static void measure(uint32_t hz)
{
    float a = 2 * 3.14159265f * hz / 16000, c = 1, s = 0, re = 0, im = 0, all = 0, tone, mean = 0;
    float a2 = a * a, sin_a = a * (1 - a2 / 6 * (1 - a2 / 20 * (1 - a2 / 42)));
    float cos_a = 1 - a2 / 2 * (1 - a2 / 12 * (1 - a2 / 30 * (1 - a2 / 56)));

    for (unsigned i = 0; i < SAMPLES; i++) {
        mean += sample[i] / SAMPLES;
    }
    for (unsigned i = 0; i < SAMPLES; i++) {
        float next = c * cos_a - s * sin_a, x = sample[i] - mean;

        re += x * c;
        im += x * s;
        all += x * x;
        s = s * cos_a + c * sin_a;
        c = next;
    }
    tone = 4 * (re * re + im * im) / SAMPLES / SAMPLES;
    all = 2 * all / SAMPLES;
    mailbox[1] = root(tone * 1000000);
    mailbox[2] = root(all > tone ? (all - tone) * 1000000 : 0);
}

int main(void)
{
    unsigned rounds = 0;

    clock_168mhz();
    i2s_init();
    for (;;) {
        uint32_t hz = mailbox[14];

        take_half(sample);
        if (hz) {
            take_half(sample);
            for (unsigned n = 0; n < SAMPLES;) {
                n += take_half(sample + n);
            }
            measure(hz);
            mailbox[14] = 0;
            mailbox[15] = ++rounds;
        }
    }
}
