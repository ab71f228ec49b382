# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU that runs the board for exact spans of virtual time, and stands between them.

Time is counted in instructions (-icount shift=3,sleep=off), the machine is stopped at instants of it, and whatever
a test does happens while it stands: so every run of a test is the same.
"""
from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Optional, Union

from .errors import BoardError, FirmwareEnded
from .links import Link
from .mistakes import Mistake, parse
from .qemu import data_options, escaped, find_qemu, readable
from .qmp import Gone, Qemu, lines_of
from .units import Time, say_ns, to_ns

PORTS = ("usart1", "usart2", "usart3", "uart4", "uart5", "usart6")
Option = Union[str, int, bool]
_PATIENCE = 60.0                # seconds of the host in which virtual time has to go on


def absolute(path: Union[str, "os.PathLike[str]"], what: str) -> str:
    """Of a file that can be read."""
    return os.path.abspath(readable(os.fspath(path), what))


def option_text(value: Option) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else escaped(str(value))


class Machine:
    """See Board, which adds what is on it."""

    def __init__(self, elf: Union[str, "os.PathLike[str]", None] = None, *,
                 diagram: Union[str, "os.PathLike[str]", None] = None,
                 machine: Optional[Mapping[str, Option]] = None, args: Sequence[str] = (),
                 links: Iterable[Link] = (), usb: bool = False, swo: bool = False,
                 semihosting: bool = True, qemu: Optional[str] = None) -> None:
        self.elf_path = absolute(elf, "firmware") if elf is not None else None
        self.exit_code: Optional[int] = None
        self._folder = tempfile.mkdtemp(prefix="stm32-", dir=None if len(tempfile.gettempdir()) < 60 else "/tmp")
        weakref.finalize(self, shutil.rmtree, self._folder, True)
        self._now = 0
        self._halted = False            # by a breakpoint
        self._mistakes: list[Mistake] = []
        self._log_read = 0
        self._partners: list[Machine] = []
        self._links = list(links)
        try:
            line = self._line(qemu or find_qemu(), diagram, machine or {})
            line += self._more_lines(usb, swo, semihosting)
            line += [word for link in self._links for word in link.join(self)] + list(args)
            self.qemu = Qemu(line)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    # ---- The command line ----

    def _chardev(self, name: str) -> list[str]:
        path = self.file(f"{name}.log")
        with open(path, "wb"):
            pass
        return ["-chardev", f"stm32-expect,id={name},logfile={escaped(path)}"]

    def _line(self, qemu: str, diagram: Union[str, "os.PathLike[str]", None], machine: Mapping[str, Option]) -> list[str]:
        board = "stm32f407g_disc,with-parent=on" + "".join(f",{name.replace('_', '-')}={option_text(value)}"
                                            for name, value in machine.items())
        if diagram is not None:
            board += ",diagram=" + escaped(absolute(diagram, "diagram"))
        line = [qemu, *data_options(qemu), "-machine", board, "-icount", "shift=3,sleep=off", "-S", "-display", "none",
                "-monitor", "none", "-d", "guest_errors", "-D", self.file("mistakes.log"),
                "-gdb", f"unix:{self.file('gdb')},server=on,wait=off"]
        if self.elf_path:
            line += ["-kernel", self.elf_path]
        for n in range(len(PORTS)):
            line += self._chardev(f"serial{n}") + ["-serial", f"chardev:serial{n}"]
        return line

    def _more_lines(self, usb: bool, swo: bool, semihosting: bool) -> list[str]:
        """Where else text comes from."""
        line: list[str] = []
        self.more_ports: list[str] = []
        for name, wanted, words in (
                ("usb", usb, ["-device", "stm32-usb-host,cdc=usb,id=usb-host"]),
                ("swo", swo, ["-machine", "swo=swo"]),
                ("semihosting", semihosting, ["-semihosting-config", "enable=on,target=native,chardev=semihosting"])):
            if wanted:
                line += self._chardev(name) + words
                self.more_ports.append(name)
        return line

    def file(self, name: str) -> str:
        """A file of this machine, which goes with it."""
        return os.path.join(self._folder, name)

    # ---- Time ----

    @property
    def now(self) -> int:
        """Virtual ns since power-on."""
        return self._now

    @property
    def time(self) -> float:
        """Virtual seconds since power-on."""
        return self._now / 1e9

    @property
    def has_ended(self) -> bool:
        return self.exit_code is not None

    def check_runs(self) -> None:
        if self.exit_code is not None:
            raise FirmwareEnded(f"the firmware has ended with {self.exit_code}", self.exit_code)

    def run(self, duration: Time) -> None:
        """Let virtual time go on for @duration ('20ms', or seconds); shorter only if a breakpoint is met."""
        self.run_until(self._now + to_ns(duration))

    def run_until(self, deadline: int) -> None:
        """Let it go on to the instant @deadline (ns), or to what stops it before; boards it is linked to go with it."""
        self.check_runs()
        self._halted = False
        if deadline <= self._now:
            return
        others = self._group()[1:]
        try:
            for one in others:
                one._go_along(deadline)
            self._begin(deadline)
            self._finish()
        finally:
            for one in others:
                one._join()

    def _group(self) -> list[Machine]:
        """This one first, and all that are linked to it, however far."""
        group: list[Machine] = [self]
        for one in group:
            group += [p for p in one._partners if p not in group and not p.has_ended]
        return group

    def _begin(self, deadline: int) -> None:
        self.qemu.events.clear()
        numbers = [self.qemu.send("qom-set", path="/machine", property="stop-at", value=deadline),
                   self.qemu.send("cont")]
        for number in numbers:
            self._guarded(number)

    def _go_along(self, deadline: int) -> None:
        """As a partner; if its firmware has ended its own test finds out."""
        try:
            self._begin(deadline)
        except FirmwareEnded:
            pass

    def _guarded(self, number: int) -> None:
        try:
            self.qemu.finish(number)
        except Gone:
            self._ended()

    def _finish(self) -> None:
        """Until it stands, however long the host takes, as long as virtual time goes on."""
        before = -1
        while True:
            try:
                self.qemu.wait_event("STOP", patience=_PATIENCE)
                return self._look()
            except TimeoutError:
                now = int(self.qemu.get("/machine", "virtual-time"))
                if now == before:
                    raise BoardError(f"virtual time stands at {say_ns(now)}: QEMU hangs") from None
                before = now
            except Gone:
                self._ended()

    def _join(self) -> None:
        """As a partner: where the other stands is where this one has to, more or less."""
        if self.has_ended:
            return
        try:
            self.qemu.command("stop")
            self._look()
        except Gone:
            try:
                self._ended()
            except FirmwareEnded:
                pass

    def _look(self) -> None:
        status = self.qemu.send("query-status")
        time = self.qemu.send("qom-get", path="/machine", property="virtual-time")
        self._halted = self.qemu.finish(status)["status"] == "debug"
        self._now = int(self.qemu.finish(time))

    def _ended(self) -> None:
        self.exit_code = self.qemu.process.wait()
        said = self.qemu.said()
        how = f"the firmware has ended with {self.exit_code}" if self.exit_code >= 0 else \
            f"QEMU was ended by signal {-self.exit_code}"
        raise FirmwareEnded(how + (f": {said}" if said else "") +
                            (f" (it was at {say_ns(self._now)} before)" if self._now else ""), self.exit_code)

    def wait_exit(self, timeout: Time = 10) -> int:
        """Let it run until the firmware ends itself by semihosting; its exit code."""
        deadline = self._now + to_ns(timeout)
        try:
            while self._now < deadline and not self.has_ended:
                self.run_until(deadline)
        except FirmwareEnded as end:
            return end.code
        if self.exit_code is not None:
            return self.exit_code
        raise AssertionError(f"the firmware has not ended within {say_ns(to_ns(timeout))} of virtual time")

    # ---- Reset ----

    def reset(self) -> None:
        """As by the reset button: what the firmware does then comes with the next run."""
        self.check_runs()
        self.qemu.command("system_reset")

    def power_cycle(self) -> None:
        """Off and on again; flash stays, and what a battery keeps."""
        self.reset()                    # unsure: the machine has one kind of reset from outside

    # ---- Mistakes ----

    def _read_log(self) -> None:
        path = self.file("mistakes.log")
        lines = lines_of(path, self._log_read)
        if lines:
            self._log_read = os.path.getsize(path)
            self._mistakes += [parse(line) for line in lines]

    @property
    def mistakes(self) -> list[Mistake]:
        """What the firmware has done wrong since power-on; notes are not among them."""
        self._read_log()
        return [m for m in self._mistakes if not m.is_note]

    @property
    def notes(self) -> list[Mistake]:
        """What works, though perhaps not as it was meant."""
        self._read_log()
        return [m for m in self._mistakes if m.is_note]

    # ---- The end ----

    def close(self) -> None:
        """End it, and remove its files."""
        for link in self._links:
            link.leave(self)
        self._read_log()
        self.qemu.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self.exit_code is None:
            self.exit_code = 0
