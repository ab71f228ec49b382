# SPDX-License-Identifier: GPL-2.0-or-later
"""The board's memory, the core's registers, breakpoints, and calls of the firmware's functions, by names of the ELF."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional, Union

from .elf import Elf
from .errors import BoardError, NotReached
from .gdb import Gdb
from .interrupts import exception_number
from .machine import Machine
from .units import Time, say_ns, to_ns

Where = Union[int, str]
INSTRUCTION_NS = 8              # with -icount shift=3
_VTOR = 0xe000ed08
_KEPT = ("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc", "xpsr")


class Debug(Machine):
    """What of a Board a debugger does."""

    _gdb: Optional[Gdb] = None
    _elf: Optional[Elf] = None

    @property
    def elf(self) -> Elf:
        if self._elf is None:
            if self.elf_path is None:
                raise BoardError("this board has no firmware file: Board('my.elf')")
            self._elf = Elf(self.elf_path)
        return self._elf

    @property
    def gdb(self) -> Gdb:
        """Connected when it is used first; it changes nothing of what the firmware does."""
        self.check_runs()
        if self._gdb is None:
            self._gdb = Gdb(self.file("gdb"))
        return self._gdb

    # ---- Memory ----

    def address(self, where: Where) -> int:
        """Of a number, or of a symbol: 'counter', 'buffer+4'."""
        if isinstance(where, int):
            return where
        name, plus, offset = where.partition("+")
        try:
            return self.elf.symbol(name.strip()).address + (int(offset, 0) if plus else 0)
        except ValueError:
            raise BoardError(f"'{where}': write a symbol, or symbol+4") from None

    def size(self, symbol: str) -> int:
        size = self.elf.symbol(symbol).size
        if not size:
            raise BoardError(f"the symbol '{symbol}' has no size: say how many bytes")
        return size

    def read(self, where: Where, size: Optional[int] = None) -> bytes:
        """@size bytes, or all of a variable.  Registers of peripherals do what a read of them does."""
        if size is None:
            if isinstance(where, int) or "+" in where:
                raise BoardError(f"{where!r}: say how many bytes")
            size = self.size(where)
        return self.gdb.read(self.address(where), size)

    def write(self, where: Where, data: bytes) -> None:
        self.gdb.write(self.address(where), bytes(data))

    def read_int(self, where: Where, size: Optional[int] = None, signed: bool = False) -> int:
        """A variable of 1, 2, 4 or 8 bytes; at an address a word."""
        return int.from_bytes(self.read(where, self._int_size(where, size)), "little", signed=signed)

    def write_int(self, where: Where, value: int, size: Optional[int] = None) -> None:
        size = self._int_size(where, size)
        self.write(where, (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"))

    def _int_size(self, where: Where, size: Optional[int]) -> int:
        if size is None:
            size = 4 if isinstance(where, int) or "+" in where else self.size(where)
        if size not in (1, 2, 4, 8):
            raise BoardError(f"{where!r} has {size} bytes, which is no integer: use read(), read_array() or unpack()")
        return size

    def read_array(self, where: Where, kind: str = "I", count: Optional[int] = None) -> list[Any]:
        """Items of struct's format @kind ('B', 'h', 'I', 'f' ...), as many as the variable has."""
        item = struct.Struct("<" + kind)
        data = self.read(where, None if count is None else item.size * count)
        return [value for values in item.iter_unpack(data[:len(data) // item.size * item.size]) for value in values]

    def unpack(self, where: Where, layout: str) -> tuple[Any, ...]:
        """A struct by a format of Python's struct module, little endian: board.unpack('state', 'IHBx')."""
        return struct.unpack("<" + layout, self.read(where, struct.calcsize("<" + layout)))

    def pack(self, where: Where, layout: str, *values: Any) -> None:
        self.write(where, struct.pack("<" + layout, *values))

    def read_string(self, where: Where, limit: int = 4096) -> str:
        """A C string there; of a pointer variable read_string(board.read_int('pointer'))."""
        data = b""
        address = self.address(where)
        while b"\0" not in data and len(data) < limit:
            data += self.gdb.read(address + len(data), 64)
        return data[:limit].partition(b"\0")[0].decode("utf-8", "replace")

    # ---- Registers ----

    def read_register(self, name: str) -> int:
        return self.gdb.read_register(name)

    def write_register(self, name: str, value: int) -> None:
        self.gdb.write_register(name, value)

    @property
    def where(self) -> str:
        """Where the program is: 'main+12', or its address."""
        pc = self.read_register("pc")
        return self.elf.function_at(pc) or f"0x{pc:08x}"

    # ---- Breakpoints ----

    @contextmanager
    def breakpoint(self, where: Where) -> Iterator[int]:
        """While it is there, run() ends where it is met (at_breakpoint is true then)."""
        address = self.address(where)
        self.gdb.set_breakpoint(address)
        try:
            yield address
        finally:
            if not self.has_ended:
                self.gdb.clear_breakpoint(address)

    @contextmanager
    def watchpoint(self, where: Where, size: Optional[int] = None, kind: str = "write") -> Iterator[int]:
        """The same for accesses to a variable: 'write', 'read', 'access'."""
        address = self.address(where)
        size = size or (self.size(where) if isinstance(where, str) and "+" not in where else 4)
        self.gdb.set_watchpoint(address, size, kind)
        try:
            yield address
        finally:
            if not self.has_ended:
                self.gdb.clear_watchpoint(address, size, kind)

    @property
    def at_breakpoint(self) -> bool:
        return self._halted

    def run_to(self, where: Where, timeout: Time = 10) -> None:
        """To the begin of a function, or an address, when it comes there next."""
        deadline = self.now + to_ns(timeout)
        with self.breakpoint(where) as address:
            self._run_to(address, deadline, f"'{where}' was not reached within {say_ns(to_ns(timeout))}")

    def _step_off(self, address: int) -> None:
        """A breakpoint where the program stands is met at once: go on by an instruction, which takes 8 ns."""
        if self.read_register("pc") == address:
            self.gdb.clear_breakpoint(address)
            self.run_until(self.now + INSTRUCTION_NS)
            self.gdb.set_breakpoint(address)

    def _run_to(self, address: int, deadline: int, otherwise: str) -> None:
        while True:
            self._step_off(address)
            self.run_until(deadline)
            if self._halted and self.read_register("pc") == address:
                return
            if self.now >= deadline:
                raise NotReached(f"{otherwise} of virtual time (the program is in {self.where}, "
                                 f"it is {say_ns(self.now)})")

    def wait_interrupt(self, interrupt: Union[int, str], timeout: Time = 10) -> int:
        """Until the core enters the handler of 'TIM2', 'SysTick', 'EXTI0', or of interrupt 28; the virtual time, ns."""
        number = exception_number(interrupt)
        deadline = self.now + to_ns(timeout)
        while True:
            handler = self.read_int(self.read_int(_VTOR) + 4 * number) & ~1
            with self.breakpoint(handler):
                self._run_to(handler, deadline, f"no interrupt {interrupt} within {say_ns(to_ns(timeout))}")
            if self.read_register("xpsr") & 0x1ff == number:
                return self.now         # others may have the same handler

    # ---- Calls ----

    def call(self, function: Where, *arguments: int, timeout: Time = 1) -> int:
        """Call a function of the firmware as C does, with integers and pointers; what it gives, as an unsigned word.

        It runs where the program stands, as an interrupt would, with interrupts going on; the core is as before then,
        but awake: its WFI is over.
        """
        address = self.address(function)
        words = [argument & 0xffffffff for argument in arguments]
        gdb = self.gdb
        names = [*_KEPT, *(name for name in gdb.registers if name in _FPU)]
        kept = {name: gdb.read_register(name) for name in names}
        back = self.read_int(self.read_int(_VTOR) + 4) & ~1             # what no function comes to: the reset handler
        stack = (kept["sp"] - 128 - 4 * max(len(words) - 4, 0)) & ~7    # below what a leaf may use
        for n, word in enumerate(words[:4]):
            gdb.write_register(f"r{n}", word)
        if words[4:]:
            gdb.write(stack, struct.pack(f"<{len(words) - 4}I", *words[4:]))
        gdb.write_register("sp", stack)
        gdb.write_register("lr", back | 1)
        gdb.write_register("xpsr", kept["xpsr"] & ~0x0600fc00 | 1 << 24)        # in no IT block
        gdb.write_register("pc", address)
        deadline = self.now + to_ns(timeout)
        with self.breakpoint(back):
            while True:                 # an interrupt's handler may come by there, on a deeper stack
                self._run_to(back, deadline, f"{function} has not returned within {say_ns(to_ns(timeout))}")
                if gdb.read_register("sp") == stack:
                    break
        result = gdb.read_register("r0")
        for name, value in kept.items():
            gdb.write_register(name, value)
        return result


_FPU = {f"d{n}" for n in range(16)} | {"fpscr"}
