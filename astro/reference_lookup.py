"""A lookup in the table that knows nothing of pier sides, for comparison: bilinear, extrapolated at the ends."""

from bisect import bisect_right
from collections.abc import Sequence

from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing


class ReferenceLookup(DomeModel):
    """Interpolates dome azimuths between the four cells around a pointing, whatever the side of the tube."""

    def __init__(
        self, points: Sequence[tuple[float, float, float]], geometry: Geometry, name: str = "reference"
    ) -> None:
        """Arrange the measurements as a grid.

        Args:
            points: altitude, azimuth and dome azimuth, degrees, in the order of the file; azimuths that the first
                altitude does not have are left out.
            geometry: fitted to them; only for the slit's distance from the rotation axis.
            name: how people are told which model answered.

        Raises:
            ModelError: the points form no grid.
        """
        self._name = name
        self._geometry = geometry
        cells = {(altitude, azimuth): dome for altitude, azimuth, dome in points}
        self._altitudes = sorted({altitude for altitude, _ in cells})
        first = points[0][0] if points else 0.0
        self._azimuths = sorted({azimuth for altitude, azimuth in cells if altitude == first})
        try:
            self._rows = [[cells[altitude, azimuth] for azimuth in self._azimuths] for altitude in self._altitudes]
        except KeyError as missing:
            raise ModelError(f"the table has no measurement at (altitude, azimuth) {missing}") from None
        if len(self._altitudes) < 2 or len(self._azimuths) < 2:
            raise ModelError("a lookup needs two altitudes and two azimuths")

    @property
    def name(self) -> str:
        """How people are told which model answered."""
        return self._name

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the slit must be, degrees in [0, 360); the side is ignored."""
        row, up = _place(pointing.altitude_deg, self._altitudes)
        column, along = _place(normalise_deg(pointing.azimuth_deg), self._azimuths)
        low, high = (_between(line[column], line[column + 1], along) for line in (self._rows[row], self._rows[row + 1]))
        return normalise_deg(_between(low, high, up))

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis the optical axis leaves the dome, by the fitted geometry, metres."""
        return self._geometry.slit_radius_m(pointing, side)


def _place(x: float, xs: Sequence[float]) -> tuple[int, float]:
    below = min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)
    return below, (x - xs[below]) / (xs[below + 1] - xs[below])


def _between(low_deg: float, high_deg: float, share: float) -> float:
    return low_deg + share * difference_deg(high_deg, low_deg)
