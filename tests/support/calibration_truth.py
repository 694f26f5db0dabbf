"""A dome whose lengths are known, and a person who centres its slit more or less well."""

import math
import random
from collections.abc import Sequence

from astro.angles import difference_deg, normalise_deg
from astro.calibration import CalibrationPoint
from astro.calibration_design import Direction
from astro.geometry import Geometry, hour_angle_deg
from astro.pier import PierSide, side_from_hour_angle
from astro.pointing import Pointing

TRUTH = Geometry(1.2, 0.005, 0.07, -0.138, 0.41, 44.15, -0.9, -0.9)


def dome_reading_deg(pointing: Pointing, side: PierSide, beside_mm: float = 0.0, truth: Geometry = TRUTH) -> float:
    """Give what the dome reads when its slit stands so far beside the beam's middle."""
    share = beside_mm / 2000.0 / truth.slit_radius_m(pointing, side)
    turn_deg = math.degrees(2.0 * math.asin(max(-1.0, min(1.0, share))))
    return normalise_deg(truth.dome_azimuth(pointing, side) + turn_deg)


def measured(
    direction: Direction, chance: random.Random, noise_mm: float = 20.0, truth: Geometry = TRUTH, source: str = "mount"
) -> CalibrationPoint:
    """Measure once, as a person does: the dome's display shows a tenth of a degree."""
    altitude, azimuth = direction.altitude_deg, direction.azimuth_deg
    dome = dome_reading_deg(Pointing(altitude, azimuth), direction.side, chance.gauss(0.0, noise_mm), truth)
    hour_angle = hour_angle_deg(altitude, azimuth, truth.latitude_deg)
    return CalibrationPoint(
        chance.random(), altitude, azimuth, hour_angle, 0.0, direction.side, source, normalise_deg(round(dome, 1))
    )


def by_chance(chance: random.Random, count: int, truth: Geometry = TRUTH) -> Sequence[Direction]:
    """Choose directions as they come: anywhere between 20 and 80 degrees, an hour off the meridian."""
    found: list[Direction] = []
    while len(found) < count:
        altitude, azimuth = chance.uniform(20.0, 80.0), chance.uniform(0.0, 360.0)
        hour_angle = hour_angle_deg(altitude, azimuth, truth.latitude_deg)
        side = side_from_hour_angle(hour_angle)
        visible = truth.slit_radius_m(Pointing(altitude, azimuth), side) >= 0.2
        if visible and 15.0 <= abs(hour_angle) <= 165.0:
            found.append(Direction(altitude, azimuth, side))
    return found


def rms_over_sky_mm(found: Geometry, truth: Geometry) -> float:
    """Compare two domes at the slit: altitude 20 to 89, by area, tube on its natural side."""
    total = weights = 0.0
    for altitude in range(20, 90, 3):
        for azimuth in range(2, 360, 6):
            pointing = Pointing(altitude, azimuth)
            side = side_from_hour_angle(hour_angle_deg(altitude, azimuth, truth.latitude_deg))
            turn = difference_deg(found.dome_azimuth(pointing, side), truth.dome_azimuth(pointing, side))
            lateral = 2000.0 * truth.slit_radius_m(pointing, side) * math.sin(math.radians(turn) / 2.0)
            weight = math.cos(math.radians(altitude))
            total, weights = total + weight * lateral**2, weights + weight
    return math.sqrt(total / weights)
