"""A check of a table in words, and as plain JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from astro.abaque import Abaque, AbaquePoint
from astro.coverage import BAND_EDGES_DEG, SECTOR_DEG, Coverage
from astro.cross_validation import Predictor, Scheme, Validation
from astro.fit_report import FitReport
from astro.pier import PierSide
from astro.recommend import Recommendation
from client.abaque.fit_text import finding_lines, prose, side_lines

EXPLAINED = {
    Predictor.GEOMETRY: "lengths and zero fitted to the table",
    Predictor.TABLE: "the table, each side of the pier by itself, interpolated as distances beside the geometry",
    Predictor.PLAIN_TABLE: "the same with plain angles, as a spreadsheet would do it",
    Predictor.REFERENCE: "one lookup for both sides, as published; for comparison",
    Predictor.BILINEAR: "geometry plus interpolated angles of the residual: what not to do",
    Predictor.SMOOTH: "geometry plus a smooth correction",
}
HIDDEN = {
    Scheme.ONE_OUT: "Each point predicted from all others",
    Scheme.BAND_OUT: "Each altitude predicted from the others",
    Scheme.SECOND_AZIMUTH_OUT: "Every second azimuth predicted from the rest",
}


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """Draw the coverage as a map of counts, a dot where the normal side has none, and name the gaps."""
    yield f"Coverage: points by altitude and {SECTOR_DEG}° of azimuth"
    for side in (PierSide.WEST, PierSide.EAST):
        normal = range(6) if side is PierSide.WEST else range(6, 12)
        rows = coverage.counts[side]
        beyond = [sector for sector in range(12) if sector not in normal and any(row[sector] for row in rows)]
        sectors = [*normal, *beyond]
        yield f"  tube {side.label:<6}" + "".join(f"{sector * SECTOR_DEG:>5}°" for sector in sectors)
        for (low_deg, high_deg), row in reversed(list(zip(pairwise(BAND_EDGES_DEG), rows, strict=True))):
            cells = "".join(f"{row[sector] or ('.' if sector in normal else ''):>6}" for sector in sectors)
            yield f"  {low_deg:>4}-{high_deg}°   {cells}".rstrip()
    gaps = coverage.gaps
    if gaps:
        yield "  Gaps, where the table must guess and only the geometry knows"
        for gap in gaps:
            yield f"  - {gap.words}"


def repeated_lines(abaque: Abaque) -> Iterator[str]:
    """Name what stands in the file more than once."""
    for point in abaque.repeated:
        yield from prose(f"repeated: {point.place} is the same as an earlier point; counted once", first="- ")
    for first, second in same_directions(abaque):
        yield from prose(
            f"same direction: {first.place} and {second.place} are both altitude {first.altitude_deg:g}°, north, with "
            f"{first.dome_azimuth_deg:g}° and {second.dome_azimuth_deg:g}° for the dome",
            first="- ",
        )


def same_directions(abaque: Abaque) -> list[tuple[AbaquePoint, AbaquePoint]]:
    """Find directions written twice, as azimuth 0 and 360, with nothing said of the side."""
    zeros = {point.altitude_deg: point for point in abaque.points if point.azimuth_deg == 0.0 and point.side is None}
    return [
        (zeros[point.altitude_deg], point)
        for point in abaque.points
        if point.azimuth_deg == 360.0 and point.side is None and point.altitude_deg in zeros
    ]


def check_lines(
    abaque: Abaque,
    report: FitReport,
    coverage: Coverage,
    validations: Mapping[Scheme, Validation],
    advice: Recommendation,
) -> Iterator[str]:
    """Put a whole check into words.

    Args:
        abaque: the table.
        report: its fit.
        coverage: of its points.
        validations: what each model predicts.
        advice: what to use.

    Yields:
        Lines.
    """
    figures = report.figures
    yield (
        f"{abaque.source}: {figures.points} points, {figures.clean_points} clean; the geometry fits to "
        f"{figures.lateral_rms_mm:.1f} mm RMS at the slit"
    )
    yield ""
    yield from coverage_lines(coverage)
    yield ""
    yield from side_lines(report)
    yield ""
    yield from finding_lines(report)
    yield from repeated_lines(abaque)
    for scheme, validation in validations.items():
        yield ""
        yield from _validation_lines(HIDDEN[scheme], validation)
    yield ""
    for predictor, words in EXPLAINED.items():
        yield f"  {predictor:<18}{words}"
    yield ""
    yield f"Use: {advice.model}"
    yield from prose(f"{advice.reason}.")
    yield from prose(f"{advice.residual}.")


def _validation_lines(title: str, validation: Validation) -> Iterator[str]:
    if not any(validation.figures.values()):
        yield f"{title}: not done, too few points would remain"
        return
    yield f"{title:<46}at the slit, mm            azimuth, °"
    yield f"{'':<42}{'RMS':>7}{'median':>8}{'95 %':>7}{'worst':>7}{'RMS':>8}{'median':>8}{'95 %':>7}"
    for predictor, figures in validation.figures.items():
        if figures is None:
            yield f"  {predictor:<40}  no answer: the table is no full grid"
            continue
        yield (
            f"  {predictor:<40}{figures.lateral_rms_mm:7.1f}{figures.lateral_median_mm:8.1f}"
            f"{figures.lateral_p95_mm:7.1f}{figures.lateral_max_mm:7.0f}"
            f"{figures.azimuth_rms_deg:8.2f}{figures.azimuth_median_deg:8.2f}{figures.azimuth_p95_deg:7.1f}"
        )


def lint_object(abaque: Abaque, coverage: Coverage) -> dict[str, Any]:
    """Give what can be said of a table without a fit, as JSON types."""
    return {
        "file": abaque.source,
        "points": len(abaque.points),
        "repeated": [point.place for point in abaque.repeated],
        "same_direction": [[first.place, second.place] for first, second in same_directions(abaque)],
        "coverage": {
            "altitude_edges_deg": BAND_EDGES_DEG,
            "sector_deg": SECTOR_DEG,
            "counts": {side.label: rows for side, rows in coverage.counts.items()},
            "gaps": [asdict(gap) | {"side": gap.side.label} for gap in coverage.gaps],
        },
    }


def check_object(
    report: FitReport, validations: Mapping[Scheme, Validation], advice: Recommendation, pictures: Sequence[str]
) -> dict[str, Any]:
    """Give what a fit adds to `lint_object`."""
    return {
        "geometry": asdict(report.geometry),
        "figures": asdict(report.figures),
        "findings": [asdict(finding) for finding in report.findings],
        "validation": {
            scheme.name.lower(): {
                predictor.value: asdict(figures) if figures else None
                for predictor, figures in validation.figures.items()
            }
            for scheme, validation in validations.items()
        },
        "recommended": asdict(advice),
        "pictures": list(pictures),
    }
