# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots of a board, to boot once and test many: all of the machine at an instant, in a file that goes with it."""
from __future__ import annotations

import itertools
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
        open(path, "wb").close()
        file = {"driver": "file", "filename": path, "node-name": f"{_NODE}-file", "cache": {"no-flush": True}}
        qemu.command("blockdev-add", **file)
        self._job("blockdev-create", options={"driver": "qcow2", "file": f"{_NODE}-file", "size": 0})
        qemu.command("blockdev-add", driver="qcow2", file=f"{_NODE}-file", node_name=_NODE)

    def _job(self, name: str, **arguments: Any) -> None:
        """A command that goes on in the background: wait for it."""
        job = f"job{next(_numbers)}"
        self._qemu.events.clear()
        self._qemu.command(name, job_id=job, **arguments)
        while True:
            event = self._qemu.wait_event("JOB_STATUS_CHANGE")["data"]
            if event["id"] == job and event["status"] == "concluded":
                break
        jobs = self._qemu.command("query-jobs")
        self._qemu.command("job-dismiss", id=job)
        error = next((j.get("error") for j in jobs if j["id"] == job), None)
        if error:
            raise BoardError(error)

    def save(self) -> str:
        tag = f"s{next(_numbers)}"
        self._job("snapshot-save", tag=tag, vmstate=_NODE, devices=[_NODE])
        return tag

    def load(self, tag: str) -> None:
        self._job("snapshot-load", tag=tag, vmstate=_NODE, devices=[_NODE])
