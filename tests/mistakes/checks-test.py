#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What -machine checks= finds in tests/firmware/checked.c: each mistake in its function, nothing in those that are
right, and nothing at all when it is off.  By TAP.
"""
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "kit", "python")]
import tap
from stm32f407g_disc.qmp import Qemu

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.path.abspath(os.environ["STM32_FIRMWARE"])
DONE = "0x600dd00e"

# Code: functions that it is to be found in, or that have called there; None: no instruction does it
EXPECTED = {
    "MEM001": {"recurse", "bad_mem001_task", "bad_mem001_array"}, "MEM002": {"bad_mem002"}, "MEM003": {"bad_mem003"},
    "MEM004": {"bad_mem004"}, "MEM005": {"run"}, "MEM006": {"bad_mem006"}, "MEM007": {None}, "MEM008": {"bad_mem008"},
    "MEM009": {"bad_mem009"}, "MEM011": {None},
    "CONC001": {"bad_conc001", "bad_conc001_bits", "bad_conc001_long"}, "CONC002": {"bad_conc002"},
    "TIME001": {"tim2_handler"}, "TIME002": {None}, "TIME003": {"bad_time003"},
    "RTOS001": {"bad_rtos001"}, "RTOS002": {"bad_rtos002"}, "RTOS003": {"bad_rtos003"},
    "RTOS004": {"bad_rtos004", "bad_rtos004_suspended"}, "RTOS005": {"bad_rtos005"},
}
ALWAYS = {"FLASH022", "TIM013"}
BLOCKS = {"memory": "MEM", "concurrency": "CONC", "time": "TIME", "rtos": "RTOS"}


class Machine(Qemu):
    """Runs a firmware."""

    def __init__(self, checks, elf="checked", more=(), icount=("-icount", "shift=3,sleep=off")):
        super().__init__([QEMU, "-machine", f"stm32f407g_disc,checks={checks}", "-kernel",
                          os.path.join(FIRMWARE, f"{elf}.elf"), *icount, "-display", "none",
                          "-serial", "none", "-monitor", "none", "-S", *more])

    def word(self, address):
        return self.monitor(f"xp /1xw {address:#x}")

    def run(self):
        self.command("cont")
        while DONE not in self.word(0x2001f800):
            pass
        return self

    def stop_at(self, ns):
        self.set("/machine", "stop-at", ns)
        self.command("cont")
        while self.command("query-status")["running"]:
            pass
        return self

    def mistakes(self):
        return self.get("/machine", "mistakes")


def run(checks, elf="checked"):
    machine = Machine(checks, elf).run()
    found = machine.mistakes()
    machine.close()
    return found


def functions(mistake):
    return [frame.get("function") for frame in mistake.get("stack", [])]


def good(condition, *seen):
    if not condition:
        print("#", *[repr(item) for item in seen])
    return condition


def finds(found, code):
    """Each of its functions once, and none that is right."""
    mine = [functions(m) for m in found if m["code"] == code]
    wanted = EXPECTED[code]
    named = {name for stack in mine for name in stack if name in wanted} if wanted != {None} else {None}
    return good(mine and named == wanted and len(mine) == len(wanted), mine)


def nothing_right(found):
    wrong = [m for m in found if any((name or "").startswith("good_") for name in functions(m)) or
             m["code"] not in EXPECTED.keys() | ALWAYS]
    return good(not wrong, wrong)


def ticks_alone(found):
    """SysTick that good_kick() has pended itself is no tick; those of bad_time003() come after 1 ms, and it is named."""
    found = [(m["text"], m["count"]) for m in found if m["code"] == "TIME002"]
    return good(len(found) == 1 and "for 1.000 ms, as interrupts are off since" in found[0][0] and "<bad_time003" in found[0][0]
                and found[0][1] <= 3, found)


def nothing_when_off():
    codes = {m["code"] for m in run("off")}
    return good(codes == ALWAYS, codes)


def one_alone(name):
    codes = {m["code"] for m in run(name)} - ALWAYS
    return good(codes == {code for code in EXPECTED if code.startswith(BLOCKS[name])}, codes)


def in_the_hosts_time():
    """There 3 ms with interrupts off may be the host's doing, unless somebody has chosen a bound."""
    def codes(options):
        machine = Machine(f"time{options}", icount=()).run()
        found = {m["code"] for m in machine.mistakes()}
        machine.close()
        return found
    return good("TIME003" in codes(",interrupts-off=1ms") and any(not codes("") & {"TIME002", "TIME003"} for _ in range(3)))


def same_trace():
    """The machine does not notice: memory and time at the end are what they are without."""
    def last(checks):
        machine = Machine(checks, "demo").stop_at(300_000_000)
        seen = machine.monitor("info registers"), machine.word(0x20000000), machine.get("/machine", "virtual-time")
        machine.close()
        return seen
    return good(last("all") == last("off"))


def snapshot():
    """In the middle of it: what comes later is found, and memory counts as written."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "state")
        first = Machine("all").stop_at(3_000_000)
        before = {m["code"] for m in first.mistakes()}
        first.command("migrate", uri=f"file:{path}")
        while first.command("query-migrate")["status"] != "completed":
            pass
        first.close()
        second = Machine("all", more=("-incoming", f"file:{path}"))
        while second.command("query-status")["status"] == "inmigrate":
            pass
        after = {m["code"] for m in second.run().mistakes()}
        second.close()
    return good("MEM002" in before and "MEM002" not in after and "RTOS003" not in before and "RTOS003" in after, before, after)


def kernel(name):
    """Whose threads' stacks are known by the debug information; dwarf2: as Keil and IAR write that."""
    found = [m for m in run("memory", f"threads_{name}") if m["code"].startswith("MEM")]
    return good([m["code"] for m in found] == ["MEM001"] and 'the thread "LED"' in found[0]["text"] and
                {"deep", "bad_mem001"} & set(functions(found[0])), found)


def armcc():
    """As if it were by that compiler, which may call functions of the same file so."""
    with open(os.path.join(FIRMWARE, "checked.elf"), "rb") as file:
        data = file.read()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "armcc.elf"), "wb") as file:
            file.write(data.replace(b"GNU C", b"ArmCC"))
        machine = Machine("memory", os.path.join(folder, "armcc")).run()
        codes = {m["code"] for m in machine.mistakes()}
        machine.close()
    return good(b"GNU C" in data and "MEM008" in codes and "MEM009" not in codes, codes)


def longest(bound, elf="checked"):
    """The bound for interrupts that are off; those of good_masked() are 3 ms, with nobody waiting."""
    machine = Machine(f"time,interrupts-off={bound}", elf).run()
    found = [m for m in machine.mistakes() if m["code"] == "TIME003"]
    machine.close()
    return {name for m in found for name in functions(m) if name in ("good_masked", "bad_time003")}


def bounds():
    seen = longest("3200us"), longest("2900us"), longest("5ms")
    return good(seen == ({"bad_time003"}, {"bad_time003", "good_masked"}, set()), seen)


def read_once():
    """With no check on: what fast-forward sees."""
    machine = Machine("off", "read_once").run()
    found = [(m["code"], functions(m)[0], m["text"]) for m in machine.mistakes()]
    machine.close()
    wanted = [("bad_empty", "flag"), ("bad_tested", "flag"), ("bad_member", "receiver"), ("bad_byte", "receiver"),
              ("bad_main_loop", "flag"), ("bad_delay", "delay"), ("bad_returned", "flag")]
    seen = [(name, text.split("`")[1]) for code, name, text in found if code == "CONC003"]
    return good(seen == wanted and len(found) == len(seen), found)


def stuck_in_real_time():
    """There the core is asked where it is, once a second."""
    machine = Machine("off", "stuck", icount=())
    machine.command("cont")
    end = time.monotonic() + 60
    while not machine.mistakes() and time.monotonic() < end:
        time.sleep(0.05)
    found = [(m["code"], functions(m)[0]) for m in machine.mistakes()]
    machine.close()
    return good(found == [("CONC003", "main")], found)


def refused(option):
    result = subprocess.run([QEMU, "-machine", f"stm32f407g_disc,checks={option}", "-display", "none"], text=True,
                            capture_output=True, check=False, timeout=60)
    return good(result.returncode == 1 and f"checks={option}: '" in result.stderr and "memory, time" in result.stderr,
                result.stderr)



everything = run("all")
tap.run("checks", [
    *[(code, lambda code=code: finds(everything, code)) for code in EXPECTED],
    ("nothing-right", lambda: nothing_right(everything)),
    ("ticks-alone", lambda: ticks_alone(everything)),
    ("nothing-when-off", nothing_when_off),
    *[(name + "-alone", lambda name=name: one_alone(name)) for name in BLOCKS],
    ("in-the-hosts-time", in_the_hosts_time),
    ("same-trace", same_trace),
    ("snapshot", snapshot),
    ("read-once", read_once),
    ("stuck-in-real-time", stuck_in_real_time),
    ("refused", lambda: refused("memory:speed")),
    ("bounds", bounds),
    ("armcc", armcc),
    *[(name, lambda name=name: kernel(name)) for name in ("chibios", "rtthread", "zephyr", "dwarf2")],
])
