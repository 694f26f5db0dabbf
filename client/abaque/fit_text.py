"""A fit in words, and as plain JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite
from textwrap import wrap
from typing import Any

from astro.fit_report import FitReport, FittedPoint, Parameter, Uncertainty
from astro.geometry import Geometry
from astro.pier import PierSide

WIDTH = 110
HOW = (
    "± is one standard deviation, from the robust fit's Jacobian and the scatter of the points (sandwich estimate); "
    "radius and latitude are taken as given."
)


def fit_lines(report: FitReport, source: str, *, with_points: bool = False) -> Iterator[str]:
    """Put a fit into words.

    Args:
        report: the fit.
        source: name of the file.
        with_points: also list every measurement with its residual.

    Yields:
        Lines.
    """
    geometry, figures = report.geometry, report.figures
    altitudes = len({point.point.altitude_deg for point in report.points})
    yield f"{source}: {figures.points} points at {altitudes} altitudes, {figures.clean_points} of them clean"
    yield ""
    given = f"radius {geometry.radius_m:g} m, latitude {geometry.latitude_deg:g}°"
    yield f"Geometry ({given}; lengths from the dome's centre)"
    if report.uncertainty is not None:
        yield from (f"  {parameter_words(each)}" for each in report.uncertainty.parameters)
        yield from prose(HOW)
        for line in pair_words(report.uncertainty):
            yield from prose(line)
    else:
        yield from prose(_lengths(geometry))
    yield ""
    yield f"Residuals, {figures.clean_points} clean points"
    yield (
        f"  at the slit  {figures.lateral_rms_mm:.1f} mm RMS, {figures.lateral_median_mm:.1f} median, "
        f"{figures.lateral_p95_mm:.1f} for 95 %, {figures.lateral_max_mm:.1f} worst"
    )
    if figures.azimuth_points:
        yield (
            f"  in azimuth   {figures.azimuth_rms_deg:.2f}° RMS, {figures.azimuth_median_deg:.2f}° median, "
            f"{figures.azimuth_p95_deg:.2f}° for 95 %"
        )
        yield from prose(
            f"the latter over the {figures.azimuth_points} points whose slit point is more than 0.2 m from the dome's "
            "axis; nearer, a degree means nothing"
        )
    yield ""
    yield from side_lines(report)
    yield ""
    yield from finding_lines(report)
    if with_points:
        yield ""
        yield from point_lines(report.points)


def _lengths(geometry: Geometry) -> str:
    """Write lengths and zeros of which no uncertainty is known."""
    zero = f"zero {geometry.zero_low_deg:+.2f}°"
    if geometry.zero_low_deg != geometry.zero_high_deg:
        low_deg, high_deg = geometry.ramp_low_deg, geometry.ramp_high_deg
        zero += f" up to altitude {low_deg:g}°, {geometry.zero_high_deg:+.2f}° from {high_deg:g}°"
    return (
        f"east {geometry.east_m:+.3f} m, north {geometry.north_m:+.3f} m, up {geometry.up_m:+.3f} m, tube offset "
        f"{geometry.tube_offset_m:+.3f} m, {zero}"
    )


def prose(text: str, first: str = "") -> list[str]:
    """Break a sentence into indented lines.

    Args:
        text: the sentence.
        first: what the first line begins with; the others are indented by as much.

    Returns:
        Lines of no more than 110 characters.
    """
    indent = "  "
    deeper = indent + " " * len(first)
    return wrap(text, WIDTH, initial_indent=indent + first, subsequent_indent=deeper, break_on_hyphens=False)


def parameter_words(parameter: Parameter) -> str:
    """Write one parameter: name, value, uncertainty."""
    digits = 3 if parameter.unit == "m" else 2
    blank = " " if parameter.unit == "m" else ""
    sigma = f"± {parameter.sigma:.{digits}f}" if isfinite(parameter.sigma) else "not determined by this table"
    return f"{parameter.name:<16}{parameter.value:+.{digits}f}{blank}{parameter.unit}  {sigma}"


def pair_words(uncertainty: Uncertainty) -> Iterator[str]:
    """Say which parameters are only known together."""
    for first, second, correlation in uncertainty.strong_pairs():
        yield (
            f"{first.name} and {second.name} go together (correlation {correlation:+.3f}): the table fixes a "
            "combination of the two much better than either. The dome azimuths do not suffer; the single lengths do. "
            "A tape measure tells them apart."
        )


def side_lines(report: FitReport) -> Iterator[str]:
    """Count the points of each side, and name those that are not where their azimuth suggests."""
    counts = {side: sum(point.side is side for point in report.points) for side in PierSide}
    yield f"Sides: {counts[PierSide.WEST]} points with the tube west of the pier, {counts[PierSide.EAST]} east" + (
        f", {counts[PierSide.NONE]} without side" if counts[PierSide.NONE] else ""
    )
    for point in report.points:
        if point.is_clean and is_unusual(point):
            yield (
                f"  altitude {point.point.altitude_deg:g}°, azimuth {point.point.azimuth_deg:g}° counts as tube "
                f"{point.side.label} ({point.point.place})"
            )


def is_unusual(point: FittedPoint) -> bool:
    """Tell whether a point has the side that its half of the sky does not suggest."""
    usual = PierSide.WEST if point.point.azimuth_deg <= 180.0 else PierSide.EAST
    return point.side not in (usual, PierSide.NONE)


def finding_lines(report: FitReport) -> Iterator[str]:
    """List what a person should look at."""
    if not report.findings:
        yield "Findings: none; no cell stands out"
        return
    yield "Findings"
    for finding in report.findings:
        yield from prose(f"{finding.kind}: {finding.message}", first="- ")


def point_lines(points: tuple[FittedPoint, ...]) -> Iterator[str]:
    """Make a table of every measurement."""
    yield "altitude  azimuth  side     dome   error°  at slit mm  radius m  place"
    for each in points:
        point = each.point
        mark = "" if each.is_clean else "  *"
        yield (
            f"{point.altitude_deg:8g}  {point.azimuth_deg:7g}  {each.side.label:<5}{point.dome_azimuth_deg:8.1f}"
            f"{each.error_deg:+9.2f}{each.lateral_mm:+12.1f}{each.slit_radius_m:10.3f}  {point.place}{mark}"
        )
    if not all(each.is_clean for each in points):
        yield "* see the findings"


def fit_object(report: FitReport, source: str, *, with_points: bool = False) -> dict[str, Any]:
    """Give the same as JSON types.

    Args:
        report: the fit.
        source: name of the file.
        with_points: also every measurement with its residual.

    Returns:
        An object without infinities: a sigma that is not determined is null.
    """
    document: dict[str, Any] = {"file": source, "geometry": asdict(report.geometry)}
    if report.uncertainty is not None:
        parameters = [asdict(each) for each in report.uncertainty.parameters]
        for each in parameters:
            each["sigma"] = each["sigma"] if isfinite(each["sigma"]) else None
        document["parameters"] = parameters
        document["correlations"] = report.uncertainty.correlations
        document["strong_pairs"] = [[a.name, b.name, value] for a, b, value in report.uncertainty.strong_pairs()]
    document["figures"] = asdict(report.figures)
    document["sides"] = {
        "west": sum(point.side is PierSide.WEST for point in report.points),
        "east": sum(point.side is PierSide.EAST for point in report.points),
        "other_than_usual": [_where(point) for point in report.points if is_unusual(point)],
    }
    document["findings"] = [asdict(finding) for finding in report.findings]
    if with_points:
        document["points"] = [
            _where(each)
            | {
                "dome_azimuth_deg": each.point.dome_azimuth_deg,
                "error_deg": each.error_deg,
                "lateral_mm": each.lateral_mm,
                "slit_radius_m": each.slit_radius_m,
                "is_clean": each.is_clean,
            }
            for each in report.points
        ]
    return document


def _where(each: FittedPoint) -> dict[str, Any]:
    point = each.point
    return {
        "altitude_deg": point.altitude_deg,
        "azimuth_deg": point.azimuth_deg,
        "side": each.side.label,
        "sheet": point.sheet,
        "cell": point.cell,
    }
