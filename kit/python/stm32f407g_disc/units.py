# SPDX-License-Identifier: GPL-2.0-or-later
"""Times: numbers are seconds, text has its unit."""
from __future__ import annotations

import re
from typing import Union

from .errors import BoardError

Time = Union[int, float, str]
_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000}


def to_ns(time: Time) -> int:
    """0.5, '500ms', '2 s', '1m' in ns."""
    if isinstance(time, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*(ns|us|ms|s|m)\s*", time, re.IGNORECASE)
        if not match:
            if re.fullmatch(r"\s*0+(\.0*)?\s*", time):
                return 0
            raise BoardError(f"'{time}' is no time: write 30ms, 2s, 1.5s, 100us")
        return round(float(match[1]) * _UNITS[match[2].lower()])
    if isinstance(time, bool) or not 0 <= time < 1e9:
        raise BoardError(f"{time!r} is no time: it is seconds, from 0 on")
    return round(time * 1e9)


def say_ns(ns: int) -> str:
    """1500000 as '1.5 ms'."""
    for unit in ("s", "ms", "us"):
        if abs(ns) >= _UNITS[unit]:
            return f"{ns / _UNITS[unit]:.6f}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{ns} ns"
