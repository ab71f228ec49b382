# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbols of an ELF file: where a name is, and how large.  32 bits, little endian, as the core's."""
from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Optional

from .errors import BoardError, no_such

_SYMTAB, _FUNCTION = 2, 2


@dataclass(frozen=True)
class Symbol:
    """A function's address has no Thumb bit."""

    name: str
    address: int
    size: int
    is_function: bool


class Elf:
    """A file that is no ELF has no symbols; a name that stands for several (static ones) is the first with a size."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.symbols: dict[str, Symbol] = {}
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise BoardError(f"firmware '{path}': {error.strerror}") from None
        if data[:6] == b"\x7fELF\x01\x01":
            try:
                self._read(data)
            except (struct.error, IndexError, UnicodeDecodeError):
                raise BoardError(f"firmware '{path}': its symbol table can't be read; is the file whole?") from None
        self._functions = sorted((s for s in self.symbols.values() if s.is_function), key=lambda s: s.address)

    def _read(self, data: bytes) -> None:
        start, = struct.unpack_from("<I", data, 32)
        size, number = struct.unpack_from("<HH", data, 46)
        sections = [struct.unpack_from("<10I", data, start + i * size) for i in range(number)]
        for _, kind, _, _, offset, length, link, _, _, entry in sections:
            if kind == _SYMTAB and entry:
                self._read_symbols(data, offset, length // entry, entry, sections[link][4])

    def _read_symbols(self, data: bytes, offset: int, number: int, entry: int, strings: int) -> None:
        for i in range(number):
            name, value, size, info, _, section = struct.unpack_from("<IIIBBH", data, offset + i * entry)
            if not name or not section or info & 15 > _FUNCTION:
                continue
            text = data[strings + name:data.index(0, strings + name)].decode("utf-8")
            if text[0] == "$":
                continue                # mapping symbols
            function = info & 15 == _FUNCTION
            symbol = Symbol(text, value & ~1 if function else value, size, function)
            old = self.symbols.get(text)
            if old is None or (not old.size and size):
                self.symbols[text] = symbol

    def symbol(self, name: str) -> Symbol:
        if name not in self.symbols:
            if not self.symbols:
                raise BoardError(f"'{self.path}' has no symbols: give an ELF file that is not stripped")
            raise no_such("symbol", name, self.symbols)
        return self.symbols[name]

    def function_at(self, address: int) -> Optional[str]:
        """'main+12', or None."""
        low, high = 0, len(self._functions)
        while low < high:
            middle = (low + high) // 2
            if self._functions[middle].address <= address:
                low = middle + 1
            else:
                high = middle
        if not low:
            return None
        found = self._functions[low - 1]
        offset = address - found.address
        if offset > max(found.size, 2):
            return None
        return f"{found.name}+{offset}" if offset else found.name
