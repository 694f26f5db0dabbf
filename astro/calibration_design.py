"""How well a calibration determines the dome over the sky, and where one more measurement would help most."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from astro.calibration import CalibrationPoint
from astro.calibration_fit import CalibrationFit
from astro.geometry import Geometry, hour_angle_deg
from astro.pier import PierSide, side_from_hour_angle
from astro.pointing import Pointing
from astro.slit_gradient import SlitGradient, Vector

LOWEST_DEG, HIGHEST_DEG = 20.0, 80.0
"""Altitudes that are proposed: over the walls, and below the zenith where a mount is awkward to look through."""
FROM_MERIDIAN_DEG = 15.0
"""One hour: nearer, it depends on the mount's mood on which side the tube is."""
FROM_POLE_DEG = 10.0
LEAST_RADIUS_M = 0.2
"""Nearer to the rotation axis the dome's azimuth says nothing."""
APART_DEG = 12.0
"""Proposals keep this far from what is measured already: what the model does not know must show, too."""
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction worth measuring, or worth knowing about."""

    altitude_deg: float
    azimuth_deg: float
    side: PierSide

    @property
    def words(self) -> str:
        """Say it to somebody who stands in the dark."""
        compass = _COMPASS[round(self.azimuth_deg / 45.0) % 8]
        tube = f", tube {self.side.label}" if self.side is not PierSide.NONE else ""
        return f"{compass} (azimuth {self.azimuth_deg:.0f}°), altitude {self.altitude_deg:.0f}°{tube}"


@dataclass(frozen=True, slots=True)
class Prediction:
    """Uncertainty of the slit over the sky, 1 sigma, millimetres."""

    rms_mm: float
    worst_mm: float
    worst: Direction


def predict(fit: CalibrationFit) -> Prediction:
    """Say how far beside the slit's middle the beam must be expected, from the covariance of the fit.

    Args:
        fit: of the measurements so far.

    Returns:
        Root mean square over the sky (altitude 20 to 89 degrees, by area, tube on its natural side), and where it is
        worst.
    """
    sky = _sky(fit.geometry)
    slopes = _lateral(sky, fit.geometry, fit.lengths_m)
    variance = np.einsum("ij,jk,ik->i", slopes, fit.covariance, slopes)
    # A slit that stands anywhere on its circle is never farther off than its diameter.
    variance = np.minimum(variance, (2.0 * fit.geometry.radius_m) ** 2)
    weights = np.array([math.cos(math.radians(each.altitude_deg)) for each in sky])
    worst = int(np.argmax(variance))
    return Prediction(
        rms_mm=1000.0 * math.sqrt(float(np.sum(weights * variance) / np.sum(weights))),
        worst_mm=1000.0 * math.sqrt(float(variance[worst])),
        worst=sky[worst],
    )


def next_directions(
    points: Sequence[CalibrationPoint], fit: CalibrationFit, wanted: int, fork: bool = False
) -> list[Direction]:
    """Choose the directions whose measurement would make the model better most, one after the other.

    Greedy optimal design: of all directions that a telescope reaches, the one is taken that lowers the predicted
    variance most over the whole sky, as if it had been measured; then the next.

    Args:
        points: what is measured already.
        fit: of these points.
        wanted: how many directions.
        fork: the telescope has no sides.

    Returns:
        Up to so many directions, the most useful first.
    """
    reach = [each for each in _reachable(fit.geometry, fork) if not _near(each, points)] or _reachable(
        fit.geometry, fork
    )
    sky = _sky(fit.geometry)
    seen = _lateral(sky, fit.geometry, fit.lengths_m)
    weights = np.array([math.cos(math.radians(each.altitude_deg)) for each in sky])
    weights /= weights.sum()
    spread = (seen * weights[:, None]).T @ seen
    covariance = fit.covariance.copy()
    chosen: list[Direction] = []
    while reach and len(chosen) < wanted:
        slopes = _lateral(reach, fit.geometry, fit.lengths_m)
        through = slopes @ covariance
        own = np.einsum("ij,ij->i", through, slopes)
        gain = np.einsum("ij,jk,ik->i", through, spread, through) / (fit.noise_m**2 + own)
        best = int(np.argmax(gain))
        chosen.append(reach[best])
        covariance -= np.outer(through[best], through[best]) / (fit.noise_m**2 + own[best])
        reach = [each for each in reach if _apart_deg(each, reach[best]) > APART_DEG]
    return chosen


def _lateral(directions: Sequence[Direction], geometry: Geometry, lengths_m: Vector) -> Vector:
    pointings = [Pointing(each.altitude_deg, each.azimuth_deg) for each in directions]
    sides = [each.side for each in directions]
    return SlitGradient(pointings, sides, geometry.latitude_deg, geometry.radius_m).lateral(lengths_m)


def _sky(geometry: Geometry) -> list[Direction]:
    grid = [(altitude, azimuth) for altitude in range(20, 90, 6) for azimuth in range(5, 360, 10)]
    return [
        Direction(altitude, azimuth, side_from_hour_angle(hour_angle_deg(altitude, azimuth, geometry.latitude_deg)))
        for altitude, azimuth in grid
    ]


def _reachable(geometry: Geometry, fork: bool) -> list[Direction]:
    found = []
    for altitude in range(int(LOWEST_DEG), int(HIGHEST_DEG) + 1, 10):
        for azimuth in range(0, 360, 15):
            hour_angle = hour_angle_deg(altitude, azimuth, geometry.latitude_deg)
            on_meridian = min(abs(hour_angle), 180.0 - abs(hour_angle)) < FROM_MERIDIAN_DEG
            pole = Direction(abs(geometry.latitude_deg), 0.0 if geometry.latitude_deg >= 0.0 else 180.0, PierSide.NONE)
            side = PierSide.NONE if fork else side_from_hour_angle(hour_angle)
            each = Direction(altitude, azimuth, side)
            near_pole = _apart_deg(each, Direction(pole.altitude_deg, pole.azimuth_deg, side)) < FROM_POLE_DEG
            blind = geometry.slit_radius_m(Pointing(altitude, azimuth), side) < LEAST_RADIUS_M
            if not (on_meridian or near_pole or blind):
                found.append(each)
    return found


def _near(direction: Direction, points: Sequence[CalibrationPoint]) -> bool:
    there = (Direction(each.altitude_deg, each.azimuth_deg, each.side) for each in points)
    return any(_apart_deg(direction, each) < APART_DEG for each in there)


def _apart_deg(one: Direction, other: Direction) -> float:
    """Measure the angle between two directions; the other side of the pier is another world."""
    if one.side is not other.side:
        return 180.0
    a, b = math.radians(one.altitude_deg), math.radians(other.altitude_deg)
    turn = math.radians(one.azimuth_deg - other.azimuth_deg)
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
