#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench/snapshots.py FIRMWARE [TEXT]: how long the steps of a test take, of the host's time.

The firmware is booted until it says TEXT, or for a second, and then saved and loaded; a restore is that of the package, which also puts back what has been said.
"""
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "kit", "python"))
from stm32f407g_disc import Board

TIMES = 100


def measure(what, step, times=TIMES):
    spent = []
    for _ in range(times):
        began = time.monotonic()
        step()
        spent.append((time.monotonic() - began) * 1000)
    print(f"{what:24} median {statistics.median(spent):6.2f} ms, at most {max(spent):6.2f} ms")


def load_by_job(board, tag):
    """As Store.load() could do it as well."""
    board.qemu.events.clear()
    board.qemu.command("snapshot-load", job_id="load", tag=tag, vmstate="snapshots", devices=["snapshots"])
    while board.qemu.wait_event("JOB_STATUS_CHANGE")["data"]["status"] != "concluded":
        pass
    board.qemu.command("job-dismiss", id="load")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    measure("start and end", lambda: Board(sys.argv[1]).close(), 5)
    with Board(sys.argv[1]) as board:
        began = time.monotonic()
        if len(sys.argv) > 2:
            board.serial.expect(sys.argv[2], 60)
        else:
            board.run(1)
        print(f"boot: {board.time:.3f} s of virtual time in {time.monotonic() - began:.2f} s")
        measure("snapshot", board.snapshot, 20)
        snapshot = board.snapshot()
        measure("restore", lambda: board.restore(snapshot))
        measure("... by a job of QMP", lambda: load_by_job(board, snapshot.tag))
        measure("run of 1 us", lambda: board.run("1us"))


main()
