"""Wrapping and differences, over all angles a sensor or a person may give."""

from hypothesis import given
from hypothesis import strategies as st

from astro.angles import difference_deg, normalise_deg

ANY_DEG = st.floats(min_value=-1e6, max_value=1e6)


@given(ANY_DEG)
def test_normalised_angle_lies_on_the_circle_and_is_stable(angle_deg: float) -> None:
    wrapped = normalise_deg(angle_deg)
    assert 0.0 <= wrapped < 360.0
    assert normalise_deg(wrapped) == wrapped


@given(ANY_DEG, st.integers(min_value=-5, max_value=5))
def test_whole_turns_change_nothing(angle_deg: float, turns: int) -> None:
    assert abs(difference_deg(angle_deg + 360.0 * turns, angle_deg)) < 1e-6


@given(ANY_DEG, ANY_DEG)
def test_difference_leads_to_the_target_by_the_shorter_way(target_deg: float, origin_deg: float) -> None:
    turn = difference_deg(target_deg, origin_deg)
    assert -180.0 < turn <= 180.0
    missing = normalise_deg(origin_deg + turn - target_deg)
    assert min(missing, 360.0 - missing) < 1e-6


@given(st.floats(min_value=-179.999, max_value=179.999), st.floats(min_value=0.0, max_value=359.0))
def test_difference_gives_back_a_turn(turn_deg: float, origin_deg: float) -> None:
    assert abs(difference_deg(normalise_deg(origin_deg + turn_deg), origin_deg) - turn_deg) < 1e-9


def test_values_at_the_seam() -> None:
    assert normalise_deg(360.0) == 0.0
    assert normalise_deg(-1e-20) == 0.0
    assert difference_deg(0.5, 359.5) == 1.0
    assert difference_deg(359.5, 0.5) == -1.0
    assert difference_deg(270.0, 90.0) == 180.0
    assert difference_deg(90.0, 270.0) == 180.0
