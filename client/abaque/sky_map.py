"""The error map: the whole sky from above, with what each model gets wrong."""

from math import radians, sin
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from astro.angles import difference_deg
from astro.cross_validation import Predictor, Validation
from astro.dome_model import DomeModel, MeasuredTable, TableNode
from astro.errors import ModelError
from astro.fit_report import FitReport
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.reference_lookup import ReferenceLookup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOWEST_DEG = 10
ALTITUDES_DEG = np.arange(LOWEST_DEG + 1.0, 90.0, 2.0)
AZIMUTHS_DEG = np.arange(1.5, 360.0, 3.0)


CUT_COLOUR = "#00a5d8"


def draw_error_map(figure: "Figure", report: FitReport, validation: Validation, clearance_mm: float) -> None:
    """Draw three skies: each measurement's error when unseen, and how table and reference differ from the geometry.

    Args:
        figure: empty.
        report: the fit.
        validation: the leave-one-out outcome.
        clearance_mm: free play of the beam to either side; the colours end at twice that.
    """
    from matplotlib.colors import Normalize

    scale = Normalize(0.0, 2.0 * clearance_mm)
    skies: list[tuple[str, DomeModel | None]] = [
        ("geometry\nmeasured points, each unseen", None),
        ("table\nbeside the geometry", _table(report)),
        ("reference lookup\nbeside the geometry", _reference(report)),
    ]
    panels: Any = figure.subplots(1, 3, subplot_kw={"projection": "polar"})
    image = None
    for axes, (title, model) in zip(panels, skies, strict=True):
        _sky(axes, title)
        if model is not None:
            image = _draw_difference(axes, report, model, scale, clearance_mm)
        elif not title.startswith("geometry"):
            axes.text(0.5, 0.5, "no full grid", transform=axes.transAxes, ha="center", va="center", color="0.4")
    points = validation.points[Predictor.GEOMETRY]
    spots = panels[0].scatter(
        [radians(each.point.azimuth_deg) for each in points],
        [90.0 - each.point.altitude_deg for each in points],
        c=[abs(each.lateral_mm) for each in points],
        s=12,
        norm=scale,
        cmap="inferno_r",
        edgecolors="0.5",
        linewidths=0.3,
    )
    bar = figure.colorbar(
        image or spots, ax=list(panels), orientation="horizontal", fraction=0.06, aspect=50, extend="max"
    )
    bar.set_label(f"error at the slit (mm); inside a blue line the beam is cut ({clearance_mm:.0f} mm)")
    figure.suptitle("errors on the sky, tube on its normal side")


def _sky(axes: Any, title: str) -> None:
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(0.0, 90.0 - LOWEST_DEG)
    axes.set_yticks([0, 30, 60], ["90°", "60°", "30°"], fontsize=7, color="0.35")
    axes.set_xticks([radians(angle) for angle in range(0, 360, 90)], ["N", "E", "S", "W"])
    axes.set_rlabel_position(45)
    axes.set_axisbelow(False)
    axes.grid(color="0.55", lw=0.4)
    axes.set_title(title, fontsize=9)


def _table(report: FitReport) -> DomeModel:
    nodes = [
        TableNode(each.point.altitude_deg, each.point.azimuth_deg, each.point.dome_azimuth_deg, each.side)
        for each in report.points
    ]
    return MeasuredTable(nodes, report.geometry)


def _reference(report: FitReport) -> DomeModel | None:
    points = [each.point for each in report.points]
    try:
        return ReferenceLookup([(p.altitude_deg, p.azimuth_deg, p.dome_azimuth_deg) for p in points], report.geometry)
    except ModelError:
        return None


def _draw_difference(axes: Any, report: FitReport, model: DomeModel, scale: Any, clearance_mm: float) -> Any:
    values = difference_mm(report, model)
    grid_azimuths, grid_zeniths = np.radians(AZIMUTHS_DEG), 90.0 - ALTITUDES_DEG
    image = axes.pcolormesh(
        grid_azimuths, grid_zeniths, values, norm=scale, cmap="inferno_r", shading="nearest", rasterized=True
    )
    closed = np.append(grid_azimuths, grid_azimuths[0] + 2.0 * np.pi)
    axes.contour(
        closed, grid_zeniths, np.column_stack([values, values[:, 0]]), [clearance_mm], colors=CUT_COLOUR, linewidths=1.1
    )
    return image


def difference_mm(report: FitReport, model: DomeModel) -> npt.NDArray[np.float64]:
    """Measure how far a model is from the fitted geometry over the sky, the tube on its normal side everywhere.

    Args:
        report: the fit.
        model: to compare.

    Returns:
        Distances at the slit, millimetres, a row for each of ``ALTITUDES_DEG``; NaN where the model has no answer.
    """
    values = np.full((len(ALTITUDES_DEG), len(AZIMUTHS_DEG)), np.nan)
    for row, altitude_deg in enumerate(ALTITUDES_DEG):
        for column, azimuth_deg in enumerate(AZIMUTHS_DEG):
            pointing = Pointing(float(altitude_deg), float(azimuth_deg))
            side = PierSide.WEST if azimuth_deg <= 180.0 else PierSide.EAST
            try:
                turn_deg = difference_deg(
                    model.dome_azimuth(pointing, side), report.geometry.dome_azimuth(pointing, side)
                )
                radius_m = report.geometry.slit_radius_m(pointing, side)
            except ModelError:
                continue
            values[row, column] = 2000.0 * radius_m * abs(sin(radians(turn_deg) / 2.0))
    return values
