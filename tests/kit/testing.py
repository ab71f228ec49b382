#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python package by pytest, as its users have it, by TAP: a case a test, from JUnit's file, run side by side; its
types by mypy; Robot Framework where it is installed.  Debian's pytest, whatever python3 is first on the PATH.
"""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import tap

PACKAGE = os.path.join(HERE, "..", "..", "kit", "python")
PYTHON = "/usr/bin/python3"
os.environ.setdefault("STM32F407G_DISC_QEMU", os.environ["QTEST_QEMU_BINARY"])
os.environ["STM32_FIRMWARE"] = os.path.abspath(os.environ["STM32_FIRMWARE"])
FOLDER = tempfile.TemporaryDirectory()


def install():
    """As pip leaves it: what tells pytest that there is a plugin."""
    info = os.path.join(FOLDER.name, "stm32f407g_disc-0.1.dist-info")
    os.mkdir(info)
    with open(os.path.join(info, "METADATA"), "w", encoding="utf-8") as file:
        file.write("Metadata-Version: 2.1\nName: stm32f407g-disc\nVersion: 0.1\n")
    with open(os.path.join(info, "entry_points.txt"), "w", encoding="utf-8") as file:
        file.write("[pytest11]\nstm32f407g_disc = stm32f407g_disc.pytest_plugin\n")
    os.environ["PYTHONPATH"] = os.pathsep.join([os.path.abspath(PACKAGE), FOLDER.name,
                                                *filter(None, [os.environ.get("PYTHONPATH")])])
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def call(*words, **more):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500, check=False, **more)


def told(result):
    print("#", (result.stdout + result.stderr).replace("\n", "\n# "))
    return False


def cases():
    """(name, function) of each test of pytest's run; the first says whether that itself went well."""
    junit = os.path.join(FOLDER.name, "junit.xml")
    result = call(PYTHON, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--tb=short", f"--junitxml={junit}",
                  cwd=os.path.join(HERE, "python"))
    found = []
    if os.path.exists(junit):
        for case in xml.parse(junit).iter("testcase"):
            bad = case.find("failure") is not None or case.find("error") is not None
            found.append((f"{case.get('classname')}/{case.get('name')}", lambda bad=bad: not bad))
    return [("pytest", lambda: (result.returncode == 0 and len(found) > 50) or told(result))] + found


def types():
    try:
        cache = os.path.abspath(os.path.join(HERE, "..", "..", "build", "mypy"))
        result = call("mypy", "--cache-dir", cache, "--strict", "stm32f407g_disc", cwd=PACKAGE)
    except FileNotFoundError:
        return "mypy is not installed"
    return result.returncode == 0 or told(result)


ROBOT = """*** Settings ***
Library    stm32f407g_disc.robot.BoardLibrary

*** Test Cases ***
It Counts
    Start Board    %{STM32_FIRMWARE}/bench.elf
    Expect Serial    ready
    Write Serial    +
    Expect Serial    count=8
    Pin Should Be    PD13    1
    No Mistakes

It Fails
    Start Board    %{STM32_FIRMWARE}/bench.elf
    Expect Serial    never    timeout=5ms

It Has Gone With Its Test
    Run Keyword And Expect Error    *there is no board yet*    Run For    1ms

Words And Numbers
    Start Board    %{STM32_FIRMWARE}/bench.elf    lse=on
    Expect Serial    ready    timeout=${1}
    Run For    ${0.001}
    Run For    1 ms
    Pin Should Be    PD13    ${False}
    Set Control    button-user    pressed    1
    Control Should Be    button-user    pressed    1
    Control Should Be    button-user    pressed    true
    Run Keyword And Expect Error    *is True, not False    Control Should Be    button-user    pressed    ${0}
    ${sum}=    Call Function    sum    0x10    ${1}    1    0    0    0
    Should Be Equal As Integers    ${sum}    21
    Variable Should Be    negative    -42    signed=yes
    Variable Should Be    negative    0xffd6    signed=no

Snapshots
    Start Board    %{STM32_FIRMWARE}/bench.elf
    Expect Serial    ready
    Take Snapshot    booted
    Write Serial    +
    ${groups}=    Expect Serial Regexp    count=(\\\\d+)\\\\r
    Should Be Equal    ${groups}    ${{["8"]}}
    Restore Snapshot    booted
    Pin Should Be    PD13    low
"""
SHARED = """*** Settings ***
Library        stm32f407g_disc.robot.BoardLibrary
Suite Setup    Start Board    %{STM32_FIRMWARE}/bench.elf

*** Test Cases ***
It Boots
    Expect Serial    ready

It Goes On
    Write Serial    +
    Expect Serial    count=8

One Of Its Own
    Start Board    %{STM32_FIRMWARE}/bench.elf
    Expect Serial    ready
"""


def robot():
    if call(PYTHON, "-c", "import robot").returncode:
        return "Robot Framework is not installed"
    paths = [os.path.join(FOLDER.name, name) for name in ("bench.robot", "shared.robot")]
    for path, text in zip(paths, (ROBOT, SHARED)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    result = call(PYTHON, "-m", "robot", "--output", "NONE", "--log", "NONE", "--report", "NONE", *paths)
    return (result.returncode == 1 and "usart2 said last" in result.stdout and "8 tests, 7 passed, 1 failed" in
            result.stdout) or told(result)


install()
tap.run("testing", cases() + [("types", types), ("robot", robot)])
