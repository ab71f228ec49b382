#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person with gdb sees: the real gdb at the machine's stub, by TAP.

Blocks of code end behind register accesses and loops that wait are passed in a leap: neither may show.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
ICOUNT = ["-icount", "shift=3,sleep=off"]


def session(program, args, commands):
    """What gdb says to @commands, the machine being stopped at reset."""
    elf = os.path.join(FIRMWARE, program + ".elf")
    with tempfile.TemporaryDirectory() as folder:
        stub = os.path.join(folder, "gdb")
        machine = subprocess.Popen(
            [QEMU, "-machine", "stm32f407g_disc", "-display", "none", "-serial", "none", "-monitor", "none",
             "-kernel", elf, "-S", "-chardev", f"socket,id=gdb,path={stub},server=on,wait=on",
             "-gdb", "chardev:gdb"] + args, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while not os.path.exists(stub) and machine.poll() is None:
            time.sleep(0.01)
        script = ["set confirm off", "set pagination off", f"file {elf}", f"target remote {stub}"]
        words = [word for line in script + commands for word in ("-ex", line)]
        gdb = subprocess.run(["gdb-multiarch", "-nx", "-batch"] + words, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=100, check=False)
        machine.kill()
        machine.wait()
        return gdb.stdout


def pcs(text):
    return [int(pc, 16) for pc in re.findall(r"^pc +(0x[0-9a-f]+)", text, re.M)]


def stops_behind_store(args):
    """A watchpoint at a register: right behind the instruction that writes it, every time."""
    text = session("blocks", args, ["thbreak many_at_once", "continue", "watch *(unsigned *)0x40020c20"] +
                   ["continue", "info registers pc"] * 6)
    values = re.findall(r"New value = (\d+)", text)
    places = pcs(text)
    return values == ["4369", "0"] * 3 and len(places) == 6 and places == places[:2] * 3


def steps_one_by_one(args):
    """stepi over register accesses in mid-block: an instruction at a time."""
    text = session("blocks", args, ["hbreak base_moves_once", "continue"] + ["info registers pc", "stepi"] * 6)
    sizes = [b - a for a, b in zip(pcs(text), pcs(text)[1:])]
    return len(sizes) == 5 and all(size in (2, 4) for size in sizes)


def time_at(program, function, args):
    text = session(program, ICOUNT + args, [f"hbreak {function}", "continue", "info registers pc",
                                            "monitor qom-get /machine virtual-time",
                                            "monitor qom-get /machine fast-forwarded"])
    return pcs(text) + [int(number) for number in re.findall(r"^(\d+)$", text, re.M)]


def leaps_do_not_show():
    """A breakpoint behind loops that wait: the same place at the same time, by a leap or not."""
    fast = time_at("waiting", "wait_for_wave", [])
    slow = time_at("waiting", "wait_for_wave", ["-machine", "fast-forward=off"])
    return len(fast) == 3 and fast[:2] == slow[:2] and fast[2] > 0 and slow[2] == 0


def stops_in_the_other_page(args):
    """A breakpoint in a loop that has gone round for a while, in a page that is jumped to from another."""
    text = session("pages", args, ["monitor cont", "shell sleep 0.3", "monitor stop", "hbreak fro",
                                   "continue", "info registers r0 r1", "continue", "info registers r0 r1"])
    rounds = [int(n) for n in re.findall(r"^r[01] +\S+ +(\d+)", text, re.M)]
    return len(rounds) == 4 and rounds[0] == rounds[1] + 1 > 1000 and rounds[2:] == [n + 1 for n in rounds[:2]]


def words_of_probes():
    """What IDEs say to gdb servers of debug probes: each resets, and the machine stands at its first instruction."""
    flush = ["maintenance flush register-cache", "info registers pc"]
    words = ["reset", "reset halt", "reset init", "reset run", "system_reset"]
    text = session("blocks", [], ["info registers pc", "monitor halt", "tbreak main", "continue"] +
                   [line for word in words for line in ["monitor " + word, *flush, "tbreak main", "continue"]] +
                   ["info registers pc", "monitor reset her", *flush])
    first, *resets, main, still = pcs(text)
    return (resets == [first] * len(words) and first != main == still and "unknown command" not in text and
            text.count("'her': after a reset") == 1)


def looking_is_no_mistake():
    """Registers of a peripheral without clock, and none at all: the firmware is not blamed, and still is for its own."""
    look = ["x/16wx 0x40023000", "set *(int *)0x40023008 = 1", "x/4wx 0xe000ef00", "x/64wx 0x40023800",
            "monitor x /4xw 0x40023000", "monitor xp /4xw 0x40023000"]
    tell = ["monitor qom-get /machine mistakes"]
    text = session("mistakes", [], ["tbreak main", "continue"] + look + tell + ["tbreak svc_handler", "continue"] + tell)
    looked, ran = text.split("Temporary breakpoint 2, ")
    return '"code"' not in looked and ran.count('"code": "PER001"') == 2 and "Cannot access" not in text


TESTS = [
    ("watchpoint", lambda: stops_behind_store([])),
    ("watchpoint/icount", lambda: stops_behind_store(ICOUNT)),
    ("step", lambda: steps_one_by_one([])),
    ("step/icount", lambda: steps_one_by_one(ICOUNT)),
    ("fast-forward", leaps_do_not_show),
    ("words-of-probes", words_of_probes),
    ("looking", looking_is_no_mistake),
    ("other-page", lambda: stops_in_the_other_page([])),
    ("other-page/icount", lambda: stops_in_the_other_page(ICOUNT)),
]


if __name__ == "__main__":
    tap.run("gdb", TESTS)
