"""Decides whether the slit goes by the fitted geometry or by the table itself, and says why with figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING, Literal

from astro.pier import PierSide

if TYPE_CHECKING:  # who only reads a choice back needs no fit
    from astro.fit_report import FitReport, FittedPoint

GOOD_RMS_MM = 35.0
"""Below this the geometry is taken without more ado: a table measured by hand (20 mm of scatter) can be interpolated to
44 mm when each point is predicted from the others, and is off by 41 mm over the sky; its geometry is at 23 mm in the
first test and 4 mm in the second (docs/decisions/007-model-choice.md). A fifth of the usual free play of 175 mm."""
GOOD_P95_MM = 75.0
"""The same of 95 % of the points: twice the above and a little, as for a bell-shaped scatter."""
NEIGHBOUR_DEG = 20.0
"""Points of one altitude that are no farther apart see the same of whatever is systematic."""
LEAST_PAIRS = 20
"""Pairs of neighbours from which the scatter can be told to a fifth."""
LEAST_BANDS = 3
"""Altitudes on each side of the pier that a table needs to be interpolated in."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What the automatic choice came to."""

    model: Literal["geometry", "table"]
    reason: str
    """One sentence with figures, for people; begins with the model's name."""


def choose(report: "FitReport") -> ModelChoice:
    """Choose between the geometry and the table from the residuals of the fit.

    What the geometry misses falls into scatter, which differs from one point to the next and is the measurement's, and
    a systematic part, which neighbours share and is the dome's. Interpolating the table removes the second but passes
    on the first, and has nothing to say beyond its ends. So the geometry is used when it is good (``GOOD_RMS_MM``),
    when what it misses is mostly scatter, or when the table is too thin to be interpolated; otherwise the table is.

    Args:
        report: a fit that was not refused.

    Returns:
        The choice and the reason in words. The figures are those of the fit itself, not of a prediction of points that
        were left out, which would take seconds.
    """
    figures = report.figures
    found = (
        f"{figures.lateral_rms_mm:.3g} mm RMS at the slit over {figures.clean_points} points "
        f"({figures.lateral_p95_mm:.0f} mm for 95 % of them)"
    )
    clean = [point for point in report.points if point.is_clean]
    scatter_mm = _scatter_mm(clean)
    parts = ""
    systematic_mm = figures.lateral_rms_mm
    if scatter_mm is not None:
        systematic_mm = sqrt(max(0.0, figures.lateral_rms_mm**2 - scatter_mm**2))
        parts = f", {scatter_mm:.0f} mm of it scatter from point to point and {systematic_mm:.0f} mm systematic"
    source = "figures of the fit itself"
    if figures.lateral_rms_mm <= GOOD_RMS_MM and figures.lateral_p95_mm <= GOOD_P95_MM:
        why = "the table would repeat its scatter and ends where its measurements end"
        return ModelChoice("geometry", f"geometry: {found}{parts}; {why} ({source})")
    thin = _too_thin(clean)
    if thin:
        return ModelChoice("geometry", f"geometry: {found}{parts}; not good, but {thin} ({source})")
    if scatter_mm is not None and systematic_mm <= scatter_mm:
        why = "the measurements scatter more than the geometry misses, and the table would repeat that"
        return ModelChoice("geometry", f"geometry: {found}{parts}; {why} ({source})")
    why = f"more than {GOOD_RMS_MM:.0f} mm, and the table follows what no such geometry explains"
    return ModelChoice("table", f"table: the geometry is off by {found}{parts}; {why} ({source})")


def _scatter_mm(points: Sequence["FittedPoint"]) -> float | None:
    """Estimate the scatter of single measurements from differences between neighbours; None from too few of them."""
    squares = [
        (high.lateral_mm - low.lateral_mm) ** 2 / 2.0
        for side in (PierSide.WEST, PierSide.EAST)
        for low, high in _neighbours(point for point in points if point.side is side)
    ]
    return sqrt(fmean(squares)) if len(squares) >= LEAST_PAIRS else None


def _neighbours(points: Iterable["FittedPoint"]) -> Iterable[tuple["FittedPoint", "FittedPoint"]]:
    bands: dict[float, list[FittedPoint]] = {}
    for point in points:
        bands.setdefault(point.point.altitude_deg, []).append(point)
    for band in bands.values():
        band.sort(key=lambda each: each.point.azimuth_deg)
        for low, high in pairwise(band):
            if high.point.azimuth_deg - low.point.azimuth_deg <= NEIGHBOUR_DEG:
                yield low, high


def _too_thin(points: Sequence["FittedPoint"]) -> str:
    """Say why a table cannot be interpolated, or nothing."""
    for side in (PierSide.WEST, PierSide.EAST):
        bands: dict[float, int] = {}
        for point in points:
            if point.side is side:
                bands[point.point.altitude_deg] = bands.get(point.point.altitude_deg, 0) + 1
        usable = sum(count >= LEAST_BANDS for count in bands.values())
        if usable < LEAST_BANDS:
            return (
                f"with the tube {side.label} of the pier only {usable} altitudes have {LEAST_BANDS} points or more: "
                "too few to interpolate in"
            )
    return ""
