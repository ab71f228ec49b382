# SPDX-License-Identifier: GPL-2.0-or-later
"""A project as Wokwi has them: a folder with a wokwi.toml and a diagram.json."""
from __future__ import annotations

import os
import re
from typing import Any, Optional

from .errors import BoardError
from .qemu import escaped, readable


class Project:
    """What stands in the @folder's wokwi.toml, and the diagram.json beside it; all of it may be missing."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.path = os.path.join(folder, "wokwi.toml")
        self.wokwi: dict[str, Any] = {}
        self.forwards: list[str] = []
        self.diagram: Optional[str] = None
        if os.path.exists(self.path):
            self._read()
            diagram = os.path.normpath(os.path.join(folder, "diagram.json"))
            self.diagram = diagram if os.path.exists(diagram) else None

    def _read(self) -> None:
        try:
            import tomllib
        except ImportError:
            raise BoardError(f"{self.path}: to read it takes Python 3.11 or newer") from None
        try:
            with open(self.path, "rb") as file:
                content = tomllib.load(file)
        except (OSError, ValueError) as error:
            raise BoardError(f"{self.path}: {error}") from None
        self.wokwi = content.get("wokwi", {})
        net = content.get("net", {})
        forwards = net.get("forward", []) if isinstance(net, dict) else net if isinstance(net, list) else None
        if not isinstance(self.wokwi, dict) or not isinstance(forwards, list):
            raise BoardError(f"{self.path}: it takes a table [wokwi] and tables [[net.forward]]")
        self.forwards = [self._forward(item) for item in forwards]

    def _forward(self, item: Any) -> str:
        """QEMU's words for { from = "localhost:8080", to = "target:80" }."""
        item = item if isinstance(item, dict) else {}
        ends = [re.fullmatch(r"(?:(?P<host>[^:]+):)?(?P<port>\d+)", str(item.get(key, "")))
                for key in ("from", "to")]
        first, last = ends
        if not first or not last or not all(0 < int(end["port"]) < 65536 for end in (first, last)):
            raise BoardError(f'{self.path}: a [[net.forward]] is from = "localhost:8080", to = "target:80"')
        host = first["host"] or "localhost"
        return (f"hostfwd=tcp:{'127.0.0.1' if host == 'localhost' else escaped(host)}:{first['port']}"
                f"-:{last['port']}")

    def file(self, *keys: str) -> Optional[str]:
        """The first of the files named by @keys, relative to the project."""
        for key in keys:
            if key in self.wokwi:
                return readable(os.path.join(self.folder, str(self.wokwi[key])), f"{self.path}: {key}")
        return None

    def gdb_port(self) -> Optional[int]:
        port = self.wokwi.get("gdbServerPort")
        if port is not None and (not isinstance(port, int) or not 0 < port < 65536):
            raise BoardError(f"{self.path}: gdbServerPort = {port}: a port is a number from 1 to 65535")
        return port
