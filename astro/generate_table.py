"""Makes a table from a known geometry: to try things out, and to see what scatter does."""

import random
from collections.abc import Sequence
from math import asin, degrees

from astro.abaque import Abaque, AbaquePoint
from astro.angles import normalise_deg
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

ALTITUDES_DEG = (30.0, 45.0, 53.0, 60.0, 65.0, 70.0, 72.5, 75.0, 77.5, 80.0, 85.0)
AZIMUTHS_DEG = (*map(float, range(0, 181, 15)), 182.0, *map(float, range(195, 346, 15)))
"""The grid on which tables are usually measured: the tube west of the pier up to 180, east beyond."""


def generate_table(
    geometry: Geometry,
    altitudes_deg: Sequence[float] = ALTITUDES_DEG,
    azimuths_deg: Sequence[float] = AZIMUTHS_DEG,
    *,
    noise_mm: float = 0.0,
    seed: int = 0,
    step_deg: float | None = 1.0,
    source: str = "generated",
) -> Abaque:
    """Compute what a person would have measured.

    Args:
        geometry: of the dome.
        altitudes_deg: of the telescope.
        azimuths_deg: of the telescope, 0...360; up to 180 with the tube west of the pier, beyond with the tube east.
        noise_mm: scatter (1 sigma) of the slit beside the beam, millimetres; the angle that it makes grows towards the
            dome's zenith, as with a real sighting.
        seed: of the scatter: the same one gives the same table.
        step_deg: dome azimuths are rounded to multiples of this, as a person reads a scale; None for the full figure.
        source: name for people.

    Returns:
        The table; its points have no place in any file yet.

    Raises:
        ModelError: a line of sight misses the dome.
    """
    chance = random.Random(seed)  # noqa: S311 - scatter, not a secret
    points: list[AbaquePoint] = []
    for altitude_deg in altitudes_deg:
        for azimuth_deg in azimuths_deg:
            pointing = Pointing(altitude_deg, azimuth_deg)
            side = PierSide.WEST if azimuth_deg <= 180.0 else PierSide.EAST
            dome_deg = geometry.dome_azimuth(pointing, side)
            if noise_mm:
                chord = chance.gauss(0.0, noise_mm / 1000.0) / (2.0 * geometry.slit_radius_m(pointing, side))
                dome_deg += degrees(2.0 * asin(max(-1.0, min(1.0, chord))))
            if step_deg:
                dome_deg = round(dome_deg / step_deg) * step_deg
            points.append(
                AbaquePoint(altitude_deg, azimuth_deg, normalise_deg(dome_deg), "", f"point {len(points) + 1}")
            )
    return Abaque(tuple(points), source)
