/*
 * What we add to QEMU's Cortex-M: Lockup, sleep and a SysTick whose clock may
 * stop (qemu/patches). guest.c runs the instructions, we watch from outside.
 *
 * qtest can watch one line of a device only, so each case has a machine of
 * its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "tests/qtest/libqtest.h"
#include "mailbox.h"

#define ARMV7M "/machine/soc/armv7m"
#define NVIC_ISPR 0xe000e200
#define ICSR 0xe000ed04
#define ICSR_NMIPENDSET (1u << 31)

static const char *machine = "stm32f407g_disc";
static const char *icount = "";
static QTestState *board;

static void set_mail(unsigned word, uint32_t value)
{
    qtest_writel(board, MAILBOX + 4 * word, value);
}

static uint32_t get_mail(unsigned word)
{
    return qtest_readl(board, MAILBOX + 4 * word);
}

static void cont(void)
{
    qtest_qmp_assert_success(board, "{ 'execute': 'cont' }");
}

/* A machine that runs the case and whose line we watch */
static void start(unsigned which, const char *line, const char *more)
{
    board = qtest_initf("-machine %s -accel tcg %s -kernel %s -S %s",
                        machine, icount, g_getenv("CORE_GUEST"), more);
    qtest_irq_intercept_out_named(board, ARMV7M, line);
    set_mail(MAIL_CASE, which);
    cont();
}

static void stop(void)
{
    qtest_quit(board);
}

static void wait_mail(unsigned word, uint32_t value)
{
    gint64 end = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;

    while (get_mail(word) != value && g_get_monotonic_time() < end) {
        g_usleep(1000);
    }
    g_assert_cmpuint(get_mail(word), ==, value);
}

static void wait_line(bool level)
{
    gint64 end = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;

    while (qtest_get_irq(board, 0) != level && g_get_monotonic_time() < end) {
        get_mail(0);        /* lets libqtest read what the lines have done */
        g_usleep(1000);
    }
    g_assert(qtest_get_irq(board, 0) == level);
}

/* The guest sleeps at this step, not merely is on its way there */
static void wait_asleep(uint32_t n)
{
    wait_mail(MAIL_STEP, n);
    wait_line(true);
    g_usleep(20000);
    g_assert_cmpuint(get_mail(MAIL_STEP), ==, n);
    g_assert(qtest_get_irq(board, 0));
}

static void event(void)
{
    qtest_set_irq_in(board, ARMV7M, "RXEV", 0, 1);
    qtest_set_irq_in(board, ARMV7M, "RXEV", 0, 0);
}

/* Once: the CPU may be fast enough to take an interrupt line's level twice */
static void interrupt(int n)
{
    qtest_writel(board, NVIC_ISPR, 1u << n);
}

static void interrupt_line(int n)
{
    qtest_set_irq_in(board, ARMV7M, NULL, n, 1);
    qtest_set_irq_in(board, ARMV7M, NULL, n, 0);
}

static uint32_t pc(void)
{
    g_autofree char *registers = qtest_hmp(board, "info registers");
    char *r15 = strstr(registers, "R15=");

    g_assert_nonnull(r15);
    return strtoul(r15 + 4, NULL, 16);
}

/* Time that QEMU has used of the host's processors, in clock ticks */
static unsigned long host_time(void)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat",
                                            (int)qtest_pid(board));
    g_autofree char *stat = NULL;
    unsigned long user, system;

    g_assert(g_file_get_contents(path, &stat, NULL, NULL));
    g_assert_cmpint(sscanf(strrchr(stat, ')'),
                           ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
                           "%lu %lu", &user, &system), ==, 2);
    return user + system;
}

static void assert_host_idle(void)
{
    unsigned long before = host_time();

    g_usleep(300000);
    g_assert_cmpuint(host_time() - before, <, sysconf(_SC_CLK_TCK) / 10);
}

/* Go on in another QEMU, through a file */
static void migrate(const char *line)
{
    g_autofree char *file = NULL;
    g_autofree char *uri = NULL;
    g_autofree char *incoming = NULL;
    QDict *answer;
    bool done;
    int fd = g_file_open_tmp("core-test-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    uri = g_strconcat("file:", file, NULL);
    qtest_qmp_assert_success(board, "{ 'execute': 'stop' }");
    qtest_qmp_assert_success(board,
                             "{ 'execute': 'migrate',"
                             " 'arguments': { 'uri': %s } }", uri);
    do {
        g_usleep(10000);
        answer = qtest_qmp_assert_success_ref(board,
                                              "{ 'execute': 'query-migrate' }");
        g_assert_cmpstr(qdict_get_str(answer, "status"), !=, "failed");
        done = g_str_equal(qdict_get_str(answer, "status"), "completed");
        qobject_unref(answer);
    } while (!done);
    stop();

    incoming = g_strconcat("-incoming ", uri, NULL);
    board = qtest_initf("-machine %s -accel tcg %s -kernel %s -S %s",
                        machine, icount, g_getenv("CORE_GUEST"), incoming);
    qtest_irq_intercept_out_named(board, ARMV7M, line);
    do {
        g_usleep(10000);
        answer = qtest_qmp_assert_success_ref(board,
                                              "{ 'execute': 'query-status' }");
        done = !g_str_equal(qdict_get_str(answer, "status"), "inmigrate");
        qobject_unref(answer);
    } while (!done);
    cont();
    g_unlink(file);
}

static void reset(void)
{
    set_mail(MAIL_CASE, CASE_NOTHING);
    qtest_qmp_assert_success(board, "{ 'execute': 'system_reset' }");
    wait_mail(MAIL_STEP, STEP_END);
}

static void test_lockup(const void *opaque)
{
    start(GPOINTER_TO_UINT(opaque), "LOCKUP", "");
    wait_line(true);
    g_assert_cmphex(pc(), ==, 0xfffffffe);
    assert_host_idle();
    /* An interrupt does not get through */
    interrupt(0);
    assert_host_idle();
    g_assert_cmphex(pc(), ==, 0xfffffffe);
    g_assert(qtest_get_irq(board, 0));

    migrate("LOCKUP");
    assert_host_idle();
    g_assert_cmphex(pc(), ==, 0xfffffffe);
    reset();
    g_assert_false(qtest_get_irq(board, 0));
    stop();
}

static void test_lockup_erased_flash(void)
{
    board = qtest_initf("-machine %s -accel tcg %s -S "
                        "-device loader,addr=0x08000000,data-len=8,"
                        "data=0xffffffffffffffff", machine, icount);
    qtest_irq_intercept_out_named(board, ARMV7M, "LOCKUP");
    cont();
    wait_line(true);
    assert_host_idle();
    qtest_qmp_assert_success(board, "{ 'execute': 'system_reset' }");
    g_usleep(50000);
    wait_line(true);
    stop();
}

static void test_lockup_nmi(void)
{
    start(CASE_LOCKUP_FAULT_IN_HARDFAULT, "LOCKUP", "");
    wait_line(true);
    for (int i = 1; i < 4; i++) {
        qtest_writel(board, ICSR, ICSR_NMIPENDSET);
        wait_mail(MAIL_NMIS, i);
        wait_line(true);
    }
    g_assert_cmphex(pc(), ==, 0xfffffffe);
    stop();
}

/* Who holds the line has the handler called again until he lets it go */
static void test_nmi_level(void)
{
    gint64 end = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;
    uint32_t nmis;

    start(CASE_NOTHING, "LOCKUP", "");
    wait_mail(MAIL_STEP, STEP_END);
    qtest_set_irq_in(board, ARMV7M, "NMI", 0, 1);
    while (get_mail(MAIL_NMIS) < 5 && g_get_monotonic_time() < end) {
        g_usleep(1000);
    }
    g_assert_cmpuint(get_mail(MAIL_NMIS), >=, 5);
    qtest_set_irq_in(board, ARMV7M, "NMI", 0, 0);
    g_usleep(50000);
    nmis = get_mail(MAIL_NMIS);
    g_usleep(50000);
    g_assert_cmpuint(get_mail(MAIL_NMIS), ==, nmis);
    stop();
}

static void test_stacking_for_nmi(void)
{
    start(CASE_STACKING_FAULT_FOR_NMI, "LOCKUP", "");
    wait_mail(MAIL_NMIS, 1);
    wait_line(true);
    stop();
}

static void test_return_to_no_exception(void)
{
    start(CASE_RETURN_TO_NO_EXCEPTION, "LOCKUP", "");
    wait_mail(MAIL_STEP, STEP_END);
    /* UFSR.INVPC */
    g_assert_cmphex(get_mail(MAIL_RESULT), ==, 1 << 18);
    stop();
}

/* What the guest has made QEMU log, when it has run the case twice, with a reset between */
static char *log_of_two_runs(unsigned which)
{
    g_autofree char *file = NULL, *more = NULL;
    char *log;
    int fd = g_file_open_tmp("core-test-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    more = g_strdup_printf("-d guest_errors -D %s", file);
    start(which, "LOCKUP", more);
    wait_mail(MAIL_STEP, STEP_END);
    set_mail(MAIL_STEP, 0);
    qtest_qmp_assert_success(board, "{ 'execute': 'system_reset' }");
    wait_mail(MAIL_STEP, STEP_END);
    stop();

    g_assert_true(g_file_get_contents(file, &log, NULL, NULL));
    g_unlink(file);
    return log;
}

static void assert_logged_once_a_run(unsigned which, const char *line)
{
    g_autofree char *log = log_of_two_runs(which);
    g_auto(GStrv) parts = g_strsplit(log, line, 0);

    g_assert_cmpuint(g_strv_length(parts), ==, 1 + 2);
    /* and nothing else */
    g_assert_cmpuint(strlen(parts[0]), ==, 0);
    g_assert_cmpint(strchr(parts[1], '\n') - parts[1], ==, strlen(parts[1]) - 1);
}

/* Many do so, and no CPU minds */
static void test_misaligned_return(void)
{
    g_autofree char *log = log_of_two_runs(CASE_RETURN_MISALIGNED);

    g_assert_cmpstr(log, ==, "");
}

static void test_bad_register_report(void)
{
    assert_logged_once_a_run(CASE_BAD_REGISTER, "[error NVIC001] NVIC: Bad read offset 0xc00; ");
}

static void test_identity(void)
{
    start(CASE_IDENTITY, "LOCKUP", "");
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmpuint(get_mail(MAIL_RESULT) & 0xffffff, ==, 18750);
    g_assert_cmpuint(get_mail(MAIL_RESULT) >> 31, ==, 0);
    g_assert_cmpuint(get_mail(MAIL_RESULT2), ==, 2);
    stop();
}

static void test_fpu_interrupt(void)
{
    start(CASE_FPU, "LOCKUP", "");
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmphex(get_mail(MAIL_RESULT), ==, 0);
    stop();
}

/* Enabled before a snapshot, raised after it */
static void test_fpu_interrupt_migrate(void)
{
    start(CASE_FPU_LATER, "SLEEPING", "");
    wait_asleep(1);
    migrate("SLEEPING");
    event();
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmpuint(get_mail(MAIL_RESULT), ==, 1);
    stop();
}

static void test_hardfault_report(void)
{
    assert_logged_once_a_run(CASE_HARDFAULT, "[error CPU009] core: HardFault at PC 0x0800");
}

static void test_bkpt_report(void)
{
    g_autofree char *log = log_of_two_runs(CASE_BKPT);

    g_assert_nonnull(strstr(log, "of a breakpoint that DebugMonitor could not take "
                                 "(DEMCR.MON_EN is clear)"));
}

static void test_region_report(void)
{
    assert_logged_once_a_run(CASE_MISALIGNED_REGION,
                             "[error NVIC003] NVIC: MPU region 0: its base, 0x20000100, is no multiple of its "
                             "size, 0x400: lower bits do not count; ");
}

/* Nobody takes the exception, nor reads MATCHED */
static void test_watch_report(void)
{
    assert_logged_once_a_run(CASE_WATCH_UNHEARD, "[error DWT001] /machine/soc/dwt: comparator 0 matches again, and ");
}

static void test_wfe(void)
{
    start(CASE_WFE, "SLEEPING", "");
    wait_asleep(1);
    assert_host_idle();
    /* Without SEVONPEND a disabled interrupt is nothing */
    interrupt_line(5);
    wait_asleep(1);
    event();
    wait_asleep(2);
    event();
    wait_mail(MAIL_STEP, STEP_END);
    stop();
}

/* A SoC that does not let it sleep */
static void test_stay_awake(void)
{
    start(CASE_WFE, "SLEEPING", "");
    wait_asleep(1);
    qtest_set_irq_in(board, ARMV7M, "STAYAWAKE", 0, 1);
    qtest_set_irq_in(board, ARMV7M, "STAYAWAKE", 0, 0);
    wait_asleep(2);
    assert_host_idle();
    event();
    wait_mail(MAIL_STEP, STEP_END);
    stop();
}

static void test_wfe_migrate(void)
{
    start(CASE_WFE, "SLEEPING", "");
    wait_asleep(1);
    migrate("SLEEPING");
    g_usleep(20000);
    g_assert_cmpuint(get_mail(MAIL_STEP), ==, 1);
    assert_host_idle();
    event();
    wait_asleep(2);
    /* An event that comes while nothing runs is not lost */
    qtest_qmp_assert_success(board, "{ 'execute': 'stop' }");
    event();
    migrate("SLEEPING");
    wait_mail(MAIL_STEP, STEP_END);
    stop();
}

static void test_wfe_reset(void)
{
    start(CASE_WFE, "SLEEPING", "");
    wait_asleep(1);
    set_mail(MAIL_CASE, CASE_WFE_INTERRUPT);
    set_mail(MAIL_STEP, 0);
    qtest_qmp_assert_success(board, "{ 'execute': 'system_reset' }");
    wait_asleep(1);
    stop();
}

static void test_wfe_interrupt(void)
{
    start(CASE_WFE_INTERRUPT, "SLEEPING", "");
    wait_asleep(1);
    interrupt(0);
    wait_asleep(3);
    g_assert_cmpuint(get_mail(MAIL_HANDLERS), ==, 1);
    stop();
}

static void test_wfi_primask(void)
{
    start(CASE_WFI_PRIMASK, "SLEEPING", "");
    wait_asleep(1);
    event();
    wait_asleep(1);
    interrupt(0);
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmpuint(get_mail(MAIL_RESULT), ==, 0);
    g_assert_cmpuint(get_mail(MAIL_RESULT2), ==, 1);
    stop();
}

static void test_wfi_basepri(void)
{
    start(CASE_WFI_BASEPRI, "SLEEPING", "");
    wait_asleep(1);
    interrupt(0);
    wait_asleep(1);
    assert_host_idle();
    interrupt(1);
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmpuint(get_mail(MAIL_RESULT), ==, 1);
    stop();
}

static void test_sevonpend(void)
{
    start(CASE_SEVONPEND, "SLEEPING", "");
    wait_asleep(1);
    interrupt_line(1);      /* is pending already */
    wait_asleep(1);
    interrupt_line(5);
    wait_asleep(3);
    interrupt(6);
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmpuint(get_mail(MAIL_HANDLERS), ==, 0);
    stop();
}

static void test_sleeponexit(void)
{
    start(CASE_SLEEPONEXIT, "SLEEPING", "");
    for (int i = 0; i < 3; i++) {
        wait_asleep(1);
        g_assert_cmpuint(get_mail(MAIL_HANDLERS), ==, i);
        if (i == 1) {
            migrate("SLEEPING");
            /* A fresh test program believes the line low: let it rise anew */
            interrupt(0);
            wait_mail(MAIL_HANDLERS, 2);
            wait_asleep(1);
            i++;
        }
        interrupt(0);
    }
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmpuint(get_mail(MAIL_RESULT), ==, 3);
    stop();
}

static void test_sleepdeep(void)
{
    start(CASE_SLEEPDEEP, "SLEEPDEEP", "");
    wait_asleep(1);
    event();
    wait_mail(MAIL_STEP, STEP_END);
    stop();

    /* Not in a sleep that is not deep */
    start(CASE_WFE, "SLEEPDEEP", "");
    wait_mail(MAIL_STEP, 1);
    g_usleep(50000);
    get_mail(0);
    g_assert_false(qtest_get_irq(board, 0));
    stop();
}

static void test_systick_rate(void)
{
    uint32_t cycles;

    start(CASE_SYSTICK_RATE, "SLEEPING", "");
    wait_mail(MAIL_STEP, STEP_END);
    cycles = get_mail(MAIL_RESULT);
    g_test_message("1000 SysTick exceptions of 16000 cycles took %u cycles", cycles);
    if (*icount) {
        /* To the instructions that do not take equally long each time */
        g_assert_cmpuint(cycles, >=, 16000000 - 10);
        g_assert_cmpuint(cycles, <=, 16000000 + 10);
    } else {
        /* None is lost; a busy host may let some pass before the program sees the first or the last */
        g_assert_cmpuint(cycles, >=, 16000000 - 8 * 16000);
        g_assert_cmpuint(cycles, <=, 16000000 + 8 * 16000);
    }
    stop();
}

static void test_systick_registers(void)
{
    start(CASE_SYSTICK_REGISTERS, "SLEEPING", "");
    wait_mail(MAIL_STEP, STEP_END);
    g_assert_cmphex(get_mail(MAIL_RESULT), ==, 0);
    stop();
}

static const char *const lockups[CASE_LOCKUPS] = {
    [CASE_LOCKUP_FAULT_IN_HARDFAULT] = "fault-in-hardfault",
    [CASE_LOCKUP_FAULTMASK] = "faultmask",
    [CASE_LOCKUP_ERASED_VECTORS] = "erased-vectors",
    [CASE_LOCKUP_NO_VECTORS] = "no-vectors",
    [CASE_LOCKUP_NO_VECTOR_FOR_NMI] = "no-vector-for-nmi",
    [CASE_LOCKUP_STACK_OVERFLOW] = "stack-overflow",
    [CASE_LOCKUP_STACK_IN_NVIC] = "stack-in-nvic",
    [CASE_LOCKUP_STACK_IN_NVIC_ENABLES] = "stack-in-nvic-enables",
    [CASE_LOCKUP_LAZY_FP] = "lazy-fp",
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (g_getenv("CORE_ICOUNT")) {
        icount = "-icount shift=3,sleep=off";
    }

    for (unsigned i = 0; i < CASE_LOCKUPS; i++) {
        if (lockups[i]) {
            g_autofree char *name = g_strdup_printf("core/lockup/%s",
                                                    lockups[i]);

            qtest_add_data_func(name, GUINT_TO_POINTER(i), test_lockup);
        }
    }
    qtest_add_func("core/lockup/erased-flash", test_lockup_erased_flash);
    qtest_add_func("core/lockup/nmi", test_lockup_nmi);
    qtest_add_func("core/lockup/stacking-for-nmi", test_stacking_for_nmi);
    qtest_add_func("core/return-to-no-exception", test_return_to_no_exception);

    qtest_add_func("core/nmi-level", test_nmi_level);
    qtest_add_func("core/identity", test_identity);
    qtest_add_func("core/fpu/interrupt", test_fpu_interrupt);
    qtest_add_func("core/fpu/migrate", test_fpu_interrupt_migrate);

    qtest_add_func("core/report/bad-register", test_bad_register_report);
    qtest_add_func("core/report/misaligned-return", test_misaligned_return);
    qtest_add_func("core/report/hardfault", test_hardfault_report);
    qtest_add_func("core/report/bkpt", test_bkpt_report);
    qtest_add_func("core/report/region", test_region_report);
    qtest_add_func("core/report/watch", test_watch_report);

    qtest_add_func("core/sleep/wfe", test_wfe);
    qtest_add_func("core/sleep/stay-awake", test_stay_awake);
    qtest_add_func("core/sleep/wfe-migrate", test_wfe_migrate);
    qtest_add_func("core/sleep/wfe-reset", test_wfe_reset);
    qtest_add_func("core/sleep/wfe-interrupt", test_wfe_interrupt);
    qtest_add_func("core/sleep/wfi-primask", test_wfi_primask);
    qtest_add_func("core/sleep/wfi-basepri", test_wfi_basepri);
    qtest_add_func("core/sleep/sevonpend", test_sevonpend);
    qtest_add_func("core/sleep/sleeponexit", test_sleeponexit);
    qtest_add_func("core/sleep/sleepdeep", test_sleepdeep);

    qtest_add_func("core/systick/rate", test_systick_rate);
    qtest_add_func("core/systick/registers", test_systick_registers);
    return g_test_run();
}
