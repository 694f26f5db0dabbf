"""The search for the home switch, against a dome of a few lines that overshoots, bounces and lies."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indi_dome_driver.home_edges import HomeEdges
from indi_dome_driver.homing import HomeSearch, Wish

MIDDLE_DEG = 100.0


class FakeDome:
    """Travel, a switch that opens late, and a motor that needs some looks to turn round."""

    def __init__(self, at_deg: float, step_deg: float, width_deg: float = 2.0, late_deg: float = 0.1) -> None:
        self.at_deg, self.step_deg, self.width_deg, self.late_deg = at_deg, step_deg, width_deg, late_deg
        self.speed = 0.0
        self.closed = abs(self.away) <= width_deg / 2.0
        self.travelled_deg = 0.0
        self.low_deg, self.high_deg = -1e9, 1e9

    @property
    def away(self) -> float:
        return (self.at_deg - MIDDLE_DEG + 180.0) % 360.0 - 180.0

    def turn(self, direction: int) -> None:
        self.speed = max(-1.0, min(1.0, self.speed + 0.25 * direction)) if direction else 0.0
        step = self.speed * self.step_deg
        step = max(self.low_deg - self.at_deg, min(self.high_deg - self.at_deg, step))
        self.at_deg += step
        self.travelled_deg += abs(step)
        half = self.width_deg / 2.0 + (self.late_deg if self.closed else 0.0)
        self.closed = abs(self.away) <= half


def search(dome: FakeDome, direction: int, bounce: float = 0.0, seed: int = 0) -> HomeSearch:
    """Let a search run until it wants the dome at home, or gives up."""
    chance = random.Random(seed)
    hunt = HomeSearch(direction, 2.0)
    was_closed = dome.closed
    wish = Wish.STOP
    for _ in range(200_000):
        level = dome.closed
        if level != was_closed and chance.random() < bounce:
            level = was_closed
        was_closed = dome.closed
        held = dome.at_deg in (dome.low_deg, dome.high_deg) and wish is (
            Wish.CLOCKWISE if dome.at_deg == dome.high_deg else Wish.COUNTER_CLOCKWISE
        )
        wish = hunt.advance(dome.at_deg, level, resting=held or (dome.speed == 0.0 and wish is Wish.STOP))
        if wish in (Wish.GO, Wish.FAILED):
            return hunt
        dome.turn({Wish.CLOCKWISE: 1, Wish.COUNTER_CLOCKWISE: -1}.get(wish, 0))
    raise AssertionError(f"no end; wants {wish}")


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-180.0, 180.0),
    st.sampled_from([1, -1]),
    st.sampled_from([0.02, 0.1, 0.4, 0.7]),
    st.sampled_from([0.0, 0.5]),
    st.integers(0, 99),
)
def test_the_middle_is_found_from_everywhere_in_both_directions(
    start_deg: float, direction: int, step_deg: float, bounce: float, seed: int
) -> None:
    dome = FakeDome(MIDDLE_DEG + start_deg, step_deg)
    hunt = search(dome, direction, bounce, seed)
    assert hunt.found is not None, hunt.failure
    error_deg = abs((hunt.found.travel_deg - MIDDLE_DEG + 180.0) % 360.0 - 180.0)
    assert error_deg <= hunt.found.accuracy_deg + 1e-6 + (step_deg if bounce else 0.0)
    assert dome.travelled_deg < 360.0 + 2.0 + 12.0 * (2.0 + 15.0)


def test_an_opening_that_comes_late_does_not_shift_the_middle() -> None:
    hunt = search(FakeDome(50.0, 0.01, late_deg=0.8), 1)
    assert hunt.found is not None
    assert hunt.found.travel_deg == pytest.approx(MIDDLE_DEG, abs=0.02)


def test_a_switch_that_never_closes_fails_after_a_turn_and_a_little() -> None:
    dome = FakeDome(0.0, 0.2, width_deg=-1.0)
    hunt = search(dome, 1)
    assert hunt.found is None
    assert "not found in a whole turn" in hunt.failure
    assert 360.0 < dome.travelled_deg < 372.0


def test_a_switch_that_never_opens_fails_at_once() -> None:
    dome = FakeDome(0.0, 0.05, width_deg=400.0)
    hunt = search(dome, -1)
    assert hunt.found is None
    assert "stayed closed" in hunt.failure
    assert dome.travelled_deg < 6.0


def test_a_cam_much_too_narrow_or_too_wide_is_not_taken_for_home() -> None:
    assert "closed over 0." in search(FakeDome(0.0, 0.05, width_deg=0.6, late_deg=0.0), 1).failure
    assert "stayed closed" in search(FakeDome(0.0, 0.05, width_deg=9.0), 1).failure


def test_a_switch_that_cannot_be_read_ends_the_search() -> None:
    hunt = HomeSearch(1, 2.0)
    wishes = [hunt.advance(0.0, None, resting=True) for _ in range(8)]
    assert wishes[-1] is Wish.FAILED
    assert "cannot be read" in hunt.failure


def test_where_the_cables_end_the_search_goes_the_other_way() -> None:
    dome = FakeDome(MIDDLE_DEG + 10.0, 0.2)
    dome.high_deg = dome.at_deg + 30.0
    hunt = search(dome, 1)
    assert hunt.found is not None
    assert hunt.found.travel_deg == pytest.approx(MIDDLE_DEG, abs=0.2)
    both = FakeDome(MIDDLE_DEG + 50.0, 0.2)
    both.low_deg, both.high_deg = both.at_deg - 20.0, both.at_deg + 20.0
    assert "cables" in search(both, 1).failure


def test_a_level_counts_once_two_looks_agree() -> None:
    edges = HomeEdges()
    looks = [(0.0, False), (1.0, False), (2.0, True), (3.0, False), (4.0, True), (5.0, True)]
    found = [edges.look(travel, closed) for travel, closed in looks]
    assert found[:5] == [None] * 5
    assert found[5] is not None
    assert found[5].closed is True
    assert (found[5].from_deg, found[5].to_deg) == (3.0, 4.0)
