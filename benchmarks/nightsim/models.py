"""What the policies know of the dome: the truth, a fit to a noisy table, a measured table."""

import os
from math import asin, degrees
from pathlib import Path
from random import Random

from astro.abaque import Abaque, AbaquePoint
from astro.angles import normalise_deg
from astro.fit import fit
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE_TABLE = ROOT / "data" / "Loi_coupole.xlsx"
MEASURED_TABLE = Path(
    os.environ.get("INDI_DOME_MEASURED_TABLE", ROOT.parent / "shared" / "data" / "Loi_coupole_measured.xlsx")
)
"""A real observatory's table, where it is at hand."""
ALTITUDES_DEG = (30.0, 45.0, 53.0, 60.0, 65.0, 70.0, 72.5, 75.0, 77.5, 80.0, 85.0)
AZIMUTHS_DEG = (*range(0, 181, 15), 182, *range(195, 346, 15))


def default_table() -> Path:
    """Give the measured table where it is at hand, else the example that is delivered."""
    return MEASURED_TABLE if MEASURED_TABLE.exists() else EXAMPLE_TABLE


def noisy_table(truth: Geometry, noise_mm: float, seed: int = 1) -> Abaque:
    """Measure a dome with scatter, on the usual grid.

    Args:
        truth: the dome.
        noise_mm: scatter at the slit, one sigma, millimetres.
        seed: of the scatter.

    Returns:
        The table, in whole degrees.
    """
    chance, points = Random(seed), []
    for altitude_deg in ALTITUDES_DEG:
        for azimuth_deg in AZIMUTHS_DEG:
            side = PierSide.WEST if azimuth_deg <= 180 else PierSide.EAST
            pointing = Pointing(altitude_deg, azimuth_deg)
            share = chance.gauss(0.0, noise_mm / 1000.0) / (2.0 * truth.slit_radius_m(pointing, side))
            off_deg = degrees(2.0 * asin(max(-1.0, min(1.0, share))))
            dome_deg = normalise_deg(round(truth.dome_azimuth(pointing, side) + off_deg))
            points.append(AbaquePoint(altitude_deg, azimuth_deg, dome_deg, f"{altitude_deg:g}", "simulated"))
    return Abaque(tuple(points), "simulated table")


def fitted_model(truth: Geometry, noise_mm: float, seed: int = 1) -> Geometry:
    """Give what a person would get who measures this dome with scatter and fits the table; arguments as above."""
    if noise_mm <= 0.0:
        return truth
    return fit(noisy_table(truth, noise_mm, seed), truth.latitude_deg, truth.radius_m).geometry
