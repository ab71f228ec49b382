/*
 * What the core says it is (Cortex-M4 r0p1 TRM 4, 2.3), and how a debugger finds its way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "checks.h"
#include "checks_list.h"

static void features(void)
{
    static const uint32_t values[][2] = {
        { 0xe000ed00, 0x410fc241 }, { 0xe000ed40, 0x00000030 }, { 0xe000ed44, 0x00000200 },
        { 0xe000ed48, 0x00100000 }, { 0xe000ed4c, 0x00000000 }, { 0xe000ed50, 0x00100030 },
        { 0xe000ed54, 0x00000000 }, { 0xe000ed58, 0x01000000 }, { 0xe000ed5c, 0x00000000 },
        { 0xe000ed60, 0x01101110 }, { 0xe000ed64, 0x02112000 }, { 0xe000ed68, 0x21232231 },
        { 0xe000ed6c, 0x01111131 }, { 0xe000ed70, 0x01310102 }, { 0xe000ef40, 0x10110021 },
        { 0xe000ef44, 0x11000011 }, { 0xe000e004, 0x00000002 }, { 0xe000ed14, 0x00000200 },
        { 0xe000ed0c, 0xfa050000 }, { 0xe000ed90, 0x00000800 },
    };

    for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        CHECK_EQUAL(REG(values[i][0]), values[i][1]);
    }
}

static uint32_t peripheral_id(uint32_t base)
{
    return (REG(base + 0xfe0) & 0xff) | (REG(base + 0xfe4) & 0xff) << 8 | (REG(base + 0xfe8) & 0xff) << 16;
}

static uint32_t component_id(uint32_t base)
{
    return REG(base + 0xff0) | REG(base + 0xff4) << 8 | REG(base + 0xff8) << 16 | REG(base + 0xffc) << 24;
}

/* From the ROM table to every component, as a probe does it. */
static void rom_table(void)
{
    static const uint32_t parts[] = { 0x0bb00c, 0x3bb002, 0x2bb003, 0x3bb001, 0x0bb9a1 };

    CHECK_EQUAL(component_id(0xe00ff000), 0xb105100d);
    CHECK_EQUAL(peripheral_id(0xe00ff000), 0x0a0413);
    for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint32_t entry = REG(0xe00ff000 + 4 * i);
        uint32_t base = 0xe00ff000 + (entry & ~0xfffu);

        CHECK_EQUAL(entry & 3, 3);
        CHECK_EQUAL(peripheral_id(base), parts[i]);
        CHECK_EQUAL(component_id(base) & 0xffff0fff, 0xb105000d);
        CHECK_EQUAL(REG(base + 0xfd0), 4);
    }
    CHECK_EQUAL(REG(0xe00ff018), 0);
}

void (*const cases[])(void) = { IDENTITY_CASES(CASE_FUNCTION) };
