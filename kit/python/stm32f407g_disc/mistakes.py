# SPDX-License-Identifier: GPL-2.0-or-later
"""What the machine reports that the firmware does wrong: lines of QEMU's log (-d guest_errors)."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

_LINE = re.compile(r"\[(?P<severity>error|suspicious|note) (?P<code>\w+)\] (?P<device>\S+?): (?P<what>.*?)"
                   r" \[(?P<chapter>[^\]]*)\]"
                   r"(?: at (?P<where>0x[0-9a-f]+(?: <[^>]*>)?)(?:, (?P<file>[^,]+):(?P<number>\d+))?(?P<stack>.*))?")


@dataclass(frozen=True)
class Mistake:
    """
    @where is the place in the program, '0x080001a4 <main+28>', and @file and @line that in its source, if it has debug
    information; what comes of time and others has none.  @code is that of docs/mistakes.md.
    """

    code: str
    severity: str                   # error, suspicious, note
    device: str
    what: str                       # ... and how to mend it
    chapter: Optional[str]
    where: Optional[str]
    file: Optional[str]
    line: Optional[int]
    text: str                       # all of it

    @property
    def is_note(self) -> bool:
        return self.severity == "note"

    def __str__(self) -> str:
        return self.text


def parse(line: str) -> Mistake:
    match = _LINE.fullmatch(line)
    if not match:
        return Mistake("", "error", "", line, None, None, None, None, line)
    device = match["device"].replace("/machine/soc/", "").replace("/machine/", "")
    return Mistake(match["code"], match["severity"], device, match["what"], match["chapter"], match["where"], match["file"],
                   int(match["number"]) if match["number"] else None, line)
