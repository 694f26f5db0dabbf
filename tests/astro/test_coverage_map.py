"""The coverage of a table: every point is counted where it belongs, and empty parts of the sky are named."""

from astro.abaque import AbaquePoint
from astro.coverage import Coverage, coverage_of
from astro.generate_table import generate_table
from astro.geometry import Geometry
from astro.pier import PierSide

DOME = Geometry(1.2, 0.0, 0.05, -0.1, 0.4, 44.15)


def cover(*points: tuple[float, float, PierSide | None]) -> Coverage:
    return coverage_of((AbaquePoint(alt, az, 0.0, "", ""), side) for alt, az, side in points)


def cells(coverage: Coverage, side: PierSide) -> set[tuple[int, int, int]]:
    rows = coverage.counts[side]
    return {(band, sector, n) for band, row in enumerate(rows) for sector, n in enumerate(row) if n}


def test_meridian_points_belong_to_the_half_of_their_side() -> None:
    found = cover(
        (45.0, 180.0, PierSide.WEST),
        (45.0, 180.0, PierSide.EAST),
        (45.0, 0.0, PierSide.WEST),
        (45.0, 0.0, PierSide.EAST),
        (45.0, 360.0, PierSide.EAST),
        (45.0, 190.0, PierSide.WEST),
    )
    assert cells(found, PierSide.WEST) == {(3, 5, 1), (3, 0, 1), (3, 6, 1)}
    assert cells(found, PierSide.EAST) == {(3, 6, 1), (3, 11, 2)}


def test_altitudes_and_unknown_sides() -> None:
    found = cover((5.0, 10.0, None), (90.0, 200.0, None), (89.9, 200.0, PierSide.NONE), (29.99, 10.0, None))
    assert cells(found, PierSide.WEST) == {(0, 0, 1), (1, 0, 1)}
    assert cells(found, PierSide.EAST) == {(5, 6, 2)}


def test_gaps_are_joined_and_named() -> None:
    table = generate_table(DOME, (20.0, 40.0, 50.0, 70.0, 80.0))
    kept = [p for p in table.points if not (p.altitude_deg == 50.0 and 60.0 <= p.azimuth_deg < 150.0)]
    kept = [p for p in kept if not (p.altitude_deg == 70.0 and p.azimuth_deg >= 330.0)]
    gaps = coverage_of((point, None) for point in kept).gaps
    assert [gap.words for gap in gaps] == [
        "tube west, altitude 45-60°, azimuth 60-150°",
        "tube east, altitude 60-75°, azimuth 330-360°",
    ]
    assert coverage_of((point, None) for point in table.points).gaps == []
