/*
 * Reset and clock control (RM0090 chapter 7).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/rcc.h"
#include "stm32/core/regs.h"

#define RCC 0x40023800
#define PWR_CR 0x40007000
#define DBP (1 << 8)
#define AIRCR 0xe000ed0c
#define ICSR 0xe000ed04
#define GPIOA_MODER 0x40020000

#define MHZ 1000000
#define US 1000

static uint64_t hz(const char *clock)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/rcc/%s", clock);

    return board_clock_hz(path);
}

static void set(uint32_t reg, uint32_t bits)
{
    poke(RCC + reg, peek(RCC + reg) | bits);
}

static void clear(uint32_t reg, uint32_t bits)
{
    poke(RCC + reg, peek(RCC + reg) & ~bits);
}

static bool is_set(uint32_t reg, uint32_t bit)
{
    return peek(RCC + reg) & bit;
}

static unsigned sws(void)
{
    return FIELD_EX32(peek(RCC + A_CFGR), CFGR, SWS);
}

static void open_backup_domain(void)
{
    board_enable("pwr");
    poke(PWR_CR, peek(PWR_CR) | DBP);
}

/* The set-up that everybody uses: HSE 8 MHz, PLL 168 MHz, APB1 / 4, APB2 / 2. */
static void run_at_168mhz(void)
{
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    poke(RCC + A_PLLCFGR, 0x27405408);
    poke(RCC + A_CFGR, 5 << 10 | 4 << 13);
    set(A_CR, R_CR_PLLON_MASK);
    board_wait_ns(75 * US);
    set(A_CFGR, 2);
}

/* ---- Oscillators ---- */

static void test_after_reset(void)
{
    board_reset();
    g_assert_cmphex(peek(RCC + A_CR) & ~0xff00, ==, 0x83);
    g_assert_cmpuint(hz("hclk"), ==, 16 * MHZ);
    g_assert_cmpuint(hz("pclk1"), ==, 16 * MHZ);
    g_assert_cmpuint(hz("pclk2"), ==, 16 * MHZ);
    g_assert_cmpuint(hz("systick"), ==, 2 * MHZ);
    g_assert_cmpuint(hz("pll48"), ==, 0);
    g_assert_cmpuint(hz("usart2"), ==, 0);
}

static void test_hse_takes_its_time(void)
{
    board_reset();
    set(A_CR, R_CR_HSEON_MASK);
    g_assert_false(is_set(A_CR, R_CR_HSERDY_MASK));
    board_wait_ns(64 * US - 1);
    g_assert_false(is_set(A_CR, R_CR_HSERDY_MASK));
    board_wait_ns(1);
    g_assert_true(is_set(A_CR, R_CR_HSERDY_MASK));
    clear(A_CR, R_CR_HSEON_MASK);
    g_assert_false(is_set(A_CR, R_CR_HSERDY_MASK));
}

static void test_lsi(void)
{
    board_reset();
    g_assert_cmpuint(hz("lsi"), ==, 0);
    set(A_CSR, R_CSR_LSION_MASK);
    board_wait_ns(15 * US);
    g_assert_true(is_set(A_CSR, R_CSR_LSIRDY_MASK));
    g_assert_cmpuint(hz("lsi"), ==, 32000);
    clear(A_CSR, R_CSR_LSION_MASK);
    g_assert_cmpuint(hz("lsi"), ==, 0);
}

static void test_no_lse_on_a_stock_board(void)
{
    board_reset();
    open_backup_domain();
    set(A_BDCR, R_BDCR_LSEON_MASK);
    board_wait_ns(5000000000);
    g_assert_false(is_set(A_BDCR, R_BDCR_LSERDY_MASK));
}

static void test_lse_when_fitted(void)
{
    board_start("-machine lse=on");
    open_backup_domain();
    set(A_BDCR, R_BDCR_LSEON_MASK);
    board_wait_ns(999999999);
    g_assert_false(is_set(A_BDCR, R_BDCR_LSERDY_MASK));
    board_wait_ns(1);
    g_assert_true(is_set(A_BDCR, R_BDCR_LSERDY_MASK));
    set(A_BDCR, 1 << R_BDCR_RTCSEL_SHIFT | R_BDCR_RTCEN_MASK);
    g_assert_cmpuint(hz("rtc"), ==, 32768);
    board_start("");
}

static void test_another_crystal(void)
{
    board_start("-machine hse-frequency=25000000");
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    set(A_CFGR, 1);
    g_assert_cmpuint(hz("hclk"), ==, 25 * MHZ);
    board_start("");
}

/* ---- SYSCLK ---- */

static void test_168_mhz(void)
{
    board_reset();
    run_at_168mhz();
    g_assert_cmpuint(sws(), ==, 2);
    g_assert_cmpuint(hz("hclk"), ==, 168 * MHZ);
    g_assert_cmpuint(hz("systick"), ==, 21 * MHZ);
    g_assert_cmpuint(hz("pclk1"), ==, 42 * MHZ);
    g_assert_cmpuint(hz("pclk2"), ==, 84 * MHZ);
    g_assert_cmpuint(hz("pll48"), ==, 48 * MHZ);
    set(A_APB1ENR, R_APB1ENR_TIM2EN_MASK | R_APB1ENR_USART2EN_MASK);
    set(A_APB2ENR, R_APB2ENR_TIM1EN_MASK);
    g_assert_cmpuint(hz("tim2"), ==, 84 * MHZ);
    g_assert_cmpuint(hz("tim1"), ==, 168 * MHZ);
    g_assert_cmpuint(hz("usart2"), ==, 42 * MHZ);
    g_assert_cmpint(board_mistakes("/machine/soc/rcc"), ==, 0);
}

static void test_switch_waits_for_the_source(void)
{
    board_reset();
    set(A_CR, R_CR_HSEON_MASK);
    set(A_CFGR, 1);
    g_assert_cmpuint(sws(), ==, 0);
    board_wait_ns(64 * US);
    g_assert_cmpuint(sws(), ==, 1);
    g_assert_cmpuint(hz("hclk"), ==, 8 * MHZ);
    g_assert_cmpint(board_mistakes("the switch waits for it"), ==, 1);
}

static void test_ahb_prescaler(void)
{
    static const unsigned divider[] = {
        1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 64, 128, 256, 512
    };

    board_reset();
    for (unsigned hpre = 0; hpre < ARRAY_SIZE(divider); hpre++) {
        poke(RCC + A_CFGR, hpre << R_CFGR_HPRE_SHIFT);
        g_assert_cmpuint(hz("hclk"), ==, 16 * MHZ / divider[hpre]);
        g_assert_cmpuint(hz("pclk2"), ==, 16 * MHZ / divider[hpre]);
    }
}

static void test_apb_prescalers_and_the_timers(void)
{
    static const unsigned divider[] = { 1, 1, 1, 1, 2, 4, 8, 16 };

    board_reset();
    set(A_APB1ENR, R_APB1ENR_TIM2EN_MASK);
    set(A_APB2ENR, R_APB2ENR_TIM1EN_MASK);
    for (unsigned ppre = 0; ppre < ARRAY_SIZE(divider); ppre++) {
        unsigned twice = divider[ppre] == 1 ? 1 : 2;

        poke(RCC + A_CFGR, ppre << R_CFGR_PPRE1_SHIFT);
        g_assert_cmpuint(hz("pclk1"), ==, 16 * MHZ / divider[ppre]);
        g_assert_cmpuint(hz("tim2"), ==, 16 * MHZ / divider[ppre] * twice);
        g_assert_cmpuint(hz("tim1"), ==, 16 * MHZ);
        poke(RCC + A_CFGR, ppre << R_CFGR_PPRE2_SHIFT);
        g_assert_cmpuint(hz("tim1"), ==, 16 * MHZ / divider[ppre] * twice);
        g_assert_cmpuint(hz("tim2"), ==, 16 * MHZ);
    }
}

static void test_plli2s(void)
{
    board_reset();
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    poke(RCC + A_PLLCFGR, 0x27405408);
    poke(RCC + A_PLLI2SCFGR, 258 << R_PLLI2SCFGR_PLLI2SN_SHIFT |
                             3u << R_PLLI2SCFGR_PLLI2SR_SHIFT);
    set(A_CR, R_CR_PLLI2SON_MASK);
    board_wait_ns(75 * US);
    g_assert_cmpuint(hz("i2s"), ==, 86 * MHZ);
}

/* ---- What the manual forbids ---- */

static void test_sysclk_cannot_be_switched_off(void)
{
    board_reset();
    clear(A_CR, R_CR_HSION_MASK);
    g_assert_true(is_set(A_CR, R_CR_HSION_MASK));
    run_at_168mhz();
    clear(A_CR, R_CR_PLLON_MASK | R_CR_HSEON_MASK);
    g_assert_true(is_set(A_CR, R_CR_PLLON_MASK));
    g_assert_true(is_set(A_CR, R_CR_HSEON_MASK));
    clear(A_CR, R_CR_HSION_MASK);
    g_assert_false(is_set(A_CR, R_CR_HSION_MASK));
    g_assert_cmpint(board_mistakes("switches off what SYSCLK runs from"), >, 0);
}

static void test_pll_registers_are_locked_while_on(void)
{
    board_reset();
    set(A_CR, R_CR_PLLON_MASK);
    poke(RCC + A_PLLCFGR, 0x27405408);
    g_assert_cmphex(peek(RCC + A_PLLCFGR), ==, 0x24003010);
    clear(A_CR, R_CR_PLLON_MASK);
    set(A_CR, R_CR_PLLI2SON_MASK);
    poke(RCC + A_PLLI2SCFGR, 0);
    g_assert_cmphex(peek(RCC + A_PLLI2SCFGR), ==, 0x20003000);
    poke(RCC + A_PLLCFGR, 0x27405408);      /* M and the source are shared */
    g_assert_cmphex(peek(RCC + A_PLLCFGR), ==, 0x27005410);
}

static void test_sw_3_is_refused(void)
{
    board_reset();
    poke(RCC + A_CFGR, 3);
    g_assert_cmphex(peek(RCC + A_CFGR), ==, 0);
}

static void test_illegal_pll_never_locks(void)
{
    board_reset();
    poke(RCC + A_PLLCFGR, 0);
    set(A_CR, R_CR_PLLON_MASK);
    board_wait_ns(1000000);
    g_assert_false(is_set(A_CR, R_CR_PLLRDY_MASK));
    set(A_CFGR, 2);
    g_assert_cmpuint(sws(), ==, 0);
}

static void test_limits_are_reported(void)
{
    board_start("");
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    poke(RCC + A_PLLCFGR, 0x27405404);      /* M = 4: 2 MHz in, 672 MHz VCO */
    set(A_CR, R_CR_PLLON_MASK);
    g_assert_cmpint(board_mistakes("PLL VCO is 672000000 Hz"), ==, 1);
    board_wait_ns(75 * US);
    poke(RCC + A_CFGR, 2);
    g_assert_cmpint(board_mistakes("HCLK is 336000000 Hz"), ==, 1);
    g_assert_cmpint(board_mistakes("PCLK1 is"), ==, 0);
    board_wait_ns(2000 * US);
    peek(RCC + A_CFGR);
    g_assert_cmpint(board_mistakes("PCLK1 is"), ==, 1);
}

/* Dividers that are chosen behind the switch: the buses are too fast for some instructions. */
static void test_limits_for_a_moment(void)
{
    board_start("");
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    poke(RCC + A_PLLCFGR, 0x27405408);      /* 168 MHz */
    set(A_CR, R_CR_PLLON_MASK);
    board_wait_ns(75 * US);
    poke(RCC + A_CFGR, 2);
    board_wait_ns(10 * US);
    poke(RCC + A_CFGR, 5 << R_CFGR_PPRE1_SHIFT | 4 << R_CFGR_PPRE2_SHIFT | 2);
    board_wait_ns(2000 * US);
    peek(RCC + A_CFGR);
    g_assert_cmpint(board_mistakes("PCLK1 is"), ==, 0);
    g_assert_cmpint(board_mistakes("for a moment"), ==, 1);
}

static void test_backup_domain_is_protected(void)
{
    board_start("");
    set(A_BDCR, R_BDCR_RTCEN_MASK);
    g_assert_cmphex(peek(RCC + A_BDCR), ==, 0);
    g_assert_cmpint(board_mistakes("backup domain is protected"), ==, 1);

    open_backup_domain();
    set(A_BDCR, 2 << R_BDCR_RTCSEL_SHIFT | R_BDCR_RTCEN_MASK);
    set(A_BDCR, 1 << R_BDCR_RTCSEL_SHIFT);  /* once chosen, it stays */
    g_assert_cmpuint(FIELD_EX32(peek(RCC + A_BDCR), BDCR, RTCSEL), ==, 2);
    board_reset();
    g_assert_cmpuint(FIELD_EX32(peek(RCC + A_BDCR), BDCR, RTCSEL), ==, 2);
    open_backup_domain();
    set(A_BDCR, R_BDCR_BDRST_MASK);
    g_assert_cmphex(peek(RCC + A_BDCR), ==, R_BDCR_BDRST_MASK);
    poke(RCC + A_BDCR, 0);
    g_assert_cmphex(peek(RCC + A_BDCR), ==, 0);
}

static void test_rtc_from_hse(void)
{
    board_reset();
    open_backup_domain();
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    set(A_CFGR, 8 << R_CFGR_RTCPRE_SHIFT);
    set(A_BDCR, 3 << R_BDCR_RTCSEL_SHIFT | R_BDCR_RTCEN_MASK);
    g_assert_cmpuint(hz("rtc"), ==, 1 * MHZ);
    clear(A_CFGR, R_CFGR_RTCPRE_MASK);
    g_assert_cmpuint(hz("rtc"), ==, 0);
    set(A_BDCR, R_BDCR_BDRST_MASK);
    poke(RCC + A_BDCR, 0);
}

/* ---- Interrupts, resets ---- */

static bool rcc_irq_pending(void)
{
    return peek(0xe000e200) & 1 << 5;       /* NVIC_ISPR0 */
}

static void test_ready_interrupt(void)
{
    board_reset();
    set(A_CIR, R_CIR_HSERDYIE_MASK);
    set(A_CR, R_CR_HSEON_MASK);
    g_assert_false(rcc_irq_pending());
    board_wait_ns(64 * US);
    g_assert_true(is_set(A_CIR, R_CIR_HSERDYF_MASK));
    g_assert_true(rcc_irq_pending());
    set(A_CIR, R_CIR_HSERDYC_MASK);
    g_assert_false(is_set(A_CIR, R_CIR_HSERDYF_MASK));
    g_assert_false(is_set(A_CIR, R_CIR_HSERDYC_MASK));
}

static void test_no_flag_without_its_enable(void)
{
    board_reset();
    set(A_CR, R_CR_HSEON_MASK);
    board_wait_ns(64 * US);
    g_assert_false(is_set(A_CIR, R_CIR_HSERDYF_MASK));
}

/* A PLL that is switched on first locks when its source is there: no mistake. */
static void test_pll_before_its_source(void)
{
    board_start("");
    poke(RCC + A_PLLCFGR, R_PLLCFGR_PLLSRC_MASK | 7 << 24 | 168 << 6 | 4);
    set(A_CR, R_CR_HSEON_MASK | R_CR_PLLON_MASK);
    g_assert_cmpint(board_mistakes("/machine/soc/rcc: PLL on before its source HSE"), ==, 1);
    board_wait_ns(64 * US);
    g_assert_true(is_set(A_CR, R_CR_HSERDY_MASK));
    g_assert_false(is_set(A_CR, R_CR_PLLRDY_MASK));
    board_wait_ns(75 * US);
    g_assert_true(is_set(A_CR, R_CR_PLLRDY_MASK));
    g_assert_cmpint(board_mistakes("\n/machine/soc/rcc"), ==, 0);
}

static void test_clock_security_system(void)
{
    board_reset();
    run_at_168mhz();
    set(A_CR, R_CR_CSSON_MASK);
    board_set_bool("/machine", "hse-stopped", true);
    g_assert_cmpuint(sws(), ==, 0);
    g_assert_cmpuint(hz("hclk"), ==, 16 * MHZ);
    g_assert_false(is_set(A_CR, R_CR_HSEON_MASK));
    g_assert_false(is_set(A_CR, R_CR_PLLON_MASK));
    g_assert_true(is_set(A_CIR, R_CIR_CSSF_MASK));
    g_assert_true(peek(ICSR) & 1u << 31);   /* NMIPENDSET */
    set(A_CIR, R_CIR_CSSC_MASK);
    g_assert_false(is_set(A_CIR, R_CIR_CSSF_MASK));
    board_set_bool("/machine", "hse-stopped", false);
}

static void test_gate_and_reset_line(void)
{
    board_reset();
    g_assert_cmphex(peek(0x40020014), ==, 0);
    board_enable("gpioa");
    poke(0x40020014, 0x1234);
    g_assert_cmphex(peek(0x40020014), ==, 0x1234);
    board_hold_in_reset("gpioa", true);
    g_assert_cmphex(peek(0x40020014), ==, 0);
    board_hold_in_reset("gpioa", false);
    g_assert_cmphex(peek(0x40020014), ==, 0);
    g_assert_cmphex(peek(GPIOA_MODER), ==, 0xa8000000);
}

static void test_causes_of_reset(void)
{
    board_start("");
    g_assert_cmphex(peek(RCC + A_CSR), ==, 0x0e000000);
    set(A_CSR, R_CSR_RMVF_MASK);
    g_assert_cmphex(peek(RCC + A_CSR) >> 25, ==, 0);
    board_reset();
    g_assert_cmphex(peek(RCC + A_CSR) & 0xfe000000, ==, R_CSR_PINRSTF_MASK);
    poke(AIRCR, 0x05fa0004);                /* SYSRESETREQ: flags add up until RMVF */
    qtest_qmp_eventwait(board, "RESET");
    g_assert_cmphex(peek(RCC + A_CSR) & 0xfe000000, ==, R_CSR_PINRSTF_MASK | R_CSR_SFTRSTF_MASK);
}

/* The watchdogs and Standby reset by these inputs. */
static void test_flags_of_other_causes(void)
{
    static const uint32_t flag[] = { 0x14000000, 0x24000000, 0x44000000, 0x84000000, 0 };

    for (unsigned cause = 0; cause < ARRAY_SIZE(flag); cause++) {
        board_start("");
        set(A_CSR, R_CSR_RMVF_MASK);
        qtest_set_irq_in(board, "/machine/soc/rcc", "cause", cause, 1);
        qtest_qmp_eventwait(board, "RESET");
        g_assert_cmphex(peek(RCC + A_CSR) & 0xfe000000, ==, flag[cause]);
    }
}

/* ---- MCO ---- */

static void test_mco1_is_a_square_wave(void)
{
    int high = 0;

    board_reset();
    board_enable("gpioa");
    poke(GPIOA_MODER, 0xa8020000);          /* PA8 AF0 */
    set(A_CFGR, 4 << R_CFGR_MCO1PRE_SHIFT); /* HSI / 2: 125 ns */
    for (int i = 0; i < 125; i++) {
        high += pin_level("pa8");
        board_wait_ns(1);
    }
    g_assert_cmpint(high, >=, 62);
    g_assert_cmpint(high, <=, 63);
}

/* EXTI on a clock of 16 MHz: it sees edges, and the machine does not drown in them. */
static void test_mco1_into_exti(void)
{
    board_reset();
    board_enable("gpioa");
    board_enable("syscfg");
    poke(GPIOA_MODER, 0xa8020000);
    poke(0x40013c00, 1 << 8);               /* IMR, RTSR: line 8 */
    poke(0x40013c08, 1 << 8);
    board_wait_ns(1 * MHZ);
    g_assert_cmphex(peek(0x40013c14), ==, 1 << 8);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    board_start("");
    qtest_add_func("rcc/after-reset", test_after_reset);
    qtest_add_func("rcc/hse-takes-its-time", test_hse_takes_its_time);
    qtest_add_func("rcc/lsi", test_lsi);
    qtest_add_func("rcc/no-lse-on-a-stock-board", test_no_lse_on_a_stock_board);
    qtest_add_func("rcc/lse-when-fitted", test_lse_when_fitted);
    qtest_add_func("rcc/another-crystal", test_another_crystal);
    qtest_add_func("rcc/168-mhz", test_168_mhz);
    qtest_add_func("rcc/switch-waits-for-the-source", test_switch_waits_for_the_source);
    qtest_add_func("rcc/ahb-prescaler", test_ahb_prescaler);
    qtest_add_func("rcc/apb-prescalers-and-the-timers", test_apb_prescalers_and_the_timers);
    qtest_add_func("rcc/plli2s", test_plli2s);
    qtest_add_func("rcc/sysclk-cannot-be-switched-off", test_sysclk_cannot_be_switched_off);
    qtest_add_func("rcc/pll-registers-are-locked-while-on",
                   test_pll_registers_are_locked_while_on);
    qtest_add_func("rcc/sw-3-is-refused", test_sw_3_is_refused);
    qtest_add_func("rcc/illegal-pll-never-locks", test_illegal_pll_never_locks);
    qtest_add_func("rcc/limits-are-reported", test_limits_are_reported);
    qtest_add_func("rcc/limits-for-a-moment", test_limits_for_a_moment);
    qtest_add_func("rcc/backup-domain-is-protected", test_backup_domain_is_protected);
    qtest_add_func("rcc/rtc-from-hse", test_rtc_from_hse);
    qtest_add_func("rcc/ready-interrupt", test_ready_interrupt);
    qtest_add_func("rcc/no-flag-without-its-enable", test_no_flag_without_its_enable);
    qtest_add_func("rcc/pll-before-its-source", test_pll_before_its_source);
    qtest_add_func("rcc/clock-security-system", test_clock_security_system);
    qtest_add_func("rcc/gate-and-reset-line", test_gate_and_reset_line);
    qtest_add_func("rcc/causes-of-reset", test_causes_of_reset);
    qtest_add_func("rcc/mco1-is-a-square-wave", test_mco1_is_a_square_wave);
    qtest_add_func("rcc/flags-of-other-causes", test_flags_of_other_causes);
    qtest_add_func("rcc/mco1-into-exti", test_mco1_into_exti);
    return board_run_tests();
}
