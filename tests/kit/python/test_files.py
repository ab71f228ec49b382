# SPDX-License-Identifier: GPL-2.0-or-later
"""What the package reads: ELF files, PNG, lines of the log, times; and the robot library without its framework."""
import os
import struct
import zlib

import pytest

from stm32f407g_disc import BoardError, png
from stm32f407g_disc.elf import Elf
from stm32f407g_disc.interrupts import exception_number
from stm32f407g_disc.mistakes import parse
from stm32f407g_disc.robot import BoardLibrary
from stm32f407g_disc.units import say_ns, to_ns

BENCH = os.path.join(os.environ["STM32_FIRMWARE"], "bench.elf")


def test_symbols():
    elf = Elf(BENCH)
    main = elf.symbol("main")
    assert main.is_function and not main.address & 1 and main.address >> 16 == 0x0800
    assert elf.symbol("samples").size == 8 and not elf.symbol("samples").is_function
    assert elf.function_at(main.address + 4) == "main+4" and elf.function_at(0x20000000) is None
    assert elf.function_at(0) is None


def test_damaged_elf(tmp_path):
    with open(BENCH, "rb") as file:
        data = file.read()
    for size in (0, 3, 40, 52, 100, len(data) // 2, len(data) - 100):
        path = tmp_path / "cut.elf"
        path.write_bytes(data[:size])
        try:
            assert isinstance(Elf(str(path)).symbols, dict)
        except BoardError as error:
            assert "can't be read" in str(error)
    path.write_bytes(data[:46] + struct.pack("<HH", 40, 65535) + data[50:])
    with pytest.raises(BoardError):
        Elf(str(path))
    path.write_bytes(b"just text")
    with pytest.raises(BoardError, match="has no symbols"):
        Elf(str(path)).symbol("main")


def chunk(name, body):
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(kind, rows, width, palette=b""):
    head = struct.pack(">IIBBBBB", width, len(rows), 8, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + (chunk(b"PLTE", palette) if palette else b"") + \
        chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind, rows, palette", [
    (2, [b"\0" + bytes([1, 2, 3, 4, 5, 6]), b"\0" + bytes([7, 8, 9, 10, 11, 12])], b""),
    (2, [b"\1" + bytes([1, 2, 3, 3, 3, 3]), b"\2" + bytes([6, 6, 6, 6, 6, 6])], b""),
    (2, [b"\3" + bytes([1, 2, 3, 4, 4, 5]), b"\4" + bytes([6, 6, 6, 3, 3, 3])], b""),
    (6, [b"\0" + bytes([1, 2, 3, 255, 4, 5, 6, 255]), b"\0" + bytes([7, 8, 9, 0, 10, 11, 12, 0])], b""),
    (3, [b"\0\0\1", b"\0\2\3"], bytes(range(1, 13))),
])
def test_png(tmp_path, kind, rows, palette):
    path = tmp_path / "a.png"
    path.write_bytes(png_of(kind, rows, 2, palette))
    assert png.read(str(path)) == png.Picture(2, 2, bytes(range(1, 13)))


def test_png_in_grey(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png_of(0, [b"\0\5\6"], 2))
    assert png.read(str(path)) == png.Picture(2, 1, b"\5\5\5\6\6\6")


def test_pictures(tmp_path):
    shown = png.Picture(4, 2, bytes([0] * 6 + [200] * 6) * 2)
    pixels = shown.pixels_of_oled(2)
    assert pixels == png.Picture(2, 1, bytes([0, 0, 0, 255, 255, 255]))
    path = tmp_path / "a.png"
    pixels.write(str(path))
    assert png.read(str(path)) == pixels
    assert pixels.difference(png.Picture(2, 1, bytes([7, 0, 0, 248, 252, 255]))) is None
    assert pixels.difference(png.Picture(2, 1, bytes([0, 0, 0, 255, 247, 255]))) == (1, 0)
    with pytest.raises(BoardError, match="No such file"):
        pixels.write(str(tmp_path / "no" / "a.png"))


def test_no_png(tmp_path):
    path = tmp_path / "a.png"
    for data in (b"", b"text", png_of(2, [b"\0\1\2"], 2), png_of(2, [b"\7\1\2\3"], 1), png_of(5, [b"\0\1"], 1),
                 png_of(2, [b"\0\1\2\3"], 1)[:40]):
        path.write_bytes(data)
        with pytest.raises(BoardError, match="it is no PNG"):
            png.read(str(path))


def test_mistakes_of_the_log():
    mistake = parse("[error PER001] /machine/soc/usart2: write of BRR (+0x08) without clock; why [RM0090 7.3] "
                    "at 0x080001a4 <main+28>, src/main.c:31, called from reset_handler, start.c:20")
    assert (mistake.code, mistake.device, mistake.what, mistake.chapter, mistake.where, mistake.file, mistake.line,
            mistake.is_note) == ("PER001", "usart2", "write of BRR (+0x08) without clock; why", "RM0090 7.3",
                                 "0x080001a4 <main+28>", "src/main.c", 31, False)
    assert parse("[note RCC001] /machine/soc/rcc: odd [RM0090 7]").is_note
    assert parse("gibberish").what == "gibberish"


def test_times():
    assert [to_ns(t) for t in (1, 0.5, "2s", "1.5ms", "20 us", "7ns", "0", "1m")] == \
        [10**9, 5 * 10**8, 2 * 10**9, 1500000, 20000, 7, 0, 60 * 10**9]
    assert [say_ns(n) for n in (0, 999, 1500, 2_000_000, 1_234_567_890)] == ["0 ns", "999 ns", "1.5 us", "2 ms",
                                                                            "1.234568 s"]


def test_interrupt_numbers():
    assert exception_number("TIM2_IRQn") == exception_number("tim2") == exception_number(28) == 44
    assert exception_number("FPU") == 16 + 81 and exception_number("SysTick_Handler") == 15
    with pytest.raises(BoardError, match="0 to 81"):
        exception_number(82)


def test_robot_keywords():
    class Result:
        passed, message = False, "It failed"

    library = BoardLibrary()
    with pytest.raises(BoardError, match="Start Board"):
        library.expect_serial("ready")
    library.start_board(BENCH)
    library.expect_serial("ready", "1s")
    library.take_snapshot("booted")
    library.write_serial("+")
    assert library.expect_serial_regexp(r"count=(\d+)\r") == ["8"]
    library.pin_should_be("PD13", "high")
    library.pin_frequency_should_be("PD12", "1000")
    library.variable_should_be("negative", "-42", signed=True)
    assert library.call_function("sum", "1", "0", "0", "0", "0", "0") == 1
    library.no_mistakes()
    library.write_serial("m")
    library.expect_serial("made")
    with pytest.raises(AssertionError, match="without clock"):
        library.no_mistakes()
    library.restore_snapshot("booted")
    library.pin_should_be("PD13", "0")
    library.press_button(duration="1ms")
    library.variable_should_be("presses", "1")
    result = Result()
    library._end_test(None, result)
    assert "It failed" in result.message and "ready" in result.message
