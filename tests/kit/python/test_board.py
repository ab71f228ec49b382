# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Board does, with tests/firmware/bench.c: each number here is one of that program or of the manual."""
import gc
import os
import re
import subprocess
import sys
import time

import pytest

from stm32f407g_disc import Board, BoardError, FirmwareEnded, NotReached

FIRMWARE = os.environ["STM32_FIRMWARE"]
EXIT = os.path.join(FIRMWARE, "exit.elf")
FRAME = 10 * 1e9 / 115200               # ns; the divider makes it 0.08 % less


# ---- Serial ports and time ----

def test_expect_stands_at_the_byte(board):
    assert board.now == 0
    assert board.serial.expect("ready") == "ready"
    first = board.now
    assert board.serial.text == "ready"
    board.serial.expect("\n")
    assert board.now - first == pytest.approx(2 * FRAME, abs=2000)


def test_same_in_every_run(board_factory):
    def trace():
        board = board_factory()
        board.serial.expect("ready\r\n")
        times = [board.now]
        for command in "+?a++":
            board.serial.write(command)
            board.serial.expect("\n")
            times.append(board.now)
        board.run(0.05)
        return times, board.serial.data, board.read_int("ticks"), board.read_register("pc")

    assert trace() == trace()


def test_expect_has_a_timeout_of_virtual_time(board):
    began = time.monotonic()
    with pytest.raises(NotReached, match=r"(?s)usart2: no 'never' within 60 s .*ready"):
        board.serial.expect("never", timeout=60)
    assert board.now == 60 * 10**9
    assert time.monotonic() - began < 60


def test_expect_takes_what_it_has_seen(board):
    board.serial.expect("rea")
    board.serial.expect("dy")
    with pytest.raises(NotReached):
        board.serial.expect("ready", timeout="10ms")


def test_expect_a_text_that_is_half_said(board):
    board.serial.expect("re")
    board.run(FRAME * 1.5 / 1e9)
    assert board.serial.text == "rea"
    board.serial.expect("ady")
    assert board.serial.text == "ready"


def test_expect_a_regular_expression(board):
    board.serial.expect("ready\r\n")
    board.serial.write("++")
    match = board.serial.expect(re.compile(r"count=(\d+)\r\n"))
    assert match[1] == b"8"
    assert board.serial.text.endswith("count=8\r\n")
    assert board.serial.expect(re.compile("count=(.)"))[1] == b"9"


@pytest.mark.parametrize("pattern, stops", [
    (r"count=8\r\n", 3), (r"\S+=(\d)\r\n", 3), (r"=(\d+)", 100), (r"(?i)COUNT=8\r\n", 100), (r"count=8$", 100), (r"(.*\n)+?", 100),
    (r"8|7", 100), (r"count=8\r\n(?=)", 100), ("", 1)])
def test_where_it_stands_for_an_expression(booted_board, monkeypatch, pattern, stops):
    """At the same instant as if it stood at each byte, and not more often than it has to."""
    board, seen = booted_board, []
    snapshot = board.snapshot()
    run = board.run_until
    monkeypatch.setattr(board, "run_until", lambda deadline: (seen.append(1), run(deadline)))

    def when(regular):
        board.restore(snapshot)
        board.serial.read()
        board.serial.write("+")
        board.serial.expect(regular, "20ms")
        return board.now

    here = when(re.compile(pattern))
    assert len(seen) <= stops
    monkeypatch.setattr("stm32f407g_disc.serial._end_of", lambda search: "any")
    assert when(re.compile(pattern)) == here


def test_read_and_write(board):
    board.serial.expect("ready\r\n")
    assert board.serial.read() == b""
    board.serial.write(b"??")
    board.run("5ms")
    assert board.serial.read_text() == "bench 1.0\r\nbench 1.0\r\n"
    assert board.serial.unsent == b""


def test_other_ports(board):
    board.run("5ms")
    assert board.port("usart2") is board.serial
    assert board.port("UART4").text == ""
    with pytest.raises(BoardError, match="did you mean 'usart6'"):
        board.port("uart6")


@pytest.mark.board(machine={"vcp": "usart3"})
def test_vcp(board):
    board.run("5ms")
    assert board.serial is board.port("usart3") and board.serial.text == ""
    assert board.port("usart2").text == "ready\r\n"


def test_times(board):
    board.run("1ms")
    board.run(0.001)
    board.run("500us")
    assert board.now == 2_500_000 and board.time == 0.0025
    for wrong in ("1", "1 h", -1, "ms"):
        with pytest.raises(BoardError, match="is no time"):
            board.run(wrong)


# ---- Memory, functions, registers ----

def test_variables(booted_board):
    board = booted_board
    assert board.read_int("negative", signed=True) == -42
    assert board.read_int("wide") == 0x123456789abcdef0
    assert board.read_array("samples", "H") == [1, 2, 3, 0xffff]
    assert board.unpack("state", "IHBb") == (7, 0x1234, 1, -5)
    assert board.read_string("version") == "bench 1.0"
    assert board.read_array("level", "f") == [1.5]
    assert board.read_int("samples+2", 2) == 2
    board.pack("state", "I", 99)
    board.write_int("negative", -7)
    assert board.read_int("negative", signed=True) == -7
    board.serial.write("+")
    board.serial.expect("count=100")


def test_wrong_names(booted_board):
    with pytest.raises(BoardError, match="no symbol 'presess': did you mean 'presses'"):
        booted_board.read_int("presess")
    with pytest.raises(BoardError, match="which is no integer"):
        booted_board.read_int("version")
    with pytest.raises(BoardError, match="no register 'r99'"):
        booted_board.read_register("r99")
    with pytest.raises(BoardError, match="refused"):
        booted_board.read(0x60000000, 4)
    with pytest.raises(BoardError, match="no part 'buton-user': did you mean 'button-user'"):
        booted_board.press("buton-user")
    with pytest.raises(BoardError, match="no pin 'PJ1'"):
        booted_board.pin("PJ1")


def test_calls(booted_board):
    board = booted_board
    before = board.read_register("pc"), board.read_register("sp"), board.read_register("r4"), board.read_register("d3")
    assert board.call("sum", 1, 2, 3, 4, 5, 6) == 1 + 4 + 9 + 16 + 25 + 36
    assert board.call("scaled", 10) == 15
    assert board.call("sum", -1, 0, 0, 0, 0, 0) == 0xffffffff
    assert before == (board.read_register("pc"), board.read_register("sp"), board.read_register("r4"),
                      board.read_register("d3"))
    board.serial.write("?")
    board.serial.expect("bench")


def test_call_that_does_not_return(booted_board):
    with pytest.raises(NotReached, match="forever has not returned within 5 ms"):
        booted_board.call("forever", timeout="5ms")


def test_call_of_a_core_that_sleeps(booted_board):
    board = booted_board
    board.write_int(0xe000e010, 0)      # no SysTick that wakes it
    board.serial.write("s")
    board.run("1ms")
    assert board.where.startswith(("command", "main"))
    assert board.call("sum", 1, 0, 0, 0, 0, 0) == 1


def test_breakpoints(booted_board):
    board = booted_board
    board.serial.write("+")
    board.run_to("put_number")
    assert board.where == "put_number" and board.read_register("r0") == 8
    board.write_register("r0", 77)
    board.serial.expect("count=77")
    board.serial.write("++")
    board.run_to("put_number")
    board.run_to("put_number")
    assert board.read_register("r0") == 10
    with pytest.raises(NotReached, match="'forever' was not reached within 10 ms"):
        board.run_to("forever", "10ms")


def test_watchpoint(booted_board):
    board = booted_board
    with board.watchpoint("presses"):
        board.press()
        board.run("10ms")
        assert board.at_breakpoint and board.where.startswith("exti0_handler")
    board.run("1ms")
    assert not board.at_breakpoint


def test_interrupts(booted_board):
    board = booted_board
    first = board.wait_interrupt("SysTick")
    assert board.wait_interrupt("SysTick") - first == 1_000_000
    board.press()
    board.wait_interrupt("EXTI0_IRQn", "1ms")
    assert board.where == "exti0_handler"
    with pytest.raises(NotReached, match="no interrupt TIM2 within 5 ms"):
        board.wait_interrupt("TIM2", "5ms")
    with pytest.raises(BoardError, match="did you mean"):
        board.wait_interrupt("TIM22")


# ---- Pins and parts ----

def test_button(booted_board):
    booted_board.press(duration="20ms")
    booted_board.run("20ms")
    assert booted_board.read_int("presses") == 1


def test_measure_pwm(booted_board):
    pin = booted_board.pin("PD12")
    seen = pin.measure("20ms")
    assert seen.frequency == pytest.approx(1000) and seen.duty == pytest.approx(0.25)
    assert seen.pulses[0] == 250_000 and seen.pauses[0] == 750_000 and len(seen.edges) in (40, 41)
    assert pin.frequency == pytest.approx(1000) and pin.duty == pytest.approx(0.25)
    booted_board.serial.write("b")
    booted_board.run("1ms")
    assert pin.measure("10ms").frequency == pytest.approx(2000)


def test_a_watch_changes_nothing(board_factory):
    """... and the pin of a serial port has each bit at its time."""
    def trace(watch):
        board = board_factory()
        if watch:
            board.pin("PA2").watch()
        board.serial.expect("r")
        edges = board.pin("PA2").edges()
        board.serial.write("+?")
        board.serial.expect("bench")
        return (board.now, board.read_register("pc"), board.read_int("ticks")), edges

    (plain, none), (watched, edges) = trace(False), trace(True)
    assert plain == watched and not none
    start = edges[1:7]                          # behind the first, to 1: the start bit, and five changes of 'r', 0x72
    assert [edge.level for edge in start] == [False, True, False, True, False, True]
    bits = [(edge.time - start[0].time) / (FRAME / 10) for edge in start]
    assert bits == pytest.approx([0, 2, 3, 5, 8, 9], abs=0.02)


def test_wait_for_a_pin(booted_board):
    board, pin = booted_board, booted_board.pin("PD12")
    first = pin.wait("rising")
    assert pin.wait("falling") == board.now == first + 250_000
    assert pin.wait(1) == first + 1_000_000
    assert pin.wait(1) == board.now
    with pytest.raises(NotReached, match="PD13 is 0: no rising edge within 10 ms"):
        board.pin("PD13").wait(1, "10ms")
    board.serial.write("+")
    board.pin("PD13").wait(1, "10ms")


def test_pin_levels(booted_board):
    board, pin = booted_board, booted_board.pin("PB3")
    pin.drive(1)
    assert pin.level and board.read_int(0x40020410, 4) >> 3 & 1
    pin.drive(0)
    assert not pin.level
    pin.release()
    board.pin("PA1").voltage = 1.5
    board.serial.write("a")
    match = board.serial.expect(re.compile(r"PA1=(\d+)\r"))
    assert int(match[1]) == pytest.approx(2048, abs=2)


DIAGRAM = """{ "version": 1, "parts": [
    { "type": "board-stm32f407g-disc1", "id": "board", "attrs": {} },
    { "type": "wokwi-led", "id": "lamp", "attrs": {} },
    { "type": "wokwi-pushbutton", "id": "btn1", "attrs": { "bounce": "0" } },
    { "type": "wokwi-potentiometer", "id": "pot", "attrs": { "value": "0" } } ],
  "connections": [
    [ "board:PD13", "lamp:A", "green", [] ], [ "lamp:C", "board:GND.1", "black", [] ],
    [ "btn1:1.l", "board:PA0", "green", [] ], [ "btn1:2.l", "board:3V3", "red", [] ],
    [ "pot:SIG", "board:PA1", "green", [] ], [ "pot:VCC", "board:3V3", "red", [] ],
    [ "pot:GND", "board:GND.1", "black", [] ] ] }"""


def test_diagram(board_factory, tmp_path):
    path = tmp_path / "diagram.json"
    path.write_text(DIAGRAM)
    board = board_factory(diagram=path)
    board.serial.expect("ready")
    assert sorted(board.part_ids()) == ["btn1", "lamp", "pot"]
    board.press("btn1", "5ms")
    assert board.read_int("presses") == 1
    board.serial.write("+")
    board.serial.expect("count=8")
    assert board.get("lamp", "brightness") > 0 and board.pin("lamp:A").level and board.pin("lamp.A").level
    board.set("pot", "value", "512")
    board.serial.write("a")
    assert int(board.serial.expect(re.compile(r"PA1=(\d+)\r"))[1]) == pytest.approx(2050, abs=8)
    with pytest.raises(BoardError, match="no control of 'lamp' 'brightnes': did you mean 'brightness'"):
        board.get("lamp", "brightnes")
    with pytest.raises(BoardError, match="no leg of 'lamp' 'B'"):
        board.pin("lamp:B")
    with pytest.raises(BoardError, match="pot.value = 5000"):
        board.set("pot", "value", 5000)


# ---- Snapshots ----

def test_snapshot(booted_board):
    board = booted_board
    board.serial.write("+")
    board.serial.expect("count=8")
    snapshot = board.snapshot()

    def goes_on():
        board.serial.write("+")
        board.serial.expect("count=9\r\n")
        board.press(duration="1ms")
        return board.now, board.read_int("presses"), board.serial.text

    first = goes_on()
    board.restore(snapshot)
    assert board.now == snapshot.now and board.serial.text.endswith("count=8")
    assert board.read_int("presses") == 0
    assert goes_on() == first


def test_restore_is_quick(booted_board):
    snapshot = booted_board.snapshot()
    times = []
    for _ in range(10):
        began = time.monotonic()
        booted_board.restore(snapshot)
        times.append(time.monotonic() - began)
    assert min(times) < 0.05, times


def test_snapshot_has_what_is_to_be_sent(booted_board):
    board = booted_board
    board.serial.write("+" * 3000)
    left = board.serial.unsent
    snapshot = board.snapshot()
    board.run("1s")
    assert board.serial.unsent != left
    board.restore(snapshot)
    assert board.serial.unsent == left


def test_snapshot_with_a_card(board_factory, tmp_path):
    image = tmp_path / "card.img"
    image.write_bytes(bytes(1 << 20))
    drive = f"if=sd,id=sd,format=raw,file={image}"
    board = board_factory(args=["-drive", drive])
    with pytest.raises(BoardError, match="the drive 'sd' can't go back in time: add snapshot=on"):
        board.snapshot()
    board = board_factory(args=["-drive", drive + ",snapshot=on"])
    board.serial.expect("ready")
    snapshot = board.snapshot()
    board.qemu.monitor('qemu-io sd "write -P 0x5a 512 512"')
    board.qemu.monitor('qemu-io sd "read -P 0 512 512"')            # fails
    board.restore(snapshot)
    board.qemu.monitor('qemu-io sd "read -P 0 512 512"')
    board.qemu.command("quit")                                      # now it has said so
    board.qemu.process.wait()
    assert board.qemu.said().count("read 512/512 bytes") == 2
    assert board.qemu.said().count("Pattern verification failed") == 1


def test_usb_and_a_snapshot_with_it(board_factory):
    """tests/firmware/usb_serial.c echoes in capitals; the host at the cable finds it anew after a restore, and says so."""
    board = board_factory(os.path.join(FIRMWARE, "usb_serial.elf"), usb=True)
    board.port("usb").write("a")
    board.port("usb").expect("A")
    snapshot = board.snapshot()
    board.port("usb").write("b")
    board.port("usb").expect("B", "1ms")
    board.restore(snapshot)
    assert board.port("usb").text == "A"
    board.port("usb").write("c")
    board.port("usb").expect("C", "500ms")


def test_snapshot_of_another_board(board_factory):
    one, other = board_factory(), board_factory()
    with pytest.raises(BoardError, match="another board"):
        other.restore(one.snapshot())


# ---- Mistakes, faults, the end ----

def test_mistakes(booted_board):
    board = booted_board
    assert not board.mistakes
    snapshot = board.snapshot()
    board.serial.write("m")
    board.serial.expect("made")
    mistake, = board.mistakes
    assert mistake.device == "spi2" and "without clock" in mistake.what and "<main" in mistake.where
    assert mistake.chapter.startswith("RM0090") and mistake.file.endswith("bench.c") and mistake.line
    board.restore(snapshot)
    assert not board.mistakes
    board.serial.write("m")
    board.serial.expect("made")
    assert [m.what for m in board.mistakes] == [mistake.what]


def test_faults_of_memory(booted_board):
    board = booted_board
    board.faults.flip_bit("state", 9)
    assert board.read_int("state", 4) == 7 ^ 1 << 9
    board.faults.flip_register_bit("r7", 31)


def test_short(booted_board):
    board = booted_board
    board.faults.short("PD13", 1)
    assert board.pin("PD13").level
    board.serial.write("++")
    board.serial.expect("count=9")
    assert board.pin("PD13").level and not board.mistakes
    board.pin("PD13").release()
    assert not board.pin("PD13").level


def test_supply(booted_board):
    board = booted_board
    board.pin("PA1").voltage = 1.5
    board.faults.supply(2.0)
    board.serial.write("a")
    assert int(board.serial.expect(re.compile(r"PA1=(\d+)\r"))[1]) == pytest.approx(4096 * 0.75, abs=2)
    board.faults.brown_out(1.5)
    board.serial.expect("ready")
    with pytest.raises(BoardError, match="vdd="):
        board.faults.supply(5)


def test_clocks(booted_board):
    booted_board.faults.stop_hse()
    booted_board.write_int(0x40023800, booted_board.read_int(0x40023800) | 1 << 16)     # HSEON
    booted_board.run("10ms")
    assert not booted_board.read_int(0x40023800) >> 17 & 1                              # HSERDY
    booted_board.faults.stop_hse(False)
    booted_board.run("10ms")
    assert booted_board.read_int(0x40023800) >> 17 & 1
    with pytest.raises(BoardError, match="no LSE crystal"):
        booted_board.faults.stop_lse()


def test_noise_on_the_line(booted_board):
    booted_board.faults.spoil_serial("usart2", "framing")
    booted_board.serial.write("x")
    with booted_board.watchpoint(0x40004404, 4, "read"):
        booted_board.run("1ms")
    booted_board.faults.spoil_can("can1", "crc", 2)
    booted_board.faults.spoil_can("can1", "none")
    with pytest.raises(BoardError, match="no CAN fault 'crcc': did you mean 'crc'"):
        booted_board.faults.spoil_can("can1", "crcc")


def test_card_is_pulled_out(board_factory, tmp_path):
    image = tmp_path / "card.img"
    image.write_bytes(bytes(1 << 20))
    board = board_factory(args=["-drive", f"if=sd,id=sd,format=raw,file={image}"], machine={"card-detect": "pb15"})
    board.write_int(0x40023830, 2)              # GPIOB's clock, PB15 pulled up
    board.write_int(0x4002040c, 1 << 30)
    board.run("1ms")
    assert not board.pin("PB15").level
    board.faults.pull_card()
    board.run("1ms")
    assert board.pin("PB15").level
    board.faults.insert_card(str(image))
    board.run("1ms")
    assert not board.pin("PB15").level


def test_reset(booted_board):
    booted_board.reset()
    booted_board.serial.expect("ready")


def test_end(board):
    board.serial.expect("ready")
    board.serial.write("e5")
    assert board.wait_exit() == 5
    with pytest.raises(FirmwareEnded, match="ended with 5"):
        board.run("1ms")
    assert board.serial.text == "ready\r\n"


def test_end_while_something_is_expected(board):
    board.serial.expect("ready")
    board.serial.write("e3")
    with pytest.raises(FirmwareEnded, match="no 'more'") as end:
        board.serial.expect("more")
    assert end.value.code == 3


def test_another_firmware(board_factory):
    board = board_factory(EXIT)
    board.serial.expect("which code?")
    board.serial.write("7")
    assert board.wait_exit() == 7


def test_wrong_files(tmp_path):
    text = tmp_path / "no.elf"
    text.write_text("no firmware\n")
    with pytest.raises(BoardError, match="no firmware"):
        Board(text)
    with pytest.raises(BoardError, match="firmware 'nothing.elf': No such file"):
        Board("nothing.elf")
    with pytest.raises(BoardError, match="diagram 'no.json'"):
        Board(EXIT, diagram="no.json")
    with pytest.raises(BoardError, match="nowhere"):
        Board(EXIT, machine={"vcp": "nowhere"})


def test_nothing_is_left():
    board = Board(EXIT)
    folder = board.file("")
    assert os.path.isdir(folder)
    board.close()
    assert not os.path.exists(folder) and board.qemu.process.poll() is not None


def test_board_that_is_forgotten():
    board = Board(EXIT)
    process, folder = board.qemu.process, board.file("")
    del board
    gc.collect()
    assert process.poll() is not None and not os.path.exists(folder)


def test_whose_test_is_killed():
    """Then QEMU ends as well, in a second or so of the host's."""
    code = f"import os, stm32f407g_disc as s; print(s.Board({EXIT!r}).qemu.process.pid, flush=True); os.kill(os.getpid(), 9)"
    pid = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stdout)
    for _ in range(600):
        if not os.path.exists(f"/proc/{pid}") or " Z " in open(f"/proc/{pid}/stat", encoding="utf-8").read():
            return
        time.sleep(0.1)
    os.kill(pid, 9)
    assert False, "QEMU is still there"


@pytest.mark.parametrize("times, hangs", [((100, 200), False), ((100, 100), True)])
def test_slow_host(board, monkeypatch, times, hangs):
    """It may take long, if only virtual time goes on."""
    wait, seen = board.qemu.wait_event, iter(times)
    impatient = iter(times)

    def wait_event(*names, patience):
        assert patience > 10
        if next(impatient, None):
            raise TimeoutError
        return wait(*names, patience=patience)

    monkeypatch.setattr(board.qemu, "wait_event", wait_event)
    monkeypatch.setattr(board.qemu, "get", lambda path, name: next(seen))
    if hangs:
        with pytest.raises(BoardError, match="virtual time stands at 100 ns"):
            board.run("1ms")
    else:
        board.run("1ms")
        assert board.now == 1_000_000


def test_serial_monitor_of_the_diagram(board_factory, tmp_path):
    path = tmp_path / "diagram.json"
    path.write_text(DIAGRAM.replace('"connections": [', '"connections": [ [ "$serialMonitor:RX", "board:PB10", "", [] ],'))
    board = board_factory(diagram=path)
    assert board.serial.name == "usart3"
    board.run("5ms")
    assert board.port("usart2").text == "ready\r\n"
