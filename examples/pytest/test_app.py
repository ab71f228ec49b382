# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from stm32f407g_disc import NotReached


def test_boots_in_a_millisecond(board):
    board.serial.expect("ready", timeout="1ms")
    assert not board.mistakes


def test_a_press_is_counted(booted_board):
    booted_board.press(duration="50ms")
    booted_board.serial.expect("presses=1")
    assert booted_board.read_int("presses") == 1
    assert booted_board.pin("PD12").level


def test_one_that_bounces_is_one(booted_board):
    for _ in range(5):
        booted_board.press(duration="1ms")
        booted_board.run("1ms")
    booted_board.press(duration="100ms")
    assert booted_board.read_int("presses") == 1


def test_a_stuck_pin(booted_board):
    booted_board.faults.short("PA0", 0)
    booted_board.press(duration="100ms")
    with pytest.raises(NotReached):
        booted_board.serial.expect("presses", timeout="1s")


@pytest.mark.parametrize("a, b", [(1, 2), (0xffffffff, 1)])
def test_a_function_by_itself(booted_board, a, b):
    assert booted_board.call("add", a, b) == (a + b) & 0xffffffff


def test_a_tick_is_a_millisecond(booted_board):
    first = booted_board.wait_interrupt("SysTick")
    assert booted_board.wait_interrupt("SysTick") - first == 1_000_000
