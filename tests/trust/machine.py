# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that runs a program of programs.py in exact time, is told what somebody does to it, is saved and loaded."""
import os
import re
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "kit", "python")]
from programs import MS, SNAPSHOT_CONTENT
from stm32f407g_disc.qmp import Qemu
from stm32f407g_disc.qmp import QmpError  # noqa: F401
import look

QEMU = os.environ.get("QTEST_QEMU_BINARY", os.path.join(ROOT, "build", "qemu", "qemu-system-arm"))
FIRMWARE = os.environ.get("STM32_FIRMWARE", os.path.join(ROOT, "build", "firmware"))
PORTS = 6
CARD_SIZE = 1 << 20
# What the analyser looks at: lines of serial ports and buses, LEDs, PWM.
PINS = ("pa2 pa3 pa4 pa5 pa6 pa7 pa9 pa10 pb3 pb4 pb5 pb6 pb9 pb10 pb11 pb12 pb13 pb14 pb15 pc6 pc7 pc10 pc11 pc12 pd0 pd1 "
        "pd5 pd12 pd13 pd14 pd15 pe0 pe2 pe3 pe4").split()
# How a run is watched: each has its own way through the models.
WATCHES = ("quiet", "traced", "analysed")


class Machine:
    """Paused at its start, or where the snapshot @load was taken."""

    properties = {}             # of a program's machine: what there is to be looked at

    def __init__(self, program, folder, watch="quiet", load=None):
        self.program, self.folder, self.watch = program, folder, watch
        os.makedirs(folder, exist_ok=True)
        line = [QEMU, "-machine", "stm32f407g_disc,motion=" + self._motion(), "-icount", "shift=3,sleep=off", "-S",
                "-seed", "7", "-display", "none", "-monitor", "none", "-kernel",
                os.path.join(FIRMWARE, program.name + ".elf"), "-D", self.file("log"), "-d",
                "guest_errors" + (",trace:periph_*,trace:pin_changed" if watch == "traced" else ""), *program.args]
        for n in range(PORTS):
            line += ["-serial", "file:" + self.file(f"serial{n}")]
        if watch == "analysed":
            line += ["-device", f"stm32-logic,id=logic,pins={':'.join(PINS)},file={self.file('vcd')}"]
        if program.drive:
            line += ["-drive", f"if={program.drive},format=raw,file={self._image(load)}"]
        self.qemu = Qemu(line + (["-incoming", "file:" + load] if load else []))
        while load and self.qemu.command("query-status")["status"] == "inmigrate":
            time.sleep(0.002)
        self.now = self.begun = self.qemu.get("/machine", "virtual-time")
        self.log_read = os.path.getsize(self.file("log"))

    def file(self, name):
        return os.path.join(self.folder, name)

    def _motion(self):
        """The board is tilted, and again each second."""
        with open(self.file("motion"), "w", encoding="ascii") as file:
            file.write("0 0 0 1000\n50 400 0 900\n100 0 -400 900\n150 20 30 980\n")
        return self.file("motion")

    def _image(self, load):
        with open(self.file("image"), "wb") as image:
            if load:
                with open(load + ".image", "rb") as saved:
                    image.write(saved.read())
            else:
                image.write(SNAPSHOT_CONTENT * (CARD_SIZE // len(SNAPSHOT_CONTENT)))
        return self.file("image")

    def run_until(self, ns):
        """And do what somebody does meanwhile."""
        for ms, path, name, value in self.program.inputs:
            if self.now <= ms * MS < ns:
                self._go_to(ms * MS)
                self.qemu.set(path, name, value)
        self._go_to(ns)

    def _go_to(self, ns):
        if ns <= self.now:
            return
        self.qemu.events.clear()
        self.qemu.set("/machine", "stop-at", ns)
        self.qemu.command("cont")
        self.qemu.wait_event("STOP")
        self.now = self.qemu.get("/machine", "virtual-time")

    def look(self):
        if self.program.name not in Machine.properties:
            Machine.properties[self.program.name] = look.readable(self.qemu, look.properties_of(self.qemu))
        return look.look(self.qemu, Machine.properties[self.program.name], self.folder)

    def save(self, file):
        self.qemu.events.clear()
        self.qemu.command("migrate", uri="file:" + file)
        while self.qemu.command("query-migrate").get("status") not in ("completed", "failed"):
            time.sleep(0.001)
        if self.program.drive:
            with open(self.file("image"), "rb") as image, open(file + ".image", "wb") as copy:
                copy.write(image.read())

    def said(self):
        """What each serial port has sent since the begin."""
        texts = []
        for n in range(PORTS):
            with open(self.file(f"serial{n}"), "rb") as file:
                texts.append(file.read())
        return texts

    def trace(self):
        """What was logged since the last time, or the begin."""
        with open(self.file("log"), "rb") as file:
            file.seek(self.log_read)
            text = file.read()
        self.log_read += len(text)
        return text

    def edges(self):
        """(ns, name, level) of all that the analyser has seen; it is off from then on."""
        if self.watch != "analysed":
            return []
        self.qemu.set("/machine/peripheral/logic", "on", False)
        with open(self.file("vcd"), encoding="ascii") as file:
            return parse_vcd(file.read())

    def close(self):
        self.qemu.close()


def traced(log):
    """Accesses and pins.  Mistakes are not: a process tells each place once."""
    return b"\n".join(line for line in log.split(b"\n") if line.startswith((b"periph_", b"pin_changed")))


def parse_vcd(text):
    names = dict(re.findall(r"\$var \S+ \d+ (\S+) (\S+) \$end", text))
    now, edges = 0, []
    for line in text[text.index("$enddefinitions"):].splitlines()[1:]:
        if line.startswith("#"):
            now = int(line[1:])
        elif line and line[0] in "01xz" and line[1:] in names:
            edges.append((now, names[line[1:]], line[0]))
    return sorted(edges, key=lambda edge: edge[:2])         # of one instant they come in any order
