"""The axis with its play taken up and with cables that end."""

import pytest
from dome_rig import DomeRig
from hypothesis import given, settings
from hypothesis import strategies as st

from indi_dome_driver.axis_errors import CableAtLimit, StillMoving
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings

PLAY_DEG = 0.4


def reversals(compensated: bool) -> tuple[float, DomeRig]:
    """Make small moves to and fro; give the simulated seconds they took."""
    rig = DomeRig(SimulatorSettings(speed_factor=50.0, backlash_deg=PLAY_DEG))
    if compensated:
        rig.axis.set_play(round(PLAY_DEG * rig.mechanics.steps_per_deg))
    rig.axis.goto(5.0)
    rig.rest()
    begun_s = rig.now_s
    for target_deg in (4.8, 5.0) * 3:
        rig.axis.goto(target_deg)
        rig.rest()
        assert rig.axis.fault is None
        assert rig.error_deg(target_deg) < 0.05
    return rig.now_s - begun_s, rig


def test_taking_up_the_play_shortens_small_reversals() -> None:
    with_s, without_s = reversals(True)[0], reversals(False)[0]
    assert with_s < 0.9 * without_s


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_a_play_taken_up_that_is_not_there_still_ends_on_target(factor: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor, backlash_deg=0.0))
    rig.axis.set_play(round(PLAY_DEG * rig.mechanics.steps_per_deg))
    for target_deg in (5.0, 4.8, 5.0, 350.0):
        rig.axis.goto(target_deg)
        rig.rest()
        assert rig.axis.fault is None
        assert rig.error_deg(target_deg) < 0.1


def test_the_pulses_of_the_play_are_real() -> None:
    rig = reversals(True)[1]
    before = rig.board.pulses_sent
    rig.axis.goto(rig.true_deg - 1.0)
    rig.rest()
    sent = rig.board.pulses_sent - before
    assert sent == pytest.approx((1.0 + PLAY_DEG) * rig.mechanics.steps_per_deg, rel=0.05)


def test_the_play_is_not_changed_in_mid_move() -> None:
    rig = DomeRig()
    rig.axis.goto(10.0)
    rig.turns(3)
    with pytest.raises(StillMoving):
        rig.axis.set_play(100)
    rig.axis.abort()
    rig.axis.set_play(100)


def wound(rig: DomeRig) -> float:
    return rig.axis.wrap.wound_deg(rig.axis.travel_deg)


def test_a_goto_takes_the_way_that_unwinds() -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=50.0))
    rig.axis.wrap.limit_deg = 360.0
    for target_deg in (120.0, 240.0, 350.0):
        rig.axis.goto(target_deg)
        rig.rest()
    assert wound(rig) == pytest.approx(350.0, abs=0.2)
    rig.axis.goto(20.0)
    assert rig.axis.to_go_deg == pytest.approx(-330.0, abs=0.5)
    rig.rest()
    assert rig.error_deg(20.0) < 0.1
    assert wound(rig) == pytest.approx(20.0, abs=0.2)


def test_a_jog_ends_where_the_cables_end_and_only_goes_back_from_there() -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=50.0))
    rig.axis.wrap.limit_deg = 180.0
    rig.axis.jog(1)
    rig.rest()
    assert wound(rig) == pytest.approx(180.0, abs=0.2)
    assert rig.axis.fault is None
    with pytest.raises(CableAtLimit):
        rig.axis.move_by(5.0)
    rig.board.push(3.0)
    rig.live(3.0)
    with pytest.raises(CableAtLimit):
        rig.axis.jog(1)
    rig.axis.jog(-1)
    rig.live(10.0)
    rig.axis.stop()
    rig.rest()
    assert wound(rig) < 180.0


def test_a_sync_does_not_change_how_far_the_cables_are_wound() -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=50.0))
    rig.axis.goto(100.0)
    rig.rest()
    rig.axis.sync(300.0)
    assert wound(rig) == pytest.approx(100.0, abs=0.2)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.floats(0.0, 359.9), st.floats(0.5, 60.0)), min_size=1, max_size=6), st.floats(180.0, 400.0)
)
def test_no_chain_of_gotos_winds_further_than_the_limit(moves: list[tuple[float, float]], limit_deg: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=50.0))
    rig.axis.wrap.limit_deg = limit_deg
    widest = 0.0
    for target_deg, then_s in moves:
        rig.axis.goto(target_deg)
        end_s = rig.now_s + then_s
        while rig.now_s < end_s:
            rig.turns(1)
            widest = max(widest, abs(wound(rig)))
    rig.rest()
    widest = max(widest, abs(wound(rig)))
    assert widest <= limit_deg + 0.5  # the ramp of a new target given in full flight, and the encoder's noise
    assert rig.axis.fault is None
