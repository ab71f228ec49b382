/*
 * Runs the guest programs that check the core themselves (checks.h): CORE_GUEST is the program, CORE_CASES
 * which of checks_list.h it has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/libqtest.h"
#include "mailbox.h"
#include "checks_list.h"

#define CASE_NAME(name) #name,

static const char *const debug_cases[] = { DEBUG_CASES(CASE_NAME) NULL };
static const char *const watch_cases[] = { WATCH_CASES(CASE_NAME) NULL };
static const char *const patch_cases[] = { PATCH_CASES(CASE_NAME) NULL };
static const char *const faults_cases[] = { FAULTS_CASES(CASE_NAME) NULL };
static const char *const privileges_cases[] = { PRIVILEGES_CASES(CASE_NAME) NULL };
static const char *const mpu_cases[] = { MPU_CASES(CASE_NAME) NULL };
static const char *const exceptions_cases[] = { EXCEPTIONS_CASES(CASE_NAME) NULL };
static const char *const frames_cases[] = { FRAMES_CASES(CASE_NAME) NULL };
static const char *const identity_cases[] = { IDENTITY_CASES(CASE_NAME) NULL };
static const char *const encodings_cases[] = { ENCODINGS_CASES(CASE_NAME) NULL };

static const struct {
    const char *name;
    const char *const *cases;
} guests[] = {
    { "debug", debug_cases },
    { "watch", watch_cases },
    { "patch", patch_cases },
    { "faults", faults_cases },
    { "privileges", privileges_cases },
    { "mpu", mpu_cases },
    { "exceptions", exceptions_cases },
    { "frames", frames_cases },
    { "identity", identity_cases },
    { "encodings", encodings_cases },
};

static const char *guest;

static uint32_t get_mail(QTestState *board, unsigned word)
{
    return qtest_readl(board, MAILBOX + 4 * word);
}

static void test_case(const void *opaque)
{
    gint64 end = g_get_monotonic_time() + 30 * G_TIME_SPAN_SECOND;
    QTestState *board = qtest_initf("-machine stm32f407g_disc -accel tcg %s -kernel %s -S",
                                    g_getenv("CORE_ICOUNT") ? "-icount shift=3,sleep=off" : "",
                                    g_getenv("CORE_GUEST"));
    uint32_t line;

    qtest_writel(board, MAILBOX + 4 * MAIL_CASE, GPOINTER_TO_UINT(opaque));
    qtest_qmp_assert_success(board, "{ 'execute': 'cont' }");
    while (get_mail(board, MAIL_STEP) != STEP_END && g_get_monotonic_time() < end) {
        g_usleep(1000);
    }
    line = get_mail(board, MAIL_RESULT);
    if (line > 100000) {
        g_test_message("unexpected exception %u at 0x%08x, CFSR 0x%08x", line - 100000,
                       get_mail(board, MAIL_RESULT2), get_mail(board, MAIL_RESULT3));
    } else if (line) {
        g_test_message("%s.c:%u: 0x%x, 0x%x", guest, line, get_mail(board, MAIL_RESULT2),
                       get_mail(board, MAIL_RESULT3));
    }
    g_assert_cmpuint(line, ==, 0);
    g_assert_cmpuint(get_mail(board, MAIL_STEP), ==, STEP_END);
    qtest_quit(board);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    guest = g_getenv("CORE_CASES");
    for (unsigned i = 0; i < G_N_ELEMENTS(guests); i++) {
        for (unsigned n = 0; !strcmp(guests[i].name, guest) && guests[i].cases[n]; n++) {
            g_autofree char *path = g_strdup_printf("core/%s/%s", guest, guests[i].cases[n]);

            g_strdelimit(path, "_", '-');
            qtest_add_data_func(path, GUINT_TO_POINTER(n), test_case);
        }
    }
    return g_test_run();
}
