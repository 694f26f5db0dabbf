"""The fitted geometry where nothing was measured: whole altitudes are held out and predicted from the others."""

import math

import pytest
from made_tables import MEASURED, TRUTH, needs_measured, table

from astro.abaque import Abaque
from astro.angles import difference_deg
from astro.fit import fit
from astro.pointing import Pointing

HELD_OUT = [(30.0,), (85.0,), (80.0, 85.0), (30.0, 45.0)]


def lateral_rms_mm(abaque: Abaque, held_out: tuple[float, ...]) -> float:
    """Fit without some altitudes; compare with the clean points of those (judged, and their sides given, by all)."""
    left_out = [
        each for each in fit(abaque, 44.15, 1.2).points if each.is_clean and each.point.altitude_deg in held_out
    ]
    kept = tuple(point for point in abaque.points if point.altitude_deg not in held_out)
    geometry = fit(Abaque(kept, abaque.source), 44.15, 1.2).geometry
    squares = []
    for each in left_out:
        slit = geometry.slit(Pointing(each.point.altitude_deg, each.point.azimuth_deg), each.side)
        turn = math.radians(difference_deg(each.point.dome_azimuth_deg, slit.azimuth_deg))
        squares.append((2000.0 * slit.radius_m * math.sin(turn / 2.0)) ** 2)
    assert len(squares) >= 24 * len(held_out) - 2
    return math.sqrt(sum(squares) / len(squares))


@needs_measured
@pytest.mark.parametrize("held_out", HELD_OUT, ids=str)
def test_the_measured_table_is_predicted_beyond_its_ends(held_out: tuple[float, ...]) -> None:
    assert lateral_rms_mm(Abaque.load(MEASURED), held_out) <= 30.0


@pytest.mark.parametrize("held_out", HELD_OUT, ids=str)
def test_a_made_table_is_predicted_to_its_scatter(held_out: tuple[float, ...]) -> None:
    assert lateral_rms_mm(table(TRUTH, 20.0, seed=4), held_out) <= 25.0
