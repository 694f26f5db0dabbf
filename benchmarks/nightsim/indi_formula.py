"""INDI's own formula of where the slit must be, with its tube offset as it is."""

from math import atan2, cos, degrees, radians, sin, sqrt

from astro.angles import normalise_deg
from astro.geometry import Geometry
from astro.pier import PierSide
from astro.pointing import Pointing


def indi_azimuth_deg(geometry: Geometry, pointing: Pointing, side: PierSide) -> float:
    """Compute the dome azimuth as `INDI::Dome` does.

    The upward part of the tube's offset has the sign that it has there: the opposite of the true one (abaque-science,
    section 2). INDI knows nothing of a zero that changes with the altitude; it is added here, so that only the formula
    is compared.

    Args:
        geometry: lengths and zero.
        pointing: direction of the telescope, with its hour angle.
        side: on which side of the pier the tube is.

    Returns:
        Reading of the dome, degrees in [0, 360).

    Raises:
        ValueError: the pointing has no hour angle.
    """
    if pointing.hour_angle_deg is None:
        raise ValueError("INDI's formula needs the hour angle")
    hour, latitude = radians(pointing.hour_angle_deg), radians(geometry.latitude_deg)
    altitude, azimuth = radians(pointing.altitude_deg), radians(pointing.azimuth_deg)
    offset_m = side.sign * geometry.tube_offset_m
    x = geometry.east_m - offset_m * cos(hour)
    y = geometry.north_m + offset_m * sin(hour) * sin(latitude)
    z = geometry.up_m + offset_m * sin(hour) * cos(latitude)
    east, north, up = cos(altitude) * sin(azimuth), cos(altitude) * cos(azimuth), sin(altitude)
    along = east * x + north * y + up * z
    reach_m = sqrt(along * along - x * x - y * y - z * z + geometry.radius_m**2) - along
    turned = degrees(atan2(x + reach_m * east, y + reach_m * north))
    return normalise_deg(turned + geometry.zero_deg(pointing.altitude_deg))
