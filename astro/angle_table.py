"""Plain interpolation of angles in a table, one branch per pier side: what a spreadsheet would do, for comparison."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import isfinite

from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel, TableNode
from astro.errors import ModelError
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing

Base = Callable[[Pointing, PierSide], float]

_Band = tuple[float, Sequence[float], Sequence[float]]


class AngleTable(DomeModel):
    """Adds to a base azimuth the angle by which the measurements around a pointing differ from that base.

    Linear in azimuth along both neighbouring bands, then in altitude, each time the shorter way; the ends are held. On
    the telescope's azimuth as base this is the plain table, on a geometry it is "geometry plus residual". Unlike
    ``MeasuredTable`` it takes an angle for an angle, however near to the dome's zenith.
    """

    def __init__(self, nodes: Iterable[TableNode], geometry: Geometry, base: Base, name: str) -> None:
        """Sort the measurements into branches.

        Args:
            nodes: the measurements, each with its side.
            geometry: fitted to them, for the slit's distance from the rotation axis.
            base: azimuth to which the interpolated angle is added, degrees.
            name: how people are told which model answered.
        """
        self._name = name
        self._geometry = geometry
        self._base = base
        sides: dict[PierSide, dict[float, dict[float, float]]] = {}
        for node in nodes:
            base_deg = base(Pointing(node.altitude_deg, node.azimuth_deg), node.side)
            band = sides.setdefault(node.side, {}).setdefault(node.altitude_deg, {})
            band[_unwrap(node.azimuth_deg, node.side)] = difference_deg(node.dome_azimuth_deg, base_deg)
        self._bands = {side: [_band(*each) for each in sorted(bands.items())] for side, bands in sides.items()}

    @property
    def name(self) -> str:
        """How people are told which model answered."""
        return self._name

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the table puts the slit.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            Reading of the dome, degrees in [0, 360).

        Raises:
            ModelError: the pointing is not finite, or nothing was measured on that side.
        """
        if side not in self._bands or not isfinite(pointing.altitude_deg + pointing.azimuth_deg):
            raise ModelError(f"the table has no answer at altitude {pointing.altitude_deg}, tube {side.label}")
        bands = self._bands[side]
        azimuth_deg = _unwrap(pointing.azimuth_deg, side)
        altitudes_deg = [band[0] for band in bands]
        pair, share = _bracket(altitudes_deg, pointing.altitude_deg)
        low_deg, high_deg = (self._along(bands[index], azimuth_deg) for index in pair)
        turn_deg = low_deg + share * difference_deg(high_deg, low_deg)
        return normalise_deg(self._base(pointing, side) + turn_deg)

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis the optical axis leaves the dome, by the geometry.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            Metres.
        """
        return self._geometry.slit_radius_m(pointing, side)

    @staticmethod
    def _along(band: _Band, azimuth_deg: float) -> float:
        _, azimuths_deg, turns_deg = band
        (first, second), share = _bracket(azimuths_deg, azimuth_deg)
        return turns_deg[first] + share * difference_deg(turns_deg[second], turns_deg[first])


def _band(altitude_deg: float, turns_deg: dict[float, float]) -> _Band:
    azimuths_deg = sorted(turns_deg)
    return altitude_deg, azimuths_deg, [turns_deg[azimuth_deg] for azimuth_deg in azimuths_deg]


def _unwrap(azimuth_deg: float, side: PierSide) -> float:
    """Count azimuths around the middle of the side's half of the sky."""
    middle_deg = 180.0 - 90.0 * side.sign
    return middle_deg + difference_deg(azimuth_deg, middle_deg)


def _bracket(nodes: Sequence[float], value: float) -> tuple[tuple[int, int], float]:
    """Find the nodes around a value and its share of the way between them; the ends are held."""
    above = bisect_right(nodes, value)
    if above == 0 or above == len(nodes):
        end = max(above - 1, 0)
        return (end, end), 0.0
    return (above - 1, above), (value - nodes[above - 1]) / (nodes[above] - nodes[above - 1])
