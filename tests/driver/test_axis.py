import math
import random

import pytest
from dome_rig import DomeRig, quiet
from hypothesis import given, settings
from hypothesis import strategies as st

from indi_dome_driver.axis import Axis
from indi_dome_driver.axis_errors import PositionUnknown, StillMoving
from indi_dome_driver.hardware.seam import PulseTrain
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings
from indi_dome_driver.mechanics import Mechanics

FULL_HZ = Mechanics().max_rate_steps_s


def fast(**changes: object) -> SimulatorSettings:
    return SimulatorSettings(speed_factor=20.0, **changes)  # type: ignore[arg-type]


def test_a_fresh_axis_stands_where_the_backend_vouches() -> None:
    rig = DomeRig(SimulatorSettings(start_azimuth_deg=123.0))
    axis = rig.axis
    assert axis.position_known
    assert axis.azimuth_deg == pytest.approx(123.0, abs=0.02)
    assert (axis.moving, axis.direction, axis.target_deg, axis.fault) == (False, 0, None, None)
    assert axis.home_closed is False


@pytest.mark.parametrize(("factor", "limit_deg"), [(1.0, 0.05), (20.0, 0.1), (50.0, 0.1)])
def test_gotos_end_on_target_with_play_and_noise(factor: float, limit_deg: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    for target_deg in (180.0, 350.0, 10.0):
        rig.axis.goto(target_deg)
        assert rig.axis.target_deg == pytest.approx(target_deg)
        rig.rest()
        assert rig.axis.fault is None
        assert rig.axis.target_deg is None
        assert rig.error_deg(target_deg) <= limit_deg
    assert max(abs(rate) for rate in rig.rates()) <= FULL_HZ + 1e-6
    assert rig.peak_deg_s < 1.2 * Mechanics().max_rate_deg_s


@settings(deadline=None, max_examples=25)
@given(st.floats(0.0, 359.99), st.floats(0.0, 359.99))
def test_any_goto_takes_the_shorter_way(start_deg: float, target_deg: float) -> None:
    rig = DomeRig(fast(start_azimuth_deg=start_deg))
    rig.axis.goto(target_deg)
    rig.rest()
    assert rig.error_deg(target_deg) <= 0.05
    assert abs(rig.axis.travel_deg) <= 180.1


def test_the_shorter_way_leads_over_north() -> None:
    rig = DomeRig(SimulatorSettings(start_azimuth_deg=358.0))
    rig.axis.goto(2.0)
    rig.live(2.0)
    assert rig.axis.direction == 1
    rig.rest()
    assert rig.true_deg == pytest.approx(362.0, abs=0.05)
    assert rig.axis.travel_deg == pytest.approx(4.0, abs=0.05)


def test_a_target_just_behind_a_fast_dome_counts_from_where_it_can_stop() -> None:
    rig = DomeRig()
    rig.axis.jog(1)
    rig.live(5.0)
    opposite_deg = rig.axis.azimuth_deg + 180.1
    rig.axis.goto(opposite_deg % 360.0)
    rig.rest()
    assert rig.axis.travel_deg > 180.0
    assert rig.error_deg(opposite_deg) <= 0.05


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_retarget_ahead_and_behind_in_the_middle_of_a_move(factor: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    rig.axis.goto(90.0)
    rig.live(10.0)
    rig.axis.goto(20.0)
    rig.live(5.0)
    rig.axis.goto(355.0)
    assert rig.axis.direction == 1
    rig.live(3.0)
    assert rig.axis.direction == -1
    rig.rest()
    assert rig.axis.fault is None
    assert rig.error_deg(355.0) <= 0.05


def test_motion_obeys_the_ramp_from_start_to_stop() -> None:
    rig = DomeRig()
    rig.axis.jog(1)
    rig.live(3.0)
    rig.axis.jog(-1)
    rig.live(3.0)
    before = rig.board.pulses_sent
    rig.axis.stop()
    assert rig.axis.moving
    rig.rest()
    braking = FULL_HZ**2 / 2.0 / 6000.0
    assert rig.board.pulses_sent - before == pytest.approx(braking + 0.06 * FULL_HZ, abs=0.03 * FULL_HZ)
    assert max(rig.jumps()) <= 2.0 * 120.0 + 1e-6
    assert max(map(abs, rig.rates())) == pytest.approx(FULL_HZ)
    assert rig.axis.direction == 0


def test_the_same_move_without_ramps_loses_steps_in_the_plant() -> None:
    rig = DomeRig(quiet())
    rig.board.queue(PulseTrain(1, FULL_HZ, 5394))
    rig.wall_s += 5.0
    assert rig.true_deg == 0.0
    rig.axis.move_by(1.0)
    rig.rest()
    assert rig.true_deg == pytest.approx(1.0, abs=0.02)
    sent = sum(record.pulses_sent * record.direction for record in rig.trace[1:])
    assert sent == pytest.approx(rig.true_deg * rig.mechanics.steps_per_deg, abs=1)


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_the_motor_is_fed_a_little_ahead_and_stops_by_itself(factor: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    rig.axis.jog(1)
    deepest_s = 0.0
    for _ in range(300):
        rig.turns(1)
        deepest_s = max(deepest_s, rig.board.backlog_s())
    if factor == 1.0:
        assert deepest_s <= 0.12
    died_s = rig.now_s
    rig.wall_s += 10.0
    rig.board.advance()
    assert rig.board.backlog_s() == 0.0
    assert rig.board.last_pulse_s is not None
    assert rig.board.last_pulse_s <= died_s + deepest_s + 1e-6
    rig.live(4.0)
    assert rig.axis.fault is None
    assert rig.axis.direction == 1


@settings(deadline=None, max_examples=40)
@given(st.floats(0.0, 6.0), st.sampled_from([1.0, 20.0]), st.sampled_from(["goto", "jog", "move", "stop", "rest"]))
def test_abort_at_any_instant_ends_the_pulses_in_the_call(after_s: float, factor: float, what: str) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    if what in ("goto", "stop"):
        rig.axis.goto(90.0)
    elif what == "jog":
        rig.axis.jog(-1)
    elif what == "move":
        rig.axis.move_by(-1.3)
    rig.live(after_s)
    if what == "stop":
        rig.axis.stop()
        rig.turns(1)
    rig.wall_s += 0.3 * rig.tick_s
    rig.axis.abort()
    aborted_s, sent = rig.now_s, rig.board.pulses_sent
    assert not rig.board.step_is_high
    assert rig.board.pending_steps() == 0
    rig.live(2.0)
    assert rig.board.pulses_sent == sent
    assert rig.board.last_pulse_s is None or rig.board.last_pulse_s <= aborted_s
    assert not rig.board.step_is_high
    assert not rig.axis.moving
    assert rig.axis.target_deg is None
    assert rig.error_deg(rig.axis.azimuth_deg) < 0.02


def test_a_jog_turns_until_stopped_and_more_than_once_around() -> None:
    rig = DomeRig(fast())
    rig.axis.jog(-1)
    rig.until(lambda: rig.axis.travel_deg < -400.0, limit_s=900.0)
    assert rig.axis.direction == -1
    assert rig.axis.rate_deg_s == pytest.approx(-Mechanics().max_rate_deg_s, rel=0.1)
    rig.axis.stop()
    rig.rest()
    assert rig.error_deg(rig.axis.azimuth_deg) < 0.02


@pytest.mark.parametrize("turn_deg", [-20.0, 0.5, 200.0, -370.0])
def test_relative_moves_are_exact_also_beyond_half_a_turn(turn_deg: float) -> None:
    rig = DomeRig(fast(start_azimuth_deg=100.0))
    rig.axis.move_by(turn_deg)
    rig.rest()
    assert rig.true_deg == pytest.approx(100.0 + turn_deg, abs=0.05)


def test_an_unknown_position_refuses_only_the_goto() -> None:
    rig = DomeRig(SimulatorSettings(start_lost=True))
    assert not rig.axis.position_known
    start_deg = rig.true_deg
    with pytest.raises(PositionUnknown, match="sync"):
        rig.axis.goto(10.0)
    assert not rig.axis.moving
    rig.axis.move_by(-3.0)
    assert rig.axis.target_deg is None
    rig.rest()
    assert rig.true_deg == pytest.approx(start_deg - 3.0, abs=0.05)
    rig.axis.jog(1)
    rig.live(2.0)
    assert rig.axis.moving
    rig.axis.abort()
    rig.live(1.0)
    assert not rig.axis.moving
    rig.axis.sync(rig.true_deg)
    rig.axis.goto((rig.true_deg + 5.0) % 360.0)
    rig.rest()
    assert rig.true_deg == pytest.approx(start_deg - 3.0 + 5.0, abs=1.5)


def test_sync_needs_rest_and_establish_re_aims_a_goto() -> None:
    rig = DomeRig()
    rig.axis.goto(20.0)
    rig.live(5.0)
    with pytest.raises(StillMoving, match="stop"):
        rig.axis.sync(3.0)
    rig.axis.establish((rig.true_deg + 10.0) % 360.0)
    assert rig.axis.target_deg == pytest.approx(20.0)
    rig.rest()
    assert rig.true_deg == pytest.approx(10.0, abs=0.06)
    rig.axis.sync(300.0)
    assert rig.axis.azimuth_deg == pytest.approx(300.0)
    rig.axis.goto(301.0)
    rig.live(0.5)
    rig.axis.establish(None)
    rig.rest()
    assert not rig.axis.position_known


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_nonsense_is_refused_before_anything_moves(nonsense: float) -> None:
    axis = DomeRig().axis
    for command in (axis.goto, axis.move_by, axis.sync, axis.establish):
        with pytest.raises(ValueError, match="finite"):
            command(nonsense)
    with pytest.raises(ValueError, match="direction"):
        axis.jog(0)
    assert not axis.moving


@pytest.mark.parametrize("change", [{"slip_fraction": 0.1}, {"backlash_deg": 0.5}, {"encoder_noise_counts": 1.0}])
@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_the_closed_loop_makes_up_for_a_loose_drive(change: dict[str, float], factor: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor, **change))  # type: ignore[arg-type]
    for target_deg in (8.0, 3.0):
        rig.axis.goto(target_deg)
        rig.rest()
        assert rig.axis.fault is None
        assert rig.error_deg(target_deg) <= 0.05


def test_a_slip_event_on_the_way_is_corrected() -> None:
    rig = DomeRig()
    rig.axis.goto(6.0)
    rig.live(4.0)
    rig.board.slip(0.6)
    rig.rest()
    assert rig.axis.fault is None
    assert rig.error_deg(6.0) <= 0.05


@pytest.mark.parametrize(("motor_sign", "encoder_sign"), [(1, -1), (-1, 1), (-1, -1)])
def test_signs_of_motor_and_encoder_are_only_wiring(motor_sign: int, encoder_sign: int) -> None:
    rig = DomeRig(SimulatorSettings(), Mechanics(motor_sign=motor_sign, encoder_sign=encoder_sign))
    rig.axis.goto(5.0)
    rig.rest()
    assert rig.true_deg == pytest.approx(5.0, abs=0.05)


def test_home_is_seen_while_passing() -> None:
    rig = DomeRig(SimulatorSettings(start_azimuth_deg=42.0))
    rig.axis.move_by(6.0)
    rig.until(lambda: bool(rig.axis.home_closed))
    assert rig.true_deg == pytest.approx(44.0, abs=0.1)
    rig.until(lambda: not rig.axis.home_closed)
    assert rig.true_deg == pytest.approx(46.0, abs=0.1)


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_an_irregular_loop_still_arrives(factor: float) -> None:
    chance = random.Random(5)
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    nominal_s = rig.tick_s
    rig.axis.goto(15.0)
    rig.turns(1)
    while rig.axis.moving:
        rig.tick_s = nominal_s * (8.0 if chance.random() < 0.03 else chance.uniform(0.7, 1.5))
        rig.turns(1)
    assert rig.axis.fault is None
    assert rig.error_deg(15.0) <= 0.05


def test_only_the_axis_takes_the_hardware() -> None:
    rig = DomeRig(SimulatorSettings(start_azimuth_deg=7.0))
    again = Axis(rig.hardware, rig.mechanics)
    again.update()
    assert again.azimuth_deg == pytest.approx(7.0, abs=0.01)


@pytest.mark.parametrize("factor", [1.0, 20.0])
@pytest.mark.parametrize("pause_s", [0.005, 0.02, 0.05, 0.2])
def test_a_process_kept_waiting_between_look_and_pulse_loses_no_step(factor: float, pause_s: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    chance = random.Random(7)
    queue = rig.board.queue

    def late_queue(train: PulseTrain, *, joins: bool = False) -> bool:
        if chance.random() < 0.02:
            rig.wall_s += pause_s  # the scheduler took the processor away just here
        return queue(train, joins=joins)

    rig.board.queue = late_queue  # type: ignore[method-assign]
    for target_deg in (40.0, 10.0):
        rig.axis.goto(target_deg)
        rig.rest()
        assert rig.axis.fault is None
        assert rig.error_deg(target_deg) <= 0.1
