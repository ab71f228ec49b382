/*
 * Conformance: the machine's registers against an independent table, registers.tsv.
 *
 * For every register of every peripheral that is modelled: value after power-on reset; bits that can
 * be written read back, all others stay; bits that are write-only read 0; flags can't be set by
 * writing.  What is left out is in skips.tsv with the reason, and is listed when the test runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "stm32/tests/qtest/board.h"

#define PWR 0x40007000

typedef struct Row {
    char *peripheral, *name, *guard;
    uint32_t inside, address, reset, reset_mask, rw, ro, wo, w1c, w0c, rc_r, set_only, special;
} Row;

typedef struct Skip {
    char *peripheral, *name, *what, *why;
    uint32_t mask;
} Skip;

static GPtrArray *rows, *skips;     /* of Row, Skip */

/* ---- The tables ---- */

static uint32_t number(const char *s)
{
    return strtoul(s, NULL, 0);
}

/* Is it a part of a peripheral, with a base of its own in the table? */
static bool is_part(const char *peripheral)
{
    return g_str_has_prefix(peripheral, "OTG_") || g_str_has_prefix(peripheral, "ETH_");
}

/* Offset of a register in the peripheral that it is a part of. */
static uint32_t inside(char **column)
{
    uint32_t mask = g_str_has_prefix(column[0], "ETH_") ? 0x1fff : is_part(column[0]) ? 0xfff : 0;

    return (number(column[1]) & mask) + number(column[3]);
}

static Row *parse_row(char **column)
{
    Row *row = g_new0(Row, 1);

    *row = (Row) {
        .peripheral = column[0], .name = column[2],
        .inside = inside(column), .address = number(column[1]) + number(column[3]),
        .reset = number(column[4]), .reset_mask = number(column[5]),
        .rw = number(column[6]), .ro = number(column[7]), .wo = number(column[8]),
        .w1c = number(column[9]), .w0c = number(column[10]), .rc_r = number(column[11]),
        .set_only = number(column[12]), .special = number(column[13]), .guard = column[14],
    };
    return row;
}

static Skip *parse_skip(char **column)
{
    Skip *skip = g_new0(Skip, 1);

    *skip = (Skip) {
        .peripheral = column[0], .name = column[1], .what = column[2],
        .mask = number(column[3]), .why = column[4],
    };
    return skip;
}

/* Lines of columns, without comments and the line of headings. */
static GPtrArray *read_table(const char *file, void *(*parse)(char **))
{
    g_autofree char *path = g_strdup_printf("%s/%s", g_getenv("STM32_CONFORMANCE"), file);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GPtrArray *table = g_ptr_array_new();
    bool headings = true;

    g_assert(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", 0);
    for (char **line = lines; *line; line++) {
        if (**line == '#' || !**line) {
            continue;
        }
        if (!headings) {
            g_ptr_array_add(table, parse(g_strsplit(*line, "\t", 0)));
        }
        headings = false;
    }
    return table;
}

/* ---- What is left out ---- */

/* Bits of @row that are not checked for @what ("reset", "write"); says why. */
static uint32_t skipped(const Row *row, const char *what)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < skips->len; i++) {
        const Skip *skip = skips->pdata[i];

        if (g_pattern_match_simple(skip->peripheral, row->peripheral) &&
            g_pattern_match_simple(skip->name, row->name) && !strcmp(skip->what, what)) {
            mask |= skip->mask;
            g_test_message("skip %s.%s %s bits 0x%08x: %s", row->peripheral, row->name, what,
                           skip->mask, skip->why);
        }
    }
    return mask;
}

/* Guards that hold in this test: the backup domain is open, the PLLs, DMA and I2C are off, nothing is
 * locked, Ethernet stands, CAN's mailboxes are empty and its filters in initialization. */
static bool guard_holds(const char *guard)
{
    static const char *const held[] = {
        "", "DBP", "PLLON=0", "PLLI2SON=0", "LCKR", "EN=0", "EN=0 or DBM with CT=1",
        "EN=0 or DBM with CT=0", "I2C_PE=0", "DMAOMR.SR=0", "DMAOMR.ST=0", "FINIT", "TME0=1", "TME1=1", "TME2=1",
    };

    for (unsigned i = 0; i < ARRAY_SIZE(held); i++) {
        if (!strcmp(guard, held[i])) {
            return true;
        }
    }
    return g_str_has_suffix(guard, " or FINIT");
}

/* ---- The checks ---- */

static void check_reset(const Row *row)
{
    uint32_t mask = row->reset_mask & ~skipped(row, "reset");

    g_test_message("%s.%s after reset", row->peripheral, row->name);
    g_assert_cmphex(peek(row->address) & mask, ==, row->reset & mask);
}

static void check_writes(const Row *row)
{
    static const uint32_t patterns[] = { 0xffffffff, 0x00000000, 0xa5a5a5a5, 0x5a5a5a5a };
    uint32_t known = row->rw | row->ro | row->wo | row->w1c | row->w0c | row->rc_r |
                     row->set_only | row->special;
    uint32_t skip = skipped(row, "write");

    if (skip == UINT32_MAX) {
        return;
    }
    if (!guard_holds(row->guard)) {
        g_test_message("skip %s.%s write: needs %s", row->peripheral, row->name, row->guard);
        return;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(patterns); i++) {
        uint32_t pattern = (patterns[i] & ~skip) | (row->reset & skip), now;

        poke(row->address, pattern);
        now = peek(row->address);
        g_test_message("%s.%s <- 0x%08x reads 0x%08x", row->peripheral, row->name, pattern, now);
        g_assert_cmphex(now & row->rw & ~skip, ==, pattern & row->rw & ~skip);
        g_assert_cmphex(now & row->wo & ~skip, ==, 0);
        g_assert_cmphex(now & ~known & ~skip, ==, row->reset & ~known & ~skip);
        g_assert_cmphex(now & (row->w1c | row->w0c) & ~row->reset & ~skip, ==, 0);
    }
}

/* What @peripheral of the table is called here: "OTG_FS_HOST" is a part of otg-fs, "ETH_DMA" of eth. */
static char *name_here(const char *peripheral)
{
    char *name = g_strdelimit(g_ascii_strdown(peripheral, -1), "_", '-');

    if (is_part(peripheral)) {
        name[strlen(*name == 'e' ? "eth" : "otg-fs")] = 0;
    }
    return name;
}

static void prepare(const char *peripheral)
{
    g_autofree char *clock = name_here(peripheral);

    board_reset();
    if (g_str_has_prefix(clock, "adc")) {
        for (unsigned n = 1; n <= 3; n++) {
            g_autofree char *adc = g_strdup_printf("adc%u", n);

            board_enable(adc);
        }
    } else if (g_str_has_prefix(clock, "i2s")) {    /* i2s2ext is a part of spi2 */
        board_enable(clock[3] == '2' ? "spi2" : "spi3");
    } else if (g_str_has_prefix(clock, "otg")) {
        board_enable(clock[4] == 'f' ? "otgfs" : "otghs");
    } else if (!strcmp(clock, "eth")) {
        board_enable("ethmac");
    } else if (board_has_enable(clock)) {
        board_enable(clock);
    }
    board_enable("pwr");
    poke(PWR, peek(PWR) | 1 << 8);      /* DBP */
}

static char *qom_path(const char *peripheral)
{
    g_autofree char *name = name_here(peripheral);

    return g_strdup_printf("/machine/soc/%s", name);
}

/* What `registers` shows of @row. */
static uint32_t shown(const Row *row)
{
    g_autofree char *path = qom_path(row->peripheral);
    g_autofree char *text = board_get_string(path, "registers");
    g_autofree char *mark = g_strdup_printf(" +0x%02x = ", row->inside);
    const char *at = strstr(text, mark);

    g_assert_nonnull(at);
    return number(at + strlen(mark));
}

/* It is what a guest reads then; bits that can only be written are shown as they are. */
static void check_shown(const Row *row)
{
    uint32_t looked = shown(row), again = shown(row), read = peek(row->address);

    if ((looked ^ read) & ~row->wo || again != looked) {
        g_test_message("%s.%s shows 0x%08x, then 0x%08x, and reads 0x%08x", row->peripheral, row->name,
                       looked, again, read);
        g_test_fail();
    }
}

static void test_peripheral(const void *peripheral)
{
    for (unsigned i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];

        if (!strcmp(row->peripheral, peripheral)) {
            prepare(peripheral);
            if (strcmp(peripheral, "RCC") && strcmp(peripheral, "PWR")) {
                check_reset(row);
            } else {
                board_reset();
                if (!strcmp(peripheral, "PWR")) {
                    board_enable("pwr");
                }
                check_reset(row);
                prepare(peripheral);
            }
            check_writes(row);
            check_shown(row);
        }
    }
}

/* Is it modelled?  The type says so; QEMU's own parts of the core are not ours to check. */
static bool is_modelled(const char *peripheral)
{
    g_autofree char *path = qom_path(peripheral);
    QDict *answer = qtest_qmp(board, "{'execute': 'qom-get', 'arguments': "
                              "{'path': %s, 'property': 'registers'}}", path);
    bool modelled = qdict_haskey(answer, "return");

    qobject_unref(answer);
    return modelled;
}

int main(int argc, char **argv)
{
    const char *last = "";

    g_test_init(&argc, &argv, NULL);
    rows = read_table("registers.tsv", (void *(*)(char **))parse_row);
    skips = read_table("skips.tsv", (void *(*)(char **))parse_skip);
    board_start("");
    for (unsigned i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];

        if (strcmp(row->peripheral, last)) {
            last = row->peripheral;
            if (is_modelled(last)) {
                g_autofree char *name = g_strdup_printf("registers/%s", last);

                qtest_add_data_func(name, last, test_peripheral);
            } else {
                g_test_message("skip %s: not modelled here", last);
            }
        }
    }
    return board_run_tests();
}
