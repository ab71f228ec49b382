# SPDX-License-Identifier: GPL-2.0-or-later
"""stm32f407g-disc test: wokwi-cli's arguments, for wokwi.py."""
from __future__ import annotations

import argparse
import os
import re
from typing import Optional

from . import reports, watch, wokwi
from .errors import BoardError
from .project import Project
from .qemu import find_qemu, readable
from .units import to_ns


def _files(args: argparse.Namespace) -> tuple[Project, str, Optional[str]]:
    """(project, firmware, scenario): PATH is a folder, a scenario, or a firmware."""
    path, scenario = args.firmware or ".", args.scenario
    root = path if os.path.isdir(path) else "."
    if path.endswith((".yaml", ".yml")):
        if scenario:
            raise BoardError(f"two scenarios: {path} and {scenario}")
        scenario = readable(path, "scenario")
    elif scenario:
        scenario = readable(os.path.join(root, scenario), "scenario")
    project = Project(root)
    firmware = args.elf and readable(args.elf, "firmware") or project.file("firmware", "elf")
    if root == "." and path != "." and not args.elf and not path.endswith((".yaml", ".yml")):
        firmware = readable(path, "firmware")
    if not firmware:
        raise BoardError("name a firmware by --elf, or in a wokwi.toml by firmware =")
    return project, firmware, scenario


def run(args: argparse.Namespace) -> int:
    """As wokwi-cli: paths of --scenario and --diagram-file are relative to the project, others to this folder."""
    project, firmware, scenario = _files(args)
    diagram = args.diagram_file and os.path.join(project.folder, args.diagram_file) or project.diagram
    network = ["-nic", ",".join(["user"] + project.forwards)] if project.forwards else []
    return wokwi.test(wokwi.Options(
        firmware, diagram=diagram and readable(diagram, "diagram"), scenario=scenario, timeout=args.timeout,
        timeout_exit_code=args.timeout_exit_code, expect_text=args.expect_text, fail_text=args.fail_text,
        serial_log_file=args.serial_log_file, vcd_file=args.vcd_file, vcd_pins=args.vcd_pins,
        screenshot_part=args.screenshot_part, screenshot_time=args.screenshot_time,
        screenshot_file=args.screenshot_file, interactive=args.interactive, quiet=args.quiet, verbose=args.verbose,
        machine=reports.machine_options(args),
        semihosting=not args.no_semihosting, args=network + watch.options_of(find_qemu(), args) + args.rest))


def _milliseconds(text: str) -> int:
    """Of virtual time: a number as wokwi-cli takes it, or one with a unit; in ns."""
    try:
        return to_ns(text + "ms" if re.fullmatch(r"\d+(\.\d*)?", text) else text)
    except BoardError:
        raise argparse.ArgumentTypeError(f"'{text}' is no time: 30000 (ms), 30s, 500ms") from None


def _exit_code(text: str) -> int:
    if not text.isdecimal() or int(text) > 255:
        raise argparse.ArgumentTypeError(f"'{text}': an exit code is 0 to 255")
    return int(text)


def add_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--elf", metavar="FILE", help="the firmware (else that of wokwi.toml)")
    sub.add_argument("--scenario", metavar="FILE", help="steps to do, a YAML file")
    sub.add_argument("--timeout", type=_milliseconds, default=to_ns("30s"), metavar="MS",
                     help="of virtual time: 30000 if you do not say so; 0 is none")
    sub.add_argument("--timeout-exit-code", type=_exit_code, default=42, metavar="N", help="42 if you do not say so")
    sub.add_argument("--expect-text", metavar="TEXT", help="end well when the firmware says this")
    sub.add_argument("--fail-text", metavar="TEXT", help="end badly when the firmware says this")
    sub.add_argument("--diagram-file", metavar="FILE", help="what is wired to the board (diagram.json)")
    sub.add_argument("--serial-log-file", metavar="FILE", help="write there what the firmware says")
    sub.add_argument("--vcd-file", metavar="FILE", help="write there what the diagram's logic analyzer sees")
    sub.add_argument("--vcd-pins", metavar="PINS", help="... or what happens at these pins: pa5:pa7")
    sub.add_argument("--screenshot-part", metavar="ID", help="the display to take a picture of")
    sub.add_argument("--screenshot-time", type=_milliseconds, metavar="MS", help="when, in virtual time")
    sub.add_argument("--screenshot-file", default="screenshot.png", metavar="FILE", help="screenshot.png if you do not say so")
    sub.add_argument("--interactive", action="store_true", help="what you type goes to the firmware")
    sub.add_argument("--no-semihosting", action="store_true", help="the firmware can't use files of the host")
    reports.add_options(sub)
    watch.add_options(sub)
    sub.add_argument("-q", "--quiet", action="store_true", help="nothing but what the firmware and the scenario say")
