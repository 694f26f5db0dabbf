import pytest

from indi_dome_driver.pace import Pace


def ahead(tick_s: float, turns_s: list[float]) -> float:
    pace = Pace(tick_s)
    now_s = 5.0
    pace.turn(now_s)
    for turn_s in turns_s:
        now_s += turn_s
        pace.turn(now_s)
    return pace.lookahead_s


@pytest.mark.parametrize(
    ("tick_s", "turns_s", "expected_s"),
    [
        (0.020, [], 0.060),
        (0.020, [0.020] * 9, 0.060),
        (0.020, [0.030] * 9, 0.090),
        (0.020, [0.020] * 5 + [0.090], 0.117),
        (0.020, [0.020] * 5 + [0.500], 0.120),
        (0.020, [0.080] * 9, 0.120),
        (0.004, [0.080] * 9, 0.240),
        (0.004, [0.080] * 5 + [2.0], 0.480),
    ],
)
def test_the_queue_is_as_long_as_the_loop_needs(tick_s: float, turns_s: list[float], expected_s: float) -> None:
    assert ahead(tick_s, turns_s) == pytest.approx(expected_s)


def test_hiccups_are_forgotten() -> None:
    assert ahead(0.020, [0.5] + [0.020] * 8) == pytest.approx(0.060)
