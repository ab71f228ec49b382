# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong.  A test that fails is an AssertionError, so that test runners call it a failure; what the
user has to mend (a name, a file) is a BoardError, in one line.
"""
from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Optional


class BoardError(Exception):
    """A wrong name, file or argument, or a QEMU that does not start; one line says what to do."""


class NotReached(AssertionError):
    """Virtual time is over, and what was waited for has not happened."""


class FirmwareEnded(AssertionError):
    """The firmware has ended itself, by semihosting, while something else was waited for."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def no_such(what: str, name: object, known: Iterable[str]) -> BoardError:
    """'there is no part 'bnt1': did you mean 'btn1'?', or all that there are if none is near."""
    names = sorted(known)
    near: Optional[str] = next(iter(difflib.get_close_matches(str(name), names, 1, 0.5)), None)
    hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(names) or 'none'}"
    return BoardError(f"there is no {what} '{name}': {hint}")
