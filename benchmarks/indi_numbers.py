"""How far INDI's own geometry is from the metal over the sky, and which lengths come nearest to numbers tuned for it.

Not a benchmark of speed: it makes the figures of docs/indi-geometry.md. Lengths are shares of the dome's radius.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from support import ROOT  # noqa: F401 - puts the project on the path

from astro.dome_model import DomeModel
from astro.geometry import Geometry
from astro.indi_geometry import IndiGeometry
from astro.pier import PierSide
from astro.pointing import Pointing

LATITUDES_DEG = (-33.0, 30.0, 44.15, 55.0)
OFFSETS = (0.25, 1.0 / 3.0, 0.42)
Make = Callable[[Geometry], DomeModel]


def sky(rows: int, columns: int) -> list[tuple[Pointing, PierSide]]:
    """Spread pointings evenly over the sky above altitude 20 degrees, on the natural side."""
    heights = np.linspace(math.sin(math.radians(20.0)), math.sin(math.radians(88.0)), rows)
    azimuths = (np.arange(columns) + 0.5) * 360.0 / columns
    return [
        (Pointing(math.degrees(math.asin(height)), azimuth), PierSide.WEST if azimuth < 180.0 else PierSide.EAST)
        for height in heights.tolist()
        for azimuth in azimuths.tolist()
    ]


def beside(model: DomeModel, truth: DomeModel, asked: Sequence[tuple[Pointing, PierSide]]) -> npt.NDArray[np.float64]:
    """Tell how far one slit stands beside the other, for each pointing."""
    slits = [(model.slit(*each), truth.slit(*each)) for each in asked]
    turns = np.radians([one.azimuth_deg - other.azimuth_deg for one, other in slits])
    radii = np.array([other.radius_m for _, other in slits])
    return np.asarray(2.0 * radii * np.sin(turns / 2.0))


def nearest(known: Geometry, made: Make, sought: Make) -> tuple[Geometry, float, float]:
    """Find the lengths with which one formula comes nearest to the other; east stays 0 by symmetry.

    Returns:
        The lengths, and the root mean square and largest distance that remain.
    """
    asked = sky(16, 36)

    def with_lengths(trial: npt.NDArray[np.float64]) -> Geometry:
        return Geometry(1.0, 0.0, *(float(each) for each in trial), known.latitude_deg)

    found = least_squares(
        lambda trial: beside(sought(with_lengths(trial)), made(known), asked),
        [known.north_m, known.up_m, known.tube_offset_m],
        diff_step=1e-5,
    )
    return with_lengths(found.x), float(np.sqrt(np.mean(found.fun**2))), float(np.max(np.abs(found.fun)))


def metal(lengths: Geometry) -> DomeModel:
    """Give the geometry itself."""
    return lengths


def main() -> None:
    """Print both tables."""
    print("INDI's slit beside the beam with true lengths (all 0 but the tube offset), mm for a radius of 1.2 m")
    for latitude in LATITUDES_DEG:
        for offset in OFFSETS:
            lengths = Geometry(1.0, 0.0, 0.0, 0.0, offset, latitude)
            off_mm = 1200.0 * np.abs(beside(IndiGeometry(lengths), lengths, sky(37, 72)))
            figures = f"median {np.median(off_mm):.0f}, 95 % {np.quantile(off_mm, 0.95):.0f}, max {off_mm.max():.0f}"
            print(f"  latitude {latitude:6.2f}, offset {offset:.2f} R: {figures}")
    for title, made, sought in (
        ("true lengths -> the numbers with which INDI comes nearest", metal, IndiGeometry),
        ("numbers tuned in INDI -> the true lengths that come nearest to them", IndiGeometry, metal),
    ):
        print(f"{title}: change of north, up, tube offset (shares of R); what remains, mm for a radius of 1.2 m")
        for latitude in LATITUDES_DEG:
            for offset in OFFSETS:
                known = Geometry(1.0, 0.0, 0.0, 0.0, offset, latitude)
                found, rms, most = nearest(known, made, sought)
                changes = f"{found.north_m:+.3f} {found.up_m:+.3f} {found.tube_offset_m - offset:+.3f}"
                remains = f"{1200 * rms:.0f} ({1200 * most:.0f} at most)"
                print(f"  latitude {latitude:6.2f}, offset {offset:.2f} R: {changes}; {remains}")


if __name__ == "__main__":
    main()
