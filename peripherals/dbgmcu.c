/*
 * MCU debug component (RM0090 38.16): device identity, what a debugger keeps alive in low-power modes,
 * and what goes on while it holds the core.
 *
 * Lines out: `dbg-stop`, `dbg-standby`, to PWR: in that mode FCLK and HCLK go on, from HSI.
 *
 * Deliberately different: when gdb stops the core, QEMU stops virtual time, so every counter is frozen
 * whatever the freeze bits say; they read back.  DBG_SLEEP does nothing either: what the bits xxxLPENR
 * leave on in Sleep has its clock here without it.
 * unsure: whether DBG_SLEEP gives their clock back to peripherals whose xxxLPENR bit is clear
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#define REGS "stm32/regs/dbgmcu.h"
#include "stm32/core/periph.h"

typedef struct Dbgmcu {
    Periph parent_obj;
    Line stop, standby;
} Dbgmcu;

#define DBGMCU(obj) ((Dbgmcu *)(obj))

static void dbgmcu_update(Periph *p)
{
    Dbgmcu *s = DBGMCU(p);

    line_set(&s->stop, reg_get(s, CR, DBG_STOP));
    line_set(&s->standby, reg_get(s, CR, DBG_STANDBY));
}

static void dbgmcu_init(Periph *p)
{
    periph_add_line(p, &DBGMCU(p)->stop, "dbg-stop");
    periph_add_line(p, &DBGMCU(p)->standby, "dbg-standby");
}

static const PeriphInfo dbgmcu = {
    .chapter = "RM0090 38.16", .bus = BUS_AHB, .widths = 4,
    .regs = reg_rows,
    .init = dbgmcu_init, .update = dbgmcu_update,
};
DEFINE_PERIPH("stm32f4-dbgmcu", Dbgmcu, dbgmcu)
