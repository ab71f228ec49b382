#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The server of the page, by TAP: what it shows of the board, what can be done to the board, who may come in, and
what is the matter with those who do not keep to the rules."""
import base64
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap
from board import FIRMWARE, KEY, PATIENCE, QEMU, Board, Page

ICOUNT = ["-icount", "shift=3,sleep=off"]
BENCH = ICOUNT + ["-device", "wokwi-led,id=lamp,A=pe4,C=gnd", "-device", "wokwi-pushbutton,id=b,1.l=pe5,2.l=gnd",
                  "-device", "board-ssd1306,id=oled,SCL=pb6,SDA=pb9",
                  "-device", "wokwi-potentiometer,id=pot,GND=gnd,VCC=3v3,SIG=pa1",
                  "-device", "wokwi-ntc-temperature-sensor,id=ntc,GND=gnd,VCC=3v3,OUT=pc1"]
PACE = ",speed=1"


def good(*conditions):
    if not all(conditions):
        print("#", *[repr(item) for item in conditions])
    return all(conditions)


def closed(page):
    """Does the board end it?"""
    try:
        while True:
            page.look()
    except (EOFError, ConnectionError):
        return True


def let_in(board):
    """A page that comes as many have gone, which the board gets to know when it gets round to it."""
    end = time.monotonic() + PATIENCE
    while True:
        page = Page(board)
        if b" 101 " in page.status or time.monotonic() > end:
            return page
        page.close()


# ---- What it is for ----

def board_and_parts():
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        state = page.state
        return good(page.wait(lambda: state.get("led-orange.brightness") == 25),
                    page.wait(lambda: state["/lamp.brightness"] == 100),
                    {part["id"]: [control["name"] for control in part["controls"]] for part in page.hello["parts"]} ==
                    {"lamp": [], "b": [], "oled": [], "pot": [], "ntc": ["temperature", "beta"]},
                    ["board:PE4", "lamp:A", "", []] in page.hello["wiring"]["connections"],
                    page.ask("press", button="user", on=True) is None,
                    page.wait(lambda: state["led-green.brightness"] == 100 and state["button-user.pressed"]),
                    page.ask("press", button="user", on=False) is None,
                    page.wait(lambda: state["led-green.brightness"] == 0),
                    page.ask("set", part="b", name="pressed", value=True) is None,
                    page.wait(lambda: state["/lamp.brightness"] == 0 and state["/b.pressed"]),
                    page.ask("set", part="pot", name="value", value=512) is None,
                    page.wait(lambda: state["/pot.value"] == 512),
                    page.ask("set", part="ntc", name="temperature", value=-12.5) is None,
                    page.wait(lambda: state["/ntc.temperature"] == -12.5),
                    page.wait(lambda: 30 < state["led-blue.brightness"] < 70),     # blinks at 500 Hz
                    page.ask("tilt", x=900) is None,
                    page.wait(lambda: state["led-red.brightness"] == 100 and state["accelerometer.x"] == 900))


def serial():
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        got = page.serial
        return good(page.wait(lambda: b"ready\r\n" in got.get("usart2", b"")), page.hello["port"] == "usart2",
                    page.ask("send", port="usart2", text="hello") is None,
                    page.wait(lambda: b"HELLO" in got["usart2"]),
                    page.ask("send", port="usart2", text="a" * 2000) is None,
                    page.wait(lambda: b"A" * 2000 in got["usart2"]),
                    page.ask("send", port="usart3", text="nobody hears it") is None,
                    "no port" in page.ask("send", port="lpt1", text=""))


def serial_of_others():
    """What -serial names has it too, and is heard too."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe + ".in")
        os.mkfifo(pipe + ".out")
        ends = [os.open(pipe + end, os.O_RDWR) for end in (".in", ".out")]
        with Board(*BENCH, "-serial", f"pipe:{pipe}", machine=PACE) as board:
            page = Page(board)
            began = page.wait(lambda: b"ready\r\n" in page.serial.get("usart2", b""))
            os.write(ends[0], b"from outside")
            heard = page.wait(lambda: b"FROM OUTSIDE" in page.serial["usart2"])
            page.do("send", port="usart2", text="from the page")
            heard = heard and page.wait(lambda: b"FROM THE PAGE" in page.serial["usart2"])
            out = os.read(ends[1], 4096)
        for end in ends:
            os.close(end)
        return good(began, heard, b"ready" in out and b"FROM OUTSIDE" in out and b"FROM THE PAGE" in out)


def pins():
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        page.wait(lambda: page.state.get("/lamp.brightness") == 100)

        def pin(name):
            page.pin = None
            page.do("watch", pin=name)
            page.wait(lambda: page.pin)
            return page.pin

        timer, lamp, gnd = pin("PD13"), pin("lamp.A"), pin("gnd")
        return good(timer["mode"] == "alternate" and timer["function"] == 2 and timer["signal"] == "tim4.ch2",
                    timer["hz"] == 8400 and timer["duty"] == 25 and timer["drivers"][0]["who"] == "chip",
                    "mode" not in lamp and lamp["net"] == ["PE4", "lamp.A"] and lamp["level"],
                    "mode" not in gnd and not gnd["level"],
                    "no pin 'pz9'" in page.ask("watch", pin="pz9"),
                    page.ask("pin", pin="pe5", drive="0") is None,
                    page.wait(lambda: page.state["/lamp.brightness"] == 0),
                    page.ask("pin", pin="pe5", drive="z") is None,
                    page.wait(lambda: page.state["/lamp.brightness"] == 100),
                    page.ask("pin", pin="gnd", drive="1"), page.ask("pin", pin="pe5", drive="2"))


def traces():
    """Edges of a timer's wave, of a GPIO and of a serial line, at the very times; pins can be taken away."""
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        page.wait(lambda: b"display" in page.serial.get("usart2", b""))
        asked = [page.ask("trace", pin=pin) for pin in ("pd13", "pd15", "pa2", "pd13", "pz1")]
        page.do("send", port="usart2", text="U")                # 0x55: an edge each bit
        enough = page.wait(lambda: len(page.traces.get("pd13", [])) > 200 and len(page.traces.get("pd15", [])) > 20 and
                           len(page.traces.get("pa2", [])) > 10)
        wave, blinks, serial_line = (page.traces[pin] for pin in ("pd13", "pd15", "pa2"))
        rises = [ns for ns, level in wave if level == 1]
        periods = [later - before for before, later in zip(rises[1:], rises[2:])]
        exact = [period for period in periods if 119047 <= period <= 119048]
        bits = [later[0] - before[0] for before, later in zip(serial_line[1:], serial_line[2:11])]
        late = Page(board)
        seen = late.wait(lambda: set(late.traces) == {"pd13", "pd15", "pa2"})
        page.ask("trace", pin="pd13", on=False)
        gone = late.wait(lambda: set(late.traces) == {"pd15", "pa2"})
        return good(asked[:4] == [None] * 4, asked[4], enough, len(exact) > 90,
                    all(period in exact or period > 1000000 for period in periods),      # a host that is late
                    all(900000 < later[0] - before[0] < 1100000 for before, later in zip(blinks[1:], blinks[2:])),
                    all(8600 < bit < 8760 for bit in bits), seen, gone)


def picture():
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        page.wait(lambda: b"display" in page.serial.get("usart2", b""))
        size = page.hello["pictures"][0]
        scale = size["width"] // 128

        def lit(x, y):
            at = ((y * scale + 1) * size["width"] + x * scale + 1) * 3
            return "oled" in page.pictures and sum(page.pictures["oled"][at:at + 3]) > 300

        return good(page.wait(lambda: lit(64, 40) and lit(0, 0) and lit(127, 63)), not lit(64, 20), not lit(10, 40))


def mistakes():
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        page.do("send", port="usart2", text="W")
        found = page.wait(lambda: any("spi2: write of CR1" in line for line in page.mistakes))
        late = Page(board)
        return good(found, late.wait(lambda: page.mistakes == late.mistakes))


def stops_and_goes():
    """Wherever it stands, time goes on: while it sleeps, too."""
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        state = page.state
        for _ in range(20):
            page.ask("pause")
            page.wait(lambda: not state["machine.running"])
            stood = state["machine.virtual-time"]
            page.ask("run")
            if not page.wait(lambda s=stood: state["machine.virtual-time"] > s + 5000000):
                return False
        return True


def run_state():
    """Paused it stands, run it goes on, reset it begins anew; its speed can be chosen."""
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        state = page.state
        began = page.wait(lambda: b"ready" in page.serial.get("usart2", b""))
        paused = page.ask("pause") is None and page.wait(lambda: not state["machine.running"])
        stood = state["machine.virtual-time"]
        page.do("press", button="user", on=True)
        page.wait(lambda: state["button-user.pressed"])
        for _ in range(20):
            page.ask("watch", pin="")                   # 20 batches later
        stands = state["machine.virtual-time"] == stood and state["led-green.brightness"] == 0
        goes = page.ask("run") is None and page.wait(lambda: state["led-green.brightness"] == 100)
        page.ask("reset")
        again = page.wait(lambda: page.serial["usart2"].count(b"ready") == 2)
        page.do("press", button="reset", on=True)
        page.do("press", button="reset", on=False)
        again = again and page.wait(lambda: page.serial["usart2"].count(b"ready") == 3)
        return good(began, paused, stands, goes, again, page.ask("speed", speed="max") is None,
                    page.wait(lambda: state["machine.speed"] == "max"), "speed=soon" in page.ask("speed", speed="soon"))


def firmware():
    """The board starts anew with a file that the page sends, or with its own as that is now."""
    with open(os.path.join(FIRMWARE, "page.elf"), "rb") as file:
        data = file.read()
    with tempfile.TemporaryDirectory() as folder:
        own = os.path.join(folder, "own.elf")
        with open(own, "wb") as file:
            file.write(data)
        with Board(*BENCH, "-kernel", own, machine=PACE) as board:
            page = Page(board)

            def starts(number, word):
                return page.wait(lambda: page.serial.get("usart2", b"").count(word) == number)

            def give(what):
                errors = [page.ask("firmware", size=len(what))]
                for at in range(0, len(what), 24000):
                    errors.append(page.ask("piece", data=base64.b64encode(what[at:at + 24000]).decode()))
                return errors

            began = starts(1, b"ready")
            given = give(data.replace(b"ready\n", b"other\n"))
            other = starts(1, b"other")
            with open(own, "wb") as file:
                file.write(data.replace(b"ready\n", b"again\n"))
            again = page.ask("firmware") is None and starts(1, b"again")
            return good(began, not any(given), other, again, "looks like text" in give(b"no firmware\n")[1],
                        "8 Mbyte" in page.ask("firmware", size=1 << 30), "no piece" in page.ask("piece", data="AAAA"),
                        page.ask("firmware", size=2) is None, "no piece" in page.ask("piece", data="AAAA"),
                        give(b"\1\2\3\4" * 100)[1], board.lives())


def real_time():
    """The same without -icount."""
    with Board() as board:
        page = Page(board)
        began = page.wait(lambda: b"ready" in page.serial.get("usart2", b""))
        page.do("press", button="user", on=True)
        page.do("send", port="usart2", text="hello")
        return good(began, page.wait(lambda: page.state["led-green.brightness"] == 100 and
                                     b"HELLO" in page.serial["usart2"]),
                    page.ask("pause") is None, page.ask("run") is None, page.ask("trace", pin="pd13") is None,
                    page.wait(lambda: len(page.traces.get("pd13", [])) > 100))


def snapshot():
    with tempfile.TemporaryDirectory() as folder:
        disk = os.path.join(folder, "disk.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "4M"], check=True)
        with Board(*BENCH, "-drive", f"if=none,id=disk,file={disk}", machine=PACE) as board:
            page = Page(board)
            page.wait(lambda: b"ready" in page.serial.get("usart2", b""))
            saved = page.ask("save", name="here")
            page.do("press", button="user", on=True)
            lit = page.wait(lambda: page.state["led-green.brightness"] == 100)
            loaded = page.ask("load", name="here")
            back = page.wait(lambda: page.state["led-green.brightness"] == 0 and not page.state["button-user.pressed"])
            nowhere = page.ask("load", name="there")
            page.do("press", button="user", on=True)
            return good(saved is None, lit, loaded is None, back, nowhere is not None, page.ask("save", name="1"),
                        page.wait(lambda: page.state["led-green.brightness"] == 100))


def two_pages():
    """They show the same; one that is loaded again gets all of it."""
    with Board(*BENCH, machine=PACE) as board:
        one, two = Page(board), Page(board)
        one.wait(lambda: b"display" in one.serial.get("usart2", b""))
        one.do("press", button="user", on=True)
        seen = two.wait(lambda: two.state.get("led-green.brightness") == 100)
        one.do("send", port="usart2", text="one")
        two.do("send", port="usart2", text="two")
        seen = seen and all(page.wait(lambda p=page: b"ONE" in p.serial["usart2"] and b"TWO" in p.serial["usart2"])
                            for page in (one, two))
        one.close()
        again = Page(board)
        again.wait(lambda: again.pictures)
        return good(seen, again.serial["usart2"] == two.serial["usart2"],
                    again.state["led-green.brightness"] == 100, again.pictures["oled"] == two.pictures["oled"],
                    again.hello == two.hello | {"wiring": again.hello["wiring"]})


# ---- Files, and who may come in ----

def files():
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as _:
        for name, text in (("index.html", "<p>board"), ("page.js", "board()"), ("secret", "no")):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        with Board(files=folder) as board:
            first, script = board.get("/?a=1"), board.get("/page.js")
            none = [board.get(path) for path in ("/secret", "/../secret", "/page.css", "//page.js", "/%2e%2e/secret",
                                                 "/page.js/", "/" + "a" * 3000, "http://localhost/page.js")]
            host = f"Host: localhost:{board.port}\r\n\r\n".encode()
            return good(first.startswith(b"HTTP/1.1 200 ") and first.endswith(b"<p>board"),
                        b"Content-Security-Policy: default-src 'none'" in first, b"text/html" in first,
                        script.endswith(b"board()") and b"text/javascript" in script,
                        all(answer.startswith(b"HTTP/1.1 404 ") for answer in none),
                        board.ask(b"POST / HTTP/1.1\r\n" + host).startswith(b"HTTP/1.1 405 "),
                        board.ask(b"GET /\r\n" + host).startswith(b"HTTP/1.1 400 "),
                        board.ask(b"\r\n\r\n").startswith(b"HTTP/1.1 400 "),
                        board.get("/", x="a" * 5000).startswith(b"HTTP/1.1 431 "))


def not_built():
    with Board() as board:
        answer = board.get("/")
        return good(answer.startswith(b"HTTP/1.1 503 "), b"make page" in answer)


def strangers():
    """Pages of other sites, and names that somebody makes lead here."""
    with Board() as board:
        here = f"localhost:{board.port}"
        inside = [Page(board, Host=host, Origin=f"http://{host}")
                  for host in (here, f"127.0.0.1:{board.port}", "[::1]:80")]
        outside = [Page(board, Host=host, Origin=origin) for host, origin in (
            (here, "http://evil.example"), (here, f"https://{here}"), (here, "null"), (here, f"http://{here}0"),
            ("evil.example", "http://evil.example"), ("localhost.evil.example", "http://localhost.evil.example"),
            ("", ""))]
        return good(all(b" 101 " in page.status for page in inside),
                    all(page.status.startswith(b"HTTP/1.1 403 ") for page in outside),
                    board.get("/", Host="evil.example").startswith(b"HTTP/1.1 403 "),
                    board.get("/", Origin="http://evil.example").startswith(b"HTTP/1.1 403 "),
                    board.ask(b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 403 "))


def wrong_addresses():
    def line(value):
        result = subprocess.run([QEMU, "-machine", f"stm32f407g_disc,page={value}", "-display", "none"],
                                capture_output=True, text=True, timeout=300, check=False)
        return result.returncode == 1 and result.stderr.count("\n") == 1 and f"page={value}: " in result.stderr

    with Board() as board:
        return good(*[line(value) for value in ("", "here", "70000", "127.0.0.1", "127.0.0.1:http",
                                                "nowhere.invalid:8080", str(board.port))])


# ---- Those who do not keep to the rules ----

def garbage():
    rng = random.Random(1)
    with Board(*BENCH, machine=PACE) as board:
        for n in range(30):
            with board.connect() as connection:
                data = rng.randbytes(rng.randrange(1, 5000))
                connection.sendall(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n" * (n % 2) + data + b"\r\n\r\n" * (n % 3))
        shaken = [Page(board, **headers).status[:12] for headers in (
            {"Sec-WebSocket-Key": "short"}, {"Sec-WebSocket-Version": "7"}, {"Connection": "close"})]
        for _ in range(40):
            page = Page(board)
            try:
                for _ in range(rng.randrange(1, 20)):
                    page.send_bytes(rng.randbytes(rng.randrange(1, 300)))
            except ConnectionError:
                pass
            page.close()
        return good(shaken == [b"HTTP/1.1 400"] * 3, board.lives(), Page(board).wait(lambda: True))


COMMANDS = (
    b'{"do": "watch", "pin": "pd%d"}', b'{"do": "trace", "pin": "pd%d"}', b'{"do": "trace", "pin": "pd%d", "on": false}',
    b'{"do": "send", "port": "usart2", "text": "I%d"}', b'{"do": "pause", "id": %d}', b'{"do": "run", "id": %d}',
    b'{"do": "reset", "id": %d}', b'{"do": "firmware", "size": %d}', b'{"do": "piece", "data": "AAA%d"}',
    b'{"do": "tilt", "x": %d}', b'{"do": "load", "name": "a%d"}', b'{"do": "speed", "speed": "%d"}')
FRAMES = (b"\x82\xff\x7f" + b"\xff" * 7 + b"\0" * 4, b"\x02\x80\0\0\0\0", b"\x82\x80\0\0\0\0", b"\x89\x84\0\0\0\0abcd",
          b"\x88\x80\0\0\0\0")                    # too long, a fragment, empty, a ping, the end


def many_at_random():
    """Pages that come, do anything, do not read, and go."""
    rng = random.Random(1)
    with Board(*BENCH) as board:
        pages = []
        for _ in range(500):
            try:
                if len(pages) < 12 and rng.random() < 0.3 or not pages:
                    pages.append(Page(board))
                page, dice = rng.choice(pages), rng.random()
                if dice < 0.8:
                    page.send_frame(rng.choice(COMMANDS) % rng.randrange(16) + b"\n")
                elif dice < 0.9:
                    page.send_bytes(rng.choice(FRAMES))
                elif dice < 0.95:
                    pages.remove(page)
                    page.close()
                else:
                    page.socket.shutdown(rng.randrange(3))
            except (OSError, EOFError):
                pages.remove(page)
        for page in pages:
            page.close()
        late = let_in(board)
        return good(board.lives(), late.wait(lambda: late.hello))


def wrong_lines():
    """What is no command ends the page; a command that can't be done is answered."""
    with Board(*BENCH, machine=PACE) as board:
        ends = []
        for line in (b"\n", b"hello\n", b"[]\n", b"{}\n", b'{"do": 1}\n', b'{"do": "fly"}\n', b'{"do": "quit"',
                     b"[" * 5000 + b"\n", b"\xff\xfe\n", b"x" * 70000):
            page = Page(board)
            page.send_frame(line)
            if line.endswith(b'"'):
                page.send_frame(b"}\n")
            ends.append(closed(page))
        page = Page(board)
        page.look()
        asked = [page.ask(*words, **arguments) for words, arguments in (
            (("press",), {}), (("press",), {"button": "power"}), (("set",), {}), (("set",), {"part": "lamp", "name": "A"}),
            (("set",), {"part": "lamp", "name": "A", "value": "pd1"}),
            (("set",), {"part": "lamp", "name": "id", "value": "x"}),
            (("set",), {"part": "lamp", "name": "realized", "value": False}),
            (("set",), {"part": "/machine/soc", "name": "boot0", "value": True}),
            (("set",), {"part": "pot", "name": "value", "value": "much"}),
            (("set",), {"part": "pot", "name": "value", "value": 1e9}),
            (("set",), {"part": "b", "name": "pressed", "value": {"a": []}}),
            (("pin",), {"pin": 5}), (("pin",), {}), (("watch",), {"pin": "led9.A"}), (("send",), {}), (("speed",), {}),
            (("save",), {}), (("load",), {"name": "x" * 100}))]
        fine = [page.ask("tilt", x="far", y=10 ** 12) is None, page.ask("watch") is None]
        return good(all(ends), all(asked), all(fine), page.wait(lambda: page.state["accelerometer.y"] == 16000))


def flood():
    """Many who connect, pages past the limit, and one that never stops: others still have the board."""
    with Board(*BENCH, machine=PACE) as board:
        idle = [board.connect() for _ in range(150)]
        page = Page(board)
        ready = page.wait(lambda: b"ready" in page.serial.get("usart2", b""))
        pages = [Page(board) for _ in range(20)]
        inside = [b" 101 " in one.status for one in pages]
        try:
            for _ in range(500):
                pages[0].send_frame(b'{"do": "watch", "pin": "pa%d", "id": 1}\n' % random.randrange(16) * 10)
        except ConnectionError:
            pass
        page.do("press", button="user", on=True)
        lit = page.wait(lambda: page.state["led-green.brightness"] == 100)
        for one in pages + idle:
            one.close()
        late = let_in(board)
        return good(ready, inside == [True] * 15 + [False] * 5, lit, late.wait(lambda: late.hello))


def one_who_does_not_read():
    """It takes no memory, and nobody waits for it."""
    with Board(*BENCH) as board:
        page, deaf = Page(board), [Page(board) for _ in range(8)]
        page.wait(lambda: b"display" in page.serial.get("usart2", b""))
        before = board.memory()
        page.wait(lambda: page.pictures.get("oled", b"\0")[0])
        for _ in range(12):                             # each is 500 kbyte for each page
            was = page.pictures["oled"][0]
            page.do("send", port="usart2", text="I")
            page.wait(lambda w=was: page.pictures["oled"][0] != w)
        after = board.memory()
        page.do("send", port="usart2", text="the end")
        ends = [one.wait(lambda p=one: b"THE END" in p.serial.get("usart2", b"")) for one in deaf]
        return good(all(ends), after - before < 15000, after, before)


def split_commands():
    """A line may come in many frames, and many in one."""
    with Board(*BENCH, machine=PACE) as board:
        page = Page(board)
        for byte in json.dumps({"do": "press", "button": "user", "on": True}).encode() + b"\n":
            page.send_frame(bytes([byte]))
        lit = page.wait(lambda: page.state.get("led-green.brightness") == 100)
        page.send_frame(b'{"do": "press", "button": "user", "on": false}\n{"do": "tilt", "x": 900}\n')
        return good(lit, page.wait(lambda: page.state["led-green.brightness"] == 0 and
                                   page.state["accelerometer.x"] == 900))


TESTS = [(name.__name__.replace("_", "-"), name) for name in (
    board_and_parts, serial, serial_of_others, pins, traces, picture, mistakes, stops_and_goes, run_state,
    firmware, real_time, snapshot, two_pages, files, not_built, strangers, wrong_addresses, garbage,
    many_at_random, wrong_lines, flood, one_who_does_not_read, split_commands)]


if __name__ == "__main__":
    tap.run("page", [test for test in TESTS if len(sys.argv) < 2 or test[0] in sys.argv[1:]])
