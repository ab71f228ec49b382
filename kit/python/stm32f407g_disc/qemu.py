# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the board's qemu-system-arm is."""
from __future__ import annotations

import os
import shutil
import stat
from typing import Optional

from .errors import BoardError

NAME = "stm32f407g-disc"


def _beside(front_end: Optional[str]) -> list[str]:
    if not front_end:
        return []
    here = os.path.dirname(os.path.realpath(front_end))
    return [os.path.join(here, "..", "lib", NAME, "qemu-system-arm"),
            os.path.join(here, "..", "build", "qemu", "qemu-system-arm")]


def find_qemu() -> str:
    """STM32F407G_DISC_QEMU's, else the one installed beside this package or the front end on the PATH, or built."""
    told = os.environ.get("STM32F407G_DISC_QEMU")
    here = os.path.dirname(os.path.realpath(__file__))
    places = [told] if told else [
        os.path.join(here, "..", "..", "..", NAME, "qemu-system-arm"),               # lib/python3/dist-packages
        os.path.join(here, "..", "..", "..", "build", "qemu", "qemu-system-arm"),    # the source tree's kit/python
        *_beside(shutil.which(NAME))]
    for place in places:
        if os.access(place, os.X_OK):
            return os.path.normpath(place)
    if told:
        raise BoardError(f"no QEMU at {told}, which STM32F407G_DISC_QEMU names")
    raise BoardError(f"there is no qemu-system-arm of {NAME}: install the package, or `make build`, or let "
                     "STM32F407G_DISC_QEMU name it")


def data_options(qemu: str) -> list[str]:
    """Keyboard maps, which -vnc reads, of an installed QEMU."""
    data = os.path.normpath(os.path.join(os.path.dirname(qemu), "..", "..", "share", NAME))
    return ["-L", data] if os.path.isdir(data) else []


def escaped(value: str) -> str:
    """A comma ends a value in QEMU's options."""
    return value.replace(",", ",,")


def readable(path: str, what: str) -> str:
    """@path, if it is a file that can be read: not a FIFO, which is read once, and waits for who writes it."""
    try:
        if stat.S_ISFIFO(os.stat(path).st_mode):
            raise BoardError(f"{what} '{path}': it is a FIFO, and has to be a file")
        with open(path, "rb"):
            return path
    except OSError as error:
        raise BoardError(f"{what} '{path}': {error.strerror}") from None
