/*
 * Vector table and reset handler of the guest programs.
 *
 * A program overrides a handler by defining a function of its name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;

int main(void);

static void hang(void);
typedef void (*handler)(void);
static const handler vectors[16 + 82];

/* A bootloader may have started it: what is shown at 0 then is not this program. */
void reset_handler(void)
{
    *(volatile uint32_t *)0xe000ed08 = (uint32_t)vectors;       /* VTOR */
    for (uint32_t *from = &data_load, *to = &data_start; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    main();
    for (;;) {
    }
}

static void hang(void)
{
    for (;;) {
    }
}

#define HANDLER(name) void name(void) __attribute__((weak, alias("hang")))
HANDLER(nmi_handler);
HANDLER(hard_fault_handler);
HANDLER(bus_fault_handler);
HANDLER(usage_fault_handler);
HANDLER(svc_handler);
HANDLER(debug_monitor_handler);
HANDLER(pendsv_handler);
HANDLER(systick_handler);
HANDLER(wwdg_handler);
HANDLER(pvd_handler);
HANDLER(rtc_wakeup_handler);
HANDLER(rtc_alarm_handler);
HANDLER(flash_handler);
HANDLER(rcc_handler);
HANDLER(exti0_handler);
HANDLER(exti1_handler);
HANDLER(exti3_handler);
HANDLER(adc_handler);
HANDLER(can1_tx_handler);
HANDLER(can1_rx0_handler);
HANDLER(can2_tx_handler);
HANDLER(can2_rx0_handler);
HANDLER(exti9_5_handler);
HANDLER(exti15_10_handler);
HANDLER(tim2_handler);
HANDLER(i2c1_event_handler);
HANDLER(i2c1_error_handler);
HANDLER(i2c2_event_handler);
HANDLER(i2c2_error_handler);
HANDLER(usart1_handler);
HANDLER(usart2_handler);
HANDLER(usart3_handler);
HANDLER(dma1_stream0_handler);
HANDLER(dma1_stream3_handler);
HANDLER(dma1_stream4_handler);
HANDLER(dma1_stream5_handler);
HANDLER(dma2_stream0_handler);
HANDLER(dma2_stream2_handler);
HANDLER(dcmi_handler);
HANDLER(dma2_stream1_handler);
HANDLER(sdio_handler);
HANDLER(eth_handler);
HANDLER(eth_wakeup_handler);
HANDLER(otg_fs_handler);
HANDLER(otg_hs_handler);
HANDLER(dma2_stream7_handler);

__attribute__((section(".vectors"), used))
static const handler vectors[16 + 82] = {
    [0] = (handler)&stack_top,
    [1] = reset_handler,
    [2] = nmi_handler,
    [3] = hard_fault_handler,
    [4] = hang,
    [5] = bus_fault_handler,
    [6] = usage_fault_handler,
    [11] = svc_handler,
    [12] = debug_monitor_handler,
    [14] = pendsv_handler,
    [15] = systick_handler,
    [16 + 0] = wwdg_handler,
    [16 + 1] = pvd_handler,
    [16 + 3] = rtc_wakeup_handler,
    [16 + 4] = flash_handler,
    [16 + 5] = rcc_handler,
    [16 + 6] = exti0_handler,
    [16 + 7] = exti1_handler,
    [16 + 9] = exti3_handler,
    [16 + 11] = dma1_stream0_handler,
    [16 + 14] = dma1_stream3_handler,
    [16 + 15] = dma1_stream4_handler,
    [16 + 16] = dma1_stream5_handler,
    [16 + 18] = adc_handler,
    [16 + 19] = can1_tx_handler,
    [16 + 20] = can1_rx0_handler,
    [16 + 23] = exti9_5_handler,
    [16 + 28] = tim2_handler,
    [16 + 31] = i2c1_event_handler,
    [16 + 32] = i2c1_error_handler,
    [16 + 33] = i2c2_event_handler,
    [16 + 34] = i2c2_error_handler,
    [16 + 37] = usart1_handler,
    [16 + 38] = usart2_handler,
    [16 + 39] = usart3_handler,
    [16 + 40] = exti15_10_handler,
    [16 + 41] = rtc_alarm_handler,
    [16 + 49] = sdio_handler,
    [16 + 56] = dma2_stream0_handler,
    [16 + 57] = dma2_stream1_handler,
    [16 + 58] = dma2_stream2_handler,
    [16 + 61] = eth_handler,
    [16 + 62] = eth_wakeup_handler,
    [16 + 63] = can2_tx_handler,
    [16 + 64] = can2_rx0_handler,
    [16 + 67] = otg_fs_handler,
    [16 + 70] = dma2_stream7_handler,
    [16 + 77] = otg_hs_handler,
    [16 + 78] = dcmi_handler,
};
