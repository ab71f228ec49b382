/*
 * RM0090 tables 43 and 44: which request is channel 0 ... 7 of a stream.  Several on a channel are
 * or-ed; a request may be on several streams.  "usart2.dma-rx" is the output `dma-rx` of usart2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
static const struct {
    const char *dma;
    unsigned stream;
    const char *channel[8];
} dma_request_table[] = {
    { "dma1", 0, {
        "spi3.dma-rx", "i2c1.dma-rx", "tim4.dma-ch1", "i2s3ext.dma-rx", "uart5.dma-rx", "-",
        "tim5.dma-ch3 tim5.dma-up", "-" } },
    { "dma1", 1, {
        "-", "-", "-", "tim2.dma-ch3 tim2.dma-up", "usart3.dma-rx", "-",
        "tim5.dma-ch4 tim5.dma-trig", "tim6.dma-up" } },
    { "dma1", 2, {
        "spi3.dma-rx", "tim7.dma-up", "i2s3ext.dma-rx", "i2c3.dma-rx", "uart4.dma-rx",
        "tim3.dma-ch4 tim3.dma-up", "tim5.dma-ch1", "i2c2.dma-rx" } },
    { "dma1", 3, {
        "spi2.dma-rx", "-", "tim4.dma-ch2", "i2s2ext.dma-rx", "usart3.dma-tx", "-",
        "tim5.dma-ch4 tim5.dma-trig", "i2c2.dma-rx" } },
    { "dma1", 4, {
        "spi2.dma-tx", "tim7.dma-up", "i2s2ext.dma-tx", "i2c3.dma-tx", "uart4.dma-tx",
        "tim3.dma-ch1 tim3.dma-trig", "tim5.dma-ch2", "usart3.dma-tx" } },
    { "dma1", 5, {
        "spi3.dma-tx", "i2c1.dma-rx", "i2s3ext.dma-tx", "tim2.dma-ch1", "usart2.dma-rx",
        "tim3.dma-ch2", "-", "dac.dma-1" } },
    { "dma1", 6, {
        "-", "i2c1.dma-tx", "tim4.dma-up", "tim2.dma-ch2 tim2.dma-ch4", "usart2.dma-tx", "-",
        "tim5.dma-up", "dac.dma-2" } },
    { "dma1", 7, {
        "spi3.dma-tx", "i2c1.dma-tx", "tim4.dma-ch3", "tim2.dma-ch4 tim2.dma-up",
        "uart5.dma-tx", "tim3.dma-ch3", "-", "i2c2.dma-tx" } },
    { "dma2", 0, {
        "adc1.dma", "-", "adc3.dma", "spi1.dma-rx", "-", "-", "tim1.dma-trig", "-" } },
    { "dma2", 1, {
        "-", "dcmi.dma", "adc3.dma", "-", "-", "usart6.dma-rx", "tim1.dma-ch1", "tim8.dma-up" } },
    { "dma2", 2, {
        "tim8.dma-ch1 tim8.dma-ch2 tim8.dma-ch3", "adc2.dma", "-", "spi1.dma-rx",
        "usart1.dma-rx", "usart6.dma-rx", "tim1.dma-ch2", "tim8.dma-ch1" } },
    { "dma2", 3, {
        "-", "adc2.dma", "-", "spi1.dma-tx", "sdio.dma", "-", "tim1.dma-ch1", "tim8.dma-ch2" } },
    { "dma2", 4, {
        "adc1.dma", "-", "-", "-", "-", "-", "tim1.dma-ch4 tim1.dma-com tim1.dma-trig",
        "tim8.dma-ch3" } },
    { "dma2", 5, {
        "-", "-", "-", "spi1.dma-tx", "usart1.dma-rx", "-", "tim1.dma-up", "-" } },
    { "dma2", 6, {
        "tim1.dma-ch1 tim1.dma-ch2 tim1.dma-ch3", "-", "-", "-", "sdio.dma", "usart6.dma-tx",
        "tim1.dma-ch3", "-" } },
    { "dma2", 7, {
        "-", "dcmi.dma", "-", "-", "usart1.dma-tx", "usart6.dma-tx", "-",
        "tim8.dma-ch4 tim8.dma-com tim8.dma-trig" } },
};
