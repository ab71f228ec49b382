# SPDX-License-Identifier: GPL-2.0-or-later
"""The board for Robot Framework: what Board does, as keywords.

    *** Settings ***
    Library         stm32f407g_disc.robot.BoardLibrary

    *** Test Cases ***
    Button Is Counted
        Start Board           build/app.elf    diagram=diagram.json
        Expect Serial         ready
        Press Button          btn1    50ms
        Variable Should Be    presses    1
        No Mistakes

Times are virtual.  A board ends with its test.  Nothing of Robot Framework is needed to import this.
"""
from __future__ import annotations

import re
import shlex
from typing import Any, Optional, Union

from .board import Board
from .errors import BoardError
from .snapshots import Snapshot

Number = Union[int, str]


def _number(value: Any) -> int:
    return int(value, 0) if isinstance(value, str) else int(value)


def _level(value: Any) -> bool:
    if str(value).lower() not in ("0", "1", "low", "high", "true", "false"):
        raise BoardError(f"'{value}' is no level: it is 0 or 1, low or high")
    return str(value).lower() in ("1", "high", "true")


class BoardLibrary:
    """Keywords; the text of each says what it does."""

    ROBOT_LIBRARY_SCOPE = "TEST"
    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LIBRARY_VERSION = "0.1"

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._board: Optional[Board] = None
        self._snapshots: dict[str, Snapshot] = {}

    def _end_test(self, data: Any, result: Any) -> None:
        """Called by Robot Framework (a listener, no keyword): what the board said last goes into a failure's message."""
        if self._board is None:
            return
        if not result.passed:
            result.message += "\n\n" + self._board.describe()
        self._board.close()
        self._board = None

    @property
    def _it(self) -> Board:
        if self._board is None:
            raise BoardError("there is no board yet: Start Board    build/app.elf")
        return self._board

    def start_board(self, elf: str, diagram: Optional[str] = None, args: str = "", **machine: str) -> None:
        """A board with this firmware, at power-on.  `args` are further options of QEMU, others those of the machine."""
        if self._board is not None:
            self._board.close()
        self._snapshots = {}
        self._board = Board(elf, diagram=diagram, args=shlex.split(args), machine=machine)

    # ---- Serial, time ----

    def expect_serial(self, text: str, timeout: str = "10s", port: Optional[str] = None) -> None:
        """Run until the firmware has said this."""
        (self._it.port(port) if port else self._it.serial).expect(text, timeout)

    def expect_serial_regexp(self, pattern: str, timeout: str = "10s", port: Optional[str] = None) -> list[str]:
        """Run until it has said what this expression matches; its groups."""
        match = (self._it.port(port) if port else self._it.serial).expect(re.compile(pattern), timeout)
        return [] if isinstance(match, str) else [group.decode("utf-8", "replace") for group in match.groups(b"")]

    def write_serial(self, text: str, port: Optional[str] = None) -> None:
        (self._it.port(port) if port else self._it.serial).write(text)

    def serial_should_not_contain(self, text: str) -> None:
        if text in self._it.serial.text:
            raise AssertionError(f"the firmware has said '{text}'")

    def run_for(self, duration: str) -> None:
        """Let virtual time go on: 20ms, 1.5s."""
        self._it.run(duration)

    def virtual_time(self) -> float:
        """Seconds since power-on."""
        return self._it.time

    def exit_code_should_be(self, code: Number, timeout: str = "10s") -> None:
        """Run until the firmware ends itself by semihosting."""
        seen = self._it.wait_exit(timeout)
        if seen != _number(code):
            raise AssertionError(f"the exit code is {seen}, not {code}")

    # ---- Parts and pins ----

    def press_button(self, button: str = "button-user", duration: Optional[str] = None) -> None:
        self._it.press(button, duration)

    def release_button(self, button: str = "button-user") -> None:
        self._it.release(button)

    def set_control(self, part: str, control: str, value: Any) -> None:
        self._it.set(part, control, value)

    def control_should_be(self, part: str, control: str, value: Any) -> None:
        seen = self._it.get(part, control)
        if str(seen).lower() != str(value).lower():
            raise AssertionError(f"{part}.{control} is {seen}, not {value}")

    def drive_pin(self, pin: str, level: Any) -> None:
        self._it.pin(pin).drive(_level(level))

    def release_pin(self, pin: str) -> None:
        self._it.pin(pin).release()

    def set_voltage(self, pin: str, volts: Any) -> None:
        self._it.pin(pin).voltage = float(volts)

    def pin_should_be(self, pin: str, level: Any) -> None:
        if self._it.pin(pin).level != _level(level):
            raise AssertionError(f"{pin} is {int(not _level(level))}")

    def wait_for_pin(self, pin: str, what: str, timeout: str = "10s") -> None:
        """A level, or rising, falling, edge."""
        self._it.pin(pin).wait(what if what in ("rising", "falling", "edge") else _level(what), timeout)

    def pin_frequency_should_be(self, pin: str, hertz: Any, tolerance: Any = 0.01, duration: str = "100ms") -> None:
        """As measured; the tolerance is a part of it."""
        seen = self._it.pin(pin).measure(duration).frequency
        if abs(seen - float(hertz)) > float(hertz) * float(tolerance):
            raise AssertionError(f"{pin} has {seen:g} Hz, not {hertz}")

    # ---- Inside ----

    def variable_should_be(self, name: str, value: Number, signed: bool = False) -> None:
        seen = self._it.read_int(name, signed=bool(signed))
        if seen != _number(value):
            raise AssertionError(f"{name} is {seen}, not {value}")

    def set_variable_to(self, name: str, value: Number) -> None:
        self._it.write_int(name, _number(value))

    def call_function(self, name: str, *arguments: Number) -> int:
        return self._it.call(name, *(_number(argument) for argument in arguments))

    def run_to(self, function: str, timeout: str = "10s") -> None:
        self._it.run_to(function, timeout)

    def wait_for_interrupt(self, interrupt: str, timeout: str = "10s") -> None:
        self._it.wait_interrupt(interrupt, timeout)

    def no_mistakes(self) -> None:
        """Fails if the machine has reported something that the firmware does wrong."""
        mistakes = self._it.mistakes
        if mistakes:
            raise AssertionError("\n".join(str(mistake) for mistake in mistakes))

    # ---- Snapshots ----

    def take_snapshot(self, name: str = "snapshot") -> None:
        self._snapshots[name] = self._it.snapshot()

    def restore_snapshot(self, name: str = "snapshot") -> None:
        if name not in self._snapshots:
            raise BoardError(f"there is no snapshot '{name}': Take Snapshot    {name}")
        self._it.restore(self._snapshots[name])
