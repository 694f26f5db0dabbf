"""Windows of good dome azimuths: width, distance from the slit, and the place that lasts longest."""

from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astro.angles import difference_deg
from astro.window import NARROWEST_DEG, Window, common, half_width_deg, lateral_m


@given(st.floats(0.02, 10.0), st.floats(0.0, 30.0))
def test_the_width_is_the_inverse_of_the_distance(radius_m: float, play_m: float) -> None:
    width = half_width_deg(radius_m, play_m)
    assert NARROWEST_DEG <= width <= 180.0
    if NARROWEST_DEG < width < 180.0:
        assert lateral_m(radius_m, width) == pytest.approx(play_m, abs=1e-9 * (1.0 + radius_m))


@given(st.floats(0.0, 5.0), st.floats(0.0, 180.0), st.floats(0.0, 180.0))
def test_a_larger_error_is_never_a_smaller_distance(radius_m: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert lateral_m(radius_m, low) <= lateral_m(radius_m, high) + 1e-12
    assert lateral_m(radius_m, -high) == lateral_m(radius_m, high)


@pytest.mark.parametrize(("radius_m", "width_deg"), [(1.10, 9.154), (0.48, 21.38), (0.41, 25.27)])
def test_the_half_window_of_the_reference_slit(radius_m: float, width_deg: float) -> None:
    assert half_width_deg(radius_m, 0.175) == pytest.approx(width_deg, abs=0.01)


def test_at_the_domes_zenith_every_azimuth_is_clear() -> None:
    assert half_width_deg(0.0, 0.05) == 180.0
    assert half_width_deg(0.05, 0.175) == 180.0


@given(
    st.floats(0, 359.99),
    st.lists(st.tuples(st.floats(-20.0, 20.0), st.floats(0.25, 30.0)), min_size=1, max_size=60),
)
def test_the_common_place_is_inside_every_window_that_it_counts(start: float, steps: list[tuple[float, float]]) -> None:
    windows, centre = [], start
    for step, half in steps:
        centre += step
        windows.append(Window(centre % 360.0, half))
    found = common(windows)
    assert 1 <= found.count <= len(windows)
    for place in (found.middle_deg, found.edge_deg(1.0), found.edge_deg(-1.0)):
        for window in windows[: found.count]:
            assert abs(difference_deg(place, window.centre_deg)) <= window.half_width_deg + 1e-6
    # Nothing lasts longer: no azimuth of a fine comb is inside one window more.
    for comb in range(0, 3600, 7):
        lasts = len(list(takewhile(lambda w, at=comb / 10.0: w.holds(at), windows)))
        assert lasts <= found.count


def test_a_later_window_is_not_asked_for_when_nothing_is_left() -> None:
    def windows() -> object:
        yield Window(10.0, 5.0)
        yield Window(40.0, 5.0)
        raise AssertionError("asked for more")

    assert common(windows()).count == 1  # type: ignore[arg-type]


def test_no_window_is_an_error() -> None:
    with pytest.raises(ValueError, match="no window"):
        common([])
