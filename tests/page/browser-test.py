#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page in a real Chromium, by TAP: what is to be seen, and what mouse and keys do.  PICTURE names a file for a
screenshot (docs/page.png).  Skipped where there is no Chromium, or the page is not built.
"""
import base64
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import browser
import tap
from board import FIRMWARE, Board, Page

FILES = os.path.join(HERE, "..", "..", "build", "page")
DIAGRAM = os.path.join(HERE, "diagram.json")
SHOW = {"browser": None, "board": None, "tab": None}    # what all tests share


def start(page="0"):
    SHOW["board"] = Board("-icount", "shift=3,sleep=off", files=FILES, machine=f",speed=1,diagram={DIAGRAM}", page=page)


def address():
    return f"http://127.0.0.1:{SHOW['board'].port}/"


def brightness(led):
    return f"document.querySelector('[data-led={led}]')?.dataset.brightness"


TERMINAL = "document.querySelector('[data-port=usart2] .xterm-rows')?.textContent"
TIME = "document.getElementById('time').textContent"


def key(kind):
    """The space bar on the user button."""
    SHOW["tab"].get(f"document.querySelector('[data-button=user]').dispatchEvent(new KeyboardEvent('{kind}', {{key: ' '}}))")


def good(*conditions):
    if not all(conditions):
        print("#", *[repr(item) for item in conditions])
    return all(conditions)


def opens():
    SHOW["tab"] = SHOW["browser"].open(address())
    tab = SHOW["tab"]
    return good(tab.wait(f"{brightness('led-orange')} === '25'"),
                tab.wait("document.getElementById('link').textContent === 'connected'"),
                tab.wait("document.querySelectorAll('.wire').length === 9"),
                tab.get("[...document.querySelectorAll('.holder')].map(h => h.dataset.part).sort().join()") ==
                "b,board,lamp,ntc,oled,pot",
                tab.wait("document.getElementById('ratio').textContent.endsWith(' x')"))


def button_and_led():
    """A click on the button lights the LED, which is to be seen in a screenshot."""
    tab = SHOW["tab"]
    led = "[data-led=led-green]"
    dark = tab.color(led)
    tab.press("[data-button=user]")
    pressed = tab.wait(f"{brightness('led-green')} === '100'")
    tab.wait("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    lit = tab.color(led)
    tab.release("[data-button=user]")
    return good(pressed, lit[1] > dark[1] + 80, lit[1] > lit[0] + 80, tab.wait(f"{brightness('led-green')} === '0'"))


def terminal():
    tab = SHOW["tab"]
    began = tab.wait(f"{TERMINAL}?.includes('ready')")
    tab.click("[data-port=usart2]")
    tab.type("hello, board")
    return good(began, tab.wait(f"{TERMINAL}.replaceAll('\\u00a0', ' ').includes('HELLO, BOARD')"))


def display():
    tab = SHOW["tab"]
    canvas = "document.querySelector('wokwi-ssd1306').shadowRoot.querySelector('canvas')"
    pixel = f"[...{canvas}.getContext('2d').getImageData(64, 40, 1, 1).data]"
    off = f"[...{canvas}.getContext('2d').getImageData(64, 16, 1, 1).data]"
    drawn = tab.wait(f"{pixel}[0] > 100")
    x, y, width, height = tab.get(f"(() => {{ const r = {canvas}.getBoundingClientRect(); "
                                  "return [r.x, r.y, r.width, r.height]; })()")
    seen = tab.color_at(x + width * 0.5, y + height * 0.65)
    return good(drawn, tab.get(off)[:3] == [0, 0, 0], min(seen) > 100)


def parts():
    """The part's own element is pressed, its LED goes out; a slider moves."""
    tab = SHOW["tab"]
    lamp = "document.querySelector('wokwi-led')"
    lit = tab.wait(f"{lamp}.value && {lamp}.brightness === 1")
    tab.press("wokwi-pushbutton")
    out = tab.wait(f"!{lamp}.value && document.querySelector('wokwi-pushbutton').pressed")
    tab.release("wokwi-pushbutton")
    tab.get("""(() => { const i = document.querySelector('.control input'); i.value = 60;
        i.dispatchEvent(new Event('input')); })()""")
    return good(lit, out, tab.wait(f"{lamp}.value"),
                tab.wait("document.querySelector('.control output').textContent === '60'"))


def tilt():
    tab = SHOW["tab"]
    x, y = tab.middle(".accelerometer")
    tab.press(".accelerometer")
    for step in range(1, 10):
        tab.mouse("Moved", (x + 10 * step, y), held=True)
    tab.mouse("Released", (x + 90, y))
    tilted = tab.wait(f"{brightness('led-red')} === '100'")
    tab.get("document.querySelector('.accelerometer').dispatchEvent(new MouseEvent('dblclick'))")
    return good(tilted, tab.wait(f"{brightness('led-red')} === '0'"))


def pin_under_the_mouse():
    tab = SHOW["tab"]
    text = "document.getElementById('pin').textContent"
    tab.point_at("[data-pin=pd13]")
    tab.wait("document.getElementById('message').textContent === ''")
    timer = tab.wait(f"{text}.includes('AF2 tim4.ch2') && {text}.includes('8.4 kHz, 25 %')")
    tab.point_at("[data-pin='lamp.A']")
    return good(timer, tab.wait(f"{text}.includes('lamp.A') && {text}.includes('chip of PE4: high')"))


def traces():
    """A click on a pin shows its edges; Hold holds; they can be taken away."""
    tab = SHOW["tab"]
    tab.click("[data-pin=pd13]")
    edges = "Number(document.querySelector('[data-trace=pd13] canvas')?.dataset.edges)"
    shown = tab.wait(f"{edges} > 150 && {edges} < 180")         # 10 ms of 8.4 kHz
    tab.click("[data-trace=pd13] button")
    return good(shown, tab.wait("document.getElementById('traces').hidden"))


def mistakes():
    tab = SHOW["tab"]
    tab.click("[data-port=usart2]")
    tab.type("W")
    return good(tab.wait("document.getElementById('mistakes').textContent.includes('spi2: write of CR1')"))


def pause_holds():
    tab = SHOW["tab"]
    tab.click("#pause")
    paused = tab.wait("document.body.classList.contains('paused')")
    stood = tab.get(TIME)
    key("keydown")
    known = tab.wait("document.querySelector('[data-button=user]').classList.contains('pressed')")
    held = (tab.get(TIME), tab.get(brightness("led-green"))) == (stood, "0")
    tab.click("#run")
    goes = tab.wait(f"{TIME} !== '{stood}' && {brightness('led-green')} === '100'")
    key("keyup")
    return good(paused, known, held, goes, tab.wait(f"{brightness('led-green')} === '0'"))


def two_pages():
    one, two = SHOW["tab"], SHOW["browser"].open(address())
    both = two.wait(f"{TERMINAL}?.includes('ready')")
    one.press("[data-button=user]")
    both = both and two.wait(f"{brightness('led-green')} === '100'")
    one.release("[data-button=user]")
    two.click("[data-port=usart2]")
    two.type("both")
    both = both and one.wait(f"{TERMINAL}.includes('BOTH')") and two.wait(f"{TERMINAL}.includes('BOTH')")
    two.close()
    return good(both)


def reload():
    """A page that is loaded again has everything: what ports have sent, mistakes, displays."""
    tab = SHOW["tab"]
    tab.reload()
    return good(tab.wait(f"{TERMINAL}?.includes('BOTH')"), tab.wait(f"{brightness('led-orange')} === '25'"),
                tab.wait("document.getElementById('mistakes').textContent.includes('spi2: write of CR1')"),
                display())


def reset():
    tab = SHOW["tab"]
    tab.click("#reset")
    return good(tab.wait(f"{TERMINAL}.split('ready').length === 3"))


def firmware():
    """One that is chosen starts; what can't be done is told."""
    tab = SHOW["tab"]
    with open(os.path.join(FIRMWARE, "page.elf"), "rb") as file:
        data = base64.b64encode(file.read().replace(b"ready\n", b"other\n")).decode()
    tab.get(f"""(() => {{ const files = new DataTransfer(), input = document.getElementById('file');
        files.items.add(new File([Uint8Array.from(atob('{data}'), c => c.charCodeAt(0))], 'other.elf'));
        input.files = files.files; input.dispatchEvent(new Event('change')); }})()""")
    starts = tab.wait(f"{TERMINAL}.includes('other')")
    tab.click("#save")
    return good(starts, tab.wait("document.getElementById('message').textContent.includes('block device')"))


def machine_comes_back():
    """The machine ends, and starts again: so does the page."""
    tab, port = SHOW["tab"], str(SHOW["board"].port)
    SHOW["board"].stop()
    gone = tab.wait("document.body.classList.contains('gone')")
    start(page=port)
    return good(gone, tab.wait("document.getElementById('link').textContent === 'connected'"),
                tab.wait(f"{TERMINAL}.includes('ready') && !{TERMINAL}.includes('BOTH')"),
                tab.wait("document.getElementById('count').textContent === '0'"))


def picture():
    """What docs/page.png is made of."""
    tab = SHOW["tab"]
    tab.wait(f"{TERMINAL}.includes('display')")
    tab.click("[data-port=usart2]")
    tab.type("hello, board\rW")
    tab.wait("document.getElementById('count').textContent === '1'")
    key("keydown")
    for pin in ("pa2", "pd15", "pd13"):
        tab.click(f"[data-pin={pin}]")
        tab.wait(f"!!document.querySelector('[data-trace={pin}]')")
    tab.wait("Number(document.querySelector('[data-trace=pd13] canvas').dataset.edges) > 150")
    tab.point_at("[data-pin=pd13]")
    tab.wait("document.getElementById('message').textContent === ''")
    tab.wait("document.getElementById('pin').textContent.includes('8.4 kHz')")
    shot = tab.screenshot()
    if os.environ.get("PICTURE"):
        with open(os.environ["PICTURE"], "wb") as file:
            file.write(shot)
    return good(len(shot) > 20000)


# An element of the page, what is done to it (e), and what the machine's part then has
MOVED = (
    ("wokwi-slide-switch", "e.value = 1; e.dispatchEvent(new InputEvent('input', { detail: 1 }))", "value", 1),
    ("wokwi-dip-switch-8", "e.toggleSwitch(1)", "values", "01000000"),
    ("wokwi-membrane-keypad", "r.querySelector('[data-key-name=\"5\"]').dispatchEvent(new MouseEvent('mousedown'))",
     "pressed", "5"),
    ("wokwi-analog-joystick", "e.yValue = -1; e.dispatchEvent(new InputEvent('input'))", "y", -1),
    ("wokwi-potentiometer", "const i = r.querySelector('input'); i.value = 700; i.dispatchEvent(new InputEvent('input'))",
     "value", 700),
    ("wokwi-slide-potentiometer",
     "const i = r.querySelector('input'); i.value = 700; i.dispatchEvent(new InputEvent('input'))", "value", 700),
    ("wokwi-ky-040", "e.dispatchEvent(new InputEvent('rotate-cw'))", "angle", 18),
    ("wokwi-pir-motion-sensor", "e.dispatchEvent(new PointerEvent('pointerdown'))", "motion", True),
    ("wokwi-ir-remote",
     "e.dispatchEvent(new CustomEvent('button-press', { detail: { key: 'play', irCode: 168 } }))", "pressed", "play"),
    ("wokwi-rotary-dialer", "e.dispatchEvent(new CustomEvent('dial', { detail: { digit: 3 } }))", "dial", 3),
    ("wokwi-pushbutton-6mm", "e.dispatchEvent(new Event('button-press'))", "pressed", True),
)


def moved_parts():
    """What is done to the elements of the page happens to the parts of the machine; displays are drawn."""
    names = [kind for kind, *_ in MOVED] + ["wokwi-ili9341", "wokwi-lcd1602", "wokwi-tm1637-7segment", "wokwi-max7219-matrix",
                                            "wokwi-biaxial-stepper", "wokwi-gas-sensor", "board-bme280"]
    parts = [{"type": kind, "id": kind, "top": n // 4 * 330, "left": 300 + n % 4 * 330, "attrs": {}}
             for n, kind in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder:
        diagram = os.path.join(folder, "diagram.json")
        with open(diagram, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "connections": [], "parts": parts + [
                {"type": "board-stm32f407g-disc1", "id": "board", "top": 0, "left": 0, "attrs": {}}]}, file)
        with Board("-icount", "shift=3,sleep=off", files=FILES, machine=f",speed=1,diagram={diagram}") as board:
            tab, page = SHOW["browser"].open(f"http://127.0.0.1:{board.port}/"), Page(board)
            drawn = tab.wait("document.querySelector('wokwi-ili9341')?.canvas?.dataset.drawn > 0")
            wrong = []
            for kind, action, name, value in MOVED:
                tab.get(f"(() => {{ const e = document.querySelector('{kind}'), r = e.shadowRoot; {action}; }})()")
                if not page.wait(lambda k=f"/{kind}.{name}", v=value: page.state.get(k) == v):
                    wrong.append(kind)
            tab.close()
            return good(drawn, not wrong) or print("#", wrong)


def no_errors():
    notes = [note for note in SHOW["browser"].notes if "CONNECTION_REFUSED" not in note]    # while there is no machine
    return good(not notes) or print("#", notes[:3])


TESTS = [(name.__name__.replace("_", "-"), name) for name in (
    opens, button_and_led, terminal, display, parts, tilt, pin_under_the_mouse, traces, mistakes, pause_holds,
    two_pages, reload, reset, firmware, machine_comes_back, picture, moved_parts, no_errors)]


def main():
    if not browser.find():
        tap.skip("there is no Chromium: install the package chromium")
    if not os.path.exists(os.path.join(FILES, "index.html")):
        tap.skip("the page is not built: make page")
    with browser.Browser() as SHOW["browser"]:
        start()
        try:
            tap.run("page-browser", TESTS)
        finally:
            SHOW["board"].stop()


if __name__ == "__main__":
    main()
