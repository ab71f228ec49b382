# SPDX-License-Identifier: GPL-2.0-or-later
"""stm32f407g-disc test: scenarios, wokwi-cli's options and exit codes, with tests/firmware/bench.c."""
import argparse
import os
import shutil
import subprocess
import sys

import pytest

from stm32f407g_disc import Board, BoardError, png, test_command
from stm32f407g_disc.scenario import Scenario
from stm32f407g_disc.wokwi import Options, Runner

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(os.path.abspath(os.environ["STM32_FIRMWARE"]), "bench.elf")
FRONT_END = os.environ.get("FRONT_END", os.path.join(HERE, "..", "..", "..", "kit", "stm32f407g-disc"))

DIAGRAM = """{ "version": 1, "parts": [
    { "type": "board-stm32f407g-disc1", "id": "disco", "attrs": {} },
    { "type": "wokwi-led", "id": "lamp", "attrs": {} },
    { "type": "wokwi-pushbutton", "id": "btn1", "attrs": { "bounce": "0" } },
    { "type": "wokwi-potentiometer", "id": "pot", "attrs": { "value": "0" } },
    { "type": "wokwi-ssd1306", "id": "oled", "attrs": {} },
    { "type": "wokwi-logic-analyzer", "id": "la", "attrs": { "filename": "seen" } } ],
  "connections": [
    [ "disco:PD13", "lamp:A", "green", [] ], [ "lamp:C", "disco:GND.1", "black", [] ],
    [ "disco:PD12", "la:D0", "green", [] ],
    [ "btn1:1.l", "disco:PA0", "green", [] ], [ "btn1:2.l", "disco:3V3", "red", [] ],
    [ "disco:PB8", "oled:CLK", "green", [] ], [ "disco:PB9", "oled:DATA", "green", [] ],
    [ "pot:SIG", "disco:PA1", "green", [] ], [ "pot:VCC", "disco:3V3", "red", [] ],
    [ "pot:GND", "disco:GND.1", "black", [] ] ] }"""


@pytest.fixture
def project(tmp_path):
    shutil.copy(BENCH, tmp_path / "bench.elf")
    (tmp_path / "wokwi.toml").write_text("[wokwi]\nversion = 1\nfirmware = 'bench.elf'\nelf = 'bench.elf'\n")
    (tmp_path / "diagram.json").write_text(DIAGRAM)
    return tmp_path


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    path = tmp_path_factory.mktemp("diagram") / "diagram.json"
    path.write_text(DIAGRAM.replace('"seen"', f'"{path.parent}/seen"'))
    with Board(BENCH, diagram=path) as board:
        yield Runner(board, Options(BENCH, diagram=str(path)))


def call(folder, *words, types=None):
    """(exit code, stdout, stderr) of the front end."""
    result = subprocess.run([FRONT_END, *words], cwd=folder, input=types, stdin=None if types else subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=300)
    return result.returncode, result.stdout, result.stderr


@pytest.fixture
def scenario(capfd, monkeypatch):
    """scenario(folder, steps) is what call() gives of that, without a process for the command."""
    def run(folder, steps, head="name: Bench\nversion: 1\nauthor: me\n", timeout="500"):
        (folder / "test.yaml").write_text(head + "steps:\n" + steps)
        monkeypatch.chdir(folder)
        parser = argparse.ArgumentParser()
        parser.add_argument("firmware")
        test_command.add_options(parser)
        words = parser.parse_args(["test.yaml", "--timeout", timeout], argparse.Namespace(rest=[], verbose=False))
        try:
            code = test_command.run(words)
        except BoardError as error:
            return 125, "", f"{error}\n"
        out, err = capfd.readouterr()
        return code, out, err
    return run


def refused(result, *texts):
    code, out, err = result
    assert code == 125 and not out and err.count("\n") == 1, result
    for text in texts:
        assert text in err, result


# ---- Options ----

def test_expect_text(project):
    code, out, err = call(project, "test", "--expect-text", "ready")
    assert (code, err) == (0, "") and out.startswith("ready") and "TEST PASSED" in out


def test_one_word_changes(project):
    """wokwi-cli . --timeout 5000 --expect-text ready"""
    assert call(project, ".", "--timeout", "5000", "--expect-text", "ready")[0] == 0
    assert call(project, "--timeout", "5000", "--expect-text", "ready")[0] == 0
    assert call("/", str(project), "--expect-text", "ready")[0] == 0


def test_quiet(project):
    code, out, err = call(project, "test", "-q", "--expect-text", "ready")
    assert (code, out.strip(), err) == (0, "ready", "")


def test_verbose_and_options_of_qemu(project):
    code, _, err = call(project, "test", "-v", "--expect-text", "ready", "--", "-device",
                        "tmp105,bus=i2c1,address=0x48,id=sensor")
    assert code == 0 and "-icount shift=3,sleep=off" in err and "tmp105,bus=i2c1,address=0x48,id=sensor" in err
    code, _, err = call(project, "test", "--expect-text", "ready", "--", "-machine", "vcp=nowhere")
    assert code == 125 and "nowhere" in err


def test_timeout(project):
    code, out, err = call(project, "test", "--timeout", "250", "--expect-text", "never")
    assert code == 42 and "did not finish in 250 ms" in err and out.startswith("ready")
    assert call(project, "test", "--timeout", "1s", "--timeout-exit-code", "0")[0] == 0


def test_fail_text(project):
    code, _, err = call(project, "test", "--fail-text", "ready", "--expect-text", "never")
    assert code == 1 and "TEST FAILED" in err


def test_serial_log_and_elf(project):
    os.remove(project / "wokwi.toml")
    assert call(project, "test", "--elf", BENCH, "--expect-text", "ready", "--serial-log-file", "log.txt")[0] == 0
    assert (project / "log.txt").read_text().startswith("ready")


def test_vcd(project):
    assert call(project, "test", "--timeout", "100", "--timeout-exit-code", "7", "--vcd-file", "out.vcd")[0] == 7
    assert "$var wire 1" in (project / "out.vcd").read_text() and not (project / "seen.vcd").exists()
    (project / "diagram.json").unlink()
    assert call(project, "test", "--timeout", "100", "--vcd-file", "out.vcd", "--vcd-pins", "pd12")[0] == 42
    assert (project / "out.vcd").read_text().count("\n#") > 100
    refused(call(project, "test", "--vcd-file", "out.vcd"), "no wokwi-logic-analyzer")


def test_screenshot(project):
    code, _, _ = call(project, "test", "--timeout", "100", "--screenshot-part", "oled", "--screenshot-time", "50",
                      "--screenshot-file", "oled.png")
    picture = png.read(str(project / "oled.png"))
    assert code == 42 and (picture.width, picture.height) == (128, 64)
    refused(call(project, "test", "--screenshot-part", "lamp", "--screenshot-time", "50"), "'lamp' has no picture")
    refused(call(project, "test", "--timeout", "10", "--screenshot-part", "oled", "--screenshot-time", "50"),
            "later than --timeout")


def test_interactive(project):
    code, out, _ = call(project, "test", "--interactive", "--expect-text", "count=9", types="++")
    assert code == 0 and "count=8\r\ncount=9" in out or "count=8\ncount=9" in out


def test_that_is_ended(project):
    """Then nothing of it stays."""
    with subprocess.Popen([FRONT_END, "test", "-v", "--interactive", "--timeout", "0"], cwd=project, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == "ready"
        folder = process.stderr.readline().split("-gdb unix:")[1].split("/gdb,")[0]
        assert os.path.isdir(folder)
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 143 and not os.path.exists(folder)


def test_firmware_that_ends(project, scenario):
    steps = "  - wait-serial: ready\n  - write-serial: e4\n  - wait-serial: more\n"
    code, _, err = scenario(project, steps)
    assert code == 4 and "ended with 4" in err
    code, _, err = scenario(project, steps.replace("e4", "e0"))
    assert code == 1 and "ended with 0" in err
    assert call(project, "test", "--interactive", types="e3")[0] == 3


def test_mistakes_are_told(project, scenario):
    code, _, err = scenario(project, "  - wait-serial: ready\n  - write-serial: m\n  - wait-serial: made\n")
    assert code == 0 and "spi2: write of CR1" in err


def test_wrong_arguments(project):
    refused(call(project, "test", "--timeout", "soon"), "'soon' is no time")
    refused(call(project, "test", "--timeout-exit-code", "300"), "'300'")
    refused(call(project, "test", "--scenario", "no.yaml"), "no.yaml")
    refused(call(project, "test", "--elf", "no.elf"), "no.elf")
    refused(call(project, "test", "--diagram-file", "no.json"), "no.json")
    refused(call(project, "test", "--serial-log-file", "no/log.txt"), "no/log.txt")
    refused(call(project, "test", "a.yaml", "--scenario", "b.yaml"), "two scenarios")
    (project / "wokwi.toml").unlink()
    refused(call(project, "test"), "name a firmware")


# ---- Scenarios ----

def test_all_steps(project, scenario):
    code, out, err = scenario(project, """
  - name: It boots
    wait-serial: 'ready'
  - delay: 20ms
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - delay: 20ms
  - set-control: { part-id: btn1, name: pressed, value: 0 }
  - expect-pin: { part-id: disco, pin: PD13, value: 0 }
  - write-serial: '+'
  - wait-pin: { part-id: disco, name: PD13, value: 1, timeout: 10ms }
  - expect-pin: { part-id: lamp, pin: A, expected: 1 }
  - wait-serial: 'count=8'
  - set-control: { part-id: pot, control: position, value: 0.5 }
  - write-serial: [97]
  - wait-serial: 'PA1=20'
  - take-screenshot: { part-id: oled, save-to: oled.png }
  - take-screenshot: { part-id: oled, compare-with: oled.png }
""")
    assert (code, err) == (0, ""), (out, err)
    assert "[Bench] Executing step: It boots" in out and "Scenario completed successfully" in out
    assert '[Bench] Expected text matched: "count=8"' in out


def test_expectations_that_fail(project, scenario):
    code, _, err = scenario(project, "  - expect-pin: { part-id: disco, pin: PD13, value: 1 }\n")
    assert code == 1 and "PD13 is 0" in err
    code, _, err = scenario(project, "  - wait-pin: { part-id: disco, pin: PD13, value: 1, timeout: 30ms }\n")
    assert code == 1 and "has not become 1 within 30 ms" in err
    code, _, err = scenario(project, "  - wait-serial: never\n")
    assert code == 42
    call(project, "test", "--timeout", "10", "--screenshot-part", "oled", "--screenshot-time", "5")
    code, _, err = scenario(project, "  - take-screenshot: { part-id: oled, compare-with: screenshot.png }\n")
    assert code == 0
    picture = png.read(str(project / "screenshot.png"))
    other = bytearray(picture.rgb)
    other[3 * (picture.width * 5 + 7)] ^= 255
    (project / "other.ppm").write_bytes(b"P6\n%d %d\n255\n" % (picture.width, picture.height) + other)
    code, _, err = scenario(project, "  - take-screenshot: { part-id: oled, compare-with: other.ppm }\n")
    assert code == 1 and "differs from other.ppm at x, y = 7, 5" in err


def test_a_value_that_the_part_refuses(project, scenario):
    refused(scenario(project, "  - delay: 1ms\n  - set-control: { part-id: pot, control: value, value: 5000 }\n"),
            "step 2", "pot.value = 5000")


def test_text_from_before_does_not_count(project, scenario):
    steps = "  - delay: 50ms\n  - wait-serial: ready\n"
    assert scenario(project, steps)[0] == 42


@pytest.mark.parametrize("step, texts", [
    ("- wait-serail: x", ["step 1", "no step 'wait-serail': did you mean 'wait-serial'"]),
    ("- touch: { part-id: oled, x: 1, y: 1 }", ["touch: this board has no part with a touch screen"]),
    ("- expect-chip-output: x", ["no custom chips"]),
    ("- delay: 30", ["needs a unit"]),
    ("- delay: soon", ["'soon' is no time"]),
    ("- delay", ["a step is a name"]),
    ("- { delay: 1ms, wait-serial: x }", ["it takes one of"]),
    ("- set-control: { part-id: bnt1, control: pressed, value: 1 }", ["no part 'bnt1': did you mean 'btn1'"]),
    ("- set-control: { part-id: btn1, control: presed, value: 1 }", ["'presed': did you mean 'pressed'"]),
    ("- set-control: { part-id: btn1, value: 1 }", ["it takes control"]),
    ("- set-control: { part-id: btn1, control: pressed }", ["it takes value"]),
    ("- set-control: { part: btn1, control: pressed, value: 1 }", ["'part': did you mean 'part-id'"]),
    ("- set-control: { part-id: pot, control: position, value: 7 }", ["0.0 to 1.0"]),
    ("- set-control: { part-id: pot, control: value, value: much }", ["pot.value = 'much'"]),
    ("- set-control: { part-id: btn1, control: pressed, value: 2 }", ["it is on or off, 1 or 0"]),
    ("- set-control: { part-id: btn1, control: pressed, value: [1] }", ["it is on or off, 1 or 0"]),
    ("- expect-pin: { part-id: disco, pin: PJ1, value: 1 }", ["no pin 'PJ1'"]),
    ("- expect-pin: { part-id: lamp, pin: B, value: 1 }", ["no leg of 'lamp' 'B'"]),
    ("- expect-pin: { part-id: lamp, pin: A, value: 2 }", ["has to be 0 or 1"]),
    ("- write-serial: [300]", ["0 to 255"]),
    ("- write-serial: 5", ["a text, or a list"]),
    ("- take-screenshot: { part-id: lamp, save-to: a.png }", ["'lamp' has no picture"]),
    ("- take-screenshot: { part-id: oled }", ["save-to or compare-with"]),
    ("- take-screenshot: { part-id: oled, compare-with: no.png }", ["no.png"]),
    ("- wait-serial: ''", ["it takes a text"]),
])
def test_wrong_steps(host, tmp_path, step, texts):
    """As the command does it, with one board for all."""
    path = tmp_path / "test.yaml"
    path.write_text(f"name: x\nversion: 1\nsteps:\n  {step}\n")
    with pytest.raises(BoardError) as refusal:
        Scenario(str(path), host)
    assert "\n" not in str(refusal.value) and host.board.now == 0
    for text in ("test.yaml", *texts):
        assert text in str(refusal.value)


def test_wrong_step_in_the_command(project, scenario):
    refused(scenario(project, "  - wait-serail: x\n"), "test.yaml", "step 1", "did you mean 'wait-serial'")


@pytest.mark.parametrize("head, text", [
    ("version: 1\n", "name: has to be"), ("name: x\n", "version: has to be 1"),
    ("name: x\nversion: 2\n", "version: has to be 1, not 2"), ("name: [x\nversion: 1\n", "test.yaml"),
])
def test_wrong_heads(project, head, text, scenario):
    refused(scenario(project, "  - delay: 1ms\n", head), text)


def test_without_pyyaml(project, scenario, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    refused(scenario(project, "  - delay: 1ms\n"), "apt install python3-yaml")


def test_no_scenario(project):
    (project / "test.yaml").write_text("just text\n")
    refused(call(project, "test", "test.yaml"), "it takes name:")
    (project / "test.yaml").write_text("name: x\nversion: 1\nsteps: 5\n")
    refused(call(project, "test", "test.yaml"), "has to be a list")
