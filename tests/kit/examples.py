#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in examples/, copied elsewhere and run as its README says, by TAP; of what takes programs that are not
here, the syntax.
"""
import configparser
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import tap

ROOT = os.path.join(HERE, "..", "..")
FOLDER = tempfile.TemporaryDirectory()
COPY = os.path.join(FOLDER.name, "examples")
PYTHON = "/usr/bin/python3"
os.environ["TMPDIR"] = FOLDER.name
os.environ["STM32F407G_DISC_QEMU"] = os.environ["QTEST_QEMU_BINARY"]
os.environ["PATH"] = os.path.abspath(os.path.join(ROOT, "kit")) + os.pathsep + os.environ["PATH"]
os.environ["PYTHONPATH"] = os.pathsep.join([os.path.abspath(os.path.join(ROOT, "kit", "python")),
                                            *filter(None, [os.environ.get("PYTHONPATH")])])
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def call(folder, *words):
    """Does it end well in that folder?  What it says, if not."""
    result = subprocess.run(words, cwd=os.path.join(COPY, folder), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=300, check=False)
    if result.returncode:
        print("#", " ".join(words), (result.stdout + result.stderr).replace("\n", "\n# "))
    return result.returncode == 0


def cmake():
    """Fails without it what comes behind: they have its firmware."""
    shutil.copytree(os.path.join(ROOT, "examples"), COPY)
    return (call("cmake", "cmake", "-G", "Ninja", "-B", "build", "-DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake") and
            call("cmake", "cmake", "--build", "build") and
            call("cmake", "ctest", "--test-dir", "build", "--output-on-failure"))


def ctest_fails():
    """A test that can't pass does not."""
    path = os.path.join(COPY, "cmake", "press.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("presses=2", "presses=3"))
    result = subprocess.run(["ctest", "--test-dir", "build"], cwd=os.path.join(COPY, "cmake"), capture_output=True, text=True,
                            timeout=300, check=False)
    return result.returncode != 0 and "counts" in result.stdout and "1 tests failed out of 2" in result.stdout


def pytest():
    return call("pytest", PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "stm32f407g_disc.pytest_plugin")


def scenario():
    return (call("scenario", "stm32f407g-disc", "test", "button.yaml") and
            call("scenario", "stm32f407g-disc", ".", "--scenario", "button.yaml", "--timeout", "5000"))


def robot():
    if subprocess.run([PYTHON, "-c", "import robot"], capture_output=True, check=False).returncode:
        return "Robot Framework is not installed"
    return call("robot", PYTHON, "-m", "robot", "--output", "NONE", "--log", "NONE", "--report", "NONE", "app.robot")


def zephyr():
    """Its targets, in a project that has what Zephyr's have."""
    build = os.path.join(COPY, "zephyr", "zephyr")
    os.mkdir(build)
    shutil.copy(os.path.join(COPY, "cmake", "build", "app.elf"), os.path.join(build, "zephyr.elf"))
    with open(os.path.join(COPY, "zephyr", "CMakeLists.txt"), "w", encoding="utf-8") as file:
        file.write("cmake_minimum_required(VERSION 3.16)\nproject(app NONE)\nadd_custom_target(zephyr_final)\n"
                   f"set(ZEPHYR_BINARY_DIR {build})\ninclude(disco.cmake)\n")
    return (call("zephyr", "cmake", "-G", "Ninja", "-B", "build", "-DDISCO_EXPECT=ready") and
            call("zephyr", "cmake", "--build", "build", "-t", "disco_test") and twister(os.path.dirname(build)))


def twister(build):
    """As Twister does it: the serial port is a program at a terminal, then it is flashed, then lines are read."""
    script = os.path.join(COPY, "zephyr", "disco-twister.sh")
    ours, its = os.openpty()
    with subprocess.Popen([script], stdin=its, stdout=its, stderr=subprocess.DEVNULL) as console:
        os.close(its)
        subprocess.run([script, "--build-dir", build, "--board-id", "None"], check=True, timeout=30)
        said = b""
        while b"ready" not in said and select.select([ours], [], [], 30)[0]:
            said += os.read(ours, 100)
        console.terminate()
    os.close(ours)
    if b"ready" not in said:
        print("# the console said", said)
    return b"ready" in said


def jobs():
    """The lines of the jobs of GitHub and GitLab that run this kit's command."""
    load = ("import sys, yaml; github, gitlab = [yaml.safe_load(open(name)) for name in sys.argv[1:]]; "
            "print(*[' '.join(line.split()) for line in gitlab['firmware']['script'] + "
            "[step.get('run', '') for step in github['jobs']['test']['steps']] if line.startswith('stm32f407g-disc')], sep='\\n')")
    lines = subprocess.run([PYTHON, "-c", load, "github/.github/workflows/firmware.yml", "gitlab/.gitlab-ci.yml"], cwd=COPY,
                           capture_output=True, text=True, check=True).stdout.splitlines()
    written = [os.path.join(COPY, "cmake", name) for name in ("mistakes.sarif", "mistakes.html", "serial.log")]
    return len(lines) == 2 and all(call("cmake", *line.split()) for line in lines) and all(map(os.path.exists, written))


def platformio():
    """gdb with the commands that PlatformIO makes of its file; then what its restart does."""
    if not shutil.which("gdb-multiarch"):
        return "gdb-multiarch is not installed"
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(os.path.join(COPY, "platformio", "platformio.ini"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    lines = ini["env:disco_f407vg"]["debug_init_cmds"].strip().split("\n")
    commands = [line.replace("$DEBUG_PORT", f"localhost:{port}").replace("$INIT_BREAK", "tbreak main") for line in
                [*lines, "continue", "tbreak sleep_ms", "continue", "pio_reset_halt_target", "info registers pc",
                 "tbreak main", "continue"]]
    script = os.path.join(COPY, "platformio", "init.gdb")
    with open(script, "w", encoding="utf-8") as file:
        file.write("\n".join(commands) + "\n")
    app = os.path.join(COPY, "cmake", "build", "app.elf")
    with subprocess.Popen(["stm32f407g-disc", "gdb", "--wait", "--port", port, app], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as board:
        board.stderr.readline()         # it waits for gdb
        seen = subprocess.run(["gdb-multiarch", "-batch", "-ex", "set tcp connect-timeout 30", "-x", script, app],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        board.terminate()
    good = re.search(r"(?s)main \(\).*sleep_ms .*pc .*<reset_handler>.*main \(\)", seen.stdout)
    if not good or "unknown command" in seen.stdout:
        print("#", (seen.stdout + seen.stderr).replace("\n", "\n# "))
    return bool(good)


def vscode():
    """gdb at the board that Cortex-Debug starts of launch.json, and what that says to reset it."""
    if not shutil.which("gdb-multiarch"):
        return "gdb-multiarch is not installed"
    with open(os.path.join(COPY, "vscode", ".vscode", "launch.json"), encoding="utf-8") as file:
        launch = json.load(file)["configurations"][0]
    with open(os.path.join(COPY, "vscode", ".vscode", "tasks.json"), encoding="utf-8") as file:
        tasks = [task["label"] for task in json.load(file)["tasks"]]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    elf = launch["executable"].replace("${workspaceFolder}", os.path.join(COPY, "cmake"))
    words = [launch["serverpath"], "-cpu", launch["cpu"], "-machine", launch["machine"], "-nographic", "-semihosting-config",
             "enable=on,target=native", "-gdb", f"tcp::{port}", "-S", "-kernel", elf, *launch["serverArgs"]]
    commands = ["set confirm off", "set tcp connect-timeout 30", f"target extended-remote localhost:{port}",
                f"tbreak {launch['runToEntryPoint']}", "continue", "tbreak sleep_ms", "continue", "monitor stop",
                "monitor system_reset", f"tbreak {launch['runToEntryPoint']}", "continue", "kill"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as board:
        seen = subprocess.run([launch["gdbPath"], "-batch", *[word for line in commands for word in ("-ex", line)], elf],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False).stdout
        said = board.communicate(timeout=30)[0]
    good = launch["preLaunchTask"] in tasks and re.search(r"(?s)main \(\).*sleep_ms .*main \(\)", seen) and b"ready" in said
    if not good:
        print("#", seen.replace("\n", "\n# "), said)
    return bool(good)


def syntax():
    for name in ("vscode/.vscode/launch.json", "vscode/.vscode/tasks.json", "scenario/diagram.json"):
        with open(os.path.join(COPY, name), encoding="utf-8") as file:
            json.load(file)
    load = "import sys, yaml; [yaml.safe_load(open(name)) for name in sys.argv[1:]]"
    ini = configparser.ConfigParser()
    ini.read(os.path.join(COPY, "platformio", "platformio.ini"))
    return (ini["env:disco_f407vg"]["board"] == "disco_f407vg" and
            call(".", PYTHON, "-c", load, "github/.github/workflows/firmware.yml", "gitlab/.gitlab-ci.yml"))


def listed():
    """Each folder has its row in README.md, and a README of its own."""
    with open(os.path.join(COPY, "README.md"), encoding="utf-8") as file:
        text = file.read()
    folders = [name for name in os.listdir(COPY) if os.path.isdir(os.path.join(COPY, name))]
    return len(folders) == 10 and all(f"| [{name}]({name}) |" in text and
                                     os.path.exists(os.path.join(COPY, name, "README.md")) for name in folders)


tap.run("examples", [(test.__name__, test) for test in (
    cmake, pytest, scenario, robot, zephyr, jobs, platformio, vscode, syntax, listed, ctest_fails)])
