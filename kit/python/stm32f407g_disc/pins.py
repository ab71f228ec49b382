# SPDX-License-Identifier: GPL-2.0-or-later
"""A pin of the chip, or a leg of a part, as a test has it: levels, voltages, edges with their times."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional, Union

from .errors import BoardError, NotReached
from .units import Time, say_ns, to_ns

if TYPE_CHECKING:
    from .board import Board

Level = Union[bool, int]


@dataclass(frozen=True)
class Edge:
    """At @time (virtual ns) the pin became @level."""

    time: int
    level: bool


@dataclass(frozen=True)
class Measurement:
    """What was seen of a pin for @duration ns.  @frequency in Hz and @duty (0 to 1) are those of whole periods,
    from a rising edge to the last; @frequency is 0 and @duty None where there is none.
    """

    duration: int
    edges: list[Edge]
    level: bool                 # at the end

    @property
    def _rising(self) -> list[int]:
        return [edge.time for edge in self.edges if edge.level]

    @property
    def frequency(self) -> float:
        rising = self._rising
        return (len(rising) - 1) * 1e9 / (rising[-1] - rising[0]) if len(rising) > 1 else 0.0

    @property
    def duty(self) -> Optional[float]:
        rising = self._rising
        if len(rising) < 2:
            return None
        return sum(self._high_within(rising[0], rising[-1])) / (rising[-1] - rising[0])

    def _high_within(self, begin: int, end: int) -> list[int]:
        return [n.time - e.time for e, n in zip(self.edges, self.edges[1:]) if e.level and begin <= e.time < end]

    @property
    def pulses(self) -> list[int]:
        """How long each whole pulse was high, ns."""
        return [n.time - e.time for e, n in zip(self.edges, self.edges[1:]) if e.level]

    @property
    def pauses(self) -> list[int]:
        """How long it was low between them, ns."""
        return [n.time - e.time for e, n in zip(self.edges, self.edges[1:]) if not e.level]


class Pin:
    """@name is 'PA5' or 'led1:A'."""

    def __init__(self, board: Board, name: str, path: str) -> None:
        self.name = name
        self._board, self._path = board, path

    # ---- What is there ----

    @property
    def level(self) -> bool:
        """As a digital input sees it."""
        return bool(self._board.qemu.get(self._path, "level"))

    @property
    def voltage(self) -> float:
        """Volts; setting it drives the pin from outside."""
        return float(self._board.qemu.get(self._path, "mv")) / 1000

    @voltage.setter
    def voltage(self, volts: float) -> None:
        self._board.qemu.set(self._path, "mv", round(volts * 1000))

    @property
    def frequency(self) -> float:
        """Hz of the square wave that a timer, or a clock output, drives it with now; 0: it is none."""
        return float(self._board.qemu.get(self._path, "frequency"))

    @property
    def duty(self) -> float:
        """0 to 1: of that wave; of a level 0 or 1."""
        return float(self._board.qemu.get(self._path, "duty")) / 100

    # ---- What the world does to it ----

    def drive(self, level: Level) -> None:
        """From outside, until release(); against an output of the chip that is a mistake, which is reported."""
        self._board.qemu.set(self._path, "drive", "1" if level else "0")

    def release(self) -> None:
        """Nothing outside drives it any more; also the end of a fault."""
        self._board.qemu.set(self._path, "drive", "z")

    def short(self, level: Level) -> None:
        """A fault: it is shorted to the supply (true) or to ground, whoever drives it; until release()."""
        self._board.qemu.set(self._path, "drive", "short-1" if level else "short-0")

    # ---- What happens ----

    def watch(self) -> None:
        """Write down its edges from now on."""
        self._board.qemu.set(self._path, "watch", True)

    def unwatch(self) -> None:
        self._board.qemu.set(self._path, "watch", False)

    def edges(self) -> list[Edge]:
        """Those since watch(), at most the last 65536."""
        text = str(self._board.qemu.get(self._path, "history"))
        items = (item.split(":") for item in text.split())
        return [Edge(int(time), level == "1") for time, level in items]

    def count_edges(self) -> int:
        """How many there have been since watch()."""
        return int(self._board.qemu.get(self._path, "edges"))

    @contextmanager
    def stops_at(self, level: Level) -> Iterator[None]:
        """While it lasts the machine is stopped when the pin gets that level."""
        self.watch()
        self._board.qemu.set(self._path, "stop-on", "rising" if level else "falling")
        try:
            yield
        finally:
            if not self._board.has_ended:
                self.unwatch()

    def measure(self, duration: Time = 0.1) -> Measurement:
        """Let the board run for @duration of virtual time and say what the pin did in it."""
        self.watch()
        begin = self._board.now
        try:
            self._board.run(duration)
            return Measurement(self._board.now - begin, self.edges(), self.level)
        finally:
            if not self._board.has_ended:
                self.unwatch()

    def wait(self, what: Union[Level, str], timeout: Time = 10) -> int:
        """Let the board run until the pin has a level (1, 0), which may be now, or until the next 'rising',
        'falling' or 'edge'.  The machine stands at that instant, which it gives, in ns.
        """
        if isinstance(what, str):
            if what not in ("rising", "falling", "edge"):
                raise BoardError(f"'{what}': a pin is waited for to be 1 or 0, or for 'rising', 'falling', 'edge'")
            edge = what
        elif self.level == bool(what):
            return self._board.now
        else:
            edge = "rising" if what else "falling"
        deadline = self._board.now + to_ns(timeout)
        self.watch()
        self._board.qemu.set(self._path, "stop-on", edge)
        try:
            while not self.count_edges() or not _met(edge, self.edges()):
                if self._board.now >= deadline:
                    raise NotReached(f"{self.name} is {int(self.level)}: no {edge} edge within "
                                     f"{say_ns(to_ns(timeout))} of virtual time (it is {say_ns(self._board.now)})")
                self._board.run_until(deadline)
            return self._board.now
        finally:
            if not self._board.has_ended:
                self.unwatch()


def _met(edge: str, edges: list[Edge]) -> bool:
    return any(edge == "edge" or e.level == (edge == "rising") for e in edges)
