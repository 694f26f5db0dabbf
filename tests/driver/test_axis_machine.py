"""Any commands and faults, in any order: what must hold for an axis at every instant."""

from contextlib import suppress

from dome_rig import DomeRig
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from indi_dome_driver.axis_errors import AxisRefused
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings

FAULTS = ["encoder_dead", "encoder_frozen", "motor_disconnected", "wired_backwards"]


class AxisMachine(RuleBasedStateMachine):
    @initialize(factor=st.sampled_from([1.0, 20.0]), lost=st.booleans())
    def open(self, factor: float, lost: bool) -> None:
        self.rig = DomeRig(SimulatorSettings(speed_factor=factor, start_lost=lost))
        self.silent_since: int | None = None

    def command(self) -> None:
        self.silent_since = None

    @rule(azimuth_deg=st.floats(0.0, 359.9))
    def goto(self, azimuth_deg: float) -> None:
        with suppress(AxisRefused):
            self.rig.axis.goto(azimuth_deg)
            self.command()

    @rule(turn_deg=st.floats(-30.0, 30.0))
    def move_by(self, turn_deg: float) -> None:
        with suppress(AxisRefused):
            self.rig.axis.move_by(turn_deg)
            self.command()

    @rule(direction=st.sampled_from([1, -1]))
    def jog(self, direction: int) -> None:
        with suppress(AxisRefused):
            self.rig.axis.jog(direction)
            self.command()

    @rule()
    def stop(self) -> None:
        self.rig.axis.stop()

    @rule()
    def abort(self) -> None:
        self.rig.axis.abort()
        assert not self.rig.board.step_is_high
        self.silent_since = self.rig.board.pulses_sent

    @rule(azimuth_deg=st.floats(-720.0, 720.0))
    def sync(self, azimuth_deg: float) -> None:
        with suppress(AxisRefused):
            self.rig.axis.sync(azimuth_deg)

    @rule(azimuth_deg=st.none() | st.floats(0.0, 359.9))
    def establish(self, azimuth_deg: float | None) -> None:
        self.rig.axis.establish(azimuth_deg)

    @rule(name=st.sampled_from(FAULTS), on=st.booleans())
    def break_or_mend(self, name: str, on: bool) -> None:
        setattr(self.rig.board.faults, name, on)

    @rule(rate=st.sampled_from([0.0, 0.1, 0.6, 1.0]))
    def spoil_frames(self, rate: float) -> None:
        self.rig.board.faults.parity_error_rate = rate

    @rule(turn_deg=st.floats(-2.0, 2.0))
    def push(self, turn_deg: float) -> None:
        self.rig.board.push(turn_deg)

    @rule(travel_deg=st.floats(0.0, 3.0))
    def slip(self, travel_deg: float) -> None:
        self.rig.board.slip(travel_deg)

    @rule(seconds=st.floats(0.02, 4.0))
    def live(self, seconds: float) -> None:
        self.rig.live(seconds)

    @rule(seconds=st.floats(0.02, 2.0))
    def sleep_through(self, seconds: float) -> None:
        self.rig.wall_s += seconds / self.rig.settings.speed_factor

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "rig"):
            return
        axis, board, mechanics = self.rig.axis, self.rig.board, self.rig.mechanics
        assert 0.0 <= axis.azimuth_deg < 360.0
        assert axis.target_deg is None or 0.0 <= axis.target_deg < 360.0
        assert abs(axis.direction) <= 1
        assert 0 <= axis.encoder_count < 1024
        assert all(abs(rate) <= mechanics.max_rate_steps_s + 1e-6 for rate in self.rig.rates())
        assert all(jump <= 2.0 * mechanics.acceleration_steps_s2 * 0.02 + 1e-6 for jump in self.rig.jumps())
        del self.rig.trace[:-1]
        if self.silent_since is not None:
            assert board.pulses_sent == self.silent_since
            assert board.pending_steps() == 0
            assert not board.step_is_high
        if axis.fault is not None:
            assert axis.fault.text
            assert board.pending_steps() == 0


AxisMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestAxisMachine = AxisMachine.TestCase
