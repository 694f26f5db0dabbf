"""How fast the dome turns, measured, and the time limits that follow from it."""

from collections.abc import Sequence
from itertools import pairwise

from astro.angles import difference_deg

UNKNOWN_SPEED_DEG_S = 0.25
"""Assumed before anything was measured: a full turn in 24 minutes; few domes are slower."""
ALLOWANCE_S = 15.0
"""For starting, settling and reporting, whatever the distance."""
FACTOR = 2.0
"""A move may take this many times what the measured speed says: acceleration, wind, a second approach."""
LEAST_TURN_DEG = 3.0
"""Shorter tracks say nothing about the speed."""


class Speed:
    """The measured speed of the dome; the slowest move counts."""

    def __init__(self) -> None:
        self.deg_s: float | None = None
        """Degrees per second; None before the first move that was long enough."""

    def learn(self, track: Sequence[tuple[float, float]]) -> None:
        """Take what a move showed.

        Args:
            track: (when in seconds, azimuth in degrees) of its reports, in order.
        """
        turned_deg = sum(abs(difference_deg(b[1], a[1])) for a, b in pairwise(track))
        if turned_deg < LEAST_TURN_DEG:
            return
        seconds = track[-1][0] - track[0][0]
        if seconds <= 0:
            return
        measured = turned_deg / seconds
        self.deg_s = measured if self.deg_s is None else min(self.deg_s, measured)

    def limit_s(self, turn_deg: float) -> float:
        """Tell how long a turn may take before it counts as never ending, seconds."""
        speed = UNKNOWN_SPEED_DEG_S if self.deg_s is None else self.deg_s
        return ALLOWANCE_S + FACTOR * abs(turn_deg) / speed

    def turn_s(self, turn_deg: float) -> float:
        """Tell how long a turn about takes, seconds."""
        return abs(turn_deg) / (UNKNOWN_SPEED_DEG_S if self.deg_s is None else self.deg_s)

    def turn_deg(self, seconds: float, most_deg: float = 170.0) -> float:
        """Tell how far to go so that a move lasts at least this long, degrees; the most while the speed is unknown."""
        return most_deg if self.deg_s is None else min(most_deg, max(10.0, self.deg_s * seconds))
