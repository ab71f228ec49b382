# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of pytest, which are there as soon as the package is installed.

    @pytest.mark.board(elf="build/app.elf", diagram="diagram.json")
    def test_button(board):
        board.serial.expect("ready")

`board` is at power-on in every test.  `board_factory` makes several in a test.  `booted_board` is booted once in each
process, as far as the text `--board-ready` says, and is put back to that instant for every test, which takes some ms.
What the mark does not say comes from --elf and --diagram, or `board_elf`, `board_diagram`, `board_args` and
`board_ready` in pytest.ini (pyproject.toml), relative to that file.

A test that fails has the last of what its boards have said, and their mistakes, in its report.  Each process has
boards of its own, so pytest-xdist (`pytest -n 4`) runs them side by side.
"""
from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Generator
from typing import Any, Optional

import pytest

from .board import Board
from .errors import BoardError
from .qemu import find_qemu
from .snapshots import Snapshot
from .watch import watch_options

_BOARDS = pytest.StashKey[dict[str, Board]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stm32f407g-disc")
    group.addoption("--elf", metavar="FILE", help="firmware of the fixture `board`")
    group.addoption("--diagram", metavar="FILE", help="diagram.json of the fixture `board`")
    group.addoption("--board-args", metavar="ARGS", help="further options of QEMU")
    group.addoption("--board-coverage", metavar="FILE", help="lcov's file, to which what each board has run is added")
    group.addoption("--board-ready", metavar="TEXT", help="what the firmware says when it has booted, for booted_board")
    parser.addini("board_elf", "firmware of the fixture `board`")
    parser.addini("board_diagram", "diagram.json of the fixture `board`")
    parser.addini("board_args", "further options of QEMU")
    parser.addini("board_ready", "what the firmware says when it has booted, for booted_board")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "board(elf=, diagram=, machine=, args=, links=, semihosting=): what the fixture "
                                       "`board` is; as the arguments of stm32f407g_disc.Board")


def _file(config: pytest.Config, option: Optional[str], ini: str) -> Optional[str]:
    if option:
        return option
    name = str(config.getini(ini) or "")
    return os.path.join(str(config.rootpath), name) if name else None


def _watch(config: pytest.Config) -> list[str]:
    path = config.getoption("--board-coverage")
    return watch_options(find_qemu(), coverage=[path], merge=True) if path else []


def _settings(config: pytest.Config) -> dict[str, Any]:
    """What the command line and the ini file say."""
    args = config.getoption("--board-args") or str(config.getini("board_args") or "")
    found = {"elf": _file(config, config.getoption("--elf"), "board_elf"),
             "diagram": _file(config, config.getoption("--diagram"), "board_diagram"),
             "args": shlex.split(args) + _watch(config)}
    return {name: value for name, value in found.items() if value}


def _of(request: pytest.FixtureRequest) -> dict[str, Any]:
    """... and the marks of a test, the nearest of which counts."""
    settings = _settings(request.config)
    for mark in reversed(list(request.node.iter_markers("board"))):
        settings.update(mark.kwargs)
        if mark.args:
            settings["elf"] = mark.args[0]
    return settings


def _make(settings: dict[str, Any]) -> Board:
    try:
        return Board(settings.pop("elf", None), **settings)
    except TypeError as error:
        raise BoardError(f"@pytest.mark.board: {error}") from None


def _boards(request: pytest.FixtureRequest) -> dict[str, Board]:
    boards: dict[str, Board] = request.node.stash.setdefault(_BOARDS, {})
    return boards


@pytest.fixture
def board_factory(request: pytest.FixtureRequest) -> Generator[Callable[..., Board], None, None]:
    """board_factory(elf=..., ...) makes a board; what it is not told comes from the mark, as for `board`."""
    boards = _boards(request)

    def make(elf: Any = None, **settings: Any) -> Board:
        wanted = {**_of(request), **({"elf": elf} if elf is not None else {}), **settings}
        board = _make(wanted)
        boards[f"board {len(boards) + 1}"] = board
        return board

    made_before = set(boards)
    yield make
    for name in set(boards) - made_before:
        boards[name].close()


@pytest.fixture
def board(request: pytest.FixtureRequest) -> Generator[Board, None, None]:
    """A board at power-on."""
    settings = _of(request)
    if not settings.get("elf"):
        raise pytest.UsageError("the fixture `board` needs a firmware: @pytest.mark.board(elf='build/app.elf'), "
                                "--elf, or board_elf in pytest.ini")
    with _make(settings) as made:
        _boards(request)["board"] = made
        yield made


class _Booted:
    """A board that is booted when a test needs it: once, unless its firmware has ended."""

    def __init__(self, settings: dict[str, Any], ready: str) -> None:
        self._settings, self._ready = settings, ready
        self._board: Optional[Board] = None
        self._snapshot: Optional[Snapshot] = None

    def back(self) -> Board:
        if self._board is None or self._board.has_ended or self._snapshot is None:
            self.close()
            self._board = _make(dict(self._settings))
            self._board.serial.expect(self._ready, timeout=60)
            self._snapshot = self._board.snapshot()
        self._board.restore(self._snapshot)
        return self._board

    def close(self) -> None:
        if self._board is not None:
            self._board.close()


@pytest.fixture(scope="session")
def _booted(request: pytest.FixtureRequest) -> Generator[_Booted, None, None]:
    settings = _settings(request.config)
    ready = request.config.getoption("--board-ready") or str(request.config.getini("board_ready") or "")
    if not settings.get("elf") or not ready:
        raise pytest.UsageError("the fixture `booted_board` needs a firmware and what it says when it is ready: --elf "
                                "and --board-ready, or board_elf and board_ready in pytest.ini")
    booted = _Booted(settings, ready)
    yield booted
    booted.close()


@pytest.fixture
def booted_board(request: pytest.FixtureRequest, _booted: _Booted) -> Board:
    """The board that has booted once, put back to that instant."""
    made = _booted.back()
    _boards(request)["booted_board"] = made
    return made


@pytest.hookimpl(hookwrapper=True)    # type: ignore[misc]
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for name, made in item.stash.get(_BOARDS, {}).items():
            report.sections.append((name, made.describe()))
