# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin, in a pytest of its own: fixtures, marks, reports of failures, JUnit, xdist."""
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest

FIRMWARE = os.path.abspath(os.environ["STM32_FIRMWARE"])
BENCH, EXIT = (os.path.join(FIRMWARE, name) for name in ("bench.elf", "exit.elf"))

TESTS = f"""
import pytest

def test_good(booted_board):
    booted_board.press(duration="1ms")
    assert booted_board.read_int("presses") == 1

def test_back(booted_board):
    assert booted_board.read_int("presses") == 0
    booted_board.serial.write("e2")
    assert booted_board.wait_exit() == 2

def test_booted_again(booted_board):
    assert booted_board.read_int("presses") == 0

@pytest.mark.board({EXIT!r})
def test_marked(board):
    board.serial.expect("which code?")

def test_bad(board):
    board.serial.expect("ready")
    board.serial.write("m")
    board.serial.expect("made")
    board.serial.expect("never", "5ms")

def test_factory(board_factory):
    one, other = board_factory(), board_factory({EXIT!r})
    other.serial.expect("code")
    one.serial.expect("code", "1ms")
"""


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def call(folder, *words):
    """(exit code, its output, test cases of the JUnit file by name)."""
    result = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=junit.xml", *words],
                            cwd=folder, capture_output=True, text=True, timeout=300)
    path = folder / "junit.xml"
    cases = {case.get("name"): case for case in xml.parse(path).iter("testcase")} if path.exists() else {}
    return result.returncode, result.stdout + result.stderr, cases


def judge(result):
    code, text, cases = result
    assert code == 1, text
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    assert failed == {"test_bad", "test_factory"} and len(cases) == 6, text
    assert all(case.find("error") is None for case in cases.values()), text
    return text


def test_suite(suite):
    text = judge(call(suite, f"--elf={BENCH}", "--board-ready", "ready"))
    assert "no 'never' within 5 ms of virtual time" in text
    bad, factory = text[text.index("_ test_bad _"):].split("_ test_factory _")
    assert "- board -" in bad and "spi2: write of CR1" in bad and "usart2 said last:" in bad
    assert "- board 1 -" in factory and "- board 2 -" in factory and "which code" in factory


def test_side_by_side(suite):
    judge(call(suite, f"--elf={BENCH}", "--board-ready", "ready", "-n", "2"))


def test_coverage(suite):
    """Of all boards of all processes, in one file."""
    judge(call(suite, f"--elf={BENCH}", "--board-ready", "ready", "-n", "2", "--board-coverage=cov.info"))
    mains = [line for line in (suite / "cov.info").read_text().splitlines() if line.startswith("FNDA:") and line.endswith(",main")]
    counts = [int(line[5:].split(",")[0]) for line in mains]
    assert len(counts) == 2 and sum(counts) >= 4, counts            # of two programs


def test_ini_file(suite):
    (suite / "firmware").mkdir()
    os.symlink(BENCH, suite / "firmware" / "app.elf")
    (suite / "pytest.ini").write_text("[pytest]\nboard_elf = firmware/app.elf\nboard_ready = ready\n")
    judge(call(suite))


def test_what_is_missing(suite):
    code, text, _ = call(suite)
    assert code == 1 and "the fixture `booted_board` needs a firmware" in text
    assert "the fixture `board` needs a firmware" in text
    (suite / "test_it.py").write_text("import pytest\n@pytest.mark.board(colour=1)\ndef test(board): pass\n")
    code, text, _ = call(suite, f"--elf={BENCH}")
    assert code == 1 and "pytest.mark.board" in text and "colour" in text
