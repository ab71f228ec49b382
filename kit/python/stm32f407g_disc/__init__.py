# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of STM32F407G-DISC1 firmware in Python, on a board that QEMU runs.  board.py says how."""
from .board import Board
from .errors import BoardError, FirmwareEnded, NotReached
from .links import Cable, CanLink, UartLink
from .mistakes import Mistake
from .pins import Edge, Measurement, Pin
from .serial import Serial
from .snapshots import Snapshot
from .units import Time

__all__ = ["Board", "BoardError", "Cable", "CanLink", "Edge", "FirmwareEnded", "Measurement", "Mistake", "NotReached",
           "Pin", "Serial", "Snapshot", "Time", "UartLink"]
