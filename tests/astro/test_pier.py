"""Which side is which, and how it follows from the hour angle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astro.pier import PierSide, side_from_hour_angle


@pytest.mark.parametrize(
    ("hour_angle_deg", "side"),
    [
        (-0.01, PierSide.WEST),
        (0.0, PierSide.EAST),
        (90.0, PierSide.EAST),
        (-90.0, PierSide.WEST),
        (-180.0, PierSide.WEST),
        (180.0, PierSide.WEST),
        (270.0, PierSide.WEST),
        (359.9, PierSide.WEST),
        (360.0, PierSide.EAST),
    ],
)
def test_a_tube_west_of_the_pier_looks_east(hour_angle_deg: float, side: PierSide) -> None:
    assert side_from_hour_angle(hour_angle_deg) is side


@given(st.floats(min_value=-179.9, max_value=179.9), st.integers(min_value=-3, max_value=3))
def test_whole_turns_keep_the_side(hour_angle_deg: float, turns: int) -> None:
    if abs(hour_angle_deg) > 1e-6:
        assert side_from_hour_angle(hour_angle_deg + 360.0 * turns) is side_from_hour_angle(hour_angle_deg)


def test_signs_are_opposite_and_labels_are_words() -> None:
    assert PierSide.WEST.sign == -PierSide.EAST.sign == 1
    assert PierSide.NONE.sign == 0
    assert [side.label for side in (PierSide.WEST, PierSide.NONE, PierSide.EAST)] == ["west", "none", "east"]
