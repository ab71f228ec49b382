/*
 * What the qtests share: a board to talk to, its clocks, pins and reports.
 *
 * In qtest there is no CPU: the test is the guest, and virtual time moves only by board_wait_ns().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STM32_TESTS_BOARD_H
#define STM32_TESTS_BOARD_H

#include "tests/qtest/libqtest.h"

extern QTestState *board;

/* Start a fresh board with further arguments of QEMU ("" for none); stops the one before. */
void board_start(const char *args);
void board_stop(void);
/* For two boards at once: this one is the caller's to set as `board` and to quit, its log is lost. */
QTestState *board_take(void);

/*
 * Save the machine, which stops at that, to a new file of the name returned, which is the caller's to
 * unlink and free; and start another machine, with its arguments, from such a file.
 */
char *board_save(void);
void board_load(const char *file, const char *args);

/* All that can be seen of the machine, as text: registers, pins, clocks, interrupts, time. */
char *board_describe(void);

/* A quicker one: the registers of the core and of all peripherals. */
char *board_registers(void);

/* What the machine has logged since it started, was loaded, or since board_forget_log(). */
char *board_log(void);
void board_forget_log(void);

/* Back to the state after power-on reset, by a system reset. */
void board_reset(void);

static inline uint32_t peek(uint32_t addr) { return qtest_readl(board, addr); }
static inline void poke(uint32_t addr, uint32_t data) { qtest_writel(board, addr, data); }

/* Has @peripheral an enable bit in RCC? */
bool board_has_enable(const char *peripheral);
/* Set the enable bit of @peripheral ("usart2") in RCC. */
void board_enable(const char *peripheral);
/* Set or clear its reset bit. */
void board_hold_in_reset(const char *peripheral, bool hold);
/* Let virtual time pass. */
void board_wait_ns(int64_t ns);
/* Has the machine been stopped, by stop-at or by command? */
bool board_is_paused(void);

/* Clock input or output @path of a device, in Hz: "/machine/soc/rcc/hclk". */
uint64_t board_clock_hz(const char *path);

/* A pin, by its name: "pd12". */
bool pin_level(const char *pin);
void pin_drive(const char *pin, const char *level /* "0" "1" "z" */);

/* Let pin @n of the port at @gpio carry its alternate function @function. */
void board_pin_function(uint32_t gpio, unsigned n, unsigned function);

/* The same of a pin by its name, "pa2", whose port is enabled as well. */
void board_route(const char *pin, unsigned function);

/* For what takes its time on the host's clock: at most a minute of it. */
#define WAIT_FOR(condition)                                             \
    do {                                                                \
        bool met_ = false;                                              \
                                                                        \
        for (unsigned i_ = 0; !met_ && i_ < 60000; i_++) {              \
            met_ = (condition);                                         \
            if (!met_) {                                                \
                g_usleep(1000);                                         \
            }                                                           \
        }                                                               \
        if (!met_) {                                                    \
            g_test_message("not within a minute: %s", #condition);      \
        }                                                               \
        g_assert_true(met_);                                            \
    } while (0)

/* Any QOM property; the string is the caller's to free. */
bool board_get_bool(const char *path, const char *property);
int64_t board_get_int(const char *path, const char *property);
char *board_get_string(const char *path, const char *property);
void board_set_bool(const char *path, const char *property, bool value);
void board_set_int(const char *path, const char *property, int64_t value);
void board_set_string(const char *path, const char *property, const char *value);

/* Level of output @line of the peripheral @name, "usart2" "irq": intercept once, then ask. */
void board_intercept_out(const char *name, const char *line);

/* Interrupts as the NVIC gets them: call board_watch_irqs() before, irq() then tells the level. */
void board_watch_irqs(void);
static inline bool irq(int n) { return qtest_get_irq(board, n); }

/* How many reports of guest mistakes with @text there have been since the board started. */
int board_mistakes(const char *text);

/* Lines that QEMU has said on stderr; a sanitizer's own do not count. */
unsigned board_lines_of(const char *error);

/* Run the tests that have been added, stop the board, and return what main() should. */
int board_run_tests(void);

#endif
