"""The seam behind which a geometry or a measured table says where the slit must be."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, copysign, degrees, isfinite, radians, sin
from typing import Protocol

from astro.angles import difference_deg, normalise_deg
from astro.errors import ModelError
from astro.geometry import Geometry, Slit
from astro.pier import PierSide, side_from_hour_angle
from astro.pointing import Pointing

_CLOSING_DEG = 15.0
"""Half the width of the zone opposite to a side where the two held ends of its branch are joined, degrees."""


class DomeModel(Protocol):
    """Anything that turns a pointing and a pier side into a dome azimuth.

    A class that inherits from it gets ``slit`` for nothing; one that has something cheaper brings its own.
    """

    @property
    def name(self) -> str:
        """How people are told which model answered."""

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the slit must be, degrees in [0, 360)."""

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis the optical axis leaves the dome, metres."""

    def slit(self, pointing: Pointing, side: PierSide) -> Slit:
        """Give both at once."""
        return Slit(self.dome_azimuth(pointing, side), self.slit_radius_m(pointing, side))


@dataclass(frozen=True, slots=True)
class TableNode:
    """One measurement and the side on which the tube was."""

    altitude_deg: float
    azimuth_deg: float
    dome_azimuth_deg: float
    side: PierSide


@dataclass(frozen=True, slots=True)
class _Band:
    """What was measured at one altitude on one side: metres beside the geometry, by growing azimuth."""

    altitude_deg: float
    azimuths_deg: Sequence[float]
    laterals_m: Sequence[float]

    def lateral_m(self, azimuth_deg: float) -> float:
        return _interpolate(azimuth_deg, self.azimuths_deg, self.laterals_m)


@dataclass(frozen=True, slots=True)
class _Branch:
    """All that was measured on one side, azimuths unwrapped around the middle of that side's half of the sky."""

    side: PierSide
    bands: Sequence[_Band]
    altitudes_deg: Sequence[float]
    first_deg: float
    last_deg: float
    closing_deg: float

    def lateral_m(self, altitude_deg: float, azimuth_deg: float) -> float:
        above = min(bisect_right(self.altitudes_deg, altitude_deg), len(self.bands) - 1)
        low, high = self.bands[max(above - 1, 0)], self.bands[above]
        pair = (low.altitude_deg, high.altitude_deg)
        return _interpolate(altitude_deg, pair, (low.lateral_m(azimuth_deg), high.lateral_m(azimuth_deg)))


class MeasuredTable(DomeModel):
    """The measured table itself, one branch per pier side, interpolated without ever crossing from one to the other.

    Dome azimuths cannot be interpolated as angles: between two bands the dome's sense of rotation reverses (the slit
    point stops going round the dome's zenith), and halfway "the shorter way" is undecided. So each node is written as
    the distance in metres by which it lies beside the fitted geometry, that distance is interpolated linearly in
    azimuth along both neighbouring bands and then in altitude, and the result is put back on the geometry as an angle.
    The branch of the angle thus comes from the geometry. It follows that the model

    * equals every node of its side (a cell found to belong to the other side is a node of that side);
    * is continuous at a fixed side wherever the slit point is off the dome's zenith (there azimuth means nothing);
    * keeps bands with different azimuths consistent: within the azimuths of its side, a band that ends early holds its
      last distance.

    Azimuths of a side run around its middle (90 degrees west, 270 east), so a tube-east node at azimuth 0 continues
    345 as 360. Nothing is extrapolated: the altitude is held within the measured bands, and past the first or last
    azimuth of the side the turn (dome minus telescope) of that end is held. Directly opposite to the side, where a
    mount gets only hours after a missed flip, the two held turns are joined over 30 degrees by the shorter arc.
    """

    def __init__(self, nodes: Iterable[TableNode], geometry: Geometry, name: str = "table") -> None:
        """Sort the measurements into branches.

        Args:
            nodes: the measurements; of two at the same place and side the last one counts.
            geometry: the model fitted to them.
            name: how people are told which model answered.

        Raises:
            ModelError: there is no node, or the geometry has no answer at one of them.
        """
        self._name = name
        self.geometry = geometry
        sides: dict[PierSide, dict[float, dict[float, float]]] = {}
        for node in nodes:
            pointing = Pointing(node.altitude_deg, node.azimuth_deg)
            side = _resolve(pointing, node.side)
            expected = geometry.slit(pointing, side)
            error_deg = difference_deg(node.dome_azimuth_deg, expected.azimuth_deg)
            lateral_m = 2.0 * expected.radius_m * sin(radians(error_deg) / 2.0)
            band = sides.setdefault(side, {}).setdefault(node.altitude_deg, {})
            band[_unwrap(node.azimuth_deg, side)] = lateral_m
        if not sides:
            raise ModelError("a measured table needs at least one measurement")
        self._branches = {side: _branch(side, bands) for side, bands in sides.items()}

    @property
    def name(self) -> str:
        """How people are told which model answered."""
        return self._name

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the slit must be.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is; ``NONE`` takes the normal side of the pointing.

        Returns:
            Reading of the dome, degrees in [0, 360).

        Raises:
            ModelError: the pointing is not finite, or nothing was measured on that side.
        """
        if not isfinite(pointing.altitude_deg + pointing.azimuth_deg):
            raise ModelError(f"no dome azimuth for altitude {pointing.altitude_deg}, azimuth {pointing.azimuth_deg}")
        side = _resolve(pointing, side)
        branch = self._branches.get(side)
        if branch is None:
            raise ModelError(
                f"the table holds no measurement with the tube {side.label} of the pier: measure some, or use the "
                "geometry fitted to it"
            )
        altitude_deg = min(max(pointing.altitude_deg, branch.altitudes_deg[0]), branch.altitudes_deg[-1])
        azimuth_deg = _unwrap(pointing.azimuth_deg, side)
        held_deg = min(max(azimuth_deg, branch.first_deg), branch.last_deg)
        turn_deg = self._turn(branch, Pointing(altitude_deg, held_deg, pointing.hour_angle_deg))
        from_opposite_deg = 180.0 - abs(azimuth_deg - _MIDDLE_DEG[side])
        if azimuth_deg != held_deg and from_opposite_deg < branch.closing_deg:
            far_deg = branch.first_deg if azimuth_deg > branch.last_deg else branch.last_deg
            far_turn_deg = self._turn(branch, Pointing(altitude_deg, far_deg, pointing.hour_angle_deg))
            share = 0.5 - 0.5 * from_opposite_deg / branch.closing_deg
            turn_deg += share * difference_deg(far_turn_deg, turn_deg)
        return normalise_deg(azimuth_deg + turn_deg)

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis the optical axis leaves the dome, by the fitted geometry.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is; ``NONE`` takes the normal side of the pointing.

        Returns:
            Metres.

        Raises:
            ModelError: the geometry has no answer there.
        """
        return self.geometry.slit_radius_m(pointing, _resolve(pointing, side))

    def _turn(self, branch: _Branch, pointing: Pointing) -> float:
        """Give dome azimuth minus telescope azimuth inside the branch, degrees, any turn."""
        azimuth_deg, radius_m = self.geometry.slit(pointing, branch.side)
        lateral_m = branch.lateral_m(pointing.altitude_deg, pointing.azimuth_deg)
        if abs(lateral_m) < 2.0 * radius_m:
            correction_deg = degrees(2.0 * asin(lateral_m / (2.0 * radius_m)))
        else:
            correction_deg = copysign(180.0, lateral_m)
        return azimuth_deg + correction_deg - pointing.azimuth_deg


_MIDDLE_DEG = {PierSide.WEST: 90.0, PierSide.EAST: 270.0}


def _unwrap(azimuth_deg: float, side: PierSide) -> float:
    middle_deg = _MIDDLE_DEG[side]
    return middle_deg + difference_deg(azimuth_deg, middle_deg)


def _resolve(pointing: Pointing, side: PierSide) -> PierSide:
    """Give the normal side where none is known; an object east of the meridian has its tube west."""
    if side is not PierSide.NONE:
        return side
    if pointing.hour_angle_deg is not None and isfinite(pointing.hour_angle_deg):
        return side_from_hour_angle(pointing.hour_angle_deg)
    return PierSide.WEST if normalise_deg(pointing.azimuth_deg) < 180.0 else PierSide.EAST


def _branch(side: PierSide, bands: dict[float, dict[float, float]]) -> _Branch:
    rows = [_Band(altitude, *zip(*sorted(band.items()), strict=True)) for altitude, band in sorted(bands.items())]
    first_deg = min(row.azimuths_deg[0] for row in rows)
    last_deg = max(row.azimuths_deg[-1] for row in rows)
    middle_deg = _MIDDLE_DEG[side]
    # Measurements that reach far past the meridian leave less room for the joint.
    closing_deg = min(_CLOSING_DEG, middle_deg + 180.0 - last_deg, first_deg - middle_deg + 180.0)
    return _Branch(side, rows, [row.altitude_deg for row in rows], first_deg, last_deg, closing_deg)


def _interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Interpolate linearly between growing abscissae; hold the ends."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    above = bisect_right(xs, x)
    share = (x - xs[above - 1]) / (xs[above] - xs[above - 1])
    return ys[above - 1] + share * (ys[above] - ys[above - 1])
