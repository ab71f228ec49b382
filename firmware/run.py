#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a guest program on the board and shows the board in the terminal: LEDs, console, button.

Keys go to the console; the space bar is the user button, the arrows left and right tilt the board,
down lays it flat; Ctrl-C ends.  Without a terminal each change of the LEDs is a line.
Arguments: QEMU ELF [SECONDS] [further arguments of QEMU]
"""
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

LEDS = [("led-green", 32), ("led-orange", 33), ("led-red", 31), ("led-blue", 34)]
PRESS_SECONDS = 0.15
TILT = {b"\033[D": -500, b"\033[C": 500, b"\033[B": 0}     # the arrows left, right, down: mg


class Qmp:
    """QEMU's control socket: one command, one answer."""

    def __init__(self, connection):
        self.stream = connection.makefile("rw")
        self.stream.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        print(json.dumps({"execute": name, "arguments": arguments}), file=self.stream, flush=True)
        while True:
            answer = json.loads(self.stream.readline() or '{"error": "QEMU has gone"}')
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise EOFError(answer["error"])

    def get(self, path, name):
        return self.command("qom-get", path=path, property=name)

    def set(self, path, name, value):
        self.command("qom-set", path=path, property=name, value=value)


class Screen:
    """Text scrolls; with a terminal the last line shows the board."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.line = ""
        self.at_line_start = True

    def _write(self, text):
        sys.stdout.write(text)
        sys.stdout.flush()

    def text(self, text):
        if self.terminal:
            self._write("\r\033[K" + text + self.line)
        else:
            self._write(text)
            self.at_line_start = text.endswith("\n")

    def leds(self, brightness, virtual_ns):
        seconds = virtual_ns / 1e9
        if self.terminal:
            lamps = " ".join(f"\033[{color}m{'●' if on else '·'}\033[0m"
                             for (_, color), on in zip(LEDS, brightness))
            self.line = f"{lamps}  {seconds:7.2f} s   space: button, arrows: tilt, Ctrl-C: end "
            self._write("\r\033[K" + self.line)
        else:
            names = [name[4:] for (name, _), on in zip(LEDS, brightness) if on]
            start = "" if self.at_line_start else "\n"
            self._write(f"{start}[{seconds:7.2f} s] LEDs: {' '.join(names) or 'none'}\n")
            self.at_line_start = True


def show(qmp, console, screen, end):
    shown, release = None, None
    keyboard = sys.stdin if screen.terminal else None
    pending = ""
    while time.monotonic() < end:
        ready, _, _ = select.select([console] + ([keyboard] if keyboard else []), [], [], 0.02)
        if console in ready:
            data = console.recv(4096)
            if not data:
                return
            pending += data.decode(errors="replace").replace("\r", "")
            whole, newline, pending = pending.rpartition("\n")
            if newline:
                screen.text(whole + "\n")
        if keyboard in ready:
            key = os.read(keyboard.fileno(), 64)
            if key == b" ":
                qmp.set("/machine/button-user", "pressed", True)
                release = time.monotonic() + PRESS_SECONDS
            elif key in TILT:
                qmp.set("/machine/accelerometer", "x", TILT[key])
            else:
                console.sendall(key)
        if release and time.monotonic() >= release:
            qmp.set("/machine/button-user", "pressed", False)
            release = None
        leds = [qmp.get("/machine/" + name, "brightness") for name, _ in LEDS]
        if leds != shown or screen.terminal:
            screen.leds(leds, qmp.get("/machine", "virtual-time"))
            shown = leds


def listen(folder, name):
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.join(folder, name))
    server.listen()
    return server


def stop(process, qmp):
    try:
        qmp.command("quit")
        process.wait(5)
    except (AttributeError, EOFError, OSError, ValueError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()


def main():
    qemu, elf, *rest = sys.argv[1:]
    seconds = float(rest.pop(0)) if rest and rest[0] else float("inf")
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with tempfile.TemporaryDirectory() as folder:
        servers = [listen(folder, "qmp"), listen(folder, "console")]
        process = subprocess.Popen(
            [qemu, "-machine", "stm32f407g_disc", "-display", "none", "-monitor", "none",
             "-kernel", elf, "-d", "guest_errors,unimp",
             "-qmp", f"unix:{folder}/qmp", "-serial", f"unix:{folder}/console", *rest],
            stdin=subprocess.DEVNULL)
        for server in servers:
            server.settimeout(10)
        qmp = None
        before = termios.tcgetattr(sys.stdin) if terminal else None
        try:
            (control, _), (console, _) = [server.accept() for server in servers]
            if terminal:
                tty.setcbreak(sys.stdin)
            qmp = Qmp(control)
            show(qmp, console, Screen(terminal), time.monotonic() + seconds)
        except (KeyboardInterrupt, EOFError, BrokenPipeError):
            pass
        except socket.timeout:
            sys.exit("QEMU did not start")
        finally:
            if before:
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
            stop(process, qmp)
            print()


if __name__ == "__main__":
    main()
