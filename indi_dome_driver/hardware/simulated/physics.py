"""The simulated dome itself: rotor, belt, ring, friction wheel and cam. Pure: pulses and seconds are passed in."""

import math
import random
from dataclasses import dataclass

from astro.angles import difference_deg
from indi_dome_driver.mechanics import Mechanics


@dataclass(frozen=True, slots=True)
class Drive:
    """How much the simulated drive train can take and how loose it is."""

    pull_in_hz: float = 1500.0
    """Largest difference between pulse rate and rotor speed that the rotor bridges, pulses/s."""
    pull_out_hz_s: float = 20000.0
    """Largest acceleration of the loaded rotor, pulses/s per second."""
    backlash_deg: float = 0.0
    """Play between motor and ring, degrees of dome."""
    slip_fraction: float = 0.0
    """Share of the belt's travel that never reaches the ring, 0...1."""


class Rotor:
    """Follow pulses step by step, or fall out of step when they ask too much.

    The rotor's own speed chases the pulse rate with the acceleration that its torque allows; once they are further
    apart than the pull-in rate, it stalls and every pulse is lost until they come slowly enough to catch it again.
    """

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._speed_hz = 0.0
        self._in_step = True

    def rest(self) -> None:
        """Note that the pulses stopped: the reduction holds the rotor where it is."""
        self._speed_hz = 0.0

    def follow(self, rate_hz: float, pulses: int) -> int:
        """Give the rotor some pulses.

        Args:
            rate_hz: their signed rate, pulses/s.
            pulses: how many, >= 0.

        Returns:
            Steps that the rotor made, signed.
        """
        if not self._in_step and abs(rate_hz) <= self._drive.pull_in_hz:
            self._in_step = True
        if not self._in_step or abs(rate_hz - self._speed_hz) > self._drive.pull_in_hz:
            self._in_step = False
            self._speed_hz = 0.0
            return 0
        gain = self._drive.pull_out_hz_s * pulses / abs(rate_hz)
        self._speed_hz += max(-gain, min(gain, rate_hz - self._speed_hz))
        return int(math.copysign(pulses, rate_hz))


class Belt:
    """Carry the motor's motion to the ring, with play and slip; all in degrees of dome."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._gap_deg = 0.0
        self._to_lose_deg = 0.0

    def lose(self, travel_deg: float) -> None:
        """Let the belt slip: the next travel_deg of drive, in whichever direction, never reach the ring."""
        self._to_lose_deg += abs(travel_deg)

    def pull(self, motor_deg: float) -> float:
        """Tell how far the belt would be pulled, beyond its play, if its motor's end moved; degrees of dome, signed."""
        half = self._drive.backlash_deg / 2.0
        gap = self._gap_deg + motor_deg
        return gap - max(-half, min(half, gap))

    def carry(self, motor_deg: float) -> float:
        """Move the motor's end of the belt.

        Args:
            motor_deg: signed travel of the motor, degrees of dome.

        Returns:
            Signed travel of the ring, degrees.
        """
        gap = self._gap_deg + motor_deg
        pulled = self.pull(motor_deg)
        self._gap_deg = gap - pulled
        lost = min(abs(pulled), self._to_lose_deg)
        self._to_lose_deg -= lost
        return math.copysign(abs(pulled) - lost, pulled) * (1.0 - self._drive.slip_fraction)


class Cam:
    """Close the home switch around its azimuth; it opens a little later than it closes."""

    HYSTERESIS_DEG = 0.05

    def __init__(self, mechanics: Mechanics, azimuth_deg: float) -> None:
        self._mechanics = mechanics
        self.closed = False
        self.look(azimuth_deg)

    def look(self, azimuth_deg: float) -> None:
        """Set the level for the azimuth at which the dome stands now, degrees."""
        margin = Cam.HYSTERESIS_DEG / 2.0 * (1.0 if self.closed else -1.0)
        away = abs(difference_deg(azimuth_deg, self._mechanics.home_azimuth_deg))
        self.closed = away <= self._mechanics.home_width_deg / 2.0 + margin


class Plant:
    """The whole dome: what pulses do to it, and what its sensors feel."""

    def __init__(
        self,
        mechanics: Mechanics,
        drive: Drive,
        azimuth_deg: float = 0.0,
        noise_counts: float = 0.0,
        chance: random.Random | None = None,
    ) -> None:
        self._mechanics = mechanics
        self._azimuth_deg = azimuth_deg
        self._noise_counts = noise_counts
        self._chance = chance or random.Random(1)  # noqa: S311 (noise, not secrets)
        self._pushes: list[tuple[float, float]] = []
        self._cam = Cam(mechanics, azimuth_deg)
        self.rotor = Rotor(drive)
        self.belt = Belt(drive)

    @property
    def azimuth_deg(self) -> float:
        """Give the true azimuth, unbounded: it counts whole turns too, degrees."""
        return self._azimuth_deg

    @property
    def home_closed(self) -> bool:
        """Tell whether the cam holds the switch closed."""
        return self._cam.closed

    def step(self, rate_hz: float, pulses: int) -> None:
        """Turn the motor.

        Args:
            rate_hz: signed rate of the pulses, pulses/s.
            pulses: how many, >= 0.
        """
        self._turn(self.belt.carry(self.rotor.follow(rate_hz, pulses) / self._mechanics.steps_per_deg))

    def will_stand_deg(self, steps: int) -> float:
        """Tell where the dome will stand after further steps, if the rotor follows them and nothing slips, degrees.

        Args:
            steps: steps still to come, signed.
        """
        return self._azimuth_deg + self.belt.pull(steps / self._mechanics.steps_per_deg)

    def push(self, turn_deg: float, rate_deg_s: float) -> None:
        """Begin to push the dome by hand; the belt slides.

        Args:
            turn_deg: signed turn, degrees.
            rate_deg_s: how fast, degrees/s, > 0.
        """
        self._pushes.append((turn_deg, rate_deg_s))

    def elapse(self, dt_s: float) -> None:
        """Let time pass for whatever moves without pulses, seconds."""
        left: list[tuple[float, float]] = []
        for turn_deg, rate_deg_s in self._pushes:
            moved = math.copysign(min(abs(turn_deg), rate_deg_s * dt_s), turn_deg)
            self._turn(moved)
            if moved != turn_deg:
                left.append((turn_deg - moved, rate_deg_s))
        self._pushes = left

    def encoder_count(self) -> int:
        """Read the friction wheel's shaft: 0 <= count < counts per turn, with noise."""
        exact = self._azimuth_deg * self._mechanics.counts_per_deg * self._mechanics.encoder_sign
        if self._noise_counts:
            exact += self._chance.gauss(0.0, self._noise_counts)
        return math.floor(exact) % self._mechanics.encoder_counts_per_turn

    def _turn(self, turn_deg: float) -> None:
        if turn_deg:
            self._azimuth_deg += turn_deg
            self._cam.look(self._azimuth_deg)
