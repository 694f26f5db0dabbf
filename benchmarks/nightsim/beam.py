"""The beam of the telescope, ray by ray, against the slit of the dome."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from astro.geometry import Geometry
from benchmarks.nightsim.observatory import Opening
from benchmarks.nightsim.sky import Array

RIM_RAYS = 12


@dataclass(frozen=True, slots=True)
class Beam:
    """Where the rays of the beam leave the dome; the first one is the optical axis."""

    points_m: Array
    """East, north, up from the centre of the dome, metres, shape (rays, 3, n)."""
    zero_deg: Array
    """What the dome reads when its slit faces north, degrees, shape (n,)."""

    @property
    def azimuth_deg(self) -> Array:
        """Give the reading of the dome at which the axis passes through the middle of the slit, degrees, shape (n,)."""
        reading: Array = (np.degrees(np.arctan2(self.points_m[0, 0], self.points_m[0, 1])) + self.zero_deg) % 360.0
        return reading

    @property
    def radius_m(self) -> Array:
        """Give the distance of the axis from the dome's rotation axis, metres, shape (n,)."""
        radius: Array = np.hypot(self.points_m[0, 0], self.points_m[0, 1])
        return radius

    def is_cut(self, dome_deg: Array, opening: Opening) -> npt.NDArray[np.bool_]:
        """Tell when the dome cuts off at least one ray.

        The slit lies between two planes parallel to its centre plane; it reaches from the wall to a plane behind the
        top of the dome.

        Args:
            dome_deg: reading of the dome, degrees, shape (n,).
            opening: the slit.

        Returns:
            Truth values, shape (n,).
        """
        slit = np.radians(dome_deg - self.zero_deg)
        east, north = self.points_m[:, 0], self.points_m[:, 1]
        aside_m = east * np.cos(slit) - north * np.sin(slit)
        ahead_m = east * np.sin(slit) + north * np.cos(slit)
        passes = (np.abs(aside_m) <= opening.slit_m / 2.0) & (ahead_m >= -opening.past_zenith_m)
        cut: npt.NDArray[np.bool_] = ~np.logical_and.reduce(passes)
        return cut

    def lateral_m(self, dome_deg: Array) -> Array:
        """Measure how far the dome is off along its own circle: 2 rho sin(error / 2), metres, shape (n,)."""
        error = np.radians(dome_deg - self.azimuth_deg)
        return 2.0 * self.radius_m * np.abs(np.sin(error / 2.0))


def trace(
    geometry: Geometry, altitude_deg: Array, azimuth_deg: Array, hour_angle_deg: Array, side: Array, tube_m: float
) -> Beam:
    """Follow the optical axis and the rim of the beam to the dome.

    Args:
        geometry: the dome and the mount.
        altitude_deg: of the telescope, degrees, shape (n,).
        azimuth_deg: of the telescope, degrees, shape (n,).
        hour_angle_deg: of the mount, degrees, shape (n,).
        side: +1 tube west of the pier, -1 east (`PierSide.sign`), shape (n,).
        tube_m: diameter of the beam, metres.

    Returns:
        The rays' points.

    Source: abaque-science, section 2, for every ray instead of the axis alone.
    """
    altitude, azimuth = np.radians(altitude_deg), np.radians(azimuth_deg)
    hour, latitude = np.radians(hour_angle_deg), np.radians(geometry.latitude_deg)
    sight = np.array([np.cos(altitude) * np.sin(azimuth), np.cos(altitude) * np.cos(azimuth), np.sin(altitude)])
    offset = np.array([-np.cos(hour), np.sin(latitude) * np.sin(hour), -np.cos(latitude) * np.sin(hour)])
    crossing = np.array([geometry.east_m, geometry.north_m, geometry.up_m])[:, None]
    axis = crossing + geometry.tube_offset_m * side * offset
    level = np.array([np.cos(azimuth), -np.sin(azimuth), np.zeros_like(azimuth)])
    upright = np.cross(level, sight, axis=0)
    turns = np.arange(RIM_RAYS) * 2.0 * np.pi / RIM_RAYS
    rim = [axis + tube_m / 2.0 * (np.cos(turn) * level + np.sin(turn) * upright) for turn in turns]
    feet = np.array([axis, *rim])
    along = (feet * sight).sum(axis=1)
    reach = np.sqrt(along**2 - (feet**2).sum(axis=1) + geometry.radius_m**2) - along
    share = np.clip(
        (altitude_deg - geometry.ramp_low_deg) / max(geometry.ramp_high_deg - geometry.ramp_low_deg, 1e-9), 0.0, 1.0
    )
    passing = share**2 * (3.0 - 2.0 * share)
    zero_deg = geometry.zero_low_deg + (geometry.zero_high_deg - geometry.zero_low_deg) * passing
    return Beam(feet + reach[:, None, :] * sight, zero_deg)
