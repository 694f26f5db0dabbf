"""Where on the sky a table holds measurements, on each side of the pier, and where it holds none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from astro.abaque import AbaquePoint
from astro.angles import difference_deg
from astro.pier import PierSide

SECTOR_DEG = 30
BAND_EDGES_DEG = (0, 15, 30, 45, 60, 75, 90)
FROM_DEG = 15
"""A gap below this altitude is none: hardly anybody observes there."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the sky, on the side where the tube normally hangs there, without any measurement."""

    side: PierSide
    low_deg: int
    high_deg: int
    """Altitudes."""
    from_deg: int
    to_deg: int
    """Azimuths."""

    @property
    def words(self) -> str:
        """Name it for people."""
        return (
            f"tube {self.side.label}, altitude {self.low_deg}-{self.high_deg}°, azimuth {self.from_deg}-{self.to_deg}°"
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Numbers of measurements by side, altitude band and sector of azimuth."""

    counts: dict[PierSide, tuple[tuple[int, ...], ...]]
    """A row for each band from the horizon up, a column for each sector from north through east."""

    @property
    def gaps(self) -> list[Gap]:
        """List the empty parts, neighbouring sectors joined, from the lowest band up."""
        return [gap for side in (PierSide.WEST, PierSide.EAST) for gap in _gaps(side, self.counts[side])]


def coverage_of(points: Iterable[tuple[AbaquePoint, PierSide | None]]) -> Coverage:
    """Count measurements.

    Args:
        points: each with its side; one without counts as on the normal side.

    Returns:
        The counts.
    """
    rows, columns = len(BAND_EDGES_DEG) - 1, 360 // SECTOR_DEG
    counts = {side: [[0] * columns for _ in range(rows)] for side in (PierSide.WEST, PierSide.EAST)}
    for point, known_side in points:
        side = known_side
        if side is None or side is PierSide.NONE:
            side = PierSide.WEST if point.azimuth_deg <= 180.0 else PierSide.EAST
        band = min(sum(point.altitude_deg >= edge for edge in BAND_EDGES_DEG) - 1, rows - 1)
        counts[side][band][_sector(point.azimuth_deg, side)] += 1
    return Coverage({side: tuple(tuple(row) for row in rows) for side, rows in counts.items()})


def _sector(azimuth_deg: float, side: PierSide) -> int:
    """Find the sector; on the meridian a measurement belongs to the half of the sky of its side."""
    middle_deg = 180.0 - 90.0 * side.sign
    from_middle_deg = difference_deg(azimuth_deg, middle_deg)
    inward_deg = from_middle_deg - 1e-9 if from_middle_deg == 90.0 else from_middle_deg
    return int((middle_deg + inward_deg) % 360.0 // SECTOR_DEG)


def _gaps(side: PierSide, rows: Sequence[Sequence[int]]) -> Iterable[Gap]:
    half = 180 // SECTOR_DEG
    first = 0 if side is PierSide.WEST else half
    for (low_deg, high_deg), row in zip(pairwise(BAND_EDGES_DEG), rows, strict=True):
        start: int | None = None
        for sector in range(first, first + half + 1):
            is_empty = low_deg >= FROM_DEG and sector < first + half and not row[sector]
            if is_empty and start is None:
                start = sector
            elif not is_empty and start is not None:
                yield Gap(side, low_deg, high_deg, start * SECTOR_DEG, sector * SECTOR_DEG)
                start = None
