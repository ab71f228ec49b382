# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command is started with: stdin, stdout and stderr, of which any may be closed, and who reads stdout may go."""
from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import Optional


def open_closed() -> None:
    """One that is closed would be the next file or socket that is opened, here or in QEMU, which then writes there."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)          # the lowest number that is free
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, encoding="utf-8"))


def wait_while_read(process: subprocess.Popen[bytes], timeout: Optional[float]) -> int:
    """process.wait(), but a BrokenPipeError as soon as stdout's other end is closed: QEMU writes there, and does not mind."""
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):               # an older system
        return process.wait(timeout)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.register(1, 0)                         # no event but that one; a file never has it
        ready = dict(poll.poll(None if timeout is None else timeout * 1000))
    finally:
        os.close(handle)
    if 1 in ready and handle not in ready:
        raise BrokenPipeError
    return process.wait(None if ready else 0)


def drop_output() -> None:
    """What is still in Python's buffers has no reader."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
