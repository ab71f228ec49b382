#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes docs/peripherals.md, docs/mistakes.md and the table in README.md out of the machine itself: `make docs`.

With --check it writes nothing and fails if they are out of date.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "mistakes"))
import examples

QEMU = os.environ.get("QTEST_QEMU_BINARY", "build/qemu/qemu-system-arm")
SOC = "/machine/soc"
BEGIN, END = "<!-- made by make docs -->\n", "<!-- end -->\n"

TITLES = {
    "armv7m-coredebug": "Core debug registers (DEMCR)",
    "armv7m-dwt": "Cycle counter and watchpoints (DWT)",
    "armv7m-fpb": "Breakpoints and patches (FPB)",
    "armv7m-itm": "Text by SWO (ITM)",
    "armv7m-romtable": "ROM table of the debug components",
    "armv7m-tpiu": "Trace port (TPIU)",
    "stm32f4-adc": "A/D converters",
    "stm32f4-adc-common": "A/D converters, common registers",
    "stm32f4-bkpsram": "Backup SRAM",
    "stm32f4-bxcan": "Controller area network (CAN)",
    "stm32f4-crc": "CRC unit",
    "stm32f4-dac": "D/A converter",
    "stm32f4-dcmi": "Digital camera interface (DCMI)",
    "stm32f4-dbgmcu": "Debug component (DBGMCU)",
    "stm32f4-dma": "DMA controllers",
    "stm32f4-eth": "Ethernet",
    "stm32f4-exti": "External interrupts (EXTI)",
    "stm32f4-flash": "Flash controller, option bytes, OTP",
    "stm32f4-fsmc": "Static memory controller (FSMC)",
    "stm32f4-gpio": "I/O ports",
    "stm32f4-iwdg": "Independent watchdog",
    "stm32f4-pwr": "Power controller",
    "stm32f4-rcc": "Reset and clock control",
    "stm32f4-i2c": "I2C, SMBus",
    "stm32f4-otg-fs": "USB, full speed (OTG_FS)",
    "stm32f4-otg-hs": "USB, high speed (OTG_HS)",
    "stm32f4-sdio": "SD cards (SDIO)",
    "stm32f4-spi": "SPI, I2S",
    "stm32f4-rng": "Random number generator",
    "stm32f4-rtc": "Real-time clock",
    "stm32f4-syscfg": "System configuration",
    "stm32f4-tim": "Timers TIM1 to TIM14",
    "stm32f4-usart": "USARTs and UARTs",
    "stm32f4-wwdg": "Window watchdog",
}


class Machine:
    def __init__(self):
        self.process = subprocess.Popen(
            [QEMU, "-machine", "stm32f407g_disc", "-accel", "qtest", "-display", "none",
             "-serial", "none", "-qmp", "stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        print(json.dumps({"execute": name, "arguments": arguments}),
              file=self.process.stdin, flush=True)
        while True:
            answer = json.loads(self.process.stdout.readline())
            if "return" in answer or "error" in answer:
                return answer.get("return")

    def quit(self):
        self.command("quit")
        self.process.wait()

    def children(self):
        for item in self.command("qom-list", path=SOC):
            if item["type"].startswith("child<"):
                yield item["name"], item["type"][6:-1]

    def registers(self, name):
        return self.command("qom-get", path=f"{SOC}/{name}", property="registers")


def natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def read_machine():
    """Types with their instances and registers; kinds of mistakes."""
    machine = Machine()
    types = {}
    for name, kind in machine.children():
        if kind.startswith(("stm32f4-", "armv7m-")):
            entry = types.setdefault(kind, {"names": [], "registers": ""})
            entry["names"].append(name)
            entry["registers"] = machine.registers(name) or ""
    kinds = machine.command("qom-get", path="/machine", property="mistake-kinds")
    machine.quit()
    for entry in types.values():
        entry["names"].sort(key=natural)
    return types, kinds


def title(kind):
    return TITLES.get(kind, kind)


def register_names(text):
    return [line.split()[0] for line in text.splitlines() if not line.startswith(" ")]


def todo_bits(text):
    """REG.FIELD of everything that is kept but does nothing yet."""
    register, found = "", []
    for line in text.splitlines():
        if not line.startswith(" "):
            register = line.split()[0]
        elif " todo " in line:
            found.append(f"{register}.{line.split()[0]}")
    return found


def readme_table(types):
    lines = ["| peripheral | instances | registers |", "|---|---|---|"]
    for kind in sorted(types, key=title):
        entry = types[kind]
        count = len(register_names(entry["registers"]))
        lines.append(f"| {title(kind)} | {', '.join(entry['names'])} | {count or 'memory'} |")
    return "\n".join(lines) + "\n"


def peripherals_page(types):
    out = ["# What is modelled", "",
           "Made by `make docs` out of the machine itself.  *Not yet*: bits that can be written and",
           "read back but do nothing; the machine says so when they are first set (`-d unimp`).", ""]
    for kind in sorted(types, key=title):
        entry = types[kind]
        out += [f"## {title(kind)}", "", f"`{kind}`: {', '.join(entry['names'])}", ""]
        if entry["registers"]:
            out += ["Registers: " + ", ".join(register_names(entry["registers"])), ""]
        todo = todo_bits(entry["registers"])
        if todo:
            out += ["Not yet: " + ", ".join(todo), ""]
    return "\n".join(out)


MISTAKES = """# What firmware can do wrong

Made by `make docs` out of the machine itself: {total} kinds of mistakes. Each has a code, which stays for all time.
`-d guest_errors` tells them; `-machine mistakes=FILE` writes them to a file, `strict=` ends the run at the first,
`ignore=` keeps quiet: see the [guide](guide.md#mistakes). *error*: it does not work on the chip; *suspicious*: it does
here and now; *note*: it does, though perhaps not as it was meant.

The examples are steps that provoke the kind, with the names of registers and fields of the manual
(`tests/mistakes/examples.py` says how to read them), or functions in C, and a test runs every one.
"""


def block(code):
    return re.sub(r"\d+$", "", code)


def functions_in_c():
    """{code: lines of the function bad_code() of tests/firmware/checked.c}."""
    found = {}
    with open("tests/firmware/checked.c", encoding="utf-8") as file:
        for match in re.finditer(r"^[^\n]*\bbad_([a-z]+\d+)\w*\([^\n]*\)\n{\n.*?^}", file.read(), re.M | re.S):
            found.setdefault(match[1].upper(), match[0].replace("NOINLINE static ", "").splitlines())
    return found


def mistakes_page(kinds):
    steps, named = examples.read()
    table = functions_in_c() | steps
    out = [MISTAKES.format(total=len(kinds))]
    for name in sorted(named):
        out += [f"`like {name}` stands for", "", "```"] + named[name] + ["```", ""]
    last = None
    for kind in sorted(kinds, key=lambda kind: natural(kind["code"])):
        code = kind["code"]
        if block(code) != last:
            last = block(code)
            out += [f"## {last}", ""]
        out += [f"### {code}", "", f"*{kind['severity']}*, {kind['chapter']}: {kind['what']}.", "",
                f"To mend it: {kind['mend']}.", ""]
        if code in table and table[code][0].startswith("none "):
            out += [f"No example: {table[code][0][5:]}.", ""]
        elif code in table:
            out += ["```"] + table[code] + ["```", ""]
        else:
            out += ["No example yet.", ""]
    return "\n".join(out)


def with_table(readme, table):
    before, rest = readme.split(BEGIN)
    return before + BEGIN + table + END + rest.split(END)[1]


def main():
    types, kinds = read_machine()
    readme = open("README.md").read()
    pages = {
        "docs/peripherals.md": peripherals_page(types),
        "docs/mistakes.md": mistakes_page(kinds),
        "README.md": with_table(readme, readme_table(types)),
    }
    if "--check" in sys.argv:
        stale = [name for name, text in pages.items() if not os.path.exists(name) or open(name).read() != text]
        print("1..1")
        print("not ok 1 docs are current" if stale else "ok 1 docs are current")
        if stale:
            sys.exit(f"{', '.join(stale)} out of date: run make docs")
        return
    for name, text in pages.items():
        with open(name, "w") as file:
            file.write(text)


main()
