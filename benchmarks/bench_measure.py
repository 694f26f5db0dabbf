"""How well a few points measured at the telescope determine a dome: following the proposals, and as they come."""

import math
import random
from collections.abc import Sequence
from statistics import median

from support import Row, show

from astro.angles import difference_deg, normalise_deg
from astro.calibration import CalibrationPoint
from astro.calibration_design import Direction, next_directions, predict
from astro.calibration_fit import CalibrationFit, fit_calibration
from astro.geometry import Geometry, hour_angle_deg
from astro.pier import side_from_hour_angle
from astro.pointing import Pointing

TRUTH = Geometry(1.2, 0.005, 0.07, -0.138, 0.41, 44.15, -0.9, -0.9)
NOISE_MM = 20.0
SEEDS = 20
COUNTS = (5, 8, 12, 15, 20)


def measure(direction: Direction, chance: random.Random) -> CalibrationPoint:
    """Centre the slit by eye and read a tenth of a degree."""
    pointing = Pointing(direction.altitude_deg, direction.azimuth_deg)
    share = chance.gauss(0.0, NOISE_MM) / 2000.0 / TRUTH.slit_radius_m(pointing, direction.side)
    reading_deg = TRUTH.dome_azimuth(pointing, direction.side) + math.degrees(
        2.0 * math.asin(max(-1.0, min(1.0, share)))
    )
    hour_angle = hour_angle_deg(pointing.altitude_deg, pointing.azimuth_deg, TRUTH.latitude_deg)
    return CalibrationPoint(
        0.0,
        pointing.altitude_deg,
        pointing.azimuth_deg,
        hour_angle,
        0.0,
        direction.side,
        "mount",
        normalise_deg(round(reading_deg, 1)),
    )


def anywhere(chance: random.Random) -> Direction:
    """Choose any direction from 20 to 80 degrees of altitude that is an hour off the meridian and not near the axis."""
    while True:
        altitude, azimuth = chance.uniform(20.0, 80.0), chance.uniform(0.0, 360.0)
        hour_angle = hour_angle_deg(altitude, azimuth, TRUTH.latitude_deg)
        side = side_from_hour_angle(hour_angle)
        if 15.0 <= abs(hour_angle) <= 165.0 and TRUTH.slit_radius_m(Pointing(altitude, azimuth), side) >= 0.2:
            return Direction(altitude, azimuth, side)


def fit(points: Sequence[CalibrationPoint]) -> CalibrationFit:
    """Fit as the driver does."""
    return fit_calibration(points, TRUTH.latitude_deg, TRUTH.radius_m)


def session(seed: int, *, proposals: bool) -> dict[int, CalibrationFit]:
    """Measure a night's points; give the fits at the counts of the table."""
    chance, points, fits = random.Random(seed), list[CalibrationPoint](), {}
    while len(points) < max(COUNTS):
        chosen = next_directions(points, fit(points), 1)[0] if proposals else anywhere(chance)
        points.append(measure(chosen, chance))
        if len(points) in COUNTS:
            fits[len(points)] = fit(points)
    return fits


def error_mm(found: Geometry) -> float:
    """Compare with the truth at the slit, RMS over the sky: altitude 20 to 89, by area, tube on its natural side."""
    total = weights = 0.0
    for altitude in range(20, 90, 3):
        for azimuth in range(2, 360, 6):
            pointing = Pointing(altitude, azimuth)
            side = side_from_hour_angle(hour_angle_deg(altitude, azimuth, TRUTH.latitude_deg))
            turn = difference_deg(found.dome_azimuth(pointing, side), TRUTH.dome_azimuth(pointing, side))
            lateral = 2000.0 * TRUTH.slit_radius_m(pointing, side) * math.sin(math.radians(turn) / 2.0)
            weight = math.cos(math.radians(altitude))
            total, weights = total + weight * lateral**2, weights + weight
    return math.sqrt(total / weights)


def main() -> None:
    """Print the tables."""
    ways = {"as proposed": True, "by chance": False}
    nights = {name: [session(seed, proposals=way) for seed in range(SEEDS)] for name, way in ways.items()}
    for count in COUNTS:
        rows = [Row(name, [error_mm(fits[count].geometry) for fits in nights[name]]) for name in ways]
        expected = median(predict(fits[count]).rms_mm for fits in nights["as proposed"])
        title = f"{count} points of {NOISE_MM:.0f} mm, {SEEDS} nights: error of the dome over the sky"
        show(title, "mm RMS", rows, 0)
        print(f"  expected by the fit itself, as proposed: {expected:.1f} mm")


if __name__ == "__main__":
    main()
