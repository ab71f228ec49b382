# SPDX-License-Identifier: GPL-2.0-or-later
"""Our machine with its page, and a page's end of it in Python: HTTP and a websocket with the library's sockets."""
import base64
import json
import os
import re
import socket
import struct
import subprocess
import tempfile
import time

QEMU = os.environ["QTEST_QEMU_BINARY"]
FIRMWARE = os.environ["STM32_FIRMWARE"]
PATIENCE = int(os.environ.get("PATIENCE", 100))       # seconds, for a host that is busy
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Board:
    """The machine, with the program page.elf; its page at self.port."""

    def __init__(self, *words, firmware="page", files=None, machine="", page="0"):
        self.folder = tempfile.TemporaryDirectory()
        files = files or self.folder.name
        self.errors = open(os.path.join(self.folder.name, "stderr"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [QEMU, "-machine", f"stm32f407g_disc,page={page},page-files={files}{machine}", "-display", "none",
             "-monitor", "none", "-kernel", os.path.join(FIRMWARE, firmware + ".elf"), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors)
        self.port = int(self.wait_for(r"page: http://127\.0\.0\.1:(\d+)/\n")[1])

    def wait_for(self, pattern):
        """... in what it writes to stderr."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            self.errors.seek(0)
            match = re.search(pattern, self.errors.read())
            if match:
                return match
            time.sleep(0.01)
        raise TimeoutError(pattern)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        connection.settimeout(PATIENCE)
        return connection

    def ask(self, request):
        """All of the answer to @request."""
        with self.connect() as connection:
            connection.sendall(request)
            answer = b""
            try:
                while data := connection.recv(65536):
                    answer += data
            except ConnectionResetError:
                pass
        return answer

    def get(self, path, **headers):
        lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in ({"Host": f"localhost:{self.port}"} | headers).items())]
        return self.ask("\r\n".join(lines + ["", ""]).encode())

    def lives(self):
        return self.process.poll() is None

    def memory(self):
        """What it has in RAM, in kbyte."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.errors.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Page:
    """A page that is open: what it knows of the board is in self.state, what ports have sent in self.serial."""

    def __init__(self, board, **headers):
        self.socket = board.connect()
        self.state, self.serial, self.pictures, self.mistakes, self.answers = {}, {}, {}, [], []
        self.hello = self.pin = None
        self.traces = {}                                # pins: (ns, level) of each edge
        self.raw, self.text = b"", b""
        headers = {"Host": f"127.0.0.1:{board.port}", "Upgrade": "websocket", "Connection": "Upgrade",
                   "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13"} | headers
        self.send_bytes("\r\n".join(["GET / HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode())
        try:
            while b"\r\n\r\n" not in self.raw:
                self.receive()
        except (EOFError, ConnectionError):
            pass
        self.status, _, self.raw = self.raw.partition(b"\r\n\r\n")

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the board has closed the connection")
        self.raw += data

    def frame(self):
        """The next one's opcode and data."""
        while True:
            if len(self.raw) >= 2:
                size, head = self.raw[1] & 127, 2
                if size >= 126:
                    head = 4 if size == 126 else 10
                    size = int.from_bytes(self.raw[2:head], "big") if len(self.raw) >= head else 1 << 62
                if len(self.raw) >= head + size:
                    opcode, data = self.raw[0] & 15, self.raw[head:head + size]
                    self.raw = self.raw[head + size:]
                    return opcode, data
            self.receive()

    def batch(self):
        while b"\n" not in self.text:
            opcode, data = self.frame()
            if opcode == 8:
                raise EOFError("the board has closed the page")
            self.text += data
        line, self.text = self.text.split(b"\n", 1)
        return json.loads(line)

    def look(self):
        """Take in the next batch."""
        batch = self.batch()
        self.hello = batch.get("hello", self.hello)
        self.pin = batch.get("pin", self.pin)
        self.state |= batch.get("set", {})
        self.mistakes += [one["text"] for one in batch.get("mistakes", [])]
        self.answers += batch.get("answers", [])
        self.take_traces(batch.get("traces"))
        for one in batch.get("serial", []):
            self.serial[one["port"]] = self.serial.get(one["port"], b"") + base64.b64decode(one["data"])
        for one in batch.get("pictures", []):
            width, rows = one["width"], base64.b64decode(one["rgb"])
            picture = self.pictures.setdefault(one["name"], bytearray(width * one["height"] * 3))
            picture[one["row"] * width * 3:one["row"] * width * 3 + len(rows)] = rows

    def take_traces(self, traces):
        if traces:
            self.traces = {pin["name"]: self.traces.get(pin["name"], []) + [
                tuple(map(int, edge.split(":"))) for edge in pin["edges"].split(",") if edge]
                for pin in traces["pins"]}

    def wait(self, condition):
        """Look until @condition() holds: true."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                return False
            self.look()
        return True

    def send_frame(self, data, opcode=2):
        size = len(data)
        head = (struct.pack(">BB", 128 | opcode, 128 | size) if size < 126 else
                struct.pack(">BBH", 128 | opcode, 128 | 126, size) if size < 65536 else
                struct.pack(">BBQ", 128 | opcode, 128 | 127, size))
        self.send_bytes(head + b"\0\0\0\0" + data)      # a mask of zeros

    def do(self, command, /, **arguments):
        self.send_frame(json.dumps({"do": command} | arguments).encode() + b"\n")

    def ask(self, command, /, **arguments):
        """Do it, and the answer's error, None: it was done."""
        before = len(self.answers)
        self.do(command, id=before, **arguments)
        self.wait(lambda: len(self.answers) > before)
        return self.answers[-1].get("error")

    def close(self):
        self.socket.close()
