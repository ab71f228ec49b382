/*
 * Power controller and backup SRAM (RM0090 chapter 5).  Stop and Standby need a core: see
 * tests/firmware.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/pwr.h"
#include "stm32/core/regs.h"

#define PWR 0x40007000
#define BKPSRAM 0x40024000
#define RCC_CSR 0x40023874
#define FLASH_OPTKEYR 0x40023c08
#define FLASH_OPTCR 0x40023c14
#define EXTI_IMR 0x40013c00
#define SRAM 0x20000000
#define DEMCR 0xe000edfc
#define DWT_CTRL 0xe0001000
#define DWT_CYCCNT 0xe0001004
#define DBGMCU_CR 0xe0042004
#define DBG_STANDBY 4u
#define EXTI_RTSR 0x40013c08
#define EXTI_FTSR 0x40013c0c
#define EXTI_PR 0x40013c14

static void start(void)
{
    board_reset();
    board_enable("pwr");
}

static void test_protection_reads_back(void)
{
    start();
    g_assert_cmphex(peek(PWR + A_CR) & R_CR_DBP_MASK, ==, 0);
    poke(PWR + A_CR, peek(PWR + A_CR) | R_CR_DBP_MASK);
    g_assert_cmphex(peek(PWR + A_CR) & R_CR_DBP_MASK, ==, R_CR_DBP_MASK);
}

static void test_voltage_detector(void)
{
    start();
    poke(EXTI_IMR, 1 << 16);
    poke(EXTI_RTSR, 1 << 16);
    poke(EXTI_FTSR, 0);
    poke(PWR + A_CR, R_CR_PVDE_MASK | 5 << R_CR_PLS_SHIFT);     /* 2.7 V */
    g_assert_false(peek(PWR + A_CSR) & R_CSR_PVDO_MASK);
    board_set_int("/machine/soc/pwr", "vdd", 2699);
    g_assert_true(peek(PWR + A_CSR) & R_CSR_PVDO_MASK);
    g_assert_cmphex(peek(EXTI_PR), ==, 1 << 16);
    g_assert_true(peek(0xe000e200) & 1 << 1);                   /* NVIC: PVD pending */
    poke(EXTI_PR, 1 << 16);
    board_set_int("/machine/soc/pwr", "vdd", 3000);
    g_assert_false(peek(PWR + A_CSR) & R_CSR_PVDO_MASK);
    g_assert_cmphex(peek(EXTI_PR), ==, 0);
    poke(PWR + A_CR, 0);
    board_set_int("/machine/soc/pwr", "vdd", 1900);
    g_assert_false(peek(PWR + A_CSR) & R_CSR_PVDO_MASK);
    board_set_int("/machine/soc/pwr", "vdd", 3000);
}

static void test_wakeup_pin(void)
{
    start();
    board_set_bool("/machine/button-user", "pressed", true);
    g_assert_false(peek(PWR + A_CSR) & R_CSR_WUF_MASK);         /* EWUP is off */
    board_set_bool("/machine/button-user", "pressed", false);
    poke(PWR + A_CSR, R_CSR_EWUP_MASK);
    board_set_bool("/machine/button-user", "pressed", true);
    g_assert_true(peek(PWR + A_CSR) & R_CSR_WUF_MASK);
    poke(PWR + A_CR, R_CR_CWUF_MASK);
    g_assert_false(peek(PWR + A_CSR) & R_CSR_WUF_MASK);
    g_assert_cmphex(peek(PWR + A_CR) & R_CR_CWUF_MASK, ==, 0);
    poke(PWR + A_CSR, 0);
    poke(PWR + A_CSR, R_CSR_EWUP_MASK);                         /* enabled while high */
    g_assert_true(peek(PWR + A_CSR) & R_CSR_WUF_MASK);
    board_set_bool("/machine/button-user", "pressed", false);
    start();
    g_assert_cmphex(peek(PWR + A_CSR) & (R_CSR_WUF_MASK | R_CSR_EWUP_MASK), ==, 0);
}

static void test_backup_regulator(void)
{
    board_start("");
    start();
    poke(PWR + A_CSR, R_CSR_BRE_MASK);
    g_assert_false(peek(PWR + A_CSR) & R_CSR_BRE_MASK);
    g_assert_cmpint(board_mistakes("CSR.BRE written while"), ==, 1);
    poke(PWR + A_CR, R_CR_DBP_MASK);
    poke(PWR + A_CSR, R_CSR_BRE_MASK);
    g_assert_true(peek(PWR + A_CSR) & R_CSR_BRR_MASK);
    start();
    g_assert_true(peek(PWR + A_CSR) & R_CSR_BRE_MASK);
}

static void test_backup_sram(void)
{
    board_start("");
    start();
    g_assert_cmphex(peek(BKPSRAM), ==, 0);
    g_assert_cmpint(board_mistakes("bkpsram: access without clock; set its enable bit in RCC first"), ==, 1);
    board_enable("bkpsram");
    poke(BKPSRAM, 0x12345678);
    g_assert_cmphex(peek(BKPSRAM), ==, 0);
    g_assert_cmpint(board_mistakes("backup domain is protected"), ==, 1);
    poke(PWR + A_CR, R_CR_DBP_MASK);
    poke(BKPSRAM, 0x12345678);
    qtest_writeb(board, BKPSRAM + 0xfff, 0x9a);
    g_assert_cmphex(peek(BKPSRAM), ==, 0x12345678);
    g_assert_cmphex(qtest_readb(board, BKPSRAM + 0xfff), ==, 0x9a);
    start();
    board_enable("bkpsram");
    g_assert_cmphex(peek(BKPSRAM), ==, 0x12345678);             /* survives a reset */
}

/* Option bytes that make entering Stop (bit 6) or Standby (bit 7) a reset. */
static void program_option_bits(uint32_t clear)
{
    poke(FLASH_OPTKEYR, 0x08192a3b);
    poke(FLASH_OPTKEYR, 0x4c5d6e7f);
    poke(FLASH_OPTCR, peek(FLASH_OPTCR) & ~clear);
    poke(FLASH_OPTCR, peek(FLASH_OPTCR) | 2);
    board_wait_ns(1000000000);
}

static void enter_deep_sleep(uint32_t pwr_cr)
{
    start();
    poke(RCC_CSR, 1 << 24);
    poke(PWR + A_CR, pwr_cr);
    qtest_set_irq_in(board, "/machine/soc/pwr", "sleepdeep", 0, 1);
}

/* RM0090 38.16.1: with DBG_STANDBY nothing loses its power, and HSI clocks what there is. */
static void test_standby_for_debugger(void)
{
    for (uint32_t dbg = 0; dbg <= DBG_STANDBY; dbg += DBG_STANDBY) {
        uint32_t cycles;

        board_start("");
        start();
        poke(DEMCR, 1 << 24);
        poke(DWT_CTRL, 1);
        poke(SRAM, 0x12345678);
        poke(DBGMCU_CR, dbg);
        poke(PWR + A_CR, R_CR_PDDS_MASK);
        qtest_set_irq_in(board, "/machine/soc/pwr", "sleepdeep", 0, 1);
        g_assert_cmphex(peek(SRAM), ==, dbg ? 0x12345678 : 0xa5a5a5a5);
        cycles = peek(DWT_CYCCNT);
        board_wait_ns(1000);
        g_assert_cmpuint(peek(DWT_CYCCNT) - cycles, ==, dbg ? 16 : 0);
    }
    board_start("");
}

static void test_low_power_reset(void)
{
    static const struct {
        uint32_t option, pwr_cr, other_cr;
    } modes[] = {
        { 1 << 6, 0, R_CR_PDDS_MASK }, { 1 << 7, R_CR_PDDS_MASK, 0 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
        board_start("");
        program_option_bits(modes[i].option);
        enter_deep_sleep(modes[i].pwr_cr);
        qtest_qmp_eventwait(board, "RESET");
        g_assert_cmphex(peek(RCC_CSR) >> 24, ==, 0x84);         /* LPWRRSTF, PINRSTF */
        board_enable("pwr");
        g_assert_cmphex(peek(PWR + A_CSR) & R_CSR_SBF_MASK, ==, 0);
        enter_deep_sleep(modes[i].other_cr);
        g_assert_cmphex(peek(RCC_CSR) >> 24, ==, 0);            /* the other mode is entered */
    }
    board_start("");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    board_start("");
    qtest_add_func("pwr/protection-reads-back", test_protection_reads_back);
    qtest_add_func("pwr/voltage-detector", test_voltage_detector);
    qtest_add_func("pwr/wakeup-pin", test_wakeup_pin);
    qtest_add_func("pwr/backup-regulator", test_backup_regulator);
    qtest_add_func("pwr/backup-sram", test_backup_sram);
    qtest_add_func("pwr/standby-for-debugger", test_standby_for_debugger);
    qtest_add_func("pwr/low-power-reset", test_low_power_reset);
    return board_run_tests();
}
