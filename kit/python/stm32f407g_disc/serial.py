# SPDX-License-Identifier: GPL-2.0-or-later
"""A serial port as a test has it: what the firmware says is read in the order and at the time at which it is said."""
from __future__ import annotations

import importlib
import re
import sys
from typing import TYPE_CHECKING, Union

from .errors import FirmwareEnded, NotReached
from .units import Time, say_ns, to_ns

if TYPE_CHECKING:
    from .board import Board

Pattern = Union[str, bytes, "re.Pattern[str]", "re.Pattern[bytes]"]
Data = Union[str, bytes]


def to_bytes(data: Data) -> bytes:
    return data.encode("utf-8") if isinstance(data, str) else bytes(data)


def tail_of(data: bytes, lines: int = 12) -> str:
    """The last lines, fit for a message."""
    text = data[-4000:].decode("utf-8", "replace").replace("\r\n", "\n")
    return "\n".join("    " + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
                     for line in text.split("\n")[-lines:])


class Serial:
    """One of the board's serial ports, by a chardev whose output is in the file @path."""

    def __init__(self, board: Board, name: str, chardev: str, path: str) -> None:
        self.name = name
        self._board, self._path, self._object = board, path, f"/chardevs/{chardev}"
        self._said = bytearray()        # all since power-on
        self._read = 0                  # of it, in the file
        self._seen = 0                  # of it, what has been taken by read() and expect()

    # ---- What the firmware says ----

    def _fetch(self) -> None:
        with open(self._path, "rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        self._said += new

    @property
    def data(self) -> bytes:
        """All that it has said since power-on."""
        self._fetch()
        return bytes(self._said)

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def read(self) -> bytes:
        """What has been said and was not yet taken by read() or expect()."""
        self._fetch()
        new = bytes(self._said[self._seen:])
        self._seen = len(self._said)
        return new

    def read_text(self) -> str:
        return self.read().decode("utf-8", "replace")

    def expect(self, pattern: Pattern, timeout: Time = 10) -> Union[str, "re.Match[bytes]"]:
        """Let the board run until the firmware has said @pattern: the machine then stands behind its last byte.

        Text is looked for as it is, what re.compile() gives as a regular expression, which matches as soon as it can:
        let it end with what follows (r'T=(\\d+)\\r\\n'), which is quicker, too: else the machine has to stand at every
        byte.  @timeout is virtual time.  What comes before the match
        is taken as well.  Gives the text, or the match of the expression (whose groups are bytes).
        """
        deadline = self._board.now + to_ns(timeout)
        expression = isinstance(pattern, re.Pattern)
        literal = b"" if isinstance(pattern, re.Pattern) else to_bytes(pattern)
        search = _compile(pattern)
        while True:
            self._fetch()
            match = search.search(self._said, self._seen)
            if match:
                self._seen = match.end()
                # of a copy: what is said later must be able to move the buffer
                return _copy(search, match) if expression else literal.decode("utf-8", "replace")
            if self._board.now >= deadline:
                raise NotReached(self._message(pattern, timeout))
            self._stop_on(_end_of(search) if expression or not literal else self._rest_of(literal))
            try:
                self._board.run_until(deadline)
            except FirmwareEnded as end:
                self._fetch()
                if not search.search(self._said, self._seen):
                    raise FirmwareEnded(f"{end}\n{self._message(pattern, timeout)}", end.code) from None
            finally:
                self._stop_on("")

    def _rest_of(self, literal: bytes) -> str:
        """For stop-on: how many bytes of @literal have been said already."""
        unseen = bytes(self._said[self._seen:])
        known = next((n for n in range(min(len(literal) - 1, len(unseen)), 0, -1)
                      if unseen.endswith(literal[:n])), 0)
        return f"{literal.hex()}:{known}"

    def _stop_on(self, value: str) -> None:
        if not self._board.has_ended:
            self._board.qemu.set(self._object, "stop-on", value)

    def _message(self, pattern: Pattern, timeout: Time) -> str:
        wanted = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
        said = bytes(self._said[self._seen:])
        return (f"{self.name}: no {wanted!r} within {say_ns(to_ns(timeout))} of virtual time "
                f"(it is {say_ns(self._board.now)}). " +
                (f"What has been said since:\n{tail_of(said)}" if said else "Nothing has been said since."))

    # ---- What it is told ----

    @property
    def unsent(self) -> bytes:
        """What was written and the firmware's port has not taken in yet."""
        return bytes.fromhex(self._board.qemu.get(self._object, "input"))

    def write(self, data: Data) -> None:
        """Send @data, from this instant of virtual time on, a frame after the other at the port's baud rate."""
        self._board.check_runs()
        self._board.qemu.set(self._object, "input", (self.unsent + to_bytes(data)).hex())

    def write_line(self, text: Data, end: Data = "\r") -> None:
        self.write(to_bytes(text) + to_bytes(end))

    # ---- Snapshots ----

    def save(self) -> tuple[bytes, int, bytes]:
        self._fetch()
        return bytes(self._said), self._seen, self.unsent

    def forget_input(self) -> None:
        self._board.qemu.set(self._object, "input", "")

    def restore(self, state: tuple[bytes, int, bytes]) -> None:
        self._fetch()
        said, self._seen, unsent = state
        self._said = bytearray(said)
        if unsent:
            self._board.qemu.set(self._object, "input", unsent.hex())


def _compile(pattern: Pattern) -> re.Pattern[bytes]:
    if isinstance(pattern, re.Pattern):
        text = pattern.pattern
        flags = pattern.flags & ~re.UNICODE
        return re.compile(text.encode("utf-8") if isinstance(text, str) else text, flags)
    return re.compile(re.escape(to_bytes(pattern)))


def _end_of(search: re.Pattern[bytes]) -> str:
    """Where to stop to look for an expression: at the byte that it ends with, if there is one, else at any."""
    try:
        parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
        kind, value = parser.parse(search.pattern, search.flags)[-1]
        if kind is parser.LITERAL and not search.flags & re.IGNORECASE:
            return f"{value:02x}"
    except (ImportError, AttributeError, LookupError, TypeError, ValueError):
        pass                            # it is Python's own business how it sees them
    return "any"


def _copy(search: re.Pattern[bytes], match: re.Match[bytes]) -> re.Match[bytes]:
    copy = search.search(bytes(match.string)[:match.end()], match.start())
    assert copy
    return copy
