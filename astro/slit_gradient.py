"""Where the slit must be for many directions at once, and how that depends on the lengths of the dome."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from astro.pier import PierSide
from astro.pointing import Pointing

Vector = npt.NDArray[np.float64]

_POLAR_CAP = math.cos(math.radians(89.5))
"""As in the scalar geometry: nearer to the pole the mount's own hour angle counts."""


class SlitGradient:
    """Directions of the telescope as arrays, with the sign of the tube's side (abaque-science, section 2).

    Args:
        pointings: n directions.
        sides: the tube's side at each of them.
        latitude_deg: degrees north.
        radius_m: of the dome, metres.
    """

    def __init__(
        self, pointings: Sequence[Pointing], sides: Sequence[PierSide], latitude_deg: float, radius_m: float
    ) -> None:
        self.radius_m = radius_m
        self.signs = np.array([float(side.sign) for side in sides])
        altitude = np.radians([each.altitude_deg for each in pointings])
        azimuth = np.radians([each.azimuth_deg for each in pointings])
        sin_lat, cos_lat = math.sin(math.radians(latitude_deg)), math.cos(math.radians(latitude_deg))
        east, north, up = np.cos(altitude) * np.sin(azimuth), np.cos(altitude) * np.cos(azimuth), np.sin(altitude)
        x, y = up * cos_lat - north * sin_lat, -east
        hour_angle = np.arctan2(y, x)
        for index in np.flatnonzero(np.hypot(x, y) < _POLAR_CAP):
            told_deg = pointings[int(index)].hour_angle_deg
            if told_deg is not None:
                hour_angle[index] = math.radians(told_deg)
        self._sight = np.stack([east, north, up])
        self._offset = np.stack([-np.cos(hour_angle), sin_lat * np.sin(hour_angle), -cos_lat * np.sin(hour_angle)])

    def __len__(self) -> int:
        return len(self.signs)

    def slit(self, lengths_m: Vector) -> tuple[Vector, Vector]:
        """Find the slit.

        Args:
            lengths_m: east, north, up, tube offset, metres.

        Returns:
            Azimuth (n, radians, without the dome's zero) and distance from the rotation axis (n, metres).
        """
        point, _ = self._point(lengths_m)
        return np.arctan2(point[0], point[1]), np.hypot(point[0], point[1])

    def lateral(self, lengths_m: Vector) -> Vector:
        """Differentiate the place of the slit by the five parameters.

        Args:
            lengths_m: east, north, up, tube offset, metres.

        Returns:
            n x 5: metres along the slit's circle for a metre of each length, and for a radian of the zero.
        """
        point, centre = self._point(lengths_m)
        rho = np.maximum(np.hypot(point[0], point[1]), 1e-9)
        across = np.stack([point[1], -point[0], np.zeros_like(rho)]) / rho  # unit vector, clockwise seen from above
        along = np.sum(self._sight * centre, axis=0)
        root = np.sqrt(np.maximum(along**2 - np.sum(centre**2, axis=0) + self.radius_m**2, 1e-12))
        reach = -self._sight + (along * self._sight - centre) / root  # how the distance to the slit depends on centre
        by_centre = across + np.sum(across * self._sight, axis=0) * reach
        by_offset = self.signs * np.sum(by_centre * self._offset, axis=0)
        return np.column_stack([by_centre.T, by_offset, rho])

    def _point(self, lengths_m: Vector) -> tuple[Vector, Vector]:
        centre = lengths_m[:3, None] + self.signs * lengths_m[3] * self._offset
        along = np.sum(self._sight * centre, axis=0)
        square = along**2 - np.sum(centre**2, axis=0) + self.radius_m**2
        return centre + (np.sqrt(np.maximum(square, 0.0)) - along) * self._sight, centre
