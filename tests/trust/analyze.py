#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gcc's static analyser (-fanalyzer) over our own C files; what it finds, file by file.

  analyze.py                    all files, which takes some minutes
  analyze.py board/backwards    those below a folder
"""
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
BUILD = os.path.join(ROOT, "build", "qemu")


def ours():
    """(path below the root, command line) of each file."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            match = re.search(r"qemu-src/stm32/((?!tests/).*\.c)$", entry["file"])
            if match:
                yield match[1], entry["command"]


def analyse(command):
    words = [word for word in shlex.split(command) if word != "ccache"]
    words[words.index("-o") + 1] = "/dev/null"
    done = subprocess.run([*words, "-fanalyzer"], cwd=BUILD, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return [line for line in done.stdout.splitlines() if "[-Wanalyzer" in line or " error: " in line]


def main():
    found = files = 0
    for path, command in sorted(ours()):
        if not sys.argv[1:] or any(path.startswith(folder) for folder in sys.argv[1:]):
            files += 1
            for line in analyse(command):
                found += 1
                print(line if path in line else f"{path}: {line}", flush=True)
    print(f"{files} files, {found} findings")
    sys.exit(found > 0)


main()
