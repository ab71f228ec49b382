# SPDX-License-Identifier: GPL-2.0-or-later
"""What can break: memory, pins, clocks, supply, buses, cards.  Each is something that happens at this instant of
virtual time; what lasts has an end of its own.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Union

from .errors import BoardError, no_such
from .units import Time

if TYPE_CHECKING:
    from .board import Board

_USARTS = ("usart1", "usart2", "usart3", "uart4", "uart5", "usart6")
_CAN_FAULTS = ("stuff", "form", "ack", "bit-recessive", "bit-dominant", "crc", "none")


class Faults:
    """board.faults"""

    def __init__(self, board: Board) -> None:
        self._board = board

    # ---- Memory, registers, pins ----

    def flip_bit(self, where: Union[int, str], bit: int = 0) -> None:
        """One bit of memory, counted from the lowest of the byte at an address or of a variable on."""
        address = self._board.address(where) + bit // 8
        byte = self._board.read(address, 1)[0]
        self._board.write(address, bytes([byte ^ 1 << bit % 8]))

    def flip_register_bit(self, register: str, bit: int) -> None:
        """Of the core: 'r0', 'sp', 'pc' ..."""
        self._board.write_register(register, self._board.read_register(register) ^ 1 << bit)

    def short(self, pin: str, level: Union[bool, int]) -> None:
        """The pin is stuck at that level, whoever drives it; pin(...).release() ends it."""
        self._board.pin(pin).short(level)

    # ---- Clocks and supply ----

    def stop_hse(self, stopped: bool = True) -> None:
        """The crystal of the chip stops; False: it goes again."""
        self._board.qemu.set("/machine", "hse-stopped", stopped)

    def stop_lse(self, stopped: bool = True) -> None:
        """The 32.768 kHz crystal, which a board has with machine={'lse': 'on'}."""
        if not self._board.qemu.get("/machine", "lse"):
            raise BoardError("this board has no LSE crystal: Board(..., machine={'lse': 'on'})")
        self._board.qemu.set("/machine", "lse-stopped", stopped)

    def supply(self, volts: float) -> None:
        """VDD from now on, 1.8 to 3.6 V: PVD sees it, and so does the ADC, whose reference it is."""
        self._board.qemu.set("/machine/soc/pwr", "vdd", round(volts * 1000))

    def brown_out(self, volts: float, duration: Time = "1ms") -> None:
        """VDD sinks to @volts for @duration, in which the board runs.  Below 1.8 V the chip is in reset: it begins anew
        behind it, as at power-on.
        """
        if volts < 1.8:
            self._board.power_cycle()
            return
        was = self._board.qemu.get("/machine/soc/pwr", "vdd")
        self.supply(volts)
        self._board.run(duration)
        self._board.qemu.set("/machine/soc/pwr", "vdd", was)

    # ---- Buses ----

    def spoil_serial(self, port: str, kind: str = "noise") -> None:
        """The next frame that comes in has a 'parity', 'framing' or 'noise' error."""
        if port not in _USARTS:
            raise no_such("serial port", port, _USARTS)
        self._board.qemu.set(f"/machine/soc/{port}", "fault", kind)

    def spoil_can(self, controller: str = "can1", kind: str = "crc", frames: int = 1) -> None:
        """What this controller finds wrong with the next frames that it sends or hears: 'stuff', 'form', 'ack',
        'bit-recessive', 'bit-dominant', 'crc' (which a sender does not look at); 'none'.
        """
        if controller not in ("can1", "can2"):
            raise no_such("CAN controller", controller, ("can1", "can2"))
        if kind not in _CAN_FAULTS:
            raise no_such("CAN fault", kind, _CAN_FAULTS)
        self._board.qemu.set(f"/machine/soc/{controller}", "fault", kind if kind == "none" else f"{kind}:{frames}")

    def hold_i2c(self, pin: str, duration: Time = "1ms") -> None:
        """Somebody holds SCL or SDA low for @duration, in which the board runs."""
        line = self._board.pin(pin)
        line.drive(0)
        try:
            self._board.run(duration)
        finally:
            if not self._board.has_ended:
                line.release()

    def spoil_ethernet(self, kind: str = "crc") -> None:
        """The next frame that comes in: 'crc', 'symbol', 'dribble'."""
        self._board.qemu.set("/machine/ethernet", "spoil", kind)

    def unplug_ethernet(self, unplugged: bool = True) -> None:
        self._board.qemu.set("/machine/ethernet", "cable", not unplugged)

    # ---- Cards ----

    def spoil_card(self, what: str = "data") -> None:
        """A wrong CRC in the next 'data' block, or 'response', of the SD card."""
        if what not in ("data", "response"):
            raise no_such("part of a transfer", what, ("data", "response"))
        self._board.qemu.set("/machine/soc/sdio", f"spoil-{what}", True)

    def pull_card(self, drive: str = "sd") -> None:
        """The card of -drive id=@drive is pulled out."""
        drives = [str(item["device"]) for item in self._board.qemu.command("query-block") if item["device"]]
        if drive not in drives:
            raise no_such("drive", drive, drives)
        self._board.qemu.command("eject", device=drive, force=True)

    def insert_card(self, image: str, drive: str = "sd") -> None:
        """The card with that image (raw) is put in."""
        self._board.qemu.command("blockdev-change-medium", device=drive, filename=image, format="raw")
