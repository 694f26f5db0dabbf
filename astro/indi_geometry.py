"""INDI's own dome geometry, for comparison only: its tube offset has the wrong height.

libindi's ``INDI::Dome`` turns the offset of the tube on a circle that is not perpendicular to the polar axis: of its
three components the one that points up has the opposite sign. A tube that in truth stands above the polar axis (looking
east, six hours before the meridian) is taken to hang below it. ``docs/indi-geometry.md`` says what that means in use.
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, isfinite, radians, sin, sqrt

from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.geometry import Geometry, Slit, hour_angle_deg
from astro.pier import PierSide
from astro.pointing import Pointing

_NEAR_POLE = cos(radians(89.0))
_BESIDE_MOUNT_DEG = 30.0


@dataclass(frozen=True, slots=True)
class IndiGeometry(DomeModel):
    """Where INDI's dome class would put the slit.

    Source: libindi, ``libs/indibase/indidome.cpp`` (``OpticalCenter``, ``Intersection``, ``GetTargetAz``), as of 2.2.
    """

    lengths: Geometry
    """The numbers of DOME_MEASUREMENTS and the latitude; INDI knows no zero of the dome, so its zeros are ignored."""
    tries_again_near_pole: bool = True
    """Beyond declination 89° newer versions take the hour angle for 0 (or for 12 h where it is 0) when the slit would
    otherwise be more than 30° beside the telescope; 1.9.9 does not."""

    @property
    def name(self) -> str:
        """How people are told which model answered."""
        return "indi"

    def optical_centre(self, hour_angle: float, side: PierSide) -> tuple[float, float, float]:
        """Give the point on the optical axis that INDI takes for the foot of the tube.

        Args:
            hour_angle: degrees, positive to the west.
            side: on which side of the pier the tube is.

        Returns:
            East, north, up from the centre of the sphere, metres.
        """
        lengths = self.lengths
        offset_m = side.sign * lengths.tube_offset_m
        turn, latitude = radians(hour_angle), radians(lengths.latitude_deg)
        return (
            lengths.east_m - offset_m * cos(turn),
            lengths.north_m + offset_m * sin(latitude) * sin(turn),
            lengths.up_m + offset_m * cos(latitude) * sin(turn),  # the metal has a minus here
        )

    def slit(self, pointing: Pointing, side: PierSide) -> Slit:
        """Give the azimuth and the radius of the slit point.

        Args:
            pointing: direction of the telescope; its own hour angle counts where it is known.
            side: on which side of the pier the tube is.

        Returns:
            Azimuth, degrees in [0, 360), and distance from the rotation axis, metres.

        Raises:
            ModelError: the pointing is not finite, or the line of sight misses the dome.
        """
        if not isfinite(pointing.altitude_deg + pointing.azimuth_deg):
            raise ModelError(f"no dome azimuth for altitude {pointing.altitude_deg}, azimuth {pointing.azimuth_deg}")
        latitude_deg = self.lengths.latitude_deg
        told = pointing.hour_angle_deg
        turn = hour_angle_deg(pointing.altitude_deg, pointing.azimuth_deg, latitude_deg) if told is None else told
        found = self._slit(pointing, turn, side)
        if self.tries_again_near_pole and _cos_declination(pointing, latitude_deg) < _NEAR_POLE:
            beside_deg = abs(difference_deg(found.azimuth_deg, pointing.azimuth_deg))
            if beside_deg > _BESIDE_MOUNT_DEG:
                return self._slit(pointing, 180.0 if turn == 0.0 else 0.0, side)
        return found

    def dome_azimuth(self, pointing: Pointing, side: PierSide) -> float:
        """Say where INDI would put the slit, degrees in [0, 360); arguments and errors as for ``slit``."""
        return self.slit(pointing, side).azimuth_deg

    def slit_radius_m(self, pointing: Pointing, side: PierSide) -> float:
        """Measure how far from the rotation axis INDI sees the slit point, metres; as for ``slit``."""
        return self.slit(pointing, side).radius_m

    def _slit(self, pointing: Pointing, turn_deg: float, side: PierSide) -> Slit:
        x, y, z = self.optical_centre(turn_deg, side)
        altitude, azimuth = radians(pointing.altitude_deg), radians(pointing.azimuth_deg)
        east, north, up = cos(altitude) * sin(azimuth), cos(altitude) * cos(azimuth), sin(altitude)
        along = east * x + north * y + up * z
        square = along * along - (x * x + y * y + z * z) + self.lengths.radius_m**2
        if square < 0.0:
            raise ModelError(
                f"at altitude {pointing.altitude_deg:g}, azimuth {pointing.azimuth_deg:g} INDI's optical axis does not "
                "meet the dome: check the lengths"
            )
        reach_m = sqrt(square) - along
        if reach_m < 0.0:  # the centre lies outside and the dome behind it: INDI takes the other crossing
            reach_m = -sqrt(square) - along
        x, y = x + reach_m * east, y + reach_m * north
        return Slit(normalise_deg(degrees(atan2(x, y))), hypot(x, y))


def _cos_declination(pointing: Pointing, latitude_deg: float) -> float:
    altitude, azimuth, latitude = map(radians, (pointing.altitude_deg, pointing.azimuth_deg, latitude_deg))
    to_meridian = sin(altitude) * cos(latitude) - cos(altitude) * cos(azimuth) * sin(latitude)
    return hypot(to_meridian, cos(altitude) * sin(azimuth))
