"""The geometry over whole arrays: a night, a map of the sky, a table. Needs numpy; the driver never imports it."""

from math import cos, radians, sin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from astro.geometry import POLAR_CAP, Geometry
from astro.pier import PierSide

Vector = npt.NDArray[np.float64]
Sides = PierSide | npt.ArrayLike
"""One side for all, or signs as ``PierSide.sign`` gives them (+1 west, -1 east, 0 none), one for each pointing."""


class Slits(NamedTuple):
    """Where the slit must be, for each pointing."""

    azimuth_deg: Vector
    """Readings of the dome, degrees in [0, 360)."""
    radius_m: Vector
    """Distances of the slit points from the dome's rotation axis, metres."""


def horizontal(
    hour_angle_deg: npt.ArrayLike, declination_deg: npt.ArrayLike, latitude_deg: float
) -> tuple[Vector, Vector]:
    """Turn hour angles and declinations into altitudes and azimuths, without refraction.

    Args:
        hour_angle_deg: degrees, positive to the west; any shape that goes with the declinations.
        declination_deg: degrees.
        latitude_deg: degrees, north positive.

    Returns:
        (altitude_deg, azimuth_deg), azimuths from north through east in [0, 360).
    """
    hour_angle, declination = np.radians(hour_angle_deg), np.radians(declination_deg)
    sin_lat, cos_lat = sin(radians(latitude_deg)), cos(radians(latitude_deg))
    sin_dec, cos_dec = np.sin(declination), np.cos(declination)
    to_equator = cos_dec * np.cos(hour_angle)
    east = -cos_dec * np.sin(hour_angle)
    north = sin_dec * cos_lat - to_equator * sin_lat
    up = sin_dec * sin_lat + to_equator * cos_lat
    return np.degrees(np.arctan2(up, np.hypot(east, north))), _turn(np.degrees(np.arctan2(east, north)))


def sights(altitude_deg: npt.ArrayLike, azimuth_deg: npt.ArrayLike) -> Vector:
    """Give the lines of sight.

    Args:
        altitude_deg: degrees above the horizon; any shape that goes with the azimuths.
        azimuth_deg: degrees from north through east, any turn.

    Returns:
        Unit vectors, east, north and up along the first axis.
    """
    altitude, azimuth = np.broadcast_arrays(np.radians(altitude_deg), np.radians(azimuth_deg))
    level = np.cos(altitude)
    return np.stack([level * np.sin(azimuth), level * np.cos(azimuth), np.sin(altitude)])


def tube_offsets(sight: Vector, latitude_deg: float, hour_angle_deg: npt.ArrayLike | None = None) -> Vector:
    """Give the directions from the polar axis to a tube west of the pier.

    Args:
        sight: what ``sights`` gives.
        latitude_deg: degrees north.
        hour_angle_deg: the mount's own hour angles, degrees; NaN where it told none. Only used within half a degree of
            the celestial pole, as in ``Geometry``.

    Returns:
        Unit vectors of the shape of ``sight``, perpendicular to the polar axis.
    """
    east, north, up = sight
    sin_lat, cos_lat = sin(radians(latitude_deg)), cos(radians(latitude_deg))
    cos_ha, sin_ha = up * cos_lat - north * sin_lat, -east
    cos_dec = np.hypot(cos_ha, sin_ha)
    at_pole = cos_dec == 0.0
    scale = np.where(at_pole, 1.0, cos_dec)
    cos_ha, sin_ha = np.where(at_pole, 1.0, cos_ha / scale), np.where(at_pole, 0.0, sin_ha / scale)
    if hour_angle_deg is not None:
        told = np.broadcast_to(np.radians(hour_angle_deg), cos_dec.shape)
        trusted = (cos_dec < POLAR_CAP) & ~np.isnan(told)
        cos_ha, sin_ha = np.where(trusted, np.cos(told), cos_ha), np.where(trusted, np.sin(told), sin_ha)
    return np.stack([-cos_ha, sin_lat * sin_ha, -cos_lat * sin_ha])


def slit_points(
    geometry: Geometry,
    altitude_deg: npt.ArrayLike,
    azimuth_deg: npt.ArrayLike,
    side: Sides,
    hour_angle_deg: npt.ArrayLike | None = None,
) -> Vector:
    """Find where the optical axis leaves the dome, for many pointings.

    Args:
        geometry: of the dome.
        altitude_deg: degrees above the horizon; shapes of all arrays must go together.
        azimuth_deg: degrees from north through east.
        side: one side for all or an array of signs.
        hour_angle_deg: the mount's own, degrees; see ``tube_offsets``.

    Returns:
        East, north, up from the centre of the sphere along the first axis, metres; NaN where the scalar
        ``Geometry.slit_point`` refuses.
    """
    signs = np.asarray(side.sign if isinstance(side, PierSide) else side, dtype=np.float64)
    arrays: list[npt.ArrayLike] = [altitude_deg, azimuth_deg, signs]
    if hour_angle_deg is not None:
        arrays.append(hour_angle_deg)
    altitude, azimuth, signs, *_ = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in arrays))
    with np.errstate(invalid="ignore"):
        sight = sights(altitude, azimuth)
        offset_m = signs * geometry.tube_offset_m
        foot = tube_offsets(sight, geometry.latitude_deg, hour_angle_deg) * offset_m
        foot[0] += geometry.east_m
        foot[1] += geometry.north_m
        foot[2] += geometry.up_m
        along = np.einsum("i...,i...->...", sight, foot)
        square = along * along - np.einsum("i...,i...->...", foot, foot) + geometry.radius_m**2
        reach_m = np.sqrt(square) - along
    reach_m = np.where(reach_m > 0.0, reach_m, np.nan)
    return np.asarray(foot + reach_m * sight)


def slits(
    geometry: Geometry,
    altitude_deg: npt.ArrayLike,
    azimuth_deg: npt.ArrayLike,
    side: Sides,
    hour_angle_deg: npt.ArrayLike | None = None,
) -> Slits:
    """Say where the slit must be, for many pointings; agrees with ``Geometry.slit`` to 1e-10 degrees.

    Args:
        geometry: of the dome.
        altitude_deg: degrees above the horizon; shapes of all arrays must go together.
        azimuth_deg: degrees from north through east.
        side: one side for all or an array of signs.
        hour_angle_deg: the mount's own, degrees; see ``tube_offsets``.

    Returns:
        Azimuths and radii; NaN where the scalar refuses.
    """
    x, y, _ = slit_points(geometry, altitude_deg, azimuth_deg, side, hour_angle_deg)
    bearing_deg = np.degrees(np.arctan2(x, y)) + zeros(geometry, altitude_deg)
    return Slits(_turn(bearing_deg), np.hypot(x, y))


def zeros(geometry: Geometry, altitude_deg: npt.ArrayLike) -> Vector:
    """Tell what the dome reads when its slit faces true north, for many altitudes.

    Args:
        geometry: of the dome.
        altitude_deg: of the telescope, degrees.

    Returns:
        Degrees to add to the geometric azimuth.
    """
    altitude = np.asarray(altitude_deg, dtype=np.float64)
    low, high = geometry.zero_low_deg, geometry.zero_high_deg
    span = geometry.ramp_high_deg - geometry.ramp_low_deg
    if span > 0.0:
        t = np.clip((altitude - geometry.ramp_low_deg) / span, 0.0, 1.0)
        return np.asarray(low + (high - low) * t * t * (3.0 - 2.0 * t))
    return np.where(altitude <= geometry.ramp_low_deg, low, high)


def _turn(angle_deg: Vector) -> Vector:
    """Bring azimuths into [0, 360)."""
    wrapped = np.mod(angle_deg, 360.0)
    return np.where(wrapped >= 360.0, 0.0, wrapped)
