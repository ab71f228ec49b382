#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the examples of examples.txt: each has to provoke the kind of mistake that it is for.  By TAP.  With words
on the command line only those codes.
"""
import atexit
import glob
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.path.insert(0, HERE)
import examples
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
SOC = "/machine/soc"
CORE = {"dwt": 0xe0001000, "fpb": 0xe0002000, "itm": 0xe0000000, "tpiu": 0xe0040000, "coredebug": 0xe000edf0}
WIDTHS = {"MODER": 2, "PUPDR": 2, "OSPEEDR": 2, "OT": 1, "BS": 1, "EXTI": 4}  # of a pin: MODER12 is its part
UNITS = {"ns": 1, "us": 1000, "ms": 1000000, "s": 1000000000}
PATIENCE = 20       # seconds, for what happens at once on an idle host
FOLDER = tempfile.TemporaryDirectory()


class Machine:
    """QEMU without a core that runs: QMP on its stdio, qtest by a socket."""

    def __init__(self, options, accel="qtest"):
        name = os.path.join(FOLDER.name, "qtest")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(name)
            server.listen(1)
            server.settimeout(30)       # QEMU may have refused its options
            self.process = subprocess.Popen(
                [QEMU, "-machine", "stm32f407g_disc", "-accel", accel, "-display", "none", "-monitor", "none", "-qmp",
                 "stdio", "-qtest", f"unix:{name}", "-qtest-log", "none",
                 *([] if "-serial" in options else ["-serial", "none"]), *options],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.qtest = server.accept()[0].makefile("rw")
        os.unlink(name)
        self.resets = 0
        self.process.stdout.readline()
        self.qmp("qmp_capabilities")
        self.maps, self.bases = {}, dict(CORE)

    def qmp(self, name, **arguments):
        print(json.dumps({"execute": name, "arguments": arguments}), file=self.process.stdin, flush=True)
        while True:
            answer = json.loads(self.process.stdout.readline())
            self.resets += answer.get("event") == "RESET"
            if "error" in answer:
                raise ValueError(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]

    def reset(self):
        before = self.resets
        self.qmp("system_reset")
        while self.resets == before:
            self.qmp("query-status")

    def tell(self, *words):
        print(*words, file=self.qtest, flush=True)
        while True:
            answer = self.qtest.readline().split()
            if answer and answer[0] in ("OK", "FAIL", "ERR"):
                return answer[1] if len(answer) > 1 else "0"
            if not answer:
                raise ValueError("QEMU has gone")

    def quit(self):
        self.qmp("quit")
        self.process.communicate()
        self.qtest.close()

    def registers(self, name):
        """{register: (offset, {field: (shift, length)})}."""
        if name not in self.maps:
            found = self.maps[name] = {}
            for line in self.qmp("qom-get", path=f"{SOC}/{name}", property="registers").splitlines():
                field = re.match(r" +(\S+) \[(\d+):(\d+)\]", line)
                if field:
                    fields[field[1]] = int(field[3]), int(field[2]) - int(field[3]) + 1
                else:
                    word = line.split()
                    fields = {}
                    found[word[0]] = int(word[1][1:], 16), fields
        return self.maps[name]

    def base(self, name):
        if name not in self.bases:
            for item in self.qmp("qom-list", path=f"{SOC}/{name}"):
                if re.match(r"(stm32f4|armv7m)-.*\[0\]", item["name"]):
                    self.bases[name] = self.qmp("qom-get", path=f"{SOC}/{name}/{item['name']}", property="addr")
        return self.bases[name]

    def find(self, word):
        name, register = word.split(".")
        offset, fields = self.registers(name)[register]
        return self.base(name) + offset, fields

    def value(self, text, fields):
        """(mask of the fields, their value)."""
        mask = value = 0
        for word in text.split():
            if word[0].isdigit() or "." in word:
                number = int(self.tell("readl", self.find(word)[0]) if "." in word else word, 0)
                mask, value = mask | 0xffffffff, value | number
                continue
            name, _, number = word.partition(":")
            part = re.fullmatch(r"([A-Z]+)(\d+)", name)
            if name not in fields and part and part[1] in fields:
                length = WIDTHS[part[1]]
                shift = fields[part[1]][0] + length * int(part[2]) % 32
            else:
                shift, length = fields[name]
            mask |= (1 << length) - 1 << shift
            value |= (int(number, 0) if number else (1 << length) - 1) << shift
        return mask, value

    def change(self, command, word, operator, text):
        address, fields = self.find(word)
        mask, value = self.value(text, fields)
        if operator != "=":
            was = int(self.tell("readl", address), 0)
            value = was & ~mask | (value if operator == "+=" else 0)
        self.tell(command, address, value)

    def clock(self, name):
        bit = name.upper().replace("-", "") + "EN"
        for register, (_, fields) in self.registers("rcc").items():
            if bit in fields and register.endswith("ENR") and "LP" not in register:
                self.change("writel", f"rcc.{register}", "+=", bit)
                return
        raise ValueError(f"no clock {bit}")

    def pin(self, pin, function):
        port, n = f"gpio{pin[1]}", int(pin[2:])
        self.clock(port)
        register = self.find(f"{port}.AFR{'L' if n < 8 else 'H'}")[0]
        was = int(self.tell("readl", register), 0)
        self.tell("writel", register, was | int(function) << n % 8 * 4)
        self.change("writel", f"{port}.MODER", "+=", f"MODER{n}:2")

    def send(self, name, values):
        self.change("writel", f"{name}.CR1", "=", "PE START")
        for value in values:
            self.step("wait 120us")
            self.step(f"read {name}.SR1")
            self.step(f"read {name}.SR2")
            self.step(f"{name}.DR = {value}")
        self.step("wait 120us")
        self.step(f"read {name}.SR1")
        self.change("writel", f"{name}.CR1", "=", "PE STOP")
        self.step("wait 120us")

    def step(self, text):
        word = text.split()
        change = re.fullmatch(r"(?:(half|byte) )?(\S+\.\S+) (=|\+=|-=) (.*)", text)
        memory = re.fullmatch(r"(?:(half|byte) )?mem (\S+) = (\S+)", text)
        if change:
            self.change({"half": "writew", "byte": "writeb", None: "writel"}[change[1]], *change.groups()[1:])
        elif memory:
            self.tell({"half": "writew", "byte": "writeb", None: "writel"}[memory[1]], memory[2], memory[3])
        elif word[0] == "read":
            self.tell("readl", self.find(word[1])[0])
        elif word[0] == "readmem":
            self.tell("readl", word[1])
        elif word[0] == "clock":
            self.clock(word[1])
        elif word[0] == "pin":
            for pin in word[1:-1]:
                self.pin(pin, word[-1])
        elif word[0] == "drive":
            self.qmp("qom-set", path=f"{SOC}/gpio{word[1][1]}/{word[1]}", property="drive", value=word[2])
        elif word[0] == "set":
            self.qmp("qom-set", path=word[1], property=word[2], value=json.loads(word[3]))
        elif word[0] == "usb":
            self.qmp("qom-set", path="/machine/peripheral/usb", property="token", value=text[4:])
        elif word[0] == "send":
            self.send(word[1], word[2:])
        elif word[0] == "wait":
            number, unit = re.fullmatch(r"(\d+)(\w+)", word[1]).groups()
            self.tell("clock_step", int(number) * UNITS[unit])
        else:
            raise ValueError(f"'{text}' is no step")

    def count(self, code):
        found = self.qmp("qom-get", path="/machine", property="mistakes")
        return sum(m["count"] for m in found if m["code"] == code), found


VECTORS = """.syntax unified
.cpu cortex-m4
.fpu fpv4-sp-d16
.thumb
.word 0x20001000, start + 1
.rept 14
.word stop + 1
.endr
.rept 82
.word irq + 1
.endr
.thumb_func
start:
%s
.thumb_func
stop: b stop
"""


def assemble(steps):
    """The file of a program of the instructions."""
    name = os.path.join(FOLDER.name, "code")
    with open(f"{name}.s", "w", encoding="utf-8") as file:
        code_text = "\n".join(step[4:] for step in steps if step.startswith("asm "))
        file.write(VECTORS % code_text + ("" if "irq:" in code_text else ".set irq, stop\n"))
    subprocess.run(["arm-none-eabi-as", "-o", f"{name}.o", f"{name}.s"], check=True)
    subprocess.run(["arm-none-eabi-ld", "-Ttext=0x08000000", "-Tbss=0x20000000", "-o", f"{name}.elf", f"{name}.o"], check=True,
                   stderr=subprocess.DEVNULL)
    return f"{name}.elf"


def change_firmware(steps):
    """The file of a program of tests/firmware with other bytes in it."""
    name = next(step.split()[1] for step in steps if step.startswith("firmware "))
    source, changed = os.path.join(os.environ["STM32_FIRMWARE"], f"{name}.elf"), os.path.join(FOLDER.name, "code.elf")
    with open(source, "rb") as file:
        data = bytearray(file.read())
    names = [line.split() for line in subprocess.run(["arm-none-eabi-nm", "--defined-only", source], check=True,
                                                     capture_output=True, text=True).stdout.splitlines()]
    start, size, count = struct.unpack_from("<I10xHH", data, 28)
    segments = [struct.unpack_from("<IIIII", data, start + n * size) for n in range(count)]
    for step in steps:
        if step.startswith("patch "):
            _, symbol, first, *values = step.split()
            at = [offset + int(address, 16) - virtual for address, _, label in names
                  for kind, offset, virtual, _, length in segments    # name.3: it is `static` in a function
                  if label.split(".")[0] == symbol and kind == 1 and 0 <= int(address, 16) - virtual < length]
            at = at[0] + int(first)
            data[at:at + len(values)] = bytes(int(value, 0) for value in values)
    with open(changed, "wb") as file:
        file.write(data)
    return changed


def run_program(code, steps, file):
    """It runs on a core, until it has happened."""
    options = [word for step in steps if step.startswith("with ") for word in step.split()[1:]]
    machine = Machine(["-S", "-kernel", file, "-icount", "shift=3,sleep=off", *options], "tcg")
    for step in steps:
        if not step.startswith(("asm ", "with ", "firmware ", "patch ")):
            machine.step(step)
    machine.qmp("cont")
    end = time.monotonic() + PATIENCE
    count = 0
    running = True
    while not count and running and time.monotonic() < end:
        time.sleep(0.002)
        running = machine.qmp("query-status")["running"]
        count, found = machine.count(code)
    machine.quit()
    return count, found


machines = {}


@atexit.register
def quit_all():
    for machine in machines.values():
        machine.quit()


def run_example(name, steps):
    """`DMA018 right` does not provoke DMA018."""
    code = name.split()[0]
    if any(step.startswith("asm ") for step in steps):
        count, found = run_program(code, steps, assemble(steps))
    elif any(step.startswith("firmware ") for step in steps):
        count, found = run_program(code, steps, change_firmware(steps))
    else:
        options = tuple(word for step in steps if step.startswith("with ") for word in step.split()[1:])
        if options in machines:
            machine = machines[options]
            machine.reset()
        else:
            machine = machines[options] = Machine(options)
        before, _ = machine.count(code)
        try:
            for step in steps:
                if not step.startswith("with "):
                    machine.step(step)
        except (KeyError, ValueError) as error:
            print(f"# {code}: '{step}': {error!r}")
            return False
        count, found = machine.count(code)
        count -= before
    good = not count if " right" in name else count > 0
    if not good:
        print(f"# {name}:", *(f"{m['code']} {m['text']}" for m in found[-4:]), sep="\n#   ")
    return good


def test_complete():
    """Every kind has an example, here or as a function of tests/firmware/checked.c."""
    root = os.path.join(HERE, "..", "..")
    kinds = set()
    for name in glob.glob(os.path.join(root, "core/mistake/kinds/*.h")):
        with open(name, encoding="utf-8") as file:
            kinds |= set(re.findall(r"^[A-Z]+\((\w+),", file.read(), re.M))
    with open(os.path.join(root, "tests/firmware/checked.c"), encoding="utf-8") as file:
        in_c = {code.upper() for code in re.findall(r"\bbad_([a-z]+\d+)", file.read())}
    lacking, unknown = kinds - in_c - set(table), {name.split()[0] for name in table} - kinds
    if lacking or unknown:
        print("# without an example:", *sorted(lacking), "of no kind:", *sorted(unknown))
    return not lacking and not unknown


table, named = examples.read()
wanted = [code for code in table if code.split()[0] in sys.argv[1:]] if sys.argv[1:] else [code for code in table if not table[code][0].startswith("none ")]
complete = [] if sys.argv[1:] else [("all-kinds", test_complete)]
tap.run("example", complete + [(code, lambda code=code: run_example(code, examples.flat(table[code], named)))
                               for code in wanted])
