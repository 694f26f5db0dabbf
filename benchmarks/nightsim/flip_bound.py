"""What a flip must cost, whoever decides: the gap between the two windows at the dome's full speed."""

from dataclasses import dataclass
from math import asin, degrees

from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.pier import PierSide
from astro.pointing import Pointing


@dataclass(frozen=True, slots=True)
class FlipBound:
    """Geometry of one flip."""

    before_deg: float
    """Dome azimuth with the tube west, degrees."""
    after_deg: float
    """The same with the tube east, degrees."""
    jump_deg: float
    """Turn of the dome, the shorter way, degrees, not negative."""
    gap_deg: float
    """What lies between the windows, degrees: no dome azimuth in it is good for either side."""
    blocked_s: float
    """Least time without a clear view, seconds."""
    at_once_s: float
    """The same for a dome that stands in the middle and starts with the flip, seconds."""


def flip_bound(
    truth: DomeModel, pointing: Pointing, clearance_m: float, rate_deg_s: float, mount_s: float = 0.0
) -> FlipBound:
    """Compute the least loss of a flip.

    Args:
        truth: the dome.
        pointing: where the flip takes place.
        clearance_m: free play of the beam to either side, metres.
        rate_deg_s: full speed of the dome, degrees per second.
        mount_s: how long the mount itself needs, seconds; nothing is exposed meanwhile.

    Returns:
        The geometry and the bound.

    Source: abaque-science, section 4: gap = jump - w(before) - w(after), blocked >= max(0, gap / v - T).
    """
    west, east = truth.dome_azimuth(pointing, PierSide.WEST), truth.dome_azimuth(pointing, PierSide.EAST)
    jump_deg = abs(difference_deg(east, west))
    before_deg, after_deg = (
        half_window_deg(truth.slit_radius_m(pointing, side), clearance_m) for side in (PierSide.WEST, PierSide.EAST)
    )
    gap_deg = max(0.0, jump_deg - before_deg - after_deg)
    least_s, at_once_s = (
        max(0.0, turn_deg / rate_deg_s - mount_s) for turn_deg in (gap_deg, max(0.0, jump_deg - after_deg))
    )
    return FlipBound(west, east, jump_deg, gap_deg, least_s, at_once_s)


def half_window_deg(radius_m: float, clearance_m: float) -> float:
    """Tell how far the dome may be off: asin(c / rho), 180 where every azimuth is clear, degrees."""
    return 180.0 if clearance_m >= radius_m else degrees(asin(clearance_m / radius_m))
