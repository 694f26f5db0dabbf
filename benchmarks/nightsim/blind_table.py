"""A measured table read without regard to the side of the pier: the lookup of the reference policy."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from astro.abaque import AbaquePoint
from astro.angles import difference_deg, normalise_deg


class BlindTable:
    """Interpolates a table bilinearly in altitude and azimuth, angles by the shorter arc.

    The grid of azimuths is that of the lowest band; what other bands hold beside it is ignored. Nothing wraps at north
    and outside the grid the nearest cell is continued, as in the published algorithm: its figures depend on it.

    Args:
        points: the measurements.
    """

    def __init__(self, points: Iterable[AbaquePoint]) -> None:
        bands: dict[float, dict[float, float]] = {}
        for point in points:
            bands.setdefault(point.altitude_deg, {})[point.azimuth_deg] = point.dome_azimuth_deg
        self._altitudes = sorted(bands)
        self._azimuths = sorted(bands[self._altitudes[0]])
        self._rows = [[bands[altitude][azimuth] for azimuth in self._azimuths] for altitude in self._altitudes]

    def dome_azimuth(self, altitude_deg: float, azimuth_deg: float) -> float:
        """Look up the dome azimuth.

        Args:
            altitude_deg: of the telescope, degrees.
            azimuth_deg: of the telescope, degrees.

        Returns:
            Reading of the dome, degrees in [0, 360).
        """
        row, up = _cell(self._altitudes, altitude_deg)
        column, along = _cell(self._azimuths, normalise_deg(azimuth_deg))
        low, high = (
            _between(values[column], values[column + 1], along) for values in (self._rows[row], self._rows[row + 1])
        )
        return _between(low, high, up)


def _cell(nodes: Sequence[float], value: float) -> tuple[int, float]:
    at = min(max(bisect_right(nodes, value) - 1, 0), len(nodes) - 2)
    return at, (value - nodes[at]) / (nodes[at + 1] - nodes[at])


def _between(one_deg: float, other_deg: float, share: float) -> float:
    return normalise_deg(one_deg + share * difference_deg(other_deg, one_deg))
