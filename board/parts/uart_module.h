/*
 * A module with a UART that a part is: eight data bits, no parity, one stop bit, at its TX and RX.  The other end is a USART
 * of the chip, or a program with a GPIO.
 *
 * Deliberately different: a byte of a USART is taken as it begins, not as it ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_BOARD_PARTS_UART_MODULE_H
#define STM32_BOARD_PARTS_UART_MODULE_H

#include "stm32/board/parts/part.h"
#include "stm32/core/pins/frames.h"

enum { UART_QUEUE = 8192 };

typedef struct UartModuleOps {
    void (*take)(Part *part, uint8_t byte);     /* one has come; or NULL */
    void (*sent)(Part *part);                   /* there is room in the queue again; or NULL */
} UartModuleOps;

typedef struct UartModule {
    Part *part;
    const UartModuleOps *ops;
    Pin *rx_pin;
    Signal tx, rx;                      /* frames of USARTs; */
    PinListener rx_level;               /* ... levels of GPIOs */
    PinDriver out;
    Picture picture;
    QEMUTimer *tx_timer, *rx_timer;
    uint32_t baud;
    uint8_t queue[UART_QUEUE];          /* what is to be sent, the one under way not included */
    uint32_t first, count;
    bool busy;                          /* a frame is under way */
    int64_t began;                      /* virtual ns: a row of frames; it has had */
    uint32_t frames;
    int64_t start;                      /* virtual ns: of the frame that comes as levels; -1: none */
    uint16_t word;
    uint8_t bits;                       /* of it, that have been sampled */
    bool level;
} UartModule;

void uart_module_init(UartModule *m, Part *part, Pin *tx, Pin *rx, uint32_t baud, const UartModuleOps *ops);
/* From the next byte on. */
void uart_module_set_baud(UartModule *m, uint32_t baud);
/* How many of @n bytes there has been room for. */
unsigned uart_module_send(UartModule *m, const void *bytes, unsigned n);
static inline unsigned uart_module_room(const UartModule *m)
{
    return UART_QUEUE - m->count;
}
/* What waits is not sent. */
void uart_module_clear(UartModule *m);

extern const VMStateDescription vmstate_uart_module;
#define VMSTATE_UART_MODULE(field, State) VMSTATE_STRUCT(field, State, 1, vmstate_uart_module, UartModule)

#endif
