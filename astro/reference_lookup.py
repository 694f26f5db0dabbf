"""The lookup that knows no pier side, kept for comparison: bilinear in the table, extrapolated past its ends.

What it computes is what the published dome program of the observatory with the measured table computes
(jpokinter87/DriftApp-Web, ``AbaqueManager.get_dome_position``), so that a person can see what changes.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import isfinite

from astro.angles import normalise_deg
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing


class ReferenceLookup(DomeModel):
    """Interpolates between the four cells around a pointing, whatever the side of the tube.

    The azimuths of the lowest band make the columns; measurements elsewhere are ignored. First in azimuth along both
    bands, then in altitude, each time along the shorter arc. Beyond the first or last cell the outermost pair is
    continued in a straight line, past north as well: between 345 and 360 it does not look at azimuth 0.
    """

    def __init__(
        self, points: Sequence[tuple[float, float, float]], geometry: Geometry, name: str = "reference"
    ) -> None:
        """Arrange the measurements as a grid.

        Args:
            points: altitude, azimuth and dome azimuth, degrees, in the order of the file; of several at the same place
                the first one counts.
            geometry: fitted to them; only for the slit's distance from the rotation axis.
            name: how people are told which model answered.

        Raises:
            ModelError: the measurements form no grid; says which cell is missing.
        """
        self._name = name
        self._geometry = geometry
        bands: dict[float, dict[float, float]] = {}
        for altitude_deg, azimuth_deg, dome_azimuth_deg in points:
            bands.setdefault(altitude_deg, {}).setdefault(azimuth_deg, dome_azimuth_deg)
        self._altitudes_deg = sorted(bands)
        self._azimuths_deg = sorted(bands[self._altitudes_deg[0]]) if bands else []
        if len(self._altitudes_deg) < 2 or len(self._azimuths_deg) < 2:
            raise ModelError("the reference lookup needs at least two altitudes with two azimuths each")
        try:
            self._rows = [[bands[alt][azimuth] for azimuth in self._azimuths_deg] for alt in self._altitudes_deg]
        except KeyError:
            altitude_deg, azimuth_deg = next(
                (alt, az) for alt in self._altitudes_deg for az in self._azimuths_deg if az not in bands[alt]
            )
            raise ModelError(
                "the reference lookup needs the azimuths of the lowest altitude at every altitude; at altitude "
                f"{altitude_deg:g}° azimuth {azimuth_deg:g}° is missing"
            ) from None

    @property
    def name(self) -> str:
        """How people are told which model answered."""
        return self._name

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the lookup puts the slit.

        Args:
            pointing: direction of the telescope.
            side: ignored.

        Returns:
            Reading of the dome, degrees in [0, 360).

        Raises:
            ModelError: the pointing is not finite.
        """
        if not isfinite(pointing.altitude_deg + pointing.azimuth_deg):
            raise ModelError(f"no dome azimuth for altitude {pointing.altitude_deg}, azimuth {pointing.azimuth_deg}")
        row, up = _cell(self._altitudes_deg, pointing.altitude_deg)
        column, along = _cell(self._azimuths_deg, normalise_deg(pointing.azimuth_deg))
        low_deg, high_deg = (
            _between(cells[column], cells[column + 1], along) for cells in (self._rows[row], self._rows[row + 1])
        )
        return normalise_deg(_between(low_deg, high_deg, up))

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis the optical axis leaves the dome, by the fitted geometry.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            Metres.

        Raises:
            ModelError: the geometry has no answer there.
        """
        return self._geometry.slit_radius_m(pointing, side)


def _cell(nodes_deg: Sequence[float], value_deg: float) -> tuple[int, float]:
    """Find the pair of nodes, and how far between them (or beyond them) a value lies."""
    below = min(max(bisect_left(nodes_deg, value_deg) - 1, 0), len(nodes_deg) - 2)
    return below, (value_deg - nodes_deg[below]) / (nodes_deg[below + 1] - nodes_deg[below])


def _between(from_deg: float, to_deg: float, share: float) -> float:
    turn_deg = to_deg - from_deg
    # Exactly half a turn goes the way its sign says: the sense of the published lookup.
    if turn_deg > 180.0:
        turn_deg -= 360.0
    elif turn_deg < -180.0:
        turn_deg += 360.0
    return normalise_deg(from_deg + share * turn_deg)
