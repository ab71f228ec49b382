# SPDX-License-Identifier: GPL-2.0-or-later
"""What the machine reports that the firmware does wrong: lines of QEMU's log (-d guest_errors)."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

_LINE = re.compile(r"(?P<note>note: )?(?P<device>\S+?): (?P<what>.*?)(?: \[(?P<chapter>[^\]]*)\])?"
                   r"(?: at (?P<where>0x[0-9a-f]+(?: <[^>]*>)?))?")


@dataclass(frozen=True)
class Mistake:
    """@where is the place in the program, '0x080001a4 <main+28>'; what comes of time and others has none."""

    device: str
    what: str
    chapter: Optional[str]
    where: Optional[str]
    is_note: bool
    line: str

    def __str__(self) -> str:
        return self.line


def parse(line: str) -> Mistake:
    match = _LINE.fullmatch(line)
    if not match:
        return Mistake("", line, None, None, False, line)
    device = match["device"].replace("/machine/soc/", "").replace("/machine/", "")
    return Mistake(device, match["what"], match["chapter"], match["where"], bool(match["note"]), line)
