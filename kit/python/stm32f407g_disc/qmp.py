# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of QMP, QEMU's control protocol: commands, events, and the process behind them.

QEMU inherits one end of a socket pair, so there is no address that another program could have, and nothing to
wait for.  A process that ends is `Gone`, with what it has said on stderr.
"""
from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import tempfile
import weakref
from collections import deque
from typing import Any, Optional

from .errors import BoardError

HOST_TIMEOUT = 300.0            # seconds of the host without an answer to a command: QEMU hangs


class QmpError(BoardError):
    """QEMU has refused a command."""


class Gone(Exception):
    """QEMU has ended."""


class Qemu:
    """A QEMU of the command line @line, and its QMP connection."""

    def __init__(self, line: list[str], cwd: Optional[str] = None) -> None:
        ours, its = socket.socketpair()
        self.line = line + ["-chardev", f"socket,id=control,fd={its.fileno()}",
                            "-mon", "chardev=control,mode=control"]
        self._said = tempfile.TemporaryFile()
        self._number = 0
        self._buffer = bytearray()
        self.events: deque[dict[str, Any]] = deque()
        self._socket = ours
        with its:
            try:
                self.process = subprocess.Popen(self.line, stdin=subprocess.DEVNULL, stdout=self._said,
                                                stderr=self._said, pass_fds=[its.fileno()], cwd=cwd)
            except OSError as error:
                ours.close()
                raise BoardError(f"{line[0]}: {error.strerror}") from None
        weakref.finalize(self, _end, self.process)      # who forgets close(), and at the end of Python
        try:
            self._receive()             # the greeting
            self.command("qmp_capabilities")
        except Gone:
            message = self.said() or f"QEMU ended with {self.process.returncode}"
            self.close()
            raise BoardError(message) from None

    def said(self) -> str:
        """What it has written to stdout and stderr, without its own name."""
        self._said.seek(0)
        text = self._said.read().decode("utf-8", "replace").strip()
        return re.sub(r"^\S*qemu-system-arm: (?:warning: )?", "", text, flags=re.MULTILINE)

    # ---- Messages ----

    def _receive(self, patience: float = HOST_TIMEOUT) -> dict[str, Any]:
        """The next message.  A TimeoutError if none comes within @patience seconds."""
        while b"\n" not in self._buffer:
            self._socket.settimeout(patience)
            try:
                piece = self._socket.recv(1 << 16)
            except socket.timeout:
                raise TimeoutError from None
            except OSError:
                piece = b""
            if not piece:
                self.process.wait()
                raise Gone
            self._buffer += piece
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = bytearray(rest)
        message = json.loads(line)
        assert isinstance(message, dict)
        return message

    def send(self, name: str, **arguments: Any) -> int:
        """Say a command without waiting for its answer, which finish() does; its number."""
        self._number += 1
        words = {key.replace("_", "-"): value for key, value in arguments.items()}
        text = json.dumps({"execute": name, "arguments": words, "id": self._number})
        try:
            self._socket.sendall(text.encode())
        except OSError:
            pass                        # _receive() finds out why
        return self._number

    def finish(self, number: int) -> Any:
        """The answer to command @number; those come in the order of the commands."""
        while True:
            try:
                message = self._receive()
            except TimeoutError:
                self.close()
                raise BoardError(f"QEMU has not answered for {HOST_TIMEOUT:g} s of the host's time") from None
            if "event" in message:
                self.events.append(message)
            elif message.get("id") == number:
                if "error" in message:
                    raise QmpError(str(message["error"].get("desc")))
                return message["return"]

    def command(self, name: str, **arguments: Any) -> Any:
        return self.finish(self.send(name, **arguments))

    def wait_event(self, *names: str, patience: float = HOST_TIMEOUT) -> dict[str, Any]:
        """The next event that is one of @names; those before it are forgotten.  A TimeoutError if nothing at all comes
        for @patience seconds.
        """
        while True:
            while self.events:
                event = self.events.popleft()
                if event["event"] in names:
                    return event
            message = self._receive(patience)
            if "event" in message:
                self.events.append(message)

    # ---- What is asked most ----

    def get(self, path: str, name: str) -> Any:
        return self.command("qom-get", path=path, property=name)

    def set(self, path: str, name: str, value: Any) -> None:
        self.command("qom-set", path=path, property=name, value=value)

    def properties(self, path: str) -> dict[str, str]:
        """Names and types of what the object at @path has."""
        return {item["name"]: item["type"] for item in self.command("qom-list", path=path)}

    def monitor(self, line: str) -> str:
        """A command of the human monitor."""
        return str(self.command("human-monitor-command", command_line=line))

    # ---- The end ----

    def close(self) -> None:
        """End it, if it has not."""
        self._socket.close()
        _end(self.process)
        self._said.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def lines_of(path: str, start: int = 0) -> list[str]:
    """The whole lines of a text file, from byte @start on."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        file.seek(start)
        return file.read().decode("utf-8", "replace").splitlines()
