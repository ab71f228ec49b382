# SPDX-License-Identifier: GPL-2.0-or-later
"""Automation scenarios as Wokwi has them: a YAML file with steps, which are all looked at before the first is done.

    name: 'Button'
    version: 1
    steps:
      - wait-serial: 'ready'
      - set-control: { part-id: btn1, control: pressed, value: 1 }
      - delay: 50ms
      - expect-pin: { part-id: led1, pin: A, value: 1 }

Steps: delay, wait-serial, write-serial, set-control, expect-pin, wait-pin (with a timeout), take-screenshot.  There is
no part with a touch screen, so touch is refused, and no custom chips, so expect-chip-output is.
"""
from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Optional, Protocol, Union

from . import png
from .board import Board
from .errors import BoardError, no_such
from .pins import Pin
from .units import say_ns, to_ns

_TOUCH = ("touch", "touch-press", "touch-move", "touch-release")


class ScenarioFailed(AssertionError):
    """A step has not seen what it expects."""


class Host(Protocol):
    """Who lets the board run, and shows what is said."""

    board: Board
    board_id: str

    def run_until(self, deadline: int) -> None: ...
    def wait_serial(self, text: str) -> None: ...
    def log(self, text: str) -> None: ...


Run = Callable[[Host], None]


def load(path: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise BoardError("a scenario is a YAML file, to read which takes PyYAML: apt install python3-yaml, or "
                         "pip install PyYAML") from None
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.safe_load(file)
    except OSError as error:
        raise BoardError(f"scenario '{path}': {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BoardError(f"scenario '{path}': " + " ".join(str(error).split())) from None


def pin_of(host: Host, part: str, name: str) -> Pin:
    """'PD12' of the board, 'A' of a part."""
    if part == host.board_id or (part in ("board", "mcu") and part not in host.board.part_ids()):
        return host.board.pin(name)
    return host.board.pin(f"{part}:{name}")


class Scenario:
    """The file at @path, for the board of @host: one that can't be done is a BoardError in one line."""

    def __init__(self, path: str, host: Host) -> None:
        self._path, self._host = path, host
        content = load(path)
        if not isinstance(content, dict):
            raise BoardError(f"scenario '{path}': it takes name:, version: 1 and steps:")
        self.name = content.get("name")
        if not isinstance(self.name, str):
            raise BoardError(f"scenario '{path}': name: has to be a text")
        if content.get("version") != 1:
            raise BoardError(f"scenario '{path}': version: has to be 1, not {content.get('version')!r}")
        steps = content.get("steps")
        if not isinstance(steps, list):
            raise BoardError(f"scenario '{path}': steps: has to be a list")
        self._saved: set[str] = set()       # what steps before have made when one is done
        self._steps = [self._prepare(number, step) for number, step in enumerate(steps, 1)]

    def run(self) -> None:
        for number, (label, step) in enumerate(self._steps, 1):
            if label:
                self._host.log(f"Executing step: {label}")
            try:
                step(self._host)
            except BoardError as error:
                raise BoardError(f"scenario '{self._path}', step {number}: {error}") from None

    # ---- Before the run ----

    def _prepare(self, number: int, step: Any) -> tuple[Optional[str], Run]:
        try:
            if not isinstance(step, dict):
                raise BoardError("a step is a name with what it takes, as `delay: 30ms`")
            kinds = [key for key in step if key != "name"]
            for kind in kinds:
                if kind in _TOUCH:
                    raise BoardError(f"{kind}: this board has no part with a touch screen")
                if kind == "expect-chip-output":
                    raise BoardError(f"{kind}: there are no custom chips here")
                if kind not in _STEPS:
                    raise no_such("step", kind, _STEPS)
            if len(kinds) != 1:
                raise BoardError(f"it takes one of {', '.join(_STEPS)}")
            label = step.get("name")
            return str(label) if label else None, _STEPS[kinds[0]](self, step[kinds[0]])
        except BoardError as error:
            raise BoardError(f"scenario '{self._path}', step {number}: {error}") from None

    def _words(self, kind: str, value: Any, needs: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise BoardError(f"{kind}: it takes {', '.join(needs)}")
        for key in value:
            if key not in needs + may:
                raise no_such(f"parameter of {kind}", key, needs + may)
        for key in needs:
            if value.get(key) is None:
                raise BoardError(f"{kind}: it takes {key}")
        return value

    def _name(self, kind: str, words: dict[str, Any], old: str) -> str:
        """name:, which was called @old before."""
        name = words.get("name", words.get(old))
        if name is None:
            raise BoardError(f"{kind}: it takes {old}")
        return str(name)

    def delay(self, value: Any) -> Run:
        if not isinstance(value, str):
            raise BoardError(f"delay: {value!r} needs a unit, as {value!r}ms")
        ns = to_ns(value)

        def run(host: Host) -> None:
            host.log(f"delay {value}")
            host.run_until(host.board.now + ns)
            host.board.serial.read()            # what is waited for is what is said from now on
        return run

    def wait_serial(self, value: Any) -> Run:
        if isinstance(value, dict):
            value = self._words("wait-serial", value, ("text",))["text"]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value:
            raise BoardError("wait-serial: it takes a text")
        text = value

        def run(host: Host) -> None:
            host.wait_serial(text)
            host.log(f'Expected text matched: "{text}"')
        return run

    def write_serial(self, value: Any) -> Run:
        if isinstance(value, dict):
            value = self._words("write-serial", value, ("value",))["value"]
        if isinstance(value, list):
            if not value or not all(isinstance(n, int) and 0 <= n < 256 for n in value):
                raise BoardError("write-serial: a list has to have numbers from 0 to 255")
            data = bytes(value)
        elif isinstance(value, str):
            data = value.encode("utf-8")
        else:
            raise BoardError("write-serial: it takes a text, or a list of numbers")
        return lambda host: host.board.serial.write(data)

    def set_control(self, value: Any) -> Run:
        words = self._words("set-control", value, ("part-id", "value"), ("control", "name"))
        part, control = str(words["part-id"]), self._name("set-control", words, "control")
        wanted: Union[str, int, float, bool] = words["value"]
        if control == "position" and part in self._host.board.part_ids():
            wanted, control = _position(wanted), "value"        # of a potentiometer, as Wokwi has it
        self._host.board.check_control(part, control, wanted)
        return lambda host: host.board.set(part, control, wanted)

    def _pin(self, kind: str, value: Any, may: tuple[str, ...] = ()) -> tuple[Pin, bool, dict[str, Any]]:
        words = self._words(kind, value, ("part-id",), ("pin", "name", "value", "expected", *may))
        level = words.get("value", words.get("expected"))
        if level not in (0, 1):
            raise BoardError(f"{kind}: value: has to be 0 or 1, not {level!r}")
        return pin_of(self._host, str(words["part-id"]), self._name(kind, words, "pin")), bool(level), words

    def expect_pin(self, value: Any) -> Run:
        pin, level, _ = self._pin("expect-pin", value)

        def run(host: Host) -> None:
            host.log(f"expect-pin {pin.name} == {int(level)}")
            if pin.level != level:
                raise ScenarioFailed(f"{pin.name} is {int(not level)} at {say_ns(host.board.now)}, expected was {int(level)}")
        return run

    def wait_pin(self, value: Any) -> Run:
        pin, level, words = self._pin("wait-pin", value, ("timeout",))
        limit = to_ns(str(words["timeout"])) if words.get("timeout") is not None else None

        def run(host: Host) -> None:
            host.log(f"wait-pin {pin.name} == {int(level)}")
            end = None if limit is None else host.board.now + limit
            while pin.level != level:
                if end is not None and host.board.now >= end:
                    raise ScenarioFailed(f"{pin.name} has not become {int(level)} within {say_ns(limit or 0)}")
                step = host.board.now + 1_000_000
                with pin.stops_at(level):
                    host.run_until(step if end is None else min(step, end))
        return run

    def take_screenshot(self, value: Any) -> Run:
        words = self._words("take-screenshot", value, ("part-id",), ("save-to", "compare-with"))
        part = str(words["part-id"])
        folder = os.path.dirname(os.path.abspath(self._path))
        save, compare = (os.path.join(folder, str(words[key])) if words.get(key) else None
                         for key in ("save-to", "compare-with"))
        if not save and not compare:
            raise BoardError("take-screenshot: it takes save-to or compare-with")
        self._host.board.picture(part)                  # has it one?
        if compare and compare not in self._saved:
            png.read(compare)
        self._saved |= {save} if save else set()

        def run(host: Host) -> None:
            seen = host.board.picture(part)
            if save:
                seen.write(save)
            if compare:
                _compare(seen, png.read(compare), str(words["compare-with"]))
            host.log(f"take-screenshot {part}")
        return run


def _position(value: Any) -> int:
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise BoardError(f"set-control: position is 0.0 to 1.0, not {value!r}")
    return round(value * 1023)


def _compare(seen: png.Picture, reference: png.Picture, name: str) -> None:
    if (seen.width, seen.height) != (reference.width, reference.height):
        raise ScenarioFailed(f"{name} has {reference.width} x {reference.height} pixels, the part's picture "
                             f"{seen.width} x {seen.height}")
    at = seen.difference(reference)
    if at:
        raise ScenarioFailed(f"the picture differs from {name} at x, y = {at[0]}, {at[1]}")


_STEPS: dict[str, Callable[[Scenario, Any], Run]] = {
    "delay": Scenario.delay, "wait-serial": Scenario.wait_serial, "write-serial": Scenario.write_serial,
    "set-control": Scenario.set_control, "expect-pin": Scenario.expect_pin, "wait-pin": Scenario.wait_pin,
    "take-screenshot": Scenario.take_screenshot,
}
