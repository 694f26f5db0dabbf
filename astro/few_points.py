"""Fits a short table with known sides: a calibration made at the telescope; chooses the fit for any table."""

from dataclasses import replace

from astro.abaque import Abaque
from astro.calibration import CalibrationPoint
from astro.calibration_fit import fit_calibration
from astro.calibration_report import LEAST_POINTS
from astro.errors import ModelError
from astro.fit import fit
from astro.fit_report import FitReport
from astro.fit_review import CANNOT_FIT, review, swapped_sides
from astro.fit_uncertainty import of_covariance
from astro.geometry import hour_angle_deg
from astro.pier import side_from_hour_angle

MOST_POINTS = 60
"""A table with more measurements speaks for itself, and may show a second zero."""


def is_calibration(abaque: Abaque) -> bool:
    """Tell whether a table is a short one that says on which side the tube was."""
    return len(abaque.points) <= MOST_POINTS and any(point.side is not None for point in abaque.points)


def fit_table(abaque: Abaque, latitude_deg: float, radius_m: float) -> FitReport:
    """Fit a table by what suits it: a short one with sides as a calibration, any other as a whole.

    Args:
        abaque: the measurements.
        latitude_deg: latitude of the site, degrees north.
        radius_m: radius of the dome, metres.

    Returns:
        The report.

    Raises:
        ModelError: too few measurements, or they do not look like those of a dome.
    """
    return (fit_few if is_calibration(abaque) else fit)(abaque, latitude_deg, radius_m)


def fit_few(abaque: Abaque, latitude_deg: float, radius_m: float) -> FitReport:
    """Find the geometry of a short table.

    Args:
        abaque: the measurements.
        latitude_deg: latitude of the site, degrees north.
        radius_m: radius of the dome, metres.

    Returns:
        As `astro.fit.fit` does; there is one zero.

    Raises:
        ModelError: too few measurements, or they do not look like those of a dome.
    """
    if len(abaque.points) < LEAST_POINTS:
        raise ModelError(
            f"{CANNOT_FIT}: {abaque.source} holds {len(abaque.points)} measurements, at least {LEAST_POINTS} are "
            "needed (15 to 20, well spread, give a good fit)"
        )
    points, usual = [], []
    for each in abaque.points:
        hour_angle = hour_angle_deg(each.altitude_deg, each.azimuth_deg, latitude_deg)
        side = each.side or side_from_hour_angle(hour_angle)
        source = "table" if each.side is not None else "hour angle"
        usual.append(side)
        points.append(
            CalibrationPoint(
                0.0, each.altitude_deg, each.azimuth_deg, hour_angle, 0.0, side, source, each.dome_azimuth_deg
            )
        )
    found = fit_calibration(points, latitude_deg, radius_m)
    # Sides that are swapped throughout are no mistake of single cells.
    report = review(abaque, found.geometry, found.sides, found.sides if found.sides_swapped else usual)
    findings = report.findings
    if found.sides_swapped:
        findings = (swapped_sides(abaque, "the model takes them for what they are"), *findings)
    return replace(report, findings=findings, uncertainty=of_covariance(found.covariance, found.geometry))
