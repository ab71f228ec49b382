# SPDX-License-Identifier: GPL-2.0-or-later
"""What joins two boards.  They go in step, so a test with both is the same in every run.

    link = UartLink("usart2")
    with Board("a.elf", links=[link]) as a, Board("b.elf", links=[link]) as b:
        a.serial.expect("hello from b")

Whenever one of them runs, the other does; what the one that is first says arrives when it says it, what the other
says arrives a step later.  A board that has met what it waited for stands up to a step later than alone; where the
other one stands then is not the same in every run, by up to a step.
"""
from __future__ import annotations

import itertools
import os
import tempfile
from typing import TYPE_CHECKING

from .errors import BoardError, no_such
from .units import Time, to_ns

if TYPE_CHECKING:
    from .machine import Machine

_TX_RX = {"usart1": ("pa9", "pa10"), "usart2": ("pa2", "pa3"), "usart3": ("pb10", "pb11"),
          "uart4": ("pc10", "pc11"), "uart5": ("pc12", "pd2"), "usart6": ("pc6", "pc7")}
_numbers = itertools.count()


class Link:
    """The first board that is made with it leads, the second one follows."""

    def __init__(self, step: Time = "100us") -> None:
        self._step = to_ns(step)
        self._number = next(_numbers)
        self._folder = tempfile.TemporaryDirectory(prefix="stm32-link-")
        self._ends: list[Machine] = []

    def join(self, machine: Machine) -> list[str]:
        """QEMU's options for the next end."""
        if len(self._ends) == 2:
            raise BoardError("a link has two ends: both are at other boards")
        first = not self._ends
        self._ends.append(machine)
        if not first:
            self._ends[0]._partners.append(machine)
            machine._partners.append(self._ends[0])
        name = f"link{self._number}"
        path = os.path.join(self._folder.name, "socket")
        return ["-chardev", f"socket,id={name},path={path}" + (",server=on,wait=off" if first else "")] + \
            self._device(name, first, f"step={self._step}" if first else "follows=on")

    def _device(self, chardev: str, first: bool, step: str) -> list[str]:
        raise NotImplementedError

    def leave(self, machine: Machine) -> None:
        for other in self._ends:
            if machine in other._partners:
                other._partners.remove(machine)
        self._folder.cleanup()


class Cable(Link):
    """Wires: the n-th of @pins ('pb13:pb14') here with the n-th of @other_pins there."""

    def __init__(self, pins: str, other_pins: str = "", step: Time = "100us") -> None:
        super().__init__(step)
        self._pins = (pins, other_pins or pins)

    def _device(self, chardev: str, first: bool, step: str) -> list[str]:
        return ["-device", f"stm32-cable,chardev={chardev},pins={self._pins[0 if first else 1]},{step}"]


class UartLink(Cable):
    """TX of @port with RX of @other_port, and back; at the pins they have most often."""

    def __init__(self, port: str = "usart2", other_port: str = "", step: Time = "100us") -> None:
        for name in (port, other_port or port):
            if name not in _TX_RX:
                raise no_such("serial port", name, _TX_RX)
        tx, rx = _TX_RX[port]
        other_tx, other_rx = _TX_RX[other_port or port]
        super().__init__(f"{tx}:{rx}", f"{other_rx}:{other_tx}", step)


class CanLink(Link):
    """@controller ('can1') of both on one bus."""

    def __init__(self, controller: str = "can1", step: Time = "100us") -> None:
        super().__init__(step)
        if controller not in ("can1", "can2"):
            raise no_such("CAN controller", controller, ("can1", "can2"))
        self._controller = controller

    def _device(self, chardev: str, first: bool, step: str) -> list[str]:
        bus = f"bus-{chardev}"
        return ["-object", f"can-bus,id={bus}", "-machine", f"canbus{self._controller[-1]}={bus}",
                "-device", f"stm32-can-link,chardev={chardev},canbus={bus},{step}"]
