"""The window of dome azimuths through which a beam passes, and the azimuth that stays inside for longest."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, degrees, radians, sin

from astro.angles import difference_deg, normalise_deg

NARROWEST_DEG = 0.25
"""No window is taken for narrower: a dome cannot be placed much better, and would never come to rest."""


def lateral_m(radius_m: float, error_deg: float) -> float:
    """Measure how far a beam is from the centre plane of the slit.

    Up to a right angle this is the distance from the plane, radius x sin(error). Beyond, the slit is behind the beam:
    the figure goes on growing, up to twice the radius on the opposite side, so that smaller always means better.

    Args:
        radius_m: distance of the slit point from the dome's rotation axis, metres.
        error_deg: dome azimuth minus the azimuth of the slit point, degrees in -180...180.

    Returns:
        Metres, not negative.
    """
    sine = sin(radians(abs(error_deg)))
    return radius_m * (sine if abs(error_deg) <= 90.0 else 2.0 - sine)


def half_width_deg(radius_m: float, play_m: float) -> float:
    """Tell how far the dome may be off before a beam is this far from the slit's centre plane.

    The inverse of `lateral_m`; near the dome's zenith every azimuth will do (abaque-science, section 4: asin(c / rho)).

    Args:
        radius_m: distance of the slit point from the rotation axis, metres.
        play_m: allowed distance from the centre plane, metres.

    Returns:
        Degrees in 0.25...180.
    """
    if play_m >= 2.0 * radius_m:
        return 180.0
    if play_m > radius_m:
        return 180.0 - degrees(asin(2.0 - play_m / radius_m))
    return max(NARROWEST_DEG, degrees(asin(max(0.0, play_m) / radius_m)))


@dataclass(frozen=True, slots=True)
class Window:
    """Dome azimuths that are good at one moment."""

    centre_deg: float
    """Azimuth of the slit point, degrees."""
    half_width_deg: float
    """How far from it the dome may stand, degrees."""

    def holds(self, azimuth_deg: float) -> bool:
        """Tell whether a dome azimuth is inside."""
        return abs(difference_deg(azimuth_deg, self.centre_deg)) <= self.half_width_deg


@dataclass(frozen=True, slots=True)
class Common:
    """The dome azimuths that are good in a number of windows one after the other."""

    low_deg: float
    high_deg: float
    """Not below `low_deg`; both in degrees, any turn."""
    count: int
    """How many windows, from the first on, they are good in."""

    @property
    def middle_deg(self) -> float:
        """Give the azimuth farthest from both ends, degrees in [0, 360)."""
        return normalise_deg((self.low_deg + self.high_deg) / 2.0)

    def edge_deg(self, sign: float) -> float:
        """Give the clockwise (sign > 0) or the other end, degrees in [0, 360)."""
        return normalise_deg(self.high_deg if sign > 0.0 else self.low_deg)


def common(windows: Iterable[Window]) -> Common:
    """Intersect windows until nothing is left: standing there, the dome need not move for longest.

    Taking each time the azimuths that last longest makes the fewest moves of all ways to stay inside.

    Args:
        windows: in the order of time, at least one; later ones are not asked for when an earlier one ends it.

    Returns:
        What the first windows have in common.

    Raises:
        ValueError: there is no window.
    """
    found: Common | None = None
    for window in windows:
        if found is None:
            low = window.centre_deg - window.half_width_deg
            found = Common(low, window.centre_deg + window.half_width_deg, 1)
            continue
        if window.half_width_deg >= 180.0:
            found = Common(found.low_deg, found.high_deg, found.count + 1)
            continue
        middle = (found.low_deg + found.high_deg) / 2.0
        centre = middle + difference_deg(window.centre_deg, middle)
        low = max(found.low_deg, centre - window.half_width_deg)
        high = min(found.high_deg, centre + window.half_width_deg)
        if low > high:
            break
        found = Common(low, high, found.count + 1)
    if found is None:
        raise ValueError("no window to stand in")
    return found
