"""A calibration in words and figures, for a terminal or a pipe."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from astro.calibration import CalibrationPoint
from astro.calibration_report import CalibrationReport


def summary(report: CalibrationReport) -> list[str]:
    """Say in a few lines what a calibration has come to.

    Args:
        report: of the points so far.

    Returns:
        Lines for people.
    """
    if report.count == 0:
        return ["no point is recorded", report.verdict]
    points = "1 point" if report.count == 1 else f"{report.count} points"
    lines = [
        f"{points}, scatter {report.rms_mm:.0f} mm RMS at the slit; expected error of the model "
        f"{report.predicted_rms_mm:.0f} mm over the sky, {report.worst_mm:.0f} mm at worst ({report.worst})",
        report.verdict,
    ]
    lines += [f"look at: {finding}" for finding in report.findings]
    return lines


def proposals(report: CalibrationReport) -> list[str]:
    """Number the next most useful directions, best first."""
    return [f"{number}. {each.words}" for number, each in enumerate(report.proposals, start=1)]


def point_table(points: Sequence[CalibrationPoint], report: CalibrationReport, last: int | None = None) -> Table:
    """Lay out the points with what the model leaves over of each.

    Args:
        points: the measurements.
        report: of these points.
        last: how many of them to show; all if None.
    """
    table = Table(box=None, pad_edge=False)
    for header in ("", "UTC", "altitude", "azimuth", "tube", "dome", "off (mm)", ""):
        table.add_column(header, justify="left" if header in ("tube", "UTC", "") else "right", no_wrap=True)
    for index, (point, residual_mm) in enumerate(zip(points, report.residuals_mm, strict=True)):
        if last is not None and index < len(points) - last:
            continue
        table.add_row(
            str(index + 1),
            f"{datetime.fromtimestamp(point.time_s, UTC):%m-%d %H:%M:%S}",
            f"{point.altitude_deg:.1f}°",
            f"{point.azimuth_deg:.1f}°",
            point.side.label + ("" if point.side_is_known else "?"),
            f"{point.dome_azimuth_deg:.1f}°",
            f"{round(residual_mm):+d}",
            "left out" if index in report.outliers else point.note,
        )
    return table


def point_words(point: CalibrationPoint) -> str:
    """Say a point in one line."""
    return (
        f"altitude {point.altitude_deg:.1f}°, azimuth {point.azimuth_deg:.1f}°, tube {point.side.label} (from "
        f"{point.side_source}), dome {point.dome_azimuth_deg:.1f}°"
    )
