from dataclasses import replace

import pytest
from dome_rig import DomeRig

from indi_dome_driver.axis import Axis
from indi_dome_driver.axis_errors import EncoderSilent, FaultCode
from indi_dome_driver.hardware.seam import HardwareError, PulseTrain
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings


def cruising(factor: float = 1.0) -> DomeRig:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    rig.axis.goto(90.0)
    rig.live(8.0)
    assert rig.axis.moving
    return rig


def expect(rig: DomeRig, code: FaultCode, within_s: float, words: str) -> None:
    broken_s = rig.now_s
    rig.until(lambda: rig.axis.fault is not None, limit_s=within_s)
    fault = rig.axis.fault
    assert fault is not None
    assert fault.code is code
    assert words in fault.text
    assert rig.board.pending_steps() == 0
    assert not rig.board.step_is_high
    assert rig.board.last_pulse_s is not None
    assert rig.board.last_pulse_s <= broken_s + within_s
    sent = rig.board.pulses_sent
    rig.live(2.0)
    assert rig.board.pulses_sent == sent
    assert rig.axis.fault is fault, "a fault is remembered"


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_a_dead_encoder_stops_the_dome_and_refuses_motion(factor: float) -> None:
    rig = cruising(factor)
    rig.board.faults.encoder_dead = True
    expect(rig, FaultCode.ENCODER, 0.5, "no answer")
    with pytest.raises(EncoderSilent, match="cable"):
        rig.axis.jog(1)
    with pytest.raises(EncoderSilent, match="cable"):
        rig.axis.move_by(1.0)
    with pytest.raises(EncoderSilent, match="cable"):
        rig.axis.goto(10.0)
    rig.axis.abort()
    rig.live(1.0)
    rig.board.faults.encoder_dead = False
    rig.turns(2)
    rig.axis.goto(10.0)
    assert rig.axis.fault is None
    rig.rest()
    assert rig.error_deg(10.0) <= 0.05


@pytest.mark.parametrize(
    ("word", "check"), [(0x0000, "OCF"), (0xFFFF, "COF"), (0x0001, "parity"), (0x0028, "LIN"), (0x0027, "INC and DEC")]
)
def test_a_stuck_bad_word_stops_the_dome_and_names_the_check(word: int, check: str) -> None:
    rig = cruising()
    rig.board.faults.encoder_stuck_word = word
    expect(rig, FaultCode.ENCODER, 0.5, check)


def test_abort_stops_a_jog_with_a_dead_encoder() -> None:
    rig = cruising()
    rig.board.faults.encoder_dead = True
    rig.turns(1)
    rig.axis.abort()
    assert rig.board.pending_steps() == 0


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_single_bad_frames_are_read_again(factor: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    rig.board.faults.parity_error_rate = 0.2
    rig.axis.goto(12.0)
    rig.rest()
    assert rig.axis.fault is None
    assert rig.error_deg(12.0) <= 0.05


def test_an_idle_dome_reports_a_dead_encoder_without_moving() -> None:
    rig = DomeRig()
    rig.board.faults.encoder_dead = True
    rig.live(1.0)
    assert rig.axis.fault is not None
    assert rig.axis.fault.code is FaultCode.ENCODER
    assert not rig.axis.moving
    assert rig.board.pulses_sent == 0
    rig.board.faults.encoder_dead = False
    rig.live(0.1)
    rig.axis.prepare()
    rig.live(1.0)
    assert rig.axis.fault is None


def test_an_encoder_that_never_answered_moves_nothing() -> None:
    rig = DomeRig()
    rig.board.faults.encoder_dead = True
    axis = Axis(rig.hardware, rig.mechanics)
    axis.jog(1)
    for _ in range(30):
        rig.wall_s += rig.tick_s
        axis.update()
    assert axis.fault is not None
    assert axis.fault.code is FaultCode.ENCODER
    assert rig.board.pulses_sent == 0


@pytest.mark.parametrize("fault", ["encoder_frozen", "motor_disconnected"])
@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_a_dome_that_does_not_follow_is_stalled(fault: str, factor: float) -> None:
    rig = cruising(factor)
    setattr(rig.board.faults, fault, True)
    expect(rig, FaultCode.STALLED, 4.0, "stalled")


def test_a_stuck_good_word_is_a_stall_too() -> None:
    rig = cruising()
    rig.board.faults.encoder_stuck_word = rig.board.read_word()
    expect(rig, FaultCode.STALLED, 4.0, "wheel")


@pytest.mark.parametrize("factor", [1.0, 20.0])
def test_a_motor_wired_backwards_is_a_runaway(factor: float) -> None:
    rig = DomeRig(SimulatorSettings(speed_factor=factor))
    rig.board.faults.wired_backwards = True
    rig.axis.goto(90.0)
    expect(rig, FaultCode.RUNAWAY, 4.0, "motor_sign")
    assert abs(rig.true_deg) < 1.7


def test_a_dome_driven_by_something_else_is_a_runaway() -> None:
    rig = cruising()
    rig.board.push(4.0)
    expect(rig, FaultCode.RUNAWAY, 2.0, "something else")


def test_a_belt_that_lets_go_is_a_stall() -> None:
    rig = cruising()
    rig.board.slip(30.0)
    expect(rig, FaultCode.STALLED, 4.0, "belt")


def test_a_dome_pushed_by_hand_is_followed_without_alarm() -> None:
    rig = DomeRig(SimulatorSettings(start_azimuth_deg=355.0))
    rig.board.push(9.0)
    rig.live(1.0)
    assert rig.axis.direction == 1
    assert rig.axis.rate_deg_s == pytest.approx(3.0, rel=0.1)
    rig.live(4.0)
    assert rig.axis.fault is None
    assert not rig.axis.moving
    assert rig.axis.azimuth_deg == pytest.approx(4.0, abs=0.02)
    assert rig.board.pulses_sent == 0


def test_a_target_that_keeps_slipping_away_is_given_up() -> None:
    rig = DomeRig()
    rig.axis.goto(2.0)
    while rig.axis.moving:
        if rig.axis.azimuth_deg > 1.9 and rig.board.pending_steps() == 0:
            rig.board.push(-0.05, rate_deg_s=5.0)
        rig.turns(1)
        assert rig.now_s < 60.0
    fault = rig.axis.fault
    assert fault is not None
    assert fault.code is FaultCode.NOT_REACHED
    assert "not reached" in fault.text


def test_a_switch_that_cannot_be_read_is_unknown() -> None:
    rig = DomeRig()

    class Broken:
        def is_closed(self) -> bool:
            raise HardwareError("line lost")

    axis = Axis(replace(rig.hardware, home_switch=Broken()), rig.mechanics)
    axis.update()
    assert axis.home_closed is None
    assert axis.fault is None


class MoodyMotor:
    """A drive that takes pulses and stops only while it is well."""

    def __init__(self, rig: DomeRig) -> None:
        self._board = rig.board
        self.takes = self.stops = True

    def queue(self, train: PulseTrain, *, joins: bool = False) -> bool:
        if not self.takes:
            raise HardwareError("queue full")
        return self._board.queue(train, joins=joins)

    def backlog_s(self) -> float:
        return self._board.backlog_s()

    def pending_steps(self) -> int:
        return self._board.pending_steps()

    def stop(self) -> None:
        if not self.stops:
            raise OSError("bus gone")
        self._board.stop()


def test_a_drive_that_refuses_pulses_or_stops_is_reported_and_stopped_again() -> None:
    rig = DomeRig()
    motor = MoodyMotor(rig)
    rig.axis = Axis(replace(rig.hardware, motor=motor), rig.mechanics)
    rig.axis.jog(1)
    rig.live(2.0)
    motor.takes = False
    rig.turns(3)
    assert rig.axis.fault is not None
    assert rig.axis.fault.code is FaultCode.MOTOR
    assert "queue full" in rig.axis.fault.text
    assert rig.board.pending_steps() == 0

    motor.takes = True
    rig.axis.jog(1)
    rig.live(2.0)
    motor.stops = False
    rig.axis.abort()
    assert rig.axis.fault is not None
    assert "cut its power" in rig.axis.fault.text
    motor.stops = True
    rig.turns(1)
    assert rig.board.pending_steps() == 0
    assert rig.axis.fault is not None
