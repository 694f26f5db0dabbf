"""Judges a table against the geometry fitted to it: residuals, figures, and cells worth measuring again."""

from collections.abc import Sequence
from math import ceil, floor, nan, radians, sin, sqrt
from statistics import fmean, median

from astro.abaque import Abaque, AbaquePoint
from astro.angles import difference_deg
from astro.errors import ModelError
from astro.fit_report import Finding, FitFigures, FitReport, FittedPoint
from astro.geometry import Geometry, hour_angle_deg
from astro.pier import PierSide
from astro.pointing import Pointing

CANNOT_FIT = "the table cannot be fitted as a dome"
WHAT_TO_CHECK = (
    "check the latitude, that azimuths run from north through east, and that 'Az astre' and 'Az coupole' are in place"
)

OUTLIER_MM = 100.0
"""Five times the scatter of a hand-measured table; still well inside the slit."""
_MAX_MEDIAN_MM = 60.0
_MAX_OUTLIER_SHARE = 0.12
"""Ten times what a careful table holds; a latitude wrong by 25 degrees is beyond it."""
_LARGE_RADIUS_M = 0.2


def review(abaque: Abaque, geometry: Geometry, sides: Sequence[PierSide], usual: Sequence[PierSide]) -> FitReport:
    """Compare every measurement with the geometry.

    Args:
        abaque: the measurements.
        geometry: fitted to them.
        sides: for each point, the side that the fit gave it.
        usual: for each point, the side that its azimuth suggests.

    Returns:
        The report; its findings are in the order of the table.

    Raises:
        ModelError: the geometry misses too much of the table to be its geometry.
    """
    fitted, findings = [], []
    moved = [point for point, side, normal in zip(abaque.points, sides, usual, strict=True) if side is not normal]
    for point, side, normal in zip(abaque.points, sides, usual, strict=True):
        wrong_side = side is not normal and not _is_either_side(point, geometry.latitude_deg, abaque.points, moved)
        try:
            result = _residual(point, side, geometry)
        except ModelError as error:
            raise ModelError(
                f"{CANNOT_FIT}: the measurements of {abaque.source} lead to a geometry out of which the telescope "
                f"does not look ({error}); {WHAT_TO_CHECK}"
            ) from error
        finding = None
        if wrong_side:
            finding = _wrong_side(result, normal, geometry)
        elif abs(result.lateral_mm) > OUTLIER_MM:
            finding = _outlier(result, geometry)
        if finding is not None:
            findings.append(finding)
        fitted.append((result, finding is None))
    points = tuple(
        FittedPoint(p.point, p.side, p.error_deg, p.lateral_mm, p.slit_radius_m, clean) for p, clean in fitted
    )
    figures = figures_of(points)
    _refuse_no_dome(abaque.source, points, figures)
    return FitReport(geometry, points, figures, (*findings, *_zero_shift(abaque, geometry)))


def _residual(point: AbaquePoint, side: PierSide, geometry: Geometry) -> FittedPoint:
    pointing = Pointing(point.altitude_deg, point.azimuth_deg)
    error_deg = difference_deg(point.dome_azimuth_deg, geometry.dome_azimuth(pointing, side))
    slit_radius_m = geometry.slit_radius_m(pointing, side)
    lateral_mm = 2000.0 * slit_radius_m * sin(radians(error_deg) / 2.0)
    return FittedPoint(point, side, error_deg, lateral_mm, slit_radius_m, is_clean=True)


def _is_either_side(
    point: AbaquePoint, latitude_deg: float, points: Sequence[AbaquePoint], moved: Sequence[AbaquePoint]
) -> bool:
    """Tell whether a moved point is no mistake.

    Twelve hours from the meridian a mount may hang on either side; so may it on the meridian, where most cells of the
    table at that azimuth agree.
    """
    from_meridian_deg = abs(hour_angle_deg(point.altitude_deg, point.azimuth_deg, latitude_deg))
    same = sum(other.azimuth_deg == point.azimuth_deg for other in points)
    agreeing = sum(other.azimuth_deg == point.azimuth_deg for other in moved)
    return from_meridian_deg > 179.0 or (from_meridian_deg < 1.0 and agreeing > same / 2)


def _place(point: AbaquePoint) -> str:
    return (
        f"{point.place}: altitude {point.altitude_deg:g}°, azimuth {point.azimuth_deg:g}°, "
        f"dome {point.dome_azimuth_deg:g}°"
    )


def _wrong_side(result: FittedPoint, normal: PierSide, geometry: Geometry) -> Finding:
    point, side = result.point, result.side
    pointing = Pointing(point.altitude_deg, point.azimuth_deg)
    expected_deg = geometry.dome_azimuth(pointing, normal)
    message = (
        f"{_place(point)} belongs to a tube {side.label} of the pier ({geometry.dome_azimuth(pointing, side):.0f}° "
        f"there); with the tube {normal.label} it should be about {expected_deg:.0f}°: measure it again"
    )
    return Finding("wrong-side", point.sheet, point.cell, message, expected_deg)


def _outlier(result: FittedPoint, geometry: Geometry) -> Finding:
    point = result.point
    expected_deg = geometry.dome_azimuth(Pointing(point.altitude_deg, point.azimuth_deg), result.side)
    message = (
        f"{_place(point)} lies {abs(result.lateral_mm):.0f} mm beside the rest of the table, which expects about "
        f"{expected_deg:.0f}°: measure it again"
    )
    return Finding("outlier", point.sheet, point.cell, message, expected_deg)


def swapped_sides(abaque: Abaque, consequence: str) -> Finding:
    """Report that a table calls the sides of the pier the other way round throughout.

    Args:
        abaque: with sides.
        consequence: what the fit made of it, in words.

    Returns:
        The finding, at the first cell that states a side.
    """
    first = next(point for point in abaque.points if point.side is not None)
    message = (
        f"{first.place} on: the sides of the pier stand the other way round in the whole table (W for a tube that is "
        f"east of the pier, looking west); {consequence}. Correct the sides; if the mount reported them so, set "
        "MOUNT_SIDE_REPORT to Inverted, too (slaving.mount_side in the configuration)"
    )
    return Finding("swapped-sides", first.sheet, first.cell, message, None)


def _zero_shift(abaque: Abaque, geometry: Geometry) -> list[Finding]:
    if geometry.zero_low_deg == geometry.zero_high_deg:
        return []
    first = next(point for point in abaque.points if point.altitude_deg >= geometry.ramp_high_deg)
    message = (
        f"{first.place} on: the zero of the dome is {geometry.zero_low_deg:+.1f}° up to "
        f"altitude {geometry.ramp_low_deg:g}° and {geometry.zero_high_deg:+.1f}° from {geometry.ramp_high_deg:g}°. "
        "Measured in two sessions? The model follows both; compare one point of each at the telescope"
    )
    return [Finding("zero-shift", first.sheet, first.cell, message, None)]


def figures_of(points: Sequence[FittedPoint]) -> FitFigures:
    """Sum up how far measurements lie from a model.

    Args:
        points: measurements with their residuals; those that are not clean only count in the number of points.

    Returns:
        The figures.
    """
    clean = [point for point in points if point.is_clean]
    lateral_mm = sorted(abs(point.lateral_mm) for point in clean) or [nan]
    errors_deg = sorted(abs(point.error_deg) for point in clean if point.slit_radius_m > _LARGE_RADIUS_M)
    shown_deg = errors_deg or [0.0]
    return FitFigures(
        points=len(points),
        clean_points=len(clean),
        lateral_rms_mm=sqrt(fmean(value**2 for value in lateral_mm)),
        lateral_median_mm=median(lateral_mm),
        lateral_p95_mm=_quantile(lateral_mm, 0.95),
        lateral_max_mm=lateral_mm[-1],
        azimuth_points=len(errors_deg),
        azimuth_rms_deg=sqrt(fmean(value**2 for value in shown_deg)),
        azimuth_median_deg=median(shown_deg),
        azimuth_p95_deg=_quantile(shown_deg, 0.95),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    position = share * (len(ordered) - 1)
    low, high = ordered[floor(position)], ordered[ceil(position)]
    return low + (high - low) * (position - floor(position))


def _refuse_no_dome(source: str, points: Sequence[FittedPoint], figures: FitFigures) -> None:
    off = figures.points - figures.clean_points
    median_mm = median(abs(point.lateral_mm) for point in points)
    if median_mm > _MAX_MEDIAN_MM or off > max(2.0, _MAX_OUTLIER_SHARE * figures.points):
        raise ModelError(
            f"{CANNOT_FIT}: the best geometry misses the measurements of {source} by {median_mm:.0f} mm in the median, "
            f"and {off} of {figures.points} lie more than {OUTLIER_MM:.0f} mm off or on the wrong side; "
            f"{WHAT_TO_CHECK}"
        )
