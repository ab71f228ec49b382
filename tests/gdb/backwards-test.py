#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb goes backwards (backwards=on), by TAP: what it finds there is what there was, to the last register, and going on from
there all comes again.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "trust"), os.path.join(ROOT, "kit", "python")]
import look
import tap
from stm32f407g_disc.gdb import Gdb
from stm32f407g_disc.qmp import Qemu

QEMU = os.environ.get("QTEST_QEMU_BINARY", os.path.join(ROOT, "build", "qemu", "qemu-system-arm"))
FIRMWARE = os.environ.get("STM32_FIRMWARE", os.path.join(ROOT, "build", "firmware"))
MS = 10**6


class Board:
    """A machine that goes backwards, what gdb and QMP say to it, and a terminal at its console."""

    def __init__(self, folder, program="stray", args=()):
        self.folder, self.elf = folder, os.path.join(FIRMWARE, program + ".elf")
        self.stub, self.line = os.path.join(folder, "gdb"), os.path.join(folder, "line")
        for path in (self.stub, self.line):
            if os.path.exists(path):
                os.unlink(path)
        self.qemu = Qemu([QEMU, "-machine", "stm32f407g_disc,backwards=on", "-icount", "shift=3,sleep=off", "-S", "-display",
                          "none", "-monitor", "none", "-kernel", self.elf, "-chardev",
                          f"socket,id=line,path={self.line},server=on,wait=off", "-serial", "chardev:line", "-gdb",
                          f"unix:{self.stub},server=on,wait=off", *args])
        self.terminal = socket.socket(socket.AF_UNIX)
        self.terminal.connect(self.line)
        self.properties = None

    def attach(self):
        self.gdb = Gdb(self.stub)
        return self.gdb

    def ask(self, packet):
        """The stop reply to `c`, `s`, `bc`, `bs`."""
        return self.gdb._ask(packet)

    def go_on(self):
        """As gdb does: over the breakpoint where it is, then to the next."""
        self.ask("s")
        return self.ask("c")

    def now(self):
        return self.qemu.get("/machine", "virtual-time")

    def run_to(self, ns):
        """By QMP, without gdb."""
        self.qemu.events.clear()
        self.qemu.set("/machine", "stop-at", ns)
        self.qemu.command("cont")
        while self.now() < ns:
            self.qemu.wait_event("STOP")

    def registers(self):
        return self.qemu.monitor("info registers")

    def seen(self):
        """All there is to be seen."""
        if self.properties is None:
            self.properties = look.readable(self.qemu, look.properties_of(self.qemu))
        return look.look(self.qemu, self.properties, self.folder)

    def heard(self, seconds=0.3):
        """What the terminal has got."""
        self.terminal.settimeout(seconds)
        text = b""
        try:
            while piece := self.terminal.recv(4096):
                text += piece
        except socket.timeout:
            pass
        return text

    def hear_letter(self):
        self.terminal.settimeout(100)
        return self.terminal.recv(1)

    def close(self):
        self.terminal.close()
        self.qemu.close()


def symbol(elf, name):
    text = subprocess.run(["arm-none-eabi-nm", elf], stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(re.search(rf"^(\w+) \w {name}$", text, re.M)[1], 16)


def in_folder(test, *arguments):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            return test(folder, *arguments)
    return run


def same(what, one, other):
    lines = look.differences(*({"": text} if isinstance(text, str) else text for text in (one, other))) \
        if isinstance(one, (dict, str)) else [] if one == other else [f"{one} | {other}"[:300]]
    for line in lines:
        print(f"# {what}: {line}")
    return not lines


# ---- The real gdb ----

def stray(folder):
    """The bug of tests/firmware/stray.c: from the complaint to the store that was wrong, and on to the beginning."""
    board = Board(folder)
    script = ["set pagination off", f"target remote {board.stub}", "break complain", "continue", "print ticks",
              "watch store.limit", "reverse-continue", "print ticks", "bt 1", "delete 2", "reverse-next", "print $pc",
              "reverse-continue", "continue", "print ticks", "print store.limit"]
    done = subprocess.run(["gdb-multiarch", "-q", "-nx", "-batch", *[word for line in script for word in ("-ex", line)],
                           board.elf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False)
    board.close()
    for pattern in (r"\$1 = 46\n", r"Old value = 30\nNew value = 1000\n", r"\$2 = 30\n", r"#0 .*systick_handler",
                    r"No more reverse-execution history", r"\$4 = 46\n\$5 = 30\n"):
        if not re.search(pattern, done.stdout):
            print("# not there: " + pattern + "\n# " + done.stdout.replace("\n", "\n# "))
            return False
    return True


# ---- Every instant is what it was ----

def steps(folder):
    """Through an interrupt, the sleep before it, and back, an instruction at a time."""
    board = Board(folder)
    board.attach()
    board.run_to(29_960_000)
    was = []
    for _ in range(90):
        was.append((board.now(), board.registers()))
        board.ask("s")
    last, end = board.registers(), board.now()
    good, visited = True, 0
    while good and was:
        board.ask("bs")
        place = board.now(), board.registers()
        if place[0] < 29_960_000:       # it slept when it was stopped first
            break
        # Of an exception that is being entered, and of a sleep, there is one instant on the way back
        skipped = [was.pop() for _ in range(4) if was and was[-1] != place]
        good = same("back", place, was.pop() if was else skipped)
        visited += 1
    good = good and same("instants", True, visited > 75)
    while board.now() < end:
        board.ask("s")
    good = good and same("forward again", last, board.registers())
    board.close()
    return good


def breakpoints(folder, program, name, args=(), press=False):
    """All that could be seen at each of many breakpoints is the same when the machine comes back there, and again."""
    board = Board(folder, program, args)
    board.attach()
    board.gdb.set_breakpoint(symbol(board.elf, name))
    was = []
    for n in range(12):
        board.go_on()
        was.append((board.now(), board.seen()))
        if press and n % 4 == 2:
            board.qemu.set("/machine/button-user", "pressed", n % 8 == 2)
            was.pop()
        board.terminal.sendall(b"x%d" % n)
    good = True
    for ns, seen in reversed(was[:-1]):
        while board.now() > ns and good:
            good = board.ask("bc").startswith("T05")
        good = good and same(f"back at {ns} ns", ns, board.now()) and same(f"back at {ns} ns", seen, board.seen())
    for ns, seen in was[1:]:
        while board.now() < ns and good:
            good = board.go_on().startswith("T05")
        good = good and same(f"again at {ns} ns", ns, board.now()) and same(f"again at {ns} ns", seen, board.seen())
    board.close()
    return good


def typed(folder):
    """What was typed comes again at the same instant, and what was said is not said twice; in the past nobody is heard."""
    board = Board(folder)
    board.qemu.command("cont")
    said = b""
    for letter in b"spring":
        board.terminal.sendall(bytes([letter]))
        said += board.hear_letter()
    board.attach()
    board.run_to(board.now() + 333333)  # where gdb has stopped it a timer may be due
    end, seen, letters = board.now(), board.seen(), symbol(board.elf, "letters")
    good = same("echo", b"tqsjoh", said)
    board.gdb.set_watchpoint(letters, 4, "write")
    places = []
    for _ in range(6):
        good = good and "watch" in board.ask("bc")
        places.append(board.gdb.read(letters, 1)[0])
    good = good and same("letters before each", [5, 4, 3, 2, 1, 0], places)
    board.terminal.sendall(b"!")        # not now
    board.gdb.clear_watchpoint(letters, 4, "write")
    board.run_to(end)
    good = good and same("at the end again", seen, board.seen()) and same("said twice", b"", board.heard())
    board.run_to(end + 20 * MS)         # but then
    good = good and same("after it", b'"', board.hear_letter()) and same("heard", 7, board.gdb.read(letters, 1)[0])
    board.close()
    return good


def another_future(folder):
    """What gdb writes in the past stays written; what was to come then is another thing."""
    board = Board(folder)
    board.attach()
    handler, ticks = symbol(board.elf, "systick_handler"), symbol(board.elf, "ticks")
    board.gdb.set_breakpoint(symbol(board.elf, "complain"))
    board.ask("c")
    board.gdb.set_breakpoint(handler)
    for _ in range(20):
        board.ask("bc")
    before = board.gdb.read(ticks, 1)[0]
    board.gdb.write(ticks, bytes([100]))    # the thirtieth sample has been, so none is too many
    board.gdb.clear_breakpoint(handler)
    board.run_to(board.now() + 200 * MS)
    good = same("ticks", True, before < 30) and same("limit", 1000, int.from_bytes(
        board.gdb.read(symbol(board.elf, "store") + 32, 4), "little"))
    board.gdb.set_breakpoint(handler)
    seen = []
    while not seen or seen[-1] > 100:
        board.ask("bc")
        seen.append(int.from_bytes(board.gdb.read(ticks, 2), "little"))
    good = good and same("ticks, back to where it was written", [100], seen[-1:]) and same("number of ticks", True, len(seen) > 150)
    board.close()
    return good


def reset(folder):
    """A reset from outside comes again, too."""
    board = Board(folder)
    board.attach()
    board.run_to(20 * MS)
    board.qemu.command("system_reset")
    board.run_to(35 * MS)
    seen, ticks = board.seen(), symbol(board.elf, "ticks")
    board.gdb.set_breakpoint(symbol(board.elf, "systick_handler"))
    counts = []
    while board.now() > 18 * MS:
        board.ask("bc")
        counts.append(board.gdb.read(ticks, 1)[0])
    board.gdb.clear_breakpoint(symbol(board.elf, "systick_handler"))
    board.run_to(35 * MS)
    good = same("ticks", (13, 0, 17), (counts[0], min(counts), counts[-2])) and same("at the end again", seen, board.seen())
    board.close()
    return good


# ---- What does not go ----

def refused(_folder):
    good = True
    for more, text in ((["-icount", "shift=3"], "takes -icount shift=3,sleep=off"),
                       (["-icount", "shift=3,sleep=off", "-machine", "page=0"], "does not go with page="),
                       (["-icount", "shift=3,sleep=off", "-nic", "user"], "does not go with -nic"),
                       (["-icount", "shift=3,sleep=off", "-device", "stm32-usb-host,cdc=x", "-chardev", "null,id=x"],
                        "does not go with -device stm32-usb-host")):
        done = subprocess.run([QEMU, "-machine", "stm32f407g_disc,backwards=on", "-kernel", os.path.join(FIRMWARE, "stray.elf"),
                               "-display", "none", "-monitor", "none", "-serial", "null", *more], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        good = good and same("refused", (1, True, 1), (done.returncode, text in done.stdout, done.stdout.count("\n")))
    return good


ALL = [
    ("stray", in_folder(stray)),
    ("steps", in_folder(steps)),
    ("breakpoints/stray", in_folder(breakpoints, "stray", "systick_handler", (), True)),
    ("breakpoints/can", in_folder(breakpoints, "can", "can1_rx0_handler", ("-object", "can-bus,id=b", "-machine",
                                                                           "canbus1=b,canbus2=b"))),
    ("breakpoints/tilt", in_folder(breakpoints, "tilt", "exti0_handler")),
    ("typed", in_folder(typed)),
    ("another-future", in_folder(another_future)),
    ("reset", in_folder(reset)),
    ("refused", in_folder(refused)),
]
tap.run("arm/backwards", [one for one in ALL if not sys.argv[1:] or one[0] in sys.argv[1:]])
