# SPDX-License-Identifier: GPL-2.0-or-later
"""What of the firmware has run: QEMU's options for the plugin that watches it."""
from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Optional

from .errors import BoardError
from .qemu import escaped

PLUGIN = "libstm32-watch.so"


def find_plugin(qemu: str) -> str:
    """Beside QEMU, installed or built."""
    folder = os.path.dirname(qemu)
    for place in (os.path.join(folder, PLUGIN), os.path.join(folder, "stm32", PLUGIN)):
        if os.path.exists(place):
            return place
    raise BoardError(f"there is no {PLUGIN} beside {qemu}: it was built without elfutils (libdw)")


def _writable(path: str) -> None:
    """Told before the run: the machine writes them at its end."""
    path = os.path.abspath(path)
    folder = os.path.dirname(path)
    if os.path.isdir(path) or not os.path.isdir(folder):
        raise BoardError(f"'{path}' cannot be written: " + ("it is a folder" if os.path.isdir(path) else f"there is no {folder}"))
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise BoardError(f"'{path}' cannot be written: Permission denied")


def watch_options(qemu: str, coverage: Sequence[str] = (), profile: Optional[str] = None,
                  timeline: Optional[str] = None, merge: bool = False) -> list[str]:
    """@coverage: lcov's files, or Cobertura's if they end in .xml; @merge: add to what is in those of lcov."""
    for path in (*coverage, *filter(None, (profile, timeline))):
        _writable(path)
    words = [f"coverage={escaped(os.path.abspath(path))}" for path in coverage]
    words += [f"profile={escaped(os.path.abspath(profile))}"] if profile else []
    words += [f"timeline={escaped(os.path.abspath(timeline))}"] if timeline else []
    if not words:
        return []
    words += ["merge=on"] if merge else []
    return ["-plugin", ",".join([escaped(find_plugin(qemu)), f"root={escaped(os.getcwd())}", *words])]


def add_options(sub: argparse.ArgumentParser) -> None:
    """To the front end's commands that run a firmware."""
    sub.add_argument("--coverage", metavar="FILE", action="append", default=[],
                     help="which lines have run: lcov's file, or Cobertura's if it ends in .xml; more than once")
    sub.add_argument("--coverage-merge", action="store_true", help="add to what is in lcov's file already")
    sub.add_argument("--profile", metavar="FILE", help="where the cycles went, for KCachegrind")
    sub.add_argument("--timeline", metavar="FILE", help="what ran when, for Perfetto")


def options_of(qemu: str, args: argparse.Namespace) -> list[str]:
    return watch_options(qemu, args.coverage, args.profile, args.timeline, args.coverage_merge)
