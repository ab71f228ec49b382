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

Times are virtual: 20ms, 1.5 s, or ${0.5}, in seconds.  A board ends with its test, one of a Suite Setup with its suite,
whose tests then find it as the one before has left it.  Nothing of Robot Framework is needed to import this.
"""
from __future__ import annotations

import re
import shlex
from typing import Any, Optional, Union

from .board import Board
from .errors import BoardError
from .snapshots import Snapshot
from .units import Time

Number = Union[int, str]


def _number(value: Any) -> int:
    return int(value, 0) if isinstance(value, str) else int(value)


def _level(value: Any) -> bool:
    if str(value).lower() not in ("0", "1", "low", "high", "true", "false"):
        raise BoardError(f"'{value}' is no level: it is 0 or 1, low or high")
    return str(value).lower() in ("1", "high", "true")


class BoardLibrary:
    """The STM32F407G-DISC1 board, emulated: firmware, and what is wired to it, as keywords.

    Times are virtual: ``20ms``, ``1.5 s``, or ``${0.5}``, in seconds.  A board ends with its test, one of a Suite Setup with
    its suite.  What it has said last goes into the message of a test that fails.
    """

    ROBOT_LIBRARY_SCOPE = "SUITE"
    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LIBRARY_VERSION = "0.1"

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._board: Optional[Board] = None
        self._in_test = self._of_test = False       # now; the board has been started so
        self._snapshots: dict[str, Snapshot] = {}

    # Called by Robot Framework (a listener's, no keywords)

    def _start_test(self, data: Any, result: Any) -> None:
        self._in_test = True

    def _end_test(self, data: Any, result: Any) -> None:
        """What the board said last goes into a failure's message."""
        self._in_test = False
        if self._board is not None and not result.passed:
            result.message += "\n\n" + self._board.describe()
        if self._of_test:
            self._close()

    def _end_suite(self, data: Any, result: Any) -> None:
        self._close()

    def _close(self) -> None:
        if self._board is not None:
            self._board.close()
        self._board = None
        self._snapshots = {}

    @property
    def _it(self) -> Board:
        if self._board is None:
            raise BoardError("there is no board yet: Start Board    build/app.elf")
        return self._board

    def start_board(self, elf: str, diagram: Optional[str] = None, args: str = "", **machine: str) -> None:
        """A board with this firmware, at power-on.  `args` are further options of QEMU, others those of the machine."""
        self._close()
        self._of_test = self._in_test
        self._board = Board(elf, diagram=diagram, args=shlex.split(args), machine=machine)

    # ---- Serial, time ----

    def expect_serial(self, text: str, timeout: Time = "10s", port: Optional[str] = None) -> None:
        """Run until the firmware has said this."""
        (self._it.port(port) if port else self._it.serial).expect(text, timeout)

    def expect_serial_regexp(self, pattern: str, timeout: Time = "10s", port: Optional[str] = None) -> list[str]:
        """Run until it has said what this expression matches; its groups."""
        match = (self._it.port(port) if port else self._it.serial).expect(re.compile(pattern), timeout)
        return [] if isinstance(match, str) else [group.decode("utf-8", "replace") for group in match.groups(b"")]

    def write_serial(self, text: str, port: Optional[str] = None) -> None:
        """Send this to the firmware, without waiting for anything."""
        (self._it.port(port) if port else self._it.serial).write(text)

    def serial_should_not_contain(self, text: str) -> None:
        """Since power-on, at the virtual COM port."""
        if text in self._it.serial.text:
            raise AssertionError(f"the firmware has said '{text}'")

    def run_for(self, duration: Time) -> None:
        """Let virtual time go on."""
        self._it.run(duration)

    def virtual_time(self) -> float:
        """Seconds since power-on."""
        return self._it.time

    def exit_code_should_be(self, code: Number, timeout: Time = "10s") -> None:
        """Run until the firmware ends itself by semihosting."""
        seen = self._it.wait_exit(timeout)
        if seen != _number(code):
            raise AssertionError(f"the exit code is {seen}, not {code}")

    # ---- Parts and pins ----

    def press_button(self, button: str = "button-user", duration: Optional[Time] = None) -> None:
        """Of the diagram, or the blue one of the board; with a duration the board runs, and it is let go."""
        self._it.press(button, duration)

    def release_button(self, button: str = "button-user") -> None:
        """Let it go."""
        self._it.release(button)

    def set_control(self, part: str, control: str, value: Any) -> None:
        """What a person does to a part: pot1, value, 512."""
        self._it.set(part, control, value)

    def read_control(self, part: str, control: str) -> Any:
        """What a part has or shows: lcd, text."""
        return self._it.get(part, control)

    def control_should_be(self, part: str, control: str, value: Any) -> None:
        """What a part has or shows; a truth is 0 or 1, false or true."""
        seen, (_, wanted) = self._it.get(part, control), self._it.check_control(part, control, value)
        if seen != wanted:
            raise AssertionError(f"{part}.{control} is {seen}, not {wanted}")

    def drive_pin(self, pin: str, level: Any) -> None:
        """From outside, until Release Pin.  Pins are the chip's, PA5, or legs of parts, led1:A."""
        self._it.pin(pin).drive(_level(level))

    def release_pin(self, pin: str) -> None:
        """Nothing outside drives it any more."""
        self._it.pin(pin).release()

    def set_voltage(self, pin: str, volts: Any) -> None:
        """From outside."""
        self._it.pin(pin).voltage = float(volts)

    def pin_should_be(self, pin: str, level: Any) -> None:
        """Its level: 0 or 1, low or high."""
        if self._it.pin(pin).level != _level(level):
            raise AssertionError(f"{pin} is {int(not _level(level))}")

    def wait_for_pin(self, pin: str, what: str, timeout: Time = "10s") -> None:
        """A level, or rising, falling, edge."""
        self._it.pin(pin).wait(what if what in ("rising", "falling", "edge") else _level(what), timeout)

    def pin_frequency_should_be(self, pin: str, hertz: Any, tolerance: Any = 0.01, duration: Time = "100ms") -> None:
        """As measured; the tolerance is a part of it."""
        seen = self._it.pin(pin).measure(duration).frequency
        if abs(seen - float(hertz)) > float(hertz) * float(tolerance):
            raise AssertionError(f"{pin} has {seen:g} Hz, not {hertz}")

    # ---- Inside ----

    def read_variable(self, name: str, signed: bool = False) -> int:
        """A number in memory, by the name of a global variable."""
        return self._it.read_int(name, signed=bool(signed))

    def variable_should_be(self, name: str, value: Number, signed: bool = False) -> None:
        """A number in memory, by the name of a global variable."""
        seen = self._it.read_int(name, signed=bool(signed))
        if seen != _number(value):
            raise AssertionError(f"{name} is {seen}, not {value}")

    def set_variable_to(self, name: str, value: Number) -> None:
        """Write memory."""
        self._it.write_int(name, _number(value))

    def call_function(self, name: str, *arguments: Number) -> int:
        """Of the firmware, with numbers or addresses; what it returns."""
        return self._it.call(name, *(_number(argument) for argument in arguments))

    def run_to(self, function: str, timeout: Time = "10s") -> None:
        """Run until this function begins."""
        self._it.run_to(function, timeout)

    def wait_for_interrupt(self, interrupt: str, timeout: Time = "10s") -> None:
        """Run until its handler begins: TIM2, SysTick."""
        self._it.wait_interrupt(interrupt, timeout)

    def no_mistakes(self) -> None:
        """Fails if the machine has reported something that the firmware does wrong."""
        mistakes = self._it.mistakes
        if mistakes:
            raise AssertionError("\n".join(str(mistake) for mistake in mistakes))

    # ---- Snapshots ----

    def take_snapshot(self, name: str = "snapshot") -> None:
        """All of the board at this instant."""
        self._snapshots[name] = self._it.snapshot()

    def restore_snapshot(self, name: str = "snapshot") -> None:
        """As it was then."""
        if name not in self._snapshots:
            raise BoardError(f"there is no snapshot '{name}': Take Snapshot    {name}")
        self._it.restore(self._snapshots[name])
