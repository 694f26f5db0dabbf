import csv
from pathlib import Path

import pytest
from dome_rig import DomeRig, quiet
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.hardware.ems22a import BadFrame, decode
from indi_dome_driver.hardware.seam import HardwareError, PulseTrain
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings, open_simulator
from indi_dome_driver.hardware.simulated.physics import Belt, Cam, Drive, Plant, Rotor
from indi_dome_driver.hardware.simulated.pulses import PulseLine
from indi_dome_driver.mechanics import Mechanics

MECHANICS = Mechanics()


def test_the_reference_figures() -> None:
    assert MECHANICS.steps_per_dome_turn == pytest.approx(1_941_866, abs=1)
    assert MECHANICS.steps_per_deg == pytest.approx(5394, abs=0.1)
    assert MECHANICS.max_rate_steps_s == pytest.approx(3846.15, abs=0.01)
    assert MECHANICS.max_rate_deg_s * 60.0 == pytest.approx(42.8, abs=0.05)
    assert 1.0 / MECHANICS.counts_per_deg == pytest.approx(0.00763, abs=5e-6)


@pytest.mark.parametrize(
    ("field", "value"),
    [("motor_sign", 0), ("gear_ratio", -1.0), ("home_azimuth_deg", 360.0), ("step_interval_us", float("nan"))],
)
def test_impossible_mechanics_are_named(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        Mechanics(**{field: value})  # type: ignore[arg-type]


@given(st.floats(1.0, 5000.0), st.integers(1, 500), st.lists(st.floats(0.0, 0.5), max_size=20))
def test_pulses_are_sent_once_and_on_time(rate_hz: float, count: int, waits: list[float]) -> None:
    line = PulseLine()
    line.append(PulseTrain(-1, rate_hz, count), 10.0)
    now_s, sent = 10.0, 0
    for wait_s in [*waits, count / rate_hz + 1.0]:
        now_s += wait_s
        for delivery in line.advance(now_s)[0]:
            sent += delivery.pulses
            assert delivery.last_pulse_s <= now_s + 1e-9
        assert line.pending() == -(count - sent)
    assert sent == count
    assert line.backlog_s(now_s) == 0.0


def test_a_cut_train_reports_what_was_really_sent() -> None:
    line = PulseLine()
    line.append(PulseTrain(1, 100.0, 50), 0.0)
    line.append(PulseTrain(1, 100.0, 50), 0.0)
    line.advance(0.255)
    assert line.is_high(0.254)
    assert not line.is_high(0.258)
    (record,) = line.cut(0.255)
    assert (record.pulses_sent, record.pulses_queued, record.end_s) == (26, 50, 0.255)
    assert record.last_pulse_s == pytest.approx(0.25)
    assert not line.is_high(0.255)
    assert line.pending() == 0


def test_the_rotor_follows_a_ramp_and_loses_a_jump() -> None:
    ramped, jumped, steep = (Rotor(Drive()) for _ in range(3))
    made = sum(ramped.follow(rate, round(rate * 0.02)) for rate in range(120, 3840, 120))
    assert made == sum(round(rate * 0.02) for rate in range(120, 3840, 120))
    assert jumped.follow(3846.0, 1000) == 0
    assert jumped.follow(-800.0, 10) == -10
    lost = sum(steep.follow(rate, round(rate * 0.002)) for rate in range(400, 3840, 400))
    assert lost < sum(round(rate * 0.002) for rate in range(400, 3840, 400))


def test_the_belt_crosses_its_play_on_reversal() -> None:
    belt = Belt(Drive(backlash_deg=0.2))
    assert belt.carry(1.0) == pytest.approx(0.9)
    assert belt.carry(1.0) == pytest.approx(1.0)
    assert belt.carry(-0.15) == pytest.approx(0.0)
    assert belt.carry(-0.15) == pytest.approx(-0.1)
    belt.lose(0.3)
    assert belt.carry(-1.0) == pytest.approx(-0.7)
    assert Belt(Drive(slip_fraction=0.1)).carry(2.0) == pytest.approx(1.8)


def test_the_cam_closes_around_home_with_hysteresis() -> None:
    cam = Cam(MECHANICS, 40.0)
    levels = []
    for azimuth_deg in (43.99, 44.0, 44.03, 46.0, 46.02, 46.03, 45.99, 45.97):
        cam.look(azimuth_deg)
        levels.append(cam.closed)
    assert levels == [False, False, True, True, True, False, False, True]


def test_the_wheel_turns_46_times_and_ignores_the_wrap() -> None:
    assert Plant(MECHANICS, Drive(), 360.0).encoder_count() == int(360 * MECHANICS.counts_per_deg) % 1024
    reverse = Mechanics(encoder_sign=-1)
    assert Plant(reverse, Drive(), 1.0).encoder_count() == 1024 - 131 - 1


def test_faults_of_the_encoder_reach_the_pins() -> None:
    board = DomeRig(quiet(start_azimuth_deg=1.0)).board
    assert decode(board.read_word()) == 131
    board.faults.flip_mask = 0x80
    with pytest.raises(BadFrame):
        decode(board.read_word())
    board.faults.flip_mask = 0
    board.faults.encoder_stuck_word = 0xFFFF
    assert board.read_word() == 0xFFFF
    board.faults.encoder_stuck_word = None
    board.faults.parity_error_rate = 1.0
    with pytest.raises(BadFrame):
        decode(board.read_word())
    board.faults.encoder_dead = True
    with pytest.raises(HardwareError, match="no answer"):
        board.read_word()


def test_the_switch_can_stick_and_impossible_trains_are_refused() -> None:
    board = DomeRig(quiet(start_azimuth_deg=45.0)).board
    assert board.is_closed()
    board.faults.home_stuck = False
    assert not board.is_closed()
    for train in (PulseTrain(0, 100.0, 1), PulseTrain(1, 0.0, 1), PulseTrain(1, 100.0, 0), PulseTrain(1, 1e6, 1)):
        with pytest.raises(HardwareError, match="refused"):
            board.queue(train)


def test_the_trace_file_reads_like_a_logic_analyser(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    rig = DomeRig(quiet(speed_factor=2.0, trace_file=str(path)))
    rig.board.queue(PulseTrain(-1, 100.0, 50))
    rig.wall_s += 0.05
    rig.board.stop()
    rig.hardware.close()
    (row,) = list(csv.DictReader(path.read_text().splitlines()))
    assert (row["direction"], row["pulses_sent"], row["pulses_queued"]) == ("-1", "11", "50")
    assert float(row["last_pulse_wall_s"]) == pytest.approx(rig.wall_s, abs=1e-5)
    with pytest.raises(HardwareError, match="trace_file"):
        open_simulator(SimulatorSettings(trace_file=str(tmp_path / "no" / "where.csv")), MECHANICS)


def test_the_pace_follows_the_speed_factor() -> None:
    for factor, tick_s in ((0.5, 0.020), (1.0, 0.020), (2.0, 0.010), (20.0, 0.004)):
        hardware = open_simulator(SimulatorSettings(speed_factor=factor), MECHANICS)
        assert hardware.tick_s == tick_s
        assert any("SIMULATED" in text for text in hardware.warnings)
        hardware.close()
    with pytest.raises(ValueError, match="speed_factor"):
        open_simulator(SimulatorSettings(speed_factor=0.0), MECHANICS)


def test_a_lost_dome_stands_anywhere_but_the_same_for_a_seed() -> None:
    lost = [DomeRig(quiet(start_lost=True, seed=seed)) for seed in (3, 3, 4)]
    assert [rig.hardware.rest_azimuth_deg for rig in lost] == [None, None, None]
    assert lost[0].true_deg == lost[1].true_deg != lost[2].true_deg


def test_the_dome_stays_where_it_was_left(tmp_path: Path) -> None:
    memory = tmp_path / "state" / "dome.json"
    first = DomeRig(quiet(start_azimuth_deg=12.0, memory_file=str(memory)))
    first.axis.goto(350.0)
    first.rest()
    first.hardware.close()
    second = DomeRig(quiet(start_azimuth_deg=12.0, memory_file=str(memory)))
    assert second.true_deg == first.true_deg
    assert second.hardware.rest_azimuth_deg is None, "where a used dome stands is for the driver's record to prove"
    second.axis.establish(350.0)
    second.axis.goto(20.0)
    second.rest()
    third = DomeRig(quiet(memory_file=str(memory)))
    assert third.true_deg == second.true_deg, "kept as soon as the dome rests, without a clean end"
    memory.write_text("nonsense")
    with pytest.raises(HardwareError, match="delete it"):
        DomeRig(quiet(memory_file=str(memory)))
