"""The stepper drive as the axis feeds it: trains of pulses along the ramp, and what of them has reached the dome."""

from collections.abc import Callable

from indi_dome_driver.hardware.seam import PulseTrain, StepperMotor
from indi_dome_driver.play import Play
from indi_dome_driver.profile import (
    REST,
    RampLimits,
    Segment,
    brake_segment,
    braking_distance,
    next_segment,
    rest_rate_hz,
)

_SEGMENT_S = 0.020
"""Length of one train: short enough for a smooth ramp, long enough for few trains."""
_MOST_TRAINS = 64


class Stepping:
    """Queue pulses, and count in turns of the dome.

    Args:
        motor: the drive.
        ramp: what it can follow.
        steps_per_deg: pulses per degree of dome.
    """

    def __init__(self, motor: StepperMotor, ramp: RampLimits, steps_per_deg: float) -> None:
        self._motor = motor
        self._ramp = ramp
        self._steps_per_deg = steps_per_deg
        self._rest_rate_hz = rest_rate_hz(ramp, _SEGMENT_S)
        self._rate_hz = 0.0
        self._carry = 0.0
        self._queued_steps = 0
        self._planned = Play()
        """Follows the pulses as they are queued."""
        self._sent = Play()
        """Follows them as the motor makes them."""
        self.pending_steps = 0
        """Pulses queued and not yet made, signed; as of the last poll and what was queued since."""

    @property
    def turned_deg(self) -> float:
        """Give the turn of the dome that the pulses made so far are worth, signed, degrees."""
        return self._sent.dome_steps / self._steps_per_deg

    @property
    def coming_deg(self) -> float:
        """Give the turn of the dome that the waiting pulses are worth, signed, degrees."""
        return (self._planned.dome_steps - self._sent.dome_steps) / self._steps_per_deg

    @property
    def stopping_deg(self) -> float:
        """Give the turn until the dome could rest: what waits, and the ramp down, signed, degrees."""
        return self.coming_deg + braking_distance(self._rate_hz, self._ramp.acceleration_hz_s) / self._steps_per_deg

    @property
    def may_rest(self) -> bool:
        """Tell whether the motor is slow enough to stop without a ramp."""
        return abs(self._rate_hz) <= self._rest_rate_hz

    @property
    def direction(self) -> int:
        """Tell where the waiting pulses turn: +1, -1, or 0 without any."""
        return (self.pending_steps > 0) - (self.pending_steps < 0)

    def heads_away(self, remaining_deg: float) -> bool:
        """Tell whether the motor turns away from what remains."""
        return remaining_deg * self._rate_hz < 0.0

    @property
    def play_steps(self) -> int:
        """Give the pulses that each reversal takes up."""
        return self._sent.steps

    def forget_side(self) -> None:
        """Take nothing up at the next reversal, because it went wrong; only while nothing waits."""
        self.set_play(self.play_steps)

    def set_play(self, steps: int) -> None:
        """Take up so many pulses at each reversal from now on; only while nothing waits.

        Args:
            steps: pulses, >= 0.
        """
        self._planned.resize(steps)
        self._sent.resize(steps)

    def poll(self) -> None:
        """Ask the drive what still waits.

        Raises:
            HardwareError: it does not answer.
        """
        self.pending_steps = self._motor.pending_steps()
        self._sent.follow(self._queued_steps - self.pending_steps)

    def toward(self, remaining_deg: float) -> Segment:
        """Plan the next stretch of a move.

        Args:
            remaining_deg: turn of the dome beyond what waits, signed, degrees; ±inf to turn until told otherwise.
        """
        sign = (remaining_deg > 0.0) - (remaining_deg < 0.0)
        pulses = remaining_deg * self._steps_per_deg + (sign * self._planned.slack(sign) if sign else 0)
        return next_segment(pulses, self._rate_hz, self._ramp, _SEGMENT_S, self._carry)

    def braking(self) -> Segment:
        """Plan the next stretch of a stop along the ramp."""
        return brake_segment(self._rate_hz, self._ramp, _SEGMENT_S, self._carry)

    def feed(self, ahead_s: float, plan: Callable[[], Segment]) -> bool:
        """Queue pulses until enough wait.

        Args:
            ahead_s: how long those waiting shall last, seconds.
            plan: gives the next stretch; REST ends the motion.

        Returns:
            True when the plan came to rest.

        Raises:
            HardwareError: the drive does not take them.
        """
        backlog_s = self._motor.backlog_s()
        if backlog_s <= 0.0:
            self._rate_hz = self._carry = 0.0
        for _ in range(_MOST_TRAINS):
            if backlog_s >= ahead_s:
                return False
            segment = plan()
            if segment.pulses == REST.pulses:
                self._rate_hz = self._carry = 0.0
                return True
            train = PulseTrain(1 if segment.pulses > 0 else -1, abs(segment.rate_hz), abs(segment.pulses))
            if not self._motor.queue(train, joins=not self.may_rest):
                # This process was kept waiting and the pulses ran out: begin again from rest at the next turn.
                self._rate_hz = self._carry = 0.0
                return False
            self._queued_steps += segment.pulses
            self.pending_steps += segment.pulses
            self._planned.follow(self._queued_steps)
            self._rate_hz, self._carry = segment.rate_hz, segment.carry
            backlog_s += train.duration_s
        return False

    def cut(self) -> None:
        """Drop what waits, at once; the counts are right even if the drive does not take the order.

        Raises:
            Exception: whatever the drive raises.
        """
        try:
            self._motor.stop()
        finally:
            self._rate_hz = self._carry = 0.0
            self._queued_steps -= self.pending_steps
            self.pending_steps = 0
            self._sent.follow(self._queued_steps)
            self._planned.take(self._sent)
