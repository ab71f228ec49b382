# SPDX-License-Identifier: GPL-2.0-or-later
"""The board as a test has it.

    from stm32f407g_disc import Board

    with Board("build/app.elf", diagram="diagram.json") as board:
        board.serial.expect("ready")
        board.press("btn1", "50ms")
        assert board.pin("PD12").level
        assert board.read_int("presses") == 1
        assert not board.mistakes
"""
from __future__ import annotations

import os
import re
from types import TracebackType
from typing import Any, Optional

from .debug import Debug
from .errors import BoardError, NotReached, no_such
from .faults import Faults
from .machine import PORTS
from .pins import Pin
from .png import Picture
from .png import read as read_picture
from .qmp import QmpError
from .serial import Serial, tail_of
from .snapshots import Snapshot, Store
from .units import Time, say_ns, to_ns

# What is soldered on the board and can be asked or told something.
_SOLDERED = ("accelerometer", "button-reset", "button-user", "card", "ethernet", "led-blue", "led-green", "led-orange",
             "led-overcurrent", "led-red", "led-vbus", "mic", "usb-switch")


class Board(Debug):
    """A board with the firmware @elf (ELF, HEX, S-records, raw), at power-on: virtual time goes when a test lets it.

    @diagram    a diagram.json: what is wired to the board
    @machine    options of the machine: {'lse': True, 'hse-frequency': 25000000}
    @args       further options of QEMU: ['-device', 'tmp105,bus=i2c1,address=0x48,id=sensor']
    @links      what joins it with another board, see links.py
    @usb        a host at the USB cable, whose terminal is the port 'usb': for firmware that is a CDC device
    @swo        who listens at SWO: text that the firmware writes to ITM port 0 is the port 'swo'
    @semihosting  the firmware may end itself, and use files of the host with your rights
    @qemu       another qemu-system-arm than the one that is found
    """

    _store: Optional[Store] = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.faults = Faults(self)
        self._pins: dict[str, Pin] = {}
        self._ports = self._find_ports()
        self._ports.update({name: Serial(self, name, name, self.file(f"{name}.log")) for name in self.more_ports})

    def _find_ports(self) -> dict[str, Serial]:
        """The first chardev is at the port that is the virtual COM port, the others follow without that."""
        vcp = str(self.qemu.get("/machine", "vcp"))
        rest = [port for port in PORTS if port != vcp]
        names = ([vcp] if vcp in PORTS else ["nowhere"]) + rest
        return {name: Serial(self, name, f"serial{n}", self.file(f"serial{n}.log"))
                for n, name in enumerate(names[:len(PORTS)]) if name != "nowhere"}

    def __enter__(self) -> Board:
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    # ---- Serial ports ----

    def port(self, name: str) -> Serial:
        """'usart1' ... 'usart6', 'uart4', 'uart5'; 'usb', 'swo', 'semihosting': what it prints so."""
        if name.lower() not in self._ports:
            raise no_such("serial port", name, self._ports)
        return self._ports[name.lower()]

    @property
    def serial(self) -> Serial:
        """The virtual COM port: USART2, unless the diagram or vcp= says another."""
        return next(iter(self._ports.values()))

    # ---- Parts, and what people do to them ----

    def part_ids(self) -> list[str]:
        """Parts of the diagram, and other -device with an id."""
        return [name for name, kind in self.qemu.properties("/machine/peripheral").items() if kind.startswith("child<")]

    def _part_path(self, part: str) -> str:
        ids = self.part_ids()
        if part in ids:
            return f"/machine/peripheral/{part}"
        if part in _SOLDERED:
            return f"/machine/{part}"
        raise no_such("part", part, [*ids, *_SOLDERED])

    def _property(self, part: str, control: str) -> tuple[str, str]:
        path = self._part_path(part)
        known = {n: k for n, k in self.qemu.properties(path).items() if not re.match("child<|link<", k)}
        if control not in known:
            raise no_such(f"control of '{part}'", control, known.keys() - {"type", "hotplugged", "hotpluggable", "realized"})
        return path, known[control]

    def get(self, part: str, control: str) -> Any:
        """What a part has or shows: board.get('led1', 'brightness'), board.get('lcd', 'text')."""
        path, _ = self._property(part, control)
        return self.qemu.get(path, control)

    def set(self, part: str, control: str, value: Any) -> None:
        """Turn a control of a part: board.set('pot1', 'value', 512); docs/parts.md has them."""
        path, wanted = self.check_control(part, control, value)
        try:
            self.qemu.set(path, control, wanted)
        except QmpError as error:
            raise BoardError(f"{part}.{control} = {value!r}: {error}") from None

    def check_control(self, part: str, control: str, value: Any) -> tuple[str, Any]:
        """The part's path, and @value as its control takes it: is there one, and is the value of its kind?"""
        path, kind = self._property(part, control)
        try:
            if kind == "bool":
                return path, _truth(value)
            if kind == "number":
                return path, float(value)
            if re.fullmatch(r"u?int\d*", kind):
                return path, int(float(value))
            return path, str(value)
        except (TypeError, ValueError) as error:
            raise BoardError(f"{part}.{control} = {value!r}: {error}") from None

    def press(self, button: str = "button-user", duration: Optional[Time] = None) -> None:
        """Press a button: of the diagram, or B1 of the board; with a @duration the board runs, and it is let go."""
        self.set(button, "pressed", True)
        if duration is not None:
            self.run(duration)
            self.release(button)

    def release(self, button: str = "button-user") -> None:
        self.set(button, "pressed", False)

    # ---- Pins ----

    def pin(self, name: str) -> Pin:
        """A pin of the chip, 'PA5', or a leg of a part, 'led1:A'."""
        if name not in self._pins:
            self._pins[name] = Pin(self, name, self._pin_path(name))
        return self._pins[name]

    def _pin_path(self, name: str) -> str:
        match = re.fullmatch(r"[pP]([a-iA-I])(\d{1,2})", name)
        if match and int(match[2]) < 16:
            port = match[1].lower()
            return f"/machine/soc/gpio{port}/p{port}{int(match[2])}"
        part, colon, leg = name.rpartition(":") if ":" in name else name.partition(".")
        if not colon:
            raise BoardError(f"there is no pin '{name}': they are PA0 to PI15, and legs of parts as led1:A")
        path = self._part_path(part)
        legs = {n[4:] for n in self.qemu.properties(path) if n.startswith("pin-")}
        if leg.replace("/", "-") not in legs:
            raise no_such(f"leg of '{part}'", leg, legs)
        return f"{path}/pin-{leg.replace('/', '-')}"

    # ---- Waiting ----

    def wait_until(self, condition: Any, timeout: Time = 10, every: Time = "1ms") -> None:
        """Let it run until @condition(), a function that is asked each @every of virtual time, is true."""
        deadline = self.now + to_ns(timeout)
        while not condition():
            if self.now >= deadline:
                raise NotReached(f"{getattr(condition, '__name__', condition)} is not true within "
                                 f"{say_ns(to_ns(timeout))} of virtual time")
            self.run_until(min(deadline, self.now + to_ns(every)))

    # ---- Displays ----

    def _console_device(self, part: str) -> Optional[str]:
        """The device, which may be inside of the part, whose picture QEMU has."""
        path = self._part_path(part)
        for console in self.qemu.properties("/backend"):
            if console.startswith("console["):
                device = str(self.qemu.get(f"/backend/{console}", "device"))
                if device == path:
                    return device
                bus = str(self.qemu.get(device, "parent_bus")) if device else ""
                if bus.startswith(path + "/"):
                    return device
        return None

    def screenshot(self, part: str, path: str, kind: str = "png") -> None:
        """The picture of a display into a file, PNG or PPM."""
        device = self._console_device(part)
        if device is None:
            raise BoardError(f"part '{part}' has no picture")
        try:
            self.qemu.command("screendump", filename=os.path.abspath(path), device=device, format=kind)
        except QmpError as error:
            raise BoardError(f"picture of '{part}': {error}") from None

    def picture(self, part: str) -> Picture:
        """What a display shows, a pixel for each that it has, as Wokwi has it: of an OLED those that are lit are white."""
        path = self.file("picture.ppm")
        self.screenshot(part, path, "ppm")
        device = str(self._console_device(part))
        seen = read_picture(path)
        return seen.pixels_of_oled(int(self.qemu.get(device, "scale"))) if "scale" in self.qemu.properties(device) else seen

    # ---- Snapshots ----

    def snapshot(self) -> Snapshot:
        """All of the board as it is now."""
        self.check_runs()
        if self._links:
            raise BoardError("a board that is linked to another has no snapshots: the other would not go back with it")
        if self._store is None:
            self._store = Store(self.qemu, self.file("snapshots.qcow2"))
        return Snapshot(self._store.save(), self.now, {name: port.save() for name, port in self._ports.items()},
                        self.mistakes + self.notes)

    def restore(self, snapshot: Snapshot) -> None:
        """The board is as it was then: time, pins, what has been said, mistakes."""
        self.check_runs()
        if self._store is None:
            raise BoardError("this snapshot is of another board")
        for port in self._ports.values():
            port.forget_input()         # or it would be sent as soon as the port is there again
        self._store.load(snapshot.tag)
        self._look()
        self._read_log()
        self._mistakes = list(snapshot.mistakes)
        for name, state in snapshot.serials.items():
            self._ports[name].restore(state)

    # ---- For who reads a report ----

    def describe(self) -> str:
        """Where it is, what it said last, and what it did wrong: for the report of a failed test."""
        text = [f"virtual time {say_ns(self.now)}" + (f", ended with {self.exit_code}" if self.has_ended else "")]
        for port in self._ports.values():
            try:
                said = port.data
            except OSError:
                continue                # closed
            if said:
                text += [f"{port.name} said last:", tail_of(said)]
        text += ["mistakes:", *(f"    {m}" for m in self.mistakes)] if self.mistakes else []
        return "\n".join(text)


def _truth(value: Any) -> bool:
    if isinstance(value, str):
        value = {"0": 0, "1": 1, "true": 1, "false": 0, "on": 1, "off": 0}.get(value.lower())
    if value not in (0, 1):
        raise ValueError("it is on or off, 1 or 0")
    return bool(value)


