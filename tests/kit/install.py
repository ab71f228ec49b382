#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `make install` installs, moved to another folder, by TAP: it finds its parts and runs its example; the
completion completes, and it knows each option that there is.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import tap

KIT = os.path.join(HERE, "..", "..", "kit")
FOLDER = tempfile.TemporaryDirectory()
MOVED = os.path.join(FOLDER.name, "moved to, here")
FRONT_END = os.path.join(MOVED, "bin", "stm32f407g-disc")
COMPLETION = os.path.join(MOVED, "share", "bash-completion", "completions", "stm32f407g-disc")
EXAMPLE = os.path.join(MOVED, "share", "doc", "stm32f407g-disc", "examples", "demo")


def call(words, **more):
    result = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
                            **more)
    return result.returncode, result.stdout, result.stderr


def good(condition, *seen):
    if not condition:
        print("#", *[repr(item) for item in seen])
    return condition


def installs():
    env = {**os.environ, "DESTDIR": FOLDER.name, "PREFIX": "/opt/x", "QEMU_BINARY": os.environ["QTEST_QEMU_BINARY"]}
    result = call([os.path.join(KIT, "install.sh")], env=env)
    os.rename(os.path.join(FOLDER.name, "opt", "x"), MOVED)
    refused = call([os.path.join(KIT, "install.sh")], env={**env, "PREFIX": "x"})
    return good(result == (0, "", "") and refused[0] == 1 and refused[2].count("\n") == 1, result, refused)


def runs_its_example():
    with subprocess.Popen([FRONT_END, "run", EXAMPLE], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL) as process:
        first = [process.stdout.readline() for _ in range(2)]
        process.terminate()
    return good("168 MHz" in first[1] and process.returncode == 143, first, process)


def has_its_data():
    """A VNC server reads a keyboard map."""
    path = os.path.join(FOLDER.name, "vnc")
    words = [FRONT_END, "run", EXAMPLE, "-q", "--", "-vnc", "unix:" + path]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE) as process:
        process.stdout.readline()                       # it runs, or has said why not
        there = os.path.exists(path)
        process.terminate()
        said = process.communicate(timeout=300)[1]
    return good(there and "keymap" not in said and process.returncode == 143, there, said, process)


def has_the_page():
    """In the browser, where it has been built."""
    if not os.path.exists(os.path.join(KIT, "..", "build", "page", "index.html")):
        return True
    with subprocess.Popen([FRONT_END, "page", EXAMPLE, "-q", "--listen", "0"], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        told = process.stderr.readline()
        with socket.create_connection(("127.0.0.1", int(told.strip().rstrip("/").rpartition(":")[2]))) as line:
            line.sendall(b"GET /page.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = line.recv(100)
        process.terminate()
    return good(answer.startswith(b"HTTP/1.1 200 "), told, answer)


def has_a_page():
    page = os.path.join(MOVED, "share", "man", "man1", "stm32f407g-disc.1.gz")
    text = call(["gzip", "-dc", page])[1].replace("\\-", "-")
    missing = [option for option in set().union(*map(options, ("run", "page", "test", "gdb", "flash"))) if option not in text]
    return good(text.startswith('.\\"') and not missing, missing)


def has_the_python_package():
    """pytest finds the plugin by itself, and that the board beside it."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "test_it.py"), "w", encoding="utf-8") as file:
            file.write("def test_it(board):\n    board.serial.expect('168 MHz')\n    assert '/moved to, here/' in board.qemu.line[0]\n")
        result = call(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--elf={EXAMPLE}/demo.hex"],
                      cwd=folder, env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1",
                                       "PYTHONPATH": os.path.join(MOVED, "lib", "python3", "dist-packages")})
    return good(result[0] == 0 and "1 passed" in result[1], result)


def options(command):
    return set(re.findall(r"--[a-z-]+", call([FRONT_END, command, "--help"])[1].split("\n\nWhat follows")[0])) - {"--"}


def completes():
    def complete(*words):
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stm32f407g_disc; echo "${COMPREPLY[@]}"'
        return call(["bash", "-c", script, "bash", COMPLETION, "stm32f407g-disc", *words])[1].split()

    missing = {command: options(command) - set(complete(command, "--")) for command in ("run", "page", "test", "gdb", "flash", "info")}
    return good(not any(missing.values()) and complete("g") == ["gdb"] and complete("run", "--speed", "m") == ["max"] and
                not complete("run", "--", "-"), missing, complete("g"))


tap.run("install", [(test.__name__, test) for test in (
    installs, runs_its_example, has_its_data, has_the_python_package, has_a_page, has_the_page, completes)])
