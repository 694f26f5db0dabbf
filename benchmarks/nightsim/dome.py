"""The dome that turns: ramps, lost motion at reversals, an encoder that errs, moves that end near their target."""

from dataclasses import dataclass
from math import radians, sin
from random import Random

from astro.angles import difference_deg, normalise_deg
from benchmarks.nightsim.observatory import Drive
from indi_dome_driver.play import Play
from indi_dome_driver.profile import REST, RampLimits, next_segment

PULSES_PER_DEG = 1000.0
"""Fine enough that whole pulses do not show; the real drive has nearly six times as many."""
_SEGMENT_S = 0.1


@dataclass(slots=True)
class Log:
    """What the dome did so far."""

    moves: int = 0
    """Commands that were carried out."""
    travel_deg: float = 0.0


class SimulatedDome:
    """Turns by the driver's own ramps (`indi_dome_driver.profile`) and play (`indi_dome_driver.play`).

    Args:
        drive: how it moves.
        azimuth_deg: where it stands at first, degrees.
        seed: of the scatter of its stops.
    """

    def __init__(self, drive: Drive, azimuth_deg: float, seed: int = 1) -> None:
        self._drive = drive
        rate_hz = drive.rate_deg_s * PULSES_PER_DEG
        self._limits = RampLimits(rate_hz, rate_hz / max(drive.ramp_s, 1e-3))
        self._play = Play(round(drive.backlash_deg * PULSES_PER_DEG))
        self._chance = Random(seed)
        self._origin_deg = azimuth_deg
        self._given = 0
        self._rate_hz = self._carry = self._ahead_s = 0.0
        self._stop_at = 0
        self.log = Log()
        self.moving = False
        self.goal_deg: float | None = None
        """Where the present move ends, as it was commanded, degrees."""

    @property
    def azimuth_deg(self) -> float:
        """Give where the slit is in truth, degrees in [0, 360)."""
        return normalise_deg(self._origin_deg + self._play.dome_steps / PULSES_PER_DEG)

    @property
    def reading_deg(self) -> float:
        """Give what the encoder says, degrees in [0, 360)."""
        return normalise_deg(self.azimuth_deg + self._error_deg(self.azimuth_deg))

    def goto(self, azimuth_deg: float) -> bool:
        """Begin a move by the shorter way; one under way takes the new target, if the drive can do that.

        Args:
            azimuth_deg: reading at which to stop, degrees.

        Returns:
            False when the command is lost because the dome moves already.
        """
        if self.moving and not self._drive.retargetable:
            return False
        off_deg = self._chance.uniform(-1.0, 1.0) * self._drive.tolerance_deg
        stop_deg = azimuth_deg + off_deg - self._error_deg(azimuth_deg)
        self._stop_at = self._play.dome_steps + round(difference_deg(stop_deg, self.azimuth_deg) * PULSES_PER_DEG)
        self.goal_deg, self.moving = normalise_deg(azimuth_deg), True
        self.log.moves += 1
        return True

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Args:
            seconds: how much, >= 0.
        """
        if not self.moving:
            return
        left_s = seconds - self._ahead_s
        before = self._play.dome_steps
        while left_s > 0.0 and self.moving:
            ahead = self._stop_at - self._play.dome_steps
            way = 1 if ahead > 0 else -1
            remaining = ahead + way * self._play.slack(way) if ahead else 0
            segment = next_segment(remaining, self._rate_hz, self._limits, _SEGMENT_S, self._carry)
            if segment == REST:
                self._rate_hz = self._carry = left_s = 0.0
                self.moving, self.goal_deg = False, None
                break
            self._rate_hz, self._carry = segment.rate_hz, segment.carry
            self._given += segment.pulses
            self._play.follow(self._given)
            left_s -= abs(segment.pulses / segment.rate_hz)
        self._ahead_s = max(0.0, -left_s)
        self.log.travel_deg += abs(self._play.dome_steps - before) / PULSES_PER_DEG

    def _error_deg(self, azimuth_deg: float) -> float:
        return self._drive.encoder_error_deg * sin(radians(azimuth_deg))
