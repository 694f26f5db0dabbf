"""Closed form of the dome: a line of sight beside a German equatorial mount meets a sphere."""

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, isfinite, radians, sin, sqrt
from typing import NamedTuple

from astro.angles import normalise_deg
from astro.errors import ModelError
from astro.pier import PierSide
from astro.pointing import Pointing

POLAR_CAP = cos(radians(89.5))
"""Cosine of the declination below which the hour angle of an altitude and azimuth is not to be trusted."""


class Slit(NamedTuple):
    """Where the slit must be, and how much an azimuth error counts there."""

    azimuth_deg: float
    """Reading of the dome, degrees in [0, 360)."""
    radius_m: float
    """Distance of the slit point from the dome's rotation axis, metres."""


def hour_angle_deg(altitude_deg: float, azimuth_deg: float, latitude_deg: float) -> float:
    """Convert a direction on the local sky to an hour angle; no clock is needed.

    Args:
        altitude_deg: degrees above the horizon.
        azimuth_deg: degrees from north through east.
        latitude_deg: degrees north.

    Returns:
        Degrees in [-180, 180], positive to the west; meaningless at the celestial pole.
    """
    altitude, azimuth, latitude = radians(altitude_deg), radians(azimuth_deg), radians(latitude_deg)
    to_meridian = sin(altitude) * cos(latitude) - cos(altitude) * sin(latitude) * cos(azimuth)
    return degrees(atan2(-cos(altitude) * sin(azimuth), to_meridian))


@dataclass(frozen=True, slots=True)
class Geometry:
    """Lengths of one observatory. Axes: x east, y north, z up; origin at the centre of the dome sphere.

    The same in both hemispheres: the offset of the tube is (-cos H, sin lat sin H, -cos lat sin H), west of the pier on
    the meridian and above the polar axis six hours before it, whatever the sign of the latitude (see ``PierSide``).

    Only the ratios of the lengths to the radius matter for the azimuth. The zero of the dome (reading minus true
    azimuth) may differ between low and high altitudes, as when a table was measured in two sessions; it then passes
    smoothly from one value to the other between two altitudes.
    """

    radius_m: float
    """Radius of the sphere on which the slit lies, metres."""
    east_m: float
    """Crossing of the mount's axes, east of the centre, metres."""
    north_m: float
    """The same, north of the centre, metres."""
    up_m: float
    """The same, above the centre, metres."""
    tube_offset_m: float
    """From the polar axis to the optical axis, along the declination axis, metres."""
    latitude_deg: float
    """Latitude of the site, degrees north."""
    zero_low_deg: float = 0.0
    """Added to the geometric azimuth at and below ``ramp_low_deg``, degrees."""
    zero_high_deg: float = 0.0
    """Added at and above ``ramp_high_deg``, degrees; equal to the low one where there is but one zero."""
    ramp_low_deg: float = 0.0
    """Altitude where the passage begins, degrees."""
    ramp_high_deg: float = 0.0
    """Altitude where it ends, degrees; not above the beginning means a step there."""
    name: str = "geometry"
    """How people are told which model answered."""

    def __post_init__(self) -> None:
        lengths = (self.radius_m, self.east_m, self.north_m, self.up_m, self.tube_offset_m)
        zeros = (self.latitude_deg, self.zero_low_deg, self.zero_high_deg, self.ramp_low_deg, self.ramp_high_deg)
        if not all(map(isfinite, lengths + zeros)):
            raise ModelError(f"a length or an angle of the dome is not a finite number: {lengths + zeros}")
        if self.radius_m <= 0.0:
            raise ModelError(f"the dome radius must be positive, it is {self.radius_m:g} m")
        if not -90.0 <= self.latitude_deg <= 90.0:
            raise ModelError(f"the latitude must lie in -90...90 degrees, it is {self.latitude_deg:g}")
        distance_m = sqrt(self.east_m**2 + self.north_m**2 + self.up_m**2)
        if distance_m >= self.radius_m:
            raise ModelError(
                f"the mount stands {distance_m:.3f} m from the centre of a dome whose radius is {self.radius_m:g} m: "
                "it would be outside; check the lengths (all in metres)"
            )

    def zero_deg(self, altitude_deg: float) -> float:
        """Tell what the dome reads when its slit faces true north.

        Args:
            altitude_deg: altitude of the telescope, degrees.

        Returns:
            Degrees to add to the geometric azimuth.
        """
        if self.zero_low_deg == self.zero_high_deg or altitude_deg <= self.ramp_low_deg:
            return self.zero_low_deg
        if altitude_deg >= self.ramp_high_deg:
            return self.zero_high_deg
        t = (altitude_deg - self.ramp_low_deg) / (self.ramp_high_deg - self.ramp_low_deg)
        return self.zero_low_deg + (self.zero_high_deg - self.zero_low_deg) * t * t * (3.0 - 2.0 * t)

    def slit_point(self, pointing: Pointing, side: PierSide) -> tuple[float, float, float]:
        """Find where the optical axis leaves the dome.

        The offset of the tube is perpendicular to the polar axis and turns with the hour angle (abaque-science,
        section 2); the hour angle follows from altitude, azimuth and latitude, no clock is needed.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            East, north, up from the centre of the sphere, metres.

        Raises:
            ModelError: the pointing is not finite, or the line of sight misses the dome.
        """
        if not isfinite(pointing.altitude_deg + pointing.azimuth_deg):
            raise ModelError(f"no dome azimuth for altitude {pointing.altitude_deg}, azimuth {pointing.azimuth_deg}")
        altitude = radians(pointing.altitude_deg)
        azimuth = radians(pointing.azimuth_deg)
        latitude = radians(self.latitude_deg)
        sin_lat, cos_lat = sin(latitude), cos(latitude)
        up, level = sin(altitude), cos(altitude)
        east, north = level * sin(azimuth), level * cos(azimuth)
        x, y, z = self.east_m, self.north_m, self.up_m
        offset_m = side.sign * self.tube_offset_m
        if offset_m:
            # (cos d cos H, cos d sin H) without any inverse function.
            cos_ha, sin_ha = up * cos_lat - north * sin_lat, -east
            cos_dec = hypot(cos_ha, sin_ha)
            if cos_dec < POLAR_CAP and pointing.hour_angle_deg is not None:
                hour_angle = radians(pointing.hour_angle_deg)
                cos_ha, sin_ha = cos(hour_angle), sin(hour_angle)
            elif cos_dec > 0.0:
                cos_ha, sin_ha = cos_ha / cos_dec, sin_ha / cos_dec
            else:
                cos_ha, sin_ha = 1.0, 0.0
            x -= offset_m * cos_ha
            y += offset_m * sin_lat * sin_ha
            z -= offset_m * cos_lat * sin_ha
        along = east * x + north * y + up * z
        square = along * along - x * x - y * y - z * z + self.radius_m**2
        reach_m = sqrt(square) - along if square >= 0.0 else -1.0
        if not reach_m > 0.0:
            raise ModelError(
                f"at altitude {pointing.altitude_deg:g}, azimuth {pointing.azimuth_deg:g} the line of sight does not "
                f"meet the dome (radius {self.radius_m:g} m, tube offset {self.tube_offset_m:g} m): check the lengths"
            )
        return x + reach_m * east, y + reach_m * north, z + reach_m * up

    def slit(self, pointing: Pointing, side: PierSide) -> Slit:
        """Give azimuth and radius at the cost of one of them.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            What ``dome_azimuth`` and ``slit_radius_m`` give.

        Raises:
            ModelError: as for ``slit_point``.
        """
        x, y, _ = self.slit_point(pointing, side)
        return Slit(normalise_deg(degrees(atan2(x, y)) + self.zero_deg(pointing.altitude_deg)), hypot(x, y))

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where the slit must be.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            Reading of the dome, degrees in [0, 360).

        Raises:
            ModelError: as for ``slit_point``.
        """
        x, y, _ = self.slit_point(pointing, side)
        return normalise_deg(degrees(atan2(x, y)) + self.zero_deg(pointing.altitude_deg))

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the dome's rotation axis the optical axis leaves the dome.

        Args:
            pointing: direction of the telescope.
            side: on which side of the pier the tube is.

        Returns:
            Metres; an azimuth error moves the slit sideways by this times the angle.

        Raises:
            ModelError: as for ``slit_point``.
        """
        x, y, _ = self.slit_point(pointing, side)
        return hypot(x, y)
