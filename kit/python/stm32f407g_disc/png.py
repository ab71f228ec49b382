# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures to compare: PNG (8 bits a sample, not interlaced), and the PPM that QEMU writes, as rows of RGB."""
from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Optional

from .errors import BoardError


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    rgb: bytes

    def difference(self, other: Picture) -> Optional[tuple[int, int]]:
        """The first pixel (x, y) that differs from one of @other, which has the same size.  The lowest three bits do not
        count: displays of 16 bits a pixel have none, and pictures of them 0 there, or the highest ones again.
        """
        at = next((i // 3 for i, (a, b) in enumerate(zip(self.rgb, other.rgb)) if a != b and a >> 3 != b >> 3), None)
        return None if at is None else (at % self.width, at // self.width)

    def pixels_of_oled(self, scale: int) -> Picture:
        """A pixel for each of an OLED, of which @self shows @scale by @scale; lit ones are white, however bright."""
        row = 3 * self.width
        rgb = b"".join(b"\xff\xff\xff" if self.rgb[y * row + x] else b"\0\0\0"
                       for y in range(0, self.height, scale) for x in range(0, row, 3 * scale))
        return Picture(self.width // scale, self.height // scale, rgb)

    def write(self, path: str) -> None:
        rows = b"".join(b"\0" + self.rgb[3 * self.width * y:3 * self.width * (y + 1)] for y in range(self.height))
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
            for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")))
        try:
            with open(path, "wb") as file:
                file.write(data)
        except OSError as error:
            raise BoardError(f"picture '{path}': {error.strerror}") from None


def read(path: str) -> Picture:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise BoardError(f"picture '{path}': {error.strerror}") from None
    try:
        return _ppm(data) if data[:2] == b"P6" else _png(data)
    except (struct.error, zlib.error, IndexError, ValueError, KeyError):
        raise BoardError(f"picture '{path}': it is no PNG with 8 bits a sample and not interlaced") from None


def _ppm(data: bytes) -> Picture:
    _, size, _, rgb = data.split(b"\n", 3)
    width, height = size.split()
    return Picture(int(width), int(height), rgb)


def _png(data: bytes) -> Picture:
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError
    packed, palette, position = b"", b"", 8
    width = height = kind = -1
    while position < len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        body = data[position + 8:position + 8 + length]
        if name == b"IHDR":
            width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if depth != 8 or interlaced:
                raise ValueError
        elif name == b"PLTE":
            palette = body
        elif name == b"IDAT":
            packed += body
        position += 12 + length
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    rows = _unfiltered(zlib.decompress(packed), width * samples, height, samples)
    return Picture(width, height, b"".join(_rgb(row, kind, palette) for row in rows))


def _rgb(row: bytes, kind: int, palette: bytes) -> bytes:
    if kind == 2:
        return row
    if kind == 3:
        return b"".join(palette[3 * i:3 * i + 3] for i in row)
    if kind == 6:
        return b"".join(row[i:i + 3] for i in range(0, len(row), 4))
    step = 2 if kind == 4 else 1
    return b"".join(row[i:i + 1] * 3 for i in range(0, len(row), step))


def _unfiltered(data: bytes, size: int, height: int, back: int) -> list[bytes]:
    rows: list[bytes] = []
    above = bytes(size)
    for y in range(height):
        start = y * (size + 1)
        row = bytearray(data[start + 1:start + 1 + size])
        if len(row) != size:
            raise ValueError
        _unfilter(data[start], row, above, back)
        above = bytes(row)
        rows.append(above)
    return rows


def _unfilter(kind: int, row: bytearray, above: bytes, back: int) -> None:
    for i in range(len(row)):
        left = row[i - back] if i >= back else 0
        corner = above[i - back] if i >= back else 0
        row[i] = (row[i] + (0, left, above[i], (left + above[i]) // 2,
                            _paeth(left, above[i], corner))[kind]) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
