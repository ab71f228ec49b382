# SPDX-License-Identifier: GPL-2.0-or-later
"""A test as wokwi-cli does it: a firmware, what it has to say, or a scenario; `stm32f407g-disc test` is its command.

Exit codes are wokwi-cli's: 0 what was expected has happened, 1 it has not or something unwanted has, 42 (or
--timeout-exit-code) virtual time is over.  A firmware that ends itself by semihosting ends the test: with its code if
nothing else was asked for, else as a failure.  What comes first of --expect-text and the scenario's end decides.
"""
from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Optional, Union

from .board import Board
from .errors import BoardError, FirmwareEnded, NotReached
from .scenario import Scenario, ScenarioFailed
from .units import say_ns

_SLICE, _TYPING_SLICE = 50_000_000, 5_000_000       # ns of virtual time after which what was said is shown
PASSED, FAILED, TIME_IS_OVER = 0, 1, 42


@dataclass
class Options:
    firmware: str
    diagram: Optional[str] = None
    scenario: Optional[str] = None
    timeout: int = 30_000_000_000                   # ns; 0: none
    timeout_exit_code: int = TIME_IS_OVER
    expect_text: Optional[str] = None
    fail_text: Optional[str] = None
    serial_log_file: Optional[str] = None
    vcd_file: Optional[str] = None
    vcd_pins: Optional[str] = None
    screenshot_part: Optional[str] = None
    screenshot_time: Optional[int] = None           # ns
    screenshot_file: str = "screenshot.png"
    interactive: bool = False
    quiet: bool = False
    verbose: bool = False
    semihosting: bool = True
    machine: Mapping[str, str] = field(default_factory=dict)
    args: Sequence[str] = field(default_factory=list)


class _End(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Lines:
    """Finds texts in what is said, a line at a time as wokwi-cli does."""

    def __init__(self, *texts: Optional[str]) -> None:
        self._texts = [text for text in texts if text]
        self._line = b""

    def feed(self, data: bytes) -> Optional[str]:
        """The text that is found first."""
        for piece in data.splitlines(keepends=True):
            self._line += piece
            for text in self._texts:
                if text.encode("utf-8") in self._line:
                    return text
            if piece.endswith(b"\n"):
                self._line = b""
        return None


class Runner:
    """Lets the board run, shows what it says, and looks for the end: the Host of a scenario."""

    def __init__(self, board: Board, options: Options) -> None:
        self.board, self.board_id = board, _board_id(options.diagram)
        self._options = options
        self._shown = 0
        self._lines = _Lines(options.fail_text, options.expect_text)
        self._fresh_line = True
        self._log_file: Optional[BinaryIO] = None
        self._screenshot_at = options.screenshot_time if options.screenshot_part else None
        self._name = ""
        try:
            if options.serial_log_file:
                self._log_file = open(options.serial_log_file, "wb")
        except OSError as error:
            raise BoardError(f"--serial-log-file {options.serial_log_file}: {error.strerror}") from None
        self._scenario = Scenario(options.scenario, self) if options.scenario else None
        if self._scenario:
            self._name = str(self._scenario.name)
        if self._screenshot_at is not None:
            if options.timeout and self._screenshot_at > options.timeout:
                raise BoardError("--screenshot-time is later than --timeout")
            board.picture(str(options.screenshot_part))             # has it one?

    # ---- What a scenario asks for ----

    def log(self, text: str) -> None:
        self._print(f"[{self._name}] {text}")

    def wait_serial(self, text: str) -> None:
        while True:
            end = self._next_stop()
            try:
                self.board.serial.expect(text, (end - self.board.now) / 1e9)
                self._look()
                return
            except NotReached:
                self._look()

    def run_until(self, deadline: int) -> None:
        while self.board.now < deadline:
            end = min(deadline, self._next_stop())
            self.board.run_until(end)
            self._look()
            if self.board.now < end:
                return                              # something has stopped it

    # ---- Time ----

    def _next_stop(self) -> int:
        ends = [self.board.now + (_TYPING_SLICE if self._options.interactive else _SLICE)]
        if self._options.timeout:
            ends.append(self._options.timeout)
        if self._screenshot_at is not None:
            ends.append(self._screenshot_at)
        return min(ends)

    def _look(self) -> None:
        """The board stands: what has it said, and is that the end?"""
        self._type()
        found = self._show()
        if self._screenshot_at is not None and self.board.now >= self._screenshot_at:
            self._screenshot_at = None
            self.board.picture(str(self._options.screenshot_part)).write(self._options.screenshot_file)
        if found is not None and found == self._options.fail_text:
            raise _End(FAILED, f'Error: Unexpected text found: "{found}"\nTEST FAILED.')
        if found is not None:
            raise _End(PASSED, f'Expected text found: "{found}"\nTEST PASSED.')
        if self._options.timeout and self.board.now >= self._options.timeout:
            raise _End(self._options.timeout_exit_code,
                       f"Timeout: simulation did not finish in {say_ns(self._options.timeout)}")

    def _show(self) -> Optional[str]:
        data = self.board.serial.data[self._shown:]
        self._shown += len(data)
        if data:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            self._fresh_line = data.endswith(b"\n")
            if self._log_file:
                self._log_file.write(data)
        return self._lines.feed(data)

    def _type(self) -> None:
        if self._options.interactive and select.select([sys.stdin], [], [], 0)[0]:
            data = os.read(sys.stdin.fileno(), 4096)
            if data:
                self.board.serial.write(data)
            else:
                self._options.interactive = False   # its end

    def _print(self, text: str, file: Optional[object] = None) -> None:
        self._show()
        if not self._fresh_line:
            print(flush=True)
        self._fresh_line = True
        print(text, file=sys.stderr if file else sys.stdout, flush=True)

    # ---- All of it ----

    def run(self) -> int:
        try:
            if self._scenario:
                self._scenario.run()
                self.log("Scenario completed successfully")
                return PASSED
            while True:
                self.run_until(self.board.now + 1_000_000_000)
        except _End as end:
            if end.code != PASSED or not self._options.quiet:
                self._print(str(end), end.code != PASSED)
            return end.code
        except ScenarioFailed as error:
            self._print(f"[{self._name}] [{self.board.now}ns] {error}", True)
            return FAILED
        except FirmwareEnded as end:
            return self._firmware_ended(end)
        finally:
            if self._log_file:
                self._log_file.close()

    def _firmware_ended(self, end: FirmwareEnded) -> int:
        found, code = self._show(), end.code
        if found is not None:
            passed = found != self._options.fail_text
            if not passed or not self._options.quiet:
                self._print(f'{"Expected" if passed else "Error: Unexpected"} text found: "{found}"', not passed)
            return PASSED if passed else FAILED
        if self._scenario or self._options.expect_text:
            self._print(f"Error: before what was expected {end}", True)
            return code if code > 0 else FAILED
        return code if code >= 0 else 128 - code


def _board_id(diagram: Optional[str]) -> str:
    """What the diagram calls the board."""
    if not diagram:
        return "board"
    try:
        with open(diagram, encoding="utf-8") as file:
            parts = json.load(file).get("parts", [])
        return next((str(p["id"]) for p in parts if str(p.get("type", "")).startswith("board-stm32f407")), "board")
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return "board"                              # the machine says what is wrong with it


def _analyser_file(board: Board) -> Optional[str]:
    """Where a logic analyser of the diagram writes."""
    for part in board.part_ids():
        path = f"/machine/peripheral/{part}"
        if board.qemu.get(path, "type") == "wokwi-logic-analyzer":
            return str(board.qemu.get(path, "filename") or "wokwi-logic") + ".vcd"
    return None


def test(options: Options) -> int:
    """Do it; its exit code.  A BoardError says what is wrong with @options before anything runs."""
    args = list(options.args)
    if options.vcd_file and options.vcd_pins:
        args += ["-device", f"stm32-logic,pins={options.vcd_pins.replace(',', ':')},"
                 f"file={options.vcd_file.replace(',', ',,')}"]
    machine: dict[str, Union[str, int]] = {**options.machine, **({"speed": 1} if options.interactive else {})}
    with Board(options.firmware, diagram=options.diagram, machine=machine, args=args,
               semihosting=options.semihosting) as board:
        if options.verbose:
            print(shlex.join(board.qemu.line), file=sys.stderr, flush=True)
        written = _analyser_file(board) if options.vcd_file and not options.vcd_pins else None
        if options.vcd_file and not options.vcd_pins and not written:
            raise BoardError("--vcd-file: the diagram has no wokwi-logic-analyzer; --vcd-pins pa5:pa7 is one at pins")
        code = Runner(board, options).run()
        if not options.quiet:
            for mistake in board.mistakes:
                print(mistake, file=sys.stderr)
    if written and options.vcd_file and os.path.exists(written):
        shutil.move(written, options.vcd_file)
    return code
