# SPDX-License-Identifier: GPL-2.0-or-later
"""Boards that are joined, with tests/firmware/exit.c and bench.c."""
import os

import pytest

from stm32f407g_disc import BoardError, Cable, CanLink, UartLink

EXIT = os.path.join(os.environ["STM32_FIRMWARE"], "exit.elf")


def test_serial_line(board_factory):
    def trace():
        link = UartLink("usart2")
        a, b = board_factory(EXIT, links=[link]), board_factory(EXIT, links=[link])
        a.serial.expect("which code?\r\n")
        b.run("5ms")
        assert b.serial.text == "which code?\r\n"
        a.call("put_char", ord("5"))
        assert b.wait_exit() == 5
        return b.serial.data, a.serial.data

    assert trace() == trace() == (b"which code?\r\nleaving\r\n", b"which code?\r\n5")


def test_they_run_together(board_factory):
    link = Cable("pd12", "pb3")
    a, b = board_factory(links=[link]), board_factory(links=[link])
    a.serial.expect("ready")
    assert b.now > 0
    seen = b.pin("PB3").measure("10ms")
    assert seen.frequency == pytest.approx(1000, rel=0.01)
    assert abs(a.now - b.now) <= 200_000
    a.close()
    b.run("1ms")


def test_can(board_factory):
    def trace(fault):
        link = CanLink("can1")
        a, b = board_factory(links=[link]), board_factory(links=[link])
        for board in a, b:
            board.serial.expect("ready")
            board.serial.write("c")
        for board in a, b:
            board.serial.expect("can")
        if fault:
            a.faults.spoil_can("can1", "bit-recessive", 3)
        begin = a.now
        a.serial.write("f")
        a.serial.expect("sent", "10ms")
        b.run("2ms")
        assert b.read_int("can_frames") == 1 and b.read_int("can_data") == 7
        return a.now - begin, a.read_int(0x40006418) >> 16 & 255        # ESR.TEC

    good, spoilt = trace(False), trace(True)
    assert good[1] == 0 and spoilt[1] == 3 * 8 - 1 and spoilt[0] > good[0] + 100_000
    assert trace(True) == spoilt


def test_one_of_them_ends(board_factory):
    link = UartLink("usart2")
    a, b = board_factory(EXIT, links=[link]), board_factory(EXIT, links=[link])
    a.serial.expect("which code?\r\n")
    b.serial.write("4")
    a.run("20ms")
    a.run("20ms")
    assert a.now > 40_000_000 and b.exit_code == 4
    assert b.wait_exit() == 4


def test_what_cannot_be(board_factory):
    link = CanLink("can1")
    a = board_factory(EXIT, links=[link])
    board_factory(EXIT, links=[link])
    with pytest.raises(BoardError, match="two ends"):
        board_factory(EXIT, links=[link])
    with pytest.raises(BoardError, match="no snapshots"):
        a.snapshot()
    with pytest.raises(BoardError, match="no serial port"):
        UartLink("usart9")
