# SPDX-License-Identifier: GPL-2.0-or-later
"""Examples that provoke each kind of mistake: examples.txt is read here, by the test that runs every one and by
`make docs`, which shows them.  An example is the code of a kind, then its steps, a line each; of `CODE too`, `CODE too 2`, which are others, and of
`CODE right`, which looks like it and is no mistake, as well:

  with OPTION...             QEMU's options
  like card                  the steps of what is called so: what many begin with has a name, in lower case
  clock usart1               set its enable bit in RCC
  pin pa9 pa10 7             alternate function of pins
  drive pa0 1                from outside
  usart1.CR1 = UE M:1        write fields (all ones, or a value), or a number, or another register (sdio.RESP1)
  usart1.CR1 += TE           set fields of what is there;  -= clears them
  half usart1.DR = 1         write 16 bits (byte: 8)
  read usart1.DR             read
  mem 0x20000000 = 1         memory;  readmem 0x20000000
  send i2c1 0x94 2 0x9e      START, an address (shifted), bytes, STOP, at 100 kHz
  wait 10us                  of virtual time
  set /machine/x p true      a property of the machine
  usb in 0 1                 a transaction of the host that is driven by hand, stm32-usb-tester,id=usb
  firmware usb_composite     a program of tests/firmware runs after all that, in which
  patch device_descriptor 7 65       bytes are others: from the 7th on of what has that name
  none WHY                   there is no example, and why: the only step then
  asm mov r0, #0             instructions that are executed after all that; irq: begins what handles interrupts
"""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))


def read():
    """({code: [step, ...]}, {name: [step, ...]}); codes of some have ` too` or ` right` behind them."""
    found, named, code = {}, {}, None
    with open(os.path.join(HERE, "examples.txt"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.split("#")[0].rstrip() if "asm" not in line else line.rstrip()
            if not line.strip():
                continue
            if not line.startswith(" "):
                code = line.strip()
                table = found if re.fullmatch(r"[A-Z0-9]+\d{3}( (too|right)( \d+)?)?", code) else named
                if (table is named and not re.fullmatch(r"[a-z][-a-z0-9]*", code)) or code in table:
                    raise ValueError(f"examples.txt:{number}: '{code}' is no code, or is there already")
                table[code] = []
            elif code:
                table[code].append(line.strip())
    return found, named


def flat(steps, named):
    """Steps without `like`."""
    return [step for line in steps
            for step in (flat(named[line[5:]], named) if line.startswith("like ") else [line])]
