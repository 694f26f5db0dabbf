"""The reference lookup: equal to what the published program computes, everywhere."""

import os
from pathlib import Path

import pytest

from astro.abaque import Abaque
from astro.angles import difference_deg
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.reference_lookup import ReferenceLookup

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
MEASURED = Path(
    os.environ.get("INDI_DOME_MEASURED_TABLE", ROOT.parent / "shared" / "data" / "Loi_coupole_measured.xlsx")
)
needs_measured = pytest.mark.skipif(not MEASURED.exists(), reason=f"the measured table is not here ({MEASURED})")
DOME = Geometry(1.2, 0.0, 0.05, -0.1, 0.4, 44.15)


def lookup_of(path: Path) -> ReferenceLookup:
    points = Abaque.load(path).points
    return ReferenceLookup([(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg) for p in points], DOME)


def worst_deg(lookup: ReferenceLookup, golden: Path) -> float:
    rows = [line.split() for line in golden.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(rows) >= 160
    return max(
        abs(difference_deg(float(dome), lookup.dome_azimuth(Pointing(float(alt), float(az)), side)))
        for alt, az, dome in rows
        for side in PierSide
    )


def test_example_table_gives_the_published_values() -> None:
    assert worst_deg(lookup_of(ROOT / "data" / "Loi_coupole.xlsx"), GOLDEN / "reference_example.txt") < 1e-9


@needs_measured
def test_measured_table_gives_the_published_values() -> None:
    assert worst_deg(lookup_of(MEASURED), GOLDEN / "reference_measured.txt") < 1e-9


GRID = [(30.0, 0.0, 350.0), (30.0, 90.0, 10.0), (60.0, 0.0, 100.0), (60.0, 90.0, 280.0), (60.0, 45.0, 1.0)]


@pytest.mark.parametrize(
    ("altitude_deg", "azimuth_deg", "expected_deg"),
    [
        (30.0, 45.0, 0.0),  # the shorter way, through north
        (60.0, 45.0, 190.0),  # exactly half a turn: the way its sign says; the node off the grid is not looked at
        (30.0, 180.0, 30.0),  # beyond the last column: straight on
        (30.0, 359.0, 350.0 + 20.0 * 359.0 / 90.0 - 360.0),  # to the very end of the circle, past north never
        (30.0, -1.0, 350.0 + 20.0 * 359.0 / 90.0 - 360.0),
        (0.0, 0.0, 240.0),  # below the first band
        (75.0, 0.0, 155.0),  # above the last one
    ],
)
def test_rules_one_by_one(altitude_deg: float, azimuth_deg: float, expected_deg: float) -> None:
    lookup = ReferenceLookup(GRID, DOME)
    found = lookup.dome_azimuth(Pointing(altitude_deg, azimuth_deg), PierSide.WEST)
    assert difference_deg(found, expected_deg) == pytest.approx(0.0, abs=1e-9)
    assert 0.0 <= found < 360.0


def test_side_counts_for_the_radius_only() -> None:
    lookup, pointing = ReferenceLookup(GRID, DOME), Pointing(50.0, 80.0)
    west, east = (lookup.dome_azimuth(pointing, side) for side in (PierSide.WEST, PierSide.EAST))
    assert west == east
    assert lookup.slit_radius_m(pointing, PierSide.EAST) == DOME.slit_radius_m(pointing, PierSide.EAST)
    assert lookup.name == "reference"


def test_what_is_no_grid_is_refused_by_the_missing_cell() -> None:
    with pytest.raises(ModelError, match=r"altitude 60° azimuth 90° is missing"):
        ReferenceLookup(GRID[:3] + GRID[4:], DOME)
    for few in ([], GRID[:2], [GRID[0], GRID[2]]):
        with pytest.raises(ModelError, match="at least two"):
            ReferenceLookup(few, DOME)
    with pytest.raises(ModelError, match="nan"):
        ReferenceLookup(GRID, DOME).dome_azimuth(Pointing(float("nan"), 0.0), PierSide.WEST)
