"""How far the cables are wound, and the way round that they allow."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astro.angles import difference_deg
from indi_dome_driver.axis_errors import CableAtLimit
from indi_dome_driver.cable_wrap import CableWrap, route


@pytest.mark.parametrize(
    ("turn", "wound", "limit", "expected"),
    [
        (90.0, 0.0, 360.0, 90.0),
        (90.0, 300.0, 360.0, -270.0),
        (-90.0, -300.0, 360.0, 270.0),
        (-90.0, 300.0, 360.0, -90.0),
        (180.0, 180.0, 360.0, 180.0),
        (90.0, 300.0, math.inf, 90.0),
        (10.0, 1000.0, 360.0, 10.0 - 720.0),
        (0.0, 500.0, 360.0, -360.0),
    ],
)
def test_the_way_round(turn: float, wound: float, limit: float, expected: float) -> None:
    assert route(turn, wound, limit) == pytest.approx(expected)


@given(st.floats(-180.0, 180.0), st.floats(-4000.0, 4000.0), st.floats(180.0, 7200.0))
def test_every_azimuth_is_reached_within_the_limit_by_the_shortest_way_there(
    turn: float, wound: float, limit: float
) -> None:
    chosen = route(turn, wound, limit)
    assert abs(difference_deg(chosen, turn)) < 1e-6
    assert abs(wound + chosen) <= limit + 1e-9
    shorter = [turn + 360.0 * k for k in range(-30, 31) if abs(turn + 360.0 * k) < abs(chosen) - 1e-6]
    assert all(abs(wound + each) > limit - 1e-6 for each in shorter)


def test_winding_follows_the_travel_and_a_reset_begins_anew() -> None:
    wrap = CableWrap(360.0)
    wrap.declare(travel_deg=50.0, wound_deg=100.0)
    assert wrap.wound_deg(250.0) == 300.0
    assert (wrap.free_deg(250.0, 1), wrap.free_deg(250.0, -1)) == (60.0, 660.0)
    wrap.declare(250.0)
    assert wrap.wound_deg(250.0) == 0.0


def test_a_doubt_counts_as_wound_but_leaves_every_azimuth_in_reach() -> None:
    wrap = CableWrap(2.0 * 360.0)
    wrap.declare(0.0, 0.0, doubt_deg=360.0)
    assert wrap.reach_deg == 360.0
    assert CableWrap().reach_deg == math.inf
    wrap.limit_deg = 360.0
    assert wrap.reach_deg == 180.0


def test_exact_turns_beyond_the_limit_are_refused_and_those_that_unwind_are_not() -> None:
    wrap = CableWrap(360.0)
    wrap.declare(0.0, 350.0)
    wrap.check(0.0, 9.0)
    wrap.check(0.0, -700.0)
    wrap.check(0.0, -math.inf)
    wrap.check(0.0, 0.0)
    with pytest.raises(CableAtLimit, match=r"10\.0° more clockwise.*turn counter-clockwise"):
        wrap.check(0.0, 11.0)
    wrap.declare(0.0, -400.0)  # pushed beyond it
    with pytest.raises(CableAtLimit, match=r"0\.0° more counter-clockwise.*turn clockwise"):
        wrap.check(0.0, -math.inf)
    wrap.check(0.0, 20.0)
    CableWrap().check(0.0, math.inf)
