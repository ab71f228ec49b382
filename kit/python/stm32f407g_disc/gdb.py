# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of QEMU's gdb server: memory, registers, breakpoints.

The machine is started and stopped by QMP alone, so this only ever talks to one that stands; a breakpoint that is
met makes it stand in the run state "debug".
"""
from __future__ import annotations

import re
import socket

from .errors import BoardError, no_such
from .qmp import HOST_TIMEOUT

_PIECE = 0x600                  # bytes of memory in a packet


class Gdb:
    """A connection to the server at the unix socket @path."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(HOST_TIMEOUT)
        self._socket.connect(path)
        self._buffer = bytearray()
        self.registers: dict[str, tuple[int, int]] = {}         # number, bytes
        self._ask("qSupported:xmlRegisters=arm")
        self._ask("?")
        self._learn_registers()

    def close(self) -> None:
        self._socket.close()

    # ---- Packets ----

    def _byte(self) -> int:
        if not self._buffer:
            piece = self._socket.recv(1 << 16)
            if not piece:
                raise BoardError("QEMU's gdb server has gone")
            self._buffer += piece
        return self._buffer.pop(0)

    def _ask(self, text: str) -> str:
        data = text.encode("latin-1")
        self._socket.sendall(b"$%b#%02x" % (data, sum(data) & 255))
        while self._byte() != ord("$"):         # acknowledgements
            pass
        answer = bytearray()
        while (byte := self._byte()) != ord("#"):
            if byte == ord("}"):
                byte = self._byte() ^ 0x20
            answer.append(byte)
        self._byte(), self._byte()
        self._socket.sendall(b"+")
        return answer.decode("latin-1")

    def _do(self, text: str, what: str) -> str:
        answer = self._ask(text)
        if not answer or re.fullmatch("E[0-9a-fA-F]{2}", answer):
            raise BoardError(f"{what}: refused by the machine" + (f" ({answer})" if answer else ""))
        return answer

    # ---- Registers ----

    def _read_file(self, name: str) -> str:
        text = ""
        while True:
            answer = self._ask(f"qXfer:features:read:{name}:{len(text):x},ffb")
            text += answer[1:]
            if answer[:1] != "m":
                return text

    def _learn_registers(self) -> None:
        """Numbers go on from one file of the description to the next, where a register has none of its own."""
        number = 0
        for file in re.findall(r'<xi:include href="([^"]+)"', self._read_file("target.xml")):
            for attributes in re.findall(r"<reg\s([^>]*)/?>", self._read_file(file)):
                words = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
                number = int(words.get("regnum", number))
                self.registers[words["name"]] = number, int(words["bitsize"]) // 8
                number += 1

    def _register(self, name: str) -> tuple[int, int]:
        name = {"r13": "sp", "r14": "lr", "r15": "pc"}.get(name.lower(), name.lower())
        if name not in self.registers:
            raise no_such("register", name, self.registers)
        return self.registers[name]

    def read_register(self, name: str) -> int:
        number, _ = self._register(name)
        return int.from_bytes(bytes.fromhex(self._do(f"p{number:x}", f"register {name}")), "little")

    def write_register(self, name: str, value: int) -> None:
        number, size = self._register(name)
        data = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        self._do(f"P{number:x}={data.hex()}", f"register {name} = {value:#x}")

    # ---- Memory ----

    def read(self, address: int, size: int) -> bytes:
        data = b""
        while len(data) < size:
            at, piece = address + len(data), min(_PIECE, size - len(data))
            data += bytes.fromhex(self._do(f"m{at:x},{piece:x}", f"memory from 0x{at:08x}"))
        return data

    def write(self, address: int, data: bytes) -> None:
        for i in range(0, len(data), _PIECE):
            piece = data[i:i + _PIECE]
            self._do(f"M{address + i:x},{len(piece):x}:{piece.hex()}", f"memory from 0x{address + i:08x}")

    # ---- Breakpoints ----

    def set_breakpoint(self, address: int) -> None:
        self._do(f"Z1,{address & ~1:x},2", f"breakpoint at 0x{address:08x}")

    def clear_breakpoint(self, address: int) -> None:
        self._do(f"z1,{address & ~1:x},2", f"breakpoint at 0x{address:08x}")

    def set_watchpoint(self, address: int, size: int, kind: str) -> None:
        self._do(f"Z{_WATCH[kind]},{address:x},{size:x}", f"watchpoint at 0x{address:08x}")

    def clear_watchpoint(self, address: int, size: int, kind: str) -> None:
        self._do(f"z{_WATCH[kind]},{address:x},{size:x}", f"watchpoint at 0x{address:08x}")


_WATCH: dict[str, int] = {"write": 2, "read": 3, "access": 4}
