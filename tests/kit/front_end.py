#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The front end as its users have it, by TAP: it runs a program that ends by semihosting, with good and wrong
arguments, files and projects.  FRONT_END names the one to test, as it is installed; else it is the source's.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import tap

FIRMWARE = os.environ["STM32_FIRMWARE"]
EXIT = os.path.join(os.path.abspath(FIRMWARE), "exit.elf")
FRONT_END = os.environ.get("FRONT_END", os.path.join(HERE, "..", "..", "kit", "stm32f407g-disc"))
if "FRONT_END" not in os.environ:
    os.environ["STM32F407G_DISC_QEMU"] = os.environ["QTEST_QEMU_BINARY"]
EMPTY = tempfile.TemporaryDirectory()

DIAGRAM = """{ "version": 1, "parts": [
    { "type": "board-stm32f407g-disc1", "id": "board", "top": 0, "left": 0, "attrs": {} },
    { "type": "wokwi-led", "id": "lamp", "top": 0, "left": 0, "attrs": {} } ],
  "connections": [ [ "board:PD12", "lamp:A", "green", [] ], [ "lamp:C", "board:GND.1", "black", [] ] ] }"""


def call(*words, types="", folder=None):
    """Run it, in an empty folder or @folder; (exit code, what it wrote, what it wrote to stderr)."""
    result = subprocess.run([FRONT_END, *words], input=types, capture_output=True, text=True, timeout=300,
                            cwd=folder or EMPTY.name, check=False)
    return result.returncode, result.stdout, result.stderr


def good(condition, *seen):
    if not condition:
        print("#", *[repr(item) for item in seen])
    return condition


def one_line(result, text):
    """Is @result a wrong input that is told in one line, which has @text?"""
    code, out, err = result
    return good(code == 125 and err.count("\n") == 1 and text in err and not out, result, text)


def project(toml, diagram=None):
    folder = tempfile.TemporaryDirectory()
    shutil.copy(EXIT, os.path.join(folder.name, "exit.elf"))
    for name, text in (("wokwi.toml", toml), ("diagram.json", diagram)):
        if text is not None:
            with open(os.path.join(folder.name, name), "w", encoding="utf-8") as file:
                file.write(text)
    return folder


def exit_codes():
    """The firmware's exit code is the command's, and the serial port is here, both ways."""
    results = [call("run", EXIT, "-q", types=digit) for digit in "07"]
    return good([result[0] for result in results] == [0, 7] and
                all(result[1] == "which code?\nleaving\n" for result in results), results)


def closed():
    """Any of stdin, stdout and stderr may be closed: no file or socket takes its place."""
    results = [subprocess.run(["sh", "-c", f'exec "$0" {words} {how}', FRONT_END, EXIT], input="7", capture_output=True, text=True,
                              timeout=60, check=False)
               for words in ('run "$1" -q --timeout 1', 'test "$1" -q --timeout 100') for how in ("<&-", ">&-", "2>&-", ">&- 2>&-")]
    return good([r.returncode for r in results] == [124] + [7] * 3 + [42] * 4 and "Traceback" not in str(results), results)


def nobody_reads():
    """Who reads the output has gone, as head does: then it ends, or a job would not."""
    results = []
    for words in (("run", EXIT), ("test", EXIT, "--timeout", "0"), ("info", EXIT)):
        ours, its = os.pipe()
        os.close(ours)
        results.append(subprocess.run([FRONT_END, *words], stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.PIPE, text=True,
                                      timeout=60, check=False))
        os.close(its)
    return good([r.returncode for r in results] == [141] * 3 and "Traceback" not in str(results), results)


def interrupted_early():
    """Ctrl-C while Python is still reading what the command is made of: no traceback."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "webbrowser.py"), "w", encoding="utf-8") as file:    # is read in place of Python's
            file.write("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n")
        result = subprocess.run([FRONT_END, "run", EXIT], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                                env={**os.environ, "PYTHONPATH": folder}, check=False,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    return good(result.returncode == -signal.SIGINT and not result.stderr, result)


def killed():
    """QEMU does not stay when the command is killed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        for number in (signal.SIGHUP, signal.SIGKILL):
            with subprocess.Popen([FRONT_END, "run", EXIT, "-q", "--", "-qmp", f"unix:{path},server=on,wait=off"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                process.stdout.readline()
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(path)
                    line.settimeout(60)
                    process.send_signal(number)
                    while line.recv(1000):              # until QEMU closes it
                        pass
            if process.returncode != (129 if number == signal.SIGHUP else -9):
                return good(False, process)
    return True


def version():
    """The command's and QEMU's; wokwi-cli's letter is the same."""
    results = [call(word) for word in ("--version", "-V")]
    return good(results[0] == results[1] and results[0][0] == 0 and
                re.fullmatch(r"stm32f407g-disc [\d.]+\nQEMU emulator version .*\n", results[0][1]), results)


def mistakes():
    """What the firmware does wrong is an end and a file of a test as well."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = os.path.join(os.path.abspath(FIRMWARE), "mistakes.elf")
        results = [call("test", "--elf", wrong, *words, "--timeout", "100", "--mistakes", "a b.json", folder=folder)
                   for words in (("--strict", "error"), ("--strict", "error", "--expect-text", "no such"))]
        with open(os.path.join(folder, "a b.json"), encoding="utf-8") as file:
            told = file.read()
    return good([r[0] for r in results] == [3, 3] and "exit code 3" in results[1][2] and '"code"' in told and
                one_line(call("test", EXIT, "--strict", "nothing"), "strict=nothing"), results, told)


def timeout():
    result = call("run", EXIT, "--timeout", "500ms")
    return good(result[0] == 124 and "0.5 s (--timeout)" in result[2], result)


def no_semihosting():
    """Then its BKPT is none, and the program does not end."""
    with subprocess.Popen([FRONT_END, "run", EXIT, "-q", "--no-semihosting"], stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdin.write("7")
        process.stdin.flush()
        lines = [process.stdout.readline() for _ in range(2)]
        time.sleep(0.5)
        ended = process.poll()
        process.terminate()
    return good(lines[1] == "leaving\n" and ended is None and process.returncode == 143, lines, ended, process)


def fifo(path):
    """It is not waited for who writes it."""
    os.mkfifo(path)
    return all(one_line(call(command, path), "FIFO") for command in ("run", "info", "gdb"))


def full_disk():
    """What could not be written is told, in a line each."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        results = [subprocess.run([FRONT_END, *words], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
                   for words in (("info",), ("run", "--help"), ("test", EXIT, "-q", "--expect-text", "which"))]
    watched = call("run", EXIT, "-q", *[word for name in ("coverage", "profile", "timeline")
                                        for word in ("--" + name, "/dev/full")], types="0")
    return good(all(r.returncode == 125 and one_line((125, "", r.stderr), "No space left") for r in results) and
                watched[0] == 0 and watched[2].count("/dev/full is not whole") == 3, results, watched)


def wrong_input():
    with tempfile.TemporaryDirectory() as folder:
        text = os.path.join(folder, "my.elf")
        with open(text, "w", encoding="utf-8") as file:
            file.write("no firmware\n")
        code, out, err = call("run", text)
        return (one_line(call("run", "nothing.elf"), "nothing.elf") and
                one_line(call("run", folder), "wokwi.toml") and
                one_line(call("run", folder=folder), "name a firmware file") and
                one_line(call("run", EXIT, "--timeout", "soon"), "'soon'") and
                one_line(call("run", EXIT, "--diagram", "no.json"), "no.json") and
                one_line(call("run", EXIT, "--flash", "no.bin"), "no.bin") and
                one_line(call("run", EXIT, "--coverage", "no/where.info"), "no/where.info") and
                one_line(call("test", EXIT, "--profile", folder), "it is a folder") and
                one_line(call("walk"), "walk") and
                one_line(call("info", text), "no firmware") and
                one_line(call("gdb", EXIT, "--gdb", "no-such-gdb"), "no-such-gdb") and
                one_line(call("gdb", EXIT, "--gdb", "my 'gdb"), "No closing quotation") and
                one_line(call("flash", "nothing.elf", folder=folder), "nothing.elf") and
                not os.path.exists(os.path.join(folder, "flash.bin")) and fifo(os.path.join(folder, "fifo")) and
                good(code == 1 and "no firmware" in err and not out, code, out, err))


def verbose():
    """What -v prints is a command that does the same."""
    result = call("run", EXIT, "-v", types="7")
    line = result[2].split("\n")[0]
    again = subprocess.run(line, shell=True, input="3", capture_output=True, text=True, timeout=300, check=False)
    return good(result[0] == 7 and "-icount shift=3,sleep=off" in line and "-kernel " + EXIT in line and
                again.returncode == 3 and again.stdout == result[1], result, again)


def passed_on():
    """What follows -- is QEMU's: options of the machine; a serial port instead of ours; its own time."""
    bad = call("run", EXIT, "--", "-machine", "vcp=nowhere")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.txt")
        serial = subprocess.Popen([FRONT_END, "run", EXIT, "--", "-serial", "file:" + out], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while serial.poll() is None and not (os.path.exists(out) and os.path.getsize(out) >= len("which code?\r\n")):
            time.sleep(0.01)
        serial.terminate()
        printed = serial.communicate(timeout=300)[0]
    clock = call("run", EXIT, "-v", "--", "-icount", "shift=5,sleep=off", types="4")
    return good(bad[0] == 1 and "nowhere" in bad[2] and serial.returncode == 143 and not printed and
                clock[0] == 4 and clock[2].count("-icount") == 1, bad, serial, printed, clock)


def timing():
    """How many cycles a firmware takes is a choice; one that can't be had is told."""
    about = call("run", EXIT, "-v", "--timing", "approximate", types="1")
    wrong = [call("run", EXIT, "--timing", "exact"), call("run", EXIT, "--timing", "approximate", "--no-icount")]
    return good(about[0] == 1 and "stm32f407g_disc,timing=approximate" in about[2] and wrong[0][0] and "exact" in wrong[0][2] and
                one_line(wrong[1], "--no-icount"), about, wrong)


def speed():
    normal, real = call("run", EXIT, "-v", types="1"), call("run", EXIT, "-v", "--speed", "1", types="1")
    host = call("run", EXIT, "-v", "--no-icount", types="1")
    return good([r[0] for r in (normal, real, host)] == [1, 1, 1] and "speed=" not in normal[2] and
                ",speed=1 " in real[2] and "-icount" not in host[2], normal, real, host)


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def wokwi():
    """A project: its firmware without a name, its diagram, the option for its network."""
    port = free_port()
    toml = f"[wokwi]\nversion = 1\nfirmware = 'exit.elf'\n[[net.forward]]\nfrom = 'localhost:{port}'\nto = 'target:80'\n"
    with project(toml, DIAGRAM) as folder:
        inside, outside = call("run", "-v", folder=folder, types="7"), call("run", folder, types="5")
        bare = call("run", "-v", "--diagram", "none", folder=folder, types="2")
        os.rename(os.path.join(folder, "diagram.json"), os.path.join(folder, "other.json"))
        named = call("run", "-v", "--diagram", "other.json", folder=folder, types="1")
    line = inside[2].split("\n")[0]
    return good(inside[0] == 7 and outside[0] == 5 and
                f"hostfwd=tcp:127.0.0.1:{port}-:80" in line and "diagram=diagram.json" in line and
                "speed=1" in line and bare[0] == 2 and "diagram=" not in bare[2] and named[0] == 1 and
                "diagram=other.json" in named[2], inside, outside, bare, named)


def forwards():
    """A web server in the firmware is at the port of the host that the project gives it."""
    port = free_port()
    toml = ("[wokwi]\nversion = 1\nfirmware = 'web.elf'\n[[net.forward]]\n"
            f"from = 'localhost:{port}'\nto = 'target:80'\n")
    with project(toml) as folder:
        shutil.copy(os.path.join(FIRMWARE, "web.elf"), folder)
        process = subprocess.Popen([FRONT_END, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        result = subprocess.run(["curl", "-s", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
                                 f"http://localhost:{port}/500"], capture_output=True, timeout=300, check=False)
        process.terminate()
        code = process.wait(300)
    return good(result.stdout == bytes(i % 251 for i in range(500)) and code == 143, result, code)


def wrong_projects():
    for toml, text in (("[wokwi\n", "wokwi.toml"), ("[wokwi]\nfirmware = 'no.hex'\n", "no.hex"),
                       ("wokwi = 1\n", "table [wokwi]"), ("net = 1\n", "[[net.forward]]"),
                       ("[[net.forward]]\nfrom = 'x'\n", "[[net.forward]]"),
                       ("[[net.forward]]\nfrom = 'localhost:99999'\nto = 'target:80'\n", "[[net.forward]]"),
                       ("[wokwi]\nversion = 1\n", "name a firmware file")):
        with project(toml) as folder:
            if not one_line(call("run", folder=folder), text):
                return False
    with project("[wokwi]\nfirmware = 'exit.elf'\ngdbServerPort = 'x'\n") as folder:
        return one_line(call("gdb", folder=folder), "gdbServerPort")


def debugger():
    """gdb finds the board before the first instruction, with the program's symbols, and can run it."""
    script = "gdb-multiarch -nx -batch -ex 'break leave' -ex continue -ex 'print typed' -ex kill"
    words = [FRONT_END, "gdb", EXIT, "--gdb", script, "--", "-serial", "chardev:keys", "-chardev"]
    with tempfile.TemporaryDirectory() as folder:
        keys = os.path.join(folder, "keys")
        server = socket.socket(socket.AF_UNIX)
        server.bind(keys)
        server.listen()
        server.settimeout(60)
        process = subprocess.Popen(words + [f"socket,id=keys,path={keys}"], stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        connection = server.accept()[0]
        connection.sendall(b"8")
        out = process.communicate(timeout=300)[0]
        connection.close()
        server.close()
    return good(process.returncode == 0 and "$1 = 8" in out and "reset_handler" in out, process.returncode, out)


def taken_port():
    """Then gdb must not talk to whoever has it."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = str(server.getsockname()[1])
        return (one_line(call("gdb", EXIT, "--port", port), "is taken") and
                one_line(call("gdb", EXIT, "--wait", "--port", port), "is taken") and
                one_line(call("gdb", EXIT, "--port", "70000"), "'70000'"))


def waits_for_gdb():
    """Without gdb: the port of wokwi.toml, for an IDE."""
    port = free_port()
    with project(f"[wokwi]\nfirmware = 'exit.elf'\ngdbServerPort = {port}\n") as folder:
        process = subprocess.Popen([FRONT_END, "gdb", "--wait"], cwd=folder, stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        told = process.stderr.readline()
        gdb = subprocess.run(["gdb-multiarch", "-nx", "-batch", "-iex", "set tcp auto-retry on",
                              "-ex", f"target remote localhost:{port}", "-ex", "info symbol $pc", "-ex", "kill", EXIT],
                             capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False)
        process.communicate(timeout=300)
    return good(f"localhost:{port}" in told and "reset_handler" in gdb.stdout, told, gdb)


def flash():
    """An image is made, has the program, and starts without its file; a second program goes over the first."""
    with tempfile.TemporaryDirectory() as folder:
        first = call("flash", EXIT, folder=folder)
        result = call("run", "--flash", "flash.bin", folder=folder, types="3")
        gdb = call("gdb", "--flash", "flash.bin", "--gdb", "gdb-multiarch -nx -batch -ex 'x/wx 0' -ex kill",
                   folder=folder)
        with open(os.path.join(folder, "flash.bin"), "rb") as file:
            image = file.read()
        short = os.path.join(folder, "short.bin")
        with open(short, "wb") as file:
            file.write(b"x")
        refused = call("flash", EXIT, "--image", short)
    return (good(first[0] == 0 and result[0] == 3 and len(image) == 1 << 20 and image[-1] == 255 and
                 f"0x{int.from_bytes(image[:4], 'little'):08x}" in gdb[1], first, result, gdb) and
            one_line(refused, "it must have"))


def info():
    """The same for each format that a program can have."""
    with tempfile.TemporaryDirectory() as folder:
        results = [call("info", EXIT)]
        for kind, name in (("ihex", "exit.hex"), ("srec", "exit.srec"), ("binary", "exit.bin")):
            path = os.path.join(folder, name)
            subprocess.run(["arm-none-eabi-objcopy", "-O", kind, EXIT, path], check=True)
            results.append(call("info", path))
    ranges = [result[1].split("\n")[1:] for result in results]
    kinds = [result[1].split("\n")[0].rpartition(": ")[2] for result in results]
    machine = call("info")
    return good(ranges[0][0].startswith("  0x08000000 to 0x0800") and all(r == ranges[0] for r in ranges) and
                kinds == ["ELF", "Intel HEX", "S-records", "raw"] and machine[0] == 0 and "usart2" in machine[1] and
                "hse-frequency" in machine[1] and machine[1].startswith("QEMU emulator version"), results, machine)


def page():
    """It says where the page is, serves it there, and ends as run does."""
    with subprocess.Popen([FRONT_END, "page", EXIT, "-q", "--listen", "0"], stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        told = process.stderr.readline()
        with socket.create_connection(("127.0.0.1", int(told.strip().rstrip("/").rpartition(":")[2]))) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = line.recv(100)
        process.stdin.write("7")
        process.stdin.flush()
        code = process.wait(300)
    return (good(told.startswith("page: http://127.0.0.1:") and answer.startswith(b"HTTP/1.1 ") and code == 7,
                 told, answer, code) and
            good("no semihosting" in call("page", EXIT, "-q", "--listen", "0.0.0.0:0", "--timeout", "100ms")[2]) and
            good("page=nowhere" in call("page", EXIT, "-q", "--listen", "nowhere")[2]))


def recorded():
    """A run in which something was typed, and that run again, in which nobody types; a debugger that goes back."""
    with tempfile.TemporaryDirectory() as folder:
        first = call("run", EXIT, "--record", "a run,1", folder=folder, types="3")
        again = call("run", EXIT, "--replay", "a run,1", folder=folder)
        wrong = [call("run", EXIT, "--replay", "none", folder=folder), call("run", EXIT, "--record", "x", "--speed", "1"),
                 call("run", EXIT, "--record", "x", "--no-icount")]
        script = "gdb-multiarch -nx -batch -ex 'break main' -ex continue -ex reverse-stepi -ex 'reverse-continue' -ex kill"
        back = call("gdb", EXIT, "--backwards", "--gdb", script, folder=folder)
    return good(first[0] == 3 and "leaving" in first[1] and again[:2] == first[:2] and one_line(wrong[0], "'none'") and
                one_line(wrong[1], "--speed") and one_line(wrong[2], "--no-icount") and
                "No more reverse-execution history" in back[1], first, again, wrong, back)


def watches():
    """Coverage of two runs in one file, a profile and a timeline; an installed one has the plugin beside QEMU."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--coverage", "a, b.info", "--coverage", "c.xml", "--coverage-merge", "--profile", "p", "--timeline", "t")
        results = [call("run", EXIT, "-q", *options, folder=folder, types="0") for _ in range(2)]
        texts = []
        for name in ("a, b.info", "c.xml", "p", "t"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                texts.append(file.read())
    return good(all(result[0] == 0 and not result[2] for result in results) and "FNDA:2,main" in texts[0] and
                "<coverage" in texts[1] and "fn=main" in texts[2] and '"name":"main"' in texts[3], results, texts)


tap.run("kit", [(test.__name__, test) for test in (
    exit_codes, closed, nobody_reads, interrupted_early, killed, version, mistakes, timeout, no_semihosting, wrong_input, full_disk, verbose, passed_on, speed, timing, wokwi, forwards, wrong_projects, debugger,
    taken_port, waits_for_gdb, flash, page, recorded, watches, info)])
