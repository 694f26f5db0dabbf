"""The play of the drive, followed pulse by pulse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.play import Play


def after(play: Play, *moves: int) -> Play:
    at = 0
    for move in moves:
        at += move
        play.follow(at)
    return play


def test_without_play_every_pulse_turns_the_dome() -> None:
    assert after(Play(), 100, -30, 7).dome_steps == 77


def test_a_reversal_loses_the_width_once() -> None:
    play = after(Play(50), 100)
    assert (play.dome_steps, play.slack(1), play.slack(-1)) == (100, 0, 50)
    play = after(Play(50), 100, -80)
    assert (play.dome_steps, play.slack(1), play.slack(-1)) == (70, 50, 0)


def test_a_turn_back_inside_the_play_loses_only_what_was_crossed() -> None:
    play = after(Play(50), 100, -20)
    assert (play.dome_steps, play.slack(1), play.slack(-1)) == (100, 20, 30)
    assert after(Play(50), 100, -20, 25).dome_steps == 105


def test_the_side_is_unknown_at_first_and_after_a_new_width() -> None:
    assert Play(50).slack(1) == Play(50).slack(-1) == 0
    play = after(Play(50), -10)
    assert play.dome_steps == -10
    play.resize(20)
    assert (play.slack(1), play.slack(-1)) == (0, 0)
    play.follow(0)
    assert play.dome_steps == 0


@given(st.integers(0, 200), st.lists(st.integers(-300, 300), max_size=30))
def test_it_agrees_with_a_gap_moved_one_pulse_at_a_time(width: int, moves: list[int]) -> None:
    play = after(Play(width), *moves)
    first = next((move for move in moves if move), 0)
    inside, dome = (width if first > 0 else 0), 0  # engaged in the direction of the first pulse
    for move in moves:
        for _ in range(abs(move)):
            step = 1 if move > 0 else -1
            if 0 <= inside + step <= width:
                inside += step
            else:
                dome += step
    assert play.dome_steps == dome
    if first:
        assert (play.slack(1), play.slack(-1)) == (width - inside, inside)


def test_taking_over_forgets_what_was_only_planned() -> None:
    planned, sent = after(Play(50), 100, -80), after(Play(50), 100)
    planned.take(sent)
    assert (planned.dome_steps, planned.slack(-1)) == (100, 50)
    planned.follow(90)
    assert planned.dome_steps == 100


@pytest.mark.parametrize("direction", [1, -1])
def test_slack_is_what_the_next_pulses_lose(direction: int) -> None:
    play = after(Play(50), 100, -20)
    lost, before = play.slack(direction), play.dome_steps
    play.follow(80 + direction * lost)
    assert play.dome_steps == before
    play.follow(80 + direction * (lost + 1))
    assert play.dome_steps == before + direction
