# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots of a board, to boot once and test many: all of the machine at an instant, in a file that goes with it.

By savevm and loadvm, which have all drives in it, or refuse.  The jobs snapshot-save and -load take as long
(tests/bench/snapshots.py), and leave out what they are not told.
"""
from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from .errors import BoardError
from .mistakes import Mistake
from .qmp import Qemu

_NODE = "snapshots"
_numbers = itertools.count()


@dataclass(frozen=True)
class Snapshot:
    """What Board.snapshot() gives and Board.restore() takes."""

    tag: str
    now: int
    serials: dict[str, Any]
    mistakes: list[Mistake]


class Store:
    """Where QEMU keeps them: a qcow2 image, made by QEMU itself when the first is taken."""

    def __init__(self, qemu: Qemu, path: str) -> None:
        self._qemu = qemu
        self._tags: set[str] = set()
        open(path, "wb").close()
        file = {"driver": "file", "filename": path, "node-name": f"{_NODE}-file", "cache": {"no-flush": True}}
        qemu.command("blockdev-add", **file)
        self._make_image()
        qemu.command("blockdev-add", driver="qcow2", file=f"{_NODE}-file", node_name=_NODE)

    def _make_image(self) -> None:
        self._qemu.events.clear()
        self._qemu.command("blockdev-create", job_id=_NODE,
                           options={"driver": "qcow2", "file": f"{_NODE}-file", "size": 0})
        while self._qemu.wait_event("JOB_STATUS_CHANGE")["data"]["status"] != "concluded":
            pass
        self._qemu.command("job-dismiss", id=_NODE)

    def _do(self, command: str) -> None:
        said = self._qemu.monitor(command).strip()
        drive = re.search(r"Device '([^']*)' is writable but does not support snapshots", said)
        if drive:
            raise BoardError(f"the drive '{drive[1]}' can't go back in time: add snapshot=on to its -drive, and what is "
                             "written there ends with the board")
        errors = [line[7:] for line in said.splitlines() if line.startswith("Error: ")]     # others are news
        if errors:
            raise BoardError("; ".join(errors))

    def save(self) -> str:
        tag = f"board-{next(_numbers)}"
        self._do(f"savevm {tag}")
        self._tags.add(tag)
        return tag

    def load(self, tag: str) -> None:
        if tag not in self._tags:
            raise BoardError("this snapshot is of another board")
        self._do(f"loadvm {tag}")
