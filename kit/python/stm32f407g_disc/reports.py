# SPDX-License-Identifier: GPL-2.0-or-later
"""What the firmware does wrong: the front end's options, and the machine's that they are."""
from __future__ import annotations

import argparse

_OPTIONS = {
    "mistakes": ("FILE", "what the firmware does wrong, in a .json, .sarif, .html or .txt"),
    "strict": ("WHICH", "exit code 3 at the first of: error, suspicious, note, DMA015:SPI005"),
    "checks": ("WHICH", "look for mistakes with memory:time:concurrency:rtos, or all (slower)"),
    "ignore": ("WHICH", "do not tell: DMA015:SPI005, or a file of lines CODE in FILE: reason"),
}


def add_options(sub: argparse.ArgumentParser) -> None:
    for name, (takes, text) in _OPTIONS.items():
        sub.add_argument(f"--{name}", metavar=takes, help=text)


def machine_options(args: argparse.Namespace) -> dict[str, str]:
    """Those that were given; also of a command that has none of them."""
    return {name: value for name in _OPTIONS if (value := getattr(args, name, None))}
