"""Tables made from a known geometry, and the measured one of an observatory where it is to be had."""

import math
import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from astro.abaque import Abaque, AbaquePoint
from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

ROOT = Path(__file__).resolve().parents[2]
MEASURED = Path(
    os.environ.get("INDI_DOME_MEASURED_TABLE", ROOT.parent / "shared" / "data" / "Loi_coupole_measured.xlsx")
)
needs_measured = pytest.mark.skipif(not MEASURED.exists(), reason=f"the measured table is not here ({MEASURED})")

ALTITUDES_DEG = (30.0, 45.0, 53.0, 60.0, 65.0, 70.0, 72.5, 75.0, 77.5, 80.0, 85.0)
AZIMUTHS_DEG = (*range(0, 181, 15), 182, *range(195, 346, 15))
TRUTH = Geometry(1.2, 0.005, 0.070, -0.138, 0.410, 44.15, -0.88, -0.88)


def natural_side(azimuth_deg: float) -> PierSide:
    """Give the side on which a mount that has not passed the meridian holds its tube."""
    return PierSide.WEST if azimuth_deg <= 180.0 else PierSide.EAST


def table(
    truth: Geometry, noise_mm: float = 0.0, seed: int = 1, altitudes: tuple[float, ...] = ALTITUDES_DEG
) -> Abaque:
    """Make a table from a geometry, with scatter at the slit, rounded to whole degrees."""
    chance, points = random.Random(seed), []
    for altitude in altitudes:
        for row, azimuth in enumerate(AZIMUTHS_DEG):
            pointing, side = Pointing(altitude, azimuth), natural_side(azimuth)
            rho = truth.slit_radius_m(pointing, side)
            scatter = max(-1.0, min(1.0, chance.gauss(0.0, noise_mm / 1000.0) / (2.0 * rho)))
            dome = truth.dome_azimuth(pointing, side) + math.degrees(2.0 * math.asin(scatter))
            points.append(AbaquePoint(altitude, azimuth, normalise_deg(round(dome)), f"h{altitude:g}", f"C{row + 5}"))
    return Abaque(tuple(points), "made.xlsx")


def edited(abaque: Abaque, change: Callable[[AbaquePoint], AbaquePoint]) -> Abaque:
    """Change a table point by point."""
    return Abaque(tuple(change(point) for point in abaque.points), abaque.source)


def rms_to_truth_mm(fitted: DomeModel, truth: DomeModel) -> float:
    """Compare two models over the sky above 20 degrees, each patch by its area, on the natural side."""
    squares = []
    for altitude in np.arange(20.0, 89.5, 3.0):
        for azimuth in np.arange(2.0, 360.0, 6.0):
            pointing, side = Pointing(float(altitude), float(azimuth)), natural_side(float(azimuth))
            turn = difference_deg(fitted.dome_azimuth(pointing, side), truth.dome_azimuth(pointing, side))
            lateral = 2000.0 * truth.slit_radius_m(pointing, side) * math.sin(math.radians(turn) / 2.0)
            squares.append(lateral**2 * math.cos(math.radians(altitude)))
    weights = sum(math.cos(math.radians(a)) * 60 for a in np.arange(20.0, 89.5, 3.0))
    return math.sqrt(sum(squares) / weights)
