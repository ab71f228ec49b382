/*
 * Embedded flash memory interface (RM0090 chapter 3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "stm32/tests/qtest/board.h"
#define REGS "stm32/regs/flash.h"
#include "stm32/core/regs.h"

#define FLASH 0x40023c00
#define RCC_CR 0x40023800
#define RCC_PLLCFGR 0x40023804
#define RCC_CFGR 0x40023808
#define ARRAY 0x08000000
#define ARRAY_SIZE_BYTES 0x100000
#define OTP 0x1fff7800
#define OTP_LOCKS 0x1fff7a00
#define OPTION_BYTES 0x1fffc000

#define KEY1 0x45670123
#define KEY2 0xcdef89ab
#define OPTKEY1 0x08192a3b
#define OPTKEY2 0x4c5d6e7f

#define X8 (0 << R_CR_PSIZE_SHIFT)
#define X16 (1 << R_CR_PSIZE_SHIFT)
#define X32 (2 << R_CR_PSIZE_SHIFT)
#define X64 (3 << R_CR_PSIZE_SHIFT)

#define SR_ERRORS 0xf0
#define FACTORY_OPTIONS 0x0fffaaec

static const struct {
    uint32_t base, size, erase_ms[4];
} sectors[] = {
    { 0x00000, 0x04000, { 400, 300, 250, 230 } },
    { 0x04000, 0x04000, { 400, 300, 250, 230 } },
    { 0x08000, 0x04000, { 400, 300, 250, 230 } },
    { 0x0c000, 0x04000, { 400, 300, 250, 230 } },
    { 0x10000, 0x10000, { 1200, 700, 550, 490 } },
    { 0x20000, 0x20000, { 2000, 1300, 1000, 875 } },
    { 0x40000, 0x20000, { 2000, 1300, 1000, 875 } },
    { 0x60000, 0x20000, { 2000, 1300, 1000, 875 } },
    { 0x80000, 0x20000, { 2000, 1300, 1000, 875 } },
    { 0xa0000, 0x20000, { 2000, 1300, 1000, 875 } },
    { 0xc0000, 0x20000, { 2000, 1300, 1000, 875 } },
    { 0xe0000, 0x20000, { 2000, 1300, 1000, 875 } },
};

/* ---- What a driver does ---- */

static uint32_t flags(void)
{
    return peek(FLASH + A_SR);
}

static bool busy(void)
{
    return flags() & R_SR_BSY_MASK;
}

static void unlock(void)
{
    poke(FLASH + A_KEYR, KEY1);
    poke(FLASH + A_KEYR, KEY2);
}

static void unlock_options(void)
{
    poke(FLASH + A_OPTKEYR, OPTKEY1);
    poke(FLASH + A_OPTKEYR, OPTKEY2);
}

static bool locked(void)
{
    return peek(FLASH + A_CR) & R_CR_LOCK_MASK;
}

static bool options_locked(void)
{
    return peek(FLASH + A_OPTCR) & R_OPTCR_OPTLOCK_MASK;
}

/* A fresh, empty chip, ready to program and erase. */
static void begin(void)
{
    board_start("");
    unlock();
}

static void wait_done(void)
{
    for (int i = 0; busy() && i < 400; i++) {
        board_wait_ns(100 * SCALE_MS);
    }
    g_assert_false(busy());
}

static void erase(unsigned sector, uint32_t psize)
{
    poke(FLASH + A_CR, R_CR_SER_MASK | sector << R_CR_SNB_SHIFT | psize);
    poke(FLASH + A_CR, R_CR_SER_MASK | sector << R_CR_SNB_SHIFT | psize | R_CR_STRT_MASK);
}

static void program_word(uint32_t addr, uint32_t data)
{
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    poke(addr, data);
    wait_done();
}

static void program_options(uint32_t options)
{
    unlock_options();
    poke(FLASH + A_OPTCR, options);
    poke(FLASH + A_OPTCR, options | R_OPTCR_OPTSTRT_MASK);
    wait_done();
}

/* The operation just started takes this long, to the ns. */
static void assert_takes(int64_t ns)
{
    g_assert_true(busy());
    board_wait_ns(ns - 1);
    g_assert_true(busy());
    board_wait_ns(1);
    g_assert_false(busy());
}

/* Exactly these errors; cleared by writing ones. */
static void assert_error(uint32_t error)
{
    g_assert_cmphex(flags(), ==, error);
    poke(FLASH + A_SR, 0);
    g_assert_cmphex(flags(), ==, error);
    poke(FLASH + A_SR, error);
    g_assert_cmphex(flags(), ==, 0);
}

static char *new_file(const void *data, size_t size)
{
    char *name;
    int fd = g_file_open_tmp("stm32-flash-XXXXXX", &name, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert(g_file_set_contents(name, data, size, NULL));
    return name;
}

/* ---- Keys ---- */

static void test_keys(void)
{
    board_start("");
    g_assert_cmphex(peek(FLASH + A_CR), ==, R_CR_LOCK_MASK);
    unlock();
    g_assert_cmphex(peek(FLASH + A_CR), ==, 0);
    unlock();                                           /* again: no harm */
    g_assert_false(locked());
    poke(FLASH + A_CR, R_CR_LOCK_MASK);
    g_assert_true(locked());
    unlock();                                           /* as often as you like */
    g_assert_false(locked());
    g_assert_cmphex(peek(FLASH + A_KEYR), ==, 0);
}

static void test_keys_survive_what_is_between(void)
{
    board_start("");
    poke(FLASH + A_KEYR, KEY1);
    g_assert_true(locked());
    poke(FLASH + A_CR, R_CR_PG_MASK);
    poke(FLASH + A_OPTKEYR, OPTKEY1);
    poke(FLASH + A_KEYR, KEY2);
    g_assert_false(locked());
    poke(FLASH + A_OPTKEYR, OPTKEY2);
    g_assert_false(options_locked());
}

static void try_wrong_keys(uint32_t first, uint32_t second)
{
    board_start("");
    poke(FLASH + A_KEYR, first);
    poke(FLASH + A_KEYR, second);
    g_assert_true(locked());
    g_assert_cmpint(board_mistakes("wrong key 0x"), ==, 1);
    unlock();                                           /* too late */
    g_assert_true(locked());
    unlock_options();                                   /* has keys of its own */
    g_assert_false(options_locked());
    board_reset();
    unlock();
    g_assert_false(locked());
    g_assert_true(options_locked());
}

static void test_wrong_keys(void)
{
    try_wrong_keys(KEY2, KEY1);
    try_wrong_keys(KEY1, KEY1);
    try_wrong_keys(KEY1, 0);
    try_wrong_keys(OPTKEY1, OPTKEY2);
    try_wrong_keys(0, KEY1);
}

static void test_option_keys(void)
{
    board_start("");
    g_assert_true(options_locked());
    poke(FLASH + A_OPTCR, 0);
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, FACTORY_OPTIONS | R_OPTCR_OPTLOCK_MASK);
    g_assert_cmpint(board_mistakes("OPTCR written while OPTLOCK"), ==, 1);
    unlock_options();
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, FACTORY_OPTIONS);
    poke(FLASH + A_OPTCR, FACTORY_OPTIONS | R_OPTCR_OPTLOCK_MASK);
    g_assert_true(options_locked());
    poke(FLASH + A_OPTKEYR, OPTKEY2);                   /* wrong order */
    unlock_options();
    g_assert_true(options_locked());
    unlock();
    g_assert_false(locked());
    board_reset();
    unlock_options();
    g_assert_false(options_locked());
}

static void test_locked_control(void)
{
    board_start("");
    poke(FLASH + A_CR, R_CR_MER_MASK | R_CR_STRT_MASK);
    g_assert_cmphex(peek(FLASH + A_CR), ==, R_CR_LOCK_MASK);
    g_assert_false(busy());
    g_assert_cmpint(board_mistakes("CR written while LOCK is set"), ==, 1);
    unlock();
    poke(FLASH + A_CR, R_CR_PG_MASK | X32 | R_CR_LOCK_MASK);
    g_assert_cmphex(peek(FLASH + A_CR), ==, R_CR_PG_MASK | X32 | R_CR_LOCK_MASK);
    poke(ARRAY, 0);
    g_assert_cmphex(peek(ARRAY), ==, UINT32_MAX);
    g_assert_cmpint(board_mistakes("flash written at +0x0 while CR.LOCK is set"), ==, 1);
    assert_error(R_SR_PGSERR_MASK);
}

/* ---- Programming ---- */

static void test_programs_by_psize(void)
{
    begin();
    poke(FLASH + A_CR, R_CR_PG_MASK | X8);
    qtest_writeb(board, ARRAY + 5, 0x12);
    assert_takes(16 * SCALE_US);
    poke(FLASH + A_CR, R_CR_PG_MASK | X16);
    qtest_writew(board, ARRAY + 10, 0x3456);
    assert_takes(16 * SCALE_US);
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    poke(ARRAY + 16, 0x789abcde);
    assert_takes(16 * SCALE_US);
    g_assert_cmphex(peek(ARRAY + 4), ==, 0xffff12ff);
    g_assert_cmphex(peek(ARRAY + 8), ==, 0x3456ffff);
    g_assert_cmphex(peek(ARRAY + 16), ==, 0x789abcde);
    g_assert_cmphex(peek(16), ==, 0x789abcde);          /* the alias at 0 */
    g_assert_cmphex(flags(), ==, 0);
}

static void test_double_word(void)
{
    begin();
    poke(FLASH + A_CR, R_CR_PG_MASK | X64);
    poke(ARRAY + 0x18, 0x11223344);
    g_assert_false(busy());
    g_assert_cmphex(peek(ARRAY + 0x18), ==, UINT32_MAX);
    poke(ARRAY + 0x1c, 0x55667788);
    g_assert_cmphex(peek(ARRAY + 0x18), ==, 0x11223344);
    g_assert_cmphex(peek(ARRAY + 0x1c), ==, 0x55667788);
    assert_takes(16 * SCALE_US);
    g_assert_cmpint(board_mistakes("needs an external VPP"), ==, 1);

    qtest_writeq(board, ARRAY + 0x20, 0x99aabbccddeeff00);
    wait_done();
    g_assert_cmphex(qtest_readq(board, ARRAY + 0x20), ==, 0x99aabbccddeeff00);

    poke(ARRAY + 0x2c, 0);                              /* over the end of a row */
    poke(ARRAY + 0x30, 0);
    assert_error(R_SR_PGAERR_MASK);
    poke(ARRAY + 0x40, 0);                              /* not neighbours */
    poke(ARRAY + 0x48, 0);
    assert_error(R_SR_PGSERR_MASK);
    poke(ARRAY + 0x50, 0);                              /* given up half-way */
    poke(FLASH + A_CR, 0);
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    poke(ARRAY + 0x54, 0x1234);
    wait_done();
    g_assert_cmphex(peek(ARRAY + 0x54), ==, 0x1234);
    for (uint32_t addr = 0x28; addr < 0x54; addr += 4) {
        g_assert_cmphex(peek(ARRAY + addr), ==, UINT32_MAX);
    }
}

static void write_sized(uint32_t addr, unsigned size)
{
    if (size == 1) {
        qtest_writeb(board, addr, 0);
    } else if (size == 2) {
        qtest_writew(board, addr, 0);
    } else {
        poke(addr, 0);
    }
}

static void test_width_must_be_psize(void)
{
    begin();
    for (unsigned psize = 0; psize < 4; psize++) {
        for (unsigned size = 1; size <= 4; size *= 2) {
            if (size != MIN(1u << psize, 4)) {
                poke(FLASH + A_CR, R_CR_PG_MASK | psize << R_CR_PSIZE_SHIFT);
                write_sized(ARRAY + 0x100, size);
                g_assert_false(busy());
                assert_error(R_SR_PGPERR_MASK);
            }
        }
    }
    g_assert_cmphex(peek(ARRAY + 0x100), ==, UINT32_MAX);
    g_assert_cmpint(board_mistakes("bits, CR.PSIZE is x"), >, 0);
}

static void test_needs_pg(void)
{
    begin();
    poke(FLASH + A_CR, X32);
    poke(ARRAY, 0);
    g_assert_cmphex(peek(ARRAY), ==, UINT32_MAX);
    g_assert_cmpint(board_mistakes("flash written at +0x0 without CR.PG"), ==, 1);
    assert_error(R_SR_PGSERR_MASK);
}

/* With the width wrong as well that is said too; SR is cleared while locked. */
static void test_stray_write(void)
{
    board_start("");
    poke(ARRAY + 8, 0);                                 /* PSIZE is x8 */
    g_assert_cmphex(peek(FLASH + A_SR), ==, R_SR_PGSERR_MASK | R_SR_PGPERR_MASK);
    poke(FLASH + A_SR, 0xf3);
    g_assert_cmphex(peek(FLASH + A_SR), ==, 0);
    qtest_writeb(board, ARRAY + 8, 0);
    g_assert_cmphex(peek(FLASH + A_SR), ==, R_SR_PGSERR_MASK);
    poke(FLASH + A_SR, 0xf3);
    qtest_writew(board, 0x10, 0);                       /* by the alias at 0 */
    g_assert_cmphex(peek(FLASH + A_SR), ==, R_SR_PGSERR_MASK | R_SR_PGPERR_MASK);
    poke(FLASH + A_SR, 0xf3);
}

static void test_ones_need_erase(void)
{
    begin();
    program_word(ARRAY + 0x40, 0xf0f0aaaa);
    g_assert_cmpint(board_mistakes("zeros stay zeros"), ==, 0);
    program_word(ARRAY + 0x40, 0xf000a0a0);             /* further zeros */
    g_assert_cmpint(board_mistakes("zeros stay zeros"), ==, 0);
    program_word(ARRAY + 0x40, 0x0ff055ff);
    g_assert_cmphex(peek(ARRAY + 0x40), ==, 0x000000a0);
    g_assert_cmpint(board_mistakes("zeros stay zeros"), ==, 1);
    g_assert_cmphex(flags(), ==, 0);
}

static void test_writes_in_a_row(void)
{
    begin();
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    for (uint32_t i = 0; i < 4; i++) {
        poke(ARRAY + 4 * i, i);                         /* waits for those before */
    }
    assert_takes(4 * 16 * SCALE_US);
    for (uint32_t i = 0; i < 4; i++) {
        g_assert_cmphex(peek(ARRAY + 4 * i), ==, i);
    }
}

static void test_errors_block(void)
{
    begin();
    poke(FLASH + A_CR, R_CR_PG_MASK | X16);
    poke(ARRAY, 0);
    g_assert_cmphex(flags(), ==, R_SR_PGPERR_MASK);
    qtest_writew(board, ARRAY, 0);                      /* right, but ... */
    g_assert_cmphex(flags(), ==, R_SR_PGPERR_MASK | R_SR_PGSERR_MASK);
    g_assert_cmphex(peek(ARRAY), ==, UINT32_MAX);
    erase(0, X32);
    g_assert_false(busy());
    g_assert_cmphex(peek(FLASH + A_CR) & R_CR_STRT_MASK, ==, 0);
    poke(FLASH + A_SR, SR_ERRORS);
    g_assert_cmphex(flags(), ==, 0);
    poke(FLASH + A_CR, R_CR_PG_MASK | X16);
    qtest_writew(board, ARRAY, 0x1234);
    g_assert_cmphex(peek(ARRAY), ==, 0xffff1234);
    wait_done();
    g_assert_cmphex(flags(), ==, 0);
}

/* ---- Erasing ---- */

static void test_sectors(void)
{
    begin();
    for (unsigned i = 0; i < ARRAY_SIZE(sectors); i++) {
        uint32_t first = ARRAY + sectors[i].base, last = first + sectors[i].size - 4;

        program_word(first, i);
        program_word(last, ~i);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(sectors); i++) {
        uint32_t first = ARRAY + sectors[i].base, last = first + sectors[i].size - 4;

        g_assert_cmphex(peek(first), ==, i);
        g_assert_cmphex(peek(last), ==, ~i);
        erase(i, X32);
        g_assert_cmphex(peek(FLASH + A_CR) & R_CR_STRT_MASK, ==, R_CR_STRT_MASK);
        assert_takes(sectors[i].erase_ms[2] * (int64_t)SCALE_MS);
        g_assert_cmphex(peek(FLASH + A_CR) & R_CR_STRT_MASK, ==, 0);
        g_assert_cmphex(peek(first), ==, UINT32_MAX);
        g_assert_cmphex(peek(last), ==, UINT32_MAX);
        if (i + 1 < ARRAY_SIZE(sectors)) {
            g_assert_cmphex(peek(last + 4), ==, i + 1);     /* and no further */
        }
    }
    g_assert_cmphex(flags(), ==, 0);
}

static void test_erase_times(void)
{
    static const unsigned kinds[] = { 0, 4, 5 };
    static const uint32_t all_ms[] = { 16000, 11000, 8000, 6900 };

    begin();
    for (uint32_t psize = 0; psize < 4; psize++) {
        uint32_t bits = psize << R_CR_PSIZE_SHIFT;

        for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
            erase(kinds[i], bits);
            assert_takes(sectors[kinds[i]].erase_ms[psize] * (int64_t)SCALE_MS);
        }
        poke(FLASH + A_CR, R_CR_MER_MASK | bits);
        poke(FLASH + A_CR, R_CR_MER_MASK | bits | R_CR_STRT_MASK);
        assert_takes(all_ms[psize] * (int64_t)SCALE_MS);
    }
}

static void test_mass_erase(void)
{
    begin();
    program_word(ARRAY, 1);
    program_word(ARRAY + ARRAY_SIZE_BYTES - 4, 2);
    program_word(OTP, 3);
    poke(FLASH + A_CR, R_CR_MER_MASK | R_CR_STRT_MASK | X32);
    wait_done();
    g_assert_cmphex(peek(ARRAY), ==, UINT32_MAX);
    g_assert_cmphex(peek(ARRAY + ARRAY_SIZE_BYTES - 4), ==, UINT32_MAX);
    g_assert_cmphex(peek(OTP), ==, 3);
}

static void test_wrong_erases(void)
{
    begin();
    program_word(ARRAY, 1);
    for (unsigned sector = 12; sector < 16; sector++) {
        erase(sector, X32);
        g_assert_false(busy());
        assert_error(R_SR_PGSERR_MASK);
    }
    g_assert_cmpint(board_mistakes("there are sectors 0 to 11"), ==, 1);
    poke(FLASH + A_CR, R_CR_STRT_MASK | X32);
    assert_error(R_SR_PGSERR_MASK);
    poke(FLASH + A_CR, R_CR_STRT_MASK | R_CR_MER_MASK | R_CR_SER_MASK | X32);
    assert_error(R_SR_PGSERR_MASK);
    g_assert_cmphex(peek(FLASH + A_CR) & R_CR_STRT_MASK, ==, 0);
    g_assert_cmphex(peek(ARRAY), ==, 1);
}

/* A control write in mid-erase neither stops it nor starts another. */
static void test_control_while_busy(void)
{
    begin();
    erase(5, X32);
    board_wait_ns(400 * SCALE_MS);
    poke(FLASH + A_CR, peek(FLASH + A_CR) | R_CR_EOPIE_MASK);
    board_wait_ns(600 * SCALE_MS - 1);
    g_assert_true(busy());
    board_wait_ns(1);
    g_assert_cmphex(flags(), ==, R_SR_EOP_MASK);
    g_assert_cmphex(peek(FLASH + A_CR) & R_CR_STRT_MASK, ==, 0);
    erase(0, X32);
    poke(FLASH + A_CR, R_CR_LOCK_MASK);
    g_assert_true(busy());
    assert_takes(250 * SCALE_MS);
    g_assert_cmphex(peek(FLASH + A_CR), ==, R_CR_LOCK_MASK);
}

static void test_erase_after_unseen_end(void)
{
    begin();
    erase(0, X32);
    board_wait_ns(300 * SCALE_MS);                      /* nobody has looked */
    erase(1, X32);
    assert_takes(250 * SCALE_MS);
}

/* ---- Interrupt ---- */

static void test_end_of_operation(void)
{
    begin();
    board_watch_irqs();
    program_word(ARRAY, 1);
    g_assert_cmphex(flags(), ==, 0);                    /* EOP only with EOPIE */
    poke(FLASH + A_CR, R_CR_PG_MASK | X32 | R_CR_EOPIE_MASK);
    g_assert_false(irq(4));
    poke(ARRAY + 4, 2);
    board_wait_ns(16 * SCALE_US - 1);
    g_assert_false(irq(4));
    board_wait_ns(1);
    g_assert_true(irq(4));                              /* without any access meanwhile */
    g_assert_cmphex(flags(), ==, R_SR_EOP_MASK);
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    g_assert_false(irq(4));
    poke(FLASH + A_CR, R_CR_PG_MASK | X32 | R_CR_EOPIE_MASK);
    g_assert_true(irq(4));
    poke(FLASH + A_SR, R_SR_EOP_MASK);
    g_assert_false(irq(4));
    g_assert_cmphex(flags(), ==, 0);
}

static void test_error_interrupt(void)
{
    begin();
    board_watch_irqs();
    poke(FLASH + A_CR, R_CR_PG_MASK | X16);
    poke(ARRAY, 0);
    g_assert_cmphex(flags(), ==, R_SR_PGPERR_MASK);     /* OPERR only with ERRIE */
    g_assert_false(irq(4));
    poke(FLASH + A_SR, R_SR_PGPERR_MASK);
    poke(FLASH + A_CR, R_CR_PG_MASK | X16 | R_CR_ERRIE_MASK);
    poke(ARRAY, 0);
    g_assert_cmphex(flags(), ==, R_SR_PGPERR_MASK | R_SR_OPERR_MASK);
    g_assert_true(irq(4));
    poke(FLASH + A_SR, R_SR_PGPERR_MASK);
    g_assert_true(irq(4));
    poke(FLASH + A_SR, R_SR_OPERR_MASK);
    g_assert_false(irq(4));
}

/* ---- Option bytes ---- */

static uint32_t nwrp(unsigned sectors_protected)
{
    return (FACTORY_OPTIONS & ~R_OPTCR_NWRP_MASK) | (0xfff & ~sectors_protected) << 16;
}

static void test_write_protection(void)
{
    begin();
    program_word(ARRAY + 0x80000, 1);
    unlock_options();
    poke(FLASH + A_OPTCR, nwrp(1 << 8 | 1 << 10));
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    poke(ARRAY + 0x80004, 2);                           /* not programmed, so not in force */
    wait_done();
    g_assert_cmphex(flags(), ==, 0);
    program_options(nwrp(1 << 8 | 1 << 10));
    poke(ARRAY + 0x80008, 3);
    assert_error(R_SR_WRPERR_MASK);
    poke(ARRAY + 0xc0000, 3);
    assert_error(R_SR_WRPERR_MASK);
    g_assert_cmphex(peek(ARRAY + 0xc0000), ==, UINT32_MAX);
    program_word(ARRAY + 0xa0000, 3);                   /* sector 9 */
    g_assert_cmphex(peek(ARRAY + 0xa0000), ==, 3);
    erase(8, X32);
    g_assert_false(busy());
    assert_error(R_SR_WRPERR_MASK);
    poke(FLASH + A_CR, R_CR_MER_MASK | R_CR_STRT_MASK | X32);
    assert_error(R_SR_WRPERR_MASK);
    g_assert_cmphex(peek(ARRAY + 0x80000), ==, 1);
    board_reset();                                      /* outlives that */
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, nwrp(1 << 8 | 1 << 10) | R_OPTCR_OPTLOCK_MASK);
    g_assert_cmphex(peek(OPTION_BYTES + 8), ==, 0xfffffaff);
    unlock();
    erase(8, X32);
    assert_error(R_SR_WRPERR_MASK);
    program_options(FACTORY_OPTIONS);
    erase(8, X32);
    wait_done();
    g_assert_cmphex(peek(ARRAY + 0x80000), ==, UINT32_MAX);
}

static void test_option_bytes(void)
{
    begin();
    g_assert_cmphex(peek(OPTION_BYTES), ==, 0xffffaaef);
    g_assert_cmphex(peek(OPTION_BYTES + 8), ==, 0xffffffff);
    unlock_options();
    qtest_writeb(board, FLASH + A_OPTCR, 0x4c);         /* drivers write it byte by byte */
    qtest_writew(board, FLASH + A_OPTCR + 2, 0x0ffe);
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, 0x0ffeaa4c);
    g_assert_cmphex(peek(OPTION_BYTES), ==, 0xffffaaef);
    qtest_writeb(board, FLASH + A_OPTCR, 0x4e);
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, 0x0ffeaa4e);
    g_assert_true(busy());
    wait_done();
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, 0x0ffeaa4c);
    g_assert_cmphex(peek(OPTION_BYTES), ==, 0xffffaa4f);
    g_assert_cmphex(peek(OPTION_BYTES + 8), ==, 0xfffffffe);
    poke(FLASH + A_OPTCR, FACTORY_OPTIONS);             /* forgotten by a reset */
    poke(OPTION_BYTES, 0);
    g_assert_cmpint(board_mistakes("option bytes written: ignored"), ==, 1);
    board_reset();
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, 0x0ffeaa4d);
}

static void test_option_lines(void)
{
    board_start("");
    board_intercept_out("flash", "wdg-hw");
    program_options(FACTORY_OPTIONS & ~R_OPTCR_WDG_SW_MASK);
    g_assert_false(irq(0));
    board_reset();
    g_assert_true(irq(0));
    board_start("");
    board_intercept_out("flash", "reset-on-stop");
    program_options(FACTORY_OPTIONS & ~R_OPTCR_NRST_STOP_MASK);
    g_assert_true(irq(0));
    board_start("");
    board_intercept_out("flash", "reset-on-standby");
    program_options(FACTORY_OPTIONS & ~R_OPTCR_NRST_STDBY_MASK);
    g_assert_true(irq(0));
    program_options(FACTORY_OPTIONS);
    g_assert_false(irq(0));
}

static uint32_t rdp(uint8_t value)
{
    return (FACTORY_OPTIONS & ~R_OPTCR_RDP_MASK) | value << R_OPTCR_RDP_SHIFT;
}

static void test_read_protection(void)
{
    begin();
    program_word(ARRAY + 0x1000, 1);
    program_options(rdp(0x55));
    g_assert_cmphex(peek(ARRAY + 0x1000), ==, 1);
    program_options(rdp(0x00));                         /* level 1 too */
    g_assert_cmphex(peek(ARRAY + 0x1000), ==, 1);
    poke(FLASH + A_CR, X32);
    poke(FLASH + A_OPTCR, rdp(0xaa) | R_OPTCR_OPTSTRT_MASK);
    board_wait_ns(8000ll * SCALE_MS);                   /* the time of a mass erase, and more */
    g_assert_true(busy());
    wait_done();
    g_assert_cmphex(peek(ARRAY + 0x1000), ==, UINT32_MAX);
    program_word(ARRAY + 0x1000, 2);
    program_options(rdp(0xcc));
    poke(FLASH + A_OPTCR, rdp(0xcc) | R_OPTCR_OPTLOCK_MASK);
    for (int i = 0; i < 2; i++) {                       /* final, after a reset too */
        unlock_options();
        g_assert_true(options_locked());
        poke(FLASH + A_OPTCR, rdp(0xaa) | R_OPTCR_OPTSTRT_MASK);
        g_assert_cmphex(peek(FLASH + A_OPTCR), ==, rdp(0xcc) | R_OPTCR_OPTLOCK_MASK);
        board_reset();
    }
    g_assert_cmphex(peek(ARRAY + 0x1000), ==, 2);
}

/* ---- Information block ---- */

static void test_otp(void)
{
    begin();
    g_assert_cmphex(peek(OTP), ==, UINT32_MAX);
    g_assert_cmphex(peek(OTP + 508), ==, UINT32_MAX);
    program_word(OTP + 32, 0x12345678);
    program_word(OTP + 508, 0x87654321);
    program_word(OTP + 32, 0xffff0000);
    g_assert_cmphex(peek(OTP + 32), ==, 0x12340000);
    poke(FLASH + A_CR, R_CR_PG_MASK | X8);
    qtest_writeb(board, OTP_LOCKS + 1, 0);              /* block 1: bytes 32 to 63 */
    wait_done();
    g_assert_cmphex(peek(OTP_LOCKS), ==, 0xffff00ff);
    qtest_writeb(board, OTP + 32, 0);
    assert_error(R_SR_WRPERR_MASK);
    qtest_writeb(board, OTP + 63, 0);
    assert_error(R_SR_WRPERR_MASK);
    qtest_writeb(board, OTP + 31, 0);
    qtest_writeb(board, OTP + 64, 0);
    wait_done();
    g_assert_cmphex(flags(), ==, 0);
    g_assert_cmphex(peek(OTP + 28), ==, 0x00ffffff);
    g_assert_cmphex(peek(OTP + 64), ==, 0xffffff00);
    qtest_writeb(board, OTP_LOCKS + 1, 0xff);           /* no way back */
    wait_done();
    g_assert_cmphex(peek(OTP_LOCKS), ==, 0xffff00ff);
    poke(FLASH + A_CR, X32);
    poke(OTP, 0);
    assert_error(R_SR_PGSERR_MASK);
    board_reset();
    g_assert_cmphex(peek(OTP + 32), ==, 0x12340000);
    g_assert_cmphex(peek(OTP_LOCKS), ==, 0xffff00ff);
}

static void test_factory_words(void)
{
    begin();
    g_assert_cmphex(qtest_readw(board, 0x1fff7a22), ==, 0x0400);
    g_assert_cmpint(qtest_readw(board, 0x1fff7a2a), ==, 1502);
    g_assert_cmpint(qtest_readw(board, 0x1fff7a2c), ==, 959);
    g_assert_cmpint(qtest_readw(board, 0x1fff7a2e), ==, 1207);
    g_assert_cmphex(peek(0x1fff7a10), !=, UINT32_MAX);
    poke(FLASH + A_CR, R_CR_PG_MASK | X32);
    poke(0x1fff7a10, 0);
    assert_error(R_SR_WRPERR_MASK);
    g_assert_cmphex(peek(0x1fff7a10), !=, 0);
    board_start("-machine uid=00112233445566778899aABb");
    g_assert_cmphex(peek(0x1fff7a10), ==, 0x00112233);
    g_assert_cmphex(peek(0x1fff7a14), ==, 0x44556677);
    g_assert_cmphex(peek(0x1fff7a18), ==, 0x8899aabb);
    g_assert_cmphex(qtest_readw(board, 0x1fff7a1a), ==, 0x8899);
}

/* ---- Reset ---- */

static void test_reset(void)
{
    begin();
    program_word(ARRAY + 0x4000, 0x1234);
    poke(FLASH + A_ACR, 0x705);
    erase(2, X32);
    g_assert_true(busy());
    board_reset();                                      /* in mid-erase */
    g_assert_cmphex(flags(), ==, 0);
    g_assert_cmphex(peek(FLASH + A_CR), ==, R_CR_LOCK_MASK);
    g_assert_cmphex(peek(FLASH + A_ACR), ==, 0);
    g_assert_cmphex(peek(ARRAY + 0x4000), ==, 0x1234);
    g_assert_cmphex(peek(ARRAY + 0x8000), ==, UINT32_MAX);
    poke(FLASH + A_KEYR, KEY1);
    board_reset();                                      /* between the keys */
    poke(FLASH + A_KEYR, KEY2);
    g_assert_true(locked());
}

/* What -device loader puts into the flash is there once, not after each reset. */
static void test_loader(void)
{
    g_autofree char *name = new_file("\x78\x56\x34\x12", 4);
    g_autofree char *args = g_strdup_printf("-device loader,force-raw=on,addr=0x08000100,file=%s",
                                            name);

    board_start(args);
    unlock();
    g_assert_cmphex(peek(ARRAY + 0x100), ==, 0x12345678);
    program_word(ARRAY + 0x100, 0x12340000);
    board_reset();
    g_assert_cmphex(peek(ARRAY + 0x100), ==, 0x12340000);
    unlink(name);
}

/* ---- Wait states, caches ---- */

static void test_wait_states(void)
{
    board_start("");
    poke(RCC_PLLCFGR, 168 << 6 | 8 | 7 << 24);          /* from HSI: 16 / 8 * 168 / 2 = 168 MHz */
    poke(RCC_CR, peek(RCC_CR) | 1 << 24);
    board_wait_ns(1 * SCALE_MS);
    poke(FLASH + A_ACR, 5);
    g_assert_cmphex(peek(FLASH + A_ACR), ==, 5);
    poke(RCC_CFGR, 5 << 10 | 4 << 13 | 2);              /* APB1 / 4, APB2 / 2 */
    g_assert_cmpint(board_clock_hz("/machine/soc/rcc/hclk"), ==, 168000000);
    g_assert_cmpint(board_mistakes("ACR.LATENCY"), ==, 0);
    poke(FLASH + A_ACR, 4);
    g_assert_cmpint(board_mistakes("ACR.LATENCY is 4 with HCLK at 168000000 Hz, which needs 5"),
                    ==, 1);
    poke(RCC_CFGR, 0);
    board_reset();
    poke(RCC_PLLCFGR, 96 << 6 | 8 | 7 << 24);           /* 96 MHz without any */
    poke(RCC_CR, peek(RCC_CR) | 1 << 24);
    board_wait_ns(1 * SCALE_MS);
    poke(RCC_CFGR, 5 << 10 | 4 << 13 | 2);
    g_assert_cmpint(board_mistakes("needs 3 wait states"), ==, 1);
}

static void test_caches(void)
{
    board_start("");
    poke(FLASH + A_ACR, 0x1800);                        /* off: both can be reset */
    g_assert_cmphex(peek(FLASH + A_ACR), ==, 0x1000);
    poke(FLASH + A_ACR, 0x700);
    g_assert_cmphex(peek(FLASH + A_ACR), ==, 0x700);
    g_assert_cmpint(board_mistakes("CRST can be written only"), ==, 0);
    poke(FLASH + A_ACR, 0x1f00);
    g_assert_cmphex(peek(FLASH + A_ACR), ==, 0x700);
    g_assert_cmpint(board_mistakes("CRST can be written only"), ==, 2);
}

/* ---- The drive ---- */

static char *new_drive(size_t size)
{
    g_autofree uint8_t *data = g_malloc(size);

    memset(data, 0xff, size);
    return new_file(data, size);
}

static void test_drive(void)
{
    g_autofree char *name = new_drive(ARRAY_SIZE_BYTES);
    g_autofree char *args = g_strdup_printf("-drive if=mtd,format=raw,file=%s", name);
    g_autofree char *image = new_file("\xaa\x55\0", 4);
    g_autofree char *more = g_strdup_printf(
        "%s -device loader,force-raw=on,addr=0x08020000,file=%s", args, image);
    g_autofree char *data = NULL;

    board_start(args);
    unlock();
    program_word(ARRAY, 0x12345678);
    program_word(ARRAY + 0x10000, 0x11111111);
    program_word(ARRAY + 0xffffc, 0x87654321);
    erase(4, X32);
    board_start(more);                                  /* what is loaded is kept too */
    g_assert_cmphex(peek(ARRAY), ==, 0x12345678);
    g_assert_cmphex(peek(ARRAY + 0x10000), ==, UINT32_MAX);
    g_assert_cmphex(peek(ARRAY + 0xffffc), ==, 0x87654321);
    board_start(args);
    g_assert_cmphex(peek(ARRAY + 0x20000), ==, 0x55aa);
    unlock();
    program_word(ARRAY + 0x20004, 0x66bb);
    for (int i = 0; i < 100; i++) {                     /* saved while the machine runs */
        g_usleep(50000);
        g_clear_pointer(&data, g_free);
        g_assert(g_file_get_contents(name, &data, NULL, NULL));
        if (ldl_le_p(data + 0x20004) == 0x66bb) {
            break;
        }
    }
    g_assert_cmphex(ldl_le_p(data + 0x20004), ==, 0x66bb);
    g_assert_cmphex(ldl_le_p(data), ==, 0x12345678);
    board_stop();
    unlink(name);
    unlink(image);
}

static void test_drive_read_only(void)
{
    g_autofree char *name = new_drive(ARRAY_SIZE_BYTES);
    g_autofree char *args = g_strdup_printf("-drive if=mtd,format=raw,readonly=on,file=%s", name);

    board_start(args);
    unlock();
    program_word(ARRAY, 0);
    g_assert_cmphex(peek(ARRAY), ==, 0);
    board_start(args);
    g_assert_cmphex(peek(ARRAY), ==, UINT32_MAX);
    board_stop();
    unlink(name);
}

/* A machine that must not start, and what it says. */
static void assert_refused(const char *args, const char *says)
{
    g_autofree char *command = g_strdup_printf("%s -display none -accel qtest -S -machine "
                                               "stm32f407g_disc%s", g_getenv("QTEST_QEMU_BINARY"),
                                               args);
    g_autofree char *out = NULL, *err = NULL;
    int status = 0;

    g_assert(g_spawn_command_line_sync(command, &out, &err, &status, NULL));
    g_assert_cmpint(status, !=, 0);
    if (!strstr(err, says)) {
        g_error("no '%s' in: %s", says, err);
    }
}

static void test_refused(void)
{
    g_autofree char *name = new_drive(4096);
    g_autofree char *args = g_strdup_printf(" -drive if=mtd,format=raw,file=%s", name);

    assert_refused(args, "has 4096 bytes, it must have 1048576; make an erased one with");
    assert_refused(",uid=1234", "uid=1234: the unique ID of the chip has 24 hex digits");
    assert_refused(",uid=0011223344556677889900gg", "has 24 hex digits");
    unlink(name);
}

/* ---- Snapshots ---- */

/* Ask QMP's @command until its answer has this @status. */
static void wait_for_status(const char *command, const char *status)
{
    for (;;) {
        QDict *answer = qtest_qmp(board, "{'execute': %s}", command);
        const char *now = qdict_get_str(qdict_get_qdict(answer, "return"), "status");
        bool there = !strcmp(now, status);

        g_assert_cmpstr(now, !=, "failed");
        qobject_unref(answer);
        if (there) {
            return;
        }
        g_usleep(10000);
    }
}

static void save_to(const char *file)
{
    g_autofree char *uri = g_strdup_printf("file:%s", file);

    qtest_qmp_assert_success(board, "{'execute': 'migrate', 'arguments': {'uri': %s}}", uri);
    wait_for_status("query-migrate", "completed");
}

static void load_from(const char *file, int64_t now)
{
    g_autofree char *uri = g_strdup_printf("-incoming file:%s", file);

    board_start(uri);
    wait_for_status("query-status", "running");
    qtest_clock_set(board, now);                        /* libqtest's clock isn't in the stream */
}

static void test_saved_in_mid_erase(void)
{
    g_autofree char *file = new_file("", 0);
    int64_t now;

    begin();
    program_word(ARRAY + 0x100, 0x1234);
    program_word(OTP, 0x5678);
    program_options(nwrp(1 << 3));
    poke(FLASH + A_OPTCR, nwrp(1 << 3) | R_OPTCR_OPTLOCK_MASK);
    poke(FLASH + A_OPTKEYR, OPTKEY1);                   /* one key of two */
    poke(FLASH + A_CR, R_CR_EOPIE_MASK);
    erase(11, X32 | R_CR_EOPIE_MASK);
    now = qtest_clock_step(board, 400 * SCALE_MS);
    save_to(file);
    load_from(file, now);
    board_watch_irqs();
    g_assert_cmphex(peek(ARRAY + 0x100), ==, 0x1234);
    g_assert_cmphex(peek(OTP), ==, 0x5678);
    poke(FLASH + A_OPTKEYR, OPTKEY2);
    g_assert_cmphex(peek(FLASH + A_OPTCR), ==, nwrp(1 << 3));
    g_assert_cmphex(peek(OPTION_BYTES + 8), ==, 0xfffffff7);
    g_assert_true(busy());
    board_wait_ns(600 * SCALE_MS - 1);
    g_assert_false(irq(4));
    board_wait_ns(1);
    g_assert_true(irq(4));
    g_assert_false(busy());
    unlink(file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("flash/keys", test_keys);
    qtest_add_func("flash/keys-survive-what-is-between", test_keys_survive_what_is_between);
    qtest_add_func("flash/wrong-keys", test_wrong_keys);
    qtest_add_func("flash/option-keys", test_option_keys);
    qtest_add_func("flash/locked-control", test_locked_control);
    qtest_add_func("flash/programs-by-psize", test_programs_by_psize);
    qtest_add_func("flash/double-word", test_double_word);
    qtest_add_func("flash/width-must-be-psize", test_width_must_be_psize);
    qtest_add_func("flash/needs-pg", test_needs_pg);
    qtest_add_func("flash/stray-write", test_stray_write);
    qtest_add_func("flash/ones-need-erase", test_ones_need_erase);
    qtest_add_func("flash/writes-in-a-row", test_writes_in_a_row);
    qtest_add_func("flash/errors-block", test_errors_block);
    qtest_add_func("flash/sectors", test_sectors);
    qtest_add_func("flash/erase-times", test_erase_times);
    qtest_add_func("flash/mass-erase", test_mass_erase);
    qtest_add_func("flash/wrong-erases", test_wrong_erases);
    qtest_add_func("flash/control-while-busy", test_control_while_busy);
    qtest_add_func("flash/erase-after-unseen-end", test_erase_after_unseen_end);
    qtest_add_func("flash/end-of-operation", test_end_of_operation);
    qtest_add_func("flash/error-interrupt", test_error_interrupt);
    qtest_add_func("flash/write-protection", test_write_protection);
    qtest_add_func("flash/option-bytes", test_option_bytes);
    qtest_add_func("flash/option-lines", test_option_lines);
    qtest_add_func("flash/read-protection", test_read_protection);
    qtest_add_func("flash/otp", test_otp);
    qtest_add_func("flash/factory-words", test_factory_words);
    qtest_add_func("flash/reset", test_reset);
    qtest_add_func("flash/loader", test_loader);
    qtest_add_func("flash/wait-states", test_wait_states);
    qtest_add_func("flash/caches", test_caches);
    qtest_add_func("flash/drive", test_drive);
    qtest_add_func("flash/drive-read-only", test_drive_read_only);
    qtest_add_func("flash/refused", test_refused);
    qtest_add_func("flash/saved-in-mid-erase", test_saved_in_mid_erase);
    return board_run_tests();
}
